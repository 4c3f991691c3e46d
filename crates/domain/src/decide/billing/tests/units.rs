//! What an invoice sold waits, goes and is given up, beside what else goes on with the order.

use crate::billing::Claim;
use crate::billing::status::{InvoiceFulfillment, LineFulfillment, invoice_fulfillment, line_fulfillment};
use crate::command::Command;
use crate::command::billing::{BillingCommand, Claims, PaymentOutcome, UpdateInvoice};
use crate::event::InvoiceNews;
use crate::fulfillment_order::{Request, StageName};
use crate::hold::HoldReason;
use crate::id::{InvoiceId, OrderId};
use crate::product::WhenOut;
use crate::refusal::Refusal;
use crate::snapshot::Places;
use crate::world::billing::*;
use crate::world::*;

use PaymentOutcome::Succeeded;

fn claim(world: &mut World, id: OrderId, invoice: InvoiceId, claim: Claim) {
    let update = UpdateInvoice { claim: Some(claim), ..update_invoice(id, invoice) };
    world.run(&merchant(), billing(BillingCommand::UpdateInvoice(Box::new(update)))).unwrap();
}

#[test]
fn only_articles_that_must_be_fulfilled_become_work() {
    let mut world = shop();
    let id = world.paid(&[plan(SHIRT, SHIRT_ONCE, 2), plan(COURSE, COURSE_INSTALMENTS, 1)]);
    let order = world.order(id);
    let lines = &order.invoices[0].lines;
    let sold: Vec<_> = lines.iter().map(|line| (line.quantity, line.removed, line.unasked)).collect();
    assert_eq!(sold, [(2, 0, 0), (1, 0, 1), (1, 1, 0)], "the shirts, the course, and setting it up");
    assert_eq!(order.fulfillment_orders.len(), 1);
    let states: Vec<_> = lines.iter().map(|line| line_fulfillment(order, line)).collect();
    assert_eq!(
        states,
        [LineFulfillment::Unfulfilled, LineFulfillment::Unfulfilled, LineFulfillment::Ignored]
    );
    assert_eq!(invoice_fulfillment(order, &order.invoices[0]), InvoiceFulfillment::Unfulfilled);
    let work = order.fulfillment_orders[0].clone();
    world.ship(work.id, Some(&[(work.lines[0].id, 1)]));
    let order = world.order(id);
    assert_eq!(line_fulfillment(order, &order.invoices[0].lines[0]), LineFulfillment::Partial);
    assert_eq!(invoice_fulfillment(order, &order.invoices[0]), InvoiceFulfillment::Partial);
    let ships = fulfilling(&[(work.id, None)], crate::command::Reach::OneOrder);
    let decision = world.run(&merchant(), ships).unwrap();
    assert_eq!(told(&decision).0, [InvoiceNews::Fulfilled]);
    let order = world.order(id);
    assert_eq!(invoice_fulfillment(order, &order.invoices[0]), InvoiceFulfillment::Complete);
    let parcel = world.fulfillments.last().unwrap().id;
    world.run(&merchant(), Command::CancelFulfillment(parcel)).unwrap();
    let order = world.order(id);
    assert_eq!(invoice_fulfillment(order, &order.invoices[0]), InvoiceFulfillment::Partial);
}

#[test]
fn an_invoice_of_nothing_to_fulfill_is_not_to_be_fulfilled() {
    let mut world = shop();
    let id = world.paid(&[plan(COURSE, COURSE_MONTHLY, 1)]);
    let order = world.order(id);
    assert_eq!(invoice_fulfillment(order, &order.invoices[0]), InvoiceFulfillment::NotApplicable);
    assert_eq!((order.lines[0].quantity, order.current_quantity(order.lines[0].id)), (1, 1));
}

#[test]
fn work_of_paid_and_unpaid_invoices_is_kept_apart() {
    let mut world = shop();
    world.put(SHIRT, HERE, 0);
    world.put(SHIRT, THERE, 0);
    let id = world.place_billed(external(&[plan(SHIRT, SHIRT_MONTHLY, 1)], Claims::default()));
    let sold = [sells(SHIRT, SHIRT_MONTHLY, 2, 1)];
    world.issue_invoice(issuing(id, Claim::Paid, &sold));
    let unpaid = world.issue_invoice(issuing(id, Claim::Unpaid, &sold));
    let other = world.issue_invoice(issuing(id, Claim::PastDue, &sold));
    assert_eq!(world.order(id).routing.waiting.len(), 3);
    world.put(SHIRT, HERE, 10);
    assert_eq!(Command::Route(id).scope().places, Places::WithStock);
    world.run(&Actor::System, Command::Route(id)).unwrap();
    let stages = |world: &World| -> Vec<_> {
        world.order(id).fulfillment_orders.iter().map(|fo| (fo.stage_name(), fo.open_quantity())).collect()
    };
    let (open, held) = (StageName::Open, StageName::OnHold);
    assert_eq!(stages(&world), [(open, 2), (held, 2), (held, 2)]);
    claim(&mut world, id, unpaid, Claim::Paid);
    assert_eq!(stages(&world), [(open, 2), (open, 2), (held, 2)]);
    let hold = &world.order(id).fulfillment_orders[2].holds()[0];
    assert_eq!(
        (hold.reason, hold.app, hold.handle.clone()),
        (HoldReason::AwaitingPayment, None, format!("invoice-{other}"))
    );
    claim(&mut world, id, other, Claim::Voided);
    claim(&mut world, id, other, Claim::Unpaid);
    assert_eq!(stages(&world).last(), Some(&(held, 2)), "it is asked for again, and waits again");
}

use crate::actor::Actor;

#[test]
fn a_payment_releases_its_own_hold_only() {
    let mut world = shop();
    let id = world.place_billed(through_gateway(&[plan(SHIRT, SHIRT_ONCE, 1)]));
    let work = world.order(id).fulfillment_orders[0].id;
    world.run(&merchant(), holding(work, "mine", &[])).unwrap();
    world.answer(id, Succeeded);
    let held = world.work(work);
    assert_eq!((held.stage_name(), held.holds().len()), (StageName::OnHold, 1));
    world.run(&merchant(), Command::Release(work, vec![])).unwrap();
    assert_eq!(world.work(work).stage_name(), StageName::Open);
}

#[test]
fn who_releases_by_hand_sends_before_the_money_came() {
    let mut world = shop();
    let id = world.place_billed(through_gateway(&[plan(SHIRT, SHIRT_ONCE, 1)]));
    let work = world.order(id).fulfillment_orders[0].id;
    world.run(&merchant(), Command::Release(work, vec![])).unwrap();
    world.ship(work, None);
    world.answer(id, PaymentOutcome::Declined);
    assert_eq!(world.work(work).stage_name(), StageName::Closed);
    assert_eq!(world.stock(SHIRT, HERE), (9, 0));
}

#[test]
fn work_that_was_joined_with_others_is_parted_to_wait_again() {
    let mut world = shop();
    let id = world.place_billed(external(&[plan(SHIRT, SHIRT_MONTHLY, 1)], Claims::default()));
    let sold = [sells(SHIRT, SHIRT_MONTHLY, 2, 1)];
    let first = world.issue_invoice(issuing(id, Claim::Paid, &sold));
    world.issue_invoice(issuing(id, Claim::Paid, &sold));
    let works: Vec<_> = world.order(id).fulfillment_orders.iter().map(|fo| fo.id).collect();
    let both: Vec<_> = works
        .iter()
        .map(|work| {
            let lines: Vec<_> =
                world.work(*work).lines.iter().map(|line| (line.id, line.remaining())).collect();
            some(*work, &lines)
        })
        .collect();
    world.run(&merchant(), Command::Merge(vec![both])).unwrap();
    claim(&mut world, id, first, Claim::Unpaid);
    let order = world.order(id);
    let open: Vec<_> = order
        .fulfillment_orders
        .iter()
        .filter(|fo| fo.is_open())
        .map(|fo| (fo.stage_name(), fo.open_quantity()))
        .collect();
    assert_eq!(open, [(StageName::Open, 2), (StageName::OnHold, 2)]);
}

#[test]
fn what_a_service_is_at_work_on_stays_asked_for() {
    let mut world = shop();
    world.put(SHIRT, HERE, 0);
    world.put(SHIRT, THERE, 0);
    world.put(SHIRT, SERVED, 5);
    let id = world.paid(&[plan(SHIRT, SHIRT_ONCE, 2)]);
    let work = world.order(id).fulfillment_orders[0].id;
    world.run(&merchant(), requesting(work, &[])).unwrap();
    world.run(&server(), Command::AcceptRequest(work, None)).unwrap();
    let paid = world.order(id).placed.transactions[0].id;
    world.run(&merchant(), refunding(id, paid, None)).unwrap();
    world.answer(id, Succeeded);
    let busy = world.work(work);
    assert_eq!(
        (busy.stage_name(), busy.request, busy.open_quantity()),
        (StageName::InProgress, Request::Accepted, 2)
    );
    world.run(&merchant(), Command::RequestCancellation(work, None)).unwrap();
    world.run(&server(), Command::AcceptCancellation(work, None)).unwrap();
    assert_eq!((world.work(work).stage_name(), world.stock(SHIRT, SERVED)), (StageName::Closed, (5, 0)));
}

#[test]
fn what_comes_back_of_what_was_refunded_is_not_sent_again() {
    let mut world = shop();
    let id = world.paid(&[plan(SHIRT, SHIRT_ONCE, 2)]);
    let work = world.order(id).fulfillment_orders[0].id;
    let parcel = world.ship(work, None);
    let paid = world.order(id).placed.transactions[0].id;
    world.run(&merchant(), refunding(id, paid, None)).unwrap();
    world.answer(id, Succeeded);
    let order = world.order(id);
    assert_eq!(order.current_quantity(order.lines[0].id), 2, "it left");
    world.run(&merchant(), Command::CancelFulfillment(parcel)).unwrap();
    let order = world.order(id);
    assert_eq!((order.current_quantity(order.lines[0].id), world.stock(SHIRT, HERE)), (0, (10, 0)));
    assert!(order.fulfillment_orders.iter().all(|fo| !fo.is_open()));
}

#[test]
fn an_order_seen_by_others_shows_the_units_that_its_invoices_sold() {
    let mut world = shop();
    world.variants.iter_mut().find(|own| own.id == SHIRT).unwrap().when_out = WhenOut::SellOn;
    let id = world.paid(&[plan(SHIRT, SHIRT_MONTHLY, 2)]);
    world.run_until(id, world.now.plus(100 * crate::calendar::DAY), Succeeded);
    let order = world.order(id);
    let line = order.lines[0].id;
    let sold: i64 = order.invoice_lines().map(|line| line.quantity).sum();
    assert_eq!((order.lines[0].quantity, order.current_quantity(line), sold), (8, 8, 8));
    assert_eq!(order.fulfillable_quantity(line), 8);
    let totals = crate::status::totals(order);
    assert_eq!((totals.total, totals.subtotal), (4 * 6_200, 4 * 6_200));
    // An edit is an invoice of another kind: its units are nobody's bill.
    world.run(&merchant(), editing(id, vec![setting(line, 9)])).unwrap();
    assert_eq!(world.order(id).current_quantity(line), 9);
    assert_eq!(world.totals(id).iter().sum::<i64>(), 4 * 6_200);
    let none = world.refused(&merchant(), billing(BillingCommand::Advance(id)));
    assert_eq!(none, Refusal::Billing(crate::billing::Trouble::NotDue(id)));
}
