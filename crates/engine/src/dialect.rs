//! What the engine needs of a dialect to tell its listeners: words and a signature. Everything else about a dialect
//! is its own affair.

use std::ops::Deref;
use std::time::Duration;

use domain::access::AccessGrant;
use domain::actor::Actor;
use domain::contact::Contact;
use domain::event::Event;
use domain::fulfillment::Fulfillment;
use domain::id::{AppId, ContactId, RecordId, VariantId};
use domain::listener::Listener;
use domain::location::{Inquiry, Location, Service};
use domain::order::Order;
use domain::price::Price;
use domain::product::{Product, Variant};
use domain::record::Record;
use domain::snapshot::Shop;
use domain::stock::Stock;
use domain::time::Time;

pub use store::Before;

use crate::retry::Schedule;

/// Somebody who can put events into the words of a published API. Implemented once by every dialect crate.
pub trait Dialect: Send + Sync {
    /// The name by which listeners, keys and deliveries know it.
    fn name(&self) -> &'static str;

    /// What a listener is to be told of an event: nothing, or one message for every fact that concerns it.
    fn announce(&self, told: &Told<'_>) -> Vec<Message>;

    /// Whether telling an event needs what is around the things that it is about.
    fn needs(&self) -> Needs {
        Needs::WhatHappened
    }

    /// What telling of a record that tells who somebody is needs beside it, and beside whom it belongs to.
    fn beside(&self, _record: &Record) -> Beside {
        Beside::default()
    }

    /// What a fulfillment service is to be called with because of an event.
    fn call_service(&self, called: &Called<'_>) -> Vec<Message>;

    /// How a service is asked for what it knows; `None` if this dialect doesn't ask it.
    fn inquire(&self, _asked: &Asked<'_>) -> Option<Question> {
        None
    }

    /// What a service answered to such a question; `None` if that can't be understood.
    fn understand(&self, _inquiry: Inquiry, _body: &[u8]) -> Option<Learned> {
        None
    }

    /// What is written down of an event for programs that ask later, whoever listens: every part of it once.
    fn record(&self, _happened: &Happened<'_>) -> Vec<Entry> {
        Vec::new()
    }

    /// Headers that are made anew for every attempt, among them the signature of `body`.
    fn sign(&self, secrets: Secrets<'_>, body: &str, now: Time) -> Vec<(String, String)>;

    /// Whether a message counts as received that was answered with that status, one of 2xx.
    fn accepts(&self, _status: u16) -> bool {
        true
    }

    /// How often and when a message of that shop is sent again, to that listener if it is for one.
    fn schedule(&self, shop: &Shop, listener: Option<&Listener>) -> Schedule;

    /// How long an answer to a message is waited for, if this API promises to be shorter than the server's own limit.
    fn patience(&self) -> Option<Duration> {
        None
    }

    /// After how long without taking a message a listener is switched off, if this API does that. It is looked at
    /// whenever a message was tried as often as it may be.
    fn switches_off_after(&self) -> Option<Duration> {
        None
    }
}

/// What signs a message: the listener's own secrets, or its program's if it has none of its own.
#[derive(Debug, Clone, Copy)]
pub struct Secrets<'a> {
    /// The one that signs from now on.
    pub current: &'a str,
    /// The one before, as long as it still signs beside it.
    pub previous: Option<&'a str>,
}

impl<'a> Secrets<'a> {
    /// That one alone.
    pub fn only(current: &'a str) -> Self {
        Self { current, previous: None }
    }
}

/// An event, somebody who wants to hear of such things, and everything that telling it may need.
pub struct Told<'a> {
    /// What happened, and what is around it.
    pub happened: Happened<'a>,
    /// Who is told.
    pub listener: &'a Listener,
    /// Who is told, as an actor: it is told only what it may see.
    pub actor: &'a Actor,
}

/// What is told of begins with what happened.
impl<'a> Deref for Told<'a> {
    type Target = Happened<'a>;

    fn deref(&self) -> &Happened<'a> {
        &self.happened
    }
}

/// An event and everything that is known around it, as it was when it happened.
#[derive(Clone, Copy)]
pub struct Happened<'a> {
    /// The shop.
    pub shop: &'a Shop,
    /// What happened.
    pub event: &'a Event,
    /// The order that it happened to, as it was afterwards.
    pub order: Option<&'a Order>,
    /// Every fulfillment of the order, and those that changed with the event beside, as they were afterwards; oldest
    /// first.
    pub fulfillments: &'a [Fulfillment],
    /// The contacts that changed with it, as they were afterwards, and the one whose the order is.
    pub contacts: &'a [Contact],
    /// The products that changed with it, as they were afterwards.
    pub products: &'a [Product],
    /// The variants that changed with it, likewise.
    pub variants: &'a [Variant],
    /// The records that changed or went with it and tell who somebody is, likewise. Of others facts say everything.
    pub records: &'a [Record],
    /// What somebody changed with it, as it was before.
    pub before: &'a Before,
    /// What locations have of the variants that changed, or of which the event's facts say that stock changed, as it is
    /// now and not as it was then: stock is shared, and whoever decides doesn't know what others do meanwhile. What is
    /// gone is missing.
    pub stock: &'a [Stock],
    /// What is around all of them; empty where no listener's dialect [`needs`](Dialect::needs) it.
    pub surroundings: &'a Surroundings,
    /// Every location.
    pub locations: &'a [Location],
    /// Every service.
    pub services: &'a [Service],
}

/// What telling an event needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// What was kept when it happened.
    WhatHappened,
    /// That, and the [`Surroundings`].
    Surroundings,
}

/// What is around the things that an event is about, for dialects that show it with them. Read when the event is told;
/// but what the event itself changed is as it was then.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// The grants of access that the facts name.
    pub access: Vec<AccessGrant>,
    /// The tags that the order, the contacts and the products have, as far as there are records of them.
    pub tags: Vec<Record>,
    /// Which tags the contacts had applied when, as far as there are records of that.
    pub taggings: Vec<Record>,
    /// The program that the order came from, and what it is called.
    pub program: Option<(AppId, String)>,
    /// The products of the variants that changed or stand beside records, unless they changed themselves.
    pub products: Vec<Product>,
    /// Every variant of the products of which something changed, and those that stand [beside](Beside) records.
    pub variants: Vec<Variant>,
    /// Records that stand beside those that changed.
    pub records: Vec<Record>,
    /// Stock of those variants.
    pub stock: Vec<Stock>,
    /// Every price of those variants.
    pub prices: Vec<Price>,
}

/// What stands beside a record that changed: things that it names in ways of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Beside {
    /// Contacts.
    pub contacts: Vec<ContactId>,
    /// Variants.
    pub variants: Vec<VariantId>,
    /// Records.
    pub records: Vec<RecordId>,
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

/// A fulfillment service that is asked for what it knows.
pub struct Asked<'a> {
    /// The shop.
    pub shop: &'a Shop,
    /// The service.
    pub service: &'a Service,
    /// What it is asked for.
    pub about: About<'a>,
    /// The time.
    pub now: Time,
}

/// What a service is asked for.
#[derive(Debug, Clone, Copy)]
pub enum About<'a> {
    /// How to find these fulfillments, by their names.
    Tracking(&'a [String]),
    /// How much it has of everything.
    Stock,
}

/// A question to a service: a `GET`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Where it may be asked. If the first address isn't there, the next one is tried.
    pub urls: Vec<String>,
    /// Headers.
    pub headers: Vec<(String, String)>,
}

/// What a service answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Learned {
    /// Tracking numbers of fulfillments, by their names.
    Tracking(Vec<(String, Vec<String>)>),
    /// Units in its shelves, by SKU.
    Stock(Vec<(String, i64)>),
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

/// What is written down of a part of an event, for programs that ask later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Which part of the event, from 0.
    pub part: usize,
    /// What it is about, in the dialect's word.
    pub topic: String,
    /// Whether it is about something that is only a test; `None` if nobody says of such things whether they are.
    pub test: Option<bool>,
    /// The words, to the byte.
    pub body: String,
}
