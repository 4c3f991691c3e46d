//! A request taken apart: who asks, of which shop, in which mode, what the address names, what was sent.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::actor::{Actor, Permission};
use domain::command::Command;
use domain::order::Order;
use domain::refusal::Refusal;
use domain::snapshot::Shop;
use domain::time::Time;
use engine::keys::Caller;
use engine::{Answered, Done, Engine, Once, Render, Verdict};
use sha2::{Digest, Sha256};

use crate::failure::Failure;
use crate::input::Input;
use crate::throttle::Throttle;

/// What every handler can reach.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) engine: Engine,
    /// The address by which the server is reached, without a slash at the end.
    pub(crate) url: Arc<str>,
    /// The token that stands in for none where the published document asks for none.
    stand_in: Option<Arc<str>>,
    throttle: Arc<Throttle>,
}

impl Server {
    pub(crate) fn new(engine: Engine, url: &str, stand_in: Option<&str>) -> Self {
        Self { engine, url: Arc::from(url), stand_in: stand_in.map(Arc::from), throttle: Arc::default() }
    }

    /// The token that a request shows, or that stands in for none.
    fn token(&self, parts: &Parts) -> Option<String> {
        if parts.headers.contains_key(header::AUTHORIZATION) {
            return token(&parts.headers);
        }
        let of = parts.uri.path().trim_start_matches('/');
        let asks_for_none = WITHOUT_KEY.iter().any(|begins| {
            of.strip_prefix(begins).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        });
        self.stand_in.as_deref().filter(|_| asks_for_none).map(str::to_owned)
    }
}

/// What the operations begin with of which the published document doesn't say that they need a key; clients that are
/// generated from it send none there.
const WITHOUT_KEY: [&str; 10] = [
    "shipments",
    "fulfillment-orders",
    "inventory-items",
    "inventory-levels",
    "fulfillment-cancellations",
    "fulfillment-returns",
    "reservations",
    "shipping-labels",
    "shipping-quotes",
    "checkout/shipping-quotes",
];

/// The channel of orders whose goods are sent for somebody who sold them elsewhere.
pub(crate) const SENT: &str = "fulfillment_order";

/// Whether it counts. The token says so, and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Mode {
    /// It is only tried.
    Test,
    /// It does.
    Live,
}

impl Mode {
    fn of(token: &str) -> Self {
        if token.starts_with(crate::TEST_TOKEN) { Mode::Test } else { Mode::Live }
    }

    /// Whether keys of this mode see an order. A test is seen with keys of the test mode alone, and what was placed here in
    /// earnest with live keys alone, since its money or its goods are real; orders of other APIs have no such keys.
    pub(crate) fn sees(self, order: &Order) -> bool {
        let placed_here = order.charging.is_some() || order.placed.channel.as_deref() == Some(SENT);
        match self {
            Mode::Test => order.placed.test || !placed_here,
            Mode::Live => !order.placed.test,
        }
    }

    /// The mode that answers mean by `liveMode`.
    pub(crate) fn is_live(self) -> bool {
        self == Mode::Live
    }
}

/// A request of somebody with a key.
pub(crate) struct Call {
    pub(crate) engine: Engine,
    /// The mode of the key.
    pub(crate) mode: Mode,
    /// The address by which the server is reached.
    pub(crate) url: Arc<str>,
    caller: Arc<Caller>,
    path: Vec<(String, String)>,
    query: Vec<(String, String)>,
    again: Option<HeaderValue>,
    body: Bytes,
}

/// The header whose value a request keeps that is sent again.
const AGAIN: HeaderName = HeaderName::from_static("idempotency-key");
/// How long that value may be.
const AGAIN_MAX: usize = 255;

impl FromRequest<Server> for Call {
    type Rejection = Failure;

    async fn from_request(request: Request, server: &Server) -> Result<Self, Failure> {
        let (mut parts, body) = request.into_parts();
        // First of all: a connection with an unread body on it is closed, and whoever still sends sees no answer.
        let body = Bytes::from_request(Request::from_parts(parts.clone(), body), &()).await;
        let token = server.token(&parts).ok_or_else(Failure::unauthorized)?;
        let mode = Mode::of(&token);
        let caller = server.engine.caller(crate::NAME, &token).await?.ok_or_else(Failure::unauthorized)?;
        if let Some(app) = caller.actor.app() {
            let wait = server.throttle.take(&caller.shop, app, mode, server.engine.now());
            wait.map_err(Failure::too_many_requests)?;
        }
        let broken = |error: String| Failure::bad("invalid_format", "request", error);
        let path = RawPathParams::from_request_parts(&mut parts, &()).await;
        let path = path.map_err(|error| broken(error.to_string()))?;
        let path: Vec<(String, String)> =
            path.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let query = parts.uri.query().unwrap_or_default();
        let query: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        if path.iter().chain(&query).any(|(name, value)| name.contains('\0') || value.contains('\0')) {
            return Err(Failure::null_character());
        }
        let again = parts.headers.get(AGAIN).cloned();
        let body = body.map_err(|error| match error.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Failure::of_server(error.status(), "The body is too large."),
            _ => broken(error.to_string()),
        })?;
        let (engine, url) = (server.engine.clone(), server.url.clone());
        Ok(Self { engine, mode, url, caller, path, query, again, body })
    }
}

/// The token that a request shows: as such, or, as old examples have it, as a user's name without a password.
pub(crate) fn token(headers: &HeaderMap) -> Option<String> {
    let (scheme, shown) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let token = match scheme.to_ascii_lowercase().as_str() {
        "bearer" => shown.trim().to_owned(),
        "basic" => {
            let user = String::from_utf8(STANDARD.decode(shown.trim()).ok()?).ok()?;
            user.strip_suffix(':')?.to_owned()
        }
        _ => return None,
    };
    Some(token).filter(|token| !token.is_empty())
}

impl Call {
    /// The shop.
    pub(crate) fn shop(&self) -> &Arc<Shop> {
        &self.caller.shop
    }

    /// Who asks.
    pub(crate) fn actor(&self) -> &Actor {
        &self.caller.actor
    }

    /// What the address has in that place; empty if it has no such place.
    pub(crate) fn named(&self, name: &str) -> &str {
        self.path.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str())
    }

    /// That whoever asks may do one of these.
    pub(crate) fn must(&self, needs: &'static [Permission]) -> Result<(), Failure> {
        if self.actor().may_any(needs) { Ok(()) } else { Err(Refusal::NotPermitted(needs).into()) }
    }

    /// The parameters of the query.
    pub(crate) fn query(&self) -> &[(String, String)] {
        &self.query
    }

    /// The last value of a parameter of the query, unless it is empty.
    pub(crate) fn asked(&self, name: &str) -> Option<&str> {
        let last = self.query.iter().rev().find(|(known, _)| known == name);
        last.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// What was sent: an object with none but these fields.
    pub(crate) fn input(&self, known: &[&str]) -> Result<Input, Failure> {
        let input = Input::of(&self.body)?;
        input.only(known)?;
        Ok(input)
    }

    /// By what it is known if it is sent again, and must have its effect once; `what` it makes. `None` without such a key.
    pub(crate) fn once(&self, what: &str) -> Result<Option<Once>, Failure> {
        let Some(key) = &self.again else { return Ok(None) };
        let key = key.to_str().ok().filter(|key| (1..=AGAIN_MAX).contains(&key.len()));
        let told = || {
            let told = format!("A key has 1 to {AGAIN_MAX} visible characters.");
            Failure::bad("invalid_parameter", AGAIN.as_str(), told)
        };
        let key = format!("{what}:{}", key.ok_or_else(told)?);
        let app = self.actor().app().map_or(0, |app| app.0);
        let fingerprint = engine::seal::hex(&Sha256::digest(&self.body));
        Ok(Some(Once { scope: format!("app:{app}"), key, fingerprint }))
    }

    /// Carries out a command that may be sent again with that key; `render` makes the answer.
    pub(crate) async fn execute_once(
        &self,
        command: &Command,
        once: &Once,
        render: &dyn Render,
    ) -> Result<Answered, Failure> {
        Ok(self.engine.execute_once(self.shop(), self.actor(), command, once, render).await?)
    }

    /// The time.
    pub(crate) fn now(&self) -> Time {
        self.engine.now()
    }

    /// Carries out a command, for those who have words of their own for a refusal.
    pub(crate) async fn verdict(&self, command: &Command) -> Result<Verdict, Failure> {
        Ok(self.engine.execute(self.shop(), self.actor(), command).await?)
    }

    /// Carries out a command.
    pub(crate) async fn execute(&self, command: &Command) -> Result<Done, Failure> {
        Ok(self.verdict(command).await??)
    }
}
