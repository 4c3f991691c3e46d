//! What was sent: an object under the key of its resource. Unknown fields are let pass, as the original does; known
//! ones must make sense.

use domain::money::{self, Currency, Minor};
use domain::time::Time;
use serde_json::{Map, Value};

use crate::failure::Failure;

/// The fields that were sent.
#[derive(Debug, Clone, Default)]
pub(crate) struct Input {
    fields: Map<String, Value>,
}

impl Input {
    /// The object under `key`; `None` if nothing is there.
    pub(crate) fn of(body: &[u8], key: &str) -> Result<Option<Self>, Failure> {
        let text = std::str::from_utf8(body).map_err(|_| not_json())?;
        if text.trim().is_empty() {
            return Ok(None);
        }
        let sent = serde_json::from_str(text).map_err(|_| not_json())?;
        if has_null_byte(&sent) {
            return Err(Failure::BadRequest("HTTP body must not contain null bytes".to_owned()));
        }
        match sent {
            Value::Object(mut sent) => match sent.remove(key) {
                Some(Value::Object(fields)) if !fields.is_empty() => Ok(Some(Self { fields })),
                _ => Ok(None),
            },
            _ => Ok(None),
        }
    }

    /// An object within what was sent.
    pub(crate) fn from_object(fields: Map<String, Value>) -> Self {
        Self { fields }
    }

    /// Whether the field was sent, be it as null.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.fields.contains_key(name)
    }

    /// The field, unless it is absent or null.
    pub(crate) fn value(&self, name: &str) -> Option<&Value> {
        self.fields.get(name).filter(|value| !value.is_null())
    }

    /// A text; a number is taken as one.
    pub(crate) fn text(&self, name: &str) -> Result<Option<String>, Failure> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(Value::Number(number)) => Ok(Some(number.to_string())),
            Some(_) => Err(invalid(name, "must be a string")),
        }
    }

    /// A text that must be there.
    pub(crate) fn needed_text(&self, name: &str) -> Result<String, Failure> {
        match self.text(name)? {
            Some(text) if !text.trim().is_empty() => Ok(text),
            _ => Err(blank(name)),
        }
    }

    /// A whole number; digits in a text are taken as one.
    pub(crate) fn integer(&self, name: &str) -> Result<Option<i64>, Failure> {
        let number = match self.value(name) {
            None => return Ok(None),
            Some(Value::String(text)) if text.trim().is_empty() => return Ok(None),
            Some(Value::Number(number)) => whole(number),
            Some(Value::String(text)) => text.trim().parse().ok(),
            Some(_) => None,
        };
        number.map(Some).ok_or_else(|| invalid(name, "is not a number"))
    }

    /// The id of another thing: a number or a public id.
    pub(crate) fn id(&self, name: &str) -> Result<Option<i64>, Failure> {
        let id = match self.value(name) {
            None => return Ok(None),
            Some(Value::Number(number)) => whole(number).filter(|id| *id > 0),
            Some(Value::String(text)) => crate::id::parse(text.trim()),
            Some(_) => None,
        };
        id.map(Some).ok_or_else(|| invalid(name, "is invalid"))
    }

    /// A text that may be emptied: `None` if nothing was said, `Some(None)` if null or nothing but blanks was.
    pub(crate) fn said(&self, name: &str) -> Result<Option<Option<String>>, Failure> {
        if !self.has(name) {
            return Ok(None);
        }
        Ok(Some(self.text(name)?.filter(|text| !text.trim().is_empty())))
    }

    /// A moment: RFC 3339, or a date and time or a date in UTC.
    pub(crate) fn time(&self, name: &str) -> Result<Option<Time>, Failure> {
        let Some(text) = self.said(name)?.flatten() else { return Ok(None) };
        let text = text.trim();
        let in_utc =
            |at: jiff::civil::DateTime| at.to_zoned(jiff::tz::TimeZone::UTC).map(|at| at.timestamp());
        let read = text.parse::<jiff::Timestamp>();
        let read = read.or_else(|_| text.parse::<jiff::civil::DateTime>().and_then(in_utc));
        let read = read.or_else(|_| text.parse::<jiff::civil::Date>().and_then(|day| in_utc(day.into())));
        read.map(|at| Some(Time(at.as_microsecond()))).map_err(|_| invalid(name, "is not a valid time"))
    }

    /// A moment that may be emptied: `None` if nothing was said.
    pub(crate) fn said_time(&self, name: &str) -> Result<Option<Option<Time>>, Failure> {
        if self.has(name) { self.time(name).map(Some) } else { Ok(None) }
    }

    /// An amount of money in minor units.
    pub(crate) fn amount(&self, name: &str, currency: Currency) -> Result<Option<Minor>, Failure> {
        match self.said(name)?.flatten() {
            None => Ok(None),
            Some(text) => {
                let read = money::parse(&text, currency).ok_or_else(|| invalid(name, "is not a number"))?;
                Ok(Some(read))
            }
        }
    }

    /// A word that means something.
    pub(crate) fn word<T>(&self, name: &str, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>, Failure> {
        match self.said(name)?.flatten() {
            None => Ok(None),
            Some(word) => {
                Ok(Some(read(word.trim()).ok_or_else(|| invalid(name, "is not included in the list"))?))
            }
        }
    }

    /// Yes or no, also as 0, 1 or a word.
    pub(crate) fn flag(&self, name: &str) -> Result<Option<bool>, Failure> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(Value::Number(number)) if number.as_i64() == Some(0) => Ok(Some(false)),
            Some(Value::Number(number)) if number.as_i64() == Some(1) => Ok(Some(true)),
            Some(Value::String(text)) => match text.trim().to_ascii_lowercase().as_str() {
                "true" | "1" => Ok(Some(true)),
                "false" | "0" => Ok(Some(false)),
                "" => Ok(None),
                _ => Err(invalid(name, "must be true or false")),
            },
            Some(_) => Err(invalid(name, "must be true or false")),
        }
    }

    /// A list of ids.
    pub(crate) fn ids(&self, name: &str) -> Result<Option<Vec<i64>>, Failure> {
        let read = |value: &Value| match value {
            Value::Number(number) => number.as_i64().filter(|id| *id > 0),
            Value::String(text) => crate::id::parse(text.trim()),
            _ => None,
        };
        match self.value(name) {
            None => Ok(None),
            Some(Value::Array(ids)) => {
                let ids = ids.iter().map(read).collect::<Option<Vec<i64>>>();
                ids.map(Some).ok_or_else(|| invalid(name, "must be a list of ids"))
            }
            Some(_) => Err(invalid(name, "must be a list of ids")),
        }
    }

    /// A list of objects.
    pub(crate) fn objects(&self, name: &str) -> Result<Option<Vec<Input>>, Failure> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::Array(items)) => items
                .iter()
                .map(|item| match item {
                    Value::Object(fields) => Ok(Input::from_object(fields.clone())),
                    _ => Err(invalid(name, "must be a list of objects")),
                })
                .collect::<Result<Vec<_>, _>>()
                .map(Some),
            Some(_) => Err(invalid(name, "must be a list")),
        }
    }
}

/// A whole number, also one that is written with a point and nothing behind it. Above 2^53 that isn't exact any more.
fn whole(number: &serde_json::Number) -> Option<i64> {
    let exact = |number: &f64| number.fract() == 0.0 && number.abs() <= (1i64 << 53) as f64;
    number.as_i64().or_else(|| number.as_f64().filter(exact).map(|number| number as i64))
}

/// Not every database keeps texts with a null byte in them, and nobody means one.
fn has_null_byte(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(has_null_byte),
        Value::Object(fields) => {
            fields.iter().any(|(name, value)| name.contains('\0') || has_null_byte(value))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn not_json() -> Failure {
    Failure::BadRequest("HTTP body must be valid JSON".to_owned())
}

/// A field without a value that needs one.
pub(crate) fn blank(name: &str) -> Failure {
    invalid(name, "can't be blank")
}

/// A field with a value that makes no sense.
pub(crate) fn invalid(name: &str, what: &str) -> Failure {
    Failure::Unprocessable(format!("{} {what}", humanized(name)))
}

/// `tax_category_id` → `Tax category`, as error texts of the original have it.
fn humanized(name: &str) -> String {
    let words = name.strip_suffix("_id").unwrap_or(name).replace('_', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_clients_send_without_being_asked_is_nothing() {
        for body in ["", " ", "[]", "{}", "null", r#"{"order":{}}"#, r#"{"order":null}"#, r#"{"x":{"a":1}}"#]
        {
            assert!(Input::of(body.as_bytes(), "order").unwrap().is_none(), "{body}");
        }
        assert!(Input::of(b"{", "order").is_err());
        assert!(Input::of(&[0xff], "order").is_err());
        for nul in [r#"{"order":{"notes":"\u0000"}}"#, r#"{"order":{"a":[{"b\u0000":1}]}}"#] {
            assert!(matches!(Input::of(nul.as_bytes(), "order"), Err(Failure::BadRequest(_))), "{nul}");
        }
    }

    #[test]
    fn values_are_read_as_leniently_as_clients_write_them() {
        let body =
            br#"{"x":{"n":"12","f":"true","i":0,"t":7,"p":"17","o":[{"a":1}],"z":null,"w":3.0,"h":0.5}}"#;
        let input = Input::of(body, "x").unwrap().unwrap();
        assert_eq!((input.integer("n").unwrap(), input.integer("w").unwrap()), (Some(12), Some(3)));
        assert_eq!(input.id("w").unwrap(), Some(3));
        assert!(input.integer("h").is_err());
        assert_eq!((input.flag("f").unwrap(), input.flag("i").unwrap()), (Some(true), Some(false)));
        assert_eq!(input.text("t").unwrap().as_deref(), Some("7"));
        assert_eq!(input.id("p").unwrap(), Some(17));
        assert_eq!(input.objects("o").unwrap().map(|list| list.len()), Some(1));
        assert_eq!(Input::of(br#"{"x":{"n":" "}}"#, "x").unwrap().unwrap().integer("n").unwrap(), None);
        assert!(input.has("z") && input.value("z").is_none());
        assert!(input.needed_text("z").is_err());
        assert!(input.integer("o").is_err());
    }
}
