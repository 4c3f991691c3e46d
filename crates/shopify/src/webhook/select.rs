//! What of a payload a listener wants: its filter, and the members that it asked for.
//!
//! A filter is a text in the search syntax over the payload's members, before anything is left out: `total_price:>=100
//! AND -tags:test*`, `line_items.sku:A-1,A-2`. Dots go down, and through lists to any of their items. Numbers and
//! decimals compare as numbers, members that end in `_at` as moments, texts as a whole but for their case, `x:*`
//! asks whether there is an `x`. A term without a member would have to look everywhere, so it is refused.

use domain::snapshot::Shop;
use domain::time::Time;
use serde_json::{Map, Value};

use crate::search::{self, Context, Fact};
use crate::words;

/// The members that a filter looks at; `None` if it can't be understood.
pub(crate) fn members(filter: &str) -> Option<Vec<String>> {
    let query = search::parse(filter);
    let mut names = Vec::new();
    collect(&query.parsed(), &mut names).then_some(names).filter(|names| !names.is_empty())
}

/// Whether every term of a parsed text names a member; the names go to `names`.
fn collect(parsed: &Value, names: &mut Vec<String>) -> bool {
    if let Some(name) = parsed.get("field").and_then(Value::as_str) {
        names.push(name.to_owned());
        return name != "default";
    }
    let Value::Object(parts) = parsed else { return false };
    parts.values().all(|part| match part {
        Value::Array(parts) => parts.iter().all(|part| collect(part, names)),
        part => collect(part, names),
    })
}

/// Whether a payload meets a filter; an empty one asks for everything.
pub(super) fn wanted(filter: &str, payload: &Value, shop: &Shop, now: Time) -> bool {
    if filter.is_empty() {
        return true;
    }
    let Some(names) = members(filter) else { return false };
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let search = search::parse(filter).for_fields(&names, &Context::new(shop, now));
    search.matches(&|name| at(payload, name))
}

fn at<'v>(value: &'v Value, path: &str) -> Fact<'v> {
    let (name, rest) = path.split_once('.').unwrap_or((path, ""));
    match value {
        Value::Array(items) => Fact::AnyOf(items.iter().map(|item| at(item, path)).collect()),
        Value::Object(members) => match members.get(name) {
            Some(member) if rest.is_empty() => fact(name, member),
            Some(member) => at(member, rest),
            None => Fact::Text(None),
        },
        _ => Fact::Text(None),
    }
}

fn fact<'v>(name: &str, value: &'v Value) -> Fact<'v> {
    match value {
        Value::Null => Fact::Text(None),
        Value::Bool(is) => Fact::Flag(*is),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => Fact::Number(whole),
            None => Fact::Decimal(number.as_f64().unwrap_or_default()),
        },
        Value::String(text) if name.ends_with("_at") => {
            words::parse_time(text).map_or(Fact::Text(Some(text)), Fact::At)
        }
        // Money is a decimal in a string. Digits alone are a name: a postal code, a parcel's number.
        Value::String(text) => match text.parse::<f64>() {
            Ok(number) if text.contains('.') && number.is_finite() => Fact::Decimal(number),
            _ => Fact::Text(Some(text)),
        },
        Value::Array(items) => Fact::AnyOf(items.iter().map(|item| fact(name, item)).collect()),
        // There is one, which `*` asks for.
        Value::Object(_) => Fact::Text(Some("")),
    }
}

/// The members of a payload that are asked for, by their paths; none asks for all.
pub(crate) fn included(paths: &[String], payload: &Value) -> Value {
    if paths.is_empty() {
        return payload.clone();
    }
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    picked(&paths, payload)
}

fn picked(paths: &[&str], value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(|item| picked(paths, item)).collect(),
        Value::Object(members) => {
            let mut kept = Map::new();
            for (name, member) in members {
                let below: Vec<&str> = paths
                    .iter()
                    .filter_map(|path| path.strip_prefix(name.as_str())?.strip_prefix('.'))
                    .collect();
                if paths.contains(&name.as_str()) {
                    kept.insert(name.clone(), member.clone());
                } else if !below.is_empty() {
                    kept.insert(name.clone(), picked(&below, member));
                }
            }
            Value::Object(kept)
        }
        other => other.clone(),
    }
}
