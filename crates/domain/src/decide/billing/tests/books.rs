//! Orders in somebody else's books.

use crate::billing::{BillKind, BillingStatus, Claim, InvoiceStatus, Kind, Service, Trouble, status};
use crate::command::billing::{BillLineChange, BillingCommand, Claims, UpdateBilled, UpdateInvoice};
use crate::event::{Fact, InvoiceNews, ServiceNews};
use crate::fulfillment_order::StageName;
use crate::id::{ContactId, OrderId, PriceId, VariantId};
use crate::order::PaymentClaim;
use crate::refusal::{Field, Refusal, Thing};
use crate::time::Time;
use crate::world::billing::*;
use crate::world::*;

fn shirts() -> (World, OrderId) {
    let mut world = shop();
    let id = world.place_billed(external(&[plan(SHIRT, SHIRT_ONCE, 2)], Claims::default()));
    (world, id)
}

fn correct(world: &mut World, update: UpdateInvoice) -> crate::decide::Decision {
    world.run(&merchant(), billing(BillingCommand::UpdateInvoice(Box::new(update)))).unwrap()
}

#[test]
fn an_order_asks_for_nothing_until_an_invoice_says_so() {
    let (world, id) = shirts();
    let order = world.order(id);
    let billing = order.billing.as_ref().unwrap();
    assert_eq!(
        (billing.kind, billing.service, billing.plan_total()),
        (Kind::OneTime, Service::Pending, 2_000)
    );
    assert_eq!(status::billing_status(order, world.now), Some(BillingStatus::Pending));
    assert_eq!((order.lines[0].quantity, order.current_quantity(order.lines[0].id)), (0, 0));
    assert!(order.fulfillment_orders.is_empty() && order.invoices.is_empty());
    assert_eq!(order.next_due(), None, "the timer is no business of ours");
    let sent = order.placed.shipping_address.as_ref().unwrap();
    assert_eq!((sent.first_name.as_deref(), sent.country_code.as_deref()), (Some("Jane"), Some("CA")));
}

#[test]
fn an_order_is_refused_for_the_first_reason() {
    let mut world = shop();
    let nobody = ContactId(1);
    let with = |lines: &[_]| external(lines, Claims::default());
    let mut of_nobody = with(&[plan(SHIRT, SHIRT_ONCE, 1)]);
    of_nobody.placed.contact = Some(nobody);
    let mut once = with(&[plan(SHIRT, SHIRT_ONCE, 1), plan(COURSE, COURSE_MONTHLY, 1)]);
    once.kind = Some(Kind::OneTime);
    world.prices[1].archived = true;
    world.prices[4].terms.currency = crate::money::Currency::parse("EUR").unwrap();
    for (place_it, refusal) in [
        (with(&[]), Refusal::NoLines),
        (of_nobody, Refusal::Unknown(Thing::Contact)),
        (with(&[plan(SHIRT, SHIRT_ONCE, 0)]), Refusal::LineQuantity(0)),
        (with(&[plan(VariantId(5), SHIRT_ONCE, 1)]), Refusal::Unknown(Thing::Variant(VariantId(5), 0))),
        (with(&[plan(SHIRT, PriceId(5), 1)]), Refusal::Unknown(Thing::Price(PriceId(5), 0))),
        (with(&[plan(SHIRT, COURSE_MONTHLY, 1)]), Refusal::Billing(Trouble::PriceOfOther(COURSE_MONTHLY))),
        (with(&[plan(SHIRT, SHIRT_MONTHLY, 1)]), Refusal::Billing(Trouble::PriceArchived(SHIRT_MONTHLY))),
        (
            with(&[plan(COURSE, COURSE_INSTALMENTS, 1)]),
            Refusal::Billing(Trouble::OtherCurrency(COURSE_INSTALMENTS)),
        ),
        (once, Refusal::Billing(Trouble::Recurs(COURSE_MONTHLY))),
        (
            external(&[plan(SHIRT, SHIRT_ONCE, 1)], serving(Service::Active)),
            Refusal::Billing(Trouble::NoSuchState(Service::Active)),
        ),
    ] {
        assert_eq!(world.refused(&merchant(), place(place_it.clone())), refusal, "{place_it:?}");
    }
    assert!(world.orders.is_empty());
}

#[test]
fn what_is_paid_once_is_done_when_its_invoice_is_paid() {
    let (mut world, id) = shirts();
    let paid = issuing(id, Claim::Paid, &[sells(SHIRT, SHIRT_ONCE, 2, 1_900)]);
    let decision = world.run(&merchant(), issue(paid)).unwrap();
    let (invoices, services, payments) = told(&decision);
    assert_eq!(invoices, [InvoiceNews::Issued, InvoiceNews::Paid]);
    assert_eq!((services, payments.len()), (vec![ServiceNews::Completed, ServiceNews::FirstPayment], 0));
    let order = world.order(id);
    let bill = order.invoices[0].bill.as_ref().unwrap();
    assert_eq!(
        (bill.number.as_str(), bill.kind, bill.paid_at),
        ("1001-1", BillKind::OneTimeSale, Some(Time(5)))
    );
    assert_eq!((world.service(id), world.totals(id)), (Service::Completed, vec![1_900]));
    assert_eq!(status::billing_status(order, world.now), Some(BillingStatus::Invoice(InvoiceStatus::Paid)));
    assert_eq!(crate::status::payment(order), PaymentClaim::Paid);
    assert_eq!((crate::status::totals(order).total, order.lines[0].quantity), (1_900, 2));
    assert_eq!(order.fulfillment_orders[0].stage_name(), StageName::Open);
}

#[test]
fn the_order_follows_its_invoice_and_so_does_what_it_sold() {
    use Claim::{Disputed, Paid, PastDue, Refunded, Unpaid, Voided};
    let (mut world, id) = shirts();
    let invoice = world.issue_invoice(issuing(id, Unpaid, &[sells(SHIRT, SHIRT_ONCE, 2, 2_000)]));
    assert_eq!(world.stock(SHIRT, HERE), (10, 2), "it is promised, but waits");
    let table = [
        (Unpaid, StageName::OnHold, 2, Service::Pending),
        (PastDue, StageName::OnHold, 2, Service::Pending),
        (Paid, StageName::Open, 2, Service::Completed),
        (Disputed, StageName::OnHold, 2, Service::Completed),
        (Paid, StageName::Open, 2, Service::Completed),
        (Refunded, StageName::Closed, 0, Service::Completed),
        (Paid, StageName::Open, 2, Service::Completed),
        (Unpaid, StageName::OnHold, 2, Service::Completed),
        (Voided, StageName::Closed, 0, Service::Completed),
    ];
    for (claim, stage, units, service) in table {
        correct(&mut world, UpdateInvoice { claim: Some(claim), ..update_invoice(id, invoice) });
        let order = world.order(id);
        let newest = order.fulfillment_orders.last().unwrap();
        assert_eq!((newest.stage_name(), newest.open_quantity()), (stage, units), "{claim:?}");
        assert_eq!((world.service(id), world.stock(SHIRT, HERE)), (service, (10, units)), "{claim:?}");
        let books = status::billing_status(order, world.now);
        assert_eq!(books, Some(BillingStatus::Invoice(claim.into())));
    }
}

#[test]
fn access_comes_with_the_money_and_goes_with_it() {
    let mut world = shop();
    let id = world.place_billed(external(&[plan(COURSE, COURSE_MONTHLY, 1)], serving(Service::Active)));
    assert!(!world.has_access());
    let lines = [sells(COURSE, COURSE_MONTHLY, 1, 900)];
    let invoice = world.issue_invoice(issuing(id, Claim::Paid, &lines));
    world.issue_invoice(issuing(id, Claim::Paid, &lines));
    assert_eq!((world.access.len(), world.access[0].target, world.has_access()), (1, LESSONS, true));
    assert_eq!(status::recurring_paid(world.order(id)), 2);
    correct(&mut world, UpdateInvoice { claim: Some(Claim::Refunded), ..update_invoice(id, invoice) });
    assert!(!world.has_access(), "whichever of them");
    world.issue_invoice(issuing(id, Claim::Paid, &lines));
    assert!(world.has_access());
    for ended in [Service::Churned, Service::Completed] {
        world.run(&merchant(), claiming(id, serving(Service::Active))).unwrap();
        world.issue_invoice(issuing(id, Claim::Paid, &lines));
        assert!(world.has_access());
        world.run(&merchant(), claiming(id, serving(ended))).unwrap();
        assert!(!world.has_access(), "{ended:?}");
    }
}

#[test]
fn what_was_refunded_is_paid_anew_and_what_was_disputed_is_not() {
    let mut world = shop();
    let id = world.place_billed(external(&[plan(COURSE, COURSE_MONTHLY, 1)], serving(Service::Active)));
    let invoice = world.issue_invoice(issuing(id, Claim::Paid, &[sells(COURSE, COURSE_MONTHLY, 1, 900)]));
    for (between, news) in [
        (Claim::Disputed, vec![InvoiceNews::Updated]),
        (Claim::Refunded, vec![InvoiceNews::Updated, InvoiceNews::Paid]),
        (Claim::Voided, vec![InvoiceNews::Updated, InvoiceNews::Paid]),
    ] {
        correct(&mut world, UpdateInvoice { claim: Some(between), ..update_invoice(id, invoice) });
        assert_eq!(world.has_access(), between == Claim::Disputed);
        let paid = UpdateInvoice { claim: Some(Claim::Paid), ..update_invoice(id, invoice) };
        assert_eq!(told(&correct(&mut world, paid)).0, news, "{between:?}");
        assert!(world.has_access());
    }
}

#[test]
fn whatever_an_order_says_of_itself_is_told_when_it_changes() {
    let (mut world, id) = shirts();
    let mut facts = |update: UpdateBilled| {
        let decision = world.run(&merchant(), billing(BillingCommand::Update(Box::new(update)))).unwrap();
        decision.events.into_iter().flat_map(|event| event.facts).collect::<Vec<Fact>>()
    };
    let noted = || UpdateBilled { note: Some(Some("mind the dog".into())), ..UpdateBilled::of(id) };
    let told = [Fact::OrderAmended {}, Fact::OrderUpdated {}];
    assert_eq!(facts(noted()), told);
    assert_eq!(facts(noted()), [], "it says so already");
    let claims = Claims { next_charge_at: Some(Some(Time(77))), ..Claims::default() };
    assert_eq!(facts(UpdateBilled { claims, ..UpdateBilled::of(id) }), told);
    assert_eq!(facts(UpdateBilled { claims: serving(Service::Pending), ..UpdateBilled::of(id) }), []);
}

#[test]
fn the_clients_word_is_taken_for_the_service() {
    let mut world = shop();
    let id = world.place_billed(external(&[plan(COURSE, COURSE_MONTHLY, 1)], Claims::default()));
    let table = [
        (Service::Active, vec![ServiceNews::Activated]),
        (Service::Paused { until: None }, vec![ServiceNews::Paused]),
        (Service::Active, vec![ServiceNews::Resumed]),
        (Service::Cancelled, vec![ServiceNews::Cancelled]),
        (Service::Active, vec![ServiceNews::Reactivated]),
        (Service::Churned, vec![ServiceNews::Churned]),
        (Service::Churned, vec![]),
        (Service::Pending, vec![]),
        (Service::Completed, vec![ServiceNews::Completed]),
    ];
    for (service, news) in table {
        let decision = world.run(&merchant(), claiming(id, serving(service))).unwrap();
        assert_eq!(told(&decision).1, news, "{service:?}");
        assert_eq!(world.service(id), service);
    }
    let billing = world.order(id).billing.as_ref().unwrap();
    let ending = billing.ending.as_ref().unwrap();
    assert_eq!((ending.at, ending.reason.as_deref()), (Some(world.now), Some("other")));
    assert_eq!((billing.churned_at, billing.activated_at), (Some(world.now), Some(world.now)));
    let never = claiming(id, serving(Service::Abandoned));
    assert_eq!(world.refused(&merchant(), never), Refusal::Billing(Trouble::NoSuchState(Service::Abandoned)));
}

#[test]
fn dates_and_words_are_kept_and_emptied_as_told() {
    let mut world = shop();
    let id = world.place_billed(external(&[plan(COURSE, COURSE_MONTHLY, 1)], serving(Service::Cancelled)));
    let (at, word) = (Some(Some(Time(77))), || Some(Some("word".to_owned())));
    let claims = Claims {
        external_id: word(),
        status: Some(BillingStatus::Invoice(InvoiceStatus::Refunded)),
        service: None,
        next_charge_at: at,
        activated_at: at,
        cancelled_at: at,
        cancelled_by: word(),
        cancel_reason: word(),
        cancel_description: word(),
        churned_at: at,
    };
    world.run(&merchant(), claiming(id, claims.clone())).unwrap();
    let order = world.order(id);
    let billing = order.billing.as_ref().unwrap();
    let ending = billing.ending.as_ref().unwrap();
    assert_eq!((billing.external_id.as_deref(), ending.by.as_deref()), (Some("word"), Some("word")));
    assert_eq!(
        (ending.at, billing.churned_at, billing.activated_at),
        (Some(Time(77)), Some(Time(77)), Some(Time(77)))
    );
    assert_eq!(status::next_charge_at(billing), Some(Time(77)));
    assert_eq!(crate::status::payment(order), PaymentClaim::Refunded);
    let emptied = Claims {
        external_id: Some(None),
        next_charge_at: Some(None),
        activated_at: Some(None),
        cancelled_at: Some(None),
        cancelled_by: Some(None),
        cancel_reason: Some(None),
        cancel_description: Some(None),
        churned_at: Some(None),
        status: None,
        service: None,
    };
    world.run(&merchant(), claiming(id, emptied)).unwrap();
    let billing = world.order(id).billing.as_ref().unwrap();
    assert_eq!((&billing.external_id, &billing.ending, billing.churned_at), (&None, &None, None));
    assert_eq!((status::next_charge_at(billing), billing.service), (None, Service::Cancelled));
}

#[test]
fn an_invoice_is_refused_for_the_first_reason() {
    let (mut world, id) = shirts();
    let ours = world.place_billed(through_gateway(&[plan(SHIRT, SHIRT_ONCE, 1)]));
    let line = sells(SHIRT, SHIRT_ONCE, 1, 1_000);
    let good = || issuing(id, Claim::Paid, std::slice::from_ref(&line));
    let mut paid_never = good();
    paid_never.paid_at = None;
    let mut negative = good();
    negative.shipping = -1;
    let mut renewal = good();
    renewal.kind = Some(BillKind::Renewal);
    let with = |lines: &[_]| issuing(id, Claim::Paid, lines);
    for (it, refusal) in [
        (issuing(ours, Claim::Paid, &[]), Refusal::Billing(Trouble::NotExternal(ours))),
        (renewal, Refusal::Malformed(Field::InvoiceKind, "must be one_time_sale")),
        (paid_never, Refusal::Malformed(Field::PaidAt, "can't be blank")),
        (negative, Refusal::Malformed(Field::Shipping, "must be greater than or equal to 0")),
        (with(&[line.clone(), sells(SHIRT, SHIRT_ONCE, 0, 1)]), Refusal::LineQuantity(1)),
        (with(&[sells(SHIRT, SHIRT_ONCE, 1, -1)]), Refusal::LinePrice(0)),
        (with(&[sells(SHIRT, PriceId(1), 1, 1)]), Refusal::Unknown(Thing::Price(PriceId(1), 0))),
    ] {
        assert_eq!(world.refused(&merchant(), issue(it.clone())), refusal, "{it:?}");
    }
    let monthly = world.place_billed(external(&[plan(SHIRT, SHIRT_MONTHLY, 1)], Claims::default()));
    let sale = crate::command::billing::IssueInvoice {
        kind: Some(BillKind::OneTimeSale),
        ..issuing(monthly, Claim::Unpaid, &[])
    };
    assert_eq!(
        world.refused(&merchant(), issue(sale)),
        Refusal::Malformed(Field::InvoiceKind, "must not be one_time_sale")
    );
}

#[test]
fn an_invoice_may_sell_what_was_not_planned() {
    let (mut world, id) = shirts();
    world.issue_invoice(issuing(
        id,
        Claim::Paid,
        &[sells(SHIRT, SHIRT_MONTHLY, 1, 5), sells(COURSE, COURSE_DEAR, 3, 7)],
    ));
    let order = world.order(id);
    let sold: Vec<_> =
        order.invoice_lines().map(|line| (line.order_line, line.quantity, line.unasked)).collect();
    assert_eq!(order.lines.len(), 2, "the course came as a line of its own");
    assert_eq!(sold, [(order.lines[0].id, 1, 0), (order.lines[1].id, 3, 3)]);
    assert_eq!(order.fulfillment_orders.iter().map(|fo| fo.open_quantity()).sum::<i64>(), 1);
}

#[test]
fn lines_are_corrected_and_the_work_follows() {
    let (mut world, id) = shirts();
    let invoice = world.issue_invoice(issuing(id, Claim::Paid, &[sells(SHIRT, SHIRT_ONCE, 4, 4_000)]));
    let line = world.only_line(invoice);
    let change =
        |quantity, amount| BillLineChange { line, amount, quantity, description: Some(Some("more".into())) };
    let with = |lines| UpdateInvoice { lines, ..update_invoice(id, invoice) };
    let stranger = BillLineChange { line: 1.into(), amount: Some(1), quantity: Some(0), description: None };
    correct(&mut world, with(vec![stranger, change(Some(6), Some(5_500))]));
    let open =
        |world: &World| world.order(id).fulfillment_orders.iter().map(|fo| fo.open_quantity()).sum::<i64>();
    assert_eq!((open(&world), world.totals(id), world.order(id).lines[0].quantity), (6, vec![5_500], 6));
    correct(&mut world, with(vec![change(Some(3), None)]));
    assert_eq!((open(&world), world.totals(id), world.stock(SHIRT, HERE)), (3, vec![5_500], (10, 3)));
    let work = world.order(id).fulfillment_orders.iter().find(|fo| fo.is_open()).unwrap().id;
    world.ship(work, None);
    let order_line = world.order(id).lines[0].id;
    let fewer = billing(BillingCommand::UpdateInvoice(Box::new(with(vec![change(Some(2), None)]))));
    let left = world.order(id).fulfilled_quantity(order_line);
    assert_eq!(world.refused(&merchant(), fewer), Refusal::AlreadyFulfilled(order_line, left));
}

#[test]
fn the_rest_of_an_invoice_is_corrected_too() {
    let (mut world, id) = shirts();
    let unpaid = issuing(id, Claim::Unpaid, &[sells(SHIRT, SHIRT_ONCE, 1, 1_000)]);
    let invoice = world.issue_invoice(crate::command::billing::IssueInvoice { paid_at: None, ..unpaid });
    let claim = Some(Claim::Paid);
    let paid = billing(BillingCommand::UpdateInvoice(Box::new(UpdateInvoice {
        claim,
        ..update_invoice(id, invoice)
    })));
    assert_eq!(world.refused(&merchant(), paid), Refusal::Malformed(Field::PaidAt, "can't be blank"));
    let decision = correct(
        &mut world,
        UpdateInvoice {
            claim,
            external_id: Some(None),
            number: Some("99".into()),
            shipping: Some(999),
            issued_at: Some(Time(1)),
            due_at: Some(Some(Time(2))),
            paid_at: Some(Some(Time(3))),
            ..update_invoice(id, invoice)
        },
    );
    assert_eq!(told(&decision).0, [InvoiceNews::Updated, InvoiceNews::Paid]);
    let never = billing(BillingCommand::UpdateInvoice(Box::new(UpdateInvoice {
        paid_at: Some(None),
        ..update_invoice(id, invoice)
    })));
    assert_eq!(world.refused(&merchant(), never), Refusal::Malformed(Field::PaidAt, "can't be blank"));
    let invoice = &world.order(id).invoices[0];
    let bill = invoice.bill.as_ref().unwrap();
    assert_eq!((bill.number.as_str(), bill.shipping, invoice.issued_at), ("99", 999, Time(1)));
    assert_eq!((bill.due_at, bill.paid_at, &bill.external_id), (Some(Time(2)), Some(Time(3)), &None));
    assert_eq!(world.totals(id), [1_999]);
}

#[test]
fn nothing_can_be_claimed_of_our_own_books_but_notes_can_be_kept() {
    let mut world = shop();
    let id = world.paid(&[plan(COURSE, COURSE_MONTHLY, 1)]);
    let refusal = world.refused(&merchant(), claiming(id, serving(Service::Churned)));
    assert_eq!(refusal, Refusal::Billing(Trouble::NotExternal(id)));
    let noted = UpdateBilled {
        contact: Some(BUYER),
        note: Some(Some("mind the dog".into())),
        ..UpdateBilled::of(id)
    };
    world.run(&merchant(), billing(BillingCommand::Update(Box::new(noted)))).unwrap();
    assert_eq!(world.order(id).placed.note.as_deref(), Some("mind the dog"));
    let plain = world.place(new_order(vec![line(SHIRT, 1)]));
    let refusal = world.refused(&merchant(), claiming(plain, serving(Service::Churned)));
    assert_eq!(refusal, Refusal::Billing(Trouble::NotBilled(plain)));
}
