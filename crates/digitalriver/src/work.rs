//! Fulfillment orders: what one location is to send for an order. The server makes them, by routing; here they are looked
//! at. The same word is another API's, and means the same.

use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use domain::fulfillment_order::{FulfillmentOrder, FulfillmentOrderLine, Stage};
use domain::id::FulfillmentOrderId;
use domain::order::Order;
use engine::query::WorkSort;
use serde_json::{Map, Value, json};

use crate::call::{Call, Server};
use crate::failure::Failure;
use crate::page::{self, Gather, Span};
use crate::{id, order, words};

/// A fulfillment order and its order.
type Row = (FulfillmentOrderId, Arc<Order>);

/// Fulfillment orders.
pub(crate) fn routes() -> Router<Server> {
    Router::new()
        .route("/fulfillment-orders", get(list).post(made_by_routing))
        .route("/fulfillment-orders/{id}", get(fetch))
}

async fn list(call: Call) -> Result<Response, Failure> {
    let (created, updated) = (Span::of_time(&call, "createdTime")?, Span::of_time(&call, "updatedTime")?);
    let (ids, upstream) = (page::ids(&call), page::many(&call, "upstreamIds"));
    let fits = |(id, order): &Row| {
        let named = |wanted: &Option<Vec<String>>, name: Option<String>| {
            wanted.as_ref().is_none_or(|wanted| name.is_some_and(|name| wanted.contains(&name)))
        };
        call.mode.sees(order)
            && order.fulfillment_order(*id).is_some_and(|work| {
                created.holds_time(work.created_at) && updated.holds_time(work.updated_at)
            })
            && named(&ids, Some(id.to_string()))
            && named(&upstream, upstream_id(order))
    };
    let mut gather: Gather<Row> = Gather::of(&call, id::decimal)?;
    while let Some(page) = gather.next() {
        let batch = call.engine.work_list(call.shop(), call.actor(), &[], WorkSort::Id, &page).await?;
        gather.take(batch.into_iter().map(|(id, order, _)| (id, order)).collect(), |row| row.0.0, fits);
    }
    let (_, found) = gather.done();
    let data: Vec<Value> = found.iter().filter_map(|(id, order)| shown(order, *id)).collect();
    // The published list doesn't tell whether there is more.
    Ok(Json(json!({ "data": data })).into_response())
}

async fn fetch(call: Call) -> Result<Response, Failure> {
    let name = call.named("id");
    let missing = || Failure::not_found("Fulfillment order", name, "id");
    let id = FulfillmentOrderId(id::decimal(name).ok_or_else(missing)?);
    let order = call.engine.order_of_work(call.shop(), call.actor(), id).await?;
    let order = order.filter(|order| call.mode.sees(order)).ok_or_else(missing)?;
    Ok(Json(shown(&order, id).ok_or_else(missing)?).into_response())
}

async fn made_by_routing(_call: Call) -> Failure {
    let told = "Fulfillment orders are made by routing, when an order comes in: place it with /orders.";
    Failure::not_done_here(told, "GET,HEAD")
}

fn upstream_id(order: &Order) -> Option<String> {
    order.placed.source_identifier.clone()
}

fn shown(of: &Order, id: FulfillmentOrderId) -> Option<Value> {
    let work = of.fulfillment_order(id)?;
    let placed = &of.placed;
    let mut shown = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        shown.extend(value.map(|value| (name.to_owned(), value)));
    };
    put("id", Some(work.id.0.into()));
    put("createdTime", Some(words::time(work.created_at)));
    put("currency", Some(placed.currency.code().into()));
    put("locale", placed.locale.clone().map(Value::from));
    put("upstreamOrderTime", Some(words::time(placed.processed_at)));
    put("name", Some(of.name.clone().into()));
    put("email", placed.email.clone().map(Value::from));
    put("phone", placed.phone.clone().map(Value::from));
    put("upstreamId", upstream_id(of).map(Value::from));
    let address = placed.shipping_address.as_ref().filter(|address| address.country_code.is_some());
    put("shipTo", address.map(words::party));
    put("items", Some(work.lines.iter().map(|line| item(of, work, line)).collect()));
    put("state", Some(state(work).into()));
    put("liveMode", Some((!placed.test).into()));
    Some(shown.into())
}

/// Work that is over without anything having left was called off.
fn state(work: &FulfillmentOrder) -> &'static str {
    let left = work.lines.iter().any(|line| line.fulfilled > 0);
    match work.stage {
        Stage::Closed if left => "shipped",
        Stage::Closed | Stage::Cancelled => "cancelled",
        _ => "pending",
    }
}

fn item(of: &Order, work: &FulfillmentOrder, line: &FulfillmentOrderLine) -> Value {
    let is_over = matches!(work.stage, Stage::Closed | Stage::Cancelled);
    let (pending, cancelled) = if is_over { (0, line.remaining()) } else { (line.remaining(), 0) };
    let state = match (is_over, line.fulfilled > 0) {
        (true, true) => "shipped",
        (true, false) => "cancelled",
        (false, _) if line.remaining() == 0 => "shipped",
        (false, _) => "pending",
    };
    let sold = of.lines.iter().find(|sold| sold.id == line.order_line);
    let mut shown = json!({
        "id": line.id.0,
        "upstreamId": line.order_line.to_string(),
        "quantity": line.total,
        "pending": pending,
        "shipped": line.fulfilled,
        "cancelled": cancelled,
        "state": state,
    });
    if let Some(sold) = sold {
        shown["name"] = sold.article.title.as_str().into();
        if let Some(sku) = order::sku_of(sold) {
            shown["inventoryItemId"] = sku.into();
        }
    }
    shown
}
