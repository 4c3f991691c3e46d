//! Fulfillment orders: the work of one location for one order.
//!
//! Cast: a [`FulfillmentOrder`] has a [`Stage`] (how far the work is), a [`Request`] (what was said between the
//! merchant and the service that runs the location) and [`FulfillmentOrderLine`]s. Quantities are stored twice only
//! in appearance: `total` is what this work was made for, `fulfilled` what left; what remains is their difference.
//! A closed fulfillment order asks for nothing any more, whatever its lines say.

use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::event::Work;
use crate::hold::Hold;
use crate::id::{
    AppId, FulfillmentOrderId, FulfillmentOrderLineId, InvoiceLineId, LocationId, OrderLineId, RequestId,
    ServiceId,
};
use crate::rejection::Rejection;
use crate::time::Time;

/// Work for one location.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FulfillmentOrder {
    /// Its id.
    pub id: FulfillmentOrderId,
    /// Where the work is done.
    pub location: LocationId,
    /// The service that runs the location, as it was when the work was assigned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<ServiceId>,
    /// How far the work is.
    pub stage: Stage,
    /// What was said between merchant and service.
    pub request: Request,
    /// How it reaches the buyer.
    pub delivery: Delivery,
    /// What is to be done.
    pub lines: Vec<FulfillmentOrderLine>,
    /// From when on it may be fulfilled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fulfill_at: Option<Time>,
    /// Until when it must be fulfilled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fulfill_by: Option<Time>,
    /// The fulfillment order that it is the rest of. They come together again when the reason for parting is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parted_from: Option<FulfillmentOrderId>,
    /// The reason for parting; only means something with `parted_from`.
    #[serde(default, skip_serializing_if = "PartedBy::is_hold")]
    pub parted_by: PartedBy,
    /// Its location as it was when the work began or ended, whatever becomes of the location afterwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assigned: Option<Box<LocationSnapshot>>,
    /// Messages from the merchant to the service.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<MerchantMessage>,
    /// When it was made.
    pub created_at: Time,
    /// When it last changed.
    pub updated_at: Time,
}

/// Why a fulfillment order was parted from another one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartedBy {
    /// The other one is held; this goes back there when its last hold is released.
    #[default]
    Hold,
    /// A service was asked for the other one; its units come here when it agrees to stop.
    Request,
}

impl PartedBy {
    fn is_hold(&self) -> bool {
        *self == PartedBy::Hold
    }
}

/// A location as it was at some moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocationSnapshot {
    /// Its name.
    pub name: String,
    /// Where it stood.
    pub address: Address,
}

/// One line of a [`FulfillmentOrder`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FulfillmentOrderLine {
    /// Its id.
    pub id: FulfillmentOrderLineId,
    /// The order line that was asked for.
    pub order_line: OrderLineId,
    /// The invoice line that sold it: the unit of demand.
    pub invoice_line: InvoiceLineId,
    /// Units this work was made for.
    pub total: i64,
    /// Units of those that left and did not come back.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub fulfilled: i64,
    /// Whether the remaining units are promised from the location's stock.
    #[serde(default)]
    pub committed: bool,
}

fn is_zero(n: &i64) -> bool {
    *n == 0
}

impl FulfillmentOrderLine {
    /// Units not yet fulfilled.
    pub fn remaining(&self) -> i64 {
        self.total - self.fulfilled
    }
}

/// How far the work is. Every variant carries what only it needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Not before its time.
    Scheduled {
        /// When it opens.
        opens_at: Time,
    },
    /// Ready to be done.
    Open,
    /// Held back; every hold must go before it opens again.
    OnHold {
        /// Who holds it and why; never empty.
        holds: Vec<Hold>,
    },
    /// Being done.
    InProgress {
        /// What was reported by hand, if that is why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        report: Option<Progress>,
    },
    /// The service gave up.
    Incomplete,
    /// Done, or given up. Final.
    Closed,
    /// Its request was called off; the units still wait to be asked for again.
    Cancelled,
}

/// Progress that somebody reported by hand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// What they said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The program that said it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app: Option<AppId>,
}

/// The name of a [`Stage`] without what it carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StageName {
    /// [`Stage::Scheduled`]
    Scheduled,
    /// [`Stage::Open`]
    Open,
    /// [`Stage::OnHold`]
    OnHold,
    /// [`Stage::InProgress`]
    InProgress,
    /// [`Stage::Incomplete`]
    Incomplete,
    /// [`Stage::Closed`]
    Closed,
    /// [`Stage::Cancelled`]
    Cancelled,
}

impl StageName {
    /// Every stage.
    pub const ALL: [StageName; 7] = [
        StageName::Scheduled,
        StageName::Open,
        StageName::OnHold,
        StageName::InProgress,
        StageName::Incomplete,
        StageName::Closed,
        StageName::Cancelled,
    ];

    /// The name in lower case with underscores, as stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            StageName::Scheduled => "scheduled",
            StageName::Open => "open",
            StageName::OnHold => "on_hold",
            StageName::InProgress => "in_progress",
            StageName::Incomplete => "incomplete",
            StageName::Closed => "closed",
            StageName::Cancelled => "cancelled",
        }
    }
}

/// What was said between the merchant and the service that runs the location.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Request {
    /// Nothing; the only one at the merchant's own locations.
    Unsubmitted,
    /// The merchant asked.
    Submitted,
    /// The service agreed.
    Accepted,
    /// The service declined.
    Rejected,
    /// The merchant wants to call it off.
    CancellationRequested,
    /// The service agreed to call it off.
    CancellationAccepted,
    /// The service declined to call it off.
    CancellationRejected,
    /// The service gave up after it had agreed.
    Closed,
}

impl Request {
    /// Every request status.
    pub const ALL: [Request; 8] = [
        Request::Unsubmitted,
        Request::Submitted,
        Request::Accepted,
        Request::Rejected,
        Request::CancellationRequested,
        Request::CancellationAccepted,
        Request::CancellationRejected,
        Request::Closed,
    ];

    /// Whether a service was asked and has not let go: only its word ends the work.
    pub fn is_asked(self) -> bool {
        use Request::{Accepted, CancellationRejected, CancellationRequested, Submitted};
        matches!(self, Submitted | Accepted | CancellationRequested | CancellationRejected)
    }

    /// The name in lower case with underscores, as stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Request::Unsubmitted => "unsubmitted",
            Request::Submitted => "submitted",
            Request::Accepted => "accepted",
            Request::Rejected => "rejected",
            Request::CancellationRequested => "cancellation_requested",
            Request::CancellationAccepted => "cancellation_accepted",
            Request::CancellationRejected => "cancellation_rejected",
            Request::Closed => "closed",
        }
    }
}

/// How goods reach the buyer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// By a carrier.
    Shipping,
    /// Not at all: a digital article, a gift card.
    Digital,
    /// The buyer comes.
    Pickup,
    /// The merchant drives.
    Local,
}

/// A message from the merchant to the service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MerchantMessage {
    /// Its id.
    pub id: RequestId,
    /// What it asks for.
    pub kind: MessageKind,
    /// The words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Whether the buyer is to be told when it ships.
    #[serde(default)]
    pub notify_buyer: bool,
    /// What the service said when it declined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declined: Option<Rejection>,
    /// When it was sent.
    pub sent_at: Time,
}

/// What a [`MerchantMessage`] asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageKind {
    /// To do the work.
    Fulfillment,
    /// To stop it.
    Cancellation,
}

/// The pairs of stage and request that may ever be stored, (stage, request, at a service's location). Constraints,
/// tests and documentation are made from this list.
pub const LEGAL: &[(StageName, Request)] = &[
    (StageName::Open, Request::Unsubmitted),
    (StageName::Open, Request::Submitted),
    (StageName::Open, Request::Rejected),
    (StageName::Scheduled, Request::Unsubmitted),
    (StageName::OnHold, Request::Unsubmitted),
    (StageName::OnHold, Request::Rejected),
    (StageName::InProgress, Request::Unsubmitted),
    (StageName::InProgress, Request::Accepted),
    (StageName::InProgress, Request::Rejected),
    (StageName::InProgress, Request::CancellationRequested),
    (StageName::InProgress, Request::CancellationRejected),
    (StageName::Incomplete, Request::Closed),
    (StageName::Cancelled, Request::CancellationAccepted),
    (StageName::Closed, Request::Unsubmitted),
    (StageName::Closed, Request::Submitted),
    (StageName::Closed, Request::Accepted),
    (StageName::Closed, Request::Rejected),
    (StageName::Closed, Request::CancellationRequested),
    (StageName::Closed, Request::CancellationAccepted),
    (StageName::Closed, Request::CancellationRejected),
    (StageName::Closed, Request::Closed),
];

impl FulfillmentOrder {
    /// The name of its stage.
    pub fn stage_name(&self) -> StageName {
        match self.stage {
            Stage::Scheduled { .. } => StageName::Scheduled,
            Stage::Open => StageName::Open,
            Stage::OnHold { .. } => StageName::OnHold,
            Stage::InProgress { .. } => StageName::InProgress,
            Stage::Incomplete => StageName::Incomplete,
            Stage::Closed => StageName::Closed,
            Stage::Cancelled => StageName::Cancelled,
        }
    }

    /// Whether it was begun or ended: what is said of its location is then a matter of record.
    pub fn is_settled(&self) -> bool {
        !matches!(self.stage, Stage::Scheduled { .. } | Stage::Open | Stage::OnHold { .. })
    }

    /// Its location as it was, once that is a matter of record; until then it is what the location is now.
    pub fn settled_location(&self) -> Option<&LocationSnapshot> {
        self.assigned.as_deref().filter(|_| self.is_settled())
    }

    /// Whether its remaining units still wait to be fulfilled.
    pub fn is_open(&self) -> bool {
        self.stage != Stage::Closed
    }

    /// Whether a service agreed to do it and has not agreed to stop.
    pub fn is_with_service(&self) -> bool {
        let agreed = matches!(
            self.request,
            Request::Accepted | Request::CancellationRequested | Request::CancellationRejected
        );
        agreed && self.is_open()
    }

    /// Units that still wait here: what its lines lack, or nothing once it is closed.
    pub fn open_quantity(&self) -> i64 {
        if self.is_open() { self.lines.iter().map(FulfillmentOrderLine::remaining).sum() } else { 0 }
    }

    /// What the service said, while the work stands declined.
    pub fn rejection(&self) -> Option<&Rejection> {
        let asked = self.messages.iter().rfind(|message| message.kind == MessageKind::Fulfillment);
        asked.filter(|_| self.request == Request::Rejected)?.declined.as_ref()
    }

    /// Its holds; empty unless it is held.
    pub fn holds(&self) -> &[Hold] {
        match &self.stage {
            Stage::OnHold { holds } => holds,
            _ => &[],
        }
    }

    /// The line with that id.
    pub fn line(&self, id: FulfillmentOrderLineId) -> Option<&FulfillmentOrderLine> {
        self.lines.iter().find(|line| line.id == id)
    }

    /// Work goes on after the service gave up or stopped: what was said before is over.
    pub(crate) fn forget_ended_request(&mut self) {
        if matches!(self.request, Request::Closed | Request::CancellationAccepted) {
            self.request = Request::Unsubmitted;
        }
    }

    /// It as events tell of it.
    pub fn as_work(&self) -> Work {
        Work {
            id: self.id,
            stage: self.stage_name(),
            request: self.request,
            service: self.service,
            location: self.location,
        }
    }

    /// Whether somebody reported progress by hand.
    pub fn progress_reported(&self) -> bool {
        matches!(self.stage, Stage::InProgress { report: Some(_) })
    }
}
