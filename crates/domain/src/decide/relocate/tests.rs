//! Given, when, then: moving.

use crate::actor::{Actor, Permission};
use crate::allowed::{Action, WhyNot};
use crate::command::Command;
use crate::decide::{Outcome, Write};
use crate::event::{Fact, FactKind};
use crate::fulfillment_order::{Request, Stage, StageName};
use crate::id::{FulfillmentOrderId, LocationId};
use crate::moving::Obstacle;
use crate::order::StockMode;
use crate::refusal::{Refusal, Thing};
use crate::stock::{StockDelta, StockGuard};
use crate::world::*;

fn units(world: &World, id: FulfillmentOrderId) -> Vec<(i64, i64)> {
    world.work(id).lines.iter().map(|line| (line.total, line.remaining())).collect()
}

fn moved(world: &mut World, command: Command) -> FulfillmentOrderId {
    let decision = world.run(&Actor::System, command).unwrap();
    let Outcome::Work { id, rest, .. } = decision.outcome else { panic!() };
    rest.unwrap_or(id)
}

#[test]
fn whole_work_keeps_its_id_and_its_promises_go_with_it() {
    let mut world = World::new();
    let work = world.placed_work(&[(SHIRT, 3), (STICKER, 1)]);
    let decision = world.run(&merchant(), moving(work, THERE, &[])).unwrap();
    assert_eq!(kinds(&decision), [FactKind::WorkMoved, FactKind::OrderUpdated]);
    let Fact::WorkMoved { original, moved, from, lines } = &decision.events[0].facts[0] else { panic!() };
    assert_eq!((original, from, lines.len()), (moved, &HERE, 2));
    assert_eq!((world.work(work).location, units(&world, work)), (THERE, vec![(3, 3), (1, 1)]));
    assert_eq!((world.stock(SHIRT, HERE), world.stock(SHIRT, THERE)), ((10, 0), (10, 3)));
    let promise = StockDelta { committed: 3, guard: StockGuard::Available, ..StockDelta::none(SHIRT, THERE) };
    assert!(decision.writes.contains(&Write::Stock(promise)), "{:?}", decision.writes);
    assert!(decision.writes.contains(&Write::RouteWaiting), "others may have what was promised here");
}

#[test]
fn some_of_it_becomes_new_work_there() {
    let mut world = World::new();
    let work = world.placed_work(&[(SHIRT, 2), (STICKER, 3)]);
    let [shirt, sticker] = [0, 1].map(|i| world.work(work).lines[i].id);
    let new = moved(&mut world, moving(work, THERE, &[(shirt, 2), (sticker, 1)]));
    assert_ne!(new, work);
    assert_eq!((units(&world, work), units(&world, new)), (vec![(2, 2)], vec![(2, 2), (1, 1)]));
    assert_eq!((world.work(work).location, world.work(new).location), (HERE, THERE));
    assert_eq!(world.work(new).fulfill_at, world.work(work).fulfill_at);
}

#[test]
fn what_had_left_stays_and_its_work_closes() {
    let mut world = World::new();
    let work = world.placed_work(&[(SHIRT, 3)]);
    let shirt = world.work(work).lines[0].id;
    world.ship(work, Some(&[(shirt, 1)]));
    let new = moved(&mut world, moving(work, THERE, &[]));
    assert_eq!((units(&world, work), world.work(work).stage_name()), (vec![(1, 0)], StageName::Closed));
    assert_eq!((units(&world, new), world.work(new).stage_name()), (vec![(2, 2)], StageName::Open));
    assert_eq!(world.stock(SHIRT, THERE), (10, 2));
}

#[test]
fn what_is_open_there_is_joined_in_new_work() {
    let mut world = World::new();
    let work = world.placed_work(&[(SHIRT, 3)]);
    let shirt = world.work(work).lines[0].id;
    let first = moved(&mut world, moving(work, THERE, &[(shirt, 1)]));
    let decision = world.run(&merchant(), moving(work, THERE, &[])).unwrap();
    assert_eq!(kinds(&decision), [FactKind::WorkMoved, FactKind::WorkMerged, FactKind::OrderUpdated]);
    let Outcome::Work { rest: Some(new), .. } = decision.outcome else { panic!() };
    assert_eq!(
        (units(&world, work), units(&world, first), units(&world, new)),
        (vec![(0, 0)], vec![(0, 0)], vec![(3, 3)])
    );
    assert!(!world.work(work).is_open() && !world.work(first).is_open());
}

#[test]
fn held_work_stays_held_and_is_not_parted() {
    let mut world = World::new();
    let work = world.placed_work(&[(SHIRT, 3)]);
    let shirt = world.work(work).lines[0].id;
    world.run(&merchant(), holding(work, "", &[])).unwrap();
    let held = WhyNot::Stage(StageName::OnHold);
    assert_eq!(
        world.refused(&merchant(), moving(work, THERE, &[(shirt, 1)])),
        Refusal::NotAllowed(work, Action::Split, held)
    );
    assert_eq!(moved(&mut world, moving(work, THERE, &[])), work);
    assert_eq!(world.work(work).holds().len(), 1);
}

#[test]
fn a_part_that_went_elsewhere_does_not_come_back_with_a_release() {
    let mut world = World::new();
    let work = world.placed_work(&[(SHIRT, 3)]);
    let shirt = world.work(work).lines[0].id;
    world.run(&merchant(), holding(work, "", &[(shirt, 1)])).unwrap();
    let rest = world.orders[0].fulfillment_orders[1].id;
    world.run(&merchant(), moving(rest, THERE, &[])).unwrap();
    world.run(&merchant(), Command::Release(work, vec![])).unwrap();
    assert_eq!((units(&world, work), units(&world, rest)), (vec![(1, 1)], vec![(2, 2)]));
}

#[test]
fn elsewhere_nobody_was_asked_for_it() {
    let mut world = World::new();
    world.put(MUG, HERE, 5);
    world.locations[0].active = false;
    let work = world.placed_work(&[(MUG, 2)]);
    world.locations[0].active = true;
    let move_here = moving(work, HERE, &[]);
    world.run(&merchant(), requesting(work, &[])).unwrap();
    let asked = WhyNot::Request(Request::Submitted);
    assert_eq!(world.refused(&merchant(), move_here.clone()), Refusal::NotAllowed(work, Action::Move, asked));
    world.run(&server(), Command::AcceptRequest(work, None)).unwrap();
    world.run(&server(), Command::GiveUp(work, None)).unwrap();
    world.run(&merchant(), move_here).unwrap();
    let there = world.work(work);
    assert_eq!((&there.stage, there.request, there.service), (&Stage::Open, Request::Unsubmitted, None));
}

#[test]
fn what_a_service_gave_up_is_routed_again() {
    let mut world = World::new();
    let work = world.placed_work(&[(MUG, 2)]);
    world.run(&merchant(), requesting(work, &[])).unwrap();
    world.run(&server(), Command::AcceptRequest(work, None)).unwrap();
    let line = world.work(work).lines[0].id;
    world.ship(work, Some(&[(line, 1)]));
    world.run(&server(), Command::GiveUp(work, None)).unwrap();
    let nowhere = world.refused(&merchant(), rerouting(&[work], &[], &[]));
    assert_eq!(nowhere, Refusal::NoPlace(work), "nobody else has any");
    world.put(MUG, THERE, 5);
    world.run(&merchant(), rerouting(&[work], &[], &[])).unwrap();
    let [left, moved] = &world.orders[0].fulfillment_orders[..] else { panic!() };
    assert_eq!(
        (left.stage_name(), left.lines[0].total),
        (StageName::Closed, 1),
        "what it sent stays with it"
    );
    assert_eq!((moved.location, moved.stage_name(), moved.open_quantity()), (THERE, StageName::Open, 1));
    assert_eq!((world.stock(MUG, SERVED), world.stock(MUG, THERE)), ((9, 0), (5, 1)));
}

#[test]
fn a_move_is_refused() {
    let mut world = World::new();
    let work = world.placed_work(&[(SHIRT, 3)]);
    let refused = |world: &mut World, to| world.refused(&merchant(), moving(work, to, &[]));
    let why = |to, obstacle| Refusal::NotMovable(work, to, obstacle);
    let nowhere = LocationId(4);
    assert_eq!(refused(&mut world, nowhere), Refusal::Unknown(Thing::Location(nowhere)));
    assert_eq!(refused(&mut world, HERE), why(HERE, Obstacle::Here));
    assert_eq!(refused(&mut world, SERVED), why(SERVED, Obstacle::NotStocked));
    world.put(SHIRT, THERE, 2);
    assert_eq!(refused(&mut world, THERE), why(THERE, Obstacle::OutOfStock));
    world.orders[0].placed.stock = StockMode::Oversell;
    world.run(&merchant(), moving(work, THERE, &[])).unwrap();
    assert_eq!(world.stock(SHIRT, THERE), (2, 3), "sold beyond stock on purpose");
    world.locations[0].active = false;
    assert_eq!(refused(&mut world, HERE), why(HERE, Obstacle::Inactive));
    let own = limited("write_merchant_managed_fulfillment_orders");
    assert_eq!(
        world.refused(&own, moving(work, SERVED, &[])),
        Refusal::NotPermitted(&[Permission::WriteThirdPartyWork])
    );
    world.run(&merchant(), Command::ReportProgress(work, None)).unwrap();
    let reported = Refusal::NotAllowed(work, Action::Move, WhyNot::ProgressReported);
    assert_eq!(refused(&mut world, HERE), reported);
}

#[test]
fn routing_says_where_to_among_those_that_may_be_taken() {
    let mut world = World::new();
    let work = world.placed_work(&[(SHIRT, 3)]);
    world.put(SHIRT, SERVED, 5);
    let to = |world: &mut World, include: &[_], exclude: &[_]| {
        world.run(&merchant(), rerouting(&[work], include, exclude)).map(|_| world.work(work).location)
    };
    assert_eq!(to(&mut world, &[], &[]), Ok(THERE));
    assert_eq!(to(&mut world, &[HERE, SERVED], &[HERE]), Ok(SERVED), "exclusion wins");
    assert_eq!(to(&mut world, &[], &[HERE, THERE]), Err(Refusal::NoPlace(work)));
    world.put(SHIRT, HERE, 2);
    world.put(SHIRT, THERE, 2);
    assert_eq!(to(&mut world, &[], &[]), Err(Refusal::NoPlace(work)), "it goes as a whole");
}

#[test]
fn a_reroute_is_of_one_order_and_one_location() {
    let mut world = World::new();
    let (one, two) = (world.placed_work(&[(SHIRT, 3)]), world.placed_work(&[(SHIRT, 1)]));
    let refused = |world: &mut World, works: &[_]| world.refused(&merchant(), rerouting(works, &[], &[]));
    assert_eq!(refused(&mut world, &[]), Refusal::NothingToDo);
    let orders = world.orders.iter().map(|order| order.id).collect();
    assert_eq!(refused(&mut world, &[one, two]), Refusal::SeveralOrders(orders));
    let shirt = world.work(one).lines[0].id;
    let new = moved(&mut world, moving(one, THERE, &[(shirt, 1)]));
    assert_eq!(refused(&mut world, &[one, new]), Refusal::SeveralLocations(vec![HERE, THERE]));
}

#[test]
fn works_that_are_rerouted_together_share_what_is_there() {
    let mut world = World::new();
    let one = world.placed_work(&[(SHIRT, 4)]);
    let shirt = world.work(one).lines[0].id;
    world.run(&merchant(), Command::Split(vec![some(one, &[(shirt, 2)])])).unwrap();
    let two = world.orders[0].fulfillment_orders[1].id;
    world.put(SHIRT, THERE, 3);
    let both = rerouting(&[one, two], &[], &[]);
    assert_eq!(world.refused(&merchant(), both.clone()), Refusal::NoPlace(two));
    world.put(SHIRT, THERE, 4);
    world.run(&merchant(), both).unwrap();
    assert_eq!([one, two].map(|id| world.work(id).location), [THERE, THERE]);
    assert_eq!(world.stock(SHIRT, THERE), (4, 4));
}
