//! The collector: asks gateways to move the money that was decided upon, and comes back with what became of it.
//!
//! A decision only notes that money is to move (a transaction that is asked for). Here an order of which that is due is
//! claimed by a short lease, the gateway is asked outside of any transaction with the movement's id as the key, and the
//! answer goes the way of every command. Whoever is killed in between loses the lease, and another one asks again with
//! the same key: the gateway makes the movement once. An answer that nobody knows is noted as such and asked for again
//! later; it is never taken for a no.
//!
//! What a gateway tells by itself (something settled, a buyer disputes a payment) is heard here as well, once it is due.

use std::sync::Arc;

use domain::actor::Actor;
use domain::command::Command;
use domain::command::billing::{BillingCommand, PaymentOutcome, RecordDispute, RecordPayment};
use domain::id::{OrderId, TransactionId};
use domain::order::Order;
use domain::payment::{self, Transaction, TransactionKind, TransactionStatus};
use domain::snapshot::Shop;
use domain::time::{SECOND, Time};
use store::{NewsRow, ToAsk};

use super::Workers;
use crate::gateway::{Answer, Movement, News, Outcome, Request, Rest, SetUp};
use crate::{Engine, Error};

/// How long a claim holds: longer than any gateway may take for the payments of an order.
const LEASE: i64 = 120 * SECOND;
/// How many pieces of news are heard before the other shops have their turn.
const HELPING: u32 = 64;
/// When news is heard again that came before what it is about was written down.
const HEAR_AGAIN: i64 = 60 * SECOND;

pub(super) async fn collect(engine: &Engine, workers: &Workers, shop: &Arc<Shop>) -> Result<u64, Error> {
    let news = engine.store().due_news(shop.id, engine.now(), HELPING).await?;
    let at_once = workers.calls_at_once.max(1);
    let claimed = engine.store().claim_to_ask(shop.id, engine.now(), LEASE, at_once as u32).await?;
    if news.is_empty() && claimed.is_empty() {
        return Ok(0);
    }
    let collector = Collector { engine, workers, shop, set_up: engine.gateways(shop.id).await? };
    for news in &news {
        collector.hear(news).await?;
    }
    let ids: Vec<OrderId> = claimed.iter().map(|claim| claim.order).collect();
    let orders = engine.store().orders_by_id(shop.id, &ids).await?;
    let before = |order: &Order| match claimed.iter().find(|claim| claim.order == order.id) {
        Some(ToAsk { abandoned: false, .. }) => Before::AsWritten,
        _ => Before::Maybe,
    };
    // No more than `at_once` were claimed, so all of them may be under way together.
    let all = futures::future::join_all(orders.iter().map(|order| collector.due(order, before(order)))).await;
    let mut finished = Vec::with_capacity(orders.len());
    let mut failed = None;
    for (order, outcome) in orders.iter().zip(all) {
        match outcome {
            Ok(Recorded::All) => finished.push(order.id),
            // Its lease runs out, and it is asked for again then.
            Ok(Recorded::NotAll) => {}
            Err(error) => failed = Some(error),
        }
    }
    engine.store().asked(shop.id, &finished).await?;
    failed.map_or(Ok((news.len() + claimed.len()) as u64), Err)
}

/// Whether a gateway was asked before.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    /// As often as it is written down.
    AsWritten,
    /// Perhaps once more: somebody who was about to ask was killed, or couldn't write down what was answered.
    Maybe,
}

/// Whether what gateways answered could be written down.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Recorded {
    All,
    NotAll,
}

struct Collector<'a> {
    engine: &'a Engine,
    workers: &'a Workers,
    shop: &'a Arc<Shop>,
    set_up: Vec<SetUp>,
}

impl Collector<'_> {
    /// Asks for every movement of an order that is due.
    async fn due(&self, order: &Arc<Order>, before: Before) -> Result<Recorded, Error> {
        let now = self.engine.now();
        let due = |own: &&Transaction| own.ask.is_some_and(|ask| ask.at <= now);
        let mut due: Vec<&Transaction> = order.placed.transactions.iter().filter(due).collect();
        // What can only be let go when the rest was taken comes after that.
        due.sort_by_key(|own| own.kind == TransactionKind::Void);
        let mut recorded = Recorded::All;
        let due: Vec<TransactionId> = due.into_iter().map(|own| own.id).collect();
        let mut order = Arc::clone(order);
        for (at, id) in due.into_iter().enumerate() {
            // What becomes of one movement may tell what is asked for with the next.
            if at > 0 && order.charging.is_some() {
                let read = self.engine.store().orders_by_id(self.shop.id, &[order.id]).await?.pop();
                order = read.unwrap_or(order);
            }
            let Some(transaction) = order.transaction(id).filter(|own| own.status.is_awaited()) else {
                continue;
            };
            if self.one(&order, transaction, before).await? == Recorded::NotAll {
                recorded = Recorded::NotAll;
            }
        }
        Ok(recorded)
    }

    async fn one(&self, order: &Order, transaction: &Transaction, before: Before) -> Result<Recorded, Error> {
        let answer = match request(order, transaction, self.engine.now()) {
            Ok(mut request) => {
                // Adapters look for what may have been made before they make it.
                request.times = request.times.max(i64::from(before == Before::Maybe));
                self.ask(transaction.gateway.as_deref(), &request).await
            }
            Err(why) => Answer::unknown(why),
        };
        // Before the answer: whoever is killed in between hears of it again, and notes it once.
        if !answer.later.is_empty() {
            let row = |(due_at, news): &(Time, News)| NewsRow {
                order: order.id,
                transaction: transaction.id,
                news: news.as_str().to_owned(),
                due_at: *due_at,
            };
            let later: Vec<NewsRow> = answer.later.iter().map(row).collect();
            self.engine.store().note_news(self.shop.id, &later).await?;
        }
        self.record(order.id, transaction.id, answer).await
    }

    async fn ask(&self, name: Option<&str>, request: &Request) -> Answer {
        let name = name.unwrap_or_default();
        let Some(set_up) = self.set_up.iter().find(|known| known.name == name) else {
            tracing::error!(gateway = name, order = %request.order, "no gateway of that name is set up");
            return Answer::unknown(format!("no gateway called {name} is set up"));
        };
        let Some(gateway) = self.workers.gateways.iter().find(|known| known.kind() == set_up.kind) else {
            tracing::error!(gateway = name, kind = set_up.kind, "this program doesn't know that gateway");
            return Answer::unknown(format!("this program knows no gateway called {}", set_up.kind));
        };
        gateway.ask(&set_up.account, request).await
    }

    async fn record(&self, order: OrderId, id: TransactionId, answer: Answer) -> Result<Recorded, Error> {
        let (outcome, message) = match answer.outcome {
            Outcome::Succeeded => (PaymentOutcome::Succeeded, None),
            Outcome::Declined(code) => (PaymentOutcome::Declined, Some(code)),
            Outcome::Pending => (PaymentOutcome::Pending, None),
            Outcome::Unknown(why) => {
                tracing::warn!(%order, transaction = %id, why, "nobody knows what became of a payment");
                (PaymentOutcome::Unknown, Some(why))
            }
        };
        metrics::counter!("consign_payments_total", "result" => word(outcome)).increment(1);
        let record = RecordPayment { order, transaction: id, outcome, external_id: answer.known_as, message };
        self.carry_out(BillingCommand::Record(record)).await
    }

    async fn carry_out(&self, command: BillingCommand) -> Result<Recorded, Error> {
        let command = Command::Billing(command);
        match self.engine.execute(self.shop, &Actor::System, &command).await? {
            Ok(_) => Ok(Recorded::All),
            Err(refusal) => {
                tracing::warn!(?refusal, ?command, "what a gateway said was refused");
                Ok(Recorded::NotAll)
            }
        }
    }

    /// Hears what a gateway tells by itself.
    async fn hear(&self, row: &NewsRow) -> Result<(), Error> {
        let store = self.engine.store();
        let order = store.orders_by_id(self.shop.id, &[row.order]).await?.pop();
        let known = order.as_deref().and_then(|order| Some((order, order.transaction(row.transaction)?)));
        let (Some((order, transaction)), Some(news)) = (known, News::parse(&row.news)) else {
            tracing::warn!(order = %row.order, news = row.news, "news of something that isn't there");
            return Ok(store.news_heard(self.shop.id, row, None).await?);
        };
        let recorded = match news {
            News::Ask if transaction.status.is_awaited() => {
                self.one(order, transaction, Before::AsWritten).await?
            }
            News::Ask => Recorded::All,
            News::Dispute(news) => {
                let dispute = RecordDispute { order: row.order, transaction: row.transaction, news };
                self.carry_out(BillingCommand::RecordDispute(dispute)).await?
            }
        };
        let too_early = recorded == Recorded::NotAll && transaction.status.is_awaited();
        let again = too_early.then(|| self.engine.now().plus(HEAR_AGAIN));
        Ok(store.news_heard(self.shop.id, row, again).await?)
    }
}

fn word(outcome: PaymentOutcome) -> &'static str {
    match outcome {
        PaymentOutcome::Succeeded => "succeeded",
        PaymentOutcome::Declined => "declined",
        PaymentOutcome::Pending => "pending",
        PaymentOutcome::Unknown => "unknown",
    }
}

/// What becomes of the rest of the authorization that a capture or a release follows.
fn rest(all: &[Transaction], transaction: &Transaction) -> Rest {
    let Some(authorization) = payment::parent(all, transaction) else { return Rest::Stays };
    if authorization.amount == transaction.amount {
        return Rest::None;
    }
    // What is let go with the last capture doesn't stay; what is still to be captured does.
    let awaited = all.iter().filter(|own| own.id != transaction.id && own.status.is_awaited());
    let mut awaited = awaited.filter(|own| own.kind == TransactionKind::Capture);
    let open = payment::unused(all, authorization) > 0;
    let waits =
        open || awaited.any(|own| payment::parent(all, own).is_some_and(|of| of.id == authorization.id));
    if waits { Rest::Stays } else { Rest::Gone }
}

/// What a gateway is asked for; if nothing can be asked, why.
fn request(order: &Order, transaction: &Transaction, now: Time) -> Result<Request, &'static str> {
    let all = &order.placed.transactions;
    let of = || {
        let parent = payment::parent(all, transaction).and_then(|parent| parent.external_id.clone());
        parent.ok_or("the gateway's name for the payment that it follows isn't known")
    };
    let instrument = || {
        let billed = order.billing.as_deref().and_then(|billing| billing.gateway());
        let billed = billed.and_then(|gateway| Some((&gateway.name, gateway.instrument.as_ref()?)));
        let charged = order.charging.as_deref().map(|charging| (&charging.gateway, &charging.instrument));
        let own = billed.or(charged).filter(|(name, _)| Some(*name) == transaction.gateway.as_ref());
        own.map(|(_, instrument)| instrument.clone()).ok_or("there is no means of payment to charge")
    };
    let declined = all.iter().filter(|own| {
        own.takes() && own.invoice == transaction.invoice && own.status == TransactionStatus::Failure
    });
    let movement = match transaction.kind {
        TransactionKind::Sale => {
            Movement::Charge { instrument: instrument()?, declined: declined.count() as i64 }
        }
        TransactionKind::Authorization => Movement::Authorize { instrument: instrument()? },
        TransactionKind::Capture => Movement::Capture { of: of()?, rest: rest(all, transaction) },
        TransactionKind::Void => Movement::Release { of: of()?, rest: rest(all, transaction) },
        TransactionKind::Refund => Movement::Refund { of: of()? },
        TransactionKind::Change => return Err("change is given at a till, not by a gateway"),
    };
    Ok(Request {
        key: transaction.id,
        order: order.id,
        movement,
        amount: transaction.amount,
        currency: order.placed.currency,
        since: transaction.at,
        times: transaction.ask.map_or(0, |ask| ask.times),
        known_as: transaction.external_id.clone(),
        now,
    })
}
