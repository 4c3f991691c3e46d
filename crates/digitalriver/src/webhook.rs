//! Webhooks: addresses that are told what happens, and how messages to them are signed.
//!
//! What is told of an event, and what events are listed for those who ask later, is one table, [`topic`]: both are made
//! from what was kept when the event happened, so they say the same to the byte. Every part of an event is an event of
//! this API, with an id of its own that follows from both.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::id::EventId;
use domain::listener::Listener;
use domain::record::{Record, RecordKind};
use domain::snapshot::Shop;
use domain::time::{SECOND, Time};
use engine::dialect::{Beside, Called, Dialect, Entry, Happened, Message, Needs, Secrets, Told};
use engine::retry::Schedule;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Map, Value, json};
use sha2::Sha256;

use crate::call::{Mode, Server};
use crate::{checkout, id, shell, words};
use settings::Settings;
pub(crate) use settings::{fits, is_name};

mod before;
mod endpoint;
mod settings;
pub(crate) mod subject;
pub(crate) mod topic;

#[cfg(test)]
mod tests;

/// How long a receiver may take.
const PATIENCE: Duration = Duration::from_millis(3_000);
/// After how long without taking a message an address is switched off.
const DEAF_FOR: Duration = Duration::from_secs(3 * 24 * 60 * 60);
/// The waits before a message is sent again that is only about tests.
const TEST_WAITS: &[Duration] =
    &[Duration::from_secs(30), Duration::from_secs(30 * 60), Duration::from_secs(3 * 60 * 60)];

/// Bits of an event's id here that say which part of what happened at once it is.
const PART_BITS: u32 = 12;
/// How many parts of what happened at once are told at the most: more than an order has lines.
const PARTS_MAX: usize = 1 << PART_BITS;

/// Webhooks.
pub(crate) fn routes() -> Router<Server> {
    Router::new()
        .route("/webhooks", get(endpoint::list).post(endpoint::create))
        .route("/webhooks/{id}", get(endpoint::fetch).patch(endpoint::update).delete(endpoint::remove))
}

/// The name of a part of what happened at once.
pub(crate) fn event_name(event: EventId, part: i64) -> String {
    id::shown(id::EVENT, (event.0 << PART_BITS) | part)
}

/// The event and its part that a name means.
pub(crate) fn event_named(name: &str) -> Option<(EventId, i64)> {
    let both = id::parse(id::EVENT, name)?;
    Some((EventId(both >> PART_BITS), both & (PARTS_MAX as i64 - 1)))
}

/// This dialect as the workers know it.
pub(crate) struct Webhooks {
    /// The address by which the server is reached.
    pub(crate) url: Arc<str>,
}

impl Dialect for Webhooks {
    fn name(&self) -> &'static str {
        crate::NAME
    }

    fn announce(&self, told: &Told<'_>) -> Vec<Message> {
        let settings = Settings::of(told.listener);
        let wanted = |topic: &str| settings.wants(topic) && told.actor.may_any(topic::needs(topic));
        let test = settings.mode == Mode::Test;
        parts(&told.happened, &self.url, wanted)
            .into_iter()
            .filter(|part| part.test.is_none_or(|about| about == test))
            .map(|part| Message {
                part: part.number,
                topic: part.topic.to_owned(),
                url: told.listener.url.clone(),
                headers: vec![header("Content-Type", "application/json")],
                body: with_mode(part.body, settings.mode).to_string(),
            })
            .collect()
    }

    fn needs(&self) -> Needs {
        Needs::Surroundings
    }

    fn beside(&self, record: &Record) -> Beside {
        match record.kind {
            RecordKind::Checkout => checkout::beside(record),
            _ => Beside::default(),
        }
    }

    fn record(&self, happened: &Happened<'_>) -> Vec<Entry> {
        let entry = |part: Part| Entry {
            part: part.number,
            topic: part.topic.to_owned(),
            test: part.test,
            body: Value::Object(part.body).to_string(),
        };
        parts(happened, &self.url, |_| true).into_iter().map(entry).collect()
    }

    /// Services are called in the dialect that they were registered in; this one registers none.
    fn call_service(&self, _called: &Called<'_>) -> Vec<Message> {
        Vec::new()
    }

    /// One header: the time in seconds, and the signatures of it and the body. While an old secret still signs, its
    /// signature comes first: known receivers look at the first one only, and have the old one until they are changed.
    fn sign(&self, secrets: Secrets<'_>, body: &str, now: Time) -> Vec<(String, String)> {
        let timestamp = now.0.div_euclid(SECOND).to_string();
        let mut value = timestamp.clone();
        for secret in secrets.previous.into_iter().chain([secrets.current]) {
            // A key of any length makes an HMAC; the error is only there for other kinds of them.
            let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return Vec::new() };
            mac.update(timestamp.as_bytes());
            mac.update(b".");
            mac.update(body.as_bytes());
            value.push_str(", ");
            value.push_str(&STANDARD.encode(mac.finalize().into_bytes()));
        }
        vec![header("DigitalRiver-Signature", &value)]
    }

    fn schedule(&self, _shop: &Shop, listener: Option<&Listener>) -> Schedule {
        match listener.map(|listener| Settings::of(listener).mode) {
            Some(Mode::Test) => Schedule::Fixed(TEST_WAITS),
            Some(Mode::Live) | None => Schedule::STANDARD,
        }
    }

    fn patience(&self) -> Option<Duration> {
        Some(PATIENCE)
    }

    fn switches_off_after(&self) -> Option<Duration> {
        Some(DEAF_FOR)
    }
}

/// A part of what happened, as it is told.
struct Part {
    number: usize,
    topic: &'static str,
    test: Option<bool>,
    body: Map<String, Value>,
}

/// What is told of an event under the types that are wanted. What is gone by the time is left out. Neither changes the
/// numbers of the rest.
fn parts(happened: &Happened<'_>, url: &str, wanted: impl Fn(&str) -> bool) -> Vec<Part> {
    let told = topic::told(happened).into_iter().enumerate().take(PARTS_MAX);
    told.filter(|(_, (topic, _))| wanted(topic))
        .filter_map(|(number, (topic, subject))| {
            let shown = subject::shown(happened, subject, url)?;
            let event = happened.event;
            let mut body = Map::new();
            let mut put = |name: &str, value: Value| body.insert(name.to_owned(), value);
            put("id", event_name(event.id, number as i64).into());
            put("type", topic.into());
            let mut data = json!({ "object": shown.object });
            if topic.ends_with(".updated")
                && let Some(previous) = subject::previous(happened, subject, &shown.object, url)
            {
                data["previousAttributes"] = previous;
            }
            put("data", data);
            if let Some(test) = shown.test {
                put("liveMode", (!test).into());
            }
            put("createdTime", words::exact_time(event.at));
            put("digitalriverVersion", shell::VERSION.into());
            Some(Part { number, topic, test: shown.test, body })
        })
        .collect()
}

/// An event as somebody sees it: what is neither of the test mode nor of the live one is of the mode of whoever looks.
pub(crate) fn with_mode(mut body: Map<String, Value>, mode: Mode) -> Value {
    body.entry("liveMode").or_insert_with(|| mode.is_live().into());
    body.into()
}

fn header(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}
