//! A served shop, a clock that stands still, and programs with keys.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use domain::actor::{Actor, Permissions};
use domain::snapshot::Shop;
use domain::time::{SECOND, Time};
use engine::Engine;
use engine::clock::Clock;
use engine::keys::KeyWanted;
use engine::outside::address::AllowPrivate;
use engine::outside::url::AllowHttp;
use engine::outside::{Outside, Policy};
use engine::seal::Sealer;
use engine::workers::Workers;
use serde_json::{Value, json};
use store::Store;
use store::db::Options;
use testkit::database::{Database, Fresh};
use testkit::world;
use tower::ServiceExt;

/// What signs messages to every program.
pub const SECRET: &str = "shpss_secret";
/// The program whose token [`Bench::ask`] uses.
pub const TOKEN: &str = "shpat_merchant";

pub struct Bench {
    pub engine: Engine,
    pub shop: Arc<Shop>,
    workers: Workers,
    router: Router,
    _fresh: Fresh,
}

/// A policy for receivers on this machine.
pub fn nearby() -> Policy {
    Policy {
        allow_private: AllowPrivate::Loopback,
        allow_http: AllowHttp::Loopback,
        total_timeout: Duration::from_secs(20),
        ..Policy::default()
    }
}

/// The furnished shop, and one program that may do everything.
pub async fn bench(policy: Policy) -> Bench {
    let fresh = Database::Sqlite.fresh();
    let store = Store::open(&fresh.url, Options::default()).await.unwrap();
    store.migrate().await.unwrap();
    let clock = Clock::fixed(Time(1_752_164_147 * SECOND));
    let engine = Engine::start(store, clock, Sealer::new(&[7; 32]).unwrap()).await.unwrap();
    engine.calls_by(policy.clone());
    let shop = Arc::new(world::shop());
    engine.store().save_shop(&shop).await.unwrap();
    for command in world::furniture() {
        engine.execute(&shop, &Actor::System, &command).await.unwrap().unwrap();
    }
    let workers = Workers {
        dialects: vec![shopify::dialect()],
        gateways: Vec::new(),
        outside: Outside::new(policy).unwrap(),
        post: engine::mail::Post::Nowhere,
        calls_at_once: 8,
        inquire_every: Duration::from_secs(3600),
        events_days: 30,
        keys_days: 7,
    };
    let router = shopify::routes(engine.clone());
    let bench = Bench { engine, shop, workers, router, _fresh: fresh };
    bench.program(TOKEN, Permissions::all()).await;
    bench
}

impl Bench {
    /// A new program with a key.
    pub async fn program(&self, token: &str, permissions: Permissions) {
        let wanted = KeyWanted {
            app: None,
            app_name: "Program",
            dialect: shopify::NAME,
            label: "for tests",
            permissions,
            token_prefix: "shpat_",
            secret_prefix: "shpss_",
            token: Some(token),
            secret: Some(SECRET),
        };
        self.engine.make_key(&self.shop, wanted).await.unwrap();
    }

    /// What a document answers to the program of a token.
    pub async fn asked_by(&self, token: &str, version: &str, query: &str, variables: Value) -> Value {
        let body = json!({"query": query, "variables": variables}).to_string();
        let request = Request::post(format!("/admin/api/{version}/graphql.json"))
            .header("Content-Type", "application/json")
            .header("X-Shopify-Access-Token", token)
            .body(Body::from(body))
            .unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        serde_json::from_slice(&bytes).unwrap()
    }

    /// The data that a document answers.
    pub async fn ask(&self, query: &str, variables: Value) -> Value {
        let answer = self.asked_by(TOKEN, "2026-04", query, variables).await;
        assert_eq!(answer.get("errors"), None, "{query}");
        answer["data"].clone()
    }

    /// Does all that is due.
    pub async fn work_off(&self) {
        while self.engine.work_off(&self.workers).await.unwrap() > 0 {}
    }

    pub fn wait(&self, seconds: i64) {
        self.engine.clock().advance(seconds * SECOND);
    }
}
