//! Fulfillments: what left a location. An aggregate of its own, since one may hold items of several orders and its
//! tracking changes long after the orders are done. It is always done when made, and cancelled is final.

use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::custom_field::CustomField;
use crate::id::{
    DeliveryEventId, FulfillmentId, FulfillmentOrderId, FulfillmentOrderLineId, InvoiceLineId, LocationId,
    OrderId, OrderLineId, ServiceId, ShareId,
};
use crate::time::Time;

/// What left a location.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fulfillment {
    /// Its id.
    pub id: FulfillmentId,
    /// What people call it: the order's name and a running number.
    pub name: String,
    /// Its running number in the shop, if it got one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<i64>,
    /// Where it left.
    pub location: LocationId,
    /// The service that sent it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<ServiceId>,
    /// What is in it; nothing, if all that it remembers is what was given up.
    pub shares: Vec<Share>,
    /// What was given up by whoever sent it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub given_up: Vec<GivenUp>,
    /// How to find it on its way.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trackings: Vec<Tracking>,
    /// What happened to it on its way, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<DeliveryEvent>,
    /// When it was called off, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancelled_at: Option<Time>,
    /// Where the parcel says that it comes from, if not the location.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Address>,
    /// Whether the buyer was to be told.
    #[serde(default)]
    pub notify_buyer: bool,
    /// What the sender wrote to the buyer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Values that programs keep with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub custom_fields: Vec<CustomField>,
    /// When it was made.
    pub created_at: Time,
    /// When it last changed.
    pub updated_at: Time,
    /// How often it was stored; guards against lost updates.
    #[serde(default)]
    pub version: i64,
}

/// A quantity of one line of one order in a [`Fulfillment`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Share {
    /// Its id.
    pub id: ShareId,
    /// The order.
    pub order: OrderId,
    /// The work that it was part of.
    pub fulfillment_order: FulfillmentOrderId,
    /// The line of that work.
    pub fulfillment_order_line: FulfillmentOrderLineId,
    /// The order line.
    pub order_line: OrderLineId,
    /// The unit of demand.
    pub invoice_line: InvoiceLineId,
    /// How many, at least one.
    pub quantity: i64,
}

/// Units of a line that were given up as others left, or instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenUp {
    /// The order.
    pub order: OrderId,
    /// The order line.
    pub order_line: OrderLineId,
    /// How many, at least one.
    pub quantity: i64,
    /// The work that they were taken from and its line, if those were named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<(FulfillmentOrderId, FulfillmentOrderLineId)>,
}

/// How to find a parcel on its way.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tracking {
    /// The carrier's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company: Option<String>,
    /// The carrier's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Where to look.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// Something that happened to a parcel on its way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeliveryEvent {
    /// Its id.
    pub id: DeliveryEventId,
    /// What.
    pub status: DeliveryStatus,
    /// When.
    pub happened_at: Time,
    /// When it was told.
    pub created_at: Time,
    /// In words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Where.
    #[serde(default, skip_serializing_if = "is_nowhere")]
    pub place: Address,
    /// Where, in millionths of a degree (latitude, longitude).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<(i64, i64)>,
    /// When the parcel should arrive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimated_at: Option<Time>,
}

fn is_nowhere(place: &Address) -> bool {
    *place == Address::default()
}

/// What can happen to a parcel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names are the carriers' own and say it all")]
pub enum DeliveryStatus {
    LabelPurchased,
    LabelPrinted,
    ReadyForPickup,
    Confirmed,
    CarrierPickedUp,
    InTransit,
    Delayed,
    OutForDelivery,
    AttemptedDelivery,
    Delivered,
    Failure,
}

impl Fulfillment {
    /// Whether it counts: it left and wasn't called off.
    pub fn is_live(&self) -> bool {
        self.cancelled_at.is_none()
    }

    /// Whether anything is in it. One that only remembers what was given up is no parcel, and is shown only to whoever
    /// asks for those.
    pub fn holds_units(&self) -> bool {
        !self.shares.is_empty()
    }

    /// Whether it counts and nobody said yet how to find it.
    pub fn lacks_tracking(&self) -> bool {
        self.holds_units()
            && self.is_live()
            && self.trackings.iter().all(|known| known.number.is_none() && known.url.is_none())
    }

    /// The latest thing that happened to it, by the time it happened.
    pub fn latest_event(&self) -> Option<&DeliveryEvent> {
        self.events.iter().max_by_key(|event| event.happened_at)
    }

    /// The orders that it holds or gave up something of, ascending and without doubles.
    pub fn orders(&self) -> Vec<OrderId> {
        let given_up = self.given_up.iter().map(|units| units.order);
        let mut orders: Vec<OrderId> = self.shares.iter().map(|share| share.order).chain(given_up).collect();
        orders.sort();
        orders.dedup();
        orders
    }
}
