//! The engine on both databases: keys, workers, and the way of an event from the order to the receiver.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod bench;
mod charging;
mod delivery;
mod inquiry;
mod letters;
mod mail;
mod once;
mod payments;
mod stripe;
mod workers;
mod workflow;
