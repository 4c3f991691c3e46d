//! Tables of the derived statuses.

use super::*;
use crate::actor::Actor;
use crate::command::Command;
use crate::fulfillment_order::Progress;
use crate::hold::{Hold, HoldReason};
use crate::id::{HoldId, TransactionId};
use crate::money::Currency;
use crate::order::{Discount, ShippingLine};
use crate::payment::{Transaction, TransactionKind, TransactionStatus};
use crate::time::Time;
use crate::world::{HERE, MUG, SHIRT, THERE, World, calling_off, line, new_order};

/// An order of ten shirts here and five there.
fn two_works() -> (World, Order) {
    let mut world = World::new();
    let id = world.place(new_order(vec![line(SHIRT, 15)]));
    let order = world.order(id).clone();
    assert_eq!(order.fulfillment_orders.iter().map(|fo| fo.location).collect::<Vec<_>>(), [HERE, THERE]);
    (world, order)
}

fn held() -> Stage {
    let hold = Hold {
        id: HoldId(1),
        handle: String::new(),
        reason: HoldReason::Other,
        notes: None,
        app: None,
        since: Time(0),
    };
    Stage::OnHold { holds: vec![hold] }
}

#[test]
fn the_fulfillment_status_follows_from_stages_and_quantities() {
    use FulfillmentStatus as Is;
    let later = || Stage::Scheduled { opens_at: Time(9) };
    let busy = || Stage::InProgress { report: Some(Progress { note: None, app: None }) };
    let quiet = Request::Unsubmitted;
    for (first, second, status) in [
        ((Stage::Open, quiet), (Stage::Open, quiet), Is::Unfulfilled),
        ((held(), quiet), (Stage::Open, quiet), Is::Unfulfilled),
        ((held(), quiet), (held(), quiet), Is::OnHold),
        ((later(), quiet), (later(), quiet), Is::Scheduled),
        ((later(), quiet), (held(), quiet), Is::Unfulfilled),
        ((busy(), quiet), (busy(), quiet), Is::InProgress),
        ((busy(), quiet), (Stage::Open, quiet), Is::Unfulfilled),
        ((busy(), quiet), (Stage::Open, Request::Submitted), Is::InProgress),
        ((busy(), quiet), (Stage::Open, Request::Rejected), Is::RequestDeclined),
        ((Stage::Incomplete, Request::Closed), (Stage::Open, quiet), Is::Unfulfilled),
        ((Stage::Cancelled, Request::CancellationAccepted), (Stage::Open, quiet), Is::Unfulfilled),
        ((Stage::Closed, quiet), (held(), quiet), Is::OnHold),
    ] {
        let (_, mut order) = two_works();
        (order.fulfillment_orders[0].stage, order.fulfillment_orders[0].request) = first;
        (order.fulfillment_orders[1].stage, order.fulfillment_orders[1].request) = second;
        assert_eq!(fulfillment(&order), status, "{:#?}", order.fulfillment_orders);
        order.fulfillment_orders[0].lines[0].fulfilled = 1;
        assert_eq!(fulfillment(&order), Is::PartiallyFulfilled, "as soon as anything left");
    }
}

#[test]
fn an_order_is_fulfilled_when_nothing_waits_anywhere() {
    let (mut world, order) = two_works();
    let works: Vec<_> = order.fulfillment_orders.iter().map(|fo| fo.id).collect();
    world.ship(works[0], None);
    assert_eq!(fulfillment(world.order(order.id)), FulfillmentStatus::PartiallyFulfilled);
    world.ship(works[1], None);
    assert_eq!(fulfillment(world.order(order.id)), FulfillmentStatus::Fulfilled);

    let waiting = world.place(new_order(vec![line(MUG, 11)]));
    let work = world.order(waiting).fulfillment_orders[0].id;
    assert_eq!(fulfillment(world.order(waiting)), FulfillmentStatus::Unfulfilled);
    world.ship(work, None);
    assert_eq!(
        fulfillment(world.order(waiting)),
        FulfillmentStatus::PartiallyFulfilled,
        "one waits for stock"
    );
}

#[test]
fn an_order_called_off_with_nothing_out_is_unfulfilled() {
    let (mut world, order) = two_works();
    let restock = crate::command::Restock::Yes;
    let command: Command = calling_off(order.id, restock);
    world.run(&Actor::System, command).unwrap();
    assert_eq!(fulfillment(world.order(order.id)), FulfillmentStatus::Unfulfilled);
    assert_eq!(world.order(order.id).fulfillable_quantity(order.lines[0].id), 0);
}

#[test]
fn the_payment_status_follows_from_the_transactions() {
    use PaymentClaim as Is;
    use TransactionKind::{Authorization, Capture, Change, Refund, Sale, Void};
    use TransactionStatus::{Failure, Pending, Success};
    let (_, mut order) = two_works();
    let total = totals(&order).total;
    assert_eq!(total, 15_000);
    assert_eq!(payment(&order), Is::Pending);
    order.placed.payment_claim = Some(Is::Voided);
    assert_eq!(payment(&order), Is::Voided, "where no transaction tells, whoever sent it does");
    for (movements, status) in [
        (vec![(Authorization, Success, total)], Is::Authorized),
        (vec![(Authorization, Success, total), (Void, Success, total)], Is::Voided),
        (vec![(Authorization, Success, total), (Capture, Success, total)], Is::Paid),
        (vec![(Sale, Success, total - 1)], Is::PartiallyPaid),
        (vec![(Sale, Pending, total)], Is::Pending),
        (vec![(Sale, Failure, total)], Is::Pending),
        (vec![(Sale, Success, total), (Refund, Success, 1)], Is::PartiallyRefunded),
        (vec![(Sale, Success, total), (Refund, Success, total)], Is::Refunded),
        (vec![(Sale, Success, total), (Refund, Failure, total)], Is::Paid),
        (vec![(Sale, Success, 20_000), (Change, Success, 5_000)], Is::Paid),
    ] {
        let mut id = 0;
        let transaction = |(kind, status, amount): &(TransactionKind, TransactionStatus, i64)| {
            id += 1;
            Transaction::new(TransactionId(id), *kind, *status, *amount, Time(0))
        };
        order.placed.transactions = movements.iter().map(transaction).collect();
        assert_eq!(payment(&order), status, "{movements:?}");
    }
}

fn tax(amount: Minor) -> TaxLine {
    TaxLine { title: "VAT".into(), rate: "0.2".into(), amount }
}

#[test]
fn totals_add_up_with_taxes_within_or_on_top() {
    let (_, mut order) = two_works();
    order.lines[0].article.discount = 500;
    order.lines[0].article.tax_lines = vec![tax(100), tax(20)];
    order.placed.discounts = vec![Discount { code: "TEN".into(), amount: 1_000 }];
    order.placed.tax_lines = vec![tax(3)];
    order.placed.shipping_lines = vec![ShippingLine {
        title: "Post".into(),
        code: None,
        source: None,
        price: 700,
        tax_lines: vec![tax(70)],
    }];
    let sums = Totals { subtotal: 13_500, discounts: 1_500, shipping: 700, tax: 193, total: 14_393 };
    assert_eq!(totals(&order), sums);
    order.placed.taxes_included = true;
    assert_eq!(totals(&order), Totals { total: 14_200, ..sums });
    assert_eq!(order.placed.currency, Currency::USD);
}

#[test]
fn amounts_that_nobody_can_pay_dont_wrap() {
    let (_, mut order) = two_works();
    order.lines[0].article.unit_price = i64::MAX;
    order.lines.push(order.lines[0].clone());
    order.placed.shipping_lines = vec![ShippingLine {
        title: "Post".into(),
        code: None,
        source: None,
        price: i64::MAX,
        tax_lines: vec![],
    }];
    order.placed.tax_lines = vec![tax(i64::MAX), tax(i64::MAX)];
    assert_eq!(totals(&order).total, i64::MAX);
}

#[test]
fn units_that_were_given_up_cost_nothing() {
    let (_, mut order) = two_works();
    let line = order.lines[0].clone();
    let (whole, units) = (totals(&order), line.quantity);
    assert_eq!(current_totals(&order), whole);
    order.lines[0].article.discount = 100;
    order.lines[0].article.tax_lines = vec![tax(700)];
    order.placed.discounts = vec![Discount { code: "TEN".into(), amount: 999 }];
    order.placed.tax_lines = vec![tax(77)];
    let placed = totals(&order);
    // One by one they lose as much as all at once, to the cent.
    let mut before = current_totals(&order);
    assert_eq!(before, placed);
    for gone in 1..=units {
        order.invoices[0].lines.iter_mut().find(|sold| sold.order_line == line.id).unwrap().removed = gone;
        let now = current_totals(&order);
        assert!(now.total < before.total && now.tax <= before.tax && now.discounts <= before.discounts);
        assert_eq!(now.total, now.subtotal + now.tax + now.shipping);
        before = now;
    }
    assert_eq!(totals(&order), placed, "what it cost when it was placed stays");
}

#[test]
fn what_is_asked_for_now_decides_what_is_paid() {
    use PaymentClaim as Is;
    let (_, mut order) = two_works();
    let sale = |amount| {
        let (kind, status) = (TransactionKind::Sale, TransactionStatus::Success);
        vec![Transaction::new(TransactionId(1), kind, status, amount, Time(0))]
    };
    let total = totals(&order).total;
    let price = order.lines[0].article.unit_price;
    order.placed.transactions = sale(total - price);
    assert_eq!((payment(&order), outstanding(&order)), (Is::PartiallyPaid, price));
    let line = order.lines[0].id;
    order.invoices[0].lines.iter_mut().find(|sold| sold.order_line == line).unwrap().removed = 1;
    assert_eq!((payment(&order), outstanding(&order)), (Is::Paid, 0));
    order.lines.iter_mut().for_each(|line| line.article.unit_price = 0);
    order.placed.transactions = sale(0);
    assert_eq!(payment(&order), Is::Paid, "nothing is all of nothing");
    order.placed.transactions[0].status = TransactionStatus::Failure;
    assert_eq!(payment(&order), Is::Pending);
}
