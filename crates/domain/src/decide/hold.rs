//! Holds: placed, and released. Holding some units of a fulfillment order parts it in two; the part that is held
//! keeps its id. When its last hold goes, the parts come together again.

use super::part::{all_of, found, may, part, put_in, take_out};
use super::{Change, Outcome, work};
use crate::allowed::{Action, WhyNot};
use crate::command::PlaceHold;
use crate::event::{Fact, LineQuantity};
use crate::fulfillment_order::{FulfillmentOrder, FulfillmentOrderLine, PartedBy, Request, Stage};
use crate::hold::{HANDLE_LENGTH, Hold};
use crate::id::{FulfillmentOrderId, HoldId, OrderId};
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
    let fo = found(order, id)?;
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

/// What was parted from `id` by a hold, and is untouched, comes back to it. What had left stays where it left.
fn join_parts(change: &mut Change<'_, '_>, order_id: OrderId, id: FulfillmentOrderId) -> Result<(), Refusal> {
    let now = change.now;
    let mut coming: Vec<FulfillmentOrderLine> = Vec::new();
    for part in &mut change.order(order_id)?.order.fulfillment_orders {
        let untouched = part.stage == Stage::Open && part.request == Request::Unsubmitted;
        if part.parted_from == Some(id) && part.parted_by == PartedBy::Hold && untouched {
            let all = all_of(part);
            coming.extend(take_out(part, &all));
            part.updated_at = now;
        }
    }
    put_in(change, order_id, id, coming)
}

#[cfg(test)]
mod tests;
