//! Units that left come back. What may come back left and is in no other return; what is accepted is paid back as soon
//! as all of the return was. Stock stays as it is: nobody knows yet whether what came back can be sold again.

use super::{Change, Outcome, refund};
use crate::billing::Trouble;
use crate::charging::Ledger;
use crate::command::charging::{AcceptReturn, OpenReturn};
use crate::custom_field::{self, CustomField};
use crate::event::{Fact, ReturnNews};
use crate::id::{FulfillmentOrderId, OrderId, OrderLineId, ReturnId};
use crate::money::Minor;
use crate::order::Order;
use crate::refusal::{Refusal, Thing};
use crate::returning::{Return, ReturnLine, left_with};

pub(super) fn open(change: &mut Change<'_, '_>, command: &OpenReturn) -> Result<Outcome, Refusal> {
    let (now, id) = (change.now, command.order);
    let lines = added_up(&command.lines)?;
    let order = &change.order(id)?.order;
    if order.charging.is_none() {
        return Err(Refusal::Billing(Trouble::NotCharged(id)));
    }
    if let Some(work) = command.work {
        order.fulfillment_order(work).ok_or(Refusal::Unknown(Thing::FulfillmentOrder(work)))?;
    }
    for ReturnLine { order_line: line, quantity: asked, .. } in lines.iter().copied() {
        order.line(line).ok_or(Refusal::Unknown(Thing::OrderLine(line)))?;
        let left = returnable(order, line, command.work);
        if asked > left {
            return Err(Refusal::Billing(Trouble::TooManyReturned { line, asked, left }));
        }
    }
    let custom_fields = custom_field::merged(&[], &command.custom_fields, now, change.ids);
    let made: ReturnId = change.ids.fresh();
    let reason = command.reason.clone();
    let touched = change.order(id)?;
    touched.order.returns.push(Return {
        id: made,
        reason,
        work: command.work,
        lines,
        refunds: Vec::new(),
        custom_fields,
        created_at: now,
        updated_at: now,
    });
    touched.facts.push(Fact::Return { id: made, news: ReturnNews::Opened });
    Ok(Outcome::Return(id, made))
}

/// A line that is named twice counts together.
fn added_up(lines: &[(OrderLineId, i64)]) -> Result<Vec<ReturnLine>, Refusal> {
    let mut sums: Vec<ReturnLine> = Vec::with_capacity(lines.len());
    for (at, (order_line, quantity)) in lines.iter().copied().enumerate() {
        if quantity <= 0 {
            return Err(Refusal::QuantityNotPositive((0, at)));
        }
        match sums.iter_mut().find(|known| known.order_line == order_line) {
            Some(known) => known.quantity = known.quantity.saturating_add(quantity),
            None => sums.push(ReturnLine { order_line, quantity, accepted: 0 }),
        }
    }
    if sums.is_empty() { Err(Refusal::NothingToDo) } else { Ok(sums) }
}

/// Units of a line that left and are in no return; if a work is named, those that left with it and are in no return of it.
fn returnable(order: &Order, line: OrderLineId, work: Option<FulfillmentOrderId>) -> i64 {
    let of_order = order.fulfilled_quantity(line) - order.returned_quantity(line);
    let of_work = work.map(|work| left_with(order, work, line));
    of_order.min(of_work.unwrap_or(of_order)).max(0)
}

pub(super) fn accept(change: &mut Change<'_, '_>, command: &AcceptReturn) -> Result<Outcome, Refusal> {
    let (now, id) = (change.now, command.order);
    let order = change.order(id)?.order.clone();
    let known = order.returns.iter().find(|known| known.id == command.id);
    let mut own = known.ok_or(Refusal::Unknown(Thing::Return(command.id)))?.clone();
    if own.is_accepted() {
        return Ok(Outcome::Return(id, own.id));
    }
    let lines = match &command.lines {
        Some(lines) => added_up(lines)?,
        None => own.lines.clone(),
    };
    for ReturnLine { order_line: line, quantity, accepted } in lines {
        let of = own.lines.iter_mut().find(|of| of.order_line == line);
        let of = of.ok_or(Refusal::Unknown(Thing::OrderLine(line)))?;
        let (asked, left) = (quantity - accepted, of.quantity - of.accepted);
        if asked > left {
            return Err(Refusal::Billing(Trouble::TooManyReturned { line, asked, left }));
        }
        of.accepted += asked;
    }
    own.custom_fields = custom_field::merged(&own.custom_fields, &command.custom_fields, now, change.ids);
    own.updated_at = now;
    let done = own.is_accepted();
    if done {
        let wanted = worth(&order, &own)?;
        if !wanted.is_empty() {
            own.refunds.push(refund::back(change, id, &wanted, own.reason.as_deref(), &[])?);
        }
    }
    let news = if done { ReturnNews::Accepted } else { ReturnNews::Updated };
    put(change, id, own, news)
}

/// What goes back for a return, line by line: what was paid for its units. Refused if some of that hasn't come yet: the
/// return is accepted when it has. What went back before for the line doesn't go back twice.
fn worth(order: &Order, own: &Return) -> Result<Vec<(Option<OrderLineId>, Minor)>, Refusal> {
    let charging = order.charging.as_deref().ok_or(Refusal::Billing(Trouble::NotCharged(order.id)))?;
    let mut wanted = Vec::new();
    for ReturnLine { order_line: line, quantity, .. } in own.lines.iter().copied() {
        let share = charging.share(line).ok_or(Refusal::Unknown(Thing::OrderLine(line)))?;
        let ledger = Ledger::of(order, share);
        let returned = |other: &&Return| other.id == own.id || other.is_accepted();
        let returned = order.returns.iter().filter(returned).flat_map(|other| &other.lines);
        let returned: i64 =
            returned.filter(|other| other.order_line == line).map(|other| other.quantity).sum();
        let last = returned >= ledger.paid();
        let (asked, left) = (share.whole.of_units(quantity, share.quantity), ledger.refundable());
        let awaited = ledger.captured_amount > ledger.taken_amount;
        if awaited && asked > left {
            let (order, line) = (order.id, Some(line));
            return Err(Refusal::Billing(Trouble::RefundExceeds { order, line, asked, left }));
        }
        let amount = if last { left } else { asked.min(left) };
        wanted.extend((amount > 0).then_some((Some(line), amount)));
    }
    Ok(wanted)
}

/// Something else is kept with a return.
pub(super) fn amend(
    change: &mut Change<'_, '_>,
    id: OrderId,
    of: ReturnId,
    fields: &[CustomField],
) -> Result<Outcome, Refusal> {
    let now = change.now;
    let known = change.order(id)?.order.returns.iter().find(|known| known.id == of).cloned();
    let mut own = known.ok_or(Refusal::Unknown(Thing::Return(of)))?;
    own.custom_fields = custom_field::merged(&own.custom_fields, fields, now, change.ids);
    own.updated_at = now;
    put(change, id, own, ReturnNews::Updated)
}

fn put(change: &mut Change<'_, '_>, id: OrderId, own: Return, news: ReturnNews) -> Result<Outcome, Refusal> {
    let of = own.id;
    let touched = change.order(id)?;
    if let Some(known) = touched.order.returns.iter_mut().find(|known| known.id == of) {
        *known = own;
    }
    touched.facts.push(Fact::Return { id: of, news });
    Ok(Outcome::Return(id, of))
}
