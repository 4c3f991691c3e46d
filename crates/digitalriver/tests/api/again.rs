//! Requests that are sent again: with a key they have their effect once, and without one the quantities see to it.

use domain::actor::Permissions;
use serde_json::{Value, json};
use testkit::served::Told;

use crate::bench::{Bench, LIVE};
use crate::telling::{furnished, ordered, tell};

async fn keyed(bench: &Bench, token: &str, key: &str, body: &Value) -> Told {
    let bearer = format!("Bearer {token}");
    let headers = [("Authorization", bearer.as_str()), ("Idempotency-Key", key)];
    bench.ask("POST", "/fulfillments", &headers, body.to_string()).await
}

#[tokio::test]
async fn a_key_has_its_effect_once() {
    let bench = furnished().await;
    let (order, lines) = ordered(&bench, "test_ok").await;
    tell(&bench).await;
    let sent = json!({ "orderId": order.to_string(), "items": [
        { "itemId": lines[0].to_string(), "quantity": 2 }, { "itemId": lines[1].to_string(), "quantity": 1 } ] });
    let first = keyed(&bench, LIVE, "k1", &sent).await;
    assert_eq!((first.status, first.header("idempotency-replayed")), (201, None), "{}", first.body);
    let again = keyed(&bench, LIVE, "k1", &sent).await;
    assert_eq!((again.status, again.header("idempotency-replayed")), (201, Some("true")));
    assert_eq!(again.body, first.body, "although the order is fulfilled now");
    let other = json!({ "orderId": "7", "items": [] });
    let told = keyed(&bench, LIVE, "k1", &other).await;
    assert_eq!((told.status, &told.body["errors"][0]["parameter"]), (400, &json!("idempotency-key")));
    assert_eq!(keyed(&bench, LIVE, "k2", &sent).await.status, 409, "another request is another one");
    assert_eq!(keyed(&bench, LIVE, &"k".repeat(256), &sent).await.status, 400);
    bench.program("sk_second", Permissions::all()).await;
    assert_eq!(keyed(&bench, "sk_second", "k1", &sent).await.status, 409, "keys are a program's own");
}

#[tokio::test]
async fn of_those_who_fulfill_at_once_one_wins() {
    let bench = furnished().await;
    let (order, lines) = ordered(&bench, "test_ok").await;
    tell(&bench).await;
    let sent =
        json!({ "orderId": order.to_string(), "items": [{ "itemId": lines[0].to_string(), "quantity": 2 }] });
    let ask = || bench.send_as(LIVE, "POST", "/fulfillments", sent.clone());
    let all = [ask(), ask(), ask(), ask(), ask(), ask(), ask(), ask()];
    let mut told: Vec<(u16, Value)> = Vec::new();
    for answer in futures::future::join_all(all).await {
        told.push((answer.status, answer.body["errors"][0]["code"].clone()));
    }
    told.sort_by_key(|(status, _)| *status);
    assert_eq!(told[0].0, 201);
    assert!(told[1..].iter().all(|told| *told == (409, json!("item_fulfilled"))), "{told:?}");
}
