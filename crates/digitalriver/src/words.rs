//! The vocabulary of this API: times, amounts, addresses.

use domain::address::Address;
use domain::money::{self, Currency, Minor};
use domain::time::{SECOND, Time};
use serde_json::{Map, Value, json};

/// A time: ISO 8601 in UTC with whole seconds.
pub(crate) fn time(at: Time) -> Value {
    match jiff::Timestamp::from_second(at.0.div_euclid(SECOND)) {
        Ok(at) => Value::from(format!("{at:.0}")),
        Err(_) => Value::Null,
    }
}

/// A time to the microsecond, as events tell it.
pub(crate) fn exact_time(at: Time) -> Value {
    precise(at, 6)
}

/// A time to the millisecond, as webhooks tell it.
pub(crate) fn milli_time(at: Time) -> Value {
    precise(at, 3)
}

fn precise(at: Time, digits: usize) -> Value {
    let shown = jiff::Timestamp::from_microsecond(at.0);
    shown.map_or(Value::Null, |at| format!("{at:.digits$}").into())
}

/// The moment that a text names: RFC 3339, or a date and time or a date in UTC.
pub(crate) fn moment(text: &str) -> Option<Time> {
    let text = text.trim();
    let in_utc = |at: jiff::civil::DateTime| at.to_zoned(jiff::tz::TimeZone::UTC).map(|at| at.timestamp());
    let read = text.parse::<jiff::Timestamp>();
    let read = read.or_else(|_| text.parse::<jiff::civil::DateTime>().and_then(in_utc));
    let read = read.or_else(|_| text.parse::<jiff::civil::Date>().and_then(|day| in_utc(day.into())));
    // In a query that nobody encoded the plus of an offset arrives as a blank.
    let read = read.or_else(|error| {
        text.rsplit_once(' ').map_or(Err(error), |(at, offset)| format!("{at}+{offset}").parse())
    });
    read.ok().map(|at| Time(at.as_microsecond()))
}

/// An amount: a number in major units, always with a fraction.
pub(crate) fn amount(amount: Minor, currency: Currency) -> Value {
    // The decimal is read, never computed with, so the number is the nearest one and is written as the decimal.
    let number = money::decimal(amount, currency).parse::<f64>().ok();
    number.and_then(serde_json::Number::from_f64).map_or(Value::Null, Value::Number)
}

/// The millionths that a decimal is, for comparisons of amounts whatever their currency.
pub(crate) fn millionths(text: &str) -> Option<i64> {
    let number = text.trim().parse::<f64>().ok()?;
    (number.abs() < 1e12).then_some((number * 1e6).round() as i64)
}

/// Somebody's name in two parts: what stands before the last blank, and what comes after it.
pub(crate) fn names(name: &str) -> (Option<String>, Option<String>) {
    let some = |part: &str| Some(part.trim().to_owned()).filter(|part| !part.is_empty());
    match name.trim().rsplit_once(char::is_whitespace) {
        Some((first, last)) => (some(first), some(last)),
        None => (some(name), None),
    }
}

/// The address that a `shipTo`, `billTo` or `shipping` names.
pub(crate) fn address(party: &Value) -> Address {
    let text = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let of = |name: &str| text(&party["address"][name]);
    let (first_name, last_name) = party["name"].as_str().map(names).unwrap_or_default();
    Address {
        first_name,
        last_name,
        company: text(&party["organization"]),
        address1: of("line1"),
        address2: of("line2"),
        city: of("city"),
        province: None,
        province_code: of("state"),
        country: None,
        country_code: of("country").map(|code| code.to_ascii_uppercase()),
        zip: of("postalCode"),
        phone: text(&party["phone"]),
    }
}

/// An address as a `shipTo`, `billTo` or `shipping`; what isn't known is left out.
pub(crate) fn party(address: &Address) -> Value {
    let mut lines = Map::new();
    let region = address.province_code.as_ref().or(address.province.as_ref());
    let country = address.country_code.as_ref().or(address.country.as_ref());
    for (name, value) in [
        ("line1", address.address1.as_ref()),
        ("line2", address.address2.as_ref()),
        ("city", address.city.as_ref()),
        ("postalCode", address.zip.as_ref()),
        ("state", region),
        ("country", country),
    ] {
        lines.extend(value.map(|value| (name.to_owned(), Value::from(value.as_str()))));
    }
    let mut party = Map::new();
    party.insert("address".to_owned(), lines.into());
    for (name, value) in [
        ("name", address.name()),
        ("phone", address.phone.clone()),
        ("organization", address.company.clone()),
    ] {
        party.extend(value.map(|value| (name.to_owned(), Value::from(value))));
    }
    party.into()
}

/// Puts it into an answer whether something counts. What fulfillment orders become spells it in another way in the
/// published document; everything else, and every sample, spells it in one.
pub(crate) fn show_mode(live: bool, shown: &mut Map<String, Value>) {
    for name in ["liveMode", "livemode"] {
        shown.insert(name.to_owned(), live.into());
    }
}

/// A list's answer.
pub(crate) fn list(has_more: bool, data: Vec<Value>) -> Value {
    json!({ "hasMore": has_more, "data": data })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_a_fraction_and_no_noise() {
        for (minor, code, text) in [
            (2_701, "USD", "27.01"),
            (0, "USD", "0.0"),
            (5_377, "EUR", "53.77"),
            (-5, "USD", "-0.05"),
            (1_500, "JPY", "1500.0"),
            (1_250, "KWD", "1.25"),
            (999_999_999_999_999, "USD", "9999999999999.99"),
        ] {
            assert_eq!(amount(minor, Currency::parse(code).unwrap()).to_string(), text);
        }
    }

    #[test]
    fn times_are_whole_seconds() {
        assert_eq!(time(Time(1_752_164_147_999_999)), "2025-07-10T16:15:47Z");
        assert_eq!(moment("2025-07-10T18:15:47.5+02:00"), Some(Time(1_752_164_147_500_000)));
        assert_eq!(moment("2025-07-10T18:15:47 02:00"), moment("2025-07-10T18:15:47+02:00"));
        assert_eq!(moment("2025-07-10"), Some(Time(1_752_105_600_000_000)));
        assert_eq!(moment("yesterday"), None);
    }

    #[test]
    fn an_address_comes_back_as_it_was_given() {
        let given = json!({
            "address": { "line1": "10380 Bren Rd W", "line2": "2nd floor", "city": "Minnetonka", "postalCode": "55129",
                "state": "MN", "country": "US" },
            "name": "Ada King Lovelace", "phone": "952-111-1111", "organization": "Engines",
        });
        assert_eq!(party(&address(&given)), given);
        assert_eq!(names("Cher"), (Some("Cher".into()), None));
        assert_eq!(party(&address(&json!({}))), json!({ "address": {} }));
    }
}
