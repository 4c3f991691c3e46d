//! Pages for buyers: the status of an order, the way to its payment, and the files that it opened.
//!
//! Whoever has the link is let in ([`engine::links`]); there is no login, and the pages show nothing of the buyer, only
//! of the order: what was bought, how its money stands, what left and where it is, what is still to come. They are made
//! on the server, need no script, load nothing from elsewhere, and are kept out of caches and search engines.
//!
//! [`page`] chooses what is shown, [`words`] says it in a language, [`saying`] writes amounts and moments; the templates
//! decide where it stands.

mod coming;
mod download;
mod money;
mod page;
mod parcel;
mod saying;
mod words;

use std::path::PathBuf;

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use engine::Engine;
use engine::links::{Door, Shut};

use page::{OrderPage, ShutPage};
use words::Language;

/// What the pages may load: their own style, nothing else.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const STYLE: &str = include_str!("style.css");

/// The routes of the pages. Files that buyers may have lie in `files`, under the ids of their assets.
pub fn routes(engine: Engine, files: PathBuf) -> Router {
    Router::new()
        .route("/o/style.css", get(style))
        .route("/o/{token}", get(status))
        .route("/checkout/{token}", get(checkout))
        .with_state(engine.clone())
        .merge(download::routes(engine, files))
}

/// The language that the address asks for: `?lang=de`.
fn asked(query: &[(String, String)]) -> Option<Language> {
    query.iter().rev().find(|(name, _)| name == "lang").and_then(|(_, tag)| Language::of(tag))
}

fn accepted(headers: &HeaderMap) -> Option<Language> {
    Language::accepted(headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?)
}

async fn status(
    State(engine): State<Engine>,
    Path(token): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
    headers: HeaderMap,
) -> Response {
    let language = asked(&query);
    match engine.follow(Door::Status, &token).await {
        Ok(Ok(followed)) => {
            let of_order = followed.order.placed.locale.as_deref().and_then(Language::of);
            let language = language.or(of_order).or_else(|| accepted(&headers)).unwrap_or(Language::English);
            html(StatusCode::OK, language, &OrderPage::of(&engine, &followed, language))
        }
        Ok(Err(shut)) => closed(shut, language.or_else(|| accepted(&headers))),
        Err(error) => broken(&error, language.or_else(|| accepted(&headers))),
    }
}

/// Leads to the page on which the order is paid, or to its status if there is nothing to pay or nowhere to.
async fn checkout(State(engine): State<Engine>, Path(token): Path<String>, headers: HeaderMap) -> Response {
    match engine.follow(Door::Checkout, &token).await {
        Ok(Ok(followed)) => {
            let to = engine
                .payment_page(&followed.shop, &followed.order)
                .unwrap_or_else(|| engine.link(Door::Status, &followed.shop, followed.order.id));
            (StatusCode::SEE_OTHER, [(header::LOCATION, to)], private(&[])).into_response()
        }
        Ok(Err(shut)) => closed(shut, accepted(&headers)),
        Err(error) => broken(&error, accepted(&headers)),
    }
}

async fn style() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=3600"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, STYLE).into_response()
}

fn closed(shut: Shut, language: Option<Language>) -> Response {
    let language = language.unwrap_or(Language::English);
    let words = language.words();
    let (code, title, text) = match shut {
        Shut::Unknown => (StatusCode::NOT_FOUND, words.unknown_title, words.unknown),
        Shut::Expired => (StatusCode::GONE, words.expired_title, words.expired),
    };
    html(code, language, &ShutPage { lang: language.code(), title, text })
}

fn broken(error: &engine::Error, language: Option<Language>) -> Response {
    tracing::error!(%error, "a page for a buyer can't be made");
    let language = language.unwrap_or(Language::English);
    let words = language.words();
    let page = ShutPage { lang: language.code(), title: words.broken_title, text: words.broken };
    html(StatusCode::SERVICE_UNAVAILABLE, language, &page)
}

/// The address of a page is a secret: it is handed to nobody, kept nowhere, and listed nowhere.
fn private(more: &[(HeaderName, &'static str)]) -> HeaderMap {
    let always = [
        (header::CACHE_CONTROL, "private, no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (HeaderName::from_static("x-robots-tag"), "noindex, nofollow, noarchive"),
    ];
    let all = always.iter().chain(more);
    all.map(|(name, value)| (name.clone(), axum::http::HeaderValue::from_static(value))).collect()
}

fn html(code: StatusCode, language: Language, page: &impl Template) -> Response {
    match page.render() {
        Ok(text) => {
            let headers = private(&[
                (header::CONTENT_TYPE, "text/html; charset=utf-8"),
                (header::CONTENT_SECURITY_POLICY, POLICY),
                (header::CONTENT_LANGUAGE, language.code()),
                (header::VARY, "accept-language"),
            ]);
            (code, headers, text).into_response()
        }
        Err(error) => {
            tracing::error!(%error, "a page for a buyer can't be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
