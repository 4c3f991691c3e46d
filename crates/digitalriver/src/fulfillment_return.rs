//! Fulfillment returns: units of a fulfillment order that left and come back. One is a return like any other, which knows
//! with which work its units left, and is accepted as one; what programs said of its items is [`kept`] with it.

use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use domain::actor::Permission;
use domain::command::Command;
use domain::command::charging::{ChargingCommand, OpenReturn};
use domain::decide::Outcome;
use domain::fulfillment_order::FulfillmentOrder;
use domain::id::{FulfillmentOrderLineId, OrderLineId, ReturnId};
use domain::order::Order;
use domain::refusal::Refusal;
use domain::returning::Return;
use engine::Verdict;
use engine::query::Piece;
use serde_json::{Map, Value, json};

use crate::call::{Call, Server};
use crate::failure::Failure;
use crate::page::{self, Gather};
use crate::units::{Asked, AskedItem, Filter, ITEM, WORK};
use crate::{again, id, kept, order, returning, words, work};

const NEEDS: &[Permission] = &[Permission::ReadOrders];
/// What tells units from one another.
const ATTRIBUTES: &str = "unitAttributes";
/// What can be said of a unit.
const OF_UNIT: [&str; 3] = ["serialNumber", "imeiNumber", "simCardNumber"];
/// Under which name the items are kept.
const KEPT: &str = "fulfillmentItems";

/// Fulfillment returns.
pub(crate) fn routes() -> Router<Server> {
    Router::new()
        .route("/fulfillment-returns", get(list).post(create))
        .route("/fulfillment-returns/{id}", get(fetch))
}

fn missing(name: &str) -> Failure {
    Failure::not_found("Fulfillment return", name, "id")
}

/// A return of an order; `None` if nobody said with which work its units left.
pub(crate) fn shown(of: &Order, id: i64) -> Option<Value> {
    let one = returning::of_order(of, id)?;
    let work = one.work?;
    let kept = kept::of(&one.custom_fields);
    let mut shown = Map::new();
    shown.insert("id".to_owned(), id::shown(id::RETURN, one.id.0).into());
    shown.insert("createdTime".to_owned(), words::time(one.created_at));
    shown.insert(WORK.to_owned(), work.to_string().into());
    let upstream = kept["upstreamId"].as_str().map(str::to_owned).or_else(|| work::upstream_id(of));
    shown.extend(upstream.map(|name| ("upstreamId".to_owned(), name.into())));
    shown.insert("items".to_owned(), items(of, one, &kept).into());
    shown.extend(one.reason.clone().map(|reason| ("reason".to_owned(), reason.into())));
    shown.insert("state".to_owned(), if one.is_accepted() { "accepted" } else { "created" }.into());
    // Nobody who works in a warehouse opens returns here.
    shown.insert("type".to_owned(), "client".into());
    shown.extend(kept.get("location").map(|location| ("location".to_owned(), location.clone())));
    words::show_mode(!of.placed.test, &mut shown);
    Some(shown.into())
}

/// The items as they were named. Units are accepted by lines of the order, so of two items of one line the first comes
/// first.
fn items(of: &Order, one: &Return, kept: &Value) -> Vec<Value> {
    let mut accepted: Vec<(OrderLineId, i64)> =
        one.lines.iter().map(|line| (line.order_line, line.accepted)).collect();
    let named = kept[KEPT].as_array().into_iter().flatten();
    let item = |named: &Value| {
        let line = OrderLineId(named["line"].as_i64()?);
        let quantity = named["quantity"].as_i64()?;
        let (_, left) = accepted.iter_mut().find(|(of, _)| *of == line)?;
        let taken = quantity.min(*left);
        *left -= taken;
        let mut item = json!({
            ITEM: named[ITEM],
            "quantity": quantity,
            "quantityAccepted": taken,
            "state": if taken == quantity { "accepted" } else { "pending" },
        });
        if let Some(sku) = of.line(line).and_then(order::sku_of) {
            item["inventoryItemId"] = sku.into();
        }
        if let Some(attributes) = named.get(ATTRIBUTES) {
            item[ATTRIBUTES] = attributes.clone();
        }
        Some(item)
    };
    named.filter_map(item).collect()
}

async fn create(call: Call) -> Result<Response, Failure> {
    call.must(NEEDS)?;
    let once = call.once("fulfillment-returns")?;
    if let Some(answered) = again::answered(&call, once.as_ref()).await? {
        return Ok(answered);
    }
    let mut asked = Asked::read(&call, ATTRIBUTES, anything).await?;
    let mut kept = Map::new();
    kept.extend(asked.said.remove_entry("upstreamId"));
    let reason = asked.said.get("reason").and_then(Value::as_str).map(str::to_owned);
    returning::fits(reason.as_deref())?;
    kept.insert(KEPT.to_owned(), named(&asked)?.into());
    let lines = asked.items.iter().map(|item| (item.line.order_line, item.quantity)).collect();
    let (order, work, custom_fields) = (asked.order.id, Some(asked.work), kept::fields(kept));
    let open = OpenReturn { order, work, lines, reason, custom_fields };
    let command = Command::Charging(ChargingCommand::OpenReturn(open));
    again::make(&call, &command, once.as_ref(), made).await
}

/// The return that was opened, or why none was.
fn made(verdict: &Verdict) -> Result<Value, Failure> {
    let done = verdict.as_ref().map_err(|refusal| refused(refusal.clone()))?;
    let Outcome::Return(of, ReturnId(made)) = done.outcome else { return Err(missing("")) };
    done.order(of).and_then(|of| shown(of, made)).ok_or_else(|| missing(""))
}

/// Whatever became of work, what left of it may come back.
fn anything(_work: &FulfillmentOrder) -> Result<(), Failure> {
    Ok(())
}

/// The items as they are kept; one that is named twice counts together.
fn named(asked: &Asked) -> Result<Vec<Value>, Failure> {
    let item = |(id, quantity): (FulfillmentOrderLineId, i64)| {
        let of = || asked.items.iter().filter(move |item| item.line.id == id);
        let line = of().next().map(|item| item.line.order_line.0);
        let mut kept = json!({ ITEM: id.to_string(), "line": line, "quantity": quantity });
        let attributes = of().map(attributes).collect::<Result<Vec<_>, _>>()?.concat();
        if !attributes.is_empty() {
            kept[ATTRIBUTES] = attributes.into();
        }
        Ok(kept)
    };
    asked.lines().into_iter().map(item).collect()
}

/// What was said of units of an item: of each once at most.
fn attributes(item: &AskedItem) -> Result<Vec<Value>, Failure> {
    let units = item.input.objects(ATTRIBUTES)?.unwrap_or_default();
    if units.len() as i64 > item.quantity {
        let told = "There are more of them than units.";
        return Err(Failure::bad("invalid_parameter", item.input.at(ATTRIBUTES), told));
    }
    let unit = |unit: &crate::input::Input| {
        unit.only(&OF_UNIT)?;
        Ok(unit.texts(&OF_UNIT)?.into())
    };
    units.iter().map(unit).collect()
}

/// What is refused is refused because of the fulfillment order, but for quantities.
fn refused(refusal: Refusal) -> Failure {
    use domain::billing::Trouble::TooManyReturned;
    match refusal {
        Refusal::NotPermitted(_) => refusal.into(),
        Refusal::Billing(TooManyReturned { .. }) => Failure::from(refusal).of("quantity"),
        other => Failure::from(other).of(WORK),
    }
}

async fn fetch(call: Call) -> Result<Response, Failure> {
    call.must(NEEDS)?;
    let name = call.named("id");
    let id = id::parse(id::RETURN, name).ok_or_else(|| missing(name))?;
    let of = call.engine.order_of_part(call.shop(), id).await?;
    let of = of.filter(|of| call.mode.sees(of)).ok_or_else(|| missing(name))?;
    Ok(Json(shown(&of, id).ok_or_else(|| missing(name))?).into_response())
}

async fn list(call: Call) -> Result<Response, Failure> {
    call.must(NEEDS)?;
    let of_id = |text: &str| id::parse(id::RETURN, text);
    let mut gather: Gather<(i64, Value)> = Gather::of(&call, of_id)?;
    let filter = Filter::of(&call)?;
    let fits = |row: &(i64, Value)| filter.fits(&call, &row.1);
    let row = |(id, of): (i64, Arc<Order>)| {
        let of = Some(of).filter(|of| call.mode.sees(of))?;
        Some((id, shown(&of, id)?))
    };
    match filter.names.ids(of_id) {
        Some(ids) => {
            let mut found = Vec::new();
            for id in ids.into_iter().take(page::MOST) {
                let of = call.engine.order_of_part(call.shop(), id).await?;
                found.extend(of.and_then(|of| row((id, of))));
            }
            gather.take_all(found, |row| row.0, fits);
        }
        None => {
            while let Some(page) = gather.next() {
                let batch = call.engine.pieces(call.shop(), Piece::Return, &page).await?;
                gather.take_some(batch, |(id, _)| *id, row, fits);
            }
        }
    }
    Ok(gather.answer(|(_, shown)| shown.clone()).into_response())
}
