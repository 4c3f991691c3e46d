//! `/webhooks/outgoing/endpoints`: listeners in this API's shape. Each has a secret of its own, which is shown once,
//! when it is made. The pages and funnels that an endpoint is narrowed to are kept and given back; nothing here comes
//! from a page, so they keep nothing away.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use domain::command::Command;
use domain::id::{AppId, ListenerId};
use domain::listener::{Listener, Terms};
use domain::time::Time;
use engine::seal::fresh_secret;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::topic;
use crate::call::{Call, Server};
use crate::failure::Failure;
use crate::input::{Input, blank, invalid};
use crate::page;
use crate::{id, words};

/// The key under which an endpoint's fields are sent.
const WRAPPER: &str = "webhooks_outgoing_endpoint";
/// The version of the messages that are sent.
pub(super) const API_VERSION: i64 = 2;

/// What this dialect keeps with a listener.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Settings {
    name: String,
    /// What it wants to hear.
    pub(super) event_types: Vec<String>,
    pages: Vec<i64>,
    funnels: Vec<i64>,
}

impl Settings {
    /// The settings of a listener.
    pub(super) fn of(listener: &Listener) -> Self {
        Self::deserialize(&listener.settings).unwrap_or_default()
    }
}

/// Verbs of the list.
pub(crate) fn collection() -> MethodRouter<Server> {
    get(list).post(create)
}

/// Verbs of one.
pub(crate) fn member() -> MethodRouter<Server> {
    get(fetch).put(update).patch(update).delete(remove)
}

/// The caller's endpoints; what listens in another dialect is none of them.
pub(super) async fn own(call: &Call) -> Result<Vec<Listener>, Failure> {
    let mut listeners = call.engine.listeners(call.shop(), call.actor()).await?;
    listeners.retain(|listener| listener.dialect == crate::NAME);
    Ok(listeners)
}

async fn named(call: &Call) -> Result<Listener, Failure> {
    let id = call.id()?;
    let found = own(call).await?.into_iter().find(|listener| listener.id.0 == id);
    found.ok_or(Failure::NotFound(Some(id)))
}

fn render(call: &Call, listener: &Listener) -> Value {
    let Settings { name, event_types, pages, funnels } = Settings::of(listener);
    json!({
        "id": listener.id.0,
        "public_id": id::public(listener.id.0),
        "workspace_id": call.shop().id.0,
        "url": listener.url,
        "name": name,
        "event_type_ids": event_types,
        "api_version": API_VERSION,
        "created_at": words::time(listener.created_at),
        "updated_at": words::time(listener.updated_at),
        "page_ids": pages,
        "funnel_ids": funnels,
    })
}

async fn list(call: Call) -> Result<Response, Failure> {
    page::filters(&call, &[])?;
    let listeners = own(&call).await?;
    let item = |listener: &Listener| (listener.id.0, listener.updated_at, render(&call, listener));
    page::few(&call, listeners.iter().map(item).collect())
}

async fn fetch(call: Call) -> Result<Json<Value>, Failure> {
    Ok(Json(render(&call, &named(&call).await?)))
}

async fn create(call: Call) -> Result<Response, Failure> {
    let input = call.input(WRAPPER)?;
    let secret = fresh_secret();
    let mut listener = Listener {
        id: call.engine.ids().fresh().await?,
        app: call.actor().app().unwrap_or(AppId(0)),
        dialect: crate::NAME.to_owned(),
        topic: "events".to_owned(),
        url: String::new(),
        only: String::new(),
        name: None,
        secret: Some(call.engine.sealer().seal(&secret)?),
        settings: Value::Null,
        terms: Terms::default(),
        created_at: Time(0),
        updated_at: Time(0),
    };
    told(&call, &input, &mut listener)?;
    let mut shown = save(&call, listener).await?;
    shown["webhook_secret"] = secret.into();
    Ok((StatusCode::CREATED, Json(shown)).into_response())
}

async fn update(call: Call) -> Result<Json<Value>, Failure> {
    let mut listener = named(&call).await?;
    told(&call, &call.input(WRAPPER)?, &mut listener)?;
    Ok(Json(save(&call, listener).await?))
}

async fn remove(call: Call) -> Result<StatusCode, Failure> {
    let listener = named(&call).await?;
    call.execute(&Command::RemoveListener(listener.id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn save(call: &Call, listener: Listener) -> Result<Value, Failure> {
    let id: ListenerId = listener.id;
    call.execute(&Command::SaveListener(listener)).await?;
    let saved = own(call).await?.into_iter().find(|listener| listener.id == id);
    saved.map(|listener| render(call, &listener)).ok_or(Failure::NotFound(Some(id.0)))
}

/// Takes over what was sent; what wasn't stays as it is.
fn told(call: &Call, input: &Input, listener: &mut Listener) -> Result<(), Failure> {
    let mut settings = Settings::of(listener);
    if input.has("url") || listener.url.is_empty() {
        let url = input.needed_text("url")?.trim().to_owned();
        if let Err(refusal) = call.engine.policy().check_url(&url) {
            return Err(invalid("url", &format!("is invalid: {refusal}")));
        }
        listener.url = url;
    }
    if input.has("name") || settings.name.is_empty() {
        settings.name = input.needed_text("name")?;
    }
    if input.has("event_type_ids") || settings.event_types.is_empty() {
        settings.event_types = event_types(input)?;
    }
    for (name, kept) in [("page_ids", &mut settings.pages), ("funnel_ids", &mut settings.funnels)] {
        if input.has(name) {
            *kept = ids(input, name)?;
        }
    }
    listener.settings = serde_json::to_value(settings)
        .map_err(|error| engine::Error::Bug(format!("an endpoint's settings can't be written: {error}")))?;
    Ok(())
}

fn event_types(input: &Input) -> Result<Vec<String>, Failure> {
    const NAME: &str = "event_type_ids";
    let sent = match input.value(NAME) {
        None => return Err(blank(NAME)),
        Some(Value::Array(sent)) => sent,
        Some(_) => return Err(invalid(NAME, "must be a list")),
    };
    let mut wanted: Vec<String> = Vec::with_capacity(sent.len());
    for one in sent {
        let known = one.as_str().and_then(|one| topic::ALL.iter().find(|known| **known == one));
        let Some(known) = known else {
            return Err(invalid(NAME, &format!("can't be {one}: there is no such event type")));
        };
        if !wanted.iter().any(|wanted| wanted == known) {
            wanted.push((*known).to_owned());
        }
    }
    if wanted.is_empty() { Err(blank(NAME)) } else { Ok(wanted) }
}

fn ids(input: &Input, name: &str) -> Result<Vec<i64>, Failure> {
    let sent = match input.value(name) {
        None => return Ok(Vec::new()),
        Some(Value::Array(sent)) => sent,
        Some(_) => return Err(invalid(name, "must be a list of ids")),
    };
    let id = |value: &Value| match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => id::parse(text),
        _ => None,
    };
    sent.iter().map(id).collect::<Option<_>>().ok_or_else(|| invalid(name, "must be a list of ids"))
}
