//! A request taken apart: who asks, of which shop, what the address names, what was sent.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use domain::actor::{Actor, Permission};
use domain::command::Command;
use domain::refusal::Refusal;
use domain::snapshot::Shop;
use domain::time::Time;
use engine::keys::Caller;
use engine::{Done, Engine, Verdict};

use crate::failure::Failure;
use crate::id;
use crate::input::Input;
use crate::path;

/// What every handler can reach.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) engine: Engine,
    /// The address by which the server is reached, without a slash at the end.
    pub(crate) url: Arc<str>,
}

/// A request of somebody with a key.
pub(crate) struct Call {
    pub(crate) engine: Engine,
    caller: Arc<Caller>,
    path: Vec<(String, String)>,
    query: Vec<(String, String)>,
    body: Bytes,
    /// The address of the request without its query.
    pub(crate) address: String,
}

impl FromRequest<Server> for Call {
    type Rejection = Failure;

    async fn from_request(request: Request, server: &Server) -> Result<Self, Failure> {
        let (mut parts, body) = request.into_parts();
        // First of all: a connection with an unread body on it is closed, and its next request would be lost.
        let body = Bytes::from_request(Request::from_parts(parts.clone(), body), &()).await;
        let caller = caller(&server.engine, &parts.headers).await?;
        let body = body.map_err(|error| match error.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Failure::Said(error.status(), error.body_text()),
            _ => Failure::BadRequest(error.body_text()),
        })?;
        let path = RawPathParams::from_request_parts(&mut parts, &()).await;
        let path = path.map_err(|error| Failure::BadRequest(error.to_string()))?;
        let path = path.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let query: Vec<(String, String)> =
            form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
        if query.iter().any(|(name, value)| name.contains('\0') || value.contains('\0')) {
            return Err(Failure::BadRequest("query parameters must not contain null bytes".to_owned()));
        }
        let address = format!("{}{}", server.url, path_of(&parts));
        let call = Self { engine: server.engine.clone(), caller, path, query, body, address };
        call.in_own_workspace()?;
        Ok(call)
    }
}

/// The path as it was asked for: nested routers are handed only what comes after their own part.
fn path_of(parts: &axum::http::request::Parts) -> String {
    let original = parts.extensions.get::<axum::extract::OriginalUri>();
    original
        .map_or(&parts.uri, |original: &axum::extract::OriginalUri| -> &Uri { &original.0 })
        .path()
        .to_owned()
}

async fn caller(engine: &Engine, headers: &HeaderMap) -> Result<Arc<Caller>, Failure> {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = given
        .and_then(|value| value.split_once(' '))
        .and_then(|(scheme, token)| scheme.eq_ignore_ascii_case("bearer").then(|| token.trim()));
    let Some(token) = token.filter(|token| !token.is_empty()) else { return Err(Failure::Unauthorized) };
    engine.caller(crate::NAME, token).await?.ok_or(Failure::Unauthorized)
}

impl Call {
    /// The shop: a workspace.
    pub(crate) fn shop(&self) -> &Arc<Shop> {
        &self.caller.shop
    }

    /// Who asks.
    pub(crate) fn actor(&self) -> &Actor {
        &self.caller.actor
    }

    /// A key opens one workspace; any other is not there.
    fn in_own_workspace(&self) -> Result<(), Failure> {
        match self.named("workspace") {
            Some(text) if id::parse(text) != Some(self.shop().id.0) => Err(Failure::NotFound(None)),
            _ => Ok(()),
        }
    }

    fn named(&self, name: &str) -> Option<&str> {
        self.path.iter().find(|(known, _)| known == name).map(|(_, value)| path::plain(value))
    }

    /// The id that the address names.
    pub(crate) fn id(&self) -> Result<i64, Failure> {
        self.named("id").and_then(id::parse).ok_or(Failure::NotFound(None))
    }

    /// That whoever asks may do one of these.
    pub(crate) fn must(&self, needs: &'static [Permission]) -> Result<(), Failure> {
        if self.actor().may_any(needs) { Ok(()) } else { Err(Refusal::NotPermitted(needs).into()) }
    }

    /// The parameters of the query.
    pub(crate) fn query(&self) -> &[(String, String)] {
        &self.query
    }

    /// The last value of a parameter of the query.
    pub(crate) fn asked(&self, name: &str) -> Option<&str> {
        self.query.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// What was sent under that key; it must be there.
    pub(crate) fn input(&self, key: &'static str) -> Result<Input, Failure> {
        Input::of(&self.body, key)?.ok_or_else(|| Failure::missing(key))
    }

    /// What was sent under that key, or nothing. Clients send anything where nothing is asked for.
    pub(crate) fn input_if_any(&self, key: &'static str) -> Input {
        Input::of(&self.body, key).ok().flatten().unwrap_or_default()
    }

    /// The time.
    pub(crate) fn now(&self) -> Time {
        self.engine.clock().now()
    }

    /// Carries out a command, for those who have words of their own for a refusal.
    pub(crate) async fn verdict(&self, command: &Command) -> Result<Verdict, Failure> {
        Ok(self.engine.execute(self.shop(), self.actor(), command).await?)
    }

    /// Carries out a command.
    pub(crate) async fn execute(&self, command: &Command) -> Result<Done, Failure> {
        Ok(self.engine.execute(self.shop(), self.actor(), command).await??)
    }
}
