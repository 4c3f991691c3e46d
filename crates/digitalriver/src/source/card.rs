//! Cards. The published test cards are known by number; of any other only what may be shown of it is ever taken.

use domain::time::{SECOND, Time};
use serde_json::{Map, Value};

use crate::call::Mode;
use crate::failure::Failure;
use crate::input::Input;

/// The name of the built-in gateway in development.
pub(crate) const GATEWAY: &str = "test";

/// Published test cards, the built-in gateway's tokens that do what is published of them, and whose cards they are.
const TEST_CARDS: [(&str, &str, &str); 16] = [
    ("4444222233331111", "test_ok", "Visa"),
    ("4917610000000000", "test_ok", "Visa"),
    ("5466160000000008", "test_ok", "Mastercard"),
    ("5454545454545454", "test_ok", "Mastercard"),
    ("343456789012341", "test_ok", "American Express"),
    ("30345678901235", "test_ok", "Diners Club"),
    ("6011987698769876", "test_ok", "Discover"),
    ("3528987698769879", "test_ok", "JCB"),
    ("6226220000000009", "test_ok", "UnionPay"),
    ("4000000000003600", "test_decline", "Visa"),
    ("4000000000004103", "test_capture_fails", "Visa"),
    ("4000000000004111", "test_refund_fails", "Visa"),
    ("4000000000004442", "test_release_fails", "Visa"),
    ("4485951788521565", "test_capture_late_fails", "Visa"),
    ("4024007120579635", "test_capture_lasts", "Visa"),
    ("4000000000000028", "test_capture_lasts", "Visa"),
];

/// The token that a test card stands for, and what may be shown of it.
pub(super) fn tested(given: &Input, mode: Mode, now: Time) -> Result<(&'static str, Value), Failure> {
    given.only(&["number", "expirationMonth", "expirationYear", "cvv", "brand"])?;
    let field = given.at("number");
    let number = given.text("number")?.ok_or_else(|| Failure::missing(field.clone()))?;
    let digits: String = number.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let known = TEST_CARDS.iter().find(|(known, ..)| *known == digits);
    // The number itself is never repeated.
    let Some((digits, token, brand)) = known.filter(|_| mode == Mode::Test) else {
        let told = "Card numbers are not taken here: only the published test cards are, with a test key. \
                    Have your payment provider make a token of the card, and send it as token.";
        return Err(Failure::bad("invalid_card_number", field, told));
    };
    let (month, year) = expiry(given)?;
    let is_over = jiff::Timestamp::from_second(now.0.div_euclid(SECOND)).is_ok_and(|now| {
        let today = now.to_zoned(jiff::tz::TimeZone::UTC).date();
        (year, month) < (i64::from(today.year()), i64::from(today.month()))
    });
    if is_over {
        return Err(Failure::bad("card_expired", given.at("expirationYear"), "The card has expired."));
    }
    let mut card = Map::new();
    card.insert("lastFourDigits".to_owned(), digits[digits.len() - 4..].into());
    card.insert("expirationMonth".to_owned(), month.into());
    card.insert("expirationYear".to_owned(), year.into());
    card.insert("brand".to_owned(), (*brand).into());
    Ok((token, card.into()))
}

fn expiry(given: &Input) -> Result<(i64, i64), Failure> {
    let wrong = |name: &str| {
        Failure::bad("invalid_expiration_date", given.at(name), "The expiration date makes no sense.")
    };
    let part = |name: &'static str| match given.integer(name) {
        Ok(Some(number)) => Ok(number),
        Ok(None) => Err(Failure::missing(given.at(name))),
        Err(_) => Err(wrong(name)),
    };
    let (month, year) = (part("expirationMonth")?, part("expirationYear")?);
    match ((1..=12).contains(&month), (2_000..=9_999).contains(&year)) {
        (true, true) => Ok((month, year)),
        (false, _) => Err(wrong("expirationMonth")),
        (true, false) => Err(wrong("expirationYear")),
    }
}

/// What may be shown of a card that a token stands for.
pub(super) fn described(given: &Input) -> Result<Value, Failure> {
    given.only(&["lastFourDigits", "expirationMonth", "expirationYear", "brand"])?;
    let mut card = Map::new();
    for name in ["lastFourDigits", "brand"] {
        card.extend(given.text(name)?.map(|text| (name.to_owned(), text.into())));
    }
    if given.text("lastFourDigits")?.is_some_and(|digits| digits.len() > 4) {
        return Err(Failure::invalid(given.at("lastFourDigits"), "…", "value: it has four digits"));
    }
    for name in ["expirationMonth", "expirationYear"] {
        card.extend(given.integer(name)?.map(|number| (name.to_owned(), number.into())));
    }
    Ok(card.into())
}
