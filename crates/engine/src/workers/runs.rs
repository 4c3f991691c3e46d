//! Runs of workflows: they begin with the dispatch of their event, go on when a step is due, and what they send goes
//! into the outbox like everything else.

use std::sync::Arc;

use domain::actor::Actor;
use domain::command::Command;
use domain::contact::Contact;
use domain::event::Fact;
use domain::id::{AppId, ContactId, ListenerId, OrderId, RunId};
use domain::listener::Listener;
use domain::order::Order;
use domain::snapshot::Shop;
use domain::time::Time;
use domain::workflow::{Run, RunState, Sends, Step, Workflow};
use store::{NewDelivery, Pending};

use crate::dialect::{Called, Dialect, Message, Secrets, Told};
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
        let writable = writable(engine, shop, &run).await?;
        if let Err(why) = &writable {
            tracing::warn!(run = %id, workflow = run.name, why, "a mail of a workflow can't be written");
        }
        let command = Command::AdvanceRun(Box::new(run), writable);
        match engine.execute(shop, &Actor::System, &command).await? {
            Ok(_) => done += 1,
            Err(refusal) => tracing::debug!(run = %id, ?refusal, "there was nothing due"),
        }
    }
    Ok(done)
}

/// Whether the mail can be written that the next step of a run sends, if it sends one: asked before the step is done, so
/// that a step whose mail nobody can read counts as failed.
async fn writable(engine: &Engine, shop: &Shop, run: &Run) -> Result<Result<(), String>, Error> {
    let Some(Step::Mail { template }) = run.steps.get(run.step) else { return Ok(Ok(())) };
    let order = order_of(engine, shop, run.order).await?;
    let contact = contact_of(engine, shop, run.contact).await?;
    let letter =
        mail::letter(engine, shop, template, &seen(shop, order.as_deref(), contact.as_ref())).await?;
    Ok(letter.map(drop).map_err(|broken| broken.to_string()))
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
        let contact = contact_of(engine, shop, *contact).await?;
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
                // It could be written when the step was done; somebody changed it just then.
                Err(why) => deliveries.push(about.unwritten(engine, template, &why).await?),
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

async fn contact_of(engine: &Engine, shop: &Shop, id: Option<ContactId>) -> Result<Option<Contact>, Error> {
    match id {
        Some(id) => Ok(engine.store().contacts_by_id(shop.id, &[id]).await?.pop()),
        None => Ok(None),
    }
}

fn seen<'a>(shop: &'a Shop, order: Option<&'a Order>, contact: Option<&'a Contact>) -> Seen<'a> {
    Seen { shop, order, contact, parcel: None, invoice: None, access: &[] }
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

    fn sign(&self, _: Secrets<'_>, _: &str, _: Time) -> Vec<(String, String)> {
        Vec::new()
    }

    fn schedule(&self, _: &Shop, _: Option<&Listener>) -> Schedule {
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
        seen(self.shop, self.order, self.contact)
    }

    fn part(&self) -> i64 {
        i64::try_from(self.step).unwrap_or(i64::MAX)
    }

    fn cause<'t>(&self, template: &'t str) -> mail::Cause<'t> {
        let (event, by) = (self.pending.event.id, ListenerId(self.run.0));
        mail::Cause { event, part: self.part(), by, template }
    }

    async fn mail(&self, engine: &Engine, template: &str) -> Result<Result<NewDelivery, String>, Error> {
        mail::write(engine, self.shop, self.cause(template), &self.seen()).await
    }

    async fn unwritten(&self, engine: &Engine, template: &str, why: &str) -> Result<NewDelivery, Error> {
        mail::unwritten(engine, self.cause(template), &self.seen(), why).await
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
