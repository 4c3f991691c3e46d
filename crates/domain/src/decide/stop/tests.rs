//! Given, when, then: the conversation about stopping.

use crate::actor::Actor;
use crate::allowed::{Action, WhyNot};
use crate::command::Command;
use crate::decide::{ServiceCall, Write};
use crate::event::FactKind;
use crate::fulfillment_order::{MessageKind, Request, StageName};
use crate::id::FulfillmentOrderId;
use crate::refusal::Refusal;
use crate::world::*;

fn pair(world: &World, id: FulfillmentOrderId) -> (StageName, Request) {
    (world.work(id).stage_name(), world.work(id).request)
}

/// Two mugs, of which so many were asked for and agreed to.
fn agreed(asked: i64) -> (World, FulfillmentOrderId) {
    let mut world = World::new();
    let work = world.placed_work(&[(MUG, 2)]);
    let mug = world.work(work).lines[0].id;
    world.run(&merchant(), requesting(work, &[(mug, asked)])).unwrap();
    world.run(&server(), Command::AcceptRequest(work, None)).unwrap();
    (world, work)
}

#[test]
fn the_service_is_asked_to_stop_and_goes_on() {
    let (mut world, work) = agreed(2);
    let please = Command::RequestCancellation(work, Some("please".into()));
    let decision = world.run(&merchant(), please).unwrap();
    assert_eq!(kinds(&decision), [FactKind::CancellationRequested, FactKind::OrderUpdated]);
    assert!(decision.writes.contains(&Write::CallService(SERVICE, ServiceCall::CancellationRequest)));
    assert_eq!(pair(&world, work), (StageName::InProgress, Request::CancellationRequested));
    let said: Vec<_> = world.work(work).messages.iter().map(|m| (m.kind, m.text.as_deref())).collect();
    assert_eq!(said, [(MessageKind::Fulfillment, None), (MessageKind::Cancellation, Some("please"))]);
    let decision = world.run(&server(), Command::RejectCancellation(work, None)).unwrap();
    assert_eq!(kinds(&decision), [FactKind::CancellationRejected, FactKind::OrderUpdated]);
    assert_eq!(pair(&world, work), (StageName::InProgress, Request::CancellationRejected));
    let why = WhyNot::Request(Request::CancellationRejected);
    assert_eq!(
        world.refused(&merchant(), Command::RequestCancellation(work, None)),
        Refusal::NotAllowed(work, Action::RequestCancellation, why),
        "it was asked once"
    );
}

#[test]
fn the_service_stops_and_may_be_asked_again() {
    let (mut world, work) = agreed(2);
    world.run(&merchant(), Command::RequestCancellation(work, None)).unwrap();
    let decision = world.run(&server(), Command::AcceptCancellation(work, None)).unwrap();
    assert_eq!(kinds(&decision), [FactKind::CancellationAccepted, FactKind::OrderUpdated]);
    assert_eq!(pair(&world, work), (StageName::Cancelled, Request::CancellationAccepted));
    assert_eq!(world.work(work).open_quantity(), 2);
    world.run(&merchant(), requesting(work, &[])).unwrap();
}

#[test]
fn units_that_were_asked_for_apart_go_back_to_the_rest() {
    let (mut world, work) = agreed(1);
    let rest = world.orders[0].fulfillment_orders[1].id;
    world.run(&merchant(), Command::RequestCancellation(work, None)).unwrap();
    world.run(&server(), Command::AcceptCancellation(work, None)).unwrap();
    assert_eq!(pair(&world, work), (StageName::Closed, Request::CancellationAccepted));
    let line = &world.work(work).lines[0];
    assert_eq!((line.total, line.remaining()), (0, 0));
    assert_eq!((world.work(rest).lines.len(), world.work(rest).open_quantity()), (1, 2));
    assert_eq!(world.stock(MUG, SERVED), (10, 2));
}

#[test]
fn they_stay_if_the_rest_was_asked_for_too() {
    let (mut world, work) = agreed(1);
    let rest = world.orders[0].fulfillment_orders[1].id;
    world.run(&merchant(), requesting(rest, &[])).unwrap();
    world.run(&merchant(), Command::RequestCancellation(work, None)).unwrap();
    world.run(&server(), Command::AcceptCancellation(work, None)).unwrap();
    assert_eq!(pair(&world, work), (StageName::Cancelled, Request::CancellationAccepted));
    assert_eq!(world.work(rest).open_quantity(), 1);
}

#[test]
fn the_service_gives_up_and_somebody_must_decide() {
    let (mut world, work) = agreed(2);
    assert_eq!(
        world.refused(&merchant(), Command::GiveUp(work, None)),
        Refusal::NotAllowed(work, Action::GiveUp, WhyNot::NotPermitted),
        "nobody gives up for the service"
    );
    let decision = world.run(&server(), Command::GiveUp(work, Some("burnt".into()))).unwrap();
    assert_eq!(kinds(&decision), [FactKind::GaveUp, FactKind::OrderUpdated]);
    assert_eq!(pair(&world, work), (StageName::Incomplete, Request::Closed));
    assert_eq!(world.work(work).open_quantity(), 2);
    assert!(world.work(work).settled_location().is_some());
}

#[test]
fn at_the_merchants_own_there_is_nobody_to_talk_to() {
    let mut world = World::new();
    let work = world.placed_work(&[(SHIRT, 1)]);
    for (action, command) in [
        (Action::RequestCancellation, Command::RequestCancellation(work, None)),
        (Action::AcceptCancellation, Command::AcceptCancellation(work, None)),
        (Action::RejectCancellation, Command::RejectCancellation(work, None)),
        (Action::GiveUp, Command::GiveUp(work, None)),
    ] {
        let refusal = world.refused(&Actor::System, command);
        assert_eq!(refusal, Refusal::NotAllowed(work, action, WhyNot::NoService));
    }
}
