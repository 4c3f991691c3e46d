//! What is told of locations and stock.

use domain::event::Fact;
use engine::dialect::Told;
use serde_json::{Value, json};

use crate::id::gid;
use crate::rest::{form, place};

/// A location as it is now; what it was when it changed isn't kept.
pub(super) fn location(told: &Told<'_>, fact: &Fact) -> Option<Value> {
    let (Fact::LocationCreated { location: id } | Fact::LocationUpdated { location: id }) = fact else {
        return None;
    };
    let location = told.locations.iter().find(|location| location.id == *id)?;
    Some(place::location(told.shop, location))
}

/// Stock that was counted or corrected. What is available depends on what happens next, so it is left for the
/// receiver to ask.
pub(super) fn level(told: &Told<'_>, fact: &Fact) -> Option<Value> {
    let Fact::StockChanged { location, variant, .. } = fact else { return None };
    let id = gid("InventoryLevel", location.0);
    Some(json!({
        "inventory_item_id": variant.0,
        "location_id": location.0,
        "available": null,
        "updated_at": form::time(told.shop, told.event.at),
        "admin_graphql_api_id": format!("{id}?inventory_item_id={variant}"),
    }))
}
