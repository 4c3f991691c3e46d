//! The reference: what a shop is, to somebody who only knows the rules. Plain data, and the questions that the rules
//! ask of it; what commands do to it is in `rules`. It shares no code with the domain but the names of things.

use std::collections::{BTreeMap, BTreeSet};

use domain::id::{
    AccessGrantId, AppId, ContactId, DeliveryEventId, DraftId, FulfillmentId, FulfillmentOrderId,
    FulfillmentOrderLineId, HoldId, InvoiceLineId, ListenerId, LocationId, OrderId, OrderLineId, PriceId,
    RecordId, ReservationId, ServiceId, VariantId,
};
use domain::time::Time;

/// Units of a line in some work.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Units {
    pub of: OrderLineId,
    /// The sale that they belong to.
    pub sale: InvoiceLineId,
    /// Whether they are promised from the shelves.
    pub counted: bool,
    pub total: i64,
    pub left: i64,
    /// Negative until it is read.
    pub line: FulfillmentOrderLineId,
}

impl Units {
    pub fn rest(&self) -> i64 {
        self.total - self.left
    }
}

/// Work that was parted from another one comes back to it: when a hold ends, or when a service stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parted {
    ByHold(FulfillmentOrderId),
    ByRequest(FulfillmentOrderId),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Work {
    pub at: LocationId,
    pub service: Option<ServiceId>,
    pub delivery: &'static str,
    pub stage: &'static str,
    pub request: &'static str,
    /// Whose they are, and what they are called.
    pub holds: Vec<(Option<AppId>, String, HoldId)>,
    pub units: Vec<Units>,
    pub parted: Option<Parted>,
    /// Whether somebody said by hand that it is being done.
    pub reported: bool,
    /// When scheduled work opens.
    pub opens: Option<Time>,
    pub by: Option<Time>,
}

/// What of an order was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub variant: Option<VariantId>,
    pub asked: i64,
    /// Units that are in returns.
    pub returned: i64,
    /// Whether stock is counted for it at all.
    pub tracked: bool,
    /// Whether no more may be promised than there is.
    pub limited: bool,
    pub shipped: bool,
}

/// An order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    pub lines: BTreeMap<OrderLineId, Line>,
    /// Units of a sale that no location has yet.
    pub waits: BTreeMap<InvoiceLineId, (OrderLineId, i64)>,
    pub works: BTreeMap<FulfillmentOrderId, Work>,
    pub cancelled: bool,
    pub closed: bool,
    /// Whether invoices ask for its money, or it was set aside: units follow it then, and it follows units.
    pub billed: bool,
    /// Whether it was to be refused rather than wait.
    pub refuses: bool,
    pub contact: Option<ContactId>,
    /// Where it came from; no other order that is there came from the same.
    pub source: Option<String>,
    pub version: i64,
    pub events: i64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parcel {
    pub at: LocationId,
    pub service: Option<ServiceId>,
    pub shares: Vec<(OrderId, FulfillmentOrderId, FulfillmentOrderLineId, i64)>,
    /// What was given up with it.
    pub given_up: Vec<(OrderId, OrderLineId, i64)>,
    pub live: bool,
    pub tracked: bool,
    /// What happened to it, and whether that was its arrival.
    pub happened: Vec<(DeliveryEventId, bool)>,
    pub version: i64,
}

impl Parcel {
    pub fn arrived(&self) -> bool {
        self.happened.iter().any(|(_, arrived)| *arrived)
    }

    pub fn orders(&self) -> BTreeSet<OrderId> {
        let given_up = self.given_up.iter().map(|units| units.0);
        self.shares.iter().map(|share| share.0).chain(given_up).collect()
    }
}

/// What is in a shelf, but for what is promised of it: that follows from the works.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Level {
    pub on_hand: i64,
    /// Reserved, damaged, safety stock, quality control.
    pub apart: [i64; 4],
    pub incoming: i64,
    /// What reservations keep.
    pub kept: i64,
    pub stocked: bool,
}

impl Level {
    pub fn is_empty(&self) -> bool {
        self.on_hand == 0 && self.incoming == 0 && self.kept == 0 && self.apart == [0; 4]
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub name: String,
    pub active: bool,
    pub ships: bool,
    pub service: Option<ServiceId>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Runs {
    pub app: AppId,
    pub at: LocationId,
    pub name: String,
}

/// One thing of a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Drafted {
    /// So many of a line, of which so many were asked for then.
    Set {
        line: OrderLineId,
        was: i64,
        now: i64,
    },
    Add {
        line: OrderLineId,
        variant: Option<VariantId>,
        quantity: i64,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    pub order: OrderId,
    pub app: Option<AppId>,
    pub ends: Time,
    pub drafted: Vec<Drafted>,
}

/// What is kept for somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub id: ReservationId,
    pub ends: Time,
    /// What is sold even where there are too few.
    pub sold_on: BTreeSet<VariantId>,
    /// What was wanted of what is counted.
    pub wanted: BTreeMap<VariantId, i64>,
    pub units: BTreeMap<(VariantId, LocationId), i64>,
}

/// A shop.
#[derive(Debug, Clone, Default)]
pub struct Reference {
    pub orders: BTreeMap<OrderId, Known>,
    pub parcels: BTreeMap<FulfillmentId, Parcel>,
    pub levels: BTreeMap<(VariantId, LocationId), Level>,
    pub places: BTreeMap<LocationId, Place>,
    pub services: BTreeMap<ServiceId, Runs>,
    /// Whether stock is counted for a variant.
    pub variants: BTreeMap<VariantId, bool>,
    pub drafts: BTreeMap<DraftId, Draft>,
    /// By their names, tests apart.
    pub reservations: BTreeMap<(String, bool), Kept>,
    /// What the order that came in last sells on, since it was reserved so.
    pub sold_on: BTreeSet<VariantId>,
    pub contacts: BTreeMap<ContactId, Option<String>>,
    pub listeners: BTreeMap<ListenerId, (AppId, String)>,
    pub records: BTreeMap<RecordId, String>,
    pub prices: BTreeMap<PriceId, VariantId>,
    pub grants: BTreeSet<AccessGrantId>,
    /// Names for what has none yet.
    pub nameless: i64,
}

impl Work {
    pub fn is_open(&self) -> bool {
        self.stage != "closed"
    }

    pub fn rest(&self) -> i64 {
        self.units.iter().map(Units::rest).sum()
    }

    /// Lines that something remains of.
    pub fn all(&self) -> Vec<(FulfillmentOrderLineId, i64)> {
        let rests = self.units.iter().map(|units| (units.line, units.rest()));
        rests.filter(|(_, rest)| *rest > 0).collect()
    }

    pub fn untouched(&self) -> bool {
        self.units.iter().all(|units| units.left == 0)
    }

    /// Whether a service agreed to do it, and not yet to stop.
    pub fn with_service(&self) -> bool {
        let agreed = ["accepted", "cancellation_requested", "cancellation_rejected"];
        self.is_open() && agreed.contains(&self.request)
    }

    /// Whether a service was asked and has not let go.
    pub fn asked(&self) -> bool {
        self.request == "submitted" || self.with_service()
    }

    /// Whether nobody is at it.
    pub fn free(&self) -> bool {
        ["unsubmitted", "rejected", "cancellation_accepted", "closed"].contains(&self.request)
    }
}

impl Known {
    /// Units of a line that an edit could take away.
    pub fn editable(&self, line: OrderLineId) -> i64 {
        let waits: i64 = self.waits.values().filter(|(of, _)| *of == line).map(|(_, units)| units).sum();
        let works = self.works.values().filter(|work| work.is_open() && !work.asked());
        let units = works.flat_map(|work| &work.units).filter(|units| units.of == line);
        waits + units.map(Units::rest).sum::<i64>()
    }

    pub fn left(&self, line: OrderLineId) -> i64 {
        let units = self.works.values().flat_map(|work| &work.units).filter(|units| units.of == line);
        units.map(|units| units.left).sum()
    }

    /// It changed, and somebody is told.
    pub fn told(&mut self) {
        self.version += 1;
        self.events += 1;
    }
}

impl Reference {
    pub fn nameless(&mut self) -> i64 {
        self.nameless -= 1;
        self.nameless
    }

    /// Whether an order came from there.
    pub fn knows_source(&self, key: Option<&String>) -> bool {
        key.is_some() && self.orders.values().any(|known| known.source.as_ref() == key)
    }

    /// The order that some work is part of.
    pub fn order_of(&self, work: FulfillmentOrderId) -> Option<OrderId> {
        self.orders.iter().find(|(_, known)| known.works.contains_key(&work)).map(|(id, _)| *id)
    }

    pub fn work(&self, id: FulfillmentOrderId) -> Option<&Work> {
        self.orders.values().find_map(|known| known.works.get(&id))
    }

    /// What is promised of every shelf: what open works wait for.
    pub fn promised(&self) -> BTreeMap<(VariantId, LocationId), i64> {
        let mut promised = BTreeMap::new();
        for known in self.orders.values() {
            for work in known.works.values().filter(|work| work.is_open()) {
                for units in work.units.iter().filter(|units| units.counted) {
                    let variant = known.lines.get(&units.of).and_then(|line| line.variant);
                    *promised.entry((variant.unwrap(), work.at)).or_default() += units.rest();
                }
            }
        }
        promised
    }

    /// What is for sale in a shelf, if the location stocks the variant.
    pub fn available(&self, variant: VariantId, at: LocationId) -> Option<i64> {
        let level = self.levels.get(&(variant, at)).filter(|level| level.stocked)?;
        let promised = self.promised().get(&(variant, at)).copied().unwrap_or_default();
        Some(level.on_hand - promised - level.kept - level.apart.iter().sum::<i64>())
    }

    /// Units come into a shelf, or leave it.
    pub fn shelve(&mut self, variant: VariantId, at: LocationId, units: i64) {
        let new = Level { stocked: true, ..Level::default() };
        self.levels.entry((variant, at)).or_insert(new).on_hand += units;
    }

    /// Whether open work is there, or something is kept for somebody.
    pub fn has_work(&self, at: LocationId) -> bool {
        let keeps = self.levels.iter().any(|((_, of), level)| *of == at && level.kept > 0);
        let mut works = self.orders.values().flat_map(|known| known.works.values());
        keeps || works.any(|work| work.at == at && work.is_open())
    }

    /// Whether something is in the shelves there, or is missing.
    pub fn has_goods(&self, at: LocationId) -> bool {
        self.levels.iter().any(|((_, of), level)| *of == at && !level.is_empty())
    }
}
