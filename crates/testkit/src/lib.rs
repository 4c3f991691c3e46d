//! For tests only: databases to run on, receivers, fixtures; with the feature `api`, shops that are served.

pub mod billing;
pub mod books;
pub mod chance;
pub mod charging;
pub mod database;
pub mod mail_receiver;
pub mod postgres;
#[cfg(feature = "api")]
pub mod published;
pub mod receiver;
#[cfg(feature = "api")]
pub mod served;
pub mod stripe;
pub mod world;
