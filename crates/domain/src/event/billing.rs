//! What can happen to an order's billing.

use serde::{Deserialize, Serialize};

/// What happened to an invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InvoiceNews {
    /// It was issued.
    Issued,
    /// Something of it changed.
    Updated,
    /// Some of its money came.
    PartlyPaid,
    /// All of its money came.
    Paid,
    /// Its money should have come.
    PastDue,
    /// Nobody waits for its money any longer.
    Abandoned,
    /// It was called off.
    Voided,
    /// Some of its money went back.
    PartlyRefunded,
    /// All of its money went back.
    Refunded,
    /// The buyer disputes a payment of it.
    Disputed,
    /// It was issued again.
    Reissued,
    /// All of it left that must be fulfilled.
    Fulfilled,
}

/// What happened to the service that an order pays for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServiceNews {
    /// It began, for the first time.
    Activated,
    /// It rests.
    Paused,
    /// It goes on after a rest.
    Resumed,
    /// It was cancelled.
    Cancelled,
    /// It ended since it was cancelled.
    Churned,
    /// It ended as it was meant to.
    Completed,
    /// It goes on after it was cancelled or had ended.
    Reactivated,
    /// Nothing was ever paid.
    Abandoned,
    /// It was called off before anything was paid.
    Voided,
    /// A time to try it began.
    TrialStarted,
    /// A time to try it is over.
    TrialEnded,
    /// Somebody paid after trying.
    TrialConverted,
    /// Money came for the first time, for neither trying nor setting up.
    FirstPayment,
    /// When it goes on or what becomes of it was changed.
    Rescheduled,
}

/// What happened to a movement of money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentNews {
    /// It was asked for.
    Asked,
    /// It happened.
    Made,
    /// It was declined.
    Declined,
    /// Something else became known of it.
    Changed,
    /// The buyer disputes it.
    Disputed,
    /// A dispute of it was decided.
    DisputeEnded,
}

/// What happened to a return.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReturnNews {
    /// It was opened.
    Opened,
    /// Some of it was accepted, or something else of it changed.
    Updated,
    /// All of it was accepted.
    Accepted,
}

/// Which way a plan went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlanDirection {
    /// It costs more.
    Up,
    /// It costs less.
    Down,
}

/// What happened to somebody's access.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccessNews {
    /// It was given.
    Granted,
    /// Something of it changed.
    Updated,
    /// It may not be used for the time being.
    Suspended,
    /// It was taken back.
    Revoked,
}
