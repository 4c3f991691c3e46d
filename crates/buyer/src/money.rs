//! How the money of an order stands, for its buyer.

use domain::billing::{InvoiceStatus, Processor, bill, status as billing};
use domain::order::{Order, PaymentClaim};
use domain::payment;
use domain::status;
use domain::time::Time;
use engine::payment_page::owed;

use crate::saying::Saying;
use crate::words::Words;

/// What is to be paid now.
pub(crate) struct Due {
    pub(crate) amount: String,
    /// The way to pay it, and what the button says; `None` if the shop has no page for it.
    pub(crate) pay: Option<(String, String)>,
}

/// How an order stands that was or will be paid elsewhere.
pub(crate) struct Paid {
    pub(crate) state: &'static str,
    pub(crate) paid: Option<String>,
    pub(crate) refunded: Option<String>,
}

/// An invoice.
pub(crate) struct InvoiceRow {
    pub(crate) number: String,
    pub(crate) issued: String,
    pub(crate) amount: String,
    pub(crate) state: &'static str,
    /// Until when or when.
    pub(crate) when: Option<String>,
    pub(crate) tone: &'static str,
}

/// What is to be paid; `link` leads to where.
pub(crate) fn due(
    order: &Order,
    now: Time,
    saying: &Saying,
    link: impl FnOnce() -> Option<String>,
) -> Option<Due> {
    let (_, due) = owed(order, now);
    // What was set aside is taken without the buyer's doing, and so is what is charged by itself before it is late.
    let reserved = order.billing.is_none() && status::payment(order) == PaymentClaim::Authorized;
    if due <= 0 || reserved || order.cancelled.is_some() {
        return None;
    }
    let amount = saying.money(due);
    let button = (saying.language.words().pay)(&amount);
    Some(Due { pay: link().map(|link| (link, button)), amount })
}

/// How an order stands that isn't billed here.
pub(crate) fn paid(order: &Order, saying: &Saying) -> Option<Paid> {
    if order.billing.is_some() {
        return None;
    }
    let words = saying.language.words();
    let balance = payment::balance(&order.placed.transactions);
    let unless_zero = |amount: i64| (amount != 0).then(|| saying.money(amount));
    Some(Paid {
        state: claim(status::told_payment(order)?, words),
        paid: unless_zero(balance.captured),
        refunded: unless_zero(balance.refunded),
    })
}

fn claim(claim: PaymentClaim, words: &Words) -> &'static str {
    match claim {
        PaymentClaim::Pending => words.payment_pending,
        PaymentClaim::Authorized => words.payment_authorized,
        PaymentClaim::PartiallyPaid => words.payment_partly_paid,
        PaymentClaim::Paid => words.paid,
        PaymentClaim::PartiallyRefunded => words.payment_partly_refunded,
        PaymentClaim::Refunded => words.refunded,
        PaymentClaim::Voided => words.payment_voided,
        PaymentClaim::Expired => words.payment_expired,
    }
}

/// Every invoice that asks or asked for money, newest first.
pub(crate) fn invoices(order: &Order, now: Time, saying: &Saying) -> Vec<InvoiceRow> {
    let words = saying.language.words();
    let row = |invoice: &domain::invoice::Invoice| {
        let own = invoice.bill.as_ref()?;
        let status = billing::invoice_status(invoice, &order.placed.transactions, now)?;
        let (state, tone) = stands(status, words);
        let when = match own.paid_at {
            Some(paid) => Some((words.paid_on)(&saying.day(paid))),
            None => own.due_at.filter(|_| status.is_open()).map(|due| (words.due_by)(&saying.day(due))),
        };
        Some(InvoiceRow {
            number: own.number.clone(),
            issued: saying.day(invoice.issued_at),
            amount: saying.money(bill::written(invoice).total),
            state,
            when: when.filter(|_| status.is_open() || status.was_paid()),
            tone,
        })
    };
    order.invoices.iter().rev().filter_map(row).collect()
}

fn stands(status: InvoiceStatus, words: &Words) -> (&'static str, &'static str) {
    match status {
        InvoiceStatus::Unpaid => (words.payment_pending, "warn"),
        InvoiceStatus::PartlyPaid => (words.payment_partly_paid, "warn"),
        InvoiceStatus::Paid => (words.paid, "good"),
        InvoiceStatus::PastDue => (words.payment_past_due, "warn"),
        InvoiceStatus::Abandoned => (words.payment_abandoned, "quiet"),
        InvoiceStatus::Voided => (words.payment_voided, "quiet"),
        InvoiceStatus::PartlyRefunded => (words.payment_partly_refunded, "quiet"),
        InvoiceStatus::Refunded => (words.refunded, "quiet"),
        InvoiceStatus::Disputed => (words.payment_disputed, "warn"),
    }
}

/// When money of a subscription is taken next, where we are the ones who take it.
pub(crate) fn next_payment(order: &Order, saying: &Saying) -> Option<String> {
    let own = order.billing.as_ref()?;
    let ours = matches!(own.processor, Processor::Gateway(_));
    let next = billing::next_charge_at(own).filter(|_| ours)?;
    Some((saying.language.words().next_payment)(&saying.day(next)))
}
