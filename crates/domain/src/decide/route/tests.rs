//! Given, when, then: what waits is routed again.

use crate::actor::{Actor, Permission};
use crate::command::{Command, Reroute, SomeWork};
use crate::decide::Write;
use crate::event::FactKind;
use crate::fulfillment_order::Stage;
use crate::id::{OrderId, RecordId};
use crate::order::StockMode;
use crate::record::{Record, RecordKind};
use crate::refusal::{Field, Refusal};
use crate::routing::{DecidedBy, Verdict};
use crate::rule::{Rule, RuleKind, Way};
use crate::time::Time;
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

fn rule(kind: RuleKind) -> Record {
    Record {
        id: RecordId(900 + kind as i64),
        kind: RecordKind::RoutingRule,
        parent: None,
        other: None,
        name: kind.title().into(),
        key: Some(kind.handle().into()),
        archived: false,
        body: Rule { kind, ways: vec![Way::Shipping] }.body(),
        created_at: Time(0),
        updated_at: Time(0),
    }
}

#[test]
fn a_rule_keeps_orders_whole_until_it_goes() {
    let mut world = World::new();
    let saved = world.run(&merchant(), Command::SaveRecords(vec![rule(RuleKind::ShipTogether)])).unwrap();
    assert!(saved.writes.contains(&Write::RouteWaiting));
    let id = world.place(new_order(vec![line(SHIRT, 1), line(MUG, 1)]));
    assert_eq!(places(&world, id), [], "nobody has both");
    let explained = world.order(id).routing.explanation.clone().unwrap();
    assert_eq!(explained.decided_by, DecidedBy::NobodyWhole);
    world.put(MUG, THERE, 1);
    world.run(&Actor::System, Command::Route(id)).unwrap();
    assert_eq!(places(&world, id), [(THERE, 2)]);

    let id = world.place(new_order(vec![line(SHIRT, 1), line(MUG, 1)]));
    assert_eq!(places(&world, id), []);
    let removed =
        world.run(&merchant(), Command::RemoveRecords(vec![rule(RuleKind::ShipTogether).id])).unwrap();
    assert!(removed.writes.contains(&Write::RouteWaiting));
    world.run(&Actor::System, Command::Route(id)).unwrap();
    assert_eq!(places(&world, id), [(HERE, 1), (SERVED, 1)]);
}

#[test]
fn only_a_rule_that_there_is_is_kept_and_by_who_may() {
    let mut world = World::new();
    let rule = rule(RuleKind::WithinCountry);
    let unknown = Record { key: Some("fly".into()), ..rule.clone() };
    let pointless = Record { body: serde_json::Value::Null, ..rule.clone() };
    for bad in [unknown, pointless] {
        let refused = world.refused(&merchant(), Command::SaveRecords(vec![bad]));
        assert_eq!(refused, Refusal::Malformed(Field::Rule, "is none that there is"));
    }
    let refused = world.refused(&limited("write_locations"), Command::SaveRecords(vec![rule.clone()]));
    assert_eq!(refused, Refusal::NotPermitted(&[Permission::WriteConstraintRules]));
    world.run(&merchant(), Command::SaveRecords(vec![rule])).unwrap();
}

#[test]
fn works_that_are_rerouted_together_stay_together() {
    let mut world = World::new();
    world.run(&merchant(), Command::SaveRecords(vec![rule(RuleKind::ShipTogether)])).unwrap();
    let id = world.place(new_order(vec![line(SHIRT, 4)]));
    let first = world.order(id).fulfillment_orders[0].id;
    let split = SomeWork { id: first, lines: vec![(world.work(first).lines[0].id, 1)] };
    world.run(&merchant(), Command::Split(vec![split])).unwrap();
    let works: Vec<_> = world.order(id).fulfillment_orders.iter().map(|work| work.id).collect();
    let reroute = |works: &[_]| {
        Command::Reroute(Reroute { works: works.to_vec(), include: Vec::new(), exclude: Vec::new() })
    };
    let alone = world.refused(&merchant(), reroute(&works[..1]));
    assert_eq!(alone, Refusal::NoPlace(works[0]), "the other one would stay");
    world.run(&merchant(), reroute(&works)).unwrap();
    assert!(works.iter().all(|work| world.work(*work).location == THERE));
    // A person knows what they do.
    world.run(&merchant(), moving(works[0], HERE, &[])).unwrap();
}
