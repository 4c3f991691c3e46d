//! Given, when, then: counting stock.

use crate::actor::Permission;
use crate::command::{AdjustStock, Command, StockCount, StockMeasure, StockStep, Unstocked};
use crate::decide::Write;
use crate::decide::count::COUNT_MAX;
use crate::event::{Fact, FactKind};
use crate::id::{LocationId, VariantId};
use crate::refusal::{Refusal, StockTrouble};
use crate::stock::{StockCause, StockReason, StockState};
use crate::world::*;

fn count(variant: VariantId, location: LocationId, quantity: i64) -> StockCount {
    StockCount { variant, location, measure: StockMeasure::OnHand, quantity, expected: None }
}

#[test]
fn stock_is_what_was_counted() {
    let mut world = World::new();
    world.placed_work(&[(SHIRT, 4)]);
    let less = world.run(&merchant(), Command::count_stock(vec![count(SHIRT, HERE, 3)])).unwrap();
    assert_eq!((kinds(&less), world.stock(SHIRT, HERE)), (vec![FactKind::StockChanged], (3, 4)));
    assert!(!less.writes.contains(&Write::RouteWaiting));
    let free = StockCount { measure: StockMeasure::Available, ..count(SHIRT, HERE, 5) };
    let more = world.run(&merchant(), Command::count_stock(vec![free])).unwrap();
    assert_eq!(world.stock(SHIRT, HERE), (9, 4), "five beside those that are promised");
    assert!(more.writes.contains(&Write::RouteWaiting));
    let same = world.run(&merchant(), Command::count_stock(vec![count(SHIRT, HERE, 9)])).unwrap();
    assert_eq!((kinds(&same), same.writes), (vec![], vec![]));
}

#[test]
fn a_location_may_stock_what_it_has_none_of() {
    let mut world = World::new();
    assert!(!world.stock.contains_key(&(MUG, HERE)));
    world.run(&merchant(), Command::count_stock(vec![count(MUG, HERE, 0)])).unwrap();
    assert!(world.stock.contains_key(&(MUG, HERE)));
}

#[test]
fn a_count_holds_only_while_stock_does_not_move() {
    let mut world = World::new();
    let (set, new) = (count(SHIRT, HERE, 3), count(MUG, HERE, 3));
    for command in [Command::count_stock(vec![set]), Command::count_stock(vec![new])] {
        let decision = world.decide(&merchant(), &command).unwrap();
        let meanwhile = Command::correct_stock(vec![(SHIRT, HERE, 1), (MUG, HERE, 1)]);
        world.run(&merchant(), meanwhile).unwrap();
        assert_eq!(world.apply(&decision), Err(Stale));
    }
}

#[test]
fn a_count_is_refused() {
    let mut world = World::new();
    let refused = |world: &mut World, counts| world.refused(&merchant(), Command::count_stock(counts));
    assert_eq!(refused(&mut world, vec![]), Refusal::NothingToDo);
    let good = count(SHIRT, HERE, 1);
    let (nobody, nowhere) = (VariantId(4), LocationId(4));
    let both = vec![good.clone(), count(nobody, nowhere, 1)];
    let unknown = vec![(1, StockTrouble::UnknownVariant), (1, StockTrouble::UnknownLocation)];
    assert_eq!(refused(&mut world, both), Refusal::Stock(unknown), "everything that is wrong is told");
    let free = |quantity| StockCount { measure: StockMeasure::Available, ..count(SHIRT, HERE, quantity) };
    for (wrong, trouble) in [
        (count(SHIRT, HERE, -1), StockTrouble::Negative),
        (count(SHIRT, HERE, COUNT_MAX + 1), StockTrouble::TooHigh),
        (free(-COUNT_MAX - 1), StockTrouble::TooLow),
        (StockCount { expected: Some(7), ..good.clone() }, StockTrouble::Differs(10)),
    ] {
        assert_eq!(refused(&mut world, vec![wrong]), Refusal::Stock(vec![(0, trouble)]));
    }
    let twice = vec![(0, StockTrouble::Twice), (1, StockTrouble::Twice)];
    assert_eq!(refused(&mut world, vec![good.clone(), good.clone()]), Refusal::Stock(twice));
    world.run(&merchant(), Command::count_stock(vec![free(-3)])).unwrap();
    assert_eq!(world.stock(SHIRT, HERE), (-3, 0), "more was sold than there was");
    let right = StockCount { expected: Some(-3), ..good.clone() };
    world.run(&merchant(), Command::count_stock(vec![right])).unwrap();
    let reader = limited("read_inventory");
    assert_eq!(
        world.refused(&reader, Command::count_stock(vec![good])),
        Refusal::NotPermitted(&[Permission::WriteInventory])
    );
}

fn step(state: StockState, by: i64) -> StockStep {
    StockStep { variant: SHIRT, location: HERE, state, by, expected: None, ledger: None }
}

fn adjusting(steps: Vec<StockStep>) -> Command {
    let cause = StockCause { reason: StockReason::Damaged, document: Some("wms://7".to_owned()) };
    Command::AdjustStock(AdjustStock { cause, unstocked: Unstocked::Refuse, steps })
}

#[test]
fn what_is_set_apart_is_in_the_shelves_and_not_for_sale() {
    let mut world = World::new();
    let more = world.run(&merchant(), adjusting(vec![step(StockState::Damaged, 2)])).unwrap();
    let level = world.stock[&(SHIRT, HERE)];
    assert_eq!((level.on_hand, level.apart.damaged, level.available()), (12, 2, 10));
    assert!(!more.writes.contains(&Write::RouteWaiting), "nobody waits for broken ones");
    let Fact::StockChanged { by, changes, cause, available, .. } = &more.events[0].facts[0] else { panic!() };
    assert_eq!((*by, changes.len(), *available), (2, 1, Some(10)));
    assert_eq!(cause.as_ref().unwrap().document.as_deref(), Some("wms://7"));
    let moved = vec![step(StockState::Available, -4), step(StockState::QualityControl, 4)];
    world.run(&merchant(), adjusting(moved)).unwrap();
    let level = world.stock[&(SHIRT, HERE)];
    assert_eq!((level.on_hand, level.available(), level.of(StockState::QualityControl)), (12, 6, 4));
    world.run(&merchant(), adjusting(vec![step(StockState::Incoming, 5)])).unwrap();
    assert_eq!((world.stock(SHIRT, HERE).0, world.stock[&(SHIRT, HERE)].incoming), (12, 5));
    let arrived = vec![step(StockState::Incoming, -5), step(StockState::Available, 5)];
    let arrived = world.run(&merchant(), adjusting(arrived)).unwrap();
    assert!(arrived.writes.contains(&Write::RouteWaiting));
    assert_eq!((world.stock(SHIRT, HERE).0, world.stock[&(SHIRT, HERE)].incoming), (17, 0));
    world.placed_work(&[(SHIRT, 11)]);
    assert_eq!(world.stock[&(SHIRT, HERE)].available(), 0);
}

#[test]
fn an_adjustment_is_refused() {
    let mut world = World::new();
    let refused = |world: &mut World, steps| world.refused(&merchant(), adjusting(steps));
    assert_eq!(refused(&mut world, vec![]), Refusal::NothingToDo);
    let elsewhere = StockStep { variant: MUG, ..step(StockState::Available, 1) };
    let stale = StockStep { expected: Some(3), ..step(StockState::Damaged, 1) };
    assert_eq!(
        refused(&mut world, vec![elsewhere, stale]),
        Refusal::Stock(vec![(0, StockTrouble::NotStocked), (1, StockTrouble::Differs(0))])
    );
    for (by, trouble) in [(i64::MAX, StockTrouble::TooHigh), (i64::MIN, StockTrouble::TooLow)] {
        let too_much = vec![step(StockState::Available, by)];
        assert_eq!(refused(&mut world, too_much), Refusal::Stock(vec![(0, trouble)]));
    }
    let reader = limited("read_inventory");
    assert_eq!(
        world.refused(&reader, adjusting(vec![])),
        Refusal::NotPermitted(&[Permission::WriteInventory])
    );
}

#[test]
fn more_for_sale_is_right_whatever_happens_meanwhile() {
    let mut world = World::new();
    let more = world.decide(&merchant(), &adjusting(vec![step(StockState::Available, 3)])).unwrap();
    let apart = world.decide(&merchant(), &adjusting(vec![step(StockState::Reserved, 3)])).unwrap();
    world.placed_work(&[(SHIRT, 4)]);
    world.apply(&more).unwrap();
    assert_eq!(world.stock(SHIRT, HERE), (13, 4));
    assert_eq!(world.apply(&apart), Err(Stale));
}
