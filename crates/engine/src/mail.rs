//! Mails to buyers. A mail is a delivery like any other: written in the transaction that dispatches its event, claimed
//! by a lease, tried again, given up visibly, sent again by hand. It is written once for one cause, and its Message-ID
//! is made of that cause, so that a receiver that gets it twice can tell.
//!
//! [`template`] says what is written, [`view`] what a template may use, [`post`] hands it to a mail server. A template
//! of the shop's own that can't be filled in doesn't keep the buyer waiting: the one in the binary is taken instead,
//! and the log says so.

use domain::access::Target;
use domain::contact::Contact;
use domain::event::{AccessNews, Event, Fact};
use domain::fulfillment::Fulfillment;
use domain::id::{AccessGrantId, AppId, ContactId, EventId, FulfillmentId, InvoiceId, ListenerId};
use domain::mail::MailKind;
use domain::order::Order;
use domain::record::{Record, RecordKind};
use domain::snapshot::Shop;
use serde::{Deserialize, Serialize};
use store::{Column, Condition, NewDelivery, Page, Pending, RecordSort};

use crate::downloads::Opened;
use crate::{Engine, Error};

pub mod post;
pub mod template;
pub mod view;

pub use post::{MailServer, Post, Security, Smtp};
pub use template::{Broken, Letter, Template};

use view::Seen;

/// What a delivery has in the place of a dialect if it is a mail.
pub const CHANNEL: &str = "mail";

/// Whom a mail is from and to, and its id: what doesn't depend on its words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// The sender, as `Name <address>`; empty if the shop has no address.
    pub from: String,
    /// The receiver's address.
    pub to: String,
    /// Its id, with angle brackets.
    pub message_id: String,
}

/// What a mail is written because of: names its delivery and its Message-ID.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cause<'a> {
    pub event: EventId,
    pub part: i64,
    /// The run of a workflow, or nobody.
    pub by: ListenerId,
    /// Name of the template.
    pub template: &'a str,
}

/// The mails that an event causes, ready to be written with it.
pub(crate) async fn of_event(
    engine: &Engine,
    shop: &Shop,
    pending: &Pending,
) -> Result<Vec<NewDelivery>, Error> {
    let Pending { event, order, fulfillments, .. } = pending;
    let notifies = |id: FulfillmentId| fulfillments.iter().any(|one| one.id == id && one.notify_buyer);
    let mut written = Vec::new();
    for (part, kind) in domain::mail::caused(&shop.mail, event, order.as_ref(), notifies) {
        let about = about(engine, shop, pending, part, kind).await?;
        let cause = Cause {
            event: event.id,
            part: i64::try_from(part).unwrap_or(i64::MAX),
            by: ListenerId(0),
            template: kind.as_str(),
        };
        let seen = about.seen(shop, order.as_ref());
        match write(engine, shop, cause, &seen).await? {
            Ok(delivery) => written.push(delivery),
            Err(why) => {
                tracing::warn!(event = %event.id, mail = kind.as_str(), %why, "a mail was not written")
            }
        }
    }
    Ok(written)
}

/// What a mail is about beside the order.
#[derive(Default)]
struct About {
    contact: Option<Contact>,
    parcel: Option<Fulfillment>,
    invoice: Option<InvoiceId>,
    access: Vec<Opened>,
}

impl About {
    fn seen<'a>(&'a self, shop: &'a Shop, order: Option<&'a Order>) -> Seen<'a> {
        Seen {
            shop,
            order,
            contact: self.contact.as_ref(),
            parcel: self.parcel.as_ref(),
            invoice: self.invoice,
            access: &self.access,
        }
    }
}

async fn about(
    engine: &Engine,
    shop: &Shop,
    pending: &Pending,
    part: usize,
    kind: MailKind,
) -> Result<About, Error> {
    let Pending { event, order, fulfillments, contacts, .. } = pending;
    let mut about = About::default();
    let mut buyer = order.as_ref().and_then(|order| order.placed.contact);
    match event.facts.get(part) {
        Some(Fact::FulfillmentCreated { fulfillment } | Fact::FulfillmentUpdated { fulfillment, .. }) => {
            about.parcel = fulfillments.iter().find(|one| one.id == *fulfillment).cloned();
        }
        Some(Fact::Payment { invoice, .. }) => about.invoice = *invoice,
        Some(Fact::Access { contact, .. }) if kind == MailKind::AccessGranted => {
            buyer = Some(*contact);
            about.access = engine.opened_by(shop, &granted(event, *contact)).await?;
        }
        _ => {}
    }
    if let Some(id) = buyer {
        about.contact = match contacts.iter().find(|contact| contact.id == id) {
            Some(known) => Some(known.clone()),
            None => engine.store().contacts_by_id(shop.id, &[id]).await?.pop(),
        };
    }
    Ok(about)
}

/// What somebody was given access to.
fn granted(event: &Event, whom: ContactId) -> Vec<(AccessGrantId, Target)> {
    let given = event.facts.iter().filter_map(|fact| match fact {
        Fact::Access { grant, contact, target, news: AccessNews::Granted } if *contact == whom => {
            Some((*grant, *target))
        }
        _ => None,
    });
    given.collect()
}

/// A mail as a delivery; or why there is none.
pub(crate) async fn write(
    engine: &Engine,
    shop: &Shop,
    cause: Cause<'_>,
    seen: &Seen<'_>,
) -> Result<Result<NewDelivery, String>, Error> {
    let Some(to) = seen.address() else {
        return Ok(Err("nobody knows the buyer's e-mail address".to_owned()));
    };
    let letter = match letter(engine, shop, cause.template, seen).await? {
        Ok(letter) => letter,
        Err(broken) => return Ok(Err(broken.to_string())),
    };
    let message_id = match cause.by {
        ListenerId(0) => format!("{}.{}.{}", cause.template, cause.event, cause.part),
        run => format!("run.{run}.{}", cause.part),
    };
    let envelope = Envelope {
        from: sender(shop),
        to: to.to_owned(),
        message_id: format!("<{message_id}@{}>", shop.domain),
    };
    let text = |part: serde_json::Result<String>| {
        part.map_err(|error| Error::Bug(format!("a mail can't be written down: {error}")))
    };
    Ok(Ok(NewDelivery {
        id: engine.ids().fresh().await?,
        event: cause.event,
        part: cause.part,
        listener: cause.by,
        app: AppId(0),
        dialect: CHANNEL.to_owned(),
        topic: cause.template.to_owned(),
        url: format!("mailto:{to}"),
        headers: text(serde_json::to_string(&envelope))?,
        body: text(serde_json::to_string(&letter))?,
    }))
}

/// A mail that can't be written, as a delivery that can't be sent: visible, and with the reason.
pub(crate) async fn unwritten(
    engine: &Engine,
    cause: Cause<'_>,
    seen: &Seen<'_>,
    why: &str,
) -> Result<NewDelivery, Error> {
    Ok(NewDelivery {
        id: engine.ids().fresh().await?,
        event: cause.event,
        part: cause.part,
        listener: cause.by,
        app: AppId(0),
        dialect: CHANNEL.to_owned(),
        topic: cause.template.to_owned(),
        url: format!("mailto:{}", seen.address().unwrap_or_default()),
        headers: "{}".to_owned(),
        body: serde_json::json!(Unwritten { unwritten: why.to_owned() }).to_string(),
    })
}

/// What a delivery has in the place of a letter if the mail could not be written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Unwritten {
    /// Why.
    pub(crate) unwritten: String,
}

/// The sender of a shop's mails, as `Name <address>`; empty if it has no address.
pub fn sender(shop: &Shop) -> String {
    let address = shop.mail.address.as_deref().unwrap_or(&shop.email).trim();
    if address.is_empty() {
        return String::new();
    }
    let name = shop.mail.name.as_deref().unwrap_or(&shop.name).replace(['"', '\\', '\r', '\n'], " ");
    format!("\"{}\" <{address}>", name.trim())
}

/// A template of the shop's own, if it has one of that name.
///
/// # Errors
/// [`Error`] if the database is away, or what it has can't be read.
pub async fn own_template(
    engine: &Engine,
    shop: &Shop,
    name: &str,
) -> Result<Option<(Record, Template)>, Error> {
    let key = vec![Condition::OneOf(Column::RecordKey, vec![name.into()])];
    let page = Page { limit: 1, ..Page::default() };
    let kind = RecordKind::MessageTemplate;
    let found = engine.store().records(shop.id, kind, &key, RecordSort::Id, &page).await?.pop();
    let Some(record) = found else { return Ok(None) };
    let template = serde_json::from_value(record.body.clone())
        .map_err(|error| Error::Bug(format!("the template {name} can't be read: {error}")))?;
    Ok(Some((record, template)))
}

/// What a mail says.
pub(crate) async fn letter(
    engine: &Engine,
    shop: &Shop,
    name: &str,
    seen: &Seen<'_>,
) -> Result<Result<Letter, Broken>, Error> {
    let view = view::of(seen);
    let built_in = Template::built_in(name);
    let own = own_template(engine, shop, name).await?.map(|(_, template)| template.fill(&view));
    Ok(match (own, built_in) {
        (Some(Err(broken)), Some(built_in)) => {
            tracing::warn!(template = name, %broken, "a template can't be filled in; the built-in one is used");
            built_in.fill(&view)
        }
        (Some(letter), _) => letter,
        (None, Some(built_in)) => built_in.fill(&view),
        (None, None) => Err(Broken { part: "template", why: format!("there is none called {name}") }),
    })
}
