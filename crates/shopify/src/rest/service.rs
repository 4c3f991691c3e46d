//! Fulfillment services.

use domain::location::Service;
use serde_json::{Value, json};

/// A fulfillment service.
pub(super) fn service(service: &Service) -> Value {
    json!({
        "id": service.id.0,
        "admin_graphql_api_id": crate::id::gid("ApiFulfillmentService", service.id.0),
        "name": service.name,
        "service_name": service.name,
        "handle": service.handle,
        "email": null,
        "provider_id": null,
        "location_id": service.location.0,
        "callback_url": service.callback_url,
        "tracking_support": service.gives_tracking,
        "inventory_management": service.gives_stock,
        "include_pending_stock": false,
        "fulfillment_orders_opt_in": true,
        "requires_shipping_method": service.requires_shipping,
    })
}
