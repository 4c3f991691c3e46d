//! Orders whose money is set aside: placed, fulfilled and given up, line by line, down to the last cent.

use crate::charging::status::charged as sums;
use crate::command::billing::PaymentOutcome;
use crate::event::{Fact, FactKind, PaymentNews};
use crate::fulfillment_order::StageName;
use crate::order::{CancelReason, PaymentClaim};
use crate::payment::{TransactionKind, TransactionStatus};
use crate::refusal::Refusal;
use crate::status;
use crate::world::charging::*;
use crate::world::*;
use crate::{billing::Trouble, command::Reach};

fn news(decision: &crate::decide::Decision) -> Vec<PaymentNews> {
    let facts = decision.events.iter().flat_map(|event| &event.facts);
    facts.filter_map(|fact| if let Fact::Payment { news, .. } = fact { Some(*news) } else { None }).collect()
}

#[test]
fn an_order_waits_until_its_money_is_set_aside() {
    let mut world = World::new();
    let id = world.place_charged(charged(vec![costing(SHIRT, 2, 1_000, 400), costing(MUG, 1, 500, 0)], 300));
    let order = world.order(id);
    let asked = order.authorization().unwrap();
    assert_eq!((asked.kind, asked.status), (TransactionKind::Authorization, TransactionStatus::Asked));
    assert_eq!(asked.amount, status::totals(order).total, "the shares sum to what the order costs");
    assert_eq!(order.charging.as_ref().unwrap().total(), 2_000 + 400 + 500 + 300);
    let stages: Vec<StageName> = order.fulfillment_orders.iter().map(|fo| fo.stage_name()).collect();
    assert_eq!(stages, [StageName::OnHold, StageName::OnHold]);
    let line = order.lines[0].id;
    let refused = world.refused(&merchant(), finishing(id, &[(line, 1, 0)]));
    assert_eq!(refused, Refusal::Billing(Trouble::NotAuthorized(id)));

    let decision = world.answer(id, PaymentOutcome::Succeeded);
    assert_eq!(news(&decision), [PaymentNews::Made]);
    let order = world.order(id);
    assert!(order.fulfillment_orders.iter().all(|fo| fo.stage_name() == StageName::Open));
    assert_eq!(
        order.charging.as_ref().unwrap().authorized_until,
        Some(world.now.plus(7 * 24 * 3_600_000_000))
    );
    assert_eq!((status::payment(order), status::outstanding(order)), (PaymentClaim::Authorized, 3_200));
    assert!(!status::can_mark_paid(order), "its money follows the units");
}

#[test]
fn an_order_whose_money_was_declined_is_called_off() {
    let mut world = World::new();
    let id = world.place_charged(charged(vec![costing(SHIRT, 2, 1_000, 0)], 0));
    let decision = world.answer(id, PaymentOutcome::Declined);
    assert_eq!(news(&decision), [PaymentNews::Declined]);
    assert!(kinds(&decision).contains(&FactKind::OrderCancelled));
    let order = world.order(id);
    assert_eq!(order.cancelled.as_ref().unwrap().reason, CancelReason::Declined);
    assert_eq!(world.moved(id), [], "nothing was set aside that could be let go");
    assert_eq!(world.stock(SHIRT, HERE), (10, 0));
}

#[test]
fn nothing_can_be_set_aside_for_what_costs_nothing() {
    let mut world = World::new();
    let id = world.place_charged(charged(vec![costing(SHIRT, 1, 0, 0)], 0));
    assert_eq!(world.asked(id), []);
    let fo = world.order(id).fulfillment_orders[0].id;
    world.ship(fo, None);
    assert_eq!(world.moved(id), [(TransactionKind::Capture, 0, 1)]);
    assert_eq!((world.asked(id), status::payment(world.order(id))), (vec![], PaymentClaim::Paid));
}

#[test]
fn what_leaves_is_captured_whatever_command_moved_it() {
    let mut world = World::new();
    let (id, lines) = world.authorized(vec![costing(SHIRT, 3, 1_000, 100)], 100);
    let fo = world.order(id).fulfillment_orders[0].clone();
    let left = world.ship(fo.id, Some(&[(fo.lines[0].id, 1)]));
    assert_eq!(world.moved(id), [(TransactionKind::Capture, 1_000 + 33 + 33, 1)]);
    let capture = &world.of_kind(id, TransactionKind::Capture)[0];
    assert_eq!(capture.covers.as_ref().unwrap().fulfillment, Some(left));
    assert_eq!(capture.parent, Some(world.order(id).authorization().unwrap().id));
    assert_eq!(capture.covers.as_ref().unwrap().line, lines[0]);

    world.run(&merchant(), fulfilling(&[(fo.id, None)], Reach::OneOrder)).unwrap();
    let rest = 3_200 - 1_066;
    assert_eq!(world.moved(id)[1..], [(TransactionKind::Capture, rest, 2)], "the last takes what is left");
    world.answer(id, PaymentOutcome::Succeeded);
    assert_eq!(status::payment(world.order(id)), PaymentClaim::Paid);
    assert_eq!(sums(world.order(id)).unwrap().taken, 3_200);
}

mod disputes;
mod money;
mod returns;
mod units;
