//! Sources: what somebody pays with. A source is the token of a gateway, never a card: whoever takes card numbers must be
//! certified for it, and this server isn't. Only the published test cards are taken as numbers, with a test key; each
//! stands for a token of the built-in gateway that does what the card is published to do. No number is kept.
//!
//! A token of another gateway is sent as `token`: its name at the gateway, and the gateway's own name here.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use domain::actor::Permission;
use domain::billing::Instrument;
use domain::contact::{Contact, email_key};
use domain::money::{Currency, Minor};
use domain::record::{Record, RecordKind};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::call::{Call, Mode, Server};
use crate::failure::Failure;
use crate::input::Input;
use crate::record::Shelf;
use crate::{customer, id, metadata, words};

mod card;

/// The name of the gateway that takes no real money.
pub(crate) use card::GATEWAY as TEST_GATEWAY;

const NEEDS: &[Permission] = &[Permission::ReadOrders];

/// Where they are. A source belongs to a customer, once it is attached to one.
pub(crate) static SHELF: Shelf = Shelf { kind: RecordKind::PaymentSource, id: id::SOURCE, what: "Source" };

/// What is kept of a source.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Kept {
    pub(crate) live: bool,
    /// The name of the gateway.
    pub(crate) gateway: String,
    /// The gateway's name for what is paid with.
    pub(crate) token: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) currency: Option<Currency>,
    /// How much of it may be used, in minor units; as much as is needed, otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) amount: Option<Minor>,
    /// Whether it was used up.
    #[serde(default)]
    pub(crate) consumed: bool,
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub(crate) card: Value,
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub(crate) owner: Value,
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub(crate) metadata: Value,
}

/// Sources by themselves.
pub(crate) fn routes() -> Router<Server> {
    Router::new().route("/sources", post(create)).route("/sources/{id}", get(fetch))
}

/// What is kept of a source.
pub(crate) fn kept(record: &Record) -> Result<Kept, Failure> {
    serde_json::from_value(record.body.clone())
        .map_err(|error| engine::Error::Bug(format!("source {}: {error}", record.id)).into())
}

impl Kept {
    /// What the gateway is asked to take money from.
    pub(crate) fn instrument(&self) -> Instrument {
        Instrument { token: self.token.clone(), kind: Some("card".to_owned()) }
    }
}

/// A source as answers show it.
pub(crate) fn shown(record: &Record, customer: Option<&str>) -> Result<Value, Failure> {
    let kept = kept(record)?;
    let mut shown = serde_json::Map::new();
    let mut put = |name: &str, value: Value| {
        if !value.is_null() {
            shown.insert(name.to_owned(), value);
        }
    };
    put("id", SHELF.name(record.id).into());
    put("createdTime", words::time(record.created_at));
    put("type", "creditCard".into());
    put("currency", kept.currency.map_or(Value::Null, |currency| currency.code().into()));
    if let (Some(amount), Some(currency)) = (kept.amount, kept.currency) {
        put("amount", words::amount(amount, currency));
    }
    put("reusable", record.parent.is_some().into());
    put("owner", kept.owner);
    put("creditCard", kept.card);
    put("flow", "standard".into());
    put("state", if kept.consumed { "consumed" } else { "chargeable" }.into());
    put("customerId", customer.map_or(Value::Null, Value::from));
    put("liveMode", kept.live.into());
    metadata::show(&kept.metadata, &mut shown);
    Ok(shown.into())
}

/// Those of a customer.
pub(crate) async fn of_customer(call: &Call, contact: &Contact) -> Result<Vec<Value>, Failure> {
    let name = customer::name(contact);
    let records = SHELF.of_parent(call, contact.id.0).await?;
    records.iter().map(|record| shown(record, Some(&name))).collect()
}

/// What the customer goes by to whom it belongs.
pub(crate) async fn owner(call: &Call, record: &Record) -> Result<Option<String>, Failure> {
    let Some(id) = record.parent else { return Ok(None) };
    Ok(customer::find(call, &id.to_string()).await?.as_ref().map(customer::name))
}

/// The source as answers show it, with the customer that it belongs to.
pub(crate) async fn with_owner(call: &Call, record: &Record) -> Result<Value, Failure> {
    shown(record, owner(call, record).await?.as_deref())
}

async fn answer(call: &Call, record: &Record, status: StatusCode) -> Result<Response, Failure> {
    Ok((status, Json(with_owner(call, record).await?)).into_response())
}

async fn fetch(call: Call) -> Result<Response, Failure> {
    call.must(NEEDS)?;
    let record = SHELF.one(&call, call.named("id"), "id").await?;
    answer(&call, &record, StatusCode::OK).await
}

async fn create(call: Call) -> Result<Response, Failure> {
    let input = call.input(&[
        "type",
        "currency",
        "amount",
        "reusable",
        "owner",
        "creditCard",
        "token",
        "metadata",
        "paymentSessionId",
        "upstreamId",
        "customerCredit",
    ])?;
    let kept = read(&call, &input)?;
    let mut record = SHELF.blank(&call).await?;
    record.name = kept.owner["email"].as_str().map(email_key).unwrap_or_default();
    record.body = body(&kept)?;
    let record = SHELF.save(&call, record).await?;
    answer(&call, &record, StatusCode::CREATED).await
}

fn read(call: &Call, input: &Input) -> Result<Kept, Failure> {
    if input.needed_text("type")? != "creditCard" {
        let told = "Only sources of the type creditCard are taken, as the token of a gateway.";
        return Err(Failure::bad("invalid_parameter", "type", told));
    }
    let currency = input.currency("currency")?;
    let amount = match currency {
        Some(currency) => input.amount("amount", currency)?,
        None if input.value("amount").is_some() => return Err(Failure::missing("currency")),
        None => None,
    };
    let (gateway, token, card) = match (input.object("token")?, input.object("creditCard")?) {
        (Some(token), card) => {
            token.only(&["gateway", "reference"])?;
            let card = card.map(|card| card::described(&card)).transpose()?;
            (token.needed_text("gateway")?, token.needed_text("reference")?, card.unwrap_or_default())
        }
        (None, Some(given)) => {
            let (token, card) = card::tested(&given, call.mode, call.now())?;
            (card::GATEWAY.to_owned(), token.to_owned(), card)
        }
        (None, None) => return Err(Failure::missing("creditCard")),
    };
    Ok(Kept {
        live: call.mode == Mode::Live,
        gateway,
        token,
        currency,
        amount,
        consumed: false,
        card,
        owner: given_owner(input)?,
        metadata: metadata::taken(input, &Value::Null)?.unwrap_or_default(),
    })
}

/// Whose it is, as it was given.
fn given_owner(input: &Input) -> Result<Value, Failure> {
    const MORE: &str = "additionalAddressInfo";
    const TEXTS: [&str; 5] = ["firstName", "lastName", "email", "organization", "upstreamId"];
    let Some(owner) = input.object("owner")? else { return Ok(Value::Null) };
    owner.only(&["firstName", "lastName", "email", "organization", "upstreamId", "address", MORE])?;
    let address = owner.address("address")?.ok_or_else(|| Failure::missing(owner.at("address")))?;
    let mut given = owner.texts(&TEXTS)?;
    given.insert("address".to_owned(), address);
    given.extend(owner.more_of_address()?.map(|more| (MORE.to_owned(), more)));
    Ok(given.into())
}

/// It was used, by somebody with that e-mail address. One that is nobody's can't be used again.
pub(crate) async fn use_up(call: &Call, mut record: Record, email: Option<&str>) -> Result<(), Failure> {
    if record.parent.is_some() {
        return Ok(());
    }
    if let Some(email) = email {
        // So that it is forgotten with whoever it is.
        record.name = email_key(email);
    }
    record.body = body(&Kept { consumed: true, ..kept(&record)? })?;
    SHELF.save(call, record).await.map(drop)
}

fn body(kept: &Kept) -> Result<Value, Failure> {
    serde_json::to_value(kept).map_err(|error| engine::Error::Bug(format!("a source: {error}")).into())
}

/// It becomes a customer's, who may use it again and again.
pub(crate) async fn attach(call: Call) -> Result<Response, Failure> {
    let contact = customer::one(&call, call.named("id"), "id").await?;
    let mut record = SHELF.one(&call, call.named("source"), "sourceId").await?;
    if record.parent.is_some_and(|owner| owner != contact.id.0) {
        let told = "The source is attached to another customer.";
        return Err(Failure::conflict("source_in_use", "sourceId", told));
    }
    if kept(&record)?.consumed {
        let told = "The source was used, and can't be used again.";
        return Err(Failure::conflict("nonreusable_source", "sourceId", told));
    }
    record.parent = Some(contact.id.0);
    let record = SHELF.save(&call, record).await?;
    answer(&call, &record, StatusCode::OK).await
}

/// It is the customer's no more, and forgotten.
pub(crate) async fn detach(call: Call) -> Result<Response, Failure> {
    let contact = customer::one(&call, call.named("id"), "id").await?;
    let record = SHELF.one(&call, call.named("source"), "sourceId").await?;
    if record.parent != Some(contact.id.0) {
        return Err(Failure::not_found(SHELF.what, call.named("source"), "sourceId"));
    }
    SHELF.remove(&call, &[record]).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
