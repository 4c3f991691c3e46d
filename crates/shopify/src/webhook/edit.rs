//! What `orders/edited` tells: not the order, but what the edit changed of it.

use domain::event::Fact;
use domain::id::OrderLineId;
use engine::dialect::Told;
use serde_json::{Value, json};

use crate::rest::form;

/// The edit that a fact is about; `None` for any other fact.
pub(super) fn payload(told: &Told<'_>, fact: &Fact) -> Option<Value> {
    let Fact::OrderEdited { lines, note, notify_buyer } = fact else { return None };
    let delta = |(line, by): &(OrderLineId, i64)| json!({ "id": line.0, "delta": by.abs() });
    let told_of = |more: bool| lines.iter().filter(|(_, by)| (*by > 0) == more).map(delta).collect::<Value>();
    let none = json!({ "additions": [], "removals": [] });
    Some(json!({
        "order_edit": {
            "id": told.event.id.0,
            "app_id": told.event.app.map(|app| app.0),
            // An edit is told when it is done; that it was begun is kept with nobody.
            "created_at": form::time(told.shop, told.event.at),
            "committed_at": form::time(told.shop, told.event.at),
            "notify_customer": notify_buyer,
            "order_id": told.event.order.map(|order| order.0),
            "staff_note": note.as_deref().unwrap_or_default(),
            "user_id": null,
            "line_items": { "additions": told_of(true), "removals": told_of(false) },
            "discounts": { "line_item": none },
            "shipping_lines": none,
        }
    }))
}
