//! Identities. Every id is a positive `i64` below 2^53, unique per installation, so that it survives JSON numbers
//! and each dialect can show it its own way. Ids are handed in: the domain never makes one up.

use serde::{Deserialize, Serialize};

/// The source of fresh ids that a decision draws from.
pub struct Ids<'a>(&'a mut dyn FnMut() -> i64);

impl<'a> Ids<'a> {
    /// Draws from `next`, which must never give the same number twice.
    pub fn new(next: &'a mut dyn FnMut() -> i64) -> Self {
        Self(next)
    }

    /// A fresh id of the wanted kind.
    pub fn fresh<T: From<i64>>(&mut self) -> T {
        T::from((self.0)())
    }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);
        impl From<i64> for $name { fn from(id: i64) -> Self { Self(id) } }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { self.0.fmt(f) }
        }
    )*};
}

ids! {
    /// A tenant. Every key, query and lookup begins with it.
    ShopId,
    /// An order.
    OrderId,
    /// A line of an order: an article and how many of it were asked for.
    OrderLineId,
    /// An invoice of an order.
    InvoiceId,
    /// A line of an invoice: the unit of demand.
    InvoiceLineId,
    /// A fulfillment order: work for one location.
    FulfillmentOrderId,
    /// A line of a fulfillment order.
    FulfillmentOrderLineId,
    /// A fulfillment: what left a location.
    FulfillmentId,
    /// A share of a fulfillment: one line of one order in it.
    ShareId,
    /// Something that happened to a parcel on its way.
    DeliveryEventId,
    /// A hold on a fulfillment order.
    HoldId,
    /// A request to a fulfillment service.
    RequestId,
    /// A place that ships.
    LocationId,
    /// A fulfillment service: somebody else's warehouse.
    ServiceId,
    /// A product.
    ProductId,
    /// A variant of a product: what is sold and stocked.
    VariantId,
    /// A price of a variant.
    PriceId,
    /// A grant of access.
    AccessGrantId,
    /// A customer or contact.
    ContactId,
    /// A custom field of a thing.
    CustomFieldId,
    /// A payment transaction.
    TransactionId,
    /// A refund.
    RefundId,
    /// A line of a refund.
    RefundLineId,
    /// A return.
    ReturnId,
    /// A draft of an edit of an order.
    DraftId,
    /// A reservation.
    ReservationId,
    /// A program with a key.
    AppId,
    /// A listener: somebody who wants to be told.
    ListenerId,
    /// A record: something that a shop keeps and no decision depends on.
    RecordId,
    /// A workflow.
    WorkflowId,
    /// A run of a workflow.
    RunId,
    /// An event.
    EventId,
}
