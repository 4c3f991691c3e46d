//! Checkouts: what is about to be ordered, with what it costs, and what it is paid with. A checkout becomes one order at
//! the most; it then is there no more, as in the original.
//!
//! What is asked for is a [`Basket`], read by the same function for orders that come in at once; what it costs are its
//! [`Sums`].

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use domain::actor::Permission;
use domain::money::Minor;
use domain::record::{Record, RecordKind};
use engine::dialect::{self, Happened};
use serde_json::Value;

use crate::call::{Call, Server};
use crate::failure::Failure;
use crate::input::Input;
use crate::page::{self, Span};
use crate::record::Shelf;
use crate::{customer, id, source, words};

mod basket;
mod given;
mod read;
mod shown;
mod sums;

pub(crate) use basket::{Basket, Item, Price};
pub(crate) use read::{FIELDS, read};
use shown::Beside;
pub(crate) use sums::{ItemSums, Sums, sums};

const NEEDS: &[Permission] = &[Permission::ReadOrders];

/// Where they are. A checkout belongs to its customer, or goes by the buyer's e-mail address; once it became an order, it
/// is put away.
pub(crate) static SHELF: Shelf = Shelf { kind: RecordKind::Checkout, id: id::CHECKOUT, what: "Checkout" };

/// Checkouts, and what they are paid with.
pub(crate) fn routes() -> Router<Server> {
    Router::new()
        .route("/checkouts", get(list).post(create))
        .route("/checkouts/{id}", get(fetch).post(update).delete(remove))
        .route("/checkouts/{id}/sources/{source}", post(attach).delete(detach))
}

/// A checkout that is still to become an order.
#[derive(Debug, Clone)]
pub(crate) struct Checkout {
    pub(crate) record: Record,
    pub(crate) basket: Basket,
}

/// The checkout of that id, with that parameter; one that became an order is there no more.
pub(crate) async fn one(call: &Call, name: &str, parameter: &str) -> Result<Checkout, Failure> {
    call.must(NEEDS)?;
    let record = SHELF.one(call, name, parameter).await?;
    let basket = basket(&record)?;
    if record.archived || basket.live != call.mode.is_live() {
        return Err(Failure::not_found(SHELF.what, name, parameter));
    }
    Ok(Checkout { record, basket })
}

fn basket(record: &Record) -> Result<Basket, Failure> {
    serde_json::from_value(record.body.clone())
        .map_err(|error| engine::Error::Bug(format!("checkout {}: {error}", record.id)).into())
}

/// A checkout became an order: it is put away, and so is a source that can be used once.
pub(crate) async fn consume(call: &Call, mut checkout: Checkout) -> Result<(), Failure> {
    checkout.record.archived = true;
    SHELF.save(call, checkout.record).await?;
    use_up(call, &checkout.basket).await
}

/// A basket became an order: a source that can be used once can't be used again.
pub(crate) async fn use_up(call: &Call, basket: &Basket) -> Result<(), Failure> {
    match source(call, basket).await? {
        Some(used) => source::use_up(call, used, basket.email.as_deref()).await,
        None => Ok(()),
    }
}

/// The source that a basket is paid with.
pub(crate) async fn source(call: &Call, basket: &Basket) -> Result<Option<Record>, Failure> {
    match basket.source {
        Some(id) => Ok(source::SHELF.numbered(call, &[id]).await?.pop()),
        None => Ok(None),
    }
}

/// What of its total a basket's source gives, in minor units; `None` without one. All of it must be given before it can
/// become an order.
pub(crate) fn contributed(source: Option<&Record>, sums: &Sums) -> Result<Option<Minor>, Failure> {
    let Some(record) = source else { return Ok(None) };
    Ok(Some(source::kept(record)?.amount.map_or(sums.total, |most| most.min(sums.total))))
}

/// The checkout as answers show it.
async fn rendered(call: &Call, record: &Record) -> Result<Value, Failure> {
    let basket = basket(record)?;
    let beside = Beside::of(call, &basket).await?;
    shown::shown(call.shop(), record, &basket, &beside)
}

/// The checkout as events show it: the same, with what was read when it was told.
pub(crate) fn told(happened: &Happened<'_>, record: &Record) -> Option<Value> {
    let basket = basket(record).ok()?;
    shown::shown(happened.shop, record, &basket, &Beside::told(happened, &basket)).ok()
}

/// What a checkout names that is shown with it.
pub(crate) fn beside(record: &Record) -> dialect::Beside {
    let Ok(basket) = basket(record) else { return dialect::Beside::default() };
    dialect::Beside {
        contacts: basket.customer.into_iter().collect(),
        variants: basket.items.iter().filter_map(|item| item.variant).collect(),
        records: basket.source.into_iter().chain(basket.tax_identifiers).collect(),
    }
}

async fn answer(call: &Call, record: &Record, status: StatusCode) -> Result<Response, Failure> {
    Ok((status, Json(rendered(call, record).await?)).into_response())
}

async fn list(call: Call) -> Result<Response, Failure> {
    call.must(NEEDS)?;
    let parent = match call.asked("customerId") {
        // Somebody who isn't there has none.
        Some(name) => Some(customer::find(&call, name).await?.map_or(0, |contact| contact.id.0)),
        None => None,
    };
    let total = Span::of(&call, "totalAmount", words::millionths)?;
    let live = call.mode.is_live();
    let upstream = |record: &Record| basket(record).ok().and_then(|basket| basket.upstream_id);
    let fits = |record: &Record| {
        let Ok(basket) = basket(record) else { return false };
        let shows = |name: &str, shown: &Option<String>| page::shows(&call, name, shown.as_deref());
        let amount = words::amount(sums(&basket).total, basket.currency);
        !record.archived
            && basket.live == live
            && shows("applicationId", &basket.application_id)
            && shows("email", &basket.email)
            && shows("locale", &basket.locale)
            && shows("browserIp", &basket.browser_ip)
            && shows("chargeType", &basket.charge_type)
            && shows("customerType", &basket.customer_type)
            && page::shows(&call, "currency", Some(basket.currency.code()))
            && call.asked("subscriptionId").is_none_or(|asked| basket.subscribes_to(asked))
            && total.holds_amount(&amount)
    };
    let (more, found) = SHELF.list(&call, parent, upstream, fits).await?.done();
    let mut data = Vec::new();
    for record in &found {
        data.push(rendered(&call, record).await?);
    }
    Ok(Json(words::list(more, data)).into_response())
}

async fn fetch(call: Call) -> Result<Response, Failure> {
    let checkout = one(&call, call.named("id"), "id").await?;
    answer(&call, &checkout.record, StatusCode::OK).await
}

async fn create(call: Call) -> Result<Response, Failure> {
    let input = call.input(FIELDS)?;
    if input.value("currency").is_none() {
        return Err(Failure::missing("currency"));
    }
    if input.value("items").is_none() {
        return Err(Failure::missing("items"));
    }
    let basket = read(&call, &input, None).await?;
    let record = SHELF.blank(&call).await?;
    save(&call, record, basket, StatusCode::CREATED).await
}

async fn update(call: Call) -> Result<Response, Failure> {
    let Checkout { record, basket } = one(&call, call.named("id"), "id").await?;
    let input = call.input(FIELDS)?;
    // Whether prices contain taxes is said once.
    if input.value("taxInclusive").is_some() {
        return Err(Failure::unknown_parameter("taxInclusive"));
    }
    let basket = read(&call, &input, Some(basket)).await?;
    save(&call, record, basket, StatusCode::OK).await
}

async fn save(
    call: &Call,
    mut record: Record,
    basket: Basket,
    status: StatusCode,
) -> Result<Response, Failure> {
    record.parent = basket.customer.map(|id| id.0);
    record.name = basket.email.as_deref().map(domain::contact::email_key).unwrap_or_default();
    record.body = serde_json::to_value(&basket)
        .map_err(|error| engine::Error::Bug(format!("checkout {}: {error}", record.id)))?;
    let record = SHELF.save(call, record).await?;
    answer(call, &record, status).await
}

async fn remove(call: Call) -> Result<Response, Failure> {
    let checkout = one(&call, call.named("id"), "id").await?;
    SHELF.remove(&call, &[checkout.record]).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// A basket is paid with one source: another one takes its place.
async fn attach(call: Call) -> Result<Response, Failure> {
    let Checkout { record, mut basket } = one(&call, call.named("id"), "id").await?;
    let attached = read::usable(&call, call.named("source"), "sourceId", &basket).await?;
    basket.source = Some(attached.id);
    let shown = source::with_owner(&call, &attached).await?;
    save(&call, record, basket, StatusCode::OK).await?;
    Ok(Json(shown).into_response())
}

async fn detach(call: Call) -> Result<Response, Failure> {
    let Checkout { record, mut basket } = one(&call, call.named("id"), "id").await?;
    let named = source::SHELF.one(&call, call.named("source"), "sourceId").await?;
    if basket.source != Some(named.id) {
        return Err(Failure::not_found(source::SHELF.what, call.named("source"), "sourceId"));
    }
    basket.source = None;
    save(&call, record, basket, StatusCode::OK).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// What was sent of an order that comes in without a checkout.
pub(crate) async fn at_once(call: &Call, input: &Input) -> Result<Basket, Failure> {
    for needed in ["currency", "items"] {
        if input.value(needed).is_none() {
            return Err(Failure::missing(needed));
        }
    }
    read(call, input, None).await
}
