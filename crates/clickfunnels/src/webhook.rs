//! Messages to endpoints: what is told, in which envelope, and how it is signed.
//!
//! An event of the domain becomes as many messages as [`topic::told`] lists for its facts; a message's place in that list
//! is its part, so that an endpoint hears each of them once, whatever else it asked for. The subject is rendered by
//! the same functions as the answers to requests, from what was kept when it happened.
//!
//! A message that isn't taken is sent again eight times, as the original does it; it then stays visible, and a person can
//! have it sent again.

use std::time::Duration;

use axum::Router;
use axum::routing::get;
use domain::listener::Listener;
use domain::snapshot::Shop;
use domain::time::{SECOND, Time};
use engine::dialect::{Called, Dialect, Message, Needs, Secrets, Told};
use engine::retry::Schedule;
use engine::seal::hex;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::call::Server;
use crate::words;
use endpoint::Settings;
use subject::Shown;

mod endpoint;
mod log;
mod subject;
mod topic;

#[cfg(test)]
mod tests;

/// The waits between attempts.
const WAITS: &[Duration] = &[
    Duration::from_secs(1),
    Duration::from_secs(15),
    Duration::from_secs(60),
    Duration::from_secs(5 * 60),
    Duration::from_secs(15 * 60),
    Duration::from_secs(60 * 60),
    Duration::from_secs(12 * 60 * 60),
    Duration::from_secs(24 * 60 * 60),
];

/// Endpoints, event types, and what was told.
pub(crate) fn routes() -> Router<Server> {
    Router::new()
        .route("/workspaces/{workspace}/webhooks/outgoing/endpoints", endpoint::collection())
        .route("/webhooks/outgoing/endpoints/{id}", endpoint::member())
        .route("/webhooks/outgoing/event_types", get(log::event_types))
        .route("/workspaces/{workspace}/webhooks/outgoing/events", get(log::list))
        .route("/webhooks/outgoing/events/{id}", get(log::fetch))
}

/// This dialect as the workers know it.
pub(crate) struct Webhooks;

impl Dialect for Webhooks {
    fn name(&self) -> &'static str {
        crate::NAME
    }

    fn announce(&self, told: &Told<'_>) -> Vec<Message> {
        let wanted = Settings::of(told.listener).event_types;
        let all = topic::told(told.event, told.order).into_iter().enumerate();
        all.filter(|(_, (event_type, _))| wanted.iter().any(|wanted| wanted == event_type))
            .filter_map(|(part, (event_type, subject))| {
                Some(message(told, part, event_type, &subject::shown(told, subject)?))
            })
            .collect()
    }

    fn needs(&self) -> Needs {
        Needs::Surroundings
    }

    /// Services are called in the dialect that they were registered in; this one registers none.
    fn call_service(&self, _called: &Called<'_>) -> Vec<Message> {
        Vec::new()
    }

    fn sign(&self, secrets: Secrets<'_>, body: &str, now: Time) -> Vec<(String, String)> {
        let timestamp = now.0.div_euclid(SECOND);
        // A key of any length makes an HMAC; the error is only there for other kinds of them.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secrets.current.as_bytes()) else {
            return Vec::new();
        };
        mac.update(format!("{timestamp}.").as_bytes());
        mac.update(body.as_bytes());
        vec![
            header("X-Webhook-ClickFunnels-Timestamp", &timestamp.to_string()),
            header("X-Webhook-ClickFunnels-Signature", &hex(&mac.finalize().into_bytes())),
        ]
    }

    fn accepts(&self, status: u16) -> bool {
        matches!(status, 200..=207 | 226)
    }

    fn schedule(&self, _shop: &Shop, _listener: Option<&Listener>) -> Schedule {
        Schedule::Fixed(WAITS)
    }
}

fn message(told: &Told<'_>, part: usize, event_type: &str, shown: &Shown) -> Message {
    let event = told.event;
    // Two installations may give the same id to different events, and still tell the same receiver.
    let event_id = digest(&format!("{}/{}/{}/{part}", told.shop.domain, event.id, event.at.0));
    let body = json!({
        "data": shown.data,
        "event_id": event_id,
        "event_type": event_type,
        "subject_id": shown.id,
        "subject_type": shown.class,
        "created_at": words::time(event.at),
        "page": null,
        "page_id": null,
        "funnel": null,
        "funnel_id": null,
        "api_version": endpoint::API_VERSION,
        "workspace_id": told.shop.id.0,
    });
    Message {
        part,
        topic: event_type.to_owned(),
        url: told.listener.url.clone(),
        headers: vec![header("Content-Type", "application/json")],
        body: body.to_string(),
    }
}

fn header(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

/// 32 hexadecimal digits, the same ones for the same text.
fn digest(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes())[..16])
}
