//! Nodes: engines over one database with the furnished shop, without the web in front of them.

use std::sync::Arc;

use domain::actor::Actor;
use domain::command::{Command, Place};
use domain::decide::Outcome;
use domain::id::{LocationId, ShopId, VariantId};
use domain::order::Order;
use domain::snapshot::Shop;
use engine::clock::Clock;
use engine::seal::Sealer;
use engine::{Done, Engine};
use store::Store;
use store::db::Options;
use testkit::database::{Database, Fresh};
use testkit::world;

/// Engines over one database.
pub struct Nodes {
    /// One or more of them.
    pub engines: Vec<Engine>,
    /// The furnished shop.
    pub shop: Arc<Shop>,
    /// The database.
    pub fresh: Fresh,
}

/// An engine over that database.
pub async fn node(url: &str, options: Options) -> Engine {
    node_at(url, options, Clock::System).await
}

/// An engine over that database with a clock of its own.
pub async fn node_at(url: &str, options: Options, clock: Clock) -> Engine {
    let store = Store::open(url, options).await.unwrap();
    store.migrate().await.unwrap();
    Engine::start(store, clock, Sealer::new(&[7; 32]).unwrap()).await.unwrap()
}

/// Furnishes a shop of that id.
pub async fn furnish(engine: &Engine, id: ShopId) -> Arc<Shop> {
    let shop = Arc::new(Shop { id, domain: format!("{id}.example"), ..world::shop() });
    engine.store().save_shop(&shop).await.unwrap();
    for command in world::furniture() {
        engine.execute(&shop, &Actor::System, &command).await.unwrap().unwrap();
    }
    shop
}

impl Nodes {
    /// So many nodes on a new database.
    pub async fn start(database: Database, count: usize) -> Self {
        let fresh = database.fresh();
        let mut engines = Vec::new();
        for _ in 0..count {
            // Losing the last commits in a power cut is not what these tests are about.
            let options = Options { synchronous_full: false, ..Options::default() };
            engines.push(node(&fresh.url, options).await);
        }
        let shop = furnish(&engines[0], world::SHOP).await;
        Self { engines, shop, fresh }
    }

    /// The nodes in turn.
    pub fn engine(&self, turn: usize) -> &Engine {
        &self.engines[turn % self.engines.len()]
    }

    /// Carries out a command that cannot be refused.
    pub async fn run(&self, command: &Command) -> Done {
        let verdict = self.engines[0].execute(&self.shop, &Actor::System, command).await.unwrap();
        verdict.unwrap_or_else(|no| panic!("{no:?} to {command:?}"))
    }

    /// Places an order.
    pub async fn place(&self, place: Place) -> Order {
        let done = self.run(&world::placing(place)).await;
        let Outcome::Order(id) = done.outcome else { panic!("{:?}", done.outcome) };
        done.order(id).unwrap().clone()
    }

    /// (on hand, committed)
    pub async fn stock(&self, variant: VariantId, location: LocationId) -> (i64, i64) {
        let (_, levels) = self.engines[0].store().variants(self.shop.id, &[variant]).await.unwrap();
        let level = levels.iter().find(|level| level.location == location);
        level.map_or((0, 0), |level| (level.on_hand, level.committed))
    }

    /// What the audit finds.
    pub async fn findings(&self) -> Vec<store::Finding> {
        self.engines[0].store().audit(self.shop.id, |_| {}).await.unwrap()
    }
}
