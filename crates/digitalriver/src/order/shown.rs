//! Orders, as this API shows them: whichever API they came by, with what they cost, how they stand, and since when.
//!
//! Rendering is pure: an order, and what left of it. The same function makes answers and the objects of events.

use std::borrow::Borrow;

use domain::charging::Share;
use domain::charging::status::charged;
use domain::fulfillment::Fulfillment;
use domain::money::{Minor, allocate};
use domain::order::{Order, OrderLine, TaxLine};
use domain::{payment, status};
use serde_json::{Map, Value, json};

use crate::charge::Charge;
use crate::state::{self, LineState};
use crate::words;

/// The id under which what a line sold is known: its SKU, or else the variant's number.
pub(crate) fn sku_of(line: &OrderLine) -> Option<String> {
    let sku = line.article.sku.clone().filter(|sku| !sku.is_empty());
    sku.or_else(|| line.article.variant.map(|variant| variant.to_string()))
}

/// An order; `fulfillments` are those that have something of it.
pub(crate) fn shown(order: &Order, fulfillments: &[impl Borrow<Fulfillment>]) -> Value {
    let mut shown = details(order, fulfillments);
    let charges = Charge::all(order);
    if !charges.is_empty() {
        let charges: Vec<Value> = charges.iter().map(|charge| charge.shown().into()).collect();
        shown.insert("payment".to_owned(), json!({ "charges": charges }));
    }
    shown.into()
}

/// An order without its payment, as fulfillments show it.
pub(crate) fn details(order: &Order, fulfillments: &[impl Borrow<Fulfillment>]) -> Map<String, Value> {
    let placed = &order.placed;
    let money = |amount: Minor| words::amount(amount, placed.currency);
    let totals = status::totals(order);
    let extra = |of: fn(&Share) -> Minor| -> Minor {
        let shares = order.charging.iter().flat_map(|charging| &charging.shares);
        shares.map(of).fold(0, Minor::saturating_add)
    };
    let (fees, duty) = (extra(|share| share.whole.fees), extra(|share| share.whole.duty));
    let total = order.charging.as_deref().map_or(totals.total, |charging| charging.total());
    let within = if placed.taxes_included { totals.tax } else { 0 };
    let mut shown = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        shown.extend(value.filter(|value| !value.is_null()).map(|value| (name.to_owned(), value)));
    };
    put("id", Some(order.id.to_string().into()));
    put("createdTime", Some(words::time(order.created_at)));
    put("customerId", placed.contact.map(|contact| contact.to_string().into()));
    put("currency", Some(placed.currency.code().into()));
    put("email", placed.email.as_deref().map(Value::from));
    put("shipTo", placed.shipping_address.as_ref().map(words::party));
    put("billTo", placed.billing_address.as_ref().map(words::party));
    put("totalAmount", Some(money(total)));
    let subtotal = totals.subtotal.saturating_add(totals.shipping).saturating_sub(within);
    put("subtotal", Some(money(subtotal)));
    put("totalFees", Some(money(fees)));
    put("totalTax", Some(money(totals.tax)));
    put("totalImporterTax", Some(money(0)));
    put("totalDuty", Some(money(duty)));
    put("totalDiscount", Some(money(totals.discounts)));
    put("totalShipping", Some(money(totals.shipping)));
    let items = order.lines.iter().map(|line| item(order, line, fulfillments)).collect();
    put("items", Some(Value::Array(items)));
    put("updatedTime", Some(words::time(order.updated_at)));
    put("locale", placed.locale.as_deref().map(Value::from));
    put("liveMode", Some((!placed.test).into()));
    put("state", Some(state::of_order(order).as_str().into()));
    let since = state::since(order, fulfillments).into_iter();
    let since: Map<String, Value> =
        since.map(|(state, at)| (state.as_str().to_owned(), words::time(at))).collect();
    put("stateTransitions", Some(since.into()));
    let moved = moved(order);
    put("refundedAmount", Some(money(moved.refunded)));
    put("capturedAmount", Some(money(moved.captured)));
    put("cancelledAmount", Some(money(moved.cancelled)));
    put("availableToRefundAmount", Some(money(moved.refundable)));
    shown
}

/// What became of an order's money.
struct Moved {
    captured: Minor,
    cancelled: Minor,
    refunded: Minor,
    refundable: Minor,
}

fn moved(order: &Order) -> Moved {
    let balance = payment::balance(&order.placed.transactions);
    let refunded = balance.refunded;
    match charged(order) {
        Some(charged) => Moved {
            captured: charged.captured,
            cancelled: charged.released,
            refunded,
            refundable: charged.refundable(),
        },
        None => Moved {
            captured: balance.captured.saturating_add(balance.pending),
            cancelled: balance.voided,
            refunded,
            refundable: balance.captured.saturating_sub(refunded).max(0),
        },
    }
}

fn item(order: &Order, line: &OrderLine, fulfillments: &[impl Borrow<Fulfillment>]) -> Value {
    let article = &line.article;
    let money = |amount: Minor| words::amount(amount, order.placed.currency);
    let amount = article.unit_price.saturating_mul(line.quantity).saturating_sub(article.discount);
    let taxes = |taxes: &[TaxLine]| taxes.iter().map(|tax| tax.amount).fold(0, Minor::saturating_add);
    let mut shown = Map::new();
    shown.insert("id".to_owned(), line.id.to_string().into());
    if let Some(sku) = sku_of(line) {
        shown.insert("skuId".to_owned(), sku.into());
    } else {
        shown.insert("productDetails".to_owned(), json!({ "name": article.title }));
    }
    shown.insert("quantity".to_owned(), line.quantity.into());
    let share = order.charging.as_deref().and_then(|charging| charging.share(line.id));
    let (price, tax) = match share {
        Some(share) => (share.whole.price, share.whole.tax),
        None => {
            let tax = taxes(&article.tax_lines).saturating_add(on_order(order, line));
            (amount.saturating_sub(if order.placed.taxes_included { tax } else { 0 }), tax)
        }
    };
    shown.insert("amount".to_owned(), money(price));
    let rate = article.tax_lines.first().or(order.placed.tax_lines.first());
    let rate = rate.and_then(|tax| tax.rate.parse::<f64>().ok()).filter(|rate| rate.is_finite());
    let mut told = Map::new();
    told.extend(rate.map(|rate| ("rate".to_owned(), json!(rate))));
    told.insert("amount".to_owned(), money(tax));
    shown.insert("tax".to_owned(), told.into());
    let state = state::of_line(order, line);
    shown.insert("state".to_owned(), state.as_str().into());
    let mut since = Map::new();
    since.insert(LineState::Created.as_str().to_owned(), words::time(order.created_at));
    if state != LineState::Created {
        let at = state::left_at(order, fulfillments, Some(line)).unwrap_or(order.updated_at);
        since.insert(state.as_str().to_owned(), words::time(at));
    }
    shown.insert("stateTransitions".to_owned(), since.into());
    shown.into()
}

/// A line's part of the taxes on the order as a whole.
fn on_order(order: &Order, line: &OrderLine) -> Minor {
    let whole = order.placed.tax_lines.iter().map(|tax| tax.amount).fold(0, Minor::saturating_add);
    let cost = |line: &OrderLine| {
        let cost =
            line.article.unit_price.saturating_mul(line.quantity).saturating_sub(line.article.discount);
        u64::try_from(cost).unwrap_or_default()
    };
    let weights: Vec<u64> = order.lines.iter().map(cost).collect();
    let at = order.lines.iter().position(|other| other.id == line.id);
    at.and_then(|at| allocate(whole, &weights).get(at).copied()).unwrap_or_default()
}
