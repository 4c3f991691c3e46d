//! The published APIs that this program speaks: their routes, and their words for the workers.

use std::sync::Arc;

use axum::Router;
use engine::Engine;
use engine::dialect::Dialect;

/// The version of the Shopify dialect that newcomers are pointed to.
const VERSION: &str = "2026-07";

/// Routes of every dialect; `url` is the address by which the server is reached.
pub fn routes(engine: &Engine, url: &str) -> Router {
    shopify::routes(engine.clone()).merge(clickfunnels::routes(engine.clone(), url))
}

/// Everybody who can put events into words.
pub fn voices() -> Vec<Arc<dyn Dialect>> {
    vec![shopify::dialect()]
}

/// The addresses that clients are pointed to: (dialect, address).
pub fn endpoints(url: &str) -> Vec<(&'static str, String)> {
    vec![(shopify::NAME, format!("{url}/admin/api/{VERSION}/graphql.json"))]
}

/// What the explorer explores: the path, with `{version}` in it, the version to begin with, and the header of the key.
pub fn explored() -> (&'static str, &'static str, &'static str) {
    ("/admin/api/{version}/graphql.json", VERSION, "X-Shopify-Access-Token")
}

/// A command line that reads three orders, to be pasted into a shell.
pub fn example(endpoint: &str, token: &str) -> String {
    format!(
        "  curl -s {endpoint} \\\n    -H 'Content-Type: application/json' -H 'X-Shopify-Access-Token: {token}' \\\n    \
         -d '{{\"query\":\"{{ orders(first: 3, reverse: true) {{ nodes {{ id name displayFulfillmentStatus }} }} }}\"}}'\n"
    )
}
