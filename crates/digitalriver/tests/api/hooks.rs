//! Webhooks: made, shown and changed; messages that are tried again, and what they carry.

use std::collections::HashSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::time::{HOUR, SECOND};
use serde_json::{Value, json};
use testkit::receiver::{Answer, Receiver, Request};

use crate::bench::{LIVE, TOKEN};
use crate::telling::{created, furnished, listening, secret, signatures, tell};

#[tokio::test]
async fn a_webhook_is_made_shown_changed_and_removed() {
    let bench = furnished().await;
    let sent = json!({ "types": ["order.charge.*", "order.created", "order.created"], "apiVersion": "default",
        "enabled": true, "address": "https://app.example/hook", "transportType": "HTTP",
        "authentication": { "userName": "dr", "password": "hunter2" } });
    let made = bench.create("/webhooks", sent).await;
    assert_eq!(made["types"], json!(["order.charge.*", "order.created"]));
    assert_eq!(made["authentication"], json!({ "username": "dr", "userName": "dr", "password": "********" }));
    assert_eq!((&made["enabled"], &made["liveMode"]), (&json!(true), &json!(false)));
    assert!(!made.to_string().contains(&secret(&bench).await), "nobody is shown what signs");
    let member = format!("/webhooks/{}", made["id"].as_str().unwrap());
    assert_eq!(bench.get(&member).await, made);
    assert_eq!(bench.get("/webhooks").await, json!([made]));
    assert_eq!(bench.get("/webhooks?type=order.created").await, json!([made]));
    assert_eq!(bench.get("/webhooks?types=refund.*").await, json!([]));
    assert_eq!(bench.get("/webhooks?0=refund.*").await, json!([]), "one client loses the name");
    assert_eq!(
        bench.send_as(LIVE, "GET", "/webhooks", Value::Null).await.body,
        json!([]),
        "of the other mode"
    );

    let patch = async |body: Value| bench.send("PATCH", &member, body).await;
    let changed = patch(json!({ "enabled": false, "types": ["refund.*"], "address": null })).await.body;
    assert_eq!((&changed["enabled"], &changed["types"]), (&json!(false), &json!(["refund.*"])));
    assert_eq!(
        (&changed["address"], &changed["authentication"]),
        (&made["address"], &made["authentication"])
    );
    let oauth =
        json!({ "tokenEndPoint": "https://id.example/token", "clientID": "us", "clientSecret": "s3cret" });
    let changed = patch(json!({ "transportType": "OAUTH", "oauth": oauth, "enabled": true })).await.body;
    let shown =
        json!({ "tokenEndPoint": "https://id.example/token", "clientID": "us", "clientSecret": "********" });
    assert_eq!((&changed["transportType"], &changed["oauth"]), (&json!("OAUTH"), &shown));
    assert_eq!(changed["authentication"], Value::Null, "one way at a time");
    let kept = bench.engine.store().listeners(bench.shop.id).await.unwrap();
    let kept = serde_json::to_string(&kept).unwrap();
    assert!(!kept.contains("hunter2") && !kept.contains("s3cret"), "secrets are sealed");
    bench.remove(&member).await;
    assert_eq!(bench.refused("GET", &member, Value::Null).await.0, 404);

    let at = "https://app.example/hook";
    for (sent, code, parameter) in [
        (json!({ "types": ["order.created"] }), "missing_parameter", "address"),
        (json!({ "address": at }), "missing_parameter", "types"),
        (json!({ "address": at, "types": [] }), "invalid_empty", "types"),
        (json!({ "address": at, "types": ["Order Created"] }), "invalid_parameter", "types"),
        (json!({ "address": "https://10.0.0.1", "types": ["*"] }), "invalid_parameter", "address"),
        (json!({ "address": at, "types": ["*"], "apiVersion": "latest" }), "invalid_parameter", "apiVersion"),
        (json!({ "address": at, "types": ["*"], "transportType": "OAUTH" }), "missing_parameter", "oauth"),
        (json!({ "address": at, "types": ["*"], "oauth": oauth }), "invalid_parameter", "transportType"),
        (json!({ "address": at, "types": ["*"], "token": "mine" }), "unknown_parameter", "token"),
        (
            json!({ "address": at, "types": ["*"], "authentication": { "username": "a" } }),
            "missing_parameter",
            "authentication.password",
        ),
    ] {
        let told = bench.refused("POST", "/webhooks", sent.clone()).await;
        assert_eq!(told, (400, code.to_owned(), parameter.to_owned()), "{sent}");
    }
}

#[tokio::test]
async fn a_message_is_tried_again_and_a_deaf_address_is_switched_off() {
    let bench = furnished().await;
    let (live, test) = (Receiver::start().await, Receiver::start().await);
    let made = listening(&bench, &live, &["sku.created"]).await;
    created(&bench, TOKEN, json!({ "address": test.url(), "types": ["sku.created"] })).await;
    let moved = Answer::status(302).header("Location", &live.url());
    live.answer_with(vec![moved; 30]);
    test.answer_with(vec![Answer::status(500); 30]);
    bench.create("/skus", json!({ "name": "Cap", "taxCode": "4323.310_A" })).await;
    tell(&bench).await;
    assert_eq!((live.requests().len(), test.requests().len()), (1, 1));
    let store = bench.engine.store();
    while let Some(due) = store.next_due(bench.shop.id).await.unwrap() {
        bench.engine.clock().advance((due.0 - bench.engine.now().0).max(0));
        tell(&bench).await;
    }
    assert_eq!((live.requests().len(), test.requests().len()), (22, 4));
    let bodies: Vec<Value> = live.requests().iter().map(Request::json).collect();
    assert!(bodies.iter().all(|body| *body == bodies[0] && body["liveMode"] == true), "the same every time");
    assert_eq!(test.requests()[0].json()["liveMode"], false);
    let requests = live.requests();
    let stamps: HashSet<_> = requests.iter().map(|own| own.header("DigitalRiver-Signature")).collect();
    assert_eq!(stamps.len(), 22, "signed anew every time");
    let member = format!("/webhooks/{}", made["id"].as_str().unwrap());
    let enabled = async || bench.send_as(LIVE, "GET", &member, Value::Null).await.body["enabled"].clone();
    assert_eq!(enabled().await, false, "it was deaf for three days");
    assert_eq!(bench.get("/webhooks").await[0]["enabled"], true, "and this one for some hours");
    bench.create("/skus", json!({ "name": "Hat", "taxCode": "4323.310_A" })).await;
    tell(&bench).await;
    assert_eq!(live.requests().len(), 22, "it isn't told any more");
    bench.send_as(LIVE, "PATCH", &member, json!({ "enabled": true })).await;
    assert_eq!(enabled().await, true);
    bench.create("/skus", json!({ "name": "Sock", "taxCode": "4323.310_A" })).await;
    tell(&bench).await;
    assert_eq!(live.requests().len(), 23);
}

#[tokio::test]
async fn a_new_secret_signs_beside_the_old_one_for_twelve_hours() {
    let bench = furnished().await;
    let receiver = Receiver::start().await;
    listening(&bench, &receiver, &["sku.*"]).await;
    let old = secret(&bench).await;
    let listener = bench.engine.store().listeners(bench.shop.id).await.unwrap().pop().unwrap();
    let new = bench.engine.rotate_secret(&bench.shop, &listener).await.unwrap().unwrap();
    assert_eq!(secret(&bench).await, new);
    let told = async |name: &str| {
        bench.create("/skus", json!({ "name": name, "taxCode": "4323.310_A" })).await;
        tell(&bench).await;
        let last = receiver.requests().pop().unwrap();
        (signatures(&last, &old), signatures(&last, &new))
    };
    assert_eq!(told("Cap").await, (vec![true, false], vec![false, true]));
    bench.engine.clock().advance(12 * HOUR);
    assert_eq!(told("Hat").await, (vec![false], vec![true]));
}

#[tokio::test]
async fn whoever_wants_a_password_or_a_token_is_shown_one() {
    let bench = furnished().await;
    let (receiver, tokens) = (Receiver::start().await, Receiver::start().await);
    let password = json!({ "username": "dr", "password": "hunter2" });
    let sent = json!({ "address": receiver.url(), "types": ["sku.*"], "authentication": password });
    created(&bench, LIVE, sent).await;
    let sku = async |name: &str| {
        bench.create("/skus", json!({ "name": name, "taxCode": "4323.310_A" })).await;
        tell(&bench).await;
        let last = receiver.requests().pop().unwrap();
        last.header("Authorization").unwrap().to_owned()
    };
    assert_eq!(sku("Cap").await, format!("Basic {}", STANDARD.encode("dr:hunter2")));

    let made = bench.send_as(LIVE, "GET", "/webhooks", Value::Null).await.body;
    let member = format!("/webhooks/{}", made[0]["id"].as_str().unwrap());
    let oauth = json!({ "tokenEndPoint": tokens.url(), "clientID": "us", "clientSecret": "a:b", "userName": "ada",
        "password": "lovelace", "grantType": "password" });
    let told =
        bench.send_as(LIVE, "PATCH", &member, json!({ "transportType": "OAUTH", "oauth": oauth })).await;
    assert_eq!(told.status, 200, "{}", told.body);
    let granted = |token: &str| {
        Answer::status(200).body(json!({ "access_token": token, "expires_in": 600 }).to_string())
    };
    tokens.answer_with(vec![Answer::status(503), granted("one"), granted("two"), granted("three")]);
    bench.create("/skus", json!({ "name": "Hat", "taxCode": "4323.310_A" })).await;
    tell(&bench).await;
    assert_eq!(receiver.requests().len(), 1, "without a token nothing is sent");
    let waiting = bench.engine.store().deliveries(bench.shop.id, None, 1).await.unwrap().pop().unwrap();
    let (_, attempt) =
        bench.engine.store().attempts(bench.shop.id, waiting.what.id).await.unwrap().pop().unwrap();
    assert_eq!((attempt.answer.as_str(), attempt.status), ("no_token", Some(503)));
    bench.engine.clock().advance(60 * SECOND);
    tell(&bench).await;
    assert_eq!(receiver.requests().len(), 2);
    assert_eq!(receiver.requests()[1].header("Authorization"), Some("Bearer one"));
    let asked = tokens.requests().pop().unwrap();
    assert_eq!(asked.body, b"grant_type=password&username=ada&password=lovelace");
    assert_eq!(asked.header("Authorization").unwrap(), format!("Basic {}", STANDARD.encode("us:a%3Ab")));
    assert_eq!(sku("Sock").await, "Bearer one", "a token is good for a while");
    bench.engine.clock().advance(600 * SECOND);
    assert_eq!(sku("Shoe").await, "Bearer two", "and no longer");
    receiver.answer_with(vec![Answer::status(401)]);
    assert_eq!(sku("Belt").await, "Bearer two");
    bench.engine.clock().advance(60 * SECOND);
    tell(&bench).await;
    assert_eq!(
        receiver.requests().pop().unwrap().header("Authorization"),
        Some("Bearer three"),
        "it was withdrawn"
    );
    assert_eq!(tokens.requests().len(), 4);
}
