//! The private seam: one `Db` over SQLite or PostgreSQL, with no SQL of its own.
//!
//! Cast: a [`Query`] reads, a [`Statement`] writes and says how many rows it must touch, a [`Row`] is what comes back.
//! Work is handed over whole, as data: [`Db::read`] takes all queries of one thought, [`Db::write`] all statements of one
//! transaction. So SQLite pays one thread hop for a transaction (and can commit many in one fsync), PostgreSQL one
//! round trip, and nobody can hold a transaction open across an `await` of something else.
//!
//! Two column types only, `BIGINT` and `TEXT`; parameters are `$1 … $n`, in any order, each used at least once. What the
//! two databases do differently is in [`Flavor`].

use std::borrow::Cow;
use std::fmt;
use std::path::Path;

use crate::flavor::Flavor;
use crate::postgres::Postgres;
use crate::sqlite::Sqlite;

/// One value of a row or a parameter.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    /// A number, a time (µs UTC), an amount (minor units), a boolean (0 or 1).
    Int(i64),
    /// Anything else, JSON included.
    Text(String),
    /// No value.
    Null,
}

macro_rules! value_from_number {
    ($($number:ty),*) => {$(
        impl From<$number> for Value {
            fn from(number: $number) -> Value {
                Value::Int(i64::from(number))
            }
        }
    )*};
}

value_from_number!(i64, i32, u32, bool);

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::Text(text)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::Null, Into::into)
    }
}

/// One row of an answer; columns are counted from 0, in the order the SQL names them.
///
/// Every accessor answers [`Error::Bug`] when the column is missing or of another kind: the SQL and its reader disagree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row(pub(crate) Vec<Value>);

impl Row {
    /// The number in column `i`.
    pub fn int(&self, i: usize) -> Result<i64, Error> {
        self.opt_int(i)?.ok_or_else(|| self.mismatch(i, "a number"))
    }

    /// The number in column `i`, or `None` for NULL.
    pub fn opt_int(&self, i: usize) -> Result<Option<i64>, Error> {
        match self.0.get(i) {
            Some(Value::Int(number)) => Ok(Some(*number)),
            Some(Value::Null) => Ok(None),
            _ => Err(self.mismatch(i, "a number")),
        }
    }

    /// The text in column `i`.
    pub fn text(&self, i: usize) -> Result<&str, Error> {
        self.opt_text(i)?.ok_or_else(|| self.mismatch(i, "text"))
    }

    /// The text in column `i`, or `None` for NULL.
    pub fn opt_text(&self, i: usize) -> Result<Option<&str>, Error> {
        match self.0.get(i) {
            Some(Value::Text(text)) => Ok(Some(text)),
            Some(Value::Null) => Ok(None),
            _ => Err(self.mismatch(i, "text")),
        }
    }

    /// Takes the text out of column `i` without a copy (bodies are large), leaving NULL there.
    pub fn take_text(&mut self, i: usize) -> Result<String, Error> {
        match self.0.get_mut(i) {
            Some(value @ Value::Text(_)) => match std::mem::replace(value, Value::Null) {
                Value::Text(text) => Ok(text),
                _ => Ok(String::new()),
            },
            _ => Err(self.mismatch(i, "text")),
        }
    }

    fn mismatch(&self, i: usize, wanted: &str) -> Error {
        // The value itself stays out of the message: it may be a customer's.
        let found = match self.0.get(i) {
            Some(Value::Int(_)) => "a number",
            Some(Value::Text(_)) => "text",
            Some(Value::Null) => "NULL",
            None => "no such column",
        };
        Error::Bug(format!("column {i} of {} should be {wanted}, found {found}", self.0.len()))
    }
}

/// A question: one `SELECT`.
#[derive(Clone, Debug)]
pub struct Query {
    /// The text, with `$1 … $n`.
    pub sql: Cow<'static, str>,
    /// The value of `$n` at index n − 1.
    pub params: Vec<Value>,
}

impl Query {
    /// A query of `sql` with the values of `$1 … $n`.
    pub fn new(sql: impl Into<Cow<'static, str>>, params: Vec<Value>) -> Query {
        Query { sql: sql.into(), params }
    }
}

/// How many rows a [`Statement`] must touch (with `RETURNING`: give back).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// Exactly so many; otherwise the whole transaction is rolled back as [`Error::Stale`].
    Rows(u64),
    /// Whatever comes.
    Any,
}

/// One write of a transaction.
#[derive(Clone, Debug)]
pub struct Statement {
    /// The text, with `$1 … $n`.
    pub sql: Cow<'static, str>,
    /// The value of `$n` at index n − 1.
    pub params: Vec<Value>,
    /// The number of rows it must touch.
    pub expect: Expect,
}

impl Statement {
    /// A statement that must touch exactly one row.
    pub fn new(sql: impl Into<Cow<'static, str>>, params: Vec<Value>) -> Statement {
        Statement { sql: sql.into(), params, expect: Expect::Rows(1) }
    }

    /// The same, whatever number of rows it touches.
    pub fn any(mut self) -> Statement {
        self.expect = Expect::Any;
        self
    }

    /// The same, when it must touch `count` rows.
    pub fn rows(mut self, count: u64) -> Statement {
        self.expect = Expect::Rows(count);
        self
    }
}

/// What a [`Statement`] did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Rows touched; with `RETURNING`, rows given back.
    pub affected: u64,
    /// The rows of its `RETURNING`, or none.
    pub rows: Vec<Row>,
}

/// Why the database did not do it. Nothing of a failed write remains, unless the message of
/// [`Unavailable`](Error::Unavailable) says that the outcome is unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// A statement touched another number of rows than expected: somebody else was faster. Load and decide again.
    Stale {
        /// Its index in the transaction, from 0.
        statement: usize,
    },
    /// A CHECK, UNIQUE, NOT NULL or foreign key refused.
    Constraint {
        /// Index of the statement in the transaction, from 0.
        statement: usize,
        /// The constraint's name, the same on both databases: as written for a CHECK or a unique index,
        /// `table_pkey` and `table_column_column_key` for the unnamed, `table.column` for NOT NULL.
        name: String,
    },
    /// Others held what we needed, again and again. Worth trying later.
    Contended,
    /// The database cannot be reached, is full or is overloaded; the sentence says which.
    Unavailable(String),
    /// Our own mistake: wrong SQL, wrong types, a changed migration.
    Bug(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Stale { statement } => {
                write!(f, "statement {statement} touched an unexpected number of rows")
            }
            Error::Constraint { statement, name } => {
                write!(f, "statement {statement} violates the constraint {name}")
            }
            Error::Contended => write!(f, "too many others are writing the same rows"),
            Error::Unavailable(why) => write!(f, "the database is unavailable: {why}"),
            Error::Bug(what) => write!(f, "a mistake in the program: {what}"),
        }
    }
}

impl std::error::Error for Error {}

/// How to open a database.
#[derive(Clone, Debug)]
pub struct Options {
    /// SQLite: reader threads, each with a connection and up to 8 MB of cache.
    pub readers: usize,
    /// Jobs that may wait, for reading and for writing each; one more is refused as [`Error::Unavailable`].
    pub queue: usize,
    /// PostgreSQL: connections of this process.
    pub pg_connections: usize,
    /// SQLite: true waits for the disk at every commit (`synchronous=FULL`); false may lose the last commits in a power cut.
    pub synchronous_full: bool,
}

impl Default for Options {
    fn default() -> Options {
        // More readers than cores only take memory from each other.
        let cores = std::thread::available_parallelism().map_or(2, |cores| cores.get());
        Options { readers: cores.clamp(2, 4), queue: 1024, pg_connections: 16, synchronous_full: true }
    }
}

/// An open database. Clones are cheap and share everything.
#[derive(Clone)]
pub struct Db(Engine);

#[derive(Clone)]
enum Engine {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

impl Db {
    /// Opens `postgres://…` (or `postgresql://…`), or the SQLite file at a path (or `sqlite:path`), which is created when missing.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when it cannot be reached or opened, with the reason.
    pub async fn open(url: &str, options: Options) -> Result<Db, Error> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Postgres::open(url, &options).await.map(|postgres| Db(Engine::Postgres(postgres)));
        }
        let path = url.strip_prefix("sqlite:").unwrap_or(url);
        Sqlite::open(Path::new(path), &options).await.map(|sqlite| Db(Engine::Sqlite(sqlite)))
    }

    /// Answers all queries as of one moment; the answers come in the order of the queries.
    ///
    /// # Errors
    /// [`Error::Unavailable`] (also when too many wait), [`Error::Bug`].
    pub async fn read(&self, queries: Vec<Query>) -> Result<Vec<Vec<Row>>, Error> {
        match &self.0 {
            Engine::Sqlite(sqlite) => sqlite.read(queries).await,
            Engine::Postgres(postgres) => postgres.read(queries).await,
        }
    }

    /// Runs all statements, in order, in one transaction, which is durable when this answers.
    /// A caller that stops waiting does not know whether it happened.
    ///
    /// # Errors
    /// Any of [`Error`]; then nothing was written (see there for the one exception).
    pub async fn write(&self, statements: Vec<Statement>) -> Result<Vec<Written>, Error> {
        match &self.0 {
            Engine::Sqlite(sqlite) => sqlite.write(statements).await,
            Engine::Postgres(postgres) => postgres.write(statements).await,
        }
    }

    /// Which of the two it is.
    pub fn flavor(&self) -> Flavor {
        match &self.0 {
            Engine::Sqlite(_) => Flavor::Sqlite,
            Engine::Postgres(_) => Flavor::Postgres,
        }
    }

    /// Finishes what waits, takes nothing more, and lets go of the files or connections. All clones answer
    /// [`Error::Unavailable`] from then on; calling it twice is harmless.
    pub async fn close(&self) {
        match &self.0 {
            Engine::Sqlite(sqlite) => sqlite.close().await,
            Engine::Postgres(postgres) => postgres.close().await,
        }
    }

    /// Writes a complete copy, as of one moment, to a file that must not exist yet, while others read and write.
    ///
    /// # Errors
    /// [`Error::Unavailable`] with the reason; always on PostgreSQL, whose own tools do this better.
    pub async fn backup_to(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        match &self.0 {
            Engine::Sqlite(sqlite) => sqlite.backup_to(path.as_ref()).await,
            Engine::Postgres(_) => Err(Error::Unavailable(
                "a PostgreSQL database is backed up with pg_dump, not from here".into(),
            )),
        }
    }

    /// Applies those of `migrations` (name, SQL) that were not applied yet, in order, a transaction each, and answers their names.
    /// Several nodes may call it at once. Applied ones that are not in the list are left alone, so that an older node can
    /// start beside a newer one.
    ///
    /// # Errors
    /// [`Error::Bug`] when an applied migration's text was changed since, or a migration fails.
    pub async fn migrate(&self, migrations: &[(&str, &str)]) -> Result<Vec<String>, Error> {
        let migrations = crate::migrate::Migration::list(migrations);
        match &self.0 {
            Engine::Sqlite(sqlite) => sqlite.migrate(migrations).await,
            Engine::Postgres(postgres) => postgres.migrate(migrations).await,
        }
    }
}
