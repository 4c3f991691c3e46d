//! Orders as this API shows them: whichever API they came by, with what they cost, how they stand, and since when.
//!
//! Rendering is pure: an order, and what left of it. The same function makes answers and the objects of events.

use std::borrow::Borrow;

use domain::address::Address;
use domain::charging::status::charged;
use domain::charging::{Components, Ledger, Share};
use domain::fulfillment::Fulfillment;
use domain::money::{Minor, allocate};
use domain::order::{Order, OrderLine};
use domain::{payment, status};
use serde_json::{Map, Value, json};

use crate::charge::Charge;
use crate::state::{self, LineState, OrderState};
use crate::{file, id, kept, metadata, words};

/// The id under which what a line sold is known: its SKU, or else the variant's number.
pub(crate) fn sku_of(line: &OrderLine) -> Option<String> {
    let sku = line.article.sku.clone().filter(|sku| !sku.is_empty());
    sku.or_else(|| line.article.variant.map(|variant| variant.to_string()))
}

/// An order; `fulfillments` are those that have something of it, `url` the server's address.
pub(crate) fn shown(order: &Order, fulfillments: &[impl Borrow<Fulfillment>], url: &str) -> Value {
    let mut shown = details(order, fulfillments, url);
    let payment = payment(order);
    if !payment.is_empty() {
        shown.insert("payment".to_owned(), payment.into());
    }
    shown.into()
}

/// What it is paid with, and how that goes.
fn payment(order: &Order) -> Map<String, Value> {
    let mut payment = Map::new();
    let kept = kept::of(&order.placed.custom_fields);
    payment.extend(kept.get("sources").map(|sources| ("sources".to_owned(), sources.clone())));
    let charges: Vec<Value> = Charge::all(order).iter().map(|charge| charge.shown().into()).collect();
    if !charges.is_empty() {
        payment.insert("charges".to_owned(), charges.into());
    }
    if let Some(charging) = order.charging.as_deref() {
        let money = |amount: Minor| words::amount(amount, order.placed.currency);
        let (state, given) = match state::of_order(order) {
            OrderState::PendingPayment => ("pending", 0),
            OrderState::Blocked => ("failed", 0),
            _ => ("complete", charging.total()),
        };
        let session = json!({
            "id": id::shown(id::SESSION, charging.authorization.0),
            "clientSecret": id::of_client(charging.authorization.0),
            "amountContributed": money(given),
            "amountRemainingToBeContributed": money(charging.total() - given),
            "state": state,
        });
        payment.insert("session".to_owned(), session);
    }
    payment
}

/// What is shown where nobody said it, as in the original.
const LOCALE: &str = "en_US";
/// What is shown as it was given when the order was placed.
const GIVEN: [&str; 15] = [
    "checkoutId",
    "browserIp",
    "applicationId",
    "language",
    "customerType",
    "chargeType",
    "taxIdentifiers",
    "invoiceAttributes",
    "shipFrom",
    "organization",
    "billingOptimization",
    "purchaseLocation",
    "disclosures",
    "discount",
    "sellingEntity",
];

/// What an order's customer goes by: the id that was chosen for it when it ordered, or its number.
pub(crate) fn customer_of(order: &Order) -> Option<String> {
    let chosen = kept::of(&order.placed.custom_fields)["customerId"].as_str().map(str::to_owned);
    chosen.or_else(|| order.placed.contact.map(|contact| contact.to_string()))
}

/// An order without its payment, as fulfillments show it.
pub(crate) fn details(
    order: &Order,
    fulfillments: &[impl Borrow<Fulfillment>],
    url: &str,
) -> Map<String, Value> {
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
    let kept = kept::of(&placed.custom_fields);
    let mut shown = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        shown.extend(value.filter(|value| !value.is_null()).map(|value| (name.to_owned(), value)));
    };
    put("id", Some(order.id.to_string().into()));
    put("createdTime", Some(words::time(order.created_at)));
    put("customerId", customer_of(order).map(Value::from));
    put("currency", Some(placed.currency.code().into()));
    put("email", placed.email.as_deref().map(Value::from));
    put("shipTo", party(placed.shipping_address.as_ref(), &kept["shipTo"]));
    put("billTo", party(placed.billing_address.as_ref(), &kept["billTo"]));
    for name in GIVEN {
        put(name, kept.get(name).cloned());
    }
    put("upstreamId", placed.source_identifier.as_deref().map(Value::from));
    if let Some(Value::Object(given)) = kept.get("shippingChoice") {
        let mut choice = given.clone();
        choice.insert("amount".to_owned(), money(totals.shipping));
        let taxes = placed.shipping_lines.iter().flat_map(|line| &line.tax_lines);
        let tax = taxes.map(|tax| tax.amount).fold(0, Minor::saturating_add);
        choice.insert("taxAmount".to_owned(), money(tax));
        put("shippingChoice", Some(choice.into()));
    }
    put("requestToBeForgotten", Some(order.redacted_at.is_some().into()));
    if kept.get("customerType").is_none() {
        put("customerType", Some("individual".into()));
    }
    put("totalAmount", Some(money(total)));
    let subtotal = totals.subtotal.saturating_add(totals.shipping).saturating_sub(within);
    let subtotal = subtotal.saturating_add(fees).saturating_add(duty);
    put("subtotal", Some(money(subtotal)));
    put("totalFees", Some(money(fees)));
    put("totalTax", Some(money(totals.tax)));
    put("totalImporterTax", Some(money(0)));
    put("totalDuty", Some(money(duty)));
    put("totalDiscount", Some(money(totals.discounts)));
    put("totalShipping", Some(money(totals.shipping)));
    let items = order.lines.iter().enumerate();
    let items = items.map(|(at, line)| item(order, line, fulfillments, &kept["items"][at])).collect();
    put("items", Some(Value::Array(items)));
    put("updatedTime", Some(words::time(order.updated_at)));
    put("locale", Some(placed.locale.as_deref().unwrap_or(LOCALE).into()));
    put("liveMode", Some((!placed.test).into()));
    put("state", Some(state::of_order(order).as_str().into()));
    let since = state::since(order, fulfillments).into_iter();
    let since: Map<String, Value> =
        since.map(|(state, at)| (state.as_str().to_owned(), words::time(at))).collect();
    put("stateTransitions", Some(since.into()));
    let moved = moved(order);
    put("refundedAmount", (moved.refunded > 0).then(|| money(moved.refunded)));
    put("capturedAmount", Some(money(moved.captured)));
    put("cancelledAmount", Some(money(moved.cancelled)));
    put("availableToRefundAmount", Some(money(moved.refundable)));
    let (invoices, memos) = file::of_order(order, url);
    for (name, files) in [("invoicePDFs", invoices), ("creditMemoPDFs", memos)] {
        if !files.is_empty() {
            shown.insert(name.to_owned(), files.into());
        }
    }
    metadata::show(&kept[metadata::NAME], &mut shown);
    shown
}

/// Somebody with an address, and what else was said of them.
fn party(address: Option<&Address>, kept: &Value) -> Option<Value> {
    let mut party = words::party(address?);
    for (name, value) in kept.as_object().into_iter().flatten() {
        party[name] = value.clone();
    }
    Some(party)
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

/// An item; `kept` is what was said of it and nothing here understands.
fn item(order: &Order, line: &OrderLine, fulfillments: &[impl Borrow<Fulfillment>], kept: &Value) -> Value {
    let article = &line.article;
    let money = |amount: Minor| words::amount(amount, order.placed.currency);
    let cost = |amount: Minor| json!({ "amount": money(amount) });
    let taxed = |amount: Minor, tax: Minor| json!({ "amount": money(amount), "taxAmount": money(tax) });
    let mut shown = kept.as_object().cloned().unwrap_or_default();
    let mut put = |name: &str, value: Value| shown.insert(name.to_owned(), value);
    put("id", line.id.to_string().into());
    let sku = sku_of(line);
    if kept.get("productDetails").is_none() {
        let mut details = json!({ "name": article.title });
        if let Some(sku) = &sku {
            details["id"] = sku.as_str().into();
        }
        put("productDetails", details);
    }
    if let Some(sku) = sku {
        put("skuId", sku.into());
    }
    put("quantity", line.quantity.into());
    let parts = components(order, line);
    put("amount", money(parts.price));
    let rate = article.tax_lines.first().or(order.placed.tax_lines.first());
    let rate = rate.and_then(|tax| tax.rate.parse::<f64>().ok()).filter(|rate| rate.is_finite());
    put("tax", json!({ "rate": rate.unwrap_or_default(), "amount": money(parts.tax) }));
    put("importerTax", cost(0));
    put("duties", cost(parts.duty));
    put("fees", taxed(parts.fees, 0));
    put("shipping", taxed(parts.shipping, parts.shipping_tax));
    let share = order.charging.as_deref().and_then(|charging| charging.share(line.id));
    if let Some(share) = share {
        put("availableToRefundAmount", money(Ledger::of(order, share).refundable()));
    }
    let state = state::of_line(order, line);
    put("state", state.as_str().into());
    let mut since = Map::new();
    since.insert(LineState::Created.as_str().to_owned(), words::time(order.created_at));
    if state != LineState::Created {
        let at = state::left_at(order, fulfillments, Some(line)).unwrap_or(order.updated_at);
        since.insert(state.as_str().to_owned(), words::time(at));
    }
    put("stateTransitions", since.into());
    shown.into()
}

/// What a line costs, by what it is for.
fn components(order: &Order, line: &OrderLine) -> Components {
    if let Some(share) = order.charging.as_deref().and_then(|charging| charging.share(line.id)) {
        return share.whole;
    }
    let article = &line.article;
    let amount = article.unit_price.saturating_mul(line.quantity).saturating_sub(article.discount);
    let own = article.tax_lines.iter().map(|tax| tax.amount).fold(0, Minor::saturating_add);
    let tax = own.saturating_add(on_order(order, line));
    let price = amount.saturating_sub(if order.placed.taxes_included { tax } else { 0 });
    Components { price, tax, ..Components::default() }
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
