//! Money moves once: whatever is lost, whoever is killed, and however many nodes ask.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::billing::{InvoiceStatus, Service, status};
use domain::calendar::DAY;
use domain::command::Command;
use domain::decide::Outcome as Decided;
use domain::event::{Fact, PaymentNews};
use domain::id::{OrderId, PriceId, TransactionId};
use domain::money::Minor;
use domain::order::Order;
use domain::payment::TransactionStatus;
use domain::time::HOUR;
use engine::gateway::{Account, Answer, Gateway, Movement, Outcome, Request, SetUp};
use engine::workers::Workers;
use futures::FutureExt;
use futures::future::BoxFuture;
use testkit::billing::{self, GATEWAY, MONTHLY, ONCE};
use testkit::database::Database;

use crate::bench::{Bench, SECONDS, bench, workers};

testkit::on_both! { billed:
    a_subscription_is_paid_month_by_month
    an_answer_that_is_lost_is_asked_for_again_and_money_moves_once
    whoever_is_killed_with_the_answer_in_hand_is_followed_by_another
    two_nodes_ask_once
    what_settles_later_is_heard_of_in_time
    a_dispute_is_heard_of_and_ends
    money_that_does_not_go_back_is_still_there
    a_gateway_that_nobody_set_up_is_no_refusal
}

async fn billed(database: Database) -> Bench {
    let bench = bench(database).await;
    for command in billing::furniture() {
        bench.run(&command).await;
    }
    set_up(&bench, "test").await;
    bench
}

async fn set_up(bench: &Bench, kind: &str) {
    let gateway = SetUp { name: GATEWAY.into(), kind: kind.into(), account: Account::default() };
    bench.engine.set_up_gateway(bench.shop.id, &gateway).await.unwrap();
}

async fn ordered(bench: &Bench, price: PriceId, token: &str) -> OrderId {
    let done = bench.run(&billing::ordering(price, 1, token)).await;
    let Decided::Order(id) = done.outcome else { panic!("{:?}", done.outcome) };
    id
}

/// Whatever is due now is done, and what follows from it.
async fn settle(bench: &Bench, workers: &Workers) {
    while bench.engine.work_off(workers).await.unwrap() > 0 {}
}

fn stands(bench: &Bench, order: &Order) -> Vec<InvoiceStatus> {
    let status = |invoice| status::invoice_status(invoice, &order.placed.transactions, bench.engine.now());
    order.invoices.iter().filter_map(status).collect()
}

async fn made(bench: &Bench, order: OrderId) -> usize {
    let events = bench.timeline(order).await;
    let facts = events.iter().flat_map(|event| &event.facts);
    facts.filter(|fact| matches!(fact, Fact::Payment { news: PaymentNews::Made, .. })).count()
}

/// A gateway that keeps books by key, as every real one does, and whose answers get lost.
pub(crate) struct Ledger {
    books: Mutex<BTreeMap<TransactionId, Minor>>,
    asked: AtomicUsize,
    /// So many answers are lost before one comes through.
    loses: usize,
    /// How long it takes to answer, when the money has moved already.
    hesitates: Duration,
}

impl Ledger {
    pub(crate) fn new(loses: usize, hesitates: Duration) -> Arc<Self> {
        Arc::new(Self { books: Mutex::default(), asked: AtomicUsize::new(0), loses, hesitates })
    }

    /// The same books, answered for by somebody else.
    pub(crate) fn again(&self, loses: usize, hesitates: Duration) -> Arc<Self> {
        let books = Mutex::new(self.books.lock().unwrap().clone());
        Arc::new(Self { books, asked: AtomicUsize::new(0), loses, hesitates })
    }

    pub(crate) fn workers(self: &Arc<Self>) -> Workers {
        Workers { gateways: vec![self.clone()], ..workers() }
    }

    pub(crate) fn books(&self) -> Vec<Minor> {
        self.books.lock().unwrap().values().copied().collect()
    }

    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

impl Gateway for Ledger {
    fn kind(&self) -> &'static str {
        "ledger"
    }

    fn ask<'a>(&'a self, _: &'a Account, request: &'a Request) -> BoxFuture<'a, Answer> {
        async move {
            let sign = if matches!(request.movement, Movement::Refund { .. }) { -1 } else { 1 };
            self.books.lock().unwrap().insert(request.key, sign * request.amount);
            let asked = self.asked.fetch_add(1, Ordering::SeqCst) + 1;
            tokio::time::sleep(self.hesitates).await;
            if asked <= self.loses {
                return Answer::unknown("lost");
            }
            Answer::new(Outcome::Succeeded, Some(format!("made-{}", request.key)))
        }
        .boxed()
    }

    fn check<'a>(&'a self, _: &'a Account) -> BoxFuture<'a, Result<String, String>> {
        std::future::ready(Ok(String::new())).boxed()
    }
}

async fn a_subscription_is_paid_month_by_month(bench: Bench) {
    let workers = workers();
    let id = ordered(&bench, MONTHLY, "test_ok").await;
    settle(&bench, &workers).await;
    let order = bench.order(id).await;
    assert_eq!(stands(&bench, &order), [InvoiceStatus::Paid]);
    assert_eq!(order.billing.as_ref().unwrap().service, Service::Active);
    let paid = &order.placed.transactions[0];
    assert_eq!(paid.external_id, Some(format!("test_ok/{}", paid.id)));
    bench.clock().advance(31 * DAY);
    settle(&bench, &workers).await;
    // A renewal is due an hour later, and its money is taken then.
    assert_eq!(stands(&bench, &*bench.order(id).await), [InvoiceStatus::Paid, InvoiceStatus::Unpaid]);
    bench.clock().advance(HOUR);
    settle(&bench, &workers).await;
    assert_eq!(stands(&bench, &*bench.order(id).await), [InvoiceStatus::Paid; 2]);
    assert_eq!(bench.findings().await, Vec::new());
}

async fn an_answer_that_is_lost_is_asked_for_again_and_money_moves_once(bench: Bench) {
    let ledger = Ledger::new(3, Duration::ZERO);
    set_up(&bench, "ledger").await;
    let id = ordered(&bench, ONCE, "any").await;
    for lost in 1..=3 {
        settle(&bench, &ledger.workers()).await;
        let order = bench.order(id).await;
        assert_eq!(order.placed.transactions[0].status, TransactionStatus::Unknown);
        assert_eq!((ledger.asked(), stands(&bench, &order)), (lost, vec![InvoiceStatus::Unpaid]));
        bench.clock().advance((30 << (lost - 1)) * SECONDS);
    }
    settle(&bench, &ledger.workers()).await;
    assert_eq!(stands(&bench, &*bench.order(id).await), [InvoiceStatus::Paid]);
    assert_eq!((ledger.asked(), ledger.books(), made(&bench, id).await), (4, vec![5_000], 1));
    bench.clock().advance(10 * DAY);
    settle(&bench, &ledger.workers()).await;
    assert_eq!(ledger.asked(), 4, "what is known is not asked for any more");
}

async fn whoever_is_killed_with_the_answer_in_hand_is_followed_by_another(bench: Bench) {
    let id = ordered(&bench, ONCE, "any").await;
    set_up(&bench, "ledger").await;
    let ledger = Ledger::new(0, Duration::from_secs(3600));
    let (engine, slow) = (bench.another().await, ledger.workers());
    let victim = tokio::spawn(async move { engine.work_off(&slow).await });
    while ledger.asked() == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    victim.abort();
    assert!(victim.await.unwrap_err().is_cancelled());
    assert_eq!(ledger.books(), [5_000], "the money has moved");
    let heir = ledger.again(0, Duration::ZERO);
    settle(&bench, &heir.workers()).await;
    assert_eq!(heir.asked(), 0, "the lease of the dead holds");
    assert_eq!(bench.order(id).await.placed.transactions[0].status, TransactionStatus::Asked);
    bench.clock().advance(121 * SECONDS);
    settle(&bench, &heir.workers()).await;
    assert_eq!((heir.asked(), heir.books()), (1, vec![5_000]), "the same key, so nothing moved");
    assert_eq!(
        (stands(&bench, &*bench.order(id).await), made(&bench, id).await),
        (vec![InvoiceStatus::Paid], 1)
    );
}

async fn two_nodes_ask_once(bench: Bench) {
    set_up(&bench, "ledger").await;
    let mut orders = Vec::new();
    for _ in 0..20 {
        orders.push(ordered(&bench, ONCE, "any").await);
    }
    let ledger = Ledger::new(0, Duration::from_millis(5));
    let (other, workers) = (bench.another().await, ledger.workers());
    let sweeps =
        (0..16).map(|n| if n % 2 == 0 { bench.engine.work_off(&workers) } else { other.work_off(&workers) });
    for swept in futures::future::join_all(sweeps).await {
        swept.unwrap();
    }
    settle(&bench, &workers).await;
    assert_eq!((ledger.asked(), ledger.books().len()), (20, 20));
    for id in orders {
        assert_eq!(
            (stands(&bench, &*bench.order(id).await), made(&bench, id).await),
            (vec![InvoiceStatus::Paid], 1)
        );
    }
}

async fn what_settles_later_is_heard_of_in_time(bench: Bench) {
    let workers = workers();
    let (good, bad) =
        (ordered(&bench, ONCE, "test_late").await, ordered(&bench, ONCE, "test_late_decline").await);
    settle(&bench, &workers).await;
    for id in [good, bad] {
        assert_eq!(bench.order(id).await.placed.transactions[0].status, TransactionStatus::Pending);
    }
    bench.clock().advance(120 * SECONDS);
    settle(&bench, &workers).await;
    assert_eq!(stands(&bench, &*bench.order(good).await), [InvoiceStatus::Paid]);
    let order = bench.order(bad).await;
    let declined = &order.placed.transactions[0];
    assert_eq!(
        (declined.status, declined.message.as_deref()),
        (TransactionStatus::Failure, Some("card_declined"))
    );
    assert_eq!(stands(&bench, &order), [InvoiceStatus::Unpaid]);
}

async fn a_dispute_is_heard_of_and_ends(bench: Bench) {
    let workers = workers();
    let won = ordered(&bench, ONCE, "test_dispute_won").await;
    let lost = ordered(&bench, ONCE, "test_dispute_lost").await;
    settle(&bench, &workers).await;
    assert_eq!(stands(&bench, &*bench.order(won).await), [InvoiceStatus::Paid]);
    bench.clock().advance(120 * SECONDS);
    settle(&bench, &workers).await;
    assert_eq!(stands(&bench, &*bench.order(won).await), [InvoiceStatus::Disputed]);
    bench.clock().advance(120 * SECONDS);
    settle(&bench, &workers).await;
    assert_eq!(stands(&bench, &*bench.order(won).await), [InvoiceStatus::Paid]);
    assert_eq!(stands(&bench, &*bench.order(lost).await), [InvoiceStatus::Refunded]);
    assert_eq!(
        (made(&bench, won).await, made(&bench, lost).await),
        (1, 2),
        "what the bank took back is told too"
    );
}

async fn money_that_does_not_go_back_is_still_there(bench: Bench) {
    let workers = workers();
    for (token, first, then) in [
        ("test_ok", TransactionStatus::Success, InvoiceStatus::Refunded),
        ("test_refund_fails", TransactionStatus::Failure, InvoiceStatus::Paid),
        ("test_refund_late", TransactionStatus::Pending, InvoiceStatus::Refunded),
    ] {
        let id = ordered(&bench, ONCE, token).await;
        settle(&bench, &workers).await;
        let payment = bench.order(id).await.placed.transactions[0].id;
        let refund: Command = billing::refunding(id, payment);
        bench.run(&refund).await;
        settle(&bench, &workers).await;
        assert_eq!(bench.order(id).await.placed.transactions[1].status, first, "{token}");
        bench.clock().advance(120 * SECONDS);
        settle(&bench, &workers).await;
        assert_eq!(stands(&bench, &*bench.order(id).await), [then], "{token}");
    }
}

async fn a_gateway_that_nobody_set_up_is_no_refusal(bench: Bench) {
    let workers = workers();
    bench.engine.store().remove_gateway(bench.shop.id, GATEWAY).await.unwrap();
    let id = ordered(&bench, ONCE, "test_ok").await;
    settle(&bench, &workers).await;
    let order = bench.order(id).await;
    let asked = &order.placed.transactions[0];
    assert_eq!(asked.status, TransactionStatus::Unknown);
    assert_eq!(asked.message.as_deref(), Some("no gateway called money is set up"));
    set_up(&bench, "test").await;
    bench.clock().advance(30 * SECONDS);
    settle(&bench, &workers).await;
    assert_eq!(stands(&bench, &*bench.order(id).await), [InvoiceStatus::Paid]);
}
