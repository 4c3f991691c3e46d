//! Access: what a contact may use since it was paid for, or since somebody said so. A grant of its own for every
//! sale; whoever has one that is neither revoked nor suspended may use the thing.

use serde::{Deserialize, Serialize};

use crate::id::{AccessGrantId, ContactId, InvoiceId, OrderId};
use crate::time::Time;

/// What access is given to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Target {
    /// What kind of thing it is.
    pub kind: TargetKind,
    /// Its id.
    pub id: i64,
}

/// What kind of thing access is given to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TargetKind {
    /// A course.
    Course,
    /// A community.
    Community,
    /// Something to download.
    Asset,
}

impl TargetKind {
    /// The name in lower case, as stored.
    pub fn as_str(self) -> &'static str {
        match self {
            TargetKind::Course => "course",
            TargetKind::Community => "community",
            TargetKind::Asset => "asset",
        }
    }
}

/// A contact may use something.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AccessGrant {
    /// Its id.
    pub id: AccessGrantId,
    /// Who may use it.
    pub contact: ContactId,
    /// What.
    pub target: Target,
    /// Why.
    pub origin: Origin,
    /// Why it may not be used for the time being, if so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspended: Option<Suspension>,
    /// When it was given.
    pub created_at: Time,
    /// When it last changed.
    pub updated_at: Time,
    /// When it was taken back, for good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Time>,
}

/// Why access was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Somebody said so.
    ByHand,
    /// It was paid for.
    Sale {
        /// The order.
        order: OrderId,
        /// The invoice that was paid.
        invoice: InvoiceId,
    },
}

/// Why something may not be used for the time being.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suspension {
    /// In words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What an order gave access to, as the order remembers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Granted {
    /// The grant.
    pub grant: AccessGrantId,
    /// To what.
    pub target: Target,
    /// When it was taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Time>,
}
