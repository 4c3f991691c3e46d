//! `consign serve`: production. No data is made up, and keys that everybody knows are refused.

use std::path::PathBuf;

use axum::Router;

use crate::config::{Flag, Purpose};
use crate::failure::{Exit, Failure};
use crate::installation::{Installation, Missing, Where};
use crate::server::Server;
use crate::{first_shop, http, logging, runtime, signals};

/// Arguments of `consign serve`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    at: Where,
    /// The address to listen on [setting: http.listen]
    #[arg(long, value_name = "ADDR")]
    listen: Option<String>,
    /// Do not bring the database's schema up to date; refuse to start when it is old
    #[arg(long)]
    no_migrate: bool,
}

/// Serves until a signal.
pub fn run(args: &Args, file: Option<PathBuf>) -> Result<(), Failure> {
    let listen = args.listen.clone().map(|value| Flag { key: "http.listen", name: "--listen", value });
    let installation = Installation::read(Purpose::Serve, file, &args.at, listen.into_iter().collect())?;
    let _logging = logging::start(&installation.config.log, &installation.config.telemetry)?;
    runtime::block_on(async {
        let stop = signals::stop()?;
        let in_use = installation.open(Missing::Make).await?;
        if args.no_migrate {
            refuse_old_schema(&in_use.store).await?;
        } else {
            for name in in_use.store.migrate().await? {
                tracing::info!(name, "migration applied");
            }
        }
        if in_use.store.has_demo_keys().await? {
            let told = "the demo keys, which everybody knows, still open this database: revoke them with \
                        `consign key revoke --demo`, with the same --data or --db";
            return Err(Failure::new(Exit::Refused, told));
        }
        let listener = http::bind(installation.config.http.listen).await?;
        let server = Server::new(installation, in_use, listener, |_| Router::new()).await?;
        first_shop::find_or_make(server.engine()).await?;
        server.run(stop).await
    })
}

async fn refuse_old_schema(store: &store::Store) -> Result<(), Failure> {
    let waiting: Vec<&str> =
        store.migrations().await?.into_iter().filter(|(_, at)| at.is_none()).map(|(name, _)| name).collect();
    if waiting.is_empty() {
        return Ok(());
    }
    let told = format!("the database lacks {}: run `consign migrate up`", waiting.join(", "));
    Err(Failure::new(Exit::Refused, told))
}
