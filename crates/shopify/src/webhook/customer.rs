//! Payloads of `customers/*`, and the customer in those of orders.

use domain::actor::Permission;
use domain::contact::Contact;
use domain::event::Fact;
use domain::id::ContactId;
use engine::dialect::Told;
use serde_json::{Value, json};

use crate::customer::rest;
use crate::id::gid;
use crate::rest::form;

/// A contact as it was after the event; of one that is forgotten no more than who it was.
pub(super) fn payload(told: &Told<'_>, fact: &Fact) -> Option<Value> {
    match fact {
        Fact::ContactCreated { contact } | Fact::ContactUpdated { contact } => {
            let contact = find(told, *contact)?;
            let addresses: Value = contact.addresses.iter().map(form::address).collect();
            let default = contact.addresses.first().map_or(Value::Null, form::address);
            let more = json!({ "addresses": addresses, "default_address": default });
            Some(form::joined([customer(told, contact), more]))
        }
        Fact::ContactDeleted { contact } => {
            Some(json!({ "id": contact.0, "admin_graphql_api_id": gid("Customer", contact.0) }))
        }
        _ => None,
    }
}

/// An order's payload with whose it is, for those who may know.
pub(super) fn with(told: &Told<'_>, mut order: Value) -> Value {
    let buyer = told.order.and_then(|order| order.placed.contact).and_then(|id| find(told, id));
    if let (Some(contact), true) = (buyer, told.actor.may(Permission::ReadContacts)) {
        order["customer"] = customer(told, contact);
    }
    order
}

fn find<'t>(told: &Told<'t>, id: ContactId) -> Option<&'t Contact> {
    told.contacts.iter().find(|contact| contact.id == id)
}

fn customer(told: &Told<'_>, contact: &Contact) -> Value {
    rest(contact, |at| form::time(told.shop, at))
}
