//! Fulfillments, as this API shows them: what left of an order, and what was given up with it.

use domain::fulfillment::Fulfillment;
use domain::id::OrderLineId;
use domain::order::Order;
use serde_json::{Map, Value, json};

use crate::{id, order, words};

/// What of an order is in a fulfillment; `order` is the one that it is shown for.
pub(crate) fn shown(fulfillment: &Fulfillment, order: &Order) -> Map<String, Value> {
    let mut shown = Map::new();
    let mut put = |name: &str, value: Value| shown.insert(name.to_owned(), value);
    put("id", id::shown(id::FULFILLMENT, fulfillment.id.0).into());
    put("createdTime", words::time(fulfillment.created_at));
    put("items", items(fulfillment, order).into());
    put("orderId", order.id.to_string().into());
    put("liveMode", (!order.placed.test).into());
    if let Some(tracking) = fulfillment.trackings.first() {
        for (name, value) in [
            ("trackingCompany", &tracking.company),
            ("trackingNumber", &tracking.number),
            ("trackingUrl", &tracking.url),
        ] {
            if let Some(value) = value {
                put(name, value.as_str().into());
            }
        }
    }
    shown
}

/// The same with its order, as it is shown by itself and when it is told of.
pub(crate) fn with_order(fulfillment: &Fulfillment, of: &Order, fulfillments: &[Fulfillment]) -> Value {
    let mut shown = shown(fulfillment, of);
    shown.insert("orderDetails".to_owned(), order::details(of, fulfillments).into());
    shown.into()
}

fn items(fulfillment: &Fulfillment, order: &Order) -> Vec<Value> {
    let left = |line: OrderLineId| -> i64 {
        let shares = fulfillment.shares.iter().filter(|own| (own.order, own.order_line) == (order.id, line));
        shares.map(|own| own.quantity).sum()
    };
    let given_up = |line: OrderLineId| -> i64 {
        let units = fulfillment.given_up.iter().filter(|own| (own.order, own.order_line) == (order.id, line));
        units.map(|own| own.quantity).sum()
    };
    let lines = order.lines.iter().map(|line| (line, left(line.id), given_up(line.id)));
    let lines = lines.filter(|(_, left, given_up)| left + given_up > 0);
    let item = |(line, left, given_up)| {
        let mut item = json!({ "quantity": left, "cancelQuantity": given_up });
        if let Some(sku) = order::sku_of(line) {
            item["skuId"] = sku.into();
        }
        item["itemId"] = line.id.to_string().into();
        item
    };
    lines.map(item).collect()
}
