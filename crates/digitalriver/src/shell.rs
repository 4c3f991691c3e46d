//! What every request passes through: it gets an id, which its answer tells in `x-dr-requestid` and the log knows; it
//! must be content with JSON, and with the one version that there is. What no route leads to ends here, too.

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};

use crate::call::{Server, token};
use crate::failure::Failure;
use crate::id;

/// The version in which everything is answered.
pub(crate) const VERSION: &str = "2021-12-13";
/// Versions that clients may ask for. Older ones are let in, since most clients can't tell the difference.
const KNOWN_VERSIONS: [&str; 5] = ["2020-09-30", "2020-12-17", "2021-02-23", "2021-03-23", VERSION];

const REQUEST_ID: HeaderName = HeaderName::from_static("x-dr-requestid");
const VERSION_HEADER: HeaderName = HeaderName::from_static("digitalriver-version");

/// The routes with all of that around them.
pub(crate) fn around(routes: Router<Server>, server: &Server) -> Router<Server> {
    routes
        .method_not_allowed_fallback(async |method: Method, uri: Uri| {
            Failure::method_not_allowed(format!("{method} is not allowed for '{}'.", uri.path()))
        })
        .route_layer(from_fn(observed))
        .fallback(nowhere)
        .with_state::<Server>(server.clone())
}

async fn observed(request: Request, next: Next) -> Response {
    let told = match acceptable(request.headers()) {
        Ok(()) => next.run(request).await,
        Err(failure) => failure.into_response(),
    };
    signed(told)
}

/// An answer with what every answer tells.
fn signed(mut answer: Response) -> Response {
    let id = id::of_request();
    tracing::debug!(id, status = answer.status().as_u16(), "answered");
    let headers = answer.headers_mut();
    if let Ok(id) = HeaderValue::try_from(id) {
        headers.insert(REQUEST_ID, id);
    }
    headers.insert(VERSION_HEADER, HeaderValue::from_static(VERSION));
    answer
}

fn acceptable(headers: &HeaderMap) -> Result<(), Failure> {
    let text = |name: &HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    if text(&header::ACCEPT).is_some_and(|accept| !takes_json(accept)) {
        return Err(Failure::not_acceptable());
    }
    match text(&VERSION_HEADER) {
        Some(version) if !version.is_empty() && !KNOWN_VERSIONS.contains(&version.trim()) => {
            Err(Failure::invalid(VERSION_HEADER.as_str(), version, "version"))
        }
        _ => Ok(()),
    }
}

/// Whether one of the types that a header lists is JSON, or may be.
fn takes_json(accept: &str) -> bool {
    let types = accept.split(',').map(|part| part.split(';').next().unwrap_or_default().trim());
    let mut types = types.filter(|kind| !kind.is_empty()).peekable();
    types.peek().is_none()
        || types.any(|kind| {
            let kind = kind.to_ascii_lowercase();
            matches!(kind.as_str(), "*/*" | "*" | "application/*" | "application/json")
                || kind.ends_with("+json")
        })
}

/// Other dialects are on the same host: only who shows a key of this one is answered in its form.
async fn nowhere(headers: HeaderMap, uri: Uri) -> Response {
    match is_ours(&headers) {
        true => signed(Failure::no_route(uri.path()).into_response()),
        false => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Whether somebody shows a key of this dialect.
fn is_ours(headers: &HeaderMap) -> bool {
    token(headers).is_some_and(|token| token.starts_with(crate::LIVE_TOKEN))
}

/// What the server itself has to say of a request, in this API's form, if a key of it is shown.
pub(crate) fn said(headers: &HeaderMap, status: StatusCode, told: &str) -> Option<Response> {
    is_ours(headers).then(|| signed(Failure::of_server(status, told).into_response()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_server_says_is_in_form_for_those_who_show_a_key() {
        let said = |key: &str| {
            let headers =
                HeaderMap::from_iter([(header::AUTHORIZATION, HeaderValue::try_from(key).unwrap())]);
            said(&headers, StatusCode::PAYLOAD_TOO_LARGE, "too large").map(|answer| answer.status())
        };
        assert_eq!(said("Bearer sk_test_x"), Some(StatusCode::PAYLOAD_TOO_LARGE));
        assert_eq!((said("Bearer cf_x"), said("Basic eDp5")), (None, None));
    }

    #[test]
    fn clients_that_take_json_are_served() {
        for accept in
            ["", "*/*", "text/html, application/json;q=0.9", "application/*", "application/problem+json"]
        {
            assert!(takes_json(accept), "{accept}");
        }
        for accept in ["text/html", "application/xml, text/plain"] {
            assert!(!takes_json(accept), "{accept}");
        }
    }
}
