//! Fulfillments are listed and looked at.
//!
//! One that holds something of several orders, as other APIs make them, is shown for the oldest of these, and where a list
//! is narrowed to an order, for that one.

use std::sync::Arc;

use axum::Json;
use axum::response::{IntoResponse, Response};
use domain::fulfillment::Fulfillment;
use domain::id::{FulfillmentId, OrderId};
use domain::order::Order;
use engine::query::{InvoiceSort, Parcels};
use serde_json::Value;

use super::{NEEDS, add_order, movements, shown, units};
use crate::call::Call;
use crate::failure::Failure;
use crate::page::{self, Gather, Span};
use crate::{id, order};

/// A fulfillment and the order that it is shown for.
type Row = (Arc<Fulfillment>, Arc<Order>);

pub(super) async fn list(call: Call) -> Result<Response, Failure> {
    call.must(NEEDS)?;
    let mut gather: Gather<Row> = Gather::of(&call, |text| id::parse(id::FULFILLMENT, text))?;
    let created = Span::of_time(&call, "createdTime")?;
    let fits = |row: &Row| {
        created.holds_time(row.0.created_at) && tracked(&call, row) && of_sku(call.asked("skuId"), row)
    };
    let of_order = call.asked("orderId").map(|name| id::decimal(name).map_or(OrderId(0), OrderId));
    let id = |row: &Row| row.0.id.0;
    if let Some(names) = page::ids(&call) {
        let ids = names.iter().filter_map(|name| id::parse(id::FULFILLMENT, name)).map(FulfillmentId);
        let mut found = Vec::new();
        for id in ids.take(page::MOST) {
            found.extend(call.engine.fulfillment(call.shop(), call.actor(), id).await?);
        }
        gather.take_all(rows(&call, found, of_order).await?, id, fits);
    } else if let Some(order) = of_order {
        let found = call.engine.fulfillments_of(call.shop(), &[order]).await?;
        gather.take_all(rows(&call, found, of_order).await?, id, fits);
    } else {
        while let Some(page) = gather.next() {
            let batch = call
                .engine
                .fulfillment_page(call.shop(), Parcels::AndGivenUp, InvoiceSort::Id, &page)
                .await?;
            let batch: Vec<Arc<Fulfillment>> = batch.into_iter().map(|(one, _)| one).collect();
            let rows = rows(&call, batch.clone(), None).await?;
            let row = |one: Arc<Fulfillment>| rows.iter().find(|row| row.0.id == one.id).cloned();
            gather.take_some(batch, |one| one.id.0, row, fits);
        }
    }
    Ok(gather.answer(|(one, order)| Value::from(shown(one, order))).into_response())
}

pub(super) async fn fetch(call: Call) -> Result<Response, Failure> {
    call.must(NEEDS)?;
    let (one, order) = super::list::one(&call).await?;
    let all = call.engine.fulfillments_of(call.shop(), &[order.id]).await?;
    let mut shown = shown(&one, &order);
    let operations = movements(&one, &order);
    if !operations.is_empty() {
        shown.insert("chargeOperationIds".to_owned(), operations.into());
    }
    add_order(&mut shown, &order, &all, &call.url);
    Ok(Json(Value::from(shown)).into_response())
}

/// The fulfillment that the address names.
pub(super) async fn one(call: &Call) -> Result<Row, Failure> {
    let name = call.named("id");
    let missing = || Failure::not_found("Fulfillment", name, "id");
    let id = id::parse(id::FULFILLMENT, name).ok_or_else(missing)?;
    let found = call.engine.fulfillment(call.shop(), call.actor(), FulfillmentId(id)).await?;
    let mut rows = rows(call, found.into_iter().collect(), None).await?;
    rows.pop().ok_or_else(missing)
}

/// Fulfillments with the orders that they are shown for.
async fn rows(call: &Call, found: Vec<Arc<Fulfillment>>, of: Option<OrderId>) -> Result<Vec<Row>, Failure> {
    let shown_for = |one: &Fulfillment| {
        let orders = one.orders();
        orders.iter().find(|id| of.is_none_or(|of| of == **id)).copied()
    };
    let mut ids: Vec<OrderId> = found.iter().filter_map(|one| shown_for(one)).collect();
    ids.sort_unstable();
    ids.dedup();
    let orders = call.engine.orders_by_id(call.shop(), &ids).await?;
    let row = |one: Arc<Fulfillment>| {
        let order = shown_for(&one).and_then(|id| orders.iter().find(|order| order.id == id))?;
        call.mode.sees(order).then(|| (one, order.clone()))
    };
    Ok(found.into_iter().filter_map(row).collect())
}

/// Whether one of its trackings is the one that is asked for.
fn tracked(call: &Call, (one, _): &Row) -> bool {
    let (company, number) = (call.asked("trackingCompany"), call.asked("trackingNumber"));
    let is = |asked: Option<&str>, known: &Option<String>| {
        asked.is_none_or(|asked| known.as_deref() == Some(asked))
    };
    (company.is_none() && number.is_none())
        || one.trackings.iter().any(|own| is(company, &own.company) && is(number, &own.number))
}

fn of_sku(sku: Option<&str>, (one, of): &Row) -> bool {
    let Some(sku) = sku else { return true };
    of.lines.iter().any(|line| {
        let (left, given_up) = units(one, of, line.id);
        left + given_up > 0 && order::sku_of(line).as_deref() == Some(sku)
    })
}
