//! Edits of what an order asks for, at once or drafted first. How many are asked for is foretold; which work grows or
//! shrinks is told, and must be lawful.

use std::collections::BTreeMap;

use domain::command::{Doubles, DraftStep, EditOrder, LineChange, NewLine, Restock};
use domain::event::FactKind;
use domain::id::{DraftId, LocationId, OrderId, OrderLineId, VariantId};
use domain::time::Time;

use super::Forecast;
use super::orders::{QUANTITY, sells_on};
use crate::reference::{Draft, Drafted, Line, Reference};
use crate::who::Who;

/// How long a draft is kept without being touched.
const KEPT: i64 = domain::draft::KEPT;
/// A draft, and a line of one, that has no id yet.
pub const NEW: DraftId = DraftId(0);
pub const NEW_LINE: OrderLineId = OrderLineId(0);

pub fn edit(shop: &mut Reference, who: Who, edit: &EditOrder) -> Option<Forecast> {
    let known = shop.orders.get(&edit.order).filter(|_| who.may_all())?;
    let mut drafted = Vec::new();
    for change in &edit.changes {
        drafted.push(match change {
            LineChange::Set { line, quantity, restock } => {
                let was = known.lines.get(line)?.asked;
                (Drafted::Set { line: *line, was, now: *quantity }, *restock)
            }
            LineChange::Add(new) => (added(shop, new)?, Restock::Yes),
        });
    }
    apply(shop, edit.order, &drafted)
}

fn added(shop: &Reference, new: &NewLine) -> Option<Drafted> {
    let variant = new.article.variant;
    shop.variants.get(&variant?)?;
    (1..=QUANTITY).contains(&new.quantity).then_some(Drafted::Add {
        line: NEW_LINE,
        variant,
        quantity: new.quantity,
    })
}

/// All changes are made, one after the other, or none.
fn apply(shop: &mut Reference, id: OrderId, drafted: &[(Drafted, Restock)]) -> Option<Forecast> {
    let known = shop.orders.get(&id).filter(|known| !known.cancelled && !drafted.is_empty())?;
    // What could still be taken away, line by line.
    let mut editable: BTreeMap<OrderLineId, i64> = BTreeMap::new();
    let (mut known, mut news, mut raised) = (known.clone(), false, false);
    for (change, _) in drafted {
        match change {
            Drafted::Set { line, now, .. } => {
                let (left, free) = (known.left(*line), known.editable(*line));
                let own = known.lines.get_mut(line)?;
                let free = editable.entry(*line).or_insert(free);
                let by = now - own.asked;
                if !(0..=QUANTITY).contains(now) || *now < left && by < 0 || -by > *free {
                    return None;
                }
                *free += by;
                own.asked = *now;
                (news, raised) = (news || by != 0, raised || by > 0);
            }
            Drafted::Add { variant, quantity, .. } => {
                let tracked = variant.and_then(|variant| shop.variants.get(&variant)).copied()?;
                let (limited, shipped) = (tracked && !sells_on((*variant)?), is_shipped((*variant)?));
                let line = OrderLineId(shop.nameless);
                shop.nameless -= 1;
                let new =
                    Line { variant: *variant, asked: *quantity, returned: 0, tracked, limited, shipped };
                known.lines.insert(line, new);
                (news, raised) = (true, true);
            }
        }
    }
    let refuses = known.refuses;
    shop.orders.insert(id, known);
    let gone = drafted.iter().any(|(_, restock)| *restock == Restock::No);
    let forecast = Forecast { gone, ..Forecast::lawful([id], news.then_some(FactKind::OrderEdited)) };
    Some(if refuses && raised { forecast.or_refused() } else { forecast })
}

/// What isn't shipped.
pub fn is_shipped(variant: VariantId) -> bool {
    variant != testkit::billing::LESSONS
}

fn open(shop: &Reference, id: OrderId) -> Option<()> {
    shop.orders.get(&id).filter(|known| !known.cancelled).map(|_| ())
}

pub fn begin(shop: &mut Reference, who: Who, order: OrderId) -> Option<Forecast> {
    open(shop, order).filter(|()| who.may_all())?;
    shop.drafts.insert(NEW, Draft { order, app: who.app(), ends: Time(0), drafted: Vec::new() });
    Some(Forecast::nothing())
}

fn own(shop: &Reference, who: Who, id: DraftId, now: Time) -> Option<Draft> {
    let own = shop.drafts.get(&id).filter(|draft| who.may_all() && draft.app == who.app());
    own.filter(|draft| now < draft.ends).cloned()
}

pub fn step(shop: &mut Reference, who: Who, id: DraftId, step: &DraftStep, now: Time) -> Option<Forecast> {
    let mut draft = own(shop, who, id, now)?;
    open(shop, draft.order)?;
    let known = shop.orders.get(&draft.order)?;
    match step {
        DraftStep::Set { line, quantity, .. } => {
            let wanted = *quantity;
            let own =
                draft.drafted.iter().any(|own| matches!(own, Drafted::Add { line: l, .. } if l == line));
            if !(0..=QUANTITY).contains(&wanted) {
                return None;
            }
            if own {
                draft.drafted.retain(|own| !is_line(own, *line) || wanted > 0);
                for change in &mut draft.drafted {
                    if let Drafted::Add { line: own, quantity, .. } = change
                        && own == line
                    {
                        *quantity = wanted;
                    }
                }
            } else {
                let was = known.lines.get(line)?.asked;
                if wanted < known.left(*line) || wanted < was - known.editable(*line) {
                    return None;
                }
                draft.drafted.retain(|own| !is_line(own, *line));
                if wanted != was {
                    draft.drafted.push(Drafted::Set { line: *line, was, now: wanted });
                }
            }
        }
        DraftStep::Add { new, doubles, location } => {
            let add = added(shop, new)?;
            let there = |id: &LocationId| shop.places.contains_key(id);
            if !location.as_ref().is_none_or(there) {
                return None;
            }
            let set = |line: &OrderLineId| {
                draft.drafted.iter().find_map(|own| match own {
                    Drafted::Set { line: own, now, .. } if own == line => Some(*now),
                    _ => None,
                })
            };
            let asked = known.lines.iter().map(|(id, line)| (line.variant, set(id).unwrap_or(line.asked)));
            let drafted = draft.drafted.iter().filter_map(|own| match own {
                Drafted::Add { variant, quantity, .. } => Some((*variant, *quantity)),
                Drafted::Set { .. } => None,
            });
            let variant = new.article.variant;
            let double = asked.chain(drafted).any(|(own, units)| own == variant && units > 0);
            if double && *doubles == Doubles::Refused {
                return None;
            }
            draft.drafted.push(add);
        }
    }
    draft.ends = now.plus(KEPT);
    shop.drafts.insert(id, draft);
    Some(Forecast::nothing())
}

fn is_line(drafted: &Drafted, id: OrderLineId) -> bool {
    let (Drafted::Set { line, .. } | Drafted::Add { line, .. }) = drafted;
    *line == id
}

/// What was drafted is done, if nobody asked for more or less of a line meanwhile.
pub fn commit(shop: &mut Reference, who: Who, id: DraftId, now: Time) -> Option<Forecast> {
    let draft = own(shop, who, id, now)?;
    let known = shop.orders.get(&draft.order)?;
    for drafted in &draft.drafted {
        if let Drafted::Set { line, was, .. } = drafted
            && known.lines.get(line)?.asked != *was
        {
            return None;
        }
    }
    let drafted: Vec<_> = draft.drafted.into_iter().map(|own| (own, Restock::Yes)).collect();
    let forecast = apply(shop, draft.order, &drafted)?;
    shop.drafts.remove(&id);
    Some(forecast)
}
