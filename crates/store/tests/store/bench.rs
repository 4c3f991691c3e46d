//! A furnished shop in a store, and the way through it: load, decide, commit.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use domain::actor::Actor;
use domain::command::{Command, Place};
use domain::decide::{Decision, Outcome, Write, decide};
use domain::fulfillment_order::FulfillmentOrder;
use domain::id::{FulfillmentId, FulfillmentOrderId, Ids, OrderId};
use domain::order::Order;
use domain::refusal::Refusal;
use domain::snapshot::{Shop, Snapshot};
use domain::time::Time;
use store::db::{Options, Query, Row, Statement, Value};
use store::{CommitError, Store};
use testkit::database::{Database, Fresh};
use testkit::world;

pub struct Bench {
    pub store: Store,
    pub shop: Arc<Shop>,
    next: AtomicI64,
    _fresh: Fresh,
}

/// An empty store.
pub async fn empty(database: Database) -> Bench {
    let fresh = database.fresh();
    let store = Store::open(&fresh.url, Options { pg_connections: 4, ..Options::default() }).await.unwrap();
    store.migrate().await.unwrap();
    Bench { store, shop: Arc::new(world::shop()), next: AtomicI64::new(1_000), _fresh: fresh }
}

/// A store with the furnished shop in it.
pub async fn furnished(database: Database) -> Bench {
    let bench = empty(database).await;
    bench.store.save_shop(&bench.shop).await.unwrap();
    for command in world::furniture() {
        bench.run(&command).await;
    }
    bench
}

impl Bench {
    pub fn fresh(&self) -> i64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    /// The time goes on with every id.
    pub fn now(&self) -> Time {
        Time(1_000_000 * self.next.load(Ordering::Relaxed))
    }

    pub async fn decide(&self, command: &Command) -> Result<(Snapshot, Decision), Refusal> {
        let snapshot = self.store.load(&self.shop, &command.scope()).await.unwrap();
        let mut next = || self.fresh();
        let decision = decide(&snapshot, command, &Actor::System, self.now(), &mut Ids::new(&mut next))?;
        Ok((snapshot, decision))
    }

    pub async fn commit(&self, (snapshot, decision): &(Snapshot, Decision)) -> Result<(), CommitError> {
        self.store.commit(self.shop.id, snapshot, decision, None).await
    }

    pub async fn run(&self, command: &Command) -> Decision {
        let decided = self.decide(command).await.unwrap();
        self.commit(&decided).await.unwrap();
        decided.1
    }

    pub async fn place(&self, mut place: Place) -> Order {
        place.number = self.fresh();
        written(&self.run(&world::placing(place)).await).unwrap()
    }

    /// Places an order that one location can ship, and gives its work.
    pub async fn work(&self, articles: &[(domain::id::VariantId, i64)]) -> FulfillmentOrder {
        let mut order = self.place(world::order(articles)).await;
        assert_eq!(order.fulfillment_orders.len(), 1, "{:?}", order.fulfillment_orders);
        order.fulfillment_orders.remove(0)
    }

    pub async fn ship(&self, work: FulfillmentOrderId) -> FulfillmentId {
        match self.run(&world::shipping(work)).await.outcome {
            Outcome::Fulfillment(id) => id,
            other => panic!("{other:?}"),
        }
    }

    pub async fn order(&self, id: OrderId) -> Order {
        let (order, _) = self.store.order_with_fulfillments(self.shop.id, id).await.unwrap().unwrap();
        Order::clone(&order)
    }

    pub async fn read(&self, sql: &'static str, params: Vec<Value>) -> Vec<Row> {
        self.store.db().read(vec![Query::new(sql, params)]).await.unwrap().remove(0)
    }

    pub async fn number(&self, sql: &'static str) -> i64 {
        self.read(sql, vec![]).await[0].int(0).unwrap()
    }

    /// Writes something that no command would.
    pub async fn spoil(&self, sql: impl Into<std::borrow::Cow<'static, str>>) {
        self.store.db().write(vec![Statement::new(sql, vec![]).any()]).await.unwrap();
    }

    /// (on hand, committed)
    pub async fn stock(&self, variant: domain::id::VariantId, at: domain::id::LocationId) -> (i64, i64) {
        let (_, levels) = self.store.variants(self.shop.id, &[variant]).await.unwrap();
        let level = levels.iter().find(|level| level.location == at);
        level.map_or((0, 0), |level| (level.on_hand, level.committed))
    }

    pub async fn findings(&self) -> Vec<String> {
        let findings = self.store.audit(self.shop.id, |_| {}).await.unwrap();
        findings.into_iter().map(|finding| finding.what).collect()
    }
}

/// The order that a decision writes.
pub fn written(decision: &Decision) -> Option<Order> {
    decision.writes.iter().find_map(|write| match write {
        Write::NewOrder(order) | Write::Order(order) => Some(Order::clone(order)),
        _ => None,
    })
}
