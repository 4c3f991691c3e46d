//! Takings: money that moved for an order, when it moved. What figures of money are made of.
//!
//! Where a provider told of movements, they are the takings. Where nobody did, because the money is in somebody else's
//! books, what those books say is taken for it: an invoice that they call paid, or a whole order that came in paid.
//! A test order takes nothing.

use crate::billing::{InvoiceStatus, bill, status as billing};
use crate::money::Minor;
use crate::order::{Order, PaymentClaim};
use crate::payment::{TransactionKind, TransactionStatus};
use crate::status;
use crate::time::Time;

/// Money that moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taking {
    /// The id of what says so: a transaction, an invoice, or the order.
    pub id: i64,
    /// When it moved.
    pub at: Time,
    /// How much, in minor units of the order's currency; below zero if it went back.
    pub amount: Minor,
}

/// Everything that moved for `order`.
pub fn of(order: &Order) -> Vec<Taking> {
    if order.placed.test {
        return Vec::new();
    }
    let mut takings = moved(order);
    if order.billing.is_some() {
        takings.extend(claimed(order));
    } else if order.placed.transactions.is_empty() && status::payment(order) == PaymentClaim::Paid {
        let amount = status::totals(order).total;
        takings.push(Taking { id: order.id.0, at: order.placed.processed_at, amount });
    }
    takings.retain(|taking| taking.amount != 0);
    takings
}

/// What providers told.
fn moved(order: &Order) -> Vec<Taking> {
    let done = order.placed.transactions.iter().filter(|one| one.status == TransactionStatus::Success);
    let taking = |one: &crate::payment::Transaction| {
        let amount = match one.kind {
            TransactionKind::Sale | TransactionKind::Capture => one.amount,
            TransactionKind::Refund | TransactionKind::Change => one.amount.saturating_neg(),
            TransactionKind::Authorization | TransactionKind::Void => return None,
        };
        Some(Taking { id: one.id.0, at: one.at, amount })
    };
    done.filter_map(taking).collect()
}

/// What somebody else's books call paid, and no provider told of.
fn claimed(order: &Order) -> impl Iterator<Item = Taking> + '_ {
    let stands = |invoice: &&crate::invoice::Invoice| {
        let claim = invoice.bill.as_ref().and_then(|bill| bill.claim).map(InvoiceStatus::from);
        claim.is_some_and(InvoiceStatus::keeps_money)
            && billing::moved(invoice.id, &order.placed.transactions).paid == 0
    };
    order.invoices.iter().filter(stands).map(|invoice| {
        let paid_at = invoice.bill.as_ref().and_then(|bill| bill.paid_at);
        Taking {
            id: invoice.id.0,
            at: paid_at.unwrap_or(invoice.issued_at),
            amount: bill::amounts(invoice).total,
        }
    })
}
