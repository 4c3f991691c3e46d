//! What could not be done, in this API's form: a status and `{"type": …, "errors": [{"code", "parameter", "message"}]}`.
//!
//! There is always exactly one error, as clients have come to rely on; of several faults the first one found. The type
//! follows from the status. Clients read the code, and some look for ids in the message.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use engine::Error;
use serde_json::{Map, Value, json};

/// Why a request was not carried out.
#[derive(Debug)]
pub(crate) struct Failure {
    status: StatusCode,
    code: Option<&'static str>,
    parameter: Option<String>,
    message: String,
    /// How many seconds to wait before the next try.
    retry_after: Option<u32>,
    /// What can be done to the address instead, by method.
    allowed: Option<&'static str>,
}

impl Failure {
    fn new(status: StatusCode, code: Option<&'static str>, message: impl Into<String>) -> Self {
        Self { status, code, parameter: None, message: message.into(), retry_after: None, allowed: None }
    }

    /// 400: the request itself makes no sense.
    pub(crate) fn bad(code: &'static str, parameter: impl Into<String>, message: impl Into<String>) -> Self {
        Self { parameter: Some(parameter.into()), ..Self::new(StatusCode::BAD_REQUEST, Some(code), message) }
    }

    /// 400: a body that is no object of JSON.
    pub(crate) fn not_json() -> Self {
        let told = "The body must be a JSON object.";
        Self::new(StatusCode::BAD_REQUEST, Some("invalid_format"), told)
    }

    /// 400: a null character, which can't be kept.
    pub(crate) fn null_character() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            Some("invalid_format"),
            "A value must not contain null characters.",
        )
    }

    /// 400: a parameter that must be there and isn't.
    pub(crate) fn missing(parameter: impl Into<String>) -> Self {
        Self::bad("missing_parameter", parameter, "A parameter is missing.")
    }

    /// 400: a parameter that there isn't, or that may not be sent here. The original names it alone, wherever it stands.
    pub(crate) fn unknown_parameter(parameter: &str) -> Self {
        Self::bad("unknown_parameter", parameter, format!("'{parameter}' is an unknown parameter."))
    }

    /// 400: a parameter with a value that makes no sense; `what` it isn't ("currency").
    pub(crate) fn invalid(parameter: impl Into<String>, value: &str, what: &str) -> Self {
        Self::bad("invalid_parameter", parameter, format!("'{value}' is not a valid {what}."))
    }

    /// 401: nobody's key.
    pub(crate) fn unauthorized() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, None, "An authorization error has occurred.")
    }

    /// 403: the key doesn't allow it.
    pub(crate) fn forbidden(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, Some("forbidden"), message)
    }

    /// 404: no such thing, or not for that key; `what` it was looked for as ("Order"), and the parameter that named it.
    pub(crate) fn not_found(what: &str, name: &str, parameter: &str) -> Self {
        let told = format!("{what} '{name}' not found.");
        let failure = Self::new(StatusCode::NOT_FOUND, Some("not_found"), told);
        Self { parameter: Some(parameter.to_owned()), ..failure }
    }

    /// 404: what is asked of a thing isn't there.
    pub(crate) fn not_there(code: &'static str, parameter: &str, message: &str) -> Self {
        let failure = Self::new(StatusCode::NOT_FOUND, Some(code), message);
        Self { parameter: Some(parameter.to_owned()), ..failure }
    }

    /// Whether something isn't there.
    pub(crate) fn is_not_found(&self) -> bool {
        self.status == StatusCode::NOT_FOUND
    }

    /// 404: no such address.
    pub(crate) fn no_route(path: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, Some("not_found"), format!("Resource '{path}' not found."))
    }

    /// 405: nothing can be done so to that address; whoever routes knows what can.
    pub(crate) fn method_not_allowed(message: impl Into<String>) -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, Some("method_not_allowed"), message)
    }

    /// 405: the original does that, and this server doesn't. `allowed` are the methods of that address that there are,
    /// with commas between; empty if there are none.
    pub(crate) fn not_done_here(message: impl Into<String>, allowed: &'static str) -> Self {
        Self { allowed: Some(allowed), ..Self::method_not_allowed(message) }
    }

    /// 406: answers are JSON, and that is not what is wanted.
    pub(crate) fn not_acceptable() -> Self {
        Self::new(StatusCode::NOT_ACCEPTABLE, None, "Answers are of the type application/json.")
    }

    /// 409: the thing is in no state for it.
    pub(crate) fn conflict(
        code: &'static str,
        parameter: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self { parameter: Some(parameter.into()), ..Self::new(StatusCode::CONFLICT, Some(code), message) }
    }

    /// The same with another parameter to blame.
    pub(crate) fn of(self, parameter: &str) -> Self {
        Self { parameter: Some(parameter.to_owned()), ..self }
    }

    /// The same without a parameter: none of those that were sent is to blame.
    pub(crate) fn of_no_parameter(self) -> Self {
        Self { parameter: None, ..self }
    }

    /// What the server itself has to say of a request, apart from what is asked.
    pub(crate) fn of_server(status: StatusCode, message: impl Into<String>) -> Self {
        Self::new(status, None, message)
    }

    /// 429: too many requests; how many seconds to wait.
    pub(crate) fn too_many_requests(seconds: u32) -> Self {
        let told = "Too many requests; wait as long as Retry-After says.";
        let failure = Self::new(StatusCode::TOO_MANY_REQUESTS, Some("limit_exceeded"), told);
        Self { retry_after: Some(seconds), ..failure }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        tracing::error!(%error, "a request failed");
        match error {
            Error::Unavailable(_) | Error::Contended => {
                let told = "The server can't answer right now. Try again in a second.";
                let failure = Self::new(StatusCode::SERVICE_UNAVAILABLE, None, told);
                Self { retry_after: Some(1), ..failure }
            }
            Error::Bug(_) => {
                let told = "Something went wrong on our end.";
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, Some("unknown_error"), told)
            }
        }
    }
}

/// The type of an error, as the published list has it.
fn type_of(status: StatusCode) -> &'static str {
    match status {
        StatusCode::UNAUTHORIZED => "unauthorized",
        StatusCode::FORBIDDEN => "forbidden",
        StatusCode::NOT_FOUND => "not_found",
        StatusCode::METHOD_NOT_ALLOWED => "method_not_allowed",
        StatusCode::NOT_ACCEPTABLE => "not_acceptable",
        StatusCode::CONFLICT => "conflict",
        StatusCode::TOO_MANY_REQUESTS => "too_many_requests",
        StatusCode::SERVICE_UNAVAILABLE => "service_unavailable",
        StatusCode::INTERNAL_SERVER_ERROR => "internal_server_error",
        StatusCode::GATEWAY_TIMEOUT => "gateway_timeout",
        _ => "bad_request",
    }
}

impl Failure {
    /// The status and the body by which it is told.
    pub(crate) fn told(&self) -> (StatusCode, Value) {
        let mut error = Map::new();
        error.extend(self.code.map(|code| ("code".to_owned(), Value::from(code))));
        let parameter = self.parameter.as_deref();
        error.extend(parameter.map(|parameter| ("parameter".to_owned(), Value::from(parameter))));
        error.insert("message".to_owned(), self.message.as_str().into());
        (self.status, json!({ "type": type_of(self.status), "errors": [error] }))
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let (status, told) = self.told();
        let mut response = (status, axum::Json(told)).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(allowed) = self.allowed {
            response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allowed));
        }
        response
    }
}
