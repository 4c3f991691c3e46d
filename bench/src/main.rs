//! The load program: the same works through the bare driver, through the engine and through the server, so that what
//! every layer costs is seen; see `README.md` beside this crate.
//!
//! | module | what it does |
//! |---|---|
//! | [`options`] | the command line |
//! | [`goods`] | the shop that everything runs in, and the commands that are sent to it |
//! | [`template`] | rows of an order that the engine made, to be copied under other ids |
//! | [`ground`] | a database with a shop and any number of orders in it |
//! | [`measure`] | closed loops, their rates and latencies |
//! | [`limit`] | the bare driver |
//! | [`in_process`] | the engine without HTTP |
//! | [`server`], [`load`] | the real server, and the separate process that calls it |
//! | [`depth`] | a list's pages, near and far, in small and large tables |
//! | [`routing`] | the pure function |
//! | [`suite`] | what is measured in which order |
//! | [`report`] | rows for programs and tables for people |

mod depth;
mod goods;
mod ground;
mod in_process;
mod limit;
mod load;
mod measure;
mod options;
mod report;
mod routing;
mod server;
mod suite;
mod template;

use clap::Parser;

use options::{Cli, Task};

/// The server's allocator, so that the layers differ in nothing else.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What went wrong, in words; a load program has nobody else to tell.
type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

fn main() -> Outcome<()> {
    match Cli::parse().task {
        Task::All(options) => runtime()?.block_on(suite::all(&options)),
        // One thread: what the clients use the server can't have.
        Task::Load(order) => {
            tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(load::run(&order))
        }
    }
}

fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()
}
