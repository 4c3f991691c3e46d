//! Shipments: fulfillments seen as parcels, by where they came from and how to find them.

use std::borrow::Borrow;
use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use domain::actor::Permission;
use domain::fulfillment::Fulfillment;
use domain::id::{FulfillmentId, OrderId};
use domain::order::Order;
use engine::query::{InvoiceSort, Parcels};
use serde_json::{Map, Value, json};

use crate::call::{Call, Server};
use crate::failure::Failure;
use crate::page::{self, Gather, Span};
use crate::{id, order, words, work};

const NEEDS: &[Permission] = &[Permission::ReadOrders];

/// Shipments.
pub(crate) fn routes() -> Router<Server> {
    Router::new().route("/shipments", get(list)).route("/shipments/{id}", get(fetch))
}

/// The orders that something of some parcels is of.
async fn orders(call: &Call, parcels: &[Arc<Fulfillment>]) -> Result<Vec<Arc<Order>>, Failure> {
    let shares = parcels.iter().flat_map(|parcel| &parcel.shares);
    let mut ids: Vec<OrderId> = shares.map(|share| share.order).collect();
    ids.sort_unstable();
    ids.dedup();
    Ok(call.engine.orders_by_id(call.shop(), &ids).await?)
}

/// Whether a parcel is of the mode: all that is in one is of the same.
fn is_of(call: &Call, parcel: &Fulfillment, orders: &[Arc<Order>]) -> bool {
    let of = |order: &&Arc<Order>| parcel.shares.iter().any(|share| share.order == order.id);
    orders.iter().find(of).is_some_and(|order| call.mode.sees(order))
}

async fn list(call: Call) -> Result<Response, Failure> {
    call.must(NEEDS)?;
    let (created, updated) = (Span::of_time(&call, "createdTime")?, Span::of_time(&call, "updatedTime")?);
    let ids = page::ids(&call);
    let mut gather: Gather<(Arc<Fulfillment>, Vec<Arc<Order>>)> =
        Gather::of(&call, |text| id::parse(id::SHIPMENT, text))?;
    while let Some(page) = gather.next() {
        let sort = InvoiceSort::Id;
        let batch = call.engine.fulfillment_page(call.shop(), Parcels::Only, sort, &page).await?;
        let batch: Vec<Arc<Fulfillment>> = batch.into_iter().map(|(parcel, _)| parcel).collect();
        let of = orders(&call, &batch).await?;
        let own = |parcel: &Fulfillment| -> Vec<Arc<Order>> {
            let in_it = |order: &&Arc<Order>| parcel.shares.iter().any(|share| share.order == order.id);
            of.iter().filter(in_it).cloned().collect()
        };
        let rows = batch.into_iter().map(|parcel| (parcel.clone(), own(&parcel))).collect();
        gather.take(
            rows,
            |(parcel, _)| parcel.id.0,
            |(parcel, of)| {
                is_of(&call, parcel, of)
                    && created.holds_time(parcel.created_at)
                    && updated.holds_time(parcel.updated_at)
                    && ids.as_ref().is_none_or(|ids| ids.contains(&id::shown(id::SHIPMENT, parcel.id.0)))
            },
        );
    }
    Ok(gather.answer(|(parcel, of)| shown(parcel, of)).into_response())
}

async fn fetch(call: Call) -> Result<Response, Failure> {
    call.must(NEEDS)?;
    let name = call.named("id");
    let missing = || Failure::not_found("Shipment", name, "id");
    let id = id::parse(id::SHIPMENT, name).ok_or_else(missing)?;
    let found = call.engine.fulfillment(call.shop(), call.actor(), FulfillmentId(id)).await?;
    let parcel = found.filter(|parcel| !parcel.shares.is_empty()).ok_or_else(missing)?;
    let of = orders(&call, std::slice::from_ref(&parcel)).await?;
    if !is_of(&call, &parcel, &of) {
        return Err(missing());
    }
    Ok(Json(shown(&parcel, &of)).into_response())
}

pub(crate) fn shown(parcel: &Fulfillment, of: &[impl Borrow<Order>]) -> Value {
    let mut shown = Map::new();
    shown.insert("id".to_owned(), id::shown(id::SHIPMENT, parcel.id.0).into());
    shown.insert("createdTime".to_owned(), words::time(parcel.created_at));
    if let Some(share) = parcel.shares.first() {
        shown.insert("fulfillmentOrderId".to_owned(), share.fulfillment_order.to_string().into());
        let from = of.iter().map(Borrow::borrow).find(|order| order.id == share.order);
        let upstream = from.and_then(work::upstream_id);
        shown.extend(upstream.map(|name| ("fulfillmentOrderUpstreamId".to_owned(), name.into())));
    }
    if let Some(tracking) = parcel.trackings.first() {
        let told = [
            ("trackingCompany", &tracking.company),
            ("trackingNumber", &tracking.number),
            ("trackingUrl", &tracking.url),
        ];
        for (name, text) in told {
            shown.extend(text.as_ref().map(|text| (name.to_owned(), text.as_str().into())));
        }
    }
    let items = parcel.shares.iter().map(|share| {
        let from = of.iter().map(Borrow::borrow).find(|order| order.id == share.order);
        let line = from.and_then(|order| order.line(share.order_line));
        let mut item = json!({
            "id": share.id.to_string(),
            "fulfillmentOrderItemId": share.fulfillment_order_line.to_string(),
            "quantity": share.quantity,
        });
        if let Some(from) = from {
            item["fulfillmentOrderItemUpstreamId"] = work::item_upstream_id(from, share.order_line).into();
        }
        if let Some(sku) = line.and_then(order::sku_of) {
            item["inventoryItemId"] = sku.into();
        }
        item
    });
    shown.insert("items".to_owned(), items.collect());
    shown.insert("liveMode".to_owned(), of.iter().all(|order| !order.borrow().placed.test).into());
    shown.into()
}
