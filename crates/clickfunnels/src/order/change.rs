//! A line of a subscription gets another price, of its variant or of another one; first shown, then done. What it costs
//! is reckoned by the same function both times.

use axum::Json;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, post};
use domain::billing::change::{PlanChange, preview};
use domain::billing::{Trouble, status};
use domain::command::Command;
use domain::command::billing::{BillingCommand, ChangePlan, Proration, When};
use domain::event::PlanDirection;
use domain::id::{OrderLineId, PriceId};
use domain::order::{Article, Order};
use domain::price::Price;
use domain::product::Variant;
use domain::refusal::{Refusal, Thing};
use serde_json::{Value, json};

use super::shown::planned;
use crate::call::{Call, Server};
use crate::failure::Failure;
use crate::input::Input;
use crate::{order, words};

/// `POST` that shows what a change would bring.
pub(crate) fn shown() -> MethodRouter<Server> {
    post(|call: Call| changed(call, Doing::Nothing))
}

/// `POST` that does it.
pub(crate) fn performed() -> MethodRouter<Server> {
    post(|call: Call| changed(call, Doing::Change))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Doing {
    Nothing,
    Change,
}

async fn changed(call: Call, doing: Doing) -> Result<Response, Failure> {
    let line = OrderLineId(call.id()?);
    let order = order::of_part(&call, line.0).await?;
    if !order.lines.iter().any(|own| own.id == line) {
        return Err(Failure::NotFound(Some(line.0)));
    }
    let input = call.input("orders_line_items_change")?;
    let (variant, price) = target(&call, &input).await?;
    let (when, proration) = how(&call, &input, (&order, line), (&variant, &price))?;
    let planned = preview(&order, line, (&variant, &price), (when, proration), call.now());
    let planned = planned.map_err(|trouble| refused(trouble, "preview_failed"))?;
    if doing == Doing::Change {
        let (variant, price) = (variant.id, price.id);
        let change = ChangePlan { order: order.id, line, variant, price, when, proration };
        match call.verdict(&Command::Billing(BillingCommand::ChangePlan(change))).await? {
            Err(Refusal::Billing(trouble)) => return Err(refused(Some(trouble), "commit_failed")),
            Err(Refusal::Unknown(Thing::OrderLine(_))) => return Err(refused(None, "commit_failed")),
            verdict => verdict?,
        };
    }
    Ok(Json(answer(&call, &order, &planned, &variant, doing)).into_response())
}

/// The price that is asked for, and the variant whose it is.
async fn target(call: &Call, input: &Input) -> Result<(Variant, Price), Failure> {
    let none = || code("Invalid products_price_id");
    let id = input.id("products_price_id").map_err(|_| none())?.ok_or_else(none)?;
    let price = call.engine.prices(call.shop(), &[PriceId(id)]).await?.pop().ok_or_else(none)?;
    let (variants, _) = call.engine.variants(call.shop(), &[price.variant]).await?;
    let variant = variants.into_iter().next().ok_or_else(none)?;
    Ok((variant, price))
}

/// When it changes and whether money is reckoned up: what costs more changes at once and is, what doesn't changes with the
/// next period and isn't. For what is shipped, a part of it can't be given back, so nothing is.
fn how(
    call: &Call,
    input: &Input,
    (order, line): (&Order, OrderLineId),
    (variant, price): (&Variant, &Price),
) -> Result<(When, Proration), Failure> {
    let now = (When::Now, Proration::None);
    let planned = preview(order, line, (variant, price), now, call.now());
    let planned = planned.map_err(|trouble| refused(trouble, "preview_failed"))?;
    let dearer = planned.direction == Some(PlanDirection::Up);
    let when = match input.said("effective_time").map_err(|_| code("invalid_effective_time"))?.flatten() {
        None if dearer => When::Now,
        None => When::NextRenewal,
        Some(word) if word == "now" => When::Now,
        Some(word) if word == "next_renewal" => When::NextRenewal,
        Some(_) => return Err(code("invalid_effective_time")),
    };
    let prorated = input.flag("prorate")?.unwrap_or(dearer) && !variant.requires_shipping;
    Ok((when, if prorated { Proration::Exact } else { Proration::None }))
}

fn code(text: &str) -> Failure {
    Failure::Unprocessable(text.to_owned())
}

fn refused(trouble: Option<Trouble>, otherwise: &str) -> Failure {
    match trouble {
        Some(
            Trouble::NotBilled(_)
            | Trouble::External(_)
            | Trouble::NotASubscription(_)
            | Trouble::Service(..),
        ) => code("not_eligible"),
        Some(Trouble::SamePrice(_)) => code("same_target"),
        Some(
            Trouble::PriceArchived(_)
            | Trouble::OtherCurrency(_)
            | Trouble::NotRecurring(_)
            | Trouble::PriceOfOther(_),
        ) => code("target_not_allowed"),
        _ => code(otherwise),
    }
}

fn answer(call: &Call, order: &Order, change: &PlanChange, variant: &Variant, doing: Doing) -> Value {
    let currency = order.placed.currency;
    let amount = |amount| words::amount(amount, currency);
    let upcoming = change.upcoming;
    let renews = order.billing.as_deref().and_then(status::next_charge_at);
    let article = Article {
        variant: Some(variant.id),
        product: Some(variant.product),
        title: variant.product_title.clone(),
        variant_title: Some(variant.title.clone()),
        sku: variant.sku.clone(),
        ..Article::default()
    };
    json!({
        "orders_line_items_change": {
            "preview": doing == Doing::Nothing,
            "previous_line_item": planned(order, &change.before, None),
            "new_line_item": planned(order, &change.after, Some(&article)),
            "upcoming_invoice": {
                "currency": currency.code(),
                "next_invoice_date": words::time(upcoming.at.or(renews).unwrap_or_else(|| call.now())),
                "subtotal_amount": amount(upcoming.subtotal),
                "discount_amount": amount(upcoming.credit),
                "shipping_amount": amount(0),
                "tax_amount": amount(0),
                "total_amount": amount(upcoming.total),
            },
        },
    })
}
