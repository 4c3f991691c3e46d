//! What is peculiar to the published document of this API.

use std::sync::OnceLock;

use serde_json::{Value, json};
use testkit::published::{Document, Nulls, Published};

static DOCUMENT: Document = Document {
    variable: "CONSIGN_PUBLISHED_DIGITALRIVER",
    beside: "../../shared/reference/digitalriver/openapi.json",
    // Known to samples of answers, to the guides, or to us alone.
    said_elsewhere: &[
        "liveMode",
        "digitalriverVersion",
        "userName",
        "fulfillmentId",
        "chargeOperationIds",
        "physical",
    ],
    mended: events_have_no_pending_webhooks,
    verbs: &[],
    asks_for_more: None,
    nulls: Nulls::LeftOut,
    not_thought_of: |status| matches!(status, 404 | 409),
    failure,
};

/// It requires them without saying what they are, and no event has ever been seen with them.
fn events_have_no_pending_webhooks(document: &mut Value) {
    let required = document["components"]["schemas"]["Event"]["required"].as_array_mut().unwrap();
    required.retain(|name| name != "pendingWebhooks");
}

fn failure(body: &Value) -> Result<(), &'static str> {
    match body["errors"].as_array().map(Vec::as_slice) {
        Some([error]) if body["type"].is_string() && error["message"].is_string() => Ok(()),
        _ => Err("a failure has a type and one error, which says why"),
    }
}

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
    let failure = |kind: &str| json!({ "type": kind, "errors": [{ "message": "no" }] });
    let sku = |weight: Value| json!({ "id": "a", "name": "A", "weight": weight });
    assert!(judged("GET", "/skus/1", 200, sku(json!(1.5))));
    assert!(!judged("GET", "/skus/1", 200, sku("heavy".into())), "a text is no number");
    assert!(!judged("GET", "/skus/1", 200, sku(Value::Null)), "nothing is null");
    assert!(!judged("GET", "/skus/1", 202, sku(json!(1.5))), "no such status");
    assert!(!judged("DELETE", "/skus/1", 204, sku(json!(1.5))), "no body");
    assert!(!judged("GET", "/nowhere", 404, failure("not_found")), "no such path");
    assert!(judged("GET", "/skus/1", 404, failure("not_found")));
    assert!(!judged("GET", "/skus/1", 404, failure("teapot")), "no such type");
    assert!(!judged("GET", "/skus/1", 404, json!({ "type": "not_found", "errors": [] })), "no reason");
    let page = |item: Value| json!({ "hasMore": false, "data": [item] });
    assert!(judged("GET", "/skus", 200, page(sku(json!(1)))));
    assert!(!judged("GET", "/skus", 200, page(json!({ "id": "a", "size": 1 }))), "a field of our own");
    assert!(!judged("GET", "/skus/1", 200, json!({ "createdTime": "yesterday" })), "no time");
}
