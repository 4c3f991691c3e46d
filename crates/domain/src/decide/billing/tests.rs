//! Given, when, then: the money of orders.

mod books;
mod collect;
mod plan;
mod service;
mod units;
