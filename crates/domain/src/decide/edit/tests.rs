//! Given, when, then: editing orders.

use crate::actor::Permission;
use crate::command::{Command, LineChange, Restock};
use crate::event::FactKind;
use crate::fulfillment_order::StageName;
use crate::id::{FulfillmentOrderId, OrderId, OrderLineId, VariantId};
use crate::order::StockMode;
use crate::refusal::{Refusal, Thing};
use crate::world::*;

/// An order of that, its line and its work.
fn order_of(variant: VariantId, quantity: i64) -> (World, OrderId, OrderLineId, FulfillmentOrderId) {
    let mut world = World::new();
    let work = world.placed_work(&[(variant, quantity)]);
    let (order, line) = (world.orders[0].id, world.orders[0].lines[0].id);
    (world, order, line, work)
}

fn units(world: &World, id: FulfillmentOrderId) -> Vec<(i64, i64)> {
    world.work(id).lines.iter().map(|line| (line.total, line.remaining())).collect()
}

fn set(world: &mut World, line: OrderLineId, quantity: i64) {
    let id = world.orders[0].id;
    world.run(&merchant(), editing(id, vec![setting(line, quantity)])).unwrap();
}

#[test]
fn fewer_units_shrink_the_line_and_more_let_it_grow() {
    let (mut world, id, line, work) = order_of(SHIRT, 3);
    let decision = world.run(&merchant(), editing(id, vec![setting(line, 1)])).unwrap();
    assert_eq!(kinds(&decision), [FactKind::OrderEdited, FactKind::OrderUpdated]);
    assert_eq!((units(&world, work), world.stock(SHIRT, HERE)), (vec![(1, 1)], (10, 1)));
    set(&mut world, line, 5);
    assert_eq!((units(&world, work), world.stock(SHIRT, HERE)), (vec![(5, 5)], (10, 5)));
    let order = world.order(id);
    let adjusted: Vec<_> = order.invoices[1..].iter().flat_map(|i| &i.lines).map(|l| l.quantity).collect();
    assert_eq!((order.invoices[0].lines[0].quantity, adjusted), (3, vec![-2, 4]), "nothing was rewritten");
    assert_eq!((order.current_quantity(line), order.lines[0].quantity), (5, 5));
}

#[test]
fn nothing_asked_for_closes_the_work_and_keeps_the_line() {
    let (mut world, id, line, work) = order_of(SHIRT, 3);
    let gone = LineChange::Set { line, quantity: 0, restock: Restock::No };
    let decision = world.run(&merchant(), editing(id, vec![gone])).unwrap();
    let told = [FactKind::WorkCancelled, FactKind::OrderEdited, FactKind::OrderUpdated];
    assert_eq!(kinds(&decision), told);
    assert_eq!((units(&world, work), world.work(work).stage_name()), (vec![(0, 0)], StageName::Closed));
    assert_eq!((world.order(id).lines.len(), world.order(id).lines[0].quantity), (1, 3));
    assert_eq!(world.stock(SHIRT, HERE), (7, 0), "they are not for sale any more");
}

#[test]
fn what_left_is_still_asked_for() {
    let (mut world, id, line, work) = order_of(SHIRT, 3);
    let shirt = world.work(work).lines[0].id;
    world.ship(work, Some(&[(shirt, 2)]));
    let refused = world.refused(&merchant(), editing(id, vec![setting(line, 1)]));
    assert_eq!(refused, Refusal::AlreadyFulfilled(line, 2));
    let decision = world.run(&merchant(), editing(id, vec![setting(line, 2)])).unwrap();
    assert!(kinds(&decision).contains(&FactKind::OrderFulfilled), "nothing else waits");
    assert_eq!((units(&world, work), world.work(work).stage_name()), (vec![(2, 0)], StageName::Closed));
}

#[test]
fn units_are_taken_from_where_nobody_begins_with_them_first() {
    let (mut world, id, line, work) = order_of(SHIRT, 6);
    let shirt = world.work(work).lines[0].id;
    world.run(&merchant(), Command::Split(vec![some(work, &[(shirt, 4)])])).unwrap();
    let second = world.order(id).fulfillment_orders[1].id;
    let other = world.work(second).lines[0].id;
    world.run(&merchant(), Command::Split(vec![some(second, &[(other, 2)])])).unwrap();
    let third = world.order(id).fulfillment_orders[2].id;
    world.run(&merchant(), holding(third, "", &[])).unwrap();
    let all = |world: &World| [work, second, third].map(|id| world.work(id).open_quantity());
    assert_eq!(all(&world), [2, 2, 2]);
    set(&mut world, line, 5);
    assert_eq!(all(&world), [2, 1, 2], "the newest that isn't held");
    set(&mut world, line, 3);
    assert_eq!(all(&world), [1, 0, 2]);
    set(&mut world, line, 1);
    assert_eq!(all(&world), [0, 0, 1]);
}

#[test]
fn units_that_wait_for_a_place_go_before_all_others() {
    let mut world = World::new();
    let id = world.place(new_order(vec![line(MUG, 12)]));
    let (line, work) = (world.order(id).lines[0].id, world.order(id).fulfillment_orders[0].id);
    set(&mut world, line, 11);
    assert_eq!((world.work(work).open_quantity(), world.order(id).routing.waiting[0].quantity), (10, 1));
    set(&mut world, line, 9);
    assert_eq!((world.work(work).open_quantity(), world.order(id).routing.waiting.len()), (9, 0));
    assert_eq!(world.order(id).routing.retry_at, None);
}

#[test]
fn what_a_service_was_asked_for_is_not_taken_away() {
    let (mut world, id, line, work) = order_of(MUG, 2);
    world.run(&merchant(), requesting(work, &[])).unwrap();
    let refused = world.refused(&merchant(), editing(id, vec![setting(line, 1)]));
    assert_eq!(refused, Refusal::ServiceAtWork(work));
    set(&mut world, line, 3);
    assert_eq!((units(&world, work), world.order(id).fulfillment_orders.len()), (vec![(2, 2)], 2));
}

#[test]
fn more_than_there_is_goes_elsewhere_or_waits() {
    let (mut world, id, line, work) = order_of(SHIRT, 8);
    set(&mut world, line, 12);
    let routed: Vec<_> =
        world.order(id).fulfillment_orders.iter().map(|fo| (fo.location, fo.open_quantity())).collect();
    assert_eq!(routed, [(HERE, 8), (THERE, 4)]);
    assert_eq!(units(&world, work), [(8, 8)]);
    world.orders[0].placed.stock = StockMode::Refuse;
    let refused = world.refused(&merchant(), editing(id, vec![setting(line, 40)]));
    assert_eq!(refused, Refusal::OutOfStock(SHIRT));
}

#[test]
fn what_is_no_longer_stocked_grows_elsewhere() {
    let (mut world, id, line, work) = order_of(SHIRT, 1);
    world.run(&merchant(), Command::StopStocking(SHIRT, HERE)).unwrap();
    set(&mut world, line, 3);
    assert_eq!((units(&world, work), world.stock(SHIRT, HERE)), (vec![(1, 1)], (10, 1)));
    let elsewhere = world.order(id).fulfillment_orders.last().unwrap();
    assert_eq!((elsewhere.location, world.stock(SHIRT, THERE)), (THERE, (10, 2)));
}

#[test]
fn a_new_line_is_routed_by_itself() {
    let (mut world, id, _, work) = order_of(SHIRT, 1);
    let custom = crate::command::NewLine {
        article: crate::order::Article {
            title: "Gift wrap".into(),
            requires_shipping: true,
            ..Default::default()
        },
        ..line(STICKER, 1)
    };
    let mut custom = custom;
    custom.article.variant = None;
    let changes = vec![LineChange::Add(Box::new(line(SHIRT, 2))), LineChange::Add(Box::new(custom))];
    world.run(&merchant(), editing(id, changes)).unwrap();
    let order = world.order(id);
    assert_eq!((order.lines.len(), order.lines[1].article.title.as_str()), (3, "Article 100"));
    assert_eq!((order.fulfillment_orders.len(), units(&world, work)), (2, vec![(1, 1)]));
    assert_eq!(order.fulfillment_orders[1].open_quantity(), 3);
    assert_eq!(world.stock(SHIRT, HERE), (10, 3));
}

#[test]
fn one_edit_never_promises_a_unit_twice() {
    let (mut world, id, one, _) = order_of(SHIRT, 8);
    let changes = vec![setting(one, 10), LineChange::Add(Box::new(line(SHIRT, 2)))];
    world.run(&merchant(), editing(id, changes)).unwrap();
    assert_eq!((world.stock(SHIRT, HERE), world.stock(SHIRT, THERE)), ((10, 10), (10, 2)));
}

#[test]
fn an_edit_is_refused() {
    let (mut world, id, one, work) = order_of(SHIRT, 3);
    let refused = |world: &mut World, changes| world.refused(&merchant(), editing(id, changes));
    let nobody = OrderLineId(4);
    assert_eq!(refused(&mut world, vec![]), Refusal::NothingToDo);
    assert_eq!(
        refused(&mut world, vec![setting(one, 1), setting(nobody, 1)]),
        Refusal::Unknown(Thing::OrderLine(nobody))
    );
    assert_eq!(refused(&mut world, vec![setting(one, 1), setting(one, -1)]), Refusal::LineQuantity(1));
    let nothing = LineChange::Add(Box::new(line(SHIRT, 0)));
    assert_eq!(refused(&mut world, vec![nothing]), Refusal::LineQuantity(0));
    let reader = limited("read_order_edits,write_orders");
    assert_eq!(
        world.refused(&reader, editing(id, vec![setting(one, 1)])),
        Refusal::NotPermitted(&[Permission::WriteOrderEdits])
    );
    assert_eq!(units(&world, work), [(3, 3)]);
    let same = world.run(&merchant(), editing(id, vec![setting(one, 3)])).unwrap();
    assert_eq!((kinds(&same), world.order(id).invoices.len()), (vec![], 1), "nothing changed");
    world.run(&merchant(), calling_off(id, Restock::Yes)).unwrap();
    assert_eq!(refused(&mut world, vec![setting(one, 1)]), Refusal::OrderCancelled(id));
}
