//! Orders from elsewhere: files become [`domain::command::Place`] commands, and nothing else.
//!
//! Cast: a *source* ([`shopify_orders`], [`jsonl`]) reads a file row by row and finds a [`Draft`] or a refusal for
//! each order in it; [`run`] places the drafts, a bounded number at once, so that the database commits many
//! together; [`report`] keeps what is to be said about rows; [`shop`] opens the shop that they go to. An order is
//! known by its source key, so the same file may be read twice, or again after a power cut: what is there already
//! is left alone.

use std::path::Path;

use domain::command::Place;
use domain::money::Currency;
use domain::time::Time;

use crate::failure::{Exit, Failure};

mod articles;
pub mod cell;
mod groups;
pub mod jsonl;
pub mod order_record;
mod progress;
mod refusal;
pub mod report;
pub mod rows;
pub mod run;
pub mod shop;
pub mod shopify_orders;

use report::Problem;

/// What a source must know of the shop that orders go to.
#[derive(Debug, Clone)]
pub struct Context {
    /// The currency of amounts that name none.
    pub currency: Currency,
    /// The time, for orders that don't tell when they were placed.
    pub now: Time,
}

/// What a source finds in a file.
#[derive(Debug)]
pub enum Found {
    /// An order that could be placed.
    Order(Box<Draft>),
    /// An order, or part of one, that can't.
    Refused {
        /// How many rows of the file it takes.
        rows: u64,
        /// Why.
        problems: Vec<Problem>,
    },
}

/// An order that could be placed.
#[derive(Debug)]
pub struct Draft {
    /// Its first row in the file.
    pub row: u64,
    /// How many rows of the file it takes.
    pub rows: u64,
    /// The command. Ids of transactions are still to be drawn, and articles to be looked up.
    pub place: Place,
    /// The name of the location where it left, if the file tells.
    pub left_from: Option<String>,
    /// Lines, by index, of which nobody knows how many units left: what remains of them is held.
    pub unsure: Vec<usize>,
    /// What should be said about it though it can be placed.
    pub warnings: Vec<Problem>,
}

impl Draft {
    /// What people call it, for reports.
    pub fn name(&self) -> &str {
        let placed = &self.place.placed;
        self.place.name.as_deref().or(placed.source_key.as_deref()).unwrap_or_default()
    }
}

/// What a source hands over, one order after another.
pub type Finds = Box<dyn Iterator<Item = Result<Found, Failure>> + Send>;

/// The failure of a file that can't be read on.
pub(crate) fn unreadable(path: &Path, error: impl std::fmt::Display) -> Failure {
    Failure::new(Exit::Error, format!("cannot read {}: {error}", path.display()))
}

/// The running number that a name tells: that of the only digits in it (`#1001`, `EU1001`). Names with more than one
/// group of digits tell none.
pub(crate) fn number_in(name: &str) -> Option<i64> {
    let mut groups = name.split(|c: char| !c.is_ascii_digit()).filter(|digits| !digits.is_empty());
    let digits = groups.next().filter(|digits| digits.len() <= 12)?;
    if groups.next().is_some() { None } else { digits.parse().ok().filter(|number| *number > 0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_tell_a_number() {
        assert_eq!(number_in("#1001"), Some(1001));
        assert_eq!(number_in("EU-2041-"), Some(2041));
        assert_eq!(number_in("AMZ-112-9384756"), None);
        assert_eq!(number_in("#0"), None);
        assert_eq!(number_in("no number"), None);
        assert_eq!(number_in("#12345678901234567890"), None);
    }
}
