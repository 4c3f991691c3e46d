//! The GraphQL Admin API of Shopify, as far as orders and fulfillment go.
//!
//! The way of a request: [`http`] finds out who asks, in which version; `graphql` validates the document against
//! that version's schema, [`run`] takes its roots in turn. A query root ([`query`]) loads what it names and what the
//! selection below it may ask for ([`data`]), and is then rendered without waiting for anything. A mutation root
//! ([`mutation`]) becomes a command of the domain; the verdict becomes a payload. One file per object type or
//! mutation beside; [`words`] has the vocabulary, [`webhook`] the messages to listeners.

use std::sync::Arc;

use axum::routing::post;
use axum::{Extension, Router};
use engine::Engine;

mod access;
mod address;
mod amend;
mod answer;
mod arrange;
mod calculated;
mod cancel;
mod constraint;
mod customer;
mod data;
mod destination;
mod discount;
mod event;
mod fulfill;
mod fulfillment;
mod fulfillment_order;
mod hold;
mod http;
mod id;
mod inventory;
mod line_item;
mod location;
mod metafield;
mod mutation;
mod order;
mod order_beside;
mod order_create;
mod order_edit;
mod page;
mod product;
mod query;
mod refund;
mod region;
mod relocate;
mod request;
mod rest;
mod run;
mod search;
mod service;
mod shop;
mod shop_beside;
mod subscription;
mod tags;
mod throttle;
mod timeline;
mod track;
mod transaction;
mod version;
mod webhook;
mod words;

pub use version::{LATEST, SCHEMA, VERSIONS};

/// The name by which keys, listeners and deliveries know this dialect.
pub const NAME: &str = "shopify";

/// Every route of this dialect.
pub fn routes(engine: Engine) -> Router {
    let throttle = Extension(Arc::new(throttle::Throttle::default()));
    let graphql = post(http::graphql).layer(throttle);
    Router::new().route("/admin/api/{version}/graphql.json", graphql).merge(rest::routes()).with_state(engine)
}

/// What the workers need of this dialect.
pub fn dialect() -> Arc<dyn engine::dialect::Dialect> {
    Arc::new(webhook::Webhooks)
}
