//! The command line: parse, run one command, turn its end into an exit code.
//!
//! Results go to standard output, everything else to standard error, so that output can be piped.

use std::ffi::OsString;
use std::io::{ErrorKind, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

use crate::commands::{
    access, backup, completions, config, deliveries, dev, doctor, explain, export, figures, gateway, import,
    key, listeners, mail, migrate, schema, serve, services, shop, workflow,
};
use crate::failure::{Exit, Failure};

/// Take orders in and see them delivered.
#[derive(Debug, Parser)]
#[command(name = "consign", version, after_help = EXIT_CODES)]
pub struct Cli {
    /// The configuration file [default: $CONSIGN_CONFIG, ./consign.toml or /etc/consign/consign.toml]
    // What every command has is listed behind what is peculiar to it.
    #[arg(long, global = true, display_order = 902, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Without one: dev
    #[command(subcommand)]
    command: Option<Command>,
}

const EXIT_CODES: &str =
    "Exit codes: 0 ok, 1 error, 2 usage, 3 not found, 4 refused by the rules, 5 another server failed.";

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Serve on this machine, with a demo shop to play with
    Dev(dev::Args),
    /// Serve in production
    Serve(serve::Args),
    /// Bring orders in from elsewhere
    Import(import::Args),
    /// Write orders into a file
    Export(export::Args),
    /// Count orders, revenue, backlog and deadlines met; test orders never count
    Figures(figures::Args),
    /// Say where an order was routed, and why
    Explain(explain::Args),
    /// Make, list and revoke keys of programs
    Key(key::Args),
    /// Set up, list and test through whom the shop takes money
    Gateway(gateway::Args),
    /// List what is sent to listeners, show its attempts, send it again
    Deliveries(deliveries::Args),
    /// Say what articles open to their buyers: courses, communities, downloads
    Access(access::Args),
    /// Show and change the templates of mails to buyers
    Mail(mail::Args),
    /// Say what is done whenever something happens, and see how far it got
    Workflow(workflow::Args),
    /// List who is told what happens, show and change the secrets that sign it, switch them on
    Listeners(listeners::Args),
    /// List fulfillment services and what they were asked for, ask them at once
    Services(services::Args),
    /// Show and change the shop
    Shop(shop::Args),
    /// Check that everything is as it should be
    Doctor(doctor::Args),
    /// Copy the database, prove a copy, put one back
    Backup(backup::Args),
    /// Show and apply migrations of the database
    Migrate(migrate::Args),
    /// Show the settings and where they come from
    Config(config::Args),
    /// Print the GraphQL schema, or compare it with a published one
    Schema(schema::Args),
    /// Print a completion script for a shell
    Completions(completions::Args),
}

/// Runs the command line `args`, program name first, and prints what comes of it.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(refusal) => {
            // Help and version come this way too; clap knows which of them go to standard output, with code 0.
            let _ = refusal.print();
            return ExitCode::from(if refusal.use_stderr() { Exit::Usage as u8 } else { 0 });
        }
    };
    let mut out = Output { out: std::io::stdout().lock(), reader_gone: false };
    match dispatch(cli, &mut out) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) if out.reader_gone => ExitCode::SUCCESS,
        Err(failure) => {
            for line in failure.message.lines() {
                let _ = writeln!(std::io::stderr(), "consign: {line}");
            }
            ExitCode::from(failure.exit as u8)
        }
    }
}

fn dispatch(cli: Cli, out: &mut dyn Write) -> Result<(), Failure> {
    let Cli { config: file, command } = cli;
    match command.unwrap_or_else(|| Command::Dev(dev::Args::default())) {
        Command::Dev(args) => dev::run(&args, file, out),
        Command::Serve(args) => serve::run(&args, file),
        Command::Import(args) => import::run(&args, file, out),
        Command::Export(args) => export::run(&args, file, out),
        Command::Figures(args) => figures::run(&args, file, out),
        Command::Explain(args) => explain::run(&args, file, out),
        Command::Key(args) => key::run(&args, file, out),
        Command::Gateway(args) => gateway::run(&args, file, out),
        Command::Deliveries(args) => deliveries::run(&args, file, out),
        Command::Access(args) => access::run(&args, file, out),
        Command::Mail(args) => mail::run(&args, file, out),
        Command::Workflow(args) => workflow::run(&args, file, out),
        Command::Services(args) => services::run(&args, file, out),
        Command::Listeners(args) => listeners::run(&args, file, out),
        Command::Shop(args) => shop::run(&args, file, out),
        Command::Doctor(args) => doctor::run(&args, file, out),
        Command::Backup(args) => backup::run(&args, file, out),
        Command::Migrate(args) => migrate::run(&args, file, out),
        Command::Config(args) => config::run(&args, file, out),
        Command::Schema(args) => schema::run(&args, out),
        Command::Completions(args) => completions::run(&args, out),
    }
}

/// Standard output that remembers that its reader left: `consign … | head` is not an error.
struct Output<W> {
    out: W,
    reader_gone: bool,
}

impl<W: Write> Output<W> {
    fn noting<T>(&mut self, outcome: std::io::Result<T>) -> std::io::Result<T> {
        self.reader_gone |= outcome.as_ref().is_err_and(|error| error.kind() == ErrorKind::BrokenPipe);
        outcome
    }
}

impl<W: Write> Write for Output<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let outcome = self.out.write(bytes);
        self.noting(outcome)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        let outcome = self.out.flush();
        self.noting(outcome)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}
