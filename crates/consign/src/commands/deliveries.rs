//! `consign deliveries`: what is sent to listeners and services, every attempt of it, and sending it again.

use std::io::Write;
use std::path::PathBuf;

use domain::snapshot::Shop;
use engine::clock::Clock;
use serde_json::json;
use store::{Delivery, Store};

use crate::commands::Listing;
use crate::failure::{Exit, Failure};
use crate::installation::Where;
use crate::open_shop;
use crate::wording::moment;

/// Arguments of `consign deliveries`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    at: Where,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// List the latest messages, newest first
    List(List),
    /// Show a message, and every attempt to send it
    Show(One),
    /// Send a message again that arrived or was given up; the same bytes, under the same id
    Resend(One),
}

#[derive(Debug, clap::Args)]
struct List {
    /// How many
    #[arg(long, default_value_t = 50, value_name = "N")]
    limit: u32,
    #[command(flatten)]
    listing: Listing,
}

#[derive(Debug, clap::Args)]
struct One {
    /// Its id, from `consign deliveries list`
    id: i64,
}

/// Lists, shows or sends again.
pub fn run(args: &Args, file: Option<PathBuf>, out: &mut dyn Write) -> Result<(), Failure> {
    open_shop::with(file, &args.at, async |open| {
        let (store, shop) = (open.store(), &*open.shop);
        match &args.verb {
            Verb::List(wanted) => list(store, shop, wanted, out).await?,
            Verb::Show(one) => show(store, shop, one.id, out).await?,
            Verb::Resend(one) => resend(store, shop, one.id, out).await?,
        }
        Ok(())
    })
}

async fn list(store: &Store, shop: &Shop, wanted: &List, out: &mut dyn Write) -> Result<(), Failure> {
    let deliveries = store.deliveries(shop.id, None, wanted.limit).await?;
    if deliveries.is_empty() && !wanted.listing.json {
        writeln!(out, "Nothing was sent yet: nobody listens, or nothing happened since.")?;
    }
    for delivery in &deliveries {
        let what = &delivery.what;
        if wanted.listing.json {
            let told = json!({
                "id": what.id, "topic": what.topic, "url": what.url, "state": delivery.state.as_str(),
                "attempts": delivery.attempts, "created_at": moment(delivery.created_at),
                "due_at": moment(delivery.due_at),
            });
            writeln!(out, "{told}")?;
        } else {
            writeln!(
                out,
                "{}  {}  {:9}  {:>2} tried  {}  {}",
                what.id,
                moment(delivery.created_at),
                delivery.state.as_str(),
                delivery.attempts,
                what.topic,
                what.url
            )?;
        }
    }
    Ok(())
}

async fn show(store: &Store, shop: &Shop, id: i64, out: &mut dyn Write) -> Result<(), Failure> {
    let Delivery { what, attempts, state, due_at, created_at } =
        store.delivery(shop.id, id).await?.ok_or_else(|| not_there(id))?;
    writeln!(out, "{}  {}  to {}", what.id, what.topic, what.url)?;
    writeln!(out, "written {}, {} after {attempts} attempts", moment(created_at), state.as_str())?;
    if state == store::DeliveryState::Pending {
        writeln!(out, "next attempt {}", moment(due_at))?;
    }
    for (number, attempt) in store.attempts(shop.id, id).await? {
        let status = attempt.status.map_or_else(String::new, |status| format!(" with {status}"));
        writeln!(
            out,
            "  {number:>2}  {}  {}{status}  {} ms  {}",
            moment(attempt.at),
            attempt.answer,
            attempt.latency_ms,
            attempt.excerpt.lines().next().unwrap_or_default()
        )?;
    }
    writeln!(out, "\n{}", what.body)?;
    Ok(())
}

async fn resend(store: &Store, shop: &Shop, id: i64, out: &mut dyn Write) -> Result<(), Failure> {
    let delivery = store.delivery(shop.id, id).await?.ok_or_else(|| not_there(id))?;
    if !store.send_again(shop.id, id, Clock::System.now()).await? {
        let state = delivery.state.as_str();
        return Err(Failure::new(Exit::Refused, format!("delivery {id} is {state}; it can't be sent again")));
    }
    writeln!(out, "Delivery {id} is sent again by the running server, within a second.")?;
    Ok(())
}

fn not_there(id: i64) -> Failure {
    Failure::new(Exit::NotFound, format!("there is no delivery {id}; see `consign deliveries list`"))
}
