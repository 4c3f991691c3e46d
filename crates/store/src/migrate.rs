//! Which migrations remain to be applied, decided the same way for both databases.
//!
//! Each database walks the list: lock, ask [`Migration::is_applied`] with what `schema_migrations` says, apply, note, commit.
//! The lock is taken anew for every file, so a node that waited finds the file applied and goes on.

use std::fmt::Write;
use std::time::{SystemTime, UNIX_EPOCH};

use sha2::{Digest, Sha256};

use crate::db::{Error, Value};

/// Where applied migrations are noted; safe to run at any time.
pub(crate) const CREATE_TABLE: &str = "CREATE TABLE IF NOT EXISTS schema_migrations (
    name TEXT NOT NULL PRIMARY KEY, applied_at BIGINT NOT NULL, checksum TEXT NOT NULL)";

/// The checksum of an applied migration, or no row.
pub(crate) const FIND: &str = "SELECT checksum FROM schema_migrations WHERE name = $1";

/// Notes a migration; its values are [`Migration::note`].
pub(crate) const NOTE: &str =
    "INSERT INTO schema_migrations (name, applied_at, checksum) VALUES ($1, $2, $3)";

/// One file of the migrations folder.
pub(crate) struct Migration {
    pub(crate) name: String,
    pub(crate) sql: String,
    checksum: String,
}

impl Migration {
    pub(crate) fn list(files: &[(&str, &str)]) -> Vec<Migration> {
        let of = |&(name, sql): &(&str, &str)| Migration {
            name: name.to_owned(),
            sql: sql.to_owned(),
            checksum: checksum(sql),
        };
        files.iter().map(of).collect()
    }

    /// Whether it is applied, given the checksum noted for its name.
    pub(crate) fn is_applied(&self, noted: Option<&str>) -> Result<bool, Error> {
        match noted {
            None => Ok(false),
            Some(noted) if noted == self.checksum => Ok(true),
            Some(noted) => Err(Error::Bug(format!(
                "the migration {} was changed after it had been applied to this database (checksum then {noted}, now {}); \
                 restore its text and put the change into a new migration",
                self.name, self.checksum
            ))),
        }
    }

    /// The values of [`NOTE`].
    pub(crate) fn note(&self) -> Vec<Value> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let micros = i64::try_from(now.as_micros()).unwrap_or(i64::MAX);
        vec![self.name.as_str().into(), micros.into(), self.checksum.as_str().into()]
    }

    /// Says which migration an error came from.
    pub(crate) fn blame(&self, error: Error) -> Error {
        match error {
            Error::Bug(what) => Error::Bug(format!("migration {}: {what}", self.name)),
            Error::Constraint { name, .. } => {
                Error::Bug(format!("migration {}: the data in this database violates {name}", self.name))
            }
            other => other,
        }
    }
}

/// Hexadecimal SHA-256; line ends are made equal first, since a checkout may change them.
fn checksum(sql: &str) -> String {
    let digest = Sha256::digest(sql.replace("\r\n", "\n").as_bytes());
    digest.iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
