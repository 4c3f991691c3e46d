//! What programs keep with the things that payloads tell of, for the listeners that ask for it: by namespace, or by
//! namespace and key.
//!
//! Whoever asks gets a member `metafields` with every payload of an order, customer, location or product, be there any
//! or none; variants within a product have their own. Other payloads are of things that nothing is kept with.

use domain::custom_field::CustomField;
use domain::event::Fact;
use engine::dialect::Told;
use serde_json::{Value, json};

use super::customer;
use super::topic::Group;
use crate::id::gid;
use crate::metafield::namespace_of;
use crate::rest::form;
use crate::subscription::Settings;

/// A payload with what the listener asks for of what programs keep.
pub(super) fn with(
    told: &Told<'_>,
    settings: &Settings,
    group: Group,
    fact: &Fact,
    mut payload: Value,
) -> Value {
    let asked = !settings.metafield_namespaces.is_empty() || !settings.metafields.is_empty();
    let is_gone =
        matches!(fact, Fact::OrderDeleted {} | Fact::ContactDeleted { .. } | Fact::LocationDeleted { .. });
    if !asked || is_gone {
        return payload;
    }
    let chosen = |fields: &[CustomField], owner: &str, id: i64| -> Value {
        let fields = fields.iter().filter(|field| is_wanted(told, settings, field));
        fields.map(|field| metafield(told, field, owner, id)).collect()
    };
    // What an edit changed is no such thing.
    let Some(id) = payload.get("id").and_then(Value::as_i64) else { return payload };
    let own = match group {
        Group::Orders => {
            let order = told.order.filter(|order| order.id.0 == id);
            order.map(|order| chosen(&order.placed.custom_fields, "order", id))
        }
        Group::Customers => {
            customer::of(told, fact).map(|contact| chosen(&contact.custom_fields, "customer", id))
        }
        Group::Locations => {
            let location = told.locations.iter().find(|location| location.id.0 == id);
            location.map(|location| chosen(&location.custom_fields, "location", id))
        }
        Group::Products => {
            for variant in payload.get_mut("variants").and_then(Value::as_array_mut).into_iter().flatten() {
                let known = told.variants.iter().find(|known| variant["id"] == known.id.0);
                if let Some(known) = known {
                    variant["metafields"] = chosen(&known.custom_fields, "variant", known.id.0);
                }
            }
            let product = told.products.iter().find(|product| product.id.0 == id);
            product.map(|product| chosen(&product.custom_fields, "product", id))
        }
        Group::FulfillmentOrders
        | Group::FulfillmentHolds
        | Group::Fulfillments
        | Group::FulfillmentEvents
        | Group::Refunds
        | Group::InventoryItems
        | Group::InventoryLevels => None,
    };
    if let Some(own) = own {
        payload["metafields"] = own;
    }
    payload
}

fn is_wanted(told: &Told<'_>, settings: &Settings, field: &CustomField) -> bool {
    let app = Some(told.listener.app);
    let mut namespaces = settings.metafield_namespaces.iter();
    namespaces.any(|asked| namespace_of(app, Some(asked)) == field.namespace)
        || settings.metafields.iter().any(|(space, key)| (space, key) == (&field.namespace, &field.key))
}

fn metafield(told: &Told<'_>, field: &CustomField, owner: &str, owner_id: i64) -> Value {
    json!({
        "id": field.id.0,
        "namespace": field.namespace,
        "key": field.key,
        "value": value(field),
        "description": null,
        "owner_id": owner_id,
        "created_at": form::time(told.shop, field.created_at),
        "updated_at": form::time(told.shop, field.updated_at),
        "owner_resource": owner,
        "type": field.kind,
        "admin_graphql_api_id": gid("Metafield", field.id.0),
    })
}

/// Whole numbers and truths are told as such, everything else as the text that it is kept as.
fn value(field: &CustomField) -> Value {
    let native = match &*field.kind {
        "number_integer" => field.value.parse::<i64>().ok().map(Value::from),
        "boolean" => field.value.parse::<bool>().ok().map(Value::from),
        _ => None,
    };
    native.unwrap_or_else(|| Value::from(&*field.value))
}
