//! What only this API keeps of products, variants and prices: beside what every API understands, in their `details`.

use serde_json::{Map, Value};

use crate::failure::Failure;
use crate::input::{Input, invalid};

/// A field of the details.
pub(crate) struct Detail {
    /// What it is called.
    pub(crate) name: &'static str,
    /// What it holds.
    pub(crate) holds: Holds,
}

/// What a detail holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holds {
    /// A text, or null.
    Text,
    /// Yes or no; that, if nobody said.
    Flag(bool),
    /// A number, or null; shown as a number.
    Number,
    /// Ids.
    Ids,
}

/// Takes what was sent into the details; what wasn't sent stays.
pub(crate) fn take(details: &mut Value, input: &Input, fields: &[Detail]) -> Result<(), Failure> {
    let mut kept = match std::mem::take(details) {
        Value::Object(kept) => kept,
        _ => Map::new(),
    };
    for Detail { name, holds } in fields {
        if !input.has(name) {
            continue;
        }
        let value = match holds {
            Holds::Text => input.text(name)?.map(Value::from),
            Holds::Flag(_) => input.flag(name)?.map(Value::from),
            Holds::Number => number(input, name)?,
            Holds::Ids => input.ids(name)?.map(Value::from),
        };
        match value {
            Some(value) => kept.insert((*name).to_owned(), value),
            None => kept.remove(*name),
        };
    }
    *details = Value::Object(kept);
    Ok(())
}

/// Puts the details into an answer.
pub(crate) fn show(details: &Value, fields: &[Detail], shown: &mut Value) {
    for Detail { name, holds } in fields {
        let otherwise = || match holds {
            Holds::Text | Holds::Number => Value::Null,
            Holds::Flag(otherwise) => (*otherwise).into(),
            Holds::Ids => Value::Array(Vec::new()),
        };
        shown[*name] = details.get(name).cloned().unwrap_or_else(otherwise);
    }
}

fn number(input: &Input, name: &str) -> Result<Option<Value>, Failure> {
    let read = |text: &str| text.parse::<f64>().ok().filter(|number| *number >= 0.0);
    match input.text(name)? {
        None => Ok(None),
        Some(text) => match read(text.trim()).and_then(serde_json::Number::from_f64) {
            Some(number) => Ok(Some(number.into())),
            None => Err(invalid(name, "is not a number")),
        },
    }
}
