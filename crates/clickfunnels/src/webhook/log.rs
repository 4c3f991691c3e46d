//! `/webhooks/outgoing/events`: what was announced to the caller's endpoints, one entry however many of them heard it,
//! and `/webhooks/outgoing/event_types`. The log is made of the deliveries, so it reaches back as far as they are kept.

use axum::Json;
use axum::response::Response;
use domain::id::ListenerId;
use engine::query::{Delivery, Page};
use serde_json::{Map, Value, json};

use super::{endpoint, topic};
use crate::call::Call;
use crate::failure::Failure;
use crate::page::{self, Asked};
use crate::{id, words};

/// `GET` of all event types.
pub(crate) async fn event_types(_call: Call) -> Json<Value> {
    Json(topic::ALL.iter().map(|key| json!({ "id": key, "topic": topic::topic(key) })).collect())
}

/// `GET` of the list.
pub(crate) async fn list(call: Call) -> Result<Response, Failure> {
    page::filters(&call, &[])?;
    let asked = Asked::of(&call)?;
    let page = Page { after: asked.after.map(|after| (after.into(), after)), ..asked.page(None) };
    let told = call.engine.told(call.shop(), &heard_by(&call).await?, &page).await?;
    let items =
        told.iter().filter_map(|delivery| Some((delivery.what.id, render(&call, delivery)?))).collect();
    Ok(page::answer(&call, items))
}

/// `GET` of one.
pub(crate) async fn fetch(call: Call) -> Result<Json<Value>, Failure> {
    let id = call.id()?;
    let missing = || Failure::NotFound(Some(id));
    let delivery = call.engine.delivery(call.shop(), id).await?.ok_or_else(missing)?;
    if !heard_by(&call).await?.contains(&delivery.what.listener) {
        return Err(missing());
    }
    render(&call, &delivery).map(Json).ok_or_else(missing)
}

async fn heard_by(call: &Call) -> Result<Vec<ListenerId>, Failure> {
    Ok(endpoint::own(call).await?.iter().map(|listener| listener.id).collect())
}

/// A message as the log shows it: other names for what its body says.
fn render(call: &Call, delivery: &Delivery) -> Option<Value> {
    let mut said: Map<String, Value> = serde_json::from_str(&delivery.what.body).ok()?;
    let mut take = |name: &str| said.remove(name).unwrap_or_default();
    Some(json!({
        "id": delivery.what.id,
        "public_id": id::public(delivery.what.id),
        "workspace_id": call.shop().id.0,
        "uuid": take("event_id"),
        "event_type_id": take("event_type"),
        "subject_id": take("subject_id"),
        "subject_type": take("subject_type"),
        "data": take("data"),
        "api_version": endpoint::API_VERSION,
        "created_at": words::time(delivery.created_at),
        "page": null,
        "funnel": null,
    }))
}
