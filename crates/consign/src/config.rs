//! Settings: how the server runs, never what it does (that is in the database, and changes while it runs).
//!
//! * `settings` is the one table: key, kind, default, purpose. [`Config`] is generated from it.
//! * `value` says how a text becomes a value, and which part of it is a secret.
//! * `layers` gathers the texts: defaults < file < environment < flags, each with its [`Origin`].
//! * [`page`] writes `docs/configuration.md`.
//!
//! No setting is required. A key nobody knows is an error, since a misspelt limit would be no limit at all.

mod layers;
mod mail;
pub mod page;
mod settings;
mod value;

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

use crate::failure::{Exit, Failure};

pub use mail::{HostPort, MailSecurity, WithoutServer};
pub use settings::{
    Config, Data, Database, Http, Log, Outside, Retention, SETTINGS, Secret, Setting, Shutdown, Telemetry,
    Workers,
};
pub use value::{AllowPrivate, DatabaseUrl, HttpUrl, Levels, LogFormat, SealingKey};

/// What the settings are for; a few defaults are kinder to a developer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Purpose {
    /// `consign dev`: one person, one machine.
    Dev,
    /// Everything else.
    Serve,
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The table of settings.
    Default,
    /// A line of the configuration file.
    File(PathBuf, usize),
    /// An environment variable, by name.
    Env(String),
    /// A flag of the command line, as typed.
    Flag(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => out.write_str("default"),
            Self::File(path, line) => write!(out, "{}:{line}", path.display()),
            Self::Env(name) => write!(out, "env {name}"),
            Self::Flag(flag) => write!(out, "flag {flag}"),
        }
    }
}

/// A setting's text and where it came from.
#[derive(Debug, Clone)]
pub struct Resolved {
    /// The row of the table.
    pub setting: &'static Setting,
    /// The text; empty when an optional setting is not set.
    pub text: String,
    /// Where the text came from.
    pub origin: Origin,
}

impl Resolved {
    /// The text with its secret part masked: safe to print.
    pub fn shown(&self) -> String {
        (self.setting.mask)(&self.text)
    }
}

/// A flag of the command line that stands for a setting.
#[derive(Debug, Clone)]
pub struct Flag {
    /// The setting's key, like `http.listen`.
    pub key: &'static str,
    /// The flag, like `--listen`.
    pub name: &'static str,
    /// What was typed behind it.
    pub value: String,
}

/// Everything that settings are read from.
#[derive(Debug, Clone)]
pub struct Sources {
    /// Decides between defaults.
    pub purpose: Purpose,
    /// The file of `--config`. It must exist.
    pub file: Option<PathBuf>,
    /// Looked for when neither `--config` nor `$CONSIGN_CONFIG` names a file; the first that exists is read.
    pub search: Vec<PathBuf>,
    /// The environment.
    pub env: Vec<(OsString, OsString)>,
    /// Flags of the command line.
    pub flags: Vec<Flag>,
}

impl Sources {
    /// The sources of this process: its environment and the usual places for a file.
    pub fn of_process(purpose: Purpose, file: Option<PathBuf>, flags: Vec<Flag>) -> Self {
        let search = vec![PathBuf::from("./consign.toml"), PathBuf::from("/etc/consign/consign.toml")];
        Self { purpose, file, search, env: std::env::vars_os().collect(), flags }
    }
}

/// Settings as read: the typed values, and the same as texts with their origins.
#[derive(Debug)]
pub struct Loaded {
    /// The typed values.
    pub config: Config,
    /// One entry for each setting, in the table's order.
    pub values: Vec<Resolved>,
}

/// Reads the settings. All that is wrong is reported at once, one problem a line.
pub fn load(sources: &Sources) -> Result<Loaded, Failure> {
    let refuse = |problems: Vec<String>| Failure::new(Exit::Usage, problems.join("\n"));
    let values = layers::gather(sources).map_err(refuse)?;
    let config = Config::from_texts(&values).map_err(|problem| refuse(vec![problem]))?;
    Ok(Loaded { config, values })
}

/// The address of a database with its password masked: safe to print.
pub fn shown_url(url: &str) -> String {
    value::mask_password(url)
}

impl Config {
    /// Where the database is: `database.url`, or the SQLite file in the data folder.
    pub fn database_url(&self) -> String {
        match &self.database.url {
            Some(url) => url.as_str().to_owned(),
            None => format!("sqlite:{}", self.data.dir.join("consign.db").display()),
        }
    }
}

#[cfg(test)]
mod tests;
