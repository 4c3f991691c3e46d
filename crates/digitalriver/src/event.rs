//! Events: what happened, as it was told to whoever listened, for those who ask later. They are read from what was
//! written down when it was told, so that an event says forever what was true then.

use axum::routing::get;
use axum::{Json, Router};
use domain::id::EventId;
use domain::time::{SECOND, Time};
use engine::query::{Announcement, Wanted, Way};
use serde_json::{Map, Value};

use crate::call::{Call, Mode, Server};
use crate::failure::Failure;
use crate::page::{self, Span};
use crate::webhook::{event_name, event_named, fits, is_name, topic, with_mode};
use crate::words;

/// How far back a list goes that doesn't say since when, in days.
const USUAL_DAYS: i64 = 30;
/// How many event types a list may be narrowed to.
const TYPES_MAX: usize = 20;

/// Events.
pub(crate) fn routes() -> Router<Server> {
    Router::new().route("/events", get(list)).route("/events/{id}", get(fetch))
}

/// The place of an event that a cursor names.
async fn place(call: &Call, name: &'static str) -> Result<Option<(Time, EventId, i64)>, Failure> {
    let Some(text) = call.asked(name) else { return Ok(None) };
    let found = match event_named(text) {
        Some((event, part)) => call.engine.announcement(call.shop(), crate::NAME, event, part).await?,
        None => None,
    };
    let found = found.ok_or_else(|| Failure::invalid(name, text, "identifier"))?;
    Ok(Some((found.at, found.event, found.part)))
}

async fn list(call: Call) -> Result<Json<Value>, Failure> {
    let limit = page::limit(&call)?;
    let (before, after) = (place(&call, "endingBefore").await?, place(&call, "startingAfter").await?);
    let way = before.map_or(Way::Back(after), Way::On);
    let span = Span::of_time(&call, "createdTime")?;
    let (low, high) = span.bounds();
    let usual = call.now().plus(-USUAL_DAYS * 24 * 3600 * SECOND);
    let wanted = Wanted {
        dialect: crate::NAME.to_owned(),
        topics: topics(&call)?,
        test: call.mode == Mode::Test,
        from: Some(low.map_or(usual, |second| Time(second.saturating_mul(SECOND)))),
        until: high.map(|second| Time(second.saturating_mul(SECOND).saturating_add(SECOND - 1))),
    };
    let mut found = call.engine.announced(call.shop(), &wanted, way, limit as u32 + 1).await?;
    let more = found.len() > limit;
    found.truncate(limit);
    if matches!(way, Way::On(_)) {
        found.reverse();
    }
    let data = found.iter().filter_map(|one| shown(&call, one)).collect();
    Ok(Json(words::list(more, data)))
}

/// The event types that are asked for, as far as the key may hear of them.
fn topics(call: &Call) -> Result<Vec<String>, Failure> {
    let (one, many) = (call.asked("type").map(str::to_owned), page::several(call, "types"));
    let asked = match (one, many) {
        (Some(_), Some(_)) => {
            let told = "Only one of type and types may be given.";
            return Err(Failure::bad("invalid_parameter", "types", told));
        }
        (Some(one), None) => Some(vec![one]),
        (None, Some(many)) if many.len() >= TYPES_MAX => {
            let told = format!("Fewer than {TYPES_MAX} types may be given.");
            return Err(Failure::bad("invalid_parameter", "types", told));
        }
        (None, many) => many,
    };
    for name in asked.iter().flatten() {
        if !is_name(name) {
            return Err(Failure::invalid("type", name, "event type"));
        }
    }
    let fits = |topic: &&&str| match &asked {
        Some(asked) => asked.iter().any(|asked| fits(asked, topic)),
        None => true,
    };
    let readable = topic::ALL.iter().filter(|topic| call.actor().may_any(topic::needs(topic)));
    Ok(readable.filter(fits).map(|topic| (*topic).to_owned()).collect())
}

async fn fetch(call: Call) -> Result<Json<Value>, Failure> {
    let name = call.named("id");
    let found = match event_named(name) {
        Some((event, part)) => call.engine.announcement(call.shop(), crate::NAME, event, part).await?,
        None => None,
    };
    let seen = found.filter(|one| {
        let test = call.mode == Mode::Test;
        one.test.is_none_or(|about| about == test) && call.actor().may_any(topic::needs(&one.topic))
    });
    let shown = seen.and_then(|one| shown(&call, &one));
    shown.map(Json).ok_or_else(|| Failure::not_found("Event", name, "id"))
}

fn shown(call: &Call, one: &Announcement) -> Option<Value> {
    let body: Map<String, Value> = match serde_json::from_str(&one.body) {
        Ok(body) => body,
        Err(error) => {
            let name = event_name(one.event, one.part);
            tracing::error!(%error, name, "what was written down of an event can't be read");
            return None;
        }
    };
    Some(with_mode(body, call.mode))
}
