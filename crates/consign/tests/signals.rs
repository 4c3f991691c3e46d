//! Signals, seen from the process that sends them. The test runs its own binary again as the one that gets them.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

const CHILD: &str = "CONSIGN_TEST_CHILD";

#[tokio::test]
async fn the_first_signal_asks_and_the_second_ends() {
    if std::env::var_os(CHILD).is_some() {
        return wait_for_signals().await;
    }
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "the_first_signal_asks_and_the_second_ends", "--nocapture"])
        .env(CHILD, "1")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let send = |signal: &str| {
        let sent = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    };
    assert!(said.any(|line| line.ends_with("ready")));
    send("-TERM");
    assert!(said.any(|line| line.ends_with("asked")), "the first signal is an invitation to stop");
    send("-INT");
    assert_eq!(child.wait().unwrap().code(), Some(130), "the second is an order");
}

async fn wait_for_signals() {
    let stop = consign::signals::stop().unwrap();
    println!("ready");
    stop.clone().await;
    stop.await;
    println!("asked");
    tokio::time::sleep(Duration::from_secs(20)).await;
}
