//! The mailbox: pages of `consign dev` with the mails that were written to buyers, whether they were sent or not.
//!
//! A mail is shown as its text, and as HTML in a frame that may do nothing: no script, no form, no address of this
//! server's, nothing from elsewhere. The pages themselves are served under a policy as strict as the explorer's, and
//! need no script. They show what buyers are told, so they are there in development only.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use engine::mail::{CHANNEL, Envelope, Letter};
use minijinja::Environment;
use minijinja::value::Serde;
use serde_json::{Value, json};
use store::{Delivery, Store};

use crate::failure::Failure;
use crate::first_shop;
use crate::wording::moment;

/// What the pages may load.
const POLICY: &str = "default-src 'none'; style-src 'self'; frame-src 'self'; img-src data:; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'";
/// What a mail's own HTML may do: look as it wants to.
const FRAMED: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'self'; sandbox";
/// How many mails are listed.
const MOST: u32 = 200;

const LIST: &str = include_str!("mailbox/list.html");
const MAIL: &str = include_str!("mailbox/mail.html");
const STYLE: &str = include_str!("mailbox/style.css");
const HTML: &str = "text/html; charset=utf-8";

/// The pages under `/mailbox`.
pub fn routes(store: Store) -> Router {
    let style = || async { answer("text/css; charset=utf-8", POLICY, STYLE) };
    Router::new()
        .route("/mailbox", get(list))
        .route("/mailbox/style.css", get(style))
        .route("/mailbox/{id}", get(mail))
        .route("/mailbox/{id}/html", get(framed))
        .with_state(store)
}

async fn list(State(store): State<Store>) -> Response {
    let page = async {
        let shop = first_shop::find(&store).await?;
        let mails = store.deliveries_by(shop.id, CHANNEL, MOST).await?;
        let rows: Vec<Value> = mails.iter().filter_map(seen).collect();
        rendered(LIST, &json!({ "shop": shop.name, "mails": rows }))
    };
    page.await.map_or_else(failed, |page| answer(HTML, POLICY, page))
}

async fn mail(State(store): State<Store>, Path(id): Path<i64>) -> Response {
    let page = async {
        let shop = first_shop::find(&store).await?;
        let Some(mut mail) = found(&store, id).await?.as_ref().and_then(seen) else { return Ok(None) };
        let attempts = store.attempts(shop.id, id).await?;
        let tried = attempts.iter().map(|(number, attempt)| {
            json!({ "number": number, "at": moment(attempt.at), "answer": attempt.answer, "said": attempt.excerpt })
        });
        mail["tries"] = tried.collect();
        rendered(MAIL, &json!({ "shop": shop.name, "mail": mail })).map(Some)
    };
    match page.await {
        Ok(Some(page)) => answer(HTML, POLICY, page),
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(failure) => failed(failure),
    }
}

async fn framed(State(store): State<Store>, Path(id): Path<i64>) -> Response {
    match found(&store, id).await {
        Ok(Some(mail)) => match serde_json::from_str::<Letter>(&mail.what.body) {
            Ok(letter) => answer(HTML, FRAMED, letter.html),
            Err(_) => StatusCode::NOT_FOUND.into_response(),
        },
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(failure) => failed(failure),
    }
}

async fn found(store: &Store, id: i64) -> Result<Option<Delivery>, Failure> {
    let shop = first_shop::find(store).await?;
    Ok(store.delivery(shop.id, id).await?.filter(|delivery| delivery.what.dialect == CHANNEL))
}

/// What the pages show of a mail.
fn seen(mail: &Delivery) -> Option<Value> {
    let envelope: Envelope = serde_json::from_str(&mail.what.headers).ok()?;
    let letter: Letter = serde_json::from_str(&mail.what.body).ok()?;
    let from = if envelope.from.is_empty() { "nobody: the shop has no address" } else { &envelope.from };
    Some(json!({
        "id": mail.what.id, "kind": mail.what.topic, "at": moment(mail.created_at), "to": envelope.to, "from": from,
        "message_id": envelope.message_id, "subject": letter.subject, "text": letter.text,
        "state": mail.state.as_str(), "attempts": mail.attempts,
    }))
}

fn rendered(page: &str, values: &Value) -> Result<String, Failure> {
    let mut env = Environment::new();
    env.set_auto_escape_callback(|_| minijinja::AutoEscape::Html);
    env.render_str(page, Serde(values))
        .map_err(|error| Failure::new(crate::failure::Exit::Error, format!("a page can't be made: {error}")))
}

fn failed(failure: Failure) -> Response {
    tracing::error!(error = failure.message, "the mailbox can't be shown");
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}

fn answer(kind: &'static str, policy: &'static str, text: impl IntoResponse) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, text).into_response()
}
