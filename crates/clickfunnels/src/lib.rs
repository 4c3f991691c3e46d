//! The REST API v2 of ClickFunnels, as far as orders, billing, fulfillment and access go.
//!
//! The way of a request: [`call`] finds out who asks and takes the request apart; a handler reads its [`input`],
//! executes one command or asks one question, and renders what came of it ([`words`] has the vocabulary). A
//! [`failure`] is what could not be done, in this API's form. What happens is told to endpoints, too ([`webhook`]). Lists are [`page`]d. Things without rules of their own
//! (tags, shipping rates, courses) are [`record`]s: a table says which fields they have. One file per resource.

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use engine::Engine;

mod account;
mod around;
mod call;
mod contact;
mod course;
mod details;
mod enrollment;
mod failure;
mod filter;
mod fulfillment;
mod id;
mod input;
mod invoice;
mod label;
mod labelled;
mod location;
mod order;
mod page;
mod path;
mod price;
mod product;
mod record;
mod refusal;
mod restock;
mod shipping;
mod store;
mod tag;
mod transaction;
mod variant;
mod webhook;
mod words;
mod workspace;
mod zone;

use call::Server;
use failure::Failure;

/// The name by which keys, listeners and deliveries know this dialect.
pub const NAME: &str = "clickfunnels";

/// What the workers need of this dialect.
pub fn dialect() -> Arc<dyn engine::dialect::Dialect> {
    Arc::new(webhook::Webhooks)
}

/// Every route of this dialect; `url` is the address by which the server is reached.
pub fn routes(engine: Engine, url: &str) -> Router {
    let api = Router::new()
        .route("/workspaces/{workspace}/contacts/tags", tag::CONTACT.list().merge(tag::CONTACT.create()))
        .route("/contacts/tags/{id}", tag::member(&tag::CONTACT))
        .route("/workspaces/{workspace}/orders/tags", tag::ORDER.list().merge(tag::ORDER.create()))
        .route("/orders/tags/{id}", tag::member(&tag::ORDER))
        .route("/workspaces/{workspace}/products/tags", tag::PRODUCT.list().merge(tag::PRODUCT.create()))
        .route("/products/tags/{id}", tag::member(&tag::PRODUCT))
        .route("/products/collections/{id}", store::COLLECTION.fetch().merge(store::COLLECTION.update()))
        .route(
            "/workspaces/{workspace}/products/collections",
            store::COLLECTION.list().merge(store::COLLECTION.create()),
        )
        .route("/workspaces/{workspace}/stores", store::STORE.list().merge(store::STORE.create()))
        .route("/stores/{id}", store::STORE.member())
        .route("/workspaces/{workspace}/images", store::IMAGE.list().merge(store::IMAGE.create()))
        .route("/images/{id}", store::IMAGE.member())
        .route(
            "/workspaces/{workspace}/shipping/profiles",
            shipping::PROFILE.list().merge(shipping::create_profile()),
        )
        .route("/shipping/profiles/{id}", shipping::PROFILE.member())
        .route("/shipping/profiles/{id}/location_groups", shipping::LOCATION_GROUP.list())
        .route("/shipping/location_groups/{id}", shipping::LOCATION_GROUP.fetch())
        .route("/shipping/location_groups/{id}/zones", shipping::ZONE.list().merge(shipping::ZONE.create()))
        .route("/shipping/zones/{id}", shipping::ZONE.member())
        .route("/shipping/zones/{id}/rates", shipping::RATE.list().merge(shipping::RATE.create()))
        .route("/shipping/rates/{id}", shipping::RATE.member())
        .route(
            "/workspaces/{workspace}/shipping/rates/names",
            shipping::RATE_NAME.list().merge(shipping::RATE_NAME.create()),
        )
        .route("/shipping/rates/names/{id}", shipping::RATE_NAME.member())
        .route(
            "/workspaces/{workspace}/shipping/packages",
            shipping::PACKAGE.list().merge(shipping::PACKAGE.create()),
        )
        .route("/shipping/packages/{id}", shipping::PACKAGE.member())
        .merge(contact::routes())
        .merge(product::routes())
        .merge(course::routes())
        .merge(account::routes())
        .merge(orders())
        .merge(webhook::routes())
        .fallback(|| async { Failure::hidden() })
        .method_not_allowed_fallback(|| async {
            Failure::Said(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed".to_owned())
        })
        .with_state(Server { engine, url: Arc::from(url) });
    Router::new().nest("/api/v2", path::leniently(api))
}

/// Routes of orders, what belongs to them, and what leaves.
fn orders() -> Router<Server> {
    Router::new()
        .route("/workspaces/{workspace}/orders", order::list())
        .route("/orders/{id}", order::member())
        .route("/orders/{id}/cancel", order::cancel())
        .route("/orders/{id}/invoices", invoice::of_order())
        .route("/orders/{id}/transactions", transaction::of_order())
        .route("/orders/line_items/{id}/changes", order::change::shown())
        .route("/orders/line_items/{id}/changes/perform", order::change::performed())
        .route("/orders/invoices/{id}", invoice::member())
        .route("/orders/invoices/{id}/abandon", invoice::abandon())
        .route("/orders/invoices/restocks/{id}", restock::member())
        .route("/orders/transactions/{id}", transaction::member())
        .route("/orders/transactions/{id}/refund", transaction::refund())
        .route("/workspaces/{workspace}/orders/invoices", invoice::all())
        .route("/workspaces/{workspace}/orders/invoices/restocks", restock::list())
        .route("/workspaces/{workspace}/fulfillments", fulfillment::list())
        .route("/workspaces/{workspace}/fulfillments/locations", location::list())
        .route("/fulfillments/locations/{id}", location::member())
        .route("/fulfillments/{id}", fulfillment::member())
        .route("/fulfillments/{id}/cancel", fulfillment::cancel())
}
