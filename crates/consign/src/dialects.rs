//! The published APIs that this program speaks: their routes, and their words for the workers.

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use domain::id::ShopId;
use engine::Engine;
use engine::dialect::Dialect;

/// The version of the Shopify dialect that newcomers are pointed to.
const VERSION: &str = "2026-07";

/// Routes of every dialect; `url` is the address by which the server is reached, `stand_in` the setting
/// `keys.stand_in`.
pub fn routes(engine: &Engine, url: &str, stand_in: Option<&str>) -> Router {
    shopify::routes(engine.clone())
        .merge(clickfunnels::routes(engine.clone(), url))
        .merge(digitalriver::routes_with(engine.clone(), url, stand_in))
}

/// What the server itself has to say of a request, in the form of the API whose key it shows, if that API has one for it.
pub fn said(headers: &HeaderMap, status: StatusCode, told: &str) -> Option<Response> {
    digitalriver::said(headers, status, told)
}

/// The name of every published API, by which keys know it.
pub const NAMES: [&str; 3] = [shopify::NAME, clickfunnels::NAME, digitalriver::NAME];

/// Everybody who can put events into words; `url` is the address by which the server is reached.
pub fn voices(url: &str) -> Vec<Arc<dyn Dialect>> {
    vec![shopify::dialect(), clickfunnels::dialect(), digitalriver::dialect(url)]
}

/// Whether programs of an API may ask later what happened: then it is written down from the first key on.
pub fn is_chronicled(dialect: &str) -> bool {
    dialect == digitalriver::NAME
}

/// Where clients of a dialect are pointed to.
pub struct Entrance {
    /// The dialect.
    pub dialect: &'static str,
    /// The address that every request goes to, or begins with.
    pub address: String,
    /// The header that carries the token, and what stands before the token in it.
    pub header: (&'static str, &'static str),
    /// A command line that reads three orders, or articles, to be pasted into a shell, with `{token}` in it.
    example: String,
}

impl Entrance {
    /// That command line, with that token.
    pub fn example(&self, token: &str) -> String {
        self.example.replace("{token}", token)
    }
}

/// Where clients are pointed to, dialect by dialect.
pub fn entrances(url: &str, shop: ShopId) -> Vec<Entrance> {
    let graphql = format!("{url}/admin/api/{VERSION}/graphql.json");
    let query = "{ orders(first: 3, reverse: true) { nodes { id name displayFulfillmentStatus } } }";
    let rest = format!("{url}/api/v2");
    vec![
        Entrance {
            dialect: shopify::NAME,
            example: format!(
                "  curl -s {graphql} \\\n    -H 'Content-Type: application/json' -H 'X-Shopify-Access-Token: {{token}}' \\\n    \
                 -d '{{\"query\":\"{query}\"}}'\n"
            ),
            address: graphql,
            header: ("X-Shopify-Access-Token", ""),
        },
        Entrance {
            dialect: clickfunnels::NAME,
            example: format!(
                "  curl -s '{rest}/workspaces/{shop}/orders?sort_order=desc' \\\n    -H 'Authorization: Bearer {{token}}'\n"
            ),
            address: rest,
            header: ("Authorization", "Bearer "),
        },
        Entrance {
            dialect: digitalriver::NAME,
            example: format!("  curl -s '{url}/skus?limit=3' \\\n    -H 'Authorization: Bearer {{token}}'\n"),
            address: url.to_owned(),
            header: ("Authorization", "Bearer "),
        },
    ]
}

/// What the explorer explores: the path, with `{version}` in it, the version to begin with, and the header of the key.
pub fn explored() -> (&'static str, &'static str, &'static str) {
    ("/admin/api/{version}/graphql.json", VERSION, "X-Shopify-Access-Token")
}
