//! Tests and what counts: a key sees what was placed with keys of its mode, and orders of other APIs.

use serde_json::{Value, json};
use testkit::world::{self, SHIRT};

use crate::bench::{Bench, LIVE, TOKEN};
use crate::telling::{furnished, ordered};

/// Whether a key of the test mode and one of the live mode see an order, by itself, in lists and by what left of it.
async fn seen(bench: &Bench, order: &str) -> [bool; 2] {
    let mut seen = [false; 2];
    for (at, token) in [TOKEN, LIVE].into_iter().enumerate() {
        let one = bench.send_as(token, "GET", &format!("/orders/{order}"), Value::Null).await;
        let list = bench.send_as(token, "GET", &format!("/orders?ids={order}"), Value::Null).await;
        let body = json!({ "orderId": order, "items": [{ "itemId": "1", "quantity": 1 }] });
        let asked = bench.send_as(token, "POST", "/fulfillments", body).await;
        seen[at] = one.status == 200;
        assert_eq!(list.body["data"].as_array().unwrap().len(), usize::from(seen[at]));
        assert_eq!(asked.status == 404, !seen[at], "{}", asked.body);
    }
    seen
}

#[tokio::test]
async fn keys_see_orders_of_their_mode_and_of_other_apis() {
    let bench = furnished().await;
    let item = json!({ "productDetails": { "name": "Engine" }, "price": 0, "quantity": 1 });
    let test = bench.create("/orders", json!({ "currency": "USD", "items": [item] })).await;
    assert_eq!(seen(&bench, test["id"].as_str().unwrap()).await, [true, false]);
    let (live, _) = ordered(&bench, "test_ok").await;
    assert_eq!(seen(&bench, &live.to_string()).await, [false, true], "its money is real");
    let elsewhere = bench.execute(&world::placing(world::order(&[(SHIRT, 1)]))).await;
    let domain::decide::Outcome::Order(elsewhere) = elsewhere else { panic!("{elsewhere:?}") };
    assert_eq!(seen(&bench, &elsewhere.to_string()).await, [true, true]);
}
