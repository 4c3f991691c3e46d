//! Scenarios live in the files beside; see ARCHITECTURE.md. Here is what they share.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "nothing but tests uses it")]

pub mod cast;
pub mod nodes;
pub mod published;
pub mod served;
pub mod types;
