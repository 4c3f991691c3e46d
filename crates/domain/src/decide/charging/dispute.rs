//! The buyer disputes money that was taken, or a dispute of it ends. While one is open nothing more leaves, and nothing
//! goes back by hand; if it is lost, what is left of the money went back without anybody being asked for it.

use super::{Change, Outcome, billing};
use crate::billing::Trouble;
use crate::billing::bill::{Dispute, DisputeEnd};
use crate::command::billing::{DisputeNews, RecordDispute};
use crate::id::{InvoiceId, OrderId, TransactionId};
use crate::money::Minor;
use crate::order::Order;
use crate::payment::{self, Covers, Transaction, TransactionKind, TransactionStatus};
use crate::refusal::{Refusal, Thing};

pub(in crate::decide) fn dispute(
    change: &mut Change<'_, '_>,
    command: &RecordDispute,
) -> Result<Outcome, Refusal> {
    let (now, id, of) = (change.now, command.order, command.transaction);
    let trouble = Refusal::Billing(Trouble::Dispute(of));
    let order = &mut change.order(id)?.order;
    order.transaction(of).ok_or(Refusal::Unknown(Thing::Transaction(of)))?;
    let taken = taken(order, of);
    let Some(charging) = order.charging.as_deref_mut().filter(|_| !taken.is_empty()) else {
        return Err(trouble);
    };
    let open = charging.disputes.iter_mut().find(|own| own.transaction == of && own.closed.is_none());
    let end = match (command.news, open) {
        (DisputeNews::Opened, None) => {
            charging.disputes.push(Dispute { transaction: of, opened_at: now, closed: None });
            for invoice in invoices(order) {
                billing::hold(change, id, invoice)?;
            }
            return Ok(Outcome::Transaction(id, of));
        }
        (DisputeNews::Won, Some(open)) => (open, DisputeEnd::Won),
        (DisputeNews::Lost, Some(open)) => (open, DisputeEnd::Lost),
        _ => return Err(trouble),
    };
    end.0.closed = Some((now, end.1));
    if end.1 == DisputeEnd::Lost {
        for (capture, left) in taken {
            taken_back(change, id, capture, left)?;
        }
    }
    let order = &change.order(id)?.order;
    if !order.is_disputed() {
        for invoice in invoices(order) {
            billing::release(change, id, invoice)?;
        }
    }
    Ok(Outcome::Transaction(id, of))
}

fn invoices(order: &Order) -> Vec<InvoiceId> {
    order.invoices.iter().map(|invoice| invoice.id).collect()
}

/// The captures by which the disputed money came, and what is left of each. Gateways that take money in several steps
/// know of one payment alone: a dispute of the authorization is one of all that was taken of it.
fn taken(order: &Order, of: TransactionId) -> Vec<(TransactionId, Minor)> {
    let all = &order.placed.transactions;
    let came = all.iter().filter(|own| {
        own.kind == TransactionKind::Capture
            && own.status == TransactionStatus::Success
            && (own.id == of || own.parent == Some(of))
    });
    came.map(|own| (own.id, payment::unused(all, own))).collect()
}

/// The bank took money back.
fn taken_back(
    change: &mut Change<'_, '_>,
    id: OrderId,
    of: TransactionId,
    amount: Minor,
) -> Result<(), Refusal> {
    let (now, made) = (change.now, change.ids.fresh());
    let order = &mut change.order(id)?.order;
    let Some(capture) = order.transaction(of).filter(|_| amount > 0) else { return Ok(()) };
    let covers = capture.covers.as_deref().map(|of| Covers { quantity: 0, instead_of: None, ..*of });
    let back = Transaction {
        gateway: capture.gateway.clone(),
        parent: Some(of),
        covers: covers.map(Box::new),
        reason: Some("dispute".to_owned()),
        ended_at: Some(now),
        ..Transaction::new(made, TransactionKind::Refund, TransactionStatus::Success, amount, now)
    };
    order.placed.transactions.push(back);
    Ok(())
}
