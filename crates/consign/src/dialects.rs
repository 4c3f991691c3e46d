//! The published APIs that this program speaks: their routes, and their words for the workers.

use std::sync::Arc;

use axum::Router;
use engine::Engine;
use engine::dialect::Dialect;

use crate::config::Purpose;

/// Routes of every dialect.
pub fn routes(_engine: &Engine, _public_url: &str, _purpose: Purpose) -> Router {
    Router::new()
}

/// Everybody who can put events into words.
pub fn voices() -> Vec<Arc<dyn Dialect>> {
    Vec::new()
}

/// The addresses that clients are pointed to: (dialect, address).
pub fn endpoints(_url: &str) -> Vec<(&'static str, String)> {
    Vec::new()
}

/// A command line that reads three orders, to be pasted into a shell.
pub fn example(endpoint: &str, token: &str) -> String {
    format!(
        "  curl -s {endpoint} \\\n    -H 'Content-Type: application/json' -H 'X-Shopify-Access-Token: {token}' \\\n    \
         -d '{{\"query\":\"{{ orders(first: 3, reverse: true) {{ nodes {{ id name displayFulfillmentStatus }} }} }}\"}}'\n"
    )
}
