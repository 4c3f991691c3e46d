//! Calling work off: it is made anew at the same location, where nobody was asked for it yet.

use super::part::{found, may};
use super::{Change, Outcome, work};
use crate::allowed::Action;
use crate::event::Fact;
use crate::fulfillment_order::{FulfillmentOrder, FulfillmentOrderLine, Request, Stage};
use crate::id::FulfillmentOrderId;
use crate::refusal::Refusal;

/// The work is closed and left without lines: they go, with their ids, to the work that takes its place. Only a line
/// of which something left stays, with just that; the parcel knows it by its id.
pub(super) fn cancel(change: &mut Change<'_, '_>, id: FulfillmentOrderId) -> Result<Outcome, Refusal> {
    let order_id = may(change, id, Action::Cancel)?;
    let now = change.now;
    let old = found(&change.order(order_id)?.order, id)?.clone();
    let mut lines = Vec::with_capacity(old.lines.len());
    for line in old.lines.iter().filter(|line| line.remaining() > 0) {
        let id = if line.fulfilled == 0 { line.id } else { change.ids.fresh() };
        lines.push(FulfillmentOrderLine { id, total: line.remaining(), fulfilled: 0, ..line.clone() });
    }
    let replacement = FulfillmentOrder {
        id: change.ids.fresh(),
        lines,
        stage: Stage::Open,
        request: Request::Unsubmitted,
        messages: Vec::new(),
        assigned: None,
        created_at: now,
        updated_at: now,
        ..old
    };
    let touched = change.order(order_id)?;
    let fo = work(&mut touched.order, id)?;
    fo.stage = Stage::Closed;
    fo.lines.iter_mut().for_each(|line| line.total = line.fulfilled);
    fo.lines.retain(|line| line.total > 0);
    fo.updated_at = now;
    let (work, rest) = (fo.as_work(), replacement.id);
    touched.facts.push(Fact::WorkCancelled { work, replacement: Some(replacement.as_work()) });
    touched.order.fulfillment_orders.push(replacement);
    Ok(Outcome::Work { order: order_id, id, rest: Some(rest) })
}

#[cfg(test)]
mod tests;
