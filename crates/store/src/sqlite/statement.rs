//! One statement on one connection: bind by name, run, and say what went wrong in the seam's words.

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, ErrorCode, ToSql, ffi};

use crate::db::{Error, Expect, Query, Row, Statement, Value, Written};

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Int(number) => ValueRef::Integer(*number),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Null => ValueRef::Null,
        }))
    }
}

/// `BEGIN`, `COMMIT`, `SAVEPOINT` … : no values, no rows.
pub(super) fn control(connection: &Connection, sql: &str) -> Result<(), Error> {
    connection
        .prepare_cached(sql)
        .and_then(|mut prepared| prepared.raw_execute())
        .map(|_| ())
        .map_err(|error| classify(connection, 0, &error))
}

pub(super) fn query(connection: &Connection, query: &Query) -> Result<Vec<Row>, Error> {
    let mut prepared = prepare(connection, 0, &query.sql, &query.params)?;
    rows(connection, 0, &mut prepared, &query.sql)
}

/// Runs the statement with index `index` of its transaction and holds it to the number of rows it promised.
pub(super) fn run(connection: &Connection, index: usize, statement: &Statement) -> Result<Written, Error> {
    let mut prepared = prepare(connection, index, &statement.sql, &statement.params)?;
    let written = if prepared.column_count() > 0 {
        let rows = rows(connection, index, &mut prepared, &statement.sql)?;
        Written { affected: rows.len() as u64, rows }
    } else {
        let affected = prepared.raw_execute().map_err(|error| classify(connection, index, &error))?;
        Written { affected: affected as u64, rows: Vec::new() }
    };
    match statement.expect {
        Expect::Rows(wanted) if wanted != written.affected => Err(Error::Stale { statement: index }),
        _ => Ok(written),
    }
}

fn prepare<'c>(
    connection: &'c Connection,
    index: usize,
    sql: &str,
    params: &[Value],
) -> Result<CachedStatement<'c>, Error> {
    let mut prepared =
        connection.prepare_cached(sql).map_err(|error| in_sql(classify(connection, index, &error), sql))?;
    // To SQLite `$3` is a name, numbered by its first appearance: only the name says which value is meant.
    let count = prepared.parameter_count();
    if count != params.len() {
        return Err(in_sql(Error::Bug(format!("{count} parameters, but {} values", params.len())), sql));
    }
    for position in 1..=count {
        let number =
            prepared.parameter_name(position).and_then(|name| name.strip_prefix('$')?.parse::<usize>().ok());
        let Some(value) = number.and_then(|number| params.get(number.checked_sub(1)?)) else {
            return Err(in_sql(Error::Bug("parameters must be $1 … $n".into()), sql));
        };
        prepared.raw_bind_parameter(position, value).map_err(|error| classify(connection, index, &error))?;
    }
    Ok(prepared)
}

fn rows(
    connection: &Connection,
    index: usize,
    prepared: &mut CachedStatement<'_>,
    sql: &str,
) -> Result<Vec<Row>, Error> {
    let columns = prepared.column_count();
    let mut found = prepared.raw_query();
    let mut rows = Vec::new();
    while let Some(row) = found.next().map_err(|error| classify(connection, index, &error))? {
        let mut values = Vec::with_capacity(columns);
        for column in 0..columns {
            let value = row.get_ref(column).map_err(|error| classify(connection, index, &error))?;
            values.push(match value {
                ValueRef::Integer(number) => Value::Int(number),
                ValueRef::Text(bytes) => match std::str::from_utf8(bytes) {
                    Ok(text) => Value::from(text),
                    Err(_) => return Err(in_sql(Error::Bug(format!("column {column} is not UTF-8")), sql)),
                },
                ValueRef::Null => Value::Null,
                other => {
                    let found = other.data_type();
                    return Err(in_sql(Error::Bug(format!("column {column} is {found}; CAST it")), sql));
                }
            });
        }
        rows.push(Row(values));
    }
    Ok(rows)
}

fn in_sql(error: Error, sql: &str) -> Error {
    match error {
        Error::Bug(what) => Error::Bug(format!("{what}, in: {sql}")),
        other => other,
    }
}

/// The error in SQLite's own words, without our SQL.
pub(super) fn explain(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqliteFailure(code, message) => {
            message.clone().unwrap_or_else(|| ffi::code_to_str(code.extended_code).to_owned())
        }
        rusqlite::Error::SqlInputError { msg, .. } => msg.clone(),
        other => other.to_string(),
    }
}

/// The error of statement `index` in the seam's words.
pub(super) fn classify(connection: &Connection, index: usize, error: &rusqlite::Error) -> Error {
    let code = error.sqlite_error_code();
    match code {
        Some(ErrorCode::ConstraintViolation) => {
            Error::Constraint { statement: index, name: constraint_name(connection, &explain(error)) }
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Error::Contended,
        Some(
            ErrorCode::DiskFull
            | ErrorCode::SystemIoFailure
            | ErrorCode::CannotOpen
            | ErrorCode::ReadOnly
            | ErrorCode::PermissionDenied
            | ErrorCode::OutOfMemory
            | ErrorCode::DatabaseCorrupt
            | ErrorCode::NotADatabase
            | ErrorCode::FileLockingProtocolFailed,
        ) => Error::Unavailable(explain(error)),
        _ => Error::Bug(explain(error)),
    }
}

/// The name PostgreSQL would report. SQLite names a CHECK and an index over expressions, but lists the columns of a
/// broken unique key: "UNIQUE constraint failed: orders.shop_id, orders.number".
fn constraint_name(connection: &Connection, message: &str) -> String {
    let Some((kind, what)) = message.split_once(" constraint failed: ") else { return message.to_owned() };
    if kind != "UNIQUE" {
        return what.to_owned();
    }
    if let Some(index) = what.strip_prefix("index ") {
        return index.trim_matches('\'').to_owned();
    }
    let Some((table, _)) = what.split_once('.') else { return what.to_owned() };
    let columns: Vec<_> =
        what.split(", ").filter_map(|part| part.split_once('.')).map(|(_, column)| column).collect();
    let named = unique_index(connection, table, &columns.join(","));
    // Not found (the schema is being changed): the unnamed key's name is the best guess.
    named.unwrap_or(None).unwrap_or_else(|| format!("{table}_{}_key", columns.join("_")))
}

fn unique_index(connection: &Connection, table: &str, columns: &str) -> rusqlite::Result<Option<String>> {
    let mut indexes = connection.prepare_cached(
        "SELECT l.name, l.origin FROM pragma_index_list(?1) l WHERE l.\"unique\" AND ?2 =
           (SELECT group_concat(name, ',') FROM (SELECT name FROM pragma_index_info(l.name) ORDER BY seqno))",
    )?;
    let found =
        indexes.query_row([table, columns], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)));
    match found {
        Ok((name, origin)) => Ok(match origin.as_str() {
            "c" => Some(name),
            "pk" => Some(format!("{table}_pkey")),
            _ => None,
        }),
        // An INTEGER PRIMARY KEY has no index of its own.
        Err(rusqlite::Error::QueryReturnedNoRows) => Ok(Some(format!("{table}_pkey"))),
        Err(other) => Err(other),
    }
}
