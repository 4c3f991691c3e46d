//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Measure what every layer costs.
#[derive(Debug, Parser)]
#[command(name = "bench")]
pub struct Cli {
    #[command(subcommand)]
    pub task: Task,
}

#[derive(Debug, Subcommand)]
pub enum Task {
    /// Measure everything, or what is named
    All(Options),
    /// Be the clients of a server that runs already; started by `all`
    #[command(hide = true)]
    Load(LoadOrder),
}

#[derive(Debug, Clone, Args)]
pub struct Options {
    /// One line of JSON for every figure, and no table
    #[arg(long)]
    pub json: bool,
    /// Small tables and short runs, to see that everything works
    #[arg(long)]
    pub quick: bool,
    /// How long each measurement takes, in milliseconds
    #[arg(long, value_name = "MS")]
    pub time_ms: Option<u64>,
    /// How long each runs before it is measured, in milliseconds
    #[arg(long, value_name = "MS")]
    pub warm_ms: Option<u64>,
    /// Only these databases
    #[arg(long, value_delimiter = ',', default_values = ["sqlite", "postgresql"])]
    pub databases: Vec<Database>,
    /// Only these works
    #[arg(long, value_delimiter = ',', default_values = ["list-open", "read-order", "create-order", "fulfil"])]
    pub works: Vec<Work>,
    /// Only these layers
    #[arg(long, value_delimiter = ',', default_values = ["limit", "engine", "http"])]
    pub layers: Vec<Layer>,
    /// Only these other measurements
    #[arg(long, value_delimiter = ',', default_values = ["routing", "memory", "depth"])]
    pub others: Vec<Other>,
    /// The server's program [default: `consign` beside this program]
    #[arg(long, value_name = "FILE")]
    pub server: Option<PathBuf>,
}

impl Options {
    /// Orders that are there when reads are measured.
    pub fn orders(&self) -> i64 {
        if self.quick { 10_000 } else { 100_000 }
    }

    /// Fulfillment orders of a small and of a large list.
    pub fn depths(&self) -> [i64; 2] {
        [10_000, if self.quick { 100_000 } else { 1_000_000 }]
    }

    pub fn span(&self) -> Span {
        let (warm, time) = if self.quick { (300, 1_000) } else { (1_000, 4_000) };
        Span {
            warm: Duration::from_millis(self.warm_ms.unwrap_or(warm)),
            time: Duration::from_millis(self.time_ms.unwrap_or(time)),
        }
    }
}

/// How long a measurement takes.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    pub warm: Duration,
    pub time: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Database {
    Sqlite,
    Postgresql,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Work {
    /// An order of three lines comes in
    CreateOrder,
    /// All three lines of it leave
    Fulfil,
    /// An order with its lines, fulfillment orders and fulfillments
    ReadOrder,
    /// The first 50 open fulfillment orders of a location
    ListOpen,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Layer {
    /// The bare driver
    Limit,
    /// The engine in this process
    Engine,
    /// The server, called by another process
    Http,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Other {
    Routing,
    Memory,
    Depth,
}

/// What the process of the clients is told.
#[derive(Debug, Clone, Args)]
pub struct LoadOrder {
    /// Host and port
    #[arg(long)]
    pub address: String,
    #[arg(long)]
    pub path: String,
    #[arg(long)]
    pub token: String,
    #[arg(long, value_enum)]
    pub work: Work,
    #[arg(long)]
    pub warm_ms: u64,
    #[arg(long)]
    pub time_ms: u64,
    /// Ids of what is read or fulfilled: first, distance, number
    #[arg(long, value_delimiter = ',')]
    pub ids: Vec<i64>,
}

macro_rules! name_as_told {
    ($($kind:ty),*) => {$(
        impl $kind {
            /// Its name in reports.
            pub fn name(self) -> String {
                self.to_possible_value().map(|value| value.get_name().replace('-', "_")).unwrap_or_default()
            }
        }
    )*};
}

name_as_told!(Database, Work, Layer);
