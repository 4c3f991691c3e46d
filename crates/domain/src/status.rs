//! Derived statuses: pure functions of quantities and stages. None of them is ever stored in an order.

use serde::{Deserialize, Serialize};

use crate::fulfillment_order::{Request, Stage};
use crate::money::{self, Minor};
use crate::order::{Order, OrderLine, PaymentClaim, TaxLine};
use crate::payment::{self, Balance, TransactionStatus};
use crate::{billing, charging};

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
    if let Some(claim) = billing::status::payment(order) {
        return claim;
    }
    if let Some(claim) = charging::status::payment(order) {
        return claim;
    }
    let transactions = &order.placed.transactions;
    let Balance { authorized, captured, refunded, voided, .. } = payment::balance(transactions);
    if transactions.is_empty() {
        return order.placed.payment_claim.unwrap_or(PaymentClaim::Pending);
    }
    let due = due(order);
    // Of an order that costs nothing, nothing can be captured; that it was tried says that it is settled.
    let settled =
        captured > 0 || due == 0 && transactions.iter().any(|one| one.status == TransactionStatus::Success);
    if refunded > 0 && refunded >= captured {
        PaymentClaim::Refunded
    } else if refunded > 0 {
        PaymentClaim::PartiallyRefunded
    } else if settled && captured >= due {
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

/// Whether an order is paid, as people are told: of one that was called off before anybody paid, nothing is.
pub fn told_payment(order: &Order) -> Option<PaymentClaim> {
    let payment = payment(order);
    let nobody_waits = order.cancelled.is_some() && order.placed.transactions.is_empty();
    (!nobody_waits || payment != PaymentClaim::Pending).then_some(payment)
}

/// What the buyer owes or owed: what is asked for now, or was when the order was called off.
fn due(order: &Order) -> Minor {
    if order.cancelled.is_some() { totals(order).total } else { current_totals(order).total }
}

/// What was set aside and may still be captured.
pub fn capturable(order: &Order) -> Minor {
    // What is captured of a charged order follows its units; nobody captures it by hand.
    if order.charging.is_some() {
        return 0;
    }
    if order.cancelled.is_some() { 0 } else { payment::capturable(&order.placed.transactions) }
}

/// What is still to be paid.
pub fn outstanding(order: &Order) -> Minor {
    use PaymentClaim::{Authorized, Expired, PartiallyPaid, Pending};
    match payment(order) {
        Pending | Authorized | PartiallyPaid | Expired if order.cancelled.is_none() => {
            if let Some(left) = charging::status::outstanding(order) {
                return left;
            }
            let captured = payment::balance(&order.placed.transactions).captured;
            due(order).saturating_sub(captured).max(0)
        }
        _ => 0,
    }
}

/// Whether somebody may say that what is still to be paid was paid. Where invoices ask for the money, each is paid by
/// itself; where it was set aside, it is taken as units leave.
pub fn can_mark_paid(order: &Order) -> bool {
    order.billing.is_none() && order.charging.is_none() && outstanding(order) > 0
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
    if order.billing.is_some() {
        return billed(order);
    }
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

/// What the invoices of an order ask for in all, but those that were called off.
fn billed(order: &Order) -> Totals {
    let amounts: Vec<_> = order.invoices.iter().map(billing::bill::amounts).collect();
    let sum = |of: fn(&billing::bill::Amounts) -> Minor| sum(amounts.iter().map(of));
    Totals {
        subtotal: sum(|of| of.subtotal).saturating_sub(sum(|of| of.discount)),
        discounts: sum(|of| of.discount),
        shipping: sum(|of| of.shipping),
        tax: sum(|of| of.tax),
        total: sum(|of| of.total),
    }
}

/// What of it is asked for now: units that were given up cost nothing, and take their part of discounts and taxes
/// with them. Shipping is paid as long as the order stands.
pub fn current_totals(order: &Order) -> Totals {
    if order.cancelled.is_some() {
        return Totals::default();
    }
    if order.billing.is_some() {
        return billed(order);
    }
    let placed = &order.placed;
    let (mut gross, mut net, mut net_gone) = (0, 0, 0);
    let (mut discounts, mut tax): (Minor, Minor) = (0, 0);
    for line in &order.lines {
        let now = order.current_quantity(line.id).clamp(0, line.quantity);
        let part = |amount| part(amount, now, line.quantity - now);
        let (whole, cost) = (gross_of(line, line.quantity), gross_of(line, now));
        let (discount, net_now) = (part(line.article.discount), cost - part(line.article.discount));
        gross = cost.saturating_add(gross);
        net = net_now.saturating_add(net);
        net_gone = (whole - line.article.discount - net_now).saturating_add(net_gone);
        discounts = discount.saturating_add(discounts);
        tax = line.tax_of(now).saturating_add(tax);
    }
    let off = sum(placed.discounts.iter().map(|discount| discount.amount));
    discounts = discounts.saturating_add(part(off, net, net_gone));
    let shipping = sum(placed.shipping_lines.iter().map(|line| line.price));
    let on_shipping = placed.shipping_lines.iter().flat_map(|line| &line.tax_lines);
    tax = tax.saturating_add(sum(on_shipping.map(|one| one.amount)));
    let on_all = sum(placed.tax_lines.iter().map(|one| one.amount));
    tax = tax.saturating_add(part(on_all, net.saturating_add(shipping), net_gone));
    let subtotal = gross.saturating_sub(discounts);
    let total = sum([subtotal, shipping, if placed.taxes_included { 0 } else { tax }].into_iter());
    Totals { subtotal, discounts, shipping, tax, total }
}

fn gross_of(line: &OrderLine, units: i64) -> Minor {
    line.article.unit_price.saturating_mul(units)
}

/// The part of an amount that belongs to what stays.
fn part(amount: Minor, stays: i64, goes: i64) -> Minor {
    let weights = [stays.max(0) as u64, goes.max(0) as u64];
    money::allocate(amount, &weights).first().copied().unwrap_or(amount)
}

fn sum(amounts: impl Iterator<Item = Minor>) -> Minor {
    amounts.fold(0, Minor::saturating_add)
}

#[cfg(test)]
mod tests;
