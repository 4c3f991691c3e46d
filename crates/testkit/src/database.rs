//! The two databases that everything runs on: a test is written once and runs on both.

use tempfile::TempDir;

/// One of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Database {
    /// A file in a folder of its own.
    Sqlite,
    /// A database of the shared server.
    Postgres,
}

/// A new, empty database. The file goes with it.
#[derive(Debug)]
pub struct Fresh {
    /// Its address.
    pub url: String,
    _folder: Option<TempDir>,
}

impl Database {
    /// A new one.
    ///
    /// # Panics
    /// When there is no room for files or no PostgreSQL.
    pub fn fresh(self) -> Fresh {
        match self {
            Database::Postgres => Fresh { url: crate::postgres::url(), _folder: None },
            Database::Sqlite => {
                let folder = TempDir::new().unwrap_or_else(|error| panic!("no folder for files: {error}"));
                let url = format!("sqlite:{}", folder.path().join("test.db").display());
                Fresh { url, _folder: Some(folder) }
            }
        }
    }
}

/// Makes of every test named one on SQLite and one on PostgreSQL. `$bench` is an async function of the same module
/// that makes what a test is given of a [`Database`].
#[macro_export]
macro_rules! on_both {
    ($bench:ident: $($name:ident)*) => {
        mod sqlite { $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name(super::$bench($crate::database::Database::Sqlite).await).await }
        )* }
        mod postgres { $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name(super::$bench($crate::database::Database::Postgres).await).await }
        )* }
    };
}
