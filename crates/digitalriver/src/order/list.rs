//! Orders are listed and looked at. What the store can look for narrows what is read; the rest is looked at in what the
//! answer would show.

use std::sync::Arc;

use axum::Json;
use axum::response::{IntoResponse, Response};
use domain::fulfillment::Fulfillment;
use domain::id::OrderId;
use domain::order::Order;
use domain::time::SECOND;
use engine::query::{Column, Condition, OrderSort};
use serde_json::Value;

use super::{NEEDS, one, shown};
use crate::call::Call;
use crate::failure::Failure;
use crate::page::{self, Gather, Names, Span};
use crate::{customer, id, words};

/// Parameters of the query by the field of the answer that must be equal.
const EQUAL: [&str; 9] = [
    "state",
    "checkoutId",
    "applicationId",
    "email",
    "currency",
    "browserIp",
    "chargeType",
    "locale",
    "customerType",
];
/// Parameters that bound when an order came into a state.
const SINCE: [&str; 8] =
    ["in_review", "pending_payment", "accepted", "blocked", "cancelled", "fulfilled", "complete", "returned"];
/// What parameters begin with that bound when an order came into a state of a review for fraud.
const FRAUD: &str = "fraudStateTransitions.";
/// Parameters that bound an amount.
const AMOUNTS: [&str; 2] = ["totalAmount", "refundedAmount"];

/// An order, what left of it, and both as they are shown.
type Row = (Arc<Order>, Value);

pub(super) async fn list(call: Call) -> Result<Response, Failure> {
    call.must(NEEDS)?;
    let mut gather: Gather<Row> = Gather::of(&call, id::decimal)?;
    let filter = Filter::of(&call).await?;
    let fits = |row: &Row| filter.fits(&call, row);
    let id = |row: &Row| row.0.id.0;
    match filter.found(&call).await? {
        Some(found) => gather.take_all(rows(&call, found).await?, id, fits),
        None => {
            while let Some(page) = gather.next() {
                let batch = call.engine.orders(call.shop(), &filter.conditions, OrderSort::Id, &page).await?;
                let batch = batch.into_iter().map(|(order, _)| order).collect();
                gather.take(rows(&call, batch).await?, id, fits);
            }
        }
    }
    Ok(gather.answer(|(_, shown)| shown.clone()).into_response())
}

pub(super) async fn fetch(call: Call) -> Result<Response, Failure> {
    let (order, fulfillments) = one(&call, call.named("id"), "id").await?;
    let mut shown = shown(&order, &fulfillments, &call.url);
    if call.asked("expand") == Some("true") {
        expand(&call, &order, &mut shown).await?;
    }
    Ok(Json(shown).into_response())
}

/// An order is always as it is; refreshing it shows it.
pub(super) async fn refresh(call: Call) -> Result<Response, Failure> {
    let (order, fulfillments) = one(&call, call.named("id"), "id").await?;
    Ok(Json(shown(&order, &fulfillments, &call.url)).into_response())
}

/// Adds what is known of the articles now, and isn't shown otherwise.
async fn expand(call: &Call, order: &Order, shown: &mut Value) -> Result<(), Failure> {
    let ids: Vec<_> = order.lines.iter().filter_map(|line| line.article.variant).collect();
    let (variants, _) = call.engine.variants(call.shop(), &ids).await?;
    let Some(items) = shown["items"].as_array_mut() else { return Ok(()) };
    for (item, line) in items.iter_mut().zip(&order.lines) {
        let variant = variants.iter().find(|variant| Some(variant.id) == line.article.variant);
        let Some(Value::Object(details)) = variant.map(crate::sku::details) else { continue };
        for name in ["physical", crate::metadata::NAME] {
            if let Some(known) = details.get(name) {
                item["productDetails"][name] = known.clone();
            }
        }
    }
    Ok(())
}

/// Orders as they are shown.
async fn rows(call: &Call, orders: Vec<Arc<Order>>) -> Result<Vec<Row>, Failure> {
    let ids: Vec<OrderId> = orders.iter().map(|order| order.id).collect();
    let all = match ids.is_empty() {
        true => Vec::new(),
        false => call.engine.fulfillments_of(call.shop(), &ids).await?,
    };
    let row = |order: Arc<Order>| {
        let own: Vec<&Fulfillment> = all
            .iter()
            .map(Arc::as_ref)
            .filter(|one: &&Fulfillment| one.orders().contains(&order.id))
            .collect();
        let shown = shown(&order, &own, &call.url);
        (order, shown)
    };
    Ok(orders.into_iter().map(row).collect())
}

/// What a list is narrowed to.
struct Filter {
    /// What the store looks for.
    conditions: Vec<Condition>,
    created: Span,
    updated: Span,
    since: Vec<(&'static str, Span)>,
    amounts: Vec<(&'static str, Span)>,
    names: Names,
}

/// The condition that an order has one of these ids, or is called so by the program that sent it.
fn either(names: &[String]) -> Condition {
    let ids = names.iter().filter_map(|name| id::decimal(name)).map(Into::into).collect();
    let called = Condition::sent_as(names.iter().map(String::as_str));
    Condition::Any(vec![vec![Condition::OneOf(Column::OrderId, ids)], vec![called]])
}

/// The condition that a moment lies within bounds of whole seconds, if there are any.
fn within(column: Column, span: &Span) -> Option<Condition> {
    let (low, high) = span.bounds();
    let (low, high) = (low.map(|at| at.saturating_mul(SECOND)), high.map(|at| at.saturating_mul(SECOND)));
    (!span.is_open()).then(|| Condition::Between(column, low, high.map(|at| at.saturating_add(SECOND - 1))))
}

impl Filter {
    async fn of(call: &Call) -> Result<Self, Failure> {
        let (created, updated) = (Span::of_time(call, "createdTime")?, Span::of_time(call, "updatedTime")?);
        let mut conditions = Vec::new();
        conditions.extend(within(Column::CreatedAt, &created));
        conditions.extend(within(Column::UpdatedAt, &updated));
        if let Some(customer) = call.asked("customerId") {
            let contact = customer::known(call, customer).await?;
            conditions.push(Condition::OneOf(
                Column::ContactId,
                contact.map(|id| id.0.into()).into_iter().collect(),
            ));
        }
        if let Some(email) = call.asked("email").filter(|email| email.is_ascii()) {
            conditions.push(Condition::Alike(Column::Email, vec![email.to_ascii_lowercase()]));
        }
        if call.mode.is_live() {
            conditions.push(Condition::OneOf(Column::Test, vec![0.into()]));
        }
        let names = Names::of(call);
        conditions.extend(names.upstream().map(Condition::sent_as));
        conditions.extend(names.nameless().map(either));
        let since = SINCE.iter().map(|name| Ok((*name, Span::of_time(call, name)?)));
        let amounts = AMOUNTS.iter().map(|name| Ok((*name, Span::of(call, name, words::millionths)?)));
        Ok(Self {
            conditions,
            created,
            updated,
            since: since.collect::<Result<_, Failure>>()?,
            amounts: amounts.collect::<Result<_, Failure>>()?,
            names,
        })
    }

    /// The orders that have the ids that are asked for, unless others may fit as well: names that programs gave are numbers
    /// often enough, and may have come without the name of their parameter.
    async fn found(&self, call: &Call) -> Result<Option<Vec<Arc<Order>>>, Failure> {
        let Some(mut ids) = self.names.ids(|name| id::decimal(name).map(OrderId)) else { return Ok(None) };
        ids.truncate(page::MOST);
        ids.sort_unstable();
        ids.dedup();
        let found = call.engine.orders_by_id(call.shop(), &ids).await?;
        Ok(Some(found).filter(|found| found.len() == ids.len() || self.names.are_ids()))
    }

    fn fits(&self, call: &Call, (order, shown): &Row) -> bool {
        let text = |name: &str| shown[name].as_str();
        call.mode.sees(order)
            && self.created.holds_time(order.created_at)
            && self.updated.holds_time(order.updated_at)
            && EQUAL.iter().all(|name| page::shows(call, name, text(name)))
            && page::shows(call, "fraudState", text("fraudState"))
            // Nothing is reviewed for fraud, so no order came into such a state at any time.
            && !call.query().iter().any(|(name, at)| name.starts_with(FRAUD) && !at.is_empty())
            && call.asked("subscriptionId").is_none_or(|asked| {
                let items = shown["items"].as_array().into_iter().flatten();
                items.into_iter().any(|item| item["subscriptionInfo"]["subscriptionId"] == asked)
            })
            && self.since.iter().all(|(state, span)| {
                let at = shown["stateTransitions"][state].as_str().and_then(words::moment);
                span.is_open() || at.is_some_and(|at| span.holds_time(at))
            })
            && self.amounts.iter().all(|(name, span)| span.holds_amount(&shown[*name]))
            && self.names.fit(&order.id.to_string(), text("upstreamId"))
            && call
                .asked("skuId")
                .is_none_or(|sku| order.lines.iter().any(|line| super::sku_of(line).as_deref() == Some(sku)))
    }
}
