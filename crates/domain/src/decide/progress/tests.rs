//! Given, when, then: progress told by hand.

use crate::allowed::{Action, WhyNot};
use crate::command::Command;
use crate::event::FactKind;
use crate::fulfillment_order::{Delivery, Stage, StageName};
use crate::id::{AppId, FulfillmentOrderId};
use crate::refusal::Refusal;
use crate::world::*;

#[test]
fn progress_is_reported_and_taken_back() {
    let mut world = World::new();
    let work = world.placed_work(&[(SHIRT, 2)]);
    let decision = world.run(&merchant(), Command::ReportProgress(work, Some("picking".into()))).unwrap();
    assert_eq!(kinds(&decision), [FactKind::ProgressReported, FactKind::OrderUpdated]);
    let Stage::InProgress { report: Some(report) } = &world.work(work).stage else { panic!() };
    assert_eq!((report.note.as_deref(), report.app), (Some("picking"), Some(AppId(1))));
    world.run(&merchant(), Command::ReportProgress(work, None)).unwrap();
    world.run(&merchant(), Command::Open(work)).unwrap();
    assert_eq!(world.work(work).stage, Stage::Open);
}

#[test]
fn the_location_is_remembered_while_work_goes_on() {
    let mut world = World::new();
    let work = world.placed_work(&[(SHIRT, 2)]);
    world.run(&merchant(), Command::ReportProgress(work, None)).unwrap();
    let mut renamed = location(HERE, 1);
    renamed.name = "Elsewhere".into();
    world.run(&merchant(), Command::SaveLocation(renamed)).unwrap();
    let name = |world: &World| world.work(work).settled_location().map(|at| at.name.clone());
    world.run(&merchant(), Command::ReportProgress(work, None)).unwrap();
    assert_eq!(name(&world).as_deref(), Some("Location 10"));
    world.run(&merchant(), Command::Open(work)).unwrap();
    assert_eq!(name(&world), None, "what is open follows its location");
    world.ship(work, None);
    assert_eq!(name(&world).as_deref(), Some("Elsewhere"), "it began anew");
}

#[test]
fn progress_is_refused() {
    let mut world = World::new();
    let (work, served) = (world.placed_work(&[(SHIRT, 2)]), world.placed_work(&[(MUG, 1)]));
    assert_eq!(
        world.refused(&merchant(), Command::ReportProgress(served, None)),
        Refusal::NotAllowed(served, Action::ReportProgress, WhyNot::ServiceOnly)
    );
    world.run(&merchant(), holding(work, "", &[])).unwrap();
    let held = WhyNot::Stage(StageName::OnHold);
    assert_eq!(
        world.refused(&merchant(), Command::ReportProgress(work, None)),
        Refusal::NotAllowed(work, Action::ReportProgress, held)
    );
}

#[test]
fn the_buyer_may_come_for_what_is_picked_up() {
    let mut world = World::new();
    let (work, shipped) = (world.placed_work(&[(SHIRT, 2)]), world.placed_work(&[(SHIRT, 1)]));
    world.work_mut(work).delivery = Delivery::Pickup;
    let nowhere = FulfillmentOrderId(4);
    assert_eq!(world.refused(&merchant(), Command::PrepareForPickup(vec![])), Refusal::NothingToDo);
    assert_eq!(
        world.refused(&merchant(), Command::PrepareForPickup(vec![work, shipped, nowhere])),
        Refusal::NotForPickup(vec![shipped, nowhere])
    );
    let decision = world.run(&merchant(), Command::PrepareForPickup(vec![work])).unwrap();
    assert_eq!(kinds(&decision), [FactKind::WorkPrepared, FactKind::OrderUpdated]);
    assert!(world.work(work).progress_reported());
    world.ship(work, None);
    let why = WhyNot::Stage(StageName::Closed);
    assert_eq!(
        world.refused(&merchant(), Command::PrepareForPickup(vec![work])),
        Refusal::NotAllowed(work, Action::ReportProgress, why)
    );
}
