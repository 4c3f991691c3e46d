//! `consign schema`: what a version of the GraphQL API looks like, and how it differs from a published text.
//!
//! What is here on purpose though a published text may leave it out is listed in `docs/fidelity/differences.toml`; it is
//! told as a note, and no reason to fail. Whatever is missing or differs is one.

use std::io::Write;
use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use graphql::{Difference, How, Part, Schema};
use serde_json::json;

use crate::failure::{Exit, Failure};

/// Arguments of `consign schema`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Print the schema of a version, sorted by name
    Print(Version),
    /// Say how the schema differs from a published one; exit code 1 if it does in what isn't meant to
    Diff(Diff),
}

#[derive(Debug, clap::Args)]
struct Version {
    /// The version of the API
    #[arg(long, value_name = "VERSION", default_value = shopify::LATEST, value_parser = PossibleValuesParser::new(shopify::VERSIONS))]
    version: String,
}

#[derive(Debug, clap::Args)]
struct Diff {
    /// The published schema, in the GraphQL schema language
    published: PathBuf,
    #[command(flatten)]
    of: Version,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

/// Prints the schema, or what differs.
pub fn run(args: &Args, out: &mut dyn Write) -> Result<(), Failure> {
    match &args.verb {
        Verb::Print(of) => Ok(out.write_all(served(&of.version)?.sdl().as_bytes())?),
        Verb::Diff(diff) => compare(diff, out),
    }
}

fn served(version: &str) -> Result<Schema, Failure> {
    let wrong = |error: String| Failure::new(Exit::Error, format!("the schema of {version}: {error}"));
    Schema::parse(shopify::SCHEMA, version).map_err(wrong)
}

fn compare(diff: &Diff, out: &mut dyn Write) -> Result<(), Failure> {
    let (path, version) = (diff.published.display(), &diff.of.version);
    let text = std::fs::read_to_string(&diff.published)
        .map_err(|error| Failure::new(Exit::NotFound, format!("cannot read {path}: {error}")))?;
    let published = Schema::parse(&text, version)
        .map_err(|error| Failure::new(Exit::Error, format!("{path} is no GraphQL schema: {error}")))?;
    let beyond = beyond()?;
    let is_meant =
        |found: &Difference| matches!(found.how, How::Unpublished(_)) && beyond.contains(&found.at);
    let (meant, found): (Vec<Difference>, Vec<Difference>) =
        served(version)?.differences(&published).into_iter().partition(is_meant);
    for difference in &meant {
        match diff.json {
            true => writeln!(out, "{}", as_json(difference, Meant::Yes))?,
            false => writeln!(out, "note: {difference}, on purpose")?,
        }
    }
    for difference in &found {
        match diff.json {
            true => writeln!(out, "{}", as_json(difference, Meant::No))?,
            false => writeln!(out, "{difference}")?,
        }
    }
    if found.is_empty() {
        return Ok(());
    }
    Err(Failure::new(Exit::Error, format!("{} from {path}: {}", counted(found.len()), summary(&found))))
}

/// Coordinates of what is here on purpose though published texts may leave it out.
fn beyond() -> Result<Vec<String>, Failure> {
    #[derive(serde::Deserialize)]
    struct Row {
        at: String,
    }
    #[derive(serde::Deserialize)]
    struct Differences {
        beyond: Vec<Row>,
    }
    let text = include_str!("../../../../docs/fidelity/differences.toml");
    let wrong = |error| Failure::new(Exit::Error, format!("the list of differences can't be read: {error}"));
    let all: Differences = toml::from_str(text).map_err(wrong)?;
    Ok(all.beyond.into_iter().map(|row| row.at).collect())
}

/// Whether a difference is there on purpose.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Meant {
    Yes,
    No,
}

fn counted(count: usize) -> String {
    format!("{count} difference{}", if count == 1 { "" } else { "s" })
}

/// How many of each: `3 fields missing, 1 enum value unpublished, 2 differing`.
fn summary(found: &[Difference]) -> String {
    let parts = [Part::Type, Part::Field, Part::Argument, Part::InputField, Part::EnumValue, Part::Directive];
    let mut said = Vec::new();
    type Wrap = fn(Part) -> How;
    for (word, how) in [("missing", How::Missing as Wrap), ("unpublished", How::Unpublished as Wrap)] {
        for part in parts {
            let count = found.iter().filter(|difference| difference.how == how(part)).count();
            if count > 0 {
                said.push(format!("{count} {}{} {word}", part.name(), if count == 1 { "" } else { "s" }));
            }
        }
    }
    let differ = found.iter().filter(|difference| matches!(difference.how, How::Differs { .. })).count();
    if differ > 0 {
        said.push(format!("{differ} differing"));
    }
    said.join(", ")
}

fn as_json(difference: &Difference, meant: Meant) -> serde_json::Value {
    let at = &difference.at;
    match &difference.how {
        How::Missing(part) => json!({ "at": at, "how": "missing", "part": part.name() }),
        How::Unpublished(part) => {
            json!({ "at": at, "how": "unpublished", "part": part.name(), "meant": meant == Meant::Yes })
        }
        How::Differs { aspect, published, ours } => {
            json!({ "at": at, "how": "differs", "aspect": aspect.name(), "published": published, "ours": ours })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: Args,
    }

    /// What the command prints, and how it ends.
    fn said(args: &[&str]) -> (String, Result<(), Failure>) {
        let line = Line::try_parse_from([&["schema"], args].concat()).unwrap();
        let mut out = Vec::new();
        let ended = run(&line.args, &mut out);
        (String::from_utf8(out).unwrap(), ended)
    }

    #[test]
    fn what_is_printed_does_not_differ_and_what_is_changed_does() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("published.graphql");
        let path = file.to_str().unwrap();
        let (printed, ended) = said(&["print", "--version", "2026-04"]);
        assert!(ended.is_ok() && printed.contains("type FulfillmentOrder "), "{printed:.200}");
        std::fs::write(&file, &printed).unwrap();
        let (found, ended) = said(&["diff", path, "--version", "2026-04"]);
        assert!(ended.is_ok() && found.is_empty(), "{found}");

        // Something that the original has and its published text leaves out.
        std::fs::write(&file, printed.replacen("  clientIp: String\n", "", 1)).unwrap();
        let (found, ended) = said(&["diff", path, "--version", "2026-04"]);
        assert_eq!(found, "note: Order.clientIp: no such field is published, on purpose\n");
        assert!(ended.is_ok(), "{ended:?}");
        let (found, _) = said(&["diff", path, "--version", "2026-04", "--json"]);
        assert!(found.contains("\"meant\":true"), "{found}");

        let changed =
            printed.replacen("  fulfillBy: DateTime\n", "  fulfillBy: String\n  soon: Boolean\n", 1);
        assert_ne!(changed, printed);
        std::fs::write(&file, changed).unwrap();
        let (found, ended) = said(&["diff", path, "--version", "2026-04"]);
        let expected = "FulfillmentOrder.fulfillBy: the type is DateTime, published is String\n\
                        FulfillmentOrder.soon: the field is missing\n";
        assert_eq!(found, expected);
        let failure = ended.unwrap_err();
        assert_eq!(failure.exit as u8, 1);
        assert_eq!(failure.message, format!("2 differences from {path}: 1 field missing, 1 differing"));
        let (found, _) = said(&["diff", path, "--version", "2026-04", "--json"]);
        let second: serde_json::Value = serde_json::from_str(found.lines().nth(1).unwrap()).unwrap();
        assert_eq!(second, json!({ "at": "FulfillmentOrder.soon", "how": "missing", "part": "field" }));
    }

    #[test]
    fn what_can_not_be_compared_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("no.graphql");
        let path = file.to_str().unwrap();
        assert_eq!(said(&["diff", path]).1.unwrap_err().exit as u8, 3);
        std::fs::write(&file, "{\"data\": {}}").unwrap();
        let failure = said(&["diff", path]).1.unwrap_err();
        assert!(failure.message.contains("is no GraphQL schema"), "{failure}");
        assert!(Line::try_parse_from(["schema", "print", "--version", "1999-01"]).is_err());
    }
}
