//! Tags of contacts, orders and products. A tag is a label with an id: whoever renames or removes it means everything
//! that is labelled so.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, delete, put};
use domain::command::Command;
use domain::record::RecordKind;
use domain::refusal::{Field as Said, Refusal};
use engine::query::Column;

use crate::call::{Call, Server};
use crate::failure::Failure;
use crate::page::Holds;
use crate::record::{Field, Kind, Names, Otherwise, Parent, Resource};
use crate::{label, labelled};

/// The colour of a tag of which nobody said which.
pub(crate) const COLOR: &str = "#132d7b";

const FIELDS: &[Field] =
    &[Field::needed("name", Kind::Name), Field::text("color").or(Otherwise::Text(COLOR))];

const FILTERS: &[(&str, Column, Holds)] =
    &[("id", Column::RecordId, Holds::Ids), ("name", Column::Name, Holds::Texts)];

const fn tag(kind: RecordKind, wrapper: &'static str) -> Resource {
    Resource {
        kind,
        wrapper,
        parent: Parent::Workspace,
        fields: FIELDS,
        filters: FILTERS,
        names: Names::Unique,
        children: &[],
    }
}

/// Tags of contacts.
pub(crate) static CONTACT: Resource = tag(RecordKind::ContactTag, "contacts_tag");
/// Tags of orders.
pub(crate) static ORDER: Resource = tag(RecordKind::OrderTag, "orders_tag");
/// Tags of products.
pub(crate) static PRODUCT: Resource = tag(RecordKind::ProductTag, "products_tag");

/// All verbs of one.
pub(crate) fn member(tags: &'static Resource) -> MethodRouter<Server> {
    let update = move |call: Call| update(tags, call);
    tags.fetch().merge(put(update).patch(update)).merge(delete(move |call: Call| remove(tags, call)))
}

/// What is labelled goes first: whoever is interrupted can ask again, and the rest is found by the old name.
async fn update(tags: &'static Resource, call: Call) -> Result<Response, Failure> {
    call.must(tags.kind.to_write())?;
    let known = tags.named(&call).await?;
    let tag = tags.edited(&call, known.clone()).await?;
    if tag.name != known.name {
        let same = label::tags_of(&call, tags.kind, std::iter::once(&tag.name)).await?;
        if same.iter().any(|other| other.id != tag.id) {
            return Err(Refusal::Taken(Said::Name).into());
        }
        labelled::relabel(&call, tags.kind, &known.name, Some(&tag.name)).await?;
    }
    Ok(Json(tags.save(&call, tag).await?).into_response())
}

async fn remove(tags: &'static Resource, call: Call) -> Result<Response, Failure> {
    call.must(tags.kind.to_write())?;
    let tag = tags.named(&call).await?;
    labelled::relabel(&call, tags.kind, &tag.name, None).await?;
    let mut going: Vec<_> =
        label::applications(&call, &tag).await?.iter().map(|applied| applied.id).collect();
    going.push(tag.id);
    call.execute(&Command::RemoveRecords(going)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
