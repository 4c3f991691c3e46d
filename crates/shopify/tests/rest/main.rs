//! The REST API over a served shop: what is asked, and the answer beside it.

mod bench;
mod conversation;
mod orders;
mod who;
