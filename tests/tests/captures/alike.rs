//! Whether two answers are alike: the same but for what no two shops have in common. Ids must correspond one to one
//! for a whole session; times, cursors and the names of orders must have the same form; all else must be equal.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// Which recorded id is which of ours.
#[derive(Default)]
pub struct Ids {
    ours: HashMap<String, String>,
    recorded: HashMap<String, String>,
}

/// Something that is not alike.
#[derive(Debug)]
pub struct Difference {
    /// Where, as keys and indexes joined by dots.
    pub path: String,
    /// What was recorded.
    pub recorded: String,
    /// What we answer.
    pub ours: String,
}

impl Ids {
    /// Learns a pair; false if one of the two is known to be another's.
    pub fn learn(&mut self, recorded: &str, ours: &str) -> bool {
        let (type_of, query_of) = (kind(recorded), recorded.split_once('?').map(|(_, query)| query));
        if type_of != kind(ours) || query_of != ours.split_once('?').map(|(_, query)| query) {
            return false;
        }
        let known = self.ours.entry(recorded.to_owned()).or_insert_with(|| ours.to_owned());
        let back = self.recorded.entry(ours.to_owned()).or_insert_with(|| recorded.to_owned());
        known == ours && back == recorded
    }

    /// Variables with our ids in place of the recorded ones.
    pub fn translate(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.ours.get(text).unwrap_or(text).clone()),
            Value::Array(items) => items.iter().map(|item| self.translate(item)).collect(),
            Value::Object(map) => map.iter().map(|(key, item)| (key.clone(), self.translate(item))).collect(),
            other => other.clone(),
        }
    }

    /// A sentence with our numbers in place of the recorded ones.
    fn translate_text(&self, text: &str) -> String {
        let mut told = text.to_owned();
        for (recorded, ours) in &self.ours {
            let (from, to) = (number(recorded), number(ours));
            if from.len() > 6 {
                told = told.replace(from, to);
            }
        }
        told
    }
}

fn kind(gid: &str) -> &str {
    gid.strip_prefix("gid://shopify/").and_then(|rest| rest.split_once('/')).map_or("", |(kind, _)| kind)
}

fn number(gid: &str) -> &str {
    gid.rsplit('/').next().unwrap_or_default().split('?').next().unwrap_or_default()
}

/// What is not alike.
pub fn compare(recorded: &Value, ours: &Value, ids: &mut Ids) -> Vec<Difference> {
    let mut found = Vec::new();
    walk("", recorded, ours, ids, &mut found);
    found
}

fn walk(path: &str, recorded: &Value, ours: &Value, ids: &mut Ids, found: &mut Vec<Difference>) {
    let pairs: Vec<(String, Option<&Value>, Option<&Value>)> = match (recorded, ours) {
        (Value::Object(one), Value::Object(other)) => {
            let more = other.keys().filter(|key| !one.contains_key(*key));
            one.keys().chain(more).map(|key| (key.clone(), one.get(key), other.get(key))).collect()
        }
        (Value::Array(one), Value::Array(other)) => {
            (0..one.len().max(other.len())).map(|i| (i.to_string(), one.get(i), other.get(i))).collect()
        }
        (Value::String(one), Value::String(other)) if texts(one, other, ids) => return,
        (one, other) if one == other => return,
        _ => return found.push(difference(path.to_owned(), Some(recorded), Some(ours))),
    };
    for (key, one, other) in pairs {
        let path = if path.is_empty() { key } else { format!("{path}.{key}") };
        match (one, other) {
            (Some(one), Some(other)) => walk(&path, one, other, ids, found),
            _ => found.push(difference(path, one, other)),
        }
    }
}

fn difference(path: String, recorded: Option<&Value>, ours: Option<&Value>) -> Difference {
    let show = |value: Option<&Value>| value.map_or_else(|| "(nothing)".to_owned(), Value::to_string);
    Difference { path, recorded: show(recorded), ours: show(ours) }
}

fn texts(recorded: &str, ours: &str, ids: &mut Ids) -> bool {
    if recorded.starts_with("gid://") {
        return ids.learn(recorded, ours);
    }
    let form = form(recorded);
    if form.is_some() {
        return form == self::form(ours);
    }
    recorded == ours || ids.translate_text(recorded) == ours
}

/// The form of a text whose value can't be the same: a time, a cursor, the name of an order, a number of an id.
fn form(text: &str) -> Option<String> {
    let masked: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    if masked == "0000-00-00T00:00:00Z" || masked == "0000-00-00" {
        return Some(masked);
    }
    if let Some(digits) = text.strip_prefix('#')
        && digits.bytes().all(|b| b.is_ascii_digit())
    {
        return Some("#0".to_owned());
    }
    if text.len() >= 9 && text.bytes().all(|b| b.is_ascii_digit()) {
        return Some("0".to_owned());
    }
    let cursor: Value = serde_json::from_slice(&STANDARD.decode(text).ok()?).ok()?;
    let keys = cursor.as_object()?.keys().cloned().collect::<Vec<_>>();
    Some(format!("cursor of {}", keys.join(", ")))
}

#[test]
fn captures_alike_is_neither_blind_nor_strict() {
    use serde_json::json;
    let order = |id: i64, name: &str, at: &str, units: i64| json!({ "id": format!("gid://shopify/Order/{id}"), "name": name, "at": at, "units": units });
    let recorded = order(8_887_505_649_970, "#1776", "2026-07-10T12:00:00Z", 2);
    let mut ids = Ids::default();
    assert!(
        compare(&recorded, &order(1_000_000_017, "#1001", "2026-11-22T07:00:00Z", 2), &mut ids).is_empty()
    );
    let paths = |ours: Value, ids: &mut Ids| -> Vec<String> {
        compare(&recorded, &ours, ids).into_iter().map(|difference| difference.path).collect()
    };
    assert_eq!(paths(order(1_000_000_018, "#1001", "2026-11-22T07:00:00Z", 2), &mut ids), ["id"]);
    assert_eq!(paths(order(1_000_000_017, "1001", "yesterday", 3), &mut ids), ["name", "at", "units"]);
    assert_eq!(paths(json!({ "id": null, "more": 1 }), &mut ids), ["id", "name", "at", "units", "more"]);
    let sentence = |id: i64| json!(format!("Order {id} is closed."));
    assert!(compare(&sentence(8_887_505_649_970), &sentence(1_000_000_017), &mut ids).is_empty());
    assert_eq!(compare(&sentence(8_887_505_649_970), &sentence(1_000_000_018), &mut ids).len(), 1);
}
