//! Lists: newest first, up to a hundred a page, after or before the id of something that was seen; and their filters.
//!
//! What a list can be filtered by is mostly known to this API alone, so a list is gone through, batch by batch, until
//! enough of it fits: [`Gather`] says which batch is next and keeps what fits.

use domain::time::{SECOND, Time};
use engine::query::{Descending, Page};
use serde_json::Value;

use crate::call::Call;
use crate::failure::Failure;
use crate::words;

/// Things that are read at once.
const BATCH: u32 = 250;
/// Things a page where nothing is said.
const USUAL: usize = 10;
/// Things a page at the most.
pub(crate) const MOST: usize = 100;

/// A page that is being gathered.
pub(crate) struct Gather<T> {
    limit: usize,
    /// Towards newer things; otherwise towards older ones.
    upwards: bool,
    last: Option<i64>,
    over: bool,
    found: Vec<T>,
}

impl<T> Gather<T> {
    /// Reads what of a list is asked for. `id` knows what the ids of its things stand for; if both cursors are given, the
    /// one towards newer things counts.
    pub(crate) fn of(call: &Call, id: impl Fn(&str) -> Option<i64>) -> Result<Self, Failure> {
        let limit = limit(call)?;
        let cursor = |name: &'static str| match call.asked(name) {
            None => Ok(None),
            Some(text) => id(text).map(Some).ok_or_else(|| Failure::invalid(name, text, "identifier")),
        };
        let (before, after) = (cursor("endingBefore")?, cursor("startingAfter")?);
        let (upwards, last) = (before.is_some(), before.or(after));
        Ok(Self { limit, upwards, last, over: false, found: Vec::new() })
    }

    /// The batch to read next; `None` once there is enough.
    pub(crate) fn next(&self) -> Option<Page> {
        let descending = if self.upwards { Descending::No } else { Descending::Yes };
        let page = Page { after: self.last.map(|last| (last.into(), last)), descending, limit: BATCH };
        (!self.over && self.found.len() <= self.limit).then_some(page)
    }

    /// Takes a batch in; `id` is what the list is sorted by.
    pub(crate) fn take(&mut self, batch: Vec<T>, id: impl Fn(&T) -> i64, fits: impl Fn(&T) -> bool) {
        self.take_some(batch, id, Some, fits);
    }

    /// The same for a list of which not every entry is a thing of this API: `thing` makes one of it, if it is.
    pub(crate) fn take_some<R>(
        &mut self,
        batch: Vec<R>,
        id: impl Fn(&R) -> i64,
        thing: impl Fn(R) -> Option<T>,
        fits: impl Fn(&T) -> bool,
    ) {
        self.over = batch.len() < BATCH as usize;
        self.last = batch.last().map(&id).or(self.last);
        self.found.extend(batch.into_iter().filter_map(thing).filter(fits));
    }

    /// Takes in all that there is, for lists of a few things that were named, in any order.
    pub(crate) fn take_all(&mut self, mut all: Vec<T>, id: impl Fn(&T) -> i64, fits: impl Fn(&T) -> bool) {
        let (upwards, last) = (self.upwards, self.last);
        let lies_there = |id: i64| last.is_none_or(|last| if upwards { id > last } else { id < last });
        all.retain(|thing| lies_there(id(thing)) && fits(thing));
        all.sort_by_key(|thing| if upwards { id(thing) } else { -id(thing) });
        self.found.extend(all);
        self.over = true;
    }

    /// What is on the page, newest first, and whether there is more in the direction that it was asked for in.
    pub(crate) fn done(mut self) -> (bool, Vec<T>) {
        let more = self.found.len() > self.limit;
        self.found.truncate(self.limit);
        if self.upwards {
            self.found.reverse();
        }
        (more, self.found)
    }

    /// The answer.
    pub(crate) fn answer(self, show: impl FnMut(&T) -> Value) -> axum::Json<Value> {
        let (more, found) = self.done();
        axum::Json(words::list(more, found.iter().map(show).collect()))
    }
}

/// How many things are asked for.
pub(crate) fn limit(call: &Call) -> Result<usize, Failure> {
    let Some(text) = call.asked("limit") else { return Ok(USUAL) };
    let limit = text.parse().ok().filter(|limit| (1..=MOST).contains(limit));
    limit.ok_or_else(|| Failure::invalid("limit", text, "limit: it goes from 1 to 100"))
}

/// The ids that a list is narrowed to.
pub(crate) fn ids(call: &Call) -> Option<Vec<String>> {
    several(call, "ids")
}

/// The values of a parameter that takes several, for lists that have one such. They come repeated, with commas between,
/// or, from one client that loses the name of the parameter, numbered (`0=a&1=b`).
pub(crate) fn several(call: &Call, name: &str) -> Option<Vec<String>> {
    many(call, name).or_else(|| nameless(call))
}

/// What a list is narrowed to by name: by ids, and by the names that programs gave. The client that loses the names of
/// parameters may mean either, so what it sends is looked for as both.
pub(crate) struct Names {
    ids: Option<Vec<String>>,
    upstream: Option<Vec<String>>,
    either: Option<Vec<String>>,
}

impl Names {
    /// The names that are asked for.
    pub(crate) fn of(call: &Call) -> Self {
        let (ids, upstream) = (many(call, "ids"), many(call, "upstreamIds"));
        Self { ids, upstream, either: nameless(call) }
    }

    /// The ids, if nothing fits that hasn't one of them: those that were sent as such, or without a name if every one of
    /// these could be an id.
    pub(crate) fn ids<T>(&self, id: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
        match (&self.ids, &self.either) {
            (Some(names), _) => Some(names.iter().filter_map(|name| id(name)).collect()),
            (None, Some(names)) => names.iter().map(|name| id(name)).collect(),
            (None, None) => None,
        }
    }

    /// The names that programs gave, if nothing fits that hasn't one of them.
    pub(crate) fn upstream(&self) -> Option<impl Iterator<Item = &str>> {
        self.upstream.as_ref().map(|names| names.iter().map(String::as_str))
    }

    /// Names of which nobody knows whether they are ids, if there are such.
    pub(crate) fn nameless(&self) -> Option<&[String]> {
        self.either.as_deref()
    }

    /// Whether ids came under their own name.
    pub(crate) fn are_ids(&self) -> bool {
        self.ids.is_some()
    }

    /// Whether a thing of that id and of that name fits.
    pub(crate) fn fit(&self, id: &str, upstream: Option<&str>) -> bool {
        let is_it = |names: &Vec<String>| names.iter().any(|name| name.eq_ignore_ascii_case(id));
        let is_named = |names: &Vec<String>| upstream.is_some_and(|own| names.iter().any(|name| name == own));
        self.ids.as_ref().is_none_or(is_it)
            && self.upstream.as_ref().is_none_or(is_named)
            && self.either.as_ref().is_none_or(|names| is_it(names) || is_named(names))
    }
}

/// The values of a parameter that has lost its name, numbered instead.
fn nameless(call: &Call) -> Option<Vec<String>> {
    let numbered = |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
    split(call.query().iter().filter(|(name, _)| numbered(name)))
}

/// The values of a parameter that takes several.
pub(crate) fn many(call: &Call, wanted: &str) -> Option<Vec<String>> {
    split(call.query().iter().filter(|(name, _)| is_one_of(name, wanted)))
}

/// Whether a parameter is one of several with that name: `ids`, `ids[]` or `ids[0]`.
fn is_one_of(name: &str, wanted: &str) -> bool {
    let index = |rest: &str| {
        let number = rest.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
    };
    name.strip_prefix(wanted).is_some_and(|rest| rest.is_empty() || index(rest))
}

fn split<'a>(pairs: impl Iterator<Item = &'a (String, String)>) -> Option<Vec<String>> {
    let mut pairs = pairs.peekable();
    pairs.peek()?;
    let values = pairs.flat_map(|(_, value)| value.split(',')).map(str::trim);
    Some(values.filter(|value| !value.is_empty()).map(str::to_owned).collect())
}

/// Bounds of a number: `name=5`, or `name[gt]=5` and so on.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    low: Option<i64>,
    high: Option<i64>,
}

impl Span {
    /// The bounds that are asked for under that name; `read` makes numbers of texts.
    pub(crate) fn of(call: &Call, name: &str, read: impl Fn(&str) -> Option<i64>) -> Result<Self, Failure> {
        let mut span = Self::default();
        for (asked, text) in call.query().iter().filter(|(_, text)| !text.is_empty()) {
            let Some(rest) = asked.strip_prefix(name) else { continue };
            let sign = match rest {
                "" => "eq",
                _ => match rest.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                    Some(sign) => sign,
                    None => continue,
                },
            };
            let at = read(text).ok_or_else(|| Failure::invalid(name, text, "value"))?;
            let (low, high) = match sign {
                "eq" => (Some(at), Some(at)),
                "gt" => (Some(at.saturating_add(1)), None),
                "gte" => (Some(at), None),
                "lt" => (None, Some(at.saturating_sub(1))),
                "lte" => (None, Some(at)),
                _ => continue,
            };
            span.low = span.low.max(low);
            span.high = [span.high, high].into_iter().flatten().min();
        }
        Ok(span)
    }

    /// Bounds of a moment, in whole seconds, as moments are shown.
    pub(crate) fn of_time(call: &Call, name: &str) -> Result<Self, Failure> {
        Self::of(call, name, |text| words::moment(text).map(seconds))
    }

    /// Whether it bounds nothing.
    pub(crate) fn is_open(&self) -> bool {
        *self == Self::default()
    }

    /// The lowest and the highest number that lie within, where there are such.
    pub(crate) fn bounds(&self) -> (Option<i64>, Option<i64>) {
        (self.low, self.high)
    }

    /// Whether a number lies within.
    pub(crate) fn holds(&self, number: i64) -> bool {
        self.low.is_none_or(|low| number >= low) && self.high.is_none_or(|high| number <= high)
    }

    /// Whether an amount lies within, as it is shown; one that isn't shown is nothing. Amounts are compared in millionths,
    /// since currencies differ in their minor units.
    pub(crate) fn holds_amount(&self, shown: &Value) -> bool {
        self.holds(words::millionths(&shown.to_string()).unwrap_or_default())
    }

    /// Whether a moment lies within.
    pub(crate) fn holds_time(&self, at: Time) -> bool {
        self.holds(seconds(at))
    }
}

fn seconds(at: Time) -> i64 {
    at.0.div_euclid(SECOND)
}

/// Whether a thing shows the text that is asked for under that name, if one is.
pub(crate) fn shows(call: &Call, name: &str, shown: Option<&str>) -> bool {
    call.asked(name).is_none_or(|asked| shown == Some(asked))
}
