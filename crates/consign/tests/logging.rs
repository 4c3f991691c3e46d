//! The log of a request, as a program would read it: the test runs its own binary again and reads its standard error.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use consign::config::{Flag, Purpose, Sources, load};
use consign::http::{Limits, bind, serve, shell};
use futures::FutureExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const CHILD: &str = "CONSIGN_TEST_CHILD";

#[tokio::test]
async fn a_panic_is_logged_with_the_request_that_caused_it() {
    if std::env::var_os(CHILD).is_some() {
        return serve_a_panic().await;
    }
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_panic_is_logged_with_the_request_that_caused_it", "--nocapture"])
        .env(CHILD, "1")
        .output()
        .unwrap();
    let log = String::from_utf8(output.stderr).unwrap();
    let lines: Vec<serde_json::Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let panic = lines.iter().find(|line| line["level"] == "ERROR").unwrap();
    assert!(panic["message"].as_str().unwrap().contains("on purpose"), "{panic}");
    assert_eq!(panic["span"]["id"], "request-1", "{panic}");
    let answered = lines.iter().find(|line| line["message"] == "answered").unwrap();
    assert_eq!((&answered["status"], &answered["path"]), (&500.into(), &"/panic".into()), "{answered}");
    assert!(!log.contains("s3cret"), "queries are not logged");
}

async fn serve_a_panic() {
    let flag = |key, value: &str| Flag { key, name: "--test", value: value.into() };
    let flags = vec![flag("log.format", "json"), flag("log.level", "consign=debug")];
    let sources = Sources { purpose: Purpose::Serve, file: None, search: Vec::new(), env: Vec::new(), flags };
    let config = load(&sources).unwrap().config;
    let _logging = consign::logging::start(&config.log, &config.telemetry).unwrap();
    let routes = Router::new().route(
        "/panic",
        get(|| async {
            if true {
                panic!("on purpose")
            }
        }),
    );
    let router = shell(routes, Limits::from(&config.http), Arc::new(|| async { Ok(()) }.boxed()));
    let listener = bind(([127, 0, 0, 1], 0).into()).await.unwrap();
    let address = listener.local_addr().unwrap();
    let client = async {
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        let request = "GET /panic?token=s3cret HTTP/1.1\r\nhost: t\r\nx-request-id: request-1\r\nconnection: close\r\n\r\n";
        stream.write_all(request.as_bytes()).await.unwrap();
        stream.read_to_end(&mut Vec::new()).await.unwrap();
    };
    serve(listener, router, client, Duration::from_secs(1)).await;
}
