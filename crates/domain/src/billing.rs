//! Billing: orders whose money is still to come. An order without [`Billing`] was paid for elsewhere when it came in.
//!
//! Cast: a [`Billing`] says who keeps the books ([`Processor`]), what is billed from now on ([`PlanLine`]) and how
//! far the service is ([`Service`]). What was billed is on the order's invoices, each with its [`Bill`], and what
//! was paid on the order's transactions. Issued invoices are never rewritten; a change of the plan is seen by the
//! invoices that come. Statuses are derived ([`status`]), never stored; when something is due is derived as well
//! ([`schedule`]), and one timer for each order sees to it.
//!
//! Money is asked for in two steps: a decision adds a transaction that is asked for (an intent), and whoever
//! talks to the gateway comes back with what became of it. An answer that nobody knows is asked for again with the
//! same key, and is never taken for a no.
//!
//! # What can be done
//!
//! `Command::Billing` with a [`BillingCommand`](crate::command::billing::BillingCommand); *ours* are orders through a
//! gateway, *theirs* those in somebody else's books. What comes out is the [`Outcome`](crate::decide::Outcome) in
//! parentheses.
//!
//! | command | for | does |
//! |---|---|---|
//! | `Place(PlaceBilled)` | both | an order comes in, for prices of its variants (`Order`) |
//! | `Update(UpdateBilled)` | both | note, addresses; `Claims` only of theirs, `NewDates` only of our subscriptions (`Order`) |
//! | `Issue(IssueInvoice)` | theirs | an invoice in their books (`Invoice`) |
//! | `UpdateInvoice(UpdateInvoice)` | theirs | claim, dates, number, shipping; lines by id (`Invoice`) |
//! | `Pay(PayInvoice)` | ours | money is asked for now, all or some of it (`Invoice`) |
//! | `Abandon`, `Void`, `Reissue` | ours | it is given up, called off, asked for again (`Invoice`) |
//! | `Refund(RefundPayment)` | ours | asks for money to go back (`Transaction`: the refund) |
//! | `Record(RecordPayment)` | any | what became of a movement that was asked for (`Transaction`) |
//! | `RecordDispute(RecordDispute)` | ours | a dispute opens, is won, is lost (`Transaction`) |
//! | `Cancel(CancelService)`, `Pause`, `Resume`, `Reactivate` | our subscriptions | (`Order`) |
//! | `ChangePlan(ChangePlan)` | our subscriptions | as shown before by [`change::preview`] (`Order`) |
//! | `Advance` | ours | whatever is due by now; [`Trouble::NotDue`] otherwise (`Order`) |
//! | `SavePrice`, `SaveAccess`, `RevokeAccess` | the shop | prices; access by hand (`Price`, `Access`) |
//!
//! Beside it `Command::FulfillLines`: units leave, named by invoice lines, over several orders of one contact
//! (`Fulfillment`).
//!
//! # What is told
//!
//! [`Fact`](crate::event::Fact): `Invoice { invoice, news }`, `Service { news }`, `Payment { transaction, invoice,
//! news }`, `PlanChanged { line, direction }` (what it was is [`Billing::previous`]), `Access { grant, contact, target,
//! news }`, `PriceSaved { price, variant }`; the news are in [`crate::event::billing`].
//!
//! # What can be asked
//!
//! [`status::invoice_status`], [`status::billing_status`], [`status::line_fulfillment`],
//! [`status::invoice_fulfillment`], [`status::due`], [`status::moved`], [`status::paid_until`],
//! [`status::next_charge_at`], [`status::recurring_paid`], [`status::fulfilled`], [`bill::amounts`], [`bill::written`],
//! [`change::preview`], [`address::completed`], [`Billing::in_trial`], [`Billing::plan_total`], [`Order::next_due`],
//! [`Order::next_ask`].

use serde::{Deserialize, Serialize};

use crate::access::{Granted, Target};
use crate::id::{OrderLineId, PriceId, VariantId};
use crate::money::Minor;
use crate::order::Order;
use crate::price::Terms;
use crate::time::Time;

pub mod address;
pub mod bill;
pub mod change;
pub mod rules;
pub mod schedule;
pub mod seen;
pub mod status;
pub mod trouble;

pub use bill::{Bill, BillKind, Charge, Claim, LineBill, Period};
pub use rules::{AtEnd, Rules};
pub use status::{BillingStatus, InvoiceStatus};
pub use trouble::Trouble;

/// How an order is billed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Billing {
    /// Who keeps the books.
    pub processor: Processor,
    /// Once or again and again.
    pub kind: Kind,
    /// What is billed from now on.
    pub plan: Vec<PlanLine>,
    /// The line that was changed last, as it was before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<Box<PlanLine>>,
    /// How far the service is.
    pub service: Service,
    /// When it first began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activated_at: Option<Time>,
    /// When and why it was cancelled, if it was and nobody took that back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ending: Option<Ending>,
    /// When it ended; lies ahead as long as a cancelled service runs on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub churned_at: Option<Time>,
    /// The time to try it, if it began with one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trial: Option<Trial>,
    /// When it is given up if nothing was paid by then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub abandon_at: Option<Time>,
    /// What the buyer has in hand from changes of the plan; taken off the next invoices. Never negative.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub credit: Minor,
    /// When the first money came that was neither for trying nor for setting up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_paid_at: Option<Time>,
    /// Its name in the books of whoever keeps them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// Where the buyer goes after paying.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_url: Option<String>,
    /// How many invoices were made; numbers them.
    #[serde(default)]
    pub invoices_made: i64,
    /// What it gave access to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub granted: Vec<Granted>,
}

fn is_zero(n: &i64) -> bool {
    *n == 0
}

/// Who keeps the books.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Processor {
    /// Somebody else, who tells us what is in them.
    External(Books),
    /// We do, and take the money through a gateway.
    Gateway(Gateway),
}

/// What somebody else's books say about an order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Books {
    /// How its money stands.
    #[serde(default)]
    pub claim: BillingStatus,
    /// When money is taken next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_charge_at: Option<Time>,
}

/// How money is taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gateway {
    /// The name of a gateway that is set up.
    pub name: String,
    /// What is charged by itself; without one the buyer must come and pay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instrument: Option<Instrument>,
}

/// A means of payment, as the gateway knows it. Never a card number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instrument {
    /// The gateway's name for it.
    pub token: String,
    /// What kind of instrument (`card`, …), in the gateway's word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
}

/// Once or again and again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Everything is paid once.
    OneTime,
    /// Something is paid every so often.
    Subscription,
}

/// One line of what is billed from now on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanLine {
    /// Its id: that of the order line that it sold first. It stays when another variant takes its place.
    pub id: OrderLineId,
    /// The order line that it sells now.
    pub order_line: OrderLineId,
    /// The variant.
    pub variant: VariantId,
    /// The price.
    pub price: PriceId,
    /// What the price is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_name: Option<String>,
    /// What the price said when it was agreed upon.
    pub terms: Terms,
    /// How many units, every time.
    pub quantity: i64,
    /// Whether somebody must fulfill them.
    pub requires_fulfillment: bool,
    /// What it gives access to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gives: Vec<Target>,
    /// From where its periods are counted.
    pub anchor: Time,
    /// How many periods had been billed at the anchor.
    #[serde(default)]
    pub before_anchor: i64,
    /// How many periods were billed in all; 1 for what is paid once and was.
    #[serde(default)]
    pub billed: i64,
    /// What it becomes at the next renewal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Box<PlanLine>>,
    /// When it came.
    pub created_at: Time,
    /// When it last changed.
    pub updated_at: Time,
}

/// How far the service is that an order pays for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Service {
    /// It hasn't begun: nothing was paid yet.
    Pending,
    /// It runs.
    Active,
    /// It rests.
    Paused {
        /// Until then, if it is known.
        until: Option<Time>,
    },
    /// It was cancelled, and runs until what was paid for ends.
    Cancelled,
    /// It ended since it was cancelled.
    Churned,
    /// It ended as it was meant to.
    Completed,
    /// Nothing was ever paid.
    Abandoned,
    /// It was called off before anything was paid.
    Voided,
}

impl Service {
    /// The name in lower case, as stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Service::Pending => "pending",
            Service::Active => "active",
            Service::Paused { .. } => "paused",
            Service::Cancelled => "cancelled",
            Service::Churned => "churned",
            Service::Completed => "completed",
            Service::Abandoned => "abandoned",
            Service::Voided => "voided",
        }
    }

    /// Whether it ended without having been paid to the end: nobody waits for what is unpaid any more.
    pub fn is_called_off(self) -> bool {
        matches!(self, Service::Churned | Service::Abandoned | Service::Voided)
    }
}

/// When and why a service was cancelled.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ending {
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Time>,
    /// By whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Why, in the word of whoever cancelled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Why, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// A time to try it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trial {
    /// When it ends.
    pub ends_at: Time,
    /// What became of it.
    pub stage: TrialStage,
}

/// What became of a time to try something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrialStage {
    /// It runs, or is about to.
    Running,
    /// It is over.
    Ended,
    /// It is over, and the buyer paid after it.
    Converted,
}

impl Billing {
    /// The plan line with that id.
    pub fn line(&self, id: OrderLineId) -> Option<&PlanLine> {
        self.plan.iter().find(|line| line.id == id)
    }

    /// Whether somebody else keeps the books.
    pub fn is_external(&self) -> bool {
        matches!(self.processor, Processor::External(_))
    }

    /// How money is taken, if we take it.
    pub fn gateway(&self) -> Option<&Gateway> {
        match &self.processor {
            Processor::Gateway(gateway) => Some(gateway),
            Processor::External(_) => None,
        }
    }

    /// Whether the buyer may still try it.
    pub fn in_trial(&self) -> bool {
        self.trial.is_some_and(|trial| trial.stage == TrialStage::Running)
            && !matches!(self.service, Service::Pending)
            && !self.service.is_called_off()
    }

    /// Whether what it gives access to is lost when it completes: something was only ever lent.
    pub fn lends(&self) -> bool {
        self.plan
            .iter()
            .any(|line| matches!(line.terms.recurrence, crate::price::Recurrence::Subscription(_)))
    }

    /// What everything costs each time, without tax and shipping: every line's amount times its quantity.
    pub fn plan_total(&self) -> Minor {
        let amounts = self.plan.iter().map(|line| line.terms.amount.saturating_mul(line.quantity));
        amounts.fold(0, Minor::saturating_add)
    }
}

impl PlanLine {
    /// When its next period is billed; `None` if none will be.
    pub fn next_at(&self) -> Option<Time> {
        let cycle = self.terms.cycle()?;
        if cycle.periods.is_some_and(|periods| self.billed >= periods) {
            return None;
        }
        Some(self.starts_at(self.billed))
    }

    /// When the period after so many billed ones begins.
    pub fn starts_at(&self, billed: i64) -> Time {
        self.terms
            .cycle()
            .map_or(self.anchor, |cycle| cycle.every.after(self.anchor, billed - self.before_anchor))
    }

    /// Counts its periods from another moment from now on, at which the next one begins.
    pub fn rebase(&mut self, at: Time) {
        self.anchor = at;
        self.before_anchor = self.billed;
    }
}

/// That the order is a subscription whose money we take.
pub(crate) fn runs_or(order: &Order) -> Result<&Billing, Trouble> {
    let billing = order.billing.as_deref().ok_or(Trouble::NotBilled(order.id))?;
    match (&billing.processor, billing.kind) {
        (Processor::External(_), _) => Err(Trouble::External(order.id)),
        (_, Kind::OneTime) => Err(Trouble::NotASubscription(order.id)),
        _ => Ok(billing),
    }
}

impl Order {
    /// When something of its billing or charging is due next; whoever asks then does it with `Advance`.
    pub fn next_due(&self) -> Option<Time> {
        let billed = schedule::dues(self).into_iter().map(|(at, _)| at);
        billed.chain(self.authorizes_at()).min()
    }

    /// When a gateway is to be asked about one of its transactions next.
    pub fn next_ask(&self) -> Option<Time> {
        self.placed.transactions.iter().filter_map(|transaction| transaction.ask.map(|ask| ask.at)).min()
    }
}
