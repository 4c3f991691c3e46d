//! What a cell says: amounts, times, quantities, yes or no. A cell that can't be read refuses its order.

use domain::money::{self, Currency, Minor};
use domain::time::Time;
use jiff::Timestamp;

use super::report::{Problem, Severity};
use super::rows::Cell;

/// What is to be said about an order while it is read.
#[derive(Debug, Default)]
pub struct Remarks {
    /// What the order is called.
    pub order: String,
    /// Why it is refused; empty if it isn't.
    pub refusals: Vec<Problem>,
    /// What else should be known.
    pub warnings: Vec<Problem>,
}

impl Remarks {
    /// The order is refused because of that cell.
    pub fn refuse(&mut self, cell: Cell<'_>, reason: impl Into<String>) {
        let problem = Problem::of(cell, &self.order, reason.into(), Severity::Refused);
        self.refusals.push(problem);
    }

    /// That cell is not quite what it should be.
    pub fn warn(&mut self, cell: Cell<'_>, reason: impl Into<String>) {
        let problem = Problem::of(cell, &self.order, reason.into(), Severity::Warning);
        self.warnings.push(problem);
    }
}

/// The text of a cell, `None` if it is empty. A quote before what looks like a formula is for spreadsheets only.
pub fn text(cell: Cell<'_>) -> Option<String> {
    let formula = cell.text.strip_prefix('\'').filter(|rest| rest.starts_with(['=', '+', '-', '@']));
    let text = formula.unwrap_or(cell.text);
    (!text.is_empty()).then(|| text.to_owned())
}

/// An amount, exact to the minor unit. `None` if the cell is empty or refused.
pub fn amount(cell: Cell<'_>, currency: Currency, remarks: &mut Remarks) -> Option<Minor> {
    if cell.text.is_empty() {
        return None;
    }
    match exact(cell.text, currency) {
        Ok(amount) => Some(amount),
        Err(why) => {
            remarks.refuse(cell, why);
            None
        }
    }
}

/// Minor units of a decimal that has no more decimals than the currency.
///
/// # Errors
/// In words, what is wrong with it.
pub fn exact(text: &str, currency: Currency) -> Result<Minor, String> {
    let amount = money::parse(text, currency).ok_or("is no amount like 12.50")?;
    let beyond = text.split_once('.').and_then(|(_, decimals)| decimals.get(currency.exponent() as usize..));
    if beyond.is_some_and(|rest| rest.bytes().any(|digit| digit != b'0')) {
        return Err(format!("has more decimals than {currency}"));
    }
    Ok(amount)
}

/// A point in time. `None` if the cell is empty or refused.
pub fn time(cell: Cell<'_>, remarks: &mut Remarks) -> Option<Time> {
    if cell.text.is_empty() {
        return None;
    }
    let time = moment(cell.text);
    if time.is_none() {
        remarks.refuse(cell, "is no time like 2024-05-01 12:34:56 -0400");
    }
    time
}

/// `2024-05-01 12:34:56 -0400`, the same with `UTC`, or RFC 3339.
pub fn moment(text: &str) -> Option<Time> {
    let offset = text.strip_suffix("UTC").map(|local| format!("{local}+0000"));
    let spaced = Timestamp::strptime("%Y-%m-%d %H:%M:%S %z", offset.as_deref().unwrap_or(text));
    spaced.or_else(|_| text.parse::<Timestamp>()).ok().map(|time| Time(time.as_microsecond()))
}

/// Yes or no. `None` if the cell is empty or refused.
pub fn flag(cell: Cell<'_>, remarks: &mut Remarks) -> Option<bool> {
    match cell.text.to_ascii_lowercase().as_str() {
        "" => None,
        "true" | "yes" | "1" => Some(true),
        "false" | "no" | "0" => Some(false),
        _ => {
            remarks.refuse(cell, "is neither true nor false");
            None
        }
    }
}

/// Telephone numbers and postal codes, which spreadsheets protect by a leading quote.
pub fn unquoted(cell: Cell<'_>) -> Option<String> {
    let bare = cell.text.strip_prefix('\'').unwrap_or(cell.text).trim();
    (!bare.is_empty()).then(|| bare.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_exact_or_refused() {
        let yen = Currency::parse("JPY").unwrap();
        assert_eq!(exact("12.50", Currency::USD), Ok(1250));
        assert_eq!(exact("12.500", Currency::USD), Ok(1250));
        assert_eq!(exact("1200.00", yen), Ok(1200));
        assert!(exact("12.505", Currency::USD).is_err());
        assert!(exact("1,200.00", Currency::USD).is_err());
        assert!(exact("€5", Currency::USD).is_err());
    }

    #[test]
    fn times_carry_their_offset() {
        let noon = Some(Time(1_714_581_296_000_000));
        assert_eq!(moment("2024-05-01 12:34:56 -0400"), noon);
        assert_eq!(moment("2024-05-01 16:34:56 UTC"), noon);
        assert_eq!(moment("2024-05-01T16:34:56Z"), noon);
        assert_eq!(moment("01.05.2024 16:34"), None);
    }
}
