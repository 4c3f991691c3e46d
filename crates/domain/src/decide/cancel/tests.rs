//! Given, when, then: calling off.

use super::NOTE_LENGTH;
use crate::actor::{Actor, Permission};
use crate::command::{CancelOrder, Command, Fulfilled, PayBack, Restock};
use crate::event::{Fact, FactKind};
use crate::fulfillment::{DeliveryEvent, DeliveryStatus};
use crate::fulfillment_order::{Request, Stage};
use crate::id::{DeliveryEventId, FulfillmentId, OrderId};
use crate::order::CancelReason;
use crate::refusal::{Field, Refusal, Thing};
use crate::status::{FulfillmentStatus, fulfillment};
use crate::time::Time;
use crate::world::*;

#[test]
fn closed_work_stays_closed_and_new_work_takes_its_place() {
    let mut world = World::new();
    let work = world.placed_work(&[(SHIRT, 2), (STICKER, 1)]);
    let parcel = world.ship(work, None);
    let decision = world.run(&merchant(), Command::CancelFulfillment(parcel)).unwrap();
    assert_eq!(
        kinds(&decision),
        [FactKind::WorkRouted, FactKind::FulfillmentCancelled, FactKind::OrderUpdated]
    );
    let [old, new] = &world.orders[0].fulfillment_orders[..] else { panic!("{:?}", world.orders[0]) };
    assert_eq!((old.id, &old.stage), (work, &Stage::Closed));
    let shown = |fo: &crate::fulfillment_order::FulfillmentOrder| {
        fo.lines.iter().map(|line| (line.total, line.remaining())).collect::<Vec<_>>()
    };
    assert_eq!(shown(old), [(2, 2), (1, 1)], "its lines show what came back");
    assert_eq!(old.open_quantity(), 0, "but it asks for nothing");
    assert_eq!(shown(new), [(2, 2), (1, 1)]);
    assert_eq!((&new.stage, new.request, new.location), (&Stage::Open, Request::Unsubmitted, HERE));
    assert!(old.lines.iter().all(|line| new.line(line.id).is_none()), "lines get ids of their own");
    assert_eq!(world.stock(SHIRT, HERE), (10, 2));
    assert!(!world.fulfillments[0].is_live());
    assert_eq!(fulfillment(&world.orders[0]), FulfillmentStatus::Unfulfilled);
}

#[test]
fn what_left_a_forgotten_location_waits_for_another_one() {
    let mut world = World::new();
    let work = world.placed_work(&[(SHIRT, 2)]);
    let parcel = world.ship(work, None);
    world.locations.retain(|location| location.id != HERE);
    world.stock.retain(|(_, location), _| *location != HERE);
    world.run(&merchant(), Command::CancelFulfillment(parcel)).unwrap();
    let order = &world.orders[0];
    assert_eq!((order.fulfillment_orders.len(), order.routing.waiting[0].quantity), (1, 2));
    assert_eq!(order.routing.retry_at, Some(world.now), "it is tried at once");
    assert!(world.stock.keys().all(|(_, location)| *location != HERE), "nothing lies where nothing is");
    let id = order.id;
    world.run(&Actor::System, Command::Route(id)).unwrap();
    assert_eq!(world.orders[0].fulfillment_orders[1].location, THERE);
}

#[test]
fn open_work_has_more_to_do() {
    let mut world = World::new();
    let work = world.placed_work(&[(SHIRT, 3)]);
    let shirt = world.work(work).lines[0].id;
    let parcel = world.ship(work, Some(&[(shirt, 2)]));
    assert_eq!(world.work(work).lines[0].remaining(), 1);
    world.run(&merchant(), Command::CancelFulfillment(parcel)).unwrap();
    assert_eq!(world.orders[0].fulfillment_orders.len(), 1);
    assert_eq!(world.work(work).lines[0].remaining(), 3);
    assert_eq!(world.stock(SHIRT, HERE), (10, 3));
}

#[test]
fn two_parcels_of_one_work_come_back_one_by_one() {
    let mut world = World::new();
    let work = world.placed_work(&[(SHIRT, 3)]);
    let shirt = world.work(work).lines[0].id;
    let parcels = [world.ship(work, Some(&[(shirt, 1)])), world.ship(work, None)];
    let first = world.run(&merchant(), Command::CancelFulfillment(parcels[0])).unwrap();
    assert_eq!(fulfillment(&world.orders[0]), FulfillmentStatus::PartiallyFulfilled);
    assert!(!kinds(&first).contains(&FactKind::OrderPartlyFulfilled), "nothing left just now");
    world.run(&merchant(), Command::CancelFulfillment(parcels[1])).unwrap();
    let open: Vec<_> = world.orders[0].fulfillment_orders.iter().map(|fo| fo.open_quantity()).collect();
    assert_eq!(open, [0, 1, 2]);
}

#[test]
fn a_second_time_nothing_happens_and_nor_does_it_after_delivery() {
    let mut world = World::new();
    let work = world.placed_work(&[(SHIRT, 1)]);
    let parcel = world.ship(work, None);
    world.run(&merchant(), Command::CancelFulfillment(parcel)).unwrap();
    let again = world.run(&merchant(), Command::CancelFulfillment(parcel)).unwrap();
    assert_eq!((again.writes, again.events), (vec![], vec![]));

    let work = world.orders[0].fulfillment_orders[1].id;
    let parcel = world.ship(work, None);
    world.fulfillments[1].events.push(DeliveryEvent {
        id: DeliveryEventId(1),
        status: DeliveryStatus::Delivered,
        happened_at: Time(0),
        created_at: Time(0),
        message: None,
        place: Default::default(),
        position: None,
        estimated_at: None,
    });
    let late = world.run(&merchant(), Command::CancelFulfillment(parcel)).unwrap();
    assert_eq!((late.writes, late.events), (vec![], vec![]));
}

#[test]
fn a_parcel_is_forgotten_with_its_units_waiting_again_unless_it_arrived() {
    let mut world = World::new();
    let work = world.placed_work(&[(SHIRT, 2)]);
    let parcel = world.ship(work, None);
    world.run(&merchant(), Command::DeleteFulfillment(parcel)).unwrap();
    assert!(world.fulfillments.is_empty());
    assert_eq!(fulfillment(&world.orders[0]), FulfillmentStatus::Unfulfilled);
    assert_eq!(world.stock(SHIRT, HERE), (10, 2));
    let again = world.orders[0].fulfillment_orders[1].id;
    let parcel = world.ship(again, None);
    world.run(&merchant(), Command::CancelFulfillment(parcel)).unwrap();
    world.run(&merchant(), Command::DeleteFulfillment(parcel)).unwrap();
    assert!(world.fulfillments.is_empty(), "one that was called off before goes too");
    let again = world.orders[0].fulfillment_orders[2].id;
    let parcel = world.ship(again, None);
    world.fulfillments[0].events.push(DeliveryEvent {
        id: DeliveryEventId(1),
        status: DeliveryStatus::Delivered,
        happened_at: Time(0),
        created_at: Time(0),
        message: None,
        place: Default::default(),
        position: None,
        estimated_at: None,
    });
    let refused = world.refused(&merchant(), Command::DeleteFulfillment(parcel));
    assert_eq!(refused, Refusal::Delivered(parcel));
    assert_eq!(world.fulfillments.len(), 1);
}

#[test]
fn a_parcel_is_called_off_by_those_who_may_send_it() {
    let mut world = World::new();
    let work = world.placed_work(&[(MUG, 1)]);
    let parcel = world.ship(work, None);
    let nobody = FulfillmentId(4);
    assert_eq!(
        world.refused(&merchant(), Command::CancelFulfillment(nobody)),
        Refusal::Unknown(Thing::Fulfillment(nobody))
    );
    let blind = limited("write_merchant_managed_fulfillment_orders");
    assert_eq!(
        world.refused(&blind, Command::CancelFulfillment(parcel)),
        Refusal::Unknown(Thing::Fulfillment(parcel))
    );
    let reader = limited("read_third_party_fulfillment_orders");
    assert_eq!(
        world.refused(&reader, Command::CancelFulfillment(parcel)),
        Refusal::NotPermitted(&[Permission::WriteThirdPartyWork])
    );
    world.run(&server(), Command::CancelFulfillment(parcel)).unwrap();
}

#[test]
fn an_order_called_off_asks_for_nothing() {
    for (restock, left) in [(Restock::Yes, (10, 0)), (Restock::No, (6, 0))] {
        let mut world = World::new();
        let id = world.place(new_order(vec![line(SHIRT, 4), line(MUG, 12)]));
        assert_eq!(world.order(id).routing.waiting.len(), 1, "two mugs wait");
        assert_eq!(world.stock(SHIRT, HERE), (10, 4));
        let decision = world.run(&merchant(), calling_off(id, restock)).unwrap();
        assert_eq!(
            kinds(&decision),
            [
                FactKind::RefundCreated,
                FactKind::WorkCancelled,
                FactKind::WorkCancelled,
                FactKind::OrderCancelled,
                FactKind::OrderUpdated
            ]
        );
        assert_eq!(world.stock(SHIRT, HERE), left);
        let order = world.order(id);
        let refund = order.refunds[0].id;
        assert_eq!(decision.events[0].facts[0], Fact::RefundCreated { refund });
        assert!(order.fulfillment_orders.iter().all(|fo| fo.stage == Stage::Closed));
        assert!(order.fulfillment_orders.iter().flat_map(|fo| &fo.lines).all(|line| line.total == 0));
        assert!(order.lines.iter().all(|line| order.current_quantity(line.id) == 0));
        assert!(order.invoice_lines().all(|line| line.removed == line.quantity), "invoices stay as issued");
        assert_eq!((order.closed_at, order.routing.retry_at), (Some(world.now), None));
        assert_eq!(world.refused(&merchant(), calling_off(id, restock)), Refusal::OrderCancelled(id));
    }
}

#[test]
fn an_order_is_refused_to_be_called_off_for_the_first_reason() {
    let mut world = World::new();
    let work = world.placed_work(&[(MUG, 2)]);
    let id = world.orders[0].id;
    let reader = limited("read_orders");
    let long = |order| {
        let note = Some("ä".repeat(NOTE_LENGTH + 1));
        Command::CancelOrder(CancelOrder {
            order,
            reason: CancelReason::Other,
            note,
            restock: Restock::Yes,
            pay_back: PayBack::Nothing,
            notify_buyer: false,
        })
    };
    let nobody = OrderId(4);
    assert_eq!(world.refused(&reader, long(nobody)), Refusal::NotPermitted(&[Permission::WriteOrders]));
    assert_eq!(world.refused(&merchant(), long(nobody)), Refusal::Malformed(Field::Note, "is too long"));
    let unknown = Refusal::Unknown(Thing::Order(nobody));
    assert_eq!(world.refused(&merchant(), calling_off(nobody, Restock::Yes)), unknown);
    for request in [Request::Accepted, Request::CancellationRequested, Request::CancellationRejected] {
        world.work_mut(work).stage = Stage::InProgress { report: None };
        world.work_mut(work).request = request;
        assert_eq!(world.refused(&merchant(), calling_off(id, Restock::Yes)), Refusal::ServiceAtWork(work));
    }
    let mug = world.work(work).lines[0].id;
    let parcel = world.ship(work, Some(&[(mug, 1)]));
    let out = Refusal::OrderHasFulfillments(id);
    assert_eq!(world.refused(&merchant(), calling_off(id, Restock::Yes)), out, "parcels come first");
    world.run(&server(), Command::CancelFulfillment(parcel)).unwrap();
    world.work_mut(work).request = Request::Accepted;
    assert_eq!(world.refused(&merchant(), calling_off(id, Restock::Yes)), Refusal::ServiceAtWork(work));
}

#[test]
fn an_order_whose_parcels_came_back_can_be_called_off() {
    let mut world = World::new();
    let work = world.placed_work(&[(SHIRT, 2)]);
    let parcel = world.ship(work, None);
    world.run(&merchant(), Command::CancelFulfillment(parcel)).unwrap();
    world.run(&merchant(), calling_off(world.orders[0].id, Restock::Yes)).unwrap();
    assert_eq!(world.stock(SHIRT, HERE), (10, 0));
    let closed = &world.orders[0].fulfillment_orders[0];
    assert_eq!(closed.lines[0].remaining(), 2, "what was closed before doesn't change any more");
}

#[test]
fn what_comes_back_of_an_order_called_off_waits_for_nobody() {
    let mut world = World::new();
    let mut place = new_order(vec![line(SHIRT, 3)]);
    place.lines[0].fulfilled = 2;
    place.fulfilled = Some(Fulfilled { location: None, at: Time(0), trackings: vec![], status: None });
    place.cancelled = Some((Time(0), CancelReason::Other));
    let id = world.place(place);
    let parcel = world.fulfillments[0].id;
    assert_eq!(world.order(id).current_quantity(world.order(id).lines[0].id), 2);
    world.run(&Actor::System, Command::CancelFulfillment(parcel)).unwrap();
    let order = world.order(id);
    assert_eq!(order.fulfillment_orders.len(), 1, "no new work");
    assert_eq!(order.current_quantity(order.lines[0].id), 0);
    assert_eq!(world.stock(SHIRT, HERE), (10, 0), "it never was in this stock");
}
