//! Commands: everything that anybody can want changed. Timers, imports and people use the same ones.

use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::amend::AmendOrder;
use crate::contact::SaveContact;
use crate::fulfillment::{DeliveryStatus, Tracking};
use crate::hold::HoldReason;
use crate::id::{
    ContactId, DeliveryEventId, DraftId, FulfillmentId, FulfillmentOrderId, FulfillmentOrderLineId, HoldId,
    ListenerId, LocationId, OrderId, OrderLineId, RecordId, ReservationId, RunId, VariantId,
};
use crate::listener::Listener;
use crate::location::{Location, Service};
use crate::order::{Article, CancelReason, Placed};
use crate::product::{Product, Variant};
use crate::record::Record;
use crate::rejection::Rejection;
use crate::reservation::ReservationKey;
use crate::time::Time;
use crate::workflow::{Run, Workflow};

pub mod billing;
pub mod charging;
mod place;
pub use place::{DeleteService, EditLocation, EditService, Leftover};
mod reserve;
pub use reserve::Reserve;
mod stock;
pub use stock::{
    AdjustStock, SetStock, SetStocking, StartStocking, StockCount, StockMeasure, StockStep, Stocked,
    Unstocked, VariantEdit,
};

/// Something that somebody wants changed.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// An order comes in.
    Place(Box<Place>),
    /// Units that wait for a location get one.
    Route(OrderId),
    /// Units leave.
    Fulfill(Fulfill),
    /// A fulfillment gets other tracking.
    Track(Track),
    /// A service tells how to find a fulfillment, if nobody did before.
    LearnTracking(FulfillmentId, Vec<Tracking>),
    /// A fulfillment is called off.
    CancelFulfillment(FulfillmentId),
    /// A fulfillment is called off, unless it was before, and forgotten.
    DeleteFulfillment(FulfillmentId),
    /// Something happened to a parcel.
    RecordDelivery(RecordDelivery),
    /// What was recorded of a parcel's way was a mistake.
    ForgetDelivery(FulfillmentId, DeliveryEventId),
    /// An order is called off.
    CancelOrder(CancelOrder),
    /// Work is held.
    Hold(PlaceHold),
    /// Holds are released; none named means all.
    Release(FulfillmentOrderId, Vec<HoldId>),
    /// The merchant asks a service to do work.
    RequestFulfillment(RequestFulfillment),
    /// A service agrees to do work.
    AcceptRequest(FulfillmentOrderId, Option<String>),
    /// A service declines to do work; it goes elsewhere if it can.
    RejectRequest(FulfillmentOrderId, Rejection),
    /// Scheduled work opens: its time has come, or somebody is impatient. So does work with progress reported.
    Open(FulfillmentOrderId),
    /// Units become works of their own, all of them or none.
    Split(Vec<SomeWork>),
    /// Works are joined, each list of them with one another; the first of a list lives on.
    Merge(Vec<Vec<SomeWork>>),
    /// Work goes to another location, or some of it.
    Move(MoveWork),
    /// Works go to other locations, as routing says.
    Reroute(Reroute),
    /// More, less or something else is asked for.
    EditOrder(EditOrder),
    /// Somebody begins to draft an edit of an order.
    BeginDraft(OrderId),
    /// A draft goes on.
    ChangeDraft(DraftId, DraftStep),
    /// What was drafted is done.
    CommitDraft(DraftId, Remark),
    /// What an order still costs was paid, by means that nobody here knows.
    MarkPaid(OrderId),
    /// Work is called off and made anew at the same location.
    CancelWork(FulfillmentOrderId),
    /// The merchant asks a service to stop.
    RequestCancellation(FulfillmentOrderId, Option<String>),
    /// A service agrees to stop.
    AcceptCancellation(FulfillmentOrderId, Option<String>),
    /// A service declines to stop.
    RejectCancellation(FulfillmentOrderId, Option<String>),
    /// A service gives up.
    GiveUp(FulfillmentOrderId, Option<String>),
    /// Progress is reported by hand, with a note.
    ReportProgress(FulfillmentOrderId, Option<String>),
    /// The buyer may come for it.
    PrepareForPickup(Vec<FulfillmentOrderId>),
    /// Scheduled work gets another time.
    Reschedule(FulfillmentOrderId, Time),
    /// Works must be fulfilled until then.
    SetDeadline(Vec<FulfillmentOrderId>, Time),
    /// Units leave, named by the invoice lines that sold them.
    FulfillLines(billing::FulfillLines),
    /// Units of an order leave or are given up, named by its lines.
    FulfillOrder(Box<charging::FulfillOrder>),
    /// Units of some work are given up, named by its lines.
    GiveUpUnits(charging::GiveUpUnits),
    /// Something else is said of a fulfillment.
    AmendFulfillment(charging::AmendFulfillment),
    /// The money of an order.
    Billing(billing::BillingCommand),
    /// The money of an order that is set aside first.
    Charging(charging::ChargingCommand),
    /// Somebody wants to be told.
    SaveListener(Listener),
    /// Somebody doesn't want to be told any more.
    RemoveListener(ListenerId),
    /// A location is made or changed.
    SaveLocation(Location),
    /// A fulfillment service is made or changed, with its location.
    SaveService(Service, Location),
    /// Some of a location changes.
    EditLocation(EditLocation),
    /// Some of a fulfillment service changes.
    EditService(EditService),
    /// A fulfillment service is forgotten.
    DeleteService(DeleteService),
    /// A product and its variants are made or changed.
    SaveProduct(Product, Vec<Variant>),
    /// Something else is said of an order than before.
    AmendOrder(AmendOrder),
    /// An order is put away.
    CloseOrder(OrderId),
    /// An order that was put away is taken out again.
    ReopenOrder(OrderId),
    /// An order is forgotten.
    DeleteOrder(OrderId),
    /// A contact is made or changed.
    SaveContact(Box<SaveContact>),
    /// A contact is forgotten.
    DeleteContact(ContactId),
    /// Everything that tells who a contact is goes, here and wherever it bought something; what was bought stays.
    RedactContact(ContactId),
    /// A location goes out of service; what is in its shelves goes to the other one.
    DeactivateLocation(LocationId, Option<LocationId>),
    /// A location comes back into service.
    ActivateLocation(LocationId),
    /// A location is forgotten.
    DeleteLocation(LocationId),
    /// Records are made or changed.
    SaveRecords(Vec<Record>),
    /// Records go.
    RemoveRecords(Vec<RecordId>),
    /// A workflow is made or changed.
    SaveWorkflow(Box<Workflow>),
    /// The next step of a run is done, if it is due; the run is as it was read. Beside it: whether the mail can be written
    /// that this step sends, if it sends one; if not, why.
    AdvanceRun(Box<Run>, Result<(), String>),
    /// A run that failed goes on.
    ResumeRun(RunId),
    /// Stock is counted, and is what was counted.
    SetStock(SetStock),
    /// Stock is other than it was thought to be, or there for another purpose.
    AdjustStock(AdjustStock),
    /// A location begins to stock a variant.
    StartStocking(StartStocking),
    /// A location ceases to stock a variant; what is there stays, and is not sold.
    StopStocking(VariantId, LocationId),
    /// Several locations begin or cease to stock a variant.
    SetStocking(SetStocking),
    /// Units are set apart for somebody who may order them soon.
    Reserve(Box<Reserve>),
    /// What was reserved is no longer wanted.
    EndReservation(ReservationKey),
    /// What was reserved is free again, since its time has come.
    ExpireReservation(ReservationId),
    /// A variant gets other values; what isn't named stays.
    EditVariant(VariantId, VariantEdit),
}

/// An order comes in.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// Its name, if it has one already; else it gets the next.
    pub name: Option<String>,
    /// Its number, drawn for it by the engine or told by its name.
    pub number: i64,
    /// What was said apart from the lines.
    pub placed: Placed,
    /// Whose it is, if that is known: a contact that is found, and made or changed on the way.
    pub buyer: Option<SaveContact>,
    /// What was asked for. Articles with a variant take what they don't say from it.
    pub lines: Vec<NewLine>,
    /// The reservation that kept its units until now, if one did, of the same mode as the order.
    pub reservation: Option<String>,
    /// When it came in elsewhere, for orders that move here.
    pub created_at: Option<Time>,
    /// When it was put away elsewhere.
    pub closed_at: Option<Time>,
    /// Where it left already, for orders that come in fulfilled.
    pub fulfilled: Option<Fulfilled>,
    /// When and why it was called off elsewhere.
    pub cancelled: Option<(Time, CancelReason)>,
}

/// A line of an order that comes in.
#[derive(Debug, Clone, PartialEq)]
pub struct NewLine {
    /// How many.
    pub quantity: i64,
    /// What.
    pub article: Article,
    /// Whether price, title and the like were given, or shall be the variant's.
    pub described: Described,
    /// Units of it that left already; only counts with [`Place::fulfilled`].
    pub fulfilled: i64,
}

/// What a new line says itself; the rest is taken from its variant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Described {
    /// Its price.
    pub price: Given,
    /// Whether it must be shipped.
    pub requires_shipping: Given,
    /// Whether tax is due.
    pub taxable: Given,
    /// Its weight.
    pub weight: Given,
}

/// Whether a value was given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Given {
    /// It was.
    Yes,
    /// It was not; the variant's holds.
    #[default]
    No,
}

/// How an order that comes in fulfilled left.
#[derive(Debug, Clone, PartialEq)]
pub struct Fulfilled {
    /// Where; `None` is the location that routing picks first.
    pub location: Option<LocationId>,
    /// When.
    pub at: Time,
    /// How to find it.
    pub trackings: Vec<Tracking>,
    /// What is known of its way.
    pub status: Option<DeliveryStatus>,
}

/// Units leave.
#[derive(Debug, Clone, PartialEq)]
pub struct Fulfill {
    /// Which.
    pub works: Vec<FulfillWork>,
    /// Whether works of several orders may go into one fulfillment.
    pub reach: Reach,
    /// How to find them.
    pub trackings: Vec<Tracking>,
    /// Whether the buyer is to be told.
    pub notify_buyer: bool,
    /// What to tell the buyer.
    pub message: Option<String>,
    /// Where the parcel says that it comes from.
    pub origin: Option<Address>,
}

/// Units of one fulfillment order.
#[derive(Debug, Clone, PartialEq)]
pub struct FulfillWork {
    /// The fulfillment order.
    pub id: FulfillmentOrderId,
    /// Lines and quantities; `None` is all that remains.
    pub lines: Option<Vec<(FulfillmentOrderLineId, i64)>>,
}

/// Some or all of a fulfillment order.
#[derive(Debug, Clone, PartialEq)]
pub struct SomeWork {
    /// The fulfillment order.
    pub id: FulfillmentOrderId,
    /// Lines and quantities.
    pub lines: Vec<(FulfillmentOrderLineId, i64)>,
}

/// Work goes to another location, or some of it.
#[derive(Debug, Clone, PartialEq)]
pub struct MoveWork {
    /// The fulfillment order.
    pub fulfillment_order: FulfillmentOrderId,
    /// Where to.
    pub to: LocationId,
    /// Only these lines and quantities; empty is all that remains.
    pub lines: Vec<(FulfillmentOrderLineId, i64)>,
}

/// Works go to other locations, as routing says.
#[derive(Debug, Clone, PartialEq)]
pub struct Reroute {
    /// The fulfillment orders, all of one order and at one location.
    pub works: Vec<FulfillmentOrderId>,
    /// Only to these locations; empty is any.
    pub include: Vec<LocationId>,
    /// Not to these, even if they are included.
    pub exclude: Vec<LocationId>,
}

/// More, less or something else is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct EditOrder {
    /// The order.
    pub order: OrderId,
    /// What changes, one after the other.
    pub changes: Vec<LineChange>,
    /// How the edit is told.
    pub remark: Remark,
}

/// How an edit is told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Remark {
    /// A note for the staff.
    pub note: Option<String>,
    /// Whether the buyer is to be told.
    pub notify_buyer: bool,
}

/// One step of a draft of an edit.
#[derive(Debug, Clone, PartialEq)]
pub enum DraftStep {
    /// So many of that line are to be asked for, be it one of the order's or one that the draft adds.
    Set {
        /// The line.
        line: OrderLineId,
        /// How many; none takes a line that the draft adds out again.
        quantity: i64,
        /// What becomes of articles that are no longer asked for.
        restock: Restock,
    },
    /// A new line is to be there.
    Add {
        /// What and how many.
        new: Box<NewLine>,
        /// What if another line has the variant.
        doubles: Doubles,
        /// A location that must be there.
        location: Option<LocationId>,
    },
}

/// What if a new line has the variant of another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubles {
    /// There are two lines then.
    Allowed,
    /// It is refused.
    Refused,
}

/// One change of an order's lines.
#[derive(Debug, Clone, PartialEq)]
pub enum LineChange {
    /// So many of that line are asked for from now on.
    Set {
        /// The line.
        line: OrderLineId,
        /// How many; not fewer than left already.
        quantity: i64,
        /// What becomes of articles that are no longer asked for.
        restock: Restock,
    },
    /// A new line.
    Add(Box<NewLine>),
}

/// How many orders one fulfillment may reach over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// One.
    OneOrder,
    /// Any number, at one location.
    ManyOrders,
}

/// A fulfillment gets other tracking.
#[derive(Debug, Clone, PartialEq)]
pub struct Track {
    /// The fulfillment.
    pub fulfillment: FulfillmentId,
    /// Its tracking from now on.
    pub trackings: Vec<Tracking>,
    /// Whether the buyer is to be told.
    pub notify_buyer: bool,
}

/// Something happened to a parcel.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordDelivery {
    /// The fulfillment.
    pub fulfillment: FulfillmentId,
    /// What.
    pub status: DeliveryStatus,
    /// When; `None` is now.
    pub happened_at: Option<Time>,
    /// In words.
    pub message: Option<String>,
    /// Where.
    pub place: Address,
    /// Where, in millionths of a degree (latitude, longitude).
    pub position: Option<(i64, i64)>,
    /// When it should arrive.
    pub estimated_at: Option<Time>,
}

/// An order is called off.
#[derive(Debug, Clone, PartialEq)]
pub struct CancelOrder {
    /// The order.
    pub order: OrderId,
    /// Why.
    pub reason: CancelReason,
    /// For the staff, 255 characters at most.
    pub note: Option<String>,
    /// Whether its articles go back to stock.
    pub restock: Restock,
    /// Whether money goes back, and how.
    pub pay_back: PayBack,
    /// Whether the buyer is to be told.
    pub notify_buyer: bool,
}

/// What becomes of money that was paid for an order that is called off. It is written down here; whoever keeps the
/// money moves it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PayBack {
    /// It stays.
    Nothing,
    /// It goes back the way that it came.
    AsPaid,
    /// The buyer may spend it again in the shop, until then if there is an end.
    StoreCredit(Option<Time>),
}

/// What becomes of the articles of an order that is called off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Restock {
    /// They may be sold again.
    Yes,
    /// They stay out of stock.
    No,
}

/// Work is held.
#[derive(Debug, Clone, PartialEq)]
pub struct PlaceHold {
    /// The fulfillment order.
    pub fulfillment_order: FulfillmentOrderId,
    /// Why.
    pub reason: HoldReason,
    /// Why, in words.
    pub notes: Option<String>,
    /// The owner's name for it; empty by default.
    pub handle: String,
    /// Only these lines and quantities; empty is all.
    pub lines: Vec<(FulfillmentOrderLineId, i64)>,
}

/// The merchant asks a service to do work.
#[derive(Debug, Clone, PartialEq)]
pub struct RequestFulfillment {
    /// The fulfillment order.
    pub fulfillment_order: FulfillmentOrderId,
    /// What to say.
    pub message: Option<String>,
    /// Whether the buyer is to be told when it ships.
    pub notify_buyer: bool,
    /// Only these lines and quantities; empty is all.
    pub lines: Vec<(FulfillmentOrderLineId, i64)>,
}
