//! Given, when, then: merchant and service talk; scheduled work opens.

use crate::allowed::{Action, WhyNot};
use crate::command::Command;
use crate::decide::{Outcome, ServiceCall, Write};
use crate::event::FactKind;
use crate::fulfillment_order::{Progress, Request, Stage, StageName};
use crate::id::{FulfillmentOrderId, FulfillmentOrderLineId};
use crate::refusal::{Refusal, Thing};
use crate::rejection::{Rejection, RejectionReason};
use crate::snapshot::WhenDeclined;
use crate::time::HOUR;
use crate::world::*;

#[test]
fn the_merchant_asks_and_the_service_agrees() {
    let mut world = World::new();
    let work = world.placed_work(&[(MUG, 2)]);
    let decision = world.run(&merchant(), requesting(work, &[])).unwrap();
    assert_eq!(kinds(&decision), [FactKind::RequestSubmitted, FactKind::OrderUpdated]);
    assert!(decision.writes.contains(&Write::CallService(SERVICE, ServiceCall::FulfillmentRequest)));
    let fo = world.work(work);
    assert_eq!((fo.stage_name(), fo.request, fo.messages.len()), (StageName::Open, Request::Submitted, 1));

    let decision = world.run(&server(), Command::AcceptRequest(work, Some("soon".into()))).unwrap();
    assert_eq!(kinds(&decision), [FactKind::RequestAccepted, FactKind::OrderUpdated]);
    let fo = world.work(work);
    assert_eq!((&fo.stage, fo.request), (&Stage::InProgress { report: None }, Request::Accepted));
    let again = Refusal::NotAllowed(work, Action::Accept, WhyNot::Stage(StageName::InProgress));
    assert_eq!(world.refused(&server(), Command::AcceptRequest(work, None)), again);
}

#[test]
fn asking_for_some_leaves_the_rest_unasked() {
    let mut world = World::new();
    let work = world.placed_work(&[(MUG, 3)]);
    let mug = world.work(work).lines[0].id;
    let decision = world.run(&merchant(), requesting(work, &[(mug, 2)])).unwrap();
    let Outcome::Work { id, rest: Some(rest), .. } = decision.outcome else { panic!("{decision:?}") };
    assert_eq!((id, world.work(id).open_quantity(), world.work(id).request), (work, 2, Request::Submitted));
    assert_eq!((world.work(rest).open_quantity(), world.work(rest).request), (1, Request::Unsubmitted));
    assert_eq!(world.stock(MUG, SERVED), (10, 3));
    let too_much = Refusal::QuantityTooLarge { line: world.work(rest).lines[0].id, asked: 2, remaining: 1 };
    let lines = [(world.work(rest).lines[0].id, 2)];
    assert_eq!(world.refused(&merchant(), requesting(rest, &lines)), too_much);
    world.run(&server(), Command::AcceptRequest(work, None)).unwrap();
    world.run(&merchant(), requesting(rest, &[])).unwrap();
}

#[test]
fn asking_is_refused() {
    let mut world = World::new();
    let own = world.placed_work(&[(SHIRT, 1)]);
    let ask = |work, why| Refusal::NotAllowed(work, Action::RequestFulfillment, why);
    assert_eq!(world.refused(&merchant(), requesting(own, &[])), ask(own, WhyNot::NoService));
    let nobody = FulfillmentOrderId(4);
    let unknown = Refusal::Unknown(Thing::FulfillmentOrder(nobody));
    assert_eq!(world.refused(&merchant(), requesting(nobody, &[])), unknown);

    let work = world.placed_work(&[(MUG, 2)]);
    world.run(&merchant(), requesting(work, &[])).unwrap();
    let why = WhyNot::Request(Request::Submitted);
    assert_eq!(world.refused(&merchant(), requesting(work, &[])), ask(work, why));
    world.ship_as_accepted(work);
    let why = WhyNot::Stage(StageName::Closed);
    assert_eq!(world.refused(&merchant(), requesting(work, &[])), ask(work, why));
}

impl World {
    fn ship_as_accepted(&mut self, work: FulfillmentOrderId) {
        self.run(&server(), Command::AcceptRequest(work, None)).unwrap();
        self.ship(work, None);
    }
}

#[test]
fn only_the_service_answers() {
    let mut world = World::new();
    let work = world.placed_work(&[(MUG, 1)]);
    world.run(&merchant(), requesting(work, &[])).unwrap();
    let not_yours = |action| Refusal::NotAllowed(work, action, WhyNot::NotPermitted);
    assert_eq!(world.refused(&merchant(), Command::AcceptRequest(work, None)), not_yours(Action::Accept));
    assert_eq!(
        world.refused(&merchant(), Command::RejectRequest(work, Default::default())),
        not_yours(Action::Reject)
    );
    let own = world.placed_work(&[(SHIRT, 1)]);
    let none = Refusal::NotAllowed(own, Action::Accept, WhyNot::NoService);
    assert_eq!(world.refused(&server(), Command::AcceptRequest(own, None)), none);
}

#[test]
fn a_service_can_be_asked_again_after_it_declined_gave_up_or_stopped() {
    let mut world = World::new();
    let work = world.placed_work(&[(MUG, 1)]);
    world.run(&merchant(), requesting(work, &[])).unwrap();
    let why = Rejection { reason: Some(RejectionReason::OutOfStock), ..Rejection::saying("gone") };
    let foreign = FulfillmentOrderLineId(4_711);
    let misnamed = Rejection { lines: vec![(foreign, None)], ..why.clone() };
    let unknown = Refusal::Unknown(Thing::FulfillmentOrderLine(foreign));
    assert_eq!(world.refused(&server(), Command::RejectRequest(work, misnamed)), unknown);
    let decision = world.run(&server(), Command::RejectRequest(work, why.clone())).unwrap();
    assert_eq!(kinds(&decision), [FactKind::RequestRejected, FactKind::OrderUpdated]);
    assert_eq!(world.work(work).rejection(), Some(&why), "it is kept while the work stands declined");
    assert_eq!(
        (world.work(work).stage_name(), world.work(work).request),
        (StageName::Open, Request::Rejected)
    );
    assert_eq!(world.stock(MUG, SERVED), (10, 1), "it stays until somebody decides");
    for (stage, request) in [
        (Stage::Open, Request::Rejected),
        (Stage::Incomplete, Request::Closed),
        (Stage::Cancelled, Request::CancellationAccepted),
    ] {
        (world.work_mut(work).stage, world.work_mut(work).request) = (stage, request);
        world.run(&merchant(), requesting(work, &[])).unwrap();
        assert_eq!(
            (world.work(work).stage_name(), world.work(work).request),
            (StageName::Open, Request::Submitted)
        );
    }
}

/// A shop that sends declined work elsewhere, and two mugs that the service is asked for.
fn asked(elsewhere: i64) -> (World, FulfillmentOrderId) {
    let mut world = World::new();
    world.shop.when_declined = WhenDeclined::Reroute;
    let work = world.placed_work(&[(MUG, 2)]);
    world.run(&merchant(), requesting(work, &[])).unwrap();
    world.put(MUG, THERE, elsewhere);
    (world, work)
}

#[test]
fn declined_work_goes_elsewhere_if_all_of_it_can() {
    let (mut world, work) = asked(2);
    let decision = world.run(&server(), Command::RejectRequest(work, Default::default())).unwrap();
    assert_eq!(kinds(&decision), [FactKind::RequestRejected, FactKind::WorkRouted, FactKind::OrderUpdated]);
    assert!(decision.writes.contains(&Write::RouteWaiting), "others may want what the service has");
    let [old, new] = &world.orders[0].fulfillment_orders[..] else { panic!() };
    assert_eq!((old.stage_name(), old.request), (StageName::Closed, Request::Rejected));
    assert_eq!((new.location, new.open_quantity(), new.request), (THERE, 2, Request::Unsubmitted));
    assert_eq!((world.stock(MUG, SERVED), world.stock(MUG, THERE)), ((10, 0), (2, 2)));
}

#[test]
fn declined_work_stays_if_only_some_of_it_can_go() {
    let (mut world, work) = asked(1);
    let decision = world.run(&server(), Command::RejectRequest(work, Default::default())).unwrap();
    assert_eq!(kinds(&decision), [FactKind::RequestRejected, FactKind::OrderUpdated]);
    assert!(decision.writes.iter().all(|write| !matches!(write, Write::Stock(_) | Write::RouteWaiting)));
    assert_eq!((world.work(work).stage_name(), world.work(work).open_quantity()), (StageName::Open, 2));
    assert!(world.orders[0].routing.waiting.is_empty());
}

#[test]
fn declined_work_is_not_mixed_up_with_what_waits() {
    let mut world = World::new();
    world.shop.when_declined = WhenDeclined::Reroute;
    // Eleven mugs: ten at the service, one waits. There, one can be had: too few for the ten.
    let id = world.place(new_order(vec![line(MUG, 11)]));
    let work = world.order(id).fulfillment_orders[0].id;
    let waited = world.order(id).routing.clone();
    world.run(&merchant(), requesting(work, &[])).unwrap();
    world.put(MUG, THERE, 1);
    world.run(&server(), Command::RejectRequest(work, Default::default())).unwrap();
    assert_eq!(world.order(id).routing, waited);
    assert_eq!(world.order(id).fulfillment_orders.len(), 1, "not: nine go on waiting and one goes there");

    world.run(&merchant(), requesting(work, &[])).unwrap();
    world.put(MUG, THERE, 10);
    world.run(&server(), Command::RejectRequest(work, Default::default())).unwrap();
    assert_eq!(world.order(id).fulfillment_orders[1].open_quantity(), 10);
    assert_eq!(world.order(id).routing.waiting, waited.waiting);
    assert_eq!(world.order(id).routing.retry_at, waited.retry_at);
}

#[test]
fn scheduled_work_opens_once() {
    let mut world = World::new();
    let mut place = new_order(vec![line(SHIRT, 1)]);
    let at = world.now.plus(HOUR);
    place.placed.fulfill_at = Some(at);
    let id = world.place(place);
    let fo = world.order(id).fulfillment_orders[0].clone();
    assert_eq!((&fo.stage, fo.fulfill_at), (&Stage::Scheduled { opens_at: at }, Some(at)));
    assert_eq!(world.stock(SHIRT, HERE), (10, 1), "it is promised all the same");
    let decision = world.run(&merchant(), Command::Open(fo.id)).unwrap();
    assert_eq!(kinds(&decision), [FactKind::WorkReady, FactKind::OrderUpdated]);
    let why = WhyNot::Stage(StageName::Open);
    let again = Refusal::NotAllowed(fo.id, Action::Open, why);
    assert_eq!(world.refused(&merchant(), Command::Open(fo.id)), again);

    world.work_mut(fo.id).stage = Stage::InProgress { report: Some(Progress { note: None, app: None }) };
    let decision = world.run(&merchant(), Command::Open(fo.id)).unwrap();
    assert_eq!(kinds(&decision), [FactKind::WorkOpened, FactKind::OrderUpdated]);
    assert_eq!(world.work(fo.id).stage, Stage::Open);
}

#[test]
fn a_time_that_passed_schedules_nothing() {
    let mut world = World::new();
    let mut place = new_order(vec![line(SHIRT, 1)]);
    place.placed.fulfill_at = Some(world.now);
    let id = world.place(place);
    assert_eq!(world.order(id).fulfillment_orders[0].stage, Stage::Open);
}
