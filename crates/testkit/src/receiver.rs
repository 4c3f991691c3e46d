//! An HTTP/1.1 server on loopback that plays the other side of a webhook or a callback: it keeps every request as it came,
//! byte for byte, and answers what it was told to, slow, wrong or not at all.
//!
//! Written by hand, since what is tested are other people's mistakes: a framework would hide the raw body or refuse to hang up.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Request {
    /// `POST`, `GET`, …
    pub method: String,
    /// Path and query, as sent.
    pub path: String,
    /// Names in lower case, values trimmed, in the order sent.
    pub headers: Vec<(String, String)>,
    /// The body, byte for byte.
    pub body: Vec<u8>,
    /// When its last byte had come.
    pub at: SystemTime,
}

impl Request {
    /// The first header of that name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| &**value)
    }

    /// The body as JSON; `Null` when it is none.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

/// What to answer to one request.
#[derive(Clone, Debug)]
pub struct Answer {
    /// `None` hangs up without a word.
    status: Option<u16>,
    delay: Duration,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Answer {
    /// A status with an empty body.
    pub fn status(status: u16) -> Answer {
        Answer { status: Some(status), delay: Duration::ZERO, headers: Vec::new(), body: Vec::new() }
    }

    /// Takes the request and closes the connection: the sender cannot know what became of it.
    pub fn hang_up() -> Answer {
        Answer { status: None, ..Answer::status(0) }
    }

    /// The same, after a while.
    pub fn after(mut self, delay: Duration) -> Answer {
        self.delay = delay;
        self
    }

    /// The same, with a header.
    pub fn header(mut self, name: &str, value: &str) -> Answer {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same, with a body.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Answer {
        self.body = body.into();
        self
    }
}

impl From<u16> for Answer {
    fn from(status: u16) -> Answer {
        Answer::status(status)
    }
}

/// The server. Dropping it closes the port, and every connection with it.
pub struct Receiver {
    address: SocketAddr,
    shared: Arc<Shared>,
    listening: JoinHandle<()>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    arrived: Notify,
}

#[derive(Default)]
struct State {
    requests: Vec<Request>,
    answers: VecDeque<Answer>,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Receiver {
    /// Starts one on a free port of 127.0.0.1. It answers 200 until told otherwise.
    ///
    /// # Panics
    /// When loopback cannot be listened on.
    pub async fn start() -> Receiver {
        let bound = TcpListener::bind(("127.0.0.1", 0)).await;
        let listener = bound.unwrap_or_else(|error| panic!("cannot listen on loopback: {error}"));
        let address = listener.local_addr().unwrap_or_else(|error| panic!("no local address: {error}"));
        let shared = Arc::new(Shared::default());
        let listening = tokio::spawn(listen(listener, shared.clone()));
        Receiver { address, shared, listening }
    }

    /// `http://127.0.0.1:port`, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Answers the next requests so, one each, in this order; then 200 again. Adds to what was scripted before.
    pub fn answer_with(&self, answers: Vec<Answer>) {
        self.shared.state().answers.extend(answers);
    }

    /// All requests so far, in the order of their ends.
    pub fn requests(&self) -> Vec<Request> {
        self.shared.state().requests.clone()
    }

    /// Waits until at least `count` requests came, and gives back all there are.
    ///
    /// # Panics
    /// When fewer have come by then.
    pub async fn wait_for(&self, count: usize, timeout: Duration) -> Vec<Request> {
        let enough = async {
            loop {
                // Listened for before looking, lest one arrives in between.
                let arrived = self.shared.arrived.notified();
                let requests = self.requests();
                if requests.len() >= count {
                    return requests;
                }
                arrived.await;
            }
        };
        match tokio::time::timeout(timeout, enough).await {
            Ok(requests) => requests,
            Err(_) => {
                panic!("{count} requests expected within {timeout:?}, these came: {:#?}", self.requests())
            }
        }
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

async fn listen(listener: TcpListener, shared: Arc<Shared>) {
    // Aborted together with this task.
    let mut conversations = tokio::task::JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        conversations.spawn(converse(stream, shared.clone()));
        while conversations.try_join_next().is_some() {}
    }
}

/// Serves one connection, request after request, until either side ends it.
async fn converse(stream: TcpStream, shared: Arc<Shared>) {
    let mut stream = BufReader::new(stream);
    while let Some(request) = read_request(&mut stream).await {
        let answer = {
            let mut state = shared.state();
            state.requests.push(request);
            state.answers.pop_front().unwrap_or_else(|| Answer::status(200))
        };
        shared.arrived.notify_waiters();
        tokio::time::sleep(answer.delay).await;
        let Some(status) = answer.status else { return };
        let mut text = format!("HTTP/1.1 {status} Scripted\r\nContent-Length: {}\r\n", answer.body.len());
        for (name, value) in &answer.headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        text.push_str("\r\n");
        let bytes = [text.into_bytes(), answer.body].concat();
        if stream.write_all(&bytes).await.is_err() {
            return;
        }
    }
}

/// The next request, or `None` when the connection ends or speaks no HTTP.
async fn read_request(stream: &mut BufReader<TcpStream>) -> Option<Request> {
    let first = read_line(stream).await?;
    let mut words = first.split(' ');
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = Vec::new();
    loop {
        let line = read_line(stream).await?;
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(':')?;
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let mut request = Request { method, path, headers, body: Vec::new(), at: SystemTime::now() };
    if request.header("transfer-encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("chunked")) {
        request.body = read_chunks(stream).await?;
    } else if let Some(length) = request.header("content-length") {
        request.body = read_exactly(stream, length.parse().ok()?).await?;
    }
    request.at = SystemTime::now();
    Some(request)
}

async fn read_chunks(stream: &mut BufReader<TcpStream>) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line = read_line(stream).await?;
        let size = usize::from_str_radix(line.split(';').next()?.trim(), 16).ok()?;
        if size == 0 {
            while !read_line(stream).await?.is_empty() {}
            return Some(body);
        }
        body.extend(read_exactly(stream, size).await?);
        read_line(stream).await?;
    }
}

async fn read_exactly(stream: &mut BufReader<TcpStream>, size: usize) -> Option<Vec<u8>> {
    let mut bytes = vec![0; size];
    stream.read_exact(&mut bytes).await.ok()?;
    Some(bytes)
}

/// A line without its end.
async fn read_line(stream: &mut BufReader<TcpStream>) -> Option<String> {
    let mut line = String::new();
    match stream.read_line(&mut line).await {
        Ok(0) | Err(_) => None,
        Ok(_) => Some(line.trim_end_matches(['\r', '\n']).to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn send(receiver: &Receiver, text: &str) -> String {
        let mut stream = TcpStream::connect(receiver.address).await.unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }

    #[tokio::test]
    async fn records_what_comes_and_answers_as_told() {
        let receiver = Receiver::start().await;
        receiver.answer_with(vec![Answer::status(503).header("Retry-After", "3"), Answer::hang_up()]);

        let first =
            send(&receiver, "POST /a?b=c HTTP/1.1\r\nX-Sign: 1\r\nContent-Length: 7\r\n\r\n{\"a\":1}").await;
        let second = send(
            &receiver,
            "POST /d HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nxy\r\n1\r\nz\r\n0\r\n\r\n",
        )
        .await;
        let third = send(&receiver, "GET / HTTP/1.1\r\n\r\n").await;

        assert!(first.starts_with("HTTP/1.1 503 ") && first.contains("Retry-After: 3\r\n"), "{first}");
        assert_eq!(second, "");
        assert!(third.starts_with("HTTP/1.1 200 "), "{third}");
        let requests = receiver.wait_for(3, Duration::from_secs(5)).await;
        assert_eq!((&*requests[0].method, &*requests[0].path), ("POST", "/a?b=c"));
        assert_eq!(requests[0].header("x-sign"), Some("1"));
        assert_eq!(requests[0].json()["a"], 1);
        assert_eq!(requests[1].body, b"xyz");
    }
}
