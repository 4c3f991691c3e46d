//! Given, when, then: times.

use crate::actor::{Actor, App, Permissions};
use crate::allowed::{Action, WhyNot};
use crate::command::Command;
use crate::event::FactKind;
use crate::fulfillment_order::{Stage, StageName};
use crate::id::{AppId, FulfillmentOrderId};
use crate::refusal::{Refusal, Thing};
use crate::time::HOUR;
use crate::world::*;

#[test]
fn scheduled_work_gets_another_time_to_come() {
    let mut world = World::new();
    let mut place = new_order(vec![line(SHIRT, 1)]);
    place.placed.fulfill_at = Some(world.now.plus(24 * HOUR));
    let order = world.place(place);
    let work = world.order(order).fulfillment_orders[0].id;
    let later = world.now.plus(48 * HOUR);
    let decision = world.run(&merchant(), Command::Reschedule(work, later)).unwrap();
    assert_eq!(kinds(&decision), [FactKind::WorkRescheduled, FactKind::OrderUpdated]);
    assert_eq!(world.work(work).stage, Stage::Scheduled { opens_at: later });
    assert_eq!(world.work(work).fulfill_at, Some(later));
    let now = world.now;
    assert_eq!(world.refused(&merchant(), Command::Reschedule(work, now)), Refusal::TimePassed);
    world.run(&merchant(), Command::Open(work)).unwrap();
    let open = WhyNot::Stage(StageName::Open);
    assert_eq!(
        world.refused(&merchant(), Command::Reschedule(work, later)),
        Refusal::NotAllowed(work, Action::Reschedule, open)
    );
}

#[test]
fn whatever_is_there_gets_the_deadline_closed_or_not() {
    let mut world = World::new();
    let (open, closed) = (world.placed_work(&[(SHIRT, 1)]), world.placed_work(&[(SHIRT, 1)]));
    world.ship(closed, None);
    let nowhere = FulfillmentOrderId(4);
    let by = world.now.plus(HOUR);
    let decision = world.run(&merchant(), Command::SetDeadline(vec![open, nowhere, closed], by)).unwrap();
    let told = [FactKind::DeadlineSet, FactKind::OrderUpdated];
    assert_eq!(kinds(&decision), [told, told].concat());
    assert_eq!((world.work(open).fulfill_by, world.work(closed).fulfill_by), (Some(by), Some(by)));
    assert_eq!(world.refused(&merchant(), Command::SetDeadline(vec![], by)), Refusal::NothingToDo);
    let unknown = Refusal::Unknown(Thing::FulfillmentOrder(nowhere));
    assert_eq!(world.refused(&merchant(), Command::SetDeadline(vec![nowhere], by)), unknown);
    let reader = limited("read_merchant_managed_fulfillment_orders");
    let unseen = Refusal::Unknown(Thing::FulfillmentOrder(open));
    assert_eq!(world.refused(&reader, Command::SetDeadline(vec![open], by)), unseen);
}

#[test]
fn an_order_whose_work_one_may_not_change_is_left_alone() {
    let mut world = World::new();
    let (own, other) = (world.placed_work(&[(MUG, 1)]), world.placed_work(&[(SHIRT, 1)]));
    let permissions = Permissions::parse("write_assigned_fulfillment_orders").unwrap();
    let worker = Actor::App(App { id: AppId(2), permissions, services: vec![SERVICE] });
    let versions = |world: &World| [0, 1].map(|order| world.orders[order].version);
    let [first, second] = versions(&world);
    let by = world.now.plus(HOUR);
    world.run(&worker, Command::SetDeadline(vec![own, other], by)).unwrap();
    assert_eq!((world.work(own).fulfill_by, world.work(other).fulfill_by), (Some(by), None));
    assert_eq!(versions(&world), [first + 1, second], "what isn't changed isn't written");
}
