//! The one way in: load, decide, commit, wake. If what was read changed meanwhile, all of it again.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use domain::actor::Actor;
use domain::command::Command;
use domain::command::billing::BillingCommand;
use domain::command::charging::ChargingCommand;
use domain::decide::{Decision, Heard, Outcome, Write, decide};
use domain::fulfillment::Fulfillment;
use domain::id::{FulfillmentId, Ids, OrderId};
use domain::order::Order;
use domain::refusal::Refusal;
use domain::snapshot::{Shop, Snapshot};
use domain::stock::Stock;
use futures::future::BoxFuture;
use rand::RngExt as _;
use store::{CommitError, Remembered};

use crate::{Engine, Error};

/// How often a decision is made anew before it is given up as contended. Every failure means that somebody else
/// succeeded, so this is how many others may be faster in a row.
const TRIES: u32 = 64;

/// What became of a command that was carried out.
#[derive(Debug, Clone)]
pub struct Done {
    /// What to answer.
    pub outcome: Outcome,
    /// What it was decided from.
    pub snapshot: Snapshot,
    /// What was decided.
    pub decision: Decision,
}

/// Done, or refused.
pub type Verdict = Result<Done, Refusal>;

impl Done {
    /// An order as it is afterwards.
    pub fn order(&self, id: OrderId) -> Option<&Order> {
        let written = self.decision.writes.iter().find_map(|write| match write {
            Write::NewOrder(order) | Write::Order(order) if order.id == id => Some(&**order),
            _ => None,
        });
        written.or_else(|| self.snapshot.orders.iter().find(|order| order.id == id))
    }

    /// The stock that was read, as it is afterwards.
    pub fn stock(&self) -> Vec<Stock> {
        let mut stock = self.snapshot.stock.clone();
        for write in &self.decision.writes {
            let Write::Stock(delta) = write else { continue };
            let same =
                |level: &&mut Stock| (level.variant, level.location) == (delta.variant, delta.location);
            let now = Some(self.decision.at);
            match stock.iter_mut().find(same) {
                Some(level) => {
                    level.change(delta);
                    level.updated_at = now;
                }
                None => {
                    let none = Stock::none(delta.variant, delta.location);
                    let mut level = Stock { created_at: now, updated_at: now, ..none };
                    level.change(delta);
                    stock.push(level);
                }
            }
        }
        stock
    }

    /// A fulfillment as it is afterwards.
    pub fn fulfillment(&self, id: FulfillmentId) -> Option<&Fulfillment> {
        let written = self.decision.writes.iter().find_map(|write| match write {
            Write::NewFulfillment(f) | Write::Fulfillment(f) if f.id == id => Some(&**f),
            _ => None,
        });
        written.or_else(|| self.snapshot.fulfillments.iter().find(|f| f.id == id))
    }
}

/// A request that may be sent again, and must have its effect once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Once {
    /// Whose key it is, and for what: two clients may use the same key.
    pub scope: String,
    /// The key.
    pub key: String,
    /// A hash of what is asked.
    pub fingerprint: String,
}

/// What became of a request that may be sent again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answered {
    /// It was carried out or refused just now.
    Fresh(String),
    /// It was answered before; this is what was answered.
    Replayed(String),
    /// The key was used for something else before.
    KeyReused,
}

/// Makes the answer to a verdict. A trait and not a closure, since a closure's future can't borrow from both.
pub trait Render: Send + Sync {
    /// The answer, to the byte. May read, must not write: it is called again if the commit has to be made anew.
    fn render<'a>(&'a self, verdict: &'a Verdict) -> BoxFuture<'a, Result<String, Error>>;
}

impl Engine {
    /// Carries out a command.
    ///
    /// # Errors
    /// [`Error`] if it could neither be done nor refused; then nothing happened, unless the message of
    /// [`Error::Unavailable`] says that the outcome is unknown.
    pub async fn execute(
        &self,
        shop: &Arc<Shop>,
        actor: &Actor,
        command: &Command,
    ) -> Result<Verdict, Error> {
        self.carried_out(shop, actor, command, Heard::ByListeners).await
    }

    /// Carries out a command of which nobody is told: it is about the past, and only written down now.
    ///
    /// # Errors
    /// As [`Engine::execute`].
    pub async fn execute_unheard(
        &self,
        shop: &Arc<Shop>,
        actor: &Actor,
        command: &Command,
    ) -> Result<Verdict, Error> {
        self.carried_out(shop, actor, command, Heard::ByNobody).await
    }

    async fn carried_out(
        &self,
        shop: &Arc<Shop>,
        actor: &Actor,
        command: &Command,
        heard: Heard,
    ) -> Result<Verdict, Error> {
        let command = self.numbered(shop, command).await?;
        for attempt in 0..TRIES {
            let mut verdict = self.decided(shop, actor, &command).await?;
            let Ok(done) = &mut verdict else { return Ok(verdict) };
            done.decision.heard = heard;
            match self.0.store.commit(shop.id, &done.snapshot, &done.decision, None).await {
                Ok(()) => {
                    self.committed(&verdict);
                    return Ok(verdict);
                }
                Err(CommitError::Stale) => pause(attempt).await,
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Contended)
    }

    /// Carries out a command that may be sent again. `render` makes the answer, from the verdict and before the
    /// commit, since the answer is kept in the same transaction; it may only read.
    ///
    /// # Errors
    /// As [`Engine::execute`].
    pub async fn execute_once(
        &self,
        shop: &Arc<Shop>,
        actor: &Actor,
        command: &Command,
        once: &Once,
        render: &dyn Render,
    ) -> Result<Answered, Error> {
        if let Some(answered) = self.answered(shop, once).await? {
            return Ok(answered);
        }
        let command = self.numbered(shop, command).await?;
        for attempt in 0..TRIES {
            let verdict = self.decided(shop, actor, &command).await?;
            let answer = render.render(&verdict).await?;
            let remembered = Remembered {
                scope: once.scope.clone(),
                key: once.key.clone(),
                fingerprint: once.fingerprint.clone(),
                answer: answer.clone(),
            };
            let now = self.now();
            let written = match &verdict {
                Ok(done) => {
                    let remember = Some((&remembered, now));
                    self.0.store.commit(shop.id, &done.snapshot, &done.decision, remember).await
                }
                Err(_) => self.0.store.remember(shop.id, &remembered, now).await,
            };
            match written {
                Ok(()) => {
                    self.committed(&verdict);
                    return Ok(Answered::Fresh(answer));
                }
                Err(CommitError::KeyTaken) => {
                    if let Some(answered) = self.answered(shop, once).await? {
                        return Ok(answered);
                    }
                }
                Err(CommitError::Stale) => pause(attempt).await,
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Contended)
    }

    /// What follows from a commit on this node.
    fn committed(&self, verdict: &Verdict) {
        let of_services = |write: &Write| matches!(write, Write::Service(_) | Write::NoService(_));
        if verdict.as_ref().is_ok_and(|done| done.decision.writes.iter().any(of_services)) {
            self.0.keys.forget();
        }
        self.0.wake.all();
    }

    /// What a request with that key was answered before, if it was: for those who look at other things before they know
    /// what to carry out.
    ///
    /// # Errors
    /// As [`Engine::execute`].
    pub async fn answered(&self, shop: &Shop, once: &Once) -> Result<Option<Answered>, Error> {
        let remembered = self.0.store.remembered(shop.id, &once.scope, &once.key).await?;
        Ok(remembered.map(|remembered| {
            if remembered.fingerprint == once.fingerprint {
                Answered::Replayed(remembered.answer)
            } else {
                Answered::KeyReused
            }
        }))
    }

    async fn decided(&self, shop: &Arc<Shop>, actor: &Actor, command: &Command) -> Result<Verdict, Error> {
        let snapshot = self.0.store.load(shop, &command.scope()).await?;
        self.0.ids.refill().await?;
        let mut ran_out = false;
        let mut next = || {
            self.0.ids.draw().unwrap_or_else(|| {
                ran_out = true;
                0
            })
        };
        let verdict = decide(&snapshot, command, actor, self.now(), &mut Ids::new(&mut next));
        if ran_out {
            return Err(Error::Contended);
        }
        Ok(verdict.map(|decision| Done { outcome: decision.outcome.clone(), snapshot, decision }))
    }

    /// An order or a fulfillment that has no number yet gets the next one.
    async fn numbered<'c>(&self, shop: &Shop, command: &'c Command) -> Result<Cow<'c, Command>, Error> {
        match command {
            Command::Place(place) if place.number == 0 => {
                let mut place = place.clone();
                place.number = self.0.numbers.next_order(shop.id).await?;
                Ok(Cow::Owned(Command::Place(place)))
            }
            Command::Billing(BillingCommand::Place(place)) if place.number == 0 => {
                let mut place = place.clone();
                place.number = self.0.numbers.next_order(shop.id).await?;
                Ok(Cow::Owned(Command::Billing(BillingCommand::Place(place))))
            }
            Command::Charging(ChargingCommand::Place(place)) if place.number == 0 => {
                let mut place = place.clone();
                place.number = self.0.numbers.next_order(shop.id).await?;
                Ok(Cow::Owned(Command::Charging(ChargingCommand::Place(place))))
            }
            Command::FulfillLines(fulfill) if fulfill.number == 0 => {
                let mut fulfill = fulfill.clone();
                fulfill.number = self.0.numbers.next_fulfillment(shop.id).await?;
                Ok(Cow::Owned(Command::FulfillLines(fulfill)))
            }
            _ => Ok(Cow::Borrowed(command)),
        }
    }
}

/// Lets the others finish: at once for the first few times, then a random while that grows.
async fn pause(attempt: u32) {
    if attempt >= 4 {
        let most = u64::from(attempt.min(20)) * 500;
        let micros = rand::rng().random_range(0..most);
        tokio::time::sleep(Duration::from_micros(micros)).await;
    }
}
