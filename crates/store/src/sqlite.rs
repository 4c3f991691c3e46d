//! SQLite: one writer thread, a few reader threads, each with a connection of its own and a bounded queue in front.
//!
//! SQLite blocks, so it never runs on an async worker; a whole read or transaction crosses over in one hop. A full queue
//! refuses at once. [`writer`] commits many transactions in one fsync; [`statement`] binds, runs and explains errors.
//!
//! Memory: page caches of fixed size and no mmap, so that the process stays small however large the file; the system's
//! file cache does the rest.

mod statement;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::JoinHandle;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use tokio::sync::oneshot;

use crate::db::{Error, Options, Query, Row, Statement, Written};
use crate::flavor::Flavor;
use crate::migrate::{self, Migration};
use statement::explain;
use writer::Work;

/// How long to wait for another process that writes the same file, in milliseconds.
const BUSY_MS: u32 = 5_000;

type Answer<T> = oneshot::Sender<Result<T, Error>>;

struct Asked {
    queries: Vec<Query>,
    answer: Answer<Vec<Vec<Row>>>,
}

#[derive(Clone)]
pub(crate) struct Sqlite(Arc<Shared>);

struct Shared {
    path: PathBuf,
    writes: Gate<Work>,
    reads: Gate<Asked>,
    /// The readers, then the writer.
    threads: Mutex<Vec<JoinHandle<()>>>,
}

/// The sending end of a queue, until it is shut. Shutting drops the only sender, so the other end receives all that was
/// accepted and then the end: nobody is left waiting for an answer.
struct Gate<T>(RwLock<Option<flume::Sender<T>>>);

impl<T> Gate<T> {
    fn send(&self, what: T) -> Result<(), Error> {
        match &*self.0.read().unwrap_or_else(PoisonError::into_inner) {
            None => Err(closed()),
            Some(sender) => sender.try_send(what).map_err(|refused| match refused {
                flume::TrySendError::Full(_) => {
                    Error::Unavailable("too many requests wait for it already".into())
                }
                flume::TrySendError::Disconnected(_) => closed(),
            }),
        }
    }

    fn shut(&self) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).take();
    }
}

fn closed() -> Error {
    Error::Unavailable("it has been closed".into())
}

/// Runs blocking work beside the async workers.
async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let joined = tokio::task::spawn_blocking(work).await;
    joined.unwrap_or_else(|panic| Err(Error::Bug(format!("a database job panicked: {panic}"))))
}

impl Sqlite {
    pub(crate) async fn open(path: &Path, options: &Options) -> Result<Sqlite, Error> {
        let (path, options) = (path.to_owned(), options.clone());
        apart(move || Sqlite::open_now(path, &options)).await
    }

    fn open_now(path: PathBuf, options: &Options) -> Result<Sqlite, Error> {
        if path.as_os_str().is_empty() || path.as_os_str() == ":memory:" {
            return Err(Error::Unavailable("SQLite needs the path of a file".into()));
        }
        let cannot =
            |error| Error::Unavailable(format!("cannot open {}: {}", path.display(), explain(&error)));
        let writer = open_writer(&path, options).map_err(cannot)?;
        let (write_sender, write_queue) = flume::bounded(options.queue.max(1));
        let (read_sender, read_queue) = flume::bounded(options.queue.max(1));
        let mut readers = Vec::new();
        for _ in 0..options.readers.max(1) {
            readers.push(open_reader(&path).map_err(cannot)?);
        }

        let mut threads = Vec::new();
        for reader in readers {
            let queue = read_queue.clone();
            threads.push(spawn("sqlite-reader", move || answer_reads(&reader, &queue))?);
        }
        threads.push(spawn("sqlite-writer", move || writer::run(writer, &write_queue))?);
        Ok(Sqlite(Arc::new(Shared {
            path,
            writes: Gate(RwLock::new(Some(write_sender))),
            reads: Gate(RwLock::new(Some(read_sender))),
            threads: Mutex::new(threads),
        })))
    }

    pub(crate) async fn read(&self, queries: Vec<Query>) -> Result<Vec<Vec<Row>>, Error> {
        let (answer, answered) = oneshot::channel();
        self.0.reads.send(Asked { queries, answer })?;
        answered.await.unwrap_or_else(|_| Err(closed()))
    }

    pub(crate) async fn write(&self, statements: Vec<Statement>) -> Result<Vec<Written>, Error> {
        let (answer, answered) = oneshot::channel();
        self.0.writes.send(Work::Transaction { statements, answer })?;
        answered.await.unwrap_or_else(|_| Err(closed()))
    }

    pub(crate) async fn migrate(&self, migrations: Vec<Migration>) -> Result<Vec<String>, Error> {
        let (answer, answered) = oneshot::channel();
        let job = move |connection: &Connection| {
            let done = migrate_all(connection, &migrations);
            // Nobody waits any more: the migrations are applied all the same.
            let _ = answer.send(done);
        };
        self.0.writes.send(Work::Alone(Box::new(job)))?;
        answered.await.unwrap_or_else(|_| Err(Error::Bug("the migration panicked".into())))
    }

    pub(crate) async fn close(&self) {
        let shared = self.0.clone();
        let joined = tokio::task::spawn_blocking(move || {
            let mut readers =
                std::mem::take(&mut *shared.threads.lock().unwrap_or_else(PoisonError::into_inner));
            let writer = readers.pop();
            // The last to close removes the WAL, which a reader may not: the writer goes last.
            shared.reads.shut();
            let tidy = readers.into_iter().all(|reader| reader.join().is_ok());
            shared.writes.shut();
            writer.is_none_or(|writer| writer.join().is_ok()) && tidy
        });
        if !joined.await.unwrap_or(false) {
            tracing::error!("a database thread had panicked");
        }
    }

    pub(crate) async fn backup_to(&self, target: &Path) -> Result<(), Error> {
        let (source, target) = (self.0.path.clone(), target.to_owned());
        apart(move || {
            back_up(&source, &target)
                .map_err(|why| Error::Unavailable(format!("cannot back up to {}: {why}", target.display())))
        })
        .await
    }
}

fn spawn(name: &str, body: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, Error> {
    std::thread::Builder::new()
        .name(name.into())
        .spawn(body)
        .map_err(|error| Error::Unavailable(format!("cannot start a thread: {error}")))
}

/// `temp_store`: what a savepoint would undo goes to memory, not to a temporary file, which took a sixth of a write. It is
/// a few pages, and given up when the savepoint is released.
fn open_writer(path: &Path, options: &Options) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    let synchronous = if options.synchronous_full { "FULL" } else { "NORMAL" };
    connection.execute_batch(&format!(
        "PRAGMA busy_timeout = {BUSY_MS};
         PRAGMA journal_mode = WAL;
         PRAGMA synchronous = {synchronous};
         PRAGMA cache_size = -16000;
         PRAGMA wal_autocheckpoint = 4000;
         PRAGMA journal_size_limit = 67108864;
         PRAGMA temp_store = MEMORY;
         PRAGMA foreign_keys = OFF;"
    ))?;
    keep_prepared(&connection)?;
    Ok(connection)
}

fn open_reader(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.execute_batch(&format!("PRAGMA busy_timeout = {BUSY_MS}; PRAGMA cache_size = -8000;"))?;
    keep_prepared(&connection)?;
    Ok(connection)
}

/// What was prepared once stays prepared. After `ANALYZE` SQLite would else plan a statement anew whenever its values
/// change, which is every time: a quarter of the work of reading an order. One text, one plan, as on PostgreSQL.
fn keep_prepared(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(256);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map(|_| ())
}

fn answer_reads(connection: &Connection, queue: &flume::Receiver<Asked>) {
    for Asked { queries, answer } in queue.iter() {
        // Whoever gave up waiting need not cost the others anything.
        if answer.is_closed() {
            continue;
        }
        let _ = answer.send(writer::guarded(|| read_all(connection, &queries)));
    }
}

fn read_all(connection: &Connection, queries: &[Query]) -> Result<Vec<Vec<Row>>, Error> {
    let run_all = || queries.iter().map(|query| statement::query(connection, query)).collect();
    if queries.len() < 2 {
        return run_all();
    }
    statement::control(connection, Flavor::Sqlite.begin_snapshot())?;
    let rows = run_all();
    statement::control(connection, "COMMIT")?;
    rows
}

fn migrate_all(connection: &Connection, migrations: &[Migration]) -> Result<Vec<String>, Error> {
    let temporary = |place: &str| {
        let set = connection.execute_batch(&format!("PRAGMA temp_store = {place}"));
        set.map_err(|error| statement::classify(connection, 0, &error))
    };
    // A new index over a large table is sorted there.
    temporary("FILE")?;
    let applied = migrate_each(connection, migrations);
    temporary("MEMORY")?;
    applied
}

fn migrate_each(connection: &Connection, migrations: &[Migration]) -> Result<Vec<String>, Error> {
    let mut applied = Vec::new();
    for migration in migrations {
        let done = migrate_one(connection, migration);
        if done.is_err() && !connection.is_autocommit() {
            statement::control(connection, "ROLLBACK")?;
        }
        if done.map_err(|error| migration.blame(error))? {
            applied.push(migration.name.clone());
        }
    }
    // Statements prepared before would be prepared again one by one; forget them together.
    connection.flush_prepared_statement_cache();
    Ok(applied)
}

fn migrate_one(connection: &Connection, migration: &Migration) -> Result<bool, Error> {
    let batch =
        |sql: &str| connection.execute_batch(sql).map_err(|error| statement::classify(connection, 0, &error));
    batch(Flavor::Sqlite.lock_migrations())?;
    batch(migrate::CREATE_TABLE)?;
    let noted =
        statement::query(connection, &Query::new(migrate::FIND, vec![migration.name.as_str().into()]))?;
    let noted = noted.first().map(|row| row.text(0)).transpose()?;
    let new = !migration.is_applied(noted)?;
    if new {
        batch(&migration.sql)?;
        statement::run(connection, 0, &Statement::new(migrate::NOTE, migration.note()))?;
    }
    batch("COMMIT")?;
    Ok(new)
}

/// The copy appears under its name only when it is complete and on the disk.
fn back_up(source: &Path, target: &Path) -> Result<(), String> {
    if target.exists() {
        return Err("the file exists already".into());
    }
    let mut partial = target.as_os_str().to_owned();
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    let name = partial.to_str().ok_or("the path is not UTF-8")?;
    let copy = || -> Result<(), String> {
        let connection = open_reader(source).map_err(|error| explain(&error))?;
        connection.execute("VACUUM INTO ?1", [name]).map_err(|error| explain(&error))?;
        let sync = |path: &Path| std::fs::File::open(path).and_then(|file| file.sync_all());
        sync(&partial)
            .and_then(|()| std::fs::rename(&partial, target))
            .and_then(|()| match target.parent().filter(|folder| !folder.as_os_str().is_empty()) {
                Some(folder) => sync(folder),
                None => sync(Path::new(".")),
            })
            .map_err(|error| error.to_string())
    };
    copy().inspect_err(|_| {
        // What remains of the attempt is of no use; the next one would stumble over it.
        let _ = std::fs::remove_file(&partial);
    })
}
