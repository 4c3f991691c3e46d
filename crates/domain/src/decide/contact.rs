//! Contacts are made, changed and forgotten; and an order finds the contact that it belongs to.

use super::{Change, Outcome, Write};
use crate::actor::Permission;
use crate::contact::{self, Contact, ContactChange, ContactKey, SaveContact, Whom};
use crate::custom_field;
use crate::event::Fact;
use crate::id::ContactId;
use crate::redact;
use crate::refusal::{Field, Refusal, Thing};

/// How long a name, a telephone number or a label may be, in characters.
const SHORT: usize = 255;
/// How long a note may be, in characters.
const NOTES: usize = 50_000;
/// How many labels or addresses a contact may have.
const MANY: usize = 250;

pub(super) fn save(change: &mut Change<'_, '_>, command: &SaveContact) -> Result<Outcome, Refusal> {
    permitted(change)?;
    put(change, command).map(Outcome::Contact)
}

/// Makes or changes a contact, whoever asks: whoever may place an order may say whose it is.
pub(super) fn put(change: &mut Change<'_, '_>, command: &SaveContact) -> Result<ContactId, Refusal> {
    let known = match &command.whom {
        Whom::New => None,
        Whom::Known(key) => Some(find(change, key).ok_or(Refusal::Unknown(Thing::Contact))?),
        Whom::KnownOrNew(key) => find(change, key),
    };
    let mut contact = match known {
        Some(known) => known.clone(),
        None => first_known_by(change, &command.whom)?,
    };
    for said in &command.changes {
        contact.take(said);
        if let ContactChange::CustomFields(fields) = said {
            contact.custom_fields =
                custom_field::merged(&contact.custom_fields, fields, change.now, change.ids);
        }
    }
    // Nothing was said that was not so before.
    if known == Some(&contact) {
        return Ok(contact.id);
    }
    check(change, &contact)?;
    contact.updated_at = change.now;
    contact.version += 1;
    let id = contact.id;
    let identified = contact.email.is_some() && known.is_none_or(|known| known.email.is_none());
    let contact = Box::new(contact);
    match known {
        Some(_) => {
            change.facts.push(Fact::ContactUpdated { contact: id });
            change.writes.push(Write::Contact(contact));
        }
        None => {
            change.facts.push(Fact::ContactCreated { contact: id });
            change.writes.push(Write::NewContact(contact));
        }
    }
    if identified {
        change.facts.push(Fact::ContactIdentified { contact: id });
    }
    Ok(id)
}

/// Orders keep what they say about their buyer; only the link leads nowhere from now on.
pub(super) fn delete(change: &mut Change<'_, '_>, id: ContactId) -> Result<Outcome, Refusal> {
    permitted(change)?;
    find(change, &ContactKey::Id(id)).ok_or(Refusal::Unknown(Thing::Contact))?;
    change.facts.push(Fact::ContactDeleted { contact: id });
    change.writes.push(Write::NoContact(id));
    Ok(Outcome::Contact(id))
}

/// Orders and parcels that tell nothing of it any more are left alone, so doing it again changes nothing.
pub(super) fn redact(change: &mut Change<'_, '_>, id: ContactId) -> Result<Outcome, Refusal> {
    permitted(change)?;
    let known = find(change, &ContactKey::Id(id)).ok_or(Refusal::Unknown(Thing::Contact))?;
    let mut contact = redact::contact(known, change.now);
    if contact != *known {
        contact.updated_at = change.now;
        contact.version += 1;
        change.facts.push(Fact::ContactUpdated { contact: id });
        change.writes.push(Write::Contact(Box::new(contact)));
    }
    let snapshot = change.snapshot;
    for known in &snapshot.orders {
        let order = redact::order(known, change.now);
        if order != *known {
            let touched = change.order(known.id)?;
            touched.order = order;
            touched.facts.push(Fact::OrderAmended {});
        }
    }
    for known in &snapshot.fulfillments {
        let mut fulfillment = redact::fulfillment(known);
        if fulfillment != *known {
            fulfillment.updated_at = change.now;
            fulfillment.version += 1;
            change.writes.push(Write::Fulfillment(Box::new(fulfillment)));
        }
    }
    let orders = snapshot.orders.iter().map(|order| order.id).collect();
    change.writes.push(Write::NoTraces(id, orders));
    Ok(Outcome::Contact(id))
}

fn permitted(change: &Change<'_, '_>) -> Result<(), Refusal> {
    let needs = &[Permission::WriteContacts];
    if change.actor.may_any(needs) { Ok(()) } else { Err(Refusal::NotPermitted(needs)) }
}

fn find<'a>(change: &Change<'a, '_>, key: &ContactKey) -> Option<&'a Contact> {
    let found = change.snapshot.contacts.iter().filter(|contact| contact.is(key));
    found.min_by_key(|contact| contact.id)
}

/// A new contact that is known by nothing but what it was looked for by. An id can't be chosen.
fn first_known_by(change: &mut Change<'_, '_>, whom: &Whom) -> Result<Contact, Refusal> {
    let mut contact = Contact::unknown(change.ids.fresh(), change.now);
    match whom {
        Whom::KnownOrNew(ContactKey::Email(email)) => {
            contact.take(&ContactChange::Email(Some(email.clone())))
        }
        Whom::KnownOrNew(ContactKey::Phone(phone)) => {
            contact.take(&ContactChange::Phone(Some(phone.clone())))
        }
        Whom::KnownOrNew(ContactKey::Id(_)) => return Err(Refusal::Unknown(Thing::Contact)),
        Whom::New | Whom::Known(_) => {}
    }
    Ok(contact)
}

fn check(change: &Change<'_, '_>, contact: &Contact) -> Result<(), Refusal> {
    if let Some(email) = &contact.email {
        if !contact::is_email(email) {
            return Err(Refusal::Malformed(Field::Email, "is invalid"));
        }
        let same = ContactKey::Email(email.clone());
        if change.snapshot.contacts.iter().any(|other| other.id != contact.id && other.is(&same)) {
            return Err(Refusal::Taken(Field::Email));
        }
    }
    let long = |text: &Option<String>, most| text.as_ref().is_some_and(|text| text.chars().count() > most);
    let too_long = "is too long";
    if long(&contact.phone, SHORT) {
        return Err(Refusal::Malformed(Field::Phone, too_long));
    }
    if long(&contact.first_name, SHORT) || long(&contact.last_name, SHORT) {
        return Err(Refusal::Malformed(Field::Name, too_long));
    }
    if long(&contact.notes, NOTES) {
        return Err(Refusal::Malformed(Field::Note, too_long));
    }
    if contact.tags.len() > MANY || contact.tags.iter().any(|tag| tag.chars().count() > SHORT) {
        return Err(Refusal::Malformed(Field::Tags, too_long));
    }
    if contact.addresses.len() > MANY {
        return Err(Refusal::Malformed(Field::Addresses, "are too many"));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
