//! Errors that are nobody's expected "no": the database is away, everybody wants the same row, or we made a mistake.

use std::fmt;

use store::CommitError;
use store::db;

/// Why something could neither be done nor refused. Answered as 5xx, logged once, at the edge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// The database is away, full or overloaded. Worth trying later.
    Unavailable(String),
    /// Everybody wants the same rows, again and again. Worth trying later.
    Contended,
    /// Our own mistake.
    Bug(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Unavailable(why) => write!(f, "unavailable: {why}"),
            Error::Contended => f.write_str("too many others are changing the same things"),
            Error::Bug(what) => write!(f, "a mistake in the program: {what}"),
        }
    }
}

impl std::error::Error for Error {}

impl From<db::Error> for Error {
    fn from(error: db::Error) -> Self {
        match error {
            db::Error::Unavailable(why) => Error::Unavailable(why),
            db::Error::Contended | db::Error::Stale { .. } => Error::Contended,
            other @ (db::Error::Constraint { .. } | db::Error::Bug(_)) => Error::Bug(other.to_string()),
        }
    }
}

impl From<CommitError> for Error {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Stale | CommitError::KeyTaken => Error::Contended,
            CommitError::Db(error) => error.into(),
        }
    }
}
