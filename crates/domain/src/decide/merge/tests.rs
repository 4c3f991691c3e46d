//! Given, when, then: joining.

use crate::allowed::{Action, WhyNot};
use crate::command::Command;
use crate::decide::Outcome;
use crate::event::FactKind;
use crate::fulfillment_order::StageName;
use crate::id::{FulfillmentOrderId, FulfillmentOrderLineId};
use crate::refusal::{Refusal, Thing};
use crate::world::*;

fn units(world: &World, id: FulfillmentOrderId) -> Vec<(i64, i64)> {
    world.work(id).lines.iter().map(|line| (line.total, line.remaining())).collect()
}

/// Work of three shirts of which two were split off, the work with those, and the lines of both.
fn split() -> (World, [FulfillmentOrderId; 2], [FulfillmentOrderLineId; 2]) {
    let mut world = World::new();
    let one = world.placed_work(&[(SHIRT, 3)]);
    let line = world.work(one).lines[0].id;
    let decision = world.run(&merchant(), Command::Split(vec![some(one, &[(line, 2)])])).unwrap();
    let Outcome::Works(done) = &decision.outcome else { panic!() };
    let two = done[0].rest.unwrap();
    let other = world.work(two).lines[0].id;
    (world, [one, two], [line, other])
}

fn merging(works: &[FulfillmentOrderId]) -> Command {
    Command::Merge(vec![works.iter().map(|id| some(*id, &[])).collect()])
}

#[test]
fn the_first_lives_on_with_everything() {
    let (mut world, [one, two], [line, _]) = split();
    let decision = world.run(&merchant(), merging(&[one, two])).unwrap();
    assert_eq!(kinds(&decision), [FactKind::WorkMerged, FactKind::OrderUpdated]);
    assert_eq!((units(&world, one), world.work(one).lines[0].id), (vec![(3, 3)], line));
    assert_eq!((units(&world, two), world.work(two).stage_name()), (vec![(0, 0)], StageName::Closed));
    world.ship(one, None);
}

#[test]
fn what_is_not_named_stays_where_it_is() {
    let (mut world, [one, two], [_, other]) = split();
    let intents = vec![some(one, &[]), some(two, &[(other, 1)])];
    world.run(&merchant(), Command::Merge(vec![intents])).unwrap();
    assert_eq!((units(&world, one), units(&world, two)), (vec![(2, 2)], vec![(1, 1)]));
    assert_eq!(world.work(two).stage_name(), StageName::Open);
}

#[test]
fn lines_of_other_sales_come_as_lines_of_their_own() {
    let mut world = World::new();
    let work = world.placed_work(&[(SHIRT, 1), (STICKER, 1)]);
    let sticker = world.work(work).lines[1].id;
    world.run(&merchant(), Command::Split(vec![some(work, &[(sticker, 1)])])).unwrap();
    let rest = world.orders[0].fulfillment_orders[1].id;
    world.run(&merchant(), merging(&[work, rest])).unwrap();
    assert_eq!(units(&world, work), [(1, 1), (1, 1)]);
}

#[test]
fn what_was_joined_by_hand_is_not_taken_back_by_a_release() {
    let mut world = World::new();
    let work = world.placed_work(&[(SHIRT, 4)]);
    let line = world.work(work).lines[0].id;
    world.run(&merchant(), Command::Split(vec![some(work, &[(line, 1)])])).unwrap();
    world.run(&merchant(), holding(work, "", &[(line, 1)])).unwrap();
    let [_, free, rest] = [0, 1, 2].map(|i| world.orders[0].fulfillment_orders[i].id);
    world.run(&merchant(), merging(&[rest, free])).unwrap();
    world.run(&merchant(), Command::Release(work, vec![])).unwrap();
    assert_eq!((units(&world, work), units(&world, rest)), (vec![(1, 1)], vec![(3, 3)]));
}

#[test]
fn a_merge_is_refused() {
    let (mut world, [one, two], [line, other]) = split();
    let elsewhere = world.placed_work(&[(STICKER, 1)]);
    let no_peer = |id| Refusal::NotAllowed(id, Action::Merge, WhyNot::NoPeer);
    let refused = |world: &mut World, command| world.refused(&merchant(), command);
    assert_eq!(refused(&mut world, Command::Merge(vec![])), Refusal::NothingToDo);
    assert_eq!(refused(&mut world, merging(&[one])), Refusal::NothingToDo);
    assert_eq!(refused(&mut world, merging(&[one, one])), no_peer(one));
    let orders = world.orders.iter().map(|order| order.id).collect();
    assert_eq!(refused(&mut world, merging(&[one, elsewhere])), Refusal::SeveralOrders(orders));
    let nowhere = FulfillmentOrderId(4);
    assert_eq!(
        refused(&mut world, merging(&[one, nowhere])),
        Refusal::Unknown(Thing::FulfillmentOrder(nowhere))
    );
    let lines = |of: &[_], and: &[_]| Command::Merge(vec![vec![some(one, of), some(two, and)]]);
    assert_eq!(refused(&mut world, lines(&[(line, 1)], &[(other, 0)])), Refusal::QuantityNotPositive((1, 0)));
    let large = Refusal::QuantityTooLarge { line, asked: 999, remaining: 1 };
    assert_eq!(refused(&mut world, lines(&[(line, 999)], &[])), large);
    world.run(&merchant(), Command::CancelWork(two)).unwrap();
    let closed = WhyNot::Stage(StageName::Closed);
    assert_eq!(refused(&mut world, merging(&[one, two])), Refusal::NotAllowed(two, Action::Merge, closed));
    let again = world.orders[0].fulfillment_orders[2].id;
    world.run(&merchant(), moving(again, THERE, &[])).unwrap();
    assert_eq!(refused(&mut world, merging(&[one, again])), Refusal::SeveralLocations(vec![HERE, THERE]));
}
