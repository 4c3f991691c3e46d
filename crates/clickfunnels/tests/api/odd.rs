//! What nobody should send, sent to every operation: the answer is a failure that says why, or what the document promises,
//! and never a failure of the server's own. Schemathesis goes on from here (tests/clients).

use serde_json::json;

use crate::bench::{Bench, TOKEN, bench_on};
use crate::published::published;

testkit::on_both! { bench_on:
    nothing_that_is_sent_breaks_the_server
    no_null_byte_comes_in
    what_there_is_none_of_is_told_in_the_same_form
    a_path_may_end_in_a_slash_or_in_its_format
}

/// What ids are in addresses that are none.
const IDS: [&str; 5] = ["0", "zzzzzz", "%00", "%ff", "9223372036854775808"];

fn bodies() -> Vec<(&'static str, Vec<u8>)> {
    let deep = |open: &str| open.repeat(10_000).into_bytes();
    vec![
        ("application/json", b"{".to_vec()),
        ("application/json", b"null".to_vec()),
        ("application/json", br#"["order"]"#.to_vec()),
        ("application/json", b"\xff\xfe".to_vec()),
        ("application/json", deep("[")),
        ("application/json", deep(r#"{"order":"#)),
        ("application/xml", b"<order/>".to_vec()),
        ("multipart/form-data", b"--".to_vec()),
        ("", b"order[notes]=x".to_vec()),
    ]
}

async fn nothing_that_is_sent_breaks_the_server(bench: Bench) {
    let asked = |path: &str, id: &str| path.replacen("/workspaces/{}", "/workspaces/1", 1).replace("{}", id);
    for (verb, path) in published().operations() {
        for id in IDS {
            let told = bench.send(verb, &asked(&path, id), json!({ "a": 1 })).await;
            assert!(told.status < 500, "{verb} {path} {id}: {} {}", told.status, told.body);
        }
        for body in bodies() {
            let told = bench.send_bytes(TOKEN, verb, &asked(&path, "1000000001"), body).await;
            assert!(told.status < 500, "{verb} {path}: {} {}", told.status, told.body);
        }
    }
}

async fn no_null_byte_comes_in(bench: Bench) {
    let name = json!({ "contacts_tag": { "name": "a\u{0}" } });
    let (status, why) = bench.refused("POST", "/workspaces/1/contacts/tags", name).await;
    assert_eq!((status, why.as_str()), (400, "Bad request: HTTP body must not contain null bytes"));
    for query in ["filter[name]=%00", "filter[%00]=1", "after=%00"] {
        let (status, _) =
            bench.refused("GET", &format!("/workspaces/1/contacts/tags?{query}"), json!(null)).await;
        assert_eq!(status, 400, "{query}");
    }
}

async fn what_there_is_none_of_is_told_in_the_same_form(bench: Bench) {
    let large = ("application/json", vec![b' '; 3 << 20]);
    let told = bench.send_bytes(TOKEN, "POST", "/workspaces/1/orders", large).await;
    assert_eq!((told.status, told.body["error"].is_string()), (413, true));
    for (verb, path, status) in [("GET", "/nowhere", 404), ("DELETE", "/workspaces/1/orders", 405)] {
        let told = bench.unjudged(TOKEN, verb, path, ("", Vec::new())).await;
        assert_eq!((told.status, told.body["error"].is_string()), (status, true), "{verb} {path}");
    }
}

async fn a_path_may_end_in_a_slash_or_in_its_format(bench: Bench) {
    let tag = bench.create("/workspaces/1/contacts/tags", json!({ "contacts_tag": { "name": "a" } })).await;
    let list = bench.get("/workspaces/1/contacts/tags").await;
    for (path, shown) in [
        ("/workspaces/1/contacts/tags/", &list),
        ("/workspaces/1/contacts/tags.json?after=1", &list),
        (&*format!("/contacts/tags/{}.json", tag["id"]), &tag),
        (&*format!("/contacts/tags/{}/", tag["id"]), &tag),
    ] {
        let told = bench.unjudged(TOKEN, "GET", path, ("", Vec::new())).await;
        assert_eq!((told.status, &told.body), (200, shown), "{path}");
    }
    let told =
        bench.unjudged(TOKEN, "DELETE", &format!("/contacts/tags/{}/", tag["id"]), ("", Vec::new())).await;
    assert_eq!(told.status, 204);
    assert_eq!(bench.unjudged(TOKEN, "GET", "/nowhere/", ("", Vec::new())).await.status, 404);
}
