//! What becomes of a parcel: tracking and delivery events. Neither changes a quantity or a stage.

use super::{Change, Outcome, Write};
use crate::actor::{Permission, to_write, visible, writable};
use crate::command::charging::AmendFulfillment;
use crate::command::{RecordDelivery, Track};
use crate::custom_field;
use crate::event::Fact;
use crate::fulfillment::{DeliveryEvent, Fulfillment, Tracking};
use crate::id::{DeliveryEventId, FulfillmentId};
use crate::refusal::{Refusal, Thing};

pub(super) fn track(change: &mut Change<'_, '_>, command: &Track) -> Result<Outcome, Refusal> {
    let mut fulfillment = changeable(change, command.fulfillment)?.clone();
    fulfillment.trackings = command.trackings.clone();
    fulfillment.notify_buyer |= command.notify_buyer;
    let (id, notify_buyer) = (fulfillment.id, command.notify_buyer);
    store(change, fulfillment, Fact::FulfillmentUpdated { fulfillment: id, notify_buyer })
}

/// Something else is said of a fulfillment: its tracking, or what programs keep with it.
pub(super) fn amend(change: &mut Change<'_, '_>, command: &AmendFulfillment) -> Result<Outcome, Refusal> {
    let mut fulfillment = changeable(change, command.fulfillment)?.clone();
    if let Some(trackings) = &command.trackings {
        fulfillment.trackings.clone_from(trackings);
    }
    fulfillment.custom_fields =
        custom_field::merged(&fulfillment.custom_fields, &command.custom_fields, change.now, change.ids);
    fulfillment.notify_buyer |= command.notify_buyer;
    let (id, notify_buyer) = (fulfillment.id, command.notify_buyer);
    store(change, fulfillment, Fact::FulfillmentUpdated { fulfillment: id, notify_buyer })
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
    // Whoever was told that it left didn't learn where to look.
    let notify_buyer = known.notify_buyer;
    store(change, fulfillment, Fact::FulfillmentUpdated { fulfillment: id, notify_buyer })
}

pub(super) fn record(change: &mut Change<'_, '_>, command: &RecordDelivery) -> Result<Outcome, Refusal> {
    let mut fulfillment = followable(change, command.fulfillment)?.clone();
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

/// What was recorded of a parcel's way goes, as if it had never been said.
pub(super) fn forget(
    change: &mut Change<'_, '_>,
    id: FulfillmentId,
    event: DeliveryEventId,
) -> Result<Outcome, Refusal> {
    let mut fulfillment = followable(change, id)?.clone();
    let at = fulfillment.events.iter().position(|known| known.id == event);
    let at = at.ok_or(Refusal::Unknown(Thing::DeliveryEvent(event)))?;
    let event = Box::new(fulfillment.events.remove(at));
    store(change, fulfillment, Fact::DeliveryForgotten { fulfillment: id, event })
}

/// The fulfillment, if the actor may say what happens to it on its way. Whoever may do that may do it for all of
/// them: carriers don't know whose work it was.
fn followable<'a>(change: &Change<'a, '_>, id: FulfillmentId) -> Result<&'a Fulfillment, Refusal> {
    let carrier = change.actor.may(Permission::WriteFulfillments);
    let fulfillment = if carrier { known(change, id) } else { found(change, id) }?;
    match carrier || writable(change.actor, fulfillment.service) {
        true => Ok(fulfillment),
        false => Err(Refusal::NotPermitted(&[Permission::WriteFulfillments])),
    }
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
