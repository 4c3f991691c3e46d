//! A fulfillment is told to be found in another way, or other metadata is kept with it. What left, left.

use axum::Json;
use axum::response::{IntoResponse, Response};
use domain::command::Command;
use domain::command::charging::AmendFulfillment;
use domain::fulfillment::{Fulfillment, Tracking};
use serde_json::{Map, Value};

use super::{TRACKING, keep_tracking, line_meant, list, shown, tracking_sent, trackings, units};
use crate::call::Call;
use crate::failure::Failure;
use crate::input::Input;
use crate::{kept, metadata};

const FIELDS: &[&str] = &["trackingCompany", "trackingNumber", "trackingUrl", "metadata", "items"];
const ITEM_FIELDS: &[&str] = &["itemId", "trackingCompany", "trackingNumber", "trackingUrl"];

pub(super) async fn update(call: Call) -> Result<Response, Failure> {
    let input = call.input(FIELDS)?;
    let (known, order) = list::one(&call).await?;
    let mut kept = match kept::of(&known.custom_fields) {
        Value::Object(kept) => kept,
        _ => Map::new(),
    };
    if let Some(metadata) = metadata::taken(&input, kept.get(metadata::NAME).unwrap_or(&Value::Null))? {
        kept.insert(metadata::NAME.to_owned(), metadata);
    }
    let own = shipment(&known, &kept);
    let shipment = tracking_sent(&input, own.clone())?.or(own);
    for item in input.objects("items")?.unwrap_or_default() {
        item.only(ITEM_FIELDS)?;
        let line = line_meant(&item, &order)?;
        if units(&known, &order, line) == (0, 0) {
            let told = format!("Item '{line}' is not part of fulfillment '{}'.", call.named("id"));
            return Err(Failure::bad("invalid_parameter", item.at("itemId"), told));
        }
        track_item(&item, &line.to_string(), &mut kept)?;
    }
    let amend = AmendFulfillment {
        fulfillment: known.id,
        trackings: Some(trackings(shipment, &kept)).filter(|trackings| *trackings != known.trackings),
        custom_fields: vec![kept::field(&kept.into())],
        notify_buyer: false,
    };
    let done = call.execute(&Command::AmendFulfillment(amend)).await?;
    let now = done.fulfillment(known.id).unwrap_or(&known);
    Ok(Json(Value::from(shown(now, &order))).into_response())
}

/// The tracking of the shipment as a whole: the first that no item has.
fn shipment(known: &Fulfillment, kept: &Map<String, Value>) -> Option<Tracking> {
    let of_items = trackings(None, kept);
    known.trackings.iter().find(|own| !of_items.contains(own)).cloned()
}

/// Puts the tracking that was sent for an item over the one that is kept for it.
fn track_item(item: &Input, line: &str, kept: &mut Map<String, Value>) -> Result<(), Failure> {
    let items = kept.entry("items").or_insert_with(|| Map::new().into());
    let own = match items {
        Value::Object(items) => items.entry(line).or_insert_with(|| Map::new().into()),
        other => other,
    };
    let Value::Object(own) = own else { return Ok(()) };
    let mut tracking = Tracking::default();
    for (name, field) in TRACKING {
        *field(&mut tracking) = own.get(name).and_then(Value::as_str).map(str::to_owned);
    }
    if let Some(tracking) = tracking_sent(item, Some(tracking))? {
        keep_tracking(tracking, own);
    }
    Ok(())
}
