//! Invoices: what was sold, once issued never rewritten. An invoice line is the unit of demand: a unit sold is sold
//! by exactly one. Corrections are lines of later invoices that adjust it, and units given up.

use serde::{Deserialize, Serialize};

use crate::billing::bill::{Bill, LineBill};
use crate::id::{InvoiceId, InvoiceLineId, OrderLineId};
use crate::time::Time;

/// What was sold for one period, as it was when it was issued.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Invoice {
    /// Its id.
    pub id: InvoiceId,
    /// When it was issued.
    pub issued_at: Time,
    /// What it sells.
    pub lines: Vec<InvoiceLine>,
    /// What it asks for, if its money is still to come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bill: Option<Box<Bill>>,
}

/// One line of an [`Invoice`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InvoiceLine {
    /// Its id.
    pub id: InvoiceLineId,
    /// The order line that it sells.
    pub order_line: OrderLineId,
    /// Units it sells; below zero only if it adjusts another line.
    pub quantity: i64,
    /// Units of those given up since, before they shipped.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub removed: i64,
    /// Units of those that nobody has to fulfill; somebody may all the same.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub unasked: i64,
    /// The line that it corrects, if it sells nothing of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adjusts: Option<InvoiceLineId>,
    /// What it asks for. A line that charges anything but articles sells no units: they all count as given up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bill: Option<Box<LineBill>>,
}

fn is_zero(n: &i64) -> bool {
    *n == 0
}
