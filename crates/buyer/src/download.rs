//! Files that buyers may have. Whoever has a link may fetch the file as often as wanted while the link is good and access
//! isn't taken back, in parts if the connection breaks. It is saved and never shown, whatever is in it.

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use domain::id::RecordId;
use engine::Engine;
use engine::downloads::Stored;
use tower_http::services::ServeFile;

use crate::{accepted, broken, closed, private};

#[derive(Clone)]
struct Shelf {
    engine: Engine,
    files: Arc<PathBuf>,
}

pub(crate) fn routes(engine: Engine, files: PathBuf) -> Router {
    let shelf = Shelf { engine, files: Arc::new(files) };
    Router::new().route("/download/{token}", get(download)).with_state(shelf)
}

async fn download(State(shelf): State<Shelf>, Path(token): Path<String>, request: Request) -> Response {
    let language = accepted(request.headers());
    match shelf.engine.follow_download(&token).await {
        Ok(Ok((asset, stored))) => shelf.hand_out(asset, &stored, request).await,
        Ok(Err(shut)) => closed(shut, language),
        Err(error) => broken(&error, language),
    }
}

impl Shelf {
    async fn hand_out(&self, asset: RecordId, stored: &Stored, request: Request) -> Response {
        let head = request.method() == Method::HEAD;
        let path = self.files.join(asset.to_string());
        let mut answer = match ServeFile::new(&path).try_call(request).await {
            Ok(answer) => answer.map(Body::new),
            Err(error) => {
                tracing::error!(%error, %asset, "a file for a buyer can't be read");
                return StatusCode::SERVICE_UNAVAILABLE.into_response();
            }
        };
        if answer.status() == StatusCode::NOT_FOUND {
            tracing::error!(%asset, path = %path.display(), "a file that a buyer may have is not there");
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
        let saved_as = HeaderValue::from_str(&saved_as(&stored.name));
        let headers = answer.headers_mut();
        headers.extend(private(&[(header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'")]));
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
        headers.insert(
            header::CONTENT_DISPOSITION,
            saved_as.unwrap_or_else(|_| HeaderValue::from_static("attachment")),
        );
        if !head {
            tracing::info!(%asset, status = answer.status().as_u16(), "a file is handed out");
        }
        answer
    }
}

/// What lets a browser save a file under that name, whatever letters are in it (RFC 6266).
fn saved_as(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "._- ".contains(c) { c } else { '_' };
    let simple: String = name.chars().map(plain).collect();
    let mut encoded = String::with_capacity(name.len());
    for byte in name.bytes() {
        match byte {
            byte if byte.is_ascii_alphanumeric() || b"._-".contains(&byte) => encoded.push(char::from(byte)),
            byte => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    format!("attachment; filename=\"{simple}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_can_not_break_out_of_their_header() {
        assert_eq!(
            saved_as("Brot & Butter.pdf"),
            "attachment; filename=\"Brot _ Butter.pdf\"; filename*=UTF-8''Brot%20%26%20Butter.pdf"
        );
        let odd = saved_as("a\"; x=\r\n\u{e4}/../b");
        assert!(!odd.contains(['\r', '\n', '/']) && odd.matches('"').count() == 2, "{odd}");
        assert!(odd.ends_with("a%22%3B%20x%3D%0D%0A%C3%A4%2F..%2Fb"), "{odd}");
    }
}
