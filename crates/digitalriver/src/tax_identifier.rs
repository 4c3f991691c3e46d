//! Tax identifiers: numbers under which customers pay taxes. They are kept as they were given; nobody here asks an
//! authority about them, so they stay `pending`.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use domain::actor::Permission;
use domain::contact::Contact;
use domain::record::{Record, RecordKind};
use serde_json::{Value, json};

use crate::call::{Call, Server};
use crate::failure::Failure;
use crate::page::{self, Span};
use crate::record::Shelf;
use crate::{customer, id, words};

const NEEDS: &[Permission] = &[Permission::ReadContacts];

/// Where they are.
pub(crate) static SHELF: Shelf =
    Shelf { kind: RecordKind::TaxIdentifier, id: id::TAX_IDENTIFIER, what: "Tax identifier" };

/// Tax identifiers by themselves.
pub(crate) fn routes() -> Router<Server> {
    Router::new()
        .route("/tax-identifiers", get(list).post(create))
        .route("/tax-identifiers/{id}", get(fetch).delete(remove))
}

/// A tax identifier as answers show it; `customer` is what whoever it belongs to goes by.
pub(crate) fn shown(record: &Record, customer: Option<&str>) -> Value {
    let made = words::time(record.created_at);
    let mut shown = json!({
        "id": SHELF.name(record.id),
        "createdTime": made,
        "type": record.body["type"],
        "value": record.body["value"],
        "state": "pending",
        "stateTransitions": { "pending": made },
        "updatedTime": words::time(record.updated_at),
    });
    if let Some(customer) = customer {
        shown["customerId"] = customer.into();
    }
    shown
}

/// Those of a customer.
pub(crate) async fn of_customer(call: &Call, contact: &Contact) -> Result<Vec<Value>, Failure> {
    let name = customer::name(contact);
    let records = SHELF.of_parent(call, contact.id.0).await?;
    Ok(records.iter().map(|record| shown(record, Some(&name))).collect())
}

/// What whoever it belongs to goes by.
async fn owner(call: &Call, record: &Record) -> Result<Option<String>, Failure> {
    let Some(id) = record.parent else { return Ok(None) };
    Ok(customer::find(call, &id.to_string()).await?.map(|contact| customer::name(&contact)))
}

async fn answer(call: &Call, record: &Record, status: StatusCode) -> Result<Response, Failure> {
    let owner = owner(call, record).await?;
    Ok((status, Json(shown(record, owner.as_deref()))).into_response())
}

async fn list(call: Call) -> Result<Response, Failure> {
    call.must(NEEDS)?;
    let parent = match call.asked("customerId") {
        // Somebody who isn't there has none.
        Some(name) => Some(customer::find(&call, name).await?.map_or(0, |contact| contact.id.0)),
        None => None,
    };
    let pending = Span::of_time(&call, "pending")?;
    let verified = ["verified", "not_valid"].iter().any(|state| call.asked(state).is_some());
    let fits = |record: &Record| {
        !verified
            && pending.holds_time(record.created_at)
            && page::shows(&call, "state", Some("pending"))
            && ["type", "value"].iter().all(|name| page::shows(&call, name, record.body[*name].as_str()))
    };
    let (more, found) = SHELF.list(&call, parent, |_| None, fits).await?.done();
    let mut data = Vec::new();
    for record in &found {
        data.push(shown(record, owner(&call, record).await?.as_deref()));
    }
    Ok(Json(words::list(more, data)).into_response())
}

async fn fetch(call: Call) -> Result<Response, Failure> {
    call.must(NEEDS)?;
    let record = SHELF.one(&call, call.named("id"), "id").await?;
    answer(&call, &record, StatusCode::OK).await
}

async fn create(call: Call) -> Result<Response, Failure> {
    let input = call.input(&["type", "value"])?;
    let mut record = SHELF.blank(&call).await?;
    record.body = json!({ "type": input.needed_text("type")?, "value": input.needed_text("value")? });
    let record = SHELF.save(&call, record).await?;
    answer(&call, &record, StatusCode::CREATED).await
}

async fn remove(call: Call) -> Result<Response, Failure> {
    let record = SHELF.one(&call, call.named("id"), "id").await?;
    SHELF.remove(&call, &[record]).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// It becomes a customer's.
pub(crate) async fn attach(call: Call) -> Result<Response, Failure> {
    let contact = customer::one(&call, call.named("id"), "id").await?;
    let mut record = SHELF.one(&call, call.named("tax"), "taxId").await?;
    if record.parent.is_some_and(|owner| owner != contact.id.0) {
        let told = "The tax identifier is another customer's.";
        return Err(Failure::conflict("restricted_update", "taxId", told));
    }
    record.parent = Some(contact.id.0);
    let record = SHELF.save(&call, record).await?;
    answer(&call, &record, StatusCode::OK).await
}
