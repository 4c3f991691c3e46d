//! Calling off: a fulfillment, or an order.

use super::{Change, Outcome, Write, billing, delivery, pay, stock_delta, work};
use crate::actor::Permission;
use crate::command::{CancelOrder, PayBack, Restock};
use crate::event::Fact;
use crate::fulfillment::{Fulfillment, Share};
use crate::fulfillment_order::{FulfillmentOrder, FulfillmentOrderLine, Request, Stage};
use crate::id::{FulfillmentId, FulfillmentOrderId, LocationId, OrderId, OrderLineId, TransactionId};
use crate::order::{CancelReason, Cancellation, Order, Routing, Waiting};
use crate::refund::{Refund, RefundLine};
use crate::refusal::{Field, Refusal, Thing};
use crate::returning::left_with;
use crate::stock::StockDelta;
use crate::time::Time;

/// How long a note for the staff may be, in characters.
pub const NOTE_LENGTH: usize = 255;

/// A fulfillment is called off: its units wait again, where they left, or for a location if that is forgotten. Work that had been closed stays closed, and
/// new work takes its place; work that is still open simply has more to do. Calling it off twice changes nothing. Units
/// that are in a return left, whoever says what: a parcel that they may have been in stays.
pub(super) fn fulfillment(change: &mut Change<'_, '_>, id: FulfillmentId) -> Result<Outcome, Refusal> {
    let fulfillment = delivery::changeable(change, id)?;
    if !fulfillment.holds_units() {
        // What was given up can't be called back.
        return Err(Refusal::Unknown(Thing::Fulfillment(id)));
    }
    if !fulfillment.is_live() || fulfillment.events.iter().any(|event| is_delivered(event.status)) {
        return Ok(Outcome::Fulfillment(id));
    }
    let mut cancelled = fulfillment.clone();
    for order in cancelled.orders() {
        if holds_returned(&change.order(order)?.order, fulfillment) {
            return Err(Refusal::Returned(id));
        }
        let shares: Vec<&Share> = fulfillment.shares.iter().filter(|share| share.order == order).collect();
        give_back(change, order, &shares)?;
        change.order(order)?.facts.push(Fact::FulfillmentCancelled { fulfillment: id });
    }
    cancelled.cancelled_at = Some(change.now);
    cancelled.updated_at = change.now;
    cancelled.version += 1;
    change.writes.push(Write::Fulfillment(Box::new(cancelled)));
    Ok(Outcome::Fulfillment(id))
}

/// A fulfillment is called off, unless it was before, and forgotten. One that arrived stays: its units are with the
/// buyer, whatever anybody forgets.
pub(super) fn forget(change: &mut Change<'_, '_>, id: FulfillmentId) -> Result<Outcome, Refusal> {
    let known = delivery::changeable(change, id)?;
    if known.is_live() && known.events.iter().any(|event| is_delivered(event.status)) {
        return Err(Refusal::Delivered(id));
    }
    let called_off = if known.is_live() { 1 } else { 0 };
    let version = known.version + called_off;
    fulfillment(change, id)?;
    change.writes.push(Write::NoFulfillment(id, version));
    Ok(Outcome::Fulfillment(id))
}

/// Whether more of a line would be in returns than left, if the fulfillment hadn't been: of the order, or of the work that
/// a return names.
fn holds_returned(order: &Order, fulfillment: &Fulfillment) -> bool {
    let own = || fulfillment.shares.iter().filter(|share| share.order == order.id);
    own().any(|share| {
        let (line, work) = (share.order_line, share.fulfillment_order);
        let of_line = || own().filter(|other| other.order_line == line);
        let held: i64 = of_line().map(|other| other.quantity).sum();
        let with = of_line().filter(|other| other.fulfillment_order == work);
        let held_with: i64 = with.map(|other| other.quantity).sum();
        order.fulfilled_quantity(line) - held < order.returned_quantity(line)
            || left_with(order, work, line) < held_with
    })
}

fn is_delivered(status: crate::fulfillment::DeliveryStatus) -> bool {
    status == crate::fulfillment::DeliveryStatus::Delivered
}

fn give_back(change: &mut Change<'_, '_>, order_id: OrderId, shares: &[&Share]) -> Result<(), Refusal> {
    let (now, places) = (change.now, &change.snapshot.locations);
    // Work that takes the place of closed work, with the id of that.
    let mut renewed: Vec<(FulfillmentOrderId, FulfillmentOrder)> = Vec::new();
    for share in shares {
        let order = &mut change.order(order_id)?.order;
        let given_up = order.cancelled.is_some();
        let fo = work(order, share.fulfillment_order)?;
        let wanted = share.fulfillment_order_line;
        let line = fo.lines.iter_mut().find(|line| line.id == wanted);
        let line = line.ok_or(Refusal::Unknown(Thing::FulfillmentOrderLine(wanted)))?;
        line.fulfilled -= share.quantity;
        let line = line.clone();
        fo.updated_at = now;
        regress(fo);
        let fo = fo.clone();
        // Where the location is forgotten there is no shelf to come back to, and nobody to do it again.
        let forgotten = places.iter().all(|location| location.id != fo.location);
        if let Some(delta) = stock_delta(order, &line, fo.location).filter(|_| !forgotten) {
            let quantity = share.quantity;
            let committed = if given_up { 0 } else { quantity };
            change.move_stock(StockDelta { on_hand: quantity, committed, ..delta });
        }
        if given_up {
            // Nobody asks for these units any more; they don't wait, they are given up.
            let order = &mut change.order(order_id)?.order;
            let mut sold = order.invoices.iter_mut().flat_map(|invoice| &mut invoice.lines);
            if let Some(line) = sold.find(|line| line.id == share.invoice_line) {
                line.removed += share.quantity;
            }
        } else if fo.stage == Stage::Closed && forgotten {
            let routing = &mut change.order(order_id)?.order.routing;
            wait(routing, share);
            routing.retry_at = Some(now);
        } else if fo.stage == Stage::Closed {
            let line =
                FulfillmentOrderLine { id: change.ids.fresh(), total: share.quantity, fulfilled: 0, ..line };
            match renewed.iter_mut().find(|(of, _)| *of == fo.id) {
                Some((_, again)) => again.lines.push(line),
                None => renewed.push((fo.id, again(fo, change.ids.fresh(), line, now))),
            }
        }
    }
    let touched = change.order(order_id)?;
    for (_, fo) in renewed {
        touched.facts.push(Fact::WorkRouted { work: fo.as_work() });
        touched.order.fulfillment_orders.push(fo);
    }
    Ok(())
}

/// The units of a share wait for a location.
fn wait(routing: &mut Routing, share: &Share) {
    let Share { invoice_line, order_line, quantity, .. } = *share;
    match routing.waiting.iter_mut().find(|waiting| waiting.invoice_line == invoice_line) {
        Some(waiting) => waiting.quantity += quantity,
        None => routing.waiting.push(Waiting { invoice_line, order_line, quantity }),
    }
}

/// Work that nothing left of any more is open again, unless somebody said that it is being done.
fn regress(fo: &mut FulfillmentOrder) {
    let untouched = fo.lines.iter().all(|line| line.fulfilled == 0);
    if untouched && fo.stage == (Stage::InProgress { report: None }) && fo.request == Request::Unsubmitted {
        fo.stage = Stage::Open;
    }
}

/// New work for what closed work had sent.
fn again(
    closed: FulfillmentOrder,
    id: FulfillmentOrderId,
    line: FulfillmentOrderLine,
    now: Time,
) -> FulfillmentOrder {
    FulfillmentOrder {
        id,
        lines: vec![line],
        stage: Stage::Open,
        request: Request::Unsubmitted,
        messages: Vec::new(),
        parted_from: None,
        parted_by: Default::default(),
        assigned: None,
        created_at: now,
        ..closed
    }
}

/// An order is called off: whatever waits is given up. Refused while anything of it is out, since what left can't
/// be called back by a word.
pub(super) fn order(change: &mut Change<'_, '_>, command: &CancelOrder) -> Result<Outcome, Refusal> {
    if !change.actor.may(Permission::WriteOrders) {
        return Err(Refusal::NotPermitted(&[Permission::WriteOrders]));
    }
    call_off(change, command)
}

/// The money of an order was declined: it is called off, unless somebody made use of it all the same.
pub(super) fn declined(change: &mut Change<'_, '_>, id: OrderId) -> Result<(), Refusal> {
    let command = CancelOrder {
        order: id,
        reason: CancelReason::Declined,
        note: None,
        restock: Restock::Yes,
        pay_back: PayBack::Nothing,
        notify_buyer: false,
    };
    match call_off(change, &command) {
        Ok(_)
        | Err(Refusal::OrderCancelled(_) | Refusal::OrderHasFulfillments(_) | Refusal::ServiceAtWork(_)) => {
            Ok(())
        }
        Err(refusal) => Err(refusal),
    }
}

fn call_off(change: &mut Change<'_, '_>, command: &CancelOrder) -> Result<Outcome, Refusal> {
    let id = command.order;
    if command.note.as_ref().is_some_and(|note| note.chars().count() > NOTE_LENGTH) {
        return Err(Refusal::Malformed(Field::Note, "is too long"));
    }
    let now = change.now;
    let order = &change.order(id)?.order;
    if order.cancelled.is_some() {
        return Err(Refusal::OrderCancelled(id));
    }
    if order.fulfillment_orders.iter().flat_map(|fo| &fo.lines).any(|line| line.fulfilled > 0) {
        return Err(Refusal::OrderHasFulfillments(id));
    }
    if let Some(busy) = order.fulfillment_orders.iter().find(|fo| fo.is_with_service()) {
        return Err(Refusal::ServiceAtWork(busy.id));
    }
    let open: Vec<_> = order.fulfillment_orders.iter().filter(|fo| fo.is_open()).map(|fo| fo.id).collect();
    let lines = given_up(order, command.restock);
    let transactions = pay::back(change, id, command.pay_back)?;
    refund(change, command, lines, transactions)?;
    for work_id in open {
        let order = &change.order(id)?.order;
        let Some(fo) = order.fulfillment_order(work_id) else { continue };
        let location = fo.location;
        let deltas: Vec<StockDelta> = fo
            .lines
            .iter()
            .filter_map(|line| {
                let delta = stock_delta(order, line, location)?;
                let quantity = line.remaining();
                let on_hand = if command.restock == Restock::Yes { 0 } else { -quantity };
                Some(StockDelta { on_hand, committed: -quantity, ..delta })
            })
            .collect();
        deltas.into_iter().for_each(|delta| change.move_stock(delta));
        let touched = change.order(id)?;
        let fo = work(&mut touched.order, work_id)?;
        fo.stage = Stage::Closed;
        fo.updated_at = now;
        fo.lines.iter_mut().for_each(|line| line.total = line.fulfilled);
        let work = fo.as_work();
        touched.facts.push(Fact::WorkCancelled { work, replacement: None });
    }
    if command.restock == Restock::Yes {
        change.writes.push(Write::RouteWaiting);
    }
    let touched = change.order(id)?;
    let order = &mut touched.order;
    order.routing.waiting.clear();
    order.routing.retry_at = None;
    for line in order.invoices.iter_mut().flat_map(|invoice| &mut invoice.lines) {
        line.removed = line.quantity;
        line.unasked = 0;
    }
    order.cancelled = Some(Cancellation {
        at: now,
        reason: command.reason,
        note: command.note.clone(),
        notify_buyer: command.notify_buyer,
    });
    order.closed_at = Some(now);
    touched.facts.push(Fact::OrderCancelled {});
    billing::called_off(change, id)?;
    Ok(Outcome::Order(id))
}

/// Units of a line, what becomes of them, and the location that was to ship them.
type GivenUp = (OrderLineId, i64, Restock, Option<LocationId>);

/// What an order that is called off gives up: units by line and by the location that was to ship them.
fn given_up(order: &Order, restock: Restock) -> Vec<GivenUp> {
    let of_work = |fo: &FulfillmentOrder| {
        let location = fo.location;
        let lines = fo.lines.iter().map(|line| (line.order_line, line.remaining()));
        lines.map(|(line, units)| (line, units, restock, Some(location))).collect::<Vec<_>>()
    };
    let assigned = order.fulfillment_orders.iter().filter(|fo| fo.is_open()).flat_map(of_work);
    let waiting = order.routing.waiting.iter();
    let waiting = waiting.map(|waiting| (waiting.order_line, waiting.quantity, restock, None));
    let mut all: Vec<GivenUp> = Vec::new();
    for unit in assigned.chain(waiting).filter(|(_, units, ..)| *units > 0) {
        match all.iter_mut().find(|known| (known.0, known.3) == (unit.0, unit.3)) {
            Some(known) => known.1 += unit.1,
            None => all.push(unit),
        }
    }
    all
}

/// Writes down what was given up and what went back for it, if there is either.
fn refund(
    change: &mut Change<'_, '_>,
    command: &CancelOrder,
    lines: Vec<GivenUp>,
    transactions: Vec<TransactionId>,
) -> Result<(), Refusal> {
    if lines.is_empty() && transactions.is_empty() {
        return Ok(());
    }
    let line = |(order_line, quantity, restock, location)| RefundLine {
        id: change.ids.fresh(),
        order_line,
        quantity,
        restock,
        location,
    };
    let lines = lines.into_iter().map(line).collect();
    let credit_expires_at = match command.pay_back {
        PayBack::StoreCredit(until) => until,
        PayBack::Nothing | PayBack::AsPaid => None,
    };
    let (id, at, note) = (change.ids.fresh(), change.now, None);
    let custom_fields = Vec::new();
    let refund = Refund { id, at, note, lines, transactions, custom_fields, credit_expires_at };
    let touched = change.order(command.order)?;
    touched.order.refunds.push(refund);
    touched.facts.push(Fact::RefundCreated { refund: id });
    Ok(())
}

#[cfg(test)]
mod tests;
