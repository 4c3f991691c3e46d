//! Refusals: every expected "no". A dialect turns each into its own words, exhaustively; nothing else is a user's
//! error.

use crate::actor::Permission;
use crate::allowed::{Action, WhyNot};
use crate::fulfillment_order::StageName;
use crate::id::{
    FulfillmentId, FulfillmentOrderId, FulfillmentOrderLineId, HoldId, ListenerId, LocationId, OrderId,
    OrderLineId, ProductId, ServiceId, VariantId,
};
use crate::moving::Obstacle;

/// Where in a command's list of works a problem lies: (which work, which of its lines).
pub type Place = (usize, usize);

/// Why a command was refused. Nothing changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The key doesn't allow it; one of these would.
    NotPermitted(&'static [Permission]),
    /// Named work exists but the actor may not touch it.
    NoAccess(FulfillmentOrderId),
    /// There is no such thing, or the actor may not see it.
    Unknown(Thing),
    /// A quantity is zero or negative.
    QuantityNotPositive(Place),
    /// A quantity is more than what remains.
    QuantityTooLarge {
        /// The line.
        line: FulfillmentOrderLineId,
        /// What was asked.
        asked: i64,
        /// What remains.
        remaining: i64,
    },
    /// The works belong to different orders.
    SeveralOrders(Vec<OrderId>),
    /// The works are at different locations.
    SeveralLocations(Vec<LocationId>),
    /// Nothing was named, or nothing remains of what was named.
    NothingToDo,
    /// The work is in no stage to be fulfilled.
    Unfulfillable(FulfillmentOrderId, StageName),
    /// What may be done now doesn't include that.
    NotAllowed(FulfillmentOrderId, Action, WhyNot),
    /// The order was called off already.
    OrderCancelled(OrderId),
    /// Something of the order left and did not come back.
    OrderHasFulfillments(OrderId),
    /// A service works on it; it must be asked to stop first.
    ServiceAtWork(FulfillmentOrderId),
    /// An order without lines.
    NoLines,
    /// A line, by its index, names neither a variant nor a title.
    LineWithoutTitle(usize),
    /// A line's quantity, by its index, is out of bounds.
    LineQuantity(usize),
    /// A line's price, by its index, is negative or too large.
    LinePrice(usize),
    /// There isn't enough in stock, and the order doesn't want to wait.
    OutOfStock(VariantId),
    /// The order came in before under the same key.
    SeenBefore(OrderId),
    /// The handle of a hold is taken.
    HoldHandleTaken,
    /// The handle of a hold is too long.
    HoldHandleTooLong,
    /// Those units can't be moved to that location.
    NotMovable(FulfillmentOrderId, LocationId, Obstacle),
    /// No location that may be taken could ship all of the work.
    NoPlace(FulfillmentOrderId),
    /// So many of the line left already; no fewer can be asked for.
    AlreadyFulfilled(OrderLineId, i64),
    /// The entry of that index names what an earlier one names.
    Twice(usize),
    /// The entry of that index expected another stock than is there.
    StockDiffers {
        /// The entry.
        index: usize,
        /// What is there.
        found: i64,
    },
    /// That can't be done to that location.
    Location(LocationId, LocationTrouble),
    /// Everything was named; something of it must stay.
    NothingWouldStay(FulfillmentOrderId),
    /// The buyer doesn't come for those works, or they aren't there.
    NotForPickup(Vec<FulfillmentOrderId>),
    /// The actor may not release that hold.
    HoldNotYours(HoldId),
    /// A line was named twice.
    DoubleLine(FulfillmentOrderLineId),
    /// A time lies in the past.
    TimePassed,
    /// Something with that name or address is there already.
    Taken(Field),
    /// A value is missing or malformed.
    Malformed(Field, &'static str),
}

/// Why something can't be done to a location.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LocationTrouble {
    /// A fulfillment service runs it.
    OfService,
    /// No other location in service ships orders.
    OnlyOneThatShips,
    /// It is the location itself.
    Same,
    /// Open work is assigned to it.
    HasWork,
    /// There is something in its shelves, or something missing there.
    HasStock,
    /// It is in service.
    Active,
}

/// Something that may not be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thing {
    /// An order.
    Order(OrderId),
    /// A line of an order.
    OrderLine(OrderLineId),
    /// A fulfillment order.
    FulfillmentOrder(FulfillmentOrderId),
    /// A line of a fulfillment order.
    FulfillmentOrderLine(FulfillmentOrderLineId),
    /// A fulfillment.
    Fulfillment(FulfillmentId),
    /// A location.
    Location(LocationId),
    /// A variant, asked for by the line of that index.
    Variant(VariantId, usize),
    /// A product.
    Product(ProductId),
    /// A hold.
    Hold(HoldId),
    /// A listener.
    Listener(ListenerId),
    /// A fulfillment service.
    Service(ServiceId),
    /// A contact, by whatever it was named.
    Contact,
}

/// A field of a command, by the domain's name for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it all")]
pub enum Field {
    Name,
    Url,
    Note,
    Currency,
    Email,
    Phone,
    PoNumber,
    Tags,
    Addresses,
    Topic,
    Sku,
}
