//! Amounts and moments as people of a language write them, in the order's currency and in the shop's time zone.

use domain::money::{self, Currency, Minor};
use domain::time::Time;
use jiff::tz::TimeZone;

use crate::words::Language;

/// How amounts and moments are said on one page.
pub(crate) struct Saying {
    pub(crate) language: Language,
    pub(crate) currency: Currency,
    pub(crate) zone: TimeZone,
}

/// Keeps an amount and its currency on one line.
const NARROW: char = '\u{a0}';

impl Saying {
    /// An amount: `€1,234.50`, `1.234,50 €`, `CHF 12.00`.
    pub(crate) fn money(&self, amount: Minor) -> String {
        let decimal = money::decimal(amount, self.currency);
        let unsigned = decimal.trim_start_matches('-');
        let sign = if amount < 0 { "−" } else { "" };
        let (whole, fraction) = unsigned.split_once('.').map_or((unsigned, None), |(w, f)| (w, Some(f)));
        let (group, point) = match self.language {
            Language::English => (',', '.'),
            Language::German => ('.', ','),
        };
        let mut number = grouped(whole, group);
        if let Some(fraction) = fraction {
            number.push(point);
            number.push_str(fraction);
        }
        match (self.language, symbol(self.currency)) {
            (Language::English, Some(symbol)) => format!("{sign}{symbol}{number}"),
            (Language::English, None) => format!("{}{NARROW}{sign}{number}", self.currency),
            (Language::German, symbol) => {
                format!("{sign}{number}{NARROW}{}", symbol.unwrap_or(self.currency.code()))
            }
        }
    }

    /// A day: `22 November 2026`, `22. November 2026`.
    pub(crate) fn day(&self, at: Time) -> String {
        let Some(at) = self.local(at) else { return String::new() };
        let month = usize::try_from(at.month() - 1).ok().and_then(|n| self.language.words().months.get(n));
        let (day, month, year) = (at.day(), month.unwrap_or(&""), at.year());
        match self.language {
            Language::English => format!("{day} {month} {year}"),
            Language::German => format!("{day}. {month} {year}"),
        }
    }

    /// A day and the time of day.
    pub(crate) fn moment(&self, at: Time) -> String {
        let time = self.local(at).map(|at| at.strftime("%H:%M").to_string()).unwrap_or_default();
        match self.language {
            Language::English => format!("{}, {time}", self.day(at)),
            Language::German => format!("{}, {time} Uhr", self.day(at)),
        }
    }

    /// A moment for machines.
    pub(crate) fn stamp(&self, at: Time) -> String {
        self.local(at).map(|at| at.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()).unwrap_or_default()
    }

    fn local(&self, at: Time) -> Option<jiff::Zoned> {
        Some(jiff::Timestamp::from_microsecond(at.0).ok()?.to_zoned(self.zone.clone()))
    }
}

/// The sign of a currency that no other has. Dollars and crowns are many, so those are named by their code; the dollar
/// of the United States is the one that is meant without a word.
fn symbol(currency: Currency) -> Option<&'static str> {
    match currency.code() {
        "EUR" => Some("€"),
        "GBP" => Some("£"),
        "USD" => Some("$"),
        _ => None,
    }
}

fn grouped(digits: &str, mark: char) -> String {
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(mark);
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn saying(language: Language, currency: &str, zone: &str) -> Saying {
        let currency = Currency::parse(currency).unwrap();
        Saying { language, currency, zone: TimeZone::get(zone).unwrap() }
    }

    #[test]
    fn amounts_are_written_as_people_write_them() {
        for (language, currency, amount, said) in [
            (Language::English, "EUR", 123_450, "€1,234.50"),
            (Language::German, "EUR", 123_450, "1.234,50\u{a0}€"),
            (Language::English, "CHF", 1_200, "CHF\u{a0}12.00"),
            (Language::German, "CHF", -1_234_567_800, "−12.345.678,00\u{a0}CHF"),
            (Language::English, "JPY", 1_234_567, "JPY\u{a0}1,234,567"),
            (Language::English, "KWD", 5, "KWD\u{a0}0.005"),
            (Language::English, "USD", -5, "−$0.05"),
        ] {
            assert_eq!(saying(language, currency, "UTC").money(amount), said);
        }
    }

    #[test]
    fn moments_are_those_of_the_shop() {
        let at = Time("2026-03-01T23:30:00Z".parse::<jiff::Timestamp>().unwrap().as_microsecond());
        let german = saying(Language::German, "EUR", "Europe/Berlin");
        assert_eq!(german.moment(at), "2. März 2026, 00:30 Uhr");
        assert_eq!(german.stamp(at), "2026-03-02T00:30:00+01:00");
        assert_eq!(saying(Language::English, "EUR", "America/New_York").moment(at), "1 March 2026, 18:30");
    }
}
