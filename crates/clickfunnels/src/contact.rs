//! Contacts. An e-mail address is one contact; labels are told by tags; values that the merchant keeps are texts.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use domain::actor::Permission;
use domain::command::Command;
use domain::contact::{Contact, ContactKey, SaveContact, Whom, email_key};
use domain::decide::{Outcome, Write};
use domain::id::ContactId;
use domain::record::RecordKind;
use engine::query::{Column, Condition, ContactSort};
use serde_json::Value;

use crate::call::{Call, Server};
use crate::failure::Failure;
use crate::filter;
use crate::input::blank;
use crate::label;
use crate::page::{self, Asked, Sort};

mod read;
mod shown;

use read::Nothing;
pub(crate) use shown::{base, short};

const WRAPPER: &str = "contact";
const NEEDS: &[Permission] = &[Permission::ReadContacts];

/// Contacts, their tags, and tags applied to them and to orders.
pub(crate) fn routes() -> Router<Server> {
    Router::new()
        .route("/workspaces/{workspace}/contacts", get(list).post(create))
        .route("/workspaces/{workspace}/contacts/upsert", post(upsert))
        .route("/contacts/{id}", get(fetch).put(update).patch(update).delete(remove))
        .route("/contacts/{id}/gdpr_destroy", delete(redact))
        .route("/contacts/{id}/applied_tags", label::CONTACT.list())
        .route("/contacts/applied_tags/{id}", label::CONTACT.member())
        .route("/orders/{id}/applied_tags", label::ORDER.list())
        .route("/orders/applied_tags/{id}", label::ORDER.member())
}

/// The contact of that id.
pub(crate) async fn one(call: &Call, id: i64) -> Result<Option<Contact>, Failure> {
    call.must(NEEDS)?;
    Ok(call.engine.contacts_by_id(call.shop(), &[ContactId(id)]).await?.pop())
}

async fn named(call: &Call) -> Result<Contact, Failure> {
    let id = call.id()?;
    one(call, id).await?.ok_or(Failure::NotFound(Some(id)))
}

/// Nobody is listed who is unknown or was forgotten.
async fn list(call: Call) -> Result<Response, Failure> {
    call.must(NEEDS)?;
    let wanted = filter::wanted(&call, &["email_address", "id", "is_active", "tag_ids"])?;
    let mut conditions = vec![Condition::OneOf(Column::Somebody, vec![true.into()])];
    for (name, values) in wanted.each() {
        conditions.push(match name {
            "email_address" => {
                Condition::OneOf(Column::Email, values.iter().map(|email| email_key(email).into()).collect())
            }
            "id" => {
                Condition::OneOf(Column::ContactId, filter::ids(values).into_iter().map(Into::into).collect())
            }
            "is_active" => {
                let flags = values.iter().filter_map(|value| filter::flag(value));
                Condition::OneOf(Column::Active, flags.map(Into::into).collect())
            }
            _ => {
                let tags = filter::ids(values).into_iter().map(domain::id::RecordId).collect::<Vec<_>>();
                let tags = call.engine.records_by_id(call.shop(), &tags).await?;
                let tags = tags.iter().filter(|tag| tag.kind == RecordKind::ContactTag);
                Condition::Tagged(tags.map(|tag| tag.name.to_lowercase()).collect())
            }
        });
    }
    let asked = Asked::of(&call)?;
    let (sort, key) = match asked.sort {
        Sort::Id => (ContactSort::Id, None),
        Sort::UpdatedAt => {
            let seen = match asked.after {
                Some(id) => one(&call, id).await?,
                None => None,
            };
            (ContactSort::UpdatedAt, seen.map(|seen| seen.updated_at.0))
        }
    };
    let rows = call.engine.contacts(call.shop(), &conditions, sort, &asked.page(key)).await?;
    let contacts: Vec<Contact> = rows.into_iter().map(|(contact, _)| contact).collect();
    let shown = shown::all(&call, &contacts).await?;
    Ok(page::answer(&call, contacts.iter().map(|contact| contact.id.0).zip(shown).collect()))
}

async fn fetch(call: Call) -> Result<Response, Failure> {
    answer(&call, &named(&call).await?, StatusCode::OK).await
}

async fn create(call: Call) -> Result<Response, Failure> {
    let changes = read::changes(&call, &call.input(WRAPPER)?, None, Nothing::Empties).await?;
    save(&call, Whom::New, changes).await
}

async fn update(call: Call) -> Result<Response, Failure> {
    let known = named(&call).await?;
    let input = call.input(WRAPPER)?;
    let changes = read::changes(&call, &input, Some(&known), Nothing::Empties).await?;
    save(&call, Whom::Known(ContactKey::Id(known.id)), changes).await
}

/// Whoever has the e-mail address is changed, by nothing that is null or empty; if nobody has it, somebody is made.
async fn upsert(call: Call) -> Result<Response, Failure> {
    call.must(NEEDS)?;
    let input = call.input(WRAPPER)?;
    let email = input.needed_text("email_address").map_err(|_| blank("email_address"))?;
    let key = ContactKey::Email(email);
    let known = call.engine.contact(call.shop(), &key).await?;
    let changes = read::changes(&call, &input, known.as_ref(), Nothing::Stays).await?;
    save(&call, Whom::KnownOrNew(key), changes).await
}

async fn save(
    call: &Call,
    whom: Whom,
    changes: Vec<domain::contact::ContactChange>,
) -> Result<Response, Failure> {
    let done = call.execute(&Command::SaveContact(Box::new(SaveContact { whom, changes }))).await?;
    let made = done.decision.writes.iter().any(|write| matches!(write, Write::NewContact(_)));
    let Outcome::Contact(id) = done.outcome else { return Err(Failure::NotFound(None)) };
    let contact = one(call, id.0).await?.ok_or(Failure::NotFound(Some(id.0)))?;
    // From now on it is known when they were applied.
    label::settle(call, &label::CONTACT, &contact).await?;
    answer(call, &contact, if made { StatusCode::CREATED } else { StatusCode::OK }).await
}

async fn remove(call: Call) -> Result<Response, Failure> {
    call.execute(&Command::DeleteContact(named(&call).await?.id)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn redact(call: Call) -> Result<Response, Failure> {
    call.execute(&Command::RedactContact(named(&call).await?.id)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn answer(call: &Call, contact: &Contact, status: StatusCode) -> Result<Response, Failure> {
    let mut shown = shown::all(call, std::slice::from_ref(contact)).await?;
    Ok((status, Json(shown.pop().unwrap_or(Value::Null))).into_response())
}
