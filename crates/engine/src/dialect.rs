//! What the engine needs of a dialect to tell its listeners: words and a signature. Everything else about a dialect
//! is its own affair.

use domain::actor::Actor;
use domain::contact::Contact;
use domain::event::Event;
use domain::fulfillment::Fulfillment;
use domain::listener::Listener;
use domain::location::{Location, Service};
use domain::order::Order;
use domain::snapshot::Shop;
use domain::time::Time;

use crate::retry::Schedule;

/// Somebody who can put events into the words of a published API. Implemented once by every dialect crate.
pub trait Dialect: Send + Sync {
    /// The name by which listeners, keys and deliveries know it.
    fn name(&self) -> &'static str;

    /// What a listener is to be told of an event: nothing, or one message for every fact that concerns it.
    fn announce(&self, told: &Told<'_>) -> Vec<Message>;

    /// What a fulfillment service is to be called with because of an event.
    fn call_service(&self, called: &Called<'_>) -> Vec<Message>;

    /// Headers that are made anew for every attempt, among them the signature of `body` with the program's secret.
    fn sign(&self, secret: &str, body: &str, now: Time) -> Vec<(String, String)>;

    /// How often and when a message is sent again.
    fn schedule(&self) -> Schedule;
}

/// An event and everything that telling it may need, as it was when it happened.
pub struct Told<'a> {
    /// The shop.
    pub shop: &'a Shop,
    /// What happened.
    pub event: &'a Event,
    /// The order that it happened to, as it was afterwards.
    pub order: Option<&'a Order>,
    /// The fulfillments that changed with it, as they were afterwards.
    pub fulfillments: &'a [Fulfillment],
    /// The contacts that changed with it, as they were afterwards, and the one whose the order is.
    pub contacts: &'a [Contact],
    /// Every location.
    pub locations: &'a [Location],
    /// Every service.
    pub services: &'a [Service],
    /// Who is told.
    pub listener: &'a Listener,
    /// Who is told, as an actor: it is told only what it may see.
    pub actor: &'a Actor,
}

/// An event because of which a fulfillment service is called.
pub struct Called<'a> {
    /// The shop.
    pub shop: &'a Shop,
    /// What happened.
    pub event: &'a Event,
    /// The service.
    pub service: &'a Service,
}

/// A message: what to send, without the signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Which fact of the event it tells, from 0; the same fact is told to a listener once.
    pub part: usize,
    /// What it is about, in the dialect's word.
    pub topic: String,
    /// Where it goes.
    pub url: String,
    /// Headers that stay the same for every attempt.
    pub headers: Vec<(String, String)>,
    /// The body, to the byte.
    pub body: String,
}
