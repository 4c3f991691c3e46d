//! Given, when, then: drafts of edits.

use crate::command::{Command, Doubles, DraftStep, NewLine, Remark, Restock};
use crate::decide::{Decision, Outcome};
use crate::draft::KEPT;
use crate::event::{Fact, FactKind};
use crate::id::{DraftId, LocationId, OrderId, OrderLineId};
use crate::refusal::{Refusal, Thing};
use crate::status::current_totals;
use crate::world::*;

/// An order of three shirts, its line, and a draft of an edit of it.
fn drafted() -> (World, OrderId, OrderLineId, DraftId) {
    let mut world = World::new();
    world.placed_work(&[(SHIRT, 3)]);
    let (order, line) = (world.orders[0].id, world.orders[0].lines[0].id);
    let begun = world.run(&merchant(), Command::BeginDraft(order)).unwrap();
    let Outcome::Draft { id, line: None } = begun.outcome else { panic!("{:?}", begun.outcome) };
    (world, order, line, id)
}

fn set(id: DraftId, line: OrderLineId, quantity: i64) -> Command {
    Command::ChangeDraft(id, DraftStep::Set { line, quantity, restock: Restock::Yes })
}

fn add(id: DraftId, new: NewLine, doubles: Doubles) -> Command {
    Command::ChangeDraft(id, DraftStep::Add { new: Box::new(new), doubles, location: None })
}

fn commit(id: DraftId) -> Command {
    let remark = Remark { note: Some("as the buyer asked".into()), notify_buyer: true };
    Command::CommitDraft(id, remark)
}

fn line_of(decision: &Decision) -> OrderLineId {
    let Outcome::Draft { line: Some(line), .. } = decision.outcome else { panic!("{:?}", decision.outcome) };
    line
}

#[test]
fn nothing_changes_before_the_draft_is_done() {
    let (mut world, order, line, id) = drafted();
    let before = world.order(order).clone();
    world.run(&merchant(), set(id, line, 5)).unwrap();
    let added =
        line_of(&world.run(&merchant(), add(id, crate::world::line(MUG, 2), Doubles::Refused)).unwrap());
    assert_eq!(*world.order(order), before, "not even its version");
    let after = world.drafts[0].applied(&before);
    assert_eq!((after.current_quantity(line), after.current_quantity(added)), (5, 2));
    let done = world.run(&merchant(), commit(id)).unwrap();
    let order = world.order(order);
    assert_eq!((order.current_quantity(line), order.current_quantity(added)), (5, 2));
    assert_eq!(current_totals(order), current_totals(&after), "what was shown is what came");
    assert!(order.routing.waiting.is_empty(), "what was added is looked for in the shelves too");
    assert!(world.drafts.is_empty());
    let told = done.events[0].facts.iter().find(|fact| fact.kind() == FactKind::OrderEdited).unwrap();
    let (note, notify_buyer) = (Some("as the buyer asked".to_owned()), true);
    assert_eq!(*told, Fact::OrderEdited { lines: vec![(line, 2), (added, 2)], note, notify_buyer });
    assert_eq!(world.refused(&merchant(), commit(id)), Refusal::Unknown(Thing::Draft(id)), "it is done once");
}

#[test]
fn the_last_word_on_a_line_counts() {
    let (mut world, order, line, id) = drafted();
    world.run(&merchant(), set(id, line, 5)).unwrap();
    world.run(&merchant(), set(id, line, 1)).unwrap();
    let added =
        line_of(&world.run(&merchant(), add(id, crate::world::line(MUG, 2), Doubles::Refused)).unwrap());
    world.run(&merchant(), set(id, added, 4)).unwrap();
    assert_eq!(world.drafts[0].changes.len(), 2);
    world.run(&merchant(), set(id, added, 0)).unwrap();
    world.run(&merchant(), set(id, line, 3)).unwrap();
    assert!(world.drafts[0].changes.is_empty(), "as it was");
    assert_eq!(world.refused(&merchant(), commit(id)), Refusal::NothingToDo);
    assert_eq!(world.order(order).lines.len(), 1);
}

#[test]
fn a_draft_is_refused_when_its_line_changed_meanwhile_and_only_then() {
    let (mut world, order, line, id) = drafted();
    world.run(&merchant(), set(id, line, 1)).unwrap();
    world.run(&merchant(), editing(order, vec![setting(line, 4)])).unwrap();
    assert_eq!(world.refused(&merchant(), commit(id)), Refusal::DraftOutdated(line, 4));
    world.run(&merchant(), editing(order, vec![setting(line, 3)])).unwrap();
    let work = world.order(order).fulfillment_orders[0].id;
    let shirt = world.work(work).lines[0].id;
    world.ship(work, Some(&[(shirt, 2)]));
    assert_eq!(world.refused(&merchant(), commit(id)), Refusal::AlreadyFulfilled(line, 2));
    world.run(&merchant(), set(id, line, 2)).unwrap();
    world.run(&merchant(), commit(id)).unwrap();
    assert_eq!((world.order(order).current_quantity(line), world.work(work).open_quantity()), (2, 0));
}

#[test]
fn what_cant_be_is_refused_at_once() {
    let (mut world, order, line, id) = drafted();
    let mut refused = |command| world.refused(&merchant(), command);
    assert_eq!(refused(set(id, line, -1)), Refusal::LineQuantity(0));
    let nobody = OrderLineId(4);
    assert_eq!(refused(set(id, nobody, 1)), Refusal::Unknown(Thing::OrderLine(nobody)));
    assert_eq!(refused(add(id, crate::world::line(MUG, 0), Doubles::Refused)), Refusal::LineQuantity(0));
    assert_eq!(refused(add(id, crate::world::line(SHIRT, 1), Doubles::Refused)), Refusal::Twice(0));
    let (new, nowhere) = (Box::new(crate::world::line(MUG, 1)), LocationId(404));
    let step = DraftStep::Add { new, doubles: Doubles::Refused, location: Some(nowhere) };
    assert_eq!(refused(Command::ChangeDraft(id, step)), Refusal::Unknown(Thing::Location(nowhere)));
    world.run(&merchant(), add(id, crate::world::line(SHIRT, 1), Doubles::Allowed)).unwrap();
    world.run(&merchant(), calling_off(order, Restock::Yes)).unwrap();
    assert_eq!(world.refused(&merchant(), commit(id)), Refusal::OrderCancelled(order));
    assert_eq!(world.refused(&merchant(), Command::BeginDraft(order)), Refusal::OrderCancelled(order));
}

#[test]
fn what_a_service_was_asked_for_cant_be_drafted_away() {
    let mut world = World::new();
    let work = world.placed_work(&[(MUG, 2)]);
    let (order, line) = (world.orders[0].id, world.orders[0].lines[0].id);
    assert_eq!(world.order(order).editable_quantity(line), 2);
    world.run(&merchant(), requesting(work, &[])).unwrap();
    assert_eq!(world.order(order).editable_quantity(line), 0);
    world.run(&merchant(), Command::BeginDraft(order)).unwrap();
    let id = world.drafts[0].id;
    assert_eq!(world.refused(&merchant(), set(id, line, 1)), Refusal::ServiceAtWork(work));
    world.run(&merchant(), set(id, line, 3)).unwrap();
}

#[test]
fn a_draft_is_its_owners_for_a_day() {
    let (mut world, _, line, id) = drafted();
    let unknown = Refusal::Unknown(Thing::Draft(id));
    assert_eq!(world.refused(&server(), set(id, line, 1)), unknown);
    assert_eq!(world.refused(&limited("write_order_edits"), commit(id)), unknown);
    let reader = limited("read_order_edits");
    assert!(matches!(world.refused(&reader, set(id, line, 1)), Refusal::NotPermitted(_)));
    world.now = world.now.plus(KEPT - 1);
    world.run(&merchant(), set(id, line, 1)).unwrap();
    world.now = world.now.plus(KEPT - 1);
    world.run(&merchant(), set(id, line, 2)).unwrap();
    world.now = world.now.plus(KEPT);
    assert_eq!(world.refused(&merchant(), commit(id)), unknown);
}
