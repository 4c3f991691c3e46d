//! What happened to an order's billing, told from the difference between before and after. What can't be seen in it,
//! such as that the time to pay has passed, was told by whoever decided it.

use crate::billing::bill::Dispute;
use crate::billing::status::{InvoiceFulfillment, InvoiceStatus, invoice_fulfillment, invoice_status};
use crate::billing::{Billing, Service, TrialStage};
use crate::event::{Fact, InvoiceNews, PaymentNews, ServiceNews};
use crate::invoice::Invoice;
use crate::order::Order;
use crate::payment::{Transaction, TransactionStatus};
use crate::time::Time;

/// Adds what happened to the billing of `order` since `before`, which is `None` for a new one.
pub(in crate::decide) fn tell(before: Option<&Order>, order: &mut Order, facts: &mut Vec<Fact>, now: Time) {
    if order.billing.is_none() && order.charging.is_none() {
        return;
    }
    for transaction in &order.placed.transactions {
        let was = before.and_then(|before| before.transaction(transaction.id));
        if let Some(news) = of_payment(was, transaction) {
            let (transaction, invoice) = (transaction.id, transaction.invoice);
            facts.push(Fact::Payment { transaction, invoice, news });
        }
    }
    facts.extend(of_disputes(before, order));
    let Some(billing) = order.billing.as_deref() else { return };
    let mut changed = Vec::new();
    for invoice in order.invoices.iter().filter(|invoice| invoice.bill.is_some()) {
        let was = before.and_then(|before| Some((before, before.invoice(invoice.id)?)));
        let of_invoice = of_invoice(was, order, invoice, now);
        let told = |fact: &Fact| matches!(fact, Fact::Invoice { invoice: of, .. } if *of == invoice.id);
        let explained = facts.iter().any(told);
        let news = of_invoice.into_iter().filter(|news| *news != InvoiceNews::Updated || !explained);
        let news: Vec<InvoiceNews> = news.collect();
        if explained || !news.is_empty() {
            changed.push(invoice.id);
        }
        facts.extend(news.into_iter().map(|news| Fact::Invoice { invoice: invoice.id, news }));
    }
    let was = before.and_then(|before| before.billing.as_deref());
    facts.extend(of_service(was, billing).into_iter().map(|news| Fact::Service { news }));
    for invoice in order.invoices.iter_mut().filter(|invoice| changed.contains(&invoice.id)) {
        invoice.bill.iter_mut().for_each(|bill| bill.updated_at = now);
    }
}

fn of_payment(was: Option<&Transaction>, is: &Transaction) -> Option<PaymentNews> {
    match (was.map(|was| was.status), is.status) {
        (None, TransactionStatus::Asked) => Some(PaymentNews::Asked),
        (Some(was), is) if was == is => None,
        (_, TransactionStatus::Success) => Some(PaymentNews::Made),
        (_, TransactionStatus::Failure | TransactionStatus::Error) => Some(PaymentNews::Declined),
        (_, _) => Some(PaymentNews::Changed),
    }
}

/// Disputes of a charged order; those of invoices are told as their invoices' news.
fn of_disputes(before: Option<&Order>, order: &Order) -> Vec<Fact> {
    let disputes = |order: &Order| order.charging.as_deref().map(|own| own.disputes.clone());
    let was = before.and_then(disputes).unwrap_or_default();
    let told = |(at, is): (usize, Dispute)| {
        let news = match (was.get(at).map(|was| was.closed.is_some()), is.closed.is_some()) {
            (None, _) => PaymentNews::Disputed,
            (Some(false), true) => PaymentNews::DisputeEnded,
            (Some(_), _) => return None,
        };
        Some(Fact::Payment { transaction: is.transaction, invoice: None, news })
    };
    disputes(order).unwrap_or_default().into_iter().enumerate().filter_map(told).collect()
}

fn of_invoice(
    was: Option<(&Order, &Invoice)>,
    order: &Order,
    invoice: &Invoice,
    now: Time,
) -> Vec<InvoiceNews> {
    let mut news = Vec::new();
    let stood = was.and_then(|(order, was)| invoice_status(was, &order.placed.transactions, now));
    let Some(stands) = invoice_status(invoice, &order.placed.transactions, now) else { return news };
    match was {
        None => news.push(InvoiceNews::Issued),
        Some((_, was)) if stood != Some(stands) || shown(was) != shown(invoice) => {
            news.push(InvoiceNews::Updated)
        }
        Some(_) => {}
    }
    if stood != Some(stands) {
        news.extend(of_status(stood, stands));
    }
    let done = |order, invoice| invoice_fulfillment(order, invoice) == InvoiceFulfillment::Complete;
    if done(order, invoice) && !was.is_some_and(|(order, was)| done(order, was)) {
        news.push(InvoiceNews::Fulfilled);
    }
    news
}

fn of_status(stood: Option<InvoiceStatus>, stands: InvoiceStatus) -> Option<InvoiceNews> {
    Some(match stands {
        // A dispute that was won is no second payment.
        InvoiceStatus::Paid if stood.is_some_and(InvoiceStatus::keeps_money) => return None,
        InvoiceStatus::Unpaid => return None,
        InvoiceStatus::PartlyPaid => InvoiceNews::PartlyPaid,
        InvoiceStatus::Paid => InvoiceNews::Paid,
        InvoiceStatus::PastDue => InvoiceNews::PastDue,
        InvoiceStatus::Abandoned => InvoiceNews::Abandoned,
        InvoiceStatus::Voided => InvoiceNews::Voided,
        InvoiceStatus::PartlyRefunded => InvoiceNews::PartlyRefunded,
        InvoiceStatus::Refunded => InvoiceNews::Refunded,
        InvoiceStatus::Disputed => InvoiceNews::Disputed,
    })
}

/// What people see of an invoice: all but what only the timer and the units need.
fn shown(invoice: &Invoice) -> Invoice {
    let mut invoice = invoice.clone();
    if let Some(bill) = &mut invoice.bill {
        bill.attempt_at = None;
        bill.declined = 0;
        bill.declined_at = None;
        bill.past_due_at = None;
        bill.updated_at = Time(0);
    }
    for line in &mut invoice.lines {
        line.removed = 0;
        line.unasked = 0;
    }
    invoice
}

fn of_service(was: Option<&Billing>, is: &Billing) -> Vec<ServiceNews> {
    let mut news = Vec::new();
    let stood = was.map_or(Service::Pending, |was| was.service);
    if was.is_none_or(|was| was.activated_at.is_none()) && is.activated_at.is_some() {
        news.push(ServiceNews::Activated);
    }
    if stood != is.service {
        match (stood, is.service) {
            (Service::Paused { .. }, Service::Paused { .. }) => {}
            (Service::Paused { .. }, Service::Active) => news.push(ServiceNews::Resumed),
            (Service::Cancelled | Service::Churned, Service::Active) => news.push(ServiceNews::Reactivated),
            (_, Service::Active | Service::Pending) => {}
            (_, Service::Paused { .. }) => news.push(ServiceNews::Paused),
            (_, Service::Cancelled) => news.push(ServiceNews::Cancelled),
            (Service::Cancelled, Service::Churned) => news.push(ServiceNews::Churned),
            // Whoever ends at once is cancelled as well, unless the books are somebody else's and say nothing of it.
            (_, Service::Churned) if !is.is_external() => {
                news.extend([ServiceNews::Cancelled, ServiceNews::Churned]);
            }
            (_, Service::Churned) => news.push(ServiceNews::Churned),
            (_, Service::Completed) => news.push(ServiceNews::Completed),
            (_, Service::Abandoned) => news.push(ServiceNews::Abandoned),
            (_, Service::Voided) => news.push(ServiceNews::Voided),
        }
    }
    let stage = |of: Option<&Billing>| of.and_then(|of| of.trial).map(|trial| trial.stage);
    if is.in_trial() && !was.is_some_and(Billing::in_trial) {
        news.push(ServiceNews::TrialStarted);
    }
    if is.first_paid_at.is_some() && was.is_none_or(|was| was.first_paid_at.is_none()) {
        news.push(ServiceNews::FirstPayment);
    }
    match (stage(was), stage(Some(is))) {
        (was, is) if was == is => {}
        (_, Some(TrialStage::Ended)) => news.push(ServiceNews::TrialEnded),
        (_, Some(TrialStage::Converted)) => news.push(ServiceNews::TrialConverted),
        _ => {}
    }
    news
}
