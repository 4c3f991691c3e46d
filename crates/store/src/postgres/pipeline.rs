//! Sending all statements of a job at once, and reading the answers in order.

use std::pin::{Pin, pin};

use futures::TryStreamExt;
use futures::future::{MaybeDone, maybe_done};
use tokio_postgres::Client;

use super::error::{Failure, classify};
use super::pool::Session;
use super::value;
use crate::db::{Error, Expect, Query, Statement, Value, Written};
use crate::flavor::Flavor;

/// Reads everything as of one moment. Leaves no transaction open, unless it is dropped before it ends.
pub(super) async fn read(
    session: &mut Session,
    queries: &[Query],
) -> Result<Vec<Vec<crate::db::Row>>, Failure> {
    let prepared = prepare(session, queries.iter().map(|query| &*query.sql)).await?;
    let client = session.client();
    let asked = queries.iter().zip(&prepared).map(|(query, prepared)| ask(client, prepared, &query.params));
    let mut asked: Vec<_> = asked.map(|ask| Box::pin(maybe_done(ask))).collect();
    // A single statement is one moment by itself.
    let whole = queries.len() > 1;
    let begin = if whole { Flavor::Postgres.begin_snapshot() } else { "" };
    let mut begun = pin!(maybe_done(control(client, begin)));
    let mut ended = pin!(maybe_done(control(client, if whole { "COMMIT" } else { "" })));

    // The first poll of each puts its message into the connection's queue: that is what keeps the order.
    send(begun.as_mut()).await;
    for ask in &mut asked {
        send(ask.as_mut()).await;
    }
    send(ended.as_mut()).await;

    let mut answers = Vec::with_capacity(asked.len());
    let outcome = async {
        receive(begun).await.map_err(|error| (0, error))?;
        for (i, ask) in asked.iter_mut().enumerate() {
            answers.push(receive(ask.as_mut()).await.map_err(|error| (i, error))?);
        }
        receive(ended).await.map_err(|error| (0, error))
    }
    .await;
    outcome.map_err(|(i, error)| classify(i, &error))?;
    answers.into_iter().map(|answer| Ok(decode(answer)?.rows)).collect()
}

/// Runs the transaction and commits it. After a failure the transaction may still be open.
pub(super) async fn write(session: &mut Session, statements: &[Statement]) -> Result<Vec<Written>, Failure> {
    let prepared = prepare(session, statements.iter().map(|statement| &*statement.sql)).await?;
    let client = session.client();
    let asked = statements.iter().zip(&prepared).map(|(one, prepared)| ask(client, prepared, &one.params));
    let mut asked: Vec<_> = asked.map(|ask| Box::pin(maybe_done(ask))).collect();
    let mut begun = pin!(maybe_done(control(client, "BEGIN")));
    send(begun.as_mut()).await;
    for ask in &mut asked {
        send(ask.as_mut()).await;
    }

    // In order: what fails behind the first failure only says that the transaction was aborted.
    let mut written = Vec::with_capacity(statements.len());
    if let Err(error) = receive(begun).await {
        return Err(classify(0, &error));
    }
    for (i, (ask, statement)) in asked.iter_mut().zip(statements).enumerate() {
        let answer = match receive(ask.as_mut()).await {
            Ok(answer) => decode(answer)?,
            Err(error) => return Err(classify(i, &error)),
        };
        if matches!(statement.expect, Expect::Rows(wanted) if wanted != answer.affected) {
            return Err(Error::Stale { statement: i }.into());
        }
        written.push(answer);
    }
    match client.batch_execute("COMMIT").await {
        Ok(()) => Ok(written),
        Err(error) => Err(match classify(statements.len().saturating_sub(1), &error) {
            Failure::Lost(why) => Failure::Final(Error::Unavailable(format!(
                "the connection was lost during the commit, whose outcome is unknown: {why}"
            ))),
            known => known,
        }),
    }
}

async fn prepare<'q>(
    session: &mut Session,
    texts: impl Iterator<Item = &'q str>,
) -> Result<Vec<tokio_postgres::Statement>, Failure> {
    let mut prepared = Vec::with_capacity(texts.size_hint().0);
    for (i, sql) in texts.enumerate() {
        prepared.push(session.prepare(sql).await.map_err(|error| match classify(i, &error) {
            Failure::Final(Error::Bug(what)) => Failure::Final(Error::Bug(format!("{what}, in: {sql}"))),
            other => other,
        })?);
    }
    Ok(prepared)
}

struct Answer {
    affected: Option<u64>,
    rows: Vec<tokio_postgres::Row>,
}

async fn ask(
    client: &Client,
    prepared: &tokio_postgres::Statement,
    params: &[Value],
) -> Result<Answer, tokio_postgres::Error> {
    let mut stream = pin!(client.query_raw(prepared, params).await?);
    let mut rows = Vec::new();
    while let Some(row) = stream.try_next().await? {
        rows.push(row);
    }
    Ok(Answer { affected: stream.rows_affected(), rows })
}

async fn control(client: &Client, sql: &'static str) -> Result<(), tokio_postgres::Error> {
    if sql.is_empty() { Ok(()) } else { client.batch_execute(sql).await }
}

async fn send<F: Future>(request: Pin<&mut MaybeDone<F>>) {
    // Not ready is what is expected here; the answer is awaited by `receive`.
    let _ = futures::poll!(request);
}

async fn receive<T>(
    mut request: Pin<&mut MaybeDone<impl Future<Output = Result<T, tokio_postgres::Error>>>>,
) -> Result<T, tokio_postgres::Error> {
    request.as_mut().await;
    match request.take_output() {
        Some(output) => output,
        // Each answer is taken once; a second taking waits forever rather than inventing one.
        None => std::future::pending().await,
    }
}

fn decode(answer: Answer) -> Result<Written, Error> {
    let rows = answer.rows.iter().map(value::decode).collect::<Result<Vec<_>, _>>()?;
    Ok(Written { affected: answer.affected.unwrap_or(rows.len() as u64), rows })
}
