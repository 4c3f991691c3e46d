//! `consign config show`: every setting with its value, and where the value came from.

use std::io::Write;
use std::path::PathBuf;

use serde_json::json;

use crate::config::{self, Purpose, Resolved, Sources};
use crate::failure::Failure;

/// Arguments of `consign config`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Print every setting; passwords are masked
    Show(Show),
}

#[derive(Debug, clap::Args)]
struct Show {
    /// Say where each value came from: default, FILE:LINE, env NAME or flag
    #[arg(long)]
    origin: bool,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
    /// The command whose defaults to show
    #[arg(long = "for", value_name = "COMMAND", default_value = "serve")]
    purpose: Purpose,
}

/// Prints the settings.
pub fn run(args: &Args, file: Option<PathBuf>, out: &mut dyn Write) -> Result<(), Failure> {
    let Verb::Show(show) = &args.verb;
    let loaded = config::load(&Sources::of_process(show.purpose, file, Vec::new()))?;
    for value in &loaded.values {
        match show.json {
            true => writeln!(out, "{}", as_json(value))?,
            false if show.origin => writeln!(out, "{:<60} # {}", as_text(value), value.origin)?,
            false => writeln!(out, "{}", as_text(value))?,
        }
    }
    Ok(())
}

fn as_text(value: &Resolved) -> String {
    let shown = value.shown();
    format!("{:<26} {}", value.setting.key, if shown.is_empty() { "-" } else { &shown })
}

fn as_json(value: &Resolved) -> serde_json::Value {
    let shown = Some(value.shown()).filter(|text| !text.is_empty());
    json!({ "key": value.setting.key, "value": shown, "origin": value.origin.to_string() })
}
