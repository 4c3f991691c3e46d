//! What became of money that was asked for, money that goes back, and payments that buyers dispute.

use super::{Change, Outcome, bill_of, collect, gateway_of, service};
use crate::billing::bill::{Dispute, DisputeEnd};
use crate::billing::{AtEnd, Trouble};
use crate::command::billing::{DisputeNews, PaymentOutcome, RecordDispute, RecordPayment, RefundPayment};
use crate::decide::charging;
use crate::id::{InvoiceId, OrderId, TransactionId};
use crate::money::Minor;
use crate::order::Order;
use crate::payment::{self as money, Ask, Transaction, TransactionKind, TransactionStatus};
use crate::refusal::{Refusal, Thing};
use crate::time::{HOUR, SECOND, Time};

/// How long one waits before a gateway is asked again that gave no clear answer; doubled every time.
const ASK_AGAIN: i64 = 30 * SECOND;
/// How long one waits at most.
const ASK_AGAIN_MAX: i64 = 6 * HOUR;
/// How long one waits for news before a gateway is asked that said it would tell.
const ASK_PENDING: i64 = HOUR;

/// What became of a movement of money. It may be told more than once, but never in two ways.
pub(super) fn payment(change: &mut Change<'_, '_>, command: &RecordPayment) -> Result<Outcome, Refusal> {
    let (now, id) = (change.now, command.order);
    let order = &mut change.order(id)?.order;
    let done = Outcome::Transaction(id, command.transaction);
    let moved = transaction_of(order, command.transaction)?;
    let status = match command.outcome {
        PaymentOutcome::Succeeded => TransactionStatus::Success,
        PaymentOutcome::Declined => TransactionStatus::Failure,
        PaymentOutcome::Pending => TransactionStatus::Pending,
        PaymentOutcome::Unknown => TransactionStatus::Unknown,
    };
    if !moved.status.is_awaited() {
        // Late news that is no news, or that would make undone what is known.
        let known = moved.status == status || status.is_awaited();
        return if known { Ok(done) } else { Err(Refusal::Billing(Trouble::Settled(moved.id))) };
    }
    moved.status = status;
    moved.external_id = command.external_id.clone().or(moved.external_id.take());
    moved.message = command.message.clone().or(moved.message.take());
    let times = moved.ask.map_or(0, |ask| ask.times) + 1;
    moved.ask = match command.outcome {
        PaymentOutcome::Succeeded | PaymentOutcome::Declined => None,
        PaymentOutcome::Pending => Some(Ask { at: now.plus(ASK_PENDING), times }),
        PaymentOutcome::Unknown => Some(Ask { at: now.plus(pause(times)), times }),
    };
    if !status.is_awaited() {
        moved.ended_at = Some(now);
    }
    let (takes, invoice) = (moved.takes(), moved.invoice);
    if let (PaymentOutcome::Declined, true, Some(invoice)) = (command.outcome, takes, invoice) {
        declined(change, id, invoice)?;
    }
    if !status.is_awaited() {
        charging::ended(change, id, command.transaction)?;
    }
    Ok(done)
}

fn pause(times: i64) -> i64 {
    let doubled = times.clamp(1, 20) as u32 - 1;
    ASK_AGAIN.saturating_mul(1 << doubled).min(ASK_AGAIN_MAX)
}

/// A payment of an invoice was declined. It is tried again as the shop's rules say, once the service has begun: before
/// that the buyer is still there, and pays otherwise.
fn declined(change: &mut Change<'_, '_>, id: OrderId, invoice: InvoiceId) -> Result<(), Refusal> {
    let (now, rules) = (change.now, &change.snapshot.shop.billing);
    let order = &mut change.order(id)?.order;
    let Some(billing) = order.billing.as_deref() else { return Ok(()) };
    let by_itself =
        billing.activated_at.is_some() && billing.gateway().is_some_and(|g| g.instrument.is_some());
    let bill = bill_of(order, invoice)?;
    bill.declined += 1;
    let first = *bill.declined_at.get_or_insert(now);
    if !by_itself || bill.abandoned_at.is_some() || bill.voided_at.is_some() {
        return Ok(());
    }
    if let Some(again) = rules.retry_at(bill.declined, first) {
        bill.attempt_at = Some(again.max(now));
        return Ok(());
    }
    if rules.at_end.contains(&AtEnd::AbandonInvoice) {
        collect::give_up(order, invoice, now)?;
    }
    if rules.at_end.contains(&AtEnd::CancelService) {
        service::fail(change, id)?;
    }
    Ok(())
}

/// Money goes back: all that is left of a payment, or some of it.
pub(super) fn refund(change: &mut Change<'_, '_>, command: &RefundPayment) -> Result<Outcome, Refusal> {
    let (id, of) = (command.order, command.transaction);
    let order = &change.order(id)?.order;
    gateway_of(order)?;
    let left = refundable(order, of)?;
    let asked = command.amount.unwrap_or(left);
    if left <= 0 || asked <= 0 {
        return Err(Refusal::Billing(Trouble::NotRefundable(of)));
    }
    if asked > left {
        return Err(Refusal::Billing(Trouble::RefundTooLarge { transaction: of, asked, left }));
    }
    let made = give_back(change, id, of, asked, command.reason.clone())?;
    Ok(Outcome::Transaction(id, made))
}

/// What is left of a payment that could go back.
pub(super) fn refundable(order: &Order, of: TransactionId) -> Result<Minor, Refusal> {
    let paid = order.transaction(of).ok_or(Refusal::Unknown(Thing::Transaction(of)))?;
    Ok(if paid.takes() { money::unused(&order.placed.transactions, paid) } else { 0 })
}

/// Asks for so much of a payment to go back.
pub(super) fn give_back(
    change: &mut Change<'_, '_>,
    id: OrderId,
    of: TransactionId,
    amount: Minor,
    reason: Option<String>,
) -> Result<TransactionId, Refusal> {
    let (now, made) = (change.now, change.ids.fresh());
    let order = &mut change.order(id)?.order;
    let paid = transaction_of(order, of)?;
    let refund = Transaction {
        gateway: paid.gateway.clone(),
        invoice: paid.invoice,
        parent: Some(of),
        reason,
        ask: Some(Ask { at: now, times: 0 }),
        ..Transaction::new(made, TransactionKind::Refund, TransactionStatus::Asked, amount, now)
    };
    order.placed.transactions.push(refund);
    Ok(made)
}

/// The buyer disputes a payment, or a dispute ends. If it is lost, whatever is left of the payment went back.
pub(super) fn dispute(change: &mut Change<'_, '_>, command: &RecordDispute) -> Result<Outcome, Refusal> {
    let (now, id, of) = (change.now, command.order, command.transaction);
    if change.order(id)?.order.charging.is_some() {
        return charging::dispute(change, command);
    }
    let made = change.ids.fresh();
    let order = &mut change.order(id)?.order;
    gateway_of(order)?;
    let trouble = Refusal::Billing(Trouble::Dispute(of));
    let left = refundable(order, of)?;
    let paid = transaction_of(order, of)?.clone();
    let invoice = paid.invoice.filter(|_| paid.takes() && paid.status == TransactionStatus::Success);
    let disputes = &mut bill_of(order, invoice.ok_or(trouble.clone())?)?.disputes;
    let open = disputes.iter_mut().find(|own| own.transaction == of && own.closed.is_none());
    let end = match (command.news, open) {
        (DisputeNews::Opened, None) => {
            disputes.push(Dispute { transaction: of, opened_at: now, closed: None });
            return Ok(Outcome::Transaction(id, of));
        }
        (DisputeNews::Won, Some(open)) => (open, DisputeEnd::Won),
        (DisputeNews::Lost, Some(open)) => (open, DisputeEnd::Lost),
        _ => return Err(trouble),
    };
    end.0.closed = Some((now, end.1));
    if end.1 == DisputeEnd::Lost && left > 0 {
        taken_back(order, &paid, left, made, now);
    }
    Ok(Outcome::Transaction(id, of))
}

/// The bank took money back; nobody needs to be asked for it.
fn taken_back(order: &mut Order, paid: &Transaction, amount: Minor, id: TransactionId, now: Time) {
    order.placed.transactions.push(Transaction {
        gateway: paid.gateway.clone(),
        invoice: paid.invoice,
        parent: Some(paid.id),
        reason: Some("dispute".to_owned()),
        ..Transaction::new(id, TransactionKind::Refund, TransactionStatus::Success, amount, now)
    });
}

fn transaction_of(order: &mut Order, id: TransactionId) -> Result<&mut Transaction, Refusal> {
    let own = order.placed.transactions.iter_mut().find(|own| own.id == id);
    own.ok_or(Refusal::Unknown(Thing::Transaction(id)))
}
