//! `consign migrate`: the database's schema.

use std::io::Write;
use std::path::PathBuf;

use crate::config::Purpose;
use crate::failure::Failure;
use crate::installation::{Installation, Missing, Where};
use crate::runtime;
use crate::wording::{count, moment};

/// Arguments of `consign migrate`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    at: Where,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Say which migrations are applied
    Status,
    /// Apply what is missing
    Up,
    /// Make the rows anew by which things are found and listed, from the things themselves
    Index,
}

/// Shows or applies migrations.
pub fn run(args: &Args, file: Option<PathBuf>, out: &mut dyn Write) -> Result<(), Failure> {
    let missing = match &args.verb {
        Verb::Status | Verb::Index => Missing::Refuse,
        Verb::Up => Missing::Make,
    };
    let installation = Installation::read(Purpose::Serve, file, &args.at, Vec::new())?;
    runtime::block_on(async {
        let in_use = installation.open(missing).await?;
        match &args.verb {
            Verb::Status => {
                for (name, applied) in in_use.store.migrations().await? {
                    let state = applied.map_or("waits".to_owned(), |at| format!("applied {}", moment(at)));
                    writeln!(out, "{name:<24} {state}")?;
                }
            }
            Verb::Up => {
                let applied = in_use.store.migrate().await?;
                for name in &applied {
                    writeln!(out, "{name:<24} applied")?;
                }
                if applied.is_empty() {
                    writeln!(out, "the database is up to date")?;
                }
            }
            Verb::Index => {
                in_use.store.migrate().await?;
                for shop in in_use.store.shops().await? {
                    let done = in_use.store.reindex(shop.id, |_| {}).await?;
                    let things = count(i64::try_from(done).unwrap_or(i64::MAX), "thing");
                    writeln!(out, "{}: the rows of {things} were made anew", shop.name)?;
                }
            }
        }
        in_use.store.db().close().await;
        Ok(())
    })
}
