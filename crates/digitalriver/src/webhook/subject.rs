//! What an event is about, shown as a request for it would have answered right after the event: the same functions
//! render both.

use domain::event::Fact;
use domain::id::{ContactId, RecordId};
use domain::order::Order;
use domain::record::{Record, RecordKind};
use engine::dialect::Happened;
use serde_json::{Map, Value, json};

use super::topic::Subject;
use crate::charge::Charge;
use crate::file::{File, link};
use crate::record::Shelf;
use crate::{
    cancellation, checkout, customer, fulfillment, fulfillment_return, order, refund, returning, shipment,
    sku, source, tax_identifier, work,
};

/// What an event is about.
pub(crate) struct Shown {
    /// The thing.
    pub(crate) object: Value,
    /// Whether it is only for tests; `None` if nobody says of such things whether they are.
    pub(crate) test: Option<bool>,
}

/// What an event is about; `None` if it is gone. `url` is the server's address.
pub(crate) fn shown(happened: &Happened<'_>, subject: Subject, url: &str) -> Option<Shown> {
    let of_order = |show: &dyn Fn(&Order) -> Option<Value>| {
        let order = happened.order?;
        Some(Shown { object: show(order)?, test: Some(order.placed.test) })
    };
    let neither = |object: Value| Shown { object, test: None };
    match subject {
        Subject::Order => of_order(&|own| Some(order::shown(own, happened.fulfillments, url))),
        Subject::Charge(id) => {
            of_order(&|own| Charge::with(own, own.transaction(id)?).map(|charge| charge.alone()))
        }
        Subject::File(over) => of_order(&|own| {
            File::all(own).into_iter().find(|file| file.over() == over).map(|file| file.told())
        }),
        Subject::Fulfillment(id) => of_order(&|own| {
            let made = happened.fulfillments.iter().find(|made| made.id == id)?;
            Some(fulfillment::with_order(made, own, happened.fulfillments, url))
        }),
        Subject::Refund(id) => of_order(&|own| {
            let refund = own.refunds.iter().find(|refund| refund.id == id)?;
            Some(refund::shown(own, refund))
        }),
        Subject::Return(id) => of_order(&|own| {
            let one = own.returns.iter().find(|one| one.id == id)?;
            Some(returning::shown(own, one))
        }),
        Subject::Work(id) => of_order(&|own| work::shown(own, id, happened.fulfillments)),
        Subject::Shipment(id) => of_order(&|own| {
            let parcel = happened.fulfillments.iter().find(|made| made.id == id)?;
            Some(shipment::shown(parcel, &[own]))
        }),
        Subject::Cancellation(id) => of_order(&|own| {
            let one = happened.fulfillments.iter().find(|made| made.id == id)?;
            cancellation::shown(one, own)
        }),
        Subject::WorkReturn(id) => of_order(&|own| fulfillment_return::shown(own, id.0)),
        Subject::Sku(id) => {
            let variants = happened.variants.iter().chain(&happened.surroundings.variants);
            let variant = variants.into_iter().find(|variant| variant.id == id)?;
            let mut products = happened.products.iter().chain(&happened.surroundings.products);
            let product = products.find(|product| product.id == variant.product);
            Some(neither(sku::told(variant, product)))
        }
        Subject::Customer(id) => {
            let contact = happened.contacts.iter().find(|contact| contact.id == id)?;
            Some(neither(customer::told(contact).into()))
        }
        Subject::NoCustomer(id) => {
            let contact = happened.before.contacts.iter().find(|contact| contact.id == id);
            Some(neither(json!({ "id": contact.map_or_else(|| id.to_string(), customer::name) })))
        }
        Subject::NoSku(id) => {
            // By what it went until then: by now its name is free again.
            let variant = happened.before.variants.iter().find(|variant| variant.id == id)?;
            Some(neither(json!({ "id": sku::told(variant, None)["id"] })))
        }
        Subject::Record(id) => {
            let record = record(happened, id)?;
            let customer = || customer_of(happened, record);
            let object = match record.kind {
                RecordKind::Checkout => checkout::told(happened, record)?,
                RecordKind::PaymentSource => source::shown(record, customer().as_deref()).ok()?,
                RecordKind::TaxIdentifier => tax_identifier::shown(record, customer().as_deref()),
                RecordKind::FileLink => link::told(record, happened.event.at),
                _ => return None,
            };
            Some(Shown { object, test: test(record) })
        }
        Subject::NoRecord(id) => {
            let record = record(happened, id)?;
            let mut object = json!({ "id": shelf(record.kind)?.name(id) });
            if let Some(customer) = customer_of(happened, record) {
                object["customerId"] = customer.into();
            }
            Some(Shown { object, test: test(record) })
        }
    }
}

/// What of a thing somebody changed: the members that differ, each as it was before; `None` if nobody knows.
pub(crate) fn previous(
    happened: &Happened<'_>,
    subject: Subject,
    object: &Value,
    url: &str,
) -> Option<Value> {
    let before = happened.before;
    let mut was = Happened { variants: &before.variants, products: &before.products, ..*happened };
    match subject {
        Subject::Order | Subject::Refund(_) | Subject::Return(_) => {
            was.order = Some(before.order.as_ref()?);
        }
        Subject::Sku(id) => {
            before.variants.iter().find(|variant| variant.id == id)?;
        }
        Subject::Customer(id) => {
            before.contacts.iter().find(|contact| contact.id == id)?;
            was.contacts = &before.contacts;
        }
        Subject::Record(id) => {
            let facts = happened.event.facts.iter().filter_map(Fact::record_before);
            let known = before.records.iter().chain(facts.filter(|record| !record.kind.is_personal()));
            let known = known.into_iter().find(|record| record.id == id)?;
            was.records = std::slice::from_ref(known);
        }
        _ => return None,
    }
    Some(difference(shown(&was, subject, url)?.object.as_object()?, object.as_object()?).into())
}

/// The members of `before` that differ `now`; those that weren't there are null. Of objects only what differs in them.
fn difference(before: &Map<String, Value>, now: &Map<String, Value>) -> Map<String, Value> {
    let names = before.keys().chain(now.keys().filter(|name| !before.contains_key(*name)));
    let differs = |name: &String| match (before.get(name), now.get(name)) {
        (before, now) if before == now => None,
        (Some(Value::Object(before)), Some(Value::Object(now))) => Some(difference(before, now).into()),
        (before, _) => Some(before.cloned().unwrap_or_default()),
    };
    names.filter_map(|name| differs(name).map(|value| (name.clone(), value))).collect()
}

/// A record as it was right after the event, or as it was when it went.
fn record<'a>(happened: &Happened<'a>, id: RecordId) -> Option<&'a Record> {
    // Facts don't repeat what tells who somebody is.
    let facts = happened.event.facts.iter().filter_map(Fact::record);
    let whole = facts.filter(|record| !record.kind.is_personal());
    happened.records.iter().chain(whole).find(|record| record.id == id)
}

/// What the customer goes by to whom a record belongs.
fn customer_of(happened: &Happened<'_>, record: &Record) -> Option<String> {
    let owner = record.parent.filter(|_| record.kind.is_personal()).map(ContactId)?;
    happened.contacts.iter().find(|contact| contact.id == owner).map(customer::name)
}

/// Whether a record is only for tests, as far as those of its kind say.
fn test(record: &Record) -> Option<bool> {
    record.body["live"].as_bool().map(|live| !live)
}

fn shelf(kind: RecordKind) -> Option<&'static Shelf> {
    let shelves = [&checkout::SHELF, &source::SHELF, &tax_identifier::SHELF, &link::SHELF];
    shelves.into_iter().find(|shelf| shelf.kind == kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_told_as_it_was() {
        let before =
            json!({ "id": "1", "name": "a", "gone": [1], "in": { "x": 1, "y": 2 }, "same": { "z": 1 } });
        let now =
            json!({ "id": "1", "name": "b", "new": 7, "in": { "x": 1, "y": 3, "w": 4 }, "same": { "z": 1 } });
        let told = json!({ "name": "a", "gone": [1], "new": null, "in": { "y": 2, "w": null } });
        let (before, now) = (before.as_object().unwrap(), now.as_object().unwrap());
        assert_eq!(Value::from(difference(before, now)), told);
        assert!(difference(now, now).is_empty());
    }
}
