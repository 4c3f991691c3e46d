//! Runs commands and queries: load, decide, commit, wake; and the workers behind.

pub mod outside;
pub mod retry;
