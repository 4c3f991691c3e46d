//! Given, when, then: holds.

use crate::actor::Actor;
use crate::allowed::{Action, WhyNot};
use crate::command::{Command, Reach};
use crate::event::{Fact, FactKind};
use crate::fulfillment_order::{Progress, Request, Stage, StageName};
use crate::hold::{HANDLE_LENGTH, HOLDS_PER_APP};
use crate::id::{FulfillmentOrderId, FulfillmentOrderLineId, HoldId};
use crate::refusal::{Refusal, Thing};
use crate::world::*;

fn held_by(world: &World, work: FulfillmentOrderId) -> Vec<HoldId> {
    world.work(work).holds().iter().map(|hold| hold.id).collect()
}

/// An order of three shirts and two stickers, and its lines.
fn shirts_and_stickers() -> (World, FulfillmentOrderId, [FulfillmentOrderLineId; 2]) {
    let mut world = World::new();
    let work = world.placed_work(&[(SHIRT, 3), (STICKER, 2)]);
    let lines = [0, 1].map(|i| world.work(work).lines[i].id);
    (world, work, lines)
}

#[test]
fn two_holds_need_two_releases() {
    let (mut world, work, _) = shirts_and_stickers();
    let first = world.run(&merchant(), holding(work, "a", &[])).unwrap();
    assert_eq!(kinds(&first), [FactKind::HoldAdded, FactKind::WorkHeld, FactKind::OrderUpdated]);
    let second = world.run(&merchant(), holding(work, "b", &[])).unwrap();
    assert_eq!(kinds(&second), [FactKind::HoldAdded, FactKind::OrderUpdated], "it was held before");
    let holds = held_by(&world, work);
    let one = world.run(&merchant(), Command::Release(work, vec![holds[0]])).unwrap();
    assert_eq!(kinds(&one), [FactKind::HoldReleased, FactKind::OrderUpdated]);
    assert_eq!(held_by(&world, work), [holds[1]]);
    let other = world.run(&merchant(), Command::Release(work, vec![holds[1]])).unwrap();
    assert_eq!(kinds(&other), [FactKind::HoldReleased, FactKind::WorkReleased, FactKind::OrderUpdated]);
    assert_eq!(world.work(work).stage, Stage::Open);
}

#[test]
fn a_release_that_names_nothing_releases_everything() {
    let (mut world, work, _) = shirts_and_stickers();
    for (actor, handle) in [(merchant(), "a"), (merchant(), "b"), (app(9, &[]), "a")] {
        world.run(&actor, holding(work, handle, &[])).unwrap();
    }
    let decision = world.run(&merchant(), Command::Release(work, vec![])).unwrap();
    let released = kinds(&decision).iter().filter(|kind| **kind == FactKind::HoldReleased).count();
    assert_eq!((released, &world.work(work).stage), (3, &Stage::Open));
}

#[test]
fn a_release_is_refused() {
    let (mut world, work, _) = shirts_and_stickers();
    let why = WhyNot::Stage(StageName::Open);
    assert_eq!(
        world.refused(&merchant(), Command::Release(work, vec![])),
        Refusal::NotAllowed(work, Action::ReleaseHold, why)
    );
    world.run(&merchant(), holding(work, "", &[])).unwrap();
    let holds = held_by(&world, work);
    assert_eq!(
        world.refused(&merchant(), Command::Release(work, vec![holds[0], HoldId(4)])),
        Refusal::Unknown(Thing::Hold(HoldId(4)))
    );
    assert_eq!(held_by(&world, work), holds, "none of them went");
}

#[test]
fn handles_are_short_and_unique_for_each_program() {
    let (mut world, work, _) = shirts_and_stickers();
    let longest = "ä".repeat(HANDLE_LENGTH);
    world.run(&merchant(), holding(work, &longest, &[])).unwrap();
    let longer = format!("{longest}ä");
    assert_eq!(world.refused(&merchant(), holding(work, &longer, &[])), Refusal::HoldHandleTooLong);
    assert_eq!(world.refused(&merchant(), holding(work, &longest, &[])), Refusal::HoldHandleTaken);
    world.run(&merchant(), holding(work, "", &[])).unwrap();
    assert_eq!(world.refused(&merchant(), holding(work, "", &[])), Refusal::HoldHandleTaken);
    world.run(&app(9, &[]), holding(work, "", &[])).unwrap();
    world.run(&Actor::System, holding(work, "", &[])).unwrap();
    assert_eq!(world.refused(&Actor::System, holding(work, "", &[])), Refusal::HoldHandleTaken);
}

#[test]
fn a_program_has_at_most_ten_holds_on_one_work() {
    let (mut world, work, _) = shirts_and_stickers();
    for i in 0..HOLDS_PER_APP {
        world.run(&merchant(), holding(work, &i.to_string(), &[])).unwrap();
    }
    let limit = Refusal::NotAllowed(work, Action::Hold, WhyNot::HoldLimit);
    assert_eq!(world.refused(&merchant(), holding(work, "one more", &[])), limit);
    world.run(&app(9, &[]), holding(work, "mine", &[])).unwrap();
    let other = world.placed_work(&[(STICKER, 1)]);
    world.run(&merchant(), holding(other, "elsewhere", &[])).unwrap();
}

#[test]
fn holding_some_parts_the_work_and_releasing_joins_it() {
    let (mut world, work, [shirt, _]) = shirts_and_stickers();
    let decision = world.run(&merchant(), holding(work, "", &[(shirt, 2)])).unwrap();
    let [held, rest] = &world.orders[0].fulfillment_orders[..] else { panic!() };
    let units = |fo: &crate::fulfillment_order::FulfillmentOrder| {
        fo.lines.iter().map(|line| line.remaining()).collect::<Vec<_>>()
    };
    assert_eq!((held.id, held.stage_name(), units(held)), (work, StageName::OnHold, vec![2]));
    assert_eq!((rest.stage_name(), units(rest)), (StageName::Open, vec![1, 2]));
    let rest = rest.id;
    let told = decision.events[0].facts.iter().find_map(|fact| match fact {
        Fact::WorkHeld { held, rest, .. } => Some((held.clone(), rest.map(|rest| rest.id))),
        _ => None,
    });
    assert_eq!(told, Some((vec![(shirt, 2)], Some(rest))));
    assert_eq!(world.stock(SHIRT, HERE), (10, 3), "what is promised stays promised");

    world.run(&merchant(), Command::Release(work, vec![])).unwrap();
    assert_eq!(units(world.work(work)), [3, 2]);
    assert_eq!(world.work(work).lines[0].id, shirt);
    assert_eq!((world.work(rest).stage_name(), units(world.work(rest))), (StageName::Closed, vec![0, 0]));
    world.ship(work, None);
}

#[test]
fn only_what_is_untouched_comes_back() {
    let (mut world, work, [shirt, _]) = shirts_and_stickers();
    world.run(&merchant(), holding(work, "", &[(shirt, 1)])).unwrap();
    let rest = world.orders[0].fulfillment_orders[1].id;
    let sticker = world.work(rest).lines[1].id;
    world.ship(rest, Some(&[(sticker, 1)]));
    world.run(&merchant(), Command::Release(work, vec![])).unwrap();
    assert_eq!(world.work(rest).open_quantity(), 3, "it is in progress and goes on");
    assert_eq!(world.work(work).open_quantity(), 1);
    world.run(&merchant(), fulfilling(&[(work, None), (rest, None)], Reach::OneOrder)).unwrap();
}

#[test]
fn what_left_a_part_stays_with_it() {
    let (mut world, work, [shirt, _]) = shirts_and_stickers();
    world.run(&merchant(), holding(work, "", &[(shirt, 1)])).unwrap();
    let rest = world.orders[0].fulfillment_orders[1].id;
    let sticker = world.work(rest).lines[1].id;
    world.ship(rest, Some(&[(sticker, 1)]));
    // Progress was reported by mistake: the part is open again, but something of it has left.
    world.work_mut(rest).stage = Stage::InProgress { report: Some(Progress { note: None, app: None }) };
    world.run(&merchant(), Command::Open(rest)).unwrap();
    world.run(&merchant(), Command::Release(work, vec![])).unwrap();
    assert_eq!((world.work(work).open_quantity(), world.work(rest).stage_name()), (4, StageName::Closed));
    assert_eq!(world.work(rest).lines[1].fulfilled, 1);
}

#[test]
fn holding_all_by_name_parts_nothing() {
    let (mut world, work, [shirt, sticker]) = shirts_and_stickers();
    world.run(&merchant(), holding(work, "", &[(shirt, 3), (sticker, 2)])).unwrap();
    assert_eq!(world.orders[0].fulfillment_orders.len(), 1);
    assert_eq!(world.work(work).stage_name(), StageName::OnHold);
}

#[test]
fn a_hold_is_refused() {
    let (mut world, work, [shirt, _]) = shirts_and_stickers();
    let nobody = FulfillmentOrderId(4);
    let unknown = |id| Refusal::Unknown(Thing::FulfillmentOrder(id));
    assert_eq!(world.refused(&merchant(), holding(nobody, "", &[])), unknown(nobody));
    let reader = limited("read_merchant_managed_fulfillment_orders");
    assert_eq!(world.refused(&reader, holding(work, "", &[])), unknown(work));
    let mut lines = |lines: &[_]| world.refused(&merchant(), holding(work, "", lines));
    let nothing = FulfillmentOrderLineId(5);
    assert_eq!(lines(&[(nothing, 1)]), Refusal::Unknown(Thing::FulfillmentOrderLine(nothing)));
    assert_eq!(lines(&[(shirt, 0)]), Refusal::QuantityNotPositive((0, 0)));
    assert_eq!(lines(&[(shirt, 1), (shirt, 1)]), Refusal::DoubleLine(shirt));
    assert_eq!(lines(&[(shirt, 4)]), Refusal::QuantityTooLarge { line: shirt, asked: 4, remaining: 3 });

    world.run(&merchant(), holding(work, "", &[])).unwrap();
    assert_eq!(
        world.refused(&merchant(), holding(work, "more", &[(shirt, 1)])),
        Refusal::NotAllowed(work, Action::Split, WhyNot::Stage(StageName::OnHold)),
        "what is held isn't parted"
    );
    world.work_mut(work).stage = Stage::InProgress { report: None };
    let why = WhyNot::Stage(StageName::InProgress);
    assert_eq!(
        world.refused(&merchant(), holding(work, "", &[])),
        Refusal::NotAllowed(work, Action::Hold, why)
    );
}

#[test]
fn work_at_a_service_is_held_unless_it_was_asked_for() {
    let mut world = World::new();
    let work = world.placed_work(&[(MUG, 1)]);
    world.run(&merchant(), requesting(work, &[])).unwrap();
    let why = WhyNot::Request(Request::Submitted);
    assert_eq!(
        world.refused(&merchant(), holding(work, "", &[])),
        Refusal::NotAllowed(work, Action::Hold, why)
    );
    world.run(&server(), Command::RejectRequest(work, Default::default())).unwrap();
    world.run(&merchant(), holding(work, "", &[])).unwrap();
    assert_eq!(world.work(work).request, Request::Rejected);
    (world.work_mut(work).stage, world.work_mut(work).request) = (Stage::Incomplete, Request::Closed);
    world.run(&merchant(), holding(work, "", &[])).unwrap();
    assert_eq!(world.work(work).request, Request::Unsubmitted, "that conversation is over");
}
