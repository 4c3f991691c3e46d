//! What somebody is about to order, as it is kept.

use domain::id::{ContactId, RecordId, VariantId};
use domain::money::{Currency, Minor};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What is about to be ordered. What is shown as it was given is kept so; the rest is what there is to count with.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Basket {
    pub(crate) live: bool,
    pub(crate) currency: Currency,
    /// Whose it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) customer: Option<ContactId>,
    /// What it is paid with: a record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) source: Option<RecordId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) email: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) language: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) locale: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) browser_ip: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) application_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) upstream_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) charge_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) customer_type: Option<String>,
    /// Whether prices contain the taxes.
    #[serde(default)]
    pub(crate) tax_inclusive: bool,
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub(crate) ship_to: Value,
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub(crate) bill_to: Value,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) shipping: Option<Shipping>,
    /// What is taken off all of the items.
    #[serde(default)]
    pub(crate) discount: Discount,
    /// What is taken off shipping.
    #[serde(default)]
    pub(crate) shipping_discount: Discount,
    /// The numbers under which the buyer pays taxes: records.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) tax_identifiers: Vec<RecordId>,
    pub(crate) items: Vec<Item>,
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub(crate) metadata: Value,
    /// What is shown again as it was given, by its name.
    #[serde(default)]
    pub(crate) given: serde_json::Map<String, Value>,
}

/// How it is sent.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Shipping {
    /// What that costs.
    pub(crate) amount: Minor,
    /// The tax on it, as it was said.
    #[serde(default)]
    pub(crate) tax: Minor,
    /// What else is said of it.
    pub(crate) given: serde_json::Map<String, Value>,
}

/// What is taken off.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Discount {
    /// Nothing.
    #[default]
    None,
    /// So much, in minor units.
    Amount(Minor),
    /// So many hundredths of a percent.
    Share(i64),
}

/// An article that is about to be ordered.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Item {
    /// What it goes by within the checkout.
    pub(crate) id: i64,
    /// The variant, if it is one that is kept here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) variant: Option<VariantId>,
    /// What the client calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sku_id: Option<String>,
    /// What is said of an article that isn't kept here.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub(crate) product: Value,
    /// Whether it is shipped, and so has a part in what that costs.
    #[serde(default = "shipped")]
    pub(crate) shipped: bool,
    pub(crate) quantity: i64,
    pub(crate) price: Price,
    #[serde(default)]
    pub(crate) discount: Discount,
    /// How many units the discount is on; all of them, otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) discounted: Option<i64>,
    /// The tax on the item as a whole, if somebody said what it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) tax: Option<Minor>,
    /// The rate of that tax, as it was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) tax_rate: Option<f64>,
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub(crate) metadata: Value,
    /// What is shown again as it was given, by its name.
    #[serde(default)]
    pub(crate) given: serde_json::Map<String, Value>,
}

fn shipped() -> bool {
    true
}

/// What an item costs, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Price {
    /// Each unit.
    Each(Minor),
    /// All of it.
    All(Minor),
}

impl Basket {
    /// Whether an item is of that subscription.
    pub(crate) fn subscribes_to(&self, subscription: &str) -> bool {
        let info = self.items.iter().filter_map(|item| item.given.get("subscriptionInfo"));
        info.into_iter().any(|info| info["subscriptionId"].as_str() == Some(subscription))
    }
}
