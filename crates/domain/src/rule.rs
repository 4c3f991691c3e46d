//! Rules that a shop lays upon routing. What can be ruled is built in, and known by a handle; a shop switches a rule
//! on for some ways of delivery. Rules bind the router alone: a person may still move work where they like.
//!
//! A rule that is on is kept as a record whose key is the handle, so none is on twice.

use serde::{Deserialize, Serialize};

use crate::fulfillment_order::Delivery;
use crate::record::{Record, RecordKind};

/// What can be ruled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RuleKind {
    /// What of an order is still to leave, leaves from one location; until one can send all of it, all of it waits.
    ShipTogether,
    /// Fulfillment services get nothing unless somebody sends it to them.
    MerchantLocationsOnly,
    /// Nothing crosses a border: only locations in the country of the destination ship.
    WithinCountry,
}

impl RuleKind {
    /// Everything that can be ruled.
    pub const ALL: [RuleKind; 3] =
        [RuleKind::ShipTogether, RuleKind::MerchantLocationsOnly, RuleKind::WithinCountry];

    /// Its handle, by which it is switched on.
    pub fn handle(self) -> &'static str {
        match self {
            RuleKind::ShipTogether => "ship-together",
            RuleKind::MerchantLocationsOnly => "merchant-locations-only",
            RuleKind::WithinCountry => "within-country",
        }
    }

    /// What it asks for, for people.
    pub fn title(self) -> &'static str {
        match self {
            RuleKind::ShipTogether => "Orders leave whole, from one location, or wait",
            RuleKind::MerchantLocationsOnly => "Only the merchant's own locations ship",
            RuleKind::WithinCountry => "Only locations in the destination's country ship",
        }
    }

    /// The one with that handle.
    pub fn parse(handle: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.handle() == handle)
    }
}

/// A way in which a buyer gets something, as far as rules tell them apart. Orders here are never handed over in a
/// shop or sent to a pickup point; rules for those can be made, and find nothing to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it all")]
pub enum Way {
    Shipping,
    Digital,
    Pickup,
    PickupPoint,
    Local,
    Retail,
}

impl From<Delivery> for Way {
    fn from(delivery: Delivery) -> Self {
        match delivery {
            Delivery::Shipping => Way::Shipping,
            Delivery::Digital => Way::Digital,
            Delivery::Pickup => Way::Pickup,
            Delivery::Local => Way::Local,
        }
    }
}

/// A rule that is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// What it asks for.
    pub kind: RuleKind,
    /// For which ways of delivery.
    pub ways: Vec<Way>,
}

/// What a record of a rule holds besides its key.
#[derive(Serialize, Deserialize)]
struct Body {
    ways: Vec<Way>,
}

impl Rule {
    /// The rule that a record keeps; `None` if it keeps none.
    pub fn of(record: &Record) -> Option<Self> {
        if record.kind != RecordKind::RoutingRule {
            return None;
        }
        let kind = RuleKind::parse(record.key.as_deref()?)?;
        let Body { ways } = Body::deserialize(&record.body).ok()?;
        Some(Self { kind, ways })
    }

    /// What a record of it holds besides its key.
    pub fn body(&self) -> serde_json::Value {
        serde_json::json!({ "ways": self.ways })
    }
}

/// Whether one of `rules` asks for that, for that way of delivery.
pub fn is_on(rules: &[Rule], kind: RuleKind, delivery: Delivery) -> bool {
    rules.iter().any(|rule| rule.kind == kind && rule.ways.contains(&delivery.into()))
}
