//! rusqlite: one thread that writes, [`CALLERS`] transactions a commit; for reads a thread and connection per caller.

use std::path::Path;
use std::time::Instant;

use rusqlite::config::DbConfig;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags, params_from_iter};

use super::Plan;
use crate::Outcome;
use crate::measure::{CALLERS, Measured, Samples, threads, together};
use crate::options::Span;

pub(super) fn write(file: &Path, plan: &Plan, span: Span) -> Outcome<Measured> {
    let connection = Connection::open(file)?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -16000; \
         PRAGMA wal_autocheckpoint = 4000; PRAGMA foreign_keys = OFF",
    )?;
    keep_prepared(&connection)?;
    // To SQLite `$3` is a name, `?3` a place.
    let writes: Vec<String> = plan.writes.iter().map(|sql| sql.replace('$', "?")).collect();
    let mut samples = Samples::starting(span);
    'all: while samples.is_open() {
        let began = Instant::now();
        connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        for _ in 0..CALLERS {
            let Some(k) = plan.draw() else {
                connection.execute_batch("COMMIT")?;
                break 'all;
            };
            answer(&connection, plan, k)?;
            for (sql, values) in writes.iter().zip(plan.values(k)) {
                let touched = connection.prepare_cached(sql)?.execute(params_from_iter(values))?;
                if touched != 1 {
                    return Err(format!("touched {touched} rows: {sql}").into());
                }
            }
        }
        connection.prepare_cached("COMMIT")?.execute([])?;
        samples.add(began, CALLERS);
    }
    together(vec![samples])
}

pub(super) fn read(file: &Path, plan: &Plan, span: Span) -> Outcome<Measured> {
    let open = || {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(file, flags)?;
        connection.execute_batch("PRAGMA cache_size = -8000")?;
        keep_prepared(&connection)?;
        Ok(connection)
    };
    let readers = (0..CALLERS).map(|_| open()).collect::<Outcome<Vec<_>>>()?;
    threads(span, readers, |connection| {
        let Some(k) = plan.draw() else { return Ok(false) };
        answer(connection, plan, k)?;
        Ok(true)
    })
}

/// As the store does it: after `ANALYZE` every statement would else be planned anew at every call.
fn keep_prepared(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(64);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map(drop)
}

fn answer(connection: &Connection, plan: &Plan, k: i64) -> Outcome<()> {
    for sql in &plan.reads {
        let mut prepared = connection.prepare_cached(sql)?;
        let columns = prepared.column_count();
        let mut rows = prepared.query(params_from_iter(plan.question(k)))?;
        let mut texts = Vec::new();
        while let Some(row) = rows.next()? {
            for column in 0..columns {
                if let ValueRef::Text(text) = row.get_ref(column)? {
                    texts.push(std::str::from_utf8(text)?.to_owned());
                }
            }
        }
        if std::hint::black_box(texts).is_empty() {
            return Err(format!("found nothing: {sql}").into());
        }
    }
    Ok(())
}
