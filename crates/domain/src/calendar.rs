//! The calendar in UTC, as far as billing needs it: how long a period is that is told in days, weeks, months,
//! quarters or years. Periods are counted from one anchor, so that what begins on the 31st ends on the last day of
//! shorter months and comes back to the 31st.

use serde::{Deserialize, Serialize};

use crate::time::{HOUR, Time};

/// One day, in the unit of [`Time`].
pub const DAY: i64 = 24 * HOUR;

/// What periods are counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it all")]
pub enum Interval {
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

/// A period: so many intervals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Every {
    /// How many, at least one.
    pub count: i64,
    /// Of what.
    pub interval: Interval,
}

impl Every {
    /// The moment `periods` of these after `anchor`; before it if there are fewer than none.
    pub fn after(self, anchor: Time, periods: i64) -> Time {
        let many = self.count.saturating_mul(periods);
        match self.interval {
            Interval::Day => anchor.plus(many.saturating_mul(DAY)),
            Interval::Week => anchor.plus(many.saturating_mul(7 * DAY)),
            Interval::Month => months_after(anchor, many),
            Interval::Quarter => months_after(anchor, many.saturating_mul(3)),
            Interval::Year => months_after(anchor, many.saturating_mul(12)),
        }
    }

    /// About how many days it is long; only good for comparing.
    pub fn days(self) -> i64 {
        let of_one = match self.interval {
            Interval::Day => 1,
            Interval::Week => 7,
            Interval::Month => 30,
            Interval::Quarter => 91,
            Interval::Year => 365,
        };
        self.count.saturating_mul(of_one)
    }
}

/// Beyond this many months from its anchor nothing is ever due.
const MONTHS_MAX: i64 = 12 * 10_000;

fn months_after(anchor: Time, months: i64) -> Time {
    let (days, of_day) = (anchor.0.div_euclid(DAY), anchor.0.rem_euclid(DAY));
    let (year, month, day) = civil(days);
    let month = year * 12 + (month - 1) + months.clamp(-MONTHS_MAX, MONTHS_MAX);
    let (year, month) = (month.div_euclid(12), month.rem_euclid(12) + 1);
    Time(days_of(year, month, day.min(length(year, month))).saturating_mul(DAY).saturating_add(of_day))
}

fn length(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days since 1970-01-01 of a date. Years begin in March here, so that the leap day is their last.
fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The date (year, month, day) of so many days since 1970-01-01.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(year: i64, month: i64, day: i64) -> Time {
        Time(days_of(year, month, day) * DAY + 5 * HOUR)
    }

    fn every(count: i64, interval: Interval) -> Every {
        Every { count, interval }
    }

    #[test]
    fn dates_and_days_are_one_to_one() {
        for (date, days) in
            [((1970, 1, 1), 0), ((2000, 2, 29), 11_016), ((1969, 12, 31), -1), ((2100, 3, 1), 47_541)]
        {
            assert_eq!(days_of(date.0, date.1, date.2), days);
            assert_eq!(civil(days), date);
        }
        for days in (-800_000..800_000).step_by(13) {
            let (year, month, day) = civil(days);
            assert_eq!(days_of(year, month, day), days);
            assert!((1..=12).contains(&month) && (1..=length(year, month)).contains(&day));
        }
    }

    #[test]
    fn the_last_day_of_a_month_comes_back() {
        let (month, start) = (every(1, Interval::Month), at(2027, 1, 31));
        let ends = [(0, at(2027, 1, 31)), (1, at(2027, 2, 28)), (2, at(2027, 3, 31)), (13, at(2028, 2, 29))];
        for (periods, end) in ends {
            assert_eq!(month.after(start, periods), end, "{periods}");
        }
        assert_eq!(every(2, Interval::Week).after(start, 1), at(2027, 2, 14));
        assert_eq!(every(1, Interval::Quarter).after(start, -1), at(2026, 10, 31));
        assert_eq!(every(1, Interval::Year).after(at(2028, 2, 29), 1), at(2029, 2, 28));
        assert_eq!(every(3, Interval::Day).after(start, 2), at(2027, 2, 6));
    }

    #[test]
    fn nothing_overflows() {
        for interval in [Interval::Day, Interval::Year] {
            assert!(every(i64::MAX, interval).after(Time(0), i64::MAX) > Time(0));
        }
    }
}
