//! The model: what an order is, to somebody who only knows the rules. It predicts what a command does; only where
//! routing sends units is it told, and then checks that they went where they may go.

use std::collections::{BTreeMap, BTreeSet};

use domain::fulfillment::Fulfillment;
use domain::id::{
    FulfillmentId, FulfillmentOrderId, FulfillmentOrderLineId, LocationId, OrderId, OrderLineId, VariantId,
};
use domain::order::Order;
use testkit::world::{PRINT, SERVED, STICKER};

/// Units of a line in some work.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Units {
    pub line: FulfillmentOrderLineId,
    pub of: OrderLineId,
    pub total: i64,
    pub left: i64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Work {
    pub at: LocationId,
    pub stage: String,
    pub request: String,
    pub holds: BTreeSet<String>,
    pub units: Vec<Units>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    pub variants: BTreeMap<OrderLineId, VariantId>,
    pub asked: BTreeMap<OrderLineId, i64>,
    pub waits: BTreeMap<OrderLineId, i64>,
    pub works: BTreeMap<FulfillmentOrderId, Work>,
    pub cancelled: bool,
    pub version: i64,
    pub events: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parcel {
    pub shares: Vec<(OrderId, FulfillmentOrderId, FulfillmentOrderLineId, i64)>,
    pub live: bool,
}

/// A shop.
#[derive(Debug, Clone, Default)]
pub struct Reference {
    pub orders: BTreeMap<OrderId, Known>,
    pub parcels: BTreeMap<FulfillmentId, Parcel>,
    /// (on hand, committed)
    pub stock: BTreeMap<(VariantId, LocationId), (i64, i64)>,
}

impl Work {
    pub fn is_open(&self) -> bool {
        self.stage != "closed"
    }

    pub fn remaining(&self) -> i64 {
        self.units.iter().map(|units| units.total - units.left).sum()
    }

    /// The stage of work of which something left.
    pub fn progress(&mut self) {
        if self.remaining() == 0 {
            self.stage = "closed".into();
        } else {
            self.stage = "in_progress".into();
        }
    }

    /// The stage of work to which something came back.
    pub fn regress(&mut self) {
        let untouched = self.units.iter().all(|units| units.left == 0);
        if untouched && self.stage == "in_progress" && self.request == "unsubmitted" {
            self.stage = "open".into();
        }
    }
}

pub fn counted(variant: VariantId) -> bool {
    variant != STICKER
}

/// An order as it was read, in the model's words.
pub fn seen(order: &Order, events: usize) -> Known {
    let works = order.fulfillment_orders.iter().map(|fo| {
        let mut units: Vec<Units> = fo
            .lines
            .iter()
            .map(|line| Units { line: line.id, of: line.order_line, total: line.total, left: line.fulfilled })
            .collect();
        units.sort();
        let work = Work {
            at: fo.location,
            stage: fo.stage_name().as_str().into(),
            request: fo.request.as_str().into(),
            holds: fo.holds().iter().map(|hold| hold.handle.clone()).collect(),
            units,
        };
        (fo.id, work)
    });
    let mut waits = BTreeMap::new();
    for waiting in &order.routing.waiting {
        *waits.entry(waiting.order_line).or_default() += waiting.quantity;
    }
    Known {
        variants: order.lines.iter().map(|line| (line.id, line.article.variant.unwrap())).collect(),
        asked: order.lines.iter().map(|line| (line.id, order.current_quantity(line.id))).collect(),
        waits,
        works: works.collect(),
        cancelled: order.cancelled.is_some(),
        version: order.version,
        events,
    }
}

/// A fulfillment as it was read, likewise.
pub fn seen_parcel(parcel: &Fulfillment) -> Parcel {
    let share = |share: &domain::fulfillment::Share| {
        (share.order, share.fulfillment_order, share.fulfillment_order_line, share.quantity)
    };
    Parcel { shares: parcel.shares.iter().map(share).collect(), live: parcel.is_live() }
}

impl Reference {
    pub fn work(&self, id: FulfillmentOrderId) -> Option<(OrderId, &Work)> {
        self.orders.iter().find_map(|(order, known)| known.works.get(&id).map(|work| (*order, work)))
    }

    /// Stock moves, if it is counted.
    pub fn move_stock(&mut self, variant: VariantId, at: LocationId, on_hand: i64, committed: i64) {
        if counted(variant) {
            let level = self.stock.entry((variant, at)).or_default();
            level.0 += on_hand;
            level.1 += committed;
        }
    }

    /// Routing sent waiting units somewhere: they become work, none is lost, and nobody promised what isn't there.
    pub fn routed(&mut self, id: OrderId, known: &mut Known, read: &Known) -> Result<(), String> {
        let new: Vec<_> = read.works.iter().filter(|(id, _)| !known.works.contains_key(id)).collect();
        for (fo, work) in new {
            for units in &work.units {
                let variant = known.variants[&units.of];
                let waits = known.waits.entry(units.of).or_default();
                *waits -= units.total;
                if *waits < 0 || units.left != 0 {
                    return Err(format!("R1: {fo} of {id} took units that nobody asked for"));
                }
                self.move_stock(variant, work.at, 0, units.total);
                let (on_hand, committed) = self.stock.get(&(variant, work.at)).copied().unwrap_or_default();
                if counted(variant) && variant != PRINT && committed > on_hand {
                    return Err(format!(
                        "Q16: {committed} of {variant} promised at {}, there are {on_hand}",
                        work.at
                    ));
                }
                if !counted(variant) && work.at == SERVED {
                    return Err(format!("{fo}: a service got what nobody counts"));
                }
            }
            known.works.insert(*fo, work.clone());
        }
        known.waits.retain(|_, units| *units > 0);
        for (line, units) in &known.waits {
            let variant = known.variants[line];
            let free = |((v, _), (on_hand, committed)): (&(VariantId, LocationId), &(i64, i64))| {
                (*v == variant).then_some((on_hand - committed).max(0))
            };
            let free: i64 = self.stock.iter().filter_map(free).sum();
            if !counted(variant) || variant == PRINT || free > 0 {
                return Err(format!("{units} of {variant} wait although {free} are free"));
            }
        }
        Ok(())
    }
}
