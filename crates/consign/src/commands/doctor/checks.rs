//! The doctor's checks, one function each.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use domain::snapshot::Shop;
use domain::time::{HOUR, SECOND};
use engine::clock::Clock;
use store::{DeliveryState, Descending, Finding, Flavor, OrderSort, Page, Store};

use super::Found;
use crate::failure::{Exit, Failure};
use crate::installation::Installation;
use crate::wording::{count, moment};

/// So much free space is too little, in bytes.
const LITTLE_SPACE: u64 = 256 * 1024 * 1024;
/// How many deliveries, the newest, are looked at.
const DELIVERIES: u32 = 10_000;
/// The largest difference between the clocks of machines that is overlooked.
const CLOCK_SLACK: i64 = 60 * SECOND;
/// After so long, a message that was not delivered yet means that no worker runs.
const OVERDUE: i64 = HOUR;

fn verdict(wrong: Vec<String>, well: String) -> Found {
    if wrong.is_empty() { Found::Well(well) } else { Found::Wrong(wrong) }
}

/// Nobody else may put anything into the folder, or read the key and the orders in it. That others may see its names
/// is no harm, and usual where a container's volume is the folder.
pub(super) fn folder(installation: &Installation) -> Result<Found, Failure> {
    let mut wrong = Vec::new();
    let mut check = |path: &Path, forbidden: u32, wanted: &str, may: &str| -> Result<(), Failure> {
        if path.exists() && std::fs::metadata(path)?.permissions().mode() & forbidden != 0 {
            let path = path.display();
            wrong.push(format!("others on this machine may {may} {path}: chmod {wanted} {path}"));
        }
        Ok(())
    };
    check(installation.dir(), 0o022, "700", "write into")?;
    check(&installation.key_file(), 0o077, "600", "read")?;
    if let Some(file) = installation.sqlite_file() {
        check(&file, 0o077, "600", "read")?;
    }
    Ok(verdict(wrong, format!("{} is private", installation.dir().display())))
}

pub(super) async fn integrity(store: &Store) -> Result<Found, Failure> {
    if store.db().flavor() == Flavor::Postgres {
        return Ok(Found::Well("left to PostgreSQL".to_owned()));
    }
    let damage = store.damage().await?;
    let told = damage.iter().map(|line| format!("the file is damaged, restore a backup: {line}"));
    Ok(verdict(told.collect(), "the file is sound".to_owned()))
}

pub(super) fn disk(installation: &Installation) -> Result<Found, Failure> {
    let Some(file) = installation.sqlite_file() else {
        return Ok(Found::Well("left to PostgreSQL".to_owned()));
    };
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let space = rustix::fs::statvfs(folder)
        .map_err(|error| Failure::new(Exit::Error, format!("cannot ask for free space: {error}")))?;
    let free = space.f_bavail.saturating_mul(space.f_frsize);
    let told = format!("{} MiB free in {}", free / 1024 / 1024, folder.display());
    Ok(if free < LITTLE_SPACE { Found::Wrong(vec![format!("only {told}")]) } else { Found::Well(told) })
}

pub(super) async fn schema(store: &Store) -> Result<Found, Failure> {
    let all = store.migrations().await?;
    let waiting = all.iter().filter(|(_, applied)| applied.is_none());
    let told = waiting.map(|(name, _)| format!("{name} is not applied: `consign migrate up`")).collect();
    Ok(verdict(told, format!("{} applied", count(i64::try_from(all.len()).unwrap_or(0), "migration"))))
}

/// Nothing in the database may come from the future.
pub(super) async fn clock(store: &Store) -> Result<Found, Failure> {
    let now = Clock::System.now();
    let newest = Page { descending: Descending::Yes, limit: 1, ..Page::default() };
    let mut wrong = Vec::new();
    for shop in store.shops().await? {
        let order = store.orders(shop.id, &[], OrderSort::UpdatedAt, &newest).await?.pop();
        if let Some((order, _)) = order.filter(|(order, _)| order.updated_at > now.plus(CLOCK_SLACK)) {
            wrong.push(format!(
                "{} was changed at {}, which is in the future: the clock of this machine or of another node is wrong",
                order.name,
                moment(order.updated_at)
            ));
        }
    }
    Ok(verdict(wrong, moment(now)))
}

/// The sealing key opens what it should.
pub(super) async fn secrets(installation: &Installation, store: &Store) -> Result<Found, Failure> {
    if installation.config.secret.key.is_none() && !installation.key_file().exists() {
        let key = installation.key_file();
        let told = format!("{} is missing: put it back, or set secret.key", key.display());
        return Ok(Found::Wrong(vec![told]));
    }
    let sealer = installation.sealer()?;
    let mut wrong = Vec::new();
    for shop in store.shops().await? {
        let mut apps: Vec<_> = store.keys(shop.id).await?.iter().map(|key| key.app).collect();
        apps.sort();
        apps.dedup();
        for app in apps {
            let Some(program) = store.app(shop.id, app).await? else { continue };
            if sealer.open(&program.sealed_secret).is_err() {
                wrong.push(format!(
                    "the secret of {} was sealed with another key: put the right secret.key back",
                    program.name
                ));
            }
        }
    }
    Ok(verdict(wrong, "every program's secret opens".to_owned()))
}

pub(super) async fn keys(store: &Store) -> Result<Found, Failure> {
    let told = match store.has_demo_keys().await? {
        true => "demo keys are active: fine for `consign dev`, refused by `consign serve`",
        false => "no demo keys",
    };
    Ok(Found::Well(told.to_owned()))
}

/// Messages to others that were given up, or that nobody sends.
pub(super) async fn messages(store: &Store) -> Result<Found, Failure> {
    let overdue = Clock::System.now().plus(-OVERDUE);
    let (mut wrong, mut pending) = (Vec::new(), 0);
    for shop in store.shops().await? {
        let deliveries = store.deliveries(shop.id, None, DELIVERIES).await?;
        let of = |state: DeliveryState| deliveries.iter().filter(move |delivery| delivery.state == state);
        pending += of(DeliveryState::Pending).count();
        for delivery in of(DeliveryState::Exhausted) {
            let (topic, url, tries) = (&delivery.what.topic, &delivery.what.url, delivery.attempts);
            wrong.push(format!("{topic} to {url} was given up after {}", count(tries, "attempt")));
        }
        let failed = store.failed_runs(shop.id).await?;
        if failed > 0 {
            let runs = count(failed, "run");
            wrong
                .push(format!("{runs} of workflows failed: see `consign workflow runs`, go on with `retry`"));
        }
        let late = of(DeliveryState::Pending).filter(|delivery| delivery.due_at < overdue).count();
        if late > 0 {
            wrong.push(format!("{late} are overdue for an hour: does a server with workers run?"));
        }
    }
    Ok(verdict(wrong, format!("{pending} to send")))
}

pub(super) fn audit(shop: &Shop, orders: i64, findings: Vec<Finding>) -> Found {
    let told = findings.into_iter().map(|finding| match finding.order {
        Some(order) => format!("order {order}: {}", finding.what),
        None => finding.what,
    });
    verdict(told.collect(), format!("{}: {}, all consistent", shop.name, count(orders, "order")))
}
