//! The workspace: the shop, as everything in it names it.

use domain::snapshot::Shop;
use serde_json::{Value, json};

use crate::id;

/// The workspace in which something is. An installation has one team, by the id of its shop.
pub(crate) fn shown(shop: &Shop) -> Value {
    let subdomain = shop.domain.split('.').next().unwrap_or_default();
    json!({
        "id": shop.id.0,
        "public_id": id::public(shop.id.0),
        "team_id": shop.id.0,
        "name": shop.name,
        "subdomain": subdomain,
        "created_at": null,
        "updated_at": null,
    })
}
