//! A served shop and programs that may do everything in it. Whatever is answered is held against the document first.

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

/// The token of the program that may do everything, in the test mode.
pub const TOKEN: &str = "sk_test_everything";
/// The token of one that may do everything in earnest.
pub const LIVE: &str = "sk_everything";
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
    bench_of(world::shop()).await
}

/// The same with other settings.
pub async fn bench_of(shop: Shop) -> Bench {
    let fresh = Database::Sqlite.fresh();
    let store = Store::open(&fresh.url, Options::default()).await.unwrap();
    store.migrate().await.unwrap();
    let clock = Clock::fixed(Time(1_752_164_147 * SECOND));
    let engine = Engine::start(store, clock, Sealer::new(&[7; 32]).unwrap()).await.unwrap();
    let shop = Arc::new(shop);
    engine.store().save_shop(&shop).await.unwrap();
    let router = digitalriver::routes(engine.clone(), URL);
    let bench = Bench { engine, shop, router, _fresh: fresh };
    bench.program(TOKEN, Permissions::all()).await;
    bench.program(LIVE, Permissions::all()).await;
    for command in world::furniture() {
        bench.execute(&command).await;
    }
    bench.engine.chronicle(&bench.shop, digitalriver::NAME).await.unwrap();
    bench
}

impl Bench {
    /// The same after the server was killed and started again; its clock goes on.
    pub async fn restarted(self) -> Bench {
        let Bench { engine, shop, router: _, _fresh } = self;
        let now = engine.now();
        engine.close().await;
        let store = Store::open(&_fresh.url, Options::default()).await.unwrap();
        let engine = Engine::start(store, Clock::fixed(now), Sealer::new(&[7; 32]).unwrap()).await.unwrap();
        let router = digitalriver::routes(engine.clone(), URL);
        Bench { engine, shop, router, _fresh }
    }

    /// A new program with a key.
    pub async fn program(&self, token: &str, permissions: Permissions) {
        let wanted = KeyWanted {
            app: None,
            app_name: token,
            dialect: digitalriver::NAME,
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

    /// What a request is answered, whatever the document says.
    pub async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Told {
        let (status, headers, bytes) = self.raw(method, path, headers, body).await;
        let body = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).unwrap() };
        Told { status, headers, body }
    }

    /// The same, to the byte.
    pub async fn raw(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> (u16, HeaderMap, Vec<u8>) {
        let mut request = Request::builder().method(method).uri(path).header("Host", "shop.example");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_owned())).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        (parts.status.as_u16(), parts.headers, to_bytes(body, usize::MAX).await.unwrap().to_vec())
    }

    /// What a request is answered; `body` is none if it is null.
    pub async fn send_as(&self, token: &str, method: &str, path: &str, body: Value) -> Told {
        let authorization = format!("Bearer {token}");
        let headers = [("Authorization", authorization.as_str()), ("Content-Type", "application/json")];
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let told = self.ask(method, path, &headers, &body).await;
        published().judge(method, path, told.status, &told.body);
        told
    }

    /// As [`Bench::send_as`], by the program that may do everything.
    pub async fn send(&self, method: &str, path: &str, body: Value) -> Told {
        self.send_as(TOKEN, method, path, body).await
    }

    async fn done(&self, method: &str, path: &str, body: Value, status: u16) -> Value {
        let told = self.send(method, path, body).await;
        assert_eq!(told.status, status, "{method} {path}: {}", told.body);
        told.body
    }

    /// What is there.
    pub async fn get(&self, path: &str) -> Value {
        self.done("GET", path, Value::Null, 200).await
    }

    /// What was made.
    pub async fn create(&self, path: &str, body: Value) -> Value {
        self.done("POST", path, body, 201).await
    }

    /// What something is after a change.
    pub async fn change(&self, path: &str, body: Value) -> Value {
        self.done("POST", path, body, 200).await
    }

    /// Something goes.
    pub async fn remove(&self, path: &str) {
        self.done("DELETE", path, Value::Null, 204).await;
    }

    /// Status, code and parameter of a failure; what isn't there is empty.
    pub async fn refused(&self, method: &str, path: &str, body: Value) -> (u16, String, String) {
        let told = self.send(method, path, body).await;
        assert!(told.status >= 400, "{method} {path}: {} {}", told.status, told.body);
        let error = &told.body["errors"][0];
        let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
        (told.status, text("code"), text("parameter"))
    }
}
