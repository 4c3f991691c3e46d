//! `consign export`: orders for elsewhere.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use crate::config::Purpose;
use crate::export::{self, Form};
use crate::failure::{Exit, Failure};
use crate::import::shop;
use crate::installation::{Installation, Missing, Where};
use crate::runtime::block_on;

/// Arguments of `consign export`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Every order
    Orders(Orders),
}

#[derive(Debug, clap::Args)]
struct Orders {
    #[command(flatten)]
    at: Where,
    /// The shop, by its domain [default: the only one]
    #[arg(long, value_name = "DOMAIN")]
    shop: Option<String>,
    /// The file to write [default: standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// The form to write them in
    #[arg(long, value_enum, default_value_t = Format::Jsonl)]
    format: Format,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Format {
    /// Consign's own: a JSON object a line, as `import orders` reads it
    Jsonl,
    /// The sheet of 79 columns that `import shopify-orders` reads
    Csv,
}

/// Exports orders.
pub fn run(args: &Args, config: Option<PathBuf>, out: &mut dyn Write) -> Result<(), Failure> {
    let What::Orders(args) = &args.what;
    let installation = Installation::read(Purpose::Serve, config, &args.at, Vec::new())?;
    block_on(async {
        let in_use = installation.open(Missing::Refuse).await?;
        let shop = shop::find(&in_use.store, args.shop.as_deref()).await?;
        let Some(path) = &args.out else {
            export::orders(&in_use.store, &shop, form(args.format, BufWriter::new(out))).await?;
            return Ok(());
        };
        let file = File::create(path).map_err(|error| {
            Failure::new(Exit::Error, format!("cannot write {}: {error}", path.display()))
        })?;
        let written = export::orders(&in_use.store, &shop, form(args.format, BufWriter::new(file))).await?;
        writeln!(out, "{written} orders in {}", path.display())?;
        Ok(())
    })
}

fn form<W: Write>(format: Format, out: W) -> Form<W> {
    match format {
        Format::Jsonl => Form::Jsonl(out),
        Format::Csv => Form::Csv(Box::new(csv::Writer::from_writer(out))),
    }
}
