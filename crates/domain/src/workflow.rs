//! Workflows: what a shop wants done whenever something happens. A [`Trigger`] names what, [`Conditions`] narrow it,
//! and [`Step`]s are carried out one after the other, with waits between them.
//!
//! A [`Run`] begins when its event is dispatched, once for a workflow and an event, with the steps as they are then: a
//! workflow that is changed later doesn't change what is under way. It knows its next step and when that is due, so
//! any server may take it up. A step that fails is tried again a few times; then the run stops and says why, until
//! somebody lets it go on. What a run causes begins no other run, so none goes round in circles.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::billing::Kind;
use crate::contact::Contact;
use crate::event::{Event, Fact, FactKind, InvoiceNews};
use crate::id::{ContactId, EventId, OrderId, RecordId, RunId, WorkflowId};
use crate::money::Minor;
use crate::order::Order;
use crate::status;
use crate::time::{HOUR, SECOND, Time};

/// How long after a failure a step is tried again, failure by failure.
pub const RETRIES: [i64; 3] = [60 * SECOND, 10 * 60 * SECOND, HOUR];
/// How many steps a workflow may have.
pub const STEPS_MAX: usize = 50;
/// The longest wait, in seconds: a year.
pub const WAIT_MAX: i64 = 366 * 24 * 3_600;

/// What a shop wants done whenever something happens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Workflow {
    /// Its id.
    pub id: WorkflowId,
    /// What people call it.
    pub name: String,
    /// What it waits for.
    pub trigger: Trigger,
    /// When that counts.
    #[serde(default)]
    pub when: Conditions,
    /// What is done then.
    pub steps: Vec<Step>,
    /// Whether it rests: it begins no run, and those under way wait.
    #[serde(default)]
    pub paused: bool,
    /// When it was made.
    pub created_at: Time,
    /// When it last changed.
    pub updated_at: Time,
}

/// What a workflow waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Trigger {
    /// An order is paid, or an invoice of a subscription.
    SuccessfulPurchase,
    /// A fact of that kind.
    Fact(String),
}

const PURCHASE: &str = "successful_purchase";

impl From<String> for Trigger {
    fn from(name: String) -> Self {
        if name == PURCHASE { Trigger::SuccessfulPurchase } else { Trigger::Fact(name) }
    }
}

impl From<Trigger> for String {
    fn from(trigger: Trigger) -> String {
        trigger.as_str().to_owned()
    }
}

impl Trigger {
    /// The name, as written and stored.
    pub fn as_str(&self) -> &str {
        match self {
            Trigger::SuccessfulPurchase => PURCHASE,
            Trigger::Fact(kind) => kind,
        }
    }

    /// Whether there is such a thing to wait for.
    pub fn is_known(&self) -> bool {
        match self {
            Trigger::SuccessfulPurchase => true,
            Trigger::Fact(name) => FactKind::ALL.iter().any(|kind| kind.as_str() == name),
        }
    }

    fn pulled_by(&self, fact: &Fact, order: Option<&Order>) -> bool {
        let billed = order.is_some_and(|order| order.billing.is_some());
        match self {
            Trigger::SuccessfulPurchase => match fact {
                Fact::Invoice { news: InvoiceNews::Paid, .. } => true,
                Fact::OrderPaid {} => !billed,
                _ => false,
            },
            Trigger::Fact(name) => fact.kind().as_str() == name,
        }
    }
}

/// When what happened counts. All that is said must hold; nothing said always holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Conditions {
    /// The order is paid once, or again and again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<Kind>,
    /// One of these products was bought.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub products: Vec<i64>,
    /// One of these variants was bought.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub variants: Vec<i64>,
    /// The order costs at least so much, in minor units of its currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_least: Option<Minor>,
    /// The order or its contact has this tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// The order came through this channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// The order is meant, or only a test.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
}

/// Whether an order is meant, or only a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// It is meant.
    Live,
    /// It is a test.
    Test,
}

/// One thing that is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum Step {
    /// Nothing, for so long.
    Wait {
        /// How long.
        seconds: i64,
    },
    /// A mail to the buyer.
    Mail {
        /// The name of its template.
        template: String,
    },
    /// A call of another server: a `POST` with the order and the buyer as JSON.
    Call {
        /// Where.
        url: String,
    },
    /// The contact gets a tag.
    TagContact {
        /// The tag.
        tag: String,
    },
    /// The order gets a tag.
    TagOrder {
        /// The tag.
        tag: String,
    },
    /// The contact may use a course.
    Enroll {
        /// The course's id.
        course: i64,
    },
}

impl Step {
    /// The word for it, as written.
    pub fn as_str(&self) -> &'static str {
        match self {
            Step::Wait { .. } => "wait",
            Step::Mail { .. } => "mail",
            Step::Call { .. } => "call",
            Step::TagContact { .. } => "tag_contact",
            Step::TagOrder { .. } => "tag_order",
            Step::Enroll { .. } => "enroll",
        }
    }
}

/// One time that a workflow is carried out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Its id.
    pub id: RunId,
    /// The workflow.
    pub workflow: WorkflowId,
    /// What the workflow was called.
    pub name: String,
    /// What it began because of.
    pub event: EventId,
    /// The order that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderId>,
    /// The contact that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<ContactId>,
    /// What is done.
    pub steps: Vec<Step>,
    /// The index of the next step.
    pub step: usize,
    /// Where it stands.
    pub state: RunState,
    /// When the next step is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Time>,
    /// How often the next step failed.
    #[serde(default)]
    pub failures: usize,
    /// What happened, oldest first.
    #[serde(default)]
    pub log: Vec<Line>,
    /// When it began.
    pub created_at: Time,
    /// When something last happened.
    pub updated_at: Time,
    /// How often it was stored; guards against doing a step twice.
    #[serde(default)]
    pub version: i64,
}

impl Run {
    /// The course that its next step is about.
    pub(crate) fn course(&self) -> Option<RecordId> {
        match self.steps.get(self.step) {
            Some(Step::Enroll { course }) => Some(RecordId(*course)),
            _ => None,
        }
    }
}

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// Its next step waits for its time.
    Waiting,
    /// All steps were done.
    Done,
    /// A step failed too often; it goes on when somebody says so.
    Failed,
}

impl RunState {
    /// The name, as stored.
    pub fn as_str(self) -> &'static str {
        match self {
            RunState::Waiting => "waiting",
            RunState::Done => "done",
            RunState::Failed => "failed",
        }
    }
}

/// A line of a run's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// When.
    pub at: Time,
    /// The index of the step.
    pub step: usize,
    /// What happened.
    pub said: Said,
}

/// What happened at a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    /// It was done; what it sends is among the deliveries.
    Done,
    /// There is no contact to do it to.
    NoContact,
    /// There is no order to do it to.
    NoOrder,
    /// Nobody knows where to write to.
    NoAddress,
    /// What is to be used isn't there.
    NoCourse,
    /// The mail can't be written; why, for people.
    Unwritable(String),
    /// Somebody let it go on.
    Resumed,
}

impl Said {
    /// In words.
    pub fn in_words(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Said::Done => "done",
            Said::NoContact => "there is no contact",
            Said::NoOrder => "there is no order",
            Said::NoAddress => "the buyer's e-mail address is not known",
            Said::NoCourse => "there is no such course",
            Said::Unwritable(why) => return format!("the mail can't be written: {why}").into(),
            Said::Resumed => "somebody let it go on",
        })
    }
}

/// What a run asks the outbox to send.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sends {
    /// Nothing: the step changed something here.
    Nothing,
    /// A mail by that template.
    Mail(String),
    /// A call of that address.
    Call(String),
}

impl Workflow {
    /// Whether a run of it begins because of `event`. `order` and `contact` are what the event is about; of somebody who
    /// was forgotten none begins.
    pub fn begins(&self, event: &Event, order: Option<&Order>, contact: Option<&Contact>) -> bool {
        let own = event.facts.iter().any(|fact| matches!(fact, Fact::RunStep { .. }));
        let forgotten = contact.is_some_and(|contact| contact.redacted_at.is_some());
        !self.paused
            && !own
            && !forgotten
            && event.facts.iter().any(|fact| self.trigger.pulled_by(fact, order))
            && self.when.hold(order, contact)
    }

    /// What is wrong with it, in words.
    pub fn trouble(&self) -> Option<String> {
        if self.name.trim().is_empty() {
            return Some("it has no name".to_owned());
        }
        if !self.trigger.is_known() {
            return Some(format!("nothing is called {}", self.trigger.as_str()));
        }
        if self.steps.is_empty() || self.steps.len() > STEPS_MAX {
            return Some(format!("it must have 1 to {STEPS_MAX} steps"));
        }
        let wrong = |step: &Step| match step {
            Step::Wait { seconds } if !(1..=WAIT_MAX).contains(seconds) => {
                Some("waits too short or too long")
            }
            Step::TagContact { tag } | Step::TagOrder { tag } if tag.trim().is_empty() => Some("has no tag"),
            Step::Mail { template } if template.is_empty() => Some("has no template"),
            _ => None,
        };
        self.steps.iter().enumerate().find_map(|(at, step)| Some(format!("step {} {}", at + 1, wrong(step)?)))
    }
}

impl Conditions {
    fn hold(&self, order: Option<&Order>, contact: Option<&Contact>) -> bool {
        let of_order = self.order.is_some()
            || !self.products.is_empty()
            || !self.variants.is_empty()
            || self.at_least.is_some()
            || self.channel.is_some()
            || self.mode.is_some();
        let tagged = |tag: &String| {
            let same = |own: &String| own.eq_ignore_ascii_case(tag);
            order.is_some_and(|order| order.placed.tags.iter().any(same))
                || contact.is_some_and(|contact| contact.tags.iter().any(same))
        };
        self.tag.as_ref().is_none_or(tagged) && order.map_or(!of_order, |order| self.hold_of(order))
    }

    fn hold_of(&self, order: &Order) -> bool {
        let kind = order.billing.as_ref().map_or(Kind::OneTime, |billing| billing.kind);
        let articles = || order.lines.iter().map(|line| &line.article);
        let bought = |wanted: &[i64], id: fn(&crate::order::Article) -> Option<i64>| {
            wanted.is_empty() || articles().filter_map(id).any(|id| wanted.contains(&id))
        };
        let mode = if order.placed.test { Mode::Test } else { Mode::Live };
        self.order.is_none_or(|wanted| wanted == kind)
            && bought(&self.products, |article| article.product.map(|id| id.0))
            && bought(&self.variants, |article| article.variant.map(|id| id.0))
            && self.at_least.is_none_or(|least| status::totals(order).total >= least)
            && self.channel.as_ref().is_none_or(|wanted| order.placed.channel.as_ref() == Some(wanted))
            && self.mode.is_none_or(|wanted| wanted == mode)
    }
}

#[cfg(test)]
mod tests;
