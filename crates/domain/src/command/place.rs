//! What is said of locations, and of the services that run some of them, when only a part of it changes.

use crate::address::Address;
use crate::custom_field::CustomField;
use crate::id::{LocationId, ServiceId};

/// Some of a location changes; `None` leaves it as it is.
#[derive(Debug, Clone, PartialEq)]
pub struct EditLocation {
    /// The location.
    pub location: LocationId,
    /// Its name.
    pub name: Option<String>,
    /// Where it stands.
    pub address: Option<Address>,
    /// Whether it ships what was sold from afar.
    pub ships_orders: Option<bool>,
    /// Whether it is in service. It can't be taken out of it while something waits or lies there.
    pub active: Option<bool>,
    /// Fields of programs: those that are named; the others stay.
    pub custom_fields: Vec<CustomField>,
}

/// Some of a fulfillment service changes; `None` leaves it as it is.
#[derive(Debug, Clone, PartialEq)]
pub struct EditService {
    /// The service.
    pub service: ServiceId,
    /// Its name, and that of its location.
    pub name: Option<String>,
    /// Where it wants to be called; `Some(None)` is nowhere.
    pub callback_url: Option<Option<String>>,
    /// Whether it may be asked for tracking numbers.
    pub gives_tracking: Option<bool>,
    /// Whether it may be asked for stock.
    pub gives_stock: Option<bool>,
    /// Whether it only takes articles that are shipped.
    pub requires_shipping: Option<bool>,
}

/// A fulfillment service is forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeleteService {
    /// The service.
    pub service: ServiceId,
    /// The location that it runs.
    pub location: LocationId,
    /// What becomes of that.
    pub leftover: Leftover,
}

/// What becomes of the location of a fulfillment service that goes, and of what is in its shelves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leftover {
    /// Both are the merchant's from now on.
    Keep,
    /// Both are forgotten.
    Discard,
    /// What is in the shelves goes to that location of the merchant's, which must be named unless they are empty; its
    /// own is forgotten.
    Transfer(Option<LocationId>),
}
