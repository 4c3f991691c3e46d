//! How a subscription begins, rests, goes on and ends.

use super::{Change, Outcome, access, bill_of, billing_of, collect, record, runs};
use crate::billing::change::unused;
use crate::billing::status::{self, InvoiceStatus};
use crate::billing::{Charge, Ending, Kind, PlanLine, Service, TrialStage, Trouble};
use crate::command::billing::{CancelService, NewDates, Proration, When};
use crate::event::{Fact, ServiceNews};
use crate::id::{InvoiceId, OrderId};
use crate::invoice::InvoiceLine;
use crate::money::Minor;
use crate::order::Order;
use crate::payment::TransactionStatus;
use crate::refusal::Refusal;
use crate::time::Time;

/// An invoice is paid: what is paid once is done, a subscription begins, and access is given.
pub(super) fn paid(change: &mut Change<'_, '_>, id: OrderId, invoice: InvoiceId) -> Result<(), Refusal> {
    let now = change.now;
    let order = &mut change.order(id)?.order;
    let real = order.invoice(invoice).is_some_and(|own| own.lines.iter().any(is_real));
    let bill = bill_of(order, invoice)?;
    bill.attempt_at = None;
    let at = *bill.paid_at.get_or_insert(now);
    let billing = billing_of(order)?;
    if real && billing.first_paid_at.is_none() {
        billing.first_paid_at = Some(at);
    }
    if let Some(trial) = billing.trial.as_mut().filter(|trial| real && trial.stage == TrialStage::Ended) {
        trial.stage = TrialStage::Converted;
    }
    match (billing.kind, billing.service) {
        (Kind::OneTime, service) if !service.is_called_off() => billing.service = Service::Completed,
        (Kind::Subscription, Service::Pending) if !billing.is_external() => {
            billing.service = Service::Active;
            billing.activated_at = Some(now);
            go_on(&mut billing.plan, now);
            if let Some(trial) = &mut billing.trial {
                trial.ends_at = trial.ends_at.max(now);
            }
        }
        _ => {}
    }
    access::grant(change, id, invoice)
}

/// Whether a line asks for money that is neither for trying nor for setting up.
fn is_real(line: &InvoiceLine) -> bool {
    line.bill.as_ref().is_some_and(|bill| {
        bill.charge == Charge::Article
            && bill.amount > 0
            && bill.period.is_none_or(|period| period.number > 0)
    })
}

/// Periods that should have begun by now begin now; the others stay where they are.
fn go_on(plan: &mut [PlanLine], now: Time) {
    for line in plan.iter_mut().filter(|line| line.next_at().is_some_and(|at| at < now)) {
        line.rebase(now);
    }
}

/// A subscription is cancelled. It runs until what was paid for ends, or ends at once.
pub(super) fn cancel(change: &mut Change<'_, '_>, command: &CancelService) -> Result<Outcome, Refusal> {
    let (now, id) = (change.now, command.order);
    let order = &mut change.order(id)?.order;
    in_state(order, |service| matches!(service, Service::Active | Service::Paused { .. }))?;
    for invoice in &command.void {
        collect::voidable(order, *invoice, now)?;
        collect::call_off(order, *invoice, now)?;
    }
    let ends_at = match command.when {
        When::Now => now,
        When::NextRenewal => status::paid_until(order).unwrap_or(now),
    };
    let ending = Ending {
        at: Some(now),
        by: command.by.clone(),
        reason: command.reason.clone(),
        description: command.description.clone(),
    };
    billing_of(order)?.ending = Some(ending);
    if ends_at > now {
        let billing = billing_of(order)?;
        billing.service = Service::Cancelled;
        billing.churned_at = Some(ends_at);
        return Ok(Outcome::Order(id));
    }
    churn(order, now)?;
    if command.when == When::Now && command.proration == Proration::Exact {
        give_back_the_rest(change, id)?;
    }
    Ok(Outcome::Order(id))
}

/// A service ends that was cancelled.
pub(super) fn churn(order: &mut Order, at: Time) -> Result<(), Refusal> {
    let billing = billing_of(order)?;
    billing.service = Service::Churned;
    billing.churned_at = Some(at);
    billing.plan.iter_mut().for_each(|line| line.next = None);
    Ok(())
}

/// A service ends since nobody pays for it.
pub(super) fn fail(change: &mut Change<'_, '_>, id: OrderId) -> Result<(), Refusal> {
    let now = change.now;
    let order = &mut change.order(id)?.order;
    let billing = billing_of(order)?;
    if matches!(billing.service, Service::Active | Service::Paused { .. } | Service::Cancelled) {
        let description = Some("The last attempt to take a payment was declined.".to_owned());
        billing.ending.get_or_insert(Ending { at: Some(now), description, ..Ending::default() });
        churn(order, now)?;
    }
    Ok(())
}

/// The order was called off as a whole: nothing of it is billed any more. What is in somebody else's books is ended
/// there.
pub(in crate::decide) fn called_off(change: &mut Change<'_, '_>, id: OrderId) -> Result<(), Refusal> {
    let now = change.now;
    let order = &mut change.order(id)?.order;
    if order.billing.as_ref().is_none_or(|billing| billing.is_external()) {
        return Ok(());
    }
    let unpaid = order.invoices.iter().filter(|own| collect::voidable(order, own.id, now).is_ok());
    let unpaid: Vec<InvoiceId> = unpaid.map(|own| own.id).collect();
    for invoice in unpaid {
        collect::call_off(order, invoice, now)?;
    }
    order.invoices.iter_mut().filter_map(|own| own.bill.as_mut()).for_each(|bill| bill.attempt_at = None);
    let billing = billing_of(order)?;
    match billing.service {
        Service::Pending => billing.service = Service::Voided,
        Service::Active | Service::Paused { .. } | Service::Cancelled => {
            billing.ending.get_or_insert(Ending { at: Some(now), ..Ending::default() });
            churn(order, now)?;
        }
        Service::Churned | Service::Completed | Service::Abandoned | Service::Voided => {}
    }
    Ok(())
}

/// What was paid for periods that aren't over goes back, to the second.
fn give_back_the_rest(change: &mut Change<'_, '_>, id: OrderId) -> Result<(), Refusal> {
    let now = change.now;
    let order = &change.order(id)?.order;
    let mut due: Vec<(InvoiceId, Minor)> = Vec::new();
    for invoice in &order.invoices {
        let is = status::invoice_status(invoice, &order.placed.transactions, now);
        if !matches!(is, Some(InvoiceStatus::Paid | InvoiceStatus::PartlyRefunded)) {
            continue;
        }
        let rests = invoice.lines.iter().filter_map(|line| unused(line.bill.as_deref()?, now));
        due.push((invoice.id, rests.sum()));
    }
    for (invoice, mut amount) in due {
        let order = &change.order(id)?.order;
        let payments = order.placed.transactions.iter().rev().filter(|own| {
            own.invoice == Some(invoice) && own.takes() && own.status == TransactionStatus::Success
        });
        let payments: Vec<_> = payments.map(|own| own.id).collect();
        for payment in payments {
            let part = record::refundable(&change.order(id)?.order, payment)?.min(amount);
            if part > 0 {
                amount -= part;
                record::give_back(change, id, payment, part, Some("proration".to_owned()))?;
            }
        }
    }
    Ok(())
}

/// A subscription rests. What was billed before stays to be paid; nothing new is billed.
pub(super) fn pause(
    change: &mut Change<'_, '_>,
    id: OrderId,
    until: Option<Time>,
) -> Result<Outcome, Refusal> {
    if until.is_some_and(|until| until <= change.now) {
        return Err(Refusal::TimePassed);
    }
    let order = &mut change.order(id)?.order;
    in_state(order, |service| service == Service::Active)?;
    billing_of(order)?.service = Service::Paused { until };
    Ok(Outcome::Order(id))
}

/// A subscription that rests goes on. What should have begun meanwhile begins now.
pub(super) fn resume(change: &mut Change<'_, '_>, id: OrderId) -> Result<Outcome, Refusal> {
    let now = change.now;
    let order = &mut change.order(id)?.order;
    in_state(order, |service| matches!(service, Service::Paused { .. }))?;
    let billing = billing_of(order)?;
    billing.service = Service::Active;
    go_on(&mut billing.plan, now);
    Ok(Outcome::Order(id))
}

/// A subscription goes on that was cancelled, as if it hadn't been, or one that had ended: then a period begins now,
/// unless one is still paid for.
pub(super) fn reactivate(change: &mut Change<'_, '_>, id: OrderId) -> Result<Outcome, Refusal> {
    let now = change.now;
    let order = &mut change.order(id)?.order;
    in_state(order, |service| matches!(service, Service::Cancelled | Service::Churned))?;
    let had_ended = order.billing.as_ref().is_some_and(|billing| billing.service == Service::Churned);
    let paid: Vec<InvoiceId> =
        order.invoices.iter().filter(|own| still_pays(order, own, now)).map(|own| own.id).collect();
    let billing = billing_of(order)?;
    billing.service = Service::Active;
    billing.ending = None;
    billing.churned_at = None;
    if had_ended && paid.is_empty() {
        let recurring = billing.plan.iter_mut().filter(|line| line.next_at().is_some());
        recurring.for_each(|line| line.rebase(now));
    }
    if had_ended {
        for invoice in paid {
            access::grant(change, id, invoice)?;
        }
    }
    Ok(Outcome::Order(id))
}

/// Whether an invoice pays for a period that isn't over, and nothing of its money goes back or went.
fn still_pays(order: &Order, invoice: &crate::invoice::Invoice, now: Time) -> bool {
    let transactions = &order.placed.transactions;
    let going_back = |own: &crate::payment::Transaction| {
        own.invoice == Some(invoice.id) && own.status.is_awaited() && !own.takes()
    };
    let current = |line: &InvoiceLine| {
        line.bill.as_ref().and_then(|bill| bill.period).is_some_and(|period| period.ends_at > now)
    };
    status::invoice_status(invoice, transactions, now) == Some(InvoiceStatus::Paid)
        && !transactions.iter().any(going_back)
        && invoice.lines.iter().any(current)
}

/// The next period begins at another time, or the time to try it ends at another one.
pub(super) fn reschedule(change: &mut Change<'_, '_>, id: OrderId, dates: NewDates) -> Result<(), Refusal> {
    let now = change.now;
    let touched = change.order(id)?;
    in_state(&touched.order, |service| service == Service::Active)?;
    if [dates.trial_ends_at, dates.renews_at].into_iter().flatten().any(|at| at <= now) {
        return Err(Refusal::TimePassed);
    }
    let billing = billing_of(&mut touched.order)?;
    let in_trial = billing.in_trial();
    let mut at = dates.renews_at;
    if let Some(ends_at) = dates.trial_ends_at {
        let trial = billing.trial.as_mut().filter(|_| in_trial);
        trial.ok_or(Refusal::Billing(Trouble::NoTrial(id)))?.ends_at = ends_at;
        at = at.or(Some(ends_at));
    }
    let at = at.ok_or(Refusal::NothingToDo)?;
    if in_trial && billing.trial.is_some_and(|trial| at < trial.ends_at) {
        return Err(Refusal::Billing(Trouble::BeforeTrialEnds(id)));
    }
    for line in billing.plan.iter_mut().filter(|line| line.next_at().is_some()) {
        line.rebase(at);
    }
    touched.facts.push(Fact::Service { news: ServiceNews::Rescheduled });
    Ok(())
}

/// That the order is a subscription of ours whose service is in such a state.
pub(super) fn in_state(order: &Order, is: impl Fn(Service) -> bool) -> Result<(), Refusal> {
    let service = runs(order)?.service;
    if order.cancelled.is_some() {
        return Err(Refusal::OrderCancelled(order.id));
    }
    if is(service) { Ok(()) } else { Err(Refusal::Billing(Trouble::Service(order.id, service))) }
}
