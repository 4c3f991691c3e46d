//! Paths as clients write them: the original lets a slash at the end pass, and the name of the only format it has.

use axum::Router;
use axum::extract::Request;
use axum::http::Uri;
use axum::middleware::map_request;

/// The format that may be asked for by name.
const FORMAT: &str = ".json";

/// Routes that are found by such paths, too. Whatever is known as it stands goes its way without this.
pub(crate) fn leniently(routes: Router) -> Router {
    let again = Router::new().fallback_service(routes.clone()).layer(map_request(shortened));
    routes.fallback_service(again)
}

async fn shortened(mut request: Request) -> Request {
    if let Some(uri) = short(request.uri()) {
        *request.uri_mut() = uri;
    }
    request
}

/// The address without what may be left out; `None` if there is nothing of that.
fn short(uri: &Uri) -> Option<Uri> {
    let path = plain(uri.path().trim_end_matches('/'));
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    (path.len() < uri.path().len()).then(|| format!("{path}{query}").parse().ok()).flatten()
}

/// What an address names, without the name of the format.
pub(crate) fn plain(name: &str) -> &str {
    name.strip_suffix(FORMAT).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slash_and_the_format_may_be_left_out() {
        let shorter = |uri: &str| short(&uri.parse().unwrap()).map(|uri| uri.to_string());
        assert_eq!(shorter("/orders/7/").as_deref(), Some("/orders/7"));
        assert_eq!(shorter("/orders.json?after=2").as_deref(), Some("/orders?after=2"));
        assert_eq!(shorter("/orders/7/cancel.json/").as_deref(), Some("/orders/7/cancel"));
        for known in ["/orders/7", "/orders?a=/", "/"] {
            assert_eq!(shorter(known), None, "{known}");
        }
    }
}
