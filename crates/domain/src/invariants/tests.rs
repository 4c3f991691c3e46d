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
