//! `consign doctor`: is everything as it should be? Looks at the folder, the database, and everything in it.
//! Changes nothing. Ends with exit code 1 if something is wrong.

mod checks;

use std::io::{IsTerminal, Write};
use std::path::PathBuf;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;

use crate::config::Purpose;
use crate::failure::{Exit, Failure};
use crate::installation::{Installation, Missing, Where};
use crate::runtime;

/// Arguments of `consign doctor`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    at: Where,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Found {
    /// All is well; in a few words.
    Well(String),
    /// Something is wrong; a sentence for each thing, which says what to do where that isn't plain.
    Wrong(Vec<String>),
}

/// Checks everything.
pub fn run(args: &Args, file: Option<PathBuf>, out: &mut dyn Write) -> Result<(), Failure> {
    let installation = Installation::read(Purpose::Serve, file, &args.at, Vec::new())?;
    let mut report = Report { out, json: args.json, wrong: 0 };
    runtime::block_on(async {
        report.tell("folder", checks::folder(&installation)?)?;
        let in_use = match installation.open(Missing::Refuse).await {
            Ok(in_use) => in_use,
            Err(failure) => {
                report.tell("database", Found::Wrong(vec![failure.message]))?;
                return report.end();
            }
        };
        let store = &in_use.store;
        report.tell("database", Found::Well(installation.database_name()))?;
        report.tell("integrity", checks::integrity(store).await?)?;
        report.tell("disk", checks::disk(&installation)?)?;
        let schema = checks::schema(store).await?;
        let is_current = matches!(schema, Found::Well(_));
        report.tell("schema", schema)?;
        // What is in an old schema can't be read with the knowledge of the new one.
        if is_current {
            report.tell("clock", checks::clock(store).await?)?;
            report.tell("secrets", checks::secrets(&installation, store).await?)?;
            report.tell("keys", checks::keys(store).await?)?;
            report.tell("messages", checks::messages(store).await?)?;
            for shop in store.shops().await? {
                let orders = store.count_orders(shop.id, &[], u32::MAX).await?;
                let bar = progress(u64::try_from(orders).unwrap_or(0), args.json);
                let findings = store.audit(shop.id, |seen| bar.set_position(seen)).await?;
                bar.finish_and_clear();
                report.tell("audit", checks::audit(&shop, orders, findings))?;
            }
        }
        store.db().close().await;
        report.end()
    })
}

fn progress(orders: u64, json: bool) -> ProgressBar {
    let bar = ProgressBar::new(orders);
    if json || !std::io::stderr().is_terminal() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    if let Ok(style) = ProgressStyle::with_template("audit {bar:40} {pos}/{len} orders, {eta} left") {
        bar.set_style(style);
    }
    bar
}

struct Report<'a> {
    out: &'a mut dyn Write,
    json: bool,
    wrong: usize,
}

impl Report<'_> {
    fn tell(&mut self, check: &str, found: Found) -> Result<(), Failure> {
        let (is_well, says) = match found {
            Found::Well(says) => (true, vec![says]),
            Found::Wrong(says) => (false, says),
        };
        self.wrong += if is_well { 0 } else { says.len() };
        for line in says {
            if self.json {
                writeln!(self.out, "{}", json!({ "check": check, "ok": is_well, "says": line }))?;
            } else {
                writeln!(self.out, "{} {check:<10} {line}", if is_well { "ok   " } else { "WRONG" })?;
            }
        }
        Ok(())
    }

    fn end(&self) -> Result<(), Failure> {
        match self.wrong {
            0 => Ok(()),
            1 => Err(Failure::new(Exit::Error, "1 thing is wrong")),
            many => Err(Failure::new(Exit::Error, format!("{many} things are wrong"))),
        }
    }
}
