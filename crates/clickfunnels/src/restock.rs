//! Restocks: articles that an order gave up and that came back into stock. They come from orders that are called off;
//! nothing makes them by itself.

use std::sync::Arc;

use axum::Json;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use domain::actor::Permission;
use domain::command::Restock;
use domain::id::RefundId;
use domain::order::Order;
use domain::refund::{Refund, RefundLine};
use domain::snapshot::Shop;
use engine::query::InvoiceSort;
use serde_json::{Value, json};

use crate::call::{Call, Server};
use crate::failure::Failure;
use crate::page::{self, Asked, Sort};
use crate::{id, order, words};

/// `GET` of all of the workspace.
pub(crate) fn list() -> MethodRouter<Server> {
    get(listed)
}

/// `GET` of one.
pub(crate) fn member() -> MethodRouter<Server> {
    get(fetched)
}

async fn listed(call: Call) -> Result<Response, Failure> {
    call.must(&[Permission::ReadOrders])?;
    page::filters(&call, &[])?;
    let asked = Asked::of(&call)?;
    let (sort, key) = match (asked.sort, asked.after) {
        (Sort::Id, _) => (InvoiceSort::Id, None),
        (Sort::UpdatedAt, None) => (InvoiceSort::UpdatedAt, None),
        (Sort::UpdatedAt, Some(after)) => {
            let order = call.engine.order_of_part(call.shop(), after).await?;
            let last = order.as_ref().and_then(|order| found(order, RefundId(after)));
            (InvoiceSort::UpdatedAt, last.map(|last| last.at.0))
        }
    };
    let rows = call.engine.restocks(call.shop(), sort, &asked.page(key)).await?;
    let item = |(id, order, _): &(RefundId, Arc<Order>, i64)| {
        Some((id.0, shown(call.shop(), order, found(order, *id)?)))
    };
    Ok(page::answer(&call, rows.iter().filter_map(item).collect()))
}

async fn fetched(call: Call) -> Result<Response, Failure> {
    let id = RefundId(call.id()?);
    let order = order::of_part(&call, id.0).await?;
    let shown = found(&order, id).map(|refund| shown(call.shop(), &order, refund));
    shown.map(|shown| Json(shown).into_response()).ok_or(Failure::NotFound(Some(id.0)))
}

fn found(order: &Order, id: RefundId) -> Option<&Refund> {
    order.refunds.iter().find(|refund| refund.id == id && refund.lines.iter().any(came_back))
}

pub(crate) fn came_back(line: &RefundLine) -> bool {
    line.restock == Restock::Yes
}

pub(crate) fn shown(shop: &Shop, order: &Order, refund: &Refund) -> Value {
    let lines: Vec<Value> = refund
        .lines
        .iter()
        .filter(|line| came_back(line))
        .map(|line| {
            let sold =
                order.invoice_lines().find(|own| own.order_line == line.order_line && own.adjusts.is_none());
            json!({
                "id": line.id.0,
                "public_id": id::public(line.id.0),
                "fulfillment_id": refund.id.0,
                "invoices_line_item_id": sold.map_or(0, |sold| sold.id.0),
                "quantity": line.quantity,
            })
        })
        .collect();
    json!({
        "id": refund.id.0,
        "public_id": id::public(refund.id.0),
        "workspace_id": shop.id.0,
        "contact_id": order.placed.contact.map_or(0, |contact| contact.0),
        "status": "restocked",
        "included_invoices_line_items": lines,
        "created_at": words::time(refund.at),
        "updated_at": words::time(refund.at),
    })
}
