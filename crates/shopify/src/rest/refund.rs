//! Refunds of an order in the REST API's shape, with their transactions, and with what sets the money apart from the
//! units.

use domain::command::Restock;
use domain::money::{self, Minor};
use domain::order::Order;
use domain::payment::{self, Transaction};
use domain::refund::{Refund, RefundLine};
use domain::snapshot::Shop;
use domain::status;
use serde_json::{Value, json};

use super::form::{self, price, price_set};
use super::{Around, line};
use crate::id::gid;
use crate::refund::{cost, restock_type};
use crate::words;

/// Members of a transaction that receivers may look for, of things that this server doesn't have.
const NEVER: [&str; 8] = [
    "amount_rounding",
    "authorization",
    "device_id",
    "error_code",
    "location_id",
    "message",
    "payment_id",
    "user_id",
];

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
        "restock": refund.lines.iter().any(|line| line.restock == Restock::Yes),
        "return": null,
        "user_id": null,
        "duties": [],
        "total_duties_set": price_set(0, order.placed.currency),
        "order_adjustments": adjustments(order, refund),
        "refund_shipping_lines": [],
        "refund_line_items": refund.lines.iter().map(|of| of_line(around, order, of)).collect::<Value>(),
        "transactions": transactions.map(|one| transaction(around.shop, order, one)).collect::<Value>(),
    })
}

fn of_line(around: &Around<'_>, order: &Order, of: &RefundLine) -> Value {
    let item = order.line(of.order_line);
    let (subtotal, tax) = cost(order, of);
    let currency = order.placed.currency;
    // These two alone are numbers; the sets below say the same as everywhere.
    let number = |amount: Minor| money::decimal(amount, currency).parse::<f64>().unwrap_or_default();
    json!({
        "id": of.id.0,
        "line_item": item.map(|item| line::line(order, item, item.quantity, around.services)),
        "line_item_id": of.order_line.0,
        "location_id": of.location.map(|id| id.0),
        "quantity": of.quantity,
        "restock_type": restock_type(of.restock).to_lowercase(),
        "subtotal": number(subtotal),
        "subtotal_set": price_set(subtotal, currency),
        "total_tax": number(tax),
        "total_tax_set": price_set(tax, currency),
    })
}

/// Why the money that went back isn't what the units cost: what was paid for shipping went back too, or somebody chose
/// to give more or less. More is written as less than nothing.
fn adjustments(order: &Order, refund: &Refund) -> Value {
    let placed = &order.placed;
    let units = refund.lines.iter().map(|line| match cost(order, line) {
        (subtotal, _) if placed.taxes_included => subtotal,
        (subtotal, tax) => subtotal.saturating_add(tax),
    });
    let units = units.fold(0, Minor::saturating_add);
    let more = refund.amount(&placed.transactions).saturating_sub(units);
    let taxes = placed.shipping_lines.iter().flat_map(|line| &line.tax_lines).map(|tax| tax.amount);
    let tax = if placed.taxes_included { 0 } else { taxes.fold(0, Minor::saturating_add).max(0) };
    let price_alone = status::totals(order).shipping.max(0);
    let shipping = more.clamp(0, price_alone.saturating_add(tax));
    let parts = money::allocate(shipping, &[price_alone as u64, tax as u64]);
    let told = [
        ("shipping_refund", "Shipping refund", parts[0], parts[1]),
        ("refund_discrepancy", "Refund discrepancy", more - shipping, 0),
    ];
    let told = told.into_iter().filter(|(_, _, more, tax)| (*more, *tax) != (0, 0)).enumerate();
    let currency = placed.currency;
    let adjustment = |(place, (kind, reason, more, tax)): (usize, (&str, &str, Minor, Minor))| {
        json!({
            "id": refund.id.0.saturating_mul(16).saturating_add(place as i64),
            "order_id": order.id.0,
            "refund_id": refund.id.0,
            "amount": price(-more, currency),
            "amount_set": price_set(-more, currency),
            "tax_amount": price(-tax, currency),
            "tax_amount_set": price_set(-tax, currency),
            "kind": kind,
            "reason": reason,
        })
    };
    told.map(adjustment).collect()
}

fn transaction(shop: &Shop, order: &Order, of: &Transaction) -> Value {
    let parent = payment::parent(&order.placed.transactions, of);
    let never = NEVER.iter().map(|name| ((*name).to_owned(), Value::Null)).collect();
    let known = json!({
        "id": of.id.0,
        "admin_graphql_api_id": gid("OrderTransaction", of.id.0),
        "amount": price(of.amount, order.placed.currency),
        "created_at": form::time(shop, of.at),
        "currency": order.placed.currency.code(),
        "gateway": of.gateway,
        "kind": words::transaction_kind(of.kind).to_lowercase(),
        "order_id": order.id.0,
        "manual_payment_gateway": of.gateway.as_deref() == Some("manual"),
        "parent_id": parent.map(|parent| parent.id.0),
        "processed_at": form::time(shop, of.at),
        "receipt": {},
        "source_name": order.placed.channel,
        "status": words::transaction_status(of.status).to_lowercase(),
        "test": order.placed.test,
    });
    form::joined([known, never])
}
