//! The asker: asks fulfillment services how to find what they sent, and how much they have, as often as the
//! installation wants; and puts what they say to use by the same commands as everybody else.
//!
//! An inquiry is claimed by moving its time on before the service is called, so that any number of nodes ask it once. It
//! is a question: only an answer that was accepted, complete and understood changes anything. Whatever else comes of it
//! (declined, not ready yet, no answer at all) says nothing about tracking or stock; the service is asked again when the
//! time has come.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use domain::actor::Actor;
use domain::command::{Command, StockCount, StockMeasure};
use domain::fulfillment::Tracking;
use domain::id::{FulfillmentId, ServiceId};
use domain::location::{Inquiry, Service};
use domain::snapshot::Shop;
use store::Inquired;

use super::Workers;
use crate::dialect::{About, Asked, Dialect, Learned, Question};
use crate::outside::{Answer, BodyEnd, Call, Lost, Method, On202, Outside};
use crate::{Engine, Error};

/// How long a service may take to answer: it may have to look through a whole warehouse.
const PATIENCE: Duration = Duration::from_secs(20);
/// How much of an answer is read, in bytes: some hundred thousand articles.
const ANSWER: usize = 8 << 20;
/// How many fulfillments are asked about at once: their names must fit into an address.
const NAMES: u32 = 50;
/// How often at the most a service is asked in one round. What it never tells must not keep it busy for ever.
const QUESTIONS: u32 = 10;
/// How many counts go into one command.
const COUNTS: usize = 250;

pub(super) async fn inquire(engine: &Engine, workers: &Workers, shop: &Arc<Shop>) -> Result<u64, Error> {
    let now = engine.now();
    let next = now.plus(i64::try_from(workers.inquire_every.as_micros()).unwrap_or(i64::MAX));
    let claimed = engine.store().claim_inquiries(shop.id, now, next).await?;
    if claimed.is_empty() {
        return Ok(0);
    }
    let (_, services) = engine.store().places(shop.id).await?;
    let asker = Asker { engine, workers, shop, outside: workers.outside.within(PATIENCE, ANSWER) };
    for round in claimed.chunks(workers.calls_at_once.max(1)) {
        let each = round.iter().map(|(id, inquiry)| asker.one(&services, *id, *inquiry));
        futures::future::join_all(each).await.into_iter().collect::<Result<(), Error>>()?;
    }
    Ok(claimed.len() as u64)
}

struct Asker<'a> {
    engine: &'a Engine,
    workers: &'a Workers,
    shop: &'a Arc<Shop>,
    outside: Outside,
}

/// What came of asking: in a word, and for people.
type Came = (&'static str, String);

impl Asker<'_> {
    async fn one(&self, services: &[Service], id: ServiceId, inquiry: Inquiry) -> Result<(), Error> {
        // It may have been forgotten since.
        let Some(service) = services.iter().find(|service| service.id == id) else { return Ok(()) };
        let at = self.engine.now();
        let (answer, excerpt) = match inquiry {
            Inquiry::Tracking => self.tracking(service).await?,
            Inquiry::Stock => self.stock(service).await?,
        };
        metrics::counter!("consign_inquiries_total", "inquiry" => inquiry.as_str(), "result" => answer)
            .increment(1);
        tracing::debug!(service = %id, inquiry = inquiry.as_str(), answer, excerpt, "a service was asked");
        let came = Inquired { at, answer: answer.to_owned(), excerpt };
        Ok(self.engine.store().inquired(self.shop.id, id, inquiry, &came).await?)
    }

    /// Asks for everything that lacks tracking, the newest first.
    async fn tracking(&self, service: &Service) -> Result<Came, Error> {
        let (mut asked, mut told, mut last) = (0, 0, None);
        for _ in 0..QUESTIONS {
            let lacking = self.engine.store().untracked(self.shop.id, service.id, last, NAMES).await?;
            last = lacking.last().map(|(id, _)| *id);
            if lacking.is_empty() {
                break;
            }
            let names: Vec<String> = lacking.iter().map(|(_, name)| name.clone()).collect();
            let heard = match self.ask(service, Inquiry::Tracking, About::Tracking(&names)).await {
                Ok(Learned::Tracking(heard)) => heard,
                Ok(Learned::Stock(_)) => return Ok(misunderstood()),
                Err(came) => return Ok(came),
            };
            asked += lacking.len();
            told += self.learn(&lacking, heard).await?;
            if lacking.len() < NAMES as usize {
                break;
            }
        }
        if asked == 0 {
            return Ok(("idle", "nothing lacks tracking".to_owned()));
        }
        Ok(("accepted", format!("tracking of {told} of {asked} fulfillments")))
    }

    async fn learn(
        &self,
        lacking: &[(FulfillmentId, String)],
        heard: Vec<(String, Vec<String>)>,
    ) -> Result<usize, Error> {
        let mut told = 0;
        for (name, numbers) in heard {
            let Some((id, _)) = lacking.iter().find(|(_, known)| *known == name) else { continue };
            let trackings: Vec<Tracking> = numbers.into_iter().map(tracking).collect();
            if !trackings.is_empty() && self.execute(&Command::LearnTracking(*id, trackings)).await? {
                told += 1;
            }
        }
        Ok(told)
    }

    /// Asks how much there is of everything. What the location doesn't stock is the service's own affair.
    async fn stock(&self, service: &Service) -> Result<Came, Error> {
        let heard = match self.ask(service, Inquiry::Stock, About::Stock).await {
            Ok(Learned::Stock(heard)) => heard,
            Ok(Learned::Tracking(_)) => return Ok(misunderstood()),
            Err(came) => return Ok(came),
        };
        let heard: BTreeMap<String, i64> = heard.into_iter().collect();
        let shelf = self.engine.store().shelf(self.shop.id, service.location).await?;
        let known = shelf.iter().filter_map(|(variant, sku, on_hand)| {
            let quantity = *heard.get(sku)?;
            Some((
                StockCount {
                    variant: *variant,
                    location: service.location,
                    measure: StockMeasure::OnHand,
                    quantity,
                    expected: None,
                },
                *on_hand,
            ))
        });
        let (mut articles, mut counts) = (0, Vec::new());
        for (count, on_hand) in known {
            articles += 1;
            // Less than nothing is how some say that they owe a few.
            if count.quantity.max(0) != on_hand {
                counts.push(StockCount { quantity: count.quantity.max(0), ..count });
            }
        }
        let mut changed = 0;
        for some in counts.chunks(COUNTS) {
            if self.execute(&Command::count_stock(some.to_vec())).await? {
                changed += some.len();
            }
        }
        Ok(("accepted", format!("stock of {articles} articles, {changed} of them changed")))
    }

    /// Whether a command was carried out.
    async fn execute(&self, command: &Command) -> Result<bool, Error> {
        match self.engine.execute(self.shop, &Actor::System, command).await? {
            Ok(_) => Ok(true),
            Err(refusal) => {
                tracing::warn!(?refusal, "what a fulfillment service said was refused");
                Ok(false)
            }
        }
    }

    /// What a service says; or what came of asking it instead.
    async fn ask(&self, service: &Service, inquiry: Inquiry, about: About<'_>) -> Result<Learned, Came> {
        let asked = Asked { shop: self.shop, service, about, now: self.engine.now() };
        // A service may belong to any dialect; the one that knows how to ask it does.
        let find = |dialect: &Arc<dyn Dialect>| Some((dialect.clone(), dialect.inquire(&asked)?));
        let Some((dialect, question)) = self.workers.dialects.iter().find_map(find) else {
            return Err(("idle", "nobody knows how to ask it".to_owned()));
        };
        let reply = match self.call(question).await {
            Answer::Accepted(reply) => reply,
            Answer::Pending(_) => return Err(("pending", "it has no answer yet".to_owned())),
            Answer::Rejected(reply) => return Err(("rejected", format!("it answered {}", reply.status))),
            Answer::Unknown { lost, .. } => {
                return Err((
                    "unknown",
                    match lost {
                        Lost::TimedOut => "no answer in time".to_owned(),
                        Lost::Broken(why) => why,
                    },
                ));
            }
            Answer::NeverSent { obstacle, .. } => return Err(("never_sent", format!("{obstacle:?}"))),
        };
        match reply.body_end {
            BodyEnd::Complete => dialect.understand(inquiry, &reply.body).ok_or_else(misunderstood),
            BodyEnd::Cut => Err(("unreadable", format!("its answer is longer than {ANSWER} bytes"))),
            BodyEnd::Lost => Err(("unknown", "its answer broke off".to_owned())),
        }
    }

    /// What comes of the first address that is there.
    async fn call(&self, question: Question) -> Answer {
        let Question { urls, headers } = question;
        let mut urls = urls.into_iter().peekable();
        loop {
            let call = Call {
                method: Method::GET,
                url: urls.next().unwrap_or_default(),
                headers: headers.clone(),
                body: Bytes::new(),
                on_202: On202::Pending,
            };
            let answer = self.outside.call(call).await;
            let gone = matches!(&answer, Answer::Rejected(reply) if reply.status == 404);
            if !gone || urls.peek().is_none() {
                return answer;
            }
        }
    }
}

fn misunderstood() -> Came {
    ("unreadable", "its answer can't be understood".to_owned())
}

/// The carrier is guessed from the number; services tell no more.
fn tracking(number: String) -> Tracking {
    let known = domain::carrier::resolve(None, Some(&number), None, None, None);
    Tracking { company: known.company, number: Some(number), url: known.url }
}
