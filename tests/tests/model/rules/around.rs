//! What is kept around orders: people, records, listeners and workflows.

use std::collections::BTreeSet;

use domain::contact::{ContactChange, ContactKey, SaveContact, Whom};
use domain::id::{ContactId, ListenerId, RecordId};
use domain::listener::Listener;
use domain::record::Record;
use domain::workflow::{Run, Workflow};

use super::Forecast;
use crate::reference::Reference;
use crate::who::Who;

/// A contact that has no id yet.
pub const NEW: ContactId = ContactId(0);

fn with_address(shop: &Reference, email: &str) -> Option<ContactId> {
    let same =
        |own: &Option<String>| own.as_ref().is_some_and(|own| own.to_lowercase() == email.to_lowercase());
    shop.contacts.iter().find(|(_, own)| same(own)).map(|(id, _)| *id)
}

/// The contact that is meant, as it is then; no two have the same address.
pub fn contact_of(shop: &mut Reference, save: &SaveContact) -> Option<ContactId> {
    let find = |key: &ContactKey| match key {
        ContactKey::Id(id) => shop.contacts.contains_key(id).then_some(*id),
        ContactKey::Email(email) => with_address(shop, email),
        ContactKey::Phone(_) => None,
    };
    let (id, mut email) = match &save.whom {
        Whom::New => (NEW, None),
        Whom::Known(key) => (find(key)?, None),
        Whom::KnownOrNew(ContactKey::Email(email)) => {
            (with_address(shop, email).unwrap_or(NEW), Some(email.clone()))
        }
        Whom::KnownOrNew(key) => (find(key)?, None),
    };
    email = shop.contacts.get(&id).cloned().flatten().or(email);
    for change in &save.changes {
        if let ContactChange::Email(said) = change {
            email.clone_from(said);
        }
    }
    if let Some(email) = &email
        && (!email.contains('@') || with_address(shop, email).is_some_and(|other| other != id))
    {
        return None;
    }
    shop.contacts.insert(id, email);
    Some(id)
}

pub fn contact(shop: &mut Reference, who: Who, save: &SaveContact) -> Option<Forecast> {
    contact_of(shop, save).filter(|_| who.may_all())?;
    Some(Forecast::nothing())
}

pub fn no_contact(shop: &mut Reference, who: Who, id: ContactId) -> Option<Forecast> {
    shop.contacts.remove(&id).filter(|_| who.may_all())?;
    Some(Forecast::nothing())
}

/// Everything that tells who it is goes; what was bought stays.
pub fn redact(shop: &mut Reference, who: Who, id: ContactId) -> Option<Forecast> {
    *shop.contacts.get_mut(&id).filter(|_| who.may_all())? = None;
    let bought = shop.orders.iter().filter(|(_, known)| known.contact == Some(id));
    Some(Forecast::lawful(bought.map(|(id, _)| *id).collect::<Vec<_>>(), None))
}

/// A program's listeners are its own affair; no two of them are told the same at the same address.
pub fn listen(shop: &mut Reference, who: Who, listener: &Listener) -> Option<Forecast> {
    let known = shop.listeners.get(&listener.id);
    if known.is_some_and(|(app, _)| !who.owns(*app)) {
        return None;
    }
    let app = who.app().unwrap_or(listener.app);
    let same = |(id, other): (&ListenerId, &(domain::id::AppId, String))| {
        *id != listener.id && *other == (app, format!("{} {}", listener.topic, listener.url))
    };
    if shop.listeners.iter().any(same) {
        return None;
    }
    shop.listeners.insert(listener.id, (app, format!("{} {}", listener.topic, listener.url)));
    Some(Forecast::nothing())
}

pub fn no_listener(shop: &mut Reference, who: Who, id: ListenerId) -> Option<Forecast> {
    shop.listeners.remove(&id).filter(|(app, _)| who.owns(*app))?;
    Some(Forecast::nothing())
}

/// No two of a kind have the same key; one that is given up is free only afterwards.
pub fn records(shop: &mut Reference, who: Who, records: &[Record]) -> Option<Forecast> {
    let before = shop.records.clone();
    for record in records {
        let key = record.key.clone().unwrap_or_default();
        let taken = before.iter().chain(&shop.records).any(|(id, own)| *id != record.id && *own == key);
        if !who.may_all() || taken || record.name.chars().count() > 255 {
            return None;
        }
        shop.records.insert(record.id, key);
    }
    Some(Forecast::nothing())
}

pub fn no_records(shop: &mut Reference, who: Who, ids: &[RecordId]) -> Option<Forecast> {
    // One that is named twice goes once.
    for id in ids.iter().copied().collect::<BTreeSet<_>>() {
        shop.records.remove(&id).filter(|_| who.may_all())?;
    }
    Some(Forecast::nothing())
}

pub fn workflow(workflow: &Workflow) -> Option<Forecast> {
    (!workflow.name.trim().is_empty() && !workflow.steps.is_empty()).then(Forecast::nothing)
}

/// A step of a run is done, if it is due.
pub fn run(run: &Run) -> Forecast {
    Forecast::lawful(run.order, None).or_refused()
}
