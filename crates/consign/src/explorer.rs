//! The explorer: a page of `consign dev` on which one writes documents and sees what the server answers, with the
//! schema beside. Everything is in the binary, some forty kilobytes: an established explorer weighs a hundred times
//! that, and loads the rest from elsewhere.
//!
//! The page knows the demo keys, so it is only there where those are. It runs under the strictest policy that a page
//! can have: nothing but its own files, nothing inline.

use axum::Router;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::{Value, json};

use crate::demo::Keys;
use crate::dialects;

/// What the page may load and call.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const PAGE: &str = include_str!("explorer/page.html");
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// The files beside the page: name, media type, contents.
const FILES: &[(&str, &str, &str)] = &[
    ("style.css", "text/css; charset=utf-8", include_str!("explorer/style.css")),
    ("main.js", SCRIPT, include_str!("explorer/main.js")),
    ("editor.js", SCRIPT, include_str!("explorer/editor.js")),
    ("examples.js", SCRIPT, include_str!("explorer/examples.js")),
    ("language.js", SCRIPT, include_str!("explorer/language.js")),
    ("schema.js", SCRIPT, include_str!("explorer/schema.js")),
    ("skeleton.js", SCRIPT, include_str!("explorer/skeleton.js")),
];

/// The page under `/explorer`, which offers these keys.
pub fn routes(keys: Option<Keys>) -> Router {
    let settings = settings(keys).to_string();
    let file = move |Path(name): Path<String>| {
        let settings = settings.clone();
        async move {
            match FILES.iter().find(|(known, ..)| *known == name) {
                Some((_, kind, text)) => answer(kind, *text),
                None if name == "settings.json" => answer("application/json", settings),
                None => StatusCode::NOT_FOUND.into_response(),
            }
        }
    };
    let page = || async { answer("text/html; charset=utf-8", PAGE) };
    Router::new().route("/explorer", get(page)).route("/explorer/{file}", get(file))
}

/// What the page has to know of the server.
fn settings(keys: Option<Keys>) -> Value {
    let mut offered = Vec::new();
    if let Some(keys) = keys {
        offered.push(json!({ "name": "merchant (demo)", "token": keys.merchant }));
        if let Some(service) = keys.service {
            offered.push(json!({ "name": "Nordic 3PL, a service (demo)", "token": service }));
        }
    }
    let (endpoint, version, header) = dialects::explored();
    json!({ "endpoint": endpoint, "version": version, "header": header, "keys": offered })
}

fn answer(kind: &'static str, text: impl IntoResponse) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        // A server of another version may listen here next.
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, text).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the binary may carry for this.
    const MOST: usize = 100 * 1024;

    #[test]
    fn it_is_small_and_whole() {
        let size: usize = FILES.iter().map(|(_, _, text)| text.len()).sum();
        assert!(size + PAGE.len() < MOST, "{size} bytes");
        for (name, _, text) in FILES.iter().chain([&("page.html", "", PAGE)]) {
            let named = text.split(['"', '\'']).filter_map(|word| {
                word.strip_prefix("./")
                    .or_else(|| word.strip_prefix("/explorer/"))
                    .filter(|_| !word.contains('$'))
            });
            for file in named.filter(|file| *file != "settings.json") {
                assert!(FILES.iter().any(|(known, ..)| *known == file), "{name} names {file}");
            }
        }
    }

    #[test]
    fn every_answer_comes_with_a_strict_policy() {
        let response = answer(SCRIPT, "");
        let policy = response.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'; "), "{policy}");
        for hole in ["unsafe-", "*", "http:", "https:"] {
            assert!(!policy.contains(hole), "{policy}");
        }
    }

    #[test]
    fn nothing_comes_from_elsewhere_and_nothing_is_inline() {
        for (name, _, text) in FILES.iter().chain([&("page.html", "", PAGE)]) {
            for foreign in ["https://", "http://cdn", "innerHTML", "eval(", "new Function"] {
                assert!(!text.contains(foreign), "{name} has {foreign}");
            }
        }
        let lower = PAGE.to_lowercase();
        assert!(!lower.contains("<style") && !lower.contains("style=") && !lower.contains("onclick"));
        assert_eq!(lower.matches("<script").count(), lower.matches("<script type=\"module\" src=").count());
    }
}
