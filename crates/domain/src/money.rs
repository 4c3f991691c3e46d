//! Money is exact: whole minor units with a currency, never a float. Splitting an amount uses the largest
//! remainder, so that no cent is lost and none appears.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An ISO 4217 currency, kept as its three letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency([u8; 3]);

impl Currency {
    /// The United States dollar, the currency of a new shop.
    pub const USD: Currency = Currency(*b"USD");

    /// The currency of that code, in either case; `None` for a code that ISO 4217 doesn't list.
    pub fn parse(code: &str) -> Option<Self> {
        let upper = code.trim().to_ascii_uppercase();
        iso_currency::Currency::from_code(&upper)?;
        upper.as_bytes().try_into().ok().map(Self)
    }

    /// The three letters.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }

    /// How many decimals the minor unit has: 2 for USD, 0 for JPY, 3 for KWD.
    pub fn exponent(&self) -> u32 {
        iso_currency::Currency::from_code(self.code())
            .and_then(|currency| currency.exponent())
            .map_or(2, u32::from)
    }
}

impl TryFrom<String> for Currency {
    type Error = String;
    fn try_from(code: String) -> Result<Self, String> {
        Currency::parse(&code).ok_or_else(|| format!("`{code}` is not an ISO 4217 currency"))
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> String {
        currency.code().to_owned()
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// An amount in minor units of a currency that the surroundings know (an order has one currency).
pub type Minor = i64;

/// Reads a decimal such as `12.5`, `-3` or `0.005` as minor units of `currency`. Digits beyond the minor unit are
/// rounded half away from zero. `None` for anything that is no plain decimal or too large.
pub fn parse(decimal: &str, currency: Currency) -> Option<Minor> {
    let text = decimal.trim();
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let plain = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if !plain(whole) || !plain(fraction) || (whole.is_empty() && fraction.is_empty()) {
        return None;
    }
    let exponent = currency.exponent() as usize;
    let mut minor: i64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    for place in 0..exponent {
        let digit = fraction.as_bytes().get(place).map_or(0, |b| i64::from(b - b'0'));
        minor = minor.checked_mul(10)?.checked_add(digit)?;
    }
    if fraction.as_bytes().get(exponent).is_some_and(|b| *b >= b'5') {
        minor = minor.checked_add(1)?;
    }
    Some(if negative { -minor } else { minor })
}

/// The plain decimal of an amount with all its decimals: `1250` USD is `12.50`.
pub fn decimal(amount: Minor, currency: Currency) -> String {
    let exponent = currency.exponent();
    let unit = 10u64.pow(exponent);
    let (sign, size) = (if amount < 0 { "-" } else { "" }, amount.unsigned_abs());
    match exponent {
        0 => format!("{sign}{size}"),
        _ => format!("{sign}{}.{:0width$}", size / unit, size % unit, width = exponent as usize),
    }
}

/// Splits `amount` in proportion to `weights`; the parts sum to it exactly. Units that rounding leaves over go to
/// the largest remainders, the earlier part first. All weights zero: everything goes to the first part.
pub fn allocate(amount: Minor, weights: &[u64]) -> Vec<Minor> {
    let total: u128 = weights.iter().map(|w| u128::from(*w)).sum();
    if total == 0 {
        return weights.iter().enumerate().map(|(i, _)| if i == 0 { amount } else { 0 }).collect();
    }
    let (sign, size) = (amount.signum(), u128::from(amount.unsigned_abs()));
    let mut parts: Vec<i64> = weights.iter().map(|w| (size * u128::from(*w) / total) as i64).collect();
    let mut by_remainder: Vec<usize> = (0..weights.len()).collect();
    by_remainder.sort_by_key(|i| std::cmp::Reverse(size * u128::from(weights[*i]) % total));
    let left = size as i64 - parts.iter().sum::<i64>();
    for i in by_remainder.into_iter().take(left as usize) {
        parts[i] += 1;
    }
    parts.into_iter().map(|part| part * sign).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_round_trip_in_every_kind_of_currency() {
        for (text, code, minor, shown) in [
            ("12.5", "USD", 1250, "12.50"),
            ("-0.01", "usd", -1, "-0.01"),
            ("1500", "JPY", 1500, "1500"),
            ("1.2345", "KWD", 1235, "1.235"),
            (".5", "EUR", 50, "0.50"),
        ] {
            let currency = Currency::parse(code).unwrap();
            assert_eq!(parse(text, currency), Some(minor), "{text} {code}");
            assert_eq!(decimal(minor, currency), shown);
        }
        for bad in ["", "-", ".", "1,5", "1e3", "NaN", "99999999999999999999"] {
            assert_eq!(parse(bad, Currency::USD), None, "{bad}");
        }
        assert_eq!(Currency::parse("XQX"), None);
    }

    #[test]
    fn parts_sum_to_the_whole() {
        assert_eq!(allocate(100, &[1, 1, 1]), [34, 33, 33]);
        assert_eq!(allocate(-100, &[1, 1, 1]), [-34, -33, -33]);
        assert_eq!(allocate(5, &[0, 0]), [5, 0]);
        assert_eq!(allocate(10, &[7, 2, 1]), [7, 2, 1]);
    }
}
