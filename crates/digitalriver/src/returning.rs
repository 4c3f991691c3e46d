//! Returns, as this API shows them: units of an order that come back.

use domain::money::Minor;
use domain::order::Order;
use domain::returning::{Return, ReturnLine};
use serde_json::{Map, Value, json};

use crate::{id, order, words};

/// A return of an order.
pub(crate) fn shown(of: &Order, one: &Return) -> Value {
    let mut shown = Map::new();
    let mut put = |name: &str, value: Value| shown.insert(name.to_owned(), value);
    put("id", id::shown(id::RETURN, one.id.0).into());
    put("createdTime", words::time(one.created_at));
    put("updatedTime", words::time(one.updated_at));
    put("orderId", of.id.to_string().into());
    put("currency", of.placed.currency.code().into());
    put("items", one.lines.iter().map(|line| item(of, line)).collect());
    if let Some(reason) = &one.reason {
        put("reason", reason.as_str().into());
    }
    put("state", word(one.is_accepted()).into());
    if !one.refunds.is_empty() {
        put("refundIds", one.refunds.iter().map(|refund| id::shown(id::REFUND, refund.0)).collect());
    }
    put("liveMode", (!of.placed.test).into());
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
