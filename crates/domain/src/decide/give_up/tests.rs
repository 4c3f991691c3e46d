//! Given, when, then: units of some work are given up.

use crate::command::charging::GiveUpUnits;
use crate::command::{CancelOrder, Command, PayBack, Restock};
use crate::decide::Outcome;
use crate::event::FactKind;
use crate::fulfillment_order::{Request, StageName};
use crate::id::{FulfillmentOrderId, FulfillmentOrderLineId};
use crate::order::CancelReason;
use crate::payment::TransactionKind;
use crate::refusal::{Refusal, Thing};
use crate::world::charging::*;
use crate::world::*;

fn giving_up(work: FulfillmentOrderId, lines: &[(FulfillmentOrderLineId, i64)]) -> Command {
    Command::GiveUpUnits(GiveUpUnits { work, lines: lines.to_vec(), custom_fields: Vec::new() })
}

#[test]
fn only_the_work_that_is_named_loses_units() {
    let mut world = World::new();
    let old = world.placed_work(&[(SHIRT, 4), (STICKER, 1)]);
    let (shirt, sticker) = (world.work(old).lines[0].clone(), world.work(old).lines[1].id);
    let split = Command::Split(vec![some(old, &[(shirt.id, 2)])]);
    let Outcome::Works(done) = world.run(&merchant(), split).unwrap().outcome else { panic!() };
    let new = done[0].rest.unwrap();
    let before = world.work(new).clone();
    let decision = world.run(&merchant(), giving_up(old, &[(shirt.id, 1), (sticker, 1)])).unwrap();
    let told = [FactKind::UnitsGivenUp, FactKind::RefundCreated, FactKind::OrderUpdated];
    assert_eq!((kinds(&decision), moved(&decision)), (told.to_vec(), vec![(SHIRT, HERE)]));
    let left: Vec<_> = world.work(old).lines.iter().map(|line| (line.id, line.total)).collect();
    assert_eq!((left, world.work(new)), (vec![(shirt.id, 1)], &before));
    let order = world.orders[0].id;
    assert_eq!(world.order(order).current_quantity(shirt.order_line), 3);
    assert_eq!(world.stock(SHIRT, HERE), (10, 3));
    let Outcome::Fulfillment(made) = decision.outcome else { panic!("{:?}", decision.outcome) };
    let made = world.fulfillments.iter().find(|known| known.id == made).unwrap();
    let from: Vec<_> = made.given_up.iter().map(|units| (units.from.unwrap(), units.quantity)).collect();
    assert_eq!(from, [((old, shirt.id), 1), ((old, sticker), 1)]);
    assert!(!made.holds_units());
    let lines: Vec<_> = world.order(order).refunds[0].lines.iter().map(|line| line.location).collect();
    assert_eq!(lines, [Some(HERE); 2]);
}

#[test]
fn work_of_which_nothing_is_left_is_over_and_its_money_let_go() {
    let mut world = World::new();
    let (id, lines) = world.authorized(vec![costing(SHIRT, 3, 1_000, 0)], 0);
    let work = world.order(id).fulfillment_orders[0].clone();
    let of = work.lines[0].id;
    world.ship(work.id, Some(&[(of, 1)]));
    let decision = world.run(&merchant(), giving_up(work.id, &[(of, 2)])).unwrap();
    assert!(!kinds(&decision).contains(&FactKind::WorkCancelled), "something of it left");
    assert_eq!(world.work(work.id).stage_name(), StageName::Closed);
    let moved = [(TransactionKind::Capture, 1_000, 1), (TransactionKind::Void, 2_000, 2)];
    assert_eq!((world.moved(id), world.order(id).current_quantity(lines[0])), (moved.to_vec(), 1));
    let refused = world.refused(&merchant(), giving_up(work.id, &[(of, 1)]));
    assert_eq!(refused, Refusal::Unfulfillable(work.id, StageName::Closed));

    let (id, _) = world.authorized(vec![costing(SHIRT, 1, 1_000, 0)], 0);
    let work = world.order(id).fulfillment_orders[0].clone();
    let decision = world.run(&merchant(), giving_up(work.id, &[(work.lines[0].id, 1)])).unwrap();
    assert!(kinds(&decision).contains(&FactKind::WorkCancelled));
}

#[test]
fn it_is_refused_and_then_nothing_is_given_up() {
    let mut world = World::new();
    let work = world.placed_work(&[(SHIRT, 2)]);
    let line = world.work(work).lines[0].id;
    let (nowhere, none) = (FulfillmentOrderId(7), FulfillmentOrderLineId(7));
    let too_many = |asked| Refusal::QuantityTooLarge { line, asked, remaining: 2 };
    let before = world.orders.clone();
    for (command, refusal) in [
        (giving_up(work, &[(line, 3)]), too_many(3)),
        (giving_up(work, &[(line, i64::MAX)]), too_many(i64::MAX)),
        (giving_up(work, &[(line, 0)]), Refusal::QuantityNotPositive((0, 0))),
        (giving_up(work, &[(line, 1), (line, 1)]), Refusal::DoubleLine(line)),
        (giving_up(work, &[(line, 1), (none, 1)]), Refusal::Unknown(Thing::FulfillmentOrderLine(none))),
        (giving_up(work, &[]), Refusal::NothingToDo),
        (giving_up(nowhere, &[(line, 1)]), Refusal::Unknown(Thing::FulfillmentOrder(nowhere))),
    ] {
        assert_eq!(world.refused(&merchant(), command), refusal);
    }
    for request in [Request::Submitted, Request::Accepted, Request::CancellationRejected] {
        world.work_mut(work).request = request;
        let refused = world.refused(&merchant(), giving_up(work, &[(line, 1)]));
        assert_eq!(refused, Refusal::ServiceAtWork(work), "{request:?}");
        world.work_mut(work).request = Request::Unsubmitted;
    }
    assert_eq!(world.orders, before);
    let order = world.orders[0].id;
    let (reason, note, notify_buyer) = (CancelReason::Other, None, false);
    let (restock, pay_back) = (Restock::Yes, PayBack::Nothing);
    let cancel = CancelOrder { order, reason, note, restock, pay_back, notify_buyer };
    world.run(&merchant(), Command::CancelOrder(cancel)).unwrap();
    assert_eq!(world.refused(&merchant(), giving_up(work, &[(line, 1)])), Refusal::OrderCancelled(order));
}
