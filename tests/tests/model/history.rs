//! One history: commands by chance, each sent under a key, foretold, and read back.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use domain::billing::Service;
use domain::command::Command;
use domain::decide::Outcome;
use domain::fulfillment::Fulfillment;
use domain::id::{
    AppId, EventId, FulfillmentId, InvoiceId, OrderId, RefundId, ReturnId, ShopId, TransactionId, VariantId,
};
use domain::order::Order;
use domain::snapshot::Shop;
use domain::time::{HOUR, Time};
use domain::workflow::Run;
use engine::workers::Workers;
use engine::{Answered, Engine, Error, Once, Render, Verdict};
use futures::future::BoxFuture;
use scenarios::nodes::furnish;
use testkit::billing::LESSONS;
use testkit::chance::Chance;
use testkit::world::{self, HERE, MUG, PRINT, SERVED, SHIRT, STICKER, THERE};

use crate::coverage::Figures;
use crate::fault::Fault;
use crate::generate::{OTHER_SERVED, SHIRT_MONTHLY, SHIRT_ONCE, Situation, THEMES};
use crate::kinds::kind;
use crate::reference::{Level, Place, Reference, Runs};
use crate::rules::foretell;
use crate::seen::{self, Glance};
use crate::told::{Outbox, workers};
use crate::who::{OTHER_SERVICE, Who};

mod follow;
mod furniture;
mod keys;
mod learn;
mod sweep;

use furniture::{STOCK, more_furniture};

/// After so many steps the workers do what is due, and the database is audited as a whole.
const SWEEP: usize = 50;

/// An order that invoices ask for, as far as commands name it.
#[derive(Debug, Clone)]
pub struct Bill {
    pub order: OrderId,
    pub invoices: Vec<InvoiceId>,
    pub moved: Vec<TransactionId>,
    /// Those of which nobody knows yet what became of them.
    pub awaited: Vec<TransactionId>,
    /// Whether its money was set aside first.
    pub charged: bool,
    /// Whether somebody else keeps its books.
    pub external: bool,
    pub refunds: Vec<RefundId>,
    pub returns: Vec<ReturnId>,
    /// How far its service is, if it has one.
    pub service: Option<Service>,
    /// When something of it is due.
    pub due: Option<Time>,
}

/// Answers with what came of it, in words; and keeps it.
#[derive(Default)]
struct Answers(Mutex<Option<Outcome>>);

impl Render for Answers {
    fn render<'a>(&'a self, verdict: &'a Verdict) -> BoxFuture<'a, Result<String, Error>> {
        Box::pin(async move {
            let outcome = verdict.as_ref().map(|done| done.outcome.clone());
            *self.0.lock().unwrap() = outcome.as_ref().ok().cloned();
            Ok(match outcome {
                Ok(outcome) => format!("done {outcome:?}"),
                Err(refusal) => format!("refused {refusal:?}"),
            })
        })
    }
}

pub struct History {
    engine: Engine,
    shop: Arc<Shop>,
    /// Another shop, where the same ids mean nothing.
    foreign: Arc<Shop>,
    workers: Workers,
    chance: Chance,
    model: Reference,
    orders: BTreeMap<OrderId, Arc<Order>>,
    parcels: BTreeMap<FulfillmentId, Arc<Fulfillment>>,
    bills: Vec<Bill>,
    runs: Vec<Run>,
    glance: Glance,
    since: EventId,
    outbox: Outbox,
    keys: Vec<(Once, Who, Command, String)>,
    theme: &'static [&'static str],
    last: Option<OrderId>,
    pub figures: Figures,
}

impl History {
    pub async fn open(engine: &Engine, id: ShopId, seed: u64) -> Self {
        let foreign = furnish(engine, ShopId(id.0 + 1)).await;
        let shop = furnish(engine, id).await;
        let mut model = Reference::default();
        for command in more_furniture() {
            engine.execute(&shop, &Who::System.actor(), &command).await.unwrap().unwrap();
        }
        for (at, name, service) in [
            (HERE, "Location 10", None),
            (THERE, "Location 11", None),
            (SERVED, "Location 12", Some(world::SERVICE)),
            (OTHER_SERVED, "Location 13", Some(OTHER_SERVICE)),
        ] {
            model.places.insert(at, Place { name: name.into(), active: true, ships: true, service });
        }
        let run = |app, at, name: &str| Runs { app: AppId(app), at, name: name.into() };
        model.services.insert(world::SERVICE, run(2, SERVED, "Served"));
        model.services.insert(OTHER_SERVICE, run(3, OTHER_SERVED, "Other"));
        for (variant, at, on_hand) in STOCK {
            model.levels.insert((variant, at), Level { on_hand, stocked: true, ..Level::default() });
        }
        let tracked = |variant: VariantId| (variant, variant != STICKER && variant != LESSONS);
        model.variants.extend([SHIRT, MUG, STICKER, PRINT, LESSONS].map(tracked));
        model.prices.extend((200..204).map(|id| (domain::id::PriceId(id), LESSONS)));
        model.prices.extend([(SHIRT_ONCE, SHIRT), (SHIRT_MONTHLY, SHIRT)]);
        let (glance, events) = seen::glance(engine, id, EventId(0)).await;
        let outbox = Outbox::default();
        Self {
            engine: engine.clone(),
            shop,
            foreign,
            workers: workers(),
            chance: Chance(seed),
            model,
            orders: BTreeMap::new(),
            parcels: BTreeMap::new(),
            bills: Vec::new(),
            runs: Vec::new(),
            glance,
            since: events.last().map_or(EventId(0), |news| news.event.id),
            outbox,
            keys: Vec::new(),
            theme: THEMES[(seed % THEMES.len() as u64) as usize],
            last: None,
            figures: Figures::default(),
        }
    }

    pub async fn run(&mut self, steps: usize, fault: Fault) -> Result<(), String> {
        for step in 0..steps {
            let mut situation = Situation {
                shop: &self.model,
                money: &self.bills,
                runs: &self.runs,
                now: self.engine.clock().now(),
                theme: self.theme,
                last: self.last,
                step,
                chance: &mut self.chance,
            };
            if let Some((who, command)) = situation.anything() {
                let ran = self.step(step, who, &command).await;
                ran.map_err(|why| format!("step {step}: {why}\nafter {who:?}: {command:?}"))?;
            }
            if self.chance.one_in(10) {
                self.engine.clock().advance(self.chance.within(1..4) * HOUR);
            }
            if step % SWEEP == SWEEP - 1 {
                let swept = self.sweep(step).await;
                swept.map_err(|why| format!("step {step}: {why}\nafter the workers had their turn"))?;
                if step > 2 * SWEEP {
                    self.spoil(fault).await;
                }
                self.audit(step).await?;
            }
        }
        self.forget_keys().await
    }

    /// Sends a command, and compares what comes of it with what must.
    async fn step(&mut self, step: usize, who: Who, command: &Command) -> Result<(), String> {
        let now = self.engine.clock().now();
        let mut model = self.model.clone();
        let forecast = foretell(&mut model, who, command, now);
        let fingerprint = format!("{who:?} {command:?}");
        let once = Once { scope: "model".into(), key: step.to_string(), fingerprint };
        let answers = Answers::default();
        let answered = self.engine.execute_once(&self.shop, &who.actor(), command, &once, &answers).await;
        let Ok(Answered::Fresh(answer)) = answered else {
            return Err(format!("I5: an answer that nobody expected: {answered:?}"));
        };
        let outcome = answers.0.lock().unwrap().take();
        self.figures.counted(kind(command), outcome.is_some());
        self.keys.push((once, who, command.clone(), answer.clone()));
        match (forecast, outcome) {
            (None, Some(_)) => return Err(format!("it must be refused, but {answer}")),
            (Some(forecast), None) if !forecast.either => {
                return Err(format!("it must be done, but {answer}"));
            }
            (None, None) | (Some(_), None) => self.nothing_changed("it was refused").await?,
            (Some(forecast), Some(outcome)) => {
                self.follow(model, forecast, command, who, outcome).await?;
            }
        }
        match self.chance.below(12) {
            0 | 1 => self.again().await?,
            2 => self.another_under_the_same_key().await?,
            3 => self.elsewhere(step, command).await?,
            _ => {}
        }
        Ok(())
    }

    /// Nothing of the shop is other than it was.
    async fn nothing_changed(&self, why: &str) -> Result<(), String> {
        let (glance, events) = seen::glance(&self.engine, self.shop.id, self.since).await;
        if glance != self.glance || !events.is_empty() {
            return Err(format!("F1, I1: {why}, but something changed: {events:?}"));
        }
        Ok(())
    }
}

impl History {
    /// Every order with its parcels and the derived columns of its row, to be broken.
    pub fn specimens(&self) -> Vec<(Order, Vec<Fulfillment>, [String; 3])> {
        let of = |id: &OrderId| {
            let own =
                self.parcels.values().filter(|parcel| parcel.shares.iter().any(|share| share.order == *id));
            own.map(|parcel| (**parcel).clone()).collect()
        };
        self.orders
            .iter()
            .map(|(id, order)| ((**order).clone(), of(id), self.glance.orders[id].1.clone()))
            .collect()
    }
}
