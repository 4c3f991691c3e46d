//! Given, when, then: splitting.

use crate::allowed::{Action, WhyNot};
use crate::command::Command;
use crate::decide::Outcome;
use crate::event::FactKind;
use crate::fulfillment_order::StageName;
use crate::id::{FulfillmentOrderId, FulfillmentOrderLineId};
use crate::refusal::{Refusal, Thing};
use crate::world::*;

fn units(world: &World, id: FulfillmentOrderId) -> Vec<(i64, i64)> {
    world.work(id).lines.iter().map(|line| (line.total, line.remaining())).collect()
}

#[test]
fn what_is_named_becomes_new_work_and_the_rest_keeps_its_id() {
    let mut world = World::new();
    let one = world.placed_work(&[(SHIRT, 2), (STICKER, 3)]);
    let two = world.placed_work(&[(SHIRT, 3)]);
    let lines = [0, 1].map(|i| world.work(one).lines[i].id);
    let other = world.work(two).lines[0].id;
    let splits = vec![some(one, &[(lines[0], 1), (lines[1], 1)]), some(two, &[(other, 2)])];
    let decision = world.run(&merchant(), Command::Split(splits)).unwrap();
    let Outcome::Works(done) = &decision.outcome else { panic!() };
    let rests: Vec<_> = done.iter().map(|change| change.rest.unwrap()).collect();
    assert_eq!(done.iter().map(|change| change.id).collect::<Vec<_>>(), [one, two]);
    assert_eq!((units(&world, one), units(&world, rests[0])), (vec![(1, 1), (2, 2)], vec![(1, 1), (1, 1)]));
    assert_eq!((units(&world, two), units(&world, rests[1])), (vec![(1, 1)], vec![(2, 2)]));
    assert_eq!(world.work(one).lines[0].id, lines[0]);
    let told = [FactKind::WorkSplit, FactKind::OrderUpdated];
    assert_eq!(kinds(&decision), [told, told].concat(), "one event for each order");
    assert_eq!(world.stock(SHIRT, HERE), (10, 5), "what is promised stays promised");
}

#[test]
fn a_line_that_goes_altogether_is_gone() {
    let mut world = World::new();
    let work = world.placed_work(&[(SHIRT, 2), (STICKER, 3)]);
    let shirt = world.work(work).lines[0].id;
    world.run(&merchant(), Command::Split(vec![some(work, &[(shirt, 2)])])).unwrap();
    assert_eq!(units(&world, work), [(3, 3)]);
}

#[test]
fn a_split_is_refused_and_then_nothing_is_split() {
    let mut world = World::new();
    let one = world.placed_work(&[(SHIRT, 2)]);
    let two = world.placed_work(&[(SHIRT, 3)]);
    let [line, other] = [one, two].map(|id| world.work(id).lines[0].id);
    let refused = |world: &mut World, splits: &[(FulfillmentOrderId, Vec<(_, i64)>)]| {
        let splits = splits.iter().map(|(id, lines)| some(*id, lines)).collect();
        world.refused(&merchant(), Command::Split(splits))
    };
    assert_eq!(refused(&mut world, &[]), Refusal::NothingToDo);
    assert_eq!(refused(&mut world, &[(one, vec![])]), Refusal::NothingToDo);
    let good = (one, vec![(line, 1)]);
    assert_eq!(
        refused(&mut world, &[good.clone(), (two, vec![(other, 0)])]),
        Refusal::QuantityNotPositive((1, 0))
    );
    let nowhere = FulfillmentOrderId(4);
    assert_eq!(
        refused(&mut world, &[good.clone(), (nowhere, vec![(other, 1)])]),
        Refusal::Unknown(Thing::FulfillmentOrder(nowhere))
    );
    let nothing = FulfillmentOrderLineId(5);
    assert_eq!(
        refused(&mut world, &[(two, vec![(nothing, 1)])]),
        Refusal::Unknown(Thing::FulfillmentOrderLine(nothing))
    );
    let large = Refusal::QuantityTooLarge { line: other, asked: 4, remaining: 3 };
    assert_eq!(refused(&mut world, &[good.clone(), (two, vec![(other, 4)])]), large);
    assert_eq!(refused(&mut world, &[(two, vec![(other, 3)])]), Refusal::NothingWouldStay(two));
    assert_eq!(refused(&mut world, &[(two, vec![(other, 1), (other, 1)])]), Refusal::DoubleLine(other));
    assert_eq!(
        refused(&mut world, &[good.clone(), good]),
        Refusal::NotAllowed(one, Action::Split, WhyNot::OneUnit),
        "the first of them was thought to be done"
    );
    assert_eq!((units(&world, one), units(&world, two)), (vec![(2, 2)], vec![(3, 3)]));
    world.run(&merchant(), holding(two, "", &[])).unwrap();
    let held = WhyNot::Stage(StageName::OnHold);
    assert_eq!(
        refused(&mut world, &[(two, vec![(other, 1)])]),
        Refusal::NotAllowed(two, Action::Split, held)
    );
}
