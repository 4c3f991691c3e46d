//! Fulfillments: units that left, named by the lines of invoices that sold them; of one order or several of a contact.
//! One that is made is fulfilled; cancelled is final, and its units can be fulfilled anew.

use std::sync::Arc;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post, put};
use domain::actor::Permission;
use domain::command::billing::{FulfillLines, StockCheck};
use domain::command::{Command, Track};
use domain::decide::Outcome;
use domain::fulfillment::{Fulfillment, Share, Tracking};
use domain::id::{ContactId, FulfillmentId, InvoiceLineId, LocationId, OrderId};
use domain::order::Order;
use domain::refusal::{Refusal, Thing};
use engine::query::{InvoiceSort, Parcels};
use serde_json::{Value, json};

use crate::call::{Call, Server};
use crate::failure::Failure;
use crate::input::{Input, blank, invalid};
use crate::page::{self, Asked, Sort};
use crate::{id, words};

const LINES: &str = "included_orders_invoices_line_items_attributes";

/// `GET` and `POST` of the list.
pub(crate) fn list() -> MethodRouter<Server> {
    get(listed).merge(post(created))
}

/// `GET`, `PUT`, `PATCH` and `DELETE` of one.
pub(crate) fn member() -> MethodRouter<Server> {
    get(fetched).merge(put(updated).patch(updated)).delete(removed)
}

/// `POST` that cancels one.
pub(crate) fn cancel() -> MethodRouter<Server> {
    post(cancelled)
}

async fn listed(call: Call) -> Result<Response, Failure> {
    call.must(&[Permission::ReadOrders])?;
    page::filters(&call, &[])?;
    let asked = Asked::of(&call)?;
    let (sort, key) = match (asked.sort, asked.after) {
        (Sort::Id, _) => (InvoiceSort::Id, None),
        (Sort::UpdatedAt, None) => (InvoiceSort::UpdatedAt, None),
        (Sort::UpdatedAt, Some(after)) => {
            let last = call.engine.fulfillment(call.shop(), call.actor(), FulfillmentId(after)).await?;
            (InvoiceSort::UpdatedAt, last.map(|last| last.updated_at.0))
        }
    };
    let rows = call.engine.fulfillment_page(call.shop(), Parcels::Only, sort, &asked.page(key)).await?;
    let found: Vec<&Fulfillment> = rows.iter().map(|(fulfillment, _)| &**fulfillment).collect();
    let orders = orders_of(&call, &found).await?;
    let item = |one: &&Fulfillment| (one.id.0, shown(call.shop().id.0, one, contact_of(one, &orders)));
    Ok(page::answer(&call, found.iter().map(item).collect()))
}

async fn fetched(call: Call) -> Result<Response, Failure> {
    let found = named(&call).await?;
    Ok(Json(shown_with_contact(&call, &found).await?).into_response())
}

/// The fulfillment that the address names.
async fn named(call: &Call) -> Result<Arc<Fulfillment>, Failure> {
    let id = call.id()?;
    let found = call.engine.fulfillment(call.shop(), call.actor(), FulfillmentId(id)).await?;
    found.filter(|found| found.holds_units()).ok_or(Failure::NotFound(Some(id)))
}

/// The fulfillment of that id, as it is now.
async fn shown_now(call: &Call, id: FulfillmentId) -> Result<Value, Failure> {
    let found = call.engine.fulfillment(call.shop(), call.actor(), id).await?;
    shown_with_contact(call, &*found.ok_or(Failure::NotFound(Some(id.0)))?).await
}

async fn shown_with_contact(call: &Call, fulfillment: &Fulfillment) -> Result<Value, Failure> {
    let orders = orders_of(call, &[fulfillment]).await?;
    Ok(shown(call.shop().id.0, fulfillment, contact_of(fulfillment, &orders)))
}

async fn orders_of(call: &Call, fulfillments: &[&Fulfillment]) -> Result<Vec<Arc<Order>>, Failure> {
    let mut ids: Vec<OrderId> = fulfillments.iter().flat_map(|one| one.orders()).collect();
    ids.sort_unstable();
    ids.dedup();
    Ok(call.engine.orders_by_id(call.shop(), &ids).await?)
}

fn contact_of(fulfillment: &Fulfillment, orders: &[Arc<Order>]) -> Option<ContactId> {
    let own = fulfillment.orders();
    orders.iter().filter(|order| own.contains(&order.id)).find_map(|order| order.placed.contact)
}

/// A fulfillment as answers show it; nobody's contact is 0.
pub(crate) fn shown(workspace: i64, fulfillment: &Fulfillment, contact: Option<ContactId>) -> Value {
    let id = fulfillment.id.0;
    let tracking = fulfillment.trackings.first();
    let line = |(share, quantity): &(&Share, i64)| {
        json!({
            "id": share.id.0,
            "public_id": id::public(share.id.0),
            "fulfillment_id": id,
            "quantity": quantity,
            "invoices_line_item_id": share.invoice_line.0,
        })
    };
    let lines: Vec<Value> = by_line(&fulfillment.shares).iter().map(line).collect();
    json!({
        "id": id,
        "public_id": id::public(id),
        "workspace_id": workspace,
        "contact_id": contact.map_or(0, |contact| contact.0),
        "status": if fulfillment.is_live() { "fulfilled" } else { "cancelled" },
        "tracking_url": tracking.and_then(|tracking| tracking.url.as_deref()),
        "shipping_provider": tracking.and_then(|tracking| tracking.company.as_deref()),
        "tracking_code": tracking.and_then(|tracking| tracking.number.as_deref()),
        "location_id": fulfillment.location.0,
        "fulfillment_number": fulfillment.number,
        "created_at": words::time(fulfillment.created_at),
        "updated_at": words::time(fulfillment.updated_at),
        "included_invoices_line_items": lines,
    })
}

/// Units of one line may have waited in several places; whoever named the line sees it once.
fn by_line(shares: &[Share]) -> Vec<(&Share, i64)> {
    let mut lines: Vec<(&Share, i64)> = Vec::with_capacity(shares.len());
    for share in shares {
        match lines.iter_mut().find(|(first, _)| first.invoice_line == share.invoice_line) {
            Some((_, quantity)) => *quantity += share.quantity,
            None => lines.push((share, share.quantity)),
        }
    }
    lines
}

async fn created(call: Call) -> Result<Response, Failure> {
    let input = call.input("fulfillment")?;
    let location = LocationId(input.id("location_id")?.ok_or_else(|| blank("location_id"))?);
    let trackings = tracking(&input, None)?.filter(|tracking| *tracking != Tracking::default());
    let ignores = input.flag("ignore_out_of_stock")?.unwrap_or(false);
    let command = FulfillLines {
        number: 0,
        contact: contact(&input)?,
        location,
        lines: lines(&input)?,
        trackings: trackings.into_iter().collect(),
        stock: if ignores { StockCheck::Ignore } else { StockCheck::Refuse },
        notify_buyer: input.flag("notify_customer")?.unwrap_or(false),
    };
    let done = match call.verdict(&Command::FulfillLines(command)).await? {
        Err(Refusal::Unknown(Thing::Location(_))) => return Err(invalid("location", "must exist")),
        verdict => verdict?,
    };
    let Outcome::Fulfillment(id) = done.outcome else { return Err(Failure::NotFound(None)) };
    Ok((StatusCode::CREATED, Json(shown_now(&call, id).await?)).into_response())
}

/// Whose the orders are. 0 is nobody, and holds for all: orders that came in by another API may have no contact.
fn contact(input: &Input) -> Result<Option<ContactId>, Failure> {
    if input.integer("contact_id").ok().flatten() == Some(0) {
        return Ok(None);
    }
    Ok(Some(ContactId(input.id("contact_id")?.ok_or_else(|| blank("contact_id"))?)))
}

fn lines(input: &Input) -> Result<Vec<(InvoiceLineId, i64)>, Failure> {
    let sent = input.objects(LINES)?.unwrap_or_default();
    let line = |line: &Input| {
        let id = line.id("invoices_line_item_id")?.ok_or_else(|| blank("invoices_line_item_id"))?;
        Ok((InvoiceLineId(id), line.integer("quantity")?.ok_or_else(|| blank("quantity"))?))
    };
    let lines = sent.iter().map(line).collect::<Result<Vec<_>, Failure>>()?;
    if lines.is_empty() {
        Err(invalid("included_orders_invoices_line_items", "can't be blank"))
    } else {
        Ok(lines)
    }
}

/// How to find it once what was sent is put into what is known; `None` if nothing of it was sent.
fn tracking(input: &Input, known: Option<&Tracking>) -> Result<Option<Tracking>, Failure> {
    let mut tracking = known.cloned().unwrap_or_default();
    let mut said = false;
    let Tracking { company, number, url } = &mut tracking;
    for (name, field) in [("shipping_provider", company), ("tracking_code", number), ("tracking_url", url)] {
        if let Some(value) = input.said(name)? {
            *field = value;
            said = true;
        }
    }
    Ok(said.then_some(tracking))
}

async fn updated(call: Call) -> Result<Response, Failure> {
    let known = named(&call).await?;
    let input = call.input("fulfillment")?;
    let notify_buyer = input.flag("notify_customer")?.unwrap_or(false);
    let said = tracking(&input, known.trackings.first())?;
    if said.is_some() || notify_buyer {
        let mut trackings = known.trackings.clone();
        if let Some(said) = said {
            match trackings.first_mut() {
                Some(first) => *first = said,
                None => trackings.push(said),
            }
        }
        trackings.retain(|tracking| *tracking != Tracking::default());
        call.execute(&Command::Track(Track { fulfillment: known.id, trackings, notify_buyer })).await?;
    }
    Ok(Json(shown_now(&call, known.id).await?).into_response())
}

async fn cancelled(call: Call) -> Result<Response, Failure> {
    let known = named(&call).await?;
    if !known.is_live() {
        return Err(called_off());
    }
    let done = call.execute(&Command::CancelFulfillment(known.id)).await?;
    let shown = shown_now(&call, known.id).await?;
    if shown["status"] != "cancelled" {
        return Err(Failure::Conflict("The fulfillment was delivered already".to_owned()));
    }
    // Of several who ask at once, one does it.
    if done.decision.events.is_empty() { Err(called_off()) } else { Ok(Json(shown).into_response()) }
}

fn called_off() -> Failure {
    Failure::Conflict("The fulfillment is cancelled already".to_owned())
}

async fn removed(call: Call) -> Result<Response, Failure> {
    let known = named(&call).await?;
    call.execute(&Command::DeleteFulfillment(known.id)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
