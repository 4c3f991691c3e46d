//! The model test: anybody sends anything to the engine over a real database, and a small model of plain structs,
//! which shares no code with it, says what must come of it. After every step the database is read back and compared:
//! orders, parcels, stock, events and remembered answers; every fifty steps it is audited as a whole.
//!
//! `CONSIGN_MODEL_STEPS` and `CONSIGN_MODEL_SEED` make it longer or another one.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod history;
mod reference;

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Instant;

use domain::id::ShopId;
use history::{Fault, Figures, History};
use scenarios::nodes::Nodes;
use testkit::chance::setting;
use testkit::database::Database;

/// Steps in one shop; then a new one opens, so that steps stay quick.
const STEPS_PER_SHOP: usize = 250;
/// Histories that run side by side, in shops of their own: what one does must not show in another.
const TRACKS: usize = 4;

fn next_shop() -> i64 {
    static NEXT: AtomicI64 = AtomicI64::new(100);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

async fn run(nodes: &'static Nodes, seed: u64, steps: usize, fault: Fault) -> Result<Figures, String> {
    let shops = steps.div_ceil(STEPS_PER_SHOP);
    let mut tracks = tokio::task::JoinSet::new();
    for track in 0..TRACKS.min(shops) {
        tracks.spawn(async move {
            let mut figures = Figures::default();
            for shop in (track..shops).step_by(TRACKS) {
                let seed = seed + shop as u64;
                let steps = STEPS_PER_SHOP.min(steps - shop * STEPS_PER_SHOP);
                let mut history = History::open(nodes.engine(shop), ShopId(next_shop()), seed).await;
                let ran = history.run(steps, fault).await;
                figures += ran
                    .map_err(|why| format!("CONSIGN_MODEL_SEED={seed} CONSIGN_MODEL_STEPS={steps}: {why}"))?;
            }
            Ok::<_, String>(figures)
        });
    }
    let mut figures = Figures::default();
    while let Some(track) = tracks.join_next().await {
        figures += track.unwrap()?;
    }
    Ok(figures)
}

async fn holds(database: Database, steps: usize) {
    let seed = setting("CONSIGN_MODEL_SEED", 20_261_122);
    let steps = setting("CONSIGN_MODEL_STEPS", steps as u64) as usize;
    println!("{database:?}: CONSIGN_MODEL_SEED={seed} CONSIGN_MODEL_STEPS={steps}");
    let nodes: &'static Nodes = Box::leak(Box::new(Nodes::start(database, 1).await));
    let begin = Instant::now();
    let figures = run(nodes, seed, steps, Fault::None).await.unwrap_or_else(|why| panic!("{why}"));
    println!("{database:?}: {figures:?}, {:.0} steps/s", steps as f64 / begin.elapsed().as_secs_f64());
    let refused = figures.refused * 100 / (figures.done + figures.refused);
    assert!((20..60).contains(&refused), "{refused} % were refused: {figures:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_engine_does_what_the_model_says_on_sqlite() {
    holds(Database::Sqlite, 20_000).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_engine_does_what_the_model_says_on_postgres() {
    holds(Database::Postgres, 2_000).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn planted_faults_are_found() {
    let nodes: &'static Nodes = Box::leak(Box::new(Nodes::start(Database::Sqlite, 1).await));
    for (i, fault) in Fault::PLANTED.into_iter().enumerate() {
        let seed = 1_000 * (1 + i as u64);
        let unspoiled = run(nodes, seed, STEPS_PER_SHOP, Fault::None).await;
        unspoiled.unwrap_or_else(|why| panic!("{why}"));
        let found = run(nodes, seed, STEPS_PER_SHOP, fault).await;
        let why = found.expect_err(&format!("nobody noticed {fault:?}"));
        println!("{fault:?}: {}", why.lines().next().unwrap_or_default());
    }
}
