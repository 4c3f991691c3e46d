//! Requests that are sent again: programs may put a key of their own into the header `Idempotency-Key`, and whatever has
//! the same key has its effect once. The original has nothing like it.
//!
//! An answer is kept in the transaction of its effect, refused or not, and is given again to the byte, with
//! `Idempotency-Replayed: true`. What was found fault with before anything was tried has had no effect and isn't kept.

use std::pin::Pin;

use axum::Json;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use engine::{Answered, Error};
use serde_json::{Value, json};

use crate::failure::Failure;

const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// An answer in the making.
pub(crate) type Rendering<'a> = Pin<Box<dyn Future<Output = Result<String, Error>> + Send + 'a>>;

/// An answer as it is kept.
pub(crate) fn kept((status, body): (StatusCode, Value)) -> String {
    json!({ "status": status.as_u16(), "body": body }).to_string()
}

/// An answer that is kept, now or since an earlier request.
pub(crate) fn answer(answered: Answered) -> Result<Response, Failure> {
    let (text, replayed) = match answered {
        Answered::Fresh(text) => (text, false),
        Answered::Replayed(text) => (text, true),
        Answered::KeyReused => {
            let told = "The key was used for another request before.";
            return Err(Failure::bad("invalid_parameter", "idempotency-key", told));
        }
    };
    let unreadable = || Error::Bug("an answer that was kept can't be read".to_owned());
    let mut told: Value = serde_json::from_str(&text).map_err(|_| unreadable())?;
    let status = told["status"].as_u64().and_then(|status| u16::try_from(status).ok());
    let status = status.and_then(|status| StatusCode::from_u16(status).ok()).ok_or_else(unreadable)?;
    let mut response = (status, Json(told["body"].take())).into_response();
    if replayed {
        response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    }
    Ok(response)
}
