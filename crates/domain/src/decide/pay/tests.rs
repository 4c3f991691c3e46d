//! Given, when, then: what was paid by hand, and what goes back.

use crate::command::{CancelOrder, Command, PayBack, Restock};
use crate::event::FactKind;
use crate::id::{ContactId, OrderId, TransactionId};
use crate::order::{CancelReason, PaymentClaim};
use crate::payment::{Transaction, TransactionKind, TransactionStatus};
use crate::refusal::Refusal;
use crate::status;
use crate::time::Time;
use crate::world::*;

use TransactionKind::{Authorization, Capture, Refund, Sale, Void};

/// An order that costs 30.00, with these movements of money.
fn paid(movements: &[(TransactionKind, i64)]) -> (World, OrderId) {
    let mut world = World::new();
    world.placed_work(&[(SHIRT, 3)]);
    let order = &mut world.orders[0];
    order.lines[0].article.unit_price = 1_000;
    let transaction = |(id, (kind, amount)): (i64, &(TransactionKind, i64))| Transaction {
        gateway: Some("card".into()),
        ..Transaction::new(TransactionId(id), *kind, TransactionStatus::Success, *amount, Time(0))
    };
    order.placed.transactions = (1..).zip(movements).map(transaction).collect();
    let id = order.id;
    (world, id)
}

/// What was written down since, with the number of what it follows.
fn made(world: &World, from: usize) -> Vec<(TransactionKind, i64, Option<i64>)> {
    let all = &world.orders[0].placed.transactions[from..];
    all.iter().map(|one| (one.kind, one.amount, one.parent.map(|parent| parent.0))).collect()
}

fn cancel(order: OrderId, pay_back: PayBack) -> Command {
    let (reason, note, restock) = (CancelReason::Customer, None, Restock::No);
    Command::CancelOrder(CancelOrder { order, reason, note, restock, pay_back, notify_buyer: true })
}

#[test]
fn what_is_due_is_captured_first_and_else_taken_by_hand() {
    for (before, after) in [
        (vec![], vec![(Sale, 3_000, None)]),
        (vec![(Sale, 1_000)], vec![(Sale, 2_000, None)]),
        (vec![(Authorization, 3_000)], vec![(Capture, 3_000, Some(1))]),
        (vec![(Authorization, 5_000)], vec![(Capture, 3_000, Some(1))]),
        (vec![(Authorization, 1_000), (Capture, 400)], vec![(Capture, 600, Some(1)), (Sale, 2_000, None)]),
    ] {
        let (mut world, id) = paid(&before);
        assert!(status::can_mark_paid(world.order(id)));
        let decision = world.run(&merchant(), Command::MarkPaid(id)).unwrap();
        assert_eq!(made(&world, before.len()), after, "{before:?}");
        assert_eq!(kinds(&decision), [FactKind::OrderPaid, FactKind::OrderUpdated]);
        let order = world.order(id);
        assert_eq!((status::payment(order), status::outstanding(order)), (PaymentClaim::Paid, 0));
        assert_eq!(world.refused(&merchant(), Command::MarkPaid(id)), Refusal::NothingDue(id), "once");
    }
}

#[test]
fn nothing_is_due_of_what_went_back_or_was_called_off() {
    for before in [vec![(Sale, 3_000), (Refund, 1_000)], vec![(Authorization, 3_000), (Void, 3_000)]] {
        let (mut world, id) = paid(&before);
        assert_eq!(world.refused(&merchant(), Command::MarkPaid(id)), Refusal::NothingDue(id), "{before:?}");
    }
    let (mut world, id) = paid(&[]);
    world.run(&merchant(), cancel(id, PayBack::AsPaid)).unwrap();
    assert_eq!(world.refused(&merchant(), Command::MarkPaid(id)), Refusal::NothingDue(id));
    assert_eq!(status::told_payment(world.order(id)), None, "nobody paid, nobody waits");
    assert!(matches!(
        world.refused(&limited("read_orders"), Command::MarkPaid(id)),
        Refusal::NotPermitted(_)
    ));
}

#[test]
fn money_goes_back_the_way_it_came() {
    let before = [(Sale, 1_000), (Authorization, 1_500), (Capture, 500), (Refund, 200)];
    let (mut world, id) = paid(&before);
    world.run(&merchant(), cancel(id, PayBack::AsPaid)).unwrap();
    // The refund before names nothing; it took of the capture, the newest.
    let back = [(Refund, 1_000, Some(1)), (Void, 1_000, Some(2)), (Refund, 300, Some(3))];
    assert_eq!(made(&world, 4), back);
    let order = world.order(id);
    let refund = &order.refunds[0];
    assert_eq!(refund.amount(&order.placed.transactions), 1_300);
    assert_eq!((refund.lines[0].quantity, refund.lines[0].restock), (3, Restock::No));
    assert_eq!(refund.lines[0].location, Some(HERE));
    assert_eq!(status::payment(order), PaymentClaim::Refunded);
}

#[test]
fn money_that_stays_is_not_written_down() {
    let (mut world, id) = paid(&[(Sale, 3_000)]);
    world.run(&merchant(), cancel(id, PayBack::Nothing)).unwrap();
    let order = world.order(id);
    assert_eq!((made(&world, 1), order.refunds[0].transactions.len()), (vec![], 0));
    assert_eq!(order.refunds[0].lines[0].quantity, 3, "units were given up all the same");
    assert_eq!(status::payment(order), PaymentClaim::Paid);
}

#[test]
fn store_credit_needs_somebody_to_spend_it_in_time() {
    let (mut world, id) = paid(&[(Sale, 3_000)]);
    let (now, later) = (world.now, world.now.plus(1));
    assert_eq!(world.refused(&merchant(), cancel(id, PayBack::StoreCredit(Some(now)))), Refusal::TimePassed);
    let credit = cancel(id, PayBack::StoreCredit(Some(later)));
    assert_eq!(world.refused(&merchant(), credit.clone()), Refusal::NoBuyer(id));
    world.orders[0].placed.contact = Some(ContactId(8));
    world.run(&merchant(), credit).unwrap();
    let order = world.order(id);
    assert_eq!(made(&world, 1), [(Refund, 3_000, Some(1))]);
    assert_eq!(order.placed.transactions[1].gateway.as_deref(), Some("store_credit"));
    assert_eq!(order.refunds[0].credit_expires_at, Some(later));
}
