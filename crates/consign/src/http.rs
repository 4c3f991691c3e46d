//! The web server around the dialects' routes.
//!
//! * [`serve`] accepts connections, and ends tidily: no new ones, a grace time for requests that have begun.
//! * [`shell`] wraps the routes: request id, limits, metrics, log, panics; and adds `/healthz`, `/readyz`, `/metrics`.
//! * [`bind`] and [`bind_near`] open the listening socket.
//!
//! What this server answers itself (413, 500, 504, …) is an object with `error`, a sentence, and `request_id`.
//! What a dialect answers passes through untouched.

mod metrics;
mod serve;
mod shell;

use std::io::ErrorKind;
use std::net::SocketAddr;

use tokio::net::TcpListener;

use crate::failure::{Exit, Failure};

pub use serve::{Ended, serve};
pub use shell::{Limits, Ready, shell};

/// Ports tried after the wanted one in development.
const NEIGHBOURS: u16 = 20;

/// Opens the listening socket.
pub async fn bind(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| refused(address, &error))
}

/// Opens the listening socket; when its port is taken, on the next free port. The caller says so, by the listener's
/// own address.
pub async fn bind_near(address: SocketAddr) -> Result<TcpListener, Failure> {
    for port in address.port()..=address.port().saturating_add(NEIGHBOURS) {
        match TcpListener::bind(SocketAddr::new(address.ip(), port)).await {
            Err(error) if error.kind() == ErrorKind::AddrInUse => {}
            other => return other.map_err(|error| refused(address, &error)),
        }
    }
    Err(refused(address, &ErrorKind::AddrInUse.into()))
}

fn refused(address: SocketAddr, error: &std::io::Error) -> Failure {
    let fix = match error.kind() {
        ErrorKind::AddrInUse => {
            "another program listens there; stop it or choose another address with --listen"
        }
        ErrorKind::AddrNotAvailable => "this machine has no such address; choose another with --listen",
        ErrorKind::PermissionDenied => "ports below 1024 are reserved; choose another with --listen",
        _ => return Failure::new(Exit::Error, format!("cannot listen on {address}: {error}")),
    };
    Failure::new(Exit::Error, format!("cannot listen on {address}: {fix}"))
}
