//! The clients, in a process of their own: keep-alive connections that speak just enough HTTP/1.1 to send a document
//! and to see where its answer ends. What they take of the machine the server does not get, so they do little.

use std::rc::Rc;
use std::time::{Duration, Instant};

use futures::future::join_all;
use rand::RngExt as _;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::measure::{CALLERS, Samples, together};
use crate::options::{LoadOrder, Span, Work};
use crate::{Outcome, goods};

/// Calls the server, and tells what was measured on standard output.
pub async fn run(order: &LoadOrder) -> Outcome<()> {
    let span =
        Span { warm: Duration::from_millis(order.warm_ms), time: Duration::from_millis(order.time_ms) };
    let [first, distance, number] = order.ids[..] else { return Err("three numbers are needed".into()) };
    let next = Rc::new(std::cell::Cell::new(0));
    let call = |connection: Connection| {
        let next = next.clone();
        async move {
            let mut connection = connection;
            let mut samples = Samples::starting(span);
            while samples.is_open() {
                let document = match order.work {
                    Work::CreateOrder => goods::order_create(),
                    Work::ReadOrder => {
                        goods::order_read(first + distance * (rand::rng().random_range(0..number) | 1))
                    }
                    Work::ListOpen => goods::work_list(),
                    Work::Fulfil => {
                        let k = next.replace(next.get() + 1);
                        if k >= number {
                            break;
                        }
                        goods::fulfillment_create(first + distance * k)
                    }
                };
                let request = connection.request(&document);
                let began = Instant::now();
                connection.ask(&request).await?;
                samples.add(began, 1);
            }
            Outcome::Ok(samples)
        }
    };
    let mut connections = Vec::new();
    for _ in 0..CALLERS {
        connections.push(Connection::open(order).await?);
    }
    let samples =
        join_all(connections.into_iter().map(call)).await.into_iter().collect::<Outcome<Vec<_>>>()?;
    let measured = together(samples)?;
    println!("{}", json!({ "per_s": measured.per_s, "p50_ms": measured.p50_ms, "p99_ms": measured.p99_ms }));
    Ok(())
}

struct Connection {
    stream: TcpStream,
    head: String,
    answer: Vec<u8>,
}

impl Connection {
    async fn open(order: &LoadOrder) -> Outcome<Connection> {
        let stream = TcpStream::connect(&order.address).await?;
        stream.set_nodelay(true)?;
        let head = format!(
            "POST {} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nX-Shopify-Access-Token: {}\r\n\
             Content-Length: ",
            order.path, order.address, order.token
        );
        Ok(Connection { stream, head, answer: Vec::with_capacity(64 * 1024) })
    }

    fn request(&self, document: &Value) -> Vec<u8> {
        let body = document.to_string();
        format!("{}{}\r\n\r\n{body}", self.head, body.len()).into_bytes()
    }

    /// Sends a request and reads its answer to the end.
    async fn ask(&mut self, request: &[u8]) -> Outcome<()> {
        self.stream.write_all(request).await?;
        self.answer.clear();
        let mut end = None;
        loop {
            if self.stream.read_buf(&mut self.answer).await? == 0 {
                return Err("the server closed the connection".into());
            }
            if end.is_none() {
                end = end_of(&self.answer)?;
            }
            if end.is_some_and(|(_, end)| self.answer.len() >= end) {
                break;
            }
        }
        let body = end.and_then(|(start, _)| self.answer.get(start..)).unwrap_or_default();
        let is_fine = body.starts_with(b"{\"data\":{") && !has_user_errors(body);
        if !is_fine {
            return Err(format!("the server answered {}", String::from_utf8_lossy(&self.answer)).into());
        }
        Ok(())
    }
}

fn has_user_errors(body: &[u8]) -> bool {
    const ERRORS: &[u8] = b"\"userErrors\":[{";
    // Only mutations have any, and their answers are short.
    body.len() < 2_048 && body.windows(ERRORS.len()).any(|part| part == ERRORS)
}

/// Where the body begins and ends, once the head is complete.
fn end_of(answer: &[u8]) -> Outcome<Option<(usize, usize)>> {
    let Some(head) = answer.windows(4).position(|part| part == b"\r\n\r\n") else { return Ok(None) };
    let text = std::str::from_utf8(&answer[..head])?.to_ascii_lowercase();
    let length = text.lines().find_map(|line| line.strip_prefix("content-length:"));
    let length: usize = length.ok_or("an answer without a length")?.trim().parse()?;
    Ok(Some((head + 4, head + 4 + length)))
}
