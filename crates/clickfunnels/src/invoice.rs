//! Invoices, of one order or of all.

use std::sync::Arc;

use axum::Json;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post, put};
use domain::actor::Permission;
use domain::billing::seen;
use domain::id::InvoiceId;
use domain::order::Order;
use engine::query::{Column, Condition, InvoiceSort};
use serde_json::Value;

use crate::around::Around;
use crate::call::{Call, Server};
use crate::failure::Failure;
use crate::order;
use crate::page::{self, Asked, Holds, Sort};

pub(crate) mod shown;
mod write;

/// What lists of invoices can be filtered by.
const FILTERS: &[(&str, Column, Holds)] = &[
    ("id", Column::InvoiceId, Holds::Ids),
    ("external_id", Column::ExternalId, Holds::Texts),
    ("invoice_number", Column::InvoiceNumber, Holds::Texts),
    ("invoice_type", Column::InvoiceKind, Holds::Texts),
    ("status", Column::InvoiceStatus, Holds::Words(STATUSES)),
];

/// Statuses, and by what they are stored.
const STATUSES: &[(&str, &str)] = &[
    ("unpaid", "unpaid"),
    ("partially-paid", "partly_paid"),
    ("paid", "paid"),
    ("past-due", "past_due"),
    ("past_due", "past_due"),
    ("abandoned", "abandoned"),
    ("voided", "voided"),
    ("partially-refunded", "partly_refunded"),
    ("refunded", "refunded"),
    ("disputed", "disputed"),
];

/// `GET` of all of the workspace.
pub(crate) fn all() -> MethodRouter<Server> {
    get(|call: Call| async move {
        call.must(&[Permission::ReadOrders])?;
        listed(call, Vec::new()).await
    })
}

/// `GET` and `POST` of those of an order.
pub(crate) fn of_order() -> MethodRouter<Server> {
    get(|call: Call| async move {
        let order = order::named(&call).await?;
        let own = order.invoices.iter().map(|invoice| invoice.id.0.into()).collect();
        listed(call, vec![Condition::OneOf(Column::InvoiceId, own)]).await
    })
    .merge(post(write::created))
}

/// `GET`, `PUT` and `PATCH` of one.
pub(crate) fn member() -> MethodRouter<Server> {
    get(fetched).merge(put(write::updated).patch(write::updated))
}

/// `POST` that gives one up.
pub(crate) fn abandon() -> MethodRouter<Server> {
    post(write::abandoned)
}

async fn listed(call: Call, mut conditions: Vec<Condition>) -> Result<Response, Failure> {
    conditions.extend(page::filters(&call, FILTERS)?);
    let asked = Asked::of(&call)?;
    let (sort, key) = match (asked.sort, asked.after) {
        (Sort::Id, _) => (InvoiceSort::Id, None),
        (Sort::UpdatedAt, None) => (InvoiceSort::UpdatedAt, None),
        (Sort::UpdatedAt, Some(after)) => {
            let order = call.engine.order_of_part(call.shop(), after).await?;
            let last = order.as_ref().and_then(|order| order.invoice(InvoiceId(after)));
            (InvoiceSort::UpdatedAt, last.map(|last| seen::updated_at(last).0))
        }
    };
    let found = call.engine.invoices(call.shop(), &conditions, sort, &asked.page(key)).await?;
    let orders: Vec<&Order> = found.iter().map(|(_, order, _)| &**order).collect();
    let around = Around::of(&call, &orders).await?;
    let item = |(id, order, _): &(InvoiceId, Arc<Order>, i64)| {
        let invoice = order.invoice(*id)?;
        Some((id.0, shown::shown(order, invoice, &around)))
    };
    Ok(page::answer(&call, found.iter().filter_map(item).collect()))
}

async fn fetched(call: Call) -> Result<Response, Failure> {
    let (order, id) = named(&call).await?;
    Ok(Json(shown_of(&call, &order, id).await?).into_response())
}

/// The invoice that the address names, with its order.
async fn named(call: &Call) -> Result<(Arc<Order>, InvoiceId), Failure> {
    let id = InvoiceId(call.id()?);
    let order = order::of_part(call, id.0).await?;
    match order.invoice(id) {
        Some(_) => Ok((order, id)),
        None => Err(Failure::NotFound(Some(id.0))),
    }
}

async fn shown_of(call: &Call, order: &Order, id: InvoiceId) -> Result<Value, Failure> {
    let around = Around::of(call, &[order]).await?;
    let invoice = order.invoice(id).ok_or(Failure::NotFound(Some(id.0)))?;
    Ok(shown::shown(order, invoice, &around))
}

/// The invoice of that id, as it is now.
async fn shown_now(call: &Call, id: InvoiceId) -> Result<Value, Failure> {
    shown_of(call, &*order::of_part(call, id.0).await?, id).await
}
