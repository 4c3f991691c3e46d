//! Returns: units of an order that come back. Once all of one was accepted, its money goes back.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use domain::actor::Permission;
use domain::command::Command;
use domain::command::charging::{AcceptReturn, ChargingCommand, OpenReturn};
use domain::decide::Outcome;
use domain::id::{OrderLineId, ReturnId};
use domain::money::Minor;
use domain::order::Order;
use domain::returning::{Return, ReturnLine};
use engine::query::Piece;
use serde_json::{Map, Value, json};

use crate::call::{Call, Server};
use crate::failure::Failure;
use crate::input::Input;
use crate::page::{self, Gather, Span};
use crate::units::units;
use crate::{fulfillment, id, kept, metadata, order, words};

const NEEDS: &[Permission] = &[Permission::ReadOrders];
/// The longest reason.
const REASON_MAX: usize = 64;

/// Returns.
pub(crate) fn routes() -> Router<Server> {
    Router::new().route("/returns", get(list).post(create)).route("/returns/{id}", get(fetch).post(update))
}

/// A return of an order.
pub(crate) fn shown(of: &Order, one: &Return) -> Value {
    let kept = kept::of(&one.custom_fields);
    let mut shown = Map::new();
    let mut put = |name: &str, value: Value| {
        if !value.is_null() {
            shown.insert(name.to_owned(), value);
        }
    };
    put("id", id::shown(id::RETURN, one.id.0).into());
    put("createdTime", words::time(one.created_at));
    put("updatedTime", words::time(one.updated_at));
    put("orderId", of.id.to_string().into());
    put("currency", of.placed.currency.code().into());
    put("items", one.lines.iter().map(|line| item(of, line)).collect());
    put("reason", one.reason.as_deref().map_or(Value::Null, Value::from));
    put("state", word(one.is_accepted()).into());
    put("location", kept["location"].clone());
    if !one.refunds.is_empty() {
        put("refundIds", one.refunds.iter().map(|refund| id::shown(id::REFUND, refund.0)).collect());
    }
    put("liveMode", (!of.placed.test).into());
    metadata::show(&kept[metadata::NAME], &mut shown);
    shown.into()
}

fn item(of: &Order, own: &ReturnLine) -> Value {
    let mut item = json!({
        "itemId": own.order_line.to_string(),
        "quantity": own.quantity,
        "quantityAccepted": own.accepted,
        "state": word(own.is_accepted()),
    });
    if let Some(sku) = of.line(own.order_line).and_then(order::sku_of) {
        item["skuId"] = sku.into();
    }
    let share = of.charging.as_deref().and_then(|charging| charging.share(own.order_line));
    if let Some(share) = share {
        let amount: Minor = share.whole.of_units(own.quantity, share.quantity);
        item["amount"] = words::amount(amount, of.placed.currency);
    }
    item
}

fn word(accepted: bool) -> &'static str {
    if accepted { "accepted" } else { "created" }
}

/// The return of that number.
pub(crate) fn of_order(order: &Order, id: i64) -> Option<&Return> {
    order.returns.iter().find(|one| one.id == ReturnId(id))
}

fn missing(name: &str) -> Failure {
    Failure::not_found("Return", name, "id")
}

async fn create(call: Call) -> Result<Response, Failure> {
    let input = call.input(&["orderId", "reason", "items", "location", "metadata"])?;
    let name = input.needed_text("orderId")?;
    let reason = input.text("reason")?;
    fits(reason.as_deref())?;
    let mut kept = Map::new();
    keep(&input, &mut kept)?;
    let (found, _) = order::one(&call, &name, "orderId").await?;
    let items = input.objects("items")?.ok_or_else(|| Failure::missing("items"))?;
    if items.is_empty() {
        return Err(Failure::bad("invalid_empty", "items", "A list must not be empty."));
    }
    let lines = items.iter().map(|item| {
        item.only(&["itemId", "skuId", "quantity"])?;
        Ok((fulfillment::line_meant(item, &found)?, units(item)?))
    });
    let lines = lines.collect::<Result<_, Failure>>()?;
    let (order, work, custom_fields) = (found.id, None, kept::fields(kept));
    let open = OpenReturn { order, work, lines, reason, custom_fields };
    let done = call.execute(&Command::Charging(ChargingCommand::OpenReturn(open))).await?;
    let Outcome::Return(of, made) = done.outcome else { return Err(order::missing(&name, "orderId")) };
    let now = done.order(of).unwrap_or(&found);
    let made = of_order(now, made.0).ok_or_else(|| missing(&name))?;
    let mut shown = shown(now, made);
    // What was just made hasn't changed yet.
    shown.as_object_mut().map(|shown| shown.shift_remove("updatedTime"));
    Ok((StatusCode::CREATED, Json(shown)).into_response())
}

/// That a reason isn't overlong.
pub(crate) fn fits(reason: Option<&str>) -> Result<(), Failure> {
    if reason.is_none_or(|reason| reason.chars().count() <= REASON_MAX) {
        return Ok(());
    }
    let told = format!("A reason has at most {REASON_MAX} characters.");
    Err(Failure::bad("invalid_parameter", "reason", told))
}

/// What programs keep with a return.
fn keep(input: &Input, kept: &mut Map<String, Value>) -> Result<(), Failure> {
    let known = kept.get(metadata::NAME).cloned().unwrap_or_default();
    kept.extend(metadata::taken(input, &known)?.map(|all| (metadata::NAME.to_owned(), all)));
    kept.extend(input.party("location")?.map(|location| ("location".to_owned(), location)));
    Ok(())
}

/// The return that the address names, by its number, and its order.
async fn one(call: &Call) -> Result<(Arc<Order>, i64), Failure> {
    call.must(NEEDS)?;
    let name = call.named("id");
    let id = id::parse(id::RETURN, name).ok_or_else(|| missing(name))?;
    let order = call.engine.order_of_part(call.shop(), id).await?;
    let order = order.filter(|order| call.mode.sees(order)).ok_or_else(|| missing(name))?;
    Ok((order, id))
}

async fn fetch(call: Call) -> Result<Response, Failure> {
    let (order, id) = one(&call).await?;
    let found = of_order(&order, id).ok_or_else(|| missing(call.named("id")))?;
    Ok(Json(shown(&order, found)).into_response())
}

/// It is accepted, all of it or units of it; or something else is kept with it.
async fn update(call: Call) -> Result<Response, Failure> {
    let input = call.input(&["location", "state", "items", "metadata"])?;
    let (of, id) = one(&call).await?;
    let known = of_order(&of, id).ok_or_else(|| missing(call.named("id")))?;
    let accepted = accepted(&input, &of)?;
    let mut fields = Vec::new();
    if input.value("location").is_some() || input.value(metadata::NAME).is_some() {
        let mut kept = match kept::of(&known.custom_fields) {
            Value::Object(kept) => kept,
            _ => Map::new(),
        };
        keep(&input, &mut kept)?;
        fields.push(kept::field(&kept.into()));
    }
    let command = match accepted {
        Some(lines) => Some(ChargingCommand::AcceptReturn(AcceptReturn {
            order: of.id,
            id: known.id,
            lines,
            custom_fields: fields,
        })),
        None if fields.is_empty() => None,
        None => Some(ChargingCommand::AmendReturn(of.id, known.id, fields)),
    };
    let done = match command {
        Some(command) => Some(call.execute(&Command::Charging(command)).await?),
        None => None,
    };
    let now = done.as_ref().and_then(|done| done.order(of.id)).unwrap_or(&of);
    Ok(Json(shown(now, of_order(now, id).unwrap_or(known))).into_response())
}

/// What is accepted: nothing, these units, or (`Some(None)`) all that is left.
type Accepted = Option<Option<Vec<(OrderLineId, i64)>>>;

fn accepted(input: &Input, of: &Order) -> Result<Accepted, Failure> {
    let all = input.word("state", &["accepted"])?.is_some();
    let mut lines = Vec::new();
    for item in input.objects("items")?.unwrap_or_default() {
        item.only(&["itemId", "skuId", "quantity", "state"])?;
        item.word("state", &["accepted"])?.ok_or_else(|| Failure::missing(item.at("state")))?;
        lines.push((fulfillment::line_meant(&item, of)?, units(&item)?));
    }
    Ok(match (lines.is_empty(), all) {
        (false, _) => Some(Some(lines)),
        (true, true) => Some(None),
        (true, false) => None,
    })
}

async fn list(call: Call) -> Result<Response, Failure> {
    call.must(NEEDS)?;
    type Row = (i64, Value);
    let mut gather: Gather<Row> = Gather::of(&call, |text| id::parse(id::RETURN, text))?;
    let created = Span::of_time(&call, "createdTime")?;
    let fits = |(_, shown): &Row| {
        let at = shown["createdTime"].as_str().and_then(words::moment);
        (created.is_open() || at.is_some_and(|at| created.holds_time(at)))
            && ["state", "orderId"].iter().all(|name| page::shows(&call, name, shown[*name].as_str()))
            && call.asked("skuId").is_none_or(|sku| {
                shown["items"].as_array().is_some_and(|items| items.iter().any(|item| item["skuId"] == sku))
            })
    };
    let row = |(id, order): (i64, Arc<Order>)| {
        let one = of_order(&order, id).filter(|_| call.mode.sees(&order))?;
        Some((id, shown(&order, one)))
    };
    match (page::ids(&call), order::asked(&call).await?) {
        (None, Some(order)) => {
            let own =
                order.iter().flat_map(|order| order.returns.iter().map(|one| (one.id.0, order.clone())));
            gather.take_all(own.filter_map(row).collect(), |row| row.0, fits);
        }
        (Some(names), _) => {
            let mut found = Vec::new();
            for id in names.iter().take(page::MOST).filter_map(|name| id::parse(id::RETURN, name)) {
                let order = call.engine.order_of_part(call.shop(), id).await?;
                found.extend(order.and_then(|order| row((id, order))));
            }
            gather.take_all(found, |row| row.0, fits);
        }
        (None, None) => {
            while let Some(page) = gather.next() {
                let batch = call.engine.pieces(call.shop(), Piece::Return, &page).await?;
                gather.take_some(batch, |(id, _)| *id, row, fits);
            }
        }
    }
    Ok(gather.answer(|row| row.1.clone()).into_response())
}
