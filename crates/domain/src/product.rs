//! What is sold, as far as shipping it needs to know: products and their variants.

use serde::{Deserialize, Serialize};

use crate::access::Target;
use crate::custom_field::CustomField;
use crate::id::{ProductId, ServiceId, VariantId};
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
    /// Whether it is for sale.
    #[serde(default)]
    pub status: ProductStatus,
    /// Whether it is a voucher.
    #[serde(default)]
    pub gift_card: bool,
    /// What it looks like.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<Image>,
    /// Values that programs keep with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub custom_fields: Vec<CustomField>,
    /// What else its dialect keeps of it, in the dialect's own form.
    #[serde(default, skip_serializing_if = "serde_json::Value::is_null")]
    pub details: serde_json::Value,
    /// When it was made.
    pub created_at: Time,
    /// When it last changed.
    pub updated_at: Time,
}

/// Whether a product is for sale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProductStatus {
    /// It is.
    #[default]
    Active,
    /// Not any more.
    Archived,
    /// Not yet.
    Draft,
    /// It is, for those who know where.
    Unlisted,
}

/// A picture, kept elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// Where it is.
    pub url: String,
    /// What it shows, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alt: Option<String>,
    /// Its size in pixels (width, height), if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<(i64, i64)>,
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
    /// Whether somebody must fulfill it when it is billed; otherwise nobody is asked to.
    #[serde(default = "yes")]
    pub requires_fulfillment: bool,
    /// What whoever pays for it may use.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gives: Vec<Target>,
    /// Weight of a unit in grams.
    #[serde(default)]
    pub grams: i64,
    /// What a unit costs the merchant, in minor units of the shop's currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_cost: Option<Minor>,
    /// Where it comes from, as customs want to know.
    #[serde(default)]
    pub origin: Origin,
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
    /// What else its dialect keeps of it, in the dialect's own form.
    #[serde(default, skip_serializing_if = "serde_json::Value::is_null")]
    pub details: serde_json::Value,
    /// When it was made.
    pub created_at: Time,
    /// When it last changed.
    pub updated_at: Time,
}

/// Where an article comes from, as customs want to know.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The country that it was made in, as its two letters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// The province that it was made in, as its code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub province: Option<String>,
    /// Its code in the harmonized system of tariffs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tariff_code: Option<String>,
    /// The codes that single countries gave it: (country, code).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tariff_codes_by_country: Vec<(String, String)>,
}

fn yes() -> bool {
    true
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
