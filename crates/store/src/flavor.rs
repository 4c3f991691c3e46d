//! What the two databases do differently, each difference a named function. Everything else is one SQL text for both.

/// Which database a [`Db`](crate::db::Db) is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavor {
    /// One file, one writer.
    Sqlite,
    /// A server, shared by nodes (also when sharded by Citus).
    Postgres,
}

impl Flavor {
    /// Ends a `SELECT` that claims work: rows which another node is claiming right now are passed over instead of waited for.
    /// SQLite has one writer at a time: nothing to lock.
    pub fn skip_locked(self) -> &'static str {
        match self {
            Flavor::Sqlite => "",
            Flavor::Postgres => " FOR UPDATE SKIP LOCKED",
        }
    }

    /// Begins a transaction that applies migrations, so that of several nodes one works and the others wait.
    pub(crate) fn lock_migrations(self) -> &'static str {
        match self {
            Flavor::Sqlite => "BEGIN IMMEDIATE",
            // The number is only ours; the lock and the lifted timeout end with the transaction.
            Flavor::Postgres => {
                "BEGIN; SET LOCAL statement_timeout = 0; SELECT pg_advisory_xact_lock(7236837414)"
            }
        }
    }

    /// Begins a transaction whose reads all see the same moment.
    pub(crate) fn begin_snapshot(self) -> &'static str {
        match self {
            Flavor::Sqlite => "BEGIN DEFERRED",
            Flavor::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY",
        }
    }
}
