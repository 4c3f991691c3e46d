//! The gateways that this program knows, and where they tell what they weren't asked.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use engine::Engine;
use engine::gateway::{Gateway, Heard, Sandbox, Stripe};
use engine::outside::Outside;

/// Where Stripe sends its messages. Their signatures say for which shop they are.
pub const STRIPE_PATH: &str = "/gateways/stripe/webhook";

/// Every gateway, called that way.
pub fn all(outside: &Outside) -> Vec<Arc<dyn Gateway>> {
    vec![Arc::new(Sandbox), Arc::new(Stripe::new(outside))]
}

/// The routes of their messages.
pub fn routes(engine: &Engine, outside: &Outside) -> Router {
    Router::new().route(STRIPE_PATH, post(stripe)).with_state((engine.clone(), Stripe::new(outside)))
}

/// Stripe sends again whatever isn't answered with 2xx.
async fn stripe(
    State((engine, stripe)): State<(Engine, Stripe)>,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, &'static str) {
    let signature = headers.get("stripe-signature").and_then(|value| value.to_str().ok()).unwrap_or_default();
    match stripe.hear(&engine, signature, &body).await {
        Ok(Heard::Yes) => (StatusCode::OK, "heard"),
        Ok(Heard::NotSigned) => (StatusCode::BAD_REQUEST, "the signature is not one of ours, or too old"),
        Ok(Heard::Unreadable) => (StatusCode::BAD_REQUEST, "this is no event"),
        Err(error) => {
            tracing::error!(%error, "a message of Stripe's could not be heard; it will be sent again");
            (StatusCode::SERVICE_UNAVAILABLE, "try again")
        }
    }
}
