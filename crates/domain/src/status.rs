//! Derived statuses: pure functions of quantities and stages. None of them is ever stored in an order.

use serde::{Deserialize, Serialize};

use crate::fulfillment_order::{Request, Stage};
use crate::money::Minor;
use crate::order::{Order, PaymentClaim, TaxLine};
use crate::payment::{self, Balance};

/// How far an order is fulfilled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FulfillmentStatus {
    /// Nothing left yet.
    Unfulfilled,
    /// Something left, something waits.
    PartiallyFulfilled,
    /// All that is asked for left.
    Fulfilled,
    /// All that waits is being worked on.
    InProgress,
    /// All that waits is held.
    OnHold,
    /// All that waits has a later time.
    Scheduled,
    /// A service declined, and nobody was asked since.
    RequestDeclined,
}

impl FulfillmentStatus {
    /// The name in lower case with underscores, as stored for lists.
    pub fn as_str(self) -> &'static str {
        match self {
            FulfillmentStatus::Unfulfilled => "unfulfilled",
            FulfillmentStatus::PartiallyFulfilled => "partially_fulfilled",
            FulfillmentStatus::Fulfilled => "fulfilled",
            FulfillmentStatus::InProgress => "in_progress",
            FulfillmentStatus::OnHold => "on_hold",
            FulfillmentStatus::Scheduled => "scheduled",
            FulfillmentStatus::RequestDeclined => "request_declined",
        }
    }
}

/// How far `order` is fulfilled.
pub fn fulfillment(order: &Order) -> FulfillmentStatus {
    let fulfilled: i64 =
        order.fulfillment_orders.iter().flat_map(|fo| &fo.lines).map(|line| line.fulfilled).sum();
    let open: Vec<_> = order.fulfillment_orders.iter().filter(|fo| fo.open_quantity() > 0).collect();
    if open.is_empty() && order.routing.waiting.is_empty() {
        return if fulfilled > 0 { FulfillmentStatus::Fulfilled } else { FulfillmentStatus::Unfulfilled };
    }
    if fulfilled > 0 {
        return FulfillmentStatus::PartiallyFulfilled;
    }
    let waiting_everywhere = order.routing.waiting.is_empty();
    let all = |is: fn(&Stage, Request) -> bool| {
        waiting_everywhere && open.iter().all(|fo| is(&fo.stage, fo.request))
    };
    if open.iter().any(|fo| fo.request == Request::Rejected) {
        FulfillmentStatus::RequestDeclined
    } else if all(|stage, _| matches!(stage, Stage::OnHold { .. })) {
        FulfillmentStatus::OnHold
    } else if all(|stage, _| matches!(stage, Stage::Scheduled { .. })) {
        FulfillmentStatus::Scheduled
    } else if all(|stage, request| matches!(stage, Stage::InProgress { .. }) || request == Request::Submitted)
    {
        FulfillmentStatus::InProgress
    } else {
        FulfillmentStatus::Unfulfilled
    }
}

/// Whether an order is paid.
pub fn payment(order: &Order) -> PaymentClaim {
    let Balance { authorized, captured, refunded, voided, .. } = payment::balance(&order.placed.transactions);
    if order.placed.transactions.is_empty() {
        return order.placed.payment_claim.unwrap_or(PaymentClaim::Pending);
    }
    if refunded > 0 && refunded >= captured {
        PaymentClaim::Refunded
    } else if refunded > 0 {
        PaymentClaim::PartiallyRefunded
    } else if captured > 0 && captured >= totals(order).total {
        PaymentClaim::Paid
    } else if captured > 0 {
        PaymentClaim::PartiallyPaid
    } else if voided > 0 && voided >= authorized {
        PaymentClaim::Voided
    } else if authorized > 0 {
        PaymentClaim::Authorized
    } else {
        PaymentClaim::Pending
    }
}

/// What an order costs, in minor units of its currency.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Articles after discounts.
    pub subtotal: Minor,
    /// Discounts, those on lines and those on the order.
    pub discounts: Minor,
    /// Shipping.
    pub shipping: Minor,
    /// Taxes.
    pub tax: Minor,
    /// All of it.
    pub total: Minor,
}

/// What `order` cost when it was placed. Amounts that nobody can pay end at the largest that there is.
pub fn totals(order: &Order) -> Totals {
    let placed = &order.placed;
    let taxes = |lines: &[TaxLine]| sum(lines.iter().map(|tax| tax.amount));
    let gross = sum(order.lines.iter().map(|line| line.article.unit_price.saturating_mul(line.quantity)));
    let on_lines = order.lines.iter().map(|line| line.article.discount);
    let discounts = sum(on_lines.chain(placed.discounts.iter().map(|discount| discount.amount)));
    let shipping = sum(placed.shipping_lines.iter().map(|line| line.price));
    let on_lines = order.lines.iter().map(|line| taxes(&line.article.tax_lines));
    let on_shipping = placed.shipping_lines.iter().map(|line| taxes(&line.tax_lines));
    let tax = sum(on_lines.chain(on_shipping).chain([taxes(&placed.tax_lines)]));
    let subtotal = gross.saturating_sub(discounts);
    let total = sum([subtotal, shipping, if placed.taxes_included { 0 } else { tax }].into_iter());
    Totals { subtotal, discounts, shipping, tax, total }
}

fn sum(amounts: impl Iterator<Item = Minor>) -> Minor {
    amounts.fold(0, Minor::saturating_add)
}

#[cfg(test)]
mod tests;
