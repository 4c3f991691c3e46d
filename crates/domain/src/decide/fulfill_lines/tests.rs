//! Given, when, then: units leave that are named by the invoice lines that sold them.

use crate::billing::{Claim, Trouble};
use crate::command::billing::{Claims, FulfillLines, StockCheck};
use crate::command::{Command, StartStocking};
use crate::event::InvoiceNews;
use crate::fulfillment_order::StageName;
use crate::id::{ContactId, InvoiceLineId, LocationId, OrderId};
use crate::refusal::{LocationTrouble, Refusal, Thing};
use crate::world::billing::*;
use crate::world::*;

fn leave(command: FulfillLines) -> Command {
    Command::FulfillLines(command)
}

/// An order of so many shirts in somebody else's books, and its line.
fn shirts(world: &mut World, claim: Claim, quantity: i64) -> (OrderId, InvoiceLineId) {
    let id = world.place_billed(external(&[plan(SHIRT, SHIRT_ONCE, quantity)], Claims::default()));
    let invoice = world.issue_invoice(issuing(id, claim, &[sells(SHIRT, SHIRT_ONCE, quantity, 100)]));
    (id, world.only_line(invoice))
}

fn open(world: &World, id: OrderId) -> i64 {
    world.order(id).fulfillment_orders.iter().map(|fo| fo.open_quantity()).sum()
}

#[test]
fn units_leave_where_they_wait() {
    let mut world = shop();
    let (id, line) = shirts(&mut world, Claim::Paid, 3);
    let decision = world.run(&merchant(), leave(fulfilling_lines(HERE, &[(line, 1), (line, 1)]))).unwrap();
    assert_eq!(told(&decision).0, []);
    assert_eq!((open(&world, id), world.stock(SHIRT, HERE)), (1, (8, 1)));
    let decision = world.run(&merchant(), leave(fulfilling_lines(HERE, &[(line, 1)]))).unwrap();
    assert_eq!(told(&decision).0, [InvoiceNews::Fulfilled]);
    assert_eq!((open(&world, id), world.stock(SHIRT, HERE), world.fulfillments.len()), (0, (7, 0), 2));
}

#[test]
fn one_parcel_holds_lines_of_several_orders_of_a_contact() {
    let mut world = shop();
    let (first, a) = shirts(&mut world, Claim::Paid, 2);
    let (second, b) = shirts(&mut world, Claim::Paid, 2);
    world.run(&merchant(), leave(fulfilling_lines(HERE, &[(a, 2), (b, 1)]))).unwrap();
    assert_eq!((open(&world, first), open(&world, second)), (0, 1));
    let parcel = world.fulfillments[0].clone();
    assert_eq!(parcel.orders(), [first, second]);
    world.run(&merchant(), Command::CancelFulfillment(parcel.id)).unwrap();
    assert_eq!((open(&world, first), open(&world, second), world.stock(SHIRT, HERE)), (2, 2, (10, 4)));
    world.run(&merchant(), leave(fulfilling_lines(HERE, &[(a, 2), (b, 2)]))).unwrap();
    assert_eq!((open(&world, first), open(&world, second)), (0, 0));
}

#[test]
fn units_that_wait_elsewhere_are_fetched() {
    let mut world = shop();
    let (id, line) = shirts(&mut world, Claim::Paid, 4);
    assert_eq!(world.stock(SHIRT, HERE), (10, 4));
    world.run(&merchant(), leave(fulfilling_lines(THERE, &[(line, 3)]))).unwrap();
    assert_eq!((open(&world, id), world.stock(SHIRT, HERE), world.stock(SHIRT, THERE)), (1, (10, 1), (7, 0)));
    assert_eq!(world.fulfillments[0].location, THERE);
}

#[test]
fn units_that_no_location_has_leave_if_somebody_says_so() {
    let mut world = shop();
    world.put(SHIRT, HERE, 1);
    world.put(SHIRT, THERE, 0);
    let (id, line) = shirts(&mut world, Claim::Paid, 3);
    assert_eq!(world.order(id).routing.waiting[0].quantity, 2);
    let all = || fulfilling_lines(HERE, &[(line, 3)]);
    assert_eq!(world.refused(&merchant(), leave(all())), Refusal::OutOfStock(SHIRT));
    world.run(&merchant(), leave(FulfillLines { stock: StockCheck::Ignore, ..all() })).unwrap();
    assert_eq!((open(&world, id), world.stock(SHIRT, HERE)), (0, (-2, 0)));
    assert!(world.order(id).routing.waiting.is_empty());
}

#[test]
fn what_waits_for_its_money_only_leaves_when_it_left() {
    let mut world = shop();
    let (id, line) = shirts(&mut world, Claim::Unpaid, 2);
    let work = world.order(id).fulfillment_orders[0].id;
    world.run(&merchant(), leave(fulfilling_lines(HERE, &[(line, 1)]))).unwrap();
    assert_eq!((world.work(work).stage_name(), open(&world, id)), (StageName::InProgress, 1));
    let (_, other) = shirts(&mut world, Claim::Unpaid, 1);
    let held = world.orders[1].fulfillment_orders[0].id;
    world.run(&merchant(), holding(held, "mine", &[])).unwrap();
    let refusal = world.refused(&merchant(), leave(fulfilling_lines(HERE, &[(other, 1)])));
    assert!(matches!(refusal, Refusal::NotAllowed(id, ..) if id == held), "{refusal:?}");
}

#[test]
fn what_nobody_must_fulfill_may_be_fulfilled() {
    let mut world = shop();
    let id = world.paid(&[plan(COURSE, COURSE_INSTALMENTS, 1)]);
    let [course, setup] = [0, 1].map(|n: usize| world.order(id).invoices[0].lines[n].id);
    let of_setup = world.refused(&merchant(), leave(fulfilling_lines(HERE, &[(setup, 1)])));
    assert_eq!(of_setup, Refusal::Billing(Trouble::TooManyUnits { line: setup, asked: 1, left: 0 }));
    world.run(&merchant(), leave(fulfilling_lines(HERE, &[(course, 1)]))).unwrap();
    assert_eq!(crate::billing::status::fulfilled(world.order(id), course), 1);
    let again = world.refused(&merchant(), leave(fulfilling_lines(HERE, &[(course, 1)])));
    assert_eq!(again, Refusal::Billing(Trouble::TooManyUnits { line: course, asked: 1, left: 0 }));
}

#[test]
fn work_at_a_service_is_left_to_it() {
    let mut world = shop();
    world.put(SHIRT, HERE, 0);
    world.put(SHIRT, THERE, 0);
    world.put(SHIRT, SERVED, 5);
    let (id, line) = shirts(&mut world, Claim::Paid, 1);
    let work = world.order(id).fulfillment_orders[0].id;
    world.run(&merchant(), requesting(work, &[])).unwrap();
    let refusal = world.refused(&merchant(), leave(fulfilling_lines(HERE, &[(line, 1)])));
    assert!(matches!(refusal, Refusal::NotAllowed(at, ..) if at == work), "{refusal:?}");
    let (other, line) = shirts(&mut world, Claim::Paid, 1);
    let theirs = world.order(other).fulfillment_orders[0].id;
    let own_work_only = limited("write_merchant_managed_fulfillment_orders");
    let refusal = world.refused(&own_work_only, leave(fulfilling_lines(HERE, &[(line, 1)])));
    assert_eq!(refusal, Refusal::NoAccess(theirs));
}

#[test]
fn it_is_refused_for_the_first_reason() {
    let mut world = shop();
    let (id, line) = shirts(&mut world, Claim::Paid, 2);
    world.locations.iter_mut().find(|own| own.id == THERE).unwrap().active = false;
    let (nobody, nowhere, nothing) = (ContactId(1), LocationId(1), InvoiceLineId(1));
    let with = |location, lines: &[_]| fulfilling_lines(location, lines);
    let other = FulfillLines { contact: Some(nobody), ..with(HERE, &[(line, 1)]) };
    for (command, refusal) in [
        (with(nowhere, &[(line, 1)]), Refusal::Unknown(Thing::Location(nowhere))),
        (with(THERE, &[(line, 1)]), Refusal::Location(THERE, LocationTrouble::Inactive)),
        (with(HERE, &[]), Refusal::NothingToDo),
        (with(HERE, &[(line, 1), (line, 0)]), Refusal::QuantityNotPositive((0, 1))),
        (with(HERE, &[(nothing, 1)]), Refusal::Unknown(Thing::InvoiceLine(nothing))),
        (other, Refusal::Billing(Trouble::OtherContact(id))),
        (
            with(HERE, &[(line, 2), (line, 1)]),
            Refusal::Billing(Trouble::TooManyUnits { line, asked: 3, left: 2 }),
        ),
    ] {
        assert_eq!(world.refused(&merchant(), leave(command.clone())), refusal, "{command:?}");
    }
    let needs = world.refused(&limited("write_orders"), leave(with(HERE, &[(line, 1)])));
    assert!(matches!(needs, Refusal::NotPermitted(_)), "{needs:?}");
    assert!(world.fulfillments.is_empty());
}

#[test]
fn what_is_no_longer_stocked_is_fetched_for_nobody() {
    let mut world = shop();
    let (_, line) = shirts(&mut world, Claim::Paid, 3);
    world.run(&merchant(), Command::StopStocking(SHIRT, THERE)).unwrap();
    let there = || fulfilling_lines(THERE, &[(line, 1)]);
    assert_eq!(world.refused(&merchant(), leave(there())), Refusal::OutOfStock(SHIRT));
    // What was promised before leaves all the same, and so does what somebody saw leave.
    let again = StartStocking { variant: SHIRT, location: THERE, opening: None };
    world.run(&merchant(), Command::StartStocking(again)).unwrap();
    world.run(&merchant(), Command::StopStocking(SHIRT, HERE)).unwrap();
    world.run(&merchant(), leave(fulfilling_lines(HERE, &[(line, 1)]))).unwrap();
    let seen = FulfillLines { stock: StockCheck::Ignore, ..there() };
    world.run(&merchant(), leave(seen)).unwrap();
    assert_eq!((world.stock(SHIRT, HERE), world.stock(SHIRT, THERE)), ((9, 1), (9, 0)));
}

#[test]
fn one_stock_is_not_sent_twice() {
    let mut world = shop();
    world.put(SHIRT, HERE, 1);
    world.put(SHIRT, THERE, 3);
    let (_, a) = shirts(&mut world, Claim::Paid, 2);
    let (_, b) = shirts(&mut world, Claim::Paid, 1);
    let refusal = world.refused(&merchant(), leave(fulfilling_lines(HERE, &[(a, 1), (b, 1)])));
    assert_eq!(refusal, Refusal::OutOfStock(SHIRT));
}
