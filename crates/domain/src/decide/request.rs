//! The conversation between merchant and fulfillment service, and the opening of scheduled work.

use super::part::{may, part};
use super::{Change, Outcome, ServiceCall, Write, route, stock_delta, work};
use crate::allowed::Action;
use crate::command::RequestFulfillment;
use crate::event::Fact;
use crate::fulfillment_order::{FulfillmentOrder, MerchantMessage, MessageKind, PartedBy, Request, Stage};
use crate::id::{FulfillmentOrderId, OrderId, RequestId};
use crate::order::Waiting;
use crate::refusal::{Refusal, Thing};
use crate::rejection::Rejection;
use crate::snapshot::WhenDeclined;
use crate::stock::StockDelta;

/// The merchant asks. Asking for some of the units parts the work; what is asked for keeps its id.
pub(super) fn submit(change: &mut Change<'_, '_>, command: &RequestFulfillment) -> Result<Outcome, Refusal> {
    let id = command.fulfillment_order;
    let order_id = may(change, id, Action::RequestFulfillment)?;
    let rest = part(change, order_id, id, &command.lines)?;
    let message_id: RequestId = change.ids.fresh();
    let now = change.now;
    let touched = change.order(order_id)?;
    if let Some(rest) = rest {
        let rest = work(&mut touched.order, rest)?;
        (rest.parted_from, rest.parted_by) = (Some(id), PartedBy::Request);
    }
    let fo = work(&mut touched.order, id)?;
    let original = fo.as_work();
    fo.stage = Stage::Open;
    fo.request = Request::Submitted;
    fo.updated_at = now;
    fo.messages.push(MerchantMessage {
        id: message_id,
        kind: MessageKind::Fulfillment,
        text: command.message.clone(),
        notify_buyer: command.notify_buyer,
        declined: None,
        sent_at: now,
    });
    let (at, service) = (fo.as_work(), fo.service);
    let message = command.message.clone();
    touched.facts.push(Fact::RequestSubmitted { original, work: at, message, request: message_id });
    if let Some(service) = service {
        change.writes.push(Write::CallService(service, ServiceCall::FulfillmentRequest));
    }
    Ok(Outcome::Work { order: order_id, id, rest })
}

/// The service agrees.
pub(super) fn accept(
    change: &mut Change<'_, '_>,
    id: FulfillmentOrderId,
    message: &Option<String>,
) -> Result<Outcome, Refusal> {
    let order_id = may(change, id, Action::Accept)?;
    let fo = answer(change, order_id, id, Stage::InProgress { report: None }, Request::Accepted)?;
    let (work, message) = (fo.as_work(), message.clone());
    change.order(order_id)?.facts.push(Fact::RequestAccepted { work, message });
    Ok(Outcome::Work { order: order_id, id, rest: None })
}

/// The service declines. If the shop wants that, the units go elsewhere at once, provided that others can ship all
/// of them; otherwise the work stays where it is until somebody decides.
pub(super) fn reject(
    change: &mut Change<'_, '_>,
    id: FulfillmentOrderId,
    why: &Rejection,
) -> Result<Outcome, Refusal> {
    let order_id = may(change, id, Action::Reject)?;
    let asked = work(&mut change.order(order_id)?.order, id)?;
    if let Some((line, _)) = why.lines.iter().find(|(line, _)| asked.line(*line).is_none()) {
        return Err(Refusal::Unknown(Thing::FulfillmentOrderLine(*line)));
    }
    let request = asked.messages.iter_mut().rfind(|message| message.kind == MessageKind::Fulfillment);
    if let Some(request) = request {
        request.declined = Some(why.clone());
    }
    let fo = answer(change, order_id, id, Stage::Open, Request::Rejected)?;
    let (work, message) = (fo.as_work(), why.message.clone());
    change.order(order_id)?.facts.push(Fact::RequestRejected { work, message });
    if change.snapshot.shop.when_declined == WhenDeclined::Reroute {
        reroute(change, order_id, &fo)?;
    }
    Ok(Outcome::Work { order: order_id, id, rest: None })
}

/// The work after the service's answer.
pub(super) fn answer(
    change: &mut Change<'_, '_>,
    order: OrderId,
    id: FulfillmentOrderId,
    stage: Stage,
    request: Request,
) -> Result<FulfillmentOrder, Refusal> {
    let now = change.now;
    let fo = work(&mut change.order(order)?.order, id)?;
    (fo.stage, fo.request, fo.updated_at) = (stage, request, now);
    Ok(fo.clone())
}

/// Takes the units of declined work back and routes them again, but not to where they were declined. If some find
/// no place nothing changes: they are better off where somebody can see them. Units that waited before go on waiting.
fn reroute(
    change: &mut Change<'_, '_>,
    order_id: OrderId,
    declined: &FulfillmentOrder,
) -> Result<(), Refusal> {
    let now = change.now;
    let touched = change.order(order_id)?;
    let (before, facts) = (touched.order.clone(), touched.facts.len());
    let left: Vec<_> = declined.lines.iter().filter(|line| line.remaining() > 0).collect();
    touched.order.routing.waiting = left
        .iter()
        .map(|line| Waiting {
            invoice_line: line.invoice_line,
            order_line: line.order_line,
            quantity: line.remaining(),
        })
        .collect();
    let fo = work(&mut touched.order, declined.id)?;
    fo.stage = Stage::Closed;
    fo.updated_at = now;
    fo.lines.iter_mut().for_each(|line| line.total = line.fulfilled);
    let stock = change.stock.clone();
    for line in left {
        if let Some(delta) = stock_delta(&before, line, declined.location) {
            change.move_stock(StockDelta { committed: -line.remaining(), ..delta });
        }
    }
    route::route(change, order_id, &[declined.location])?;
    let touched = change.order(order_id)?;
    if touched.order.routing.waiting.is_empty() {
        touched.order.routing.waiting = before.routing.waiting;
        touched.order.routing.retry_at = before.routing.retry_at;
        // What was promised where it was declined may now be had by others.
        change.writes.push(Write::RouteWaiting);
    } else {
        touched.order = before;
        touched.facts.truncate(facts);
        change.stock = stock;
    }
    Ok(())
}

/// Scheduled work opens, or work whose progress was reported by mistake.
pub(super) fn open(change: &mut Change<'_, '_>, id: FulfillmentOrderId) -> Result<Outcome, Refusal> {
    let order_id = may(change, id, Action::Open)?;
    let now = change.now;
    let touched = change.order(order_id)?;
    let fo = work(&mut touched.order, id)?;
    let was_scheduled = matches!(fo.stage, Stage::Scheduled { .. });
    fo.stage = Stage::Open;
    fo.updated_at = now;
    let work = fo.as_work();
    touched.facts.push(if was_scheduled { Fact::WorkReady { work } } else { Fact::WorkOpened { work } });
    Ok(Outcome::Work { order: order_id, id, rest: None })
}

#[cfg(test)]
mod tests;
