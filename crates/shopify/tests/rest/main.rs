//! The REST API over a served shop: what is asked, and the answer beside it.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod bench;
mod conversation;
mod orders;
mod who;
