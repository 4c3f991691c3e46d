//! The only way that this program calls the outside world: webhooks, and callbacks of fulfillment services.
//!
//! Addresses to call are typed in by people whom the operator need not know, so a call is an attack until the [`Policy`]
//! has cleared it. In this order:
//!
//! 1. `outside/url.rs` reads the URL: scheme, user info, port, literal addresses, local names.
//! 2. `outside/dns.rs` resolves the name and judges *every* address (`outside/address.rs`), and the connection is made to
//!    exactly those: a name cannot answer differently in between.
//! 3. One request is sent, over HTTP/1.1: no redirect is followed, no proxy of the environment is used, nothing is tried
//!    twice (`retry.rs` decides that), and not more than a bounded part of the answer is kept.
//!
//! **An outside call has four answers**: accepted, rejected, pending and *unknown*; or it was never sent. Unknown means
//! that the request may have had its effect: it must not be read as failure, and whoever repeats it needs a key by which
//! the other side can tell. Never sent means that it certainly had none.

pub mod address;
mod answer;
pub mod dns;
mod tls;
pub mod url;

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
pub use reqwest::Method;
use reqwest::dns::Resolve;
use reqwest::{Client, Response, redirect, retry};

use address::AllowPrivate;
pub use answer::{Answer, BodyEnd, Lost, Obstacle, Reply};
use dns::{Guarded, System};
use url::{AllowHttp, UrlRefusal};

/// Shorter than the five seconds after which common servers hang up: a request on a connection that is being closed
/// from the other end would have an unknown answer.
const IDLE: Duration = Duration::from_secs(4);

/// What may be called, and how long and how much is waited for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Which addresses besides public ones may be called. Default: none.
    pub allow_private: AllowPrivate,
    /// Where unencrypted `http` is accepted. Default: nowhere.
    pub allow_http: AllowHttp,
    /// For name, connection and TLS together. Default: 1 s.
    pub connect_timeout: Duration,
    /// From the first step to the last byte of the answer that is read; should exceed `connect_timeout`. Default: 5 s.
    pub total_timeout: Duration,
    /// So many bytes of the answer's body are kept, the rest is dropped unread. Default: 64 KiB.
    pub max_response_bytes: usize,
}

impl Default for Policy {
    fn default() -> Self {
        Policy {
            allow_private: AllowPrivate::None,
            allow_http: AllowHttp::Never,
            connect_timeout: Duration::from_secs(1),
            total_timeout: Duration::from_secs(5),
            max_response_bytes: 64 * 1024,
        }
    }
}

impl Policy {
    /// Whether that URL is accepted, as far as it can be told without looking up its name.
    ///
    /// # Errors
    /// Why it is not.
    pub fn check_url(&self, url: &str) -> Result<(), UrlRefusal> {
        url::check(self, url).map(drop)
    }
}

/// A request to somebody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The method.
    pub method: Method,
    /// An absolute `https` (or, where allowed, `http`) address.
    pub url: String,
    /// Names and values; a name may occur more than once.
    pub headers: Vec<(String, String)>,
    /// The body, sent as it is.
    pub body: Bytes,
    /// What the receiver means by a 202.
    pub on_202: On202,
}

/// What a 202 (“Accepted”) means depends on who says it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum On202 {
    /// Thank you: as good as a 200. What receivers of webhooks mean.
    #[default]
    Accepted,
    /// Taken, but not decided: the outcome comes later, some other way.
    Pending,
}

/// The caller. Cheap to clone; clones share connections and the resolver's cache.
#[derive(Debug, Clone)]
pub struct Outside {
    policy: Policy,
    client: Client,
}

/// Why calls cannot be made at all.
#[derive(Debug)]
pub enum SetupError {
    /// The system's name servers could not be read.
    Resolver(Box<dyn Error + Send + Sync>),
    /// TLS could not be set up.
    Tls(rustls::Error),
    /// The HTTP client could not be set up.
    Client(reqwest::Error),
}

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SetupError::Resolver(error) => write!(f, "no name resolution for outside calls: {error}"),
            SetupError::Tls(error) => write!(f, "no TLS for outside calls: {error}"),
            SetupError::Client(error) => write!(f, "no client for outside calls: {error}"),
        }
    }
}

impl Error for SetupError {}

impl Outside {
    /// Reads the system's name servers, hosts file and certificates, once.
    pub fn new(policy: Policy) -> Result<Outside, SetupError> {
        let system =
            System::new(policy.connect_timeout).map_err(|error| SetupError::Resolver(error.into()))?;
        Outside::with_resolver(policy, Arc::new(system))
    }

    fn with_resolver(policy: Policy, inner: Arc<dyn Resolve>) -> Result<Outside, SetupError> {
        let client = Client::builder()
            .tls_backend_preconfigured(tls::config().map_err(SetupError::Tls)?)
            .dns_resolver(Arc::new(Guarded { inner, allow: policy.allow_private }))
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .no_proxy()
            .http1_only()
            .referer(false)
            .user_agent(concat!("Consign/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(policy.connect_timeout)
            .pool_max_idle_per_host(2)
            .pool_idle_timeout(IDLE)
            .build()
            .map_err(SetupError::Client)?;
        Ok(Outside { policy, client })
    }

    /// Whether the policy accepts that URL, as far as it can be told without looking up its name.
    pub fn check_url(&self, url: &str) -> Result<(), UrlRefusal> {
        self.policy.check_url(url)
    }

    /// The same way out, with other limits: so long a call may take, and so much of its answer is kept.
    pub fn within(&self, total_timeout: Duration, max_response_bytes: usize) -> Outside {
        let policy = Policy { total_timeout, max_response_bytes, ..self.policy.clone() };
        Outside { policy, client: self.client.clone() }
    }

    /// The same way out, where a call may take no longer than that, nor longer than it might anyway.
    pub fn no_longer_than(&self, patience: Duration) -> Outside {
        self.within(patience.min(self.policy.total_timeout), self.policy.max_response_bytes)
    }

    /// Sends one request and waits for its answer, not longer than the policy's `total_timeout`.
    ///
    /// If the future is dropped before it is done, the answer is unknown.
    pub async fn call(&self, call: Call) -> Answer {
        let start = Instant::now();
        let url = match url::check(&self.policy, &call.url) {
            Ok(url) => url,
            Err(refusal) => {
                return Answer::NeverSent { obstacle: Obstacle::Url(refusal), latency_ms: since(start) };
            }
        };
        let mut request = self.client.request(call.method, url).body(call.body);
        request = request.timeout(self.policy.total_timeout);
        for (name, value) in &call.headers {
            request = request.header(name, value);
        }
        match request.send().await {
            Ok(response) => self.read(response, call.on_202, start).await,
            Err(error) => answer::unanswered(&error, since(start)),
        }
    }

    /// The answer that a response is. Its status decides, whatever happens to its body.
    async fn read(&self, mut response: Response, on_202: On202, start: Instant) -> Answer {
        let status = response.status().as_u16();
        let limit = self.policy.max_response_bytes;
        let mut body = BytesMut::new();
        let body_end = loop {
            match response.chunk().await {
                Ok(Some(chunk)) if body.len() + chunk.len() > limit => {
                    body.extend_from_slice(&chunk[..limit - body.len()]);
                    break BodyEnd::Cut;
                }
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Ok(None) => break BodyEnd::Complete,
                Err(_) => break BodyEnd::Lost,
            }
        };
        let reply = Reply { status, body: body.freeze(), body_end, latency_ms: since(start) };
        match (status, on_202) {
            (202, On202::Pending) => Answer::Pending(reply),
            (200..=299, _) => Answer::Accepted(reply),
            _ => Answer::Rejected(reply),
        }
    }
}

fn since(start: Instant) -> u64 {
    u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
