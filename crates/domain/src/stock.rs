//! Stock: how much of a variant a location holds, and what it is there for.
//!
//! Every unit in the shelves is promised to somebody, kept by a reservation, set apart for some reason, or available. What
//! is available is never stored: it is what is left of the others. Units on their way are counted apart from the shelves.
//!
//! What is kept for somebody is counted twice over: what reservations keep is theirs alone, and always the sum of them;
//! what people say by hand to be reserved is their affair. Whoever asks is told both together.

use serde::{Deserialize, Serialize};

use crate::id::{LocationId, VariantId};
use crate::time::Time;

/// How much of a variant a location holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stock {
    /// The variant.
    pub variant: VariantId,
    /// The location.
    pub location: LocationId,
    /// Units in the shelves, whatever they are there for.
    pub on_hand: i64,
    /// Units of those that open fulfillment orders wait for.
    pub committed: i64,
    /// Units of those that [reservations](crate::reservation) keep.
    pub kept: i64,
    /// Units of those that are not for sale.
    pub apart: Apart,
    /// Units on their way; in nobody's shelves yet.
    pub incoming: i64,
    /// Whether the location stocks the variant. What lies where it is no longer stocked is kept, and not sold.
    pub stocked: bool,
    /// When the location began to stock it; `None` if nobody noted it.
    pub created_at: Option<Time>,
    /// When any of it last changed, likewise.
    pub updated_at: Option<Time>,
}

/// Units in the shelves that are not for sale, by the reason.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Apart {
    /// Kept for somebody, as people say by hand.
    pub reserved: i64,
    /// Broken.
    pub damaged: i64,
    /// Kept in case others were miscounted.
    pub safety_stock: i64,
    /// Being looked at.
    pub quality_control: i64,
}

impl Apart {
    /// All of them.
    pub fn total(&self) -> i64 {
        self.reserved + self.damaged + self.safety_stock + self.quality_control
    }
}

/// What a unit is there for, as far as somebody can say so by hand; promises are made by routing alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StockState {
    /// To be sold.
    Available,
    /// Kept for somebody.
    Reserved,
    /// Broken.
    Damaged,
    /// Kept in case others were miscounted.
    SafetyStock,
    /// Being looked at.
    QualityControl,
    /// On its way.
    Incoming,
}

/// Why somebody says that stock is other than it was thought to be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it all")]
pub enum StockReason {
    #[default]
    Correction,
    CycleCountAvailable,
    Damaged,
    MovementCanceled,
    MovementCreated,
    MovementReceived,
    MovementUpdated,
    Other,
    Promotion,
    QualityControl,
    Received,
    ReservationCreated,
    ReservationDeleted,
    ReservationUpdated,
    Restock,
    SafetyStock,
    Shrinkage,
}

/// What a change of stock goes back to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockCause {
    /// Why.
    pub reason: StockReason,
    /// The document elsewhere that asked for it, as a URI.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<String>,
}

/// How many more there are for some purpose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateChange {
    /// The purpose.
    pub state: StockState,
    /// How many more; fewer if negative.
    pub by: i64,
    /// The document elsewhere in which those units are booked, as a URI.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ledger: Option<String>,
}

impl Stock {
    /// Nothing, at a location that stocks the variant.
    pub fn none(variant: VariantId, location: LocationId) -> Self {
        Self {
            variant,
            location,
            on_hand: 0,
            committed: 0,
            kept: 0,
            apart: Apart::default(),
            incoming: 0,
            stocked: true,
            created_at: None,
            updated_at: None,
        }
    }

    /// Units that may still be promised, if they are sold at all.
    pub fn available(&self) -> i64 {
        self.on_hand - self.committed - self.kept - self.apart.total()
    }

    /// Units that are there for some purpose.
    pub fn of(&self, state: StockState) -> i64 {
        match state {
            StockState::Available => self.available(),
            StockState::Reserved => self.apart.reserved + self.kept,
            StockState::Damaged => self.apart.damaged,
            StockState::SafetyStock => self.apart.safety_stock,
            StockState::QualityControl => self.apart.quality_control,
            StockState::Incoming => self.incoming,
        }
    }

    /// Whether the same is there as `other` says, whenever it was written.
    pub fn is_like(&self, other: &Stock) -> bool {
        let said = |of: &Stock| (of.on_hand, of.committed, of.kept, of.apart, of.incoming, of.stocked);
        said(self) == said(other)
    }

    /// Makes the change, whatever its guard says.
    pub fn change(&mut self, delta: &StockDelta) {
        let (apart, by) = (&mut self.apart, &delta.apart);
        self.on_hand += delta.on_hand;
        self.committed += delta.committed;
        self.kept += delta.kept;
        apart.reserved += by.reserved;
        apart.damaged += by.damaged;
        apart.safety_stock += by.safety_stock;
        apart.quality_control += by.quality_control;
        self.incoming += delta.incoming;
        match delta.stocking {
            Stocking::AsItWas => {}
            Stocking::Begins => self.stocked = true,
            Stocking::Ends => self.stocked = false,
        }
    }
}

/// A change of stock. Stock is shared by orders, so it is never overwritten, only moved by guarded deltas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StockDelta {
    /// The variant.
    pub variant: VariantId,
    /// The location.
    pub location: LocationId,
    /// Change of the units in the shelves.
    pub on_hand: i64,
    /// Change of the units promised.
    pub committed: i64,
    /// Change of the units that reservations keep.
    pub kept: i64,
    /// Change of the units set apart.
    pub apart: Apart,
    /// Change of the units on their way.
    pub incoming: i64,
    /// Whether the location begins or ceases to stock the variant.
    pub stocking: Stocking,
    /// What must hold for the change to be made.
    pub guard: StockGuard,
}

impl StockDelta {
    /// No change.
    pub fn none(variant: VariantId, location: LocationId) -> Self {
        Self {
            variant,
            location,
            on_hand: 0,
            committed: 0,
            kept: 0,
            apart: Apart::default(),
            incoming: 0,
            stocking: Stocking::AsItWas,
            guard: StockGuard::Free,
        }
    }

    /// So many more are there for some purpose: in the shelves too, unless they are on their way.
    pub fn add(&mut self, state: StockState, by: i64) {
        match state {
            StockState::Available => {}
            StockState::Reserved => self.apart.reserved += by,
            StockState::Damaged => self.apart.damaged += by,
            StockState::SafetyStock => self.apart.safety_stock += by,
            StockState::QualityControl => self.apart.quality_control += by,
            StockState::Incoming => {
                self.incoming += by;
                return;
            }
        }
        self.on_hand += by;
    }

    /// Whether it only concerns what is in the shelves and what is promised of it, as nearly everything that orders do.
    pub fn is_plain(&self) -> bool {
        self.kept == 0
            && self.apart == Apart::default()
            && self.incoming == 0
            && self.stocking == Stocking::AsItWas
    }
}

/// Whether a location begins or ceases to stock a variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stocking {
    /// Neither.
    AsItWas,
    /// It begins to, perhaps again.
    Begins,
    /// It ceases to; what is there stays, and is not sold.
    Ends,
}

/// What must hold for a [`StockDelta`]; otherwise the decision was made on old knowledge and is made anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StockGuard {
    /// The variant is stocked there, and afterwards no more may be promised than is there.
    Available,
    /// Stock is still [like](Stock::is_like) this, as it was when the change was decided upon.
    Unchanged(Stock),
    /// The location still never stocked the variant.
    New,
    /// Nothing: the units left, came back, or are sold beyond stock on purpose.
    Free,
}
