//! Money follows units: what left is captured, what is no longer asked for is let go, or goes back if it had been
//! captured. All of it follows from the difference between the quantities of the order and the ledgers of its lines.

use super::{Change, movement};
use crate::charging::{Ledger, Share};
use crate::decide::Write;
use crate::event::Fact;
use crate::fulfillment::Fulfillment;
use crate::id::{FulfillmentId, OrderId, OrderLineId, TransactionId};
use crate::money::Minor;
use crate::order::Order;
use crate::payment::{self, Covers, Transaction, TransactionKind, TransactionStatus};
use crate::refund::Refund;
use crate::refusal::Refusal;

/// What is to be done with the money of some units of a line.
struct Step {
    kind: TransactionKind,
    parent: TransactionId,
    units: i64,
    amount: Minor,
}

/// Asks for whatever movements the units of an order call for now. Nothing while its money isn't set aside: what left
/// or was given up meanwhile is made up for as soon as it is.
pub(in crate::decide) fn settle(change: &mut Change<'_, '_>, id: OrderId) -> Result<(), Refusal> {
    let order = &change.order(id)?.order;
    if order.awaits_authorization() {
        return Ok(());
    }
    let Some(charging) = order.charging.as_deref() else { return Ok(()) };
    let steps: Vec<(Share, Vec<Step>)> =
        charging.shares.iter().map(|share| (*share, steps(order, share, charging.authorization))).collect();
    let mut followed = Vec::new();
    for (share, steps) in steps {
        for step in steps {
            let (now, made) = (change.now, change.ids.fresh());
            let fulfillment = fulfillment(change, id, share.line);
            let order = &mut change.order(id)?.order;
            let Some(charging) = order.charging.as_deref() else { return Ok(()) };
            let covers = Covers { line: share.line, quantity: step.units, fulfillment, instead_of: None };
            let asked = Transaction {
                parent: Some(step.parent),
                covers: Some(Box::new(covers)),
                ..movement(charging, made, step.kind, step.amount, now)
            };
            order.placed.transactions.push(asked);
            if step.kind != TransactionKind::Capture {
                followed.push((made, step.kind));
            }
        }
    }
    keep(change, id, &followed)
}

/// The movements that a line calls for.
fn steps(order: &Order, share: &Share, authorization: TransactionId) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut ledger = Ledger::of(order, share);
    let left = order.fulfilled_quantity(share.line);
    let asked = order.current_quantity(share.line);
    let capture = (left - ledger.paid()).min(ledger.open()).max(0);
    if capture > 0 {
        let amount = part(share, &ledger, capture);
        steps.push(Step { kind: TransactionKind::Capture, parent: authorization, units: capture, amount });
        ledger.captured += capture;
        ledger.captured_amount = ledger.captured_amount.saturating_add(amount);
    }
    // More than what left is never given up.
    let excess = (ledger.paid() + ledger.open() - asked.max(left)).max(0);
    let release = excess.min(ledger.open());
    if release > 0 {
        let amount = part(share, &ledger, release);
        steps.push(Step { kind: TransactionKind::Void, parent: authorization, units: release, amount });
    }
    give_back(order, share, excess - release, &mut steps);
    steps
}

/// What so many more units of a line cost; for the last of them whatever is left.
fn part(share: &Share, ledger: &Ledger, units: i64) -> Minor {
    let moved = ledger.captured_amount.saturating_add(ledger.released_amount);
    let left = share.whole.total().saturating_sub(moved).max(0);
    match units >= ledger.open() {
        true => left,
        false => share.whole.of_units(units, share.quantity).min(left),
    }
}

/// Units that were paid for and are given up after all: their money goes back, from the latest captures first.
fn give_back(order: &Order, share: &Share, units: i64, steps: &mut Vec<Step>) {
    let transactions = &order.placed.transactions;
    let mut left = units;
    for capture in transactions.iter().rev().filter(|own| own.kind == TransactionKind::Capture) {
        let Some(covers) = capture.covers.as_ref().filter(|covers| covers.line == share.line) else {
            continue;
        };
        // Of what hasn't come yet nothing can go back; it is looked at again when it has.
        if capture.status != TransactionStatus::Success {
            continue;
        }
        let gone = transactions.iter().filter(|own| own.parent == Some(capture.id)).filter_map(|own| {
            let covers = own.covers.as_ref()?;
            (own.kind == TransactionKind::Refund).then_some(covers.quantity)
        });
        let still = covers.quantity - gone.sum::<i64>();
        let units = still.min(left).max(0);
        if units == 0 {
            continue;
        }
        left -= units;
        let most = payment::unused(transactions, capture);
        let amount =
            if units == still { most } else { share.whole.of_units(units, share.quantity).min(most) };
        steps.push(Step { kind: TransactionKind::Refund, parent: capture.id, units, amount });
    }
}

/// The fulfillment that this decision makes of units of that line.
fn fulfillment(change: &Change<'_, '_>, order: OrderId, line: OrderLineId) -> Option<FulfillmentId> {
    let moves = |made: &Fulfillment| {
        made.shares.iter().any(|share| (share.order, share.order_line) == (order, line))
            || made.given_up.iter().any(|units| (units.order, units.order_line) == (order, line))
    };
    change.writes.iter().rev().find_map(|write| match write {
        Write::NewFulfillment(made) if moves(made) => Some(made.id),
        _ => None,
    })
}

/// What was let go or goes back belongs to what this decision gave up, if it wrote that down; money that goes back is
/// written down in any case.
fn keep(
    change: &mut Change<'_, '_>,
    id: OrderId,
    followed: &[(TransactionId, TransactionKind)],
) -> Result<(), Refusal> {
    let known = change.snapshot.orders.iter().find(|order| order.id == id);
    let known = known.map_or(0, |order| order.refunds.len());
    let (at, fresh) = (change.now, change.ids.fresh());
    let touched = change.order(id)?;
    let transactions: Vec<TransactionId> = followed.iter().map(|(id, _)| *id).collect();
    if let Some(refund) = touched.order.refunds.get_mut(known..).and_then(|new| new.last_mut()) {
        refund.transactions.extend(transactions);
    } else if followed.iter().any(|(_, kind)| *kind == TransactionKind::Refund) {
        touched.order.refunds.push(Refund {
            id: fresh,
            at,
            note: None,
            lines: Vec::new(),
            transactions,
            custom_fields: Vec::new(),
            credit_expires_at: None,
        });
        touched.facts.push(Fact::RefundCreated { refund: fresh });
    }
    Ok(())
}
