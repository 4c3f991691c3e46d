//! What every request passes through, outermost first: [`observe`] (id, metrics, log), [`survive`] (panics, time),
//! [`limit`] (body size), then the dialects' routes.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt};
use serde_json::json;
use tower_http::limit::RequestBodyLimitLayer;
use tracing::Instrument;

use super::metrics::{self, InFlight};
use crate::config::Http;
use crate::dialects;

/// How long the check behind `/readyz` may take.
const READY_WITHIN: Duration = Duration::from_secs(2);

/// How long, and how far, a body that is too large is let run out.
const RUNS_OUT_WITHIN: Duration = Duration::from_secs(5);
const RUNS_OUT_BYTES: usize = 64 << 20;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What a request may cost at most.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of the body.
    pub body: usize,
    /// Time until the answer begins.
    pub time: Duration,
}

impl From<&Http> for Limits {
    fn from(settings: &Http) -> Self {
        Self {
            body: usize::try_from(settings.max_body_bytes).unwrap_or(usize::MAX),
            time: Duration::from_millis(settings.request_timeout_ms),
        }
    }
}

/// Says whether this node can do its work now, and if not, why.
pub type Ready = Arc<dyn Fn() -> BoxFuture<'static, Result<(), String>> + Send + Sync>;

/// The dialects' routes with everything around them.
pub fn shell(routes: Router, limits: Limits, ready: Ready) -> Router {
    metrics::recorder();
    let limit_size = move |request: Request, next: Next| limit(limits.body, request, next);
    let limit_time = move |request: Request, next: Next| survive(limits.time, request, next);
    routes
        .route("/healthz", get(|| async { Json(json!({ "status": "ok" })) }))
        .route("/readyz", get(move || readyz(ready.clone())))
        .route("/metrics", get(render_metrics))
        // The layer below counts; axum's own limit would stop uploads at 2 MiB whatever the setting says.
        .layer(DefaultBodyLimit::disable())
        .layer(RequestBodyLimitLayer::new(limits.body))
        .layer(from_fn(limit_size))
        .layer(from_fn(limit_time))
        .layer(from_fn(observe))
}

/// The id of a request: the client's own if it sent one that is fit to be logged, else a new one.
#[derive(Clone)]
struct RequestId(HeaderValue);

impl RequestId {
    fn of(request: &Request) -> Self {
        let fit = |id: &&HeaderValue| {
            (1..=64).contains(&id.len())
                && id.as_bytes().iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
        };
        let new = || HeaderValue::from_str(&format!("{:016x}", rand::random::<u64>()));
        match request.headers().get(REQUEST_ID).filter(fit).cloned().map_or_else(new, Ok) {
            Ok(id) => Self(id),
            Err(_) => Self(HeaderValue::from_static("-")),
        }
    }

    fn text(&self) -> &str {
        self.0.to_str().unwrap_or("-")
    }
}

/// What an answer that no route makes has to know of its request.
struct Asked {
    id: Option<RequestId>,
    /// Its headers, as far as they tell which API it speaks.
    headers: HeaderMap,
}

impl Asked {
    fn of(request: &Request) -> Self {
        let id = request.extensions().get::<RequestId>().cloned();
        let key = request.headers().get(header::AUTHORIZATION).cloned();
        Self { id, headers: key.into_iter().map(|key| (header::AUTHORIZATION, key)).collect() }
    }
}

/// Gives the request an id and a span, counts it, logs it at debug. Path only: queries may hold secrets.
async fn observe(mut request: Request, next: Next) -> Response {
    let began = Instant::now();
    let _in_flight = InFlight::begin();
    let id = RequestId::of(&request);
    let route = request.extensions().get::<MatchedPath>().cloned();
    let route = route.as_ref().map_or("other", MatchedPath::as_str);
    let method = request.method().clone();
    // An address that lets its bearer in is a secret.
    let path = if route.contains("{token}") { route } else { request.uri().path() }.to_owned();
    let span = tracing::info_span!("request", id = id.text(), %method, route);
    request.extensions_mut().insert(id.clone());

    let mut response = next.run(request).instrument(span.clone()).await;
    response.headers_mut().insert(REQUEST_ID, id.0);
    let (status, took) = (response.status().as_u16(), began.elapsed());
    metrics::answered(route, status, took);
    span.in_scope(|| tracing::debug!(path, status, ms = took.as_secs_f64() * 1e3, "answered"));
    response
}

/// Answers in time even if the handler does not, and if it panics.
async fn survive(time: Duration, request: Request, next: Next) -> Response {
    let asked = Asked::of(&request);
    // A handler owns what it works on; what it shares is behind locks that outlive a panic.
    let handled = AssertUnwindSafe(next.run(request)).catch_unwind();
    match tokio::time::timeout(time, handled).await {
        Ok(Ok(response)) => response,
        Ok(Err(_panic)) => problem(
            StatusCode::INTERNAL_SERVER_ERROR,
            "This is a bug in the server; its log has the details.",
            &asked,
        ),
        Err(_late) => {
            tracing::warn!(limit_ms = time.as_millis(), "request took too long");
            let told =
                "The request took too long. It may take effect all the same: read before repeating it.";
            problem(StatusCode::GATEWAY_TIMEOUT, told, &asked)
        }
    }
}

/// Says in words that a body is too large. Whoever found out, the layer or an extractor, left a bare 413. A body
/// that says so itself is let run out first, within bounds: a client that is still sending when the connection
/// closes sees a broken connection instead of the answer.
async fn limit(body: usize, request: Request, next: Next) -> Response {
    let asked = Asked::of(&request);
    let length = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    let response = match length.and_then(|length| length.parse::<u64>().ok()) {
        Some(length) if length > body as u64 => {
            let _late = tokio::time::timeout(RUNS_OUT_WITHIN, run_out(request.into_body())).await;
            StatusCode::PAYLOAD_TOO_LARGE.into_response()
        }
        _ => next.run(request).await,
    };
    let content_type = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let is_plain = content_type.is_none_or(|kind| kind.starts_with("text/plain"));
    if response.status() != StatusCode::PAYLOAD_TOO_LARGE || !is_plain {
        return response;
    }
    let told = format!("The request's body is larger than {body} bytes (the setting http.max_body_bytes).");
    problem(StatusCode::PAYLOAD_TOO_LARGE, &told, &asked)
}

/// Reads and forgets a body, or the first of a very large one.
async fn run_out(body: Body) {
    let mut parts = body.into_data_stream();
    let mut read = 0;
    while let Some(Ok(part)) = parts.next().await {
        read += part.len();
        if read > RUNS_OUT_BYTES {
            return;
        }
    }
}

/// Says in words what is the matter: in an API's own form if it is told by the key which one is spoken.
fn problem(status: StatusCode, error: &str, asked: &Asked) -> Response {
    let plain = || {
        let id = asked.id.as_ref().map(RequestId::text);
        (status, Json(json!({ "error": error, "request_id": id }))).into_response()
    };
    dialects::said(&asked.headers, status, error).unwrap_or_else(plain)
}

async fn readyz(ready: Ready) -> Response {
    let why = match tokio::time::timeout(READY_WITHIN, ready()).await {
        Ok(Ok(())) => return Json(json!({ "status": "ok" })).into_response(),
        Ok(Err(why)) => why,
        Err(_late) => format!("no answer within {} s", READY_WITHIN.as_secs()),
    };
    tracing::warn!(why, "not ready");
    (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "status": "unavailable", "why": why }))).into_response()
}

async fn render_metrics() -> Response {
    match metrics::recorder() {
        Some(recorder) => {
            ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], recorder.render()).into_response()
        }
        None => {
            let told = "Another recorder takes the metrics of this process.";
            (StatusCode::NOT_FOUND, Json(json!({ "error": told }))).into_response()
        }
    }
}
