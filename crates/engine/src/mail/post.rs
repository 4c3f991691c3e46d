//! Handing mails to a mail server, by SMTP. What the server says decides what becomes of the delivery:
//!
//! | answer | in a word | then |
//! |---|---|---|
//! | 2xx to all of it | `accepted` | delivered |
//! | 4xx | `deferred` | tried again |
//! | 5xx about this mail | `rejected` | given up: the next try would be told the same |
//! | 5xx about ourselves (who we are, what we may) | `refused` | tried again: somebody will set it right |
//! | none, a broken connection, too late | `unknown` | tried again, under the same Message-ID |
//!
//! A server that takes a mail and breaks off before it says so gets it twice; the Message-ID tells it.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use domain::time::Time;
use lettre::message::header::{Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, MultiPartKind, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::response::Code;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use store::{Attempt, Delivery, DeliveryState};

use super::{Envelope, Letter, Unwritten};
use crate::retry::Schedule;

/// How mails leave.
#[derive(Clone)]
pub enum Post {
    /// Through a mail server.
    Smtp(Smtp),
    /// Not at all: they are read where they are written, as in development.
    Mailbox,
    /// Not at all: they are kept, given up, until there is a server and somebody sends them again.
    Nowhere,
}

/// A mail server. Clones are cheap.
#[derive(Clone)]
pub struct Smtp {
    transport: Arc<AsyncSmtpTransport<Tokio1Executor>>,
    patience: Duration,
}

/// How the connection to a mail server is made safe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte.
    Tls,
    /// TLS after `STARTTLS`, which the server must offer.
    StartTls,
    /// None.
    Plain,
}

/// What there is to know of a mail server.
#[derive(Clone)]
pub struct MailServer {
    /// Its name, or its address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is made safe.
    pub security: Security,
    /// Whom to sign in as, and the password.
    pub credentials: Option<(String, String)>,
    /// Certificates (PEM) that are believed beside those that the system believes.
    pub certificates: Option<Vec<u8>>,
    /// How long handing a whole mail over may take.
    pub patience: Duration,
}

impl Smtp {
    /// A way to that mail server. Nothing is connected yet.
    ///
    /// # Errors
    /// In words, if there can't be TLS with a server of that name, or the certificates can't be read.
    pub fn new(server: MailServer) -> Result<Self, String> {
        let MailServer { host, port, security, credentials, certificates, patience } = server;
        let tls = || {
            let mut parameters = TlsParameters::builder(host.clone());
            for own in own_certificates(certificates.as_deref().unwrap_or_default())? {
                parameters = parameters.add_root_certificate(own);
            }
            parameters.build().map_err(|error| error.to_string())
        };
        let tls = match security {
            Security::Tls => Tls::Wrapper(tls()?),
            Security::StartTls => Tls::Required(tls()?),
            Security::Plain => Tls::None,
        };
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&host)
            .port(port)
            .tls(tls)
            .timeout(Some(patience));
        if let Some((user, password)) = credentials {
            transport = transport.credentials(Credentials::new(user, password));
        }
        Ok(Self { transport: Arc::new(transport.build()), patience })
    }
}

/// The certificates in a PEM text, which has at least one unless it is empty.
fn own_certificates(pem: &[u8]) -> Result<Vec<Certificate>, String> {
    use rustls::pki_types::{CertificateDer, pem::PemObject};
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let all = all.map_err(|error| format!("the certificates can't be read: {error}"))?;
    if all.is_empty() && !pem.is_empty() {
        return Err("there is no certificate in it".to_owned());
    }
    all.iter().map(|der| Certificate::from_der(der.to_vec()).map_err(|error| error.to_string())).collect()
}

/// Says that nobody wrote this, so that nobody's machine answers it.
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// The whole mail; the same for every attempt.
///
/// # Errors
/// Why it can't be sent, in words.
pub fn message(delivery: &Delivery) -> Result<Message, String> {
    let unreadable = |error: serde_json::Error| format!("the mail can't be read: {error}");
    if let Ok(Unwritten { unwritten }) = serde_json::from_str(&delivery.what.body) {
        return Err(format!("the mail could not be written: {unwritten}"));
    }
    let Envelope { from, to, message_id } =
        serde_json::from_str(&delivery.what.headers).map_err(unreadable)?;
    let letter: Letter = serde_json::from_str(&delivery.what.body).map_err(unreadable)?;
    if from.is_empty() {
        return Err(
            "the shop has no e-mail address; set it with `consign shop set mail_address=…`".to_owned()
        );
    }
    let mailbox = |whose: &str, text: &str| {
        text.parse::<Mailbox>().map_err(|error| format!("the {whose}'s address can't be written to: {error}"))
    };
    let written =
        SystemTime::UNIX_EPOCH + Duration::from_micros(delivery.created_at.0.max(0).cast_unsigned());
    Message::builder()
        .from(mailbox("sender", &from)?)
        .to(mailbox("receiver", &to)?)
        .subject(letter.subject)
        .message_id(Some(message_id))
        .date(written)
        .header(AutoSubmitted)
        .multipart(
            MultiPart::builder()
                .kind(MultiPartKind::Alternative)
                .boundary(format!("part-of-{}", delivery.what.id))
                .singlepart(SinglePart::plain(letter.text))
                .singlepart(SinglePart::html(letter.html)),
        )
        .map_err(|error| format!("the mail can't be put together: {error}"))
}

/// What came of one attempt, and whether there is to be another.
pub(crate) struct Came {
    pub attempt: Attempt,
    pub then: Then,
}

/// What becomes of a mail after an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Then {
    Delivered,
    Again,
    GivenUp,
}

impl Came {
    /// Where the delivery stands, and how long until the next attempt.
    pub(crate) fn state(&self, attempts: u32, jitter: f64) -> (DeliveryState, Duration) {
        match (self.then, Schedule::STANDARD.next_attempt(attempts, jitter)) {
            (Then::Delivered, _) => (DeliveryState::Delivered, Duration::ZERO),
            (Then::Again, Some(wait)) => (DeliveryState::Pending, wait),
            (Then::Again, None) | (Then::GivenUp, _) => (DeliveryState::Exhausted, Duration::ZERO),
        }
    }
}

impl Post {
    pub(crate) async fn attempt(&self, delivery: &Delivery, at: Time) -> Came {
        let begun = Instant::now();
        let came = |then, answer: &str, code: Option<Code>, excerpt: String| {
            let latency_ms = i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX);
            let status = code.map(|code| i64::from(u16::from(code)));
            // PostgreSQL's text can't hold a NUL.
            let excerpt = excerpt.replace('\0', "\u{FFFD}");
            Came { attempt: Attempt { at, latency_ms, answer: answer.to_owned(), status, excerpt }, then }
        };
        let server = match self {
            Post::Mailbox => return came(Then::Delivered, "kept", None, "kept for the mailbox".to_owned()),
            Post::Nowhere => {
                let why = "no mail server is set (mail.server); the mail is kept";
                return came(Then::GivenUp, "kept", None, why.to_owned());
            }
            Post::Smtp(server) => server,
        };
        let message = match message(delivery) {
            Ok(message) => message,
            Err(why) => return came(Then::GivenUp, "unsendable", None, why),
        };
        match tokio::time::timeout(server.patience, server.transport.send(message)).await {
            Ok(Ok(response)) => {
                let said = response.message().collect::<Vec<_>>().join(" ");
                came(Then::Delivered, "accepted", Some(response.code()), said)
            }
            Ok(Err(error)) => {
                let (then, answer) = judged(&error);
                came(then, answer, error.status(), in_words(&error))
            }
            Err(_) => came(Then::Again, "unknown", None, "no answer in time".to_owned()),
        }
    }
}

/// What a server that didn't take a mail means.
fn judged(error: &lettre::transport::smtp::Error) -> (Then, &'static str) {
    // Who we are and what we may: 530 to 538 (RFC 4954).
    let ourselves = error.status().is_some_and(|code| (530..=538).contains(&u16::from(code)));
    if error.is_permanent() && ourselves {
        (Then::Again, "refused")
    } else if error.is_permanent() {
        (Then::GivenUp, "rejected")
    } else if error.is_transient() {
        (Then::Again, "deferred")
    } else {
        (Then::Again, "unknown")
    }
}

/// The error and what is behind it. The server's words are in it, and never a password.
fn in_words(error: &lettre::transport::smtp::Error) -> String {
    let mut words = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        let inner_words = inner.to_string();
        if !words.contains(&inner_words) {
            words = format!("{words}: {inner_words}");
        }
        cause = inner.source();
    }
    words
}
