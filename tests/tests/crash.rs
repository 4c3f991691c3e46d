//! Crashes: a process that takes orders as fast as it can is killed without a warning. Whatever it had acknowledged
//! is there afterwards, once, and everything that is there is whole. `CONSIGN_CRASHES` says how often.
//!
//! The process is this test program itself, started again with only the test `the_victim` and its database in the
//! environment. It acknowledges on its standard output, which is a pipe to us.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command as Process, Stdio};
use std::time::Duration;

use domain::actor::Actor;
use domain::command::Command;
use domain::decide::Outcome;
use domain::id::OrderId;
use engine::Engine;
use engine::query::{OrderSort, Page};
use futures::future::join_all;
use scenarios::nodes::{furnish, node};
use store::db::Options;
use testkit::chance::{Chance, setting};
use testkit::database::Database;
use testkit::world::{self, HERE, SHIRT, STICKER};

/// Where the victim finds its database.
const DATABASE: &str = "CONSIGN_CRASH_DATABASE";
/// How many the victim does at once.
const AT_ONCE: usize = 16;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_victim() {
    let Ok(url) = std::env::var(DATABASE) else { return };
    let engine = node(&url, Options::default()).await;
    let shop = std::sync::Arc::new(engine.store().shops().await.unwrap().remove(0));
    loop {
        let taken = (0..AT_ONCE).map(|i| {
            let (engine, shop) = (&engine, &shop);
            async move {
                let place = world::placing(world::order(&[(SHIRT, 1), (STICKER, 2)]));
                let placed = engine.execute(shop, &Actor::System, &place).await.unwrap().unwrap();
                let Outcome::Order(id) = placed.outcome else { panic!() };
                say(&format!("placed {id}"));
                if i % 2 == 0 {
                    let work = placed.order(id).unwrap().fulfillment_orders[0].id;
                    engine.execute(shop, &Actor::System, &world::shipping(work)).await.unwrap().unwrap();
                    say(&format!("shipped {id}"));
                }
            }
        });
        join_all(taken).await;
    }
}

/// Acknowledges something, in one piece.
fn say(what: &str) {
    let mut out = std::io::stdout().lock();
    out.write_all(format!("ack {what}\n").as_bytes()).unwrap();
    out.flush().unwrap();
}

fn victim(url: &str) -> Child {
    Process::new(std::env::current_exe().unwrap())
        .args(["the_victim", "--exact", "--nocapture"])
        .env(DATABASE, url)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[derive(Default)]
struct Acknowledged {
    placed: BTreeSet<OrderId>,
    shipped: BTreeSet<OrderId>,
}

/// Lets a victim work for a while, kills it, and adds what it had acknowledged.
fn kill_one(url: &str, after: Duration, acknowledged: &mut Acknowledged) {
    let mut child = victim(url);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut note = |line: &str| {
        let mut words = line.split("ack ").last().unwrap_or_default().split(' ');
        let (what, id) = (words.next(), words.next().and_then(|id| id.parse().ok()).map(OrderId));
        match (what, id) {
            (Some("placed"), Some(id)) => assert!(acknowledged.placed.insert(id), "{id} was given twice"),
            (Some("shipped"), Some(id)) => assert!(acknowledged.shipped.insert(id), "{id} shipped twice"),
            _ => return false,
        }
        true
    };
    // It is killed at work, not while it starts.
    while !note(&lines.next().expect("the victim died by itself").unwrap()) {}
    let killer = std::thread::spawn(move || {
        std::thread::sleep(after);
        child.kill().unwrap();
        child.wait().unwrap();
    });
    for line in lines.map_while(Result::ok) {
        note(&line);
    }
    killer.join().unwrap();
}

async fn whole(engine: &Engine, acknowledged: &Acknowledged) -> usize {
    let shop = engine.store().shops().await.unwrap().remove(0);
    let findings = engine.store().audit(shop.id, |_| {}).await.unwrap();
    assert_eq!(findings, [], "what is there is whole");
    let (mut found, mut shipped) = (BTreeSet::new(), BTreeSet::new());
    let mut numbers = BTreeSet::new();
    let mut page = Page { limit: 1_000, ..Page::default() };
    loop {
        let rows = engine.store().orders(shop.id, &[], OrderSort::Id, &page).await.unwrap();
        let Some((last, key)) = rows.last() else { break };
        page.after = Some((key.clone(), last.id.0));
        for (order, _) in rows {
            assert!(numbers.insert(order.number), "#{} was given twice", order.number);
            if order.lines.iter().all(|line| order.fulfilled_quantity(line.id) == line.quantity) {
                shipped.insert(order.id);
            }
            found.insert(order.id);
        }
    }
    let lost: Vec<_> = acknowledged.placed.difference(&found).collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    let lost: Vec<_> = acknowledged.shipped.difference(&shipped).collect();
    assert!(lost.is_empty(), "shipped, acknowledged and lost: {lost:?}");
    found.len()
}

async fn survives(database: Database, rounds: u64) {
    let fresh = database.fresh();
    let engine = node(&fresh.url, Options::default()).await;
    let shop = furnish(&engine, world::SHOP).await;
    let stock = Command::correct_stock(vec![(SHIRT, HERE, 1_000_000)]);
    engine.execute(&shop, &Actor::System, &stock).await.unwrap().unwrap();
    engine.close().await;
    let seed = setting("CONSIGN_CRASH_SEED", 1);
    let (mut chance, mut acknowledged) = (Chance(seed), Acknowledged::default());
    for round in 0..rounds {
        let after = Duration::from_micros(chance.within(0..900_000) as u64);
        let url = fresh.url.clone();
        acknowledged = tokio::task::spawn_blocking(move || {
            kill_one(&url, after, &mut acknowledged);
            acknowledged
        })
        .await
        .unwrap();
        if database == Database::Postgres {
            // The server may still be busy with what the dead had sent.
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
        let engine = node(&fresh.url, Options::default()).await;
        let found = whole(&engine, &acknowledged).await;
        engine.close().await;
        println!(
            "{database:?}, killed {} times: {} orders acknowledged, {found} there",
            round + 1,
            acknowledged.placed.len()
        );
    }
    assert!(acknowledged.shipped.len() > rounds as usize, "the victims got something done");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_on_sqlite() {
    survives(Database::Sqlite, setting("CONSIGN_CRASHES", 10)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_on_postgres() {
    survives(Database::Postgres, setting("CONSIGN_CRASHES", 5)).await;
}
