//! Money that is set aside first: it is taken as units leave, once, whatever gets lost and whoever is killed.

use std::sync::Arc;
use std::time::Duration;

use domain::calendar::DAY;
use domain::charging::status::{Charged, charged};
use domain::command::Restock;
use domain::decide::Outcome as Decided;
use domain::id::{OrderId, OrderLineId};
use domain::order::{CancelReason, Order, PaymentClaim};
use domain::payment::{TransactionKind, TransactionStatus};
use domain::status;
use domain::time::HOUR;
use engine::gateway::{Account, SetUp};
use engine::workers::Workers;
use testkit::billing::GATEWAY;
use testkit::charging::{finishing, ordering};
use testkit::database::Database;
use testkit::world::{MUG, SHIRT, calling_off};

use crate::bench::{Bench, SECONDS, bench, workers};
use crate::payments::Ledger;

testkit::on_both! { charged_shop:
    money_is_set_aside_and_taken_line_by_line
    what_is_declined_is_called_off
    lost_answers_take_and_let_go_once
    whoever_is_killed_between_capture_and_commit_is_followed_by_another
    a_capture_that_fails_is_tried_for_a_month
    captures_may_take_their_time
}

async fn charged_shop(database: Database) -> Bench {
    let bench = bench(database).await;
    set_up(&bench, "test").await;
    bench
}

async fn set_up(bench: &Bench, kind: &str) {
    let gateway = SetUp { name: GATEWAY.into(), kind: kind.into(), account: Account::default() };
    bench.engine.set_up_gateway(bench.shop.id, &gateway).await.unwrap();
}

/// Two shirts and a mug, at 10.00 each.
async fn ordered(bench: &Bench, token: &str) -> (OrderId, Vec<OrderLineId>) {
    let done = bench.run(&ordering(&[(SHIRT, 2), (MUG, 1)], token)).await;
    let Decided::Order(id) = done.outcome else { panic!("{:?}", done.outcome) };
    (id, bench.order(id).await.lines.iter().map(|line| line.id).collect())
}

async fn settle(bench: &Bench, workers: &Workers) {
    while bench.engine.work_off(workers).await.unwrap() > 0 {}
}

fn sums(order: &Order) -> Charged {
    charged(order).unwrap()
}

fn stands(order: &Order, kind: TransactionKind) -> Vec<TransactionStatus> {
    let of = order.placed.transactions.iter().filter(|own| own.kind == kind);
    of.map(|own| own.status).collect()
}

async fn money_is_set_aside_and_taken_line_by_line(bench: Bench) {
    let workers = workers();
    let (id, lines) = ordered(&bench, "test_ok").await;
    settle(&bench, &workers).await;
    assert_eq!(status::payment(&*bench.order(id).await), PaymentClaim::Authorized);
    bench.run(&finishing(id, &[(lines[0], 1, 1), (lines[1], 1, 0)])).await;
    let order = bench.order(id).await;
    assert_eq!((sums(&order).captured, sums(&order).taken), (2_000, 0), "asked for, not come");
    settle(&bench, &workers).await;
    let order = bench.order(id).await;
    assert_eq!((sums(&order).taken, sums(&order).released), (2_000, 1_000));
    assert_eq!(status::payment(&order), PaymentClaim::Paid);
    assert_eq!(bench.findings().await, Vec::new());
}

async fn what_is_declined_is_called_off(bench: Bench) {
    let workers = workers();
    let (id, _) = ordered(&bench, "test_decline").await;
    settle(&bench, &workers).await;
    let order = bench.order(id).await;
    assert_eq!(order.cancelled.as_ref().map(|cancelled| cancelled.reason), Some(CancelReason::Declined));
    assert_eq!(order.authorization().unwrap().message.as_deref(), Some("card_declined"));
    assert_eq!(bench.findings().await, Vec::new());
}

async fn lost_answers_take_and_let_go_once(bench: Bench) {
    set_up(&bench, "ledger").await;
    let (id, lines) = ordered(&bench, "any").await;
    let aside = Ledger::new(2, Duration::ZERO);
    while bench.order(id).await.awaits_authorization() {
        settle(&bench, &aside.workers()).await;
        bench.clock().advance(HOUR);
    }
    bench.run(&finishing(id, &[(lines[0], 1, 1), (lines[1], 1, 0)])).await;
    let ledger = aside.again(4, Duration::ZERO);
    while sums(&*bench.order(id).await).taken < 2_000 || bench.order(id).await.next_ask().is_some() {
        settle(&bench, &ledger.workers()).await;
        bench.clock().advance(HOUR);
    }
    assert_eq!((aside.asked(), ledger.asked()), (3, 7), "two answers and then four were lost");
    assert_eq!(sums(&*bench.order(id).await).released, 1_000);
    let mut books = ledger.books();
    books.sort();
    assert_eq!(books, [1_000, 1_000, 1_000, 3_000], "set aside, taken twice, let go");
    assert_eq!(bench.findings().await, Vec::new());
}

async fn whoever_is_killed_between_capture_and_commit_is_followed_by_another(bench: Bench) {
    set_up(&bench, "ledger").await;
    let (id, lines) = ordered(&bench, "any").await;
    let quick = Ledger::new(0, Duration::ZERO);
    settle(&bench, &quick.workers()).await;
    bench.run(&finishing(id, &[(lines[0], 2, 0)])).await;
    let slow = quick.again(0, Duration::from_secs(3600));
    let (engine, victim) = (bench.another().await, slow.workers());
    let victim = tokio::spawn(async move { engine.work_off(&victim).await });
    while slow.asked() == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    victim.abort();
    assert!(victim.await.unwrap_err().is_cancelled());
    assert_eq!(slow.books(), [3_000, 2_000], "the money was taken");
    let heir: Arc<Ledger> = slow.again(0, Duration::ZERO);
    bench.clock().advance(121 * SECONDS);
    settle(&bench, &heir.workers()).await;
    assert_eq!((heir.asked(), heir.books()), (1, vec![3_000, 2_000]), "the same key, so nothing moved");
    assert_eq!(sums(&*bench.order(id).await).taken, 2_000);
    assert_eq!(bench.findings().await, Vec::new());
}

async fn a_capture_that_fails_is_tried_for_a_month(bench: Bench) {
    let workers = workers();
    let (id, lines) = ordered(&bench, "test_capture_fails").await;
    settle(&bench, &workers).await;
    bench.run(&finishing(id, &[(lines[1], 1, 0)])).await;
    let began = bench.engine.now();
    while let Some(next) = bench.order(id).await.next_ask() {
        let ahead = next.0 - bench.engine.now().0;
        bench.clock().advance(ahead.max(0));
        settle(&bench, &workers).await;
    }
    let lasted = bench.engine.now().0 - began.0;
    assert!((28 * DAY..=30 * DAY).contains(&lasted), "it was tried for {lasted} µs");
    let order = bench.order(id).await;
    let captures = stands(&order, TransactionKind::Capture);
    assert!(captures.len() > 20 && captures.iter().all(|status| *status == TransactionStatus::Failure));
    assert_eq!((sums(&order).captured, sums(&order).taken), (1_000, 0), "it counts once");
    assert_eq!(order.fulfilled_quantity(lines[1]), 1, "what left has left");
    bench.run(&finishing(id, &[(lines[0], 1, 0)])).await;
    bench.send(&domain::actor::Actor::System, &calling_off(id, Restock::Yes)).await.unwrap_err();
    assert_eq!(bench.findings().await, Vec::new());
}

async fn captures_may_take_their_time(bench: Bench) {
    let workers = workers();
    for (token, first, then) in [
        ("test_capture_late", TransactionStatus::Pending, TransactionStatus::Success),
        ("test_capture_late_fails", TransactionStatus::Pending, TransactionStatus::Failure),
        ("test_capture_lasts", TransactionStatus::Pending, TransactionStatus::Pending),
        ("test_release_fails", TransactionStatus::Success, TransactionStatus::Success),
    ] {
        let (id, lines) = ordered(&bench, token).await;
        settle(&bench, &workers).await;
        bench.run(&finishing(id, &[(lines[0], 1, 1)])).await;
        settle(&bench, &workers).await;
        assert_eq!(stands(&*bench.order(id).await, TransactionKind::Capture), [first], "{token}");
        bench.clock().advance(120 * SECONDS);
        settle(&bench, &workers).await;
        let order = bench.order(id).await;
        assert_eq!(stands(&order, TransactionKind::Capture)[0], then, "{token}");
        let let_go = match token {
            "test_release_fails" => TransactionStatus::Failure,
            _ => TransactionStatus::Success,
        };
        assert_eq!(stands(&order, TransactionKind::Void), [let_go], "{token}");
    }
    assert_eq!(bench.findings().await, Vec::new());
}
