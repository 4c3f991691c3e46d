//! A Stripe to talk to: localstripe, a server that other people made and that keeps books as Stripe does. It is a Python
//! package; `./check` installs it into `target/venv`.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The key that it takes.
pub const KEY: &str = "sk_test_consign";

/// A running localstripe. It is stopped when dropped.
pub struct LocalStripe {
    child: Child,
    address: SocketAddr,
}

impl LocalStripe {
    /// Starts one, with empty books.
    ///
    /// # Panics
    /// When it isn't installed, or doesn't listen within half a minute.
    pub async fn start() -> LocalStripe {
        let venv = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/venv/bin/python");
        let python = if venv.exists() { venv } else { "python3".into() };
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let address = free.unwrap_or_else(|error| panic!("no free port: {error}"));
        let port = address.port().to_string();
        let mut command = Command::new(python);
        command.args(["-m", "localstripe", "--from-scratch", "--port", &port]);
        let spawned = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let child = spawned.unwrap_or_else(|error| panic!("no Python to run localstripe with: {error}"));
        let mut stripe = LocalStripe { child, address };
        for _ in 0..600 {
            if TcpStream::connect(address).await.is_ok() {
                return stripe;
            }
            let ended = stripe.child.try_wait().ok().flatten();
            assert!(
                ended.is_none(),
                "localstripe isn't installed: run ./check, which does, or \
                     `pip install -r tests/clients/requirements.txt`"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("localstripe doesn't listen");
    }

    /// Its address, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Host and port.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Asks it, with a form unless that is empty, and reads what it answers.
    ///
    /// # Panics
    /// When it can't be reached, or doesn't answer in JSON.
    pub async fn ask(&self, path: &str, form: &str) -> Value {
        let method = if form.is_empty() { "GET" } else { "POST" };
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: localstripe\r\nConnection: close\r\nAuthorization: Bearer {KEY}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
            form.len()
        );
        let answer = exchange(self.address, request.as_bytes()).await;
        let body = answer.split("\r\n\r\n").nth(1).unwrap_or_default();
        if body.is_empty() {
            return Value::Null;
        }
        serde_json::from_str(body).unwrap_or_else(|error| panic!("{error} in the answer to {path}: {answer}"))
    }

    /// A card of that number or a bank account (`DE…`), with a customer: an instrument's token.
    ///
    /// # Panics
    /// As [`LocalStripe::ask`].
    pub async fn instrument(&self, number: &str) -> String {
        let form = if number.starts_with(|first: char| first.is_ascii_digit()) {
            format!("type=card&card[number]={number}&card[exp_month]=1&card[exp_year]=2030&card[cvc]=123")
        } else {
            format!(
                "type=sepa_debit&sepa_debit[iban]={number}&billing_details[name]=J&billing_details[email]=j@x.example"
            )
        };
        let customer = self.ask("/v1/customers", "email=j@x.example").await;
        let method = self.ask("/v1/payment_methods", &form).await;
        let id = |of: &Value| of["id"].as_str().unwrap_or_else(|| panic!("no id: {of}")).to_owned();
        let (customer, method) = (id(&customer), id(&method));
        self.ask(&format!("/v1/payment_methods/{method}/attach"), &format!("customer={customer}")).await;
        format!("{customer}/{method}")
    }

    /// Lets it send its messages there, signed with that secret.
    ///
    /// # Panics
    /// As [`LocalStripe::ask`].
    pub async fn tell(&self, url: &str, secret: &str) {
        self.ask("/_config/webhooks/consign", &format!("url={url}&secret={secret}")).await;
    }
}

impl Drop for LocalStripe {
    fn drop(&mut self) {
        // It is gone already if this fails.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends a request that asks for the connection to be closed, and reads all that comes back.
async fn exchange(address: SocketAddr, request: &[u8]) -> String {
    let talk = async {
        let mut stream = TcpStream::connect(address).await?;
        stream.write_all(request).await?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        Ok::<_, std::io::Error>(String::from_utf8_lossy(&answer).into_owned())
    };
    talk.await.unwrap_or_else(|error| panic!("localstripe can't be reached: {error}"))
}

/// A line to a server on which answers to requests that change something get lost: they arrive, and the answer doesn't.
///
/// # Panics
/// When loopback can't be listened on.
pub async fn losing_answers(to: SocketAddr, how_many: usize) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
    let listener = listener.unwrap_or_else(|error| panic!("no free port: {error}"));
    let url = listener.local_addr().map(|own| format!("http://{own}"));
    tokio::spawn(async move {
        let mut left = how_many;
        while let Ok((mut client, _)) = listener.accept().await {
            let Some(request) = one_request(&mut client).await else { continue };
            let answer = exchange(to, &request).await;
            if request.starts_with(b"POST") && left > 0 {
                left -= 1;
                continue;
            }
            // Whoever asked may be gone.
            let _ = client.write_all(answer.as_bytes()).await;
        }
    });
    url.unwrap_or_else(|error| panic!("no address: {error}"))
}

/// One request, as it came but for `Connection: close`.
pub(crate) async fn one_request(client: &mut TcpStream) -> Option<Vec<u8>> {
    let mut read = Vec::new();
    let head = loop {
        if let Some(end) = read.windows(4).position(|end| end == b"\r\n\r\n") {
            break end + 4;
        }
        if client.read_buf(&mut read).await.ok()? == 0 {
            return None;
        }
    };
    let text = String::from_utf8_lossy(&read[..head]).to_lowercase();
    let length = text.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
    while read.len() < head + length.unwrap_or(0) {
        if client.read_buf(&mut read).await.ok()? == 0 {
            return None;
        }
    }
    let after_line = read.windows(2).position(|end| end == b"\r\n")? + 2;
    read.splice(after_line..after_line, b"Connection: close\r\n".iter().copied());
    Some(read)
}
