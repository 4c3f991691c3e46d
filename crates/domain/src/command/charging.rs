//! What anybody can want changed about orders whose money is set aside first. See [`crate::charging`].

use crate::billing::Instrument;
use crate::charging::Extra;
use crate::command::NewLine;
use crate::command::billing::StockCheck;
use crate::contact::SaveContact;
use crate::custom_field::CustomField;
use crate::event::LineQuantity;
use crate::fulfillment::Tracking;
use crate::id::{FulfillmentId, FulfillmentOrderId, LocationId, OrderId, OrderLineId, RefundId, ReturnId};
use crate::money::Minor;
use crate::order::Placed;
use crate::snapshot::{Places, Scope};

/// Something that somebody wants changed about an order whose money is set aside first.
#[derive(Debug, Clone, PartialEq)]
pub enum ChargingCommand {
    /// An order comes in.
    Place(Box<PlaceCharged>),
    /// Money is set aside anew, for what is still to be taken; from something else, if that is named.
    Authorize(OrderId, Option<Instrument>),
    /// Money that was taken goes back.
    Refund(GiveBack),
    /// Something else is kept with a refund: the fields that are named; the others stay.
    AmendRefund(OrderId, RefundId, Vec<CustomField>),
    /// Units that left come back.
    OpenReturn(OpenReturn),
    /// Something else is kept with a return: the fields that are named; the others stay.
    AmendReturn(OrderId, ReturnId, Vec<CustomField>),
    /// Units that came back are accepted.
    AcceptReturn(AcceptReturn),
}

/// An order comes in whose money is to be set aside.
#[derive(Debug, Clone, PartialEq)]
pub struct PlaceCharged {
    /// Its name, if it has one already; else it gets the next.
    pub name: Option<String>,
    /// Its number; 0 is drawn for it by the engine.
    pub number: i64,
    /// What was said apart from the lines. No transactions: those are what follows.
    pub placed: Placed,
    /// Whose it is, if that is known: a contact that is found, and made or changed on the way.
    pub buyer: Option<SaveContact>,
    /// What was asked for, as by [`Place`](crate::command::Place).
    pub lines: Vec<NewLine>,
    /// What is charged for the lines beyond that, in their order.
    pub extras: Vec<Extra>,
    /// The name of a gateway that is set up.
    pub gateway: String,
    /// What the money comes from.
    pub instrument: Instrument,
}

/// Money that was taken goes back.
#[derive(Debug, Clone, PartialEq)]
pub struct GiveBack {
    /// The order.
    pub order: OrderId,
    /// How much, and for what.
    pub what: Back,
    /// Why, in the word of whoever wants it.
    pub reason: Option<String>,
    /// Values that programs keep with the refund.
    pub custom_fields: Vec<CustomField>,
}

/// How much goes back, in minor units of the order's currency, always positive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Back {
    /// So much, whatever it was paid for.
    Amount(Minor),
    /// So much of what was paid for these lines.
    Lines(Vec<(OrderLineId, Minor)>),
}

/// Units that left come back.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenReturn {
    /// The order.
    pub order: OrderId,
    /// The work that they left with, if that is known: no more come back then than left with it.
    pub work: Option<FulfillmentOrderId>,
    /// Lines and quantities.
    pub lines: Vec<(OrderLineId, i64)>,
    /// Why, in the buyer's word.
    pub reason: Option<String>,
    /// Values that programs keep with the return.
    pub custom_fields: Vec<CustomField>,
}

/// Units that came back are accepted.
#[derive(Debug, Clone, PartialEq)]
pub struct AcceptReturn {
    /// The order.
    pub order: OrderId,
    /// The return.
    pub id: ReturnId,
    /// Lines and quantities, beside those that were accepted before; `None` is all that is left.
    pub lines: Option<Vec<(OrderLineId, i64)>>,
    /// Values that programs keep with the return: those that are named; the others stay.
    pub custom_fields: Vec<CustomField>,
}

/// Units of an order leave, are given up, or both, all of it or nothing. Any order can be fulfilled this way.
#[derive(Debug, Clone, PartialEq)]
pub struct FulfillOrder {
    /// The order.
    pub order: OrderId,
    /// Where they leave; what waits elsewhere goes there first. `None` is where most of them wait.
    pub location: Option<LocationId>,
    /// Which units; a line that is named twice counts together.
    pub lines: Vec<LineDone>,
    /// How to find them.
    pub trackings: Vec<Tracking>,
    /// Values that programs keep with the fulfillment.
    pub custom_fields: Vec<CustomField>,
    /// Whether they leave even if that location hasn't got them.
    pub stock: StockCheck,
    /// Whether the buyer is to be told.
    pub notify_buyer: bool,
}

/// What becomes of units of a line. Neither is negative, and not both are 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineDone {
    /// The line.
    pub line: OrderLineId,
    /// How many leave.
    pub leave: i64,
    /// How many are given up.
    pub give_up: i64,
}

/// Units of some work are given up, all of those named or none. Any order can be asked for less this way.
#[derive(Debug, Clone, PartialEq)]
pub struct GiveUpUnits {
    /// The work; no other of its order loses anything.
    pub work: FulfillmentOrderId,
    /// Its lines and quantities, each line once.
    pub lines: Vec<LineQuantity>,
    /// Values that programs keep with the fulfillment that remembers it.
    pub custom_fields: Vec<CustomField>,
}

/// Something else is said of a fulfillment.
#[derive(Debug, Clone, PartialEq)]
pub struct AmendFulfillment {
    /// The fulfillment.
    pub fulfillment: FulfillmentId,
    /// Its tracking from now on; `None` leaves it as it is.
    pub trackings: Option<Vec<Tracking>>,
    /// Fields of programs: those that are named; the others stay.
    pub custom_fields: Vec<CustomField>,
    /// Whether the buyer is to be told.
    pub notify_buyer: bool,
}

impl ChargingCommand {
    /// What must be read before it can be decided.
    pub fn scope(&self) -> Scope {
        let of = |order: OrderId| Scope { orders: vec![order], ..Scope::default() };
        match self {
            Self::Place(place) => Scope {
                source_key: place.placed.source_key.clone(),
                contacts: place.buyer.as_ref().map(SaveContact::meant).unwrap_or_default(),
                variants: place.lines.iter().filter_map(|line| line.article.variant).collect(),
                places: Places::Locations,
                ..Scope::default()
            },
            Self::Authorize(order, _) | Self::AmendRefund(order, ..) | Self::AmendReturn(order, ..) => {
                of(*order)
            }
            Self::Refund(refund) => of(refund.order),
            Self::OpenReturn(open) => of(open.order),
            Self::AcceptReturn(accept) => of(accept.order),
        }
    }
}
