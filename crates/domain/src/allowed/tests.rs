//! What may be done in each state that work may be in.

use super::{Action, WhyNot, check, peers};
use crate::actor::Actor;
use crate::fulfillment_order::{LEGAL, Progress, Request, Stage, StageName};
use crate::hold::{Hold, HoldReason};
use crate::id::{FulfillmentOrderId, HoldId};
use crate::time::Time;
use crate::world::*;

mod both_ways;

fn possible(world: &World, work: FulfillmentOrderId, actor: &Actor) -> Vec<Action> {
    let order = world.orders.iter().find(|order| order.fulfillment_order(work).is_some()).unwrap();
    let may = |action: &Action| check(*action, order, world.work(work), actor).is_ok();
    Action::ALL.into_iter().filter(may).collect()
}

fn stage(name: StageName) -> Stage {
    let hold = Hold {
        id: HoldId(1),
        handle: String::new(),
        reason: HoldReason::Other,
        notes: None,
        app: None,
        since: Time(0),
    };
    match name {
        StageName::Scheduled => Stage::Scheduled { opens_at: Time(0) },
        StageName::Open => Stage::Open,
        StageName::OnHold => Stage::OnHold { holds: vec![hold] },
        StageName::InProgress => Stage::InProgress { report: None },
        StageName::Incomplete => Stage::Incomplete,
        StageName::Closed => Stage::Closed,
        StageName::Cancelled => Stage::Cancelled,
    }
}

/// Two units of work at a service, and what the server may do with it in each state.
#[test]
fn every_state_at_a_service_has_its_actions() {
    use Action::*;
    let mut world = World::new();
    let work = world.placed_work(&[(MUG, 2)]);
    for (name, request) in LEGAL {
        (world.work_mut(work).stage, world.work_mut(work).request) = (stage(*name), *request);
        let expected: &[Action] = match (name, request) {
            (StageName::Open, Request::Submitted) => &[Cancel, Accept, Reject],
            (StageName::Open, _) => &[RequestFulfillment, Fulfill, Cancel, Hold, Move, Reroute, Split],
            (StageName::InProgress, Request::Accepted) => &[Fulfill, RequestCancellation, GiveUp],
            (StageName::InProgress, Request::CancellationRequested) => {
                &[Fulfill, Cancel, AcceptCancellation, RejectCancellation, GiveUp]
            }
            (StageName::InProgress, Request::CancellationRejected) => &[Fulfill, GiveUp],
            (StageName::InProgress, _) => &[Fulfill, Move, Reroute],
            (StageName::Incomplete | StageName::Cancelled, _) => {
                &[RequestFulfillment, Fulfill, Hold, Move, Reroute]
            }
            (StageName::OnHold, _) => &[ReleaseHold, Hold, Move, Reroute],
            (StageName::Scheduled, _) => &[Open, Reschedule],
            (StageName::Closed, _) => &[],
        };
        assert_eq!(possible(&world, work, &Actor::System), expected, "{name:?} {request:?}");
    }
}

#[test]
fn every_stage_at_the_merchants_has_its_actions() {
    use Action::*;
    let mut world = World::new();
    let work = world.placed_work(&[(SHIRT, 2)]);
    let report = Stage::InProgress { report: Some(Progress { note: None, app: None }) };
    let in_progress: &[Action] = &[Fulfill, ReportProgress, Move, Reroute];
    for (stage, expected) in [
        (Stage::Open, &[Fulfill, Cancel, ReportProgress, Hold, Move, Reroute, Split][..]),
        (stage(StageName::InProgress), in_progress),
        (report, &[Fulfill, Open, ReportProgress, Hold]),
        (stage(StageName::OnHold), &[ReleaseHold, Hold, Move, Reroute]),
        (stage(StageName::Scheduled), &[Open, Reschedule]),
        (Stage::Closed, &[]),
    ] {
        world.work_mut(work).stage = stage.clone();
        assert_eq!(possible(&world, work, &merchant()), expected, "{stage:?}");
    }
}

#[test]
fn one_unit_is_not_split_and_work_without_a_peer_is_not_joined() {
    let mut world = World::new();
    let work = world.placed_work(&[(SHIRT, 2)]);
    let shirt = world.work(work).lines[0].id;
    let may = |world: &World, action| check(action, &world.orders[0], world.work(work), &merchant());
    assert_eq!(may(&world, Action::Merge), Err(WhyNot::NoPeer));
    world.run(&merchant(), holding(work, "", &[(shirt, 1)])).unwrap();
    world.work_mut(work).stage = Stage::Open;
    assert_eq!(may(&world, Action::Split), Err(WhyNot::OneUnit));
    assert_eq!(may(&world, Action::Merge), Ok(()));
    let rest = world.orders[0].fulfillment_orders[1].id;
    assert_eq!(peers(&world.orders[0], work).iter().map(|fo| fo.id).collect::<Vec<_>>(), [rest]);
    world.work_mut(rest).location = THERE;
    assert_eq!(may(&world, Action::Merge), Err(WhyNot::NoPeer));
}

#[test]
fn nobody_does_what_the_key_does_not_allow() {
    let mut world = World::new();
    let work = world.placed_work(&[(MUG, 2)]);
    world.run(&merchant(), requesting(work, &[])).unwrap();
    assert_eq!(possible(&world, work, &limited("read_third_party_fulfillment_orders")), []);
    assert_eq!(possible(&world, work, &limited("write_merchant_managed_fulfillment_orders")), []);
    assert_eq!(possible(&world, work, &merchant()), [Action::Cancel], "the service answers for itself");
    assert_eq!(possible(&world, work, &server()), [Action::Cancel, Action::Accept, Action::Reject]);
}
