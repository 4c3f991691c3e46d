//! `consign completions SHELL`: a completion script, on standard output.

use std::io::Write;

use clap::CommandFactory;
use clap_complete::Shell;

use crate::cli::Cli;
use crate::failure::Failure;

/// Arguments of `consign completions`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The shell to write the script for
    shell: Shell,
}

/// Writes the script.
pub fn run(args: &Args, out: &mut dyn Write) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "consign", &mut script);
    Ok(out.write_all(&script)?)
}
