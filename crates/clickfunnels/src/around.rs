//! What an order is shown with: its workspace, the moment, and what it refers to, read at once for a whole page of
//! orders: contacts, tags, the programs that sent them.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use domain::contact::{Contact, Identity};
use domain::id::{AppId, ContactId};
use domain::order::Order;
use domain::record::{Record, RecordKind};
use domain::snapshot::Shop;
use domain::time::Time;
use engine::dialect::Told;
use engine::links::{Door, Links};
use engine::payment_page::owed;
use serde_json::Value;

use crate::call::Call;
use crate::failure::Failure;
use crate::{contact, label};

/// What some orders are shown with.
pub(crate) struct Around {
    /// The workspace.
    pub(crate) shop: Arc<Shop>,
    /// The moment: whether something is past due depends on it.
    pub(crate) now: Time,
    /// Makes the addresses of pages for buyers; events are told without, since whoever has one gets in.
    links: Option<Links>,
    contacts: Vec<Contact>,
    order_tags: Vec<Record>,
    contact_tags: Vec<Record>,
    taggings: Vec<Record>,
    apps: HashMap<AppId, String>,
}

impl Around {
    /// What is around an order that an event is about, as it was then.
    pub(crate) fn told(told: &Told<'_>) -> Self {
        let around = told.surroundings;
        let tags = |kind| around.tags.iter().filter(move |tag| tag.kind == kind).cloned().collect();
        Self {
            shop: Arc::new(told.shop.clone()),
            now: told.event.at,
            links: None,
            contacts: told.contacts.to_vec(),
            order_tags: tags(RecordKind::OrderTag),
            contact_tags: tags(RecordKind::ContactTag),
            taggings: around.taggings.clone(),
            apps: around.program.iter().cloned().collect(),
        }
    }

    /// Reads what the orders refer to.
    pub(crate) async fn of(call: &Call, orders: &[&Order]) -> Result<Self, Failure> {
        let mut ids: Vec<ContactId> = orders.iter().filter_map(|order| order.placed.contact).collect();
        ids.sort_unstable();
        ids.dedup();
        let contacts = call.engine.contacts_by_id(call.shop(), &ids).await?;
        let of_orders = orders.iter().flat_map(|order| &order.placed.tags);
        let order_tags = label::tags_of(call, RecordKind::OrderTag, of_orders).await?;
        let of_contacts = contacts.iter().flat_map(|contact| &contact.tags);
        let contact_tags = label::tags_of(call, RecordKind::ContactTag, of_contacts).await?;
        let tagged: Vec<i64> =
            contacts.iter().filter(|contact| !contact.tags.is_empty()).map(|contact| contact.id.0).collect();
        let taggings = label::taggings(call, &label::CONTACT, &tagged).await?;
        let mut apps = HashMap::new();
        for app in orders.iter().filter_map(|order| order.placed.app) {
            if let Entry::Vacant(unknown) = apps.entry(app) {
                let name = call.engine.app_name(call.shop(), app).await?;
                unknown.insert(name.unwrap_or_default());
            }
        }
        let (shop, now) = (call.shop().clone(), call.now());
        let links = Some(call.engine.links());
        Ok(Self { shop, now, links, contacts, order_tags, contact_tags, taggings, apps })
    }

    /// The page on which the buyer follows an order.
    pub(crate) fn status_page(&self, order: &Order) -> Option<String> {
        Some(self.links.as_ref()?.to(Door::Status, &self.shop, order.id))
    }

    /// The way to the page on which the buyer pays what is due of an order, if the workspace has one.
    pub(crate) fn checkout(&self, order: &Order) -> Option<String> {
        let pays = self.shop.payment_page.is_some() && owed(order, self.now).1 > 0;
        self.links.as_ref().filter(|_| pays).map(|links| links.to(Door::Checkout, &self.shop, order.id))
    }

    /// The ids of the tags that an order has; labels that are no tags have none.
    pub(crate) fn tag_ids(&self, order: &Order) -> Vec<i64> {
        label::among(&self.order_tags, &order.placed.tags).map(|tag| tag.id.0).collect()
    }

    /// The name of a program.
    pub(crate) fn app(&self, app: AppId) -> Option<&str> {
        self.apps.get(&app).map(String::as_str).filter(|name| !name.is_empty())
    }

    /// Whose an order is. Nobody is an anonymous contact by the id 0, who can be written to as the order says.
    pub(crate) fn contact(&self, order: &Order) -> Value {
        let show = |contact: &Contact| contact::base(&self.shop, contact, &self.contact_tags, &self.taggings);
        match self.contacts.iter().find(|contact| order.placed.contact == Some(contact.id)) {
            Some(contact) => show(contact),
            None => show(&Contact {
                email: order.placed.email.clone(),
                phone: order.placed.phone.clone(),
                identity: Identity::Anonymous,
                ..Contact::unknown(ContactId(0), order.created_at)
            }),
        }
    }
}
