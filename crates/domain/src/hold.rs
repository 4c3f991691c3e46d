//! Holds: reasons to wait. Holds are a set; each must be released before the work opens again.

use serde::{Deserialize, Serialize};

use crate::id::{AppId, HoldId};
use crate::time::Time;

/// How many holds one program may have on one fulfillment order.
pub const HOLDS_PER_APP: usize = 10;
/// How long a handle may be, in characters.
pub const HANDLE_LENGTH: usize = 64;

/// One reason to wait.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hold {
    /// Its id.
    pub id: HoldId,
    /// A name that its owner gave it, unique among the owner's holds here; empty by default.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub handle: String,
    /// Why.
    pub reason: HoldReason,
    /// Why, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// The program that placed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app: Option<AppId>,
    /// Since when.
    pub since: Time,
}

/// Why somebody waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoldReason {
    /// The buyer hasn't paid.
    AwaitingPayment,
    /// An exchange waits for what comes back.
    AwaitingReturn,
    /// It smells of fraud.
    FraudRisk,
    /// The address can't be right.
    IncorrectAddress,
    /// There is nothing to ship.
    OutOfStock,
    /// Nobody knows when it can be delivered.
    UnknownDeliveryDate,
    /// The buyer may still add something.
    PendingOffer,
    /// Another reason.
    Other,
}

impl HoldReason {
    /// Every reason.
    pub const ALL: [HoldReason; 8] = [
        HoldReason::AwaitingPayment,
        HoldReason::AwaitingReturn,
        HoldReason::FraudRisk,
        HoldReason::IncorrectAddress,
        HoldReason::OutOfStock,
        HoldReason::UnknownDeliveryDate,
        HoldReason::PendingOffer,
        HoldReason::Other,
    ];

    /// The name in lower case with underscores.
    pub fn as_str(self) -> &'static str {
        match self {
            HoldReason::AwaitingPayment => "awaiting_payment",
            HoldReason::AwaitingReturn => "awaiting_return",
            HoldReason::FraudRisk => "fraud_risk",
            HoldReason::IncorrectAddress => "incorrect_address",
            HoldReason::OutOfStock => "out_of_stock",
            HoldReason::UnknownDeliveryDate => "unknown_delivery_date",
            HoldReason::PendingOffer => "pending_offer",
            HoldReason::Other => "other",
        }
    }
}
