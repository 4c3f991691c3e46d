//! Given, when, then: what waits is routed again.

use crate::actor::Actor;
use crate::command::Command;
use crate::event::FactKind;
use crate::fulfillment_order::Stage;
use crate::id::OrderId;
use crate::order::StockMode;
use crate::routing::{DecidedBy, Verdict};
use crate::world::*;

fn places(world: &World, id: OrderId) -> Vec<(crate::id::LocationId, i64)> {
    world.order(id).fulfillment_orders.iter().map(|fo| (fo.location, fo.open_quantity())).collect()
}

#[test]
fn what_nobody_has_waits_and_is_found_a_place_later() {
    let mut world = World::new();
    let id = world.place(new_order(vec![line(MUG, 12)]));
    assert_eq!(places(&world, id), [(SERVED, 10)]);
    let routing = world.order(id).routing.clone();
    assert_eq!(routing.waiting[0].quantity, 2);
    assert!(routing.retry_at.is_some_and(|at| at > world.now));
    let explained = routing.explanation.unwrap();
    assert_eq!(explained.decided_by, DecidedBy::FewestParcels);
    assert_eq!(explained.locations[1].verdict, Verdict::NoStock);

    world.put(MUG, THERE, 5);
    let decision = world.run(&Actor::System, Command::Route(id)).unwrap();
    assert_eq!(kinds(&decision), [FactKind::WorkRouted, FactKind::OrderUpdated]);
    assert_eq!(places(&world, id), [(SERVED, 10), (THERE, 2)]);
    assert_eq!((world.order(id).routing.waiting.len(), world.order(id).routing.retry_at), (0, None));
    assert_eq!(world.stock(MUG, THERE), (5, 2));
    let decision = world.run(&Actor::System, Command::Route(id)).unwrap();
    assert_eq!((decision.writes, decision.events), (vec![], vec![]), "nothing waits");
}

#[test]
fn a_try_in_vain_is_not_told() {
    let mut world = World::new();
    let id = world.place(new_order(vec![line(MUG, 12)]));
    let before = world.order(id).clone();
    world.now = world.now.plus(1_000_000_000);
    let decision = world.run(&Actor::System, Command::Route(id)).unwrap();
    assert_eq!(decision.events, []);
    let after = world.order(id);
    assert_eq!(after.fulfillment_orders, before.fulfillment_orders);
    assert_eq!(after.routing.waiting, before.routing.waiting);
    assert_eq!(after.updated_at, before.updated_at);
    assert!(after.routing.retry_at > before.routing.retry_at, "only the next try is put off");
}

#[test]
fn some_of_what_waits_may_go() {
    let mut world = World::new();
    let id = world.place(new_order(vec![line(MUG, 13)]));
    world.put(MUG, HERE, 1);
    let decision = world.run(&Actor::System, Command::Route(id)).unwrap();
    assert_eq!(kinds(&decision), [FactKind::WorkRouted, FactKind::OrderUnrouted, FactKind::OrderUpdated]);
    assert_eq!(world.order(id).routing.waiting[0].quantity, 2);
}

#[test]
fn an_order_that_was_called_off_is_not_routed() {
    let mut world = World::new();
    let id = world.place(new_order(vec![line(MUG, 12)]));
    world.run(&merchant(), calling_off(id, crate::command::Restock::Yes)).unwrap();
    let decision = world.run(&Actor::System, Command::Route(id)).unwrap();
    assert_eq!(decision.writes, []);
}

#[test]
fn an_article_that_is_sold_on_goes_where_it_is_as_long_as_it_is_anywhere() {
    let mut world = World::new();
    world.put(PRINT, THERE, 3);
    let id = world.place(new_order(vec![line(PRINT, 3)]));
    assert_eq!(places(&world, id), [(THERE, 3)], "not to the first in rank, who has none");
    let id = world.place(new_order(vec![line(PRINT, 1), line(PRINT, 2)]));
    assert_eq!(places(&world, id), [(HERE, 3)], "now nobody has it");
    assert_eq!((world.stock(PRINT, HERE), world.stock(PRINT, THERE)), ((0, 3), (3, 3)));
    let work = world.order(id).fulfillment_orders[0].id;
    world.ship(work, None);
    assert_eq!(world.stock(PRINT, HERE), (-3, 0));
    assert_eq!(world.work(work).stage, Stage::Closed);
}

#[test]
fn an_order_may_want_to_be_sold_on() {
    let mut world = World::new();
    let mut place = new_order(vec![line(SHIRT, 25), line(MUG, 1)]);
    place.placed.stock = StockMode::Oversell;
    let id = world.place(place);
    assert_eq!(places(&world, id), [(HERE, 25), (SERVED, 1)]);
    assert_eq!(world.stock(SHIRT, HERE), (10, 25));
}
