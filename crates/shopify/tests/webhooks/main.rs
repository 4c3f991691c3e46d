//! Subscriptions as clients make them, and what arrives at their addresses: through the routes, the engine and its
//! workers, on a database in a file and over real sockets.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod bench;
mod delivery;
mod inquiry;
mod moments;
mod subscription;
