//! Accepts connections and ends tidily.
//!
//! `axum::serve` would do but for its end: it waits for requests without limit, and forgets connections when dropped,
//! which then live on. Here each connection is a task in a set; when the grace time is over the set is dropped.

use std::io::ErrorKind;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// How long a client may take to send the head of a request: a slow one must not hold a connection for ever.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);

/// How the server ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// Connections with a request that did not finish within the grace time.
    pub cut_off: usize,
}

/// Serves until `shutdown` is done, then lets requests that have begun finish for at most `grace`.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    shutdown: impl Future<Output = ()>,
    grace: Duration,
) -> Ended {
    let (stop, stopping) = watch::channel(());
    let mut connections = JoinSet::new();
    let upkeep = tokio::spawn(super::metrics::upkeep());
    tokio::pin!(shutdown);
    loop {
        tokio::select! {
            () = &mut shutdown => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => drop(connections.spawn(connection(stream, router.clone(), stopping.clone()))),
                Err(error) => after_failed_accept(&error).await,
            },
            // Finished connections are taken out of the set, which would otherwise grow for ever.
            Some(_) = connections.join_next() => {}
        }
    }
    drop(listener);
    drop(stopping);
    stop.send_replace(());
    let finished = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(grace, finished).await.is_err() {
        tracing::warn!(connections = connections.len(), "requests cut off: the grace time is over");
    }
    upkeep.abort();
    Ended { cut_off: connections.len() }
}

async fn connection(stream: TcpStream, router: Router, mut stopping: watch::Receiver<()>) {
    // Answers are small and written at once; waiting to fill a packet only makes them late.
    let _ = stream.set_nodelay(true);
    let mut connection = std::pin::pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIMEOUT)
            // Names are the same in any case, but some published clients look them up as they are documented.
            .title_case_headers(true)
            .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router))
    );
    let outcome = tokio::select! {
        outcome = connection.as_mut() => outcome,
        _ = stopping.changed() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = outcome {
        tracing::debug!(%error, "connection ended early");
    }
}

/// A connection that broke before it was accepted concerns nobody. Anything else is likely a lack of file descriptors:
/// wait a little for some to be closed, rather than spin.
async fn after_failed_accept(error: &std::io::Error) {
    let broken = [ErrorKind::ConnectionRefused, ErrorKind::ConnectionAborted, ErrorKind::ConnectionReset];
    if !broken.contains(&error.kind()) {
        tracing::error!(%error, "cannot accept connections");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
