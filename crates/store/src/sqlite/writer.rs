//! The writer thread: group commit.
//!
//! While the disk confirms one commit, the next transactions pile up in the queue; they are then run together and
//! confirmed by one fsync. So a slow disk costs latency, not throughput. Nobody is answered before the commit that covers
//! them.
//!
//! A transaction that fails must leave nothing, and the others of its batch all of theirs. A savepoint for each would do,
//! but costs a copy of every page that is touched, and hardly any transaction fails after it wrote something. So a batch
//! begins without: if one fails halfway all is rolled back, and run again in savepoints, which then are kept up for a while.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rusqlite::Connection;

use super::{Answer, statement};
use crate::db::{Error, Statement, Written};

/// Transactions per commit at most, so that the first of them need not wait for long.
const BATCH: usize = 128;

/// How many batches are run in savepoints after one had to be run again.
const CAREFUL: u32 = 32;

pub(super) enum Work {
    Transaction {
        statements: Vec<Statement>,
        answer: Answer<Vec<Written>>,
    },
    /// Something that begins and ends its own transactions.
    Alone(Box<dyn FnOnce(&Connection) + Send>),
}

/// A transaction of a batch that was run, and what came of it.
struct Done {
    statements: Vec<Statement>,
    answer: Answer<Vec<Written>>,
    outcome: Result<Vec<Written>, Error>,
}

/// Works until the queue has ended, then leaves the file tidy.
pub(super) fn run(connection: Connection, queue: &flume::Receiver<Work>) {
    let mut next = queue.recv().ok();
    let mut careful = 0;
    while let Some(work) = next.take() {
        match work {
            Work::Alone(job) => {
                let outcome = guarded(|| {
                    job(&connection);
                    Ok(())
                });
                if outcome.is_err() {
                    abandon(&connection);
                }
            }
            Work::Transaction { statements, answer } => {
                next = batch(&connection, statements, answer, queue, &mut careful);
            }
        }
        if next.is_none() {
            next = queue.recv().ok();
        }
    }
    if let Err(error) = connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)") {
        // Nothing is lost by it: the WAL is read when the file is next opened.
        tracing::warn!(error = %statement::explain(&error), "could not checkpoint the database when closing it");
    }
}

/// Runs a transaction, and those that wait behind it, in one commit. Answers what it took from the queue but cannot run
/// here. `careful` says how many batches are still run in savepoints.
fn batch(
    connection: &Connection,
    statements: Vec<Statement>,
    answer: Answer<Vec<Written>>,
    queue: &flume::Receiver<Work>,
    careful: &mut u32,
) -> Option<Work> {
    if let Err(error) = statement::control(connection, "BEGIN IMMEDIATE") {
        // Those behind it waited just as long for whoever holds the lock; let them not wait one after another.
        refuse(answer, &error);
        return refuse_waiting(&error, queue);
    }
    *careful = careful.saturating_sub(1);
    let mut done: Vec<Done> = Vec::new();
    let mut work = Some(Work::Transaction { statements, answer });
    let left = loop {
        match work {
            Some(Work::Transaction { statements, answer }) => {
                let before = connection.total_changes();
                let outcome = match *careful {
                    0 => guarded(|| run_all(connection, &statements)),
                    _ => in_savepoint(connection, || run_all(connection, &statements)),
                };
                // One that failed before it changed anything, as most do, leaves nothing to be undone.
                let halfway = *careful == 0 && outcome.is_err() && connection.total_changes() != before;
                done.push(Done { statements, answer, outcome });
                if halfway && !connection.is_autocommit() {
                    *careful = CAREFUL;
                    if let Err(error) = again(connection, &mut done) {
                        abandon(connection);
                        fail(done, &error);
                        return None;
                    }
                }
                // A full disk or a failing one may have rolled back everything: none of this batch happened.
                if connection.is_autocommit() {
                    let lost = Error::Unavailable("the disk is full or failing; nothing was written".into());
                    tracing::error!(jobs = done.len(), "SQLite rolled back a whole batch");
                    fail(done, &lost);
                    return None;
                }
            }
            other => break other,
        }
        if done.len() == BATCH {
            break None;
        }
        work = queue.try_recv().ok();
    };
    if let Err(error) = statement::control(connection, "COMMIT") {
        tracing::error!(%error, jobs = done.len(), "SQLite could not commit a batch");
        abandon(connection);
        fail(done, &Error::Unavailable(format!("the commit failed ({error}); its outcome is unknown")));
        return left;
    }
    metrics::histogram!("store_batch_transactions").record(done.len() as f64);
    for Done { answer, outcome, .. } in done {
        // Whoever no longer waits finds the outcome by its idempotency key.
        let _ = answer.send(outcome);
    }
    left
}

fn run_all(connection: &Connection, statements: &[Statement]) -> Result<Vec<Written>, Error> {
    statements.iter().enumerate().map(|(i, one)| statement::run(connection, i, one)).collect()
}

/// Takes back all of a batch and runs it again, each transaction in a savepoint.
fn again(connection: &Connection, done: &mut [Done]) -> Result<(), Error> {
    statement::control(connection, "ROLLBACK")?;
    statement::control(connection, "BEGIN IMMEDIATE")?;
    for Done { statements, outcome, .. } in done {
        *outcome = in_savepoint(connection, || run_all(connection, statements));
        if connection.is_autocommit() {
            break;
        }
    }
    Ok(())
}

/// Runs `body` so that its failure, or its panic, undoes its own writes and nothing else.
fn in_savepoint<T>(connection: &Connection, body: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    statement::control(connection, "SAVEPOINT job")?;
    let outcome = guarded(body);
    if connection.is_autocommit() {
        return outcome;
    }
    let settled = match outcome {
        Ok(_) => Ok(()),
        Err(_) => statement::control(connection, "ROLLBACK TO job"),
    };
    if let Err(error) = settled.and_then(|()| statement::control(connection, "RELEASE job")) {
        // Half a job must not be committed with the others.
        abandon(connection);
        return Err(error);
    }
    outcome
}

/// A panic inside becomes [`Error::Bug`], so that the thread lives on.
pub(super) fn guarded<T>(body: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|panic| {
        let what = panic.downcast_ref::<&str>().map(|what| (*what).to_owned());
        let what = what.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
        Err(Error::Bug(format!("a database job panicked: {what}")))
    })
}

/// Ends the transaction, if one is open, without its writes.
fn abandon(connection: &Connection) {
    if !connection.is_autocommit()
        && let Err(error) = statement::control(connection, "ROLLBACK")
    {
        tracing::error!(%error, "SQLite could not roll back");
    }
}

fn fail(done: Vec<Done>, error: &Error) {
    for Done { answer, .. } in done {
        refuse(answer, error);
    }
}

fn refuse(answer: Answer<Vec<Written>>, error: &Error) {
    let _ = answer.send(Err(error.clone()));
}

fn refuse_waiting(error: &Error, queue: &flume::Receiver<Work>) -> Option<Work> {
    for _ in 1..BATCH {
        match queue.try_recv().ok()? {
            Work::Transaction { answer, .. } => refuse(answer, error),
            alone => return Some(alone),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_undoes_its_job_and_spares_the_others_of_the_batch() {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE t (id BIGINT NOT NULL); BEGIN IMMEDIATE").unwrap();
        let insert = |id: i64| statement::run(&connection, 0, &insert(id));

        in_savepoint(&connection, || insert(1)).unwrap();
        let failed = in_savepoint(&connection, || -> Result<(), Error> {
            insert(2)?;
            panic!("a mistake");
        });
        in_savepoint(&connection, || insert(3)).unwrap();
        connection.execute_batch("COMMIT").unwrap();

        assert_eq!(failed, Err(Error::Bug("a database job panicked: a mistake".into())));
        let ids: String =
            connection.query_row("SELECT group_concat(id) FROM t", [], |row| row.get(0)).unwrap();
        assert_eq!(ids, "1,3");
    }

    #[test]
    fn one_that_fails_halfway_leaves_nothing_and_the_others_of_its_batch_all_of_theirs() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("batch.db");
        let connection = Connection::open(&path).unwrap();
        connection.execute_batch("CREATE TABLE t (id BIGINT NOT NULL)").unwrap();
        let (sender, queue) = flume::bounded(64);
        let ask = |statements| {
            let (answer, answered) = tokio::sync::oneshot::channel();
            sender.send(Work::Transaction { statements, answer }).unwrap();
            answered
        };
        let stale = || Statement::new("UPDATE t SET id = $1 WHERE id = -1", vec![0.into()]);
        // The second fails before it wrote anything, the fourth afterwards, and so does the sixth, in a savepoint.
        let asked = [
            vec![insert(1)],
            vec![stale(), insert(2)],
            vec![insert(3)],
            vec![insert(4), stale()],
            vec![insert(5), insert(6)],
            vec![insert(7), stale()],
            vec![insert(8)],
        ];
        let answers: Vec<_> = asked.into_iter().map(ask).collect();
        drop(sender);

        run(connection, &queue);

        let outcomes: Vec<_> = answers
            .into_iter()
            .map(|mut answer| answer.try_recv().unwrap().map(|written| written.len()))
            .collect();
        let stale = |statement| Err(Error::Stale { statement });
        assert_eq!(outcomes, [Ok(1), stale(0), Ok(1), stale(1), Ok(2), stale(1), Ok(1)]);
        let kept: String = Connection::open(&path)
            .and_then(|again| again.query_row("SELECT group_concat(id) FROM t", [], |row| row.get(0)))
            .unwrap();
        assert_eq!(kept, "1,3,5,6,8");
    }

    #[test]
    fn the_writer_survives_a_panic_and_finishes_its_queue() {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE t (id BIGINT NOT NULL)").unwrap();
        let (sender, queue) = flume::bounded(8);
        let panics = |connection: &Connection| {
            connection.execute_batch("BEGIN IMMEDIATE; INSERT INTO t VALUES (1)").unwrap();
            panic!("a mistake");
        };
        sender.send(Work::Alone(Box::new(panics))).unwrap();
        let (answer, mut answered) = tokio::sync::oneshot::channel();
        sender.send(Work::Transaction { statements: vec![insert(2)], answer }).unwrap();
        drop(sender);

        run(connection, &queue);

        assert_eq!(answered.try_recv().unwrap().unwrap()[0].affected, 1);
    }

    #[test]
    fn a_full_disk_fails_what_did_not_fit_and_keeps_what_did() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("full.db");
        let connection = Connection::open(&path).unwrap();
        connection
            .execute_batch("CREATE TABLE t (id BIGINT NOT NULL, body TEXT); PRAGMA max_page_count = 20")
            .unwrap();
        let large = |id: i64| {
            let body = "x".repeat(30_000);
            Statement::new("INSERT INTO t (id, body) VALUES ($1, $2)", vec![id.into(), body.into()])
        };
        let (sender, queue) = flume::bounded(64);
        let ask = |statement| {
            let (answer, answered) = tokio::sync::oneshot::channel();
            sender.send(Work::Transaction { statements: vec![statement], answer }).unwrap();
            answered
        };
        let answers: Vec<_> = (0..8).map(|id| ask(large(id))).collect();
        let last = ask(insert(100));
        drop(sender);

        run(connection, &queue);

        let mut written = Vec::new();
        for (id, mut answer) in answers.into_iter().chain([last]).enumerate() {
            match answer.try_recv().unwrap() {
                Ok(_) => written.push(id),
                Err(Error::Unavailable(why)) => assert!(why.contains("full"), "{why}"),
                Err(other) => panic!("{other}"),
            }
        }
        let kept: i64 = Connection::open(&path)
            .and_then(|again| again.query_row("SELECT count(*) FROM t", [], |row| row.get(0)))
            .unwrap();
        assert_eq!(kept, written.len() as i64, "what was answered is what is there");
        assert!(kept < 9);
    }

    fn insert(id: i64) -> Statement {
        Statement::new("INSERT INTO t (id) VALUES ($1)", vec![id.into()])
    }
}
