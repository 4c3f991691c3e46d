//! Metadata: what programs keep with things, by name. At most twenty of them, with keys of at most 40 characters and
//! values of at most 500.
//!
//! What is sent is put over what is there, and null takes a value away.

use serde_json::{Map, Value};

use crate::failure::Failure;
use crate::input::Input;

/// The field's name everywhere.
pub(crate) const NAME: &str = "metadata";

const PAIRS_MAX: usize = 20;
const KEY_MAX: usize = 40;
const VALUE_MAX: usize = 500;

/// What is there after something was sent; `None` if nothing was.
pub(crate) fn taken(input: &Input, known: &Value) -> Result<Option<Value>, Failure> {
    let sent = match input.value(NAME) {
        None => return Ok(None),
        Some(Value::Object(sent)) => sent,
        Some(other) => return Err(Failure::invalid(input.at(NAME), &other.to_string(), "object")),
    };
    let mut kept = known.as_object().cloned().unwrap_or_default();
    for (key, value) in sent {
        if key.is_empty() || key.chars().count() > KEY_MAX {
            let told = format!("A metadata key has 1 to {KEY_MAX} characters.");
            return Err(Failure::bad("invalid_metadata_key", input.at(NAME), told));
        }
        let fits = match value {
            Value::Null => {
                kept.remove(key);
                continue;
            }
            Value::String(text) => text.chars().count() <= VALUE_MAX,
            Value::Bool(_) | Value::Number(_) => true,
            Value::Array(_) | Value::Object(_) => false,
        };
        if !fits {
            let told = format!(
                "The metadata value of '{key}' must be a boolean, a number or a string of at most {VALUE_MAX} characters."
            );
            return Err(Failure::bad("invalid_metadata_value", input.at(NAME), told));
        }
        kept.insert(key.clone(), value.clone());
    }
    if kept.len() > PAIRS_MAX {
        let told = format!("There may be {PAIRS_MAX} metadata pairs.");
        return Err(Failure::bad("too_many_metadata_pairs", input.at(NAME), told));
    }
    Ok(Some(Value::Object(kept)))
}

/// Puts it into an answer; nothing of it is left out of the answer.
pub(crate) fn show(kept: &Value, shown: &mut Map<String, Value>) {
    if kept.as_object().is_some_and(|kept| !kept.is_empty()) {
        shown.insert(NAME.to_owned(), kept.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn taken(sent: Value, known: Value) -> Result<Option<Value>, Failure> {
        let body = json!({ "metadata": sent }).to_string();
        super::taken(&Input::of(body.as_bytes()).unwrap(), &known)
    }

    #[test]
    fn what_is_sent_is_put_over_what_is_there() {
        let known = json!({ "a": 1, "b": "2" });
        let now = taken(json!({ "b": null, "c": true, "a": "x" }), known.clone()).unwrap();
        assert_eq!(now, Some(json!({ "a": "x", "c": true })));
        assert_eq!(taken(Value::Null, known).unwrap(), None);
    }

    #[test]
    fn there_are_bounds() {
        let many: Map<String, Value> = (0..21).map(|n| (n.to_string(), n.into())).collect();
        let most: Map<String, Value> = (0..20).map(|n| (n.to_string(), n.into())).collect();
        assert!(taken(most.clone().into(), Value::Null).is_ok());
        assert!(taken(json!({ "more": 1 }), most.into()).is_err());
        for bad in [
            many.into(),
            json!({ "x".repeat(41): 1 }),
            json!({ "x": "y".repeat(501) }),
            json!({ "x": [] }),
            json!([]),
            json!("x"),
        ] {
            assert!(taken(bad, Value::Null).is_err());
        }
    }
}
