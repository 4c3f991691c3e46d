//! For tests only: databases to run on, receivers, fixtures.

pub mod postgres;
pub mod receiver;
