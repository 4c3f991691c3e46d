//! One file a verb.

pub mod completions;
pub mod config;
pub mod dev;
pub mod export;
pub mod import;
pub mod serve;
