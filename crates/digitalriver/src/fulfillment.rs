//! Fulfillments, as this API shows them: what left of an order, and what was given up with it.
//!
//! What the domain doesn't know of one is [`kept`] with it: costs and ids of whoever shipped, metadata, and which item a
//! tracking is of. The trackings themselves are the fulfillment's own, so that other APIs see and change the same ones:
//! first the one of the shipment, if it has one, then those of items.

use std::borrow::Borrow;

use axum::Router;
use axum::routing::get;
use domain::actor::Permission;
use domain::fulfillment::{Fulfillment, Tracking};
use domain::id::OrderLineId;
use domain::order::{Order, OrderLine};
use serde_json::{Map, Value};

use crate::call::Server;
use crate::failure::Failure;
use crate::input::Input;
use crate::{id, kept, metadata, order, words};

mod create;
mod list;
mod update;

const NEEDS: &[Permission] = &[Permission::ReadOrders];

/// Where in a tracking a field is.
type Place = fn(&mut Tracking) -> &mut Option<String>;

/// The fields of a tracking, and where they are in one.
const TRACKING: [(&str, Place); 3] = [
    ("trackingCompany", |tracking| &mut tracking.company),
    ("trackingNumber", |tracking| &mut tracking.number),
    ("trackingUrl", |tracking| &mut tracking.url),
];
/// The longest text that is taken.
const TEXT_MAX: usize = 2_000;

/// Fulfillments.
pub(crate) fn routes() -> Router<Server> {
    Router::new()
        .route("/fulfillments", get(list::list).post(create::create))
        .route("/fulfillments/{id}", get(list::fetch).post(update::update))
}

/// What of an order is in a fulfillment; `of` is the one that it is shown for.
fn shown(fulfillment: &Fulfillment, of: &Order) -> Map<String, Value> {
    let kept = kept::of(&fulfillment.custom_fields);
    let mut shown = Map::new();
    let mut put = |name: &str, value: Value| {
        if !value.is_null() {
            shown.insert(name.to_owned(), value);
        }
    };
    put("id", id::shown(id::FULFILLMENT, fulfillment.id.0).into());
    put("createdTime", words::time(fulfillment.created_at));
    put("items", items(fulfillment, of, &kept).into());
    put("orderId", of.id.to_string().into());
    put("liveMode", (!of.placed.test).into());
    for name in ["shipmentId", "currency"] {
        put(name, kept[name].clone());
    }
    let of_items: Vec<Tracking> = kept["items"]
        .as_object()
        .into_iter()
        .flat_map(Map::values)
        .filter_map(|kept| tracking_kept(kept, fulfillment))
        .collect();
    if let Some(own) = fulfillment.trackings.iter().find(|own| !of_items.contains(own)) {
        show_tracking(own, &mut shown);
    }
    metadata::show(&kept[metadata::NAME], &mut shown);
    shown
}

/// The same with its order, as it is told of; `url` is the server's address.
pub(crate) fn with_order(
    fulfillment: &Fulfillment,
    of: &Order,
    fulfillments: &[impl Borrow<Fulfillment>],
    url: &str,
) -> Value {
    let mut shown = shown(fulfillment, of);
    add_order(&mut shown, of, fulfillments, url);
    shown.into()
}

/// Adds what is known of its order.
fn add_order(
    shown: &mut Map<String, Value>,
    of: &Order,
    fulfillments: &[impl Borrow<Fulfillment>],
    url: &str,
) {
    // What is paid to others is told to whoever made it, and where it is listed.
    shown.remove("currency");
    shown.insert("orderDetails".to_owned(), order::details(of, fulfillments, url).into());
}

/// Captures and releases that a fulfillment brought about. Told where it is shown by itself.
fn movements(fulfillment: &Fulfillment, of: &Order) -> Vec<Value> {
    use domain::payment::TransactionKind::{Capture, Void};
    let transactions = of.placed.transactions.iter();
    let own = transactions
        .filter(|own| own.covers.as_ref().is_some_and(|covers| covers.fulfillment == Some(fulfillment.id)));
    let id = own.filter_map(|own| match own.kind {
        Capture => Some(id::shown(id::CAPTURE, own.id.0)),
        Void => Some(id::shown(id::CANCEL, own.id.0)),
        _ => None,
    });
    id.map(Value::from).collect()
}

fn items(fulfillment: &Fulfillment, of: &Order, kept: &Value) -> Vec<Value> {
    let lines = of.lines.iter().map(|line| (line, units(fulfillment, of, line.id)));
    let item = |(line, (left, given_up)): (&OrderLine, (i64, i64))| {
        let mut item = Map::new();
        item.insert("quantity".to_owned(), left.into());
        item.insert("cancelQuantity".to_owned(), given_up.into());
        item.extend(order::sku_of(line).map(|sku| ("skuId".to_owned(), sku.into())));
        item.insert("itemId".to_owned(), line.id.to_string().into());
        let kept = &kept["items"][line.id.to_string()];
        for name in ["shipmentItemId", "subfulfillerId", "distributorCost", "shippingCost"] {
            item.extend(kept.get(name).map(|value| (name.to_owned(), value.clone())));
        }
        if let Some(tracking) = tracking_kept(kept, fulfillment) {
            show_tracking(&tracking, &mut item);
        }
        item.into()
    };
    lines.filter(|(_, (left, given_up))| left + given_up > 0).map(item).collect()
}

/// Units of a line that left with a fulfillment, and those that were given up with it. What was called back, as other APIs
/// can, didn't leave.
fn units(fulfillment: &Fulfillment, of: &Order, line: OrderLineId) -> (i64, i64) {
    let shares = if fulfillment.is_live() { fulfillment.shares.as_slice() } else { &[] };
    let left = shares.iter().filter(|own| (own.order, own.order_line) == (of.id, line));
    let given_up = fulfillment.given_up.iter().filter(|own| (own.order, own.order_line) == (of.id, line));
    (left.map(|own| own.quantity).sum(), given_up.map(|own| own.quantity).sum())
}

fn show_tracking(tracking: &Tracking, shown: &mut Map<String, Value>) {
    let mut tracking = tracking.clone();
    for (name, field) in TRACKING {
        shown.extend(field(&mut tracking).take().map(|value| (name.to_owned(), value.into())));
    }
}

/// The tracking that is kept for an item, if it still is one of the fulfillment's: another API may have replaced it.
fn tracking_kept(kept: &Value, fulfillment: &Fulfillment) -> Option<Tracking> {
    let tracking = tracking_of(kept);
    fulfillment.trackings.contains(&tracking).then_some(tracking)
}

/// The tracking that is kept for an item.
fn tracking_of(kept: &Value) -> Tracking {
    let mut tracking = Tracking::default();
    for (name, field) in TRACKING {
        *field(&mut tracking) = kept[name].as_str().map(str::to_owned);
    }
    tracking
}

/// The tracking that was sent, put over what is there; an empty text takes a value away. `None` if nothing was sent.
fn tracking_sent(input: &Input, known: Option<Tracking>) -> Result<Option<Tracking>, Failure> {
    let mut tracking = known.unwrap_or_default();
    let mut said = false;
    for (name, field) in TRACKING {
        if let Some(text) = text(input, name)? {
            *field(&mut tracking) = Some(text).filter(|text| !text.is_empty());
            said = true;
        }
    }
    Ok(said.then_some(tracking))
}

/// A text that isn't overlong.
fn text(input: &Input, name: &str) -> Result<Option<String>, Failure> {
    let text = input.text(name)?.map(|text| text.trim().to_owned());
    match text {
        Some(text) if text.chars().count() > TEXT_MAX => {
            let told = format!("A value has at most {TEXT_MAX} characters.");
            Err(Failure::bad("invalid_parameter", input.at(name), told))
        }
        text => Ok(text),
    }
}

/// The trackings of a fulfillment: that of the shipment first, then those that items have, each once.
fn trackings(shipment: Option<Tracking>, kept: &Map<String, Value>) -> Vec<Tracking> {
    let of_items = kept.get("items").and_then(Value::as_object).into_iter().flat_map(Map::values);
    let of_items = of_items.map(tracking_of);
    let mut trackings: Vec<Tracking> = Vec::new();
    for tracking in shipment.into_iter().chain(of_items) {
        if tracking != Tracking::default() && !trackings.contains(&tracking) {
            trackings.push(tracking);
        }
    }
    trackings
}

/// Keeps the tracking of an item; one that says nothing is kept no longer.
fn keep_tracking(tracking: Tracking, kept: &mut Map<String, Value>) {
    for (name, _) in TRACKING {
        kept.remove(name);
    }
    show_tracking(&tracking, kept);
}

/// The line of an order that an item means: by its id, or by a SKU that no other line has.
pub(crate) fn line_meant(item: &Input, of: &Order) -> Result<OrderLineId, Failure> {
    let missing = || Failure::missing(item.at("itemId"));
    if let Some(name) = item.text("itemId")? {
        let line = id::decimal(&name).and_then(|id| of.line(OrderLineId(id)));
        let unknown = || Failure::invalid(item.at("itemId"), &name, "item ID");
        return line.map(|line| line.id).ok_or_else(unknown);
    }
    let sku = item.text("skuId")?.ok_or_else(missing)?;
    let mut lines = of.lines.iter().filter(|line| order::sku_of(line).as_deref() == Some(sku.as_str()));
    match (lines.next(), lines.next()) {
        (Some(line), None) => Ok(line.id),
        (Some(_), Some(_)) => Err(missing()),
        (None, _) => Err(Failure::invalid(item.at("skuId"), &sku, "SKU ID")),
    }
}
