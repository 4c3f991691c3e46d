//! One engine behind every API: orders come in by each of them, are fulfilled, called back, given up and completed by all of
//! them in turn, and after every step each API shows what a small account kept by hand says.
//!
//! Nine paths go through every pair of APIs; then chance takes over: `CONSIGN_WALKS` says how many walks it goes
//! (`CONSIGN_WALKS_SEED` which), each of several steps by APIs at random, some of them asking for more than there is.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod apis;
mod seen;
mod walk;

use apis::{Api, Shop};
use testkit::chance::{Chance, setting};
use walk::Walk;

/// How many walks share a shop, before it is audited and another one opens.
const WALKS_PER_SHOP: u64 = 50;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_in_by_one_api_leaves_by_another_and_ends_by_a_third() {
    let shop = Shop::open().await;
    for placed_by in Api::ALL {
        for fulfilled_by in Api::ALL {
            let ended_by =
                Api::ALL.into_iter().find(|api| *api != placed_by && *api != fulfilled_by).unwrap();
            let mut walk = Walk::begin(&shop, placed_by, [3, 2]).await;
            walk.fulfill(fulfilled_by, 0, 2).await.unwrap();
            walk.fulfill(ended_by, 0, 4).await.expect_err("more than there is");
            if ended_by == Api::Invoice {
                // It can't give up units; what it can do is fulfill them.
                walk.fulfill(ended_by, 1, 1).await.unwrap();
                walk.give_up(Api::Item, 1, 1).await.unwrap();
            } else {
                walk.give_up(ended_by, 1, 2).await.unwrap();
            }
            walk.fulfill(ended_by, 0, 1).await.unwrap();
            walk.ended().await;
            println!("{placed_by:?} → {fulfilled_by:?} → {ended_by:?}: {} steps", walk.steps);
        }
    }
    shop.audited().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_api_shows_the_same_after_every_step() {
    let (walks, seed) = (setting("CONSIGN_WALKS", 60), setting("CONSIGN_WALKS_SEED", 20_261_122));
    let (mut steps, mut refused, mut shops) = (0, 0, 0);
    for first in (0..walks).step_by(WALKS_PER_SHOP as usize) {
        let shop = Shop::open().await;
        for number in first..walks.min(first + WALKS_PER_SHOP) {
            let mut chance = Chance(seed.wrapping_add(number));
            let placed_by = chance.pick(&Api::ALL).unwrap();
            let units = [chance.within(1..5), chance.within(1..5)];
            println!("walk {number}: CONSIGN_WALKS_SEED={seed}, placed {placed_by:?} {units:?}");
            let mut walk = Walk::begin(&shop, placed_by, units).await;
            for _ in 0..chance.within(3..9) {
                walk.step(&mut chance).await;
            }
            if chance.one_in(2) {
                walk.finish(&mut chance).await;
                walk.ended().await;
            }
            steps += walk.steps;
            refused += walk.refused;
        }
        shop.audited().await;
        shops += 1;
    }
    println!("{walks} walks, {steps} steps, {refused} refused, {shops} shops audited");
    assert!(refused * 100 / steps.max(1) > 5, "hardly anything was refused: {refused} of {steps}");
}
