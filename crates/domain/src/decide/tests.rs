//! Stock that moves because of orders is told: where, of what, and once.

use super::{Decision, Write};
use crate::actor::Actor;
use crate::command::{Command, Restock};
use crate::event::FactKind;
use crate::id::{LocationId, VariantId};
use crate::world::*;

type Row = (VariantId, LocationId);

/// What is told of stock, and that it is told with what moved it.
fn told(decision: &Decision) -> Vec<Row> {
    let [event] = &decision.events[..] else { panic!("{:?}", decision.events) };
    assert!(event.order.is_some() && event.facts.iter().any(|fact| fact.kind() != FactKind::StockMoved));
    moved(decision)
}

#[test]
fn stock_that_moves_because_of_an_order_is_told_once_for_each_row() {
    let mut world = World::new();
    let place = Command::Place(Box::new(new_order(vec![
        line(SHIRT, 2),
        line(SHIRT, 1),
        line(MUG, 1),
        line(STICKER, 1),
    ])));
    let placed = world.run(&merchant(), place).unwrap();
    assert_eq!(
        told(&placed),
        [(SHIRT, HERE), (MUG, SERVED)],
        "two lines of shirts are one row; stickers aren't counted"
    );

    let order = world.orders[0].id;
    let at = |world: &World, location| {
        let mut works = world.order(order).fulfillment_orders.iter();
        works.find(|work| work.location == location && work.is_open()).unwrap().id
    };
    let work = at(&world, HERE);
    let shirts = world.work(work).lines.iter().find(|line| line.committed).unwrap().id;
    let moved_on = world.run(&merchant(), moving(work, THERE, &[(shirts, 1)])).unwrap();
    assert_eq!(told(&moved_on), [(SHIRT, HERE), (SHIRT, THERE)]);

    let work = at(&world, THERE);
    let shipped =
        world.run(&merchant(), fulfilling(&[(work, None)], crate::command::Reach::OneOrder)).unwrap();
    assert_eq!(told(&shipped), [(SHIRT, THERE)]);
    let parcel = world.fulfillments[0].id;
    let back = world.run(&merchant(), Command::CancelFulfillment(parcel)).unwrap();
    assert_eq!(told(&back), [(SHIRT, THERE)]);

    let called_off = world.run(&merchant(), calling_off(order, Restock::Yes)).unwrap();
    assert_eq!(told(&called_off), [(SHIRT, HERE), (SHIRT, THERE), (MUG, SERVED)]);
}

#[test]
fn stock_that_stays_is_not_told() {
    let mut world = World::new();
    let work = world.placed_work(&[(SHIRT, 2)]);
    for command in [holding(work, "h", &[]), Command::Release(work, Vec::new())] {
        let decision = world.run(&merchant(), command).unwrap();
        assert_eq!(moved(&decision), []);
        assert!(!decision.writes.iter().any(|write| matches!(write, Write::Stock(_))));
    }
    let waits = world.place(new_order(vec![line(MUG, 12)]));
    world.put(MUG, THERE, 5);
    let routed = world.run(&Actor::System, Command::Route(waits)).unwrap();
    assert_eq!(told(&routed), [(MUG, THERE)], "only what is promised now, not what was promised before");
}
