//! Figures, counted by hand.

use super::*;

fn shop(time_zone: &str) -> Shop {
    Shop { time_zone: time_zone.to_owned(), ..testkit::world::shop() }
}

fn at(text: &str) -> Time {
    Time(text.parse::<jiff::Timestamp>().unwrap().as_microsecond())
}

#[test]
fn a_period_is_read_in_the_shops_days() {
    let berlin = shop("Europe/Berlin");
    let now = at("2026-11-22T23:30:00Z");
    let period = Period::read(&berlin, now, None, None).unwrap();
    assert_eq!(
        (period.from.to_string(), period.to.to_string()),
        ("2026-10-25".to_owned(), "2026-11-23".to_owned())
    );
    assert_eq!(period.days().count(), 30);
    for (from, to, bad) in [
        ("yesterday", "2026-11-22", BadPeriod::Date),
        ("2026-11-31", "2026-12-22", BadPeriod::Date),
        ("2026-11-23", "2026-11-22", BadPeriod::Backwards),
        ("2025-11-22", "2026-11-23", BadPeriod::TooLong),
    ] {
        assert_eq!(Period::read(&berlin, now, Some(from), Some(to)), Err(bad), "{from} {to}");
    }
    assert!(Period::read(&berlin, now, Some("2025-11-23"), Some("2026-11-23")).is_ok());
}

#[test]
fn a_day_has_the_hours_that_the_zone_gives_it() {
    let zone = zone(&shop("Europe/Berlin"));
    let slots = |from: &str, hours: i64| -> Vec<InSlot<i64>> {
        (0..hours * 4).map(|n| InSlot { at: at(from).plus(n * store::figures::SLOT), what: 1 }).collect()
    };
    let count = |date: &str, slots: &[InSlot<i64>]| day(date.parse().unwrap(), &zone, slots, &[], &[]).orders;
    let spring = slots("2026-03-28T00:00:00Z", 72);
    assert_eq!(count("2026-03-29", &spring), 23 * 4, "the clocks went forward");
    let autumn = slots("2026-10-24T00:00:00Z", 72);
    assert_eq!(count("2026-10-25", &autumn), 25 * 4, "the clocks went back");
    let nepal = super::zone(&shop("Asia/Kathmandu"));
    let all = slots("2026-10-24T00:00:00Z", 72);
    assert_eq!(
        day("2026-10-25".parse().unwrap(), &nepal, &all, &[], &[]).orders,
        24 * 4,
        "a quarter of an hour off"
    );
}
