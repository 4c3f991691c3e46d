//! Getting the money of an invoice: it is taken, given up, called off, or asked for again.

use super::{Change, Outcome, bill_of, billing_of, gateway_of, status_of};
use crate::billing::status::{self, InvoiceStatus};
use crate::billing::{Processor, Service, Trouble};
use crate::command::billing::PayInvoice;
use crate::event::{Fact, InvoiceNews};
use crate::id::{InvoiceId, OrderId};
use crate::money::Minor;
use crate::order::Order;
use crate::payment::{Ask, Transaction, TransactionKind, TransactionStatus};
use crate::refusal::{Field, Refusal, Thing};
use crate::time::Time;

/// The money of an invoice is to be taken now.
pub(super) fn pay(change: &mut Change<'_, '_>, command: &PayInvoice) -> Result<Outcome, Refusal> {
    let (now, id) = (change.now, command.order);
    let order = &mut change.order(id)?.order;
    gateway_of(order)?;
    open(order, command.invoice, now)?;
    nothing_under_way(order, command.invoice)?;
    if let (Some(instrument), Processor::Gateway(gateway)) =
        (&command.instrument, &mut billing_of(order)?.processor)
    {
        gateway.instrument = Some(instrument.clone());
    }
    if gateway_of(order)?.instrument.is_none() {
        return Err(Refusal::Billing(Trouble::NoInstrument(id)));
    }
    let due = due(order, command.invoice, now)?;
    if command.amount.is_some_and(|amount| !(1..=due).contains(&amount)) {
        return Err(Refusal::Malformed(Field::Amount, "must be positive, and no more than what is due"));
    }
    ask(change, id, command.invoice, command.amount.unwrap_or(due))?;
    Ok(Outcome::Invoice(id, command.invoice))
}

/// Asks for what is still to be paid of an invoice.
pub(super) fn take(change: &mut Change<'_, '_>, id: OrderId, invoice: InvoiceId) -> Result<(), Refusal> {
    let now = change.now;
    let order = &mut change.order(id)?.order;
    let due = due(order, invoice, now)?;
    ask(change, id, invoice, due)
}

fn due(order: &Order, invoice: InvoiceId, now: Time) -> Result<Minor, Refusal> {
    let own = order.invoice(invoice).ok_or(Refusal::Unknown(Thing::Invoice(invoice)))?;
    Ok(status::due(own, &order.placed.transactions, now))
}

fn ask(change: &mut Change<'_, '_>, id: OrderId, invoice: InvoiceId, amount: Minor) -> Result<(), Refusal> {
    let (now, transaction) = (change.now, change.ids.fresh());
    let order = &mut change.order(id)?.order;
    bill_of(order, invoice)?.attempt_at = None;
    if amount <= 0 {
        return Ok(());
    }
    let gateway = Some(gateway_of(order)?.name.clone());
    order.placed.transactions.push(Transaction {
        gateway,
        invoice: Some(invoice),
        ask: Some(Ask { at: now, times: 0 }),
        ..Transaction::new(transaction, TransactionKind::Sale, TransactionStatus::Asked, amount, now)
    });
    Ok(())
}

/// Nobody waits for the money of an invoice any longer. Nothing else changes: the subscription goes on.
pub(super) fn abandon(
    change: &mut Change<'_, '_>,
    id: OrderId,
    invoice: InvoiceId,
) -> Result<Outcome, Refusal> {
    let now = change.now;
    let order = &mut change.order(id)?.order;
    gateway_of(order)?;
    open(order, invoice, now)?;
    nothing_under_way(order, invoice)?;
    give_up(order, invoice, now)?;
    Ok(Outcome::Invoice(id, invoice))
}

pub(super) fn give_up(order: &mut Order, invoice: InvoiceId, now: Time) -> Result<(), Refusal> {
    let bill = bill_of(order, invoice)?;
    bill.abandoned_at = Some(now);
    bill.attempt_at = None;
    Ok(())
}

/// An invoice is called off that nothing was paid of. If it was the first of an order that waits for it, so is the
/// order.
pub(super) fn void(change: &mut Change<'_, '_>, id: OrderId, invoice: InvoiceId) -> Result<Outcome, Refusal> {
    let now = change.now;
    let order = &mut change.order(id)?.order;
    gateway_of(order)?;
    voidable(order, invoice, now)?;
    call_off(order, invoice, now)?;
    let open =
        order.invoices.iter().any(|own| status_of(order, own.id, now).is_ok_and(InvoiceStatus::is_open));
    let billing = billing_of(order)?;
    if billing.service == Service::Pending && !open {
        billing.service = Service::Voided;
    }
    Ok(Outcome::Invoice(id, invoice))
}

/// That an invoice can be called off: nothing of it was paid, or may yet be.
pub(super) fn voidable(order: &Order, invoice: InvoiceId, now: Time) -> Result<(), Refusal> {
    let untouched = status::moved(invoice, &order.placed.transactions).paid == 0;
    match status_of(order, invoice, now)? {
        InvoiceStatus::Unpaid | InvoiceStatus::PastDue | InvoiceStatus::Abandoned if untouched => {}
        status => return Err(Refusal::Billing(Trouble::Invoice(invoice, status))),
    }
    nothing_under_way(order, invoice)
}

pub(super) fn call_off(order: &mut Order, invoice: InvoiceId, now: Time) -> Result<(), Refusal> {
    let bill = bill_of(order, invoice)?;
    bill.voided_at = Some(now);
    bill.attempt_at = None;
    Ok(())
}

/// An unpaid invoice is issued again: it gets another time to be paid by, and is tried from the beginning.
pub(super) fn reissue(
    change: &mut Change<'_, '_>,
    id: OrderId,
    invoice: InvoiceId,
    due_at: Option<Time>,
) -> Result<Outcome, Refusal> {
    let now = change.now;
    let due_at = due_at.unwrap_or(now.plus(change.snapshot.shop.billing.due_after));
    if due_at < now {
        return Err(Refusal::TimePassed);
    }
    let order = &mut change.order(id)?.order;
    let by_itself = gateway_of(order)?.instrument.is_some();
    match status_of(order, invoice, now)? {
        status if status.is_open() || status == InvoiceStatus::Abandoned => {}
        status => return Err(Refusal::Billing(Trouble::Invoice(invoice, status))),
    }
    nothing_under_way(order, invoice)?;
    let bill = bill_of(order, invoice)?;
    bill.due_at = Some(due_at);
    bill.abandoned_at = None;
    bill.past_due_at = None;
    bill.declined = 0;
    bill.declined_at = None;
    bill.attempt_at = by_itself.then_some(due_at);
    bill.revision += 1;
    change.order(id)?.facts.push(Fact::Invoice { invoice, news: InvoiceNews::Reissued });
    Ok(Outcome::Invoice(id, invoice))
}

/// That the money of an invoice is awaited.
fn open(order: &Order, invoice: InvoiceId, now: Time) -> Result<(), Refusal> {
    match status_of(order, invoice, now)? {
        status if status.is_open() => Ok(()),
        status => Err(Refusal::Billing(Trouble::Invoice(invoice, status))),
    }
}

/// That no money is under way for an invoice.
pub(super) fn nothing_under_way(order: &Order, invoice: InvoiceId) -> Result<(), Refusal> {
    let mut of = order.placed.transactions.iter().filter(|own| own.invoice == Some(invoice) && own.takes());
    match of.find(|own| own.status.is_awaited()) {
        Some(own) => Err(Refusal::Billing(Trouble::PaymentUnderWay(own.id))),
        None => Ok(()),
    }
}
