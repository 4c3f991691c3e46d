//! PostgreSQL: a transaction is one pipeline of prepared statements on one pooled connection.
//!
//! Everything is prepared first (a lazily prepared statement would be overtaken by those behind it), then `BEGIN` and all
//! statements are sent without waiting, the answers checked in order, and `COMMIT` sent: two round trips, however many
//! statements. The server's own conflicts (serialization, deadlock) are tried again here; a connection that fails is thrown
//! away and the next job connects anew.

mod error;
mod pipeline;
mod pool;
mod value;

use std::sync::Arc;
use std::time::Duration;

use rand::RngExt;

use crate::db::{Error, Options, Query, Row, Statement, Written};
use crate::flavor::Flavor;
use crate::migrate::{self, Migration};
use error::{Failure, classify};
use pool::{Pool, Session};

/// How often a transaction that collided is run again.
const RETRIES: u32 = 5;

#[derive(Clone)]
pub(crate) struct Postgres(Arc<Pool>);

impl Postgres {
    pub(crate) async fn open(url: &str, options: &Options) -> Result<Postgres, Error> {
        Pool::open(url, options).await.map(|pool| Postgres(Arc::new(pool)))
    }

    pub(crate) async fn read(&self, queries: Vec<Query>) -> Result<Vec<Vec<Row>>, Error> {
        let mut outcome = self.read_once(&queries).await;
        // A connection may have died while it was idle; reading twice does no harm.
        if !matches!(outcome, Ok(_) | Err(Failure::Final(_))) {
            outcome = self.read_once(&queries).await;
        }
        outcome.map_err(Error::from)
    }

    async fn read_once(&self, queries: &[Query]) -> Result<Vec<Vec<Row>>, Failure> {
        let mut lease = self.0.lease().await?;
        let outcome = pipeline::read(lease.session(), queries).await;
        match outcome {
            Err(Failure::Outdated | Failure::Lost(_)) => self.0.discard_idle(),
            // Failed or not, no transaction is open: its COMMIT was sent with the queries.
            _ => lease.give_back(),
        }
        outcome
    }

    pub(crate) async fn write(&self, statements: Vec<Statement>) -> Result<Vec<Written>, Error> {
        for attempt in 0..=RETRIES {
            match self.write_once(&statements).await {
                Err(Failure::Again) => {
                    // Those who collided must not come back together.
                    let most = 4_000 << attempt;
                    let pause = rand::rng().random_range(500..=most);
                    tokio::time::sleep(Duration::from_micros(pause)).await;
                }
                Err(Failure::Outdated) => {}
                outcome => return outcome.map_err(Error::from),
            }
        }
        Err(Error::Contended)
    }

    async fn write_once(&self, statements: &[Statement]) -> Result<Vec<Written>, Failure> {
        let mut lease = self.0.lease().await?;
        let session = lease.session();
        let outcome = pipeline::write(session, statements).await;
        // After a failure the transaction may still be open; only a connection that confirms its end is used again.
        let reusable = match outcome {
            Ok(_) => true,
            Err(Failure::Outdated | Failure::Lost(_)) => {
                // The other idle connections are most likely no better.
                self.0.discard_idle();
                false
            }
            Err(_) => session.client().batch_execute("ROLLBACK").await.is_ok(),
        };
        if reusable {
            lease.give_back();
        }
        outcome
    }

    pub(crate) async fn migrate(&self, migrations: Vec<Migration>) -> Result<Vec<String>, Error> {
        let mut applied = Vec::new();
        for migration in migrations {
            let mut lease = self.0.lease().await?;
            // On failure the lease is dropped, and with it the connection and its open transaction.
            let done = migrate_one(lease.session(), &migration).await;
            if done.map_err(|failure| migration.blame(failure.into()))? {
                applied.push(migration.name);
            }
            lease.give_back();
        }
        Ok(applied)
    }

    pub(crate) async fn close(&self) {
        self.0.close().await;
    }
}

async fn migrate_one(session: &mut Session, migration: &Migration) -> Result<bool, Failure> {
    let batch = async |session: &Session, sql: &str| {
        session.client().batch_execute(sql).await.map_err(|error| classify(0, &error))
    };
    batch(session, Flavor::Postgres.lock_migrations()).await?;
    batch(session, migrate::CREATE_TABLE).await?;
    let noted = session
        .client()
        .query_opt(migrate::FIND, &[&migration.name])
        .await
        .map_err(|error| classify(0, &error))?;
    let noted = noted.map(|row| value::decode(&row)).transpose()?;
    let noted = noted.as_ref().map(|row| row.text(0)).transpose()?;
    let new = !migration.is_applied(noted)?;
    if new {
        batch(session, &migration.sql).await?;
        session
            .client()
            .execute_raw(migrate::NOTE, migration.note())
            .await
            .map_err(|error| classify(0, &error))?;
    }
    batch(session, "COMMIT").await?;
    Ok(new)
}
