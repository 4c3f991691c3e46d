//! The API as clients know it: requests against the routes of a served shop, every answer held against the published
//! document. A file per resource; [`bench`] asks, [`published`] judges.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod bench;
mod manners;
mod published;
mod skus;
