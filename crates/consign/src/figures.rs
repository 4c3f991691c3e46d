//! Figures over HTTP: `GET /figures?from=2026-11-01&to=2026-11-30`, as JSON, for every key that may read orders,
//! whichever published API it was made for. They belong to no published API, so they have an address of their own.

use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use domain::actor::Permission;
use engine::figures::Period;
use engine::{Engine, Error};
use serde::Deserialize;
use serde_json::json;

use crate::dialects;

/// The route of figures.
pub fn routes(engine: Engine) -> Router {
    Router::new().route("/figures", get(figures)).with_state(engine)
}

#[derive(Deserialize)]
struct Asked {
    from: Option<String>,
    to: Option<String>,
}

async fn figures(State(engine): State<Engine>, Query(asked): Query<Asked>, headers: HeaderMap) -> Response {
    match answer(&engine, &asked, &headers).await {
        Ok(response) => response,
        Err(error) => {
            tracing::error!(%error, "figures can't be made");
            problem(StatusCode::SERVICE_UNAVAILABLE, "The figures are not available right now.")
        }
    }
}

async fn answer(engine: &Engine, asked: &Asked, headers: &HeaderMap) -> Result<Response, Error> {
    let Some(token) = bearer(headers) else {
        let challenge = [(header::WWW_AUTHENTICATE, "Bearer")];
        let told = "A key is needed: Authorization: Bearer <token>.";
        return Ok((challenge, problem(StatusCode::UNAUTHORIZED, told)).into_response());
    };
    let mut caller = None;
    for entrance in dialects::NAMES {
        if caller.is_none() {
            caller = engine.caller(entrance, token).await?;
        }
    }
    let Some(caller) = caller else {
        return Ok(problem(StatusCode::UNAUTHORIZED, "This key opens nothing, or nothing any more."));
    };
    if !caller.actor.may(Permission::ReadOrders) {
        return Ok(problem(StatusCode::FORBIDDEN, "This key may not read orders."));
    }
    let period = Period::read(&caller.shop, engine.now(), asked.from.as_deref(), asked.to.as_deref());
    Ok(match period {
        Ok(period) => {
            let counted = engine.figures(&caller.shop, period).await?;
            ([(header::CACHE_CONTROL, "private, no-store")], Json(counted)).into_response()
        }
        Err(bad) => problem(StatusCode::BAD_REQUEST, &format!("There is no such period: {bad}.")),
    })
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    Some(token.trim()).filter(|token| scheme.eq_ignore_ascii_case("bearer") && !token.is_empty())
}

fn problem(status: StatusCode, told: &str) -> Response {
    (status, Json(json!({ "error": told }))).into_response()
}
