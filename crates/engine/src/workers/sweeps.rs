//! Sweeps: queries that yield commands. A command that is no longer due is refused, so every node may sweep.

use std::sync::Arc;
use std::time::Duration;

use domain::actor::Actor;
use domain::command::Command;
use domain::command::billing::BillingCommand;
use domain::snapshot::Shop;
use domain::time::HOUR;
use tokio::sync::watch;

use super::Workers;
use crate::{Engine, Error};

/// How many things are done before the other shops have their turn.
const HELPING: u32 = 256;
/// How many orders' billing goes on at the same moment.
const SIDE_BY_SIDE: usize = 16;
/// How often the broom sweeps.
const BROOM: Duration = Duration::from_secs(3600);

/// Routes orders whose units wait.
pub(super) async fn route(engine: &Engine, shop: &Arc<Shop>) -> Result<u64, Error> {
    let due = engine.store().due_for_routing(shop.id, engine.now(), HELPING).await?;
    let mut done = 0;
    for order in due {
        match engine.execute(shop, &Actor::System, &Command::Route(order)).await? {
            Ok(_) => done += 1,
            Err(refusal) => tracing::debug!(%order, ?refusal, "routing was refused"),
        }
    }
    Ok(done)
}

/// Sets free what was reserved until now.
pub(super) async fn expire(engine: &Engine, shop: &Arc<Shop>) -> Result<u64, Error> {
    let over = engine.store().reservations_over(shop.id, engine.now(), HELPING).await?;
    let mut done = 0;
    for reservation in over {
        match engine.execute(shop, &Actor::System, &Command::ExpireReservation(reservation)).await? {
            Ok(_) => done += 1,
            Err(refusal) => tracing::debug!(%reservation, ?refusal, "it ended before"),
        }
    }
    Ok(done)
}

/// Opens scheduled work whose time has come.
pub(super) async fn open(engine: &Engine, shop: &Arc<Shop>) -> Result<u64, Error> {
    let due = engine.store().due_to_open(shop.id, engine.now(), HELPING).await?;
    let mut done = 0;
    for work in due {
        match engine.execute(shop, &Actor::System, &Command::Open(work)).await? {
            Ok(_) => done += 1,
            Err(refusal) => tracing::debug!(%work, ?refusal, "opening was refused"),
        }
    }
    Ok(done)
}

/// Does what is due of orders' billing. An order of which nothing is due any more is refused. At the turn of a month
/// many are due together: some go side by side, and share the database's commits.
pub(super) async fn advance(engine: &Engine, shop: &Arc<Shop>) -> Result<u64, Error> {
    let due = engine.store().due_to_advance(shop.id, engine.now(), HELPING).await?;
    let mut done = 0;
    for some in due.chunks(SIDE_BY_SIDE) {
        let each = some.iter().map(|order| async move {
            let command = Command::Billing(BillingCommand::Advance(*order));
            engine.execute(shop, &Actor::System, &command).await
        });
        for (order, verdict) in some.iter().zip(futures::future::join_all(each).await) {
            match verdict? {
                Ok(_) => done += 1,
                Err(refusal) => tracing::debug!(%order, ?refusal, "there was nothing due"),
            }
        }
    }
    Ok(done)
}

/// Forgets what is older than it need be, every hour.
pub(super) async fn broom(engine: Engine, workers: Arc<Workers>, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        if let Err(error) = sweep(&engine, &workers).await {
            tracing::error!(%error, "the broom failed and sweeps again later");
        }
        tokio::select! {
            _ = tokio::time::sleep(BROOM) => {}
            _ = stop.changed() => {}
        }
    }
}

async fn sweep(engine: &Engine, workers: &Workers) -> Result<(), Error> {
    let now = engine.now();
    for shop in engine.store().shops().await? {
        let before = now.plus(-24 * HOUR * workers.events_days);
        while engine.store().forget_events(shop.id, before).await? > 0 {}
        while engine.store().forget_announcements(shop.id, before).await? > 0 {}
        while engine.store().forget_deliveries(shop.id, before).await? > 0 {}
        while engine.store().forget_runs(shop.id, before).await? > 0 {}
        engine.store().forget_drafts(shop.id, now).await?;
        engine.store().forget_answers(shop.id, now.plus(-24 * HOUR * workers.keys_days)).await?;
    }
    Ok(())
}
