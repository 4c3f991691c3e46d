//! The schema: every field of it answers; it says what the published one says; and whatever is sent to it, the server
//! answers with a clear error and goes on.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod access;
mod every_field;
mod every_mutation;
mod fidelity;
mod hostile;
mod published;
