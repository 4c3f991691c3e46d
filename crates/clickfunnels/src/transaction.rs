//! Movements of money for an order, and refunds of them.

use std::sync::Arc;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use domain::billing::{BillKind, Trouble};
use domain::command::Command;
use domain::command::billing::{BillingCommand, RefundPayment};
use domain::id::TransactionId;
use domain::order::Order;
use domain::payment::{self, Transaction, TransactionKind, TransactionStatus};
use domain::refusal::Refusal;
use serde_json::{Value, json};

use crate::call::{Call, Server};
use crate::failure::Failure;
use crate::{id, order, page, words};

/// Why money goes back, where Stripe must be told.
const REASONS: [&str; 3] = ["duplicate", "fraudulent", "requested_by_customer"];

/// `GET` of those of an order.
pub(crate) fn of_order() -> MethodRouter<Server> {
    get(listed)
}

/// `GET` of one.
pub(crate) fn member() -> MethodRouter<Server> {
    get(fetched)
}

/// `POST` that gives all that is left of one back.
pub(crate) fn refund() -> MethodRouter<Server> {
    post(refunded)
}

async fn listed(call: Call) -> Result<Response, Failure> {
    let order = order::named(&call).await?;
    page::filters(&call, &[])?;
    let item = |one: &Transaction| (one.id.0, one.at, shown(&order, one));
    page::few(&call, order.placed.transactions.iter().map(item).collect())
}

async fn fetched(call: Call) -> Result<Response, Failure> {
    let (order, id) = named(&call).await?;
    let found = order.transaction(id).map(|one| shown(&order, one));
    found.map(|shown| Json(shown).into_response()).ok_or(Failure::NotFound(Some(id.0)))
}

/// The transaction that the address names, with its order.
async fn named(call: &Call) -> Result<(Arc<Order>, TransactionId), Failure> {
    let id = TransactionId(call.id()?);
    let order = order::of_part(call, id.0).await?;
    match order.transaction(id) {
        Some(_) => Ok((order, id)),
        None => Err(Failure::NotFound(Some(id.0))),
    }
}

/// Gives back all that is left of a charge. A gateway is asked for that, so it isn't known yet what comes of it.
async fn refunded(call: Call) -> Result<Response, Failure> {
    let (order, id) = named(&call).await?;
    let input = call.input_if_any("orders_transaction");
    let unprocessable = |text: String| Err(Failure::Unprocessable(text));
    if input.flag("partial")?.unwrap_or(false) || input.value("amount").is_some() {
        let told = "Partial refunds are not supported via this endpoint (full refund of this charge only)";
        return unprocessable(told.to_owned());
    }
    let reason = input.said("reason")?.flatten().unwrap_or_else(|| "requested_by_customer".to_owned());
    if order::shown::processor(&order) == "stripe" && !REASONS.contains(&reason.as_str()) {
        return unprocessable(format!("Invalid reason '{reason}'. Valid values: {}", REASONS.join(", ")));
    }
    let refund = RefundPayment { order: order.id, transaction: id, amount: None, reason: Some(reason) };
    match call.verdict(&Command::Billing(BillingCommand::Refund(refund))).await? {
        Err(Refusal::Billing(Trouble::NotRefundable(_) | Trouble::External(_) | Trouble::NotBilled(_))) => {
            Err(Failure::hidden())
        }
        verdict => {
            verdict?;
            let order = order::by_id(&call, order.id.0).await?;
            let shown = order.transaction(id).map(|one| shown(&order, one));
            let shown = shown.ok_or(Failure::NotFound(Some(id.0)))?;
            Ok((StatusCode::ACCEPTED, Json(shown)).into_response())
        }
    }
}

/// A movement of money as answers show it.
pub(crate) fn shown(order: &Order, one: &Transaction) -> Value {
    let all = &order.placed.transactions;
    let invoice = one.invoice.and_then(|id| order.invoice(id));
    let rebill = invoice.and_then(|invoice| invoice.bill.as_deref());
    let rebill = rebill.filter(|bill| bill.kind == BillKind::Renewal);
    let instrument = order.billing.as_ref().and_then(|billing| billing.gateway());
    let instrument = instrument.and_then(|gateway| gateway.instrument.as_ref());
    let (status, result) = stands(order, one);
    json!({
        "id": one.id.0,
        "public_id": id::public(one.id.0),
        "order_id": order.id.0,
        "status": status,
        "external_type": kind(one.kind),
        "external_id": one.external_id.as_deref().unwrap_or_default(),
        "amount": words::amount(one.amount, order.placed.currency),
        "currency": order.placed.currency.code(),
        "reason": reason(order, one),
        "adjusted_transaction_id": payment::parent(all, one).map(|parent| parent.id.0.to_string()),
        "result": result,
        "billing_payment_instruction_id": null,
        "billing_payment_instruction_type": instrument.and_then(|instrument| instrument.kind.as_deref()),
        "arn": null,
        "is_rebill": rebill.is_some(),
        "rebill_number": rebill.map(|bill| bill.number.as_str()),
        "created_at": words::time(one.at),
        "updated_at": words::time(one.at),
    })
}

/// Why it was made; of a charge that went back, why that did.
fn reason<'o>(order: &'o Order, one: &'o Transaction) -> Option<&'o str> {
    let back = order.placed.transactions.iter().rev().find(|other| {
        other.kind == TransactionKind::Refund
            && other.parent == Some(one.id)
            && other.status == TransactionStatus::Success
    });
    one.reason.as_deref().or_else(|| back.and_then(|back| back.reason.as_deref()))
}

fn kind(kind: TransactionKind) -> &'static str {
    match kind {
        TransactionKind::Authorization => "authorize",
        TransactionKind::Capture => "capture",
        TransactionKind::Sale => "sale",
        TransactionKind::Refund => "refund",
        TransactionKind::Void => "void",
        TransactionKind::Change => "credit",
    }
}

/// Status and result. A charge tells what went back of it, or that the buyer disputes it.
fn stands(order: &Order, one: &Transaction) -> (&'static str, &'static str) {
    match one.status {
        TransactionStatus::Asked => ("sending", "unknown"),
        TransactionStatus::Pending => ("pending", "unknown"),
        TransactionStatus::Unknown => ("timeout", "unknown"),
        TransactionStatus::Failure => ("completed", "declined"),
        TransactionStatus::Error => ("conn-error", "declined"),
        TransactionStatus::Success if one.takes() => (charged(order, one), "approved"),
        TransactionStatus::Success => ("completed", "approved"),
    }
}

fn charged(order: &Order, one: &Transaction) -> &'static str {
    let all = &order.placed.transactions;
    let back = all.iter().filter(|other| {
        other.kind == TransactionKind::Refund
            && other.status == TransactionStatus::Success
            && payment::parent(all, other).is_some_and(|of| of.id == one.id)
    });
    let back = back.map(|other| other.amount).fold(0i64, i64::saturating_add);
    let mut disputed =
        order.disputes().filter(|dispute| dispute.transaction == one.id && dispute.closed.is_none());
    if back >= one.amount && back > 0 {
        "refunded"
    } else if disputed.next().is_some() {
        "disputed"
    } else if back > 0 {
        "partially-refunded"
    } else {
        "completed"
    }
}
