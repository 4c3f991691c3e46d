//! Fulfillments, and what happens to them on their way.
//!
//! One that holds items of several orders is shown once for each of them, with that order's items.

use domain::fulfillment::{DeliveryEvent, Fulfillment};
use domain::id::{FulfillmentId, OrderId, OrderLineId};
use domain::order::Order;
use serde_json::{Value, json};

use super::line::{handle, line};
use super::{Around, form};
use crate::id::gid;
use crate::words;

/// A fulfillment, as far as it holds items of that order.
pub(crate) fn fulfillment(around: &Around<'_>, order: &Order, fulfillment: &Fulfillment) -> Value {
    let Around { shop, services, .. } = *around;
    let trackings = &fulfillment.trackings;
    let first = trackings.first();
    let numbers: Vec<&String> = trackings.iter().filter_map(|tracking| tracking.number.as_ref()).collect();
    let urls: Vec<&String> = trackings.iter().filter_map(|tracking| tracking.url.as_ref()).collect();
    let way = fulfillment.latest_event().map(|event| words::delivery_status(event.status).to_lowercase());
    let lines = units(order, fulfillment)
        .into_iter()
        .filter_map(|(id, units)| Some(line(order, order.line(id)?, units, services)));
    json!({
        "id": fulfillment.id.0,
        "admin_graphql_api_id": gid("Fulfillment", fulfillment.id.0),
        "order_id": order.id.0,
        "name": fulfillment.name,
        "status": if fulfillment.is_live() { "success" } else { "cancelled" },
        "service": handle(fulfillment.service, services),
        "location_id": fulfillment.location.0,
        "origin_address": form::maybe_address(&fulfillment.origin),
        "email": order.placed.email,
        "destination": form::maybe_address(&order.placed.shipping_address),
        "shipment_status": way,
        "tracking_company": first.and_then(|tracking| tracking.company.as_ref()),
        "tracking_number": numbers.first(),
        "tracking_numbers": numbers,
        "tracking_url": urls.first(),
        "tracking_urls": urls,
        "receipt": {},
        "line_items": lines.collect::<Value>(),
        "created_at": form::time(shop, fulfillment.created_at),
        "updated_at": form::time(shop, fulfillment.updated_at),
    })
}

/// The order's lines in a fulfillment with their units: shares of one line count together.
fn units(order: &Order, fulfillment: &Fulfillment) -> Vec<(OrderLineId, i64)> {
    let mut units: Vec<(OrderLineId, i64)> = Vec::new();
    for share in fulfillment.shares.iter().filter(|share| share.order == order.id) {
        match units.iter_mut().find(|(line, _)| *line == share.order_line) {
            Some((_, quantity)) => *quantity += share.quantity,
            None => units.push((share.order_line, share.quantity)),
        }
    }
    units
}

/// What happened to a parcel.
pub(crate) fn event(
    around: &Around<'_>,
    order: Option<OrderId>,
    fulfillment: FulfillmentId,
    event: &DeliveryEvent,
) -> Value {
    let shop = around.shop;
    let degrees = |micros: i64| micros as f64 / 1e6;
    json!({
        "id": event.id.0,
        "admin_graphql_api_id": gid("FulfillmentEvent", event.id.0),
        "fulfillment_id": fulfillment.0,
        "order_id": order.map(|order| order.0),
        "shop_id": shop.id.0,
        "status": words::delivery_status(event.status).to_lowercase(),
        "message": event.message,
        "happened_at": form::time(shop, event.happened_at),
        "address1": event.place.address1,
        "city": event.place.city,
        "province": event.place.province,
        "country": event.place.country,
        "zip": event.place.zip,
        "latitude": event.position.map(|(latitude, _)| degrees(latitude)),
        "longitude": event.position.map(|(_, longitude)| degrees(longitude)),
        "estimated_delivery_at": form::maybe_time(shop, event.estimated_at),
        "created_at": form::time(shop, event.created_at),
        "updated_at": form::time(shop, event.created_at),
    })
}
