//! An order is placed: from a checkout, or all at once. Its money is asked to be set aside in the same transaction; the
//! answer waits a while for what becomes of that, as the original's does.
//!
//! An order remembers its checkout as where it came from, and no two orders came from the same: so a checkout becomes one
//! order, whatever is repeated.

use std::time::Duration;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::billing::Instrument;
use domain::command::charging::{ChargingCommand, PlaceCharged};
use domain::command::{Command, Described, Given, NewLine};
use domain::contact::{ContactChange, ContactKey, SaveContact, Whom};
use domain::decide::Outcome;
use domain::id::OrderId;
use domain::money::Minor;
use domain::order::{Article, Placed, ShippingLine, StockMode, TaxLine};
use domain::record::Record;
use domain::refusal::Refusal;
use serde_json::{Map, Value, json};

use super::{missing, one, shown};
use crate::call::Call;
use crate::checkout::{self, Basket, Checkout, Item, ItemSums, Price, Sums};
use crate::failure::Failure;
use crate::state::{self, OrderState};
use crate::{customer, kept, metadata, sku, source, words};

/// How long the answer waits for the money.
const PATIENCE: Duration = Duration::from_micros(state::ANSWERED_WITHIN as u64);
/// How long it rests between two looks.
const REST: Duration = Duration::from_millis(20);

pub(super) async fn create(call: Call) -> Result<Response, Failure> {
    let input = call.input(FIELDS)?;
    // Whatever stands beside a checkout is not looked at.
    let (basket, from) = match input.text("checkoutId")? {
        Some(name) => {
            let known = checkout::one(&call, &name, "checkoutId").await;
            let known =
                known.map_err(|failure| if failure.is_not_found() { consumed(&name) } else { failure })?;
            (known.basket.clone(), Some((name, known)))
        }
        None => (checkout::at_once(&call, &input).await?, None),
    };
    let id = place(&call, &basket, from.as_ref()).await?;
    match from {
        Some((_, checkout)) => checkout::consume(&call, checkout).await?,
        None => checkout::use_up(&call, &basket).await?,
    }
    settled(&call, id).await
}

/// What can be sent: what a checkout can be made of, or a checkout.
const FIELDS: &[&str] = &{
    let mut fields = ["checkoutId"; checkout::FIELDS.len() + 1];
    let mut at = 0;
    while at < checkout::FIELDS.len() {
        fields[at + 1] = checkout::FIELDS[at];
        at += 1;
    }
    fields
};

/// 404: a checkout that isn't there, or became an order.
fn consumed(name: &str) -> Failure {
    Failure::not_there("not_found", "orderId", &format!("Order {name} not found"))
}

async fn place(call: &Call, basket: &Basket, from: Option<&(String, Checkout)>) -> Result<OrderId, Failure> {
    let sums = checkout::sums(basket);
    let paid_with = checkout::source(call, basket).await?;
    if sums.total > 0 && checkout::contributed(paid_with.as_ref(), &sums)? != Some(sums.total) {
        let told = "Payment session status is invalid.";
        return Err(Failure::bad("order_submit_failed", "sourceId", told).of_no_parameter());
    }
    let command = command(call, basket, &sums, paid_with.as_ref(), from).await?;
    match call.verdict(&Command::Charging(ChargingCommand::Place(Box::new(command)))).await? {
        Ok(done) => match done.outcome {
            Outcome::Order(id) => Ok(id),
            _ => Err(missing("", "id")),
        },
        Err(Refusal::SeenBefore(_)) => Err(consumed(from.map_or("", |(name, _)| name))),
        Err(refusal) => Err(refusal.into()),
    }
}

async fn command(
    call: &Call,
    basket: &Basket,
    sums: &Sums,
    paid_with: Option<&Record>,
    from: Option<&(String, Checkout)>,
) -> Result<PlaceCharged, Failure> {
    let paid = paid_with.map(source::kept).transpose()?;
    let address = |party: &Value| (!party.is_null()).then(|| words::address(party));
    let shipping = basket.shipping.as_ref().map(|shipping| ShippingLine {
        title: shipping.given.get("description").and_then(Value::as_str).unwrap_or("Shipping").to_owned(),
        code: shipping.given.get("serviceLevel").and_then(Value::as_str).map(str::to_owned),
        source: None,
        price: sums.shipping,
        tax_lines: taxed("0".to_owned(), sums.shipping_tax),
    });
    let placed = Placed {
        source_key: from.map(|(_, checkout)| format!("{}:checkout:{}", crate::NAME, checkout.record.id)),
        channel: Some("api".to_owned()),
        app: call.actor().app(),
        test: !basket.live,
        currency: basket.currency,
        taxes_included: basket.tax_inclusive,
        email: basket.email.clone(),
        phone: basket.ship_to["phone"].as_str().map(str::to_owned),
        contact: basket.customer,
        shipping_address: address(&basket.ship_to),
        billing_address: address(&basket.bill_to),
        shipping_lines: shipping.into_iter().collect(),
        tax_lines: Vec::new(),
        discounts: Vec::new(),
        transactions: Vec::new(),
        payment_claim: None,
        note: None,
        tags: Vec::new(),
        attributes: Vec::new(),
        custom_fields: vec![kept::field(&keep(call, basket, sums, paid_with, from).await?.into())],
        local_fields: Vec::new(),
        po_number: None,
        locale: basket.locale.clone(),
        source_identifier: basket.upstream_id.clone(),
        origin: None,
        processed_at: call.now(),
        fulfill_at: None,
        stock: StockMode::Wait,
    };
    let buyer = match (basket.customer, &basket.email) {
        (None, Some(email)) => Some(SaveContact {
            whom: Whom::KnownOrNew(ContactKey::Email(email.clone())),
            changes: named(basket),
        }),
        _ => None,
    };
    let lines = basket.items.iter().zip(&sums.items).map(|(item, sums)| line(item, sums)).collect();
    let (gateway, instrument) = match paid {
        Some(paid) => (paid.gateway.clone(), paid.instrument()),
        None => (source::TEST_GATEWAY.to_owned(), Instrument { token: String::new(), kind: None }),
    };
    Ok(PlaceCharged { name: None, number: 0, placed, buyer, lines, extras: Vec::new(), gateway, instrument })
}

/// What is learned of somebody who ordered.
fn named(basket: &Basket) -> Vec<ContactChange> {
    let name = [&basket.ship_to, &basket.bill_to].into_iter().find_map(|party| party["name"].as_str());
    let (first, last) = name.map(words::names).unwrap_or_default();
    let mut changes = Vec::new();
    changes.extend(first.map(|first| ContactChange::FirstName(Some(first))));
    changes.extend(last.map(|last| ContactChange::LastName(Some(last))));
    changes
}

/// A tax, if there is one.
fn taxed(rate: String, amount: Minor) -> Vec<TaxLine> {
    if amount > 0 { vec![TaxLine { title: "Tax".to_owned(), rate, amount }] } else { Vec::new() }
}

fn line(item: &Item, sums: &ItemSums) -> NewLine {
    // A price of all units that can't be divided among them is rounded up, and what that adds taken off again.
    let unit_price = match item.price {
        Price::Each(price) => price,
        Price::All(all) => all.div_euclid(item.quantity) + i64::from(all.rem_euclid(item.quantity) > 0),
    };
    let rounded: Minor = unit_price.saturating_mul(item.quantity).saturating_sub(sums.gross);
    let article = Article {
        variant: item.variant,
        title: item.product["name"].as_str().unwrap_or_default().to_owned(),
        sku: item.sku_id.clone(),
        unit_price,
        discount: sums.discount.saturating_add(rounded),
        tax_lines: taxed(item.tax_rate.unwrap_or_default().to_string(), sums.tax),
        requires_shipping: true,
        taxable: true,
        ..Article::default()
    };
    // What is kept here says itself whether and how it is shipped.
    let described = Described { price: Given::Yes, ..Described::default() };
    NewLine { quantity: item.quantity, article, described, fulfilled: 0 }
}

/// What of the basket the domain doesn't know, kept to be shown again.
async fn keep(
    call: &Call,
    basket: &Basket,
    sums: &Sums,
    paid_with: Option<&Record>,
    from: Option<&(String, Checkout)>,
) -> Result<Map<String, Value>, Failure> {
    let mut kept = basket.given.clone();
    let mut put = |name: &str, value: Value| {
        if !value.is_null() {
            kept.insert(name.to_owned(), value);
        }
    };
    put("checkoutId", from.map_or(Value::Null, |(name, _)| name.as_str().into()));
    for (name, text) in [
        ("language", &basket.language),
        ("browserIp", &basket.browser_ip),
        ("applicationId", &basket.application_id),
        ("customerType", &basket.customer_type),
        ("chargeType", &basket.charge_type),
    ] {
        put(name, text.as_deref().map_or(Value::Null, Value::from));
    }
    put("customerId", chosen_id(call, basket).await?.map_or(Value::Null, Value::from));
    if let Some(shipping) = &basket.shipping {
        put("shippingChoice", shipping.given.clone().into());
    }
    for (name, party) in [("shipTo", &basket.ship_to), ("billTo", &basket.bill_to)] {
        let told = ["email", "additionalAddressInfo"].into_iter();
        let told = told.filter_map(|field| party.get(field).map(|value| (field.to_owned(), value.clone())));
        let told: Map<String, Value> = told.collect();
        put(name, if told.is_empty() { Value::Null } else { told.into() });
    }
    put(metadata::NAME, basket.metadata.clone());
    put("sellingEntity", json!({ "id": call.shop().domain, "name": call.shop().name }));
    let sources = match paid_with {
        Some(record) => json!([contribution(call, record, basket, sums).await?]),
        None => Value::Null,
    };
    put("sources", sources);
    let variants: Vec<_> = basket.items.iter().filter_map(|item| item.variant).collect();
    let sold = sku::sold(call, &variants).await?;
    let items = basket.items.iter().map(|item| {
        let said = sold.iter().find(|(variant, _)| Some(*variant) == item.variant);
        kept_of(item, said.map(|(_, said)| said))
    });
    put("items", items.collect());
    Ok(kept)
}

/// The id that a program chose for the customer, if one did; otherwise its number is enough.
async fn chosen_id(call: &Call, basket: &Basket) -> Result<Option<String>, Failure> {
    let Some(id) = basket.customer else { return Ok(None) };
    let known = call.engine.contacts_by_id(call.shop(), &[id]).await?.pop();
    Ok(known.as_ref().map(customer::name).filter(|name| *name != id.to_string()))
}

/// What a source gives for an order. Neither how it stands then, which changes, nor what else it is good for.
async fn contribution(call: &Call, record: &Record, basket: &Basket, sums: &Sums) -> Result<Value, Failure> {
    let mut source = source::with_owner(call, record).await?;
    if let Some(source) = source.as_object_mut() {
        source.retain(|name, _| ["id", "type", "owner", "creditCard", "customerId"].contains(&name.as_str()));
        source.insert("amount".to_owned(), words::amount(sums.total, basket.currency));
    }
    Ok(source)
}

/// What is kept of an item; of an article that is kept here, what was said of it when it was sold.
fn kept_of(item: &Item, sold: Option<&Value>) -> Value {
    let mut kept = item.given.clone();
    let details = if item.product.is_null() { sold } else { Some(&item.product) };
    kept.extend(details.map(|details| ("productDetails".to_owned(), details.clone())));
    metadata::show(&item.metadata, &mut kept);
    kept.into()
}

/// The order once it is known whether its money was set aside, or as it is if nobody knows that yet.
async fn settled(call: &Call, id: OrderId) -> Result<Response, Failure> {
    let until = tokio::time::Instant::now() + PATIENCE;
    loop {
        let (order, fulfillments) = one(call, &id.to_string(), "id").await?;
        match state::of_order(&order) {
            OrderState::PendingPayment if tokio::time::Instant::now() < until => {
                tokio::time::sleep(REST).await
            }
            OrderState::Blocked => {
                let told = "Failed to charge source.";
                return Err(Failure::conflict("failed-request", "sourceId", told).of_no_parameter());
            }
            _ => {
                return Ok(
                    (StatusCode::CREATED, Json(shown(&order, &fulfillments, &call.url))).into_response()
                );
            }
        }
    }
}
