//! Spans reach a collector. Only in builds with the feature `otel`.

#![cfg(feature = "otel")]
#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::io::{Read, Write};
use std::net::TcpListener;

use consign::config::{Flag, Purpose, Sources, load};

/// Takes one request as a collector does, and returns all of it.
fn collect(listener: &TcpListener) -> Vec<u8> {
    let (mut stream, _) = listener.accept().unwrap();
    let mut request = Vec::new();
    let mut part = [0; 4096];
    loop {
        let read = stream.read(&mut part).unwrap();
        request.extend_from_slice(&part[..read]);
        let text = String::from_utf8_lossy(&request);
        let Some((head, _)) = text.split_once("\r\n\r\n") else { continue };
        let length =
            head.to_lowercase().lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
        if read == 0 || request.len() >= head.len() + 4 + length.unwrap_or(0) {
            break;
        }
    }
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").unwrap();
    request
}

#[tokio::test(flavor = "multi_thread")]
async fn spans_reach_the_collector() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let collector = std::thread::spawn(move || collect(&listener));
    let flag = Flag { key: "telemetry.otlp_endpoint", name: "--test", value: endpoint };
    let sources = Sources {
        purpose: Purpose::Serve,
        file: None,
        search: Vec::new(),
        env: Vec::new(),
        flags: vec![flag],
    };
    let config = load(&sources).unwrap().config;

    let logging = consign::logging::start(&config.log, &config.telemetry).unwrap();
    tracing::info_span!("request", route = "/probe").in_scope(|| tracing::info!("inside"));
    tokio::task::spawn_blocking(move || drop(logging)).await.unwrap();

    let request = tokio::task::spawn_blocking(|| collector.join().unwrap()).await.unwrap();
    let text = String::from_utf8_lossy(&request);
    assert!(text.starts_with("POST /v1/traces HTTP/1.1"), "{text}");
    assert!(text.contains("/probe") && text.contains("consign"), "{text}");
}
