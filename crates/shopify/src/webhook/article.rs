//! What is told of products, of what is counted of them, and of how much of it is where.

use domain::event::Fact;
use domain::product::Variant;
use domain::stock::Stock;
use engine::dialect::Told;
use serde_json::{Value, json};

use crate::id::gid;
use crate::rest::{article, form};

/// A product, with those of its variants that changed with it, and what is available of each.
pub(super) fn product(told: &Told<'_>, fact: &Fact) -> Option<Value> {
    let (Fact::ProductCreated { product: id } | Fact::ProductSaved { product: id }) = fact else {
        return None;
    };
    let product = told.products.iter().find(|product| product.id == *id)?;
    let variants: Vec<&Variant> = told.variants.iter().filter(|variant| variant.product == *id).collect();
    let mut payload = article::product(told.shop, product, &variants);
    for (told_of, variant) in payload["variants"].as_array_mut().into_iter().flatten().zip(&variants) {
        let levels = told.stock.iter().filter(|level| level.variant == variant.id && level.stocked);
        let available = levels.map(Stock::available).fold(0, i64::saturating_add);
        told_of["inventory_quantity"] = available.into();
        // What there was before isn't kept; the original says the same twice, too.
        told_of["old_inventory_quantity"] = available.into();
    }
    let named = |variant: &&Variant| {
        let id = gid("ProductVariant", variant.id.0);
        json!({ "admin_graphql_api_id": id, "updated_at": form::millis(variant.updated_at) })
    };
    let more = json!({
        "media": [],
        "variant_gids": variants.iter().map(named).collect::<Value>(),
        "has_variants_that_requires_components": false,
        "category": null,
    });
    Some(form::joined([payload, more]))
}

/// What is counted of a variant.
pub(super) fn item(told: &Told<'_>, fact: &Fact) -> Option<Value> {
    let (Fact::VariantCreated { variant } | Fact::VariantUpdated { variant }) = fact else { return None };
    let variant = told.variants.iter().find(|known| known.id == *variant)?;
    Some(article::inventory_item(told.shop, variant))
}

/// How much of it is where. What changed is told as it is now, with the time of its last change: orders share stock,
/// so what somebody thought to be there when deciding may never have been so, and the latest message must be true.
pub(super) fn level(told: &Told<'_>, fact: &Fact) -> Option<Value> {
    let (location, variant) = fact.stock()?;
    let level = told.stock.iter().find(|level| (level.location, level.variant) == (location, variant));
    let (available, updated_at) = match fact {
        Fact::StockingEnded { .. } => {
            return Some(json!({ "inventory_item_id": variant.0, "location_id": location.0 }));
        }
        Fact::StockingBegan { available, .. } => (Some(*available), None),
        // A location that is gone has no levels any more.
        Fact::StockChanged { available, .. } => {
            (level.map(Stock::available).or(*available), level.and_then(|level| level.updated_at))
        }
        _ => (level.map(Stock::available), level.and_then(|level| level.updated_at)),
    };
    let id = gid("InventoryLevel", location.0);
    Some(json!({
        "inventory_item_id": variant.0,
        "location_id": location.0,
        "available": available,
        "updated_at": form::time(told.shop, updated_at.unwrap_or(told.event.at)),
        "admin_graphql_api_id": format!("{id}?inventory_item_id={variant}"),
    }))
}
