//! Units leave, are given up, come back to wait and leave again; money follows them.

use super::*;
use crate::command::charging::FulfillOrder;
use crate::command::{Command, Given, Restock};
use crate::money::Minor;
use crate::order::Order;
use TransactionKind::{Capture, Refund, Void};

/// Captures and releases of a line of three units, as it leaves or is given up step by step: (leave, give up).
fn steps(price: Minor, tax: Minor, shipping: Minor, units: i64, steps: &[(i64, i64)]) -> Vec<Minor> {
    let mut world = World::new();
    let line = costing(SHIRT, units, price, tax);
    let (id, lines) = world.authorized(vec![line], shipping);
    for (leave, give_up) in steps {
        world.run(&merchant(), finishing(id, &[(lines[0], *leave, *give_up)])).unwrap();
    }
    world.moved(id).into_iter().map(|(_, amount, _)| amount).collect()
}

#[test]
fn the_last_takes_what_is_left_to_the_cent() {
    // 37.81: 2/3 of each component, rounded half up, are 20.19 + 3.01 + 2.00.
    let mut whole = costing(SHIRT, 3, 1_010, 452);
    whole.article.discount = 1;
    let mut world = World::new();
    let (id, lines) = world.authorized(vec![whole], 300);
    world.run(&merchant(), finishing(id, &[(lines[0], 2, 1)])).unwrap();
    assert_eq!(world.moved(id), [(Capture, 2_520, 2), (Void, 3_781 - 2_520, 1)]);

    for (name, expected, moved) in [
        ("96.78 of three", vec![6_452, 3_226], steps(2_688, 1_614, 0, 3, &[(2, 0), (1, 0)])),
        ("48.38 of two", vec![2_420, 2_418], steps(2_000, 833, 5, 2, &[(1, 0), (1, 0)])),
        ("the same, given up", vec![2_420, 2_418], steps(2_000, 833, 5, 2, &[(0, 1), (1, 0)])),
        ("a cent for three", vec![0, 0, 1], steps(0, 1, 0, 3, &[(1, 0), (0, 1), (1, 0)])),
        ("a cent for two, rounded up", vec![1, 0], steps(0, 1, 0, 2, &[(1, 0), (1, 0)])),
    ] {
        assert_eq!(moved, expected, "{name}");
    }
}

#[test]
fn shipping_is_paid_by_what_is_shipped() {
    let shipping = |shipped: [bool; 3], prices: [Minor; 3]| {
        let mut world = World::new();
        let line = |(shipped, price): (bool, Minor)| {
            let mut line = costing(SHIRT, 1, price, 0);
            line.article.requires_shipping = shipped;
            line.described.requires_shipping = Given::Yes;
            line
        };
        let (id, _) = world.authorized(shipped.into_iter().zip(prices).map(line).collect(), 600);
        let charging = world.order(id).charging.clone().unwrap();
        charging.shares.iter().map(|share| share.whole.shipping).collect::<Vec<Minor>>()
    };
    assert_eq!(shipping([true, false, true], [100, 100, 200]), [200, 0, 400]);
    assert_eq!(shipping([true, false, true], [0, 100, 0]), [300, 0, 300], "by units, if they cost nothing");
    assert_eq!(shipping([false; 3], [100, 200, 300]), [100, 200, 300], "by all, if none is");
}

#[test]
fn one_capture_and_one_release_for_each_line() {
    let mut world = World::new();
    let (id, lines) = world.authorized(vec![costing(SHIRT, 3, 1_000, 0), costing(MUG, 2, 500, 0)], 0);
    let command = finishing(id, &[(lines[0], 1, 1), (lines[1], 0, 2)]);
    let decision = world.run(&merchant(), command).unwrap();
    assert_eq!(world.moved(id), [(Capture, 1_000, 1), (Void, 1_000, 1), (Void, 1_000, 2)]);
    let crate::decide::Outcome::Fulfillment(made) = decision.outcome else { panic!("{decision:?}") };
    let moved = world.order(id).placed.transactions.iter().filter_map(|own| own.covers.as_deref());
    assert!(moved.into_iter().all(|covers| covers.fulfillment == Some(made)));
    let fulfillment = &world.fulfillments[0];
    let given_up: Vec<i64> = fulfillment.given_up.iter().map(|units| units.quantity).collect();
    assert_eq!((fulfillment.shares.len(), given_up), (1, vec![1, 2]));
    let told = kinds(&decision);
    let of = |kind| told.iter().filter(|known| **known == kind).count();
    assert_eq!(
        [of(FactKind::FulfillmentCreated), of(FactKind::UnitsGivenUp), of(FactKind::Payment)],
        [1, 1, 3]
    );
    assert_eq!(world.stock(SHIRT, HERE), (9, 1), "one left, one is promised");
    let refund = &world.order(id).refunds[0];
    let gone: Vec<(i64, _)> = refund.lines.iter().map(|line| (line.quantity, line.location)).collect();
    assert_eq!(gone, [(1, Some(HERE)), (2, Some(SERVED))]);
    assert_eq!(refund.transactions.len(), 2, "what was let go for them");
}

#[test]
fn a_fulfillment_may_only_remember_what_was_given_up() {
    let mut world = World::new();
    let (id, lines) = world.authorized(vec![costing(SHIRT, 2, 1_000, 0)], 0);
    let decision = world.run(&merchant(), finishing(id, &[(lines[0], 0, 2)])).unwrap();
    assert!(!kinds(&decision).contains(&FactKind::FulfillmentCreated), "nothing left");
    assert!(!world.fulfillments[0].holds_units());
    assert_eq!(world.fulfillments[0].orders(), [id]);
    assert_eq!(world.moved(id), [(Void, 2_000, 2)]);
    world.answer(id, PaymentOutcome::Succeeded);
    assert_eq!(status::payment(world.order(id)), PaymentClaim::Voided);
    assert_eq!(world.stock(SHIRT, HERE), (10, 0));
    let again = world.refused(&merchant(), finishing(id, &[(lines[0], 1, 0)]));
    assert_eq!(again, Refusal::Billing(Trouble::NothingLeft(id)));
}

#[test]
fn all_of_it_happens_or_nothing() {
    let mut world = World::new();
    let (id, lines) = world.authorized(vec![costing(SHIRT, 2, 1_000, 0), costing(MUG, 1, 500, 0)], 0);
    let before = world.order(id).clone();
    let too_many = |line, asked, left| Refusal::Billing(Trouble::TooManyOfLine { line, asked, left });
    for (asked, refusal) in [
        (vec![(lines[1], 1, 0), (lines[0], 2, 1)], too_many(lines[0], 3, 2)),
        (vec![(lines[0], i64::MAX, i64::MAX)], too_many(lines[0], i64::MAX, 2)),
        (vec![(lines[0], 1, 0), (lines[0], 1, 1)], too_many(lines[0], 3, 2)),
        (vec![(lines[0], 1, 0), (lines[1], 0, 0)], Refusal::QuantityNotPositive((0, 1))),
        (vec![(lines[0], 2, -1)], Refusal::QuantityNotPositive((0, 0))),
        (vec![], Refusal::NothingToDo),
        (
            vec![(lines[0], 1, 0), (7.into(), 1, 0)],
            Refusal::Unknown(crate::refusal::Thing::OrderLine(7.into())),
        ),
    ] {
        assert_eq!(world.refused(&merchant(), finishing(id, &asked)), refusal, "{asked:?}");
    }
    assert_eq!(world.order(id), &before);
    world.run(&merchant(), finishing(id, &[(lines[1], 1, 0)])).unwrap();
    let done = world.refused(&merchant(), finishing(id, &[(lines[1], 0, 1)]));
    assert_eq!(done, too_many(lines[1], 1, 0), "the other line has something left");
    let refused = world.refused(&merchant(), calling_off(id, Restock::Yes));
    assert_eq!(refused, Refusal::OrderHasFulfillments(id));
}

#[test]
fn what_waits_elsewhere_is_fetched_to_where_most_of_it_is() {
    let mut world = World::new();
    let (id, lines) = world.authorized(vec![costing(SHIRT, 12, 100, 0)], 0);
    let at: Vec<_> = world.order(id).fulfillment_orders.iter().map(|fo| fo.location).collect();
    assert_eq!(at, [HERE, THERE], "neither has twelve");
    world.run(&merchant(), finishing(id, &[(lines[0], 12, 0)])).unwrap();
    assert_eq!(world.fulfillments.len(), 1);
    assert_eq!(world.fulfillments[0].location, HERE);
    assert_eq!((world.stock(SHIRT, HERE), world.stock(SHIRT, THERE)), ((-2, 0), (10, 0)));
    assert_eq!(world.moved(id), [(Capture, 1_200, 12)]);
}

#[test]
fn an_edit_and_calling_off_let_money_go() {
    let mut world = World::new();
    let (id, lines) = world.authorized(vec![costing(SHIRT, 3, 1_000, 0), costing(MUG, 1, 500, 0)], 0);
    world.run(&merchant(), editing(id, vec![setting(lines[0], 1)])).unwrap();
    assert_eq!(world.moved(id), [(Void, 2_000, 2)]);
    world.run(&merchant(), editing(id, vec![setting(lines[0], 2)])).unwrap();
    assert_eq!(world.moved(id).len(), 1, "what was let go isn't set aside again");
    world.run(&merchant(), calling_off(id, Restock::Yes)).unwrap();
    assert_eq!(world.moved(id)[1..], [(Void, 1_000, 1), (Void, 500, 1)]);
    let refund = world.order(id).refunds.last().unwrap();
    assert_eq!(refund.transactions.len(), 2);
    world.answer(id, PaymentOutcome::Succeeded);
    assert_eq!(sums(world.order(id)).unwrap().released, 3_500);
}

#[test]
fn what_was_given_up_before_the_money_was_set_aside_is_let_go_then() {
    let mut world = World::new();
    let id = world.place_charged(charged(vec![costing(SHIRT, 3, 1_000, 0)], 0));
    let line = world.order(id).lines[0].id;
    world.run(&merchant(), editing(id, vec![setting(line, 2)])).unwrap();
    assert_eq!(world.moved(id), []);
    world.answer(id, PaymentOutcome::Succeeded);
    assert_eq!(world.moved(id), [(Void, 1_000, 1)]);

    let late = world.place_charged(charged(vec![costing(SHIRT, 1, 1_000, 0)], 0));
    world.run(&merchant(), calling_off(late, Restock::Yes)).unwrap();
    world.answer(late, PaymentOutcome::Succeeded);
    assert_eq!(world.moved(late), [(Void, 1_000, 1)]);
}

#[test]
fn what_comes_back_to_wait_stays_paid_for() {
    let mut world = World::new();
    let (id, lines) = world.authorized(vec![costing(SHIRT, 2, 1_000, 0)], 0);
    let fo = world.order(id).fulfillment_orders[0].id;
    let left = world.ship(fo, None);
    world.answer(id, PaymentOutcome::Succeeded);
    world.run(&merchant(), Command::CancelFulfillment(left)).unwrap();
    assert_eq!(world.moved(id), [(Capture, 2_000, 2)], "no money goes back for that");
    world.run(&merchant(), finishing(id, &[(lines[0], 1, 0)])).unwrap();
    assert_eq!(world.moved(id).len(), 1, "and none is taken twice");
    world.run(&merchant(), finishing(id, &[(lines[0], 0, 1)])).unwrap();
    assert_eq!(world.moved(id)[1..], [(Refund, 1_000, 1)], "but what is given up goes back");
    let refund: &crate::refund::Refund = world.order(id).refunds.last().unwrap();
    assert_eq!((refund.lines.len(), refund.transactions.len()), (1, 1));
    world.answer(id, PaymentOutcome::Succeeded);
    assert_eq!(status::payment(world.order(id)), PaymentClaim::PartiallyRefunded);
}

#[test]
fn money_that_has_not_come_goes_back_once_it_has() {
    let mut world = World::new();
    let (id, lines) = world.authorized(vec![costing(SHIRT, 2, 1_000, 0)], 0);
    let fo = world.order(id).fulfillment_orders[0].id;
    let left = world.ship(fo, None);
    world.run(&merchant(), Command::CancelFulfillment(left)).unwrap();
    world.run(&merchant(), finishing(id, &[(lines[0], 0, 2)])).unwrap();
    assert_eq!(world.moved(id), [(Capture, 2_000, 2)], "nobody knows yet what came of it");
    world.answer(id, PaymentOutcome::Succeeded);
    assert_eq!(world.moved(id)[1..], [(Refund, 2_000, 2)]);
}

#[test]
fn any_order_can_be_fulfilled_by_its_lines() {
    let mut world = World::new();
    let id = world.place(new_order(vec![line(SHIRT, 2)]));
    let order: &Order = world.order(id);
    let of = order.lines[0].id;
    let Command::FulfillOrder(all) = finishing(id, &[(of, 1, 1)]) else { panic!("another command") };
    let said = crate::custom_field::CustomField::said("a".into(), "b".into(), "text".into(), "c".into());
    let all = FulfillOrder { custom_fields: vec![said], ..*all };
    world.run(&merchant(), Command::FulfillOrder(Box::new(all))).unwrap();
    assert_eq!(world.order(id).placed.transactions, []);
    assert_eq!(world.fulfillments[0].custom_fields[0].value, "c");
    assert_eq!(status::fulfillment(world.order(id)), status::FulfillmentStatus::Fulfilled);
    let limited = limited("write_merchant_managed_fulfillment_orders");
    let refused = world.refused(&limited, finishing(id, &[(of, 0, 1)]));
    assert!(matches!(refused, Refusal::NotPermitted(_)), "{refused:?}");
}
