//! Orders: those in somebody else's books, which clients make and keep up to date, those that bill themselves, and those
//! that came in by another API.

use std::sync::Arc;

use axum::Json;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post, put};
use domain::actor::Permission;
use domain::id::OrderId;
use domain::order::Order;
use engine::query::{Column, OrderSort};
use serde_json::Value;

use crate::around::Around;
use crate::call::{Call, Server};
use crate::failure::Failure;
use crate::page::{self, Asked, Holds, Sort};

mod cancel;
pub(crate) mod change;
mod create;
pub(crate) mod shown;
mod update;

/// What lists of orders can be filtered by.
const FILTERS: &[(&str, Column, Holds)] = &[
    ("id", Column::OrderId, Holds::Ids),
    ("contact_id", Column::ContactId, Holds::Ids),
    (
        "order_type",
        Column::Subscription,
        Holds::Truths(&[("one-time-order", false), ("subscription-order", true)]),
    ),
    (
        "live_mode",
        Column::Test,
        Holds::Truths(&[("true", false), ("1", false), ("false", true), ("0", true)]),
    ),
];

/// `GET` and `POST` of the list.
pub(crate) fn list() -> MethodRouter<Server> {
    get(listed).merge(post(create::created))
}

/// `GET`, `PUT` and `PATCH` of one.
pub(crate) fn member() -> MethodRouter<Server> {
    get(fetched).merge(put(update::updated).patch(update::updated))
}

/// `POST` that cancels one.
pub(crate) fn cancel() -> MethodRouter<Server> {
    post(cancel::cancelled)
}

async fn listed(call: Call) -> Result<Response, Failure> {
    call.must(&[Permission::ReadOrders])?;
    if call.asked("stable_id").is_some_and(|given| !given.is_empty()) {
        let told = "stable_id is not a valid serialized filter".to_owned();
        return Err(Failure::Said(axum::http::StatusCode::UNPROCESSABLE_ENTITY, told));
    }
    if call.asked("stored_filter_id").is_some_and(|given| !given.is_empty()) {
        // Nobody stores filters here, and all orders would be taken for those that one lets through.
        return Err(Failure::NotFound(None));
    }
    let conditions = page::filters(&call, FILTERS)?;
    let asked = Asked::of(&call)?;
    let (sort, key) = match asked.sort {
        Sort::Id => (OrderSort::Id, None),
        Sort::UpdatedAt => {
            let seen = match asked.after {
                Some(id) => call.engine.orders_by_id(call.shop(), &[OrderId(id)]).await?.pop(),
                None => None,
            };
            (OrderSort::UpdatedAt, seen.map(|seen| seen.updated_at.0))
        }
    };
    let found = call.engine.orders(call.shop(), &conditions, sort, &asked.page(key)).await?;
    let orders: Vec<&Order> = found.iter().map(|(order, _)| &**order).collect();
    let around = Around::of(&call, &orders).await?;
    let items = orders.iter().map(|order| (order.id.0, shown::whole(order, &around))).collect();
    Ok(page::answer(&call, items))
}

async fn fetched(call: Call) -> Result<Response, Failure> {
    let order = named(&call).await?;
    Ok(Json(whole(&call, &order).await?).into_response())
}

/// The order that the address names.
pub(crate) async fn named(call: &Call) -> Result<Arc<Order>, Failure> {
    by_id(call, call.id()?).await
}

/// The order of that id.
pub(crate) async fn by_id(call: &Call, id: i64) -> Result<Arc<Order>, Failure> {
    call.must(&[Permission::ReadOrders])?;
    let found = call.engine.orders_by_id(call.shop(), &[OrderId(id)]).await?.pop();
    found.ok_or(Failure::NotFound(Some(id)))
}

/// The order that something with that id is part of.
pub(crate) async fn of_part(call: &Call, id: i64) -> Result<Arc<Order>, Failure> {
    call.must(&[Permission::ReadOrders])?;
    call.engine.order_of_part(call.shop(), id).await?.ok_or(Failure::NotFound(Some(id)))
}

/// An order as answers show it.
pub(crate) async fn whole(call: &Call, order: &Order) -> Result<Value, Failure> {
    let around = Around::of(call, &[order]).await?;
    Ok(shown::whole(order, &around))
}

/// The order of that id, as it is now, as answers show it.
async fn shown_now(call: &Call, id: i64) -> Result<Value, Failure> {
    whole(call, &*by_id(call, id).await?).await
}
