//! The reference beside what was read: they must agree, and the reference learns what it can't know, which is the names
//! of what is new and where routing sends units.

use domain::id::{FulfillmentOrderId, OrderId, VariantId};
use testkit::world::PRINT;

use crate::reference::{Known, Line, Parcel, Reference, Units, Work};
use crate::rules::lines::is_shipped;

/// Nothing but what was foretold; new works and lines are known by what is in them.
pub fn same(expected: &Known, read: &Known) -> Result<(), String> {
    let mut expected = expected.clone();
    let mut differs = Vec::new();
    let nameless: Vec<FulfillmentOrderId> = expected.works.keys().copied().filter(|id| id.0 < 0).collect();
    for id in nameless {
        let work = expected.works.remove(&id).unwrap();
        let news = read.works.iter().filter(|(other, _)| !expected.works.contains_key(other));
        let found = news.into_iter().find(|(_, found)| alike(&work, found)).map(|(other, _)| *other);
        match found {
            Some(name) => {
                expected.works.insert(name, read.works[&name].clone());
            }
            None => differs.push(format!("there is no {work:?}")),
        }
    }
    for (id, work) in &mut expected.works {
        let Some(found) = read.works.get(id) else {
            differs.push(format!("work {id} is gone"));
            continue;
        };
        if alike(work, found) {
            work.clone_from(found);
        } else {
            differs.push(format!("work {id} is {found:?}, not {work:?}"));
        }
    }
    for (id, work) in read.works.iter().filter(|(id, _)| !expected.works.contains_key(id)) {
        differs.push(format!("work {id} is there: {work:?}"));
    }
    expected.works.clone_from(&read.works);
    if expected != *read {
        let rest = |known: &Known| format!("{:?}", Known { works: Default::default(), ..known.clone() });
        differs.push(format!("it is {}, not {}", rest(read), rest(&expected)));
    }
    if differs.is_empty() { Ok(()) } else { Err(differs.join("; ")) }
}

/// Whether two works are alike but for the ids of what is new.
fn alike(expected: &Work, found: &Work) -> bool {
    let rest = |work: &Work| Work { units: Vec::new(), holds: Vec::new(), ..work.clone() };
    let holds = |work: &Work| {
        let mut holds: Vec<_> = work.holds.iter().map(|(app, handle, _)| (*app, handle.clone())).collect();
        holds.sort();
        holds
    };
    if rest(expected) != rest(found) || holds(expected) != holds(found) {
        return false;
    }
    let sorted = |units: &[Units]| {
        let mut units = units.to_vec();
        units.sort();
        units
    };
    let (own, found) = (sorted(&expected.units), sorted(&found.units));
    // Lines that are alike may be in any order, so those with a name are looked for by it.
    let named = |units: &Units| units.line.0 < 0 || found.iter().any(|other| other == units);
    let key = |units: &Units| (units.of, units.sale, units.counted, units.total, units.left);
    own.iter().map(key).eq(found.iter().map(key)) && own.iter().all(named)
}

/// Units that waited were sent somewhere: they became work, none is lost, and nobody promised what isn't there.
pub fn routed(shop: &mut Reference, id: OrderId, mut known: Known, read: &Known) -> Result<(), String> {
    for (name, work) in &read.works {
        if known.works.contains_key(name) {
            continue;
        }
        let place = shop.places.get(&work.at).filter(|place| place.active && place.ships);
        let place = place.ok_or_else(|| format!("R3: {name} went to {}, which ships nothing", work.at))?;
        if work.service != place.service || work.request != "unsubmitted" {
            return Err(format!("R4: {name} is {work:?}"));
        }
        for units in &work.units {
            let waits = known.waits.get_mut(&units.sale).filter(|(of, _)| *of == units.of);
            let (_, waits) = waits.ok_or_else(|| format!("R1: nobody waited for {units:?}"))?;
            *waits -= units.total;
            let line = &known.lines[&units.of];
            if *waits < 0 || units.left != 0 || units.total <= 0 {
                return Err(format!("R1, R5: {name} took units that nobody asked for"));
            }
            if units.counted != (line.tracked && line.shipped) {
                return Err(format!("Q16: {units:?} are counted, or not"));
            }
            if work.service.is_some() && line.shipped && !line.tracked {
                return Err(format!("R3: a service got {units:?}, which nobody counts"));
            }
        }
        known.works.insert(*name, work.clone());
    }
    known.waits.retain(|_, (_, units)| *units > 0);
    if known.waits != read.waits {
        return Err(format!("R1: {:?} wait, not {:?}", read.waits, known.waits));
    }
    let new: Vec<Work> = read.works.values().cloned().collect();
    shop.orders.insert(id, read.clone());
    for (work, units) in new.iter().flat_map(|work| work.units.iter().map(move |units| (work, units))) {
        let line = &read.lines[&units.of];
        // All lines of a variant go together: if one is sold on, all are.
        let mut alike = read.lines.values().filter(|other| other.variant == line.variant);
        let limited = alike.all(|other| other.limited);
        let promised = line.variant.filter(|_| units.counted && limited && work.is_open());
        let Some(variant) = promised else { continue };
        let was_there = shop_work_was_there(&known, work);
        let free = shop.available(variant, work.at).unwrap_or(-1);
        if !was_there && free < 0 {
            return Err(format!(
                "Q16: {} of {variant} were promised at {}, {free} are free",
                units.total, work.at
            ));
        }
    }
    waits_for_a_reason(shop, read)?;
    same(&known, read)
}

fn shop_work_was_there(known: &Known, work: &Work) -> bool {
    // Its units were promised before; only new promises are guarded.
    known.works.values().filter(|other| *other == work).count() > 1
}

/// Nothing waits that some location could ship.
fn waits_for_a_reason(shop: &Reference, known: &Known) -> Result<(), String> {
    for (of, units) in known.waits.values() {
        let line = &known.lines[of];
        let places = shop.places.iter().filter(|(_, place)| place.active && place.ships);
        let free = |variant: VariantId| -> i64 {
            places.filter_map(|(at, _)| shop.available(variant, *at)).map(|free| free.max(0)).sum()
        };
        let free = if line.limited && line.shipped { line.variant.map_or(1, free) } else { 1 };
        if free > 0 {
            return Err(format!("R1: {units} of {:?} wait although {free} are free", line.variant));
        }
    }
    Ok(())
}

/// Where what is asked for is known, but not which work it is in.
pub fn lawful(before: &Known, expected: &Known, read: &Known) -> Result<(), String> {
    let steps = (read.version - before.version, read.events - before.events);
    if !matches!(steps, (0, 0) | (1, 0) | (1, 1)) {
        return Err(format!("X2, O1: {} changes were told {} times", steps.0, steps.1));
    }
    if read.billed {
        return Ok(());
    }
    let rest = |known: &Known| (known.cancelled, known.closed, known.contact, known.refuses);
    if rest(expected) != rest(read) {
        return Err(format!("it is {:?}, not {:?}", rest(read), rest(expected)));
    }
    let (named, new): (Vec<_>, Vec<_>) = expected.lines.iter().partition(|(id, _)| id.0 > 0);
    for (id, line) in &named {
        if read.lines.get(id) != Some(*line) {
            return Err(format!("Q12: line {id} is {:?}, not {line:?}", read.lines.get(id)));
        }
    }
    let come = read.lines.iter().filter(|(id, _)| !expected.lines.contains_key(id));
    let sorted = |lines: Vec<&Line>| {
        let mut lines: Vec<_> = lines.iter().map(|line| (line.variant, line.asked, line.tracked)).collect();
        lines.sort();
        lines
    };
    let (come, new) = (come.map(|(_, line)| line).collect(), new.into_iter().map(|(_, line)| line).collect());
    if sorted(come) != sorted(new) {
        return Err("Q12: other lines came than were asked for".into());
    }
    // What a service was asked for stays with it.
    for (id, work) in before.works.iter().filter(|(_, work)| work.asked()) {
        let now = read.works.get(id);
        let kept = |now: &Work| now.units.iter().map(|units| units.total).sum::<i64>();
        if now.is_none_or(|now| kept(now) != kept(work)) {
            return Err(format!("Q12: a service was asked for {id}, which is {now:?} now"));
        }
    }
    Ok(())
}

/// A new line as it comes in.
pub fn new_line(variant: VariantId, asked: i64, tracked: bool, oversells: bool) -> Line {
    let limited = tracked && variant != PRINT && !oversells;
    Line { variant: Some(variant), asked, returned: 0, tracked, limited, shipped: is_shipped(variant) }
}

/// Whether a parcel is what it must be, but for the names of what happened to it.
pub fn parcel(expected: &Parcel, read: &Parcel) -> bool {
    let arrivals = |parcel: &Parcel| parcel.happened.iter().map(|(_, arrived)| *arrived).collect::<Vec<_>>();
    let rest = |parcel: &Parcel| Parcel { happened: Vec::new(), ..parcel.clone() };
    rest(expected) == rest(read) && arrivals(expected) == arrivals(read)
}
