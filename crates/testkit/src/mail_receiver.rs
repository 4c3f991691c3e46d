//! A mail server on loopback that keeps what it is sent, and says what it was told to: no, later, or nothing at all.
//!
//! Written by hand like [`crate::receiver`], since what is tested are servers that break off in the middle.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A mail as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// Whom the envelope is from.
    pub from: String,
    /// Whom the envelope is to.
    pub to: Vec<String>,
    /// Headers and body, with `\n` for line ends.
    pub text: String,
}

impl Mail {
    /// The value of a header that stands on one line.
    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.text.lines().take_while(|line| !line.is_empty());
        let mut pairs = lines.filter_map(|line| line.split_once(": "));
        pairs.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

/// What is said to one mail.
#[derive(Clone, Debug)]
pub enum Reply {
    /// It is taken.
    Taken,
    /// This to its receiver.
    ToReceiver(&'static str),
    /// This once it is there.
    ToData(&'static str),
    /// Nothing: it is taken, and the connection breaks.
    HangUpAfterData,
}

#[derive(Default)]
struct Seen {
    mails: Vec<Mail>,
    replies: VecDeque<Reply>,
}

/// The server; it ends when it is dropped.
pub struct MailReceiver {
    address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
    task: JoinHandle<()>,
}

impl Drop for MailReceiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl MailReceiver {
    /// Listens on a free port; takes every mail until told otherwise.
    ///
    /// # Panics
    /// When loopback cannot be listened on.
    pub async fn start() -> Self {
        let bound = TcpListener::bind("127.0.0.1:0").await;
        let listener = bound.unwrap_or_else(|error| panic!("cannot listen on loopback: {error}"));
        let address = listener.local_addr().unwrap_or_else(|error| panic!("no local address: {error}"));
        let seen = Arc::new(Mutex::new(Seen::default()));
        let shared = seen.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let shared = shared.clone();
                tokio::spawn(async move {
                    let _ = talk(stream, &shared).await;
                });
            }
        });
        Self { address, seen, task }
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// What the next mails are told, one after the other; then it takes them all.
    pub fn answer_with(&self, replies: Vec<Reply>) {
        lock(&self.seen).replies = replies.into();
    }

    /// Every mail that came whole, oldest first.
    pub fn mails(&self) -> Vec<Mail> {
        lock(&self.seen).mails.clone()
    }
}

fn lock(seen: &Mutex<Seen>) -> MutexGuard<'_, Seen> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn talk(stream: TcpStream, seen: &Mutex<Seen>) -> std::io::Result<()> {
    let (reader, mut writer) = stream.into_split();
    let mut lines = BufReader::new(reader).lines();
    writer.write_all(b"220 mail.example ready\r\n").await?;
    let mut mail = Mail { from: String::new(), to: Vec::new(), text: String::new() };
    let mut reply = Reply::Taken;
    while let Some(line) = lines.next_line().await? {
        let address = || line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
        let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        let said = match verb.as_str() {
            "EHLO" => "250-mail.example\r\n250 8BITMIME",
            "MAIL" => {
                mail.from = address();
                reply = lock(seen).replies.pop_front().unwrap_or(Reply::Taken);
                "250 ok"
            }
            "RCPT" => {
                mail.to.push(address());
                if let Reply::ToReceiver(said) = reply { said } else { "250 ok" }
            }
            "DATA" => {
                writer.write_all(b"354 go on\r\n").await?;
                while let Some(line) = lines.next_line().await?.filter(|line| line != ".") {
                    mail.text.push_str(line.strip_prefix('.').unwrap_or(&line));
                    mail.text.push('\n');
                }
                if let Reply::ToData(said) = reply {
                    said
                } else {
                    lock(seen).mails.push(mail.clone());
                    if matches!(reply, Reply::HangUpAfterData) {
                        return Ok(());
                    }
                    "250 taken"
                }
            }
            "QUIT" => {
                writer.write_all(b"221 bye\r\n").await?;
                return Ok(());
            }
            "RSET" | "NOOP" => "250 ok",
            _ => "502 not here",
        };
        writer.write_all(format!("{said}\r\n").as_bytes()).await?;
    }
    Ok(())
}
