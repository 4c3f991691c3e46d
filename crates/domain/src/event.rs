//! Events: what happened, in the domain's own words. They are written in the same transaction as the change that
//! they tell of, and are timeline, audit log and outbox in one.

use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::fulfillment_order::{Request, StageName};
use crate::id::{
    AppId, ContactId, EventId, FulfillmentOrderId, FulfillmentOrderLineId, LocationId, OrderId, RecordId,
    ServiceId, VariantId,
};
use crate::record::{Record, RecordKind};
use crate::time::Time;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Its id.
    pub id: EventId,
    /// When.
    pub at: Time,
    /// The order that it is about, if it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderId>,
    /// The program that caused it; `None` is the server itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app: Option<AppId>,
    /// What, in the order that it happened. One event is one action of somebody; it may have several facts.
    pub facts: Vec<Fact>,
}

impl Event {
    /// An event caused by `actor`.
    pub fn new(id: EventId, at: Time, actor: &Actor, order: Option<OrderId>, facts: Vec<Fact>) -> Self {
        Self { id, at, order, app: actor.app(), facts }
    }
}

/// Stage and request of a fulfillment order at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    /// The fulfillment order.
    pub id: FulfillmentOrderId,
    /// Its stage.
    pub stage: StageName,
    /// Its request.
    pub request: Request,
    /// The service that runs its location; tells who may read of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<ServiceId>,
    /// Its location.
    pub location: LocationId,
}

/// Something that somebody changed or took away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changed {
    /// The order that the event is about, or something that is kept in it.
    Order,
    /// A contact.
    Contact(ContactId),
    /// A variant, perhaps by its product.
    Variant(VariantId),
    /// A record.
    Record(RecordId),
}

pub mod billing;
mod fact;
mod kinds;

pub use billing::{AccessNews, InvoiceNews, PaymentNews, PlanDirection, ReturnNews, ServiceNews};
pub use fact::{Fact, FactKind};

/// A quantity of a line of a fulfillment order.
pub type LineQuantity = (FulfillmentOrderLineId, i64);

impl Fact {
    /// The work that the fact is about, if any; a reader must be able to see it to be told.
    pub fn work(&self) -> Option<&Work> {
        match self {
            Fact::WorkRouted { work }
            | Fact::WorkReady { work }
            | Fact::WorkOpened { work }
            | Fact::WorkCancelled { work, .. }
            | Fact::ProgressReported { work, .. }
            | Fact::WorkRescheduled { work, .. }
            | Fact::DeadlineSet { work, .. }
            | Fact::WorkPrepared { work }
            | Fact::WorkHeld { work, .. }
            | Fact::WorkReleased { work }
            | Fact::HoldAdded { work, .. }
            | Fact::HoldReleased { work, .. }
            | Fact::WorkMoved { moved: work, .. }
            | Fact::WorkSplit { work, .. }
            | Fact::WorkMerged { work, .. }
            | Fact::RequestSubmitted { work, .. }
            | Fact::RequestAccepted { work, .. }
            | Fact::RequestRejected { work, .. }
            | Fact::CancellationRequested { work, .. }
            | Fact::CancellationAccepted { work, .. }
            | Fact::CancellationRejected { work, .. }
            | Fact::GaveUp { work, .. } => Some(work),
            _ => None,
        }
    }

    /// The contacts and orders that the fact is about by itself, whatever order its event is about, and records that tell
    /// who somebody is, of whom it may be known later only.
    pub fn subjects(&self) -> impl Iterator<Item = i64> {
        let (contact, order) = match self {
            Fact::ContactCreated { contact }
            | Fact::ContactIdentified { contact }
            | Fact::ContactUpdated { contact }
            | Fact::ContactDeleted { contact }
            | Fact::Access { contact, .. } => (Some(contact.0), None),
            Fact::RunStep { contact, order, .. } => {
                (contact.map(|contact| contact.0), order.map(|order| order.0))
            }
            _ => (None, None),
        };
        let records = self.record().into_iter().chain(self.record_before());
        let of_records = records.flat_map(|record| {
            let personal = record.kind.is_personal();
            let whose = record.parent.filter(|_| personal || record.kind == RecordKind::FileLink);
            whose.into_iter().chain(personal.then_some(record.id.0))
        });
        contact.into_iter().chain(order).chain(of_records)
    }

    /// The record that the fact says was changed, as it was before, if any.
    pub fn record_before(&self) -> Option<&Record> {
        match self {
            Fact::RecordUpdated { before, .. } => before.as_deref(),
            _ => None,
        }
    }

    /// What the fact says somebody changed or took away, of which events also keep how it was before.
    pub fn changed(&self) -> Option<Changed> {
        Some(match self {
            Fact::OrderAmended {} | Fact::OrderEdited { .. } | Fact::RefundAmended { .. } => Changed::Order,
            Fact::Return { news: ReturnNews::Updated, .. } => Changed::Order,
            Fact::ContactUpdated { contact } | Fact::ContactDeleted { contact } => Changed::Contact(*contact),
            Fact::VariantUpdated { variant } => Changed::Variant(*variant),
            Fact::RecordUpdated { record, .. } => Changed::Record(record.id),
            _ => return None,
        })
    }

    /// The record that the fact is about, if any.
    pub fn record(&self) -> Option<&Record> {
        match self {
            Fact::RecordCreated { record }
            | Fact::RecordUpdated { record, .. }
            | Fact::RecordRemoved { record } => Some(record),
            _ => None,
        }
    }

    /// Where and of what stock changed, if the fact is about that.
    pub fn stock(&self) -> Option<(LocationId, VariantId)> {
        match self {
            Fact::StockChanged { location, variant, .. }
            | Fact::StockMoved { location, variant }
            | Fact::StockingBegan { location, variant, .. }
            | Fact::StockingEnded { location, variant } => Some((*location, *variant)),
            _ => None,
        }
    }
}
