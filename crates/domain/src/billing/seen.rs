//! Invoices as those see them who ask for bills. An order that isn't billed was paid for elsewhere when it came in: its
//! invoices are told as if somebody else's books said so, from the articles that they sell and the order's payments.

use super::bill::{self, Amounts, BillKind};
use super::status::{self, BillingStatus, InvoiceStatus};
use crate::invoice::{Invoice, InvoiceLine};
use crate::money::{Minor, allocate};
use crate::order::{Order, PaymentClaim};
use crate::payment;
use crate::time::Time;

/// The number of an invoice, as people read it.
pub fn number(order: &Order, invoice: &Invoice) -> String {
    if let Some(bill) = &invoice.bill {
        return bill.number.clone();
    }
    let place = order.invoices.iter().position(|own| own.id == invoice.id).unwrap_or_default();
    format!("{}-{}", order.number, place + 1)
}

/// What an invoice is for.
pub fn kind(invoice: &Invoice) -> BillKind {
    invoice.bill.as_ref().map_or(BillKind::OneTimeSale, |bill| bill.kind)
}

/// When an invoice last changed.
pub fn updated_at(invoice: &Invoice) -> Time {
    invoice.bill.as_ref().map_or(invoice.issued_at, |bill| bill.updated_at)
}

/// How an invoice of the order stands at `now`; without a bill, as the payment of the whole order does.
pub fn status(order: &Order, invoice: &Invoice, now: Time) -> InvoiceStatus {
    status::invoice_status(invoice, &order.placed.transactions, now)
        .unwrap_or_else(|| of_payment(crate::status::payment(order)))
}

/// How the money of an order stands at `now`.
pub fn billing_status(order: &Order, now: Time) -> BillingStatus {
    status::billing_status(order, now)
        .unwrap_or_else(|| BillingStatus::Invoice(of_payment(crate::status::payment(order))))
}

fn of_payment(claim: PaymentClaim) -> InvoiceStatus {
    match claim {
        PaymentClaim::Pending | PaymentClaim::Authorized => InvoiceStatus::Unpaid,
        PaymentClaim::PartiallyPaid => InvoiceStatus::PartlyPaid,
        PaymentClaim::Paid => InvoiceStatus::Paid,
        PaymentClaim::PartiallyRefunded => InvoiceStatus::PartlyRefunded,
        PaymentClaim::Refunded => InvoiceStatus::Refunded,
        PaymentClaim::Voided => InvoiceStatus::Voided,
        PaymentClaim::Expired => InvoiceStatus::Abandoned,
    }
}

/// When an invoice was paid, if it was; without a bill, when the last money came for the order.
pub fn paid_at(order: &Order, invoice: &Invoice) -> Option<Time> {
    if let Some(bill) = &invoice.bill {
        return bill.paid_at;
    }
    if !of_payment(crate::status::payment(order)).was_paid() {
        return None;
    }
    let came = order
        .placed
        .transactions
        .iter()
        .filter(|own| own.takes() && own.status == payment::TransactionStatus::Success);
    Some(came.map(|own| own.at).max().unwrap_or(order.placed.processed_at))
}

/// What a line of an invoice asks for, in minor units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LineAmounts {
    /// Before what was taken off, without tax.
    pub amount: Minor,
    /// What was taken off.
    pub discount: Minor,
    /// Tax.
    pub tax: Minor,
}

/// What a line of one of the order's invoices asks for.
pub fn line_amounts(order: &Order, line: &InvoiceLine) -> LineAmounts {
    if let Some(bill) = &line.bill {
        return LineAmounts { amount: bill.amount, discount: bill.discount, tax: bill.tax };
    }
    let Some(of) = order.line(line.order_line) else { return LineAmounts::default() };
    let weights = [line.quantity.max(0) as u64, (of.quantity - line.quantity).max(0) as u64];
    let discount = match line.quantity {
        1.. => allocate(of.article.discount, &weights).first().copied().unwrap_or(0),
        _ => 0,
    };
    let tax = if line.quantity > 0 { of.tax_of(line.quantity) } else { 0 };
    LineAmounts { amount: of.article.unit_price.saturating_mul(line.quantity), discount, tax }
}

/// What an invoice of the order asks for. Shipping, and what was taken off or laid on the order as a whole, is on the
/// first invoice of an order that isn't billed.
pub fn amounts(order: &Order, invoice: &Invoice) -> Amounts {
    if invoice.bill.is_some() {
        return bill::amounts(invoice);
    }
    let mut sum = Amounts::default();
    for line in &invoice.lines {
        let of = line_amounts(order, line);
        sum.subtotal = sum.subtotal.saturating_add(of.amount);
        sum.discount = sum.discount.saturating_add(of.discount);
        sum.tax = sum.tax.saturating_add(of.tax);
    }
    let placed = &order.placed;
    if order.invoices.first().is_some_and(|first| first.id == invoice.id) {
        let taxes = placed.shipping_lines.iter().flat_map(|line| &line.tax_lines).chain(&placed.tax_lines);
        let add = |all: Minor, more: Minor| all.saturating_add(more);
        sum.discount = placed.discounts.iter().map(|discount| discount.amount).fold(sum.discount, add);
        sum.shipping = placed.shipping_lines.iter().map(|line| line.price).fold(0, add);
        sum.tax = taxes.map(|tax| tax.amount).fold(sum.tax, add);
    }
    let on_top = if placed.taxes_included { 0 } else { sum.tax };
    sum.total = sum.subtotal.saturating_sub(sum.discount).saturating_add(on_top).saturating_add(sum.shipping);
    sum
}

/// What is still to be paid of an invoice of the order at `now`.
pub fn due(order: &Order, invoice: &Invoice, now: Time) -> Minor {
    if invoice.bill.is_some() {
        return status::due(invoice, &order.placed.transactions, now);
    }
    match status(order, invoice, now) {
        status if status.is_open() => amounts(order, invoice).total.max(0),
        _ => 0,
    }
}
