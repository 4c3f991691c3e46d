//! Refusals: every expected "no". A dialect turns each into its own words, exhaustively; nothing else is a user's
//! error.

use crate::actor::Permission;
use crate::allowed::{Action, WhyNot};
use crate::command::StockMeasure;
use crate::fulfillment_order::StageName;
use crate::id::{
    AccessGrantId, DeliveryEventId, DraftId, FulfillmentId, FulfillmentOrderId, FulfillmentOrderLineId,
    HoldId, InvoiceId, InvoiceLineId, ListenerId, LocationId, OrderId, OrderLineId, PriceId, ProductId,
    RefundId, ReturnId, ServiceId, TransactionId, VariantId,
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
    /// The fulfillment arrived already.
    Delivered(FulfillmentId),
    /// Units of the fulfillment are in a return.
    Returned(FulfillmentId),
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
    /// Entries of a list about stock are wrong: which ones, and what is wrong with each.
    Stock(Vec<(usize, StockTrouble)>),
    /// The location of that name is the only one that stocks the variant.
    OnlyStockedThere(VariantId, String),
    /// What the location of that name has when it begins to stock a variant, by its measure, is out of bounds.
    OpeningStock(String, StockMeasure),
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
    /// So many of the line are asked for now, and no longer as many as when the edit was drafted.
    DraftOutdated(OrderLineId, i64),
    /// Nothing is to be paid for the order.
    NothingDue(OrderId),
    /// Nobody is known whom the order's money could go back to.
    NoBuyer(OrderId),
    /// A value is missing or malformed.
    Malformed(Field, &'static str),
    /// That can't be done to an order's billing.
    Billing(crate::billing::Trouble),
}

/// What is wrong with an entry of a list about stock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StockTrouble {
    /// There is no such variant.
    UnknownVariant,
    /// There is no such location.
    UnknownLocation,
    /// The location doesn't stock the variant.
    NotStocked,
    /// Nobody can have fewer than none in the shelves.
    Negative,
    /// Fewer than anybody can have.
    TooLow,
    /// More than anybody can have.
    TooHigh,
    /// Another entry names the same variant and location.
    Twice,
    /// It expected another stock than is there, which is so much.
    Differs(i64),
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
    /// Open work is assigned to it, or something is kept there for somebody.
    HasWork,
    /// There is something in its shelves, or something missing there.
    HasStock,
    /// It is in service.
    Active,
    /// It is out of service.
    Inactive,
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
    /// Something that happened to a parcel.
    DeliveryEvent(DeliveryEventId),
    /// A location.
    Location(LocationId),
    /// A variant, asked for by the line of that index.
    Variant(VariantId, usize),
    /// A product.
    Product(ProductId),
    /// A draft of an edit, or one that was forgotten.
    Draft(DraftId),
    /// A hold.
    Hold(HoldId),
    /// A listener.
    Listener(ListenerId),
    /// A fulfillment service.
    Service(ServiceId),
    /// An invoice.
    Invoice(InvoiceId),
    /// A line of an invoice.
    InvoiceLine(InvoiceLineId),
    /// A movement of money.
    Transaction(TransactionId),
    /// A price, asked for by the line of that index.
    Price(PriceId, usize),
    /// A grant of access.
    AccessGrant(AccessGrantId),
    /// A contact, by whatever it was named.
    Contact,
    /// A record.
    Record(crate::id::RecordId),
    /// A run of a workflow.
    Run(crate::id::RunId),
    /// A refund.
    Refund(RefundId),
    /// A return.
    Return(ReturnId),
    /// A reservation, by whatever it was named, or one that ended.
    Reservation,
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
    /// What the program that sent an order calls it.
    SourceIdentifier,
    Tags,
    Addresses,
    Amount,
    Shipping,
    PaidAt,
    InvoiceKind,
    Terms,
    Topic,
    Sku,
    UnitCost,
    Weight,
    CountryOfOrigin,
    TariffCode,
    Rule,
}
