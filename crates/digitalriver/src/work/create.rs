//! Somebody has goods sent that were not sold here: an order is placed for which nothing is paid, and routed at once. All
//! of it can be sent, or nothing happens; what a reservation kept for it is promised to it in the same transaction.
//!
//! Routing may send it from several places, each with a fulfillment order of its own. The first one is the answer; all of
//! them tell the same `upstreamId`, and are listed by it.

use axum::response::Response;
use domain::command::{Command, Described, Given, NewLine, Place};
use domain::contact::{ContactChange, ContactKey, SaveContact, Whom};
use domain::decide::Outcome;
use domain::fulfillment::Fulfillment;
use domain::money::Currency;
use domain::order::{Article, Order, PaymentClaim, Placed, ShippingLine, StockMode};
use domain::refusal::{Refusal, Thing};
use engine::Verdict;
use serde_json::{Map, Value, json};

use crate::call::{Call, SENT};
use crate::failure::Failure;
use crate::input::{self, Input};
use crate::reservation::{self, Wanted};
use crate::{again, kept, metadata, words};

/// What can be sent.
const FIELDS: [&str; 12] = [
    "currency",
    "locale",
    "upstreamOrderTime",
    "name",
    "email",
    "phone",
    "reservationId",
    "upstreamId",
    "shipTo",
    "shippingChoice",
    "items",
    "metadata",
];
/// What can be sent for an item.
const ITEM_FIELDS: [&str; 11] = [
    "upstreamId",
    "inventoryItemId",
    "shipping",
    "subtotal",
    "total",
    "name",
    "quantity",
    "giftMessage",
    "giftWrap",
    "tax",
    "metadata",
];
/// Where an order keeps what only such a request says.
const KEPT: &str = "fulfillmentOrder";

pub(super) async fn create(call: Call) -> Result<Response, Failure> {
    let once = call.once("fulfillment-orders")?;
    // Its items may be out of stock by now, so this comes before all else.
    if let Some(answered) = again::answered(&call, once.as_ref()).await? {
        return Ok(answered);
    }
    let input = call.input(&FIELDS)?;
    let (items, place) = read(&call, &input).await?;
    let reservation = place.reservation.clone().unwrap_or_default();
    let command = Command::Place(Box::new(place));
    again::make(&call, &command, once.as_ref(), |verdict| made(verdict, &items, &reservation)).await
}

/// The first fulfillment order that came of it, or why none did.
fn made(verdict: &Verdict, items: &[Wanted], reservation: &str) -> Result<Value, Failure> {
    let done = verdict.as_ref().map_err(|refusal| match refusal {
        Refusal::Unknown(Thing::Reservation) => reservation::missing(reservation, "reservationId"),
        other => reservation::refused(other.clone(), items),
    })?;
    let order = match done.outcome {
        Outcome::Order(id) => done.order(id),
        _ => None,
    };
    let work = order.and_then(|order| order.fulfillment_orders.first().map(|work| (order, work.id)));
    // Nothing left of it yet.
    let shown = work.and_then(|(order, work)| super::shown(order, work, &[] as &[Fulfillment]));
    shown.ok_or_else(|| Failure::not_found("Fulfillment order", "", "id"))
}

/// What was sent, understood; of several faults the first is told.
async fn read(call: &Call, input: &Input) -> Result<(Vec<Wanted>, Place), Failure> {
    let missing = |name: &str| Failure::missing(input.at(name));
    let currency = input.currency("currency")?.ok_or_else(|| missing("currency"))?;
    let ordered_at = input.time("upstreamOrderTime")?.ok_or_else(|| missing("upstreamOrderTime"))?;
    let ship_to = input.party("shipTo")?.ok_or_else(|| missing("shipTo"))?;
    let shipping = shipping(input)?;
    let email = input.text("email")?.filter(|email| !email.is_empty());
    if let Some(email) = &email {
        input::is_email(&input.at("email"), email)?;
    }
    let filled = |name| input.text(name).map(|text| text.filter(|text| !text.is_empty()));
    let name = filled("name")?;
    let reservation = filled("reservationId")?;
    let items = reservation::wanted(call, input, &ITEM_FIELDS).await?;

    let mut keep = input.texts(&["name", "reservationId"])?;
    keep.extend(metadata::taken(input, &Value::Null)?.map(|sent| (metadata::NAME.to_owned(), sent)));
    let of_items = items.iter().map(|item| keep_item(&item.given, currency));
    keep.insert("items".to_owned(), of_items.collect::<Result<Vec<Value>, _>>()?.into());
    keep.insert("shippingChoice".to_owned(), shipping.clone());
    let mut more = ship_to.as_object().cloned().unwrap_or_default();
    more.retain(|name, _| ["email", "additionalAddressInfo"].contains(&name.as_str()));
    keep.insert("shipTo".to_owned(), more.into());

    let code = shipping["id"].as_str().unwrap_or_default().to_owned();
    let shipping_line =
        ShippingLine { title: code.clone(), code: Some(code), source: None, price: 0, tax_lines: Vec::new() };
    let placed = Placed {
        source_key: None,
        channel: Some(SENT.to_owned()),
        app: call.actor().app(),
        test: !call.mode.is_live(),
        currency,
        taxes_included: false,
        email: email.clone(),
        phone: filled("phone")?,
        contact: None,
        shipping_address: Some(words::address(&ship_to)),
        billing_address: None,
        shipping_lines: vec![shipping_line],
        tax_lines: Vec::new(),
        discounts: Vec::new(),
        transactions: Vec::new(),
        payment_claim: Some(PaymentClaim::Paid),
        note: None,
        tags: Vec::new(),
        attributes: Vec::new(),
        custom_fields: vec![kept::field(&json!({ KEPT: keep }))],
        local_fields: Vec::new(),
        po_number: None,
        locale: filled("locale")?,
        source_identifier: filled("upstreamId")?,
        origin: None,
        processed_at: ordered_at,
        fulfill_at: None,
        stock: StockMode::Refuse,
    };
    let name = name.or_else(|| ship_to["name"].as_str().map(str::to_owned));
    let buyer = email.map(|email| SaveContact {
        whom: Whom::KnownOrNew(ContactKey::Email(email)),
        changes: named(name.as_deref()),
    });
    let lines = items.iter().map(line).collect::<Result<_, _>>()?;
    let place = Place {
        name: None,
        number: 0,
        placed,
        buyer,
        lines,
        reservation,
        created_at: None,
        closed_at: None,
        fulfilled: None,
        cancelled: None,
    };
    Ok((items, place))
}

/// What is learned of whoever it is sent to.
fn named(name: Option<&str>) -> Vec<ContactChange> {
    let (first, last) = name.map(words::names).unwrap_or_default();
    let first = first.map(|first| ContactChange::FirstName(Some(first)));
    first.into_iter().chain(last.map(|last| ContactChange::LastName(Some(last)))).collect()
}

fn line(item: &Wanted) -> Result<NewLine, Failure> {
    let article = Article {
        variant: Some(item.variant.id),
        title: item.given.text("name")?.unwrap_or_default(),
        sku: Some(item.name.clone()),
        ..Article::default()
    };
    // It was sold elsewhere: nothing is to be paid for it here.
    let described = Described { price: Given::Yes, ..Described::default() };
    Ok(NewLine { quantity: item.quantity, article, described, fulfilled: 0 })
}

/// How it is to be sent.
fn shipping(input: &Input) -> Result<Value, Failure> {
    let given = input.object("shippingChoice")?;
    let given = given.ok_or_else(|| Failure::missing(input.at("shippingChoice")))?;
    given.only(&["id", "shippingInstructions", "dutiesPaid", "signatureRequiredType"])?;
    let mut kept = given.texts(&["shippingInstructions"])?;
    kept.insert("id".to_owned(), given.needed_text("id")?.into());
    kept.extend(given.flag("dutiesPaid")?.map(|paid| ("dutiesPaid".to_owned(), paid.into())));
    let signature = given.word("signatureRequiredType", &["standard", "adult"])?;
    kept.extend(signature.map(|kind| ("signatureRequiredType".to_owned(), kind.into())));
    Ok(kept.into())
}

/// What was said of an item that the domain doesn't know: what it cost where it was sold, and what goes with it.
fn keep_item(item: &Input, currency: Currency) -> Result<Value, Failure> {
    let mut kept = item.texts(&["upstreamId", "giftMessage"])?;
    kept.extend(item.flag("giftWrap")?.map(|wrap| ("giftWrap".to_owned(), wrap.into())));
    for name in ["shipping", "subtotal", "total"] {
        let amount = item.amount(name, currency)?;
        kept.extend(amount.map(|amount| (name.to_owned(), words::amount(amount, currency))));
    }
    if let Some(tax) = item.object("tax")? {
        tax.only(&["amount", "items"])?;
        let mut told = Map::new();
        told.insert("amount".to_owned(), needed_amount(&tax, currency)?);
        if let Some(parts) = tax.objects("items")? {
            let part = |part: &Input| {
                part.only(&["amount", "authorityType"])?;
                let by = part.needed_text("authorityType")?;
                Ok(json!({ "authorityType": by, "amount": needed_amount(part, currency)? }))
            };
            let parts: Result<Vec<Value>, Failure> = parts.iter().map(part).collect();
            told.insert("items".to_owned(), parts?.into());
        }
        kept.insert("tax".to_owned(), told.into());
    }
    kept.extend(metadata::taken(item, &Value::Null)?.map(|sent| (metadata::NAME.to_owned(), sent)));
    Ok(kept.into())
}

fn needed_amount(of: &Input, currency: Currency) -> Result<Value, Failure> {
    let amount = of.amount("amount", currency)?.ok_or_else(|| Failure::missing(of.at("amount")))?;
    Ok(words::amount(amount, currency))
}

/// What was said of an order that was made so: null if it wasn't.
pub(super) fn said(order: &Order) -> Value {
    kept::of(&order.placed.custom_fields)[KEPT].take()
}
