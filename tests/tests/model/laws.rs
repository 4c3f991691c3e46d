//! Laws: what must hold of what was read, whatever was asked for, reckoned up from the rows alone. The names are those
//! of the table in `docs/model.md`.

use std::collections::{BTreeMap, BTreeSet};

use domain::actor::Actor;
use domain::allowed::{Action, check};
use domain::fulfillment::Fulfillment;
use domain::fulfillment_order::LEGAL;
use domain::id::{InvoiceLineId, OrderLineId};
use domain::order::Order;

use crate::reference::{Known, Work};
use crate::rules::work::{Act, may};
use crate::who::Who;

/// What may stand beside what, (stage, what was said): a list of its own, which must be the domain's.
pub const PAIRS: [(&str, &str); 21] = [
    ("open", "unsubmitted"),
    ("open", "submitted"),
    ("open", "rejected"),
    ("scheduled", "unsubmitted"),
    ("on_hold", "unsubmitted"),
    ("on_hold", "rejected"),
    ("in_progress", "unsubmitted"),
    ("in_progress", "accepted"),
    ("in_progress", "rejected"),
    ("in_progress", "cancellation_requested"),
    ("in_progress", "cancellation_rejected"),
    ("incomplete", "closed"),
    ("cancelled", "cancellation_accepted"),
    ("closed", "unsubmitted"),
    ("closed", "submitted"),
    ("closed", "accepted"),
    ("closed", "rejected"),
    ("closed", "cancellation_requested"),
    ("closed", "cancellation_accepted"),
    ("closed", "cancellation_rejected"),
    ("closed", "closed"),
];

/// Whether the domain says the same of pairs (F0).
pub fn pairs_are_the_domains() -> bool {
    let own: BTreeSet<_> = PAIRS.into_iter().collect();
    own == LEGAL.iter().map(|(stage, request)| (stage.as_str(), request.as_str())).collect()
}

/// Gathers what is broken.
#[derive(Default)]
pub struct Broken(pub Vec<String>);

impl Broken {
    pub fn unless(&mut self, holds: bool, says: impl FnOnce() -> String) {
        if !holds {
            self.0.push(says());
        }
    }
}

/// What must hold of an order and its parcels. `columns` are the derived ones of its row: state, payment, fulfillment.
pub fn of_order(order: &Order, known: &Known, parcels: &[Fulfillment], columns: &[String; 3]) -> Vec<String> {
    let mut broken = Broken::default();
    quantities(order, known, parcels, &mut broken);
    for (id, work) in &known.works {
        states(id.0, work, &mut broken);
    }
    if known.cancelled {
        let open = known.works.values().any(Work::is_open) || !known.waits.is_empty();
        broken.unless(!open, || "F12: called off, but something is still to be done".into());
    }
    let state = match (known.cancelled, known.closed) {
        (true, _) => "cancelled",
        (_, true) => "closed",
        _ => "open",
    };
    broken.unless(columns[0] == state, || format!("its row says {}, not {state}", columns[0]));
    let stands = stands(known);
    broken.unless(columns[2] == stands, || format!("F10: its row says {}, not {stands}", columns[2]));
    crate::money::of_order(order, known, &columns[1], &mut broken);
    broken.0
}

/// Q1 to Q6: units are conserved.
fn quantities(order: &Order, known: &Known, parcels: &[Fulfillment], broken: &mut Broken) {
    let live = parcels.iter().filter(|parcel| parcel.cancelled_at.is_none());
    let mut shipped: BTreeMap<_, i64> = BTreeMap::new();
    for share in live.flat_map(|parcel| &parcel.shares).filter(|share| share.order == order.id) {
        broken.unless(share.quantity > 0, || format!("Q1: {} units in a parcel", share.quantity));
        *shipped.entry(share.fulfillment_order_line).or_default() += share.quantity;
    }
    let (mut open, mut left): (BTreeMap<InvoiceLineId, i64>, BTreeMap<InvoiceLineId, i64>) =
        Default::default();
    for units in known.works.values().flat_map(|work| work.units.iter().map(move |units| (work, units))) {
        let (work, units) = units;
        let whole = (0..1 << 31).contains(&units.total) && (0..=units.total).contains(&units.left);
        broken.unless(whole, || format!("Q1, Q2: {} of {} left", units.left, units.total));
        let out = shipped.remove(&units.line).unwrap_or_default();
        broken.unless(out == units.left, || {
            format!("Q3: line {} says that {} left, parcels that {out} did", units.line, units.left)
        });
        *left.entry(units.sale).or_default() += units.left;
        *open.entry(units.sale).or_default() += if work.is_open() { units.rest() } else { 0 };
    }
    broken
        .unless(shipped.is_empty(), || format!("Q3: units of {shipped:?} are in parcels, but nowhere else"));
    let sold: Vec<_> = order.invoices.iter().flat_map(|invoice| &invoice.lines).collect();
    for sale in sold.iter().filter(|line| line.adjusts.is_none()) {
        let own = sold.iter().filter(|line| line.id == sale.id || line.adjusts == Some(sale.id));
        let asked: i64 = own.map(|line| line.quantity - line.removed - line.unasked).sum();
        let [open, left] = [&open, &left].map(|units| units.get(&sale.id).copied().unwrap_or_default());
        let waits = known.waits.get(&sale.id).map_or(0, |(_, units)| *units);
        broken.unless(left <= asked, || format!("Q5: {left} left of {asked}"));
        broken.unless(asked == open + left + waits, || {
            format!("Q4, R1: {asked} asked for, {open} to be done, {left} left, {waits} wait")
        });
    }
    for (id, line) in &known.lines {
        let left = known.left(*id);
        let free = fulfillable(known, *id);
        broken.unless(order.current_quantity(*id) == line.asked, || format!("Q6: {} asked for", line.asked));
        broken.unless(order.fulfilled_quantity(*id) == left, || format!("Q6: {left} left of line {id}"));
        broken.unless(order.fulfillable_quantity(*id) == free, || format!("Q6: {free} may leave"));
        broken
            .unless(order.editable_quantity(*id) == known.editable(*id), || "Q6: what may be edited".into());
        broken.unless((0..1 << 31).contains(&line.asked), || format!("Q1: {} asked for", line.asked));
    }
}

/// Units of a line that could leave now.
fn fulfillable(known: &Known, line: OrderLineId) -> i64 {
    let closed = ["closed", "on_hold", "scheduled"];
    let works = known.works.values().filter(|work| !closed.contains(&work.stage));
    works.flat_map(|work| &work.units).filter(|units| units.of == line).map(|units| units.rest()).sum()
}

/// F0, F4, F8, F9 of one work.
fn states(id: i64, work: &Work, broken: &mut Broken) {
    let pair = (work.stage, work.request);
    broken.unless(PAIRS.contains(&pair), || format!("F0: work {id} is {pair:?}"));
    let silent = work.service.is_some() || work.request == "unsubmitted";
    broken.unless(silent, || format!("F4: work {id} has no service, but is {}", work.request));
    let done = work.rest() == 0;
    broken.unless(!done || !work.is_open(), || {
        format!("F8: nothing of work {id} remains, but it is {}", work.stage)
    });
    let held = work.stage == "on_hold";
    broken.unless(held != work.holds.is_empty(), || format!("F9: work {id} has {} holds", work.holds.len()));
}

/// How far an order is, as it follows from its works (F10).
fn stands(known: &Known) -> &'static str {
    let left: i64 = known.works.values().flat_map(|work| &work.units).map(|units| units.left).sum();
    let open: Vec<&Work> = known.works.values().filter(|work| work.is_open() && work.rest() > 0).collect();
    if open.is_empty() && known.waits.is_empty() {
        return if left > 0 { "fulfilled" } else { "unfulfilled" };
    }
    let all = |is: &dyn Fn(&Work) -> bool| known.waits.is_empty() && open.iter().all(|work| is(work));
    if left > 0 {
        "partially_fulfilled"
    } else if open.iter().any(|work| work.request == "rejected") {
        "request_declined"
    } else if all(&|work| work.stage == "on_hold") {
        "on_hold"
    } else if all(&|work| work.stage == "scheduled") {
        "scheduled"
    } else if all(&|work| work.stage == "in_progress" || work.request == "submitted") {
        "in_progress"
    } else {
        "unfulfilled"
    }
}

/// What must hold between an order and what it becomes: what is done with stays (F6), and time goes on (X2).
pub fn of_change(before: &Order, was: &Known, after: &Order, is: &Known) -> Vec<String> {
    let mut broken = Broken::default();
    broken.unless(after.updated_at >= before.updated_at, || "X2: it was changed before it was".into());
    broken.unless(!was.cancelled || is.cancelled, || "F6: it was called off, and is no longer".into());
    for (id, work) in was.works.iter().filter(|(_, work)| !work.is_open()) {
        let Some(now) = is.works.get(id) else {
            broken.unless(false, || format!("F6: closed work {id} is gone"));
            continue;
        };
        // Only a parcel that comes back shows again in what it left, and anything may be given a deadline.
        let mut same = Work { by: now.by, ..work.clone() };
        for (units, now) in same.units.iter_mut().zip(&now.units) {
            units.left = units.left.min(now.left);
        }
        broken.unless(same == *now, || format!("F6: work {id} was closed, and became {now:?}"));
    }
    crate::money::of_change(before, after, &mut broken);
    broken.0
}

/// The table of what may be done is the domain's, both ways (F1, F3): for every work and everybody.
pub fn of_actions(order: &Order, known: &Known) -> Vec<String> {
    let mut broken = Broken::default();
    let actors: Vec<(Who, Actor)> = Who::ALL.iter().map(|who| (*who, who.actor())).collect();
    for fo in &order.fulfillment_orders {
        for (who, actor) in &actors {
            for (action, act) in Action::ALL.into_iter().zip(ACTS) {
                let allowed = check(action, order, fo, actor);
                let own = may(*who, act, known, fo.id);
                broken.unless(allowed.is_ok() == own, || {
                    format!(
                        "F3: {who:?} may {act:?} {} ({}): {own}, but {allowed:?}",
                        fo.id,
                        fo.request.as_str()
                    )
                });
            }
        }
    }
    broken.0
}

/// In the order of [`Action::ALL`].
const ACTS: [Act; 18] = [
    Act::Ask,
    Act::Fulfill,
    Act::Cancel,
    Act::AskToStop,
    Act::Accept,
    Act::Reject,
    Act::Stop,
    Act::GoOn,
    Act::GiveUp,
    Act::Open,
    Act::Reschedule,
    Act::Report,
    Act::Release,
    Act::Hold,
    Act::Move,
    Act::Reroute,
    Act::Split,
    Act::Merge,
];
