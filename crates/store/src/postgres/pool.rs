//! Connections: a fixed number of them, given out in the order of asking.
//!
//! A [`Lease`] that is dropped without [`Lease::give_back`] closes its connection, and the server rolls back what was open on
//! it. So a request that is cancelled in mid-transaction cannot leave that transaction to the next one.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio_postgres::config::SslMode;
use tokio_postgres::{Client, Config, Connection, NoTls, Statement};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::error::explain;
use crate::db::{Error, Options};

/// A connection that prepared so many texts starts over, should somebody write values into a text.
const PREPARED: usize = 1_000;

/// Set on every connection: no statement may hold its locks, or a connection, for long.
const SETTINGS: &str = "SET statement_timeout = '10s'; SET idle_in_transaction_session_timeout = '30s'";

pub(super) struct Pool {
    config: Config,
    tls: Option<MakeRustlsConnect>,
    idle: Mutex<Vec<Session>>,
    connections: Semaphore,
    /// Those connected and those that may wait.
    admitted: Semaphore,
    size: u32,
}

impl Pool {
    /// Connects once, so that a wrong address is known at the start.
    pub(super) async fn open(url: &str, options: &Options) -> Result<Pool, Error> {
        // The error of the parser does not quote the address, which may hold a password.
        let mut config: Config = url.parse().map_err(|error| {
            Error::Unavailable(format!("the address of PostgreSQL is not valid: {error}"))
        })?;
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(Duration::from_secs(5));
        }
        if config.get_application_name().is_none() {
            config.application_name("consign");
        }
        let tls = match config.get_ssl_mode() {
            SslMode::Require => Some(verified_tls()?),
            _ => None,
        };
        let size = u32::try_from(options.pg_connections.max(1)).unwrap_or(u32::MAX);
        let pool = Pool {
            config,
            tls,
            idle: Mutex::new(Vec::new()),
            connections: Semaphore::new(size as usize),
            admitted: Semaphore::new(size as usize + options.queue),
            size,
        };
        pool.lease().await?.give_back();
        Ok(pool)
    }

    pub(super) async fn lease(&self) -> Result<Lease<'_>, Error> {
        let closed = || Error::Unavailable("it has been closed".into());
        let admitted = self.admitted.try_acquire().map_err(|refused| match refused {
            tokio::sync::TryAcquireError::NoPermits => {
                Error::Unavailable("too many requests wait for it already".into())
            }
            tokio::sync::TryAcquireError::Closed => closed(),
        })?;
        let connection = self.connections.acquire().await.map_err(|_| closed())?;
        let session = loop {
            let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            match idle {
                Some(session) if session.client.is_closed() => {}
                Some(session) => break session,
                None => break self.connect().await?,
            }
        };
        Ok(Lease { pool: self, session, _permits: (connection, admitted) })
    }

    async fn connect(&self) -> Result<Session, Error> {
        let connected = async {
            let client = match &self.tls {
                None => {
                    let (client, connection) = self.config.connect(NoTls).await?;
                    drive(connection);
                    client
                }
                Some(tls) => {
                    let (client, connection) = self.config.connect(tls.clone()).await?;
                    drive(connection);
                    client
                }
            };
            client.batch_execute(SETTINGS).await?;
            Ok(Session { client, prepared: HashMap::new() })
        };
        connected.await.map_err(|error: tokio_postgres::Error| {
            Error::Unavailable(format!("cannot connect to PostgreSQL: {}", explain(&error)))
        })
    }

    /// Closes the connections that nobody uses now, and so forgets what was prepared on them.
    pub(super) fn discard_idle(&self) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    pub(super) async fn close(&self) {
        self.admitted.close();
        // The semaphore is fair: this comes after all who were admitted. An error says that it is closed already.
        if let Ok(all) = self.connections.acquire_many(self.size).await {
            self.discard_idle();
            self.connections.close();
            drop(all);
        }
    }
}

/// A connection and what was prepared on it.
pub(super) struct Session {
    client: Client,
    prepared: HashMap<String, Statement>,
}

impl Session {
    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    pub(super) async fn prepare(&mut self, sql: &str) -> Result<Statement, tokio_postgres::Error> {
        if let Some(prepared) = self.prepared.get(sql) {
            return Ok(prepared.clone());
        }
        let prepared = self.client.prepare(sql).await?;
        if self.prepared.len() >= PREPARED {
            self.prepared.clear();
        }
        self.prepared.insert(sql.to_owned(), prepared.clone());
        Ok(prepared)
    }
}

/// The exclusive use of a connection.
pub(super) struct Lease<'p> {
    pool: &'p Pool,
    session: Session,
    _permits: (SemaphorePermit<'p>, SemaphorePermit<'p>),
}

impl Lease<'_> {
    pub(super) fn session(&mut self) -> &mut Session {
        &mut self.session
    }

    /// Returns a connection that has no transaction open.
    pub(super) fn give_back(self) {
        if !self.session.client.is_closed() {
            self.pool.idle.lock().unwrap_or_else(PoisonError::into_inner).push(self.session);
        }
    }
}

/// A connection moves its bytes in a task of its own, which ends with it.
fn drive<S, T>(connection: Connection<S, T>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::warn!(%error, "lost a connection to PostgreSQL");
        }
    });
}

/// TLS that checks the server's certificate and name against the system's authorities (`SSL_CERT_FILE` adds others).
fn verified_tls() -> Result<MakeRustlsConnect, Error> {
    let unavailable = |what: String| Error::Unavailable(format!("TLS to PostgreSQL: {what}"));
    let found = rustls_native_certs::load_native_certs();
    let mut authorities = rustls::RootCertStore::empty();
    let (known, _) = authorities.add_parsable_certificates(found.certs);
    if known == 0 {
        return Err(unavailable(
            "this system has no certificate authorities (install ca-certificates)".into(),
        ));
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| unavailable(error.to_string()))?
        .with_root_certificates(authorities)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}
