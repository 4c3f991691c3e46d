//! A PostgreSQL to test on: a throw-away cluster, shared by all test processes of a user, and a fresh database per test.
//!
//! The first who needs it starts it, under a lock on a file; it is left running, since starting takes seconds. Durability is
//! not turned off: what the tests prove must hold for a real server. `CONSIGN_TEST_POSTGRES`, the address of a superuser,
//! takes its place (in CI, or to test another version). Without PostgreSQL the tests fail: a skipped test proves nothing.

mod cluster;

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use tokio_postgres::NoTls;

/// Our databases, so that those of dead processes can be told from others.
const PREFIX: &str = "consign_test_";

/// The address of a new, empty database; every call makes another one.
///
/// # Panics
/// When there is no PostgreSQL, with a sentence that says how to get one.
pub fn url() -> String {
    match fresh() {
        Ok(url) => url,
        Err(why) => panic!("{why}"),
    }
}

/// Starts the cluster unless it runs, and answers the address of its superuser, without a database.
///
/// # Errors
/// A sentence for people.
pub fn start() -> Result<String, String> {
    match std::env::var("CONSIGN_TEST_POSTGRES") {
        Ok(url) if !url.is_empty() => Ok(url),
        _ => cluster::start(),
    }
}

/// Stops the cluster and removes its files; one named by `CONSIGN_TEST_POSTGRES` is left alone.
///
/// # Errors
/// A sentence for people.
pub fn stop() -> Result<(), String> {
    cluster::stop()
}

fn fresh() -> Result<String, String> {
    static SERVER: OnceLock<Result<String, String>> = OnceLock::new();
    let server = SERVER.get_or_init(start).clone()?;
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    let name = format!("{PREFIX}{}_{count}_{now}", std::process::id());
    let url = with_database(&server, &name);
    // template0 has no connections that could be in the way.
    let create = format!("CREATE DATABASE {name} TEMPLATE template0");
    run_sql(&server, move |client| async move { client.batch_execute(&create).await })?;
    // Beside the test, for as long as it runs: dropping a database takes a tenth of a second.
    std::thread::spawn(move || run_sql(&server, |client| async move { sweep(&client).await }));
    Ok(url)
}

/// The same address with another database in it.
fn with_database(url: &str, database: &str) -> String {
    let (address, query) = url.split_once('?').map_or((url, None), |(address, query)| (address, Some(query)));
    let start = address.find("://").map_or(0, |i| i + 3);
    let end = address[start..].find('/').map_or(address.len(), |i| start + i);
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    format!("{}/{database}{query}", &address[..end])
}

/// Drops databases whose process is dead. Only where the processes are ours to see, and by one of them at a time.
async fn sweep(client: &tokio_postgres::Client) -> Result<(), tokio_postgres::Error> {
    let alone = client.query_one("SELECT pg_try_advisory_lock(1)", &[]).await?;
    if std::env::var_os("CONSIGN_TEST_POSTGRES").is_some() || !alone.get::<_, bool>(0) {
        return Ok(());
    }
    let found = client
        .query("SELECT datname::text FROM pg_database WHERE starts_with(datname, $1)", &[&PREFIX])
        .await?;
    for row in found {
        let name: String = row.get(0);
        let process = name[PREFIX.len()..].split('_').next().unwrap_or_default();
        if !is_alive(process) {
            client.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await?;
        }
    }
    Ok(())
}

fn is_alive(process: &str) -> bool {
    let asked = std::process::Command::new("kill").args(["-0", process]).output();
    asked.is_ok_and(|asked| asked.status.success())
}

/// Runs something on a connection of its own, in a thread of its own: the caller may be inside an async runtime already.
fn run_sql<F>(
    url: &str,
    body: impl FnOnce(tokio_postgres::Client) -> F + Send + 'static,
) -> Result<(), String>
where
    F: Future<Output = Result<(), tokio_postgres::Error>>,
{
    let url = with_database(url, "postgres");
    let talk = move || -> Result<(), String> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| error.to_string())?;
        let outcome = runtime.block_on(async {
            let (client, connection) = tokio_postgres::connect(&url, NoTls).await?;
            let driver = tokio::spawn(connection);
            let outcome = body(client).await;
            // The client is gone by now, and the connection ends in good order.
            let _ = driver.await;
            outcome
        });
        outcome.map_err(|error| format!("PostgreSQL for tests does not answer: {error}"))
    };
    std::thread::spawn(talk).join().unwrap_or_else(|_| Err("the PostgreSQL client panicked".into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_database_of_an_address_is_replaced() {
        for (url, wanted) in [
            ("postgres://u:p@h:1", "postgres://u:p@h:1/x"),
            ("postgres://u@h/old", "postgres://u@h/x"),
            ("postgres://u@h/old?sslmode=disable", "postgres://u@h/x?sslmode=disable"),
        ] {
            assert_eq!(with_database(url, "x"), wanted);
        }
    }

    #[test]
    fn every_call_gives_a_new_database() {
        let (one, two) = (url(), url());
        assert_ne!(one, two);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        for url in [one, two] {
            // One that isn't there refuses the connection.
            assert!(runtime.block_on(tokio_postgres::connect(&url, NoTls)).is_ok(), "{url}");
        }
    }
}
