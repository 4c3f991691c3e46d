//! Access is given when it is paid for, and taken back when the money goes back or the service ends.

use super::{Change, Outcome, billing_of};
use crate::access::{AccessGrant, Granted, Origin, Target};
use crate::decide::Write;
use crate::event::{AccessNews, Fact};
use crate::id::{AccessGrantId, InvoiceId, OrderId};
use crate::refusal::{Refusal, Thing};

/// Gives access to everything that a paid invoice gives, unless the order gave it already.
pub(super) fn grant(change: &mut Change<'_, '_>, id: OrderId, invoice: InvoiceId) -> Result<(), Refusal> {
    let now = change.now;
    let order = &change.order(id)?.order;
    let Some(contact) = order.placed.contact else { return Ok(()) };
    for target in given(order, invoice) {
        let billing = billing_of(&mut change.order(id)?.order)?;
        if billing.granted.iter().any(|own| own.target == target && own.revoked_at.is_none()) {
            continue;
        }
        let grant: AccessGrantId = change.ids.fresh();
        let touched = change.order(id)?;
        billing_of(&mut touched.order)?.granted.push(Granted { grant, target, revoked_at: None });
        touched.facts.push(Fact::Access { grant, contact, target, news: AccessNews::Granted });
        change.writes.push(Write::Access(Box::new(AccessGrant {
            id: grant,
            contact,
            target,
            origin: Origin::Sale { order: id, invoice },
            suspended: None,
            created_at: now,
            updated_at: now,
            revoked_at: None,
        })));
    }
    Ok(())
}

fn given(order: &crate::order::Order, invoice: InvoiceId) -> Vec<Target> {
    let lines = order.invoice(invoice).into_iter().flat_map(|own| &own.lines);
    let mut targets: Vec<Target> =
        lines.filter_map(|line| line.bill.as_ref()).flat_map(|bill| bill.gives.iter().copied()).collect();
    targets.sort();
    targets.dedup();
    targets
}

/// Takes back what an invoice gave.
pub(super) fn revoke_of(change: &mut Change<'_, '_>, id: OrderId, invoice: InvoiceId) -> Result<(), Refusal> {
    let targets = given(&change.order(id)?.order, invoice);
    revoke(change, id, |target| targets.contains(&target))
}

/// Takes back everything that an order gave.
pub(super) fn revoke_all(change: &mut Change<'_, '_>, id: OrderId) -> Result<(), Refusal> {
    revoke(change, id, |_| true)
}

fn revoke(change: &mut Change<'_, '_>, id: OrderId, is: impl Fn(Target) -> bool) -> Result<(), Refusal> {
    let now = change.now;
    let touched = change.order(id)?;
    let Some(contact) = touched.order.placed.contact else { return Ok(()) };
    let mut gone = Vec::new();
    for own in &mut billing_of(&mut touched.order)?.granted {
        if own.revoked_at.is_none() && is(own.target) {
            own.revoked_at = Some(now);
            gone.push(*own);
        }
    }
    for Granted { grant, target, .. } in gone {
        change.order(id)?.facts.push(Fact::Access { grant, contact, target, news: AccessNews::Revoked });
        change.writes.push(Write::NoAccess(grant, now));
    }
    Ok(())
}

/// Access is given by hand, suspended, or given back. Whose it is and to what doesn't change.
pub(in crate::decide) fn save(change: &mut Change<'_, '_>, grant: &AccessGrant) -> Result<Outcome, Refusal> {
    let now = change.now;
    let known = change.snapshot.access.iter().find(|known| known.id == grant.id);
    let saved = match known {
        Some(known) => AccessGrant { suspended: grant.suspended.clone(), updated_at: now, ..known.clone() },
        None => AccessGrant { created_at: now, updated_at: now, revoked_at: None, ..grant.clone() },
    };
    let news = match known {
        None => AccessNews::Granted,
        Some(known) if known.suspended.is_none() && saved.suspended.is_some() => AccessNews::Suspended,
        Some(_) => AccessNews::Updated,
    };
    let AccessGrant { id: grant, contact, target, .. } = saved;
    change.facts.push(Fact::Access { grant, contact, target, news });
    change.writes.push(Write::Access(Box::new(saved)));
    Ok(Outcome::Access(grant))
}

/// Access is taken back by hand.
pub(in crate::decide) fn revoke_by_hand(
    change: &mut Change<'_, '_>,
    id: AccessGrantId,
) -> Result<Outcome, Refusal> {
    let known = change.snapshot.access.iter().find(|known| known.id == id);
    let known = known.ok_or(Refusal::Unknown(Thing::AccessGrant(id)))?;
    if known.revoked_at.is_none() {
        let AccessGrant { id: grant, contact, target, .. } = *known;
        change.facts.push(Fact::Access { grant, contact, target, news: AccessNews::Revoked });
        change.writes.push(Write::NoAccess(id, change.now));
    }
    Ok(Outcome::Access(id))
}
