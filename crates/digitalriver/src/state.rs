//! How orders, their lines and what they are charged stand, in the words of this API. Nothing of it is stored: every
//! state follows from quantities and movements of money, and so does when it came about. Orders of other APIs have
//! states, too; what was never set aside for them isn't waited for.

use std::borrow::Borrow;

use domain::charging::Ledger;
use domain::fulfillment::Fulfillment;
use domain::order::{Order, OrderLine, PaymentClaim};
use domain::payment::{Transaction, TransactionKind, TransactionStatus};
use domain::status;
use domain::time::{SECOND, Time};

use crate::charge::Charge;

/// How long whoever places an order waits for its money to be set aside, in microseconds. An order whose money was there
/// by then is accepted in the answer, and nobody has ever seen it wait.
pub(crate) const ANSWERED_WITHIN: i64 = 5 * SECOND;

/// How an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OrderState {
    /// Its money isn't there yet, nor set aside.
    PendingPayment,
    /// Its money was refused.
    Blocked,
    /// It can be fulfilled.
    Accepted,
    /// All of it was given up.
    Cancelled,
    /// All of it left or was given up; not all of its money was taken.
    Fulfilled,
    /// And all of its money was.
    Complete,
    /// And all that left came back.
    Returned,
    /// The buyer disputes money that was taken; what it was before is what it will be.
    Dispute,
}

impl OrderState {
    /// The published word.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            OrderState::PendingPayment => "pending_payment",
            OrderState::Blocked => "blocked",
            OrderState::Accepted => "accepted",
            OrderState::Cancelled => "cancelled",
            OrderState::Fulfilled => "fulfilled",
            OrderState::Complete => "complete",
            OrderState::Returned => "returned",
            OrderState::Dispute => "dispute",
        }
    }
}

/// How a line of an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LineState {
    /// Some of it is still to leave.
    Created,
    /// The rest was given up, and something left.
    Fulfilled,
    /// All of it was given up.
    Cancelled,
    /// The order was refused.
    Blocked,
    /// All that left came back.
    Returned,
}

impl LineState {
    /// The published word.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            LineState::Created => "created",
            LineState::Fulfilled => "fulfilled",
            LineState::Cancelled => "cancelled",
            LineState::Blocked => "blocked",
            LineState::Returned => "returned",
        }
    }
}

/// How an order stands.
pub(crate) fn of_order(order: &Order) -> OrderState {
    let disputed = order.disputes().any(|dispute| dispute.closed.is_none());
    if disputed { OrderState::Dispute } else { beneath(order) }
}

/// How an order stands whatever the buyer disputes.
pub(crate) fn beneath(order: &Order) -> OrderState {
    if let Some(authorization) = order.authorization().filter(|_| order.awaits_authorization()) {
        return match (authorization.status.is_awaited(), order.cancelled.is_some()) {
            (true, false) => OrderState::PendingPayment,
            (true, true) => OrderState::Cancelled,
            (false, _) => OrderState::Blocked,
        };
    }
    let lines = || order.lines.iter().map(|line| done(order, line));
    if order.cancelled.is_some() || lines().all(|line| line == Some(LineState::Cancelled)) {
        let lets_go = Charge::all(order).iter().any(Charge::lets_go);
        return if lets_go { OrderState::Accepted } else { OrderState::Cancelled };
    }
    if lines().any(|line| line.is_none()) {
        return match order.billing.is_some() && status::payment(order) == PaymentClaim::Pending {
            true => OrderState::PendingPayment,
            false => OrderState::Accepted,
        };
    }
    if !is_paid(order) {
        return OrderState::Fulfilled;
    }
    let back = |line: &OrderLine| returned(order, line) >= order.fulfilled_quantity(line.id);
    if order.lines.iter().all(back) { OrderState::Returned } else { OrderState::Complete }
}

/// How a line of an order stands.
pub(crate) fn of_line(order: &Order, line: &OrderLine) -> LineState {
    match (beneath(order), done(order, line)) {
        (OrderState::Blocked, _) => LineState::Blocked,
        (OrderState::Cancelled, _) => LineState::Cancelled,
        (_, Some(LineState::Fulfilled)) if returned(order, line) >= order.fulfilled_quantity(line.id) => {
            LineState::Returned
        }
        (_, done) => done.unwrap_or(LineState::Created),
    }
}

/// How a line ended as far as its units go; `None` if some are still to leave.
fn done(order: &Order, line: &OrderLine) -> Option<LineState> {
    let (left, asked) = (order.fulfilled_quantity(line.id), order.current_quantity(line.id));
    match left {
        0 => (asked <= 0).then_some(LineState::Cancelled),
        _ => (left >= asked).then_some(LineState::Fulfilled),
    }
}

/// Units of a line that came back and were accepted.
fn returned(order: &Order, line: &OrderLine) -> i64 {
    let lines = order.returns.iter().flat_map(|one| &one.lines);
    lines.filter(|own| own.order_line == line.id).map(|own| own.accepted).sum()
}

/// Whether all of an order's money was taken that was to be.
fn is_paid(order: &Order) -> bool {
    let Some(charging) = order.charging.as_deref() else { return status::outstanding(order) <= 0 };
    let all_taken = |share| {
        let ledger = Ledger::of(order, share);
        ledger.open() <= 0 && ledger.taken_amount >= ledger.captured_amount
    };
    let awaited = |own: &Transaction| own.kind == TransactionKind::Void && own.status.is_awaited();
    charging.shares.iter().all(all_taken) && !order.placed.transactions.iter().any(awaited)
}

/// The states that an order has been in, and when it came into them.
pub(crate) fn since(order: &Order, fulfillments: &[impl Borrow<Fulfillment>]) -> Vec<(OrderState, Time)> {
    let state = beneath(order);
    let mut since = Vec::new();
    since.extend(order.disputes().map(|one| one.opened_at).max().map(|at| (OrderState::Dispute, at)));
    // The first one: the same money may have been set aside anew later.
    let first = |own: &&Transaction| own.kind == TransactionKind::Authorization;
    let authorization = order.authorization().and_then(|_| order.placed.transactions.iter().find(first));
    let waited = |own: &Transaction| {
        let ended = own.ended_at.unwrap_or(own.at);
        own.status.is_awaited() || ended > order.created_at.plus(ANSWERED_WITHIN)
    };
    if authorization.is_some_and(waited) {
        since.push((OrderState::PendingPayment, order.created_at));
    }
    let accepted = match authorization {
        None => Some(order.created_at),
        Some(own) => (own.status == TransactionStatus::Success).then_some(own.ended_at.unwrap_or(own.at)),
    };
    since.extend(
        accepted.filter(|_| state != OrderState::PendingPayment).map(|at| (OrderState::Accepted, at)),
    );
    let left = left_at(order, fulfillments, None).unwrap_or(order.updated_at);
    let ended = order.placed.transactions.iter().filter_map(|own| own.ended_at).max();
    match state {
        OrderState::PendingPayment if authorization.is_none() => since.push((state, order.created_at)),
        OrderState::PendingPayment | OrderState::Accepted | OrderState::Dispute => {}
        OrderState::Blocked => {
            since.push((state, authorization.and_then(|own| own.ended_at).unwrap_or(left)))
        }
        OrderState::Cancelled => {
            let at = order.cancelled.as_ref().map(|cancelled| cancelled.at).max(ended);
            since.push((state, at.unwrap_or(left)));
        }
        OrderState::Fulfilled => since.push((state, left)),
        OrderState::Complete | OrderState::Returned => {
            since.push((OrderState::Fulfilled, left));
            let taken = order.placed.transactions.iter().filter(|own| own.kind != TransactionKind::Refund);
            let taken = taken.map(|own| own.ended_at.unwrap_or(own.at)).max();
            since.push((OrderState::Complete, taken.map_or(left, |taken| taken.max(left))));
            let back = order.returns.iter().map(|one| one.updated_at).max();
            since.extend(back.filter(|_| state == OrderState::Returned).map(|at| (state, at)));
        }
    }
    since
}

/// When the last units of an order left or were given up, or those of one of its lines.
pub(crate) fn left_at(
    order: &Order,
    fulfillments: &[impl Borrow<Fulfillment>],
    line: Option<&OrderLine>,
) -> Option<Time> {
    let is_it = |of, own| of == order.id && line.is_none_or(|line| line.id == own);
    let touches = |one: &&Fulfillment| {
        one.is_live()
            && (one.shares.iter().any(|share| is_it(share.order, share.order_line))
                || one.given_up.iter().any(|units| is_it(units.order, units.order_line)))
    };
    fulfillments.iter().map(Borrow::borrow).filter(touches).map(|one| one.created_at).max()
}
