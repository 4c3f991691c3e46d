//! What goes over the wire whatever is asked for: costs and limits, lists and their searches, and what a tool that
//! looks for holes in GraphQL servers finds here.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod cop;
mod cost;
mod lists;
