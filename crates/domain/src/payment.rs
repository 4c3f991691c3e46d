//! Money that moved for an order: charges, captures, refunds. Amounts are in minor units of the order's currency.

use serde::{Deserialize, Serialize};

use crate::id::TransactionId;
use crate::money::Minor;
use crate::time::Time;

/// One movement of money, as the payment provider told it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Transaction {
    /// Its id.
    pub id: TransactionId,
    /// What kind of movement.
    pub kind: TransactionKind,
    /// How it ended.
    pub status: TransactionStatus,
    /// How much, never negative.
    pub amount: Minor,
    /// The provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gateway: Option<String>,
    /// When.
    pub at: Time,
}

/// What kind of movement of money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransactionKind {
    /// Money is set aside.
    Authorization,
    /// Money that was set aside is taken.
    Capture,
    /// Money is taken at once.
    Sale,
    /// Money goes back.
    Refund,
    /// Money set aside is let go.
    Void,
    /// Change given on a cash sale.
    Change,
}

/// How a movement of money ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransactionStatus {
    /// It happened.
    Success,
    /// It is not known yet.
    Pending,
    /// It was declined.
    Failure,
    /// It broke.
    Error,
}

/// What an order's transactions add up to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Balance {
    /// Set aside in all.
    pub authorized: Minor,
    /// Taken in all, less the change given.
    pub captured: Minor,
    /// Given back in all.
    pub refunded: Minor,
    /// Let go in all.
    pub voided: Minor,
    /// Waiting for an answer.
    pub pending: Minor,
}

/// Adds up what happened; movements that failed don't count. Change is money that was never taken.
pub fn balance(transactions: &[Transaction]) -> Balance {
    let mut balance = Balance::default();
    for transaction in transactions {
        let Balance { authorized, captured, refunded, voided, pending } = &mut balance;
        let (sum, amount) = match (transaction.status, transaction.kind) {
            (TransactionStatus::Pending, TransactionKind::Sale | TransactionKind::Capture) => {
                (pending, transaction.amount)
            }
            (TransactionStatus::Success, kind) => match kind {
                TransactionKind::Authorization => (authorized, transaction.amount),
                TransactionKind::Capture | TransactionKind::Sale => (captured, transaction.amount),
                TransactionKind::Change => (captured, transaction.amount.saturating_neg()),
                TransactionKind::Refund => (refunded, transaction.amount),
                TransactionKind::Void => (voided, transaction.amount),
            },
            _ => continue,
        };
        *sum = sum.saturating_add(amount);
    }
    balance
}
