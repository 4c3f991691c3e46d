//! Each property is broken once, by hand, and must be named.

use super::{of_fulfillments, of_order};
use crate::fulfillment_order::{Request, Stage};
use crate::order::{CancelReason, Cancellation, Order};
use crate::time::Time;
use crate::world::*;

#[test]
fn a_broken_property_is_named() {
    type Breaks = fn(&mut Order);
    let table: &[(&str, Breaks)] = &[
        ("F0", |order| order.fulfillment_orders[0].request = Request::Closed),
        ("F4", |order| order.fulfillment_orders[0].request = Request::Submitted),
        ("Q2", |order| order.fulfillment_orders[0].lines[0].fulfilled = -1),
        ("Q2", |order| order.fulfillment_orders[0].lines[0].fulfilled = 4),
        ("F9", |order| order.fulfillment_orders[0].stage = Stage::OnHold { holds: vec![] }),
        ("F8", |order| order.fulfillment_orders[0].lines[0].fulfilled = 3),
        ("Q4", |order| order.fulfillment_orders[0].lines[0].total = 4),
        ("Q4", |order| order.fulfillment_orders[0].stage = Stage::Closed),
        ("Q4", |order| order.invoices[0].lines[0].removed = 1),
        ("Q1", |order| order.invoices[0].lines[0].removed = 4),
        ("Q1", |order| order.routing.waiting[0].quantity = 0),
        ("Q12", |order| order.lines[0].quantity = 2),
        ("Q12", |order| order.invoices[0].lines[1].adjusts = Some(crate::id::InvoiceLineId(4))),
        ("share an id", |order| {
            let twice = order.fulfillment_orders[0].lines[0].clone();
            order.fulfillment_orders[0].lines.push(twice);
        }),
        ("F12", |order| {
            order.cancelled = Some(Cancellation {
                at: Time(0),
                reason: CancelReason::Other,
                note: None,
                notify_buyer: false,
            });
        }),
    ];
    let mut world = World::new();
    let id = world.place(new_order(vec![line(SHIRT, 3), line(MUG, 11)]));
    assert_eq!(of_order(world.order(id)), Vec::<String>::new());
    for (name, breaks) in table {
        let mut order = world.order(id).clone();
        breaks(&mut order);
        let broken = of_order(&order);
        assert!(broken.iter().any(|says| says.contains(name)), "{name} is not among {broken:?}");
    }
}

#[test]
fn orders_and_parcels_must_agree() {
    let mut world = World::new();
    let work = world.placed_work(&[(SHIRT, 3)]);
    world.ship(work, None);
    let mut parcels = world.fulfillments.clone();
    assert_eq!(of_fulfillments(&world.orders[0], &parcels), Vec::<String>::new());
    assert_eq!(of_fulfillments(&world.orders[0], &[]).len(), 1);
    parcels[0].shares[0].quantity = 0;
    assert_eq!(of_fulfillments(&world.orders[0], &parcels).len(), 2);
    parcels[0].shares[0].quantity = 3;
    parcels[0].cancelled_at = Some(Time(0));
    assert_eq!(of_fulfillments(&world.orders[0], &parcels).len(), 1);
}

#[test]
fn a_broken_property_of_money_is_named() {
    use crate::billing::{Charge, Claim, Service};
    use crate::payment::{Ask, Transaction, TransactionKind, TransactionStatus};
    use crate::world::billing::*;
    type Breaks = fn(&mut Order);
    fn refund(order: &mut Order, amount: i64) {
        let paid = order.placed.transactions[0].clone();
        let (kind, parent) = (TransactionKind::Refund, Some(paid.id));
        order.placed.transactions.push(Transaction { id: 1.into(), kind, parent, amount, ..paid });
    }
    let table: &[(&str, Breaks)] = &[
        ("M3: invoice", |order| order.invoices[0].bill.as_mut().unwrap().claim = Some(Claim::Paid)),
        ("M3: invoice", |order| order.invoices[0].bill.as_mut().unwrap().shipping = -1),
        ("M3: line", |order| order.invoices[0].lines[0].bill = None),
        ("M1: line", |order| order.invoices[0].lines[0].bill.as_mut().unwrap().amount = -1),
        ("M3: line", |order| order.invoices[0].lines[0].bill.as_mut().unwrap().charge = Charge::Setup),
        ("M5: 3100 came", |order| order.invoices[0].lines[0].bill.as_mut().unwrap().amount = 3_099),
        ("was called off", |order| order.invoices[0].bill.as_mut().unwrap().voided_at = Some(Time(1))),
        ("M5: 3101 of", |order| refund(order, 3_101)),
        ("go back of payment", |order| refund(order, 3_101)),
        ("M1: -1 moved", |order| order.placed.transactions[0].amount = -1),
        ("M5: what became", |order| order.placed.transactions[0].ask = Some(Ask { at: Time(0), times: 0 })),
        ("in hand", |order| order.billing.as_mut().unwrap().credit = -1),
        ("periods", |order| order.billing.as_mut().unwrap().plan[0].billed = -1),
        ("sells nothing", |order| order.billing.as_mut().unwrap().plan[0].order_line = 1.into()),
        ("were sold", |order| order.lines[0].quantity = 0),
        ("never ends", |order| order.billing.as_mut().unwrap().service = Service::Cancelled),
        ("never began", |order| order.billing.as_mut().unwrap().activated_at = None),
    ];
    let mut world = shop();
    let id = world.paid(&[plan(SHIRT, SHIRT_MONTHLY, 1)]);
    assert_eq!(of_order(world.order(id)), Vec::<String>::new());
    assert_eq!(world.order(id).placed.transactions[0].status, TransactionStatus::Success);
    for (name, breaks) in table {
        let mut order = world.order(id).clone();
        breaks(&mut order);
        let broken = of_order(&order);
        assert!(broken.iter().any(|says| says.contains(name)), "{name} is not among {broken:?}");
    }
}

#[test]
fn money_that_was_set_aside_is_watched() {
    use crate::command::billing::PaymentOutcome;
    use crate::payment::TransactionStatus;
    use crate::returning::{Return, ReturnLine};
    use crate::world::charging::*;

    type Breaks = fn(&mut Order);
    /// Of the movements: the authorization, a capture that failed, the one in its place, a release.
    fn covers(order: &mut Order, at: usize) -> &mut crate::payment::Covers {
        order.placed.transactions[at].covers.as_mut().unwrap()
    }
    let table: &[(&str, Breaks)] = &[
        ("is billed and charged", |order| {
            let mut world = crate::world::billing::shop();
            let shirt = crate::world::billing::plan(SHIRT, crate::world::billing::SHIRT_ONCE, 1);
            let billed = world.place_billed(crate::world::billing::through_gateway(&[shirt]));
            order.billing = world.order(billed).billing.clone();
        }),
        ("to be set aside for shares", |order| order.placed.transactions[0].amount += 1),
        ("which is none", |order| order.charging.as_mut().unwrap().authorization = 7.into()),
        ("taken and let go of the", |order| order.placed.transactions[2].amount += 1),
        ("captured for no units", |order| covers(order, 2).quantity = 0),
        ("what 7 was captured for", |order| {
            order.placed.transactions[2].id = 7.into();
            order.placed.transactions[2].covers = None;
        }),
        ("but didn't fail", |order| order.placed.transactions[1].status = TransactionStatus::Success),
        ("captured again more than once", |order| {
            let again = order.placed.transactions[2].clone();
            order.placed.transactions.push(again);
        }),
        ("3 are captured", |order| covers(order, 2).quantity = 3),
        ("are captured and let go", |order| order.placed.transactions[3].amount -= 1),
        ("only 1 are captured", |order| covers(order, 2).quantity = 1),
        ("still set aside", |order| {
            order.placed.transactions.remove(3);
            order.placed.transactions[2].status = TransactionStatus::Success;
        }),
        ("what became of", |order| order.placed.transactions[2].status = TransactionStatus::Success),
        ("but not at all", |order| order.placed.transactions[0].status = TransactionStatus::Failure),
        ("has 3 of 2", |order| {
            order.returns.push(Return {
                id: 1.into(),
                reason: None,
                work: None,
                lines: vec![ReturnLine { order_line: order.lines[0].id, quantity: 2, accepted: 3 }],
                refunds: vec![],
                custom_fields: vec![],
                created_at: Time(0),
                updated_at: Time(0),
            });
        }),
    ];
    let mut world = World::new();
    let (id, lines) = world.authorized(vec![costing(SHIRT, 3, 1_000, 0)], 0);
    world.run(&merchant(), finishing(id, &[(lines[0], 2, 1)])).unwrap();
    let capture = world.asked(id)[0].id;
    world.told(id, capture, PaymentOutcome::Declined);
    // In the order of the movements as the table counts them.
    let of = |order: &mut Order| order.placed.transactions.swap(2, 3);
    let mut whole = world.order(id).clone();
    of(&mut whole);
    assert_eq!(of_order(&whole), Vec::<String>::new());
    for (name, breaks) in table {
        let mut order = whole.clone();
        breaks(&mut order);
        let broken = of_order(&order);
        assert!(broken.iter().any(|says| says.contains(name)), "{name} is not among {broken:?}");
    }
}
