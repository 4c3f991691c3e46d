//! The HTTP edge: who asks, in which version, for which route, and the headers around the answer.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use engine::Engine;
use serde_json::{Map, Value, json};

use super::fault::Fault;
use super::order_input::SHOP_CURRENCY;
use super::run::{self, Call, Told};
use super::{paging, route};
use crate::http;
use crate::run::{Request, Stopped};
use crate::version;

/// What clients are told of a limit that isn't enforced: calls made, and calls that may be made at once.
const CALLS: &str = "1/40";

/// `/admin/api/{version}/{path}`, whatever the method.
pub(crate) async fn rest(
    State(engine): State<Engine>,
    Path((asked, path)): Path<(String, String)>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let caller = match http::caller(&engine, &headers).await {
        Ok(caller) => caller,
        Err(response) => return response,
    };
    let version = version::served(&asked);
    let mut response = match route::find(&method, &path) {
        None => responded(Fault::not_found().into()),
        Some((route, numbers)) => {
            let key = match http::key(&headers) {
                Ok(key) => key,
                Err(response) => return *response,
            };
            let said = said(&method, &uri, &body);
            let request = Request {
                engine: &engine,
                shop: &caller.shop,
                actor: &caller.actor,
                version,
                key,
                body: &said,
            };
            match given(&uri, &body, numbers, caller.shop.currency.code()) {
                Err(fault) => responded(fault.into()),
                Ok(given) => {
                    let call = Call { request, route, given, address: address(&headers, &uri) };
                    answered(&call, &headers).await
                }
            }
        }
    };
    let all = response.headers_mut();
    all.insert("x-shopify-api-version", HeaderValue::from_static(version));
    all.insert("x-shopify-shop-api-call-limit", HeaderValue::from_static(CALLS));
    response
}

async fn answered(call: &Call<'_>, headers: &HeaderMap) -> Response {
    match run::answer(call).await {
        Ok(mut told) => {
            narrow(&mut told.body, call.given.get("fields").and_then(Value::as_str));
            responded(told)
        }
        Err(Stopped::KeyReused) => {
            let text = "The same idempotency key cannot be used with different operation parameters.";
            responded(Fault::new(StatusCode::UNPROCESSABLE_ENTITY, text).into())
        }
        Err(Stopped::Engine(error)) => http::failed(&error, &http::request_id(headers)),
    }
}

fn responded(told: Told) -> Response {
    let mut response = (run::status(&told), Json(told.body)).into_response();
    let all = response.headers_mut();
    all.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    if let Some(link) = told.link.and_then(|link| HeaderValue::from_str(&link).ok()) {
        all.insert(header::LINK, link);
    }
    if told.replayed {
        all.insert("idempotency-replayed", HeaderValue::from_static("true"));
    }
    response
}

/// Everything that was sent, by name: the query, the body over it, and the path's numbers over both.
fn given(uri: &Uri, body: &Bytes, numbers: Map<String, Value>, currency: &str) -> Result<Value, Fault> {
    let bad = |text: String| Fault::new(StatusCode::BAD_REQUEST, json!({ "base": text }));
    if http::has_null(body) || uri.query().is_some_and(|query| query.contains("%00")) {
        return Err(bad("Null characters can't be kept.".to_owned()));
    }
    // Clients write brackets as they are or escaped.
    let config = serde_qs::Config::new().use_form_encoding(true);
    let query = uri.query().unwrap_or_default();
    let mut all: Map<String, Value> =
        config.deserialize_str(query).map_err(|error| bad(format!("The query can't be read: {error}")))?;
    if !body.is_empty() {
        let body: Value =
            serde_json::from_slice(body).map_err(|error| bad(format!("The body isn't JSON: {error}")))?;
        let Value::Object(body) = body else { return Err(bad("The body isn't a JSON object.".to_owned())) };
        all.extend(body);
    }
    let mut all = paging::opened(all)?;
    all.extend(numbers);
    all.insert(SHOP_CURRENCY.to_owned(), currency.into());
    Ok(Value::Object(all))
}

/// What a key for repeating a request must come with again.
fn said(method: &Method, uri: &Uri, body: &Bytes) -> Vec<u8> {
    let mut said = format!("{method} {uri}\n").into_bytes();
    said.extend_from_slice(body);
    said
}

/// The address that the client used, without its query: behind a proxy, the one that the proxy was asked for.
fn address(headers: &HeaderMap, uri: &Uri) -> String {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let host = text("x-forwarded-host").or_else(|| text("host")).unwrap_or_default();
    let scheme = text("x-forwarded-proto").filter(|scheme| *scheme == "https").unwrap_or("http");
    format!("{scheme}://{host}{}", uri.path())
}

/// Leaves only the members that were asked for: of the thing that is shown, or of each of the list.
fn narrow(body: &mut Value, fields: Option<&str>) {
    let Some(fields) = fields.filter(|fields| !fields.is_empty()) else { return };
    let names: Vec<String> = fields.split(',').map(|name| name.trim().to_owned()).collect();
    for shown in body.as_object_mut().into_iter().flat_map(Map::values_mut) {
        *shown = crate::webhook::select::included(&names, shown);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn query_body_and_path_are_one() {
        let uri: Uri = "/x.json?fulfillment_order_ids%5B%5D=1&fulfillment_order_ids[]=2&fulfillment_hold[reason]=other&id=9&a=b+c"
            .parse()
            .unwrap();
        let body = Bytes::from_static(br#"{"a": 1, "n": [1]}"#);
        let numbers = Map::from_iter([("id".to_owned(), json!(5))]);
        let given = given(&uri, &body, numbers, "EUR").unwrap();
        let expected = json!({
            "fulfillment_order_ids": ["1", "2"], "fulfillment_hold": {"reason": "other"}, "id": 5, "a": 1,
            "n": [1], "shop_currency": "EUR",
        });
        assert_eq!(given, expected);
    }

    #[test]
    fn only_what_is_asked_for_is_shown() {
        let mut body = json!({"orders": [{"id": 1, "name": "a"}]});
        narrow(&mut body, Some("id, nothing"));
        assert_eq!(body, json!({"orders": [{"id": 1}]}));
    }
}
