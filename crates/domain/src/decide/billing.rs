//! Decisions about orders whose money is still to come. A command changes plan, invoices, transactions or claims;
//! what follows from how they stand then is done in one place, [`settle`]: the service begins or ends, what was sold
//! is held, goes or is given up, and access is given or taken back. What happened is told from the difference
//! between before and after, in [`news`].

use super::{Change, Outcome};
use crate::actor::Permission;
use crate::billing::status::{self, InvoiceStatus, Stance};
use crate::billing::{self, Bill, Billing, Gateway, Kind, Processor, Service, Trouble};
use crate::command::billing::BillingCommand;
use crate::id::{InvoiceId, OrderId};
use crate::invoice::Invoice;
use crate::order::Order;
use crate::refusal::{Refusal, Thing};
use crate::time::Time;

mod access;
mod advance;
mod books;
mod collect;
mod issue;
mod news;
mod place;
mod plan;
mod price;
mod record;
mod service;
mod units;

pub(super) use access::{revoke_by_hand, save as save_access};
pub(super) use news::tell;
pub(super) use service::called_off;
pub(super) use units::{give_up_at, hold, hold_for, release, take_away};

pub(super) fn decide(change: &mut Change<'_, '_>, command: &BillingCommand) -> Result<Outcome, Refusal> {
    let needs: &'static [Permission] = match command {
        BillingCommand::SavePrice(_) | BillingCommand::SaveAccess(_) | BillingCommand::RevokeAccess(_) => {
            &[Permission::WriteProducts]
        }
        _ => &[Permission::WriteOrders],
    };
    if !change.actor.may_any(needs) {
        return Err(Refusal::NotPermitted(needs));
    }
    let outcome = match command {
        BillingCommand::Place(place) => place::place(change, place)?,
        BillingCommand::Update(update) => books::update(change, update)?,
        BillingCommand::Issue(issue) => books::issue(change, issue)?,
        BillingCommand::UpdateInvoice(update) => books::correct(change, update)?,
        BillingCommand::Pay(pay) => collect::pay(change, pay)?,
        BillingCommand::Abandon(order, invoice) => collect::abandon(change, *order, *invoice)?,
        BillingCommand::Void(order, invoice) => collect::void(change, *order, *invoice)?,
        BillingCommand::Reissue(order, invoice, due_at) => {
            collect::reissue(change, *order, *invoice, *due_at)?
        }
        BillingCommand::Refund(refund) => record::refund(change, refund)?,
        BillingCommand::Record(record) => record::payment(change, record)?,
        BillingCommand::RecordDispute(record) => record::dispute(change, record)?,
        BillingCommand::Cancel(cancel) => service::cancel(change, cancel)?,
        BillingCommand::Pause(order, until) => service::pause(change, *order, *until)?,
        BillingCommand::Resume(order) => service::resume(change, *order)?,
        BillingCommand::Reactivate(order) => service::reactivate(change, *order)?,
        BillingCommand::ChangePlan(command) => plan::change(change, command)?,
        BillingCommand::Advance(order) => advance::advance(change, *order)?,
        BillingCommand::SavePrice(price) => return price::save(change, price),
        BillingCommand::SaveAccess(grant) => return save_access(change, grant),
        BillingCommand::RevokeAccess(id) => return revoke_by_hand(change, *id),
    };
    Ok(outcome)
}

/// The billing of an order, for changing.
fn billing_of(order: &mut Order) -> Result<&mut Billing, Refusal> {
    let none = Refusal::Billing(Trouble::NotBilled(order.id));
    order.billing.as_deref_mut().ok_or(none)
}

/// The gateway that an order's money is taken through, if we take it.
fn gateway_of(order: &Order) -> Result<&Gateway, Refusal> {
    let billing = order.billing.as_deref().ok_or(Refusal::Billing(Trouble::NotBilled(order.id)))?;
    billing.gateway().ok_or(Refusal::Billing(Trouble::External(order.id)))
}

/// That the order is a subscription whose money we take.
fn runs(order: &Order) -> Result<&Billing, Refusal> {
    billing::runs_or(order).map_err(Refusal::Billing)
}

fn invoice_of(order: &mut Order, id: InvoiceId) -> Result<&mut Invoice, Refusal> {
    order.invoices.iter_mut().find(|own| own.id == id).ok_or(Refusal::Unknown(Thing::Invoice(id)))
}

/// What an invoice asks for, for changing.
fn bill_of(order: &mut Order, id: InvoiceId) -> Result<&mut Bill, Refusal> {
    let none = Refusal::Unknown(Thing::Invoice(id));
    invoice_of(order, id)?.bill.as_deref_mut().ok_or(none)
}

/// How an invoice of the order stands.
fn status_of(order: &Order, id: InvoiceId, now: Time) -> Result<InvoiceStatus, Refusal> {
    let invoice = order.invoice(id).ok_or(Refusal::Unknown(Thing::Invoice(id)))?;
    status::invoice_status(invoice, &order.placed.transactions, now)
        .ok_or(Refusal::Unknown(Thing::Invoice(id)))
}

/// What follows from how an order's invoices and its service stand, compared to before the command.
pub(super) fn settle(change: &mut Change<'_, '_>, id: OrderId) -> Result<(), Refusal> {
    let (snapshot, now) = (change.snapshot, change.now);
    let before = snapshot.orders.iter().find(|order| order.id == id);
    let was = |invoice: InvoiceId| before.and_then(|order| status_of(order, invoice, now).ok());
    let order = &change.order(id)?.order;
    if order.billing.is_none() {
        return Ok(());
    }
    let invoices: Vec<InvoiceId> =
        order.invoices.iter().filter(|own| own.bill.is_some()).map(|own| own.id).collect();
    for invoice in &invoices {
        let order = &mut change.order(id)?.order;
        let is = status_of(order, *invoice, now)?;
        let was = was(*invoice);
        if was == Some(is) {
            continue;
        }
        if let Processor::External(books) = &mut billing_of(order)?.processor {
            books.claim = status::BillingStatus::Invoice(is);
        }
        if is == InvoiceStatus::Paid && !was.is_some_and(InvoiceStatus::keeps_money) {
            service::paid(change, id, *invoice)?;
        }
        if matches!(is, InvoiceStatus::Refunded | InvoiceStatus::Voided) {
            access::revoke_of(change, id, *invoice)?;
        }
    }
    let order = &change.order(id)?.order;
    let billing = order.billing.as_deref();
    let ends = billing.is_some_and(|billing| match billing.service {
        Service::Churned => true,
        Service::Completed => billing.kind == Kind::Subscription && billing.lends(),
        _ => false,
    });
    if ends {
        access::revoke_all(change, id)?;
    }
    if change.order(id)?.order.cancelled.is_some() {
        return Ok(());
    }
    for invoice in invoices {
        let stood = before.and_then(|order| Some(status::stance(order, order.invoice(invoice)?)));
        let order = &change.order(id)?.order;
        let Some(own) = order.invoice(invoice) else { continue };
        match (stood, status::stance(order, own)) {
            (Some(stood), stands) if stood == stands && stands != Stance::GiveUp => {}
            (_, Stance::GiveUp) => units::give_up(change, id, invoice)?,
            // It was sold just now, and went where it goes.
            (None, _) => {}
            (Some(Stance::GiveUp), _) => units::revive(change, id, invoice)?,
            (_, Stance::Go) => units::release(change, id, invoice)?,
            (_, Stance::Wait) => units::hold(change, id, invoice)?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
