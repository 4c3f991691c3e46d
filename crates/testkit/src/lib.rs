//! For tests only: databases to run on, receivers, fixtures.
