//! The binary. Everything it does is in the library beside it, where tests can reach it.

use std::process::ExitCode;

/// The same allocator on every platform; the one of musl, which static builds would get, is slow with threads.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    consign::cli::run(std::env::args_os())
}
