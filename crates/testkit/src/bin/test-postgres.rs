//! The tests' PostgreSQL by hand: `cargo run -p testkit --bin test-postgres -- start|stop|url`.
//!
//! `start` prints the address of its superuser, `url` that of a fresh database, `stop` removes it all.

use std::process::ExitCode;

fn main() -> ExitCode {
    let outcome = match std::env::args().nth(1).as_deref() {
        Some("start") => testkit::postgres::start(),
        Some("url") => Ok(testkit::postgres::url()),
        Some("stop") => testkit::postgres::stop().map(|()| "stopped".to_owned()),
        _ => Err("usage: test-postgres start|stop|url".to_owned()),
    };
    match outcome {
        Ok(text) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}
