//! Points in time in searches. What is written is as long as it is exact: `2024` is a year, `2024-05-01` a day in the
//! shop's time zone, `2024-05-01T10:00:00Z` a second. So `:>2024-05-01` begins with the second of May.

use domain::time::{SECOND, Time};
use jiff::civil::{Date, DateTime};
use jiff::{Span, Timestamp};

use super::Context;

/// The first and the last moment, in microseconds, that `text` stands for.
pub(super) fn span(text: &str, context: &Context) -> Option<(i64, i64)> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("now") {
        let Time(now) = context.now;
        return Some((now, now));
    }
    days(text).map_or_else(
        || instant(text, context),
        |(first, next)| {
            let start = |date: Date| date.to_zoned(context.zone.clone()).ok().map(|at| at.timestamp());
            Some((start(first)?.as_microsecond(), start(next)?.as_microsecond() - 1))
        },
    )
}

/// The first day of a year, month or day, and the day after its last.
fn days(text: &str) -> Option<(Date, Date)> {
    let (full, length) = match text.len() {
        4 => (format!("{text}-01-01"), Span::new().years(1)),
        7 => (format!("{text}-01"), Span::new().months(1)),
        10 => (text.to_owned(), Span::new().days(1)),
        _ => return None,
    };
    let first: Date = full.parse().ok()?;
    Some((first, first.checked_add(length).ok()?))
}

fn instant(text: &str, context: &Context) -> Option<(i64, i64)> {
    let at = match text.parse::<Timestamp>() {
        Ok(at) => at,
        Err(_) => text.parse::<DateTime>().ok()?.to_zoned(context.zone.clone()).ok()?.timestamp(),
    };
    let decimals =
        text.split_once('.').map_or(0, |(_, rest)| rest.bytes().take_while(u8::is_ascii_digit).count());
    let length = match decimals {
        0 => SECOND,
        1..=3 => SECOND / 1_000,
        _ => 1,
    };
    Some((at.as_microsecond(), at.as_microsecond().checked_add(length - 1)?))
}
