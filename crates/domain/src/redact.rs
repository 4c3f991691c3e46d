//! Forgetting who somebody is. What tells it goes: names, ways to reach them, addresses but for country and province
//! (taxes depend on those), and every text and value that came with an order, or was written to the buyer, since nobody
//! knows what is in it. What was sold, paid and sent stays as it was, and so does what staff and services wrote to one
//! another about the work.

use crate::address::Address;
use crate::contact::{Contact, Links};
use crate::fulfillment::Fulfillment;
use crate::order::Order;
use crate::time::Time;

/// The contact without what tells who it was. Once forgotten it stays as it is.
pub fn contact(known: &Contact, now: Time) -> Contact {
    Contact {
        marketing: known.marketing,
        tax: known.tax,
        tags: Vec::new(),
        links: Links::default(),
        redacted_at: known.redacted_at.or(Some(now)),
        created_at: known.created_at,
        updated_at: known.updated_at,
        version: known.version,
        ..Contact::unknown(known.id, now)
    }
}

/// The order without what tells who bought it. Its work, money and articles are as before.
pub fn order(known: &Order, now: Time) -> Order {
    let mut order = known.clone();
    order.redacted_at = known.redacted_at.or(Some(now));
    let placed = &mut order.placed;
    placed.email = None;
    placed.phone = None;
    placed.shipping_address = placed.shipping_address.as_ref().map(region);
    placed.billing_address = placed.billing_address.as_ref().map(region);
    placed.note = None;
    placed.po_number = None;
    placed.origin = None;
    placed.attributes.clear();
    placed.local_fields.clear();
    placed.custom_fields.clear();
    for line in &mut order.lines {
        line.article.properties.clear();
    }
    if let Some(billing) = &mut order.billing {
        billing.return_url = None;
        if let Some(ending) = &mut billing.ending {
            ending.by = None;
            ending.description = None;
        }
    }
    order
}

/// The fulfillment without what tells whom it went to.
pub fn fulfillment(known: &Fulfillment) -> Fulfillment {
    let mut fulfillment = known.clone();
    fulfillment.message = None;
    for event in &mut fulfillment.events {
        event.message = None;
        event.position = None;
        event.place = region(&event.place);
    }
    fulfillment
}

fn region(address: &Address) -> Address {
    Address {
        province: address.province.clone(),
        province_code: address.province_code.clone(),
        country: address.country.clone(),
        country_code: address.country_code.clone(),
        ..Address::default()
    }
}
