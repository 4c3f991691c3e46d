//! The wish to stop, from outside: SIGINT (Ctrl-C) and SIGTERM. The first asks to finish what has begun, the second
//! ends the process at once.

use futures::FutureExt;
use futures::future::{BoxFuture, Shared};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

/// Done when somebody wants the process to stop. Clones are done together, and one that is awaited late at once.
pub type Stop = Shared<BoxFuture<'static, ()>>;

/// Listens for the signals from now on. Must be called within a Tokio runtime.
pub fn stop() -> std::io::Result<Stop> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let (asked, stop) = oneshot::channel::<()>();
    tokio::spawn(async move {
        let first = next(&mut interrupt, &mut terminate).await;
        tracing::info!(signal = first, "stopping; a second signal stops at once");
        drop(asked);
        let second = next(&mut interrupt, &mut terminate).await;
        tracing::warn!(signal = second, "stopped at once");
        std::process::exit(EXIT_ON_SECOND_SIGNAL);
    });
    Ok(stop.map(|_| ()).boxed().shared())
}

/// What shells report for a process that SIGINT ended.
const EXIT_ON_SECOND_SIGNAL: i32 = 130;

async fn next(
    interrupt: &mut tokio::signal::unix::Signal,
    terminate: &mut tokio::signal::unix::Signal,
) -> &'static str {
    tokio::select! {
        _ = interrupt.recv() => "SIGINT",
        _ = terminate.recv() => "SIGTERM",
    }
}
