//! For tests only: databases to run on, receivers, fixtures.

pub mod billing;
pub mod chance;
pub mod charging;
pub mod database;
pub mod mail_receiver;
pub mod postgres;
pub mod receiver;
pub mod stripe;
pub mod world;
