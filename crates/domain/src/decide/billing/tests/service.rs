//! How subscriptions begin, renew, rest, go on and end.

use crate::billing::{InvoiceStatus, Service, TrialStage, Trouble, bill, status};
use crate::calendar::{DAY, Every, Interval};
use crate::command::billing::{BillingCommand, NewDates, PaymentOutcome, Proration, UpdateBilled, When};
use crate::decide::Decision;
use crate::event::{InvoiceNews, ServiceNews};
use crate::id::OrderId;
use crate::order::Order;
use crate::payment::TransactionKind;
use crate::refusal::Refusal;
use crate::time::{HOUR, Time};
use crate::world::billing::*;
use crate::world::*;

use PaymentOutcome::{Declined, Succeeded};

const MONTH: Every = Every { count: 1, interval: Interval::Month };

fn run(world: &mut World, command: BillingCommand) -> Decision {
    world.run(&merchant(), billing(command)).unwrap()
}

fn periods(order: &Order) -> Vec<(i64, Time, Time)> {
    let bills = order.invoice_lines().filter_map(|line| line.bill.as_ref());
    bills.filter_map(|bill| bill.period).map(|p| (p.number, p.starts_at, p.ends_at)).collect()
}

fn cancel_with(world: &mut World, id: OrderId, when: When, proration: Proration) -> Decision {
    world.run(&merchant(), cancel(cancelling(id, when, proration))).unwrap()
}

#[test]
fn a_subscription_begins_when_it_is_paid_and_renews_every_period() {
    let mut world = shop();
    let id = world.place_billed(through_gateway(&[plan(SHIRT, SHIRT_MONTHLY, 2)]));
    let begun = world.now;
    assert_eq!((world.service(id), status::paid_until(world.order(id))), (Service::Pending, None));
    let decision = world.answer(id, Succeeded);
    assert_eq!(told(&decision).1, [ServiceNews::Activated, ServiceNews::FirstPayment]);
    let end = MONTH.after(begun, 1);
    assert_eq!(status::paid_until(world.order(id)), Some(end));
    assert_eq!(world.order(id).next_due(), Some(end));
    world.now = end;
    let decision = world.advance(id).unwrap();
    assert_eq!(told(&decision).0, [InvoiceNews::Issued]);
    world.run_until(id, MONTH.after(begun, 2).plus(2 * HOUR), Succeeded);
    let order = world.order(id);
    let expected = [0, 1, 2].map(|n| (n + 1, MONTH.after(begun, n), MONTH.after(begun, n + 1)));
    assert_eq!(periods(order), expected);
    assert_eq!(world.totals(id), [6_200, 6_200, 6_200]);
    assert_eq!((status::recurring_paid(order), order.lines[0].quantity), (3, 6));
    assert_eq!(order.invoices[2].bill.as_ref().unwrap().number, "1001-3");
}

#[test]
fn every_line_has_its_own_rhythm() {
    let mut world = shop();
    let id = world.paid(&[
        plan(COURSE, COURSE_YEARLY, 1),
        plan(SHIRT, SHIRT_MONTHLY, 1),
        plan(SHIRT, SHIRT_ONCE, 1),
    ]);
    let begun = world.now;
    world.put(SHIRT, HERE, 100);
    world.run_until(id, MONTH.after(begun, 12).plus(2 * HOUR), Succeeded);
    let totals = world.totals(id);
    assert_eq!(
        (totals.len(), totals[0], totals[1], totals[12]),
        (13, 9_000 + 3_100 + 1_000, 3_100, 9_000 + 3_100)
    );
}

#[test]
fn what_was_missed_is_made_up_for_period_by_period() {
    let mut world = shop();
    let id = world.paid(&[plan(COURSE, COURSE_MONTHLY, 1)]);
    let begun = world.now;
    world.now = MONTH.after(begun, 3).plus(DAY);
    world.advance(id).unwrap();
    let order = world.order(id);
    assert_eq!(periods(order).len(), 4);
    let due: Vec<_> = order.invoices.iter().map(|invoice| invoice.bill.as_ref().unwrap().due_at).collect();
    assert_eq!(due[1..], [Some(world.now.plus(HOUR)); 3], "nobody is past due who was never asked");
    assert_eq!(world.advance(id), Err(Refusal::Billing(Trouble::NotDue(id))));
}

#[test]
fn a_trial_for_nothing_begins_at_once_and_converts_with_the_first_payment() {
    let mut world = shop();
    let decision = world.run(&merchant(), place(through_gateway(&[plan(COURSE, COURSE_TRIED, 1)]))).unwrap();
    let id = world.orders[0].id;
    let (invoices, services, payments) = told(&decision);
    assert_eq!((invoices, payments), (vec![InvoiceNews::Issued, InvoiceNews::Paid], vec![]));
    assert_eq!(services, [ServiceNews::Activated, ServiceNews::TrialStarted]);
    assert!(world.has_access());
    let (begun, ends) = (world.now, world.now.plus(14 * DAY));
    let billing = world.order(id).billing.as_ref().unwrap();
    assert!(billing.in_trial());
    assert_eq!((status::paid_until(world.order(id)), world.order(id).next_due()), (Some(ends), Some(ends)));
    world.now = ends;
    let decision = world.advance(id).unwrap();
    assert_eq!(told(&decision).1, [ServiceNews::TrialEnded]);
    assert_eq!(world.totals(id), [0, 900]);
    assert!(!world.order(id).billing.as_ref().unwrap().in_trial());
    world.now = ends.plus(HOUR);
    world.advance(id).unwrap();
    let decision = world.answer(id, Succeeded);
    assert_eq!(told(&decision).1, [ServiceNews::FirstPayment, ServiceNews::TrialConverted]);
    assert_eq!(world.order(id).billing.as_ref().unwrap().trial.unwrap().stage, TrialStage::Converted);
    assert_eq!(periods(world.order(id)), [(0, begun, ends), (1, ends, MONTH.after(ends, 1))]);
    assert_eq!(status::recurring_paid(world.order(id)), 1);
}

#[test]
fn a_trial_that_costs_something_is_sold() {
    let mut world = shop();
    let id = world.paid(&[plan(SHIRT, SHIRT_TRIED, 2)]);
    let order = world.order(id);
    assert_eq!((world.totals(id), order.current_quantity(order.lines[0].id)), (vec![200], 2));
    assert_eq!(order.billing.as_ref().unwrap().first_paid_at, None, "it was only tried");
    world.run_until(id, world.now.plus(7 * DAY + 2 * HOUR), Succeeded);
    assert_eq!(world.totals(id), [200, 6_000]);
}

#[test]
fn instalments_end_when_they_are_paid_and_what_was_bought_stays() {
    let mut world = shop();
    let id = world.paid(&[plan(COURSE, COURSE_INSTALMENTS, 1)]);
    let begun = world.now;
    world.run_until(id, MONTH.after(begun, 3).plus(-1), Succeeded);
    assert_eq!((world.totals(id), world.service(id)), (vec![2_500, 2_000, 2_000], Service::Active));
    world.run_until(id, MONTH.after(begun, 3), Succeeded);
    assert_eq!((world.service(id), world.has_access()), (Service::Completed, true));
    assert_eq!(world.order(id).next_due(), None);
}

#[test]
fn a_subscription_for_a_time_completes_and_takes_access_with_it() {
    let mut world = shop();
    let id = world.paid(&[plan(COURSE, COURSE_THREE, 1)]);
    let begun = world.now;
    world.run_until(id, MONTH.after(begun, 3), Succeeded);
    assert_eq!(
        (world.totals(id).len(), world.service(id), world.has_access()),
        (3, Service::Completed, false)
    );
}

#[test]
fn nothing_completes_that_is_owed() {
    let mut world = shop();
    world.shop.billing.at_end = vec![];
    let id = world.paid(&[plan(COURSE, COURSE_INSTALMENTS, 1)]);
    let begun = world.now;
    world.run_until(id, MONTH.after(begun, 4), Declined);
    assert_eq!((world.service(id), world.statuses(id)[2]), (Service::Active, InvoiceStatus::PastDue));
    for invoice in [1, 2].map(|n: usize| world.order(id).invoices[n].id) {
        run(&mut world, BillingCommand::Abandon(id, invoice));
    }
    world.advance(id).unwrap();
    assert_eq!(world.service(id), Service::Completed);
}

#[test]
fn who_cancels_for_the_next_renewal_keeps_what_was_paid_for() {
    let mut world = shop();
    let id = world.paid(&[plan(COURSE, COURSE_MONTHLY, 1)]);
    let end = MONTH.after(world.now, 1);
    world.now = world.now.plus(3 * DAY);
    let decision = cancel_with(&mut world, id, When::NextRenewal, Proration::Exact);
    assert_eq!(told(&decision).1, [ServiceNews::Cancelled]);
    let billing = world.order(id).billing.as_ref().unwrap();
    let ending = billing.ending.as_ref().unwrap();
    assert_eq!(
        (ending.at, ending.reason.as_deref(), ending.by.as_deref()),
        (Some(world.now), Some("too-expensive"), Some("API"))
    );
    assert_eq!((billing.service, billing.churned_at), (Service::Cancelled, Some(end)));
    assert_eq!((world.order(id).next_due(), world.has_access()), (Some(end), true));
    assert_eq!(status::next_charge_at(billing), None);
    world.now = end;
    let decision = world.advance(id).unwrap();
    assert_eq!(told(&decision).1, [ServiceNews::Churned]);
    assert_eq!((world.totals(id).len(), world.has_access(), world.order(id).next_due()), (1, false, None));
}

#[test]
fn who_cancels_at_once_gets_the_rest_back_only_if_it_is_reckoned_up() {
    for (proration, back) in [(Proration::None, vec![]), (Proration::Exact, vec![2_100])] {
        let mut world = shop();
        // December has 31 days.
        world.now = Time(1_796_083_200_000_000);
        let id = world.paid(&[plan(SHIRT, SHIRT_MONTHLY, 1)]);
        let begun = world.now;
        let whole = MONTH.after(begun, 1).0 - begun.0;
        world.now = begun.plus(whole / 31 * 10);
        assert_eq!(whole, 31 * DAY);
        let decision = cancel_with(&mut world, id, When::Now, proration);
        assert_eq!(told(&decision).1, [ServiceNews::Cancelled, ServiceNews::Churned]);
        let refunds: Vec<_> = world.asked(id).iter().map(|own| (own.kind, own.amount)).collect();
        assert_eq!(refunds, back.iter().map(|amount| (TransactionKind::Refund, *amount)).collect::<Vec<_>>());
        assert_eq!(world.order(id).next_due(), None);
        assert_eq!(world.stock(SHIRT, HERE), (10, 1), "what was paid for is still sent");
    }
}

#[test]
fn unpaid_invoices_are_voided_with_it_if_they_are_named() {
    let mut world = shop();
    let id = world.paid(&[plan(SHIRT, SHIRT_MONTHLY, 1)]);
    world.run_until(id, MONTH.after(world.now, 1).plus(HOUR), Declined);
    let (paid, unpaid) = (world.order(id).invoices[0].id, world.order(id).invoices[1].id);
    let with = |void: &[_]| {
        let void = void.to_vec();
        cancel(crate::command::billing::CancelService { void, ..cancelling(id, When::Now, Proration::None) })
    };
    let refusal = world.refused(&merchant(), with(&[paid]));
    assert_eq!(refusal, Refusal::Billing(Trouble::Invoice(paid, InvoiceStatus::Paid)));
    assert_eq!(world.stock(SHIRT, HERE), (10, 2));
    world.run(&merchant(), with(&[unpaid])).unwrap();
    assert_eq!(world.statuses(id), [InvoiceStatus::Paid, InvoiceStatus::Voided]);
    assert_eq!(world.stock(SHIRT, HERE), (10, 1));
}

#[test]
fn what_is_unpaid_when_it_ends_is_owed_but_not_sent() {
    let mut world = shop();
    let id = world.paid(&[plan(SHIRT, SHIRT_MONTHLY, 1)]);
    world.run_until(id, MONTH.after(world.now, 1).plus(HOUR), Declined);
    cancel_with(&mut world, id, When::Now, Proration::None);
    assert_eq!((world.statuses(id)[1], world.stock(SHIRT, HERE)), (InvoiceStatus::Unpaid, (10, 1)));
    let retry = world.order(id).next_due().unwrap();
    world.run_until(id, retry.plus(3 * DAY), Succeeded);
    assert_eq!((world.statuses(id)[1], world.stock(SHIRT, HERE)), (InvoiceStatus::Paid, (10, 2)));
    assert_eq!(world.service(id), Service::Churned);
}

#[test]
fn who_comes_back_in_time_lost_nothing() {
    let mut world = shop();
    let id = world.paid(&[plan(COURSE, COURSE_MONTHLY, 1)]);
    let (begun, end) = (world.now, MONTH.after(world.now, 1));
    cancel_with(&mut world, id, When::NextRenewal, Proration::None);
    let decision = run(&mut world, BillingCommand::Reactivate(id));
    assert_eq!(told(&decision).1, [ServiceNews::Reactivated]);
    let billing = world.order(id).billing.as_ref().unwrap();
    assert_eq!((&billing.ending, billing.churned_at, world.order(id).next_due()), (&None, None, Some(end)));
    cancel_with(&mut world, id, When::Now, Proration::None);
    assert!(!world.has_access());
    run(&mut world, BillingCommand::Reactivate(id));
    assert_eq!((world.has_access(), world.order(id).next_due()), (true, Some(end)), "the month is paid for");
    cancel_with(&mut world, id, When::Now, Proration::Exact);
    run(&mut world, BillingCommand::Reactivate(id));
    assert_eq!(world.order(id).next_due(), Some(begun), "it was given back, so it begins anew");
}

#[test]
fn who_comes_back_late_begins_a_period() {
    let mut world = shop();
    let id = world.paid(&[plan(COURSE, COURSE_MONTHLY, 1)]);
    cancel_with(&mut world, id, When::NextRenewal, Proration::None);
    world.run_until(id, world.now.plus(100 * DAY), Succeeded);
    assert_eq!((world.service(id), world.has_access()), (Service::Churned, false));
    run(&mut world, BillingCommand::Reactivate(id));
    let back = world.now;
    world.run_until(id, back.plus(HOUR), Succeeded);
    assert_eq!((world.totals(id), world.has_access()), (vec![900, 900], true));
    assert_eq!(world.order(id).next_due(), Some(MONTH.after(back, 1)));
}

#[test]
fn a_rest_bills_nothing_and_ends_by_itself_or_by_word() {
    let mut world = shop();
    let id = world.paid(&[plan(COURSE, COURSE_MONTHLY, 1)]);
    let begun = world.now;
    let until = begun.plus(90 * DAY);
    let decision = run(&mut world, BillingCommand::Pause(id, Some(until)));
    assert_eq!(told(&decision).1, [ServiceNews::Paused]);
    assert_eq!((world.order(id).next_due(), world.has_access()), (Some(until), true));
    world.now = until;
    let decision = world.advance(id).unwrap();
    assert_eq!(told(&decision).1, [ServiceNews::Resumed]);
    assert_eq!(world.totals(id), [900, 900], "the next period begins when it goes on");
    let (_, starts_at, _) = periods(world.order(id))[1];
    assert_eq!(starts_at, until);
    run(&mut world, BillingCommand::Pause(id, None));
    assert_eq!(
        world.order(id).next_due(),
        Some(until.plus(HOUR)),
        "what was billed before is still to be paid"
    );
    let refusal = world.refused(&merchant(), billing(BillingCommand::Pause(id, Some(Time(1)))));
    assert_eq!(refusal, Refusal::TimePassed);
    let due = MONTH.after(until, 1);
    run(&mut world, BillingCommand::Resume(id));
    world.run_until(id, until.plus(HOUR), Succeeded);
    assert_eq!(world.order(id).next_due(), Some(due), "a short rest moves nothing");
}

#[test]
fn the_next_period_is_moved_and_the_trial_with_it() {
    let mut world = shop();
    let tried = world.place_billed(through_gateway(&[plan(COURSE, COURSE_TRIED, 1)]));
    let moved = |order, trial_ends_at, renews_at| {
        let dates = Some(NewDates { trial_ends_at, renews_at });
        BillingCommand::Update(Box::new(UpdateBilled { dates, ..UpdateBilled::of(order) }))
    };
    let later = world.now.plus(30 * DAY);
    let decision = run(&mut world, moved(tried, Some(later), None));
    assert_eq!(told(&decision).1, [ServiceNews::Rescheduled]);
    assert_eq!(world.order(tried).next_due(), Some(later));
    let early = moved(tried, None, Some(world.now.plus(DAY)));
    assert_eq!(world.refused(&merchant(), billing(early)), Refusal::Billing(Trouble::BeforeTrialEnds(tried)));
    let nothing = billing(moved(tried, None, None));
    assert_eq!(world.refused(&merchant(), nothing), Refusal::NothingToDo);
    let id = world.paid(&[plan(COURSE, COURSE_MONTHLY, 1)]);
    let soon = world.now.plus(2 * DAY);
    run(&mut world, moved(id, None, Some(soon)));
    world.run_until(id, soon, Succeeded);
    assert_eq!(periods(world.order(id))[1], (2, soon, MONTH.after(soon, 1)));
    let past = billing(moved(id, None, Some(world.now)));
    assert_eq!(world.refused(&merchant(), past), Refusal::TimePassed);
    let none = billing(moved(id, Some(later), None));
    assert_eq!(world.refused(&merchant(), none), Refusal::Billing(Trouble::NoTrial(id)));
}

#[test]
fn every_act_needs_its_state() {
    use BillingCommand::{Pause, Reactivate, Resume};
    let mut world = shop();
    let id = world.place_billed(through_gateway(&[plan(COURSE, COURSE_MONTHLY, 1)]));
    let acts = |id| {
        [
            ("cancel", cancel(cancelling(id, When::Now, Proration::None))),
            ("pause", billing(Pause(id, None))),
            ("resume", billing(Resume(id))),
            ("reactivate", billing(Reactivate(id))),
        ]
    };
    let allowed = |world: &mut World| {
        let service = world.service(id);
        let mut allowed = Vec::new();
        for (name, act) in acts(id) {
            match world.decide(&merchant(), &act) {
                Ok(_) => allowed.push(name),
                Err(why) => assert_eq!(why, Refusal::Billing(Trouble::Service(id, service)), "{name}"),
            }
        }
        allowed
    };
    assert_eq!(allowed(&mut world), Vec::<&str>::new(), "pending");
    world.answer(id, Succeeded);
    assert_eq!(allowed(&mut world), ["cancel", "pause"]);
    run(&mut world, Pause(id, None));
    assert_eq!(allowed(&mut world), ["cancel", "resume"]);
    run(&mut world, Resume(id));
    cancel_with(&mut world, id, When::NextRenewal, Proration::None);
    assert_eq!(allowed(&mut world), ["reactivate"]);
    world.run_until(id, MONTH.after(world.now, 1), Succeeded);
    assert_eq!((world.service(id), allowed(&mut world)), (Service::Churned, vec!["reactivate"]));
    let once = world.paid(&[plan(SHIRT, SHIRT_ONCE, 1)]);
    let theirs = world.place_billed(external(&[plan(SHIRT, SHIRT_MONTHLY, 1)], serving(Service::Active)));
    for ((_, act), (_, other)) in acts(once).into_iter().zip(acts(theirs)) {
        assert_eq!(world.refused(&merchant(), act), Refusal::Billing(Trouble::NotASubscription(once)));
        assert_eq!(world.refused(&merchant(), other), Refusal::Billing(Trouble::External(theirs)));
    }
}

#[test]
fn an_order_that_is_called_off_is_billed_no_more() {
    let mut world = shop();
    let id = world.paid(&[plan(SHIRT, SHIRT_MONTHLY, 1), plan(COURSE, COURSE_MONTHLY, 1)]);
    world.run_until(id, MONTH.after(world.now, 1).plus(HOUR), Declined);
    world.run(&merchant(), calling_off(id, crate::command::Restock::Yes)).unwrap();
    assert_eq!((world.service(id), world.statuses(id)[1]), (Service::Churned, InvoiceStatus::Voided));
    assert_eq!(
        (world.order(id).next_due(), world.has_access(), world.stock(SHIRT, HERE)),
        (None, false, (10, 0))
    );
    let back = billing(BillingCommand::Reactivate(id));
    assert_eq!(world.refused(&merchant(), back), Refusal::OrderCancelled(id));
    let pending = world.place_billed(through_gateway(&[plan(SHIRT, SHIRT_ONCE, 1)]));
    world.run(&merchant(), calling_off(pending, crate::command::Restock::Yes)).unwrap();
    assert_eq!(
        (world.service(pending), bill::amounts(&world.order(pending).invoices[0]).total),
        (Service::Voided, 1_000)
    );
    world.answer(pending, Succeeded);
    assert_eq!(
        world.statuses(pending),
        [InvoiceStatus::Paid],
        "money that was under way came, and must go back"
    );
    assert_eq!(world.stock(SHIRT, HERE), (10, 0));
}
