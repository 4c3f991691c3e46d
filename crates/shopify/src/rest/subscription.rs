//! Webhook subscriptions.

use domain::listener::Listener;
use domain::snapshot::Shop;
use serde_json::{Value, json};

use super::form;
use crate::subscription::Settings;
use crate::webhook::topic::Topic;

/// A subscription.
pub(super) fn subscription(shop: &Shop, listener: &Listener) -> Value {
    let settings = Settings::of(listener);
    let path = || listener.topic.to_lowercase().replacen('_', "/", 1);
    json!({
        "id": listener.id.0,
        "address": listener.url,
        "topic": Topic::parse(&listener.topic).map_or_else(path, |topic| topic.path()),
        "format": settings.format.name().to_lowercase(),
        "fields": settings.include_fields,
        "filter": listener.only,
        "metafield_namespaces": settings.metafield_namespaces,
        "private_metafield_namespaces": [],
        "api_version": settings.version(),
        "created_at": form::time(shop, listener.created_at),
        "updated_at": form::time(shop, listener.updated_at),
    })
}
