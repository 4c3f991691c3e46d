//! The web server seen from a socket: limits, ids, panics, and a tidy end.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::{get, post};
use consign::http::{Ended, Limits, bind, bind_near, serve, shell};
use futures::FutureExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

struct Server {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    end: JoinHandle<Ended>,
}

impl Server {
    async fn start() -> Self {
        Self::with_readiness(Ok(())).await
    }

    async fn with_readiness(ready: Result<(), String>) -> Self {
        let routes = Router::new()
            .route("/slow/{ms}", get(slow))
            .route(
                "/panic",
                get(|| async {
                    if true {
                        panic!("on purpose")
                    }
                }),
            )
            .route("/echo", post(|body: axum::body::Bytes| async { body }));
        let limits = Limits { body: 100, time: Duration::from_millis(1500) };
        let router = shell(routes, limits, Arc::new(move || std::future::ready(ready.clone()).boxed()));
        let listener = bind(([127, 0, 0, 1], 0).into()).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let end = tokio::spawn(serve(listener, router, stopped.map(drop), Duration::from_millis(600)));
        Self { address, stop, end }
    }

    /// Stops the server. How it ended, and how long that took.
    async fn stop(self) -> (Ended, Duration) {
        let began = Instant::now();
        self.stop.send(()).unwrap();
        (self.end.await.unwrap(), began.elapsed())
    }

    async fn send(&self, request: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        stream
    }

    async fn ask(&self, request: &str) -> String {
        answer(self.send(request).await).await
    }

    async fn get(&self, path: &str) -> String {
        self.ask(&format!("GET {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n")).await
    }
}

/// Everything the server sends until it closes the connection.
async fn answer(mut stream: TcpStream) -> String {
    let mut text = Vec::new();
    let _ = stream.read_to_end(&mut text).await;
    String::from_utf8(text).unwrap()
}

async fn slow(axum::extract::Path(ms): axum::extract::Path<u64>) -> &'static str {
    tokio::time::sleep(Duration::from_millis(ms)).await;
    "done"
}

#[tokio::test]
async fn health_and_readiness_are_apart() {
    let server = Server::with_readiness(Err("the database is away".into())).await;
    assert!(server.get("/healthz").await.starts_with("HTTP/1.1 200"));
    let ready = server.get("/readyz").await;
    assert!(ready.starts_with("HTTP/1.1 503") && ready.contains("the database is away"), "{ready}");
    let server = Server::start().await;
    assert!(server.get("/readyz").await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn an_answer_carries_the_id_of_its_request() {
    let server = Server::start().await;
    let given = "GET /healthz HTTP/1.1\r\nhost: t\r\nx-request-id: abc-1\r\nconnection: close\r\n\r\n";
    assert!(server.ask(given).await.contains("X-Request-Id: abc-1\r\n"));
    let unfit = given.replace("abc-1", "a b\"c");
    let answer = server.ask(&unfit).await;
    assert!(answer.contains("X-Request-Id: ") && !answer.contains("a b"), "{answer}");
}

#[tokio::test]
async fn a_large_body_is_refused_in_words_however_it_comes() {
    let server = Server::start().await;
    let large = "x".repeat(101);
    let announced =
        format!("POST /echo HTTP/1.1\r\nhost: t\r\nconnection: close\r\ncontent-length: 101\r\n\r\n{large}");
    let chunked = format!(
        "POST /echo HTTP/1.1\r\nhost: t\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n65\r\n{large}\r\n0\r\n\r\n"
    );
    for request in [announced, chunked] {
        let answer = server.ask(&request).await;
        assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
        assert!(answer.contains("larger than 100 bytes") && answer.contains("\"request_id\":\""), "{answer}");
    }
    let with_key = format!(
        "POST /echo HTTP/1.1\r\nhost: t\r\nauthorization: Bearer sk_test_x\r\nconnection: close\r\ncontent-length: 101\r\n\r\n{large}"
    );
    let answer = server.ask(&with_key).await;
    let form =
        "{\"type\":\"bad_request\",\"errors\":[{\"message\":\"The request's body is larger than 100 bytes";
    assert!(answer.starts_with("HTTP/1.1 413") && answer.contains(form), "in its API's form: {answer}");
    let fits = format!(
        "POST /echo HTTP/1.1\r\nhost: t\r\nconnection: close\r\ncontent-length: 100\r\n\r\n{}",
        "y".repeat(100)
    );
    assert!(server.ask(&fits).await.ends_with(&"y".repeat(100)));
}

#[tokio::test]
async fn a_panic_is_an_answer_and_not_a_dropped_connection() {
    let server = Server::start().await;
    let answer = server.get("/panic").await;
    assert!(answer.starts_with("HTTP/1.1 500"), "{answer}");
    assert!(answer.contains("X-Request-Id: ") && answer.contains("\"request_id\":\""), "{answer}");
}

#[tokio::test]
async fn a_late_handler_is_answered_for() {
    let server = Server::start().await;
    assert!(server.get("/slow/5000").await.starts_with("HTTP/1.1 504"));
}

#[tokio::test]
async fn requests_are_counted_by_route_and_status() {
    let server = Server::start().await;
    server.get("/slow/1").await;
    server.get("/nowhere").await;
    let metrics = server.get("/metrics").await;
    for series in [
        "consign_http_requests_total{route=\"/slow/{ms}\",status=\"200\"}",
        "consign_http_requests_total{route=\"other\",status=\"404\"}",
        "consign_http_request_seconds_bucket{route=\"/slow/{ms}\",le=\"0.25\"}",
        "consign_http_requests_in_flight",
    ] {
        assert!(metrics.contains(series), "{series} is not in\n{metrics}");
    }
}

#[tokio::test]
async fn a_request_that_has_begun_may_finish() {
    let server = Server::start().await;
    let begun = server.send("GET /slow/300 HTTP/1.1\r\nhost: t\r\n\r\n").await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    let address = server.address;
    let (ended, _) = server.stop().await;
    assert_eq!(ended, Ended { cut_off: 0 });
    assert!(answer(begun).await.ends_with("done"));
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
}

#[tokio::test]
async fn the_grace_time_is_the_end() {
    let server = Server::start().await;
    let begun = server.send("GET /slow/1400 HTTP/1.1\r\nhost: t\r\n\r\n").await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    let (ended, took) = server.stop().await;
    assert_eq!(ended, Ended { cut_off: 1 });
    assert!(took < Duration::from_millis(1000), "{took:?}");
    assert_eq!(answer(begun).await, "", "the connection went with the server");
}

#[tokio::test]
async fn idle_connections_do_not_hold_up_the_end() {
    let server = Server::start().await;
    let _silent = server.send("").await;
    let mut kept_alive = server.send("GET /healthz HTTP/1.1\r\nhost: t\r\n\r\n").await;
    let mut first = [0; 15];
    kept_alive.read_exact(&mut first).await.unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    let (ended, took) = server.stop().await;
    assert_eq!(ended, Ended { cut_off: 0 });
    assert!(took < Duration::from_millis(400), "{took:?}");
}

#[tokio::test]
async fn a_taken_port_is_an_error_with_its_fix_or_the_next_one() {
    let taken = bind(([127, 0, 0, 1], 0).into()).await.unwrap().local_addr().unwrap();
    let _holder = bind(taken).await.unwrap();
    let told = bind(taken).await.unwrap_err().message;
    assert!(told.contains("another program listens there") && told.contains("--listen"), "{told}");
    let near = bind_near(taken).await.unwrap().local_addr().unwrap();
    assert!(near.port() > taken.port());
}
