//! A year of subscriptions on a clock that is moved: good cards and bad ones, through the engine, SQLite, the built-in
//! gateway and the workers. What should have come of every one is worked out here, by hand so to speak, from its card
//! and the calendar; what did come of it must be that, to the cent, and every message and mail must have been sent once.
//!
//! `CONSIGN_SUBSCRIPTIONS` says how many; a thousand is a run worth making after a change of billing.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod cards;
mod told;
mod year;

use std::time::Instant;

use domain::billing::AtEnd;
use domain::id::ShopId;
use testkit::chance::setting;

use year::Year;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_year_of_subscriptions_ends_as_their_cards_say() {
    let many = setting("CONSIGN_SUBSCRIPTIONS", 28);
    let began = Instant::now();
    let mut year = Year::begin().await;
    // One shop gives invoices up that nobody pays, the other ends the subscription as well.
    let patient = year.open(ShopId(1), vec![AtEnd::AbandonInvoice]).await;
    let strict = year.open(ShopId(2), vec![AtEnd::AbandonInvoice, AtEnd::CancelService]).await;
    for n in 0..many {
        year.subscribe(if n % 2 == 0 { patient } else { strict }, n as usize);
    }
    year.pass().await;
    let sums = year.check().await;
    println!(
        "{many} subscriptions, {} invoices, {} payments asked {} times, {} cents, {} messages, {} mails: {:.1} s",
        sums.invoices,
        sums.payments,
        sums.asked,
        sums.cents,
        sums.messages,
        sums.mails,
        began.elapsed().as_secs_f64()
    );
}
