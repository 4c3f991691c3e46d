//! Money that moved for an order: charges, captures, refunds. Amounts are in minor units of the order's currency.

use serde::{Deserialize, Serialize};

use crate::id::{FulfillmentId, InvoiceId, OrderLineId, TransactionId};
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
    /// The invoice that it is for, if it is for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invoice: Option<InvoiceId>,
    /// The movement that it follows: what a refund gives back, what a capture takes of. Where nobody said so,
    /// [`parent`] finds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<TransactionId>,
    /// The provider's name for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// Why it was made, in the word of whoever wanted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What the provider said to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// When it was known what became of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Time>,
    /// Where and how it was taken in person, as whoever sent it says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub till: Option<Box<Till>>,
    /// The units that it is for, if it is for units of one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub covers: Option<Box<Covers>>,
    /// When the provider is to be asked about it, as long as it isn't known what became of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ask: Option<Ask>,
}

/// Where and how money was taken in person. All of it are the sender's ids; nobody here knows tills and staff.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Till {
    /// The till.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// The shop that it stands in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// Who took it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staff: Option<String>,
    /// The gift card that was paid with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gift_card: Option<String>,
}

/// The units that a movement of money is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Covers {
    /// Their line.
    pub line: OrderLineId,
    /// How many. Of a refund only those that were given up after they had been paid for: 0 if the money goes back for
    /// another reason.
    #[serde(default)]
    pub quantity: i64,
    /// The fulfillment that they left with, or were given up with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fulfillment: Option<FulfillmentId>,
    /// The movement that failed and whose place this one takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead_of: Option<TransactionId>,
}

/// When a provider is to be asked about a movement of money. It is always asked with the movement's id as the key, so
/// that it is made once, however often it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {
    /// When next.
    pub at: Time,
    /// How often it was asked before.
    #[serde(default)]
    pub times: i64,
}

impl Transaction {
    /// A movement of which no more is known.
    pub fn new(
        id: TransactionId,
        kind: TransactionKind,
        status: TransactionStatus,
        amount: Minor,
        at: Time,
    ) -> Self {
        Self {
            id,
            kind,
            status,
            amount,
            gateway: None,
            at,
            invoice: None,
            parent: None,
            external_id: None,
            reason: None,
            message: None,
            ended_at: None,
            till: None,
            covers: None,
            ask: None,
        }
    }

    /// Whether it takes money from the buyer.
    pub fn takes(&self) -> bool {
        matches!(self.kind, TransactionKind::Sale | TransactionKind::Capture)
    }
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
    /// The provider is to be asked for it.
    Asked,
    /// The provider took it up, and will tell later.
    Pending,
    /// The provider was asked, and nobody knows what it did.
    Unknown,
    /// It was declined.
    Failure,
    /// It broke.
    Error,
}

impl TransactionStatus {
    /// Whether it may still come to pass.
    pub fn is_awaited(self) -> bool {
        matches!(self, TransactionStatus::Asked | TransactionStatus::Pending | TransactionStatus::Unknown)
    }
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
            (status, TransactionKind::Sale | TransactionKind::Capture) if status.is_awaited() => {
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

/// The movement that `transaction` follows: the one that it names, or else the newest before it through the same
/// provider that it could follow.
pub fn parent<'t>(transactions: &'t [Transaction], transaction: &Transaction) -> Option<&'t Transaction> {
    if let Some(named) = transaction.parent {
        return transactions.iter().find(|other| other.id == named);
    }
    let follows: &[TransactionKind] = match transaction.kind {
        TransactionKind::Capture | TransactionKind::Void => &[TransactionKind::Authorization],
        TransactionKind::Refund => &[TransactionKind::Capture, TransactionKind::Sale],
        TransactionKind::Change => &[TransactionKind::Sale],
        TransactionKind::Authorization | TransactionKind::Sale => &[],
    };
    let before = transactions.iter().take_while(|other| other.id != transaction.id);
    let could = before.filter(|other| {
        follows.contains(&other.kind)
            && other.gateway == transaction.gateway
            && other.status == TransactionStatus::Success
    });
    could.last()
}

/// What of `transaction` was not used yet: of an authorization what may still be captured, of a sale or capture what
/// may still go back. Nothing of any other, and nothing of what didn't happen.
pub fn unused(transactions: &[Transaction], transaction: &Transaction) -> Minor {
    let by: &[TransactionKind] = match transaction.kind {
        TransactionKind::Authorization => &[TransactionKind::Capture, TransactionKind::Void],
        TransactionKind::Capture => &[TransactionKind::Refund],
        TransactionKind::Sale => &[TransactionKind::Refund, TransactionKind::Change],
        TransactionKind::Refund | TransactionKind::Void | TransactionKind::Change => return 0,
    };
    if transaction.status != TransactionStatus::Success {
        return 0;
    }
    let uses = |other: &&Transaction| {
        by.contains(&other.kind)
            && (other.status == TransactionStatus::Success || other.status.is_awaited())
            && parent(transactions, other).is_some_and(|of| of.id == transaction.id)
    };
    let used = transactions.iter().filter(uses).map(|other| other.amount).fold(0, Minor::saturating_add);
    transaction.amount.saturating_sub(used).max(0)
}

/// What was set aside and may still be captured, in all.
pub fn capturable(transactions: &[Transaction]) -> Minor {
    let authorizations = transactions.iter().filter(|one| one.kind == TransactionKind::Authorization);
    authorizations.map(|one| unused(transactions, one)).fold(0, Minor::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transaction(id: i64, kind: TransactionKind, amount: Minor, parent: Option<i64>) -> Transaction {
        let status = TransactionStatus::Success;
        let plain = Transaction::new(TransactionId(id), kind, status, amount, Time(0));
        Transaction { gateway: Some("card".to_owned()), parent: parent.map(TransactionId), ..plain }
    }

    #[test]
    fn what_was_set_aside_is_used_up() {
        use TransactionKind::{Authorization, Capture, Refund, Void};
        let mut all = vec![transaction(1, Authorization, 100, None), transaction(2, Authorization, 50, None)];
        assert_eq!(capturable(&all), 150);
        all.push(transaction(3, Capture, 60, Some(1)));
        assert_eq!((unused(&all, &all[0]), unused(&all, &all[1])), (40, 50), "it names the first");
        all.push(transaction(4, Void, 50, None));
        assert_eq!(
            parent(&all, &all[3]).map(|of| of.id),
            Some(TransactionId(2)),
            "it names none: the newest"
        );
        assert_eq!(capturable(&all), 40);
        all.push(transaction(5, Refund, 25, None));
        assert_eq!((unused(&all, &all[2]), unused(&all, &all[4])), (35, 0));
        all[2].status = TransactionStatus::Failure;
        assert_eq!((capturable(&all), unused(&all, &all[2])), (100, 0), "what failed used nothing");
    }

    #[test]
    fn another_provider_is_no_parent() {
        let mut all = vec![
            transaction(1, TransactionKind::Sale, 100, None),
            transaction(2, TransactionKind::Refund, 100, None),
        ];
        assert!(parent(&all, &all[1]).is_some());
        all[1].gateway = None;
        assert!(parent(&all, &all[1]).is_none());
        assert!(parent(&all, &all[0]).is_none());
    }
}
