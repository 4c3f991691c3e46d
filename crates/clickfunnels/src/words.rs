//! The vocabulary of this API: times, amounts.

use domain::time::Time;
use serde_json::Value;

/// A time: ISO 8601 in UTC with milliseconds.
pub(crate) fn time(at: Time) -> Value {
    match jiff::Timestamp::from_microsecond(at.0) {
        Ok(at) => Value::from(format!("{at:.3}")),
        Err(_) => Value::Null,
    }
}
