//! Progress told by hand: work is being done, or the buyer may come for it.

use super::part::may;
use super::{Change, Outcome, WorkChange, work};
use crate::actor::writable;
use crate::allowed::Action;
use crate::event::Fact;
use crate::fulfillment_order::{Delivery, Progress, Stage, StageName};
use crate::id::{FulfillmentOrderId, OrderId};
use crate::refusal::Refusal;

/// Somebody says that the work is being done. A later report takes the place of an earlier one.
pub(super) fn report(
    change: &mut Change<'_, '_>,
    id: FulfillmentOrderId,
    note: &Option<String>,
) -> Result<Outcome, Refusal> {
    let (order, before) = begin(change, id, note)?;
    let touched = change.order(order)?;
    let work = work(&mut touched.order, id)?.as_work();
    touched.facts.push(Fact::ProgressReported { work, before, note: note.clone() });
    Ok(Outcome::Work { order, id, rest: None })
}

/// What the buyer comes for is ready, all of the works or none.
pub(super) fn prepared(change: &mut Change<'_, '_>, ids: &[FulfillmentOrderId]) -> Result<Outcome, Refusal> {
    if ids.is_empty() {
        return Err(Refusal::NothingToDo);
    }
    let works = change.snapshot.orders.iter().flat_map(|order| &order.fulfillment_orders);
    let ready: Vec<FulfillmentOrderId> = works
        .filter(|fo| fo.delivery == Delivery::Pickup && writable(change.actor, fo.service))
        .map(|fo| fo.id)
        .collect();
    let others: Vec<FulfillmentOrderId> = ids.iter().copied().filter(|id| !ready.contains(id)).collect();
    if !others.is_empty() {
        return Err(Refusal::NotForPickup(others));
    }
    let mut done = Vec::with_capacity(ids.len());
    for id in ids {
        let (order, _) = begin(change, *id, &None)?;
        let touched = change.order(order)?;
        let work = work(&mut touched.order, *id)?.as_work();
        touched.facts.push(Fact::WorkPrepared { work });
        done.push(WorkChange { order, id: *id, rest: None });
    }
    Ok(Outcome::Works(done))
}

/// Puts work in progress by hand; gives its order and its stage before.
fn begin(
    change: &mut Change<'_, '_>,
    id: FulfillmentOrderId,
    note: &Option<String>,
) -> Result<(OrderId, StageName), Refusal> {
    let order = may(change, id, Action::ReportProgress)?;
    let (now, app) = (change.now, change.actor.app());
    let fo = work(&mut change.order(order)?.order, id)?;
    let before = fo.stage_name();
    fo.stage = Stage::InProgress { report: Some(Progress { note: note.clone(), app }) };
    fo.updated_at = now;
    Ok((order, before))
}

#[cfg(test)]
mod tests;
