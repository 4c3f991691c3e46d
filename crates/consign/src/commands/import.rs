//! `consign import`: orders from elsewhere.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use domain::decide::Heard;
use engine::clock::Clock;

use crate::config::Purpose;
use crate::failure::{Exit, Failure};
use crate::import::report::Report;
use crate::import::run::{Import, Meter, Tally, Target};
use crate::import::shop::{self, Locations};
use crate::import::{Context, Finds, jsonl, shopify_orders, unreadable};
use crate::installation::{Installation, Missing, Where};
use crate::runtime::block_on;

/// Arguments of `consign import`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    source: Source,
}

#[derive(Debug, clap::Subcommand)]
enum Source {
    /// Orders exported from Shopify, as CSV
    ShopifyOrders(File),
    /// Orders in Consign's own format, a JSON object a line
    Orders(File),
}

#[derive(Debug, clap::Args)]
struct File {
    /// The file to read
    file: PathBuf,
    #[command(flatten)]
    at: Where,
    /// The shop, by its domain [default: the only one]
    #[arg(long, value_name = "DOMAIN")]
    shop: Option<String>,
    /// Check everything, write nothing
    #[arg(long)]
    dry_run: bool,
    /// Write a row for every refusal and warning to this CSV file [default: print the first 20]
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Where shipped orders left from, if the file doesn't tell [default: the location that routing prefers]
    #[arg(long, value_name = "NAME")]
    location: Option<String>,
    /// Tell listeners of every order, as if it were placed now
    #[arg(long)]
    announce: bool,
}

type Reader = fn(&Path, Context, Arc<AtomicU64>) -> Result<Finds, Failure>;

/// Imports a file.
pub fn run(args: &Args, config: Option<PathBuf>, out: &mut dyn Write) -> Result<(), Failure> {
    let (file, reader): (&File, Reader) = match &args.source {
        Source::ShopifyOrders(file) => (file, shopify_orders::orders),
        Source::Orders(file) => (file, jsonl::orders),
    };
    let installation = Installation::read(Purpose::Serve, config, &file.at, Vec::new())?;
    let tally = block_on(import(file, reader, &installation))?;
    summarise(&tally, file.dry_run, out)?;
    if tally.refused > 0 {
        return Err(Failure::new(Exit::Error, format!("{} orders were refused", tally.refused)));
    }
    Ok(())
}

async fn import(file: &File, reader: Reader, installation: &Installation) -> Result<Tally, Failure> {
    let bytes = std::fs::metadata(&file.file).map_err(|error| unreadable(&file.file, error))?.len();
    let in_use = installation.open(Missing::Refuse).await?;
    if !file.dry_run {
        in_use.store.migrate().await?;
    }
    let shop = shop::find(&in_use.store, file.shop.as_deref()).await?;
    let locations = Locations::of(&in_use.store, shop.id).await?;
    let left_from = match &file.location {
        Some(name) => Some(locations.named(name).ok_or_else(|| {
            let told = format!("there is no location {name}; there is: {}", locations.names());
            Failure::new(Exit::NotFound, told)
        })?),
        None => None,
    };
    let now = Clock::System.now();
    let read = Arc::new(AtomicU64::new(0));
    let finds = reader(&file.file, Context { currency: shop.currency, now }, read.clone())?;
    let report = Report::new(file.report.as_deref())?;
    let engine = match file.dry_run {
        true => None,
        false => Some(installation.engine(&in_use.store).await?),
    };
    let target = match &engine {
        Some(engine) => Target::Engine(engine.clone()),
        None => Target::Nowhere(in_use.store.clone(), now),
    };
    let heard = if file.announce { Heard::ByListeners } else { Heard::ByNobody };
    let import = Import { target, shop, locations, left_from, heard };
    let outcome = import.run(finds, report, Meter { bytes, read }).await;
    match engine {
        Some(engine) => engine.close().await,
        None => in_use.store.db().close().await,
    }
    outcome
}

fn summarise(tally: &Tally, dry_run: bool, out: &mut dyn Write) -> Result<(), Failure> {
    let Tally { added, present, refused, rows_refused, warned, .. } = tally;
    if dry_run {
        writeln!(out, "dry run: nothing was written")?;
    }
    writeln!(out, "orders {:<14} {added:>9}", if dry_run { "to be added" } else { "added" })?;
    writeln!(out, "orders {:<14} {present:>9}", "already there")?;
    writeln!(out, "orders {:<14} {refused:>9}  ({rows_refused} rows)", "refused")?;
    writeln!(out, "orders {:<14} {warned:>9}", "with warnings")?;
    Ok(())
}
