//! Given, when, then: which locations stock what.

use crate::actor::Permission;
use crate::command::{Command, SetStocking, StartStocking, StockMeasure, Stocked};
use crate::decide::{Outcome, Write};
use crate::event::{Fact, FactKind};
use crate::id::{LocationId, VariantId};
use crate::refusal::{Refusal, Thing};
use crate::world::*;

fn starting(variant: VariantId, location: LocationId, opening: Option<(StockMeasure, i64)>) -> Command {
    Command::StartStocking(StartStocking { variant, location, opening })
}

#[test]
fn a_location_begins_to_stock_a_variant_once() {
    let mut world = World::new();
    let opening = Some((StockMeasure::OnHand, 5));
    let begun = world.run(&merchant(), starting(MUG, HERE, opening)).unwrap();
    assert_eq!(begun.events[0].facts, [Fact::StockingBegan { location: HERE, variant: MUG, available: 5 }]);
    assert!(begun.writes.contains(&Write::RouteWaiting));
    assert_eq!(world.stock(MUG, HERE), (5, 0));
    let again = world.run(&merchant(), starting(MUG, HERE, Some((StockMeasure::Available, 9)))).unwrap();
    let ignored = Some(StockMeasure::Available);
    assert_eq!(again.outcome, Outcome::Stocked { variant: MUG, location: HERE, ignored });
    assert_eq!((again.events, world.stock(MUG, HERE)), (vec![], (5, 0)));
}

#[test]
fn what_is_no_longer_stocked_stays_and_is_not_sold() {
    let mut world = World::new();
    world.placed_work(&[(SHIRT, 1)]);
    let ended = world.run(&merchant(), Command::StopStocking(SHIRT, HERE)).unwrap();
    assert_eq!(kinds(&ended), [FactKind::StockingEnded]);
    let level = world.stock[&(SHIRT, HERE)];
    assert_eq!((level.on_hand, level.committed, level.stocked), (10, 1, false));
    let work = world.placed_work(&[(SHIRT, 1)]);
    assert_eq!(world.work(work).location, THERE);
    let twice = world.run(&merchant(), Command::StopStocking(SHIRT, HERE)).unwrap();
    assert_eq!((twice.outcome, twice.writes), (Outcome::Done, vec![]));
    let alone = world.refused(&merchant(), Command::StopStocking(SHIRT, THERE));
    let there = world.locations.iter().find(|location| location.id == THERE).unwrap().name.clone();
    assert_eq!(alone, Refusal::OnlyStockedThere(SHIRT, there));
    let back = world.run(&merchant(), starting(SHIRT, HERE, None)).unwrap();
    assert_eq!(back.events[0].facts, [Fact::StockingBegan { location: HERE, variant: SHIRT, available: 9 }]);
    assert!(world.stock[&(SHIRT, HERE)].stocked);
}

#[test]
fn several_locations_change_at_once_and_one_is_left() {
    use Stocked::{No, Yes};
    let setting = |places: &[(LocationId, Stocked)]| {
        Command::SetStocking(SetStocking { variant: SHIRT, places: places.to_vec() })
    };
    let mut world = World::new();
    let stocked = |world: &World| [HERE, THERE].map(|location| world.stock[&(SHIRT, location)].stocked);
    let done = world.run(&merchant(), setting(&[(HERE, No), (THERE, Yes)])).unwrap();
    assert_eq!((kinds(&done), done.outcome), (vec![FactKind::StockingEnded], Outcome::Variant(SHIRT)));
    assert_eq!(stocked(&world), [false, true]);
    // The last one may go if another one comes.
    world.run(&merchant(), setting(&[(THERE, No), (HERE, Yes)])).unwrap();
    assert_eq!(stocked(&world), [true, false]);
    let here = world.locations.iter().find(|location| location.id == HERE).unwrap().name.clone();
    let refused = world.refused(&merchant(), setting(&[(THERE, No), (HERE, No)]));
    assert_eq!(refused, Refusal::OnlyStockedThere(SHIRT, here));
    assert_eq!(world.refused(&merchant(), setting(&[(HERE, Yes), (HERE, No)])), Refusal::Twice(1));
    let nowhere = LocationId(4);
    let refused = world.refused(&merchant(), setting(&[(THERE, Yes), (nowhere, Yes)]));
    assert_eq!(refused, Refusal::Unknown(Thing::Location(nowhere)));
    assert_eq!(stocked(&world), [true, false], "all or nothing");
}

#[test]
fn stocking_is_refused() {
    let mut world = World::new();
    let (nobody, nowhere) = (VariantId(4), LocationId(4));
    for command in [starting(nobody, HERE, None), Command::StopStocking(nobody, HERE)] {
        assert_eq!(world.refused(&merchant(), command), Refusal::Unknown(Thing::Variant(nobody, 0)));
    }
    for command in [starting(MUG, nowhere, None), Command::StopStocking(MUG, nowhere)] {
        assert_eq!(world.refused(&merchant(), command), Refusal::Unknown(Thing::Location(nowhere)));
    }
    let too_many = starting(MUG, HERE, Some((StockMeasure::OnHand, 1_000_000_001)));
    let refused = world.refused(&merchant(), too_many);
    assert!(matches!(refused, Refusal::OpeningStock(_, StockMeasure::OnHand)), "{refused:?}");
    let reader = limited("read_inventory");
    for command in [starting(MUG, HERE, None), Command::StopStocking(MUG, HERE)] {
        assert_eq!(world.refused(&reader, command), Refusal::NotPermitted(&[Permission::WriteInventory]));
    }
}
