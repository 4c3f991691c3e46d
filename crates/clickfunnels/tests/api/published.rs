//! What is peculiar to the published document of this API.

use std::sync::OnceLock;

use serde_json::{Value, json};
use testkit::published::{Document, Nulls, Published};

static DOCUMENT: Document = Document {
    variable: "CONSIGN_PUBLISHED_OPENAPI",
    beside: "../../shared/reference/clickfunnels/openapi.json",
    // The secret of an endpoint, shown once, of which only the guide to webhooks tells; and the pages for buyers that
    // orders have here.
    said_elsewhere: &["webhook_secret", "status_page_url", "checkout_url", "return_url"],
    mended: |_| {},
    verbs: &[("PATCH", "PUT")],
    asks_for_more: Some("expand[]="),
    nulls: Nulls::Shown,
    not_thought_of: |_| true,
    failure: |body| body["error"].is_string().then_some(()).ok_or("a failure says why"),
};

/// The document, read once.
pub fn published() -> &'static Published {
    static PUBLISHED: OnceLock<Published> = OnceLock::new();
    PUBLISHED.get_or_init(|| Published::read(&DOCUMENT))
}

#[test]
fn an_answer_that_the_document_doesnt_allow_is_found_out() {
    let judged = |verb: &'static str, path: &'static str, status: u16, body: Value| {
        std::panic::catch_unwind(move || published().judge(verb, path, status, &body)).is_ok()
    };
    let tag = |color: Value| json!({ "id": 1, "workspace_id": 1, "name": "A", "color": color });
    assert!(judged("GET", "/contacts/tags/1", 200, tag("#fff".into())));
    assert!(judged("PATCH", "/contacts/tags/1", 200, tag("#fff".into())));
    assert!(!judged("GET", "/contacts/tags/1", 200, tag(1.into())), "a number is no text");
    assert!(!judged("GET", "/contacts/tags/1", 200, json!({ "id": 1 })), "fields are missing");
    assert!(!judged("GET", "/contacts/tags/1", 202, tag("#fff".into())), "no such status");
    assert!(!judged("DELETE", "/contacts/tags/1", 204, tag("#fff".into())), "no body");
    assert!(!judged("GET", "/nowhere", 404, json!({ "error": "Not found" })), "no such path");
    assert!(!judged("GET", "/contacts/tags/1", 422, json!({})), "no reason");
    let mut dated = tag("#fff".into());
    dated["created_at"] = "yesterday".into();
    assert!(!judged("GET", "/contacts/tags/1", 200, dated), "no time");
    let mut more = tag("#fff".into());
    more["size"] = 1.into();
    assert!(!judged("GET", "/contacts/tags/1", 200, more), "a field of our own");
}
