//! A served shop and a program that may do everything in it. Whatever is answered is held against the document first.

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
use testkit::database::{Database, Fresh};
use testkit::world;
use tower::ServiceExt;

use crate::published::published;

/// The token of the program that may do everything.
pub const TOKEN: &str = "cf_everything";
/// The address under which the shop is served.
pub const URL: &str = "https://shop.example";

pub struct Bench {
    pub engine: Engine,
    pub shop: Arc<Shop>,
    router: Router,
    _fresh: Fresh,
}

/// An answer.
pub struct Told {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Told {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

/// The shop of [`world`], furnished, on SQLite.
pub async fn bench() -> Bench {
    bench_on(Database::Sqlite).await
}

/// The same on that database.
pub async fn bench_on(database: Database) -> Bench {
    let fresh = database.fresh();
    let store = Store::open(&fresh.url, Options::default()).await.unwrap();
    store.migrate().await.unwrap();
    let clock = Clock::fixed(Time(1_752_164_147 * SECOND));
    let engine = Engine::start(store, clock, Sealer::new(&[7; 32]).unwrap()).await.unwrap();
    let shop = Arc::new(world::shop());
    engine.store().save_shop(&shop).await.unwrap();
    let router = clickfunnels::routes(engine.clone(), URL);
    let bench = Bench { engine, shop, router, _fresh: fresh };
    bench.program(TOKEN, Permissions::all()).await;
    for command in world::furniture() {
        bench.execute(&command).await;
    }
    bench
}

impl Bench {
    /// A new program with a key.
    pub async fn program(&self, token: &str, permissions: Permissions) {
        let wanted = KeyWanted {
            app: None,
            app_name: token,
            dialect: clickfunnels::NAME,
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

    /// What a request is answered; `path` begins after the version, `body` is none if it is null.
    pub async fn send_as(&self, token: &str, method: &str, path: &str, body: Value) -> Told {
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        self.send_bytes(token, method, path, ("application/json", body)).await
    }

    /// The same with a body of any type.
    pub async fn send_bytes(&self, token: &str, method: &str, path: &str, body: (&str, Vec<u8>)) -> Told {
        let told = self.unjudged(token, method, path, body).await;
        published().judge(method, path, told.status, &told.body);
        told
    }

    /// What a request is answered of which the document doesn't know.
    pub async fn unjudged(
        &self,
        token: &str,
        method: &str,
        path: &str,
        (kind, body): (&str, Vec<u8>),
    ) -> Told {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/api/v2{path}"))
            .header("Host", "shop.example")
            .header("Content-Type", kind);
        if !token.is_empty() {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        let request = request.body(Body::from(body)).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        let body = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).unwrap() };
        let status = parts.status.as_u16();
        Told { status, headers: parts.headers, body }
    }

    /// As [`Bench::send_as`], by the program that may do everything.
    pub async fn send(&self, method: &str, path: &str, body: Value) -> Told {
        self.send_as(TOKEN, method, path, body).await
    }

    async fn done(&self, method: &str, path: &str, body: Value, statuses: &[u16]) -> Value {
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

    /// What became of something by an action.
    pub async fn act(&self, path: &str, body: Value) -> Value {
        self.done("POST", path, body, &[200, 202]).await
    }

    /// What something is after a change.
    pub async fn change(&self, path: &str, body: Value) -> Value {
        self.done("PUT", path, body, &[200]).await
    }

    /// Something goes.
    pub async fn remove(&self, path: &str) {
        self.done("DELETE", path, Value::Null, &[204]).await;
    }

    /// Status and reason of a failure.
    pub async fn refused(&self, method: &str, path: &str, body: Value) -> (u16, String) {
        let told = self.send(method, path, body).await;
        assert!(told.status >= 400, "{method} {path}: {} {}", told.status, told.body);
        (told.status, told.body["error"].as_str().unwrap().to_owned())
    }
}
