//! Places that ship, and the fulfillment services that run some of them.

use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::custom_field::CustomField;
use crate::id::{AppId, LocationId, ServiceId};
use crate::refusal::LocationTrouble;
use crate::time::Time;

/// A place that holds stock and ships it. Run by the merchant, or by a fulfillment service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Location {
    /// Its id.
    pub id: LocationId,
    /// Its name, unique in the shop.
    pub name: String,
    /// Where it stands.
    pub address: Address,
    /// Whether it takes part at all. Nothing new is routed to an inactive location.
    pub active: bool,
    /// Whether it ships what was sold from afar.
    pub ships_orders: bool,
    /// The merchant's ranking; the lowest number is asked first.
    pub rank: i64,
    /// The service that runs it, if it isn't the merchant's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<ServiceId>,
    /// Where it ships to; `None` is everywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zones: Option<Vec<Zone>>,
    /// Values that programs keep with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub custom_fields: Vec<CustomField>,
    /// When it was made.
    pub created_at: Time,
    /// When it last changed.
    pub updated_at: Time,
    /// When it was taken out of service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deactivated_at: Option<Time>,
}

/// A country that a location ships to, whole or only some of its provinces.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Zone {
    /// ISO 3166-1 alpha-2 code.
    pub country: String,
    /// Province codes; empty is the whole country.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub provinces: Vec<String>,
}

/// What keeps a location from going.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Burden {
    /// Open work is assigned to it, or something is kept there for somebody.
    pub work: bool,
    /// There is something in its shelves, or something missing there.
    pub goods: bool,
}

impl Location {
    /// Whether it may go out of service, provided that its goods go elsewhere; or why not.
    pub fn may_close(&self, all: &[Location], burden: Burden) -> Result<(), LocationTrouble> {
        let ships = |other: &Location| other.id != self.id && other.active && other.ships_orders;
        if self.service.is_some() {
            Err(LocationTrouble::OfService)
        } else if self.ships_orders && !all.iter().any(ships) {
            Err(LocationTrouble::OnlyOneThatShips)
        } else if burden.work {
            Err(LocationTrouble::HasWork)
        } else {
            Ok(())
        }
    }

    /// Whether it may be forgotten, or why not.
    pub fn may_go(&self, burden: Burden) -> Result<(), LocationTrouble> {
        if self.service.is_some() {
            Err(LocationTrouble::OfService)
        } else if self.active {
            Err(LocationTrouble::Active)
        } else if burden.work {
            Err(LocationTrouble::HasWork)
        } else if burden.goods {
            Err(LocationTrouble::HasStock)
        } else {
            Ok(())
        }
    }

    /// Whether it ships to `destination`. An unknown country is only reached by a location without zones.
    pub fn ships_to(&self, destination: Option<&Address>) -> bool {
        let Some(zones) = &self.zones else { return true };
        let Some(destination) = destination else { return false };
        let is = |code: &str, other: &Option<String>| {
            other.as_deref().is_some_and(|other| other.eq_ignore_ascii_case(code))
        };
        zones.iter().any(|zone| {
            is(&zone.country, &destination.country_code)
                && (zone.provinces.is_empty()
                    || zone.provinces.iter().any(|code| is(code, &destination.province_code)))
        })
    }
}

/// The last place in the merchant's ranking that a location has; 0 if there is none.
pub fn last_rank(locations: &[Location]) -> i64 {
    locations.iter().map(|location| location.rank).max().unwrap_or(0)
}

/// The merchant's own location that is asked first.
pub fn first_own(locations: &[Location]) -> Option<&Location> {
    locations.iter().filter(|location| location.service.is_none()).min_by_key(|own| (own.rank, own.id))
}

/// A fulfillment service: a program that takes requests for the location it runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Service {
    /// Its id.
    pub id: ServiceId,
    /// The program that it belongs to.
    pub app: AppId,
    /// Its name.
    pub name: String,
    /// Its name as an identifier; never changes.
    pub handle: String,
    /// The location that it runs.
    pub location: LocationId,
    /// Where it wants to be called; `None` if it only polls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callback_url: Option<String>,
    /// Whether it may be asked for tracking numbers.
    #[serde(default)]
    pub gives_tracking: bool,
    /// Whether it may be asked for stock.
    #[serde(default)]
    pub gives_stock: bool,
    /// Whether it only takes articles that are shipped.
    #[serde(default = "yes")]
    pub requires_shipping: bool,
    /// When it was made.
    pub created_at: Time,
    /// When it last changed.
    pub updated_at: Time,
}

/// Something that a service may be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Inquiry {
    /// How to find what it sent.
    Tracking,
    /// How much it has of everything.
    Stock,
}

impl Inquiry {
    /// Everything that there is to ask.
    pub const ALL: [Inquiry; 2] = [Inquiry::Tracking, Inquiry::Stock];

    /// The name, as stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Inquiry::Tracking => "tracking",
            Inquiry::Stock => "stock",
        }
    }
}

impl Service {
    /// Whether it is to be asked for that: it said so, and can be called.
    pub fn answers(&self, inquiry: Inquiry) -> bool {
        self.callback_url.is_some()
            && match inquiry {
                Inquiry::Tracking => self.gives_tracking,
                Inquiry::Stock => self.gives_stock,
            }
    }
}

fn yes() -> bool {
    true
}
