//! Figures count live orders, and nothing of test orders: the same history leaves every figure at zero.

use domain::command::Command;
use domain::id::TransactionId;
use domain::payment::{Transaction, TransactionKind, TransactionStatus};
use domain::time::{HOUR, Time};
use store::figures::{SLOT, Waiting};
use testkit::world::{self, HERE, SHIRT};

use crate::bench::{Bench, furnished};

testkit::on_both! { furnished:
    every_figure_counts_live_orders
    the_same_history_of_test_orders_counts_nothing
    slots_are_quarters_of_an_hour
}

const FROM: Time = Time(0);
const UNTIL: Time = Time(1_000 * HOUR);

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Live,
    Test,
}

/// Two orders: one is paid, sent in time and refunded in part, the other one waits past its deadline.
async fn history(bench: &Bench, kind: Kind) {
    let moved = |kind, amount| {
        Transaction::new(TransactionId(bench.fresh()), kind, TransactionStatus::Success, amount, Time(HOUR))
    };
    let mut paid = world::order(&[(SHIRT, 2)]);
    paid.placed.test = kind == Kind::Test;
    paid.placed.transactions =
        vec![moved(TransactionKind::Sale, 5_000), moved(TransactionKind::Refund, 1_200)];
    let sent = bench.place(paid).await.fulfillment_orders.remove(0).id;
    let mut late = world::order(&[(SHIRT, 3)]);
    late.placed.test = kind == Kind::Test;
    let waits = bench.place(late).await.fulfillment_orders.remove(0).id;
    bench.run(&Command::SetDeadline(vec![sent, waits], UNTIL.plus(-HOUR))).await;
    bench.ship(sent).await;
}

async fn every_figure_counts_live_orders(bench: Bench) {
    history(&bench, Kind::Live).await;
    let shop = bench.shop.id;
    let orders = bench.store.orders_placed(shop, FROM, UNTIL).await.unwrap();
    assert_eq!(orders.iter().map(|slot| slot.what).sum::<i64>(), 2);
    let money = bench.store.money_moved(shop, FROM, UNTIL).await.unwrap();
    let [moved] = money.as_slice() else { panic!("{money:?}") };
    assert_eq!((moved.what.currency.as_str(), moved.what.taken, moved.what.returned), ("USD", 5_000, 1_200));
    assert_eq!(moved.at, Time(HOUR));
    assert_eq!(bench.store.money_moved(shop, Time(HOUR + 1), UNTIL).await.unwrap(), vec![]);
    let deadlines = bench.store.deadlines(shop, FROM, UNTIL).await.unwrap();
    let [passed] = deadlines.as_slice() else { panic!("{deadlines:?}") };
    assert_eq!((passed.what.location, passed.what.due, passed.what.met), (HERE, 2, 1));
    let bounds = [Time(2), Time(1), Time(0)];
    let backlog = bench.store.backlog(shop, &bounds).await.unwrap();
    assert_eq!(backlog, vec![Waiting { location: Some(HERE), age: 3, works: 1, units: 3 }]);
    let young = bench.store.backlog(shop, &[Time(-1), Time(-2), Time(-3)]).await.unwrap();
    assert_eq!(young.first().map(|waits| waits.age), Some(0));
    assert_eq!(bench.findings().await, Vec::<String>::new());
}

async fn the_same_history_of_test_orders_counts_nothing(bench: Bench) {
    history(&bench, Kind::Test).await;
    let shop = bench.shop.id;
    assert_eq!(bench.number("SELECT CAST(count(*) AS BIGINT) FROM orders").await, 2, "there is a history");
    assert_eq!(bench.store.orders_placed(shop, FROM, UNTIL).await.unwrap(), vec![]);
    assert_eq!(bench.store.money_moved(shop, FROM, UNTIL).await.unwrap(), vec![]);
    assert_eq!(bench.store.deadlines(shop, FROM, UNTIL).await.unwrap(), vec![]);
    assert_eq!(bench.store.backlog(shop, &[Time(2), Time(1), Time(0)]).await.unwrap(), vec![]);
    assert_eq!(bench.findings().await, Vec::<String>::new());
}

async fn slots_are_quarters_of_an_hour(bench: Bench) {
    for at in [SLOT - 1, SLOT, 2 * SLOT - 1] {
        let mut place = world::order(&[(SHIRT, 1)]);
        place.placed.processed_at = Time(at);
        bench.place(place).await;
    }
    let slots = bench.store.orders_placed(bench.shop.id, FROM, UNTIL).await.unwrap();
    let counted: Vec<(i64, i64)> = slots.iter().map(|slot| (slot.at.0, slot.what)).collect();
    assert_eq!(counted, vec![(0, 1), (SLOT, 2)]);
    assert_eq!(
        bench.store.orders_placed(bench.shop.id, Time(SLOT), Time(2 * SLOT - 1)).await.unwrap().len(),
        1
    );
}
