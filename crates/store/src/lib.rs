//! The one place that writes SQL: a row per aggregate, on SQLite or PostgreSQL.

pub mod db;
pub mod flavor;
mod migrate;
mod postgres;
mod sqlite;
