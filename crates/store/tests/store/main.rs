//! The store on both databases: every SQL text of it is executed here, and what it promises is checked.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod announcements;
mod audit;
mod bench;
mod billing;
mod charging;
mod commit;
mod contacts;
mod count;
mod drafts;
mod figures;
mod invoices;
mod lists;
mod outbox;
mod redaction;
mod reindex;
mod reservations;
mod rules;
mod shops;
