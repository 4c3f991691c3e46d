//! How the money of a charged order stands: pure functions of its transactions.

use super::Ledger;
use super::ledger::is_tried_again;
use crate::money::Minor;
use crate::order::{Order, PaymentClaim};
use crate::payment::{Balance, Transaction, TransactionKind, balance};

/// What was charged, and what became of it, in minor units of the order's currency.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Charged {
    /// What was to be set aside at first.
    pub total: Minor,
    /// What was to be taken; a capture counts from when it is asked for, whatever becomes of it.
    pub captured: Minor,
    /// What was to be let go.
    pub released: Minor,
    /// What has come for certain.
    pub taken: Minor,
    /// What was to go back, and may yet or did.
    pub refunded: Minor,
}

impl Charged {
    /// What may go back.
    pub fn refundable(&self) -> Minor {
        self.taken.saturating_sub(self.refunded).max(0)
    }
}

/// What was charged for `order`, and what became of it; `None` if it isn't charged.
pub fn charged(order: &Order) -> Option<Charged> {
    let charging = order.charging.as_deref()?;
    let mut charged = Charged { total: charging.total(), ..Charged::default() };
    for share in &charging.shares {
        let ledger = Ledger::of(order, share);
        charged.captured = charged.captured.saturating_add(ledger.captured_amount);
        charged.released = charged.released.saturating_add(ledger.released_amount);
        charged.taken = charged.taken.saturating_add(ledger.taken_amount);
        charged.refunded = charged.refunded.saturating_add(ledger.refunded_amount);
    }
    Some(charged)
}

/// Captures of `order` that count: one that failed and is tried again is left out.
pub fn captures(order: &Order) -> impl Iterator<Item = &Transaction> {
    let all = &order.placed.transactions;
    all.iter().filter(|own| own.kind == TransactionKind::Capture && !is_tried_again(all, own))
}

/// Whether `order` is paid, if it is charged.
pub(crate) fn payment(order: &Order) -> Option<PaymentClaim> {
    let Charged { total, released, .. } = charged(order)?;
    let Balance { authorized, captured, refunded, .. } = balance(&order.placed.transactions);
    let due = total.saturating_sub(released);
    Some(if refunded > 0 && refunded >= captured {
        PaymentClaim::Refunded
    } else if refunded > 0 {
        PaymentClaim::PartiallyRefunded
    } else if order.awaits_authorization() {
        PaymentClaim::Pending
    } else if captured > 0 && captured >= due || total == 0 {
        PaymentClaim::Paid
    } else if captured > 0 {
        PaymentClaim::PartiallyPaid
    } else if total > 0 && due <= 0 {
        PaymentClaim::Voided
    } else if authorized > 0 {
        PaymentClaim::Authorized
    } else {
        PaymentClaim::Pending
    })
}

/// What is still to be taken of what was charged.
pub(crate) fn outstanding(order: &Order) -> Option<Minor> {
    let Charged { total, released, .. } = charged(order)?;
    let taken = balance(&order.placed.transactions).captured;
    Some(total.saturating_sub(released).saturating_sub(taken).max(0))
}
