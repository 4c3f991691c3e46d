//! Customers: contacts. Each goes by its number, and by the id that a program chose for it, if one did. What only this
//! API knows of one is kept in a custom field.
//!
//! Here an e-mail address is one customer, since other APIs count on that.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use domain::actor::Permission;
use domain::command::Command;
use domain::contact::{Contact, ContactChange, ContactKey, SaveContact, Whom, email_key};
use domain::custom_field::CustomField;
use domain::decide::Outcome;
use domain::id::ContactId;
use domain::record::RecordKind;
use domain::refusal::{Field, Refusal};
use engine::query::{Column, Condition, ContactSort, Page, RecordSort};
use serde_json::{Map, Value};

use crate::call::{Call, Server};
use crate::failure::Failure;
use crate::input::{Input, is_email};
use crate::page::{self, Gather, Span};
use crate::record::Shelf;
use crate::{id, kept, metadata, source, tax_identifier, words};

const NEEDS: &[Permission] = &[Permission::ReadContacts];
/// Fields that can be sent of every customer.
const FIELDS: [&str; 8] =
    ["email", "shipping", "defaultSourceId", "taxCertificate", "metadata", "locale", "type", "enabled"];

/// The ids that programs chose.
static ALIAS: Shelf = Shelf { kind: RecordKind::ContactAlias, id: id::CUSTOMER_ALIAS, what: "Customer" };

/// Customers, what they pay with, and the numbers under which they pay taxes.
pub(crate) fn routes() -> Router<Server> {
    Router::new()
        .route("/customers", get(list).post(create))
        .route("/customers/{id}", get(fetch).post(update).delete(remove))
        .route("/customers/{id}/sources/{source}", post(source::attach).delete(source::detach))
        .route("/customers/{id}/tax-identifiers/{tax}", post(tax_identifier::attach))
}

/// The contact that a customer's id names, if it is there.
pub(crate) async fn find(call: &Call, name: &str) -> Result<Option<Contact>, Failure> {
    call.must(NEEDS)?;
    let Some(id) = known(call, name).await? else { return Ok(None) };
    Ok(call.engine.contacts_by_id(call.shop(), &[id]).await?.pop())
}

/// The contact that a customer's id names, whether or not it is still there: whoever reads orders may look for its.
pub(crate) async fn known(call: &Call, name: &str) -> Result<Option<ContactId>, Failure> {
    let chosen = [Condition::OneOf(Column::RecordKey, vec![alias_key(name).into()])];
    let one = Page { limit: 1, ..Page::default() };
    let kind = RecordKind::ContactAlias;
    let alias = call.engine.records(call.shop(), kind, &chosen, RecordSort::Id, &one).await?.pop();
    Ok(alias.and_then(|alias| alias.parent).or_else(|| id::decimal(name)).map(ContactId))
}

/// The contact of a customer that must be there, whose id was sent as that parameter.
pub(crate) async fn one(call: &Call, name: &str, parameter: &str) -> Result<Contact, Failure> {
    find(call, name).await?.ok_or_else(|| Failure::not_found("Customer", name, parameter))
}

fn alias_key(name: &str) -> String {
    name.trim().to_owned()
}

/// What only this API knows of a contact.
fn known_of(contact: &Contact) -> Map<String, Value> {
    fields_of(&contact.custom_fields)
}

fn fields_of(fields: &[CustomField]) -> Map<String, Value> {
    match kept::of(fields) {
        Value::Object(kept) => kept,
        _ => Map::new(),
    }
}

/// What a contact goes by.
pub(crate) fn name(contact: &Contact) -> String {
    let chosen = known_of(contact).get("id").and_then(Value::as_str).map(str::to_owned);
    chosen.unwrap_or_else(|| contact.id.to_string())
}

async fn shown(call: &Call, contact: &Contact) -> Result<Value, Failure> {
    let mut shown = told(contact);
    let mut put = |name: &str, value: Option<Value>| {
        shown.extend(value.map(|value| (name.to_owned(), value)));
    };
    put("liveMode", Some(call.mode.is_live().into()));
    let sources = source::of_customer(call, contact).await?;
    put("sources", (!sources.is_empty()).then(|| sources.into()));
    let numbers = tax_identifier::of_customer(call, contact).await?;
    put("taxIdentifiers", (!numbers.is_empty()).then(|| numbers.into()));
    Ok(shown.into())
}

/// What is said of a contact without looking further: not its sources and tax identifiers, and not the mode.
pub(crate) fn told(contact: &Contact) -> Map<String, Value> {
    let kept = known_of(contact);
    let mut shown = Map::new();
    shown.insert("id".to_owned(), name(contact).into());
    shown.insert("createdTime".to_owned(), words::time(contact.created_at));
    shown.insert("updatedTime".to_owned(), words::time(contact.updated_at));
    let mut put = |name: &str, value: Option<Value>| {
        shown.extend(value.map(|value| (name.to_owned(), value)));
    };
    put("email", contact.email.clone().map(Value::from));
    put("shipping", shipping(contact, &kept));
    put("locale", contact.locale.as_ref().map(|locale| locale.replace('-', "_").into()));
    for name in ["defaultSourceId", "type"] {
        put(name, kept.get(name).cloned());
    }
    put("taxCertificates", kept.get("taxCertificate").map(|certificate| vec![certificate.clone()].into()));
    put("enabled", Some(kept.get("enabled").cloned().unwrap_or(true.into())));
    put("requestToBeForgotten", Some(contact.redacted_at.is_some().into()));
    metadata::show(kept.get(metadata::NAME).unwrap_or(&Value::Null), &mut shown);
    shown
}

/// The first address. What other APIs don't know of it is shown as long as they didn't change the rest.
fn shipping(contact: &Contact, kept: &Map<String, Value>) -> Option<Value> {
    let address = contact.addresses.first()?;
    let said = kept.get("shipping").filter(|said| words::address(said) == *address);
    Some(said.cloned().unwrap_or_else(|| words::party(address)))
}

async fn answer(call: &Call, id: ContactId, status: StatusCode) -> Result<Response, Failure> {
    let contact = one(call, &id.to_string(), "id").await?;
    Ok((status, Json(shown(call, &contact).await?)).into_response())
}

async fn list(call: Call) -> Result<Response, Failure> {
    call.must(NEEDS)?;
    let mut known = Vec::new();
    let cursors = ["startingAfter", "endingBefore"].into_iter().filter_map(|name| call.asked(name));
    let wanted = page::ids(&call);
    for name in cursors.chain(wanted.iter().flatten().take(page::MOST).map(String::as_str)) {
        known.extend(find(&call, name).await?.map(|contact| (name.to_owned(), contact.id.0)));
    }
    let numbered = |text: &str| known.iter().find(|(name, _)| name == text).map(|(_, id)| *id);
    let mut gather = Gather::of(&call, numbered)?;
    let (created, updated) = (Span::of_time(&call, "createdTime")?, Span::of_time(&call, "updatedTime")?);
    let forgotten = call.asked("requestToBeForgotten").map(|asked| asked.eq_ignore_ascii_case("true"));
    let fits = |contact: &Contact| {
        created.holds_time(contact.created_at)
            && updated.holds_time(contact.updated_at)
            && forgotten.is_none_or(|forgotten| forgotten == contact.redacted_at.is_some())
    };
    let mut conditions = Vec::new();
    if let Some(email) = call.asked("email") {
        conditions.push(Condition::OneOf(Column::Email, vec![email_key(email).into()]));
    }
    if let Some(wanted) = &wanted {
        let ids = wanted.iter().filter_map(|name| numbered(name)).map(Into::into).collect();
        conditions.push(Condition::OneOf(Column::ContactId, ids));
    }
    while let Some(page) = gather.next() {
        let batch = call.engine.contacts(call.shop(), &conditions, ContactSort::Id, &page).await?;
        let batch = batch.into_iter().map(|(contact, _)| contact).collect();
        gather.take(batch, |contact: &Contact| contact.id.0, fits);
    }
    let (more, found) = gather.done();
    let mut data = Vec::new();
    for contact in &found {
        data.push(shown(&call, contact).await?);
    }
    Ok(Json(words::list(more, data)).into_response())
}

async fn fetch(call: Call) -> Result<Response, Failure> {
    let contact = one(&call, call.named("id"), "id").await?;
    answer(&call, contact.id, StatusCode::OK).await
}

async fn create(call: Call) -> Result<Response, Failure> {
    let mut fields = vec!["id"];
    fields.extend(FIELDS);
    let input = call.input(&fields)?;
    let chosen = input.text("id")?.map(|name| alias_key(&name)).filter(|name| !name.is_empty());
    if let Some(name) = &chosen {
        is_name(&call, name).await?;
        if find(&call, name).await?.is_some() {
            return Err(taken(name));
        }
    }
    let mut changes = read(&call, &input, None).await?;
    if let Some(name) = &chosen {
        // So that it goes by that name as soon as it is there.
        let mut said = said(&changes);
        said.insert("id".to_owned(), name.as_str().into());
        put_kept(&mut changes, said);
    }
    let id = save(&call, Whom::New, changes).await?;
    if let Some(name) = chosen {
        let mut alias = ALIAS.blank(&call).await?;
        (alias.parent, alias.key) = (Some(id.0), Some(name.clone()));
        if let Err(refusal) = call.verdict(&Command::SaveRecords(vec![alias])).await? {
            // Somebody chose the same one in the same moment, and was faster.
            call.execute(&Command::DeleteContact(id)).await?;
            return Err(if refusal == Refusal::Taken(Field::Name) { taken(&name) } else { refusal.into() });
        }
    }
    answer(&call, id, StatusCode::CREATED).await
}

fn taken(name: &str) -> Failure {
    Failure::conflict("already_exists", "id", format!("Customer '{name}' already exists."))
}

async fn update(call: Call) -> Result<Response, Failure> {
    let mut fields = vec!["requestToBeForgotten"];
    fields.extend(FIELDS);
    let input = call.input(&fields)?;
    let contact = one(&call, call.named("id"), "id").await?;
    let changes = read(&call, &input, Some(&contact)).await?;
    if input.flag("requestToBeForgotten")? == Some(true) {
        // What else was sent would be forgotten with the rest.
        call.execute(&Command::RedactContact(contact.id)).await?;
    } else if !changes.is_empty() {
        save(&call, Whom::Known(ContactKey::Id(contact.id)), changes).await?;
    }
    answer(&call, contact.id, StatusCode::OK).await
}

async fn save(call: &Call, whom: Whom, changes: Vec<ContactChange>) -> Result<ContactId, Failure> {
    let done = call.execute(&Command::SaveContact(Box::new(SaveContact { whom, changes }))).await?;
    match done.outcome {
        Outcome::Contact(id) => Ok(id),
        _ => Err(Failure::not_found("Customer", "", "id")),
    }
}

async fn remove(call: Call) -> Result<Response, Failure> {
    let contact = one(&call, call.named("id"), "id").await?;
    call.execute(&Command::DeleteContact(contact.id)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Ids that clients choose. They may be numbers, but not such as this server gives.
async fn is_name(call: &Call, name: &str) -> Result<(), Failure> {
    let ours = match id::decimal(name) {
        Some(number) => call.engine.ids().may_be_given(number).await?,
        None => false,
    };
    let fits = name.len() <= 255 && !name.chars().any(char::is_control) && !ours;
    if fits { Ok(()) } else { Err(Failure::invalid("id", name, "customer ID")) }
}

/// What is said of somebody, `known` if there is somebody already.
async fn read(call: &Call, input: &Input, known: Option<&Contact>) -> Result<Vec<ContactChange>, Failure> {
    let mut changes = Vec::new();
    if let Some(email) = input.text("email")? {
        is_email("email", &email)?;
        changes.push(ContactChange::Email(Some(email)));
    }
    if let Some(locale) = input.text("locale")? {
        changes.push(ContactChange::Locale(Some(locale.replace('_', "-"))));
    }
    let before = known.map(known_of).unwrap_or_default();
    let mut now = before.clone();
    if let Some(party) = input.party("shipping")? {
        let address = words::address(&party);
        if known.is_none() {
            changes.push(ContactChange::FirstName(address.first_name.clone()));
            changes.push(ContactChange::LastName(address.last_name.clone()));
            changes.push(ContactChange::Phone(address.phone.clone()));
        }
        let others = known.map(|known| known.addresses.iter().skip(1).cloned()).into_iter().flatten();
        changes.push(ContactChange::Addresses([address].into_iter().chain(others).collect()));
        now.insert("shipping".to_owned(), party);
    }
    if let Some(kind) = input.word("type", &["business", "individual"])? {
        now.insert("type".to_owned(), kind.into());
    }
    if let Some(enabled) = input.flag("enabled")? {
        now.insert("enabled".to_owned(), enabled.into());
    }
    if let Some(name) = input.text("defaultSourceId")? {
        let attached = source::SHELF.one(call, &name, "defaultSourceId").await?;
        if known.is_none_or(|known| attached.parent != Some(known.id.0)) {
            return Err(Failure::not_found("Source", &name, "defaultSourceId"));
        }
        now.insert("defaultSourceId".to_owned(), name.into());
    }
    if let Some(certificate) = certificate(input)? {
        now.insert("taxCertificate".to_owned(), certificate);
    }
    let pairs = before.get(metadata::NAME).cloned().unwrap_or_default();
    if let Some(pairs) = metadata::taken(input, &pairs)? {
        now.insert(metadata::NAME.to_owned(), pairs);
    }
    if now != before {
        put_kept(&mut changes, now);
    }
    Ok(changes)
}

/// What is kept alone, among what is said.
fn said(changes: &[ContactChange]) -> Map<String, Value> {
    let fields = changes.iter().find_map(|change| match change {
        ContactChange::CustomFields(fields) => Some(fields_of(fields)),
        _ => None,
    });
    fields.unwrap_or_default()
}

fn put_kept(changes: &mut Vec<ContactChange>, kept: Map<String, Value>) {
    changes.retain(|change| !matches!(change, ContactChange::CustomFields(_)));
    changes.push(ContactChange::CustomFields(vec![kept::field(&kept.into())]));
}

/// A paper that says that no tax is due. It is kept as it was given: nobody here looks at it.
fn certificate(input: &Input) -> Result<Option<Value>, Failure> {
    const FIELDS: [&str; 5] = ["companyName", "taxAuthority", "startDate", "endDate", "fileId"];
    let Some(given) = input.object("taxCertificate")? else { return Ok(None) };
    given.only(&FIELDS)?;
    let mut kept = Map::new();
    for name in FIELDS {
        let value = match name {
            "startDate" | "endDate" => {
                words::time(given.time(name)?.ok_or_else(|| Failure::missing(given.at(name)))?)
            }
            _ => given.needed_text(name)?.into(),
        };
        kept.insert(name.to_owned(), value);
    }
    Ok(Some(kept.into()))
}
