//! What must hold after every step, as checkable properties. Asserted in debug builds when a decision is made,
//! audited by the model test over every history, and by the doctor over a whole database.

use crate::fulfillment::Fulfillment;
use crate::fulfillment_order::{LEGAL, Request, Stage};
use crate::order::Order;

/// The properties that `order` breaks, each as a sentence; empty if all is well.
pub fn of_order(order: &Order) -> Vec<String> {
    let mut broken = Vec::new();
    let mut must = |holds: bool, says: &dyn Fn() -> String| {
        if !holds {
            broken.push(says());
        }
    };
    for fo in &order.fulfillment_orders {
        let pair = (fo.stage_name(), fo.request);
        must(LEGAL.contains(&pair), &|| format!("F0: {} is {pair:?}", fo.id));
        must(fo.service.is_some() || fo.request == Request::Unsubmitted, &|| {
            format!("F4: {} talks to a service that it hasn't got", fo.id)
        });
        for line in &fo.lines {
            must(0 <= line.fulfilled && line.fulfilled <= line.total, &|| {
                format!("Q2: line {} has {} of {} fulfilled", line.id, line.fulfilled, line.total)
            });
        }
        if let Stage::OnHold { holds } = &fo.stage {
            must(!holds.is_empty(), &|| format!("F9: {} is held by nobody", fo.id));
        }
        let done = fo.lines.iter().all(|line| line.remaining() == 0);
        must(!done || fo.stage == Stage::Closed, &|| format!("F8: {} is done but not closed", fo.id));
    }
    let mut ids: Vec<_> =
        order.fulfillment_orders.iter().flat_map(|fo| &fo.lines).map(|line| line.id).collect();
    let lines = ids.len();
    ids.sort();
    ids.dedup();
    must(ids.len() == lines, &|| "two lines of fulfillment orders share an id".to_owned());
    for waiting in &order.routing.waiting {
        let units = waiting.quantity;
        must(units > 0, &|| format!("Q1: {units} units of invoice line {} wait", waiting.invoice_line));
    }
    for line in order.invoice_lines().filter(|line| line.adjusts.is_none()) {
        let demand = order.demand(line.id);
        let of_line =
            |fo_line: &&crate::fulfillment_order::FulfillmentOrderLine| fo_line.invoice_line == line.id;
        let works = &order.fulfillment_orders;
        let fulfilled: i64 =
            works.iter().flat_map(|fo| &fo.lines).filter(of_line).map(|line| line.fulfilled).sum();
        let open: i64 = works
            .iter()
            .filter(|fo| fo.is_open())
            .flat_map(|fo| &fo.lines)
            .filter(of_line)
            .map(|line| line.remaining())
            .sum();
        let waiting: i64 =
            order.routing.waiting.iter().filter(|w| w.invoice_line == line.id).map(|w| w.quantity).sum();
        must(demand >= 0, &|| format!("Q1: invoice line {} asks for {demand}", line.id));
        must(demand == open + fulfilled + waiting, &|| {
            format!(
                "Q4: invoice line {} asks for {demand}, but {open} are open, {fulfilled} left, {waiting} wait",
                line.id
            )
        });
    }
    for line in order.invoice_lines() {
        let Some(adjusts) = line.adjusts else { continue };
        let mut sold = order.invoice_lines().filter(|sold| sold.id == adjusts && sold.adjusts.is_none());
        must(sold.any(|sold| sold.order_line == line.order_line), &|| {
            format!("Q12: invoice line {} adjusts nothing that was sold", line.id)
        });
    }
    for line in &order.lines {
        let (most, now) = (line.quantity, order.current_quantity(line.id));
        must(now <= most, &|| {
            format!("Q12: {now} of line {} are asked for, never more than {most}", line.id)
        });
    }
    if order.cancelled.is_some() {
        let open = order.fulfillment_orders.iter().any(|fo| fo.is_open());
        must(!open && order.routing.waiting.is_empty(), &|| "F12: called off, but work is open".to_owned());
    }
    broken
}

/// The properties that hold between orders and their fulfillments: what the orders say left is what the live
/// fulfillments hold, line by line. `fulfillments` are all that hold something of `order`.
pub fn of_fulfillments(order: &Order, fulfillments: &[Fulfillment]) -> Vec<String> {
    let mut broken = Vec::new();
    for fo in &order.fulfillment_orders {
        for line in &fo.lines {
            let shipped: i64 = fulfillments
                .iter()
                .filter(|fulfillment| fulfillment.is_live())
                .flat_map(|fulfillment| &fulfillment.shares)
                .filter(|share| share.fulfillment_order_line == line.id)
                .map(|share| share.quantity)
                .sum();
            if shipped != line.fulfilled {
                broken.push(format!(
                    "Q3: line {} says {} left, parcels say {shipped}",
                    line.id, line.fulfilled
                ));
            }
        }
    }
    for share in fulfillments.iter().flat_map(|fulfillment| &fulfillment.shares) {
        if share.quantity <= 0 {
            broken.push(format!("Q1: share {} holds {}", share.id, share.quantity));
        }
    }
    broken
}

#[cfg(test)]
mod tests;
