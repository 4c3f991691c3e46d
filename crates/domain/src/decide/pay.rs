//! Money: what was paid by hand, and what goes back when an order is called off. It is written down here; whoever
//! keeps the money moves it.

use super::{Change, Outcome};
use crate::actor::Permission;
use crate::command::PayBack;
use crate::id::{OrderId, TransactionId};
use crate::money::Minor;
use crate::payment::{self, Transaction, TransactionKind, TransactionStatus};
use crate::refusal::Refusal;
use crate::status;

/// How money is called that somebody took by hand.
const BY_HAND: &str = "manual";
/// How money is called that the buyer may spend again in the shop.
const CREDIT: &str = "store_credit";

/// What an order still costs was paid: first what was set aside is captured, the rest was taken by hand.
pub(super) fn mark(change: &mut Change<'_, '_>, id: OrderId) -> Result<Outcome, Refusal> {
    if !change.actor.may(Permission::WriteOrders) {
        return Err(Refusal::NotPermitted(&[Permission::WriteOrders]));
    }
    let order = change.order(id)?.order.clone();
    if !status::can_mark_paid(&order) {
        return Err(Refusal::NothingDue(id));
    }
    let mut due = status::outstanding(&order);
    let transactions = &order.placed.transactions;
    for authorization in transactions.iter().filter(|one| one.kind == TransactionKind::Authorization) {
        let amount = payment::unused(transactions, authorization).min(due);
        if amount > 0 {
            follow(change, id, authorization, TransactionKind::Capture, amount, None)?;
            due -= amount;
        }
    }
    if due > 0 {
        let (kind, status) = (TransactionKind::Sale, TransactionStatus::Success);
        let mut sale = Transaction::new(change.ids.fresh(), kind, status, due, change.now);
        sale.gateway = Some(BY_HAND.to_owned());
        change.order(id)?.order.placed.transactions.push(sale);
    }
    Ok(Outcome::Order(id))
}

/// All that was paid goes back, and what was set aside is let go; tells which movements that were.
pub(super) fn back(
    change: &mut Change<'_, '_>,
    id: OrderId,
    how: PayBack,
) -> Result<Vec<TransactionId>, Refusal> {
    if change.order(id)?.order.charging.is_some() {
        // It follows the units, the way that it came.
        return Ok(Vec::new());
    }
    let gateway = match how {
        PayBack::Nothing => return Ok(Vec::new()),
        PayBack::AsPaid => None,
        PayBack::StoreCredit(Some(until)) if until <= change.now => return Err(Refusal::TimePassed),
        PayBack::StoreCredit(_) => Some(CREDIT),
    };
    let transactions = change.order(id)?.order.placed.transactions.clone();
    if gateway.is_some() && change.order(id)?.order.placed.contact.is_none() {
        return Err(Refusal::NoBuyer(id));
    }
    let mut made = Vec::new();
    for transaction in &transactions {
        let amount = payment::unused(&transactions, transaction);
        if amount == 0 {
            continue;
        }
        made.push(match transaction.kind {
            TransactionKind::Authorization => {
                follow(change, id, transaction, TransactionKind::Void, amount, None)?
            }
            _ => follow(change, id, transaction, TransactionKind::Refund, amount, gateway)?,
        });
    }
    Ok(made)
}

/// Writes down a movement that follows another one, through the same provider unless another is named.
fn follow(
    change: &mut Change<'_, '_>,
    id: OrderId,
    parent: &Transaction,
    kind: TransactionKind,
    amount: Minor,
    gateway: Option<&str>,
) -> Result<TransactionId, Refusal> {
    let made = change.ids.fresh();
    let mut transaction = Transaction::new(made, kind, TransactionStatus::Success, amount, change.now);
    transaction.gateway = gateway.map(str::to_owned).or_else(|| parent.gateway.clone());
    transaction.parent = Some(parent.id);
    transaction.invoice = parent.invoice;
    change.order(id)?.order.placed.transactions.push(transaction);
    Ok(made)
}

#[cfg(test)]
mod tests;
