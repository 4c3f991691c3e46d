//! What is to be said about rows: refusals and warnings, into a CSV file, or the first few of them to the terminal.

use std::fs::File;
use std::path::{Path, PathBuf};

use super::rows::Cell;
use crate::failure::{Exit, Failure};

/// How many problems are printed when no file was asked for.
const SHOWN: u64 = 20;

/// Something to be said about a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The row's number, the header being row 1.
    pub row: u64,
    /// What its order is called.
    pub order: String,
    /// The column, or the key.
    pub column: String,
    /// What is in it.
    pub value: String,
    /// What is wrong with it.
    pub reason: String,
    /// How bad it is.
    pub severity: Severity,
}

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// The order did not go in.
    Refused,
    /// The order went in.
    Warning,
}

impl Severity {
    fn as_str(self) -> &'static str {
        match self {
            Severity::Refused => "refused",
            Severity::Warning => "warning",
        }
    }
}

impl Problem {
    /// A problem with that cell.
    pub fn of(cell: Cell<'_>, order: &str, reason: String, severity: Severity) -> Self {
        let (column, value) = (cell.column.to_owned(), cell.text.to_owned());
        Self { row: cell.row, order: order.to_owned(), column, value, reason, severity }
    }

    /// In one line, for people.
    pub fn line(&self) -> String {
        let Self { row, order, column, value, reason, severity } = self;
        let order = if order.is_empty() { String::new() } else { format!(" {order}:") };
        let short: String = value.chars().take(60).map(|c| if c.is_control() { ' ' } else { c }).collect();
        let what = match (column.is_empty(), short.is_empty()) {
            (true, _) => String::new(),
            (false, true) => format!(" {column}"),
            (false, false) => format!(" {column} `{short}`"),
        };
        format!("row {row}:{order}{what} {reason} ({})", severity.as_str())
    }
}

/// Where problems go.
pub struct Report {
    file: Option<(PathBuf, csv::Writer<File>)>,
    told: u64,
}

impl Report {
    /// A report into a new file, or to the terminal.
    ///
    /// # Errors
    /// [`Failure`] if the file can't be written.
    pub fn new(path: Option<&Path>) -> Result<Self, Failure> {
        let Some(path) = path else { return Ok(Self { file: None, told: 0 }) };
        let mut writer = csv::Writer::from_path(path).map_err(|error| unwritable(path, error))?;
        writer
            .write_record(["row", "order", "column", "value", "reason", "kind"])
            .map_err(|error| unwritable(path, error))?;
        Ok(Self { file: Some((path.to_owned(), writer)), told: 0 })
    }

    /// Takes a problem down; answers the line to print, if it is to be printed.
    ///
    /// # Errors
    /// [`Failure`] if the file can't be written.
    pub fn add(&mut self, problem: &Problem) -> Result<Option<String>, Failure> {
        self.told += 1;
        let Some((path, writer)) = &mut self.file else {
            return Ok((self.told <= SHOWN).then(|| problem.line()));
        };
        let Problem { row, order, column, value, reason, severity } = problem;
        writer
            .write_record([&row.to_string(), order, column, value, reason, severity.as_str()])
            .map_err(|error| unwritable(path, error))?;
        Ok(None)
    }

    /// Finishes the file; answers how to read what was not printed, if there is more.
    ///
    /// # Errors
    /// [`Failure`] if the file can't be written.
    pub fn finish(self) -> Result<Option<String>, Failure> {
        let Some((path, mut writer)) = self.file else {
            let more = self.told.saturating_sub(SHOWN);
            return Ok((more > 0).then(|| format!("and {more} more; --report FILE.csv keeps them all")));
        };
        writer.flush().map_err(|error| unwritable(&path, error))?;
        Ok((self.told > 0)
            .then(|| format!("{} has a row for each of {} problems", path.display(), self.told)))
    }
}

fn unwritable(path: &Path, error: impl std::fmt::Display) -> Failure {
    Failure::new(Exit::Error, format!("cannot write {}: {error}", path.display()))
}
