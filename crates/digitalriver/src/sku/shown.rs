//! SKUs as answers and events show them.

use domain::product::{Product, Variant};
use serde_json::{Map, Value};

use super::{TEXTS, kept};
use crate::call::Call;
use crate::{metadata, words};

/// What people call it.
fn title(variant: &Variant) -> String {
    let (product, own) = (variant.product_title.as_str(), variant.title.as_str());
    match kept(variant)["name"].as_str() {
        Some(name) => name.to_owned(),
        None if product.is_empty() => own.to_owned(),
        None if own.is_empty() || own == "Default Title" || own == product => product.to_owned(),
        None => format!("{product}, {own}"),
    }
}

/// Its name: the merchant's own, if it has one.
fn name(variant: &Variant) -> String {
    variant.sku.clone().filter(|sku| !sku.is_empty()).unwrap_or_else(|| variant.id.to_string())
}

pub(super) fn shown(call: &Call, variant: &Variant, name: &str, product: Option<&Product>) -> Value {
    let mut shown = Map::new();
    shown.insert("id".to_owned(), name.into());
    shown.insert("createdTime".to_owned(), words::time(variant.created_at));
    shown.extend(description(variant, product));
    shown.insert("updatedTime".to_owned(), words::time(variant.updated_at));
    shown.insert("liveMode".to_owned(), call.mode.is_live().into());
    shown.into()
}

/// A SKU as events tell of it: as it is shown, but for the mode. Its name is the merchant's own, if it has one.
pub(crate) fn told(variant: &Variant, product: Option<&Product>) -> Value {
    let mut shown = description(variant, product);
    shown.insert("id".to_owned(), name(variant).into());
    shown.insert("createdTime".to_owned(), words::time(variant.created_at));
    shown.insert("updatedTime".to_owned(), words::time(variant.updated_at));
    shown.into()
}

/// What is said of an article wherever it is sold.
pub(super) fn basics(variant: &Variant) -> Value {
    let mut basics = details(variant);
    if let Some(basics) = basics.as_object_mut() {
        basics.retain(|name, _| !["physical", metadata::NAME].contains(&name.as_str()));
        basics.insert("id".to_owned(), name(variant).into());
    }
    basics
}

/// What is said of an article where an order's items are shown in full.
pub(crate) fn details(variant: &Variant) -> Value {
    let mut details = description(variant, None);
    details.retain(|name, _| {
        !["managedFulfillment", "taxCode", "eccn", "hsCode", "manufacturerId"].contains(&name.as_str())
    });
    details.into()
}

/// What is said of a variant, but ids, times and the mode.
fn description(variant: &Variant, product: Option<&Product>) -> Map<String, Value> {
    let mut shown = Map::new();
    let kept = kept(variant);
    let mut put = |name: &str, value: Option<Value>| {
        shown.extend(value.filter(|value| !value.is_null()).map(|value| (name.to_owned(), value)));
    };
    for name in TEXTS {
        put(name, kept.get(name).cloned());
    }
    put("name", Some(title(variant).into()));
    put("managedFulfillment", kept.get("managedFulfillment").cloned());
    put("hsCode", variant.origin.tariff_code.clone().map(Value::from));
    put("countryOfOrigin", variant.origin.country.clone().map(Value::from));
    put("image", product.and_then(|product| product.image.as_ref()).map(|image| image.url.clone().into()));
    put("physical", Some(variant.requires_shipping.into()));
    match kept.get("weight") {
        Some(weight) => {
            put("weight", Some(weight.clone()));
            put("weightUnit", kept.get("weightUnit").cloned());
        }
        None if variant.grams > 0 => {
            put("weight", Some((variant.grams as f64).into()));
            put("weightUnit", Some("g".into()));
        }
        None => {}
    }
    metadata::show(&kept[metadata::NAME], &mut shown);
    shown
}
