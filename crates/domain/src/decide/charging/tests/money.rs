//! What gateways answer, and what becomes of it: failures, retries, expiry and refunds.

use super::*;
use crate::calendar::DAY;
use crate::charging::{Ledger, Risk};
use crate::command::charging::{Back, ChargingCommand, GiveBack};
use crate::id::{OrderId, OrderLineId};
use crate::time::HOUR;

/// An order of two lines, all of which left; the captures are still to be answered.
fn left(world: &mut World) -> (OrderId, Vec<OrderLineId>) {
    let (id, lines) = world.authorized(vec![costing(SHIRT, 2, 1_000, 0), costing(STICKER, 1, 500, 0)], 0);
    world.run(&merchant(), finishing(id, &[(lines[0], 2, 0), (lines[1], 1, 0)])).unwrap();
    (id, lines)
}

#[test]
fn a_capture_that_fails_is_asked_for_again_for_a_month_and_undoes_nothing() {
    let mut world = World::new();
    let (id, lines) = left(&mut world);
    let began = world.now;
    let first = world.asked(id)[0].clone();
    world.told(id, first.id, PaymentOutcome::Declined);
    let order = world.order(id);
    assert_eq!(order.fulfilled_quantity(lines[0]), 2, "what left has left");
    let again = order.placed.transactions.last().unwrap();
    assert_eq!((again.amount, again.ask.unwrap().at), (2_000, began.plus(HOUR)));
    assert_eq!(again.covers.as_ref().unwrap().instead_of, Some(first.id));
    assert_eq!(order.transaction(first.id).unwrap().ended_at, Some(began));
    let charging = order.charging.as_deref().unwrap();
    let ledger = Ledger::of(order, &charging.shares[0]);
    assert_eq!((ledger.captured, ledger.captured_amount), (2, 2_000), "it counts once");

    let mut tries = 1;
    while let Some(next) = world.asked(id).into_iter().find(|own| own.amount == 2_000) {
        world.now = next.ask.unwrap().at;
        world.told(id, next.id, PaymentOutcome::Declined);
        tries += 1;
    }
    assert!(world.now <= began.plus(30 * DAY), "the last try was within a month");
    assert_eq!(world.of_kind(id, TransactionKind::Capture).len(), tries + 1);
    assert_eq!(world.order(id).fulfilled_quantity(lines[0]), 2);
}

#[test]
fn a_pending_capture_may_fail_later_and_one_that_came_stays() {
    let mut world = World::new();
    let (id, _) = left(&mut world);
    let [shirt, sticker] = [0, 1].map(|at| world.asked(id)[at].id);
    world.told(id, shirt, PaymentOutcome::Pending);
    assert_eq!(world.order(id).transaction(shirt).unwrap().status, TransactionStatus::Pending);
    world.now = world.now.plus(HOUR);
    world.told(id, shirt, PaymentOutcome::Declined);
    assert!(world.asked(id).iter().any(|own| own.amount == 2_000));
    let decision = world.told(id, sticker, PaymentOutcome::Succeeded);
    assert_eq!(news(&decision), [PaymentNews::Made]);
    let refused = world.refused(&merchant(), billing::recording(id, sticker, PaymentOutcome::Declined));
    assert_eq!(refused, Refusal::Billing(Trouble::Settled(sticker)));
}

fn giving_back(order: OrderId, what: Back) -> crate::command::Command {
    charging(ChargingCommand::Refund(GiveBack { order, what, reason: None, custom_fields: vec![] }))
}

#[test]
fn money_goes_back_no_more_than_has_come() {
    let mut world = World::new();
    let (id, lines) = left(&mut world);
    let exceeds =
        |line, asked, left| Refusal::Billing(Trouble::RefundExceeds { order: id, line, asked, left });
    let early = world.refused(&merchant(), giving_back(id, Back::Amount(1)));
    assert_eq!(early, exceeds(None, 1, 0), "nothing has come yet");
    world.answer(id, PaymentOutcome::Succeeded);
    let decision = world.run(&merchant(), giving_back(id, Back::Amount(2_200))).unwrap();
    assert!(kinds(&decision).contains(&FactKind::RefundCreated));
    let refunds = world.of_kind(id, TransactionKind::Refund);
    assert_eq!(refunds.iter().map(|own| own.amount).collect::<Vec<_>>(), [2_000, 200], "the oldest first");
    let order = world.order(id);
    assert_eq!(order.refunds[0].transactions, [refunds[0].id, refunds[1].id]);
    let more = Back::Lines(vec![(lines[1], 200), (lines[1], 101)]);
    assert_eq!(world.refused(&merchant(), giving_back(id, more)), exceeds(Some(lines[1]), 301, 300));
    world.told(id, refunds[0].id, PaymentOutcome::Declined);
    world.told(id, refunds[1].id, PaymentOutcome::Succeeded);
    let left = sums(world.order(id)).unwrap().refundable();
    assert_eq!(left, 2_300, "what failed to go back may be tried again");
    world.run(&merchant(), giving_back(id, Back::Lines(vec![(lines[0], 2_000), (lines[1], 300)]))).unwrap();
    for bad in [Back::Amount(0), Back::Lines(vec![]), Back::Lines(vec![(lines[0], 5), (lines[0], -1)])] {
        let refused = world.refused(&merchant(), giving_back(id, bad.clone()));
        assert!(matches!(refused, Refusal::Malformed(..)), "{bad:?}: {refused:?}");
    }
}

#[test]
fn after_a_week_the_averse_want_the_money_to_be_set_aside_anew() {
    for risk in [Risk::Tolerant, Risk::Averse] {
        let mut world = World::new();
        world.shop.charging.risk = risk;
        let (id, lines) = world.authorized(vec![costing(SHIRT, 3, 1_000, 100)], 0);
        world.run(&merchant(), finishing(id, &[(lines[0], 1, 0)])).unwrap();
        world.answer(id, PaymentOutcome::Succeeded);
        world.now = world.now.plus(7 * DAY);
        let one = || finishing(id, &[(lines[0], 1, 0)]);
        if risk == Risk::Tolerant {
            assert_eq!(world.order(id).next_due(), None);
            world.run(&merchant(), one()).unwrap();
            continue;
        }
        let expired = Refusal::Billing(Trouble::AuthorizationExpired(id));
        assert_eq!(world.refused(&merchant(), one()), expired);
        let fo = world.order(id).fulfillment_orders[0].id;
        assert_eq!(world.refused(&merchant(), fulfilling(&[(fo, None)], Reach::OneOrder)), expired);

        let anew = || charging(ChargingCommand::Authorize(id, None));
        assert_eq!(world.order(id).next_due(), Some(world.now), "the timer asks by itself");
        world.advance(id).unwrap();
        assert_eq!(world.advance(id), Err(Refusal::Billing(Trouble::NotDue(id))));
        let refused = world.refused(&merchant(), one());
        assert_eq!(refused, Refusal::Billing(Trouble::NotAuthorized(id)), "nobody knows yet");
        let asked = world.order(id).authorization().unwrap();
        assert_eq!(asked.amount, 3_100 - 1_033, "what is still to be taken");
        assert!(matches!(world.refused(&merchant(), anew()), Refusal::Billing(Trouble::PaymentUnderWay(_))));
        world.answer(id, PaymentOutcome::Declined);
        assert!(world.order(id).cancelled.is_none(), "something left already");
        assert_eq!(world.refused(&merchant(), one()), expired);

        world.run(&merchant(), anew()).unwrap();
        world.answer(id, PaymentOutcome::Succeeded);
        world.run(&merchant(), finishing(id, &[(lines[0], 1, 1)])).unwrap();
        let moved = world.moved(id);
        let last = &moved[moved.len() - 2..];
        assert_eq!(last, [(TransactionKind::Capture, 1_033, 1), (TransactionKind::Void, 1_034, 1)]);
    }
}
