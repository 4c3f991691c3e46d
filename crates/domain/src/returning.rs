//! Returns: units that left and come back. A return is opened when the buyer announces it, and accepted, line by line,
//! as what came back is looked at; once all of it was accepted, its money goes back.

use serde::{Deserialize, Serialize};

use crate::custom_field::CustomField;
use crate::id::{FulfillmentOrderId, OrderLineId, RefundId, ReturnId};
use crate::order::Order;
use crate::time::Time;

/// Units that come back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Return {
    /// Its id.
    pub id: ReturnId,
    /// Why, in the buyer's word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The work that it left with, if whoever opened it said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub work: Option<FulfillmentOrderId>,
    /// What comes back.
    pub lines: Vec<ReturnLine>,
    /// The refunds that followed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refunds: Vec<RefundId>,
    /// Values that programs keep with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub custom_fields: Vec<CustomField>,
    /// When it was opened.
    pub created_at: Time,
    /// When it last changed.
    pub updated_at: Time,
}

/// Units of one line that come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnLine {
    /// The line.
    pub order_line: OrderLineId,
    /// How many, at least one.
    pub quantity: i64,
    /// How many of them were accepted.
    #[serde(default)]
    pub accepted: i64,
}

impl Return {
    /// Whether all of it was accepted.
    pub fn is_accepted(&self) -> bool {
        self.lines.iter().all(ReturnLine::is_accepted)
    }
}

impl ReturnLine {
    /// Whether all of its units were accepted.
    pub fn is_accepted(&self) -> bool {
        self.accepted == self.quantity
    }
}

/// Units of a line of an order that left with some work and are in no return of it.
pub(crate) fn left_with(order: &Order, work: FulfillmentOrderId, line: OrderLineId) -> i64 {
    let sent = order.fulfillment_order(work).into_iter().flat_map(|fo| &fo.lines);
    let sent: i64 = sent.filter(|own| own.order_line == line).map(|own| own.fulfilled).sum();
    let back = order.returns.iter().filter(|own| own.work == Some(work)).flat_map(|own| &own.lines);
    sent - back.filter(|own| own.order_line == line).map(|own| own.quantity).sum::<i64>()
}
