//! Lines of plans get other prices, and prices are kept.

use crate::billing::change::preview;
use crate::billing::{BillKind, Charge, InvoiceStatus, Trouble};
use crate::calendar::{DAY, Every, Interval};
use crate::command::billing::{BillingCommand, ChangePlan, PaymentOutcome, Proration, When};
use crate::decide::Decision;
use crate::event::{Fact, PlanDirection};
use crate::id::{OrderId, OrderLineId, PriceId, VariantId};
use crate::money::Minor;
use crate::price::{Cycle, Recurrence};
use crate::refusal::{Field, Refusal, Thing};
use crate::time::{HOUR, Time};
use crate::world::billing::*;
use crate::world::*;

use PaymentOutcome::Succeeded;

const MONTH: Every = Every { count: 1, interval: Interval::Month };

/// A subscription that began on a 1st of December, ten days ago.
fn begun(line: crate::command::billing::NewPlanLine) -> (World, OrderId, Time) {
    let mut world = shop();
    world.now = Time(1_796_083_200_000_000);
    let id = world.paid(&[line]);
    let begun = world.now;
    world.now = begun.plus(10 * DAY);
    (world, id, begun)
}

fn to(
    world: &World,
    order: OrderId,
    (variant, price): (VariantId, PriceId),
    when: When,
    proration: Proration,
) -> ChangePlan {
    let line = world.order(order).billing.as_ref().unwrap().plan[0].id;
    ChangePlan { order, line, variant, price, when, proration }
}

fn change(change: ChangePlan) -> crate::command::Command {
    billing(BillingCommand::ChangePlan(change))
}

fn directions(decision: &Decision) -> Vec<Option<PlanDirection>> {
    let facts = decision.events.iter().flat_map(|event| &event.facts);
    facts
        .filter_map(
            |fact| if let Fact::PlanChanged { direction, .. } = fact { Some(*direction) } else { None },
        )
        .collect()
}

fn credit(world: &World, id: OrderId) -> Minor {
    world.order(id).billing.as_ref().unwrap().credit
}

#[test]
fn going_up_at_once_costs_the_difference_for_the_rest() {
    let (mut world, id, start) = begun(plan(COURSE, COURSE_MONTHLY, 1));
    let up = to(&world, id, (COURSE, COURSE_DEAR), When::Now, Proration::Exact);
    let decision = world.run(&merchant(), change(up)).unwrap();
    assert_eq!(directions(&decision), [Some(PlanDirection::Up)]);
    // 21 of 31 days: 1800 * 21 / 31 = 1219.35, 900 * 21 / 31 = 609.68.
    let order = world.order(id);
    let lines: Vec<_> = order.invoices[1].lines.iter().map(|line| line.bill.as_ref().unwrap()).collect();
    let charged: Vec<_> = lines.iter().map(|bill| (bill.charge, bill.amount)).collect();
    assert_eq!(charged, [(Charge::Change, 1_219), (Charge::Credit, -610)]);
    assert_eq!((order.invoices[1].bill.as_ref().unwrap().kind, credit(&world, id)), (BillKind::Interim, 0));
    let previous = order.billing.as_ref().unwrap().previous.as_ref().unwrap();
    assert_eq!(previous.price, COURSE_MONTHLY);
    world.run_until(id, MONTH.after(start, 1).plus(2 * HOUR), Succeeded);
    assert_eq!(world.totals(id), [900, 609, 1_800]);
    assert_eq!(world.statuses(id), [InvoiceStatus::Paid; 3]);
}

#[test]
fn going_down_at_once_leaves_credit_for_what_comes() {
    let (mut world, id, start) = begun(plan(COURSE, COURSE_DEAR, 1));
    let down = to(&world, id, (COURSE, COURSE_MONTHLY), When::Now, Proration::Exact);
    let decision = world.run(&merchant(), change(down)).unwrap();
    assert_eq!(directions(&decision), [Some(PlanDirection::Down)]);
    assert_eq!((world.totals(id), credit(&world, id)), (vec![1_800, 0], 1_219 - 610));
    assert_eq!(world.statuses(id)[1], InvoiceStatus::Paid, "nothing is to be paid");
    world.run_until(id, MONTH.after(start, 1).plus(2 * HOUR), Succeeded);
    assert_eq!((world.totals(id), credit(&world, id)), (vec![1_800, 0, 900 - 609], 0));
}

#[test]
fn another_rhythm_begins_anew() {
    let (mut world, id, _) = begun(plan(COURSE, COURSE_MONTHLY, 1));
    let yearly = to(&world, id, (COURSE, COURSE_YEARLY), When::Now, Proration::Exact);
    let decision = world.run(&merchant(), change(yearly)).unwrap();
    assert_eq!(directions(&decision), [Some(PlanDirection::Down)], "a day of it costs less");
    assert_eq!(world.totals(id), [900, 9_000 - 610]);
    let line = &world.order(id).billing.as_ref().unwrap().plan[0];
    assert_eq!(line.next_at(), Some(Every { count: 1, interval: Interval::Year }.after(world.now, 1)));
}

#[test]
fn what_is_not_reckoned_up_changes_from_the_next_invoice_on() {
    let (mut world, id, start) = begun(plan(COURSE, COURSE_MONTHLY, 1));
    let end = MONTH.after(start, 1);
    world
        .run(&merchant(), change(to(&world, id, (COURSE, COURSE_DEAR), When::Now, Proration::None)))
        .unwrap();
    assert_eq!((world.totals(id).len(), credit(&world, id)), (1, 0));
    world
        .run(&merchant(), change(to(&world, id, (COURSE, COURSE_YEARLY), When::Now, Proration::None)))
        .unwrap();
    world.run_until(id, end.plus(2 * HOUR), Succeeded);
    assert_eq!(world.totals(id), [900, 9_000]);
    let next = world.order(id).billing.as_ref().unwrap().plan[0].next_at();
    assert_eq!(next, Some(Every { count: 1, interval: Interval::Year }.after(end, 1)));
}

#[test]
fn a_change_waits_for_the_next_renewal() {
    let (mut world, id, start) = begun(plan(COURSE, COURSE_MONTHLY, 1));
    let waits = to(&world, id, (SHIRT, SHIRT_MONTHLY), When::NextRenewal, Proration::Exact);
    let decision = world.run(&merchant(), change(waits)).unwrap();
    assert_eq!(directions(&decision), []);
    let order = world.order(id);
    let line = &order.billing.as_ref().unwrap().plan[0];
    assert_eq!(
        (line.price, line.next.as_ref().unwrap().price, order.lines.len()),
        (COURSE_MONTHLY, SHIRT_MONTHLY, 2)
    );
    world.now = MONTH.after(start, 1);
    let decision = world.advance(id).unwrap();
    assert_eq!(directions(&decision), [Some(PlanDirection::Up)]);
    let order = world.order(id);
    let line = &order.billing.as_ref().unwrap().plan[0];
    assert_eq!((line.id, line.order_line, line.variant), (order.lines[0].id, order.lines[1].id, SHIRT));
    assert_eq!((order.lines[0].quantity, order.lines[1].quantity), (1, 1));
    assert_eq!(world.totals(id), [900, 3_100]);
    assert_eq!(order.fulfillment_orders[0].lines[0].order_line, order.lines[1].id);
}

#[test]
fn a_change_in_a_trial_costs_nothing_and_keeps_the_trial() {
    let mut world = shop();
    let id = world.place_billed(through_gateway(&[plan(COURSE, COURSE_TRIED, 1)]));
    let ends = world.now.plus(14 * DAY);
    world
        .run(&merchant(), change(to(&world, id, (COURSE, COURSE_DEAR), When::Now, Proration::Exact)))
        .unwrap();
    assert_eq!((world.totals(id), world.order(id).next_due()), (vec![0], Some(ends)));
    world.run_until(id, ends.plus(2 * HOUR), Succeeded);
    assert_eq!(world.totals(id), [0, 1_800]);
}

#[test]
fn going_to_and_fro_in_one_period_makes_no_money() {
    let (mut world, id, start) = begun(plan(COURSE, COURSE_MONTHLY, 1));
    for (price, days) in [(COURSE_DEAR, 12), (COURSE_MONTHLY, 15), (COURSE_DEAR, 20), (COURSE_MONTHLY, 25)] {
        world.now = start.plus(days * DAY);
        world.run(&merchant(), change(to(&world, id, (COURSE, price), When::Now, Proration::Exact))).unwrap();
        if !world.asked(id).is_empty() {
            world.answer(id, Succeeded);
        }
    }
    world.run_until(id, MONTH.after(start, 1).plus(2 * HOUR), Succeeded);
    let paid: Minor = world.totals(id).iter().sum();
    // Two months, and 8 of 31 days at 900 more: 3 and 5 days, each rounded by itself.
    assert!((paid - (1_800 + 900 * 8 / 31)).abs() <= 4, "{paid}");
    assert_eq!(credit(&world, id), 0);
}

#[test]
fn credit_is_only_given_for_what_was_paid() {
    let (mut world, id, start) = begun(plan(COURSE, COURSE_MONTHLY, 1));
    world.run_until(id, MONTH.after(start, 1).plus(2 * HOUR), PaymentOutcome::Declined);
    world
        .run(&merchant(), change(to(&world, id, (COURSE, COURSE_DEAR), When::Now, Proration::Exact)))
        .unwrap();
    let charged: Vec<_> =
        world.order(id).invoices[2].lines.iter().map(|l| l.bill.as_ref().unwrap().charge).collect();
    assert_eq!(charged, [Charge::Change]);
}

#[test]
fn it_is_shown_before_it_is_done_and_then_done_as_shown() {
    let table = [
        (COURSE_DEAR, When::Now, Proration::Exact, (1_219, 610, 609)),
        (COURSE_YEARLY, When::Now, Proration::Exact, (9_000, 610, 8_390)),
        (COURSE_DEAR, When::Now, Proration::None, (1_800, 0, 1_800)),
        (COURSE_DEAR, When::NextRenewal, Proration::Exact, (1_800, 0, 1_800)),
        (COURSE_THREE, When::Now, Proration::Exact, (610, 610, 0)),
    ];
    for (price, when, proration, (subtotal, credited, total)) in table {
        let (mut world, id, start) = begun(plan(COURSE, COURSE_MONTHLY, 1));
        let command = to(&world, id, (COURSE, price), when, proration);
        let variant = world.variants.iter().find(|own| own.id == COURSE).unwrap().clone();
        let to_price = world.prices.iter().find(|own| own.id == price).unwrap().clone();
        let order = world.order(id);
        let shown =
            preview(order, command.line, (&variant, &to_price), (when, proration), world.now).unwrap();
        let upcoming = shown.upcoming;
        assert_eq!(
            (upcoming.subtotal, upcoming.credit, upcoming.total),
            (subtotal, credited, total),
            "{price}"
        );
        world.run(&merchant(), change(command)).unwrap();
        let at = upcoming.at.unwrap();
        assert_eq!(at == world.now, when == When::Now && proration == Proration::Exact);
        world.run_until(id, at.max(MONTH.after(start, 0)), Succeeded);
        assert_eq!(world.totals(id)[1], total, "{price} {when:?} {proration:?}");
    }
}

#[test]
fn a_change_is_refused_for_the_first_reason() {
    let (mut world, id, _) = begun(plan(COURSE, COURSE_MONTHLY, 1));
    let euro = crate::money::Currency::parse("EUR").unwrap();
    world.prices.iter_mut().find(|own| own.id == SHIRT_MONTHLY).unwrap().terms.currency = euro;
    world.prices.iter_mut().find(|own| own.id == COURSE_THREE).unwrap().archived = true;
    let stranger = OrderLineId(1);
    for ((variant, price), refusal) in [
        ((VariantId(9), SHIRT_ONCE), Refusal::Unknown(Thing::Variant(VariantId(9), 0))),
        ((SHIRT, PriceId(9)), Refusal::Unknown(Thing::Price(PriceId(9), 0))),
        ((SHIRT, COURSE_DEAR), Refusal::Billing(Trouble::PriceOfOther(COURSE_DEAR))),
        ((SHIRT, SHIRT_MONTHLY), Refusal::Billing(Trouble::OtherCurrency(SHIRT_MONTHLY))),
        ((COURSE, COURSE_MONTHLY), Refusal::Billing(Trouble::SamePrice(COURSE_MONTHLY))),
        ((COURSE, COURSE_THREE), Refusal::Billing(Trouble::PriceArchived(COURSE_THREE))),
        ((SHIRT, SHIRT_ONCE), Refusal::Billing(Trouble::NotRecurring(SHIRT_ONCE))),
    ] {
        let command = to(&world, id, (variant, price), When::Now, Proration::Exact);
        assert_eq!(world.refused(&merchant(), change(command)), refusal);
    }
    let good = to(&world, id, (COURSE, COURSE_DEAR), When::Now, Proration::Exact);
    let elsewhere = ChangePlan { line: stranger, ..good };
    assert_eq!(world.refused(&merchant(), change(elsewhere)), Refusal::Unknown(Thing::OrderLine(stranger)));
    let once = world.paid(&[plan(SHIRT, SHIRT_ONCE, 1)]);
    let of_once = ChangePlan { order: once, ..good };
    assert_eq!(
        world.refused(&merchant(), change(of_once)),
        Refusal::Billing(Trouble::NotASubscription(once))
    );
    world.run(&merchant(), billing(BillingCommand::Pause(id, None))).unwrap();
    assert!(matches!(world.refused(&merchant(), change(good)), Refusal::Billing(Trouble::Service(..))));
}

#[test]
fn a_price_is_kept_and_orders_keep_what_it_was() {
    let (mut world, id, _) = begun(plan(COURSE, COURSE_MONTHLY, 1));
    let save = |price| billing(BillingCommand::SavePrice(Box::new(price)));
    let mut dearer = world.prices.iter().find(|own| own.id == COURSE_MONTHLY).unwrap().clone();
    dearer.terms.amount = 5_000;
    let needs = world.refused(&limited("write_orders"), save(dearer.clone()));
    assert_eq!(needs, Refusal::NotPermitted(&[crate::actor::Permission::WriteProducts]));
    world.run(&merchant(), save(dearer.clone())).unwrap();
    world.run_until(id, world.now.plus(30 * DAY), Succeeded);
    assert_eq!(world.totals(id), [900, 900]);
    let elsewhere = crate::price::Price { variant: SHIRT, ..dearer.clone() };
    assert_eq!(world.refused(&merchant(), save(elsewhere)), Refusal::Unknown(Thing::Variant(SHIRT, 0)));
    let cycle = |every, periods| Recurrence::Subscription(Cycle { every, periods, trial: None });
    let month = |count| Every { count, interval: Interval::Month };
    let long = "has a period that is too short or too long";
    for (amount, recurrence, fault) in [
        (-1, Recurrence::OneTime, "is negative or too large"),
        (Minor::MAX, Recurrence::OneTime, "is negative or too large"),
        (1, cycle(month(0), None), long),
        (1, cycle(month(1_001), None), long),
        (1, cycle(month(1), Some(0)), long),
    ] {
        let wrong = price(PriceId(900), COURSE, amount, recurrence);
        assert_eq!(world.refused(&merchant(), save(wrong)), Refusal::Malformed(Field::Terms, fault));
    }
}
