//! Money that was taken goes back: so much of all, or of single lines. It is taken from the captures that it came by,
//! the oldest first, by as many movements as that needs.

use super::{Change, Outcome};
use crate::billing::Trouble;
use crate::charging::Ledger;
use crate::charging::status::charged;
use crate::command::charging::{Back, GiveBack};
use crate::custom_field::{self, CustomField};
use crate::event::Fact;
use crate::id::{OrderId, OrderLineId, RefundId, TransactionId};
use crate::money::Minor;
use crate::order::Order;
use crate::payment::{self, Covers, Transaction, TransactionKind, TransactionStatus};
use crate::refund::Refund;
use crate::refusal::{Field, Refusal, Thing};

pub(super) fn refund(change: &mut Change<'_, '_>, command: &GiveBack) -> Result<Outcome, Refusal> {
    let id = command.order;
    let order = &change.order(id)?.order;
    let all = charged(order).ok_or(Refusal::Billing(Trouble::NotCharged(id)))?.refundable();
    let wanted: Vec<(Option<OrderLineId>, Minor)> = match &command.what {
        Back::Amount(amount) => vec![(None, *amount)],
        Back::Lines(lines) => {
            added_up(lines).into_iter().map(|(line, amount)| (Some(line), amount)).collect()
        }
    };
    if wanted.is_empty() || wanted.iter().any(|(_, amount)| *amount <= 0) {
        return Err(Refusal::Malformed(Field::Amount, "must be positive"));
    }
    for (line, asked) in wanted.iter().copied() {
        let left = match line {
            Some(line) => refundable(order, line)?,
            None => all,
        };
        if asked > left {
            return Err(Refusal::Billing(Trouble::RefundExceeds { order: id, line, asked, left }));
        }
    }
    let made = back(change, id, &wanted, command.reason.as_deref(), &command.custom_fields)?;
    Ok(Outcome::Refund(id, made))
}

/// A line that is named twice counts together.
fn added_up(lines: &[(OrderLineId, Minor)]) -> Vec<(OrderLineId, Minor)> {
    let mut sums: Vec<(OrderLineId, Minor)> = Vec::with_capacity(lines.len());
    for (line, amount) in lines {
        match sums.iter_mut().find(|(known, _)| known == line) {
            // Whoever names one below zero is refused for it.
            Some((_, sum)) if *sum > 0 && *amount > 0 => *sum = sum.saturating_add(*amount),
            Some((_, sum)) => *sum = (*sum).min(*amount),
            None => sums.push((*line, *amount)),
        }
    }
    sums
}

/// What may go back of what was paid for a line.
pub(super) fn refundable(order: &Order, line: OrderLineId) -> Result<Minor, Refusal> {
    let charging = order.charging.as_deref().ok_or(Refusal::Billing(Trouble::NotCharged(order.id)))?;
    let share = charging.share(line).ok_or(Refusal::Unknown(Thing::OrderLine(line)))?;
    Ok(Ledger::of(order, share).refundable())
}

/// Asks for so much to go back, and writes down that it does. Whether it can was asked before.
pub(super) fn back(
    change: &mut Change<'_, '_>,
    id: OrderId,
    wanted: &[(Option<OrderLineId>, Minor)],
    reason: Option<&str>,
    fields: &[CustomField],
) -> Result<RefundId, Refusal> {
    let now = change.now;
    let disputes = change.order(id)?.order.disputes();
    if let Some(open) = disputes.into_iter().find(|dispute| dispute.closed.is_none()) {
        return Err(Refusal::Billing(Trouble::Dispute(open.transaction)));
    }
    let mut transactions = Vec::new();
    for (line, amount) in wanted {
        let mut left = *amount;
        for (capture, most) in captures(&change.order(id)?.order, *line) {
            let part = most.min(left);
            if part > 0 {
                left -= part;
                transactions.push(give(change, id, capture, part, reason)?);
            }
        }
    }
    let custom_fields = custom_field::merged(&[], fields, now, change.ids);
    let (made, note) = (change.ids.fresh(), reason.map(str::to_owned));
    let touched = change.order(id)?;
    touched.order.refunds.push(Refund {
        id: made,
        at: now,
        note,
        lines: Vec::new(),
        transactions,
        custom_fields,
        credit_expires_at: None,
    });
    touched.facts.push(Fact::RefundCreated { refund: made });
    Ok(made)
}

/// Captures that money came by, of one line or of all, and what may go back of each; oldest first.
fn captures(order: &Order, line: Option<OrderLineId>) -> Vec<(TransactionId, Minor)> {
    let all = &order.placed.transactions;
    let of_line = |own: &&Transaction| {
        own.kind == TransactionKind::Capture
            && own.covers.as_ref().is_some_and(|covers| line.is_none_or(|line| covers.line == line))
    };
    all.iter().filter(of_line).map(|own| (own.id, payment::unused(all, own))).collect()
}

fn give(
    change: &mut Change<'_, '_>,
    id: OrderId,
    of: TransactionId,
    amount: Minor,
    reason: Option<&str>,
) -> Result<TransactionId, Refusal> {
    let (now, made) = (change.now, change.ids.fresh());
    let order = &mut change.order(id)?.order;
    let paid = order.transaction(of).ok_or(Refusal::Unknown(Thing::Transaction(of)))?;
    let covers = paid.covers.as_deref().map(|of| Covers { quantity: 0, instead_of: None, ..*of });
    let asked = Transaction {
        gateway: paid.gateway.clone(),
        parent: Some(of),
        covers: covers.map(Box::new),
        reason: reason.map(str::to_owned),
        ask: Some(payment::Ask { at: now, times: 0 }),
        ..Transaction::new(made, TransactionKind::Refund, TransactionStatus::Asked, amount, now)
    };
    order.placed.transactions.push(asked);
    Ok(made)
}

/// Something else is kept with a refund.
pub(super) fn amend(
    change: &mut Change<'_, '_>,
    id: OrderId,
    refund: RefundId,
    fields: &[CustomField],
) -> Result<Outcome, Refusal> {
    let now = change.now;
    let order = change.order(id)?.order.clone();
    let known = order.refunds.iter().find(|known| known.id == refund);
    let known = known.ok_or(Refusal::Unknown(Thing::Refund(refund)))?;
    let fields = custom_field::merged(&known.custom_fields, fields, now, change.ids);
    let touched = change.order(id)?;
    for own in touched.order.refunds.iter_mut().filter(|own| own.id == refund) {
        own.custom_fields.clone_from(&fields);
    }
    touched.facts.push(Fact::RefundAmended { refund });
    Ok(Outcome::Refund(id, refund))
}
