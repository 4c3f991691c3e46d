//! The REST Admin API: the same orders, work and fulfillments, with numbers for ids and lower-case words.
//!
//! Nothing is decided here. [`table`] has a route for every method of a path; its document, in the other API's
//! language, says what is asked or changed, and so which scopes it takes, which command it is, and how a refusal is
//! worded. [`member`] translates what is sent, [`show`] what is answered, [`fault`] what is refused. One file for each
//! kind of object turns the domain's values into JSON; webhooks tell the same objects.

use axum::Router;
use axum::routing::any;
use domain::location::Service;
use domain::snapshot::Shop;
use engine::Engine;

pub(crate) mod article;
mod fault;
pub(crate) mod form;
pub(crate) mod fulfillment;
pub(crate) mod line;
mod member;
pub(crate) mod order;
mod order_input;
mod paging;
pub(crate) mod place;
pub(crate) mod refund;
mod route;
mod run;
mod serve;
mod service;
mod shop;
mod show;
mod subscription;
mod table;
mod work;

/// Every route; what has none is answered with 404.
pub(crate) fn routes() -> Router<Engine> {
    Router::new().route("/admin/api/{version}/{*path}", any(serve::rest))
}

/// What every object needs besides itself.
#[derive(Clone, Copy)]
pub(crate) struct Around<'a> {
    /// The shop, whose time the times are in.
    pub(crate) shop: &'a Shop,
    /// Every service, for their handles.
    pub(crate) services: &'a [Service],
}
