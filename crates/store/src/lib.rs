//! The one place that writes SQL: a row per aggregate, on SQLite or PostgreSQL.
