//! One file a verb.

pub mod access;
pub mod backup;
pub mod completions;
pub mod config;
pub mod deliveries;
pub mod dev;
pub mod doctor;
pub mod explain;
pub mod export;
pub mod figures;
pub mod gateway;
pub mod import;
pub mod key;
pub mod listeners;
pub mod mail;
pub mod migrate;
pub mod schema;
pub mod serve;
pub mod services;
pub mod shop;
pub mod workflow;

/// How something is listed.
#[derive(Debug, clap::Args)]
pub struct Listing {
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}
