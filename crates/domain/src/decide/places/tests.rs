//! Given, when, then: locations that come and go.

use crate::actor::Permission;
use crate::command::Command;
use crate::event::FactKind;
use crate::id::LocationId;
use crate::refusal::{LocationTrouble, Refusal, Thing};
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
