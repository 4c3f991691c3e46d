//! Refunds: money of an order that goes or went back. How much, and of what, is worked out from what is sent ([`ask`]);
//! what was sent is kept with the refund, since answers repeat it.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use domain::actor::Permission;
use domain::command::Command;
use domain::command::charging::{ChargingCommand, GiveBack};
use domain::decide::Outcome;
use domain::id::RefundId;
use domain::money::Minor;
use domain::order::Order;
use domain::payment::{Transaction, TransactionKind, TransactionStatus};
use domain::refund::Refund;
use engine::query::Piece;
use serde_json::{Map, Value};

use crate::call::{Call, Server};
use crate::charge::Charge;
use crate::failure::Failure;
use crate::page::{self, Gather, Span};
use crate::{id, kept, metadata, order, words};

mod ask;

const NEEDS: &[Permission] = &[Permission::ReadOrders];

/// Refunds.
pub(crate) fn routes() -> Router<Server> {
    Router::new().route("/refunds", get(list).post(create)).route("/refunds/{id}", get(fetch).post(update))
}

/// How a refund stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RefundState {
    /// Some of its money is on its way.
    Pending,
    /// All of it went back.
    Succeeded,
    /// Some of it can't.
    Failed,
}

impl RefundState {
    /// The published word.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            RefundState::Pending => "pending",
            RefundState::Succeeded => "succeeded",
            RefundState::Failed => "failed",
        }
    }
}

/// The movements of money of a refund.
fn movements<'a>(order: &'a Order, refund: &'a Refund) -> impl Iterator<Item = &'a Transaction> {
    let own = order.placed.transactions.iter().filter(|one| refund.transactions.contains(&one.id));
    own.filter(|one| one.kind == TransactionKind::Refund)
}

/// Whether money belongs to it: units can be given up for which nobody paid.
pub(crate) fn moves_money(order: &Order, refund: &Refund) -> bool {
    movements(order, refund).next().is_some()
}

/// How a refund stands.
pub(crate) fn state(order: &Order, refund: &Refund) -> RefundState {
    let mut all = movements(order, refund);
    if movements(order, refund).any(|own| own.status.is_awaited()) {
        RefundState::Pending
    } else if all.all(|own| own.status == TransactionStatus::Success) {
        RefundState::Succeeded
    } else {
        RefundState::Failed
    }
}

/// A refund of an order.
pub(crate) fn shown(order: &Order, refund: &Refund) -> Value {
    let currency = order.placed.currency;
    let kept = kept::of(&refund.custom_fields);
    let done = movements(order, refund).filter(|own| own.status == TransactionStatus::Success);
    let done = done.map(|own| own.amount).fold(0, Minor::saturating_add);
    let state = state(order, refund);
    let mut shown = Map::new();
    let mut put = |name: &str, value: Value| {
        if !value.is_null() {
            shown.insert(name.to_owned(), value);
        }
    };
    put("id", id::shown(id::REFUND, refund.id.0).into());
    put("createdTime", words::time(refund.at));
    put("orderId", order.id.to_string().into());
    put("currency", currency.code().into());
    put("type", kept["type"].clone());
    // Where items were sent, each says how much.
    let items = kept["items"].as_array().cloned().unwrap_or_default();
    if items.is_empty() {
        put("amount", words::amount(refund.amount(&order.placed.transactions), currency));
    }
    put("refundedAmount", words::amount(done, currency));
    put("items", items.into());
    if state != RefundState::Pending {
        put("charges", charges(order, refund).into());
    }
    put("reason", refund.note.as_deref().map_or(Value::Null, Value::from));
    if state == RefundState::Failed {
        let why = movements(order, refund).find_map(|own| own.message.as_deref());
        put("failureReason", why.unwrap_or("The payment provider declined it.").into());
    }
    put("state", state.as_str().into());
    put("liveMode", (!order.placed.test).into());
    metadata::show(&kept[metadata::NAME], &mut shown);
    shown.into()
}

/// The charges that money of a refund went back of, each with that money.
fn charges(order: &Order, refund: &Refund) -> Vec<Value> {
    let of = |charge: &Charge<'_>| {
        let own = movements(order, refund)
            .filter(|own| Charge::with(order, own).is_some_and(|found| found.root() == charge.root()));
        charge.given_back(own)
    };
    Charge::all(order).iter().filter_map(of).collect()
}

/// The refund of an order with that id, if it gave money back: what was given up without is none here.
fn of_order(order: &Order, id: i64) -> Option<&Refund> {
    let found = order.refunds.iter().find(|refund| refund.id == RefundId(id));
    found.filter(|refund| !refund.transactions.is_empty())
}

async fn create(call: Call) -> Result<Response, Failure> {
    let input = call.input(ask::FIELDS)?;
    let name = match (input.text("orderId")?, input.value("invoiceId")) {
        (Some(name), _) => name,
        (None, Some(_)) => {
            let told = "Refunds of invoices are made by the order: send its id as orderId.";
            return Err(Failure::bad("invalid_parameter", "invoiceId", told));
        }
        (None, None) => return Err(Failure::missing("orderId")),
    };
    let (found, _) = order::one(&call, &name, "orderId").await?;
    let asked = ask::read(&input, &found)?;
    let give = GiveBack {
        order: found.id,
        what: asked.what,
        reason: asked.reason,
        custom_fields: kept::fields(asked.kept),
    };
    let done = call.execute(&Command::Charging(ChargingCommand::Refund(give))).await?;
    let Outcome::Refund(of, made) = done.outcome else { return Err(order::missing(&name, "orderId")) };
    let now = done.order(of).unwrap_or(&found);
    let made = of_order(now, made.0).ok_or_else(|| missing(&name))?;
    Ok((StatusCode::CREATED, Json(shown(now, made))).into_response())
}

fn missing(name: &str) -> Failure {
    Failure::not_found("Refund", name, "id")
}

/// The refund that the address names, by its number, and its order.
async fn one(call: &Call) -> Result<(Arc<Order>, i64), Failure> {
    call.must(NEEDS)?;
    let name = call.named("id");
    let id = id::parse(id::REFUND, name).ok_or_else(|| missing(name))?;
    let order = call.engine.order_of_part(call.shop(), id).await?;
    let order = order.filter(|order| call.mode.sees(order)).ok_or_else(|| missing(name))?;
    Ok((order, id))
}

async fn fetch(call: Call) -> Result<Response, Failure> {
    let (order, id) = one(&call).await?;
    let refund = of_order(&order, id).ok_or_else(|| missing(call.named("id")))?;
    Ok(Json(shown(&order, refund)).into_response())
}

/// Only metadata changes: money that is on its way is.
async fn update(call: Call) -> Result<Response, Failure> {
    let input = call.input(&[metadata::NAME])?;
    let (order, id) = one(&call).await?;
    let refund = of_order(&order, id).ok_or_else(|| missing(call.named("id")))?;
    let mut kept = kept::of(&refund.custom_fields);
    if let Some(metadata) = metadata::taken(&input, &kept[metadata::NAME])? {
        kept[metadata::NAME] = metadata;
    }
    let amend = ChargingCommand::AmendRefund(order.id, refund.id, vec![kept::field(&kept)]);
    let done = call.execute(&Command::Charging(amend)).await?;
    let now = done.order(order.id).unwrap_or(&order);
    Ok(Json(shown(now, of_order(now, id).unwrap_or(refund))).into_response())
}

async fn list(call: Call) -> Result<Response, Failure> {
    call.must(NEEDS)?;
    type Row = (i64, Value);
    let mut gather: Gather<Row> = Gather::of(&call, |text| id::parse(id::REFUND, text))?;
    let created = Span::of_time(&call, "createdTime")?;
    let amount = |name| Ok((name, Span::of(&call, name, words::millionths)?));
    let amounts =
        ["amount", "refundedAmount"].map(amount).into_iter().collect::<Result<Vec<_>, Failure>>()?;
    let fits = |(_, shown): &Row| {
        let text = |name: &str| shown[name].as_str();
        created.is_open()
            || text("createdTime").and_then(words::moment).is_some_and(|at| created.holds_time(at))
    };
    let fits = |row: &Row| {
        let text = |name: &str| row.1[name].as_str();
        fits(row)
            && ["state", "orderId", "reason", "failureReason"]
                .iter()
                .all(|name| page::shows(&call, name, text(name)))
            && amounts.iter().all(|(name, span)| span.holds_amount(&row.1[*name]))
            && call.asked("skuId").is_none_or(|sku| {
                let items = row.1["items"].as_array();
                items.is_some_and(|items| items.iter().any(|item| item["skuId"] == sku))
            })
    };
    let row = |(id, order): (i64, Arc<Order>)| {
        let refund = of_order(&order, id).filter(|_| call.mode.sees(&order))?;
        Some((id, shown(&order, refund)))
    };
    match (page::ids(&call), order::asked(&call).await?) {
        (None, Some(order)) => {
            let own =
                order.iter().flat_map(|order| order.refunds.iter().map(|one| (one.id.0, order.clone())));
            gather.take_all(own.filter_map(row).collect(), |row| row.0, fits);
        }
        (Some(names), _) => {
            let mut found = Vec::new();
            for id in names.iter().take(page::MOST).filter_map(|name| id::parse(id::REFUND, name)) {
                let order = call.engine.order_of_part(call.shop(), id).await?;
                found.extend(order.and_then(|order| row((id, order))));
            }
            gather.take_all(found, |row| row.0, fits);
        }
        (None, None) => {
            while let Some(page) = gather.next() {
                let batch = call.engine.pieces(call.shop(), Piece::Refund, &page).await?;
                gather.take_some(batch, |(id, _)| *id, row, fits);
            }
        }
    }
    Ok(gather.answer(|row| row.1.clone()).into_response())
}
