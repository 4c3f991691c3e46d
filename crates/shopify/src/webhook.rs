//! Messages to listeners: topics, payloads, headers, signature.
//!
//! A fact of an event is told under the topics that [`topic`] lists for its kind. The payload is made once, when the
//! event is dispatched, from what was kept when it happened: `work` has the small payloads of fulfillment orders and
//! holds, which carry global ids; the others, which carry numbers, are the objects of [`crate::rest`].
//! [`metafields`] adds what the listener asked for of what programs keep, [`versions`] makes of it what the listener's
//! version has, [`select`] narrows it to what it wants to hear, and [`xml`] writes it, unless it is JSON.
//!
//! A listener has one topic, so a fact is told to it once at the most, and the fact's place in its event is the
//! message's part. The original gives up after eight more attempts and removes the subscription. Here a delivery is
//! tried for three days, then waits for a person, and the next event starts anew, unless the shop wants it the
//! original's way.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::event::{Fact, FactKind};
use domain::fulfillment::Fulfillment;
use domain::listener::Listener;
use domain::location::Inquiry;
use domain::snapshot::{Shop, WhenUnheard};
use domain::time::Time;
use engine::dialect::{Asked, Called, Dialect, Learned, Message, Question, Secrets, Told};
use engine::retry::Schedule;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::rest::{Around, form, fulfillment, order, refund};
use crate::subscription::{Format, Settings};
use topic::{Group, Topic};

mod article;
mod customer;
mod edit;
mod metafields;
mod place;
pub(crate) mod select;
pub(crate) mod topic;
mod versions;
mod work;
mod xml;

#[cfg(test)]
mod tests;

/// As the original does it: after the first attempt eight more within four hours, each after twice the wait.
const BRIEF: Schedule = Schedule::Exponential {
    first: Duration::from_secs(51),
    cap: Duration::from_secs(2 * 60 * 60),
    attempts: 9,
};

/// This dialect as the workers know it.
pub(crate) struct Webhooks;

impl Dialect for Webhooks {
    fn name(&self) -> &'static str {
        crate::NAME
    }

    fn announce(&self, told: &Told<'_>) -> Vec<Message> {
        let Some(topic) = Topic::parse(&told.listener.topic) else { return Vec::new() };
        let facts = told.event.facts.iter().enumerate();
        facts
            .filter(|(_, fact)| topic.is_about(fact.kind()) && hears(told, topic.group, fact))
            .filter_map(|(part, fact)| message(told, &topic, part, fact))
            .collect()
    }

    /// A ping without contents; the service then asks what is assigned to it. Several requests at once are one ping.
    fn call_service(&self, called: &Called<'_>) -> Vec<Message> {
        let Some(callback) = &called.service.callback_url else { return Vec::new() };
        let url = format!("{}/fulfillment_order_notification", callback.trim_end_matches('/'));
        let own = |fact: &Fact| fact.work().is_some_and(|work| work.service == Some(called.service.id));
        let place = |is: fn(&Fact) -> bool| called.event.facts.iter().position(|fact| is(fact) && own(fact));
        let kinds = [
            ("FULFILLMENT_REQUEST", place(|fact| matches!(fact, Fact::RequestSubmitted { .. }))),
            ("CANCELLATION_REQUEST", place(|fact| matches!(fact, Fact::CancellationRequested { .. }))),
        ];
        let message = |(kind, part): (&str, Option<usize>)| {
            Some(Message {
                part: part?,
                topic: "fulfillment_order_notification".to_owned(),
                url: url.clone(),
                headers: vec![
                    header("Content-Type", "application/json"),
                    header("X-Shopify-Shop-Domain", &called.shop.domain),
                ],
                body: json!({ "kind": kind }).to_string(),
            })
        };
        kinds.into_iter().filter_map(message).collect()
    }

    fn inquire(&self, asked: &Asked<'_>) -> Option<Question> {
        crate::service::question(asked)
    }

    fn understand(&self, inquiry: Inquiry, body: &[u8]) -> Option<Learned> {
        crate::service::understood(inquiry, body)
    }

    fn sign(&self, secrets: Secrets<'_>, body: &str, _now: Time) -> Vec<(String, String)> {
        // A key of any length makes an HMAC; the error is only there for other kinds of them.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secrets.current.as_bytes()) else {
            return Vec::new();
        };
        mac.update(body.as_bytes());
        vec![header("X-Shopify-Hmac-Sha256", &STANDARD.encode(mac.finalize().into_bytes()))]
    }

    fn schedule(&self, shop: &Shop, _listener: Option<&Listener>) -> Schedule {
        match shop.when_unheard {
            WhenUnheard::Keep => Schedule::STANDARD,
            WhenUnheard::Remove => BRIEF,
        }
    }
}

/// Whether whoever is told may hear of that fact: work as it may see work, the rest by its permissions.
fn hears(told: &Told<'_>, group: Group, fact: &Fact) -> bool {
    let sees = |service| domain::actor::visible(told.actor, service);
    match group {
        Group::FulfillmentOrders | Group::FulfillmentHolds => {
            fact.work().is_some_and(|work| sees(work.service))
        }
        Group::Fulfillments | Group::FulfillmentEvents => {
            told.actor.may(domain::actor::Permission::ReadFulfillments)
                || fulfillment_of(told, fact).is_some_and(|fulfillment| sees(fulfillment.service))
        }
        Group::Orders
        | Group::Refunds
        | Group::Customers
        | Group::Locations
        | Group::InventoryItems
        | Group::InventoryLevels
        | Group::Products => told.actor.may_any(group.permissions()),
    }
}

/// What is told of a fact; `None` if what it is about wasn't kept.
fn payload(told: &Told<'_>, group: Group, fact: &Fact) -> Option<Value> {
    match group {
        Group::FulfillmentOrders | Group::FulfillmentHolds => work::payload(told, fact),
        Group::Fulfillments => {
            Some(fulfillment::fulfillment(&around(told), told.order?, fulfillment_of(told, fact)?))
        }
        Group::FulfillmentEvents => {
            let fulfillment = fulfillment_of(told, fact)?;
            let event = match fact {
                Fact::DeliveryRecorded { event, .. } => {
                    fulfillment.events.iter().find(|known| known.id == *event)?
                }
                Fact::DeliveryForgotten { event, .. } => event,
                _ => return None,
            };
            Some(fulfillment::event(&around(told), told.event.order, fulfillment.id, event))
        }
        Group::Orders if fact.kind() == FactKind::OrderEdited => edit::payload(told, fact),
        Group::Orders if fact.kind() == FactKind::OrderDeleted => {
            told.event.order.map(|order| json!({ "id": order.0 }))
        }
        Group::Orders => {
            let mut order = order::order(&around(told), told.order?, told.fulfillments);
            for line in order["line_items"].as_array_mut().into_iter().flatten() {
                // There are no selling plans here, so no line was sold under one.
                line["selling_plan_id"] = Value::Null;
            }
            Some(customer::with(told, order))
        }
        Group::Refunds => refunded(told, fact),
        Group::Customers => customer::payload(told, fact),
        Group::Locations => place::location(told, fact),
        Group::InventoryItems => article::item(told, fact),
        Group::InventoryLevels => article::level(told, fact),
        Group::Products => article::product(told, fact),
    }
}

/// The refund that a fact is about, as it stands with the order.
fn refunded(told: &Told<'_>, fact: &Fact) -> Option<Value> {
    let (Fact::RefundCreated { refund: id }, order) = (fact, told.order?) else { return None };
    let made = order.refunds.iter().find(|refund| refund.id == *id)?;
    Some(refund::refund(&around(told), order, made))
}

/// The fulfillment that a fact is about.
fn fulfillment_of<'t>(told: &Told<'t>, fact: &Fact) -> Option<&'t Fulfillment> {
    let id = match fact {
        Fact::FulfillmentCreated { fulfillment }
        | Fact::FulfillmentUpdated { fulfillment, .. }
        | Fact::FulfillmentCancelled { fulfillment }
        | Fact::DeliveryRecorded { fulfillment, .. }
        | Fact::DeliveryForgotten { fulfillment, .. } => *fulfillment,
        _ => return None,
    };
    told.fulfillments.iter().find(|fulfillment| fulfillment.id == id)
}

fn around<'t>(told: &Told<'t>) -> Around<'t> {
    Around { shop: told.shop, services: told.services }
}

/// A message about a fact, unless the listener's filter keeps it away.
fn message(told: &Told<'_>, topic: &Topic<'_>, part: usize, fact: &Fact) -> Option<Message> {
    let (listener, event) = (told.listener, told.event);
    let settings = Settings::of(listener);
    let payload = payload(told, topic.group, fact)?;
    let payload = metafields::with(told, &settings, topic.group, fact, payload);
    let payload = versions::as_of(settings.version(), topic.group, payload);
    if !select::wanted(&listener.only, &payload, told.shop, event.at) {
        return None;
    }
    let told_of = select::included(&settings.include_fields, &payload);
    let body = match settings.format {
        Format::Json => told_of.to_string(),
        Format::Xml => xml::document(&xml::root(topic.group, &payload), &told_of)
            .inspect_err(|error| tracing::error!(%error, "a message can't be written as XML"))
            .ok()?,
    };
    let path = topic.path();
    // Two installations may give the same id to different events, and still tell the same receiver.
    let place = format!("{}/{}/{}", told.shop.domain, event.id, event.at.0);
    let mut headers = vec![
        header("Content-Type", settings.format.content_type()),
        header("X-Shopify-Topic", &path),
        header("X-Shopify-Shop-Domain", &told.shop.domain),
        header("X-Shopify-API-Version", settings.version()),
        header("X-Shopify-Webhook-Id", &uuid(&format!("{place}/{part}/{}", listener.id))),
        header("X-Shopify-Triggered-At", &form::micros(event.at)),
        header("X-Shopify-Event-Id", &uuid(&place)),
    ];
    headers.extend(listener.name.as_ref().map(|name| header("X-Shopify-Name", name)));
    Some(Message { part, topic: path, url: listener.url.clone(), headers, body })
}

fn header(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

/// The same UUID for the same text, version 8.
fn uuid(text: &str) -> String {
    let hash = engine::seal::hex(&Sha256::digest(text.as_bytes()));
    format!("{}-{}-8{}-8{}-{}", &hash[..8], &hash[8..12], &hash[13..16], &hash[17..20], &hash[20..32])
}
