//! What this API keeps for itself: records, each kind of them by its own kind of id.

use domain::command::Command;
use domain::id::RecordId;
use domain::record::{Record, RecordKind};
use domain::time::Time;
use engine::query::{Column, Condition, Page, RecordSort};
use serde_json::Value;

use crate::call::Call;
use crate::failure::Failure;
use crate::id::{self, Kind};
use crate::page::{Gather, Names, Span};

/// How many things that belong to one are looked at.
const CHILDREN_MAX: u32 = 1_000;

/// A kind of record.
pub(crate) struct Shelf {
    /// What it is stored as.
    pub(crate) kind: RecordKind,
    /// What it goes by.
    pub(crate) id: Kind,
    /// What failures call it.
    pub(crate) what: &'static str,
}

impl Shelf {
    /// A new record that says nothing yet.
    pub(crate) async fn blank(&self, call: &Call) -> Result<Record, Failure> {
        Ok(Record {
            id: call.engine.ids().fresh().await?,
            kind: self.kind,
            parent: None,
            other: None,
            name: String::new(),
            key: None,
            archived: false,
            body: Value::Null,
            created_at: Time(0),
            updated_at: Time(0),
        })
    }

    /// What a record goes by.
    pub(crate) fn name(&self, record: RecordId) -> String {
        id::shown(self.id, record.0)
    }

    /// The record that an id names, if it is there.
    pub(crate) async fn find(&self, call: &Call, name: &str) -> Result<Option<Record>, Failure> {
        let Some(id) = id::parse(self.id, name) else { return Ok(None) };
        Ok(self.numbered(call, &[RecordId(id)]).await?.pop())
    }

    /// The records of those ids that are there.
    pub(crate) async fn numbered(&self, call: &Call, ids: &[RecordId]) -> Result<Vec<Record>, Failure> {
        let mut found = call.engine.records_by_id(call.shop(), ids).await?;
        found.retain(|record| record.kind == self.kind);
        Ok(found)
    }

    /// The record that must be there under the id that was sent as that parameter.
    pub(crate) async fn one(&self, call: &Call, name: &str, parameter: &str) -> Result<Record, Failure> {
        self.find(call, name).await?.ok_or_else(|| Failure::not_found(self.what, name, parameter))
    }

    /// The records that belong to something, oldest first.
    pub(crate) async fn of_parent(&self, call: &Call, parent: i64) -> Result<Vec<Record>, Failure> {
        let belongs = [Condition::OneOf(Column::ParentId, vec![parent.into()])];
        let page = Page { limit: CHILDREN_MAX, ..Page::default() };
        Ok(call.engine.records(call.shop(), self.kind, &belongs, RecordSort::Id, &page).await?)
    }

    /// Saves a record, and gives it as it is then.
    pub(crate) async fn save(&self, call: &Call, record: Record) -> Result<Record, Failure> {
        let id = record.id;
        call.execute(&Command::SaveRecords(vec![record])).await?;
        let saved = self.numbered(call, &[id]).await?.pop();
        saved.ok_or_else(|| Failure::not_found(self.what, &self.name(id), "id"))
    }

    /// Forgets records.
    pub(crate) async fn remove(&self, call: &Call, records: &[Record]) -> Result<(), Failure> {
        if records.is_empty() {
            return Ok(());
        }
        let ids = records.iter().map(|record| record.id).collect();
        call.execute(&Command::RemoveRecords(ids)).await.map(drop)
    }

    /// A page of the records that fit, among those that were asked for by id and time, and belong to `parent` if that is
    /// given; `upstream` is what a program calls one at its end.
    pub(crate) async fn list(
        &self,
        call: &Call,
        parent: Option<i64>,
        upstream: impl Fn(&Record) -> Option<String>,
        fits: impl Fn(&Record) -> bool,
    ) -> Result<Gather<Record>, Failure> {
        let mut gather = Gather::of(call, |text| id::parse(self.id, text))?;
        let (created, updated) = (Span::of_time(call, "createdTime")?, Span::of_time(call, "updatedTime")?);
        let names = Names::of(call);
        let wanted = |record: &Record| {
            names.fit(&self.name(record.id), upstream(record).as_deref())
                && created.holds_time(record.created_at)
                && updated.holds_time(record.updated_at)
                && fits(record)
        };
        let mut conditions = Vec::new();
        conditions.extend(parent.map(|parent| Condition::OneOf(Column::ParentId, vec![parent.into()])));
        let ids = names.ids(|name| id::parse(self.id, name));
        conditions.extend(
            ids.map(|ids| Condition::OneOf(Column::RecordId, ids.into_iter().map(Into::into).collect())),
        );
        while let Some(page) = gather.next() {
            let batch =
                call.engine.records(call.shop(), self.kind, &conditions, RecordSort::Id, &page).await?;
            gather.take(batch, |record| record.id.0, wanted);
        }
        Ok(gather)
    }
}
