//! The dispatcher: an event becomes one delivery for every fact that concerns a listener, in the same transaction
//! that marks it as dispatched. The words are found here, once, from what was kept when the event happened; every
//! attempt sends the same bytes. What programs may read later is written down with them.

use std::sync::Arc;

use domain::actor::{Actor, App};
use domain::event::Fact;
use domain::id::{EventId, ListenerId};
use domain::listener::Listener;
use domain::location::{Location, Service};
use domain::snapshot::Shop;
use domain::stock::Stock;
use domain::workflow::{Run, Workflow};
use store::{Announcement, NewDelivery, Pending};

use super::{Workers, around, runs};
use crate::dialect::{Called, Dialect, Entry, Happened, Message, Needs, Surroundings, Told};
use crate::{Engine, Error, mail};

/// How many events are dispatched before the other shops have their turn.
const HELPING: u32 = 100;
/// How many events are written at the same moment.
const SIDE_BY_SIDE: usize = 16;

/// Somebody who is told, and as whom.
struct Audience<'w> {
    listeners: Vec<(Listener, Actor)>,
    /// In whose words it is written down what happens.
    chronicles: Vec<&'w Arc<dyn Dialect>>,
    locations: Vec<Location>,
    services: Vec<Service>,
}

impl Audience<'_> {
    /// What the most demanding of them needs.
    fn needs(&self, workers: &Workers) -> Needs {
        match self.dialects(workers).iter().any(|dialect| dialect.needs() == Needs::Surroundings) {
            true => Needs::Surroundings,
            false => Needs::WhatHappened,
        }
    }

    /// In whose words it is told, each once.
    fn dialects<'w>(&'w self, workers: &'w Workers) -> Vec<&'w Arc<dyn Dialect>> {
        let told = |dialect: &&Arc<dyn Dialect>| {
            let name = dialect.name();
            self.listeners.iter().any(|(listener, _)| listener.dialect == name)
                || self.chronicles.iter().any(|chronicle| chronicle.name() == name)
        };
        workers.dialects.iter().filter(told).collect()
    }
}

pub(super) async fn dispatch(engine: &Engine, workers: &Workers, shop: &Arc<Shop>) -> Result<u64, Error> {
    let pending = engine.store().undispatched(shop.id, HELPING).await?;
    if pending.is_empty() {
        return Ok(0);
    }
    let audience = audience(engine, workers, shop).await?;
    let stock = around::stock(engine, shop, &pending).await?;
    let workflows = engine.store().workflows(shop.id).await?;
    let desk = Desk { engine, workers, shop, audience, stock, workflows };
    let mut done = 0;
    let mut waiting = pending.into_iter().peekable();
    while waiting.peek().is_some() {
        // Put into words one after the other, so that messages are as old as their ids say; written side by side, so that
        // they share the database's commits.
        let mut composed = Vec::with_capacity(SIDE_BY_SIDE);
        let mut failed = None;
        for mut pending in waiting.by_ref().take(SIDE_BY_SIDE) {
            match desk.compose(&mut pending).await {
                Ok(one) => composed.push(one),
                // Those before it need not wait for it.
                Err(error) => {
                    failed = Some(error);
                    break;
                }
            }
        }
        let writes = futures::future::join_all(composed.iter().map(|one| desk.write(one)));
        for written in writes.await {
            done += u64::from(written?);
        }
        if let Some(error) = failed {
            return Err(error);
        }
    }
    engine.wake().all();
    Ok(done)
}

/// What an event becomes.
struct Composed {
    event: EventId,
    deliveries: Vec<NewDelivery>,
    written: Vec<Announcement>,
    begun: Vec<Run>,
}

/// What is known of whoever may be told while events are put into words.
struct Desk<'w> {
    engine: &'w Engine,
    workers: &'w Workers,
    shop: &'w Arc<Shop>,
    audience: Audience<'w>,
    stock: Vec<Stock>,
    workflows: Vec<Workflow>,
}

impl Desk<'_> {
    async fn compose(&self, pending: &mut Pending) -> Result<Composed, Error> {
        let Desk { engine, workers, shop, audience, .. } = self;
        let surroundings = match audience.needs(workers) {
            Needs::WhatHappened => {
                around::with_contacts(engine, shop, pending).await?;
                Surroundings::default()
            }
            Needs::Surroundings => around::read(engine, shop, pending, &audience.dialects(workers)).await?,
        };
        let pending = &*pending;
        let happened = Happened {
            shop,
            event: &pending.event,
            order: pending.order.as_ref(),
            fulfillments: &pending.fulfillments,
            contacts: &pending.contacts,
            products: &pending.products,
            variants: &pending.variants,
            records: &pending.records,
            before: &pending.before,
            stock: &self.stock,
            surroundings: &surroundings,
            locations: &audience.locations,
            services: &audience.services,
        };
        let mut deliveries = Vec::new();
        for (listener, actor) in &audience.listeners {
            let Some(dialect) = dialect(workers, &listener.dialect) else { continue };
            let messages = dialect.announce(&Told { happened, listener, actor });
            for message in messages {
                let to = (listener.id, listener.app);
                deliveries.push(delivery(engine, pending, dialect.name(), to, message).await?);
            }
        }
        for service in audience.services.iter().filter(|service| concerns(pending, service)) {
            // A service may belong to any dialect; the one that knows how to call it answers.
            for dialect in &workers.dialects {
                let called = Called { shop, event: &pending.event, service };
                for message in dialect.call_service(&called) {
                    let to = (ListenerId(0), service.app);
                    deliveries.push(delivery(engine, pending, dialect.name(), to, message).await?);
                }
            }
        }
        deliveries.extend(mail::of_event(engine, shop, pending).await?);
        deliveries.extend(runs::sent(engine, shop, pending).await?);
        let begun = runs::begun(engine, &self.workflows, pending).await?;
        let written =
            audience.chronicles.iter().flat_map(|dialect| written(dialect.as_ref(), &happened)).collect();
        Ok(Composed { event: pending.event.id, deliveries, written, begun })
    }

    async fn write(&self, one: &Composed) -> Result<bool, Error> {
        let Composed { event, deliveries, written, begun } = one;
        let store = self.engine.store();
        Ok(store.dispatched(self.shop.id, *event, deliveries, written, begun, self.engine.now()).await?)
    }
}

fn concerns(pending: &Pending, service: &Service) -> bool {
    let of_service = |fact: &Fact| {
        matches!(fact, Fact::RequestSubmitted { .. } | Fact::CancellationRequested { .. })
            && fact.work().is_some_and(|work| work.service == Some(service.id))
    };
    pending.event.facts.iter().any(of_service)
}

/// What is written down of an event in the words of an API.
fn written(dialect: &dyn Dialect, happened: &Happened<'_>) -> Vec<Announcement> {
    let entries = dialect.record(happened).into_iter();
    let announcement = |entry: Entry| Announcement {
        dialect: dialect.name().to_owned(),
        event: happened.event.id,
        part: entry.part as i64,
        at: happened.event.at,
        topic: entry.topic,
        test: entry.test,
        body: entry.body,
    };
    entries.map(announcement).collect()
}

async fn audience<'w>(engine: &Engine, workers: &'w Workers, shop: &Shop) -> Result<Audience<'w>, Error> {
    let (locations, services) = engine.store().places(shop.id).await?;
    let mut listeners = Vec::new();
    for listener in engine.store().listeners(shop.id).await? {
        if listener.terms.off_since.is_some() {
            continue;
        }
        let permissions = engine.store().permissions_of(shop.id, listener.app).await?;
        let own = services.iter().filter(|service| service.app == listener.app);
        let services = own.map(|service| service.id).collect();
        let actor = Actor::App(App { id: listener.app, permissions, services });
        listeners.push((listener, actor));
    }
    let chronicles = engine.store().chronicles(shop.id).await?;
    let chronicles = chronicles.iter().filter_map(|name| dialect(workers, name)).collect();
    Ok(Audience { listeners, chronicles, locations, services })
}

async fn delivery(
    engine: &Engine,
    pending: &Pending,
    dialect: &str,
    (listener, app): (ListenerId, domain::id::AppId),
    message: Message,
) -> Result<NewDelivery, Error> {
    let headers = serde_json::to_string(&message.headers)
        .map_err(|error| Error::Bug(format!("headers can't be written: {error}")))?;
    Ok(NewDelivery {
        id: engine.ids().fresh().await?,
        event: pending.event.id,
        part: message.part as i64,
        listener,
        app,
        dialect: dialect.to_owned(),
        topic: message.topic,
        url: message.url,
        headers,
        body: message.body,
    })
}

pub(super) fn dialect<'w>(workers: &'w Workers, name: &str) -> Option<&'w Arc<dyn Dialect>> {
    workers.dialects.iter().find(|dialect| dialect.name() == name)
}
