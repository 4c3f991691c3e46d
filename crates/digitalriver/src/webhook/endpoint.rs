//! `/webhooks`: listeners in this API's shape. Each signs with a secret of its own, which no answer shows; whoever runs the
//! server sees it (`consign listeners`). Passwords are never shown again: where one is, stars stand, and stars that come
//! back change nothing.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::command::Command;
use domain::id::{AppId, ListenerId};
use domain::listener::{Credentials, Listener, Terms, TokenSource};
use domain::time::Time;
use engine::seal::fresh_secret;
use serde_json::{Map, Value, json};

use super::settings::{DEFAULT_VERSION, Settings, fits, is_name};
use crate::call::Call;
use crate::failure::Failure;
use crate::input::Input;
use crate::{id, page, words};

/// What can be sent. Some clients name the types as the document requires it, in the singular.
const FIELDS: &[&str] =
    &["types", "type", "apiVersion", "enabled", "address", "transportType", "oauth", "authentication"];
const OAUTH: &str = "OAUTH";
const TRANSPORTS: &[&str] = &["HTTP", OAUTH];
/// What stands for a secret that is there.
const STARS: &str = "********";
/// How many a program may have.
const MOST: usize = 100;

/// The caller's webhooks, oldest first; what listens in another dialect is none of them.
async fn own(call: &Call) -> Result<Vec<Listener>, Failure> {
    let mut listeners = call.engine.listeners(call.shop(), call.actor()).await?;
    listeners.retain(|own| own.dialect == crate::NAME && Settings::of(own).mode == call.mode);
    Ok(listeners)
}

async fn named(call: &Call) -> Result<Listener, Failure> {
    let name = call.named("id");
    let id = id::parse(id::WEBHOOK, name);
    let found = own(call).await?.into_iter().find(|listener| Some(listener.id.0) == id);
    found.ok_or_else(|| Failure::not_found("Webhook", name, "id"))
}

fn shown(listener: &Listener) -> Value {
    let settings = Settings::of(listener);
    let mut shown = Map::new();
    let mut put = |name: &str, value: Value| shown.insert(name.to_owned(), value);
    put("id", id::shown(id::WEBHOOK, listener.id.0).into());
    put("createdTime", words::milli_time(listener.created_at));
    put("updatedTime", words::milli_time(listener.updated_at));
    put("types", settings.types.into());
    put("apiVersion", settings.api_version.into());
    put("enabled", listener.terms.off_since.is_none().into());
    put("address", listener.url.as_str().into());
    let token = matches!(listener.terms.credentials, Some(Credentials::Token(_)));
    put("transportType", if token { OAUTH } else { TRANSPORTS[0] }.into());
    match &listener.terms.credentials {
        None => {}
        // The guides write the name in one way, the document in another.
        Some(Credentials::Password { name, .. }) => {
            put("authentication", json!({ "username": name, "userName": name, "password": STARS }));
        }
        Some(Credentials::Token(source)) => {
            let mut oauth = Map::new();
            oauth.insert("tokenEndPoint".to_owned(), source.endpoint.as_str().into());
            oauth.insert("clientID".to_owned(), source.client.as_str().into());
            oauth.insert("clientSecret".to_owned(), STARS.into());
            if let Some((name, _)) = &source.owner {
                oauth.insert("userName".to_owned(), name.as_str().into());
                oauth.insert("password".to_owned(), STARS.into());
                oauth.insert("grantType".to_owned(), "password".into());
            }
            put("oauth", oauth.into());
        }
    }
    put("liveMode", settings.mode.is_live().into());
    shown.into()
}

/// `GET` of all of them: a bare list, narrowed to those that hear of an event type if one is named.
pub(super) async fn list(call: Call) -> Result<Json<Value>, Failure> {
    let one = call.asked("type").map(str::to_owned);
    let asked: Vec<String> =
        page::several(&call, "types").unwrap_or_default().into_iter().chain(one).collect();
    let mut listeners = own(&call).await?;
    let hears = |listener: &Listener| {
        let types = Settings::of(listener).types;
        asked.is_empty()
            || asked.iter().any(|asked| types.iter().any(|own| fits(own, asked) || fits(asked, own)))
    };
    listeners.retain(hears);
    Ok(Json(listeners.iter().rev().map(shown).collect()))
}

/// `GET` of one.
pub(super) async fn fetch(call: Call) -> Result<Json<Value>, Failure> {
    Ok(Json(shown(&named(&call).await?)))
}

/// `POST` of a new one.
pub(super) async fn create(call: Call) -> Result<Response, Failure> {
    let input = call.input(FIELDS)?;
    if own(&call).await?.len() >= MOST {
        let told = format!("There may be {MOST} webhooks.");
        return Err(Failure::conflict("limit_exceeded", "address", told));
    }
    let settings = Settings { mode: call.mode, ..Settings::default() };
    let mut listener = Listener {
        id: call.engine.ids().fresh().await?,
        app: call.actor().app().unwrap_or(AppId(0)),
        dialect: crate::NAME.to_owned(),
        topic: "events".to_owned(),
        url: input.needed_text("address")?,
        only: String::new(),
        name: None,
        secret: Some(call.engine.sealer().seal(&fresh_secret())?),
        settings: written(&settings)?,
        terms: Terms::default(),
        created_at: Time(0),
        updated_at: Time(0),
    };
    if types(&input)?.is_none() {
        return Err(Failure::missing("types"));
    }
    take(&call, &input, &mut listener)?;
    Ok((StatusCode::CREATED, Json(save(&call, listener).await?)).into_response())
}

/// `PATCH` of one: what isn't sent stays.
pub(super) async fn update(call: Call) -> Result<Json<Value>, Failure> {
    let mut listener = named(&call).await?;
    take(&call, &call.input(FIELDS)?, &mut listener)?;
    Ok(Json(save(&call, listener).await?))
}

/// `DELETE` of one.
pub(super) async fn remove(call: Call) -> Result<StatusCode, Failure> {
    let listener = named(&call).await?;
    call.execute(&Command::RemoveListener(listener.id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn save(call: &Call, listener: Listener) -> Result<Value, Failure> {
    let id: ListenerId = listener.id;
    call.execute(&Command::SaveListener(listener)).await?;
    let saved = own(call).await?.into_iter().find(|listener| listener.id == id);
    let gone = || Failure::not_found("Webhook", &id::shown(id::WEBHOOK, id.0), "id");
    saved.map(|listener| shown(&listener)).ok_or_else(gone)
}

fn written(settings: &Settings) -> Result<Value, Failure> {
    serde_json::to_value(settings)
        .map_err(|error| engine::Error::Bug(format!("a webhook's settings can't be written: {error}")).into())
}

/// Takes over what was sent.
fn take(call: &Call, input: &Input, listener: &mut Listener) -> Result<(), Failure> {
    let mut settings = Settings::of(listener);
    if input.value("address").is_some() {
        listener.url = reachable(call, input, "address")?;
    }
    if let Some(types) = types(input)? {
        settings.types = types;
    }
    if let Some(version) = input.text("apiVersion")? {
        let is_date = version.parse::<jiff::civil::Date>().is_ok();
        if version != DEFAULT_VERSION && !is_date {
            return Err(Failure::invalid("apiVersion", &version, "version"));
        }
        settings.api_version = version;
    }
    match input.flag("enabled")? {
        Some(true) => listener.terms.off_since = None,
        Some(false) => listener.terms.off_since = listener.terms.off_since.or(Some(call.now())),
        None => {}
    }
    listener.settings = written(&settings)?;
    listener.terms.credentials = credentials(call, input, listener.terms.credentials.take())?;
    Ok(())
}

/// An address that the server may call.
fn reachable(call: &Call, input: &Input, name: &str) -> Result<String, Failure> {
    let url = input.needed_text(name)?.trim().to_owned();
    match call.engine.policy().check_url(&url) {
        Ok(()) => Ok(url),
        Err(refusal) => {
            let told = format!("'{url}' is not a valid address: {refusal}.");
            Err(Failure::bad("invalid_parameter", input.at(name), told))
        }
    }
}

/// The event types that were sent, each once; `None` if none were.
fn types(input: &Input) -> Result<Option<Vec<String>>, Failure> {
    let sent = input.value("types").map(|sent| ("types", sent));
    let Some((name, sent)) = sent.or_else(|| input.value("type").map(|sent| ("type", sent))) else {
        return Ok(None);
    };
    let one = std::slice::from_ref(sent);
    let mut types: Vec<String> = Vec::new();
    for sent in sent.as_array().map_or(one, Vec::as_slice) {
        let text = sent.as_str().filter(|text| is_name(text));
        let text = text.ok_or_else(|| {
            let shown = sent.as_str().map_or_else(|| sent.to_string(), str::to_owned);
            Failure::invalid(name, &shown, "event type")
        })?;
        if types.iter().all(|known| known != text) {
            types.push(text.to_owned());
        }
    }
    match types.is_empty() {
        true => Err(Failure::bad("invalid_empty", name, "At least one event type must be named.")),
        false => Ok(Some(types)),
    }
}

/// How the server shows who it is from now on.
fn credentials(
    call: &Call,
    input: &Input,
    known: Option<Credentials>,
) -> Result<Option<Credentials>, Failure> {
    let by_token = matches!(known, Some(Credentials::Token(_)));
    let transport = input.word("transportType", TRANSPORTS)?;
    let wanted = transport.map_or(by_token, |transport| transport == OAUTH);
    let (token, password) = (input.object("oauth")?, input.object("authentication")?);
    if wanted {
        let known = match known {
            Some(Credentials::Token(source)) => Some(source),
            _ => None,
        };
        return match (token, known) {
            (Some(sent), known) => source(call, &sent, known).map(|source| Some(Credentials::Token(source))),
            (None, Some(known)) => Ok(Some(Credentials::Token(known))),
            (None, None) => Err(Failure::missing("oauth")),
        };
    }
    if token.is_some_and(|token| !token.fields().is_empty()) {
        return Err(Failure::bad("invalid_parameter", "transportType", "With oauth it must be OAUTH."));
    }
    let known = known.filter(|_| !by_token);
    let Some(sent) = password else { return Ok(known) };
    sent.only(&["username", "userName", "password"])?;
    if sent.fields().is_empty() {
        return Ok(None);
    }
    let known = match known {
        Some(Credentials::Password { name, password }) => (Some(name), Some(password)),
        _ => (None, None),
    };
    let name = sent.text("username")?.or(sent.text("userName")?).or(known.0);
    let name = name.ok_or_else(|| Failure::missing(sent.at("username")))?;
    Ok(Some(Credentials::Password { name, password: secret(call, &sent, "password", known.1)? }))
}

fn source(call: &Call, sent: &Input, known: Option<TokenSource>) -> Result<TokenSource, Failure> {
    sent.only(&["tokenEndPoint", "clientID", "clientSecret", "userName", "password", "grantType"])?;
    sent.word("grantType", &["password", "client_credentials"])?;
    let endpoint = match (sent.value("tokenEndPoint"), &known) {
        (None, Some(known)) => known.endpoint.clone(),
        _ => reachable(call, sent, "tokenEndPoint")?,
    };
    let client = match (sent.text("clientID")?, &known) {
        (None, Some(known)) => known.client.clone(),
        _ => sent.needed_text("clientID")?,
    };
    let known_secret = known.as_ref().map(|known| known.client_secret.clone());
    let client_secret = secret(call, sent, "clientSecret", known_secret)?;
    let (known_name, known_password) = known.and_then(|known| known.owner).unzip();
    let owner = match sent.text("userName")?.or(known_name) {
        Some(name) => Some((name, secret(call, sent, "password", known_password)?)),
        None => None,
    };
    Ok(TokenSource { endpoint, client, client_secret, owner })
}

/// A secret, sealed: the one that was sent, or else the one that is known.
fn secret(call: &Call, input: &Input, name: &str, known: Option<String>) -> Result<String, Failure> {
    match input.text(name)?.filter(|text| text != STARS) {
        Some(text) => Ok(call.engine.sealer().seal(&text)?),
        None => known.ok_or_else(|| Failure::missing(input.at(name))),
    }
}
