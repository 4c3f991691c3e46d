//! What is sold, as far as shipping it needs to know: products, their variants, and stock.

use serde::{Deserialize, Serialize};

use crate::custom_field::CustomField;
use crate::id::{LocationId, ProductId, ServiceId, VariantId};
use crate::money::Minor;
use crate::time::Time;

/// A product with its variants. Changed as a whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Product {
    /// Its id.
    pub id: ProductId,
    /// Its title.
    pub title: String,
    /// Its title as an identifier.
    pub handle: String,
    /// Who makes it.
    #[serde(default)]
    pub vendor: String,
    /// What kind of thing it is.
    #[serde(default)]
    pub kind: String,
    /// Labels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Values that programs keep with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub custom_fields: Vec<CustomField>,
    /// When it was made.
    pub created_at: Time,
    /// When it last changed.
    pub updated_at: Time,
}

/// What is sold and stocked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Variant {
    /// Its id; also the id of its stock.
    pub id: VariantId,
    /// Its product.
    pub product: ProductId,
    /// The product's title, so that a line can be described without it.
    pub product_title: String,
    /// Its own title (`Blue / L`), or `Default Title`.
    pub title: String,
    /// Stock keeping unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sku: Option<String>,
    /// Bar code (GTIN).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub barcode: Option<String>,
    /// Unit price in minor units of the shop's currency.
    pub price: Minor,
    /// Who makes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vendor: Option<String>,
    /// Whether it must be shipped; a digital article needs not.
    pub requires_shipping: bool,
    /// Weight of a unit in grams.
    #[serde(default)]
    pub grams: i64,
    /// Whether tax is due.
    #[serde(default)]
    pub taxable: bool,
    /// Whether stock is counted. Nothing is ever out of stock that isn't.
    pub tracked: bool,
    /// What happens when stock runs out.
    #[serde(default)]
    pub when_out: WhenOut,
    /// The only service that may ship it, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pinned_to: Option<ServiceId>,
    /// Values that programs keep with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub custom_fields: Vec<CustomField>,
    /// When it was made.
    pub created_at: Time,
    /// When it last changed.
    pub updated_at: Time,
}

/// What happens when an article is asked for that isn't in stock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhenOut {
    /// It waits until stock arrives.
    #[default]
    Wait,
    /// It is sold all the same; stock goes below what is committed.
    SellOn,
}

/// How much of a variant a location holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stock {
    /// The variant.
    pub variant: VariantId,
    /// The location.
    pub location: LocationId,
    /// Units in the shelves.
    pub on_hand: i64,
    /// Units of those that open fulfillment orders wait for.
    pub committed: i64,
}

impl Stock {
    /// Units that may still be promised.
    pub fn available(&self) -> i64 {
        self.on_hand - self.committed
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
    /// What must hold for the change to be made.
    pub guard: StockGuard,
}

/// What must hold for a [`StockDelta`]; otherwise the decision was made on old knowledge and is made anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StockGuard {
    /// Afterwards no more may be promised than is there.
    Available,
    /// Stock is still what it was when the change was decided upon.
    Unchanged {
        /// Units in the shelves.
        on_hand: i64,
        /// Units promised.
        committed: i64,
    },
    /// The location still doesn't stock the variant.
    New,
    /// Nothing: the units left, came back, or are sold beyond stock on purpose.
    Free,
}
