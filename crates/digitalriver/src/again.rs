//! Requests that are sent again: programs may put a key of their own into the header `Idempotency-Key`, and whatever has
//! the same key has its effect once. The original has nothing like it.
//!
//! An answer is kept in the transaction of its effect, refused or not, and is given again to the byte, with
//! `Idempotency-Replayed: true`. What was found fault with before anything was tried has had no effect and isn't kept.

use std::pin::Pin;

use axum::Json;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::command::Command;
use engine::{Answered, Error, Once, Render, Verdict};
use serde_json::{Value, json};

use crate::call::Call;
use crate::failure::Failure;

const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// What a request was answered before that has the same key.
pub(crate) async fn answered(call: &Call, once: Option<&Once>) -> Result<Option<Response>, Failure> {
    let Some(once) = once else { return Ok(None) };
    call.engine.answered(call.shop(), once).await?.map(answer).transpose()
}

/// Makes something by a command, once if the request has a key; `made` shows what was made, or says why nothing was.
pub(crate) async fn make<F>(
    call: &Call,
    command: &Command,
    once: Option<&Once>,
    made: F,
) -> Result<Response, Failure>
where
    F: Fn(&Verdict) -> Result<Value, Failure> + Send + Sync,
{
    match once {
        Some(once) => answer(call.execute_once(command, once, &Teller(made)).await?),
        None => Ok((StatusCode::CREATED, Json(made(&call.verdict(command).await?)?)).into_response()),
    }
}

/// Tells what became of a command, in a form that can be kept.
struct Teller<F>(F);

impl<F> Render for Teller<F>
where
    F: Fn(&Verdict) -> Result<Value, Failure> + Send + Sync,
{
    fn render<'a>(&'a self, verdict: &'a Verdict) -> Rendering<'a> {
        let told = match (self.0)(verdict) {
            Ok(made) => (StatusCode::CREATED, made),
            Err(failure) => failure.told(),
        };
        Box::pin(async move { Ok(kept(told)) })
    }
}

/// An answer in the making.
type Rendering<'a> = Pin<Box<dyn Future<Output = Result<String, Error>> + Send + 'a>>;

/// An answer as it is kept.
fn kept((status, body): (StatusCode, Value)) -> String {
    json!({ "status": status.as_u16(), "body": body }).to_string()
}

/// An answer that is kept, now or since an earlier request.
fn answer(answered: Answered) -> Result<Response, Failure> {
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
