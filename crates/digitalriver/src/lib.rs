//! The REST API of Digital River, version 2021-12-13, as far as orders, fulfillment and money that was set aside go.
//!
//! The way of a request: [`shell`] gives it an id and lets it wait its turn; [`call`] finds out who asks and takes the
//! request apart; a handler reads its [`input`], executes one command or asks one question, and renders what came of it
//! ([`words`] has the vocabulary, [`id`] the names of things). A [`failure`] is what could not be done, in this API's
//! form; what this server doesn't do at all is a table with its reasons, [`absent`]. Lists are [`page`]d. One file per
//! resource. What a resource keeps that nothing else understands lies in records and in the details of products.

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use engine::Engine;

mod absent;
mod again;
mod call;
mod cancellation;
mod charge;
mod checkout;
mod customer;
mod document;
mod event;
mod failure;
mod file;
mod fulfillment;
mod fulfillment_return;
mod id;
mod input;
mod inventory;
mod kept;
mod metadata;
mod order;
mod page;
mod record;
mod refund;
mod refusal;
mod reservation;
mod returning;
mod shell;
mod shipment;
mod sku;
mod source;
mod state;
mod tax_identifier;
mod throttle;
mod units;
mod webhook;
mod words;
mod work;

use call::Server;

/// The name by which keys, listeners and deliveries know this dialect.
pub const NAME: &str = "digitalriver";
/// What tokens of the test mode begin with.
pub const TEST_TOKEN: &str = "sk_test_";
/// What tokens of the live mode begin with; those of the test mode do, too.
pub const LIVE_TOKEN: &str = "sk_";

/// What the workers need of this dialect; `url` is the address by which the server is reached.
pub fn dialect(url: &str) -> Arc<dyn engine::dialect::Dialect> {
    Arc::new(webhook::Webhooks { url: Arc::from(url) })
}

/// What the server itself has to say of a request that was sent with those headers, such as that its body is too large:
/// in this API's form if a key of it is shown, since its clients understand no other.
pub fn said(headers: &HeaderMap, status: StatusCode, told: &str) -> Option<Response> {
    shell::said(headers, status, told)
}

/// Every route of this dialect; `url` is the address by which the server is reached.
///
/// They stand at the root of the host. What no route leads to is answered in this API's form if a key of this API is
/// shown, and by nothing but the status otherwise: other dialects are there, too.
pub fn routes(engine: Engine, url: &str) -> Router {
    routes_with(engine, url, None)
}

/// The same. `stand_in` is a token: where the published document asks for no key, a request that shows none is answered
/// as if it showed that; otherwise it is refused like everywhere.
pub fn routes_with(engine: Engine, url: &str, stand_in: Option<&str>) -> Router {
    let server = Server::new(engine, url, stand_in);
    let resources = Router::new()
        .merge(absent::routes())
        .merge(event::routes())
        .merge(webhook::routes())
        .merge(sku::routes())
        .merge(customer::routes())
        .merge(tax_identifier::routes())
        .merge(source::routes())
        .merge(checkout::routes())
        .merge(inventory::routes())
        .merge(reservation::routes())
        .merge(file::routes())
        .merge(work::routes())
        .merge(shipment::routes())
        .merge(cancellation::routes())
        .merge(fulfillment_return::routes())
        .merge(order::routes())
        .merge(fulfillment::routes())
        .merge(charge::routes())
        .merge(refund::routes())
        .merge(returning::routes());
    shell::around(resources, &server).with_state(server)
}
