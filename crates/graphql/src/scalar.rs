//! What each scalar accepts, from JSON (variables) or from the document (literals).

use serde_json::Value as Json;

use crate::schema::Scalar;
use crate::value::Input;

/// Why a value does not fit.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Problem {
    /// In words.
    pub explanation: String,
    /// Set when the scalar itself phrases the error, which then stands for the whole message.
    pub message: Option<String>,
}

impl Problem {
    pub(crate) fn new(explanation: impl Into<String>) -> Self {
        Problem { explanation: explanation.into(), message: None }
    }

    fn own_words(message: String) -> Self {
        Problem { explanation: message.clone(), message: Some(message) }
    }
}

/// Coerces `value` to the scalar `name`.
pub(crate) fn coerce(scalar: Scalar, name: &str, value: &Json) -> Result<Input, Problem> {
    let refuse = || Err(Problem::new(format!("Could not coerce value {} to {name}", show(value))));
    match (scalar, value) {
        (Scalar::Int, Json::Number(number)) => match number.as_i64() {
            Some(whole) if i32::try_from(whole).is_ok() => Ok(Input::Int(whole)),
            _ => refuse(),
        },
        (Scalar::Float, Json::Number(number)) => number.as_f64().map(Input::Float).map_or_else(refuse, Ok),
        (Scalar::Boolean, Json::Bool(value)) => Ok(Input::Bool(*value)),
        (Scalar::String, Json::String(text)) => Ok(Input::Str(text.clone())),
        (Scalar::Id, Json::String(text)) => Ok(Input::Str(text.clone())),
        (Scalar::Id, Json::Number(number)) if !number.is_f64() => Ok(Input::Str(number.to_string())),
        (Scalar::DateTime, Json::String(text)) if is_datetime(text) => Ok(Input::Str(text.clone())),
        (Scalar::DateTime, _) => own("invalid DateTime", value),
        (Scalar::Decimal | Scalar::Money, Json::String(text)) if is_decimal(text) => {
            Ok(Input::Str(text.clone()))
        }
        (Scalar::Decimal | Scalar::Money, Json::Number(number)) => Ok(Input::Str(number.to_string())),
        (Scalar::Decimal, _) => own("invalid Decimal", value),
        (Scalar::Money, _) => own("invalid Money", value),
        (Scalar::Url, Json::String(text)) if has_scheme(text) => Ok(Input::Str(text.clone())),
        (Scalar::Url, Json::String(text)) => {
            Err(Problem::own_words(format!("Invalid url '{text}', missing scheme")))
        }
        (Scalar::UnsignedInt64, Json::String(text)) if is_digits(text) => Ok(Input::Str(text.clone())),
        (Scalar::UnsignedInt64, Json::Number(number)) if number.is_u64() => {
            Ok(Input::Str(number.to_string()))
        }
        (Scalar::Json | Scalar::Other, value) => Ok(plain(value)),
        _ => refuse(),
    }
}

fn own(words: &str, value: &Json) -> Result<Input, Problem> {
    let shown = match value {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    };
    Err(Problem::own_words(format!("{words} '{shown}'")))
}

/// Any JSON as an input, for scalars that take anything.
fn plain(value: &Json) -> Input {
    match value {
        Json::Null => Input::Null,
        Json::Bool(value) => Input::Bool(*value),
        Json::Number(number) => match number.as_i64() {
            Some(whole) => Input::Int(whole),
            None => Input::Float(number.as_f64().unwrap_or_default()),
        },
        Json::String(text) => Input::Str(text.clone()),
        Json::Array(items) => Input::List(items.iter().map(plain).collect()),
        Json::Object(fields) => {
            Input::Object(fields.iter().map(|(key, value)| (key.clone(), plain(value))).collect())
        }
    }
}

/// A value as error texts show it: GraphQL's notation, without spaces.
pub(crate) fn show(value: &Json) -> String {
    match value {
        Json::Array(items) => format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(",")),
        Json::Object(fields) => {
            let fields: Vec<_> = fields.iter().map(|(key, value)| format!("{key}:{}", show(value))).collect();
            format!("{{{}}}", fields.join(","))
        }
        other => other.to_string(),
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.parse::<u64>().is_ok() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_decimal(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let some_digit = text.bytes().any(|byte| byte.is_ascii_digit());
    some_digit && all_digits(whole) && all_digits(fraction) && text.len() <= 64
}

fn has_scheme(text: &str) -> bool {
    text.split_once(':').is_some_and(|(scheme, rest)| {
        !rest.is_empty()
            && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+.-".contains(&byte))
    })
}

/// A date, or a date and a time with or without an offset, as ISO-8601 writes them.
fn is_datetime(text: &str) -> bool {
    let Some((date, time)) = text.split_at_checked(10) else { return false };
    let mut parts = date.split('-').map(|part| number(part, if part.len() == 4 { 4 } else { 2 }));
    let (Some(Some(year)), Some(Some(month)), Some(Some(day)), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return false,
    };
    if day == 0 || day > days || date.as_bytes().get(4) != Some(&b'-') {
        return false;
    }
    let Some(time) = time.strip_prefix(['T', 't', ' ']) else { return time.is_empty() };
    let (clock, offset) = match time.find(['Z', 'z', '+', '-']) {
        Some(at) => time.split_at(at),
        None => (time, "Z"),
    };
    is_clock(clock) && is_offset(offset)
}

fn is_clock(text: &str) -> bool {
    let (clock, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let parts: Vec<_> = clock.split(':').map(|part| number(part, 2)).collect();
    let in_range = |value: Option<u32>, below: u32| value.is_some_and(|value| value < below);
    let fits = match parts.as_slice() {
        [hour, minute] => in_range(*hour, 24) && in_range(*minute, 60),
        [hour, minute, second] => in_range(*hour, 24) && in_range(*minute, 60) && in_range(*second, 61),
        _ => false,
    };
    fits && !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_offset(text: &str) -> bool {
    match text.strip_prefix(['+', '-']) {
        None => text.eq_ignore_ascii_case("z"),
        Some(offset) => {
            let digits = offset.replace(':', "");
            digits.len() == 4 && number(&digits, 4).is_some_and(|value| value / 100 < 24 && value % 100 < 60)
        }
    }
}

fn number(text: &str, digits: usize) -> Option<u32> {
    (text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}
