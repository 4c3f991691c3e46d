//! What an event is about, shown as the answer to a request for it: the same functions render both. Of what is gone no
//! more is told than what it was.

use domain::actor::Permission;
use domain::event::Fact;
use domain::product::Product;
use domain::record::RecordKind;
use engine::dialect::Told;
use serde_json::{Value, json};

use super::topic::Subject;
use crate::around::Around;
use crate::product::Hanging;
use crate::{
    contact, course, enrollment, fulfillment, id, invoice, label, order, product, restock, transaction,
    variant,
};

/// A subject, ready to be sent.
pub(super) struct Shown {
    pub(super) id: i64,
    /// What it is, as the original calls it.
    pub(super) class: &'static str,
    pub(super) data: Value,
}

/// The subject as whoever is told may see it: `None` if it may not, or if there is nothing to show any more.
pub(super) fn shown(told: &Told<'_>, subject: Subject<'_>) -> Option<Shown> {
    if !told.actor.may_any(needs(subject)) {
        return None;
    }
    let shop = told.shop;
    let gone = |id: i64| json!({ "id": id, "public_id": id::public(id), "workspace_id": shop.id.0 });
    let (id, class, data) = match subject {
        Subject::Order => {
            let order = told.order?;
            (order.id.0, "Order", order::shown::whole(order, &Around::told(told)))
        }
        Subject::Replanned => {
            let order = told.order?;
            let mut data = order::shown::whole(order, &Around::told(told));
            data["previous_line_item"] = order::shown::previous(order);
            (order.id.0, "Order", data)
        }
        Subject::NoOrder => {
            let id = told.event.order?.0;
            (id, "Order", gone(id))
        }
        Subject::Invoice(id) => {
            let order = told.order?;
            let invoice = order.invoice(id)?;
            (id.0, "Orders::Invoice", invoice::shown::shown(order, invoice, &Around::told(told)))
        }
        Subject::Transaction(id) => {
            let order = told.order?;
            (id.0, "Orders::Transaction", transaction::shown(order, order.transaction(id)?))
        }
        Subject::Restock(id) => {
            let order = told.order?;
            let refund = order.refunds.iter().find(|refund| refund.id == id)?;
            (id.0, "Orders::Invoices::Restock", restock::shown(shop, order, refund))
        }
        Subject::Fulfillment(id) => {
            let fulfillment = told.fulfillments.iter().find(|fulfillment| fulfillment.id == id)?;
            let order = told.order?;
            // One that holds parts of several orders happens to all of them; the first one's event tells it.
            if fulfillment.orders().first() != Some(&order.id) {
                return None;
            }
            (id.0, "Fulfillment", fulfillment::shown(shop.id.0, fulfillment, order.placed.contact))
        }
        Subject::Contact(id) => {
            let around = told.surroundings;
            let contact = told.contacts.iter().find(|contact| contact.id == id)?;
            (id.0, "Contact", contact::base(shop, contact, &around.tags, &around.taggings))
        }
        Subject::NoContact(id) => (id.0, "Contact", gone(id.0)),
        Subject::AppliedTag(tagging) => {
            let contact = told.contacts.iter().find(|contact| tagging.parent == Some(contact.id.0))?;
            // A tag that was removed takes what it was applied to along.
            let removed = told.event.facts.iter().filter_map(|fact| match fact {
                Fact::RecordRemoved { record } => Some(&**record),
                _ => None,
            });
            let mut tags = told.surroundings.tags.iter().chain(removed);
            let tag =
                tags.find(|tag| tag.kind == RecordKind::ContactTag && tagging.other == Some(tag.id.0))?;
            (tagging.id.0, "Contacts::AppliedTag", label::applied(contact, tagging, tag))
        }
        Subject::Enrollment(id) => {
            let grant = told.surroundings.access.iter().find(|grant| grant.id == id)?;
            let contact = told.contacts.iter().find(|contact| contact.id == grant.contact);
            (id.0, "Courses::Enrollment", enrollment::COURSE.shown(grant, contact, None))
        }
        Subject::Product(id) => {
            let product = told.products.iter().find(|product| product.id == id)?;
            (id.0, "Product", product::shown(shop, product, &Hanging::told(told)))
        }
        Subject::Variant(id) => {
            let variant = told.variants.iter().find(|variant| variant.id == id)?;
            let of = |product: &&Product| product.id == variant.product;
            let product = told.products.iter().chain(&told.surroundings.products).find(of)?;
            (id.0, "Products::Variant", variant::shown(variant, product, &Hanging::told(told)))
        }
        Subject::Lessons(record) => {
            let class = match record.kind {
                RecordKind::Course => "Course",
                RecordKind::CourseSection => "Courses::Section",
                _ => "Courses::Lesson",
            };
            (record.id.0, class, course::resource(record.kind)?.render(shop, record))
        }
    };
    Some(Shown { id, class, data })
}

/// What is needed to be told of it; any of them will do.
fn needs(subject: Subject<'_>) -> &'static [Permission] {
    match subject {
        Subject::Order
        | Subject::Replanned
        | Subject::NoOrder
        | Subject::Invoice(_)
        | Subject::Transaction(_)
        | Subject::Restock(_) => &[Permission::ReadOrders],
        Subject::Fulfillment(_) => &[Permission::ReadFulfillments],
        Subject::Enrollment(_) | Subject::Product(_) | Subject::Variant(_) | Subject::Lessons(_) => {
            &[Permission::ReadProducts]
        }
        Subject::Contact(_) | Subject::NoContact(_) | Subject::AppliedTag(_) => &[Permission::ReadContacts],
    }
}
