//! Refunds: units that were given up before they shipped, and money that went back for them.

use serde::{Deserialize, Serialize};

use crate::command::Restock;
use crate::custom_field::CustomField;
use crate::id::{LocationId, OrderLineId, RefundId, RefundLineId, TransactionId};
use crate::money::Minor;
use crate::payment::{Transaction, TransactionKind};
use crate::time::Time;

/// Units that were given up, and the movements of money that followed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Refund {
    /// Its id.
    pub id: RefundId,
    /// When.
    pub at: Time,
    /// A note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The units.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<RefundLine>,
    /// The order's transactions that belong to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transactions: Vec<TransactionId>,
    /// Values that programs keep with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub custom_fields: Vec<CustomField>,
    /// Until when what went back as store credit may be spent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credit_expires_at: Option<Time>,
}

/// Units of an order line that were given up at one location.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RefundLine {
    /// Its id.
    pub id: RefundLineId,
    /// The order line.
    pub order_line: OrderLineId,
    /// How many, at least one.
    pub quantity: i64,
    /// What became of them.
    pub restock: Restock,
    /// Where they were to ship from; `None` if no location had them yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<LocationId>,
}

impl Refund {
    /// The money that went back with it, as the order's transactions tell.
    pub fn amount(&self, transactions: &[Transaction]) -> Minor {
        let own = transactions.iter().filter(|one| self.transactions.contains(&one.id));
        let back = own.filter(|one| one.kind == TransactionKind::Refund);
        back.map(|one| one.amount).fold(0, Minor::saturating_add)
    }
}
