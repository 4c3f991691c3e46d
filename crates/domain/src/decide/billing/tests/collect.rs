//! Money is asked for, comes, doesn't come, goes back, and is disputed.

use crate::actor::Actor;
use crate::billing::{AtEnd, InvoiceStatus, Rules, Service, Trouble, status};
use crate::calendar::DAY;
use crate::command::billing::{BillingCommand, DisputeNews, PayInvoice, PaymentOutcome};
use crate::event::{InvoiceNews, PaymentNews, ServiceNews};
use crate::fulfillment_order::StageName;
use crate::id::{InvoiceId, OrderId, TransactionId};
use crate::payment::{TransactionKind, TransactionStatus};
use crate::refusal::{Field, Refusal, Thing};
use crate::time::{HOUR, SECOND, Time};
use crate::world::billing::*;
use crate::world::*;

use PaymentOutcome::{Declined, Pending, Succeeded, Unknown};

fn paying(order: OrderId, invoice: InvoiceId) -> PayInvoice {
    PayInvoice { order, invoice, instrument: None, amount: None }
}

fn pay(pay: PayInvoice) -> crate::command::Command {
    billing(BillingCommand::Pay(pay))
}

fn first(world: &World, id: OrderId) -> InvoiceId {
    world.order(id).invoices[0].id
}

fn payment(world: &World, id: OrderId) -> TransactionId {
    world.order(id).placed.transactions[0].id
}

#[test]
fn what_is_sold_once_waits_for_its_money_and_then_goes() {
    let mut world = shop();
    let decision = world.run(&merchant(), place(through_gateway(&[plan(SHIRT, SHIRT_ONCE, 3)]))).unwrap();
    let id = world.orders[0].id;
    assert_eq!(told(&decision), (vec![InvoiceNews::Issued], vec![], vec![PaymentNews::Asked]));
    let [asked] = &world.asked(id)[..] else { panic!() };
    assert_eq!(
        (asked.amount, asked.kind, asked.gateway.as_deref()),
        (3_000, TransactionKind::Sale, Some(GATEWAY))
    );
    assert_eq!((asked.invoice, world.order(id).next_ask()), (Some(first(&world, id)), Some(world.now)));
    assert_eq!(world.order(id).fulfillment_orders[0].stage_name(), StageName::OnHold);
    let decision = world.answer(id, Succeeded);
    let done = (
        vec![InvoiceNews::Updated, InvoiceNews::Paid],
        vec![ServiceNews::Completed, ServiceNews::FirstPayment],
    );
    assert_eq!(told(&decision), (done.0, done.1, vec![PaymentNews::Made]));
    let order = world.order(id);
    assert_eq!((world.service(id), world.statuses(id)), (Service::Completed, vec![InvoiceStatus::Paid]));
    assert_eq!(order.fulfillment_orders[0].stage_name(), StageName::Open);
    assert_eq!((order.next_due(), order.next_ask(), order.lines[0].quantity), (None, None, 3));
}

#[test]
fn an_answer_that_nobody_knows_is_asked_for_again_with_the_same_key() {
    let mut world = shop();
    let id = world.place_billed(through_gateway(&[plan(SHIRT, SHIRT_ONCE, 1)]));
    let payment = payment(&world, id);
    let mut waits = Vec::new();
    for _ in 0..3 {
        world.run(&Actor::System, recording(id, payment, Unknown)).unwrap();
        waits.push((world.order(id).next_ask().unwrap().0 - world.now.0) / SECOND);
        assert_eq!(world.statuses(id), [InvoiceStatus::Unpaid], "nobody was told no");
    }
    assert_eq!(waits, [30, 60, 120]);
    world.run(&Actor::System, recording(id, payment, Pending)).unwrap();
    assert_eq!(world.order(id).next_ask(), Some(world.now.plus(HOUR)));
    let again = world.refused(&merchant(), pay(paying(id, first(&world, id))));
    assert_eq!(again, Refusal::Billing(Trouble::PaymentUnderWay(payment)));
    world.run(&Actor::System, recording(id, payment, Succeeded)).unwrap();
    assert_eq!(world.order(id).placed.transactions.len(), 1);
    // Told once more, and told late.
    for old in [Succeeded, Unknown, Pending] {
        let decision = world.run(&Actor::System, recording(id, payment, old)).unwrap();
        assert_eq!(decision.events.len(), 0, "{old:?}");
    }
    let undone = world.refused(&Actor::System, recording(id, payment, Declined));
    assert_eq!(undone, Refusal::Billing(Trouble::Settled(payment)));
    let nothing = TransactionId(3);
    let unknown = world.refused(&Actor::System, recording(id, nothing, Declined));
    assert_eq!(unknown, Refusal::Unknown(Thing::Transaction(nothing)));
}

#[test]
fn a_buyer_who_is_declined_at_first_pays_otherwise() {
    let mut world = shop();
    let id = world.place_billed(through_gateway(&[plan(COURSE, COURSE_MONTHLY, 1)]));
    let decision = world.answer(id, Declined);
    assert_eq!(told(&decision).2, [PaymentNews::Declined]);
    assert_eq!((world.service(id), world.statuses(id)), (Service::Pending, vec![InvoiceStatus::Unpaid]));
    assert!(world.asked(id).is_empty(), "nobody tries again behind their back");
    let other = Some(crate::billing::Instrument { token: "tok_2".into(), kind: None });
    let invoice = first(&world, id);
    world.run(&merchant(), pay(PayInvoice { instrument: other.clone(), ..paying(id, invoice) })).unwrap();
    world.answer(id, Succeeded);
    let billing = world.order(id).billing.as_ref().unwrap();
    assert_eq!((billing.service, &billing.gateway().unwrap().instrument), (Service::Active, &other));
    let again = world.refused(&merchant(), pay(paying(id, invoice)));
    assert_eq!(again, Refusal::Billing(Trouble::Invoice(invoice, InvoiceStatus::Paid)));
}

#[test]
fn an_invoice_may_be_paid_in_parts() {
    let mut world = shop();
    let mut order = through_gateway(&[plan(SHIRT, SHIRT_ONCE, 2)]);
    order.books = crate::command::billing::NewBooks::Gateway { name: GATEWAY.into(), instrument: None };
    let id = world.place_billed(order);
    let invoice = first(&world, id);
    assert!(world.asked(id).is_empty(), "there is nothing to charge");
    assert_eq!(
        world.refused(&merchant(), pay(paying(id, invoice))),
        Refusal::Billing(Trouble::NoInstrument(id))
    );
    let with = |amount| PayInvoice { instrument: Some(card()), amount, ..paying(id, invoice) };
    for wrong in [0, -1, 2_001] {
        let refusal = world.refused(&merchant(), pay(with(Some(wrong))));
        assert!(matches!(refusal, Refusal::Malformed(Field::Amount, _)), "{refusal:?}");
    }
    world.run(&merchant(), pay(with(Some(500)))).unwrap();
    let decision = world.answer(id, Succeeded);
    assert_eq!(told(&decision).0, [InvoiceNews::Updated, InvoiceNews::PartlyPaid]);
    assert_eq!(world.statuses(id), [InvoiceStatus::PartlyPaid]);
    assert_eq!(world.order(id).fulfillment_orders[0].stage_name(), StageName::OnHold);
    world.run(&merchant(), pay(with(None))).unwrap();
    assert_eq!(world.asked(id)[0].amount, 1_500);
    world.answer(id, Succeeded);
    assert_eq!(world.statuses(id), [InvoiceStatus::Paid]);
}

#[test]
fn a_renewal_that_is_declined_is_past_due_and_tried_again_until_it_is_abandoned() {
    let mut world = shop();
    let id = world.paid(&[plan(SHIRT, SHIRT_MONTHLY, 1)]);
    let renewal = world.order(id).next_due().unwrap();
    world.run_until(id, renewal, Succeeded);
    assert_eq!(world.statuses(id), [InvoiceStatus::Paid, InvoiceStatus::Unpaid]);
    assert_eq!(world.order(id).next_due(), Some(renewal.plus(HOUR)), "it is taken when it is due");
    world.run_until(id, renewal.plus(HOUR), Declined);
    let declined = world.now;
    assert_eq!(world.order(id).next_due(), Some(renewal.plus(HOUR + DAY)));
    world.run_until(id, renewal.plus(HOUR + DAY), Declined);
    assert_eq!(world.statuses(id)[1], InvoiceStatus::PastDue);
    for days in [3, 7, 15] {
        assert_eq!(world.order(id).next_due(), Some(declined.plus(days * DAY)));
        world.run_until(id, declined.plus(days * DAY), Declined);
    }
    assert_eq!((world.statuses(id)[1], world.service(id)), (InvoiceStatus::Abandoned, Service::Active));
    assert_eq!(world.order(id).fulfillment_orders.last().unwrap().stage_name(), StageName::Closed);
    assert_eq!(world.stock(SHIRT, HERE), (10, 1), "only what was paid for is promised");
    let tries =
        world.order(id).placed.transactions.iter().filter(|own| own.status == TransactionStatus::Failure);
    assert_eq!(tries.count(), 4);
}

#[test]
fn what_happens_at_the_end_of_all_tries_is_up_to_the_shop() {
    let table = [
        (vec![], InvoiceStatus::PastDue, Service::Active),
        (vec![AtEnd::AbandonInvoice], InvoiceStatus::Abandoned, Service::Active),
        (vec![AtEnd::CancelService], InvoiceStatus::PastDue, Service::Churned),
        (vec![AtEnd::AbandonInvoice, AtEnd::CancelService], InvoiceStatus::Abandoned, Service::Churned),
    ];
    for (at_end, invoice, service) in table {
        let mut world = shop();
        world.shop.billing = Rules { at_end: at_end.clone(), retries: vec![2 * DAY], ..Rules::default() };
        let id = world.paid(&[plan(SHIRT, SHIRT_MONTHLY, 1), plan(COURSE, COURSE_MONTHLY, 1)]);
        let renewal = world.order(id).next_due().unwrap();
        world.run_until(id, renewal.plus(4 * DAY), Declined);
        assert_eq!((world.statuses(id)[1], world.service(id)), (invoice, service), "{at_end:?}");
        assert_eq!(world.has_access(), service == Service::Active);
        let waits = matches!((invoice, service), (InvoiceStatus::PastDue, Service::Active));
        assert_eq!(world.stock(SHIRT, HERE).1, 1 + i64::from(waits), "{at_end:?}");
    }
}

#[test]
fn an_invoice_is_abandoned_voided_and_reissued_only_as_it_stands() {
    use InvoiceStatus::{Abandoned, Paid, Unpaid, Voided};
    type Act = fn(OrderId, InvoiceId) -> BillingCommand;
    let abandon: Act = BillingCommand::Abandon;
    let void: Act = BillingCommand::Void;
    let reissue: Act = |order, invoice| BillingCommand::Reissue(order, invoice, None);
    let table: &[(&[Act], Act, Result<InvoiceStatus, InvoiceStatus>)] = &[
        (&[], abandon, Ok(Abandoned)),
        (&[], void, Ok(Voided)),
        (&[], reissue, Ok(Unpaid)),
        (&[abandon], abandon, Err(Abandoned)),
        (&[abandon], void, Ok(Voided)),
        (&[abandon], reissue, Ok(Unpaid)),
        (&[void], abandon, Err(Voided)),
        (&[void], void, Err(Voided)),
        (&[void], reissue, Err(Voided)),
    ];
    for (before, act, expected) in table {
        let mut world = shop();
        let id = world.paid(&[plan(SHIRT, SHIRT_MONTHLY, 1)]);
        let renewal = world.order(id).next_due().unwrap();
        world.run_until(id, renewal.plus(HOUR), Declined);
        let invoice = world.order(id).invoices[1].id;
        for act in *before {
            world.run(&merchant(), billing(act(id, invoice))).unwrap();
        }
        let got = world.run(&merchant(), billing(act(id, invoice)));
        match expected {
            Ok(status) => {
                got.unwrap();
                assert_eq!(world.statuses(id)[1], *status);
                let open = world.order(id).fulfillment_orders.iter().filter(|fo| fo.is_open());
                let units: i64 = open.map(|fo| fo.open_quantity()).sum();
                assert_eq!(units, 1 + i64::from(*status == Unpaid));
                assert_eq!(world.service(id), Service::Active, "the subscription goes on");
            }
            Err(status) => assert_eq!(got, Err(Refusal::Billing(Trouble::Invoice(invoice, *status)))),
        }
    }
    let mut world = shop();
    let id = world.paid(&[plan(SHIRT, SHIRT_ONCE, 1)]);
    let invoice = first(&world, id);
    for act in [abandon, void, reissue] {
        let refusal = world.refused(&merchant(), billing(act(id, invoice)));
        assert_eq!(refusal, Refusal::Billing(Trouble::Invoice(invoice, Paid)));
    }
}

#[test]
fn what_is_reissued_is_tried_from_the_beginning() {
    let mut world = shop();
    let id = world.paid(&[plan(COURSE, COURSE_MONTHLY, 1)]);
    let renewal = world.order(id).next_due().unwrap();
    world.run_until(id, renewal.plus(20 * DAY), Declined);
    let invoice = world.order(id).invoices[1].id;
    assert_eq!(world.statuses(id)[1], InvoiceStatus::Abandoned);
    let past = billing(BillingCommand::Reissue(id, invoice, Some(Time(1))));
    assert_eq!(world.refused(&merchant(), past), Refusal::TimePassed);
    let due = world.now.plus(DAY);
    let decision = world.run(&merchant(), billing(BillingCommand::Reissue(id, invoice, Some(due)))).unwrap();
    assert_eq!(told(&decision).0, [InvoiceNews::Reissued]);
    let bill = world.order(id).invoices[1].bill.as_ref().unwrap();
    assert_eq!((bill.revision, bill.declined, bill.due_at), (1, 0, Some(due)));
    world.run_until(id, due, Succeeded);
    assert_eq!(world.statuses(id)[1], InvoiceStatus::Paid);
}

#[test]
fn an_order_whose_only_invoice_is_voided_is_voided() {
    let mut world = shop();
    let id = world.place_billed(through_gateway(&[plan(SHIRT, SHIRT_ONCE, 1)]));
    let (invoice, asked) = (first(&world, id), payment(&world, id));
    let void = || billing(BillingCommand::Void(id, invoice));
    assert_eq!(world.refused(&merchant(), void()), Refusal::Billing(Trouble::PaymentUnderWay(asked)));
    world.answer(id, Declined);
    let decision = world.run(&merchant(), void()).unwrap();
    assert_eq!(told(&decision).1, [ServiceNews::Voided]);
    assert_eq!((world.service(id), world.totals(id)), (Service::Voided, vec![0]));
    let bill = &world.order(id).invoices[0];
    assert_eq!(crate::billing::bill::written(bill).total, 1_000, "what was written stays");
}

#[test]
fn money_goes_back_in_full_or_in_part_and_never_more() {
    let mut world = shop();
    let id = world.paid(&[plan(SHIRT, SHIRT_ONCE, 2)]);
    let paid = payment(&world, id);
    let too_much = world.refused(&merchant(), refunding(id, paid, Some(2_001)));
    let trouble = Trouble::RefundTooLarge { transaction: paid, asked: 2_001, left: 2_000 };
    assert_eq!(too_much, Refusal::Billing(trouble));
    world.run(&merchant(), refunding(id, paid, Some(700))).unwrap();
    assert_eq!(world.statuses(id), [InvoiceStatus::Paid], "it is only asked for");
    let decision = world.answer(id, Succeeded);
    assert_eq!(told(&decision).0, [InvoiceNews::Updated, InvoiceNews::PartlyRefunded]);
    assert_eq!(world.stock(SHIRT, HERE), (10, 2), "who gets some money back gets the goods");
    world.run(&merchant(), refunding(id, paid, None)).unwrap();
    let twice = world.refused(&merchant(), refunding(id, paid, None));
    assert_eq!(twice, Refusal::Billing(Trouble::NotRefundable(paid)));
    world.answer(id, Declined);
    world.run(&merchant(), refunding(id, paid, None)).unwrap();
    let decision = world.answer(id, Succeeded);
    assert_eq!(told(&decision).0, [InvoiceNews::Updated, InvoiceNews::Refunded]);
    assert_eq!((world.statuses(id), world.stock(SHIRT, HERE)), (vec![InvoiceStatus::Refunded], (10, 0)));
    let refunds =
        world.order(id).placed.transactions.iter().filter(|own| own.kind == TransactionKind::Refund);
    assert!(refunds.clone().all(|own| own.parent == Some(paid) && own.invoice == Some(first(&world, id))));
    assert_eq!(refunds.map(|own| own.amount).collect::<Vec<_>>(), [700, 1_300, 1_300]);
}

#[test]
fn a_refund_takes_back_access_and_only_what_has_not_left() {
    let mut world = shop();
    let id = world.paid(&[plan(SHIRT, SHIRT_MONTHLY, 2), plan(COURSE, COURSE_MONTHLY, 1)]);
    assert!(world.has_access());
    let work = world.order(id).fulfillment_orders[0].clone();
    world.ship(work.id, Some(&[(work.lines[0].id, 1)]));
    world.run(&merchant(), refunding(id, payment(&world, id), None)).unwrap();
    world.answer(id, Succeeded);
    assert!(!world.has_access());
    let line = world.order(id).lines[0].id;
    assert_eq!((world.order(id).current_quantity(line), world.stock(SHIRT, HERE)), (1, (9, 0)));
    assert_eq!(world.service(id), Service::Active);
}

#[test]
fn a_dispute_holds_what_is_left_until_it_is_decided() {
    let mut world = shop();
    let id = world.paid(&[plan(SHIRT, SHIRT_ONCE, 1)]);
    let paid = payment(&world, id);
    let stage = |world: &World| world.order(id).fulfillment_orders.last().unwrap().stage_name();
    let refusal = world.refused(&merchant(), disputing(id, paid, DisputeNews::Won));
    assert_eq!(refusal, Refusal::Billing(Trouble::Dispute(paid)));
    let decision = world.run(&merchant(), disputing(id, paid, DisputeNews::Opened)).unwrap();
    assert_eq!(told(&decision).0, [InvoiceNews::Updated, InvoiceNews::Disputed]);
    assert_eq!((world.statuses(id), stage(&world)), (vec![InvoiceStatus::Disputed], StageName::OnHold));
    let twice = world.refused(&merchant(), disputing(id, paid, DisputeNews::Opened));
    assert_eq!(twice, Refusal::Billing(Trouble::Dispute(paid)));
    let decision = world.run(&merchant(), disputing(id, paid, DisputeNews::Won)).unwrap();
    assert_eq!(told(&decision).0, [InvoiceNews::Updated], "it was paid before");
    assert_eq!((world.statuses(id), stage(&world)), (vec![InvoiceStatus::Paid], StageName::Open));
    world.run(&merchant(), disputing(id, paid, DisputeNews::Opened)).unwrap();
    world.run(&merchant(), disputing(id, paid, DisputeNews::Lost)).unwrap();
    assert_eq!((world.statuses(id), stage(&world)), (vec![InvoiceStatus::Refunded], StageName::Closed));
    assert!(world.asked(id).is_empty(), "the bank took it; nobody is asked");
    let none_left = world.refused(&merchant(), refunding(id, paid, None));
    assert_eq!(none_left, Refusal::Billing(Trouble::NotRefundable(paid)));
}

#[test]
fn an_order_that_nobody_pays_is_given_up_in_time() {
    let mut world = shop();
    world.shop.billing.order_waits = Some(2 * DAY);
    let id = world.place_billed(through_gateway(&[plan(SHIRT, SHIRT_ONCE, 1)]));
    let placed = world.now;
    let due = world.order(id).next_due();
    assert_eq!(due, Some(placed.plus(HOUR + DAY)), "it is past due first; money under way may still come");
    world.answer(id, Declined);
    world.run_until(id, placed.plus(2 * DAY - 1), Succeeded);
    assert_eq!((world.statuses(id), world.service(id)), (vec![InvoiceStatus::PastDue], Service::Pending));
    world.now = placed.plus(2 * DAY);
    let decision = world.advance(id).unwrap();
    assert_eq!(told(&decision).1, [ServiceNews::Abandoned]);
    assert_eq!((world.statuses(id), world.service(id)), (vec![InvoiceStatus::Voided], Service::Abandoned));
    assert_eq!(world.stock(SHIRT, HERE), (10, 0));
    assert_eq!(world.advance(id), Err(Refusal::Billing(Trouble::NotDue(id))));
}

#[test]
fn somebody_elses_books_and_other_orders_have_no_money_of_ours() {
    let mut world = shop();
    let theirs = world.place_billed(external(&[plan(SHIRT, SHIRT_ONCE, 1)], Default::default()));
    let plain = world.place(new_order(vec![line(SHIRT, 1)]));
    let (invoice, paid) = (InvoiceId(1), TransactionId(1));
    for (id, trouble) in [(theirs, Trouble::External(theirs)), (plain, Trouble::NotBilled(plain))] {
        for command in [
            pay(paying(id, invoice)),
            billing(BillingCommand::Abandon(id, invoice)),
            billing(BillingCommand::Void(id, invoice)),
            billing(BillingCommand::Reissue(id, invoice, None)),
            refunding(id, paid, None),
            disputing(id, paid, DisputeNews::Opened),
        ] {
            assert_eq!(world.refused(&merchant(), command.clone()), Refusal::Billing(trouble), "{command:?}");
        }
    }
    let reader = limited("read_orders");
    let needs = world.refused(&reader, pay(paying(theirs, invoice)));
    assert_eq!(needs, Refusal::NotPermitted(&[crate::actor::Permission::WriteOrders]));
    assert_eq!(status::billing_status(world.order(plain), world.now), None);
}
