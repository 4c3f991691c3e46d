//! Facts: each kind of thing that can happen, and what is told of it.

use super::kinds::facts;
use super::{
    AccessNews, InvoiceNews, LineQuantity, PaymentNews, PlanDirection, ReturnNews, ServiceNews, Work,
};
use serde::{Deserialize, Serialize};

use crate::access::Target;
use crate::fulfillment::DeliveryEvent;
use crate::fulfillment_order::StageName;
use crate::hold::Hold;
use crate::id::{
    AccessGrantId, ContactId, DeliveryEventId, FulfillmentId, FulfillmentOrderId, InvoiceId, ListenerId,
    LocationId, OrderId, OrderLineId, PriceId, ProductId, RefundId, ReturnId, RunId, ServiceId,
    TransactionId, VariantId,
};
use crate::record::Record;
use crate::stock::{StateChange, StockCause};
use crate::time::Time;
use crate::workflow::Sends;

facts! {
    /// An order came in.
    OrderPlaced {} = "order_placed",
    /// Something about an order changed.
    OrderUpdated {} = "order_updated",
    /// An order is paid in full.
    OrderPaid {} = "order_paid",
    /// An order was called off.
    OrderCancelled {} = "order_cancelled",
    /// What an order says was changed, apart from what it asks for.
    OrderAmended {} = "order_amended",
    /// An order was put away.
    OrderClosed {} = "order_closed",
    /// An order that was put away was taken out again.
    OrderReopened {} = "order_reopened",
    /// An order was forgotten.
    OrderDeleted {} = "order_deleted",
    /// More, less or something else is asked for.
    OrderEdited {
        /// The lines that changed, and how many more are asked for of each.
        lines: Vec<(crate::id::OrderLineId, i64)>,
        /// For the staff.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
        /// Whether the buyer is to be told.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        notify_buyer: bool,
    } = "order_edited",
    /// Units were given up, or money went back for them.
    RefundCreated {
        /// The refund, which is kept with the order.
        refund: RefundId,
    } = "refund_created",
    /// What programs keep with a refund changed.
    RefundAmended {
        /// The refund.
        refund: RefundId,
    } = "refund_amended",
    /// Some of an order left, not all.
    OrderPartlyFulfilled {} = "order_partly_fulfilled",
    /// All of an order left.
    OrderFulfilled {} = "order_fulfilled",
    /// Units of an order found no location.
    OrderUnrouted {
        /// How many wait.
        units: i64,
    } = "order_unrouted",
    /// Work was assigned to a location.
    WorkRouted {
        /// The work.
        work: Work,
    } = "work_routed",
    /// Work reached its time.
    WorkReady {
        /// The work.
        work: Work,
    } = "work_ready",
    /// Work was opened again by hand.
    WorkOpened {
        /// The work.
        work: Work,
    } = "work_opened",
    /// Work was called off and made anew.
    WorkCancelled {
        /// The work that ended.
        work: Work,
        /// The work that takes its place.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        replacement: Option<Work>,
    } = "work_cancelled",
    /// Progress was reported by hand.
    ProgressReported {
        /// The work.
        work: Work,
        /// Its stage before.
        before: StageName,
        /// What was said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    } = "progress_reported",
    /// Work got a later time.
    WorkRescheduled {
        /// The work.
        work: Work,
        /// The new time.
        opens_at: Time,
    } = "work_rescheduled",
    /// Work must be fulfilled until then.
    DeadlineSet {
        /// The work.
        work: Work,
        /// The time.
        fulfill_by: Time,
    } = "deadline_set",
    /// The buyer may come for it.
    WorkPrepared {
        /// The work.
        work: Work,
    } = "work_prepared",
    /// Work is held where it wasn't before.
    WorkHeld {
        /// The work.
        work: Work,
        /// The hold.
        hold: Hold,
        /// What was held.
        held: Vec<LineQuantity>,
        /// The rest, if only a part was held.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rest: Option<Work>,
    } = "work_held",
    /// The last hold was released.
    WorkReleased {
        /// The work.
        work: Work,
    } = "work_released",
    /// A hold was placed.
    HoldAdded {
        /// The work.
        work: Work,
        /// The hold.
        hold: Hold,
    } = "hold_added",
    /// A hold was released.
    HoldReleased {
        /// The work.
        work: Work,
        /// The hold.
        hold: Hold,
    } = "hold_released",
    /// Work went to another location.
    WorkMoved {
        /// The work as it was left behind.
        original: Work,
        /// The work at its new location.
        moved: Work,
        /// The location that it left.
        from: LocationId,
        /// What was asked to go.
        lines: Vec<LineQuantity>,
    } = "work_moved",
    /// Work was split.
    WorkSplit {
        /// The work that keeps its id.
        work: Work,
        /// The new work.
        rest: Work,
        /// What went to the new work.
        lines: Vec<LineQuantity>,
    } = "work_split",
    /// Works were joined.
    WorkMerged {
        /// The work that lives on.
        work: Work,
        /// What was joined: work and lines.
        merged: Vec<(FulfillmentOrderId, Vec<LineQuantity>)>,
    } = "work_merged",
    /// The merchant asked a service.
    RequestSubmitted {
        /// The work as it was asked about.
        original: Work,
        /// The work that was asked for.
        work: Work,
        /// The words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<String>,
        /// The request's id.
        request: crate::id::RequestId,
    } = "request_submitted",
    /// A service agreed.
    RequestAccepted {
        /// The work.
        work: Work,
        /// The words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<String>,
    } = "request_accepted",
    /// A service declined.
    RequestRejected {
        /// The work.
        work: Work,
        /// The words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<String>,
    } = "request_rejected",
    /// The merchant wants to call a request off.
    CancellationRequested {
        /// The work.
        work: Work,
        /// The words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<String>,
        /// The request's id.
        request: crate::id::RequestId,
    } = "cancellation_requested",
    /// A service agreed to stop.
    CancellationAccepted {
        /// The work.
        work: Work,
        /// The words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<String>,
    } = "cancellation_accepted",
    /// A service declined to stop.
    CancellationRejected {
        /// The work.
        work: Work,
        /// The words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<String>,
    } = "cancellation_rejected",
    /// A service gave up.
    GaveUp {
        /// The work.
        work: Work,
        /// The words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<String>,
    } = "gave_up",
    /// Something left a location.
    FulfillmentCreated {
        /// The fulfillment.
        fulfillment: FulfillmentId,
    } = "fulfillment_created",
    /// A fulfillment's tracking changed.
    FulfillmentUpdated {
        /// The fulfillment.
        fulfillment: FulfillmentId,
        /// Whether the buyer is to be told of this.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        notify_buyer: bool,
    } = "fulfillment_updated",
    /// A fulfillment was called off.
    FulfillmentCancelled {
        /// The fulfillment.
        fulfillment: FulfillmentId,
    } = "fulfillment_cancelled",
    /// Something happened to a parcel on its way.
    DeliveryRecorded {
        /// The fulfillment.
        fulfillment: FulfillmentId,
        /// What happened.
        event: DeliveryEventId,
    } = "delivery_recorded",
    /// What was recorded of a parcel's way was taken back.
    DeliveryForgotten {
        /// The fulfillment.
        fulfillment: FulfillmentId,
        /// What had been recorded.
        event: Box<DeliveryEvent>,
    } = "delivery_forgotten",
    /// A location was made.
    LocationCreated {
        /// The location.
        location: LocationId,
    } = "location_created",
    /// A location changed.
    LocationUpdated {
        /// The location.
        location: LocationId,
    } = "location_updated",
    /// A location came back into service.
    LocationActivated {
        /// The location.
        location: LocationId,
    } = "location_activated",
    /// A location went out of service.
    LocationDeactivated {
        /// The location.
        location: LocationId,
    } = "location_deactivated",
    /// A location was forgotten.
    LocationDeleted {
        /// The location.
        location: LocationId,
    } = "location_deleted",
    /// A contact was made.
    ContactCreated {
        /// The contact.
        contact: ContactId,
    } = "contact_created",
    /// A contact that nobody could write to has an e-mail address now.
    ContactIdentified {
        /// The contact.
        contact: ContactId,
    } = "contact_identified",
    /// A contact changed.
    ContactUpdated {
        /// The contact.
        contact: ContactId,
    } = "contact_updated",
    /// A contact was forgotten.
    ContactDeleted {
        /// The contact.
        contact: ContactId,
    } = "contact_deleted",
    /// A product was made.
    ProductCreated {
        /// The product.
        product: ProductId,
    } = "product_created",
    /// A product changed.
    ProductSaved {
        /// The product.
        product: ProductId,
    } = "product_saved",
    /// A record was made.
    RecordCreated {
        /// The record.
        record: Box<Record>,
    } = "record_created",
    /// A record was changed.
    RecordUpdated {
        /// The record, as it is now.
        record: Box<Record>,
        /// The record, as it was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<Box<Record>>,
    } = "record_updated",
    /// A record was removed.
    RecordRemoved {
        /// The record, as it was.
        record: Box<Record>,
    } = "record_removed",
    /// A step of a workflow's run was done.
    RunStep {
        /// The run.
        run: RunId,
        /// The index of the step.
        step: usize,
        /// The order that the run is about.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        order: Option<OrderId>,
        /// The contact that the run is about.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        contact: Option<ContactId>,
        /// What is to be sent.
        sends: Sends,
    } = "run_step",
    /// A variant was made.
    VariantCreated {
        /// The variant.
        variant: VariantId,
    } = "variant_created",
    /// A variant changed.
    VariantUpdated {
        /// The variant.
        variant: VariantId,
    } = "variant_updated",
    /// Stock was counted or corrected.
    StockChanged {
        /// The location.
        location: LocationId,
        /// The variant.
        variant: VariantId,
        /// Change of the units in the shelves.
        by: i64,
        /// How many more there are for which purpose.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        changes: Vec<StateChange>,
        /// Why, if the event's other facts don't say so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cause: Option<StockCause>,
        /// What is available afterwards, as far as it was known when it was decided.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        available: Option<i64>,
    } = "stock_changed",
    /// What a location has of a variant, or has promised of it, changed because of what happened to orders or
    /// reservations; told once for each, and only of those that no other fact of the event tells of.
    StockMoved {
        /// The location.
        location: LocationId,
        /// The variant.
        variant: VariantId,
    } = "stock_moved",
    /// A location began to stock a variant.
    StockingBegan {
        /// The location.
        location: LocationId,
        /// The variant.
        variant: VariantId,
        /// What is available there.
        available: i64,
    } = "stocking_began",
    /// A location ceased to stock a variant.
    StockingEnded {
        /// The location.
        location: LocationId,
        /// The variant.
        variant: VariantId,
    } = "stocking_ended",
    /// Something happened to an invoice.
    Invoice {
        /// The invoice.
        invoice: InvoiceId,
        /// What.
        news: InvoiceNews,
    } = "invoice",
    /// Something happened to the service that an order pays for.
    Service {
        /// What.
        news: ServiceNews,
    } = "service",
    /// Something happened to a movement of money.
    Payment {
        /// The movement.
        transaction: TransactionId,
        /// The invoice that it is for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        invoice: Option<InvoiceId>,
        /// What.
        news: PaymentNews,
    } = "payment",
    /// Units were given up by whoever sent others, or said that none will be.
    UnitsGivenUp {
        /// The fulfillment that remembers them; it was made with this, whether or not something is in it.
        fulfillment: FulfillmentId,
        /// Lines and quantities.
        lines: Vec<(OrderLineId, i64)>,
    } = "units_given_up",
    /// Something happened to a return.
    Return {
        /// The return.
        id: ReturnId,
        /// What.
        news: ReturnNews,
    } = "return",
    /// What an order is billed for changed; what it was is kept with its billing.
    PlanChanged {
        /// The line.
        line: OrderLineId,
        /// Which way it went, if it went any.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        direction: Option<PlanDirection>,
    } = "plan_changed",
    /// Something happened to somebody's access.
    Access {
        /// The grant.
        grant: AccessGrantId,
        /// Whose.
        contact: ContactId,
        /// To what.
        target: Target,
        /// What.
        news: AccessNews,
    } = "access",
    /// A price was made or changed.
    PriceSaved {
        /// The price.
        price: PriceId,
        /// What it is the price of.
        variant: VariantId,
    } = "price_saved",
    /// Somebody wants to be told.
    ListenerSaved {
        /// The listener.
        listener: ListenerId,
    } = "listener_saved",
    /// Somebody doesn't want to be told any more.
    ListenerRemoved {
        /// The listener.
        listener: ListenerId,
    } = "listener_removed",
    /// A fulfillment service was made or changed.
    ServiceSaved {
        /// The service.
        service: ServiceId,
    } = "service_saved",
    /// A fulfillment service was forgotten.
    ServiceDeleted {
        /// The service.
        service: ServiceId,
    } = "service_deleted",
}
