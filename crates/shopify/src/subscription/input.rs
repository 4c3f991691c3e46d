//! What a mutation says of a subscription, and what is wrong with it: all of it at once, the topic first, then the
//! address, the name and the filter. What depends on other subscriptions is left to the domain, which
//! decides it in the transaction.
//!
//! An error of the address is at `callbackUrl`, whatever the member was called that it came in. Members that an update
//! doesn't name stay as they are.

use domain::command::Command;
use domain::decide::Outcome;
use domain::id::{AppId, ListenerId};
use domain::listener::{Listener, Terms};
use domain::refusal::{Field as Part, Refusal, Thing};
use engine::outside::Policy;
use engine::outside::url::UrlRefusal;
use engine::{Done, Engine, Error};
use graphql::{Field, Input as Value};

use super::{Format, Settings};
use crate::answer::{Answer, UserError};
use crate::data::Data;
use crate::id::gid;
use crate::metafield;
use crate::mutation::{Input, Kind, Planned, plain, required_id};
use crate::webhook::select;
use crate::webhook::topic::{self, Topic};

/// How long an address may be, in bytes.
const ADDRESS_LENGTH: usize = 64 * 1024;
/// How long a name may be, in characters.
const NAME_LENGTH: usize = 50;
const ADDRESS: &str = "webhookSubscription.callbackUrl";
const NAME: &str = "webhookSubscription.name";

const CREATE: Kind =
    Kind { payload: "WebhookSubscriptionCreatePayload", errors: "UserError", done: saved, refused };
const UPDATE: Kind = Kind { payload: "WebhookSubscriptionUpdatePayload", ..CREATE };
const DELETE: Kind = Kind { payload: "WebhookSubscriptionDeletePayload", done: removed, ..CREATE };

pub(crate) async fn create(engine: &Engine, data: &Data, field: &Field<'_>) -> Result<Input, Error> {
    let mut listener = Listener {
        id: engine.ids().fresh().await?,
        app: data.app().unwrap_or(AppId(0)),
        dialect: crate::NAME.to_owned(),
        topic: field.str_arg("topic").unwrap_or_default().to_owned(),
        url: String::new(),
        only: String::new(),
        name: None,
        secret: None,
        settings: serde_json::Value::Null,
        terms: Terms::default(),
        created_at: data.now,
        updated_at: data.now,
    };
    let mut errors: Vec<UserError> = untold(data, &listener.topic).into_iter().collect();
    errors.extend(told(&mut listener, field, data, engine.policy()));
    Ok(planned(CREATE, listener, errors))
}

pub(crate) async fn update(engine: &Engine, data: &Data, field: &Field<'_>) -> Result<Input, Error> {
    let id = match required_id(field, "id", "WebhookSubscription") {
        Ok(id) => ListenerId(id),
        Err(error) => return Ok(Input::Failed(error)),
    };
    let Some(mut listener) = own(engine, data, id).await? else {
        return Ok(Input::Refused(UPDATE, vec![unknown()]));
    };
    let errors = told(&mut listener, field, data, engine.policy());
    Ok(planned(UPDATE, listener, errors))
}

pub(crate) async fn delete(engine: &Engine, data: &Data, field: &Field<'_>) -> Result<Input, Error> {
    let id = match required_id(field, "id", "WebhookSubscription") {
        Ok(id) => ListenerId(id),
        Err(error) => return Ok(Input::Failed(error)),
    };
    if own(engine, data, id).await?.is_none() {
        return Ok(Input::Refused(DELETE, vec![unknown()]));
    }
    Ok(Input::Planned(Box::new(Planned { command: Command::RemoveListener(id), kind: DELETE })))
}

async fn own(engine: &Engine, data: &Data, id: ListenerId) -> Result<Option<Listener>, Error> {
    Ok(super::known(engine, data).await?.into_iter().find(|known| known.id == id))
}

fn planned(kind: Kind, listener: Listener, errors: Vec<UserError>) -> Input {
    match errors.is_empty() {
        true => Input::Planned(Box::new(Planned { command: Command::SaveListener(listener), kind })),
        false => Input::Refused(kind, errors),
    }
}

/// Why nothing would ever be told under a topic, if that is so.
fn untold(data: &Data, topic: &str) -> Option<UserError> {
    let at = |message: String| Some(UserError::at("webhookSubscription.topic", message));
    match Topic::parse(topic) {
        Some(topic) if data.actor.may_any(topic.group.permissions()) => None,
        Some(topic) => {
            let names: Vec<&str> = topic.group.permissions().iter().map(|scope| scope.as_str()).collect();
            let path = topic.path();
            at(format!(
                "The access token doesn't allow to hear of {path}. Required access: {}.",
                names.join(" or ")
            ))
        }
        None if topic::is_silent(topic) => None,
        None => at(format!("Topic {topic} is never sent by this server")),
    }
}

/// Takes over what the input says, and tells what is wrong with it.
fn told(listener: &mut Listener, field: &Field<'_>, data: &Data, policy: &Policy) -> Vec<UserError> {
    let given = |name: &str| field.arg("webhookSubscription").and_then(|input| input.get(name));
    let list = |value: &Value| -> Vec<String> {
        let items = value.as_list().unwrap_or_default();
        items.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let mut errors = Vec::new();
    let uri = given("uri").and_then(Value::as_str).or_else(|| given("callbackUrl").and_then(Value::as_str));
    if let Some(uri) = uri {
        listener.url = uri.trim().to_owned();
    }
    errors.extend(address(&listener.url, policy));
    if let Some(name) = given("name") {
        listener.name = name.as_str().filter(|name| !name.is_empty()).map(str::to_owned);
    }
    errors.extend(listener.name.as_deref().and_then(misnamed));
    let mut settings = Settings { api_version: data.version.to_owned(), ..Settings::of(listener) };
    if let Some(format) = given("format").and_then(Value::as_str).and_then(Format::parse) {
        settings.format = format;
    }
    if let Some(paths) = given("includeFields") {
        settings.include_fields = list(paths);
    }
    if let Some(named) = given("metafields") {
        let named = named.as_list().unwrap_or_default();
        settings.metafields = named.iter().map(|one| metafield::identifier(data, one)).collect();
    }
    if let Some(namespaces) = given("metafieldNamespaces") {
        settings.metafield_namespaces = list(namespaces);
    }
    if let Some(filter) = given("filter") {
        settings.filter = filter.as_str().map(str::to_owned);
        listener.only = settings.filter.as_deref().unwrap_or_default().trim().to_owned();
    }
    if !listener.only.is_empty() && select::members(&listener.only).is_none() {
        let message =
            "The specified filter is invalid, please ensure you specify the field(s) you wish to filter on.";
        errors.push(UserError::at("webhookSubscription", message));
    }
    listener.settings = serde_json::to_value(settings).unwrap_or_default();
    errors
}

/// What is wrong with an address. Pub/Sub and EventBridge are other protocols, which this server doesn't deliver by.
fn address(uri: &str, policy: &Policy) -> Vec<UserError> {
    let mut messages = Vec::new();
    if uri.is_empty() {
        messages.push("Address can't be blank".to_owned());
    } else if uri.len() > ADDRESS_LENGTH {
        messages.push("Address is too big (maximum is 64 KB)".to_owned());
    } else if let Some(place) = uri.strip_prefix("pubsub:") {
        messages.push("Address protocol pubsub:// is not supported".to_owned());
        let (project, topic) = place.trim_start_matches('/').split_once(':').unwrap_or_default();
        if project.is_empty() || topic.is_empty() {
            let form = "Address is not a valid GCP pub/sub format. Format should be pubsub://project:topic";
            messages.push(form.to_owned());
        }
    } else if let Err(refusal) = policy.check_url(uri) {
        messages.push(match refusal {
            UrlRefusal::NotAUrl(_) => "Address is invalid".to_owned(),
            UrlRefusal::PlainHttp => "Address protocol http:// is not supported".to_owned(),
            UrlRefusal::Scheme(scheme) => format!("Address protocol {scheme}:// is not supported"),
            other => format!("Address is invalid: {other}"),
        });
    }
    messages.into_iter().map(|message| UserError::at(ADDRESS, message)).collect()
}

/// A name is sent in a header, so it is made of what a header can hold.
fn misnamed(name: &str) -> Option<UserError> {
    if name.chars().count() > NAME_LENGTH {
        return Some(UserError::at(NAME, format!("Name is too long (maximum is {NAME_LENGTH} characters)")));
    }
    let fine = name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    let message = "Name can only contain letters, digits, underscores and hyphens";
    (!fine).then(|| UserError::at(NAME, message))
}

fn unknown() -> UserError {
    UserError::at("id", "Webhook subscription does not exist")
}

fn saved(done: &Done) -> Vec<(&'static str, Answer)> {
    match done.outcome {
        Outcome::Listener(id) => vec![("webhookSubscription", Answer::Listener(id))],
        _ => Vec::new(),
    }
}

fn removed(done: &Done) -> Vec<(&'static str, Answer)> {
    match done.outcome {
        Outcome::Listener(id) => {
            vec![("deletedWebhookSubscriptionId", Answer::Id(gid("WebhookSubscription", id.0)))]
        }
        _ => Vec::new(),
    }
}

fn refused(refusal: &Refusal, _: &Command) -> Vec<UserError> {
    vec![match refusal {
        Refusal::Unknown(Thing::Listener(_)) => unknown(),
        Refusal::Taken(Part::Url) => UserError::at(ADDRESS, "Address for this topic has already been taken"),
        Refusal::Taken(Part::Name) => UserError::at(NAME, "Name already exists, no duplicate allowed"),
        other => plain(other),
    }]
}
