//! The carrier table, read once from the data set that is compiled into the program.
//!
//! A row of `data/carriers.csv` is one *shape* of tracking number of one carrier; a carrier without a known shape has
//! one row with an empty pattern. Patterns are written over the normalised number (capitals and digits, see
//! [`normalise`]), so that they need no look-around, and are compiled into one set: a number is compared with all of
//! them in a single pass.

use std::collections::HashMap;
use std::sync::LazyLock;

use regex::RegexSet;
use serde::Deserialize;

use super::Carrier;
use super::check_digit::Check;

/// The data set. Its columns are explained by [`Row`], its sources by `data/NOTICE`.
pub(super) const CSV: &str = include_str!("../../data/carriers.csv");

/// Longer than any shape of the table: what is longer is not compared at all.
const LONGEST_NUMBER: usize = 64;

/// How far a shape is to be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Confidence {
    /// Loose or unconfirmed: fits the numbers of many carriers.
    Low,
    /// Confirmed, but other carriers use the same shape.
    Medium,
    /// Confirmed, and hardly anybody else's.
    High,
}

/// One line of the data set; empty cells are `None`.
#[derive(Debug, Deserialize)]
pub(super) struct Row {
    name: String,
    pub(super) tracking_url_template: Option<String>,
    landing_url: Option<String>,
    /// ISO 3166-1 alpha-2 codes with `;` between them.
    country: String,
    pub(super) pattern: Option<String>,
    pub(super) check_digit: Option<String>,
    confidence: Option<Confidence>,
    pattern_note: String,
}

/// One shape of number: whose it is, and how it is checked.
#[derive(Debug)]
pub(super) struct Shape {
    /// Index into [`Table::carriers`].
    pub(super) carrier: usize,
    pub(super) check: Option<Check>,
    pub(super) confidence: Confidence,
    pub(super) note: String,
}

/// Everything that is known about carriers.
pub(super) struct Table {
    /// In the order of the data set, one entry for each name.
    pub(super) carriers: Vec<Carrier>,
    by_key: HashMap<String, usize>,
    /// `shapes[i]` belongs to pattern `i` of the set.
    pub(super) shapes: Vec<Shape>,
    patterns: RegexSet,
}

/// The table of this build.
pub(super) static TABLE: LazyLock<Table> = LazyLock::new(|| Table::from_rows(rows()));

/// The rows of the data set. A row that cannot be read is left out; a test proves that there is none.
pub(super) fn rows() -> Vec<Row> {
    csv::Reader::from_reader(CSV.as_bytes()).into_deserialize().filter_map(Result::ok).collect()
}

impl Table {
    fn from_rows(rows: Vec<Row>) -> Table {
        let mut carriers: Vec<Carrier> = Vec::new();
        let mut by_key = HashMap::new();
        let mut shapes = Vec::new();
        let mut patterns = Vec::new();
        for row in rows {
            let carrier = *by_key.entry(key(&row.name)).or_insert_with(|| {
                carriers.push(Carrier {
                    name: row.name,
                    url_template: row.tracking_url_template,
                    landing_url: row.landing_url,
                    countries: row.country.split(';').filter(|c| !c.is_empty()).map(str::to_owned).collect(),
                });
                carriers.len() - 1
            });
            if let Some(pattern) = row.pattern {
                shapes.push(Shape {
                    carrier,
                    check: row.check_digit.as_deref().and_then(Check::parse),
                    confidence: row.confidence.unwrap_or(Confidence::Low),
                    note: row.pattern_note,
                });
                patterns.push(pattern);
            }
        }
        // The patterns are constants of this build: a test proves that they compile.
        let patterns = RegexSet::new(patterns).unwrap_or_else(|_| RegexSet::empty());
        Table { carriers, by_key, shapes, patterns }
    }

    /// The carrier of that name, however it is capitalised, spaced or punctuated.
    pub(super) fn by_name(&self, name: &str) -> Option<&Carrier> {
        self.by_key.get(&key(name)).map(|&index| &self.carriers[index])
    }

    /// The shapes that a normalised number has, in the order of the data set; check digits are not looked at.
    pub(super) fn shapes_of(&self, number: &str) -> Vec<&Shape> {
        if number.is_empty() || number.len() > LONGEST_NUMBER {
            return Vec::new();
        }
        self.patterns.matches(number).iter().filter_map(|index| self.shapes.get(index)).collect()
    }
}

/// A number as the patterns expect it: without spaces and hyphens, in capitals.
pub(super) fn normalise(number: &str) -> String {
    number.chars().filter(|c| !c.is_whitespace() && *c != '-').map(|c| c.to_ascii_uppercase()).collect()
}

/// What two spellings of one name have in common: letters and digits, in lower case.
fn key(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
