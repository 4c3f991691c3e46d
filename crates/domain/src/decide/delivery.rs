//! What becomes of a parcel: tracking and delivery events. Neither changes a quantity or a stage.

use super::{Change, Outcome, Write};
use crate::actor::{Permission, to_write, visible, writable};
use crate::command::{RecordDelivery, Track};
use crate::event::Fact;
use crate::fulfillment::{DeliveryEvent, Fulfillment, Tracking};
use crate::id::FulfillmentId;
use crate::refusal::{Refusal, Thing};

pub(super) fn track(change: &mut Change<'_, '_>, command: &Track) -> Result<Outcome, Refusal> {
    let mut fulfillment = changeable(change, command.fulfillment)?.clone();
    fulfillment.trackings = command.trackings.clone();
    fulfillment.notify_buyer |= command.notify_buyer;
    let id = fulfillment.id;
    store(change, fulfillment, Fact::FulfillmentUpdated { fulfillment: id })
}

/// A service says how to find what it sent. What is known already stays, and so does what was called off.
pub(super) fn learn(
    change: &mut Change<'_, '_>,
    id: FulfillmentId,
    trackings: &[Tracking],
) -> Result<Outcome, Refusal> {
    let known = changeable(change, id)?;
    if !known.lacks_tracking() || trackings.is_empty() {
        return Ok(Outcome::Done);
    }
    let fulfillment = Fulfillment { trackings: trackings.to_vec(), ..known.clone() };
    store(change, fulfillment, Fact::FulfillmentUpdated { fulfillment: id })
}

pub(super) fn record(change: &mut Change<'_, '_>, command: &RecordDelivery) -> Result<Outcome, Refusal> {
    // Whoever may record what happens to parcels may do it for all of them: carriers don't know whose work it was.
    let carrier = change.actor.may(Permission::WriteFulfillments);
    let of = if carrier { known } else { found };
    let mut fulfillment = of(change, command.fulfillment)?.clone();
    if !carrier && !writable(change.actor, fulfillment.service) {
        return Err(Refusal::NotPermitted(&[Permission::WriteFulfillments]));
    }
    let event = DeliveryEvent {
        id: change.ids.fresh(),
        status: command.status,
        happened_at: command.happened_at.unwrap_or(change.now),
        created_at: change.now,
        message: command.message.clone(),
        place: command.place.clone(),
        position: command.position,
        estimated_at: command.estimated_at,
    };
    let fact = Fact::DeliveryRecorded { fulfillment: fulfillment.id, event: event.id };
    fulfillment.events.push(event);
    store(change, fulfillment, fact)
}

fn known<'a>(change: &Change<'a, '_>, id: FulfillmentId) -> Result<&'a Fulfillment, Refusal> {
    let found = change.snapshot.fulfillments.iter().find(|fulfillment| fulfillment.id == id);
    found.ok_or(Refusal::Unknown(Thing::Fulfillment(id)))
}

/// The fulfillment, if the actor may see it.
pub(super) fn found<'a>(change: &Change<'a, '_>, id: FulfillmentId) -> Result<&'a Fulfillment, Refusal> {
    known(change, id).and_then(|fulfillment| match visible(change.actor, fulfillment.service) {
        true => Ok(fulfillment),
        false => Err(Refusal::Unknown(Thing::Fulfillment(id))),
    })
}

/// The fulfillment, if the actor may change it.
pub(super) fn changeable<'a>(change: &Change<'a, '_>, id: FulfillmentId) -> Result<&'a Fulfillment, Refusal> {
    let fulfillment = found(change, id)?;
    if !writable(change.actor, fulfillment.service) {
        return Err(Refusal::NotPermitted(to_write(change.actor, fulfillment.service)));
    }
    Ok(fulfillment)
}

fn store(change: &mut Change<'_, '_>, mut fulfillment: Fulfillment, fact: Fact) -> Result<Outcome, Refusal> {
    fulfillment.updated_at = change.now;
    fulfillment.version += 1;
    let id = fulfillment.id;
    for order in fulfillment.orders() {
        change.order(order)?.facts.push(fact.clone());
    }
    change.writes.push(Write::Fulfillment(Box::new(fulfillment)));
    Ok(Outcome::Fulfillment(id))
}

#[cfg(test)]
mod tests;
