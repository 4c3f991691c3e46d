//! The conversation about stopping: the merchant asks, the service agrees, declines, or gives up of its own accord.

use super::part::{all_of, may, put_in, take_out};
use super::request::answer;
use super::{Change, Outcome, ServiceCall, Write, work};
use crate::allowed::Action;
use crate::event::Fact;
use crate::fulfillment_order::{FulfillmentOrder, MerchantMessage, MessageKind, PartedBy, Request, Stage};
use crate::id::{FulfillmentOrderId, RequestId};
use crate::order::Order;
use crate::refusal::Refusal;

/// The merchant asks the service to stop.
pub(super) fn request(
    change: &mut Change<'_, '_>,
    id: FulfillmentOrderId,
    message: &Option<String>,
) -> Result<Outcome, Refusal> {
    let order_id = may(change, id, Action::RequestCancellation)?;
    let request: RequestId = change.ids.fresh();
    let now = change.now;
    let touched = change.order(order_id)?;
    let fo = work(&mut touched.order, id)?;
    fo.request = Request::CancellationRequested;
    fo.updated_at = now;
    fo.messages.push(MerchantMessage {
        id: request,
        kind: MessageKind::Cancellation,
        text: message.clone(),
        notify_buyer: false,
        declined: None,
        sent_at: now,
    });
    let (at, service) = (fo.as_work(), fo.service);
    touched.facts.push(Fact::CancellationRequested { work: at, message: message.clone(), request });
    if let Some(service) = service {
        change.writes.push(Write::CallService(service, ServiceCall::CancellationRequest));
    }
    Ok(Outcome::Work { order: order_id, id, rest: None })
}

/// The service agrees to stop. If only a part was asked for and the rest still waits untouched, the units go back
/// there and the work is closed; otherwise the work keeps them, and they may be asked for again.
pub(super) fn accept(
    change: &mut Change<'_, '_>,
    id: FulfillmentOrderId,
    message: &Option<String>,
) -> Result<Outcome, Refusal> {
    let order_id = may(change, id, Action::AcceptCancellation)?;
    let fo = answer(change, order_id, id, Stage::Cancelled, Request::CancellationAccepted)?;
    let order = &mut change.order(order_id)?.order;
    if let Some(rest) = rest_of(order, &fo) {
        let fo = work(order, id)?;
        let all = all_of(fo);
        let coming = take_out(fo, &all);
        put_in(change, order_id, rest, coming)?;
    }
    let touched = change.order(order_id)?;
    let work = work(&mut touched.order, id)?.as_work();
    touched.facts.push(Fact::CancellationAccepted { work, message: message.clone() });
    Ok(Outcome::Work { order: order_id, id, rest: None })
}

/// The rest of work that a part was asked for of, if it still waits there.
fn rest_of(order: &Order, asked: &FulfillmentOrder) -> Option<FulfillmentOrderId> {
    let rest = order.fulfillment_orders.iter().find(|fo| {
        fo.parted_from == Some(asked.id)
            && fo.parted_by == PartedBy::Request
            && fo.stage == Stage::Open
            && fo.request == Request::Unsubmitted
            && fo.location == asked.location
    });
    rest.map(|rest| rest.id)
}

/// The service declines to stop.
pub(super) fn reject(
    change: &mut Change<'_, '_>,
    id: FulfillmentOrderId,
    message: &Option<String>,
) -> Result<Outcome, Refusal> {
    let order_id = may(change, id, Action::RejectCancellation)?;
    let goes_on = Stage::InProgress { report: None };
    let work = answer(change, order_id, id, goes_on, Request::CancellationRejected)?.as_work();
    change.order(order_id)?.facts.push(Fact::CancellationRejected { work, message: message.clone() });
    Ok(Outcome::Work { order: order_id, id, rest: None })
}

/// The service gives up: what remains waits for somebody to decide.
pub(super) fn give_up(
    change: &mut Change<'_, '_>,
    id: FulfillmentOrderId,
    message: &Option<String>,
) -> Result<Outcome, Refusal> {
    let order_id = may(change, id, Action::GiveUp)?;
    let work = answer(change, order_id, id, Stage::Incomplete, Request::Closed)?.as_work();
    change.order(order_id)?.facts.push(Fact::GaveUp { work, message: message.clone() });
    Ok(Outcome::Work { order: order_id, id, rest: None })
}

#[cfg(test)]
mod tests;
