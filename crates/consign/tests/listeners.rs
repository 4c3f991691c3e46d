//! Who is told what happens, and with which secret: the command line beside a server with a webhook.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod running;

use running::{Running, http, run, said};
use serde_json::Value;

#[test]
fn secrets_are_seen_and_changed_by_whoever_runs_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let server = Running::dev(data, &["--empty"]);
    assert!(said(&run(data, &["listeners", "list"])).contains("Nobody is told"));
    let token = server.ready["digitalriver"]["token"].as_str().unwrap().to_owned();
    let head = format!("authorization: Bearer {token}\r\ncontent-type: application/json\r\n");
    let sent = r#"{"types":["order.*"],"address":"http://127.0.0.1:18999/hook"}"#;
    let (status, made) = http(server.address(), "POST /webhooks", &head, sent);
    assert_eq!(status, 201, "{made}");

    let list = said(&run(data, &["listeners", "list", "--json"]));
    let listed: Value = serde_json::from_str(list.trim()).unwrap();
    assert_eq!(
        (&listed["dialect"], &listed["url"]),
        (&"digitalriver".into(), &"http://127.0.0.1:18999/hook".into())
    );
    let id = listed["id"].to_string();
    let secret = said(&run(data, &["listeners", "secret", &id]));
    assert_eq!(secret.trim().len(), 64);
    assert!(!list.contains(secret.trim()) && !made.contains(secret.trim()));
    let changed = said(&run(data, &["listeners", "rotate", &id]));
    assert_ne!(changed, secret);
    assert_eq!(said(&run(data, &["listeners", "secret", &id])), changed);
    assert!(said(&run(data, &["listeners", "list"])).contains("signed    with two secrets until"));

    let path =
        format!("PATCH /webhooks/{}", serde_json::from_str::<Value>(&made).unwrap()["id"].as_str().unwrap());
    assert_eq!(http(server.address(), &path, &head, r#"{"enabled":false}"#).0, 200);
    assert!(said(&run(data, &["listeners", "list"])).contains("off since"));
    assert!(said(&run(data, &["listeners", "enable", &id])).contains("from now on"));
    assert!(said(&run(data, &["listeners", "enable", &id])).contains("was on"));
    assert_eq!(run(data, &["listeners", "secret", "7"]).status.code(), Some(3));
}
