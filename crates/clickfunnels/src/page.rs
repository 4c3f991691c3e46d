//! Lists: twenty a page, after the id of the last item that was seen; and their filters.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use domain::time::Time;
use engine::query::{Column, Condition, Descending, Page, Value};

use crate::call::Call;
use crate::failure::Failure;
use crate::{filter, id};

/// Items a page.
pub(crate) const SIZE: u32 = 20;

/// What a list is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sort {
    /// The id.
    Id,
    /// When it last changed, then the id.
    UpdatedAt,
}

/// What of a list is asked for.
#[derive(Debug)]
pub(crate) struct Asked {
    /// The last item that was seen.
    pub(crate) after: Option<i64>,
    /// From the last down.
    pub(crate) descending: Descending,
    /// What it is sorted by.
    pub(crate) sort: Sort,
}

impl Asked {
    /// Reads the query. Words that mean nothing are let pass, as the original does.
    pub(crate) fn of(call: &Call) -> Result<Self, Failure> {
        let after = match call.asked("after").filter(|after| !after.is_empty()) {
            None => None,
            Some(text) => Some(id::parse(text).ok_or_else(|| {
                Failure::BadRequest("after must be the id of the last item of the page before".to_owned())
            })?),
        };
        let descending = match call.asked("sort_order") {
            Some("desc") => Descending::Yes,
            _ => Descending::No,
        };
        let sort = match call.asked("sort_property") {
            Some("updated_at") => Sort::UpdatedAt,
            _ => Sort::Id,
        };
        Ok(Self { after, descending, sort })
    }

    /// The page for the store: one item more than is shown, to know whether there is more. `key` is what the item
    /// of [`Asked::after`] is sorted by, if that isn't its id.
    pub(crate) fn page(&self, key: Option<i64>) -> Page {
        let after = self.after.map(|id| (key.unwrap_or(id).into(), id));
        Page { after, descending: self.descending, limit: SIZE + 1 }
    }
}

/// The filters that were asked for, of those that the list knows.
pub(crate) fn filters(call: &Call, known: &[(&str, Column, Holds)]) -> Result<Vec<Condition>, Failure> {
    let names: Vec<&str> = known.iter().map(|(name, ..)| *name).collect();
    let wanted = filter::wanted(call, &names)?;
    let condition = |(name, values): (&str, &[String])| {
        let (_, column, holds) = known.iter().find(|(known, ..)| *known == name)?;
        Some(Condition::OneOf(*column, values.iter().filter_map(|value| holds.value(value)).collect()))
    };
    Ok(wanted.each().filter_map(condition).collect())
}

/// What a filtered column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holds {
    /// Ids; public ones are understood.
    Ids,
    /// Texts.
    Texts,
    /// Yes or no.
    Flags,
    /// Words, each with the truth that it stands for.
    Truths(&'static [(&'static str, bool)]),
    /// Words, each with the one by which it is stored.
    Words(&'static [(&'static str, &'static str)]),
}

impl Holds {
    /// The value as it is stored; `None` if nothing can have it.
    fn value(self, text: &str) -> Option<Value> {
        match self {
            Holds::Ids => id::parse(text).map(Value::from),
            Holds::Texts => Some(text.into()),
            Holds::Flags => match text {
                "true" | "1" => Some(true.into()),
                "false" | "0" => Some(false.into()),
                _ => None,
            },
            Holds::Truths(words) => words.iter().find(|(word, _)| *word == text).map(|(_, is)| (*is).into()),
            Holds::Words(words) => {
                words.iter().find(|(word, _)| *word == text).map(|(_, kept)| (*kept).into())
            }
        }
    }
}

/// A page of a few items that are all there: `(id, when it last changed, item)`.
pub(crate) fn few(call: &Call, mut items: Vec<(i64, Time, serde_json::Value)>) -> Result<Response, Failure> {
    let asked = Asked::of(call)?;
    let key = |(id, at, _): &(i64, Time, serde_json::Value)| match asked.sort {
        Sort::Id => (0, *id),
        Sort::UpdatedAt => (at.0, *id),
    };
    items.sort_by_key(key);
    if asked.descending == Descending::Yes {
        items.reverse();
    }
    let seen = asked.after.and_then(|after| items.iter().position(|(id, ..)| *id == after));
    let rest = items.into_iter().skip(seen.map_or(0, |seen| seen + 1)).map(|(id, _, item)| (id, item));
    Ok(answer(call, rest.take(SIZE as usize + 1).collect()))
}

/// A page of a list. `items` are `(id, item)`, one more than a page holds if there is more.
pub(crate) fn answer(call: &Call, mut items: Vec<(i64, serde_json::Value)>) -> Response {
    let more = items.len() > SIZE as usize;
    items.truncate(SIZE as usize);
    let last = items.last().map(|(id, _)| *id).filter(|_| more);
    let list: Vec<serde_json::Value> = items.into_iter().map(|(_, item)| item).collect();
    let mut response = axum::Json(list).into_response();
    if let Some(last) = last {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(call.query().iter().filter(|(name, _)| name != "after"));
        query.append_pair("after", &last.to_string());
        let link = format!("<{}?{}>; rel=\"next\"", call.address, query.finish());
        let headers = response.headers_mut();
        headers.insert("pagination-next", HeaderValue::from(last));
        if let Ok(link) = HeaderValue::try_from(link) {
            headers.insert(header::LINK, link);
        }
    }
    response
}
