//! Joining: the units of several fulfillment orders of one order and location come together in the first of them.

use super::part::{all_of, askable, found, may, put_in, take_out};
use super::{Change, Outcome, WorkChange, work};
use crate::allowed::{Action, WhyNot, mergeable};
use crate::command::SomeWork;
use crate::event::{Fact, LineQuantity};
use crate::id::{FulfillmentOrderId, LocationId, OrderId};
use crate::refusal::Refusal;

/// All are joined, or none.
pub(super) fn merge(change: &mut Change<'_, '_>, merges: &[Vec<SomeWork>]) -> Result<Outcome, Refusal> {
    if merges.is_empty() {
        return Err(Refusal::NothingToDo);
    }
    let done: Result<_, Refusal> = merges.iter().map(|intents| one(change, intents)).collect();
    done.map(Outcome::Works)
}

/// Joins one list. The first keeps its id and all that it has; of each of the others comes what was named, or
/// everything, and those of which nothing remains are closed.
fn one(change: &mut Change<'_, '_>, intents: &[SomeWork]) -> Result<WorkChange, Refusal> {
    let [first, others @ ..] = intents else { return Err(Refusal::NothingToDo) };
    if others.is_empty() {
        return Err(Refusal::NothingToDo);
    }
    let order_id = together(change, intents)?;
    let mut merged: Vec<(FulfillmentOrderId, Vec<LineQuantity>)> = Vec::with_capacity(intents.len());
    for (index, some) in intents.iter().enumerate() {
        let fo = found(&change.order(order_id)?.order, some.id)?;
        askable(fo, index, &some.lines)?;
        merged.push((some.id, if some.lines.is_empty() { all_of(fo) } else { some.lines.clone() }));
    }
    let now = change.now;
    for (id, lines) in &merged[1..] {
        let fo = work(&mut change.order(order_id)?.order, *id)?;
        let coming = take_out(fo, lines);
        fo.updated_at = now;
        put_in(change, order_id, first.id, coming)?;
    }
    let touched = change.order(order_id)?;
    let survivor = work(&mut touched.order, first.id)?;
    // Whoever joins by hand wants it to stay so: no release and no cancellation takes it apart again.
    survivor.parted_from = None;
    let at = survivor.as_work();
    touched.facts.push(Fact::WorkMerged { work: at, merged });
    Ok(WorkChange { order: order_id, id: first.id, rest: None })
}

/// Whether those may be joined; their order.
fn together(change: &mut Change<'_, '_>, intents: &[SomeWork]) -> Result<OrderId, Refusal> {
    let mut orders: Vec<OrderId> = Vec::with_capacity(intents.len());
    for some in intents {
        orders.push(super::part::reachable(change, some.id)?);
    }
    orders.sort();
    orders.dedup();
    let [order_id] = orders[..] else { return Err(Refusal::SeveralOrders(orders)) };
    let order = &change.order(order_id)?.order;
    let mut locations: Vec<LocationId> = Vec::with_capacity(intents.len());
    for some in intents {
        locations.push(found(order, some.id)?.location);
    }
    locations.sort();
    locations.dedup();
    if locations.len() > 1 {
        return Err(Refusal::SeveralLocations(locations));
    }
    for some in intents {
        may(change, some.id, Action::Merge)?;
    }
    let order = &change.order(order_id)?.order;
    let first = found(order, intents[0].id)?;
    for (index, some) in intents.iter().enumerate() {
        let twice = intents[..index].iter().any(|other| other.id == some.id);
        if twice || !mergeable(first, found(order, some.id)?) {
            return Err(Refusal::NotAllowed(some.id, Action::Merge, WhyNot::NoPeer));
        }
    }
    Ok(order_id)
}

#[cfg(test)]
mod tests;
