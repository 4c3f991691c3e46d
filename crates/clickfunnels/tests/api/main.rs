//! The API as clients know it: requests against the routes of a served shop, every answer held against the published
//! document. A file per resource; [`bench`] asks, [`published`] judges.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod account;
mod bench;
mod clients;
mod contacts;
mod courses;
mod fulfillments;
mod goods;
mod hooks;
mod invoices;
mod kept;
mod odd;
mod orders;
mod products;
mod published;
mod subscriptions;
mod tags;
