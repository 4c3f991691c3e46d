//! Payloads of `customers/*`, and the customer in those of orders.

use domain::actor::Permission;
use domain::contact::{Contact, Taxation};
use domain::event::Fact;
use domain::id::ContactId;
use engine::dialect::Told;
use serde_json::{Value, json};

use crate::address::contact_address;
use crate::id::gid;
use crate::rest::form;

/// A contact as it was after the event; of one that is forgotten no more than who it was.
pub(super) fn payload(told: &Told<'_>, fact: &Fact) -> Option<Value> {
    match fact {
        Fact::ContactCreated { .. } | Fact::ContactUpdated { .. } => {
            let contact = of(told, fact)?;
            let addresses =
                (0..contact.addresses.len()).map(|place| address(contact, place)).collect::<Value>();
            Some(form::joined([customer(told, contact), json!({ "addresses": addresses })]))
        }
        Fact::ContactDeleted { contact } => {
            let id = gid("Customer", contact.0);
            Some(json!({ "id": contact.0, "tax_exemptions": [], "admin_graphql_api_id": id }))
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

/// The contact that a fact is about, unless it is gone.
pub(super) fn of<'t>(told: &Told<'t>, fact: &Fact) -> Option<&'t Contact> {
    match fact {
        Fact::ContactCreated { contact } | Fact::ContactUpdated { contact } => find(told, *contact),
        _ => None,
    }
}

fn find<'t>(told: &Told<'t>, id: ContactId) -> Option<&'t Contact> {
    told.contacts.iter().find(|contact| contact.id == id)
}

/// A contact. What it was labelled with, and whether it wants advertising, is no part of it since 2025-01.
fn customer(told: &Told<'_>, contact: &Contact) -> Value {
    json!({
        "id": contact.id.0,
        "created_at": form::time(told.shop, contact.created_at),
        "updated_at": form::time(told.shop, contact.updated_at),
        "first_name": contact.first_name,
        "last_name": contact.last_name,
        // Contacts have no accounts here.
        "state": "disabled",
        "note": contact.notes,
        "verified_email": false,
        "multipass_identifier": contact.sign_in_key,
        "tax_exempt": contact.tax == Taxation::Exempt,
        "email": contact.email,
        "phone": contact.phone,
        "currency": told.shop.currency.code(),
        // Whoever is exempt is so from all taxes; single ones are not told apart.
        "tax_exemptions": [],
        "admin_graphql_api_id": gid("Customer", contact.id.0),
        "default_address": address(contact, 0),
    })
}

/// The address at that place among a contact's; the first is the one that it goes by.
fn address(contact: &Contact, place: usize) -> Value {
    let Some(address) = contact.addresses.get(place) else { return Value::Null };
    json!({
        "id": contact_address(contact.id, place),
        "customer_id": contact.id.0,
        "first_name": address.first_name,
        "last_name": address.last_name,
        "company": address.company,
        "address1": address.address1,
        "address2": address.address2,
        "city": address.city,
        "province": address.province,
        "country": address.country,
        "zip": address.zip,
        "phone": address.phone,
        "name": address.name(),
        "province_code": address.province_code,
        "country_code": address.country_code,
        "country_name": address.country,
        "default": place == 0,
    })
}
