//! What must hold after every step, as checkable properties. Asserted in debug builds when a decision is made,
//! audited by the model test over every history, and by the doctor over a whole database.

use crate::billing::status::{self, Moved};
use crate::billing::{Charge, Kind, Service, bill};
use crate::fulfillment::Fulfillment;
use crate::fulfillment_order::{LEGAL, Request, Stage};
use crate::order::Order;
use crate::payment::{TransactionKind, TransactionStatus};

mod charging;

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
    of_movements(order, &mut broken);
    of_billing(order, &mut broken);
    charging::of_charging(order, &mut broken);
    of_returns(order, &mut broken);
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
    for fulfillment in fulfillments {
        for share in fulfillment.shares.iter().filter(|share| share.quantity <= 0) {
            broken.push(format!("Q1: share {} holds {}", share.id, share.quantity));
        }
        for units in fulfillment.given_up.iter().filter(|units| units.quantity <= 0) {
            broken.push(format!("Q1: {} of line {} are given up", units.quantity, units.order_line));
        }
        if fulfillment.orders().is_empty() {
            broken.push(format!("Q1: fulfillment {} holds nothing and gave up nothing", fulfillment.id));
        }
    }
    broken
}

/// What must hold of the movements of money of an order that somebody here moves.
fn of_movements(order: &Order, broken: &mut Vec<String>) {
    if order.billing.is_none() && order.charging.is_none() {
        return;
    }
    let mut must = |holds: bool, says: &dyn Fn() -> String| {
        if !holds {
            broken.push(says());
        }
    };
    let transactions = &order.placed.transactions;
    for own in transactions {
        must(own.amount >= 0, &|| format!("M1: {} moved by {}", own.amount, own.id));
        must(own.ask.is_none() || own.status.is_awaited(), &|| {
            format!("M5: what became of {} is known, but it is to be asked for", own.id)
        });
        let Some(parent) = own.parent.filter(|_| own.kind == TransactionKind::Refund) else { continue };
        let of = transactions.iter().find(|other| other.id == parent);
        let back = transactions.iter().filter(|other| {
            other.parent == Some(parent)
                && other.kind == TransactionKind::Refund
                && (other.status == TransactionStatus::Success || other.status.is_awaited())
        });
        let back = back.map(|other| other.amount).fold(0, crate::money::Minor::saturating_add);
        must(of.is_some_and(|of| of.takes() && back <= of.amount && of.invoice == own.invoice), &|| {
            format!("M5: {back} go back of payment {parent}, which is less")
        });
    }
}

/// What comes back is something, and no more of it is accepted than that.
fn of_returns(order: &Order, broken: &mut Vec<String>) {
    for own in &order.returns {
        for line in &own.lines {
            if line.quantity <= 0 || !(0..=line.quantity).contains(&line.accepted) {
                let (of, all, accepted) = (line.order_line, line.quantity, line.accepted);
                broken.push(format!("Q1: return {} has {accepted} of {all} of line {of} accepted", own.id));
            }
        }
    }
}

/// What must hold of the money of `order` as well (M).
fn of_billing(order: &Order, broken: &mut Vec<String>) {
    let Some(billing) = order.billing.as_deref() else { return };
    let mut must = |holds: bool, says: &dyn Fn() -> String| {
        if !holds {
            broken.push(says());
        }
    };
    let transactions = &order.placed.transactions;
    for invoice in &order.invoices {
        let Some(bill) = &invoice.bill else { continue };
        must(bill.claim.is_some() == billing.is_external(), &|| {
            format!(
                "M3: invoice {} is claimed though the books are ours, or not though they aren't",
                invoice.id
            )
        });
        let written = bill::written(invoice);
        must(written.total >= 0 && written.shipping >= 0, &|| {
            format!("M3: invoice {} asks for {}", invoice.id, written.total)
        });
        for line in &invoice.lines {
            let Some(asks) = &line.bill else {
                must(false, &|| format!("M3: line {} of a billed invoice asks for nothing", line.id));
                continue;
            };
            must(asks.amount >= 0 || asks.charge == Charge::Credit, &|| {
                format!("M1: line {} asks for {}", line.id, asks.amount)
            });
            must(asks.charge == Charge::Article || line.removed == line.quantity, &|| {
                format!("M3: line {} charges no articles, but sells units", line.id)
            });
        }
        if !billing.is_external() {
            let Moved { paid, refunded, awaited } = status::moved(invoice.id, transactions);
            must(bill.voided_at.is_some() || paid.saturating_add(awaited) <= written.total, &|| {
                format!(
                    "M5: {paid} came and {awaited} may yet of the {} of invoice {}",
                    written.total, invoice.id
                )
            });
            must(refunded <= paid, &|| {
                format!("M5: {refunded} of {paid} went back of invoice {}", invoice.id)
            });
            must(bill.voided_at.is_none() || paid + awaited == 0, &|| {
                format!("M3: invoice {} was called off, but money came or comes", invoice.id)
            });
        }
    }
    must(billing.credit >= 0, &|| format!("M1: the buyer has {} in hand", billing.credit));
    for line in &billing.plan {
        let most = line.terms.cycle().map_or(Some(1), |cycle| cycle.periods).unwrap_or(i64::MAX);
        must((0..=most).contains(&line.billed), &|| {
            format!("M3: {} periods of line {} were billed, of {most}", line.billed, line.id)
        });
        must(order.line(line.order_line).is_some(), &|| format!("M3: line {} sells nothing", line.id));
    }
    for line in &order.lines {
        let of = order.invoice_lines().filter(|sold| sold.order_line == line.id && sold.adjusts.is_none());
        let sells = of.filter(|sold| sold.bill.as_ref().is_none_or(|bill| bill.charge == Charge::Article));
        let sold: i64 = sells.map(|sold| sold.quantity).sum();
        must(line.quantity >= sold, &|| {
            format!("M3: {sold} of line {} were sold, {} are known of", line.id, line.quantity)
        });
    }
    let dated =
        billing.is_external() || billing.service != Service::Cancelled || billing.churned_at.is_some();
    must(dated, &|| "M: it was cancelled, but never ends".to_owned());
    let forced =
        billing.is_external() || billing.service == Service::Pending || billing.kind == Kind::OneTime;
    let began = billing.activated_at.is_some() || billing.service.is_called_off();
    must(forced || began, &|| format!("M: it is {}, but never began", billing.service.as_str()));
}

#[cfg(test)]
mod tests;
