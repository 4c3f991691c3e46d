//! Given, when, then: counting stock.

use crate::actor::Permission;
use crate::command::{Command, StockCount, StockMeasure};
use crate::decide::Write;
use crate::event::FactKind;
use crate::id::{LocationId, VariantId};
use crate::refusal::{Refusal, Thing};
use crate::world::*;

fn count(variant: VariantId, location: LocationId, quantity: i64) -> StockCount {
    StockCount { variant, location, measure: StockMeasure::OnHand, quantity, expected: None }
}

#[test]
fn stock_is_what_was_counted() {
    let mut world = World::new();
    world.placed_work(&[(SHIRT, 4)]);
    let less = world.run(&merchant(), Command::SetStock(vec![count(SHIRT, HERE, 3)])).unwrap();
    assert_eq!((kinds(&less), world.stock(SHIRT, HERE)), (vec![FactKind::StockChanged], (3, 4)));
    assert!(!less.writes.contains(&Write::RouteWaiting));
    let free = StockCount { measure: StockMeasure::Available, ..count(SHIRT, HERE, 5) };
    let more = world.run(&merchant(), Command::SetStock(vec![free])).unwrap();
    assert_eq!(world.stock(SHIRT, HERE), (9, 4), "five beside those that are promised");
    assert!(more.writes.contains(&Write::RouteWaiting));
    let same = world.run(&merchant(), Command::SetStock(vec![count(SHIRT, HERE, 9)])).unwrap();
    assert_eq!((kinds(&same), same.writes), (vec![], vec![]));
}

#[test]
fn a_location_may_stock_what_it_has_none_of() {
    let mut world = World::new();
    assert!(!world.stock.contains_key(&(MUG, HERE)));
    world.run(&merchant(), Command::SetStock(vec![count(MUG, HERE, 0)])).unwrap();
    assert!(world.stock.contains_key(&(MUG, HERE)));
}

#[test]
fn a_count_holds_only_while_stock_does_not_move() {
    let mut world = World::new();
    let (set, new) = (count(SHIRT, HERE, 3), count(MUG, HERE, 3));
    for command in [Command::SetStock(vec![set]), Command::SetStock(vec![new])] {
        let decision = world.decide(&merchant(), &command).unwrap();
        let meanwhile = Command::AdjustStock(vec![(SHIRT, HERE, 1), (MUG, HERE, 1)]);
        world.run(&merchant(), meanwhile).unwrap();
        assert_eq!(world.apply(&decision), Err(Stale));
    }
}

#[test]
fn a_count_is_refused() {
    let mut world = World::new();
    let refused = |world: &mut World, counts| world.refused(&merchant(), Command::SetStock(counts));
    assert_eq!(refused(&mut world, vec![]), Refusal::NothingToDo);
    let good = count(SHIRT, HERE, 1);
    let (nobody, nowhere) = (VariantId(4), LocationId(4));
    assert_eq!(
        refused(&mut world, vec![good.clone(), count(nobody, HERE, 1)]),
        Refusal::Unknown(Thing::Variant(nobody, 1))
    );
    let unknown = Refusal::Unknown(Thing::Location(nowhere));
    assert_eq!(refused(&mut world, vec![count(SHIRT, nowhere, 1)]), unknown);
    assert_eq!(refused(&mut world, vec![count(SHIRT, HERE, -1)]), Refusal::LineQuantity(0));
    assert_eq!(refused(&mut world, vec![good.clone(), good.clone()]), Refusal::Twice(1));
    let wrong = StockCount { expected: Some(7), ..good.clone() };
    assert_eq!(refused(&mut world, vec![wrong]), Refusal::StockDiffers { index: 0, found: 10 });
    let right = StockCount { expected: Some(10), ..good.clone() };
    world.run(&merchant(), Command::SetStock(vec![right])).unwrap();
    let reader = limited("read_inventory");
    assert_eq!(
        world.refused(&reader, Command::SetStock(vec![good])),
        Refusal::NotPermitted(&[Permission::WriteInventory])
    );
}
