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
