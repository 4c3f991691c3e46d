//! The HTTP edge: who asks, in which version, and the envelope around what a document answered.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::id::AppId;
use engine::keys::Caller;
use engine::{Engine, Error};
use graphql::{Bound, GraphqlError};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::run::{self, Request, Stopped};
use crate::throttle::{Standing, Throttle, throttled};
use crate::version;

/// The most points that one query may cost.
const COST_MAX: u32 = 1_000;
/// How long a key may be, in bytes.
const KEY_LENGTH: usize = 255;

#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    query: Option<String>,
    #[serde(default)]
    variables: Option<Value>,
    #[serde(default, rename = "operationName")]
    operation_name: Option<String>,
}

/// Whose token that is.
pub(crate) async fn caller(engine: &Engine, headers: &HeaderMap) -> Result<Arc<Caller>, Response> {
    let token = headers.get("x-shopify-access-token").and_then(|token| token.to_str().ok());
    let found = match token {
        Some(token) => engine.caller(crate::NAME, token).await.map_err(|error| failed(&error, "unknown"))?,
        None => None,
    };
    found.ok_or_else(|| {
        let text = "[API] Invalid API key or access token (unrecognized login or wrong password)";
        (StatusCode::UNAUTHORIZED, axum::Json(json!({ "errors": text }))).into_response()
    })
}

/// `POST /admin/api/{version}/graphql.json`
pub(crate) async fn graphql(
    State(engine): State<Engine>,
    Extension(throttle): Extension<Arc<Throttle>>,
    Path(asked): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let caller = match caller(&engine, &headers).await {
        Ok(caller) => caller,
        Err(response) => return response,
    };
    let version = version::served(&asked);
    let mut response = answer(&engine, &throttle, &caller, version, &headers, &body).await;
    response.headers_mut().insert("x-shopify-api-version", HeaderValue::from_static(version));
    response
}

async fn answer(
    engine: &Engine,
    throttle: &Throttle,
    caller: &Caller,
    version: &'static str,
    headers: &HeaderMap,
    bytes: &Bytes,
) -> Response {
    let Some(body) = read(headers, bytes) else {
        let text = json!({"errors": {"query": "Required parameter missing or invalid"}});
        return (StatusCode::BAD_REQUEST, axum::Json(text)).into_response();
    };
    if has_null(bytes) {
        let mut response = errors(&[GraphqlError::new("Null characters can't be kept.").code("BAD_REQUEST")]);
        *response.status_mut() = StatusCode::BAD_REQUEST;
        return response;
    }
    let Some(schema) = version::schema(version) else {
        return failed(&Error::Bug(format!("the schema of {version} can't be read")), &request_id(headers));
    };
    let variables = match body.variables {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(variables)) => variables,
        Some(_) => return errors(&[GraphqlError::new("Variables must be a JSON object.")]),
    };
    let prepared = match schema.prepare(body.query.as_deref().unwrap_or_default()) {
        Ok(prepared) => prepared,
        Err(found) => return errors(&found),
    };
    let bound = match prepared.bind(body.operation_name.as_deref(), &variables) {
        Ok(bound) => bound,
        Err(found) => return errors(&found),
    };
    let requested = bound.requested_cost();
    if requested > COST_MAX {
        return errors(&[too_dear(requested)]);
    }
    let key = match key(headers) {
        Ok(key) => key,
        Err(response) => return *response,
    };
    let app = caller.actor.app().unwrap_or(AppId(0));
    if let Err(standing) = throttle.take(&caller.shop, app, engine.now(), requested) {
        let response = run::Response { errors: vec![json!(throttled())], ..run::Response::default() };
        let cost = Cost { requested, actual: None, standing, fields: fields(headers, &bound) };
        return envelope(&response, &cost);
    }
    let request = Request { engine, shop: &caller.shop, actor: &caller.actor, version, key, body: bytes };
    let ran = run::run(&request, &bound).await;
    // What could not be done costs nothing.
    let actual = ran.as_ref().map_or(0, |response| response.actual_cost);
    let standing = throttle.settle(&caller.shop, app, engine.now(), requested.saturating_sub(actual));
    match ran {
        Ok(response) => {
            let cost = Cost { requested, actual: Some(actual), standing, fields: fields(headers, &bound) };
            envelope(&response, &cost)
        }
        Err(Stopped::KeyReused) => {
            let error =
                GraphqlError::new(crate::mutation::KEY_REUSED).code("IDEMPOTENCY_KEY_PARAMETER_MISMATCH");
            let mut response = errors(&[error]);
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            response
        }
        Err(Stopped::Engine(error)) => failed(&error, &request_id(headers)),
    }
}

/// The document as JSON, or as it is if the content type says so.
fn read(headers: &HeaderMap, bytes: &Bytes) -> Option<Body> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.starts_with("application/graphql") && !kind.contains("json") {
        let query = String::from_utf8(bytes.to_vec()).ok()?;
        return Some(Body { query: Some(query), variables: None, operation_name: None });
    }
    // One document a request: a list would be read as the members in their order.
    let object = bytes.trim_ascii_start().starts_with(b"{");
    serde_json::from_slice(bytes).ok().filter(|body: &Body| object && body.query.is_some())
}

/// Whether a body has a null character in it, be it escaped: one of the databases can't keep any.
pub(crate) fn has_null(body: &[u8]) -> bool {
    body.contains(&0) || body.windows(6).any(|six| six == b"\\u0000")
}

/// The key for repeating a request.
pub(crate) fn key(headers: &HeaderMap) -> Result<Option<&str>, Box<Response>> {
    let Some(key) = headers.get("idempotency-key") else { return Ok(None) };
    match key.to_str() {
        Ok(key) if !key.is_empty() && key.len() <= KEY_LENGTH => Ok(Some(key)),
        _ => {
            let text = format!("Idempotency-Key must be 1 to {KEY_LENGTH} visible characters.");
            let mut response = errors(&[GraphqlError::new(text).code("BAD_REQUEST")]);
            *response.status_mut() = StatusCode::BAD_REQUEST;
            Err(Box::new(response))
        }
    }
}

fn too_dear(cost: u32) -> GraphqlError {
    let documentation = "https://shopify.dev/api/usage/rate-limits";
    let text = format!(
        "Query cost is {cost}, which exceeds the single query max cost limit ({COST_MAX}).\n\nSee {documentation} for more information on how the cost of a query is calculated.",
    );
    GraphqlError::new(text)
        .code("MAX_COST_EXCEEDED")
        .extension("cost", cost)
        .extension("maxCost", COST_MAX)
        .extension("documentation", documentation)
}

/// What a document cost, as clients are told.
struct Cost {
    /// Points that it could have cost.
    requested: u32,
    /// Points that it did cost; `None` if it was not run.
    actual: Option<u32>,
    standing: Standing,
    /// What each field could have cost, if the client wants to know.
    fields: Option<Value>,
}

impl Cost {
    fn json(&self) -> Value {
        let Standing { maximum, available, rate } = self.standing;
        let mut cost = json!({
            "requestedQueryCost": self.requested,
            "actualQueryCost": self.actual,
            "throttleStatus": {"maximumAvailable": maximum, "currentlyAvailable": available, "restoreRate": rate},
        });
        if let (Some(fields), Some(members)) = (&self.fields, cost.as_object_mut()) {
            members.insert("fields".to_owned(), fields.clone());
        }
        cost
    }
}

/// What every field could cost, for clients that ask with `Shopify-GraphQL-Cost-Debug: 1`.
fn fields(headers: &HeaderMap, bound: &Bound) -> Option<Value> {
    headers.get("shopify-graphql-cost-debug").filter(|value| value.as_bytes() == b"1")?;
    let told = bound.requested_costs().into_iter().map(|field| {
        json!({
            "path": field.path,
            "definedCost": field.defined,
            "requestedTotalCost": field.total,
            "requestedChildrenCost": field.below,
        })
    });
    Some(told.collect())
}

/// What a document answered, with what it cost. One that had to wait was not run, and has no data.
fn envelope(response: &run::Response, cost: &Cost) -> Response {
    let mut text = String::with_capacity(response.data.len() + 256);
    text.push('{');
    if !response.errors.is_empty() {
        let errors = serde_json::to_string(&response.errors).unwrap_or_else(|_| "[]".to_owned());
        let _ = write!(text, "\"errors\":{errors},");
    }
    match (response.nulled, cost.actual) {
        (_, None) => {}
        (true, _) => text.push_str("\"data\":null,"),
        (false, _) => {
            let _ = write!(text, "\"data\":{{{}}},", response.data);
        }
    }
    let search = match response.notes.is_empty() {
        true => String::new(),
        false => format!(",\"search\":{}", serde_json::Value::from(response.notes.clone())),
    };
    let _ = write!(text, "\"extensions\":{{\"cost\":{}{search}}}}}", cost.json());
    let mut answer = json_text(StatusCode::OK, text);
    if response.replayed {
        answer.headers_mut().insert("idempotency-replayed", HeaderValue::from_static("true"));
    }
    answer
}

fn json_text(status: StatusCode, text: String) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json; charset=utf-8")], text).into_response()
}

/// Errors of the document itself: no data, and status 200 as the original has it.
fn errors(errors: &[GraphqlError]) -> Response {
    let list = serde_json::to_string(errors).unwrap_or_else(|_| "[]".to_owned());
    json_text(StatusCode::OK, format!("{{\"errors\":{list}}}"))
}

/// By what the log knows a request.
pub(crate) fn request_id(headers: &HeaderMap) -> String {
    headers.get("x-request-id").and_then(|id| id.to_str().ok()).unwrap_or("unknown").to_owned()
}

/// What could neither be done nor refused. Logged once, here.
pub(crate) fn failed(error: &Error, request_id: &str) -> Response {
    tracing::error!(%error, request_id, "a request failed");
    let (status, text, code) = match error {
        Error::Unavailable(_) | Error::Contended => (
            StatusCode::SERVICE_UNAVAILABLE,
            "The server can't answer right now. Try again in a second.".to_owned(),
            "SERVICE_UNAVAILABLE",
        ),
        Error::Bug(_) => (
            StatusCode::INTERNAL_SERVER_ERROR,
            format!(
                "Internal error. Looks like something went wrong on our end.\nRequest ID: {request_id} (include this in support requests)."
            ),
            "INTERNAL_SERVER_ERROR",
        ),
    };
    let error = GraphqlError::new(text).code(code).extension("requestId", request_id);
    let mut response = errors(&[error]);
    *response.status_mut() = status;
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    response
}
