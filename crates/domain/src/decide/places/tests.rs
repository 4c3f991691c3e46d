//! Given, when, then: locations that come and go.

use crate::actor::Permission;
use crate::command::{Command, EditLocation};
use crate::custom_field::CustomField;
use crate::decide::Write;
use crate::event::FactKind;
use crate::id::LocationId;
use crate::location::Location;
use crate::refusal::{Field, LocationTrouble, Refusal, Thing};
use crate::world::*;

fn trouble(id: LocationId, what: LocationTrouble) -> Refusal {
    Refusal::Location(id, what)
}

fn active(world: &World, id: LocationId) -> bool {
    world.locations.iter().any(|location| location.id == id && location.active)
}

#[test]
fn a_location_goes_out_of_service_and_its_goods_elsewhere() {
    let mut world = World::new();
    let decision = world.run(&merchant(), Command::DeactivateLocation(HERE, Some(THERE))).unwrap();
    let told = [FactKind::StockChanged, FactKind::StockChanged, FactKind::LocationDeactivated];
    assert_eq!(kinds(&decision), told);
    assert!(!active(&world, HERE));
    assert_eq!((world.stock(SHIRT, HERE), world.stock(SHIRT, THERE)), ((0, 0), (20, 0)));
    let again = world.run(&merchant(), Command::DeactivateLocation(HERE, None)).unwrap();
    assert_eq!(kinds(&again), [], "it is out of service");
    let back = world.run(&merchant(), Command::ActivateLocation(HERE)).unwrap();
    assert_eq!(kinds(&back), [FactKind::LocationActivated]);
    assert!(active(&world, HERE));
    world.run(&merchant(), Command::ActivateLocation(HERE)).unwrap();
}

#[test]
fn a_location_stays_in_service() {
    let mut world = World::new();
    let mut refused = |to| world.refused(&merchant(), Command::DeactivateLocation(HERE, to));
    let nowhere = LocationId(4);
    assert_eq!(refused(None), trouble(HERE, LocationTrouble::HasStock));
    assert_eq!(refused(Some(HERE)), trouble(HERE, LocationTrouble::Same));
    assert_eq!(refused(Some(SERVED)), trouble(SERVED, LocationTrouble::OfService));
    assert_eq!(refused(Some(nowhere)), Refusal::Unknown(Thing::Location(nowhere)));
    world.placed_work(&[(SHIRT, 1)]);
    let gone = Command::DeactivateLocation(HERE, Some(THERE));
    assert_eq!(world.refused(&merchant(), gone.clone()), trouble(HERE, LocationTrouble::HasWork));
    for other in [1, 2] {
        world.locations[other].active = false;
    }
    let only = trouble(HERE, LocationTrouble::OnlyOneThatShips);
    assert_eq!(world.refused(&merchant(), gone.clone()), only);
    let served = Command::DeactivateLocation(SERVED, None);
    assert_eq!(world.refused(&merchant(), served), trouble(SERVED, LocationTrouble::OfService));
    let reader = limited("read_locations");
    assert_eq!(world.refused(&reader, gone), Refusal::NotPermitted(&[Permission::WriteLocations]));
}

#[test]
fn only_what_is_empty_and_out_of_service_is_forgotten() {
    let mut world = World::new();
    let work = world.placed_work(&[(SHIRT, 1)]);
    let gone = Command::DeleteLocation(HERE);
    assert_eq!(world.refused(&merchant(), gone.clone()), trouble(HERE, LocationTrouble::Active));
    world.locations[0].active = false;
    assert_eq!(world.refused(&merchant(), gone.clone()), trouble(HERE, LocationTrouble::HasWork));
    world.ship(work, None);
    assert_eq!(world.refused(&merchant(), gone.clone()), trouble(HERE, LocationTrouble::HasStock));
    world.put(SHIRT, HERE, 0);
    let served = trouble(SERVED, LocationTrouble::OfService);
    assert_eq!(world.refused(&merchant(), Command::DeleteLocation(SERVED)), served);
    let decision = world.run(&merchant(), gone).unwrap();
    assert_eq!(kinds(&decision), [FactKind::LocationDeleted]);
    assert!(world.locations.iter().all(|location| location.id != HERE));
    assert!(world.work(work).settled_location().is_some(), "what was sent from there says so");
}

#[test]
fn locations_have_names_of_their_own() {
    let mut world = World::new();
    let named =
        |id, name: &str| Command::SaveLocation(Location { name: name.into(), ..location(LocationId(id), 5) });
    let reader = limited("read_locations");
    assert_eq!(world.refused(&reader, named(20, "")), Refusal::NotPermitted(&[Permission::WriteLocations]));
    assert_eq!(world.refused(&merchant(), named(20, " ")), Refusal::Malformed(Field::Name, "is empty"));
    assert_eq!(world.refused(&merchant(), named(20, " location 10 ")), Refusal::Taken(Field::Name));
    let long = "é".repeat(101);
    assert_eq!(world.refused(&merchant(), named(20, &long)), Refusal::Malformed(Field::Name, "is too long"));
    let made = world.run(&merchant(), named(20, " New ")).unwrap();
    assert_eq!(kinds(&made), [FactKind::LocationCreated]);
    assert!(made.writes.contains(&Write::RouteWaiting));
    assert_eq!(world.locations[3].name, "New");
    let changed = world.run(&merchant(), named(20, "new")).unwrap();
    assert_eq!(kinds(&changed), [FactKind::LocationUpdated]);
}

fn edit(location: LocationId) -> EditLocation {
    let (name, address, ships_orders, active) = (None, None, None, None);
    EditLocation { location, name, address, ships_orders, active, custom_fields: Vec::new() }
}

#[test]
fn what_an_edit_does_not_name_stays() {
    let mut world = World::new();
    let field = |key: &str| CustomField::said("app".into(), key.into(), "text".into(), "1".into());
    let dock = EditLocation { custom_fields: vec![field("dock")], ..edit(HERE) };
    world.run(&merchant(), Command::EditLocation(dock)).unwrap();
    let gate = EditLocation { custom_fields: vec![field("gate")], ..edit(HERE) };
    world.run(&merchant(), Command::EditLocation(gate)).unwrap();
    let before = world.locations.iter().find(|location| location.id == HERE).unwrap().clone();
    let keys: Vec<&str> = before.custom_fields.iter().map(|field| &*field.key).collect();
    assert_eq!(keys, ["dock", "gate"]);
    let named = EditLocation { name: Some("Main".into()), ..edit(HERE) };
    let decision = world.run(&merchant(), Command::EditLocation(named)).unwrap();
    assert_eq!(kinds(&decision), [FactKind::LocationUpdated]);
    let after = world.locations.iter().find(|location| location.id == HERE).unwrap();
    let renamed = Location { name: "Main".into(), updated_at: world.now, ..before };
    assert_eq!(*after, renamed);
    let taken = EditLocation { name: Some("location 11".into()), ..edit(HERE) };
    assert_eq!(world.refused(&merchant(), Command::EditLocation(taken)), Refusal::Taken(Field::Name));
}

#[test]
fn an_edit_takes_a_location_out_of_service_and_back() {
    let mut world = World::new();
    let closed_at = |world: &World| {
        world.locations.iter().find(|location| location.id == HERE).and_then(|here| here.deactivated_at)
    };
    let serves = |id, active| {
        let name = Some(format!("Depot {id}"));
        Command::EditLocation(EditLocation { name, active: Some(active), ..edit(id) })
    };
    assert_eq!(world.refused(&merchant(), serves(HERE, false)), trouble(HERE, LocationTrouble::HasStock));
    world.put(SHIRT, HERE, 0);
    let decision = world.run(&merchant(), serves(HERE, false)).unwrap();
    assert_eq!(kinds(&decision), [FactKind::LocationDeactivated, FactKind::LocationUpdated]);
    let closed = closed_at(&world);
    assert_eq!((closed, active(&world, HERE)), (Some(world.now), false));
    let again = world.run(&merchant(), serves(HERE, false)).unwrap();
    assert_eq!(kinds(&again), [FactKind::LocationUpdated], "it is out of service");
    assert_eq!(closed_at(&world), closed);
    let back = world.run(&merchant(), serves(HERE, true)).unwrap();
    assert_eq!(kinds(&back), [FactKind::LocationActivated, FactKind::LocationUpdated]);
    assert_eq!((closed_at(&world), active(&world, HERE)), (None, true));
    assert_eq!(world.refused(&server(), serves(SERVED, false)), trouble(SERVED, LocationTrouble::OfService));
    world.placed_work(&[(SHIRT, 1)]);
    assert!(matches!(world.refused(&merchant(), serves(THERE, false)), Refusal::Location(THERE, _)));
}

#[test]
fn somebody_must_go_on_shipping() {
    let mut world = World::new();
    let stop = |id| Command::EditLocation(EditLocation { ships_orders: Some(false), ..edit(id) });
    assert_eq!(world.refused(&server(), stop(SERVED)), trouble(SERVED, LocationTrouble::OfService));
    world.run(&merchant(), stop(HERE)).unwrap();
    world.run(&merchant(), stop(HERE)).unwrap();
    world.locations.iter_mut().find(|location| location.id == SERVED).unwrap().active = false;
    assert_eq!(world.refused(&merchant(), stop(THERE)), trouble(THERE, LocationTrouble::OnlyOneThatShips));
    // It ships nothing while it is out of service.
    world.locations.iter_mut().find(|location| location.id == THERE).unwrap().active = false;
    world.run(&merchant(), stop(THERE)).unwrap();
}

#[test]
fn a_service_edits_its_own_location_and_no_other() {
    let mut world = World::new();
    let named = |id, name: &str| Command::EditLocation(EditLocation { name: Some(name.into()), ..edit(id) });
    world.run(&server(), named(SERVED, "Docks")).unwrap();
    let unknown = |id| Refusal::Unknown(Thing::Location(id));
    assert_eq!(world.refused(&merchant(), named(SERVED, "Mine")), unknown(SERVED));
    assert_eq!(world.refused(&merchant(), named(LocationId(4), "Mine")), unknown(LocationId(4)));
    let reader = limited("write_fulfillments");
    let needs = Refusal::NotPermitted(&[Permission::WriteLocations]);
    assert_eq!(world.refused(&reader, named(HERE, "Mine")), needs);
}
