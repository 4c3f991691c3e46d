//! What is kept beside an event while it waits to be told: what it is about as it was then, and, of what somebody changed,
//! as it was before. Changes of that kind are rare; orders that are placed and leave keep nothing of before.

use std::fmt::Write as _;

use domain::access::AccessGrant;
use domain::contact::Contact;
use domain::event::{Changed, Event, Fact};
use domain::fulfillment::Fulfillment;
use domain::id::FulfillmentId;
use domain::order::Order;
use domain::product::{Product, Variant};
use domain::record::Record;
use domain::snapshot::Snapshot;
use serde::{Deserialize, Serialize};

use crate::body;
use crate::db::Error;

/// What an event is about, as it was then.
#[derive(Default, Deserialize)]
pub(crate) struct Kept {
    #[serde(default)]
    pub(crate) order: Option<Order>,
    #[serde(default)]
    pub(crate) fulfillments: Vec<Fulfillment>,
    #[serde(default)]
    pub(crate) contacts: Vec<Contact>,
    #[serde(default)]
    pub(crate) products: Vec<Product>,
    #[serde(default)]
    pub(crate) variants: Vec<Variant>,
    #[serde(default)]
    pub(crate) access: Vec<AccessGrant>,
    #[serde(default)]
    pub(crate) records: Vec<Record>,
    #[serde(default)]
    pub(crate) before: Before,
}

/// What somebody changed, as it was before.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Before {
    /// The order that the event is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<Order>,
    /// Contacts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<Contact>,
    /// Products.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub products: Vec<Product>,
    /// Variants.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variants: Vec<Variant>,
    /// Records that tell who somebody is; of others facts say everything.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub records: Vec<Record>,
}

impl Before {
    /// What was before an event.
    fn of(snapshot: &Snapshot, event: &Event) -> Self {
        let mut before = Self::default();
        for changed in event.facts.iter().filter_map(Fact::changed) {
            match changed {
                Changed::Order => {
                    before.order =
                        snapshot.orders.iter().find(|order| Some(order.id) == event.order).cloned();
                }
                Changed::Contact(id) => {
                    before.contacts.extend(snapshot.contacts.iter().find(|known| known.id == id).cloned());
                }
                Changed::Variant(id) => {
                    let known = snapshot.variants.iter().find(|known| known.id == id);
                    before.variants.extend(known.cloned());
                    before.products.clone_from(&snapshot.products);
                }
                Changed::Record(id) => {
                    let known = snapshot.records.iter().find(|known| known.id == id);
                    before.records.extend(known.filter(|known| known.kind.is_personal()).cloned());
                }
            }
        }
        before
    }
}

/// Bodies as they are written, to be kept beside the events for those who listen.
#[derive(Default)]
pub(crate) struct Bodies {
    /// Only which: their rows are there by then.
    pub(crate) orders: Vec<i64>,
    pub(crate) fulfillments: Vec<(FulfillmentId, String)>,
    pub(crate) contacts: Vec<String>,
    pub(crate) products: Vec<String>,
    pub(crate) variants: Vec<String>,
    pub(crate) access: Vec<String>,
    records: Vec<String>,
}

impl Bodies {
    /// Fulfillments that stay as they were are told of too, with the order whose they are.
    pub(crate) fn keep(&mut self, unchanged: &[Fulfillment]) -> Result<(), Error> {
        for fulfillment in unchanged {
            if self.fulfillments.iter().all(|(id, _)| *id != fulfillment.id) {
                self.fulfillments.push((fulfillment.id, body::write(fulfillment)?));
            }
        }
        self.fulfillments.sort_by_key(|(id, _)| *id);
        Ok(())
    }

    /// A record as it is now, or as it was when it went. Of most of them facts say everything.
    pub(crate) fn record(&mut self, record: &Record) -> Result<(), Error> {
        if record.kind.is_personal() {
            self.records.push(body::write(record)?);
        }
        Ok(())
    }

    /// Whether the order that an event is about changed with it.
    pub(crate) fn has_order_of(&self, event: &Event) -> bool {
        event.order.is_some_and(|order| self.orders.contains(&order.0))
    }

    /// Members of a JSON object: what is kept beside an event, but for its order. If somebody is forgotten, nothing is
    /// known of before.
    pub(crate) fn beside(&self, snapshot: &Snapshot, event: &Event, forgets: bool) -> Result<String, Error> {
        let mut beside = String::new();
        let mut put = |name: &str, value: String| {
            let comma = if self.has_order_of(event) || !beside.is_empty() { "," } else { "" };
            // Writing to a String cannot fail.
            let _ = write!(beside, "{comma}\"{name}\":{value}");
        };
        for (name, kept) in [
            ("fulfillments", self.fulfillments.iter().map(|(_, body)| body).collect::<Vec<_>>()),
            ("contacts", self.contacts.iter().collect()),
            ("products", self.products.iter().collect()),
            ("variants", self.variants.iter().collect()),
            ("access", self.access.iter().collect()),
            ("records", self.records.iter().collect()),
        ] {
            let kept = kept.into_iter().map(|body| body::json(body)).collect::<Result<Vec<_>, _>>()?;
            if !kept.is_empty() {
                put(name, format!("[{}]", kept.join(",")));
            }
        }
        if !forgets && event.facts.iter().any(|fact| fact.changed().is_some()) {
            let before = serde_json::to_string(&Before::of(snapshot, event))
                .map_err(|error| Error::Bug(format!("what was before an event can't be written: {error}")))?;
            put("before", before);
        }
        Ok(beside)
    }
}
