//! Orders: placed, from a checkout or all at once; listed, looked at; and what programs keep with them.

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use domain::actor::Permission;
use domain::fulfillment::Fulfillment;
use domain::id::OrderId;
use domain::order::Order;

use crate::call::{Call, Server};
use crate::failure::Failure;
use crate::id;

mod create;
mod list;
mod shown;
mod tracking;
mod update;

pub(crate) use shown::{customer_of, details, shown, sku_of};

const NEEDS: &[Permission] = &[Permission::ReadOrders];

/// Orders.
pub(crate) fn routes() -> Router<Server> {
    Router::new()
        .route("/orders", get(list::list).post(create::create))
        .route("/orders/{id}", get(list::fetch).post(update::update))
        .route("/orders/{id}/refresh", post(list::refresh))
        .route("/orders/{id}/tracking", get(tracking::fetch))
        .route("/orders/{id}/tax-details", get(tracking::taxes))
}

/// The order of that name, and what left of it; `parameter` is what named it.
pub(crate) async fn one(
    call: &Call,
    name: &str,
    parameter: &str,
) -> Result<(Arc<Order>, Vec<Arc<Fulfillment>>), Failure> {
    call.must(NEEDS)?;
    let id = id::decimal(name).ok_or_else(|| missing(name, parameter))?;
    let found = call.engine.order_with_fulfillments(call.shop(), OrderId(id)).await?;
    found.filter(|(order, _)| call.mode.sees(order)).ok_or_else(|| missing(name, parameter))
}

/// The order that a list is narrowed to by `orderId`, if it is, and if there is one; whether the key may see it is for the
/// list to tell.
pub(crate) async fn asked(call: &Call) -> Result<Option<Option<Arc<Order>>>, Failure> {
    let Some(name) = call.asked("orderId") else { return Ok(None) };
    let ids: Vec<OrderId> = id::decimal(name).map(OrderId).into_iter().collect();
    Ok(Some(call.engine.orders_by_id(call.shop(), &ids).await?.pop()))
}

/// 404: no such order.
pub(crate) fn missing(name: &str, parameter: &str) -> Failure {
    Failure::not_found("Order", name, parameter)
}
