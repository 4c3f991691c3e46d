//! The API as clients know it: requests against the routes of a served shop, every answer held against the published
//! document. A file per resource; [`bench`] asks, [`published`] judges.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod again;
mod amounts;
mod bench;
mod buyers;
mod changes;
mod checkouts;
mod events;
mod files;
mod fulfillments;
mod hooks;
mod manners;
mod modes;
mod orders;
mod parcels;
mod published;
mod reservations;
mod skus;
mod stock;
mod telling;
mod work_told;
mod work_undone;
