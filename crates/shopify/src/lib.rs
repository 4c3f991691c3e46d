//! The GraphQL Admin API of Shopify, as far as orders and fulfillment go.
//!
//! The way of a request: [`http`] finds out who asks, in which version; `graphql` validates the document against
//! that version's schema, [`run`] takes its roots in turn. A query root ([`query`]) loads what it names and what the
//! selection below it may ask for ([`data`]), and is then rendered without waiting for anything. A mutation root
//! ([`mutation`]) becomes a command of the domain; the verdict becomes a payload. One file per object type or
//! mutation beside; [`words`] has the vocabulary, [`webhook`] the messages to listeners.

use std::sync::Arc;

use axum::Router;
use axum::routing::post;
use engine::Engine;

mod access;
mod address;
mod answer;
mod arrange;
mod cancel;
mod data;
mod event;
mod fulfill;
mod fulfillment;
mod fulfillment_order;
mod hold;
mod http;
mod id;
mod line_item;
mod location;
mod mutation;
mod order;
mod order_create;
mod page;
mod product;
mod query;
mod relocate;
mod request;
mod rest;
mod run;
mod search;
mod shop;
mod subscription;
mod track;
mod version;
mod webhook;
mod words;

pub use version::{LATEST, SCHEMA, VERSIONS};

/// The name by which keys, listeners and deliveries know this dialect.
pub const NAME: &str = "shopify";

/// Every route of this dialect.
pub fn routes(engine: Engine) -> Router {
    Router::new().route("/admin/api/{version}/graphql.json", post(http::graphql)).merge(rest::routes()).with_state(engine)
}

/// What the workers need of this dialect.
pub fn dialect() -> Arc<dyn engine::dialect::Dialect> {
    Arc::new(webhook::Webhooks)
}
