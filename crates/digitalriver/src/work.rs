//! Fulfillment orders: what one location is to send for an order. The server makes them, by routing; here they are looked
//! at, and [asked for](create) by whoever sold elsewhere what is to be sent. The same word is another API's, and means the
//! same.

use std::borrow::Borrow;
use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use domain::fulfillment::Fulfillment;
use domain::fulfillment_order::{FulfillmentOrder, FulfillmentOrderLine, Stage};
use domain::id::{FulfillmentOrderId, FulfillmentOrderLineId, OrderId, OrderLineId};
use domain::order::Order;
use engine::query::WorkSort;
use serde_json::{Map, Value, json};

use crate::call::{Call, Server};
use crate::failure::Failure;
use crate::page::{Gather, Names, Span};
use crate::{id, metadata, order, words};

mod create;

/// A fulfillment order and its order.
pub(crate) type Row = (FulfillmentOrderId, Arc<Order>);

/// Fulfillment orders.
pub(crate) fn routes() -> Router<Server> {
    Router::new()
        .route("/fulfillment-orders", get(list).post(create::create))
        .route("/fulfillment-orders/{id}", get(fetch))
}

async fn list(call: Call) -> Result<Response, Failure> {
    let (created, updated) = (Span::of_time(&call, "createdTime")?, Span::of_time(&call, "updatedTime")?);
    let names = Names::of(&call);
    let fits = |(id, order): &Row| {
        call.mode.sees(order)
            && order.fulfillment_order(*id).is_some_and(|work| {
                created.holds_time(work.created_at) && updated.holds_time(work.updated_at)
            })
            && names.fit(&id.to_string(), upstream_id(order).as_deref())
    };
    let mut gather: Gather<Row> = Gather::of(&call, id::decimal)?;
    while let Some(page) = gather.next() {
        let batch = call.engine.work_list(call.shop(), call.actor(), &[], WorkSort::Id, &page).await?;
        gather.take(batch.into_iter().map(|(id, order, _)| (id, order)).collect(), |row| row.0.0, fits);
    }
    let (_, found) = gather.done();
    let mut of: Vec<OrderId> = found.iter().map(|(_, order)| order.id).collect();
    of.sort_unstable();
    of.dedup();
    let fulfillments = call.engine.fulfillments_of(call.shop(), &of).await?;
    let data: Vec<Value> = found.iter().filter_map(|(id, order)| shown(order, *id, &fulfillments)).collect();
    // The published list doesn't tell whether there is more.
    Ok(Json(json!({ "data": data })).into_response())
}

async fn fetch(call: Call) -> Result<Response, Failure> {
    let name = call.named("id");
    let (id, order) = one(&call, name, "id").await?;
    let fulfillments = call.engine.fulfillments_of(call.shop(), &[order.id]).await?;
    let shown = shown(&order, id, &fulfillments).ok_or_else(|| missing(name, "id"))?;
    Ok(Json(shown).into_response())
}

/// The fulfillment order of that name, and its order; `parameter` is what named it.
pub(crate) async fn one(call: &Call, name: &str, parameter: &str) -> Result<Row, Failure> {
    let id = FulfillmentOrderId(id::decimal(name).ok_or_else(|| missing(name, parameter))?);
    let order = call.engine.order_of_work(call.shop(), call.actor(), id).await?;
    let order = order.filter(|order| call.mode.sees(order)).ok_or_else(|| missing(name, parameter))?;
    Ok((id, order))
}

/// 404: no such fulfillment order.
pub(crate) fn missing(name: &str, parameter: &str) -> Failure {
    Failure::not_found("Fulfillment order", name, parameter)
}

/// What a program calls the order at its end.
pub(crate) fn upstream_id(order: &Order) -> Option<String> {
    order.placed.source_identifier.clone()
}

/// What a program calls an item of the order at its end; the item's own id, if it calls it nothing.
pub(crate) fn item_upstream_id(order: &Order, line: OrderLineId) -> String {
    let (said, at) = (create::said(order), order.lines.iter().position(|sold| sold.id == line));
    let name = at.and_then(|at| said["items"][at]["upstreamId"].as_str());
    name.map_or_else(|| line.to_string(), str::to_owned)
}

/// A fulfillment order; `fulfillments` are those that have something of its order.
pub(crate) fn shown(
    of: &Order,
    id: FulfillmentOrderId,
    fulfillments: &[impl Borrow<Fulfillment>],
) -> Option<Value> {
    let work = of.fulfillment_order(id)?;
    let (placed, said) = (&of.placed, create::said(of));
    let mut shown = Map::new();
    metadata::show(&said[metadata::NAME], &mut shown);
    let mut put = |name: &str, value: Option<Value>| {
        shown.extend(value.map(|value| (name.to_owned(), value)));
    };
    put("id", Some(work.id.0.into()));
    put("createdTime", Some(words::time(work.created_at)));
    put("currency", Some(placed.currency.code().into()));
    put("locale", placed.locale.clone().map(Value::from));
    put("upstreamOrderTime", Some(words::time(placed.processed_at)));
    let name = if said.is_null() { Some(of.name.clone().into()) } else { told(&said, "name") };
    put("name", name);
    put("reservationId", told(&said, "reservationId"));
    put("shippingChoice", told(&said, "shippingChoice"));
    put("email", placed.email.clone().map(Value::from));
    put("phone", placed.phone.clone().map(Value::from));
    put("upstreamId", upstream_id(of).map(Value::from));
    let address = placed.shipping_address.as_ref().filter(|address| address.country_code.is_some());
    put("shipTo", address.map(|address| over(words::party(address), &said["shipTo"])));
    let is_over = matches!(work.stage, Stage::Closed | Stage::Cancelled);
    let units = units(work, fulfillments);
    put("items", Some(units.iter().map(|units| item(of, is_over, units, &said["items"])).collect()));
    put("state", Some(state(work).into()));
    put("liveMode", Some((!placed.test).into()));
    Some(shown.into())
}

/// Whether somebody asked for goods to be sent that were not sold here.
pub(crate) fn is_asked_for(order: &Order) -> bool {
    !create::said(order).is_null()
}

/// What was said of it, if it was.
fn told(said: &Value, name: &str) -> Option<Value> {
    said.get(name).cloned()
}

/// With what was said besides.
fn over(mut shown: Value, said: &Value) -> Value {
    if let (Some(shown), Some(said)) = (shown.as_object_mut(), said.as_object()) {
        shown.extend(said.clone());
    }
    shown
}

/// Work that is over without anything having left was called off.
pub(crate) fn state(work: &FulfillmentOrder) -> &'static str {
    let left = work.lines.iter().any(|line| line.fulfilled > 0);
    match work.stage {
        Stage::Closed if left => "shipped",
        Stage::Closed | Stage::Cancelled => "cancelled",
        _ => "pending",
    }
}

/// Units of an item of a fulfillment order.
struct Units {
    id: FulfillmentOrderLineId,
    order_line: OrderLineId,
    remaining: i64,
    left: i64,
    /// Those that were given up by a cancellation of it; the work is rid of them.
    given_up: i64,
}

/// The items of a work, also those that it is rid of, since all of their units were given up.
fn units(work: &FulfillmentOrder, fulfillments: &[impl Borrow<Fulfillment>]) -> Vec<Units> {
    let of_line = |line: &FulfillmentOrderLine| Units {
        id: line.id,
        order_line: line.order_line,
        remaining: line.remaining(),
        left: line.fulfilled,
        given_up: 0,
    };
    let mut units: Vec<Units> = work.lines.iter().map(of_line).collect();
    for gone in fulfillments.iter().flat_map(|one| &one.borrow().given_up) {
        let Some((_, id)) = gone.from.filter(|(from, _)| *from == work.id) else { continue };
        match units.iter_mut().find(|units| units.id == id) {
            Some(units) => units.given_up += gone.quantity,
            None => {
                let (order_line, given_up) = (gone.order_line, gone.quantity);
                units.push(Units { id, order_line, remaining: 0, left: 0, given_up });
            }
        }
    }
    units
}

/// An item; `said` is what was said of each line of the order.
fn item(of: &Order, is_over: bool, units: &Units, said: &Value) -> Value {
    let (pending, cancelled) = if is_over { (0, units.remaining) } else { (units.remaining, 0) };
    let state = match (pending, units.left) {
        (1.., _) => "pending",
        (_, 1..) => "shipped",
        _ => "cancelled",
    };
    let mut shown = json!({
        "id": units.id.0,
        "upstreamId": units.order_line.to_string(),
        "quantity": units.remaining + units.left + units.given_up,
        "pending": pending,
        "shipped": units.left,
        "cancelled": cancelled + units.given_up,
        "state": state,
    });
    let Some(at) = of.lines.iter().position(|sold| sold.id == units.order_line) else { return shown };
    let sold = &of.lines[at];
    shown["name"] = sold.article.title.as_str().into();
    if let Some(sku) = order::sku_of(sold) {
        shown["inventoryItemId"] = sku.into();
    }
    over(shown, &said[at])
}
