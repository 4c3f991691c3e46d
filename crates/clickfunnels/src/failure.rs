//! What could not be done, in this API's form: a status and `{"error": "…"}`.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use engine::Error;
use serde_json::json;

/// Why a request was not carried out.
#[derive(Debug)]
pub(crate) enum Failure {
    /// 400: the request itself makes no sense.
    BadRequest(String),
    /// 401: nobody's key.
    Unauthorized,
    /// 403: the key doesn't allow it.
    Forbidden(String),
    /// 404: no such thing, or not for that key; by its id, if it was named by a number.
    NotFound(Option<i64>),
    /// That status with that text and nothing before it, where the original does without.
    Said(StatusCode, String),
    /// 409: the thing is in no state for it.
    Conflict(String),
    /// 422: it was understood, and can't be done.
    Unprocessable(String),
    /// 5xx: it could neither be done nor refused.
    Broken(Error),
}

impl Failure {
    /// A parameter that must be there and isn't.
    pub(crate) fn missing(name: &str) -> Self {
        Failure::BadRequest(format!("param is missing or the value is empty: {name}"))
    }

    /// It is there, and hidden or not what is asked for.
    pub(crate) fn hidden() -> Self {
        Failure::Said(StatusCode::NOT_FOUND, "Not found".to_owned())
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::Broken(error)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let (status, text) = match self {
            Failure::BadRequest(text) => (StatusCode::BAD_REQUEST, format!("Bad request: {text}")),
            Failure::Unauthorized => (StatusCode::UNAUTHORIZED, "API key missing or invalid".to_owned()),
            Failure::Forbidden(text) => (StatusCode::FORBIDDEN, format!("Forbidden: {text}")),
            Failure::NotFound(Some(id)) => (StatusCode::NOT_FOUND, format!("Not found: Record {id} missing")),
            Failure::NotFound(None) => (StatusCode::NOT_FOUND, "Not found: Record missing".to_owned()),
            Failure::Said(status, text) => (status, text),
            Failure::Conflict(text) => (StatusCode::CONFLICT, format!("Conflict: {text}")),
            Failure::Unprocessable(text) => {
                (StatusCode::UNPROCESSABLE_ENTITY, format!("Request unprocessable: {text}"))
            }
            Failure::Broken(error) => {
                tracing::error!(%error, "a request failed");
                match error {
                    Error::Unavailable(_) | Error::Contended => (
                        StatusCode::SERVICE_UNAVAILABLE,
                        "The server can't answer right now. Try again in a second.".to_owned(),
                    ),
                    Error::Bug(_) => {
                        (StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong on our end.".to_owned())
                    }
                }
            }
        };
        let mut response = (status, axum::Json(json!({ "error": text }))).into_response();
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, axum::http::HeaderValue::from_static("1"));
        }
        response
    }
}
