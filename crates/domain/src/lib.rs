//! Pure rules of orders and their fulfillment: no I/O, no clock, no randomness, no dialect's word.
//!
//! Cast of characters, in reading order: an [`order::Order`] has [`invoice::Invoice`]s, whose lines are the units of
//! demand; [`routing`] turns demand into [`fulfillment_order::FulfillmentOrder`]s, work for one location each;
//! doing the work makes a [`fulfillment::Fulfillment`]. A [`command::Command`] is decided upon by [`decide::decide`]
//! with a [`snapshot::Snapshot`] of what it concerns, into a [`decide::Decision`] or a [`refusal::Refusal`].

pub mod access;
pub mod actor;
pub mod address;
pub mod allowed;
pub mod amend;
pub mod billing;
pub mod calendar;
pub mod carrier;
pub mod charging;
pub mod command;
pub mod contact;
pub mod custom_field;
pub mod decide;
pub mod draft;
pub mod event;
pub mod fulfillment;
pub mod fulfillment_order;
pub mod hold;
pub mod id;
pub mod invariants;
pub mod invoice;
pub mod listener;
pub mod location;
pub mod mail;
pub mod money;
pub mod moving;
pub mod order;
pub mod payment;
pub mod price;
pub mod product;
pub mod record;
pub mod redact;
pub mod refund;
pub mod refusal;
pub mod rejection;
pub mod reservation;
pub mod returning;
pub mod routing;
pub mod rule;
pub mod snapshot;
pub mod status;
pub mod stock;
pub mod tags;
pub mod taking;
pub mod time;
pub mod workflow;

// The decision tables and the histories in `tests` share one shop in memory.
#[cfg(test)]
extern crate self as domain;
#[cfg(test)]
#[path = "../tests/world/mod.rs"]
mod world;
