//! Drafts of edits: begun, changed, and made true. What an edit does is decided in [`super::edit`].

use super::edit::carry_out;
use super::place::complete;
use super::{Change, Outcome, QUANTITY_MAX, Write};
use crate::actor::Permission;
use crate::command::{Doubles, DraftStep, Remark};
use crate::draft::{Draft, DraftChange, KEPT};
use crate::id::{DraftId, OrderId, OrderLineId, VariantId};
use crate::order::Order;
use crate::refusal::{Refusal, Thing};

/// Somebody begins to draft an edit. Several may at once; what they draft must go together in the end.
pub(super) fn begin(change: &mut Change<'_, '_>, order: OrderId) -> Result<Outcome, Refusal> {
    permitted(change)?;
    open(change, order)?;
    let id = change.ids.fresh();
    let expires_at = change.now.plus(KEPT);
    let app = change.actor.app();
    let draft = Draft { id, order, app, changes: Vec::new(), expires_at, version: 1 };
    change.writes.push(Write::NewDraft(Box::new(draft)));
    Ok(Outcome::Draft { id, line: None })
}

/// A draft goes on, by one step.
pub(super) fn step(change: &mut Change<'_, '_>, id: DraftId, step: &DraftStep) -> Result<Outcome, Refusal> {
    permitted(change)?;
    let mut draft = own(change, id)?;
    let order = open(change, draft.order)?;
    let line = match step {
        DraftStep::Set { line, quantity, restock } => {
            if !(0..=QUANTITY_MAX).contains(quantity) {
                return Err(Refusal::LineQuantity(0));
            }
            if draft.adds(*line) {
                resize(&mut draft, *line, *quantity);
            } else {
                let (line, quantity, restock) = (*line, *quantity, *restock);
                let was = settable(order, line, quantity)?;
                draft.changes.retain(|change| change.line() != line);
                if quantity != was {
                    draft.changes.push(DraftChange::Set { line, was, quantity, restock });
                }
            }
            *line
        }
        DraftStep::Add { new, doubles, location } => {
            let article = complete(change, 0, new)?;
            if let Some(id) = location
                && change.snapshot.locations.iter().all(|location| location.id != *id)
            {
                return Err(Refusal::Unknown(Thing::Location(*id)));
            }
            let double = article.variant.is_some_and(|variant| has(&draft.applied(order), variant));
            if double && *doubles == Doubles::Refused {
                return Err(Refusal::Twice(0));
            }
            let line = change.ids.fresh();
            let (quantity, article) = (new.quantity, Box::new(article));
            draft.changes.push(DraftChange::Add { line, quantity, article });
            line
        }
    };
    draft.expires_at = change.now.plus(KEPT);
    draft.version += 1;
    change.writes.push(Write::Draft(Box::new(draft)));
    Ok(Outcome::Draft { id, line: Some(line) })
}

/// What was drafted is done, if it is still what was meant: nobody may have asked for more or less of a line since it
/// was drafted. The draft goes.
pub(super) fn commit(change: &mut Change<'_, '_>, id: DraftId, remark: &Remark) -> Result<Outcome, Refusal> {
    permitted(change)?;
    let draft = own(change, id)?;
    let order = open(change, draft.order)?;
    for drafted in &draft.changes {
        let DraftChange::Set { line, was, .. } = drafted else { continue };
        let now = order.current_quantity(*line);
        if now != *was {
            return Err(Refusal::DraftOutdated(*line, now));
        }
    }
    let outcome = carry_out(change, draft.order, &draft.changes, remark)?;
    change.writes.push(Write::NoDraft(id, draft.version));
    Ok(outcome)
}

fn permitted(change: &Change<'_, '_>) -> Result<(), Refusal> {
    match change.actor.may(Permission::WriteOrderEdits) {
        true => Ok(()),
        false => Err(Refusal::NotPermitted(&[Permission::WriteOrderEdits])),
    }
}

/// The draft, if whoever acts began it and it isn't forgotten.
fn own(change: &Change<'_, '_>, id: DraftId) -> Result<Draft, Refusal> {
    let own =
        |draft: &&Draft| draft.id == id && draft.app == change.actor.app() && !draft.is_over(change.now);
    change.snapshot.drafts.iter().find(own).cloned().ok_or(Refusal::Unknown(Thing::Draft(id)))
}

/// The order, unless it was called off. It is only looked at: who drafts doesn't stand in anybody's way.
fn open<'a>(change: &Change<'a, '_>, id: OrderId) -> Result<&'a Order, Refusal> {
    let order = change.snapshot.orders.iter().find(|order| order.id == id);
    let order = order.ok_or(Refusal::Unknown(Thing::Order(id)))?;
    if order.cancelled.is_some() { Err(Refusal::OrderCancelled(id)) } else { Ok(order) }
}

/// How many of the line are asked for now, if so few can be.
fn settable(order: &Order, line: OrderLineId, quantity: i64) -> Result<i64, Refusal> {
    order.line(line).ok_or(Refusal::Unknown(Thing::OrderLine(line)))?;
    let (asked, fulfilled) = (order.current_quantity(line), order.fulfilled_quantity(line));
    if quantity < fulfilled {
        return Err(Refusal::AlreadyFulfilled(line, fulfilled));
    }
    if quantity < asked - order.editable_quantity(line) {
        return Err(super::edit::busy(order, line));
    }
    Ok(asked)
}

fn resize(draft: &mut Draft, line: OrderLineId, wanted: i64) {
    if wanted == 0 {
        draft.changes.retain(|change| change.line() != line);
    }
    for change in &mut draft.changes {
        if let DraftChange::Add { line: own, quantity, .. } = change
            && *own == line
        {
            *quantity = wanted;
        }
    }
}

fn has(order: &Order, variant: VariantId) -> bool {
    let mut asked = order.lines.iter().filter(|line| order.current_quantity(line.id) > 0);
    asked.any(|line| line.article.variant == Some(variant))
}

#[cfg(test)]
mod tests;
