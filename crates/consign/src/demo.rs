//! What `consign dev` starts with: a shop that has been in business for two weeks, and keys that everybody knows.
//!
//! Everything is made by the same commands that clients cause, on a clock that is moved through the past; so the data
//! has a history, keeps every rule, and never falls behind the program. The same seed makes the same shop.

mod catalog;
mod courses;
mod dice;
mod keys;
mod parcels;
mod people;
mod places;
mod play;
mod prices;
mod stage;
mod stories;
mod subscriptions;

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::actor::{Actor, App};
use domain::routing::TieBreaker;
use domain::snapshot::Shop;
use domain::time::{HOUR, Time};
use engine::Engine;
use engine::clock::Clock;
use engine::gateway::{Account, SetUp};
use store::Store;
use store::db::Options;

use crate::failure::Failure;
use crate::first_shop;
use crate::installation::{Installation, Missing, make_private_file};
use crate::server::FILES;

use dice::Dice;
use play::Cast;
use stage::Stage;

pub use keys::{Keys, known};

/// How many orders the demo shop has.
pub const ORDERS: usize = stories::ORDERS + subscriptions::ORDERS;

/// The same seed makes the same shop.
const SEED: u64 = 1001;
/// The name of the demo shop.
const NAME: &str = "Consign Demo";

/// The host name of the demo shop. Clients of this dialect know shops by such names only.
pub const DOMAIN: &str = "consign-demo.myshopify.com";

/// How much there is to begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// A shop with one location.
    Empty,
    /// The demo shop.
    Demo,
}

/// Fills a database that has no shop yet; tells how long that took, or nothing if there was a shop.
///
/// The store is opened for this alone, and doesn't wait for the disk at every commit: it is closed before anybody
/// relies on it, and an SQLite file appears under its name only when it is complete.
pub async fn fill(installation: &Installation, content: Content) -> Result<Option<Duration>, Failure> {
    let began = Instant::now();
    let fast = Options { synchronous_full: false, ..Options::default() };
    let file = installation.sqlite_file().filter(|file| !file.exists());
    let Some(file) = file else {
        let in_use = installation.open_with(Missing::Make, fast).await?;
        in_use.store.migrate().await?;
        let is_new = in_use.store.shops().await?.is_empty();
        if is_new {
            make(installation, in_use.store, content).await?;
        } else {
            in_use.store.db().close().await;
        }
        return Ok(is_new.then(|| began.elapsed()));
    };
    // Held until the new file is in its place.
    let _lock = installation.lock_alone(&file)?;
    let unfinished = file.with_extension("unfinished");
    for left_over in ["unfinished", "unfinished-wal", "unfinished-shm"] {
        match std::fs::remove_file(file.with_extension(left_over)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    make_private_file(&unfinished)?;
    let store = Store::open(&unfinished.display().to_string(), fast).await?;
    store.migrate().await?;
    make(installation, store, content).await?;
    std::fs::File::open(&unfinished)?.sync_all()?;
    std::fs::rename(&unfinished, &file)?;
    Ok(Some(began.elapsed()))
}

async fn make(installation: &Installation, store: Store, content: Content) -> Result<(), Failure> {
    let now = Clock::System.now();
    let clock = Clock::fixed(now);
    let engine = Engine::start(store, clock, installation.sealer()?).await?;
    let made = match content {
        Content::Empty => empty(&engine).await,
        Content::Demo => demo(installation, &engine, now).await,
    };
    engine.close().await;
    made
}

async fn empty(engine: &Engine) -> Result<(), Failure> {
    let shop = first_shop::make(engine, NAME, DOMAIN).await?;
    keys::merchant(engine, &shop).await?;
    keys::others(engine, &shop).await?;
    money(engine, &shop).await
}

async fn demo(installation: &Installation, engine: &Engine, now: Time) -> Result<(), Failure> {
    let dice = &mut Dice::new(SEED);
    let files = installation.dir().join(FILES);
    let tie_breakers = vec![TieBreaker::Nearness, TieBreaker::Ranking, TieBreaker::Stock];
    let shop = Shop { tie_breakers, ..first_shop::shop(NAME, DOMAIN) };
    engine.store().save_shop(&shop).await?;
    let stage = &Stage { engine, shop: Arc::new(shop) };
    stage.at(now.plus(-30 * 24 * HOUR));
    keys::merchant(engine, &stage.shop).await?;
    let app = keys::service(engine, &stage.shop, places::NORDIC).await?;
    let places = places::make(engine, stage, app).await?;
    let articles = catalog::make(engine, stage, &places, &files, dice).await?;
    money(engine, &stage.shop).await?;
    let mut payments = Vec::with_capacity(stories::ORDERS);
    for _ in 0..stories::ORDERS {
        payments.push(engine.ids().fresh().await?);
    }
    let scenes = stories::write(&articles, now, payments, dice);
    let service = Actor::App(App { id: app, permissions: keys::of_service(), services: vec![places.nordic] });
    Cast { stage, places, service }.play(&scenes, dice).await?;
    subscriptions::make(installation, stage, &articles, now).await?;
    prices::make(stage, &articles).await?;
    keys::others(engine, &stage.shop).await
}

/// The gateway that moves no money.
async fn money(engine: &Engine, shop: &Shop) -> Result<(), Failure> {
    let test = SetUp { name: "test".to_owned(), kind: "test".to_owned(), account: Account::default() };
    Ok(engine.set_up_gateway(shop.id, &test).await?)
}
