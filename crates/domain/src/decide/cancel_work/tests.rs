//! Given, when, then: work that is called off and made anew.

use crate::allowed::{Action, WhyNot};
use crate::command::Command;
use crate::decide::Outcome;
use crate::event::FactKind;
use crate::fulfillment_order::{Request, StageName};
use crate::id::FulfillmentOrderId;
use crate::refusal::Refusal;
use crate::world::*;

fn cancelled(world: &mut World, id: FulfillmentOrderId) -> FulfillmentOrderId {
    let decision = world.run(&merchant(), Command::CancelWork(id)).unwrap();
    assert_eq!(kinds(&decision), [FactKind::WorkCancelled, FactKind::OrderUpdated]);
    let Outcome::Work { rest: Some(rest), .. } = decision.outcome else { panic!() };
    rest
}

#[test]
fn the_lines_go_with_their_ids_to_the_work_that_takes_its_place() {
    let mut world = World::new();
    let work = world.placed_work(&[(SHIRT, 2), (STICKER, 1)]);
    let ids: Vec<_> = world.work(work).lines.iter().map(|line| line.id).collect();
    let replacement = cancelled(&mut world, work);
    let (old, new) = (world.work(work), world.work(replacement));
    assert_eq!((old.stage_name(), old.lines.len()), (StageName::Closed, 0));
    assert_eq!(new.lines.iter().map(|line| line.id).collect::<Vec<_>>(), ids);
    assert_eq!((new.stage_name(), new.location, new.open_quantity()), (StageName::Open, HERE, 3));
    assert_eq!(old.settled_location().map(|at| at.name.as_str()), Some("Location 10"));
    assert_eq!(new.settled_location(), None);
    let why = WhyNot::Stage(StageName::Closed);
    let again = world.refused(&merchant(), Command::CancelWork(work));
    assert_eq!(again, Refusal::NotAllowed(work, Action::Cancel, why));
}

#[test]
fn nobody_is_asked_for_it_any_more() {
    let mut world = World::new();
    let work = world.placed_work(&[(MUG, 2)]);
    world.run(&merchant(), requesting(work, &[])).unwrap();
    let replacement = cancelled(&mut world, work);
    assert_eq!(world.work(work).request, Request::Submitted, "what was said was said");
    assert_eq!(world.work(replacement).request, Request::Unsubmitted);
    assert!(world.work(replacement).messages.is_empty());
}

#[test]
fn what_had_left_stays_with_what_it_left_from() {
    let mut world = World::new();
    let work = world.placed_work(&[(MUG, 3)]);
    let mug = world.work(work).lines[0].id;
    world.run(&merchant(), requesting(work, &[])).unwrap();
    world.run(&server(), Command::AcceptRequest(work, None)).unwrap();
    let parcel = world.ship(work, Some(&[(mug, 1)]));
    world.run(&merchant(), Command::RequestCancellation(work, None)).unwrap();
    let replacement = cancelled(&mut world, work);
    let line = &world.work(work).lines[0];
    assert_eq!((line.id, line.total, line.fulfilled), (mug, 1, 1));
    assert_ne!(world.work(replacement).lines[0].id, mug);
    assert_eq!(world.work(replacement).open_quantity(), 2);
    world.run(&merchant(), Command::CancelFulfillment(parcel)).unwrap();
}

#[test]
fn work_with_progress_reported_is_opened_first() {
    let mut world = World::new();
    let work = world.placed_work(&[(SHIRT, 2)]);
    world.run(&merchant(), Command::ReportProgress(work, None)).unwrap();
    assert_eq!(
        world.refused(&merchant(), Command::CancelWork(work)),
        Refusal::NotAllowed(work, Action::Cancel, WhyNot::ProgressReported)
    );
}
