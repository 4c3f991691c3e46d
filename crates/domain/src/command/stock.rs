//! What is said of stock, and of the variants that are stocked.

use super::Command;
use crate::id::{LocationId, VariantId};
use crate::money::Minor;
use crate::stock::{StockCause, StockState};

impl Command {
    /// Stock is corrected: (variant, location, change of what is available). A location that doesn't stock a variant
    /// begins to.
    pub fn correct_stock(changes: Vec<(VariantId, LocationId, i64)>) -> Self {
        let step = |(variant, location, by)| StockStep {
            variant,
            location,
            state: StockState::Available,
            by,
            expected: None,
            ledger: None,
        };
        let steps = changes.into_iter().map(step).collect();
        Command::AdjustStock(AdjustStock { cause: StockCause::default(), unstocked: Unstocked::Begin, steps })
    }

    /// Stock is counted. A location that doesn't stock a variant begins to.
    pub fn count_stock(counts: Vec<StockCount>) -> Self {
        Command::SetStock(SetStock { cause: StockCause::default(), unstocked: Unstocked::Begin, counts })
    }
}

/// Stock is counted, and is what was counted.
#[derive(Debug, Clone, PartialEq)]
pub struct SetStock {
    /// Why.
    pub cause: StockCause,
    /// What about locations that don't stock the variant.
    pub unstocked: Unstocked,
    /// What was counted.
    pub counts: Vec<StockCount>,
}

/// Stock is other than it was thought to be, or there for another purpose.
#[derive(Debug, Clone, PartialEq)]
pub struct AdjustStock {
    /// Why.
    pub cause: StockCause,
    /// What about locations that don't stock the variant.
    pub unstocked: Unstocked,
    /// How many more or fewer there are. Units that go from one purpose to another are two steps.
    pub steps: Vec<StockStep>,
}

/// What about locations that don't stock the variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unstocked {
    /// They begin to.
    Begin,
    /// It is refused.
    Refuse,
}

/// So many more or fewer of a variant are at a location for some purpose.
#[derive(Debug, Clone, PartialEq)]
pub struct StockStep {
    /// The variant.
    pub variant: VariantId,
    /// The location.
    pub location: LocationId,
    /// The purpose.
    pub state: StockState,
    /// How many more; fewer if negative.
    pub by: i64,
    /// How many were thought to be there for that purpose; if there are not, the step is refused.
    pub expected: Option<i64>,
    /// The document elsewhere in which those units are booked, as a URI.
    pub ledger: Option<String>,
}

/// A location begins to stock a variant.
#[derive(Debug, Clone, PartialEq)]
pub struct StartStocking {
    /// The variant.
    pub variant: VariantId,
    /// The location.
    pub location: LocationId,
    /// What is there; `None` is what was there when it was last stocked. Doesn't count where it is stocked already.
    pub opening: Option<(StockMeasure, i64)>,
}

/// Locations begin or cease to stock a variant, all of them or none. What is there is what was there.
#[derive(Debug, Clone, PartialEq)]
pub struct SetStocking {
    /// The variant.
    pub variant: VariantId,
    /// Locations, and whether each of them is to stock it.
    pub places: Vec<(LocationId, Stocked)>,
}

/// Whether a location stocks a variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words are the field's own")]
pub enum Stocked {
    Yes,
    No,
}

/// Other values of a variant; `None` stays as it is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct VariantEdit {
    /// Stock keeping unit.
    pub sku: Option<Option<String>>,
    /// Whether stock is counted.
    pub tracked: Option<bool>,
    /// Whether it must be shipped.
    pub requires_shipping: Option<bool>,
    /// Weight of a unit in grams.
    pub grams: Option<i64>,
    /// What a unit costs the merchant, in minor units of the shop's currency.
    pub unit_cost: Option<Option<Minor>>,
    /// The country that it was made in, as its two letters.
    pub country_of_origin: Option<Option<String>>,
    /// The province that it was made in, as its code.
    pub province_of_origin: Option<Option<String>>,
    /// Its code in the harmonized system of tariffs.
    pub tariff_code: Option<Option<String>>,
    /// The codes that single countries gave it: (country, code).
    pub tariff_codes_by_country: Option<Vec<(String, String)>>,
}

/// So many of a variant are at a location.
#[derive(Debug, Clone, PartialEq)]
pub struct StockCount {
    /// The variant.
    pub variant: VariantId,
    /// The location.
    pub location: LocationId,
    /// What was counted.
    pub measure: StockMeasure,
    /// How many, at least none.
    pub quantity: i64,
    /// How many were thought to be there; if there are not, the count is refused.
    pub expected: Option<i64>,
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StockMeasure {
    /// Units in the shelves.
    OnHand,
    /// Units in the shelves that aren't promised.
    Available,
}
