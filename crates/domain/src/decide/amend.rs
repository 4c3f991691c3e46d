//! Orders change in what they say, are put away, taken out again, and forgotten.

use super::{Change, Outcome, Write, stock_delta};
use crate::actor::Permission;
use crate::amend::{AmendOrder, OrderChange};
use crate::billing::Trouble;
use crate::contact;
use crate::custom_field;
use crate::event::Fact;
use crate::fulfillment::Fulfillment;
use crate::id::{Ids, OrderId};
use crate::order::Order;
use crate::refusal::{Field, Refusal, Thing};
use crate::stock::StockDelta;
use crate::tags;
use crate::time::Time;

/// How long a note may be, in characters.
const NOTE: usize = 5_000;
/// How many labels an order may have.
const MANY: usize = 250;
/// How long any other text may be, in characters.
const SHORT: usize = 255;

pub(super) fn amend(change: &mut Change<'_, '_>, command: &AmendOrder) -> Result<Outcome, Refusal> {
    let id = command.order;
    permitted(change)?;
    let now = change.now;
    let mut order = change.order(id)?.order.clone();
    if command.changes.is_empty() {
        return Err(Refusal::NothingToDo);
    }
    for said in &command.changes {
        take(&mut order, said, now, change.ids)?;
    }
    let touched = change.order(id)?;
    if touched.order != order {
        touched.order = order;
        touched.facts.push(Fact::OrderAmended {});
    }
    Ok(Outcome::Order(id))
}

fn take(order: &mut Order, said: &OrderChange, now: Time, ids: &mut Ids<'_>) -> Result<(), Refusal> {
    let placed = &mut order.placed;
    match said {
        OrderChange::Email(email) => {
            placed.email = filled(email);
            if placed.email.as_deref().is_some_and(|email| !contact::is_email(email)) {
                return Err(Refusal::Malformed(Field::Email, "is invalid"));
            }
        }
        OrderChange::Phone(phone) => {
            placed.phone = filled(phone);
            if placed.phone.as_deref().is_some_and(|phone| !contact::is_phone(phone)) {
                return Err(Refusal::Malformed(Field::Phone, "is invalid"));
            }
        }
        OrderChange::Note(note) => {
            placed.note = short(note, NOTE, Field::Note)?;
        }
        OrderChange::PoNumber(number) => placed.po_number = short(number, SHORT, Field::PoNumber)?,
        OrderChange::SourceIdentifier(name) => {
            placed.source_identifier = short(name, SHORT, Field::SourceIdentifier)?;
        }
        OrderChange::ShippingAddress(address) => placed.shipping_address = Some((**address).clone()),
        OrderChange::Tags(tags) => placed.tags = tags::cleaned(tags.iter().map(String::as_str)),
        OrderChange::AddTags(tags) => placed.tags = tags::with(&placed.tags, tags),
        OrderChange::RemoveTags(tags) => placed.tags = tags::without(&placed.tags, tags),
        OrderChange::Attributes(attributes) => placed.attributes.clone_from(attributes),
        OrderChange::LocalFields(fields) => {
            for (key, value) in fields {
                match placed.local_fields.iter_mut().find(|(known, _)| known == key) {
                    Some((_, known)) => known.clone_from(value),
                    None => placed.local_fields.push((key.clone(), value.clone())),
                }
            }
        }
        OrderChange::CustomFields(fields) => {
            placed.custom_fields = custom_field::merged(&placed.custom_fields, fields, now, ids);
        }
    }
    if placed.tags.len() > MANY || placed.tags.iter().any(|tag| tag.chars().count() > SHORT) {
        return Err(Refusal::Malformed(Field::Tags, "is too long"));
    }
    Ok(())
}

fn filled(text: &Option<String>) -> Option<String> {
    text.as_ref().filter(|text| !text.trim().is_empty()).cloned()
}

fn short(text: &Option<String>, most: usize, field: Field) -> Result<Option<String>, Refusal> {
    match filled(text) {
        Some(text) if text.chars().count() > most => Err(Refusal::Malformed(field, "is too long")),
        text => Ok(text),
    }
}

/// Puts an order away. What is still to be done for it goes on: putting away is about the list that people look at.
pub(super) fn close(change: &mut Change<'_, '_>, id: OrderId) -> Result<Outcome, Refusal> {
    permitted(change)?;
    let now = change.now;
    let touched = change.order(id)?;
    if touched.order.closed_at.is_none() {
        touched.order.closed_at = Some(now);
        touched.facts.push(Fact::OrderClosed {});
    }
    Ok(Outcome::Order(id))
}

/// Takes an order out again that was put away.
pub(super) fn reopen(change: &mut Change<'_, '_>, id: OrderId) -> Result<Outcome, Refusal> {
    permitted(change)?;
    let touched = change.order(id)?;
    if touched.order.closed_at.take().is_some() {
        touched.facts.push(Fact::OrderReopened {});
    }
    Ok(Outcome::Order(id))
}

/// Forgets an order with its work and its parcels. What waited in a shelf for it may be promised to others; what left
/// is gone. Refused while a service works on it, which would go on and find nothing to report to.
pub(super) fn delete(change: &mut Change<'_, '_>, id: OrderId) -> Result<Outcome, Refusal> {
    permitted(change)?;
    let known = change.snapshot.orders.iter().find(|order| order.id == id);
    let order = known.ok_or(Refusal::Unknown(Thing::Order(id)))?;
    if let Some(busy) = order.fulfillment_orders.iter().find(|fo| fo.is_with_service()) {
        return Err(Refusal::ServiceAtWork(busy.id));
    }
    // Nobody would ask any more what became of it.
    let mut moves = order.placed.transactions.iter().filter(|own| own.status.is_awaited());
    if let Some(awaited) = moves.find(|_| order.charging.is_some()) {
        return Err(Refusal::Billing(Trouble::PaymentUnderWay(awaited.id)));
    }
    for fo in order.fulfillment_orders.iter().filter(|fo| fo.is_open()) {
        for line in &fo.lines {
            if let Some(delta) = stock_delta(order, line, fo.location) {
                change.move_stock(StockDelta { committed: -line.remaining(), ..delta });
            }
        }
    }
    for fulfillment in &change.snapshot.fulfillments {
        change.writes.push(without(fulfillment, id, change.now));
    }
    change.writes.push(Write::NoOrder(id, order.version));
    change.writes.push(Write::RouteWaiting);
    change.deleted.push(id);
    Ok(Outcome::Order(id))
}

/// A parcel without what an order had in it; with nothing else in it, it goes too.
fn without(fulfillment: &Fulfillment, order: OrderId, now: Time) -> Write {
    let mut rest = fulfillment.clone();
    rest.shares.retain(|share| share.order != order);
    rest.given_up.retain(|units| units.order != order);
    if rest.orders().is_empty() {
        return Write::NoFulfillment(rest.id, rest.version);
    }
    rest.version += 1;
    rest.updated_at = now;
    Write::Fulfillment(Box::new(rest))
}

fn permitted(change: &Change<'_, '_>) -> Result<(), Refusal> {
    let needs = &[Permission::WriteOrders];
    if change.actor.may_any(needs) { Ok(()) } else { Err(Refusal::NotPermitted(needs)) }
}

#[cfg(test)]
mod tests;
