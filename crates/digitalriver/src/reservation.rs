//! Reservations: units of inventory items that are kept for somebody until a time, so that nobody else is sold them. They
//! can be made and ended, and used by a fulfillment order; nothing else is published of them, so nothing but what is kept is
//! kept of them.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, post};
use axum::{Json, Router};
use domain::command::{Command, Reserve};
use domain::decide::Outcome;
use domain::product::Variant;
use domain::refusal::{Field, Refusal, Thing};
use domain::reservation::{ReservationKey, ReservedItem, TooFew};
use domain::time::SECOND;
use serde_json::{Map, Value, json};

use crate::call::{Call, Server};
use crate::failure::Failure;
use crate::input::Input;
use crate::{inventory, sku, words};

/// What can be sent.
const FIELDS: [&str; 5] = ["id", "items", "shipTo", "shippingChoice", "expiresInSeconds"];
/// The longest that something is kept for somebody: a year.
const LONGEST: i64 = 31_536_000;

/// Reservations.
pub(crate) fn routes() -> Router<Server> {
    Router::new().route("/reservations", post(create)).route("/reservations/{id}", delete(remove))
}

/// The reservation that a name means to somebody.
fn key(call: &Call, name: &str) -> ReservationKey {
    ReservationKey::Name(name.to_owned(), !call.mode.is_live())
}

/// 404: no such reservation, or it ended.
pub(crate) fn missing(name: &str, parameter: &str) -> Failure {
    Failure::not_found("Reservation", name, parameter)
}

/// 409: there are too few.
pub(crate) fn out_of_inventory(item: &Wanted) -> Failure {
    let told = format!("Inventory item '{}' is out of stock.", item.name);
    Failure::conflict("out_of_inventory", item.at("quantity"), told)
}

async fn create(call: Call) -> Result<Response, Failure> {
    let input = call.input(&FIELDS)?;
    let name = input.text("id")?.filter(|name| !name.is_empty());
    name.as_deref().map_or(Ok(()), sku::is_name)?;
    let fields = ["inventoryItemId", "quantity", "allowOversell"];
    let items = wanted(&call, &input, &fields).await?;
    let ship_to = ship_to(&input)?;
    let shipping = shipping(&input)?;
    let seconds = seconds(&input)?;
    let mut asked = Vec::with_capacity(items.len());
    for item in &items {
        let too_few = match item.given.flag("allowOversell")? {
            Some(true) => TooFew::SellOn,
            Some(false) | None => TooFew::Refuse,
        };
        asked.push(ReservedItem { variant: item.variant.id, quantity: item.quantity, too_few });
    }
    let reserve = Reserve {
        name: name.clone(),
        test: !call.mode.is_live(),
        items: asked,
        destination: Some(words::address(&ship_to)),
        expires_at: call.now().plus(seconds * SECOND),
    };
    let done = match call.verdict(&Command::Reserve(Box::new(reserve))).await? {
        Ok(done) => done,
        Err(Refusal::Taken(Field::Name)) => {
            let told = format!("Reservation '{}' already exists.", name.unwrap_or_default());
            return Err(Failure::conflict("already_exists", "id", told));
        }
        Err(refusal) => return Err(refused(refusal, &items)),
    };
    let Outcome::Reservation(id) = done.outcome else { return Err(missing("", "id")) };
    let shown = json!({
        "id": name.unwrap_or_else(|| id.to_string()),
        "createdTime": words::time(done.decision.at),
        "shipTo": ship_to,
        "shippingChoice": shipping,
        "items": items.iter().map(shown).collect::<Result<Vec<_>, _>>()?,
        "expiresInSeconds": seconds,
        "liveMode": call.mode.is_live(),
    });
    Ok((StatusCode::CREATED, Json(shown)).into_response())
}

async fn remove(call: Call) -> Result<Response, Failure> {
    let name = call.named("id");
    match call.verdict(&Command::EndReservation(key(&call, name))).await? {
        Ok(_) => Ok(StatusCode::NO_CONTENT.into_response()),
        Err(Refusal::Unknown(Thing::Reservation)) => Err(missing(name, "id")),
        Err(refusal) => Err(refusal.into()),
    }
}

/// Units of an inventory item that somebody wants.
pub(crate) struct Wanted {
    pub(crate) variant: Variant,
    /// What it goes by, as it was sent.
    pub(crate) name: String,
    pub(crate) quantity: i64,
    /// All that was said of it.
    pub(crate) given: Input,
}

impl Wanted {
    /// One of its fields, as failures name it.
    fn at(&self, field: &str) -> String {
        self.given.at(field)
    }
}

/// The inventory items that were sent, each with none but these fields.
pub(crate) async fn wanted(call: &Call, input: &Input, fields: &[&str]) -> Result<Vec<Wanted>, Failure> {
    call.must(inventory::NEEDS)?;
    let given = input.objects("items")?.filter(|items| !items.is_empty());
    let given = given.ok_or_else(|| Failure::missing(input.at("items")))?;
    let mut items = Vec::with_capacity(given.len());
    for given in given {
        given.only(fields)?;
        let name = given.needed_text("inventoryItemId")?;
        let quantity = given.integer("quantity")?.ok_or_else(|| Failure::missing(given.at("quantity")))?;
        let counted = sku::find(call, &name).await?.filter(|variant| variant.tracked);
        let unknown = || Failure::invalid(given.at("inventoryItemId"), &name, "inventory item ID");
        items.push(Wanted { variant: counted.ok_or_else(unknown)?, name, quantity, given });
    }
    Ok(items)
}

/// What the domain refuses of items that somebody wants.
pub(crate) fn refused(refusal: Refusal, items: &[Wanted]) -> Failure {
    let of = |variant| items.iter().find(|item| item.variant.id == variant);
    match refusal {
        Refusal::OutOfStock(variant) => of(variant).map_or_else(|| refusal.into(), out_of_inventory),
        Refusal::LineQuantity(index) => {
            let at = items.get(index).map_or_else(|| "quantity".to_owned(), |item| item.at("quantity"));
            Failure::bad("invalid_quantity_amount", at, "The quantity is out of bounds.")
        }
        other => other.into(),
    }
}

/// Where it would be sent: no more than decides from where.
fn ship_to(input: &Input) -> Result<Value, Failure> {
    let missing = |at: String| move || Failure::missing(at);
    let given = input.object("shipTo")?.ok_or_else(missing(input.at("shipTo")))?;
    given.only(&["address"])?;
    let address = given.object("address")?.ok_or_else(missing(given.at("address")))?;
    address.only(&["city", "postalCode", "state", "country"])?;
    Ok(json!({ "address": given.address("address")? }))
}

/// What was said of shipping, which changes nothing.
fn shipping(input: &Input) -> Result<Value, Failure> {
    let given = input.object("shippingChoice")?;
    let given = given.ok_or_else(|| Failure::missing(input.at("shippingChoice")))?;
    given.only(&["amount", "currency", "serviceLevel"])?;
    let missing = |name: &str| Failure::missing(given.at(name));
    let currency = given.currency("currency")?.ok_or_else(|| missing("currency"))?;
    let amount = given.amount("amount", currency)?.ok_or_else(|| missing("amount"))?;
    let level = given.word("serviceLevel", &["SG"])?.ok_or_else(|| missing("serviceLevel"))?;
    Ok(json!({
        "amount": words::amount(amount, currency),
        "currency": currency.code(),
        "serviceLevel": level,
    }))
}

fn seconds(input: &Input) -> Result<i64, Failure> {
    let at = || input.at("expiresInSeconds");
    let seconds = input.integer("expiresInSeconds")?.ok_or_else(|| Failure::missing(at()))?;
    let told = || format!("A reservation is kept for 1 to {LONGEST} seconds.");
    let fits = (1..=LONGEST).contains(&seconds);
    fits.then_some(seconds).ok_or_else(|| Failure::bad("invalid_parameter", at(), told()))
}

fn shown(item: &Wanted) -> Result<Value, Failure> {
    let mut shown = Map::new();
    shown.insert("inventoryItemId".to_owned(), item.name.as_str().into());
    shown.insert("quantity".to_owned(), item.quantity.into());
    shown.extend(item.given.flag("allowOversell")?.map(|flag| ("allowOversell".to_owned(), flag.into())));
    Ok(shown.into())
}
