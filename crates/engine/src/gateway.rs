//! Gateways: who moves money. Orders name one by the name under which the shop set it up; the port here is what the
//! collector (`workers/collect.rs`) knows of it.
//!
//! A gateway is asked for a *movement* with the transaction's id as the key, and asked again with the same key until it
//! is known what became of it: asking for a movement and asking what became of it are one question, since whoever asks
//! can't know whether somebody asked before and was killed before the answer was written down. **The gateway makes a
//! movement once, however often it is asked**; every adapter must see to that.
//!
//! There are four answers. Succeeded and declined are final; pending means that the gateway took it up and will tell
//! later; unknown means that nobody knows what it did, and is never read as a no.
//!
//! Adapters know no shop and keep nothing: what one needs of how it was set up is in every question. [`Sandbox`] plays a
//! gateway for tests and sandboxes, [`Stripe`] is a real one.

mod sandbox;
mod set_up;
mod stripe;

use domain::billing::Instrument;
use domain::command::billing::DisputeNews;
use domain::id::{OrderId, TransactionId};
use domain::money::{Currency, Minor};
use domain::time::Time;
use futures::future::BoxFuture;

pub use sandbox::Sandbox;
pub use set_up::SetUp;
pub use stripe::{Heard, Stripe};

/// Somebody who moves money.
pub trait Gateway: Send + Sync {
    /// Which one it is, as shops choose it when they set it up.
    fn kind(&self) -> &'static str;

    /// Asks for a movement, or what became of it if it was asked for before: the key says.
    fn ask<'a>(&'a self, account: &'a Account, request: &'a Request) -> BoxFuture<'a, Answer>;

    /// Whether it can be reached and takes what it was set up with; what it says to that, for people.
    fn check<'a>(&'a self, account: &'a Account) -> BoxFuture<'a, Result<String, String>>;
}

/// What a shop told of itself when it set a gateway up.
#[derive(Clone, Default)]
pub struct Account {
    /// Settings, an object in the gateway's own form.
    pub settings: serde_json::Value,
    /// What is secret of it, an object in the gateway's own form. Never logged.
    pub secret: serde_json::Value,
}

/// One movement of money that is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The transaction's id: the key by which the gateway makes the movement once.
    pub key: TransactionId,
    /// The order that it is for.
    pub order: OrderId,
    /// What is asked for.
    pub movement: Movement,
    /// How much, in minor units, positive.
    pub amount: Minor,
    /// Of which currency.
    pub currency: Currency,
    /// When it was decided upon.
    pub since: Time,
    /// How often it was asked for before, as far as anybody wrote down; at least once if somebody may have asked who was
    /// killed before that.
    pub times: i64,
    /// The gateway's name for it, if it told one.
    pub known_as: Option<String>,
    /// The time.
    pub now: Time,
}

/// What a gateway is asked for. `of` is its name for the movement that this one follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Movement {
    /// Money is taken from an instrument, whose owner is not there.
    Charge {
        /// From what.
        instrument: Instrument,
        /// How many charges for the same invoice were declined before.
        declined: i64,
    },
    /// Money of an instrument is set aside.
    Authorize {
        /// From what.
        instrument: Instrument,
    },
    /// Money that was set aside is taken.
    Capture {
        /// The authorization.
        of: String,
        /// What becomes of the rest of it.
        rest: Rest,
    },
    /// Money that was set aside is let go.
    Release {
        /// The authorization.
        of: String,
        /// What becomes of the rest of it.
        rest: Rest,
    },
    /// Money that was taken goes back.
    Refund {
        /// The charge or capture.
        of: String,
    },
}

/// What becomes of money that was set aside, beside what is taken or let go now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rest {
    /// There is none: all of it is taken or let go at once.
    None,
    /// It was taken or let go before.
    Gone,
    /// Some of it is still set aside, or it isn't known what became of it.
    Stays,
}

/// What a gateway answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// What became of the movement.
    pub outcome: Outcome,
    /// The gateway's name for it.
    pub known_as: Option<String>,
    /// What the gateway is known to tell later, and when. Only one that plays knows.
    pub later: Vec<(Time, News)>,
}

/// What became of a movement of money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It happened.
    Succeeded,
    /// It will not happen; why, in the gateway's code.
    Declined(String),
    /// The gateway took it up, and will tell later.
    Pending,
    /// Nobody knows; why, for people.
    Unknown(String),
}

/// What a gateway tells without being asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// There is something new of a movement: it should be asked.
    Ask,
    /// The buyer disputes a payment, or a dispute ended.
    Dispute(DisputeNews),
}

impl News {
    const ALL: [News; 4] = [
        News::Ask,
        News::Dispute(DisputeNews::Opened),
        News::Dispute(DisputeNews::Won),
        News::Dispute(DisputeNews::Lost),
    ];

    /// The name, as stored.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            News::Ask => "ask",
            News::Dispute(DisputeNews::Opened) => "dispute_opened",
            News::Dispute(DisputeNews::Won) => "dispute_won",
            News::Dispute(DisputeNews::Lost) => "dispute_lost",
        }
    }

    pub(crate) fn parse(name: &str) -> Option<News> {
        News::ALL.into_iter().find(|news| news.as_str() == name)
    }
}

impl Answer {
    /// An answer of which the gateway has no more to say.
    pub fn new(outcome: Outcome, known_as: Option<String>) -> Self {
        Self { outcome, known_as, later: Vec::new() }
    }

    /// Nobody knows what became of it.
    pub fn unknown(why: impl Into<String>) -> Self {
        Self::new(Outcome::Unknown(why.into()), None)
    }

    /// It will not happen.
    pub fn declined(code: impl Into<String>) -> Self {
        Self::new(Outcome::Declined(code.into()), None)
    }
}
