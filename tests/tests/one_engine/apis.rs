//! A shop that is served by every API, and how each of them is asked.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::Request;
use consign::dialects;
use domain::actor::{Actor, Permissions};
use domain::command::Command;
use domain::command::billing::BillingCommand;
use domain::id::{PriceId, ProductId, VariantId};
use domain::money::Currency;
use domain::price::{Price, Recurrence, Terms};
use domain::time::Time;
use engine::gateway::{Account, Sandbox, SetUp};
use engine::keys::KeyWanted;
use engine::outside::{Outside, Policy};
use engine::workers::{Workers, Working};
use scenarios::served::Served;
use serde_json::{Value, json};
use testkit::world::{self, HERE, SHIRT, STICKER, THERE};
use tower::ServiceExt;

/// A published API, by what it calls the unit of demand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Api {
    /// Shopify's: work, line by line.
    Work,
    /// ClickFunnels': lines of invoices.
    Invoice,
    /// Digital River's: items.
    Item,
}

impl Api {
    pub const ALL: [Api; 3] = [Api::Work, Api::Invoice, Api::Item];
}

/// What the two lines of every order sell, and what a unit costs in minor units.
pub const SOLD: [(VariantId, i64); 2] = [(SHIRT, 1_259), (STICKER, 500)];
/// The prices of what is sold.
pub const PRICES: [i64; 2] = [501, 502];

const TOKENS: [(&str, &str); 2] = [(clickfunnels::NAME, "cf_desk"), (digitalriver::NAME, "sk_desk")];
const VERSION: &str = "2026-07";

/// A shop that is served by every API, with workers at work.
pub struct Shop {
    pub served: Served,
    router: axum::Router,
    working: Working,
}

impl Shop {
    pub async fn open() -> Shop {
        let served = Served::empty(world::shop(), &[]).await;
        let mut furniture = vec![
            Command::SaveLocation(world::location(HERE, 1)),
            Command::SaveLocation(world::location(THERE, 2)),
            Command::SaveProduct(
                world::product(ProductId(90)),
                [SHIRT, STICKER].map(world::variant).to_vec(),
            ),
            Command::correct_stock(vec![(SHIRT, HERE, 100_000), (SHIRT, THERE, 100_000)]),
        ];
        for ((variant, amount), id) in SOLD.into_iter().zip(PRICES) {
            furniture.push(Command::Billing(BillingCommand::SavePrice(Box::new(price(variant, amount, id)))));
        }
        for command in furniture {
            served.engine.execute(&served.shop, &Actor::System, &command).await.unwrap().unwrap();
        }
        for (dialect, token) in TOKENS {
            let wanted = KeyWanted {
                app: None,
                app_name: dialect,
                dialect,
                label: "",
                permissions: Permissions::all(),
                token_prefix: "",
                secret_prefix: "",
                token: Some(token),
                secret: None,
            };
            served.engine.make_key(&served.shop, wanted).await.unwrap();
        }
        let gateway = SetUp { name: "test".into(), kind: "test".into(), account: Account::default() };
        served.engine.set_up_gateway(served.shop.id, &gateway).await.unwrap();
        let working = served.engine.work(Workers {
            dialects: dialects::voices(&served.url),
            gateways: vec![Arc::new(Sandbox)],
            outside: Outside::new(Policy::default()).unwrap(),
            post: engine::mail::Post::Nowhere,
            calls_at_once: 8,
            inquire_every: std::time::Duration::from_secs(3600),
            events_days: 30,
            keys_days: 7,
        });
        let router = dialects::routes(&served.engine, &served.url, None);
        Shop { served, router, working }
    }

    /// Something to pay with, once.
    pub async fn source(&self) -> Value {
        // A token of the gateway that takes no real money: test cards are for test orders only.
        let token = json!({ "gateway": "test", "reference": "test_ok" });
        let sent = json!({ "type": "creditCard", "token": token });
        self.by_item("POST", "/sources", sent).await.unwrap()["id"].clone()
    }

    /// Asks by work; what comes of the document's one root, or the first thing that is wrong with it.
    pub async fn by_work(&self, document: &str, variables: Value) -> Result<Value, String> {
        let (status, answer) = self.served.ask(VERSION, document, &variables).await;
        assert!(status == 200 && answer.get("errors").is_none(), "{document} {variables}: {answer}");
        let root = answer["data"].as_object().unwrap().values().next().unwrap().clone();
        match root["userErrors"].as_array().and_then(|errors| errors.first()) {
            Some(error) => Err(error.to_string()),
            None => Ok(root),
        }
    }

    /// Asks by invoice.
    pub async fn by_invoice(&self, method: &str, path: &str, body: Value) -> Result<Value, String> {
        self.rest(TOKENS[0].1, method, &format!("/api/v2{path}"), body).await
    }

    /// Asks by item.
    pub async fn by_item(&self, method: &str, path: &str, body: Value) -> Result<Value, String> {
        self.rest(TOKENS[1].1, method, path, body).await
    }

    async fn rest(&self, token: &str, method: &str, path: &str, body: Value) -> Result<Value, String> {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("Authorization", format!("Bearer {token}"))
            .header("Content-Type", "application/json")
            .body(Body::from(body))
            .unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        assert!(!status.is_server_error(), "{method} {path}: {status} {text}");
        match status.is_success() {
            true => Ok(serde_json::from_str(&text).unwrap_or(Value::Null)),
            false => Err(format!("{status} {text}")),
        }
    }

    /// Nothing is found that must not be. Whoever still moves money finishes first: an audit reads for a while.
    pub async fn audited(self) {
        self.working.stop(std::time::Duration::from_secs(10)).await;
        let found = self.served.engine.store().audit(self.served.shop.id, |_| {}).await.unwrap();
        assert!(found.is_empty(), "{found:?}");
    }
}

fn price(variant: VariantId, amount: i64, id: i64) -> Price {
    Price {
        id: PriceId(id),
        variant,
        name: None,
        terms: Terms { amount, currency: Currency::USD, setup: 0, recurrence: Recurrence::OneTime },
        archived: false,
        details: Value::Null,
        created_at: Time(0),
        updated_at: Time(0),
    }
}
