//! Who is told: every event becomes one delivery for every fact and everybody who listens to it, with what was so when
//! it happened (O1, O2, O4, O6).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use domain::event::Event;
use domain::id::{ContactId, EventId, ListenerId, OrderId, ShopId};
use domain::listener::Listener;
use domain::snapshot::Shop;
use domain::time::Time;
use engine::Engine;
use engine::dialect::{Called, Dialect, Message, Secrets, Told};
use engine::outside::{Outside, Policy};
use engine::retry::Schedule;
use engine::workers::Workers;
use store::db::Query;

use crate::reference::Reference;
use crate::seen::News;

/// The name of a dialect that says everything, and how often the order had changed by then.
pub const DIALECT: &str = "plain";

struct Plain;

impl Dialect for Plain {
    fn name(&self) -> &'static str {
        DIALECT
    }

    fn announce(&self, told: &Told<'_>) -> Vec<Message> {
        let version = told.order.map_or(0, |order| order.version);
        let facts = told.event.facts.iter().enumerate();
        let wanted = facts.filter(|(_, fact)| hears(&told.listener.topic, fact.kind().as_str()));
        let message = |(part, fact): (usize, &domain::event::Fact)| Message {
            part,
            topic: fact.kind().as_str().to_owned(),
            url: told.listener.url.clone(),
            headers: Vec::new(),
            body: version.to_string(),
        };
        wanted.map(message).collect()
    }

    fn call_service(&self, _called: &Called<'_>) -> Vec<Message> {
        Vec::new()
    }

    fn sign(&self, _secrets: Secrets<'_>, _body: &str, _now: Time) -> Vec<(String, String)> {
        Vec::new()
    }

    fn schedule(&self, _shop: &Shop, _listener: Option<&Listener>) -> Schedule {
        Schedule::STANDARD
    }
}

fn hears(topic: &str, kind: &str) -> bool {
    topic == "everything" || topic == kind
}

/// Workers who speak that dialect, and call nobody.
pub fn workers() -> Workers {
    Workers {
        dialects: vec![Arc::new(Plain)],
        gateways: Vec::new(),
        outside: Outside::new(Policy::default()).unwrap(),
        post: engine::mail::Post::Nowhere,
        calls_at_once: 1,
        inquire_every: Duration::from_secs(3_600),
        events_days: 30,
        keys_days: 7,
    }
}

/// A delivery: the event, which of its facts, to whom, of what, and in which words.
type Row = (EventId, i64, ListenerId, String, String);

/// What was told and what must be.
#[derive(Default)]
pub struct Outbox {
    /// Events that nobody was told of yet, with the version of their order then.
    waiting: Vec<(Event, i64)>,
    expected: BTreeSet<Row>,
    /// What they were about: the order, and what they say.
    events: BTreeMap<EventId, (Option<OrderId>, String)>,
}

impl Outbox {
    /// Something happened, after which the order was of that version. Whoever listens then is told.
    pub fn happened(&mut self, news: &News, version: i64, shop: &Reference) -> Result<(), String> {
        if news.waits {
            self.waiting.push((news.event.clone(), version));
        } else if !shop.listeners.is_empty() {
            return Err(format!("O2: nobody is to be told of {:?}", news.event));
        }
        Ok(())
    }

    /// Whoever listens now is told of all that waited.
    pub fn dispatched(&mut self, shop: &Reference) {
        for (event, version) in self.waiting.drain(..) {
            self.events.insert(event.id, (event.order, serde_json::to_string(&event.facts).unwrap()));
            for (listener, (_, topic)) in &shop.listeners {
                let topic = topic.split(' ').next().unwrap();
                for (part, fact) in event.facts.iter().enumerate() {
                    let kind = fact.kind().as_str();
                    if hears(topic, kind) {
                        let row = (event.id, part as i64, *listener, kind.to_owned(), version.to_string());
                        self.expected.insert(row);
                    }
                }
            }
        }
    }

    /// Somebody was forgotten: what was told of it is blank, and what waits says what is so now.
    pub fn forgotten(&mut self, contact: ContactId, orders: &BTreeMap<OrderId, Option<i64>>) {
        let named = [",", "}"].map(|end| format!("\"contact\":{contact}{end}"));
        let steps: Vec<String> = orders.keys().map(|order| format!("\"order\":{order},")).collect();
        let about = |event: &EventId| {
            let (order, said) = &self.events[event];
            match order {
                Some(order) => orders.contains_key(order),
                None => named.iter().chain(&steps).any(|named| said.contains(named)),
            }
        };
        let (blank, rest) =
            std::mem::take(&mut self.expected).into_iter().partition::<Vec<_>, _>(|row| about(&row.0));
        self.expected = rest.into_iter().collect();
        self.expected.extend(blank.into_iter().map(|row| (row.0, row.1, row.2, row.3, String::new())));
        for (event, version) in &mut self.waiting {
            let now = event.order.and_then(|order| orders.get(&order).copied().flatten());
            *version = now.unwrap_or(*version);
        }
    }

    /// How many deliveries there must be.
    pub fn len(&self) -> usize {
        self.expected.len()
    }

    /// Compares it with what is there.
    pub async fn check(&self, engine: &Engine, shop: ShopId) -> Result<(), String> {
        let sql = "SELECT event_id, part, listener_id, topic, body FROM deliveries WHERE shop_id = $1 AND dialect = $2";
        let query = Query::new(sql, vec![shop.0.into(), DIALECT.into()]);
        let rows = engine.store().db().read(vec![query]).await.unwrap().pop().unwrap();
        let mut found: BTreeMap<Row, usize> = BTreeMap::new();
        for row in &rows {
            let text = |i| row.text(i).unwrap().to_owned();
            let ids = (EventId(row.int(0).unwrap()), row.int(1).unwrap(), ListenerId(row.int(2).unwrap()));
            *found.entry((ids.0, ids.1, ids.2, text(3), text(4))).or_default() += 1;
        }
        let missing = self.expected.iter().find(|row| found.get(*row) != Some(&1));
        let extra = found.keys().find(|row| !self.expected.contains(*row));
        match (missing, extra) {
            (None, None) => Ok(()),
            (missing, extra) => Err(format!("O2, O6: {missing:?} was to be told once; {extra:?} was told")),
        }
    }
}
