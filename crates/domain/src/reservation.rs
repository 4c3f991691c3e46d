//! Reservations: units that are set apart for somebody who is about to order them, until a time. They belong to no
//! order; whoever orders names the reservation, and what it kept is promised to the order instead.
//!
//! One is made whole and never changes: it is there, or it ended. How it ended is told by what happened next.

use serde::{Deserialize, Serialize};

use crate::id::{LocationId, ReservationId, VariantId};
use crate::time::Time;

/// Units that are kept for somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reservation {
    /// Its id.
    pub id: ReservationId,
    /// What it is called by those who made it; no two of a shop that are there are called the same, tests apart.
    pub name: String,
    /// Whether it is only a test; orders that are none can't use it.
    #[serde(default)]
    pub test: bool,
    /// What was asked for.
    pub items: Vec<ReservedItem>,
    /// What is kept, and where.
    pub units: Vec<ReservedUnits>,
    /// When it was made.
    pub created_at: Time,
    /// When it ends by itself.
    pub expires_at: Time,
}

/// Units of a variant that somebody wants to order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReservedItem {
    /// The variant.
    pub variant: VariantId,
    /// How many.
    pub quantity: i64,
    /// What if there are too few.
    pub too_few: TooFew,
}

/// What if there are fewer units than somebody wants to order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TooFew {
    /// Nothing is reserved.
    Refuse,
    /// Those that are there are, and the others are sold all the same.
    SellOn,
}

/// Units of a variant that are kept at a location.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReservedUnits {
    /// The variant.
    pub variant: VariantId,
    /// The location.
    pub location: LocationId,
    /// How many.
    pub quantity: i64,
}

/// What a reservation is found by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReservationKey {
    /// Its id.
    Id(ReservationId),
    /// What it is called, and whether it is a test.
    Name(String, bool),
}

impl Reservation {
    /// Whether it ended by itself; its units may still have to be set free.
    pub fn is_over(&self, now: Time) -> bool {
        self.expires_at <= now
    }

    /// Whether that key means it.
    pub fn is(&self, key: &ReservationKey) -> bool {
        match key {
            ReservationKey::Id(id) => self.id == *id,
            ReservationKey::Name(name, test) => self.name == *name && self.test == *test,
        }
    }

    /// Whether that variant is sold even where there is none.
    pub fn sells_on(&self, variant: VariantId) -> bool {
        self.items.iter().any(|item| item.variant == variant && item.too_few == TooFew::SellOn)
    }
}
