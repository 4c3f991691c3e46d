//! Holds: placed, and released. Holding some units of a fulfillment order parts it in two; the part that is held
//! keeps its id. When its last hold goes, the parts come together again.

use super::{Change, Outcome, work};
use crate::actor::writable;
use crate::allowed::{Action, WhyNot, check};
use crate::command::PlaceHold;
use crate::event::{Fact, LineQuantity};
use crate::fulfillment_order::{FulfillmentOrder, FulfillmentOrderLine, Request, Stage};
use crate::hold::{HANDLE_LENGTH, Hold};
use crate::id::{FulfillmentOrderId, FulfillmentOrderLineId, HoldId, Ids, OrderId};
use crate::refusal::{Refusal, Thing};

pub(super) fn hold(change: &mut Change<'_, '_>, command: &PlaceHold) -> Result<Outcome, Refusal> {
    let id = command.fulfillment_order;
    let order_id = may(change, id, Action::Hold)?;
    if command.handle.chars().count() > HANDLE_LENGTH {
        return Err(Refusal::HoldHandleTooLong);
    }
    let (now, app) = (change.now, change.actor.app());
    let hold = Hold {
        id: change.ids.fresh(),
        handle: command.handle.clone(),
        reason: command.reason,
        notes: command.notes.clone(),
        app,
        since: now,
    };
    let order = &change.order(order_id)?.order;
    let fo = order.fulfillment_order(id).ok_or(Refusal::Unknown(Thing::FulfillmentOrder(id)))?;
    if fo.holds().iter().any(|other| other.app == app && other.handle == hold.handle) {
        return Err(Refusal::HoldHandleTaken);
    }
    if !command.lines.is_empty() && fo.stage != Stage::Open {
        return Err(Refusal::NotAllowed(id, Action::Split, WhyNot::Stage(fo.stage_name())));
    }
    let rest = part(change, order_id, id, &command.lines)?;
    let touched = change.order(order_id)?;
    if let Some(rest) = rest {
        work(&mut touched.order, rest)?.parted_from = Some(id);
    }
    let fo = work(&mut touched.order, id)?;
    let first = match &mut fo.stage {
        Stage::OnHold { holds } => {
            holds.push(hold.clone());
            false
        }
        stage => {
            *stage = Stage::OnHold { holds: vec![hold.clone()] };
            true
        }
    };
    fo.forget_ended_request();
    fo.updated_at = now;
    let held: Vec<LineQuantity> = fo.lines.iter().map(|line| (line.id, line.remaining())).collect();
    let at = fo.as_work();
    touched.facts.push(Fact::HoldAdded { work: at, hold: hold.clone() });
    if first {
        let rest = rest.and_then(|rest| touched.order.fulfillment_order(rest)).map(FulfillmentOrder::as_work);
        touched.facts.push(Fact::WorkHeld { work: at, hold, held, rest });
    }
    Ok(Outcome::Work { order: order_id, id, rest })
}

pub(super) fn release(
    change: &mut Change<'_, '_>,
    id: FulfillmentOrderId,
    wanted: &[HoldId],
) -> Result<Outcome, Refusal> {
    let order_id = may(change, id, Action::ReleaseHold)?;
    let now = change.now;
    let touched = change.order(order_id)?;
    let fo = work(&mut touched.order, id)?;
    let Stage::OnHold { holds } = &mut fo.stage else { return Ok(Outcome::Done) };
    if let Some(missing) = wanted.iter().find(|id| holds.iter().all(|hold| hold.id != **id)) {
        return Err(Refusal::Unknown(Thing::Hold(*missing)));
    }
    let goes = |hold: &Hold| wanted.is_empty() || wanted.contains(&hold.id);
    let released: Vec<Hold> = holds.iter().filter(|hold| goes(hold)).cloned().collect();
    holds.retain(|hold| !goes(hold));
    let free = holds.is_empty();
    if free {
        fo.stage = Stage::Open;
    }
    fo.updated_at = now;
    let at = fo.as_work();
    touched.facts.extend(released.into_iter().map(|hold| Fact::HoldReleased { work: at, hold }));
    if free {
        touched.facts.push(Fact::WorkReleased { work: at });
        join_parts(change, order_id, id)?;
    }
    Ok(Outcome::Work { order: order_id, id, rest: None })
}

/// Whether the actor may do that; the order, for changing.
pub(super) fn may(
    change: &mut Change<'_, '_>,
    id: FulfillmentOrderId,
    action: Action,
) -> Result<OrderId, Refusal> {
    let order_id = change.order_of(id)?;
    let actor = change.actor;
    let order = &change.order(order_id)?.order;
    let fo = order.fulfillment_order(id).ok_or(Refusal::Unknown(Thing::FulfillmentOrder(id)))?;
    if !writable(actor, fo.service) {
        return Err(Refusal::Unknown(Thing::FulfillmentOrder(id)));
    }
    check(action, order, fo, actor).map_err(|why| Refusal::NotAllowed(id, action, why))?;
    Ok(order_id)
}

/// Parts a fulfillment order: the lines named stay, the rest becomes a new one. Nothing named, or everything, parts
/// nothing.
pub(super) fn part(
    change: &mut Change<'_, '_>,
    order_id: OrderId,
    id: FulfillmentOrderId,
    lines: &[(FulfillmentOrderLineId, i64)],
) -> Result<Option<FulfillmentOrderId>, Refusal> {
    if lines.is_empty() {
        return Ok(None);
    }
    let order = &change.order(order_id)?.order;
    let fo = order.fulfillment_order(id).ok_or(Refusal::Unknown(Thing::FulfillmentOrder(id)))?;
    for (index, (line, quantity)) in lines.iter().enumerate() {
        let known = fo.line(*line).ok_or(Refusal::Unknown(Thing::FulfillmentOrderLine(*line)))?;
        if *quantity <= 0 {
            return Err(Refusal::QuantityNotPositive((0, index)));
        }
        if lines[..index].iter().any(|(other, _)| other == line) {
            return Err(Refusal::DoubleLine(*line));
        }
        if *quantity > known.remaining() {
            let remaining = known.remaining();
            return Err(Refusal::QuantityTooLarge { line: *line, asked: *quantity, remaining });
        }
    }
    let stays =
        |line: FulfillmentOrderLineId| lines.iter().find(|(id, _)| *id == line).map_or(0, |(_, n)| *n);
    let (fo, now) = (fo.clone(), change.now);
    let Some(rest) = rest_of(&fo, stays, change.ids, now) else { return Ok(None) };
    let rest_id = rest.id;
    let touched = change.order(order_id)?;
    let fo = work(&mut touched.order, id)?;
    fo.lines.iter_mut().for_each(|line| line.total = line.fulfilled + stays(line.id));
    fo.lines.retain(|line| line.total > 0);
    fo.updated_at = now;
    touched.order.fulfillment_orders.push(rest);
    Ok(Some(rest_id))
}

/// A new fulfillment order with all that doesn't stay.
fn rest_of(
    fo: &FulfillmentOrder,
    stays: impl Fn(FulfillmentOrderLineId) -> i64,
    ids: &mut Ids<'_>,
    now: crate::time::Time,
) -> Option<FulfillmentOrder> {
    let mut lines = Vec::new();
    for line in &fo.lines {
        let total = line.remaining() - stays(line.id);
        if total > 0 {
            lines.push(FulfillmentOrderLine { id: ids.fresh(), total, fulfilled: 0, ..line.clone() });
        }
    }
    (!lines.is_empty()).then(|| FulfillmentOrder {
        id: ids.fresh(),
        lines,
        stage: Stage::Open,
        request: Request::Unsubmitted,
        messages: Vec::new(),
        parted_from: None,
        created_at: now,
        updated_at: now,
        ..fo.clone()
    })
}

/// What was parted from `id` by a hold, and is untouched, comes back to it. What had left stays where it left.
fn join_parts(change: &mut Change<'_, '_>, order_id: OrderId, id: FulfillmentOrderId) -> Result<(), Refusal> {
    let now = change.now;
    let mut coming: Vec<FulfillmentOrderLine> = Vec::new();
    for part in &mut change.order(order_id)?.order.fulfillment_orders {
        let untouched = part.stage == Stage::Open && part.request == Request::Unsubmitted;
        if part.parted_from == Some(id) && untouched {
            for line in part.lines.iter_mut().filter(|line| line.remaining() > 0) {
                coming.push(FulfillmentOrderLine { total: line.remaining(), fulfilled: 0, ..line.clone() });
                line.total = line.fulfilled;
            }
            part.stage = Stage::Closed;
            part.updated_at = now;
        }
    }
    for line in coming {
        // The id stays with the part, which is kept; two lines never share one.
        let fresh = change.ids.fresh();
        let fo = work(&mut change.order(order_id)?.order, id)?;
        match fo.lines.iter_mut().find(|own| own.invoice_line == line.invoice_line) {
            Some(own) => own.total += line.total,
            None => fo.lines.push(FulfillmentOrderLine { id: fresh, ..line }),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
