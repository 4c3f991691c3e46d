//! What holds for every request: keys, ids of requests, types, versions, rates; and what isn't here.

use domain::actor::{Permission, Permissions};
use domain::snapshot::Shop;
use serde_json::Value;
use testkit::world;

use crate::bench::{Bench, LIVE, TOKEN, bench, bench_of, lent};
use crate::published::published;

async fn asked(bench: &Bench, path: &str, headers: &[(&str, &str)]) -> (u16, String) {
    let told = bench.ask("GET", path, headers, "").await;
    assert!(told.header("x-dr-requestid").is_some_and(|id| id.len() == 36), "{path}");
    (told.status, told.body["type"].as_str().unwrap_or_default().to_owned())
}

fn told(status: u16, kind: &str) -> (u16, String) {
    (status, kind.to_owned())
}

const SHOWN: (&str, &str) = ("Authorization", "Bearer sk_test_everything");

#[tokio::test]
async fn only_known_keys_open_anything() {
    let bench = bench().await;
    for headers in [
        vec![],
        vec![("Authorization", "Bearer sk_test_other")],
        vec![("Authorization", "Basic c2s6")],
        vec![("Authorization", "Bearer ")],
    ] {
        assert_eq!(asked(&bench, "/payouts", &headers).await, told(401, "unauthorized"), "{headers:?}");
    }
    let refused = bench.ask("GET", "/payouts", &[], "").await.body;
    assert_eq!(
        refused.to_string(),
        r#"{"type":"unauthorized","errors":[{"message":"An authorization error has occurred."}]}"#
    );
}

#[tokio::test]
async fn a_key_stands_in_for_none_only_where_the_document_asks_for_none() {
    let bench = lent().await;
    for path in ["/shipments", "/fulfillment-orders", "/inventory-levels"] {
        assert_ne!(asked(&bench, path, &[]).await.0, 401, "{path}");
        let wrong = [("Authorization", "Bearer sk_test_other")];
        assert_eq!(asked(&bench, path, &wrong).await, told(401, "unauthorized"), "{path}");
    }
    for path in ["/orders", "/skus", "/customers", "/shipment"] {
        let status = bench.ask("GET", path, &[], "").await.status;
        assert!([401, 404].contains(&status), "{path}: {status}");
    }
}

#[tokio::test]
async fn every_operation_of_the_document_is_there() {
    let bench = bench().await;
    bench.program("sk_test_nothing", Permissions::of(&[Permission::ReadApps])).await;
    let mut missing = Vec::new();
    for (verb, path) in published().operations() {
        let path = path.replace("{}", "1");
        let told = bench.ask(verb, &path, &[("Authorization", "Bearer sk_test_nothing")], "{}").await;
        let text = told.body.to_string();
        if text.contains(&format!("Resource '{path}' not found")) || text.contains("is not allowed for") {
            missing.push(format!("{verb} {path}"));
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[tokio::test]
async fn what_isnt_there_is_answered_in_the_same_form() {
    let bench = bench().await;
    assert_eq!(asked(&bench, "/teapots/7", &[SHOWN]).await, told(404, "not_found"));
    let elsewhere = bench.ask("GET", "/teapots/7", &[("Authorization", "Bearer cf_key")], "").await;
    assert_eq!((elsewhere.status, elsewhere.body), (404, Value::Null), "other dialects are there, too");
    let payouts = bench.ask("GET", "/payouts/7", &[SHOWN], "").await.body;
    assert_eq!(payouts["errors"][0]["code"], "method_not_allowed");
    let why = payouts["errors"][0]["message"].as_str().unwrap();
    assert!(why.contains("payment provider"), "it says what to do instead: {why}");
}

#[tokio::test]
async fn answers_are_json_of_one_version() {
    let bench = bench().await;
    let payouts = |headers: Vec<(&'static str, &'static str)>| {
        let bench = &bench;
        async move { asked(bench, "/payouts", &headers).await }
    };
    assert_eq!(payouts(vec![SHOWN, ("Accept", "text/html")]).await, told(406, "not_acceptable"));
    assert_eq!(payouts(vec![SHOWN, ("Accept", "application/json")]).await.0, 405);
    assert_eq!(payouts(vec![SHOWN, ("DigitalRiver-Version", "2021-02-23")]).await.0, 405);
    assert_eq!(payouts(vec![SHOWN, ("DigitalRiver-Version", "1999-01-01")]).await, told(400, "bad_request"));
    let answered = bench.ask("GET", "/payouts", &[SHOWN], "").await;
    assert_eq!(answered.header("digitalriver-version"), Some("2021-12-13"));
    for (method, path, allowed) in [
        ("GET", "/payouts", ""),
        ("DELETE", "/files/1", "GET,HEAD"),
        ("GET", "/reservations", "POST"),
        ("PATCH", "/orders", "GET,HEAD,POST"),
    ] {
        let answered = bench.ask(method, path, &[SHOWN], "").await;
        assert_eq!((answered.status, answered.header("allow")), (405, Some(allowed)), "{method} {path}");
    }
}

#[tokio::test]
async fn whoever_is_too_fast_waits_where_the_shop_says_so() {
    let slow = bench_of(Shop { throttle: Some(100), ..world::shop() }).await;
    for _ in 0..25 {
        assert_eq!(slow.send_as(TOKEN, "GET", "/payouts", Value::Null).await.status, 405);
    }
    let refused = slow.send_as(TOKEN, "GET", "/payouts", Value::Null).await;
    assert_eq!((refused.status, refused.header("retry-after")), (429, Some("1")));
    assert_eq!(slow.send_as(LIVE, "GET", "/payouts", Value::Null).await.status, 405, "a live key may more");
}
