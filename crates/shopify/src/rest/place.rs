//! Locations.

use domain::location::Location;
use domain::snapshot::Shop;
use serde_json::{Value, json};

use super::form;
use crate::id::gid;

/// A location.
pub(crate) fn location(shop: &Shop, location: &Location) -> Value {
    let address = &location.address;
    json!({
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
        "created_at": form::time(shop, location.created_at),
        "updated_at": form::time(shop, location.updated_at),
    })
}
