//! Check digits of tracking numbers.
//!
//! Every algorithm gets the characters that take part, the check character last, and answers yes or no.
//! Which characters those are is data: the column `check_digit` of `data/carriers.csv` names an algorithm and,
//! where a prefix does not count (a routing code, the `1Z` of a label), how many characters at the end do:
//!
//! | column | sums over | used by |
//! |---|---|---|
//! | `gs1_mod10` | digits × 3, 1, 3 … from the right | SSCC, GTIN, USPS, Canada Post, DHL Paket, FedEx Ground |
//! | `usps_mod10` | the same over the number with its unprinted 91 in front | older certified mail of USPS |
//! | `ups_mod10` | characters × 1, 2, 1 … from the left; a letter is worth (code − 3) mod 10 | UPS, OnTrac |
//! | `luhn` | digits × 2, 1 … from the right, digits of the products added | Purolator, Old Dominion |
//! | `mod7` | the whole serial number mod 7 | DHL Express, Sagawa, Yamato |
//! | `upu_s10` | digits × 8 6 4 2 3 5 9 7, mod 11 | postal items of all countries (UPU S10) |
//! | `fedex_mod11` | digits × 1, 3, 7 … from the right, mod 11 mod 10 | FedEx Express |
//! | `iso7064_mod37_36` | ISO/IEC 7064, hybrid system | DPD |
//!
//! Source of the rules: jkeen/tracking_number_data (see `data/NOTICE`), UPU S10 and ISO/IEC 7064.

/// How a number proves that it was not mistyped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Algorithm {
    Gs1Mod10,
    UspsMod10,
    UpsMod10,
    Luhn,
    Mod7,
    UpuS10,
    FedexMod11,
    Iso7064Mod37,
}

/// An algorithm together with the part of the number that it covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Check {
    /// The rule.
    pub(super) algorithm: Algorithm,
    /// Only that many characters at the end take part; `None`: all of them.
    last: Option<usize>,
}

impl Check {
    /// Reads a cell such as `luhn` or `gs1_mod10 last 22`. `None` if it is not of that form.
    pub(super) fn parse(cell: &str) -> Option<Check> {
        let mut words = cell.split_whitespace();
        let algorithm = match words.next()? {
            "gs1_mod10" => Algorithm::Gs1Mod10,
            "usps_mod10" => Algorithm::UspsMod10,
            "ups_mod10" => Algorithm::UpsMod10,
            "luhn" => Algorithm::Luhn,
            "mod7" => Algorithm::Mod7,
            "upu_s10" => Algorithm::UpuS10,
            "fedex_mod11" => Algorithm::FedexMod11,
            "iso7064_mod37_36" => Algorithm::Iso7064Mod37,
            _ => return None,
        };
        let last = match (words.next(), words.next(), words.next()) {
            (None, ..) => None,
            (Some("last"), Some(count), None) => Some(count.parse().ok()?),
            _ => return None,
        };
        Some(Check { algorithm, last })
    }

    /// Whether the check character of a normalised number (capital letters and digits) is right.
    pub(super) fn holds(self, number: &str) -> bool {
        let all = number.as_bytes();
        let covered = match self.last {
            None => all,
            Some(count) => match all.len().checked_sub(count) {
                Some(start) => &all[start..],
                None => return false,
            },
        };
        match self.algorithm {
            Algorithm::Gs1Mod10 => gs1_mod10(covered),
            Algorithm::UspsMod10 => gs1_mod10(&[b"91", covered].concat()),
            Algorithm::UpsMod10 => ups_mod10(covered),
            Algorithm::Luhn => luhn(covered),
            Algorithm::Mod7 => mod7(covered),
            Algorithm::UpuS10 => upu_s10(covered),
            Algorithm::FedexMod11 => fedex_mod11(covered),
            Algorithm::Iso7064Mod37 => iso7064_mod37_36(covered),
        }
        .unwrap_or(false)
    }
}

/// The value of a digit; `None` for anything else, which fails the check that asked.
fn digit(byte: u8) -> Option<u32> {
    byte.is_ascii_digit().then(|| u32::from(byte - b'0'))
}

/// The digits weighted from the right by `weights`, over and over, and added.
fn weighted_from_right(digits: &[u8], weights: &[u32]) -> Option<u32> {
    digits.iter().rev().zip(weights.iter().cycle()).map(|(&byte, weight)| Some(digit(byte)? * weight)).sum()
}

fn gs1_mod10(number: &[u8]) -> Option<bool> {
    let (&check, body) = number.split_last()?;
    Some((10 - weighted_from_right(body, &[3, 1])? % 10) % 10 == digit(check)?)
}

fn ups_mod10(number: &[u8]) -> Option<bool> {
    let (&check, body) = number.split_last()?;
    let value = |byte: u8| digit(byte).unwrap_or_else(|| u32::from(byte).wrapping_sub(3) % 10);
    let sum: u32 = body.iter().zip([1, 2].iter().cycle()).map(|(&byte, weight)| value(byte) * weight).sum();
    Some((10 - sum % 10) % 10 == digit(check)?)
}

fn luhn(number: &[u8]) -> Option<bool> {
    let (&check, body) = number.split_last()?;
    let doubled = |value: u32| value / 10 + value % 10;
    let sum: Option<u32> = body
        .iter()
        .rev()
        .zip([2, 1].iter().cycle())
        .map(|(&byte, weight)| Some(doubled(digit(byte)? * weight)))
        .sum();
    Some((10 - sum? % 10) % 10 == digit(check)?)
}

fn mod7(number: &[u8]) -> Option<bool> {
    let (&check, body) = number.split_last()?;
    // Digit by digit, so that a serial number of any length cannot overflow.
    let remainder = body.iter().try_fold(0, |remainder, &byte| Some((remainder * 10 + digit(byte)?) % 7))?;
    Some(remainder == digit(check)?)
}

/// `RB123456785GB`: two letters, eight digits, the check digit, two letters of the country.
fn upu_s10(number: &[u8]) -> Option<bool> {
    const WEIGHTS: [u32; 8] = [8, 6, 4, 2, 3, 5, 9, 7];
    let serial = number.get(2..10)?;
    let sum: Option<u32> =
        serial.iter().zip(WEIGHTS).map(|(&byte, weight)| Some(digit(byte)? * weight)).sum();
    let expected = match 11 - sum? % 11 {
        10 => 0,
        11 => 5,
        other => other,
    };
    Some(expected == digit(*number.get(10)?)?)
}

fn fedex_mod11(number: &[u8]) -> Option<bool> {
    let (&check, body) = number.split_last()?;
    Some(weighted_from_right(body, &[1, 3, 7])? % 11 % 10 == digit(check)?)
}

fn iso7064_mod37_36(number: &[u8]) -> Option<bool> {
    let value = |byte: u8| char::from(byte).to_digit(36);
    let (&check, body) = number.split_last()?;
    let product = body.iter().try_fold(36, |product, &byte| {
        let sum = (value(byte)? + product) % 36;
        Some(if sum == 0 { 36 } else { sum } * 2 % 37)
    })?;
    Some((product + value(check)?) % 36 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_read_or_refused() {
        assert_eq!(Check::parse("luhn"), Some(Check { algorithm: Algorithm::Luhn, last: None }));
        assert_eq!(
            Check::parse("gs1_mod10 last 22"),
            Some(Check { algorithm: Algorithm::Gs1Mod10, last: Some(22) })
        );
        for wrong in ["", "mod8", "luhn first 3", "luhn last", "luhn last x", "luhn last 3 4"] {
            assert_eq!(Check::parse(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn hostile_input_is_a_no_and_not_a_panic() {
        for cell in [
            "gs1_mod10 last 22",
            "usps_mod10",
            "ups_mod10",
            "luhn",
            "mod7",
            "upu_s10",
            "fedex_mod11 last 12",
            "iso7064_mod37_36",
        ] {
            let check = Check::parse(cell).unwrap();
            for number in ["", "A", "-", "Ä", "日本", "ABCDEFGHIJKLM-", "0000000000000000000000000000000-"]
            {
                assert!(!check.holds(number), "{cell} {number:?}");
            }
        }
    }
}
