//! A page of the list of open work: at its beginning, in the middle and at its end, of a small and of a large table.

use std::time::Instant;

use engine::query::{Column, Condition, Page, WorkSort};
use rand::RngExt as _;
use testkit::world;

use crate::ground::Ground;
use crate::measure::Measured;
use crate::options::{Database, Options};
use crate::report::Report;
use crate::{Outcome, goods};

const ROUNDS: usize = 300;
const SIZE: i64 = 51;
/// Pages begin anywhere in so many rows: not always the same, which would be known already.
const SPREAD: i64 = 5_000;

/// Measures the pages; one caller, so that a page's time is its own.
pub async fn measure(database: Database, options: &Options, report: &mut Report) -> Outcome<()> {
    let name = database.name();
    let ground = Ground::make(database).await?;
    let open = ground.open.clone().without_events();
    let mut loaded = 0;
    for count in options.depths() {
        ground.load(loaded..count, |_| open.clone()).await?;
        loaded = count;
        let places = [("first", 0), ("middle", (count - SPREAD) / 2), ("last", count - SPREAD - SIZE - 1)];
        for (place, from) in places {
            let measured = pages(&ground, from).await?;
            report.row(&name, &format!("page_of_{count}"), place, measured);
        }
    }
    Ok(())
}

async fn pages(ground: &Ground, from: i64) -> Outcome<Measured> {
    let running = ground.engine().await?;
    let work_of = ground.work_ids();
    let here = Condition::OneOf(Column::LocationId, vec![goods::LOCATION.0.into()]);
    let conditions = [here, Condition::Open];
    let mut micros = Vec::new();
    for _ in 0..ROUNDS {
        let after = work_of(from + rand::rng().random_range(0..SPREAD));
        let page = Page { after: Some((after.into(), after)), limit: SIZE as u32, ..Page::default() };
        let began = Instant::now();
        let found = running
            .engine
            .work_list(&running.shop, &world::merchant(), &conditions, WorkSort::Id, &page)
            .await?;
        micros.push(began.elapsed().as_micros() as f64);
        if found.len() != SIZE as usize {
            return Err("the page should be full".into());
        }
    }
    running.engine.close().await;
    micros.sort_unstable_by(f64::total_cmp);
    let total: f64 = micros.iter().sum();
    Ok(Measured {
        per_s: ROUNDS as f64 * 1e6 / total,
        p50_ms: micros[ROUNDS / 2] / 1e3,
        p99_ms: micros[ROUNDS * 99 / 100] / 1e3,
    })
}
