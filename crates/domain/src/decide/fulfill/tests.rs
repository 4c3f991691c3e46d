//! Given, when, then: units leave.

use crate::actor::Actor;
use crate::allowed::{Action, WhyNot};
use crate::command::Reach;
use crate::event::FactKind;
use crate::fulfillment_order::{Request, Stage, StageName};
use crate::id::{FulfillmentOrderId, FulfillmentOrderLineId};
use crate::order::Order;
use crate::refusal::{Refusal, Thing};
use crate::status::{FulfillmentStatus, fulfillment};
use crate::world::*;

const ONE: Reach = Reach::OneOrder;
const NOBODY: FulfillmentOrderId = FulfillmentOrderId(4);
const NO_LINE: FulfillmentOrderLineId = FulfillmentOrderLineId(5);

/// The id of a work's only line.
fn line_of(world: &World, work: FulfillmentOrderId) -> FulfillmentOrderLineId {
    world.work(work).lines[0].id
}

#[test]
fn whatever_is_wrong_first_is_told_first() {
    let mut world = World::new();
    let own = world.placed_work(&[(SHIRT, 3)]);
    let served = world.placed_work(&[(MUG, 1)]);
    let other_order = world.placed_work(&[(STICKER, 1)]);
    let several = world.place(new_order(vec![line(SHIRT, 15)]));
    let [here, there] = [0, 1].map(|i| world.order(several).fulfillment_orders[i].id);
    let shipped = world.placed_work(&[(STICKER, 1)]);
    world.ship(shipped, None);
    let shirt = line_of(&world, own);
    let (own_order, other_order_id) = (world.orders[0].id, world.orders[2].id);
    let merchants = limited("write_merchant_managed_fulfillment_orders");
    let nothing: Option<Lines<'_>> = Some(&[(NO_LINE, 0)]);
    let line_unknown: Option<Lines<'_>> = Some(&[(NO_LINE, 1)]);
    let too_much = [(shirt, 4)];

    let mut refused =
        |works: &[(FulfillmentOrderId, Option<Lines<'_>>)]| world.refused(&merchants, fulfilling(works, ONE));
    assert_eq!(refused(&[]), Refusal::NothingToDo);
    let second_line = [(shirt, 1), (shirt, -1)];
    assert_eq!(
        refused(&[(NOBODY, None), (own, Some(&second_line))]),
        Refusal::QuantityNotPositive((1, 1)),
        "quantities come first, over the whole input"
    );
    assert_eq!(refused(&[(NOBODY, nothing)]), Refusal::QuantityNotPositive((0, 0)));
    assert_eq!(
        refused(&[(served, None), (NOBODY, None)]),
        Refusal::Unknown(Thing::FulfillmentOrder(NOBODY)),
        "then what isn't there"
    );
    assert_eq!(refused(&[(own, None), (served, None)]), Refusal::NoAccess(served));
    assert_eq!(
        refused(&[(there, None), (own, None), (other_order, None)]),
        Refusal::SeveralOrders(vec![own_order, other_order_id, several])
    );
    assert_eq!(refused(&[(there, None), (here, None)]), Refusal::SeveralLocations(vec![HERE, THERE]));
    assert_eq!(
        refused(&[(shipped, line_unknown)]),
        Refusal::Unfulfillable(shipped, StageName::Closed),
        "stages come before lines"
    );
    assert_eq!(refused(&[(own, line_unknown)]), Refusal::Unknown(Thing::FulfillmentOrderLine(NO_LINE)));
    assert_eq!(
        refused(&[(own, Some(&too_much))]),
        Refusal::QuantityTooLarge { line: shirt, asked: 4, remaining: 3 }
    );
}

#[test]
fn only_some_stages_can_be_fulfilled() {
    let mut world = World::new();
    let work = world.placed_work(&[(MUG, 2)]);
    let command = || fulfilling(&[(work, None)], ONE);
    let held = Stage::OnHold { holds: vec![] };
    for (stage, name) in
        [(held, StageName::OnHold), (Stage::Scheduled { opens_at: world.now }, StageName::Scheduled)]
    {
        world.work_mut(work).stage = stage;
        assert_eq!(world.refused(&server(), command()), Refusal::Unfulfillable(work, name));
    }
    (world.work_mut(work).stage, world.work_mut(work).request) = (Stage::Open, Request::Submitted);
    let why = WhyNot::Request(Request::Submitted);
    assert_eq!(world.refused(&server(), command()), Refusal::NotAllowed(work, Action::Fulfill, why));
    let busy = || Stage::InProgress { report: None };
    for (stage, request) in [
        (Stage::Open, Request::Rejected),
        (busy(), Request::Accepted),
        (busy(), Request::CancellationRequested),
        (busy(), Request::CancellationRejected),
        (Stage::Incomplete, Request::Closed),
        (Stage::Cancelled, Request::CancellationAccepted),
    ] {
        (world.work_mut(work).stage, world.work_mut(work).request) = (stage, request);
        world.decide(&server(), &command()).unwrap();
    }
}

#[test]
fn work_is_in_progress_until_all_of_it_left() {
    let mut world = World::new();
    let work = world.placed_work(&[(SHIRT, 3)]);
    let shirt = line_of(&world, work);
    assert_eq!(world.stock(SHIRT, HERE), (10, 3));
    let part = [(shirt, 1)];
    let decision = world.run(&merchant(), fulfilling(&[(work, Some(&part))], ONE)).unwrap();
    assert_eq!(
        kinds(&decision),
        [FactKind::FulfillmentCreated, FactKind::OrderPartlyFulfilled, FactKind::OrderUpdated]
    );
    assert_eq!(world.work(work).stage, Stage::InProgress { report: None });
    assert_eq!(world.stock(SHIRT, HERE), (9, 2));
    let decision = world.run(&merchant(), fulfilling(&[(work, None)], ONE)).unwrap();
    assert_eq!(
        kinds(&decision),
        [FactKind::FulfillmentCreated, FactKind::OrderFulfilled, FactKind::OrderUpdated]
    );
    assert_eq!(world.work(work).stage, Stage::Closed);
    assert_eq!(world.stock(SHIRT, HERE), (7, 0));
    let names: Vec<_> = world.fulfillments.iter().map(|parcel| parcel.name.as_str()).collect();
    assert_eq!(names, ["#1001-F1", "#1001-F2"]);
}

#[test]
fn a_line_named_twice_counts_together() {
    let mut world = World::new();
    let work = world.placed_work(&[(SHIRT, 3)]);
    let shirt = line_of(&world, work);
    let too_much = Refusal::QuantityTooLarge { line: shirt, asked: 4, remaining: 3 };
    let twice: Option<Lines<'_>> = Some(&[(shirt, 2), (shirt, 2)]);
    assert_eq!(world.refused(&merchant(), fulfilling(&[(work, twice)], ONE)), too_much);
    let half: Option<Lines<'_>> = Some(&[(shirt, 2)]);
    assert_eq!(world.refused(&merchant(), fulfilling(&[(work, half), (work, half)], ONE)), too_much);
    let huge: Option<Lines<'_>> = Some(&[(shirt, i64::MAX), (shirt, i64::MAX)]);
    assert!(matches!(
        world.refused(&merchant(), fulfilling(&[(work, huge)], ONE)),
        Refusal::QuantityTooLarge { .. }
    ));
    world.ship(work, Some(&[(shirt, 1), (shirt, 2)]));
    assert_eq!(world.fulfillments[0].shares.len(), 1);
    assert_eq!(world.fulfillments[0].shares[0].quantity, 3);
}

#[test]
fn no_lines_are_not_all_lines() {
    let mut world = World::new();
    let work = world.placed_work(&[(SHIRT, 3)]);
    assert_eq!(world.refused(&merchant(), fulfilling(&[(work, Some(&[]))], ONE)), Refusal::NothingToDo);
    let other = world.placed_work(&[(SHIRT, 1)]);
    world.run(&merchant(), fulfilling(&[(work, Some(&[])), (other, None)], Reach::ManyOrders)).unwrap();
    assert_eq!(world.work(work).stage, Stage::Open, "nothing of it left");
    assert_eq!(world.fulfillments[0].orders(), [world.orders[1].id]);
    assert_eq!(world.orders[0].fulfillments_made, 0);
    assert_eq!((world.orders[0].version, world.orders[1].version), (1, 2), "nobody touches the other order");
}

#[test]
fn several_works_of_one_location_leave_together() {
    let mut world = World::new();
    let id = world.place(new_order(vec![line(SHIRT, 2), line(STICKER, 1)]));
    let first = world.order(id).fulfillment_orders[0].id;
    let shirt = line_of(&world, first);
    // Held in part: two works here.
    world.run(&merchant(), holding(first, "", &[(shirt, 1)])).unwrap();
    let rest = world.order(id).fulfillment_orders[1].id;
    assert_eq!(
        world.refused(&merchant(), fulfilling(&[(rest, None), (first, None)], ONE)),
        Refusal::Unfulfillable(first, StageName::OnHold)
    );
    world.work_mut(first).stage = Stage::Open;
    world.run(&merchant(), fulfilling(&[(rest, None), (first, None)], ONE)).unwrap();
    assert!(world.order(id).fulfillment_orders.iter().all(|fo| fo.stage == Stage::Closed));
    assert_eq!(fulfillment(world.order(id)), FulfillmentStatus::Fulfilled);
    assert_eq!(world.fulfillments[0].shares.len(), 3);
}

#[test]
fn one_parcel_may_hold_units_of_several_orders() {
    let mut world = World::new();
    let works: Vec<_> = (0..2).map(|_| world.placed_work(&[(SHIRT, 2), (STICKER, 1)])).collect();
    let [first, second] = [works[0], works[1]];
    let lines = |world: &World, work| [(world.work(work).lines[0].id, 1)];
    let (a, b, all): (_, _, Option<Lines<'_>>) = (lines(&world, first), lines(&world, second), None);
    // Back and forth between the orders, so that a parcel's shares don't come order by order.
    let sticker = [(world.work(first).lines[1].id, 1)];
    let works = [(first, Some(&a[..])), (second, Some(&b[..])), (first, Some(&sticker[..]))];
    let decision = world.run(&merchant(), fulfilling(&works, Reach::ManyOrders)).unwrap();
    let orders: Vec<_> = world.orders.iter().map(|order| order.id).collect();
    assert_eq!(decision.events.iter().filter_map(|event| event.order).collect::<Vec<_>>(), orders);
    assert_eq!(world.fulfillments[0].orders(), orders, "each once");
    let made = |orders: &[Order]| orders.iter().map(|order| order.fulfillments_made).collect::<Vec<_>>();
    assert_eq!(made(&world.orders), [1, 0], "it is named after the first");
    assert_eq!(world.stock(SHIRT, HERE), (8, 2));

    let parcel = world.fulfillments[0].id;
    world.run(&merchant(), crate::command::Command::CancelFulfillment(parcel)).unwrap();
    assert_eq!(world.stock(SHIRT, HERE), (10, 4), "each share came back once");
    world.run(&merchant(), fulfilling(&[(first, all), (second, all)], Reach::ManyOrders)).unwrap();
    assert!(world.orders.iter().all(|order| fulfillment(order) == FulfillmentStatus::Fulfilled));
}

#[test]
fn a_parcel_that_leaves_wins_over_the_wish_to_stop() {
    let mut world = World::new();
    let work = world.placed_work(&[(MUG, 1)]);
    world.run(&merchant(), requesting(work, &[])).unwrap();
    world.run(&server(), crate::command::Command::AcceptRequest(work, None)).unwrap();
    world.work_mut(work).request = Request::CancellationRequested;
    world.ship(work, None);
    assert_eq!(world.work(work).stage, Stage::Closed);
    assert_eq!(world.work(work).request, Request::CancellationRequested, "it isn't reset when work closes");
    assert_eq!(
        crate::allowed::check(Action::AcceptCancellation, &world.orders[0], world.work(work), &server()),
        Err(WhyNot::Stage(StageName::Closed))
    );
}

#[test]
fn work_that_a_service_gave_up_goes_on_as_if_nothing_had_been_said() {
    for (stage, request) in
        [(Stage::Incomplete, Request::Closed), (Stage::Cancelled, Request::CancellationAccepted)]
    {
        let mut world = World::new();
        let work = world.placed_work(&[(MUG, 2)]);
        let mug = line_of(&world, work);
        (world.work_mut(work).stage, world.work_mut(work).request) = (stage, request);
        world.ship(work, Some(&[(mug, 1)]));
        assert_eq!(world.work(work).stage, Stage::InProgress { report: None });
        assert_eq!(world.work(work).request, Request::Unsubmitted);
    }
}

#[test]
fn the_server_needs_no_permission_and_a_reader_has_none() {
    let mut world = World::new();
    let work = world.placed_work(&[(SHIRT, 1)]);
    let reader = limited("read_merchant_managed_fulfillment_orders");
    assert_eq!(world.refused(&reader, fulfilling(&[(work, None)], ONE)), Refusal::NoAccess(work));
    world.run(&Actor::System, fulfilling(&[(work, None)], ONE)).unwrap();
}
