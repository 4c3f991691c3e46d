//! Where work can go, and why not.

use super::{Obstacle, movable};
use crate::event::LineQuantity;
use crate::world::*;

#[test]
fn every_location_says_what_it_could_take() {
    let mut world = World::new();
    let work = world.placed_work(&[(SHIRT, 2), (STICKER, 1)]);
    world.put(SHIRT, THERE, 1);
    let asked: Vec<LineQuantity> = world.work(work).lines.iter().map(|l| (l.id, l.remaining())).collect();
    let stock: Vec<_> = world.stock.values().copied().collect();
    let places = movable(&world.orders[0], world.work(work), &asked, &world.locations, &stock);
    let answers: Vec<_> =
        places.iter().map(|place| (place.location, place.takes_some(), place.takes_all())).collect();
    assert_eq!(
        answers,
        [
            (HERE, Err(Obstacle::Here), Err(Obstacle::Here)),
            (THERE, Ok(()), Err(Obstacle::OutOfStock)),
            (SERVED, Ok(()), Err(Obstacle::NotStocked)),
        ]
    );
    let one = movable(&world.orders[0], world.work(work), &[(asked[0].0, 1)], &world.locations, &stock);
    assert_eq!(one[1].takes_all(), Ok(()));
}

#[test]
fn lines_of_one_article_share_its_stock() {
    let mut world = World::new();
    let work = world.placed_work(&[(SHIRT, 2), (SHIRT, 2)]);
    world.put(SHIRT, THERE, 3);
    let asked: Vec<LineQuantity> = world.work(work).lines.iter().map(|l| (l.id, l.remaining())).collect();
    let stock: Vec<_> = world.stock.values().copied().collect();
    let places = movable(&world.orders[0], world.work(work), &asked, &world.locations[1..2], &stock);
    let answers: Vec<_> = places[0].lines.iter().map(|(_, answer)| *answer).collect();
    assert_eq!(answers, [Ok(()), Err(Obstacle::OutOfStock)]);
}

#[test]
fn what_is_pinned_goes_to_its_service_only() {
    let mut world = World::new();
    let work = world.placed_work(&[(STICKER, 1)]);
    world.orders[0].lines[0].article.pinned_to = Some(SERVICE);
    let asked = [(world.work(work).lines[0].id, 1)];
    let places = movable(&world.orders[0], world.work(work), &asked, &world.locations, &[]);
    assert_eq!(places[1].takes_all(), Err(Obstacle::PinnedElsewhere));
    assert_eq!(places[2].takes_all(), Ok(()));
    let nothing = movable(&world.orders[0], world.work(work), &[], &world.locations, &[]);
    assert_eq!(nothing[1].takes_some(), Err(Obstacle::NotStocked));
}

#[test]
fn a_pin_to_a_service_that_is_gone_holds_nothing() {
    let mut world = World::new();
    let work = world.placed_work(&[(STICKER, 1)]);
    world.orders[0].lines[0].article.pinned_to = Some(SERVICE);
    world.locations.pop();
    let asked = [(world.work(work).lines[0].id, 1)];
    let places = movable(&world.orders[0], world.work(work), &asked, &world.locations, &[]);
    assert_eq!(places[1].takes_all(), Ok(()));
}
