//! Runs of workflows: they begin with the dispatch of their event, go on when a step is due, and what they send goes
//! into the outbox like everything else.

use std::sync::Arc;

use domain::actor::Actor;
use domain::command::Command;
use domain::contact::Contact;
use domain::event::Fact;
use domain::id::{AppId, ListenerId, OrderId, RunId};
use domain::order::Order;
use domain::snapshot::Shop;
use domain::time::Time;
use domain::workflow::{Run, RunState, Sends, Workflow};
use store::{NewDelivery, Pending};

use crate::dialect::{Called, Dialect, Message, Told};
use crate::mail::view::Seen;
use crate::retry::Schedule;
use crate::{Engine, Error, mail};

/// What a delivery has in the place of a dialect if a workflow calls somebody.
pub(super) const CHANNEL: &str = "workflow";
/// How many runs go on before the other shops have their turn.
const HELPING: u32 = 256;

/// Does the next step of every run whose time has come.
pub(super) async fn advance(engine: &Engine, shop: &Arc<Shop>) -> Result<u64, Error> {
    let due = engine.store().due_runs(shop.id, engine.now(), HELPING).await?;
    let mut done = 0;
    for run in due {
        let id = run.id;
        match engine.execute(shop, &Actor::System, &Command::AdvanceRun(Box::new(run))).await? {
            Ok(_) => done += 1,
            Err(refusal) => tracing::debug!(run = %id, ?refusal, "there was nothing due"),
        }
    }
    Ok(done)
}

/// The runs that begin because of an event.
pub(super) async fn begun(
    engine: &Engine,
    workflows: &[Workflow],
    pending: &Pending,
) -> Result<Vec<Run>, Error> {
    let (event, order) = (&pending.event, pending.order.as_ref());
    let told = event.facts.iter().find_map(|fact| match fact {
        Fact::ContactCreated { contact }
        | Fact::ContactUpdated { contact }
        | Fact::Access { contact, .. } => Some(*contact),
        _ => None,
    });
    let whose = order.and_then(|order| order.placed.contact).or(told);
    let contact = pending.contacts.iter().find(|contact| Some(contact.id) == whose);
    let now = engine.now();
    let mut runs = Vec::new();
    for workflow in workflows.iter().filter(|workflow| workflow.begins(event, order, contact)) {
        runs.push(Run {
            id: engine.ids().fresh().await.map(RunId)?,
            workflow: workflow.id,
            name: workflow.name.clone(),
            event: event.id,
            order: order.map(|order| order.id),
            contact: whose,
            steps: workflow.steps.clone(),
            step: 0,
            state: RunState::Waiting,
            due_at: Some(now),
            failures: 0,
            log: Vec::new(),
            created_at: now,
            updated_at: now,
            version: 0,
        });
    }
    Ok(runs)
}

/// What the steps of an event send.
pub(super) async fn sent(engine: &Engine, shop: &Shop, pending: &Pending) -> Result<Vec<NewDelivery>, Error> {
    let mut deliveries = Vec::new();
    for fact in &pending.event.facts {
        let Fact::RunStep { run, step, order, contact, sends } = fact else { continue };
        let order = order_of(engine, shop, *order).await?;
        let contact = match contact {
            Some(id) => engine.store().contacts_by_id(shop.id, &[*id]).await?.pop(),
            None => None,
        };
        let about = About {
            shop,
            pending,
            run: *run,
            step: *step,
            order: order.as_deref(),
            contact: contact.as_ref(),
        };
        match sends {
            Sends::Nothing => {}
            Sends::Mail(template) => match about.mail(engine, template).await? {
                Ok(delivery) => deliveries.push(delivery),
                Err(why) => tracing::warn!(%run, step, %why, "a mail of a workflow was not written"),
            },
            Sends::Call(url) => deliveries.push(about.call(engine, url).await?),
        }
    }
    Ok(deliveries)
}

async fn order_of(engine: &Engine, shop: &Shop, id: Option<OrderId>) -> Result<Option<Arc<Order>>, Error> {
    match id {
        Some(id) => Ok(engine.store().orders_by_id(shop.id, &[id]).await?.pop()),
        None => Ok(None),
    }
}

/// How a workflow calls: without a signature, as nobody but the shop itself asked for it.
pub(super) struct Unsigned;

impl Dialect for Unsigned {
    fn name(&self) -> &'static str {
        CHANNEL
    }

    fn announce(&self, _: &Told<'_>) -> Vec<Message> {
        Vec::new()
    }

    fn call_service(&self, _: &Called<'_>) -> Vec<Message> {
        Vec::new()
    }

    fn sign(&self, _: &str, _: &str, _: Time) -> Vec<(String, String)> {
        Vec::new()
    }

    fn schedule(&self, _: &Shop) -> Schedule {
        Schedule::STANDARD
    }
}

struct About<'a> {
    shop: &'a Shop,
    pending: &'a Pending,
    run: RunId,
    step: usize,
    order: Option<&'a Order>,
    contact: Option<&'a Contact>,
}

impl About<'_> {
    fn seen(&self) -> Seen<'_> {
        Seen {
            shop: self.shop,
            order: self.order,
            contact: self.contact,
            parcel: None,
            invoice: None,
            access: &[],
        }
    }

    fn part(&self) -> i64 {
        i64::try_from(self.step).unwrap_or(i64::MAX)
    }

    async fn mail(&self, engine: &Engine, template: &str) -> Result<Result<NewDelivery, String>, Error> {
        let (event, by) = (self.pending.event.id, ListenerId(self.run.0));
        let cause = mail::Cause { event, part: self.part(), by, template };
        mail::write(engine, self.shop, cause, &self.seen()).await
    }

    async fn call(&self, engine: &Engine, url: &str) -> Result<NewDelivery, Error> {
        let mut body = mail::view::of(&self.seen());
        body["run"] = self.run.0.into();
        body["step"] = (self.step + 1).into();
        body["order_id"] = self.order.map(|order| order.id.0).into();
        body["contact_id"] = self.contact.map(|contact| contact.id.0).into();
        let headers = [("Content-Type", "application/json".to_owned()), ("Idempotency-Key", self.key())];
        Ok(NewDelivery {
            id: engine.ids().fresh().await?,
            event: self.pending.event.id,
            part: self.part(),
            listener: ListenerId(self.run.0),
            app: AppId(0),
            dialect: CHANNEL.to_owned(),
            topic: "call".to_owned(),
            url: url.to_owned(),
            headers: serde_json::json!(headers).to_string(),
            body: body.to_string(),
        })
    }

    fn key(&self) -> String {
        format!("run-{}-{}", self.run, self.step + 1)
    }
}
