//! Given, when, then: which facts buyers are written to about.

use super::*;
use crate::actor::Actor;
use crate::billing::{BillingStatus, Claim, InvoiceStatus};
use crate::command::billing::{Claims, PaymentOutcome};
use crate::command::{Command, Reach, Track};
use crate::decide::Decision;
use crate::event::FactKind;
use crate::world::billing::*;
use crate::world::*;

fn mails(world: &World, rules: &MailRules, decision: &Decision) -> Vec<MailKind> {
    let of = |event: &Event| {
        let order = event.order.and_then(|id| world.orders.iter().find(|order| order.id == id));
        let notifies = |id| world.fulfillments.iter().any(|made| made.id == id && made.notify_buyer);
        caused(rules, event, order, notifies).into_iter().map(|(_, kind)| kind).collect::<Vec<_>>()
    };
    decision.events.iter().flat_map(of).collect()
}

fn usual(world: &World, decision: &Decision) -> Vec<MailKind> {
    mails(world, &MailRules::default(), decision)
}

#[test]
fn a_sale_is_confirmed_when_it_is_paid_and_only_then() {
    let mut world = shop();
    let placed = world.run(&Actor::System, place(through_gateway(&[plan(SHIRT, SHIRT_ONCE, 1)]))).unwrap();
    assert_eq!(usual(&world, &placed), []);
    let id = world.orders[0].id;
    let paid = world.answer(id, PaymentOutcome::Succeeded);
    assert_eq!(usual(&world, &paid), [MailKind::OrderPaid]);
    let off = MailRules { off: vec![MailKind::OrderPaid], ..MailRules::default() };
    assert_eq!(mails(&world, &off, &paid), []);
}

#[test]
fn a_failed_payment_is_told_of_subscriptions_and_access_of_all() {
    let mut world = shop();
    let monthly = world.place_billed(through_gateway(&[plan(COURSE, COURSE_MONTHLY, 1)]));
    let declined = world.answer(monthly, PaymentOutcome::Declined);
    assert_eq!(usual(&world, &declined), [MailKind::PaymentFailed]);
    let mut world = shop();
    let monthly = world.place_billed(through_gateway(&[plan(COURSE, COURSE_MONTHLY, 1)]));
    let paid = world.answer(monthly, PaymentOutcome::Succeeded);
    assert_eq!(usual(&world, &paid), [MailKind::AccessGranted]);
    let mut world = shop();
    let once = world.place_billed(through_gateway(&[plan(SHIRT, SHIRT_ONCE, 1)]));
    let declined = world.answer(once, PaymentOutcome::Declined);
    assert_eq!(usual(&world, &declined), []);
}

#[test]
fn of_what_is_in_somebody_elses_books_only_the_payment_is_confirmed() {
    let mut world = shop();
    let id = world.place_billed(external(&[plan(COURSE, COURSE_MONTHLY, 1)], Claims::default()));
    let sold = [sells(COURSE, COURSE_MONTHLY, 1, 900)];
    let paid = world.run(&Actor::System, issue(issuing(id, Claim::Paid, &sold))).unwrap();
    assert!(kinds(&paid).contains(&FactKind::Access));
    assert_eq!(usual(&world, &paid), [], "neither access, nor a subscription");
    let mut world = shop();
    let id = world.place_billed(external(&[plan(SHIRT, SHIRT_ONCE, 2)], Claims::default()));
    let sold = [sells(SHIRT, SHIRT_ONCE, 2, 2_000)];
    let paid = world.run(&Actor::System, issue(issuing(id, Claim::Paid, &sold))).unwrap();
    assert_eq!(usual(&world, &paid), [MailKind::OrderPaid]);
    let claims = Claims { status: Some(BillingStatus::Invoice(InvoiceStatus::Paid)), ..Claims::default() };
    let said_again = world.run(&Actor::System, claiming(id, claims)).unwrap();
    assert_eq!(usual(&world, &said_again), [], "once");
}

#[test]
fn a_parcel_is_told_of_if_somebody_asks_for_it() {
    for (created, tracked, told) in [(false, false, 0), (true, false, 1), (false, true, 1), (true, true, 2)] {
        let mut world = World::new();
        let work = world.placed_work(&[(SHIRT, 1)]);
        let mut command = fulfilling(&[(work, None)], Reach::OneOrder);
        if let Command::Fulfill(fulfill) = &mut command {
            fulfill.notify_buyer = created;
        }
        let made = world.run(&Actor::System, command).unwrap();
        let mut all = usual(&world, &made);
        let fulfillment = world.fulfillments[0].id;
        let track = Track { fulfillment, trackings: Vec::new(), notify_buyer: tracked };
        let tracked = world.run(&Actor::System, Command::Track(track)).unwrap();
        all.extend(usual(&world, &tracked));
        assert_eq!(all, vec![MailKind::Shipped; told]);
    }
}
