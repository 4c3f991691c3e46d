//! A served shop, and programs with keys.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use domain::actor::{Actor, Permissions};
use domain::decide::Outcome;
use domain::id::{AppId, FulfillmentOrderId, OrderId, VariantId};
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

/// The token of the merchant's program, which may do everything.
pub const MERCHANT: &str = "shpat_merchant";
/// The token of the service's program.
pub const SERVER: &str = "shpat_server";

pub struct Bench {
    pub engine: Engine,
    pub shop: Arc<Shop>,
    router: Router,
    _fresh: Fresh,
}

/// An answer.
pub struct Told {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Told {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

pub async fn bench() -> Bench {
    let fresh = Database::Sqlite.fresh();
    let store = Store::open(&fresh.url, Options::default()).await.unwrap();
    store.migrate().await.unwrap();
    let clock = Clock::fixed(Time(1_752_164_147 * SECOND));
    let engine = Engine::start(store, clock, Sealer::new(&[7; 32]).unwrap()).await.unwrap();
    let shop = Arc::new(world::shop());
    engine.store().save_shop(&shop).await.unwrap();
    let router = shopify::routes(engine.clone());
    let bench = Bench { engine, shop, router, _fresh: fresh };
    bench.program(MERCHANT, Permissions::all()).await;
    let server =
        bench.program(SERVER, Permissions::parse("write_assigned_fulfillment_orders").unwrap()).await;
    for mut command in world::furniture() {
        if let domain::command::Command::SaveService(service, _) = &mut command {
            service.app = server;
        }
        bench.engine.execute(&bench.shop, &Actor::System, &command).await.unwrap().unwrap();
    }
    bench
}

impl Bench {
    /// A new program with a key.
    pub async fn program(&self, token: &str, permissions: Permissions) -> AppId {
        let wanted = KeyWanted {
            app: None,
            app_name: token,
            dialect: shopify::NAME,
            label: "for tests",
            permissions,
            token_prefix: "shpat_",
            secret_prefix: "shpss_",
            token: Some(token),
            secret: None,
        };
        self.engine.make_key(&self.shop, wanted).await.unwrap().record.app
    }

    /// What a request is answered.
    pub async fn send(&self, token: &str, method: &str, path: &str, body: Value, key: Option<&str>) -> Told {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/admin/api/2026-07/{path}"))
            .header("Host", "shop.example")
            .header("Content-Type", "application/json")
            .header("X-Shopify-Access-Token", token);
        if let Some(key) = key {
            request = request.header("Idempotency-Key", key);
        }
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        let response = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        Told { status: parts.status, headers: parts.headers, body: serde_json::from_slice(&bytes).unwrap() }
    }

    /// The body of an answer that is a success.
    pub async fn done(&self, token: &str, method: &str, path: &str, body: Value) -> Value {
        let told = self.send(token, method, path, body, None).await;
        assert!(told.status.is_success(), "{method} {path}: {} {}", told.status, told.body);
        told.body
    }

    pub async fn get(&self, path: &str) -> Value {
        self.done(MERCHANT, "GET", path, Value::Null).await
    }

    /// Status and body of an answer that is none.
    pub async fn refused(&self, token: &str, method: &str, path: &str, body: Value) -> (u16, Value) {
        let told = self.send(token, method, path, body, None).await;
        (told.status.as_u16(), told.body)
    }

    /// An order of one article, and its first work.
    pub async fn placed(&self, variant: VariantId, quantity: i64) -> (OrderId, FulfillmentOrderId) {
        let command = world::placing(world::order(&[(variant, quantity)]));
        let done = self.engine.execute(&self.shop, &world::merchant(), &command).await.unwrap().unwrap();
        let Outcome::Order(id) = done.outcome else { panic!("{:?}", done.outcome) };
        let order = self.engine.orders_by_id(&self.shop, &[id]).await.unwrap().pop().unwrap();
        (id, order.fulfillment_orders[0].id)
    }
}
