//! What programs keep with an order: its name at their end, metadata of it and of its items. And the buyer's wish to be
//! forgotten.

use axum::Json;
use axum::response::{IntoResponse, Response};
use domain::amend::{AmendOrder, OrderChange};
use domain::command::Command;
use serde_json::{Map, Value, json};

use super::{one, shown};
use crate::call::Call;
use crate::failure::Failure;
use crate::{kept, metadata};

const FIELDS: &[&str] = &["requestToBeForgotten", "upstreamId", "items", "metadata"];
const ITEM_FIELDS: &[&str] = &["id", "metadata"];

pub(super) async fn update(call: Call) -> Result<Response, Failure> {
    let input = call.input(FIELDS)?;
    let (order, fulfillments) = one(&call, call.named("id"), "id").await?;
    let mut kept = match kept::of(&order.placed.custom_fields) {
        Value::Object(kept) => kept,
        _ => Map::new(),
    };
    if let Some(metadata) = metadata::taken(&input, kept.get(metadata::NAME).unwrap_or(&Value::Null))? {
        kept.insert(metadata::NAME.to_owned(), metadata);
    }
    let upstream = input.text("upstreamId")?.map(|name| OrderChange::SourceIdentifier(Some(name)));
    for item in input.objects("items")?.unwrap_or_default() {
        item.only(ITEM_FIELDS)?;
        let name = item.text("id")?.ok_or_else(|| Failure::missing(item.at("id")))?;
        let at = order.lines.iter().position(|line| line.id.to_string() == name.trim());
        let at = at.ok_or_else(|| Failure::invalid(item.at("id"), &name, "item ID"))?;
        let known = kept.get("items").and_then(|items| items.get(at)).cloned().unwrap_or_else(|| json!({}));
        if let Some(metadata) = metadata::taken(&item, &known[metadata::NAME])? {
            keep_of_item(&mut kept, at, metadata);
        }
    }
    let command = match input.flag("requestToBeForgotten")? {
        // Nobody knows what programs keep with an order, so all of it goes, and what else was sent with it.
        Some(true) => {
            let none = || {
                let told = "The order has no customer who could be forgotten.";
                Failure::conflict("restricted_update", "requestToBeForgotten", told)
            };
            Command::RedactContact(order.placed.contact.ok_or_else(none)?)
        }
        _ => {
            let kept = OrderChange::CustomFields(vec![kept::field(&kept.into())]);
            let changes = std::iter::once(kept).chain(upstream).collect();
            Command::AmendOrder(AmendOrder { order: order.id, changes })
        }
    };
    let done = call.execute(&command).await?;
    Ok(Json(shown(done.order(order.id).unwrap_or(&order), &fulfillments, &call.url)).into_response())
}

/// What is kept of items is listed as the order's lines are.
fn keep_of_item(kept: &mut Map<String, Value>, at: usize, metadata: Value) {
    let items = kept.entry("items").or_insert_with(|| json!([]));
    if let Value::Array(items) = items {
        while items.len() <= at {
            items.push(json!({}));
        }
        items[at][metadata::NAME] = metadata;
    }
}
