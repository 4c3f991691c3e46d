//! What the movements of money for one line add up to.

use super::Share;
use crate::money::Minor;
use crate::order::Order;
use crate::payment::{Transaction, TransactionKind, TransactionStatus};

/// How far a line's money was moved, in units and in minor units of the order's currency. What was asked for counts as
/// moved, whatever became of it: a capture or a release that failed for good is nothing that should be tried in another
/// way. One that is tried again counts once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ledger {
    /// Units that were charged when the order came in.
    pub units: i64,
    /// Units whose money was to be taken.
    pub captured: i64,
    /// Units whose money was to be let go.
    pub released: i64,
    /// Units whose money was taken and was to go back since they were given up after all.
    pub given_back: i64,
    /// What was to be taken.
    pub captured_amount: Minor,
    /// What was to be let go.
    pub released_amount: Minor,
    /// What was to go back, for whatever reason, unless it failed.
    pub refunded_amount: Minor,
    /// What has come for certain.
    pub taken_amount: Minor,
}

impl Ledger {
    /// What was moved for the line of that share.
    pub fn of(order: &Order, share: &Share) -> Self {
        let mut ledger = Ledger { units: share.quantity, ..Ledger::default() };
        let transactions = &order.placed.transactions;
        for own in transactions {
            let Some(covers) = own.covers.as_ref().filter(|covers| covers.line == share.line) else {
                continue;
            };
            let amount = own.amount;
            match own.kind {
                TransactionKind::Capture if !is_tried_again(transactions, own) => {
                    ledger.captured += covers.quantity;
                    add(&mut ledger.captured_amount, amount);
                    if own.status == TransactionStatus::Success {
                        add(&mut ledger.taken_amount, amount);
                    }
                }
                TransactionKind::Void => {
                    ledger.released += covers.quantity;
                    add(&mut ledger.released_amount, amount);
                }
                TransactionKind::Refund => {
                    ledger.given_back += covers.quantity;
                    if own.status == TransactionStatus::Success || own.status.is_awaited() {
                        add(&mut ledger.refunded_amount, amount);
                    }
                }
                _ => {}
            }
        }
        ledger
    }

    /// Units whose money is neither taken nor let go, nor was to be.
    pub fn open(&self) -> i64 {
        self.units - self.captured - self.released
    }

    /// Units whose money was taken, and that somebody still asks for.
    pub fn paid(&self) -> i64 {
        self.captured - self.given_back
    }

    /// What may go back of what has come.
    pub fn refundable(&self) -> Minor {
        self.taken_amount.saturating_sub(self.refunded_amount).max(0)
    }
}

/// Whether a capture failed and another one takes its place.
pub(crate) fn is_tried_again(transactions: &[Transaction], capture: &Transaction) -> bool {
    let again = |other: &Transaction| {
        other.covers.as_ref().is_some_and(|covers| covers.instead_of == Some(capture.id))
    };
    transactions.iter().any(again)
}

fn add(sum: &mut Minor, amount: Minor) {
    *sum = sum.saturating_add(amount);
}
