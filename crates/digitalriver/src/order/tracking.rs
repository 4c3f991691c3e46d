//! Where the parcels of an order are, and the taxes that it was charged.

use axum::Json;
use axum::response::{IntoResponse, Response};
use domain::order::{OrderLine, TaxLine};
use serde_json::{Map, Value, json};

use super::one;
use crate::call::Call;
use crate::failure::Failure;
use crate::words;

pub(super) async fn fetch(call: Call) -> Result<Response, Failure> {
    let (order, fulfillments) = one(&call, call.named("id"), "id").await?;
    let left = || fulfillments.iter().filter(|one| one.is_live() && !one.shares.is_empty());
    if left().next().is_none() {
        return Err(untracked("There are no shipments found for an order."));
    }
    let shipments: Vec<Value> = left()
        .flat_map(|one| &one.trackings)
        .map(|tracking| {
            let parts = [("trackingNumber", &tracking.number), ("trackingUrl", &tracking.url)];
            let told =
                parts.into_iter().filter_map(|(name, text)| Some((name.to_owned(), text.clone()?.into())));
            Value::Object(told.collect())
        })
        .collect();
    if shipments.is_empty() {
        return Err(untracked(
            "The tracking information was not found for an order or order has not been shipped yet.",
        ));
    }
    let mut shown = Map::new();
    shown.insert("orderId".to_owned(), order.id.to_string().into());
    let to = order.placed.shipping_address.as_ref().map(words::party);
    shown.extend(to.map(|to| ("shipTo".to_owned(), to)));
    shown.insert("shipments".to_owned(), shipments.into());
    Ok(Json(Value::from(shown)).into_response())
}

/// 404: nobody knows where the parcels are.
fn untracked(told: &str) -> Failure {
    Failure::not_there("invalid_parameter", "orderId", told)
}

/// The taxes line by line, as whoever placed the order gave them: none are computed here.
pub(super) async fn taxes(call: Call) -> Result<Response, Failure> {
    let (order, _) = one(&call, call.named("id"), "id").await?;
    let money = |amount| words::amount(amount, order.placed.currency);
    let tax = |tax: &TaxLine| {
        let mut shown = Map::new();
        shown.insert("taxName".to_owned(), tax.title.as_str().into());
        let rate = tax.rate.parse::<f64>().ok().filter(|rate| rate.is_finite());
        shown.extend(rate.map(|rate| ("rate".to_owned(), json!(rate))));
        shown.insert("taxAmount".to_owned(), money(tax.amount));
        Value::from(shown)
    };
    let item = |line: &OrderLine| {
        let taxes: Vec<Value> = line.article.tax_lines.iter().map(tax).collect();
        let on_shipping = order.charging.as_deref().and_then(|charging| charging.share(line.id));
        let on_shipping = on_shipping.map(|share| share.whole.shipping_tax).filter(|tax| *tax > 0);
        let on_shipping: Vec<Value> =
            on_shipping.map(|tax| json!({ "taxAmount": money(tax) })).into_iter().collect();
        json!({ "id": line.id.to_string(), "taxDetails": taxes, "shippingTaxDetails": on_shipping })
    };
    let items: Vec<Value> = order.lines.iter().map(item).collect();
    Ok(Json(json!({ "orderId": order.id.to_string(), "items": items })).into_response())
}
