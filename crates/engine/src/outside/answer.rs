//! What became of a call, in types: see the module above for why unknown is not failure.

use std::error::Error;

use bytes::Bytes;

use super::dns::RefusedAddress;
use super::url::UrlRefusal;

/// What became of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// A status of 2xx.
    Accepted(Reply),
    /// A 202 of a receiver that answers later.
    Pending(Reply),
    /// Any other final status, redirects included.
    Rejected(Reply),
    /// The request may have arrived and had its effect, or not.
    Unknown {
        /// How the answer was lost.
        lost: Lost,
        /// From the first step until it was given up, in milliseconds.
        latency_ms: u64,
    },
    /// No byte of the request has left: it certainly had no effect.
    NeverSent {
        /// What stood in the way.
        obstacle: Obstacle,
        /// From the first step until it was given up, in milliseconds.
        latency_ms: u64,
    },
}

/// A final status, and what is kept of the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The body, or its beginning.
    pub body: Bytes,
    /// Whether that is all of it.
    pub body_end: BodyEnd,
    /// From the first step to the last byte that was read, in milliseconds.
    pub latency_ms: u64,
}

/// How the reading of a body ended. The status stands in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyEnd {
    /// It was read to its end.
    Complete,
    /// It was longer than the policy keeps.
    Cut,
    /// The connection broke or the time was up.
    Lost,
}

/// How an answer was lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lost {
    /// None came in time.
    TimedOut,
    /// The connection broke, or what came was not HTTP; the cause in words.
    Broken(String),
}

/// Why a call was never sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Obstacle {
    /// The policy refuses the URL.
    Url(UrlRefusal),
    /// The policy refuses an address that the name leads to.
    Address(RefusedAddress),
    /// A header that HTTP cannot carry; the cause in words.
    Request(String),
    /// The name could not be resolved; the cause in words.
    Name(String),
    /// No connection was made in time, or its certificate was not believed; the cause in words.
    Connection(String),
}

/// What it means that no status came: what is certain to have happened before the request left is told apart, and all
/// else is unknown.
pub(super) fn unanswered(error: &reqwest::Error, latency_ms: u64) -> Answer {
    let refused = causes(error).find_map(|cause| cause.downcast_ref::<RefusedAddress>());
    let obstacle = if let Some(refused) = refused {
        Obstacle::Address(refused.clone())
    } else if error.is_builder() {
        Obstacle::Request(in_words(error))
    } else if error.is_dns() {
        Obstacle::Name(in_words(error))
    } else if error.is_connect() {
        Obstacle::Connection(in_words(error))
    } else {
        let lost = if error.is_timeout() { Lost::TimedOut } else { Lost::Broken(in_words(error)) };
        return Answer::Unknown { lost, latency_ms };
    };
    Answer::NeverSent { obstacle, latency_ms }
}

/// The causes of an error, the nearest first; without the error itself, whose words repeat the URL and its secrets.
fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    std::iter::successors(error.source(), |&cause| cause.source())
}

/// The innermost cause, which is the one that a person can act upon (`Connection refused`).
fn in_words(error: &reqwest::Error) -> String {
    causes(error).last().map_or_else(|| String::from("no cause given"), ToString::to_string)
}
