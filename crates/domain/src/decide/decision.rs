//! What a decision is: data, which somebody else writes, tells and answers.

use crate::access::AccessGrant;
use crate::command::StockMeasure;
use crate::contact::Contact;
use crate::draft::Draft;
use crate::event::Event;
use crate::fulfillment::Fulfillment;
use crate::id::{
    AccessGrantId, ContactId, DraftId, FulfillmentId, FulfillmentOrderId, InvoiceId, ListenerId, LocationId,
    OrderId, OrderLineId, PriceId, ProductId, RecordId, RefundId, ReservationId, ReturnId, ServiceId,
    TransactionId, VariantId,
};
use crate::listener::Listener;
use crate::location::{Location, Service};
use crate::order::Order;
use crate::price::Price;
use crate::product::{Product, Variant};
use crate::record::Record;
use crate::reservation::Reservation;
use crate::stock::StockDelta;
use crate::time::Time;

/// What follows from a command.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// What to write, all of it or nothing.
    pub writes: Vec<Write>,
    /// What to tell.
    pub events: Vec<Event>,
    /// Whom to tell.
    pub heard: Heard,
    /// What to answer.
    pub outcome: Outcome,
    /// When it was decided.
    pub at: Time,
}

/// Who is told of what was decided. It is kept either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Heard {
    /// Everybody who listens.
    #[default]
    ByListeners,
    /// Nobody: it happened long ago, and is only written down now. Services are called all the same.
    ByNobody,
}

/// Something to write. Aggregates are written whole, as they are afterwards.
#[derive(Debug, Clone, PartialEq)]
#[allow(
    clippy::large_enum_variant,
    reason = "orders are boxed; the other large ones are written a few a day"
)]
pub enum Write {
    /// An order that wasn't there.
    NewOrder(Box<Order>),
    /// An order that was; its `version` is the one that was read, raised by one.
    Order(Box<Order>),
    /// An order goes, with its work; it must still be of that version.
    NoOrder(OrderId, i64),
    /// A fulfillment that wasn't there.
    NewFulfillment(Box<Fulfillment>),
    /// A fulfillment that was; versioned like an order.
    Fulfillment(Box<Fulfillment>),
    /// A fulfillment goes; it must still be of that version.
    NoFulfillment(FulfillmentId, i64),
    /// A contact that wasn't there.
    NewContact(Box<Contact>),
    /// A contact that was; versioned like an order.
    Contact(Box<Contact>),
    /// A contact goes.
    NoContact(ContactId),
    /// Of a contact and its orders nothing may be kept beside them: neither what was to be told, nor what was told.
    NoTraces(ContactId, Vec<OrderId>),
    /// A change of stock.
    Stock(StockDelta),
    /// A draft of an edit that wasn't there.
    NewDraft(Box<Draft>),
    /// A draft that was; versioned like an order.
    Draft(Box<Draft>),
    /// A draft goes; it must still be of that version.
    NoDraft(DraftId, i64),
    /// A reservation that wasn't there.
    NewReservation(Box<Reservation>),
    /// A reservation ends; it must still be there.
    NoReservation(ReservationId),
    /// A listener.
    Listener(Listener),
    /// A listener goes.
    NoListener(ListenerId),
    /// A location.
    Location(Location),
    /// A location goes, and what its stock was counted by.
    NoLocation(LocationId),
    /// A service.
    Service(Service),
    /// A service goes.
    NoService(ServiceId),
    /// A product.
    Product(Product),
    /// A variant.
    Variant(Variant),
    /// A price.
    Price(Box<Price>),
    /// A grant of access.
    Access(Box<AccessGrant>),
    /// A workflow.
    Workflow(Box<crate::workflow::Workflow>),
    /// A run of a workflow; versioned like an order.
    Run(Box<crate::workflow::Run>),
    /// Access is taken back, if it wasn't before.
    NoAccess(AccessGrantId, Time),
    /// Orders that wait for a location are to be routed again: stock or places changed.
    RouteWaiting,
    /// A record.
    Record(Record),
    /// A record goes.
    NoRecord(RecordId),
    /// A service is to be called.
    CallService(ServiceId, ServiceCall),
}

/// What a service is called for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServiceCall {
    /// There is work to accept.
    FulfillmentRequest,
    /// There is work to stop.
    CancellationRequest,
}

/// What to answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// That order was made or changed.
    Order(OrderId),
    /// That fulfillment was made or changed.
    Fulfillment(FulfillmentId),
    /// That work changed; other work came of it or was joined with it.
    Work {
        /// The order.
        order: OrderId,
        /// The work that the command was about.
        id: FulfillmentOrderId,
        /// What was parted from it.
        rest: Option<FulfillmentOrderId>,
    },
    /// Those works changed, each likewise.
    Works(Vec<WorkChange>),
    /// That draft of an edit was begun or changed.
    Draft {
        /// The draft.
        id: DraftId,
        /// The line that changed.
        line: Option<OrderLineId>,
    },
    /// That reservation was made.
    Reservation(ReservationId),
    /// That listener.
    Listener(ListenerId),
    /// That location.
    Location(LocationId),
    /// That service.
    Service(ServiceId),
    /// That invoice of an order.
    Invoice(OrderId, InvoiceId),
    /// That movement of money for an order.
    Transaction(OrderId, TransactionId),
    /// That refund of an order.
    Refund(OrderId, RefundId),
    /// That return of an order.
    Return(OrderId, ReturnId),
    /// That price.
    Price(PriceId),
    /// That grant of access.
    Access(AccessGrantId),
    /// That contact.
    Contact(ContactId),
    /// That product.
    Product(ProductId),
    /// That location stocks that variant.
    Stocked {
        /// The variant.
        variant: VariantId,
        /// The location.
        location: LocationId,
        /// What was said of the opening stock didn't count, since the variant was stocked there already.
        ignored: Option<StockMeasure>,
    },
    /// That variant was changed.
    Variant(VariantId),
    /// Done; or there was nothing to do.
    Done,
}

/// What became of one work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorkChange {
    /// The order.
    pub order: OrderId,
    /// The work that the command was about.
    pub id: FulfillmentOrderId,
    /// What was parted from it.
    pub rest: Option<FulfillmentOrderId>,
}
