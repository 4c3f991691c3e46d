//! Refunds of an order in the REST API's shape, with their transactions.

use domain::order::Order;
use domain::payment::{self, Transaction};
use domain::refund::{Refund, RefundLine};
use domain::snapshot::Shop;
use serde_json::{Value, json};

use super::form::{self, price, price_set};
use super::{Around, line};
use crate::id::gid;
use crate::refund::restock_type;
use crate::words;

/// A refund.
pub(crate) fn refund(around: &Around<'_>, order: &Order, refund: &Refund) -> Value {
    let transactions = order.placed.transactions.iter().filter(|one| refund.transactions.contains(&one.id));
    json!({
        "id": refund.id.0,
        "admin_graphql_api_id": gid("Refund", refund.id.0),
        "created_at": form::time(around.shop, refund.at),
        "note": refund.note,
        "order_id": order.id.0,
        "processed_at": form::time(around.shop, refund.at),
        "user_id": null,
        "duties": [],
        "order_adjustments": [],
        "refund_line_items": refund.lines.iter().map(|of| of_line(around, order, of)).collect::<Value>(),
        "transactions": transactions.map(|one| transaction(around.shop, order, one)).collect::<Value>(),
    })
}

fn of_line(around: &Around<'_>, order: &Order, of: &RefundLine) -> Value {
    let item = order.line(of.order_line);
    let subtotal = item.map_or(0, |item| crate::line_item::discounted(item, of.quantity));
    let tax = item.map_or(0, |item| item.tax_of(of.quantity));
    let currency = order.placed.currency;
    json!({
        "id": of.id.0,
        "line_item": item.map(|item| line::line(order, item, item.quantity, around.services)),
        "line_item_id": of.order_line.0,
        "location_id": of.location.map(|id| id.0),
        "quantity": of.quantity,
        "restock_type": restock_type(of.restock).to_lowercase(),
        "subtotal": price(subtotal, currency),
        "subtotal_set": price_set(subtotal, currency),
        "total_tax": price(tax, currency),
        "total_tax_set": price_set(tax, currency),
    })
}

fn transaction(shop: &Shop, order: &Order, of: &Transaction) -> Value {
    let parent = payment::parent(&order.placed.transactions, of);
    json!({
        "id": of.id.0,
        "admin_graphql_api_id": gid("OrderTransaction", of.id.0),
        "amount": price(of.amount, order.placed.currency),
        "created_at": form::time(shop, of.at),
        "currency": order.placed.currency.code(),
        "gateway": of.gateway,
        "kind": words::transaction_kind(of.kind).to_lowercase(),
        "order_id": order.id.0,
        "parent_id": parent.map(|parent| parent.id.0),
        "processed_at": form::time(shop, of.at),
        "status": words::transaction_status(of.status).to_lowercase(),
        "test": order.placed.test,
    })
}
