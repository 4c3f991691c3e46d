//! How commands put values into words.

use domain::time::Time;
use jiff::Timestamp;

/// A time in UTC, to the second.
pub fn moment(time: Time) -> String {
    match Timestamp::from_microsecond(time.0) {
        Ok(at) => at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        Err(_) => "out of all time".to_owned(),
    }
}

/// A number of things: `1 unit`, `2 units`.
pub fn count(many: i64, thing: &str) -> String {
    if many == 1 { format!("1 {thing}") } else { format!("{many} {thing}s") }
}
