//! What an event is about, shown as a request for it would have answered right after the event: the same functions
//! render both.

use domain::id::ContactId;
use domain::order::Order;
use engine::dialect::Happened;
use serde_json::{Value, json};

use super::topic::Subject;
use crate::charge::Charge;
use crate::file::File;
use crate::{customer, fulfillment, order, refund, returning, sku};

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
        Subject::NoCustomer(ContactId(id)) => Some(neither(json!({ "id": id.to_string() }))),
    }
}
