//! `consign services`: the fulfillment services, what they are asked for and what came of it; and asking them at once.

use std::io::Write;
use std::path::PathBuf;

use domain::location::{Location, Service};
use domain::snapshot::Shop;
use engine::clock::Clock;
use serde_json::json;
use store::{InquiryRow, Store};

use crate::commands::Listing;
use crate::failure::{Exit, Failure};
use crate::installation::Where;
use crate::open_shop;
use crate::wording::moment;

/// Arguments of `consign services`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    at: Where,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// List the services, what each is asked for, and what came of it the last time
    List(Listing),
    /// Let the running server ask a service for tracking numbers and stock at once
    Ask(Ask),
}

#[derive(Debug, clap::Args)]
struct Ask {
    /// Its handle, from `consign services list`
    handle: String,
}

/// Lists or asks.
pub fn run(args: &Args, file: Option<PathBuf>, out: &mut dyn Write) -> Result<(), Failure> {
    open_shop::with(file, &args.at, async |open| {
        let (store, shop) = (open.store(), &*open.shop);
        match &args.verb {
            Verb::List(wanted) => list(store, shop, wanted, out).await?,
            Verb::Ask(wanted) => ask(store, shop, &wanted.handle, out).await?,
        }
        Ok(())
    })
}

async fn list(store: &Store, shop: &Shop, wanted: &Listing, out: &mut dyn Write) -> Result<(), Failure> {
    let (locations, services) = store.places(shop.id).await?;
    let inquiries = store.inquiries(shop.id).await?;
    if services.is_empty() && !wanted.json {
        writeln!(out, "There is no fulfillment service: every location is run by the merchant.")?;
    }
    for service in &services {
        let asked: Vec<&InquiryRow> = inquiries.iter().filter(|row| row.service == service.id).collect();
        let location = locations.iter().find(|location| location.id == service.location);
        if wanted.json {
            writeln!(out, "{}", as_json(service, location, &asked))?;
        } else {
            as_text(service, location, &asked, out)?;
        }
    }
    Ok(())
}

fn as_json(service: &Service, location: Option<&Location>, asked: &[&InquiryRow]) -> serde_json::Value {
    let inquiry = |row: &&InquiryRow| {
        json!({
            "inquiry": row.inquiry.as_str(), "due_at": moment(row.due_at),
            "asked_at": row.last.as_ref().map(|last| moment(last.at)),
            "answer": row.last.as_ref().map(|last| &last.answer),
            "excerpt": row.last.as_ref().map(|last| &last.excerpt),
        })
    };
    json!({
        "id": service.id, "handle": service.handle, "name": service.name, "app": service.app,
        "location": location.map(|location| &location.name), "callback_url": service.callback_url,
        "inquiries": asked.iter().map(inquiry).collect::<Vec<_>>(),
    })
}

fn as_text(
    service: &Service,
    location: Option<&Location>,
    asked: &[&InquiryRow],
    out: &mut dyn Write,
) -> Result<(), Failure> {
    let place = location.map_or("no location", |location| &location.name);
    writeln!(out, "{}  {}  at {place}", service.handle, service.name)?;
    match &service.callback_url {
        Some(url) => writeln!(out, "  is called at {url}")?,
        None => writeln!(out, "  is never called: it has no callback address")?,
    }
    for row in asked {
        write!(out, "  is asked for {:9} next {}", row.inquiry.as_str(), moment(row.due_at))?;
        match &row.last {
            Some(last) => writeln!(out, "; {} {}: {}", moment(last.at), last.answer, last.excerpt)?,
            None => writeln!(out, "; never yet")?,
        }
    }
    Ok(())
}

async fn ask(store: &Store, shop: &Shop, handle: &str, out: &mut dyn Write) -> Result<(), Failure> {
    let (_, services) = store.places(shop.id).await?;
    let Some(service) = services.iter().find(|service| service.handle == handle) else {
        let told = format!("there is no fulfillment service {handle}; see `consign services list`");
        return Err(Failure::new(Exit::NotFound, told));
    };
    if store.inquire_now(shop.id, service.id, Clock::System.now()).await? == 0 {
        let told = format!(
            "{handle} is not asked for anything: it has no callback address, or gives neither tracking numbers nor stock"
        );
        return Err(Failure::new(Exit::Refused, told));
    }
    writeln!(out, "{} is asked by the running server, within a second.", service.name)?;
    Ok(())
}
