//! A mail server on loopback that keeps what it is sent, and says what it was told to: no, later, or nothing at all. It
//! speaks TLS from the first byte or after `STARTTLS`, with a certificate of its own, and may want to be signed in to.
//!
//! Written by hand like [`crate::receiver`], since what is tested are servers that break off in the middle.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::{ServerConfig, crypto, pki_types::PrivatePkcs8KeyDer};

/// A mail as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// Whom the envelope is from.
    pub from: String,
    /// Whom the envelope is to.
    pub to: Vec<String>,
    /// Headers and body, with `\n` for line ends.
    pub text: String,
    /// Who had signed in.
    pub user: Option<String>,
    /// Whether nobody could listen.
    pub private: bool,
}

impl Mail {
    /// The value of a header that stands on one line.
    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.text.lines().take_while(|line| !line.is_empty());
        let mut pairs = lines.filter_map(|line| line.split_once(": "));
        pairs.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// Its texts, with what quoted-printable breaks put together again.
    pub fn plain(&self) -> String {
        self.text.replace("=\n", "").replace("=3D", "=")
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
    /// Nothing: it is taken, and the server falls silent.
    SilenceAfterData,
}

/// How the connection is made private.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secrecy {
    /// Not at all.
    None,
    /// After `STARTTLS`; nothing is taken before.
    StartTls,
    /// From the first byte.
    Tls,
}

/// What kind of server it is.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// How the connection is made private.
    pub secrecy: Secrecy,
    /// Whom it wants to be signed in as (user, password) before it takes anything.
    pub login: Option<(&'static str, &'static str)>,
}

#[derive(Default)]
struct Seen {
    mails: Vec<Mail>,
    replies: VecDeque<Reply>,
}

/// The server; it ends when it is dropped.
pub struct MailReceiver {
    address: SocketAddr,
    certificate: String,
    seen: Arc<Mutex<Seen>>,
    task: JoinHandle<()>,
}

impl Drop for MailReceiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl MailReceiver {
    /// Listens on a free port, to anybody and without TLS; takes every mail until told otherwise.
    ///
    /// # Panics
    /// When loopback cannot be listened on.
    pub async fn start() -> Self {
        Self::start_as(Kind { secrecy: Secrecy::None, login: None }).await
    }

    /// The same, as a server of that kind.
    ///
    /// # Panics
    /// Likewise.
    pub async fn start_as(kind: Kind) -> Self {
        let bound = TcpListener::bind("127.0.0.1:0").await;
        let listener = bound.unwrap_or_else(|error| panic!("cannot listen on loopback: {error}"));
        let address = listener.local_addr().unwrap_or_else(|error| panic!("no local address: {error}"));
        let (certificate, acceptor) = identity();
        let seen = Arc::new(Mutex::new(Seen::default()));
        let shared = seen.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (shared, acceptor) = (shared.clone(), acceptor.clone());
                tokio::spawn(async move {
                    // Whoever doesn't like the certificate is gone.
                    let _ = receive(stream, &acceptor, kind, &shared).await;
                });
            }
        });
        Self { address, certificate, seen, task }
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Its certificate, for 127.0.0.1 and localhost, as PEM. Nobody else vouches for it.
    pub fn certificate(&self) -> &str {
        &self.certificate
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

/// A certificate of its own, and what shows it.
fn identity() -> (String, TlsAcceptor) {
    let names = vec!["127.0.0.1".to_owned(), "localhost".to_owned()];
    let made = rcgen::generate_simple_self_signed(names);
    let made = made.unwrap_or_else(|error| panic!("no certificate: {error}"));
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let config = ServerConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|config| {
            config.with_no_client_auth().with_single_cert(vec![made.cert.der().clone()], key.into())
        });
    let config = config.unwrap_or_else(|error| panic!("the certificate is of no use: {error}"));
    (made.cert.pem(), TlsAcceptor::from(Arc::new(config)))
}

async fn receive(
    stream: TcpStream,
    acceptor: &TlsAcceptor,
    kind: Kind,
    seen: &Mutex<Seen>,
) -> std::io::Result<()> {
    let mut talk = Talk { kind, seen, private: false, greets: true };
    match kind.secrecy {
        Secrecy::None => talk.go_on(&mut BufReader::new(stream)).await.map(drop),
        Secrecy::Tls => {
            talk.private = true;
            talk.go_on(&mut BufReader::new(acceptor.accept(stream).await?)).await.map(drop)
        }
        Secrecy::StartTls => {
            let mut plain = BufReader::new(stream);
            if talk.go_on(&mut plain).await? == End::StartTls {
                let stream = acceptor.accept(plain.into_inner()).await?;
                (talk.private, talk.greets) = (true, false);
                talk.go_on(&mut BufReader::new(stream)).await?;
            }
            Ok(())
        }
    }
}

/// How a conversation ended.
#[derive(PartialEq, Eq)]
enum End {
    Over,
    StartTls,
}

struct Talk<'a> {
    kind: Kind,
    seen: &'a Mutex<Seen>,
    private: bool,
    greets: bool,
}

impl Talk<'_> {
    fn offers(&self) -> &'static str {
        match (self.kind.secrecy == Secrecy::StartTls && !self.private, self.kind.login) {
            (true, _) => "250-mail.example\r\n250-8BITMIME\r\n250 STARTTLS",
            (false, Some(_)) => "250-mail.example\r\n250-8BITMIME\r\n250 AUTH PLAIN",
            (false, None) => "250-mail.example\r\n250 8BITMIME",
        }
    }

    /// Whom `AUTH PLAIN` means, if it is who is wanted.
    fn signed_in(&self, line: &str) -> Option<String> {
        let said = STANDARD.decode(line.strip_prefix("AUTH PLAIN ")?).ok()?;
        let said = String::from_utf8(said).ok()?;
        let mut parts = said.split('\0').skip(1);
        let (user, password) = self.kind.login?;
        (parts.next() == Some(user) && parts.next() == Some(password)).then(|| user.to_owned())
    }

    async fn go_on<S>(&mut self, stream: &mut BufReader<S>) -> std::io::Result<End>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        if self.greets {
            stream.write_all(b"220 mail.example ready\r\n").await?;
        }
        let mut mail = Mail {
            from: String::new(),
            to: Vec::new(),
            text: String::new(),
            user: None,
            private: self.private,
        };
        let mut reply = Reply::Taken;
        while let Some(line) = next(stream).await? {
            let address = || line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
            let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
            let said = match verb.as_str() {
                "EHLO" => self.offers(),
                "STARTTLS" if self.kind.secrecy == Secrecy::StartTls && !self.private => {
                    stream.write_all(b"220 go on\r\n").await?;
                    return Ok(End::StartTls);
                }
                "AUTH" => {
                    mail.user = self.signed_in(&line);
                    if mail.user.is_some() { "235 welcome" } else { "535 who are you" }
                }
                "MAIL" if self.kind.secrecy != Secrecy::None && !self.private => "530 STARTTLS first",
                "MAIL" if self.kind.login.is_some() && mail.user.is_none() => "530 sign in first",
                "MAIL" => {
                    let user = mail.user.take();
                    (mail.from, mail.user) = (address(), user);
                    (mail.to, mail.text) = (Vec::new(), String::new());
                    reply = lock(self.seen).replies.pop_front().unwrap_or(Reply::Taken);
                    "250 ok"
                }
                "RCPT" => {
                    mail.to.push(address());
                    if let Reply::ToReceiver(said) = reply { said } else { "250 ok" }
                }
                "DATA" => {
                    stream.write_all(b"354 go on\r\n").await?;
                    while let Some(line) = next(stream).await?.filter(|line| line != ".") {
                        mail.text.push_str(line.strip_prefix('.').unwrap_or(&line));
                        mail.text.push('\n');
                    }
                    if let Reply::ToData(said) = reply {
                        said
                    } else {
                        lock(self.seen).mails.push(mail.clone());
                        match reply {
                            Reply::HangUpAfterData => return Ok(End::Over),
                            Reply::SilenceAfterData => std::future::pending().await,
                            _ => "250 taken",
                        }
                    }
                }
                "QUIT" => {
                    stream.write_all(b"221 bye\r\n").await?;
                    return Ok(End::Over);
                }
                "RSET" | "NOOP" => "250 ok",
                _ => "502 not here",
            };
            stream.write_all(format!("{said}\r\n").as_bytes()).await?;
            stream.flush().await?;
        }
        Ok(End::Over)
    }
}

/// The next line, without its end.
async fn next<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut BufReader<S>,
) -> std::io::Result<Option<String>> {
    // TLS keeps what is written until it is flushed.
    stream.flush().await?;
    let mut line = String::new();
    let read = stream.read_line(&mut line).await?;
    Ok((read > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned()))
}
