//! Who is told in that year: a program, of every invoice, payment and change of a service, over HTTP; and the buyer, by
//! mail. A program hears of each of them once, and a buyer of every payment that was declined.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::event::{Event, Fact, InvoiceNews, PaymentNews};
use domain::listener::Listener;
use domain::snapshot::Shop;
use domain::time::Time;
use engine::dialect::{Called, Dialect, Message, Secrets, Told};
use engine::retry::Schedule;

/// The header that says which part of which event a message tells.
pub const PART: &str = "X-Part";

/// Whether the program wants to hear of it.
fn concerns(fact: &Fact) -> bool {
    match fact {
        Fact::Invoice { news, .. } => *news != InvoiceNews::Updated,
        Fact::Payment { news, .. } => *news != PaymentNews::Changed,
        Fact::Service { .. } => true,
        _ => false,
    }
}

/// What the program must be told of an event, as [`PART`] says it.
pub fn parts(event: &Event) -> impl Iterator<Item = String> + '_ {
    let concerning = event.facts.iter().enumerate().filter(|(_, fact)| concerns(fact));
    concerning.map(|(part, _)| format!("{}.{part}", event.id))
}

/// How many mails an event must cause.
pub fn mails(event: &Event) -> usize {
    let declined = |fact: &&Fact| matches!(fact, Fact::Payment { news: PaymentNews::Declined, .. });
    event.facts.iter().filter(declined).count()
}

/// The words in which the program is told.
pub struct Plain;

impl Dialect for Plain {
    fn name(&self) -> &'static str {
        "plain"
    }

    fn announce(&self, told: &Told<'_>) -> Vec<Message> {
        let message = |(part, fact): (usize, &Fact)| Message {
            part,
            topic: fact.kind().as_str().to_owned(),
            url: told.listener.url.clone(),
            headers: vec![(PART.to_owned(), format!("{}.{part}", told.event.id))],
            body: serde_json::json!({ "order": told.order.map(|order| &order.name), "fact": fact })
                .to_string(),
        };
        told.event.facts.iter().enumerate().filter(|(_, fact)| concerns(fact)).map(message).collect()
    }

    fn call_service(&self, _: &Called<'_>) -> Vec<Message> {
        Vec::new()
    }

    fn sign(&self, _: Secrets<'_>, _: &str, _: Time) -> Vec<(String, String)> {
        Vec::new()
    }

    fn schedule(&self, _: &Shop, _: Option<&Listener>) -> Schedule {
        Schedule::Exponential { first: Duration::from_secs(5), cap: Duration::from_secs(60), attempts: 5 }
    }
}

/// How often each of some things came.
pub fn counted<T: Ord>(things: impl IntoIterator<Item = T>) -> BTreeMap<T, usize> {
    let mut counts = BTreeMap::new();
    for thing in things {
        *counts.entry(thing).or_default() += 1;
    }
    counts
}
