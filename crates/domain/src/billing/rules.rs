//! How a shop goes about billing.

use serde::{Deserialize, Serialize};

use crate::calendar::DAY;
use crate::time::{HOUR, Time};

/// How long after it was due an unpaid invoice is past due.
pub const GRACE: i64 = 24 * HOUR;

/// How a shop goes about billing. Times in µs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Rules {
    /// How long after it was issued an invoice is due.
    pub due_after: i64,
    /// When a payment that was declined is tried again, counted from the first time that it was.
    pub retries: Vec<i64>,
    /// What happens when the last of them was declined; nothing at all leaves the invoice past due.
    pub at_end: Vec<AtEnd>,
    /// How long an order waits for its first payment; `None` is for ever.
    pub order_waits: Option<i64>,
}

/// What happens when a payment was tried for the last time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AtEnd {
    /// Nobody waits for the invoice any longer.
    AbandonInvoice,
    /// The subscription ends.
    CancelService,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            due_after: HOUR,
            retries: vec![3 * DAY, 7 * DAY, 15 * DAY],
            at_end: vec![AtEnd::AbandonInvoice],
            order_waits: None,
        }
    }
}

impl Rules {
    /// When a payment is tried again that was declined so many times, first at `first`.
    pub fn retry_at(&self, declined: i64, first: Time) -> Option<Time> {
        let retry = usize::try_from(declined.checked_sub(1)?).ok()?;
        self.retries.get(retry).map(|after| first.plus(*after))
    }
}
