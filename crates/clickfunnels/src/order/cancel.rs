//! A subscription is cancelled; only one that bills itself, since the others are cancelled where their books are.

use axum::Json;
use axum::response::{IntoResponse, Response};
use domain::billing::Kind;
use domain::command::Command;
use domain::command::billing::{BillingCommand, CancelService, Proration, When};
use domain::id::InvoiceId;
use domain::refusal::{Refusal, Thing};
use serde_json::Value;

use super::shown::processor;
use crate::call::Call;
use crate::failure::Failure;
use crate::id;
use crate::input::{Input, invalid};

/// Why, as Stripe has it; those who keep their own books use the same words.
pub(super) const REASONS_ELSEWHERE: [&str; 8] = [
    "customer_service",
    "low_quality",
    "missing_features",
    "other",
    "switched_service",
    "too_complex",
    "too_expensive",
    "unused",
];
/// Why, for any other gateway.
const REASONS: [&str; 6] =
    ["did-not-use", "did-not-want", "missing-features", "too-expensive", "bugs-or-problems", "other"];

/// `POST` that cancels one.
pub(super) async fn cancelled(call: Call) -> Result<Response, Failure> {
    let order = super::named(&call).await?;
    let input = call.input_if_any("order");
    let unprocessable = |text: String| Err(Failure::Unprocessable(text));
    match order.billing.as_deref() {
        Some(billing) if billing.kind == Kind::Subscription => {
            if billing.is_external() {
                let told = "External subscription orders cannot be canceled through this endpoint";
                return unprocessable(told.to_owned());
            }
        }
        _ => return unprocessable("Only subscription orders can be canceled".to_owned()),
    }
    let reason = input.said("cancel_reason")?.flatten().unwrap_or_else(|| "other".to_owned());
    let known: &[&str] = if processor(&order) == "stripe" { &REASONS_ELSEWHERE } else { &REASONS };
    if !known.contains(&reason.as_str()) {
        return unprocessable(format!("Invalid reason '{reason}'. Valid values: {}", known.join(", ")));
    }
    let when = match input.said("effective_date")?.flatten().as_deref() {
        None | Some("next_renewal") => When::NextRenewal,
        Some(_) => When::Now,
    };
    let prorated = input.flag("cancelation_proration")?.unwrap_or(false);
    let by = input.said("canceled_by")?.flatten().unwrap_or_else(|| "API".to_owned());
    let cancel = CancelService {
        order: order.id,
        when,
        proration: if prorated { Proration::Exact } else { Proration::None },
        void: voided(&input)?,
        reason: Some(reason),
        by: Some(by),
        description: input.said("cancel_description")?.flatten(),
    };
    match call.verdict(&Command::Billing(BillingCommand::Cancel(cancel))).await? {
        Err(Refusal::Unknown(Thing::Invoice(id))) => {
            return unprocessable(format!("Invoice {id} is no invoice of the order"));
        }
        verdict => verdict?,
    };
    Ok(Json(super::shown_now(&call, order.id.0).await?).into_response())
}

/// Invoices that are called off with it.
fn voided(input: &Input) -> Result<Vec<InvoiceId>, Failure> {
    let read = |value: &Value| match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => id::parse(text),
        _ => None,
    };
    match input.value("voidable_invoices") {
        None => Ok(Vec::new()),
        Some(Value::Array(ids)) => {
            let ids = ids.iter().map(|id| read(id).map(InvoiceId)).collect::<Option<Vec<_>>>();
            ids.ok_or_else(|| invalid("voidable_invoices", "must be a list of ids"))
        }
        Some(_) => Err(invalid("voidable_invoices", "must be a list of ids")),
    }
}
