//! The model test: anybody sends anything to the engine over a real database, and a small model of plain structs, which
//! shares no code with it, says what must come of it. After every step the database is read back and compared: orders,
//! parcels, stock, events and remembered answers; every fifty steps the workers have their turn and all is audited.
//!
//! `docs/model.md` tells which property is looked after where, and what a long run reached. `CONSIGN_MODEL_STEPS` and
//! `CONSIGN_MODEL_SEED` make it longer or another one.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod compare;
mod coverage;
mod fault;
mod generate;
mod history;
mod kept;
mod kinds;
mod laws;
mod money;
mod page;
mod planted;
mod reference;
mod rules;
mod seen;
mod told;
mod who;

use std::time::Instant;

use coverage::{Figures, known_ways, written};
use domain::id::ShopId;
use domain::time::Time;
use engine::clock::Clock;
use fault::Fault;
use history::History;
use scenarios::nodes::node_at;
use store::db::Options;
use testkit::chance::setting;
use testkit::database::Database;

/// Steps in one shop; then a new one opens, so that steps stay quick.
const STEPS_PER_SHOP: usize = 250;
/// Shops in one database, two for each history; then a new one is made, so that it stays small.
const SHOPS_PER_DATABASE: usize = 20;
/// Histories that run side by side, each on databases of its own.
const TRACKS: usize = 4;
/// So many commands make a long run.
const LONG: u64 = 500_000;
/// When every history begins.
const BEGIN: Time = Time(1_800_000_000_000_000);

async fn run(database: Database, seed: u64, steps: usize, fault: Fault) -> Result<Figures, String> {
    let shops = steps.div_ceil(STEPS_PER_SHOP);
    let mut tracks = tokio::task::JoinSet::new();
    for track in 0..TRACKS.min(shops) {
        tracks.spawn(async move {
            let mut figures = Figures::default();
            let own: Vec<usize> = (track..shops).step_by(TRACKS).collect();
            for some in own.chunks(SHOPS_PER_DATABASE) {
                let fresh = database.fresh();
                // Losing the last commits in a power cut is not what this test is about.
                let options = Options { synchronous_full: false, ..Options::default() };
                let engine = node_at(&fresh.url, options, Clock::fixed(BEGIN)).await;
                for (i, shop) in some.iter().enumerate() {
                    let seed = seed + *shop as u64;
                    let steps = STEPS_PER_SHOP.min(steps - shop * STEPS_PER_SHOP);
                    let mut history = History::open(&engine, ShopId(100 + 2 * i as i64), seed).await;
                    let ran = history.run(steps, fault).await;
                    ran.map_err(|why| {
                        format!("CONSIGN_MODEL_SEED={seed} CONSIGN_MODEL_STEPS={steps}: {why}")
                    })?;
                    figures += history.figures;
                }
                engine.close().await;
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

async fn holds(database: Database, steps: usize) -> Figures {
    let seed = setting("CONSIGN_MODEL_SEED", 20_261_122);
    let steps = setting("CONSIGN_MODEL_STEPS", steps as u64) as usize;
    println!("{database:?}: CONSIGN_MODEL_SEED={seed} CONSIGN_MODEL_STEPS={steps}");
    let begin = Instant::now();
    let figures = run(database, seed, steps, Fault::None).await.unwrap_or_else(|why| panic!("{why}"));
    println!("{database:?}: {:.0} steps/s", steps as f64 / begin.elapsed().as_secs_f64());
    println!("{database:?}: {}", figures.in_words());
    figures
}

/// Every kind was carried out and refused, every state that may be was reached, and only on ways that are known of; a
/// long run goes all of them.
fn reached_everything(figures: &Figures) {
    assert_eq!(figures.missing_kinds(), Vec::<String>::new());
    assert_eq!(figures.missing_pairs(), vec![]);
    let (known, went) = (known_ways(), figures.went_by());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        let all = known.union(&went).copied().collect();
        std::fs::write(beside("tests/model/ways.txt"), written(&all)).unwrap();
        std::fs::write(beside("../docs/model.md"), page::markdown(&all)).unwrap();
        return;
    }
    let unknown: Vec<_> = went.difference(&known).collect();
    assert!(
        unknown.is_empty(),
        "nobody knows of {unknown:?}; if they may be, UPDATE_DOCS=1 writes them down"
    );
    if figures.done() + figures.refused() > LONG {
        let left_out: Vec<_> = known.difference(&went).collect();
        assert!(left_out.is_empty(), "nobody went {left_out:?}");
    }
}

fn beside(path: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_engine_does_what_the_model_says_on_sqlite() {
    let figures = holds(Database::Sqlite, 20_000).await;
    reached_everything(&figures);
    let refused = figures.refused() * 100 / (figures.done() + figures.refused());
    assert!((20..60).contains(&refused), "{refused} % were refused");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_engine_does_what_the_model_says_on_postgres() {
    holds(Database::Postgres, 2_000).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn planted_faults_are_found() {
    for (i, fault) in Fault::PLANTED.into_iter().enumerate() {
        // What is to be spoiled must be there: each fault has a history that is about such things.
        let seed = 8_000 * (1 + i as u64) + fault.theme();
        let unspoiled = run(Database::Sqlite, seed, 200, Fault::None).await;
        unspoiled.unwrap_or_else(|why| panic!("{why}"));
        let found = run(Database::Sqlite, seed, 200, fault).await;
        let why = found.expect_err(&format!("nobody noticed {fault:?}"));
        println!("{fault:?} ({}): {}", fault.breaks(), why.lines().next().unwrap_or_default());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_law_notices_what_breaks_it() {
    let mut specimens = Vec::new();
    let fresh = Database::Sqlite.fresh();
    let engine = node_at(&fresh.url, Options::default(), Clock::fixed(BEGIN)).await;
    for shop in 0..3 * generate::THEMES.len() {
        let mut history = History::open(&engine, ShopId(100 + 2 * shop as i64), shop as u64).await;
        history.run(200, Fault::None).await.unwrap_or_else(|why| panic!("{why}"));
        specimens.extend(history.specimens());
    }
    assert_eq!(planted::unnoticed(&specimens), Vec::<String>::new());
}

#[test]
fn the_page_is_what_is_known() {
    if std::env::var_os("UPDATE_DOCS").is_none() {
        let page = std::fs::read_to_string(beside("../docs/model.md")).unwrap();
        assert!(page == page::markdown(&known_ways()), "docs/model.md is old; UPDATE_DOCS=1 writes it anew");
    }
}

#[test]
fn the_states_that_may_be_are_the_domains() {
    assert!(laws::pairs_are_the_domains());
}
