//! What must hold of an order whose money is set aside first: that no more is taken and let go than was set aside, and
//! that what is taken follows what left, once.

use crate::charging::status::captures;
use crate::charging::{Charging, Ledger, Share};
use crate::money::Minor;
use crate::order::Order;
use crate::payment::{Transaction, TransactionKind, TransactionStatus};

pub(super) fn of_charging(order: &Order, broken: &mut Vec<String>) {
    let Some(charging) = order.charging.as_deref() else { return };
    let mut must = |holds: bool, says: &dyn Fn() -> String| {
        if !holds {
            broken.push(says());
        }
    };
    must(order.billing.is_none(), &|| "M7: it is billed and charged".to_owned());
    let all = &order.placed.transactions;
    let authorizations: Vec<&Transaction> =
        all.iter().filter(|own| own.kind == TransactionKind::Authorization).collect();
    let (first, total) = (authorizations.first().map(|own| own.amount), charging.total());
    must(first == Some(total), &|| format!("M7: {first:?} was to be set aside for shares of {total}"));
    must(authorizations.iter().any(|own| own.id == charging.authorization), &|| {
        format!("M7: its authorization is {}, which is none", charging.authorization)
    });
    for authorization in authorizations {
        let used = used(all, authorization);
        must(used <= authorization.amount, &|| {
            format!("M7: {used} are taken and let go of the {} of {}", authorization.amount, authorization.id)
        });
    }
    for own in all.iter().filter(|own| own.kind == TransactionKind::Capture) {
        let Some(covers) = own.covers.as_deref() else {
            must(false, &|| format!("M7: nobody knows what {} was captured for", own.id));
            continue;
        };
        must(covers.quantity > 0, &|| format!("M7: {} was captured for no units", own.id));
        let Some(before) = covers.instead_of else { continue };
        let failed = order.transaction(before).filter(|before| before.status == TransactionStatus::Failure);
        must(failed.is_some(), &|| format!("M7: {} is captured again, but didn't fail", before));
        let again = all
            .iter()
            .filter(|other| other.covers.as_ref().is_some_and(|covers| covers.instead_of == Some(before)));
        must(again.count() == 1, &|| format!("M7: {before} is captured again more than once"));
    }
    for share in &charging.shares {
        of_line(order, charging, share, &mut must);
    }
}

/// What is taken or let go of an authorization, or may yet be.
fn used(all: &[Transaction], authorization: &Transaction) -> Minor {
    let uses = |own: &&Transaction| {
        matches!(own.kind, TransactionKind::Capture | TransactionKind::Void)
            && own.parent == Some(authorization.id)
            && (own.status == TransactionStatus::Success || own.status.is_awaited())
    };
    all.iter().filter(uses).map(|own| own.amount).fold(0, Minor::saturating_add)
}

fn of_line(
    order: &Order,
    charging: &Charging,
    share: &Share,
    must: &mut impl FnMut(bool, &dyn Fn() -> String),
) {
    let Share { line, quantity, whole } = share;
    let ledger = Ledger::of(order, share);
    let (left, asked) = (order.fulfilled_quantity(*line), order.current_quantity(*line));
    let Ledger { captured, released, given_back, captured_amount, released_amount, .. } = ledger;
    must(ledger.open() >= 0 && given_back <= captured, &|| {
        format!(
            "M7: of {quantity} of line {line}, {captured} are captured, {released} let go, {given_back} given back"
        )
    });
    let (moved, total) = (captured_amount.saturating_add(released_amount), whole.total());
    must(moved <= total, &|| format!("M7: {moved} of the {total} of line {line} are captured and let go"));
    must(ledger.open() > 0 || moved == total, &|| {
        format!("M7: all of line {line} is done, but {moved} of its {total} are captured and let go")
    });
    must(ledger.refunded_amount <= captured_amount, &|| {
        format!("M7: {} go back for line {line}, {captured_amount} came", ledger.refunded_amount)
    });
    if order.awaits_authorization() {
        let began = charging.authorized_until.is_some();
        must(!began, &|| "M7: its money is set aside for a time, but not at all".to_owned());
        return;
    }
    must(ledger.paid() >= left || ledger.open() == 0, &|| {
        format!("M7: {left} of line {line} left, but only {} are captured", ledger.paid())
    });
    // What was captured and hasn't come yet can't go back.
    let comes = captures(order).any(|own| {
        let of_line = own.covers.as_ref().is_some_and(|covers| covers.line == *line);
        of_line && own.status != TransactionStatus::Success
    });
    must(comes || ledger.paid() + ledger.open() <= asked.max(left), &|| {
        format!(
            "M7: {asked} of line {line} are asked for, but {} captured and {} still set aside",
            ledger.paid(),
            ledger.open()
        )
    });
}
