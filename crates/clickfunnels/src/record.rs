//! Resources without rules of their own: a table says what they are called, where they belong and which fields they
//! have; listing, fetching, making, changing and removing them is the same for all.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, delete, get, post, put};
use domain::command::Command;
use domain::id::RecordId;
use domain::record::{Record, RecordKind};
use domain::snapshot::Shop;
use domain::time::Time;
use engine::query::{Column, Condition, Page, RecordSort};
use serde_json::{Map, Value};

use crate::call::{Call, Server};
use crate::failure::Failure;
use crate::input::{Input, blank, invalid};
use crate::page::{self, Asked, Holds, Sort};
use crate::{id, words};

/// How many children of a record go with it in one go.
const CHILDREN_MAX: u32 = 1_000;

/// A resource that is a kind of record.
pub(crate) struct Resource {
    /// What it is stored as.
    pub(crate) kind: RecordKind,
    /// The key under which its fields are sent.
    pub(crate) wrapper: &'static str,
    /// What it belongs to.
    pub(crate) parent: Parent,
    /// Its fields, besides ids and times.
    pub(crate) fields: &'static [Field],
    /// What its list can be filtered by.
    pub(crate) filters: &'static [(&'static str, Column, Holds)],
    /// Whether two of them may have the same name.
    pub(crate) names: Names,
    /// What belongs to them and goes with them.
    pub(crate) children: &'static [&'static Resource],
}

/// What a record belongs to.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Parent {
    /// The workspace.
    Workspace,
    /// The workspace, without answers saying so.
    Unsaid,
    /// A record of another kind; answers name it in that field.
    Record(RecordKind, &'static str),
}

/// Whether two records of a kind may have the same name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Names {
    /// No.
    Unique,
    /// Yes.
    Any,
}

/// A field of a record.
pub(crate) struct Field {
    /// What it is called.
    pub(crate) name: &'static str,
    /// What it holds.
    pub(crate) holds: Kind,
    /// What it is when nothing was sent.
    pub(crate) otherwise: Otherwise,
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A text.
    Text,
    /// The name of the record.
    Name,
    /// A text, one of these.
    OneOf(&'static [&'static str]),
    /// A moment.
    Time,
    /// A whole number.
    Integer,
    /// A number, as a number.
    Number,
    /// An amount of money or a number, as a text.
    Decimal,
    /// An address, sent under that name.
    Url(&'static str),
    /// Yes or no.
    Flag,
    /// Whether the record is put away.
    Archived,
    /// The id of a record of that kind.
    Other(RecordKind),
    /// Ids.
    Ids,
    /// A list of whatever was sent.
    List,
}

/// What a field is when nothing was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Otherwise {
    /// Nothing is not enough.
    Needed,
    /// Null.
    Null,
    /// That text.
    Text(&'static str),
    /// That word.
    Flag(bool),
    /// An empty list.
    Empty,
}

impl Field {
    /// A field that is null when nothing was sent.
    pub(crate) const fn new(name: &'static str, holds: Kind) -> Self {
        Self { name, holds, otherwise: Otherwise::Null }
    }

    /// The same with another word for nothing.
    pub(crate) const fn or(self, otherwise: Otherwise) -> Self {
        Self { otherwise, ..self }
    }

    /// A field that must be sent.
    pub(crate) const fn needed(name: &'static str, holds: Kind) -> Self {
        Self::new(name, holds).or(Otherwise::Needed)
    }

    /// A text, or null.
    pub(crate) const fn text(name: &'static str) -> Self {
        Self::new(name, Kind::Text)
    }

    /// Yes or no, and which it is when nothing was sent.
    pub(crate) const fn flag(name: &'static str, otherwise: bool) -> Self {
        Self::new(name, Kind::Flag).or(Otherwise::Flag(otherwise))
    }
}

impl Resource {
    /// One that nothing belongs to, whose names may be the same, and whose list can't be filtered: tables say where
    /// they differ.
    pub(crate) const fn of(kind: RecordKind, wrapper: &'static str, parent: Parent) -> Self {
        Self { kind, wrapper, parent, fields: &[], filters: &[], names: Names::Any, children: &[] }
    }

    /// `GET` of the list.
    pub(crate) fn list(&'static self) -> MethodRouter<Server> {
        get(move |call: Call| list(self, call))
    }

    /// `POST` to the list.
    pub(crate) fn create(&'static self) -> MethodRouter<Server> {
        post(move |call: Call| create(self, call))
    }

    /// `GET` of one.
    pub(crate) fn fetch(&'static self) -> MethodRouter<Server> {
        get(move |call: Call| async move {
            Ok::<_, Failure>(Json(self.render(call.shop(), &self.named(&call).await?)))
        })
    }

    /// `PUT` and `PATCH` of one.
    pub(crate) fn update(&'static self) -> MethodRouter<Server> {
        put(move |call: Call| update(self, call)).patch(move |call: Call| update(self, call))
    }

    /// `DELETE` of one.
    pub(crate) fn remove(&'static self) -> MethodRouter<Server> {
        delete(move |call: Call| remove(self, call))
    }

    /// All of the member's verbs.
    pub(crate) fn member(&'static self) -> MethodRouter<Server> {
        self.fetch().merge(self.update()).merge(self.remove())
    }

    /// The record that the address names.
    pub(crate) async fn named(&self, call: &Call) -> Result<Record, Failure> {
        self.by_id(call, call.id()?).await
    }

    async fn by_id(&self, call: &Call, id: i64) -> Result<Record, Failure> {
        one(call, self.kind, id).await?.ok_or(Failure::NotFound(Some(id)))
    }

    /// The object that answers show.
    pub(crate) fn render(&self, shop: &Shop, record: &Record) -> Value {
        let mut object = Map::new();
        object.insert("id".into(), record.id.0.into());
        object.insert("public_id".into(), id::public(record.id.0).into());
        match self.parent {
            Parent::Workspace => {
                object.insert("workspace_id".into(), shop.id.0.into());
            }
            Parent::Unsaid => {}
            Parent::Record(_, field) => {
                object.insert(field.into(), record.parent.into());
            }
        }
        for field in self.fields {
            let value = match field.holds {
                Kind::Name if record.name.is_empty() => Value::Null,
                Kind::Name => record.name.as_str().into(),
                Kind::Archived => record.archived.into(),
                Kind::Other(_) => record.other.into(),
                _ => record.body.get(field.name).cloned().unwrap_or_else(|| field.otherwise.value()),
            };
            object.insert(field.name.into(), value);
        }
        object.insert("created_at".into(), words::time(record.created_at));
        object.insert("updated_at".into(), words::time(record.updated_at));
        Value::Object(object)
    }

    /// Puts what was sent into a record: all fields of a new one, only those that were sent of another.
    async fn fill(
        &self,
        call: &Call,
        input: &Input,
        record: &mut Record,
        state: State,
    ) -> Result<(), Failure> {
        let mut body = match std::mem::take(&mut record.body) {
            Value::Object(body) => body,
            _ => Map::new(),
        };
        for field in self.fields {
            if state == State::Known && !input.has(field.sent_as()) {
                continue;
            }
            let sent = field.read(input)?;
            if sent.is_none() && field.otherwise == Otherwise::Needed {
                return Err(blank(field.sent_as()));
            }
            let value = sent.unwrap_or_else(|| field.otherwise.value());
            match field.holds {
                Kind::Name => record.name = value.as_str().unwrap_or_default().to_owned(),
                Kind::Archived => record.archived = value.as_bool().unwrap_or_default(),
                Kind::Other(kind) => {
                    record.other = value.as_i64();
                    if let Some(id) = record.other
                        && one(call, kind, id).await?.is_none()
                    {
                        return Err(invalid(field.name, "must exist"));
                    }
                }
                _ => {
                    body.insert(field.name.to_owned(), value);
                }
            }
        }
        record.body = Value::Object(body);
        record.key = (self.names == Names::Unique).then(|| record.name.trim().to_lowercase());
        Ok(())
    }

    /// A new record that says nothing yet.
    pub(crate) async fn blank(&self, call: &Call, parent: Option<i64>) -> Result<Record, Failure> {
        Ok(Record {
            id: call.engine.ids().fresh().await?,
            kind: self.kind,
            parent,
            other: None,
            name: String::new(),
            key: None,
            archived: false,
            body: Value::Null,
            created_at: Time(0),
            updated_at: Time(0),
        })
    }

    /// A new record of what was sent.
    pub(crate) async fn made(
        &self,
        call: &Call,
        parent: Option<i64>,
        input: &Input,
    ) -> Result<Record, Failure> {
        let mut record = self.blank(call, parent).await?;
        self.fill(call, input, &mut record, State::New).await?;
        Ok(record)
    }

    /// The record of that id, as answers show it.
    pub(crate) async fn shown(&self, call: &Call, id: i64) -> Result<Value, Failure> {
        Ok(self.render(call.shop(), &self.by_id(call, id).await?))
    }

    /// The record with what was sent put into it.
    pub(crate) async fn edited(&self, call: &Call, mut record: Record) -> Result<Record, Failure> {
        let input = call.input(self.wrapper)?;
        self.fill(call, &input, &mut record, State::Known).await?;
        Ok(record)
    }

    /// Saves the record, and shows it as it is then.
    pub(crate) async fn save(&self, call: &Call, record: Record) -> Result<Value, Failure> {
        let id = record.id;
        call.execute(&Command::SaveRecords(vec![record])).await?;
        self.shown(call, id.0).await
    }
}

/// Whether a record is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Known,
}

/// The record of that kind and id.
pub(crate) async fn one(call: &Call, kind: RecordKind, id: i64) -> Result<Option<Record>, Failure> {
    let found = call.engine.records_by_id(call.shop(), &[RecordId(id)]).await?;
    Ok(found.into_iter().find(|record| record.kind == kind))
}

async fn list(resource: &'static Resource, call: Call) -> Result<Response, Failure> {
    let mut conditions = page::filters(&call, resource.filters)?;
    if let Parent::Record(kind, _) = resource.parent {
        let parent = call.id()?;
        one(&call, kind, parent).await?.ok_or(Failure::NotFound(Some(parent)))?;
        conditions.push(Condition::OneOf(Column::ParentId, vec![parent.into()]));
    }
    let asked = Asked::of(&call)?;
    let (sort, key) = match asked.sort {
        Sort::Id => (RecordSort::Id, None),
        Sort::UpdatedAt => {
            let seen = match asked.after {
                Some(id) => one(&call, resource.kind, id).await?,
                None => None,
            };
            (RecordSort::UpdatedAt, seen.map(|seen| seen.updated_at.0))
        }
    };
    let found = call.engine.records(call.shop(), resource.kind, &conditions, sort, &asked.page(key)).await?;
    let items = found.iter().map(|record| (record.id.0, resource.render(call.shop(), record))).collect();
    Ok(page::answer(&call, items))
}

async fn create(resource: &'static Resource, call: Call) -> Result<Response, Failure> {
    let parent = match resource.parent {
        Parent::Workspace | Parent::Unsaid => None,
        Parent::Record(kind, _) => {
            let parent = call.id()?;
            one(&call, kind, parent).await?.ok_or(Failure::NotFound(Some(parent)))?;
            Some(parent)
        }
    };
    let record = resource.made(&call, parent, &call.input(resource.wrapper)?).await?;
    Ok((StatusCode::CREATED, Json(resource.save(&call, record).await?)).into_response())
}

async fn update(resource: &'static Resource, call: Call) -> Result<Response, Failure> {
    let record = resource.edited(&call, resource.named(&call).await?).await?;
    Ok(Json(resource.save(&call, record).await?).into_response())
}

async fn remove(resource: &'static Resource, call: Call) -> Result<Response, Failure> {
    let record = resource.named(&call).await?;
    let mut going = vec![record.id];
    with_children(&call, resource, record.id, &mut going).await?;
    call.execute(&Command::RemoveRecords(going)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Everything that belongs to a record, and to that, and so on.
async fn with_children(
    call: &Call,
    resource: &'static Resource,
    id: RecordId,
    all: &mut Vec<RecordId>,
) -> Result<(), Failure> {
    let mut open = vec![(resource, id)];
    while let Some((resource, id)) = open.pop() {
        for child in resource.children {
            let of_parent = [Condition::OneOf(Column::ParentId, vec![id.0.into()])];
            let page = Page { limit: CHILDREN_MAX, ..Page::default() };
            let found =
                call.engine.records(call.shop(), child.kind, &of_parent, RecordSort::Id, &page).await?;
            all.extend(found.iter().map(|record| record.id));
            open.extend(found.iter().map(|record| (*child, record.id)));
        }
    }
    Ok(())
}

impl Field {
    /// The name under which it is sent.
    fn sent_as(&self) -> &'static str {
        match self.holds {
            Kind::Url(name) => name,
            _ => self.name,
        }
    }

    /// What was sent, in the form that it is kept in; `None` if nothing was.
    fn read(&self, input: &Input) -> Result<Option<Value>, Failure> {
        let name = self.sent_as();
        Ok(match self.holds {
            Kind::Text => input.text(name)?.map(Value::from),
            Kind::Name => input.text(name)?.filter(|text| !text.trim().is_empty()).map(Value::from),
            Kind::OneOf(words) => match input.text(name)? {
                Some(text) if words.contains(&text.as_str()) => Some(text.into()),
                Some(_) => return Err(invalid(name, "is not included in the list")),
                None => None,
            },
            Kind::Url(_) => match input.text(name)? {
                Some(text) if text.starts_with("https://") || text.starts_with("http://") => {
                    Some(text.into())
                }
                Some(_) => return Err(invalid(name, "is not a valid URL")),
                None => None,
            },
            Kind::Time => input.time(name)?.map(words::time),
            Kind::Integer => input.integer(name)?.map(Value::from),
            Kind::Number => match input.value(name) {
                None => None,
                Some(Value::Number(number)) => Some(number.clone().into()),
                Some(Value::String(text)) => match text.trim().parse::<serde_json::Number>() {
                    Ok(number) => Some(number.into()),
                    Err(_) => return Err(invalid(name, "is not a number")),
                },
                Some(_) => return Err(invalid(name, "is not a number")),
            },
            Kind::Decimal => match input.text(name)? {
                Some(text) if text.trim().parse::<serde_json::Number>().is_ok() => Some(text.trim().into()),
                Some(_) => return Err(invalid(name, "is not a number")),
                None => None,
            },
            Kind::Flag | Kind::Archived => input.flag(name)?.map(Value::from),
            Kind::Other(_) => input.id(name)?.map(Value::from),
            Kind::Ids => input.ids(name)?.map(Value::from),
            Kind::List => match input.value(name) {
                None => None,
                Some(Value::Array(items)) => Some(items.clone().into()),
                Some(_) => return Err(invalid(name, "must be a list")),
            },
        })
    }
}

impl Otherwise {
    fn value(self) -> Value {
        match self {
            Otherwise::Needed | Otherwise::Null => Value::Null,
            Otherwise::Text(text) => text.into(),
            Otherwise::Flag(flag) => flag.into(),
            Otherwise::Empty => Value::Array(Vec::new()),
        }
    }
}
