//! A furnished shop whose REST API is served within the test, and programs that ask it. Whatever is answered is held
//! against the published document first.
//!
//! What is peculiar to an API is in its [`Api`]; tests of one wrap [`Served`] and add words of their own.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request};
use domain::actor::{Actor, Permissions};
use domain::command::Command;
use domain::decide::Outcome;
use domain::snapshot::Shop;
use domain::time::{SECOND, Time};
use engine::Engine;
use engine::clock::Clock;
use engine::keys::KeyWanted;
use engine::seal::Sealer;
use serde_json::Value;
use store::Store;
use store::db::Options;
use tower::ServiceExt;

use crate::database::{Database, Fresh};
use crate::published::Published;
use crate::world;

/// The address under which the shop is served.
pub const URL: &str = "https://shop.example";
/// When it is: the clock stands still there.
const NOW: Time = Time(1_752_164_147 * SECOND);

/// A REST API, and how its clients ask.
pub struct Api {
    /// The dialect's name.
    pub dialect: &'static str,
    /// Its routes, served under an address.
    pub routes: fn(Engine, &str) -> Router,
    /// What every path begins with.
    pub root: &'static str,
    /// The token of the program that may do everything.
    pub token: &'static str,
    /// The verb that changes what is there.
    pub change: &'static str,
    /// The document that answers are held against.
    pub published: fn() -> &'static Published,
}

/// A served shop.
pub struct Served {
    /// What it runs on.
    pub engine: Engine,
    /// The shop's record.
    pub shop: Arc<Shop>,
    api: &'static Api,
    router: Router,
    fresh: Fresh,
}

/// An answer.
#[derive(Debug)]
pub struct Told {
    /// Its status.
    pub status: u16,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body; null if there is none.
    pub body: Value,
}

impl Told {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

async fn engine(fresh: &Fresh, now: Time) -> Engine {
    let store = Store::open(&fresh.url, Options::default()).await.unwrap();
    store.migrate().await.unwrap();
    Engine::start(store, Clock::fixed(now), Sealer::new(&[7; 32]).unwrap()).await.unwrap()
}

impl Served {
    /// A shop, furnished as [`world`] has it, with a program that may do everything in it.
    pub async fn start(api: &'static Api, database: Database, shop: Shop) -> Self {
        let fresh = database.fresh();
        let engine = engine(&fresh, NOW).await;
        let shop = Arc::new(shop);
        engine.store().save_shop(&shop).await.unwrap();
        let router = (api.routes)(engine.clone(), URL);
        let served = Self { engine, shop, api, router, fresh };
        served.program(api.token, Permissions::all()).await;
        for command in world::furniture() {
            served.execute(&command).await;
        }
        served
    }

    /// The same after the server was killed and started again; its clock goes on.
    pub async fn restarted(self) -> Self {
        let Self { engine: before, shop, api, router: _, fresh } = self;
        let now = before.now();
        before.close().await;
        let engine = engine(&fresh, now).await;
        let router = (api.routes)(engine.clone(), URL);
        Self { engine, shop, api, router, fresh }
    }

    /// A new program with a key.
    pub async fn program(&self, token: &str, permissions: Permissions) {
        let wanted = KeyWanted {
            app: None,
            app_name: token,
            dialect: self.api.dialect,
            label: "for tests",
            permissions,
            token_prefix: "",
            secret_prefix: "",
            token: Some(token),
            secret: None,
        };
        self.engine.make_key(&self.shop, wanted).await.unwrap();
    }

    /// Carries out a command as the server itself would.
    pub async fn execute(&self, command: &Command) -> Outcome {
        self.engine.execute(&self.shop, &Actor::System, command).await.unwrap().unwrap().outcome
    }

    /// What a request is answered, to the byte; `path` begins after the root of the API.
    pub async fn raw(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Vec<u8>>,
    ) -> (u16, HeaderMap, Vec<u8>) {
        let uri = format!("{}{path}", self.api.root);
        let mut request = Request::builder().method(method).uri(uri).header("Host", "shop.example");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.into())).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        (parts.status.as_u16(), parts.headers, to_bytes(body, usize::MAX).await.unwrap().to_vec())
    }

    /// What a request is answered, whatever the document says.
    pub async fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Vec<u8>>,
    ) -> Told {
        let (status, headers, bytes) = self.raw(method, path, headers, body).await;
        let body = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).unwrap() };
        Told { status, headers, body }
    }

    /// What a program with that token is answered, whatever the document says; a body of any type. Without a token none
    /// is shown.
    pub async fn unjudged(
        &self,
        token: &str,
        method: &str,
        path: &str,
        (kind, body): (&str, Vec<u8>),
    ) -> Told {
        let authorization = format!("Bearer {token}");
        let headers = [("Content-Type", kind), ("Authorization", authorization.as_str())];
        let shown = if token.is_empty() { &headers[..1] } else { &headers[..] };
        self.ask(method, path, shown, body).await
    }

    /// The same, where the document allows it.
    pub async fn send_bytes(&self, token: &str, method: &str, path: &str, body: (&str, Vec<u8>)) -> Told {
        let told = self.unjudged(token, method, path, body).await;
        (self.api.published)().judge(method, path, told.status, &told.body);
        told
    }

    /// What a request is answered; `body` is none if it is null.
    pub async fn send_as(&self, token: &str, method: &str, path: &str, body: Value) -> Told {
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        self.send_bytes(token, method, path, ("application/json", body)).await
    }

    /// As [`Served::send_as`], by the program that may do everything.
    pub async fn send(&self, method: &str, path: &str, body: Value) -> Told {
        self.send_as(self.api.token, method, path, body).await
    }

    /// The same, answered with one of those statuses.
    pub async fn done(&self, method: &str, path: &str, body: Value, statuses: &[u16]) -> Value {
        let told = self.send(method, path, body).await;
        assert!(statuses.contains(&told.status), "{method} {path}: {} {}", told.status, told.body);
        told.body
    }

    /// What is there.
    pub async fn get(&self, path: &str) -> Value {
        self.done("GET", path, Value::Null, &[200]).await
    }

    /// What was made.
    pub async fn create(&self, path: &str, body: Value) -> Value {
        self.done("POST", path, body, &[201]).await
    }

    /// What something is after a change.
    pub async fn change(&self, path: &str, body: Value) -> Value {
        self.done(self.api.change, path, body, &[200]).await
    }

    /// Something goes.
    pub async fn remove(&self, path: &str) {
        self.done("DELETE", path, Value::Null, &[204]).await;
    }

    /// The answer to a request that fails.
    pub async fn failed(&self, method: &str, path: &str, body: Value) -> Told {
        let told = self.send(method, path, body).await;
        assert!(told.status >= 400, "{method} {path}: {} {}", told.status, told.body);
        told
    }
}
