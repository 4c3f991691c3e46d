//! What is told of products, of what is counted of them, and of how much of it is where.

use domain::event::Fact;
use domain::id::VariantId;
use domain::product::Variant;
use engine::dialect::Told;
use serde_json::{Value, json};

use crate::id::gid;
use crate::rest::{article, form};

/// A product, with those of its variants that changed with it.
pub(super) fn product(told: &Told<'_>, fact: &Fact) -> Option<Value> {
    let (Fact::ProductCreated { product: id } | Fact::ProductSaved { product: id }) = fact else {
        return None;
    };
    let product = told.products.iter().find(|product| product.id == *id)?;
    let variants: Vec<&Variant> = told.variants.iter().filter(|variant| variant.product == *id).collect();
    Some(article::product(told.shop, product, &variants))
}

/// What is counted of a variant.
pub(super) fn item(told: &Told<'_>, fact: &Fact) -> Option<Value> {
    let (Fact::VariantCreated { variant } | Fact::VariantUpdated { variant }) = fact else { return None };
    let variant = told.variants.iter().find(|known| known.id == *variant)?;
    Some(article::inventory_item(told.shop, variant))
}

/// How much of it is where, of what was counted, corrected, or is stocked from now on.
pub(super) fn level(told: &Told<'_>, fact: &Fact) -> Option<Value> {
    let (location, variant, available): (_, VariantId, Option<i64>) = match fact {
        Fact::StockChanged { location, variant, available, .. } => (location, *variant, *available),
        Fact::StockingBegan { location, variant, available } => (location, *variant, Some(*available)),
        Fact::StockingEnded { location, variant } => {
            return Some(json!({ "inventory_item_id": variant.0, "location_id": location.0 }));
        }
        _ => return None,
    };
    let id = gid("InventoryLevel", location.0);
    Some(json!({
        "inventory_item_id": variant.0,
        "location_id": location.0,
        "available": available,
        "updated_at": form::time(told.shop, told.event.at),
        "admin_graphql_api_id": format!("{id}?inventory_item_id={variant}"),
    }))
}
