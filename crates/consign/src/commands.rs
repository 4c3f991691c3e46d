//! One file a verb.

pub mod completions;
pub mod config;
