//! Locations and stock, in the REST API's shape.

use domain::event::Fact;
use engine::dialect::Told;
use serde_json::{Value, json};

use super::form;
use crate::id::gid;

/// A location as it is now; what it was when it changed isn't kept.
pub(super) fn location(told: &Told<'_>, fact: &Fact) -> Option<Value> {
    let (Fact::LocationCreated { location: id } | Fact::LocationUpdated { location: id }) = fact else {
        return None;
    };
    let location = told.locations.iter().find(|location| location.id == *id)?;
    let address = &location.address;
    Some(json!({
        "id": location.id.0,
        "admin_graphql_api_id": gid("Location", location.id.0),
        "name": location.name,
        "address1": address.address1,
        "address2": address.address2,
        "city": address.city,
        "zip": address.zip,
        "province": address.province,
        "country": address.country_code,
        "phone": address.phone,
        "country_code": address.country_code,
        "country_name": address.country,
        "province_code": address.province_code,
        "legacy": location.service.is_some(),
        "active": location.active,
        "created_at": form::time(told.shop, location.created_at),
        "updated_at": form::time(told.shop, location.updated_at),
    }))
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
