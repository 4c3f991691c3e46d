//! Filters of a list as they were asked for: `filter[name]=one,other`. A filter that the list doesn't know is refused,
//! since a list that silently ignores one is taken for the answer.

use serde_json::Value;

use crate::call::Call;
use crate::failure::Failure;
use crate::id;

/// Which items are wanted: for every name the values, of which one is enough.
pub(crate) struct Wanted(Vec<(String, Vec<String>)>);

/// The filters that were asked for, of those that the list knows.
pub(crate) fn wanted(call: &Call, known: &[&str]) -> Result<Wanted, Failure> {
    Ok(Wanted(asked(call.query(), known)?))
}

/// Values may be sent in one text or one by one, as `filter[name][]` and `filter[name][0]`.
fn asked(query: &[(String, String)], known: &[&str]) -> Result<Vec<(String, Vec<String>)>, Failure> {
    let mut wanted: Vec<(String, Vec<String>)> = Vec::new();
    for (name, value) in query {
        let Some(name) = name.strip_prefix("filter[").and_then(|rest| rest.split(']').next()) else {
            continue;
        };
        if !known.contains(&name) {
            return Err(Failure::BadRequest(format!("found unpermitted parameter: :{name}")));
        }
        let values = value.split(',').map(str::trim).filter(|value| !value.is_empty()).map(str::to_owned);
        match wanted.iter_mut().find(|(known, _)| known == name) {
            Some((_, all)) => all.extend(values),
            None => wanted.push((name.to_owned(), values.collect())),
        }
    }
    Ok(wanted)
}

impl Wanted {
    /// The values of each filter.
    pub(crate) fn each(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.0.iter().map(|(name, values)| (name.as_str(), values.as_slice()))
    }

    /// Whether an item shows one of the values for every name.
    pub(crate) fn fits(&self, item: &Value) -> bool {
        self.each().all(|(name, values)| values.iter().any(|value| is(&item[name], value)))
    }
}

/// The ids among some values; public ones are understood.
pub(crate) fn ids(values: &[String]) -> Vec<i64> {
    values.iter().filter_map(|value| id::parse(value)).collect()
}

/// Whether a value means yes; `None` if it means nothing.
pub(crate) fn flag(value: &str) -> Option<bool> {
    match value {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

fn is(shown: &Value, wanted: &str) -> bool {
    match shown {
        Value::Number(number) => number.as_i64().is_some_and(|number| id::parse(wanted) == Some(number)),
        Value::Bool(shown) => flag(wanted) == Some(*shown),
        Value::String(shown) => shown == wanted,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_sent_together_or_one_by_one() {
        let asked = |query: &[(&str, &str)]| {
            let query: Vec<_> =
                query.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
            asked(&query, &["id", "name"])
        };
        let ids = vec![("id".to_owned(), vec!["1".to_owned(), "2".to_owned()])];
        assert_eq!(asked(&[("filter[id]", " 1,,2"), ("page", "3")]).unwrap(), ids);
        assert_eq!(asked(&[("filter[id][]", "1"), ("filter[id][]", "2")]).unwrap(), ids);
        assert_eq!(asked(&[("filter[id][0]", "1"), ("filter[id][1]", "2")]).unwrap(), ids);
        assert_eq!(asked(&[("filter[id]", "1"), ("filter[name]", "a")]).unwrap().len(), 2);
        assert!(matches!(asked(&[("filter[other]", "1")]), Err(Failure::BadRequest(_))));
    }

    #[test]
    fn an_item_fits_if_it_shows_one_value_of_every_name() {
        let wanted = |pairs: &[(&str, &str)]| {
            Wanted(
                pairs
                    .iter()
                    .map(|(name, values)| (name.to_string(), values.split(',').map(str::to_owned).collect()))
                    .collect(),
            )
        };
        let item = serde_json::json!({ "id": 7, "archived": false, "name": "a" });
        assert!(wanted(&[]).fits(&item));
        assert!(wanted(&[("id", "6,7"), ("archived", "false")]).fits(&item));
        assert!(wanted(&[("id", &id::public(7))]).fits(&item));
        assert!(!wanted(&[("id", "6"), ("archived", "false")]).fits(&item));
        assert!(!wanted(&[("archived", "1")]).fits(&item));
        assert!(!wanted(&[("gone", "x")]).fits(&item));
    }
}
