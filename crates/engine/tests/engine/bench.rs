//! Engines over one furnished database, a clock that stands still, and a small dialect to tell events in.

use std::sync::Arc;
use std::time::Duration;

use domain::actor::{Actor, Permissions, visible};
use domain::command::{Command, Place};
use domain::decide::Outcome;
use domain::event::Event;
use domain::id::{AppId, FulfillmentOrderId, OrderId};
use domain::listener::Listener;
use domain::location::Inquiry;
use domain::order::Order;
use domain::refusal::Refusal;
use domain::snapshot::Shop;
use domain::time::Time;
use engine::clock::Clock;
use engine::dialect::{About, Asked, Called, Dialect, Learned, Message, Question, Secrets, Told};
use engine::keys::KeyWanted;
use engine::outside::address::AllowPrivate;
use engine::outside::url::AllowHttp;
use engine::outside::{Outside, Policy};
use engine::retry::Schedule;
use engine::seal::Sealer;
use engine::workers::Workers;
use engine::{Done, Engine};
use hmac::{Hmac, KeyInit, Mac};
use store::Store;
use store::db::Options;
use testkit::database::{Database, Fresh};
use testkit::world;

pub struct Bench {
    pub engine: Engine,
    pub shop: Arc<Shop>,
    clock: Clock,
    sealer: Sealer,
    fresh: Fresh,
}

async fn node(url: &str, clock: &Clock, sealer: &Sealer) -> Engine {
    let store = Store::open(url, Options { pg_connections: 6, ..Options::default() }).await.unwrap();
    store.migrate().await.unwrap();
    Engine::start(store, clock.clone(), sealer.clone()).await.unwrap()
}

/// A node, and the furnished shop.
pub async fn bench(database: Database) -> Bench {
    let fresh = database.fresh();
    let clock = Clock::fixed(Time(1_000_000_000_000));
    let sealer = Sealer::new(&[7; 32]).unwrap();
    let engine = node(&fresh.url, &clock, &sealer).await;
    let shop = Arc::new(world::shop());
    engine.store().save_shop(&shop).await.unwrap();
    let bench = Bench { engine, shop, clock, sealer, fresh };
    for command in world::furniture() {
        bench.run(&command).await;
    }
    bench
}

impl Bench {
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Another node on the same database, with the same clock.
    pub async fn another(&self) -> Engine {
        node(&self.fresh.url, &self.clock, &self.sealer).await
    }

    pub async fn send(&self, actor: &Actor, command: &Command) -> Result<Done, Refusal> {
        self.engine.execute(&self.shop, actor, command).await.unwrap()
    }

    pub async fn run(&self, command: &Command) -> Done {
        self.send(&Actor::System, command).await.unwrap_or_else(|no| panic!("{no:?} to {command:?}"))
    }

    pub async fn place(&self, place: Place) -> Order {
        let done = self.run(&world::placing(place)).await;
        let Outcome::Order(id) = done.outcome else { panic!("{:?}", done.outcome) };
        done.order(id).unwrap().clone()
    }

    pub async fn order(&self, id: OrderId) -> Arc<Order> {
        self.engine.store().orders_by_id(self.shop.id, &[id]).await.unwrap().remove(0)
    }

    /// Places an order that one location can ship: its id, and its work.
    pub async fn work(&self, articles: &[(domain::id::VariantId, i64)]) -> (OrderId, FulfillmentOrderId) {
        let order = self.place(world::order(articles)).await;
        assert_eq!(order.fulfillment_orders.len(), 1, "{:?}", order.fulfillment_orders);
        (order.id, order.fulfillment_orders[0].id)
    }

    pub async fn timeline(&self, order: OrderId) -> Vec<Event> {
        self.engine.store().timeline(self.shop.id, order).await.unwrap()
    }

    pub async fn findings(&self) -> Vec<store::Finding> {
        self.engine.store().audit(self.shop.id, |_| {}).await.unwrap()
    }

    /// Gives a program a key, with what signs messages to it.
    pub async fn program(&self, id: i64, permissions: Permissions) {
        let wanted = KeyWanted {
            app: Some(AppId(id)),
            app_name: "Program",
            dialect: "test",
            label: "for tests",
            permissions,
            token_prefix: "t_",
            secret_prefix: "s_",
            token: None,
            secret: Some(SECRET),
        };
        self.engine.make_key(&self.shop, wanted).await.unwrap();
    }
}

pub const SECRET: &str = "s_secret";
pub const ATTEMPTS: u32 = 3;
/// A status of 2xx that the dialect doesn't take for an answer.
pub const NOT_RECEIVED: u16 = 208;
pub const SECONDS: i64 = 1_000_000;

/// Workers that may call this machine.
pub fn workers() -> Workers {
    let policy = Policy {
        allow_private: AllowPrivate::Loopback,
        allow_http: AllowHttp::Loopback,
        total_timeout: Duration::from_secs(20),
        ..Policy::default()
    };
    Workers {
        dialects: vec![Arc::new(Plain)],
        gateways: vec![Arc::new(engine::gateway::Sandbox)],
        outside: Outside::new(policy).unwrap(),
        post: engine::mail::Post::Nowhere,
        calls_at_once: 8,
        inquire_every: Duration::from_secs(3600),
        events_days: 30,
        keys_days: 7,
    }
}

/// A dialect that says in JSON what happened, signed in a header.
pub struct Plain;

impl Dialect for Plain {
    fn name(&self) -> &'static str {
        "test"
    }

    fn announce(&self, told: &Told<'_>) -> Vec<Message> {
        let seen =
            |fact: &domain::event::Fact| fact.work().is_none_or(|work| visible(told.actor, work.service));
        let wanted = |topic: &str| ["everything", topic].contains(&told.listener.topic.as_str());
        let facts = told.event.facts.iter().enumerate();
        facts
            .filter(|(_, fact)| seen(fact) && wanted(fact.kind().as_str()))
            .map(|(part, fact)| Message {
                part,
                topic: fact.kind().as_str().to_owned(),
                url: told.listener.url.clone(),
                headers: vec![("X-Message".into(), format!("{}-{part}", told.event.id))],
                body: serde_json::json!({
                    "topic": fact.kind().as_str(),
                    "order": told.order.map(|order| (order.name.clone(), order.version)),
                    "parcels": told.fulfillments.len(),
                })
                .to_string(),
            })
            .collect()
    }

    fn call_service(&self, called: &Called<'_>) -> Vec<Message> {
        let Some(url) = called.service.callback_url.clone() else { return Vec::new() };
        let body = format!("{{\"service\":{}}}", called.service.id);
        vec![Message { part: 0, topic: "call".into(), url, headers: Vec::new(), body }]
    }

    fn inquire(&self, asked: &Asked<'_>) -> Option<Question> {
        let about = match asked.about {
            About::Tracking(names) => format!("tracking/{}", names.len()),
            About::Stock => "stock".to_owned(),
        };
        let url = format!("{}/{about}", asked.service.callback_url.as_ref()?);
        Some(Question { urls: vec![url], headers: Vec::new() })
    }

    fn understand(&self, _inquiry: Inquiry, body: &[u8]) -> Option<Learned> {
        let stock: std::collections::BTreeMap<String, i64> = serde_json::from_slice(body).ok()?;
        Some(Learned::Stock(stock.into_iter().collect()))
    }

    fn sign(&self, secrets: Secrets<'_>, body: &str, now: Time) -> Vec<(String, String)> {
        vec![("X-Signature".into(), signature(secrets.current, body)), ("X-Sent".into(), now.0.to_string())]
    }

    fn accepts(&self, status: u16) -> bool {
        status != NOT_RECEIVED
    }

    fn schedule(&self, _shop: &Shop, _listener: Option<&Listener>) -> Schedule {
        let (first, cap) = (Duration::from_secs(10), Duration::from_secs(60));
        Schedule::Exponential { first, cap, attempts: ATTEMPTS }
    }
}

pub fn signature(secret: &str, body: &str) -> String {
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    engine::seal::hex(&mac.finalize().into_bytes())
}
