//! Who may use a course or a community: grants of access, which a sale brings or somebody gives by hand.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, delete, get, put};
use domain::access::{AccessGrant, Origin, Suspension, Target, TargetKind};
use domain::actor::Permission;
use domain::command::Command;
use domain::command::billing::BillingCommand;
use domain::contact::Contact;
use domain::id::{AccessGrantId, ContactId};
use domain::record::{Record, RecordKind};
use domain::time::Time;
use engine::query::{AccessSort, Column, Condition, Page, RecordSort, Value as Stored};
use serde_json::{Value, json};

use crate::call::{Call, Server};
use crate::failure::Failure;
use crate::input::{Input, invalid};
use crate::page::{self, Asked, Sort};
use crate::{contact, filter, id, record, words};

pub(crate) mod completion;

/// Whoever may see who bought something may see what may be used because of it.
const NEEDS: &[Permission] = &[Permission::ReadOrders];

/// A kind of thing that people may use.
pub(crate) struct Used {
    target: TargetKind,
    record: RecordKind,
    wrapper: &'static str,
    filters: &'static [&'static str],
}

/// Courses: one is enrolled.
pub(crate) static COURSE: Used = Used {
    target: TargetKind::Course,
    record: RecordKind::Course,
    wrapper: "courses_enrollment",
    filters: &["contact_id", "id"],
};

/// Communities: one is a member.
pub(crate) static COMMUNITY: Used = Used {
    target: TargetKind::Community,
    record: RecordKind::Community,
    wrapper: "communities_membership",
    filters: &[],
};

impl Used {
    /// `GET` of who may use a thing, and `POST` of one more.
    pub(crate) fn list(&'static self) -> MethodRouter<Server> {
        get(move |call: Call| list(self, call)).post(move |call: Call| create(self, call))
    }

    /// `GET` of one.
    pub(crate) fn fetch(&'static self) -> MethodRouter<Server> {
        get(move |call: Call| async move {
            let grant = self.named(&call).await?;
            answer(self, &call, &grant, StatusCode::OK).await
        })
    }

    /// `PUT` and `PATCH` of one.
    pub(crate) fn update(&'static self) -> MethodRouter<Server> {
        put(move |call: Call| update(self, call)).patch(move |call: Call| update(self, call))
    }

    /// `DELETE` of one.
    pub(crate) fn remove(&'static self) -> MethodRouter<Server> {
        delete(move |call: Call| async move {
            let grant = self.named(&call).await?;
            call.execute(&Command::Billing(BillingCommand::RevokeAccess(grant.id))).await?;
            Ok::<_, Failure>(StatusCode::NO_CONTENT)
        })
    }

    /// What the address names.
    async fn target(&self, call: &Call) -> Result<Target, Failure> {
        let id = call.id()?;
        record::one(call, self.record, id).await?.ok_or(Failure::NotFound(Some(id)))?;
        Ok(Target { kind: self.target, id })
    }

    /// The grant that the address names.
    async fn named(&self, call: &Call) -> Result<AccessGrant, Failure> {
        let id = call.id()?;
        self.one(call, id).await?.ok_or(Failure::NotFound(Some(id)))
    }

    /// The grant of that id, if it is one to such a thing.
    pub(crate) async fn one(&self, call: &Call, id: i64) -> Result<Option<AccessGrant>, Failure> {
        call.must(NEEDS)?;
        let found = call.engine.access(call.shop(), AccessGrantId(id)).await?;
        Ok(found.filter(|grant| grant.target.kind == self.target))
    }

    pub(crate) fn shown(
        &self,
        grant: &AccessGrant,
        contact: Option<&Contact>,
        said: Option<&Record>,
    ) -> Value {
        let mut shown = json!({
            "id": grant.id.0,
            "public_id": id::public(grant.id.0),
            "created_at": words::time(grant.created_at),
            "updated_at": words::time(grant.updated_at),
            "contact": contact.map(contact::short),
        });
        match self.target {
            TargetKind::Community => {
                shown["community_id"] = grant.target.id.into();
                let moderator = said.and_then(|said| said.body.get("moderator").cloned());
                shown["moderator"] = moderator.unwrap_or(false.into());
            }
            TargetKind::Course | TargetKind::Asset => {
                let (kind, origin) = match grant.origin {
                    Origin::ByHand => (None, 0),
                    Origin::Sale { order, .. } => (Some("Order"), order.0),
                };
                shown["course_id"] = grant.target.id.into();
                shown["contact_id"] = grant.contact.0.into();
                shown["current_path"] = Value::Null;
                shown["suspended"] = grant.suspended.is_some().into();
                shown["suspension_reason"] =
                    grant.suspended.as_ref().and_then(|suspended| suspended.reason.as_deref()).into();
                shown["origination_source_type"] = kind.into();
                shown["origination_source_id"] = origin.into();
                if contact.is_none() {
                    // Nobody is left to be shown.
                    shown.as_object_mut().map(|shown| shown.remove("contact"));
                }
            }
        }
        shown
    }

    async fn all(&self, call: &Call, grants: &[AccessGrant]) -> Result<Vec<Value>, Failure> {
        let contacts: Vec<ContactId> = grants.iter().map(|grant| grant.contact).collect();
        let contacts = call.engine.contacts_by_id(call.shop(), &contacts).await?;
        let said = match self.target {
            TargetKind::Community => said(call, grants).await?,
            TargetKind::Course | TargetKind::Asset => Vec::new(),
        };
        let shown = grants.iter().map(|grant| {
            let contact = contacts.iter().find(|contact| contact.id == grant.contact);
            self.shown(grant, contact, said.iter().find(|said| said.parent == Some(grant.id.0)))
        });
        Ok(shown.collect())
    }
}

/// What else is said of memberships.
async fn said(call: &Call, grants: &[AccessGrant]) -> Result<Vec<Record>, Failure> {
    let of: Vec<Stored> = grants.iter().map(|grant| grant.id.0.into()).collect();
    let of = [Condition::OneOf(Column::ParentId, of)];
    let page = Page { limit: page::SIZE + 1, ..Page::default() };
    Ok(call.engine.records(call.shop(), RecordKind::Membership, &of, RecordSort::Id, &page).await?)
}

async fn list(used: &'static Used, call: Call) -> Result<Response, Failure> {
    call.must(NEEDS)?;
    let target = used.target(&call).await?;
    let wanted = filter::wanted(&call, used.filters)?;
    let conditions: Vec<Condition> = wanted
        .each()
        .map(|(name, values)| {
            let column = if name == "contact_id" { Column::ContactId } else { Column::GrantId };
            Condition::OneOf(column, filter::ids(values).into_iter().map(Stored::from).collect())
        })
        .collect();
    let asked = Asked::of(&call)?;
    let (sort, key) = match asked.sort {
        Sort::Id => (AccessSort::Id, None),
        Sort::UpdatedAt => {
            let seen = match asked.after {
                Some(id) => used.one(&call, id).await?,
                None => None,
            };
            (AccessSort::UpdatedAt, seen.map(|seen| seen.updated_at.0))
        }
    };
    let grants = call.engine.access_page(call.shop(), target, &conditions, sort, &asked.page(key)).await?;
    let shown = used.all(&call, &grants).await?;
    Ok(page::answer(&call, grants.iter().map(|grant| grant.id.0).zip(shown).collect()))
}

async fn create(used: &'static Used, call: Call) -> Result<Response, Failure> {
    let target = used.target(&call).await?;
    let input = call.input(used.wrapper)?;
    let contact = input.id("contact_id")?.ok_or_else(|| invalid("contact_id", "must exist"))?;
    let contact = contact::one(&call, contact).await?.ok_or_else(|| invalid("contact_id", "must exist"))?;
    let own = [Condition::OneOf(Column::ContactId, vec![contact.id.0.into()])];
    let one = Page { limit: 1, ..Page::default() };
    if !call.engine.access_page(call.shop(), target, &own, AccessSort::Id, &one).await?.is_empty() {
        return Err(invalid("contact_id", "has already been taken"));
    }
    let grant = AccessGrant {
        id: call.engine.ids().fresh().await?,
        contact: contact.id,
        target,
        origin: Origin::ByHand,
        suspended: suspended(&input, None)?,
        created_at: Time(0),
        updated_at: Time(0),
        revoked_at: None,
    };
    save(used, &call, &input, grant, StatusCode::CREATED).await
}

async fn update(used: &'static Used, call: Call) -> Result<Response, Failure> {
    let grant = used.named(&call).await?;
    let input = call.input(used.wrapper)?;
    let suspended = suspended(&input, grant.suspended.as_ref())?;
    save(used, &call, &input, AccessGrant { suspended, ..grant }, StatusCode::OK).await
}

async fn save(
    used: &'static Used,
    call: &Call,
    input: &Input,
    grant: AccessGrant,
    status: StatusCode,
) -> Result<Response, Failure> {
    let id = grant.id;
    call.execute(&Command::Billing(BillingCommand::SaveAccess(Box::new(grant.clone())))).await?;
    if used.target == TargetKind::Community {
        let known = said(call, std::slice::from_ref(&grant)).await?.pop();
        let mut body = known.as_ref().map_or_else(|| json!({}), |known| known.body.clone());
        if let Some(moderator) = input.flag("moderator")? {
            body["moderator"] = moderator.into();
        }
        if let Some(spaces) = input.value("space_ids") {
            body["space_ids"] = spaces.clone();
        }
        let record = Record {
            id: match &known {
                Some(known) => known.id,
                None => call.engine.ids().fresh().await?,
            },
            kind: RecordKind::Membership,
            parent: Some(id.0),
            other: None,
            name: String::new(),
            key: Some(id.to_string()),
            archived: false,
            body,
            created_at: Time(0),
            updated_at: Time(0),
        };
        call.execute(&Command::SaveRecords(vec![record])).await?;
    }
    let saved = used.one(call, id.0).await?.ok_or(Failure::NotFound(Some(id.0)))?;
    answer(used, call, &saved, status).await
}

async fn answer(
    used: &'static Used,
    call: &Call,
    grant: &AccessGrant,
    status: StatusCode,
) -> Result<Response, Failure> {
    let shown = used.all(call, std::slice::from_ref(grant)).await?.pop();
    Ok((status, Json(shown.unwrap_or(Value::Null))).into_response())
}

/// Whether it is suspended from now on, and why; a reason alone suspends nothing.
fn suspended(input: &Input, known: Option<&Suspension>) -> Result<Option<Suspension>, Failure> {
    if !input.flag("suspended")?.unwrap_or(known.is_some()) {
        return Ok(None);
    }
    let reason = input.said("suspension_reason")?;
    let reason = reason.unwrap_or_else(|| known.and_then(|known| known.reason.clone()));
    Ok(Some(Suspension { reason }))
}
