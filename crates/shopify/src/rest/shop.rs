//! The shop.

use domain::location::first_own;
use serde_json::{Value, json};

use crate::data::Data;

/// The shop, as far as this server knows it.
pub(super) fn shop(data: &Data) -> Value {
    let shop = &data.shop;
    let first = first_own(&data.locations);
    json!({
        "id": shop.id.0,
        "name": shop.name,
        "email": shop.email,
        "customer_email": shop.email,
        "domain": shop.domain,
        "myshopify_domain": shop.domain,
        "currency": shop.currency.code(),
        "enabled_presentment_currencies": [shop.currency.code()],
        "iana_timezone": shop.time_zone,
        "timezone": shop.time_zone,
        "weight_unit": "kg",
        "primary_location_id": first.map(|location| location.id.0),
        "taxes_included": null,
        "password_enabled": false,
        "setup_required": false,
    })
}
