//! Labels and tags. What a contact, an order or a product is labelled with is a list of names that it keeps itself, for
//! every API alike; a tag gives a name an id and a colour here, and an applied tag gives one label of one thing an id and
//! a time. Names without a tag show nowhere in this API; an applied tag is made when somebody first looks for it.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use domain::actor::{Actor, Permission};
use domain::amend::{AmendOrder, OrderChange};
use domain::command::Command;
use domain::contact::{Contact, ContactChange, ContactKey, SaveContact, Whom};
use domain::id::{ContactId, OrderId, RecordId};
use domain::record::{Record, RecordKind};
use domain::time::Time;
use engine::query::{Column, Condition, Page, RecordSort, Value as Stored};
use serde_json::{Value, json};

use crate::call::{Call, Server};
use crate::failure::Failure;
use crate::input::invalid;
use crate::{contact, filter, id, page, words};

/// How many tags or applied tags are read at once.
const MANY: u32 = 10_000;

/// The tags of that kind by those names.
pub(crate) async fn tags_of(
    call: &Call,
    kind: RecordKind,
    names: impl Iterator<Item = &String>,
) -> Result<Vec<Record>, Failure> {
    let mut keys: Vec<String> = names.map(|name| key(name)).collect();
    keys.sort_unstable();
    keys.dedup();
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let by_key = Condition::OneOf(Column::RecordKey, keys.into_iter().map(Stored::from).collect());
    records(call, kind, by_key).await
}

/// Those of the tags that are among a thing's labels.
pub(crate) fn among<'t>(tags: &'t [Record], labels: &'t [String]) -> impl Iterator<Item = &'t Record> {
    tags.iter().filter(move |tag| labels.iter().any(|label| key(label) == key(&tag.name)))
}

/// The names of tags by their ids, as a field asks for them.
pub(crate) async fn names(
    call: &Call,
    kind: RecordKind,
    field: &str,
    ids: &[i64],
) -> Result<Vec<String>, Failure> {
    let wanted: Vec<RecordId> = ids.iter().copied().map(RecordId).collect();
    let found = call.engine.records_by_id(call.shop(), &wanted).await?;
    ids.iter()
        .map(|id| found.iter().find(|tag| tag.id.0 == *id && tag.kind == kind).map(|tag| tag.name.clone()))
        .collect::<Option<Vec<String>>>()
        .ok_or_else(|| invalid(field, "must all exist"))
}

fn key(name: &str) -> String {
    name.trim().to_lowercase()
}

async fn records(call: &Call, kind: RecordKind, condition: Condition) -> Result<Vec<Record>, Failure> {
    let page = Page { limit: MANY, ..Page::default() };
    Ok(call.engine.records(call.shop(), kind, &[condition], RecordSort::Id, &page).await?)
}

/// When which tag was applied to which of these things: applied tags, as far as there are any.
pub(crate) async fn taggings(call: &Call, side: &Side, parents: &[i64]) -> Result<Vec<Record>, Failure> {
    if parents.is_empty() {
        return Ok(Vec::new());
    }
    let parents = parents.iter().copied().map(Stored::from).collect();
    records(call, side.tagging, Condition::OneOf(Column::ParentId, parents)).await
}

/// Where a tag was applied, as far as that has an id.
pub(crate) async fn applications(call: &Call, tag: &Record) -> Result<Vec<Record>, Failure> {
    let Some(side) = [&CONTACT, &ORDER].into_iter().find(|side| side.tag == tag.kind) else {
        return Ok(Vec::new());
    };
    records(call, side.tagging, Condition::OneOf(Column::OtherId, vec![tag.id.0.into()])).await
}

/// Things that tags are applied to.
pub(crate) struct Side {
    tag: RecordKind,
    tagging: RecordKind,
    wrapper: &'static str,
    needs: &'static [Permission],
}

/// Contacts.
pub(crate) static CONTACT: Side = Side {
    tag: RecordKind::ContactTag,
    tagging: RecordKind::ContactTagging,
    wrapper: "contacts_applied_tag",
    needs: &[Permission::ReadContacts],
};

/// Orders.
pub(crate) static ORDER: Side = Side {
    tag: RecordKind::OrderTag,
    tagging: RecordKind::OrderTagging,
    wrapper: "orders_applied_tag",
    needs: &[Permission::ReadOrders],
};

/// A thing with labels.
enum Labelled {
    Contact(Box<Contact>),
    Order(OrderId, Vec<String>),
}

impl Labelled {
    fn id(&self) -> i64 {
        match self {
            Labelled::Contact(contact) => contact.id.0,
            Labelled::Order(id, _) => id.0,
        }
    }

    fn labels(&self) -> &[String] {
        match self {
            Labelled::Contact(contact) => &contact.tags,
            Labelled::Order(_, labels) => labels,
        }
    }

    /// The command that adds a label, or takes it off.
    fn relabel(&self, label: &str, step: Step) -> Command {
        let label = vec![label.to_owned()];
        match self {
            Labelled::Contact(contact) => {
                let change = match step {
                    Step::Add => ContactChange::AddTags(label),
                    Step::Remove => ContactChange::RemoveTags(label),
                };
                let whom = Whom::Known(ContactKey::Id(contact.id));
                Command::SaveContact(Box::new(SaveContact { whom, changes: vec![change] }))
            }
            Labelled::Order(order, _) => {
                let change = match step {
                    Step::Add => OrderChange::AddTags(label),
                    Step::Remove => OrderChange::RemoveTags(label),
                };
                Command::AmendOrder(AmendOrder { order: *order, changes: vec![change] })
            }
        }
    }
}

#[derive(Clone, Copy)]
enum Step {
    Add,
    Remove,
}

impl Side {
    /// `GET` of what is applied to a thing, and `POST` of one more.
    pub(crate) fn list(&'static self) -> MethodRouter<Server> {
        get(move |call: Call| list(self, call)).post(move |call: Call| create(self, call))
    }

    /// `GET` and `DELETE` of one.
    pub(crate) fn member(&'static self) -> MethodRouter<Server> {
        get(move |call: Call| fetch(self, call)).delete(move |call: Call| remove(self, call))
    }

    async fn labelled(&self, call: &Call, id: i64) -> Result<Option<Labelled>, Failure> {
        call.must(self.needs)?;
        Ok(match self.tag {
            RecordKind::ContactTag => {
                let found = call.engine.contacts_by_id(call.shop(), &[ContactId(id)]).await?.pop();
                found.map(|contact| Labelled::Contact(Box::new(contact)))
            }
            _ => {
                let found = call.engine.orders_by_id(call.shop(), &[OrderId(id)]).await?.pop();
                found.map(|order| Labelled::Order(order.id, order.placed.tags.clone()))
            }
        })
    }

    /// What is applied to a thing, each with its tag. What has no id yet gets one, and what was taken off by another way
    /// loses it.
    async fn applied(&self, call: &Call, thing: &Labelled) -> Result<Vec<(Record, Record)>, Failure> {
        let tags = tags_of(call, self.tag, thing.labels().iter()).await?;
        let known = taggings(call, self, &[thing.id()]).await?;
        let mut new = Vec::new();
        for tag in tags.iter().filter(|tag| known.iter().all(|known| known.other != Some(tag.id.0))) {
            new.push(Record {
                id: call.engine.ids().fresh().await?,
                kind: self.tagging,
                parent: Some(thing.id()),
                other: Some(tag.id.0),
                name: String::new(),
                key: Some(format!("{}:{}", thing.id(), tag.id)),
                archived: false,
                body: Value::Null,
                created_at: Time(0),
                updated_at: Time(0),
            });
        }
        let stale: Vec<RecordId> = known
            .iter()
            .filter(|known| tags.iter().all(|tag| known.other != Some(tag.id.0)))
            .map(|known| known.id)
            .collect();
        if !stale.is_empty() {
            // Whoever was faster took it off, too.
            let command = Command::RemoveRecords(stale);
            let _ = call.engine.execute(call.shop(), &Actor::System, &command).await?;
        }
        let known = if new.is_empty() {
            known
        } else {
            // Somebody else may be doing the same: then theirs are there, and it doesn't matter whose.
            let command = Command::SaveRecords(new);
            let _ = call.engine.execute(call.shop(), &Actor::System, &command).await?;
            taggings(call, self, &[thing.id()]).await?
        };
        let tag = |tagging: &Record| tags.iter().find(|tag| tagging.other == Some(tag.id.0)).cloned();
        Ok(known.into_iter().filter_map(|tagging| tag(&tagging).map(|tag| (tagging, tag))).collect())
    }

    /// The applied tag that the address names, with its thing and its tag.
    async fn named(&self, call: &Call) -> Result<(Labelled, Record, Record), Failure> {
        let id = call.id()?;
        let missing = Failure::NotFound(Some(id));
        let Some(tagging) = crate::record::one(call, self.tagging, id).await? else { return Err(missing) };
        let Some(thing) = self.labelled(call, tagging.parent.unwrap_or_default()).await? else {
            return Err(missing);
        };
        let applied = self.applied(call, &thing).await?;
        let found = applied.into_iter().find(|(known, _)| known.id == tagging.id);
        found.map(|(tagging, tag)| (thing, tagging, tag)).ok_or(missing)
    }

    fn render(&self, thing: &Labelled, tagging: &Record, tag: &Record) -> Value {
        let mut shown = json!({
            "id": tagging.id.0,
            "public_id": id::public(tagging.id.0),
            "tag_id": tag.id.0,
            "created_at": words::time(tagging.created_at),
            "updated_at": words::time(tagging.updated_at),
        });
        match thing {
            Labelled::Contact(contact) => {
                shown["contact_id"] = contact.id.0.into();
                shown["contact"] = contact::short(contact);
                shown["tag"] = json!({
                    "public_id": id::public(tag.id.0),
                    "name": tag.name,
                    "color": color(tag),
                });
            }
            Labelled::Order(order, _) => shown["order_id"] = order.0.into(),
        }
        shown
    }
}

/// Sees to it that what is applied to a contact has an id and a time from now on.
pub(crate) async fn settle(call: &Call, side: &Side, contact: &Contact) -> Result<(), Failure> {
    side.applied(call, &Labelled::Contact(Box::new(contact.clone()))).await.map(|_| ())
}

/// A tag of a contact, as answers show it.
pub(crate) fn applied(contact: &Contact, tagging: &Record, tag: &Record) -> Value {
    CONTACT.render(&Labelled::Contact(Box::new(contact.clone())), tagging, tag)
}

/// The colour of a tag.
pub(crate) fn color(tag: &Record) -> Value {
    tag.body.get("color").cloned().unwrap_or_else(|| crate::tag::COLOR.into())
}

async fn list(side: &'static Side, call: Call) -> Result<Response, Failure> {
    let id = call.id()?;
    let thing = side.labelled(&call, id).await?.ok_or(Failure::NotFound(Some(id)))?;
    let wanted = filter::wanted(&call, &["id", "tag_id"])?;
    let applied = side.applied(&call, &thing).await?;
    let shown = applied.iter().map(|(tagging, tag)| (tagging, side.render(&thing, tagging, tag)));
    let shown = shown.filter(|(_, shown)| wanted.fits(shown));
    page::few(&call, shown.map(|(tagging, shown)| (tagging.id.0, tagging.updated_at, shown)).collect())
}

async fn create(side: &'static Side, call: Call) -> Result<Response, Failure> {
    let id = call.id()?;
    let thing = side.labelled(&call, id).await?.ok_or(Failure::NotFound(Some(id)))?;
    let input = call.input(side.wrapper)?;
    let tag = input.id("tag_id")?.ok_or_else(|| invalid("tag_id", "must exist"))?;
    let Some(tag) = crate::record::one(&call, side.tag, tag).await? else {
        return Err(invalid("tag_id", "must exist"));
    };
    call.execute(&thing.relabel(&tag.name, Step::Add)).await?;
    let thing = side.labelled(&call, id).await?.ok_or(Failure::NotFound(Some(id)))?;
    let applied = side.applied(&call, &thing).await?;
    let found = applied.iter().find(|(_, known)| known.id == tag.id).ok_or(Failure::NotFound(None))?;
    Ok((StatusCode::CREATED, Json(side.render(&thing, &found.0, &found.1))).into_response())
}

async fn fetch(side: &'static Side, call: Call) -> Result<Response, Failure> {
    let (thing, tagging, tag) = side.named(&call).await?;
    Ok(Json(side.render(&thing, &tagging, &tag)).into_response())
}

async fn remove(side: &'static Side, call: Call) -> Result<Response, Failure> {
    let (thing, tagging, tag) = side.named(&call).await?;
    call.execute(&thing.relabel(&tag.name, Step::Remove)).await?;
    // What isn't among the labels any more counts for nothing, so it is no matter who takes it away.
    let gone = Command::RemoveRecords(vec![tagging.id]);
    let _ = call.engine.execute(call.shop(), &Actor::System, &gone).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
