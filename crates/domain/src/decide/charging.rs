//! Decisions about orders whose money is set aside first. What follows from units that left or are no longer asked for
//! is decided in one place, [`settle`], whatever command moved them; what follows from what a gateway said, in
//! [`ended`].

use super::{Change, Outcome, billing, cancel};
use crate::actor::Permission;
use crate::billing::{Instrument, Trouble};
use crate::charging::{AUTHORIZED_FOR, Charging, Extra, Ledger, Risk, Share, retry_at, shares};
use crate::command::Place;
use crate::command::charging::{ChargingCommand, PlaceCharged};
use crate::id::{OrderId, TransactionId};
use crate::money::Minor;
use crate::order::Order;
use crate::payment::{self, Ask, Covers, Transaction, TransactionKind, TransactionStatus};
use crate::refusal::{Field, Refusal};
use crate::time::Time;

mod dispute;
mod refund;
mod returns;
mod settle;

pub(super) use dispute::dispute;
pub(super) use settle::settle;

pub(super) fn decide(change: &mut Change<'_, '_>, command: &ChargingCommand) -> Result<Outcome, Refusal> {
    if !change.actor.may(Permission::WriteOrders) {
        return Err(Refusal::NotPermitted(&[Permission::WriteOrders]));
    }
    match command {
        ChargingCommand::Place(place) => placed(change, place),
        ChargingCommand::Authorize(order, instrument) => anew(change, *order, instrument.as_ref()),
        ChargingCommand::Refund(command) => refund::refund(change, command),
        ChargingCommand::AmendRefund(order, of, fields) => refund::amend(change, *order, *of, fields),
        ChargingCommand::OpenReturn(command) => returns::open(change, command),
        ChargingCommand::AmendReturn(order, of, fields) => returns::amend(change, *order, *of, fields),
        ChargingCommand::AcceptReturn(command) => returns::accept(change, command),
    }
}

fn placed(change: &mut Change<'_, '_>, place: &PlaceCharged) -> Result<Outcome, Refusal> {
    let plain = Place {
        name: place.name.clone(),
        number: place.number,
        placed: place.placed.clone(),
        buyer: place.buyer.clone(),
        lines: place.lines.clone(),
        reservation: None,
        created_at: None,
        closed_at: None,
        fulfilled: None,
        cancelled: None,
    };
    super::place::place(change, &plain, Some(place))
}

/// The money of an order that comes in is asked to be set aside.
pub(super) fn begin(
    change: &mut Change<'_, '_>,
    order: &mut Order,
    place: &PlaceCharged,
) -> Result<(), Refusal> {
    if place.extras.iter().any(|Extra { fees, duty }| *fees < 0 || *duty < 0) {
        return Err(Refusal::Malformed(Field::Amount, "must not be negative for any line"));
    }
    let charging = Charging {
        gateway: place.gateway.clone(),
        instrument: place.instrument.clone(),
        risk: change.snapshot.shop.charging.risk,
        authorization: change.ids.fresh(),
        authorized_until: None,
        shares: shares(order, &place.extras)?,
        disputes: Vec::new(),
    };
    let (id, amount) = (charging.authorization, charging.total());
    let asked = movement(&charging, id, TransactionKind::Authorization, amount, change.now);
    order.placed.transactions = vec![asked];
    order.placed.payment_claim = None;
    order.charging = Some(Box::new(charging));
    Ok(())
}

/// A movement that is asked for now; of nothing at all, one that happened.
fn movement(
    charging: &Charging,
    id: TransactionId,
    kind: TransactionKind,
    amount: Minor,
    now: Time,
) -> Transaction {
    let asked = Transaction {
        gateway: Some(charging.gateway.clone()),
        ask: Some(Ask { at: now, times: 0 }),
        ..Transaction::new(id, kind, TransactionStatus::Asked, amount, now)
    };
    match amount {
        0 => Transaction { status: TransactionStatus::Success, ask: None, ended_at: Some(now), ..asked },
        _ => asked,
    }
}

/// The time is over for which the money of an order was set aside, and nothing may leave until it is again.
pub(super) fn advance(change: &mut Change<'_, '_>, id: OrderId) -> Result<Outcome, Refusal> {
    let now = change.now;
    match change.order(id)?.order.authorizes_at() {
        Some(due) if due <= now => anew(change, id, None).map(|_| Outcome::Order(id)),
        _ => Err(Refusal::Billing(Trouble::NotDue(id))),
    }
}

/// Money is set aside anew for what is still to be taken. What was set aside before counts as let go: it has expired, or
/// does so by itself.
fn anew(
    change: &mut Change<'_, '_>,
    id: OrderId,
    instrument: Option<&Instrument>,
) -> Result<Outcome, Refusal> {
    let (now, lapsed, made) = (change.now, change.ids.fresh(), change.ids.fresh());
    let order = &mut change.order(id)?.order;
    let charging = order.charging.as_deref().ok_or(Refusal::Billing(Trouble::NotCharged(id)))?;
    if order.cancelled.is_some() {
        return Err(Refusal::OrderCancelled(id));
    }
    if let Some(awaited) = order.authorization().filter(|own| own.status.is_awaited()) {
        return Err(Refusal::Billing(Trouble::PaymentUnderWay(awaited.id)));
    }
    let open = |share: &Share| Ledger::of(order, share);
    let ledgers = charging.shares.iter().map(|share| (share, open(share)));
    let left: Minor = ledgers
        .filter(|(_, ledger)| ledger.open() > 0)
        .map(|(share, ledger)| share.whole.total() - ledger.captured_amount - ledger.released_amount)
        .sum();
    if left <= 0 {
        return Err(Refusal::NothingDue(id));
    }
    let mut charging = charging.clone();
    if let Some(instrument) = instrument {
        charging.instrument = instrument.clone();
    }
    let expired = order.authorization().map(|own| (own.id, payment::unused(&order.placed.transactions, own)));
    if let Some((of, unused)) = expired.filter(|(_, unused)| *unused > 0) {
        order.placed.transactions.push(Transaction {
            gateway: Some(charging.gateway.clone()),
            parent: Some(of),
            reason: Some("expired".to_owned()),
            ended_at: Some(now),
            ..Transaction::new(lapsed, TransactionKind::Void, TransactionStatus::Success, unused, now)
        });
    }
    let asked = movement(&charging, made, TransactionKind::Authorization, left, now);
    order.placed.transactions.push(asked);
    charging.authorization = made;
    charging.authorized_until = None;
    order.charging = Some(Box::new(charging));
    Ok(Outcome::Transaction(id, made))
}

/// Whether units of an order may leave, as far as its money is concerned.
pub(super) fn may_leave(order: &Order, now: Time) -> Result<(), Refusal> {
    let Some(charging) = order.charging.as_deref() else { return Ok(()) };
    if order.awaits_authorization() {
        let ended = order.authorization().is_some_and(|own| !own.status.is_awaited());
        let expired = ended && was_authorized(order);
        let trouble = if expired { Trouble::AuthorizationExpired } else { Trouble::NotAuthorized };
        return Err(Refusal::Billing(trouble(order.id)));
    }
    if order.is_disputed() {
        return Err(Refusal::Billing(Trouble::NotAuthorized(order.id)));
    }
    match charging.risk {
        Risk::Averse if charging.is_expired(now) => {
            Err(Refusal::Billing(Trouble::AuthorizationExpired(order.id)))
        }
        Risk::Averse | Risk::Tolerant => Ok(()),
    }
}

/// Whether its money was ever set aside.
fn was_authorized(order: &Order) -> bool {
    let mut all = order.placed.transactions.iter();
    all.any(|own| own.kind == TransactionKind::Authorization && own.status == TransactionStatus::Success)
}

/// What follows from what a gateway said of a movement that is known now.
pub(super) fn ended(change: &mut Change<'_, '_>, id: OrderId, of: TransactionId) -> Result<(), Refusal> {
    let now = change.now;
    let order = &mut change.order(id)?.order;
    let Some(moved) = order.transaction(of).cloned() else { return Ok(()) };
    let Some(charging) = order.charging.as_deref_mut() else { return Ok(()) };
    match (moved.kind, moved.status) {
        (TransactionKind::Authorization, TransactionStatus::Success) if charging.authorization == of => {
            charging.authorized_until = Some(now.plus(AUTHORIZED_FOR));
            match order.invoices.first().map(|invoice| invoice.id) {
                Some(first) => billing::release(change, id, first),
                None => Ok(()),
            }
        }
        // Whose money was set aside once may find another way to pay.
        (TransactionKind::Authorization, TransactionStatus::Failure) if !was_authorized(order) => {
            cancel::declined(change, id)
        }
        (TransactionKind::Capture, TransactionStatus::Failure) => again(change, id, &moved),
        _ => Ok(()),
    }
}

/// A capture that failed is asked for again, as another movement: its own key was answered for good. It has waited for
/// its turn when the time comes, as any movement does that is asked for later.
fn again(change: &mut Change<'_, '_>, id: OrderId, failed: &Transaction) -> Result<(), Refusal> {
    let (now, made) = (change.now, change.ids.fresh());
    let order = &mut change.order(id)?.order;
    let (mut first, mut times) = (failed, 1);
    let before = |own: &Transaction| own.covers.as_ref().and_then(|covers| covers.instead_of);
    while let Some(earlier) = before(first).and_then(|before| order.transaction(before)) {
        (first, times) = (earlier, times + 1);
    }
    let Some(at) = retry_at(first.at, times, now) else { return Ok(()) };
    let covers = failed.covers.as_deref().map(|covers| Covers { instead_of: Some(failed.id), ..*covers });
    let next = Transaction {
        gateway: failed.gateway.clone(),
        parent: failed.parent,
        covers: covers.map(Box::new),
        ask: Some(Ask { at, times: 0 }),
        ..Transaction::new(made, TransactionKind::Capture, TransactionStatus::Asked, failed.amount, now)
    };
    order.placed.transactions.push(next);
    Ok(())
}

#[cfg(test)]
mod tests;
