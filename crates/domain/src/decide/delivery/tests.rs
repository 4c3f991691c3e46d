//! Given, when, then: parcels on their way.

use crate::actor::{Actor, Permission};
use crate::command::{Command, RecordDelivery, Track};
use crate::event::FactKind;
use crate::fulfillment::{DeliveryStatus, Tracking};
use crate::id::FulfillmentId;
use crate::refusal::{Refusal, Thing};
use crate::time::Time;
use crate::world::*;

fn tracking(fulfillment: FulfillmentId, number: &str) -> Command {
    let trackings = vec![Tracking { number: Some(number.into()), ..Tracking::default() }];
    Command::Track(Track { fulfillment, trackings, notify_buyer: false })
}

fn recording(fulfillment: FulfillmentId, status: DeliveryStatus, happened_at: Option<Time>) -> Command {
    Command::RecordDelivery(RecordDelivery {
        fulfillment,
        status,
        happened_at,
        message: None,
        place: Default::default(),
        position: None,
        estimated_at: None,
    })
}

#[test]
fn tracking_and_events_change_no_quantity() {
    let mut world = World::new();
    let work = world.placed_work(&[(MUG, 1)]);
    let parcel = world.ship(work, None);
    let before = (world.orders[0].fulfillment_orders.clone(), world.stock(MUG, SERVED));
    let decision = world.run(&server(), tracking(parcel, "1Z")).unwrap();
    assert_eq!(kinds(&decision), [FactKind::FulfillmentUpdated, FactKind::OrderUpdated]);
    let decision = world.run(&server(), recording(parcel, DeliveryStatus::InTransit, None)).unwrap();
    assert_eq!(kinds(&decision), [FactKind::DeliveryRecorded, FactKind::OrderUpdated]);
    assert_eq!((world.orders[0].fulfillment_orders.clone(), world.stock(MUG, SERVED)), before);
    assert_eq!(world.fulfillments[0].trackings[0].number.as_deref(), Some("1Z"));
    // What is told late doesn't become the latest.
    world.run(&server(), recording(parcel, DeliveryStatus::LabelPrinted, Some(Time(1)))).unwrap();
    assert_eq!(world.fulfillments[0].latest_event().unwrap().status, DeliveryStatus::InTransit);
}

#[test]
fn a_mistake_is_taken_back() {
    let mut world = World::new();
    let work = world.placed_work(&[(SHIRT, 1)]);
    let parcel = world.ship(work, None);
    world.run(&server(), recording(parcel, DeliveryStatus::InTransit, None)).unwrap();
    world.run(&server(), recording(parcel, DeliveryStatus::Delivered, None)).unwrap();
    let [left, delivered] = [0, 1].map(|i| world.fulfillments[0].events[i].clone());
    let forget = Command::ForgetDelivery(parcel, delivered.id);
    let reader = limited("read_merchant_managed_fulfillment_orders");
    let needs = Refusal::NotPermitted(&[Permission::WriteFulfillments]);
    assert_eq!(world.refused(&reader, forget.clone()), needs);
    let decision = world.run(&limited("write_fulfillments"), forget.clone()).unwrap();
    assert_eq!(kinds(&decision), [FactKind::DeliveryForgotten, FactKind::OrderUpdated]);
    assert_eq!(world.fulfillments[0].events, [left]);
    let gone = Refusal::Unknown(Thing::DeliveryEvent(delivered.id));
    assert_eq!(world.refused(&merchant(), forget), gone);
}

#[test]
fn they_are_told_of_parcels_that_were_called_off_too() {
    let mut world = World::new();
    let work = world.placed_work(&[(SHIRT, 1)]);
    let parcel = world.ship(work, None);
    world.run(&merchant(), Command::CancelFulfillment(parcel)).unwrap();
    world.run(&merchant(), tracking(parcel, "1Z")).unwrap();
    world.run(&merchant(), recording(parcel, DeliveryStatus::Failure, None)).unwrap();
    assert!(!world.fulfillments[0].is_live());
}

#[test]
fn they_are_refused_to_those_who_cant_see_or_may_not_write() {
    let mut world = World::new();
    let work = world.placed_work(&[(SHIRT, 1)]);
    let parcel = world.ship(work, None);
    let delayed = |parcel| recording(parcel, DeliveryStatus::Delayed, None);
    let unknown = |id| Refusal::Unknown(Thing::Fulfillment(id));
    let nobody = FulfillmentId(4);
    assert_eq!(world.refused(&merchant(), tracking(nobody, "1")), unknown(nobody));
    let blind = limited("write_third_party_fulfillment_orders,write_fulfillments");
    assert_eq!(world.refused(&blind, tracking(parcel, "1")), unknown(parcel));
    let reader = limited("read_merchant_managed_fulfillment_orders");
    let needs = |permission: &'static [Permission]| Refusal::NotPermitted(permission);
    assert_eq!(world.refused(&reader, tracking(parcel, "1")), needs(&[Permission::WriteMerchantWork]));
    assert_eq!(world.refused(&reader, delayed(parcel)), needs(&[Permission::WriteFulfillments]));
    assert_eq!(world.refused(&limited("read_orders"), delayed(parcel)), unknown(parcel));
    // A carrier need not know whose work a parcel was.
    world.run(&limited("write_fulfillments"), delayed(parcel)).unwrap();
}

#[test]
fn what_a_service_says_counts_until_somebody_knows() {
    let mut world = World::new();
    let work = world.placed_work(&[(MUG, 2)]);
    let line = world.work(work).lines[0].id;
    let parcel = world.ship(work, Some(&[(line, 1)]));
    let told = |number: &str| vec![Tracking { number: Some(number.into()), ..Tracking::default() }];
    let learning = |number: &str| Command::LearnTracking(parcel, told(number));
    assert!(world.fulfillments[0].lacks_tracking());
    assert_eq!(
        world.refused(&limited("read_orders"), learning("1Z")),
        Refusal::Unknown(Thing::Fulfillment(parcel))
    );
    let decision = world.run(&Actor::System, Command::LearnTracking(parcel, vec![])).unwrap();
    assert_eq!(kinds(&decision), [], "it said nothing");
    let decision = world.run(&Actor::System, learning("1Z")).unwrap();
    assert_eq!(kinds(&decision), [FactKind::FulfillmentUpdated, FactKind::OrderUpdated]);
    let decision = world.run(&Actor::System, learning("2Z")).unwrap();
    assert_eq!(kinds(&decision), []);
    assert_eq!(world.fulfillments[0].trackings, told("1Z"));
    let other = world.ship(work, None);
    world.run(&server(), Command::CancelFulfillment(other)).unwrap();
    let decision = world.run(&Actor::System, Command::LearnTracking(other, told("3Z"))).unwrap();
    assert_eq!(kinds(&decision), [], "it was called off");
}
