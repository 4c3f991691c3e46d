//! Nobody asks for some units any more. What a service was asked for, it must be asked to stop first.

use super::fulfill::{Leaving, leave};
use super::fulfill_order::sold;
use super::part::{askable, found};
use super::{Change, Outcome, billing, charging, edit};
use crate::actor::Permission;
use crate::command::Restock;
use crate::command::charging::GiveUpUnits;
use crate::custom_field;
use crate::event::Fact;
use crate::fulfillment::GivenUp;
use crate::id::OrderId;
use crate::refund::{Refund, RefundLine};
use crate::refusal::Refusal;

/// Units of some work are given up. A fulfillment that holds nothing remembers it, and which work they were taken from.
pub(super) fn of_work(change: &mut Change<'_, '_>, command: &GiveUpUnits) -> Result<Outcome, Refusal> {
    if !change.actor.may(Permission::WriteOrders) {
        return Err(Refusal::NotPermitted(&[Permission::WriteOrders]));
    }
    let (now, id) = (change.now, change.order_of(command.work)?);
    let order = change.look(id)?;
    if order.cancelled.is_some() {
        return Err(Refusal::OrderCancelled(id));
    }
    charging::may_leave(order, now)?;
    let fo = found(order, command.work)?.clone();
    if !fo.is_open() {
        return Err(Refusal::Unfulfillable(fo.id, fo.stage_name()));
    }
    if fo.request.is_asked() {
        return Err(Refusal::ServiceAtWork(fo.id));
    }
    askable(&fo, 0, &command.lines)?;
    let (mut given_up, mut lines) = (Vec::new(), Vec::new());
    for (line, quantity) in command.lines.iter().copied() {
        let Some(own) = fo.line(line) else { continue };
        let (order_line, from) = (own.order_line, Some((fo.id, line)));
        given_up.push(GivenUp { order: id, order_line, quantity, from });
        let (restock, location) = (Restock::Yes, Some(fo.location));
        lines.push(RefundLine { id: change.ids.fresh(), order_line, quantity, restock, location });
        let order = &mut change.order(id)?.order;
        let mut sold = order.invoices.iter_mut().flat_map(|invoice| &mut invoice.lines);
        if let Some(sold) = sold.find(|sold| sold.id == own.invoice_line) {
            sold.removed += quantity;
        }
    }
    if lines.is_empty() {
        return Err(Refusal::NothingToDo);
    }
    billing::take_away(change, id, fo.id, &command.lines)?;
    let leaves = Leaving {
        location: fo.location,
        service: fo.service,
        trackings: Vec::new(),
        notify_buyer: false,
        message: None,
        origin: None,
        number: None,
        given_up,
        custom_fields: custom_field::merged(&[], &command.custom_fields, now, change.ids),
    };
    let made = leave(change, Vec::new(), leaves)?;
    note(change, id, lines)?;
    Ok(Outcome::Fulfillment(made))
}

/// Units of lines of an order are given up, wherever they wait.
pub(super) fn of_order(
    change: &mut Change<'_, '_>,
    id: OrderId,
    given_up: &[GivenUp],
) -> Result<(), Refusal> {
    let mut lines = Vec::new();
    for GivenUp { order_line, quantity, .. } in given_up.iter().copied() {
        let mut left = quantity;
        for (sold, units) in sold(&change.order(id)?.order, order_line, quantity) {
            let mut taken = billing::give_up_at(change, id, sold, units)?;
            let order = &mut change.order(id)?.order;
            let mut of = order.invoices.iter_mut().flat_map(|invoice| &mut invoice.lines);
            let Some(own) = of.find(|own| own.id == sold) else { continue };
            let resting = own.unasked.min(units - taken.iter().map(|(_, units)| units).sum::<i64>());
            own.unasked -= resting;
            taken.extend((resting > 0).then_some((None, resting)));
            let units: i64 = taken.iter().map(|(_, units)| units).sum();
            own.removed += units;
            left -= units;
            for (location, quantity) in taken {
                let restock = Restock::Yes;
                lines.push(RefundLine { id: change.ids.fresh(), order_line, quantity, restock, location });
            }
        }
        if left > 0 {
            return Err(edit::busy(&change.order(id)?.order, order_line));
        }
    }
    note(change, id, lines)
}

/// Writes down what was given up, for those who keep books of it.
fn note(change: &mut Change<'_, '_>, id: OrderId, lines: Vec<RefundLine>) -> Result<(), Refusal> {
    if lines.is_empty() {
        return Ok(());
    }
    let (refund, at) = (change.ids.fresh(), change.now);
    let touched = change.order(id)?;
    touched.order.refunds.push(Refund {
        id: refund,
        at,
        note: None,
        lines,
        transactions: Vec::new(),
        custom_fields: Vec::new(),
        credit_expires_at: None,
    });
    touched.facts.push(Fact::RefundCreated { refund });
    Ok(())
}

#[cfg(test)]
mod tests;
