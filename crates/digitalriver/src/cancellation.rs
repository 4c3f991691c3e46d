//! Fulfillment cancellations: units of a fulfillment order that nobody asks for any more. They are given up at once or not
//! at all, so whatever there is was accepted; what a fulfillment service was asked for, it must be asked to stop first.
//!
//! One is a fulfillment that holds nothing, and remembers what was given up and of which work. What programs said of it is
//! [`kept`] with it.

use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use domain::actor::Permission;
use domain::command::Command;
use domain::command::charging::GiveUpUnits;
use domain::decide::Outcome;
use domain::fulfillment::{Fulfillment, GivenUp};
use domain::fulfillment_order::FulfillmentOrder;
use domain::id::{FulfillmentId, FulfillmentOrderId, FulfillmentOrderLineId, OrderId};
use domain::order::Order;
use domain::refusal::Refusal;
use engine::Verdict;
use engine::query::{InvoiceSort, Parcels};
use serde_json::{Map, Value, json};

use crate::call::{Call, Server};
use crate::failure::Failure;
use crate::page::{self, Gather};
use crate::units::{Asked, Filter, ITEM, WORK};
use crate::{again, id, kept, order, words, work};

const NEEDS: &[Permission] = &[Permission::ReadOrders];
/// What a program calls an item at its end.
const ITEM_UPSTREAM: &str = "fulfillmentOrderItemUpstreamId";
/// Under which name it is kept what programs said.
const KEPT: &str = "cancellation";
/// How all of them stand, and their items.
const STATE: &str = "accepted";

/// Fulfillment cancellations.
pub(crate) fn routes() -> Router<Server> {
    Router::new()
        .route("/fulfillment-cancellations", get(list).post(create))
        .route("/fulfillment-cancellations/{id}", get(fetch))
}

type Units<'a> = (&'a GivenUp, FulfillmentOrderId, FulfillmentOrderLineId);

/// What a fulfillment remembers to have been given up of some work.
fn given_up(one: &Fulfillment) -> impl Iterator<Item = Units<'_>> {
    one.given_up.iter().filter_map(|units| units.from.map(|(work, line)| (units, work, line)))
}

/// Whether a fulfillment is a cancellation.
pub(crate) fn is_one(one: &Fulfillment) -> bool {
    given_up(one).next().is_some()
}

/// A cancellation; `None` if the fulfillment isn't one.
pub(crate) fn shown(one: &Fulfillment, of: &Order) -> Option<Value> {
    let (_, work, _) = given_up(one).next()?;
    let said = &kept::of(&one.custom_fields)[KEPT];
    let mut shown = Map::new();
    shown.insert("id".to_owned(), id::shown(id::CANCELLATION, one.id.0).into());
    shown.insert("createdTime".to_owned(), words::time(one.created_at));
    shown.insert(WORK.to_owned(), work.to_string().into());
    let upstream = said["upstreamId"].as_str().map(str::to_owned).or_else(|| work::upstream_id(of));
    shown.extend(upstream.map(|name| ("upstreamId".to_owned(), name.into())));
    shown.insert("items".to_owned(), given_up(one).map(|units| item(of, units, said)).collect());
    shown.extend(said.get("reason").map(|reason| ("reason".to_owned(), reason.clone())));
    shown.insert("state".to_owned(), STATE.into());
    words::show_mode(!of.placed.test, &mut shown);
    Some(shown.into())
}

fn item(of: &Order, (units, _, line): Units<'_>, said: &Value) -> Value {
    let mut item = json!({
        ITEM: line.to_string(),
        "quantity": units.quantity,
        "quantityAccepted": units.quantity,
        "state": STATE,
    });
    let upstream = said["items"][line.to_string()].as_str().map(str::to_owned);
    item[ITEM_UPSTREAM] = upstream.unwrap_or_else(|| work::item_upstream_id(of, units.order_line)).into();
    if let Some(sku) = of.line(units.order_line).and_then(order::sku_of) {
        item["inventoryItemId"] = sku.into();
    }
    item
}

fn missing(name: &str) -> Failure {
    Failure::not_found("Fulfillment cancellation", name, "id")
}

async fn create(call: Call) -> Result<Response, Failure> {
    call.must(NEEDS)?;
    let once = call.once("fulfillment-cancellations")?;
    if let Some(answered) = again::answered(&call, once.as_ref()).await? {
        return Ok(answered);
    }
    let asked = Asked::read(&call, ITEM_UPSTREAM, open).await?;
    let of = asked.order.id;
    let command = command(asked)?;
    again::make(&call, &command, once.as_ref(), |verdict| made(of, verdict)).await
}

fn command(asked: Asked) -> Result<Command, Failure> {
    let lines = asked.lines();
    let (mut said, mut names) = (asked.said, Map::new());
    for item in &asked.items {
        let name = item.input.text(ITEM_UPSTREAM)?;
        names.extend(name.map(|name| (item.line.id.to_string(), name.into())));
    }
    if !names.is_empty() {
        said.insert("items".to_owned(), names.into());
    }
    let mut kept = Map::new();
    if !said.is_empty() {
        kept.insert(KEPT.to_owned(), said.into());
    }
    let custom_fields = kept::fields(kept);
    Ok(Command::GiveUpUnits(GiveUpUnits { work: asked.work, lines, custom_fields }))
}

/// The cancellation that was made of an order, or why none was.
fn made(of: OrderId, verdict: &Verdict) -> Result<Value, Failure> {
    let done = verdict.as_ref().map_err(|refusal| refused(refusal.clone()))?;
    let Outcome::Fulfillment(made) = done.outcome else { return Err(missing("")) };
    let made = done.fulfillment(made).zip(done.order(of));
    made.and_then(|(made, of)| shown(made, of)).ok_or_else(|| missing(""))
}

/// Whether the work asks for anything that could be given up.
fn open(work: &FulfillmentOrder) -> Result<(), Failure> {
    if work.is_open() {
        return Ok(());
    }
    let (code, state) = match work::state(work) {
        "shipped" => ("order_fulfilled", "fulfilled"),
        _ => ("order_cancelled", "cancelled"),
    };
    Err(Failure::conflict(code, WORK, format!("Resource '{}' is {state}.", work.id)))
}

/// What is refused is refused because of the fulfillment order, but for quantities.
fn refused(refusal: Refusal) -> Failure {
    match refusal {
        Refusal::ServiceAtWork(id) => {
            let told = format!(
                "Fulfillment order '{id}' is with a fulfillment service, which must be asked to stop."
            );
            Failure::conflict("restricted_update", WORK, told)
        }
        Refusal::QuantityTooLarge { .. } | Refusal::NotPermitted(_) => refusal.into(),
        other => Failure::from(other).of(WORK),
    }
}

async fn fetch(call: Call) -> Result<Response, Failure> {
    call.must(NEEDS)?;
    let name = call.named("id");
    let id = FulfillmentId(id::parse(id::CANCELLATION, name).ok_or_else(|| missing(name))?);
    let found = call.engine.fulfillment(call.shop(), call.actor(), id).await?.ok_or_else(|| missing(name))?;
    let orders = orders(&call, std::slice::from_ref(&found)).await?;
    let (_, shown) = row(&call, &found, &orders).ok_or_else(|| missing(name))?;
    Ok(Json(shown).into_response())
}

async fn list(call: Call) -> Result<Response, Failure> {
    call.must(NEEDS)?;
    let of_id = |text: &str| id::parse(id::CANCELLATION, text);
    let mut gather: Gather<(i64, Value)> = Gather::of(&call, of_id)?;
    let filter = Filter::of(&call)?;
    let fits = |row: &(i64, Value)| filter.fits(&call, &row.1);
    let found = match (filter.names.ids(of_id), call.asked(WORK)) {
        (Some(ids), _) => {
            let mut found = Vec::new();
            for id in ids.into_iter().take(page::MOST) {
                found.extend(call.engine.fulfillment(call.shop(), call.actor(), FulfillmentId(id)).await?);
            }
            Some(found)
        }
        (None, Some(name)) => {
            let work = FulfillmentOrderId(id::decimal(name).unwrap_or_default());
            let of = call.engine.order_of_work(call.shop(), call.actor(), work).await?;
            let of: Vec<OrderId> = of.iter().map(|of| of.id).collect();
            Some(call.engine.fulfillments_of(call.shop(), &of).await?)
        }
        (None, None) => None,
    };
    match found {
        Some(found) => {
            let orders = orders(&call, &found).await?;
            let found = found.iter().filter_map(|one| row(&call, one, &orders)).collect();
            gather.take_all(found, |row| row.0, fits);
        }
        None => {
            while let Some(page) = gather.next() {
                let (all, by) = (Parcels::AndGivenUp, InvoiceSort::Id);
                let batch = call.engine.fulfillment_page(call.shop(), all, by, &page).await?;
                let batch: Vec<Arc<Fulfillment>> = batch.into_iter().map(|(one, _)| one).collect();
                let orders = orders(&call, &batch).await?;
                gather.take_some(batch, |one| one.id.0, |one| row(&call, &one, &orders), fits);
            }
        }
    }
    Ok(gather.answer(|(_, shown)| shown.clone()).into_response())
}

/// The orders of the cancellations among fulfillments.
async fn orders(call: &Call, found: &[Arc<Fulfillment>]) -> Result<Vec<Arc<Order>>, Failure> {
    let units = found.iter().flat_map(|one| given_up(one));
    let mut ids: Vec<OrderId> = units.map(|(units, ..)| units.order).collect();
    ids.sort_unstable();
    ids.dedup();
    Ok(call.engine.orders_by_id(call.shop(), &ids).await?)
}

/// A cancellation by its number, if the fulfillment is one, and of the key's mode.
fn row(call: &Call, one: &Fulfillment, orders: &[Arc<Order>]) -> Option<(i64, Value)> {
    let (units, ..) = given_up(one).next()?;
    let of = orders.iter().find(|of| of.id == units.order).filter(|of| call.mode.sees(of))?;
    Some((one.id.0, shown(one, of)?))
}
