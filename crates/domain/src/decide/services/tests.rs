//! Given, when, then: fulfillment services that come, change and go.

use crate::actor::{Actor, Permission};
use crate::command::{Command, DeleteService, EditService, Leftover};
use crate::event::FactKind;
use crate::id::{AppId, LocationId, ServiceId};
use crate::location::{Inquiry, Service};
use crate::refusal::{Field, LocationTrouble, Refusal, Thing};
use crate::time::Time;
use crate::world::*;

fn named(id: i64, name: &str, handle: &str) -> Command {
    let service = Service {
        id: ServiceId(id),
        app: AppId(99),
        name: name.into(),
        handle: handle.into(),
        location: LocationId(0),
        callback_url: None,
        gives_tracking: false,
        gives_stock: false,
        requires_shipping: true,
        created_at: Time(0),
        updated_at: Time(0),
    };
    Command::SaveService(service, location(LocationId(40), 9))
}

fn edit() -> EditService {
    EditService {
        service: SERVICE,
        name: None,
        callback_url: None,
        gives_tracking: None,
        gives_stock: None,
        requires_shipping: None,
    }
}

fn deleting(leftover: Leftover) -> Command {
    Command::DeleteService(DeleteService { service: SERVICE, location: SERVED, leftover })
}

fn served(world: &World) -> &Service {
    world.services.iter().find(|service| service.id == SERVICE).unwrap()
}

#[test]
fn services_have_names_of_their_own_and_a_location() {
    let mut world = World::new();
    let needs = Refusal::NotPermitted(&[Permission::WriteFulfillments]);
    assert_eq!(world.refused(&limited("read_fulfillments"), named(31, "New", "new")), needs);
    let empty = Refusal::Malformed(Field::Name, "is empty");
    assert_eq!(world.refused(&server(), named(31, "", "new")), empty);
    assert_eq!(world.refused(&server(), named(31, "SERVED ", "new")), Refusal::Taken(Field::Name));
    assert_eq!(world.refused(&server(), named(31, "New", "served")), Refusal::Taken(Field::Name));
    let made = world.run(&server(), named(31, "New", "new")).unwrap();
    assert_eq!(kinds(&made), [FactKind::ServiceSaved, FactKind::LocationCreated]);
    let service = world.services.iter().find(|service| service.id == ServiceId(31)).unwrap();
    let place = world.locations.iter().find(|place| place.id == LocationId(40)).unwrap();
    assert_eq!((service.location, place.service), (place.id, Some(service.id)));
    assert_eq!(service.app, AppId(2), "whatever it says");
}

#[test]
fn an_edit_changes_what_it_names_and_the_name_of_the_location() {
    let mut world = World::new();
    let url = Some("https://a".to_owned());
    let change = EditService { name: Some("Docks".into()), callback_url: Some(url.clone()), ..edit() };
    let decision = world.run(&server(), Command::EditService(change)).unwrap();
    assert_eq!(kinds(&decision), [FactKind::ServiceSaved, FactKind::LocationUpdated]);
    let service = served(&world);
    assert_eq!((service.name.as_str(), service.handle.as_str()), ("Docks", "served"));
    assert_eq!((&service.callback_url, service.requires_shipping), (&url, true));
    assert_eq!(world.locations.iter().find(|place| place.id == SERVED).unwrap().name, "Docks");
    assert!(!service.answers(Inquiry::Stock));

    let change = EditService { gives_stock: Some(true), ..edit() };
    world.run(&server(), Command::EditService(change)).unwrap();
    assert!(served(&world).answers(Inquiry::Stock) && !served(&world).answers(Inquiry::Tracking));
    world.run(&server(), Command::EditService(EditService { callback_url: Some(None), ..edit() })).unwrap();
    assert!(!served(&world).answers(Inquiry::Stock), "nobody can call it");

    let taken = EditService { name: Some("LOCATION 10".into()), ..edit() };
    assert_eq!(world.refused(&server(), Command::EditService(taken)), Refusal::Taken(Field::Name));
}

#[test]
fn nobody_touches_the_service_of_somebody_else() {
    let mut world = World::new();
    let unknown = Refusal::Unknown(Thing::Service(SERVICE));
    for command in [Command::EditService(edit()), deleting(Leftover::Keep), named(SERVICE.0, "Mine", "mine")]
    {
        assert_eq!(world.refused(&merchant(), command), unknown);
    }
    let elsewhere = DeleteService { service: SERVICE, location: HERE, leftover: Leftover::Discard };
    assert_eq!(world.refused(&server(), Command::DeleteService(elsewhere)), unknown);
    world.run(&Actor::System, Command::EditService(edit())).unwrap();
}

#[test]
fn a_service_that_goes_may_leave_its_goods_where_they_are() {
    let mut world = World::new();
    let decision = world.run(&server(), deleting(Leftover::Keep)).unwrap();
    assert_eq!(kinds(&decision), [FactKind::LocationUpdated, FactKind::ServiceDeleted]);
    assert!(world.services.is_empty());
    let place = world.locations.iter().find(|place| place.id == SERVED).unwrap();
    assert_eq!((place.service, world.stock(MUG, SERVED)), (None, (10, 0)));
    let work = world.placed_work(&[(MUG, 1)]);
    assert_eq!((world.work(work).location, world.work(work).service), (SERVED, None));
}

#[test]
fn a_service_that_goes_may_take_its_goods_with_it_or_give_them_away() {
    let mut world = World::new();
    let decision = world.run(&server(), deleting(Leftover::Discard)).unwrap();
    let told = [FactKind::StockChanged, FactKind::LocationDeleted, FactKind::ServiceDeleted];
    assert_eq!(kinds(&decision), told);
    assert!(world.locations.iter().all(|place| place.id != SERVED));

    let mut world = World::new();
    let mut refused = |to| world.refused(&server(), deleting(Leftover::Transfer(to)));
    let trouble = |id, what| Refusal::Location(id, what);
    assert_eq!(refused(None), trouble(SERVED, LocationTrouble::HasStock));
    assert_eq!(refused(Some(SERVED)), trouble(SERVED, LocationTrouble::Same));
    let nowhere = LocationId(4);
    assert_eq!(refused(Some(nowhere)), Refusal::Unknown(Thing::Location(nowhere)));
    world.run(&server(), deleting(Leftover::Transfer(Some(HERE)))).unwrap();
    assert_eq!(world.stock(MUG, HERE), (10, 0));
    assert!(world.services.is_empty() && world.locations.iter().all(|place| place.id != SERVED));
}

#[test]
fn a_service_with_open_work_stays() {
    let mut world = World::new();
    let work = world.placed_work(&[(MUG, 1)]);
    for leftover in [Leftover::Keep, Leftover::Discard, Leftover::Transfer(Some(HERE))] {
        let busy = Refusal::Location(SERVED, LocationTrouble::HasWork);
        assert_eq!(world.refused(&server(), deleting(leftover)), busy);
    }
    world.ship(work, None);
    world.run(&server(), deleting(Leftover::Transfer(Some(HERE)))).unwrap();
    assert_eq!(world.stock(MUG, HERE), (9, 0));
}

#[test]
fn what_was_pinned_to_a_service_that_is_gone_goes_anywhere() {
    let mut world = World::new();
    let sticker = world.variants.iter_mut().find(|variant| variant.id == STICKER).unwrap();
    sticker.pinned_to = Some(SERVICE);
    let before = world.placed_work(&[(STICKER, 1)]);
    assert_eq!(world.work(before).location, SERVED);
    world.ship(before, None);
    world.run(&server(), deleting(Leftover::Discard)).unwrap();
    let after = world.placed_work(&[(STICKER, 1)]);
    assert_eq!(world.work(after).location, HERE);
}
