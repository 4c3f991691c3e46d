//! Fulfillments beyond an order's usual life: authorizations that expire, parcels nobody can follow, what clients send in
//! shapes of their own.

use domain::charging::{AUTHORIZED_FOR, Risk, Rules};
use domain::snapshot::Shop;
use serde_json::{Value, json};
use testkit::world;

use crate::bench::{Bench, LIVE};
use crate::telling::{furnished, furnished_of, ordered, tell};

async fn asked(bench: &Bench, method: &str, path: &str, body: Value) -> (u16, Value) {
    let told = bench.send_as(LIVE, method, path, body).await;
    (told.status, told.body)
}

#[tokio::test]
async fn who_is_averse_to_risk_is_refused_until_the_money_is_set_aside_anew() {
    for (risk, status) in [(Risk::Averse, 409), (Risk::Tolerant, 201)] {
        let bench = furnished_of(Shop { charging: Rules { risk }, ..world::shop() }).await;
        let (order, lines) = ordered(&bench, "test_ok").await;
        tell(&bench).await;
        let before = asked(&bench, "GET", &format!("/orders/{order}"), Value::Null).await.1;
        bench.engine.clock().advance(AUTHORIZED_FOR);
        let sent = json!({ "orderId": order.to_string(), "items": [{ "itemId": lines[0].to_string(), "quantity": 1 }] });
        let (told, body) = asked(&bench, "POST", "/fulfillments", sent.clone()).await;
        assert_eq!(told, status, "{body}");
        if risk == Risk::Averse {
            let error = json!({ "code": "payment_authorization_failed", "parameter": "orderId",
                "message": "Fulfillment cannot be processed because the payment authorization has expired" });
            assert_eq!(body, json!({ "type": "conflict", "errors": [error] }));
            tell(&bench).await;
            assert_eq!(asked(&bench, "POST", "/fulfillments", sent).await.0, 201, "it was set aside anew");
            let after = asked(&bench, "GET", &format!("/orders/{order}"), Value::Null).await.1;
            assert_eq!(after["stateTransitions"], before["stateTransitions"], "it was accepted once");
        }
    }
}

#[tokio::test]
async fn parcels_that_nobody_can_follow_are_not_found() {
    let bench = furnished().await;
    let (order, lines) = ordered(&bench, "test_ok").await;
    tell(&bench).await;
    let tracking = async || {
        let (status, body) = asked(&bench, "GET", &format!("/orders/{order}/tracking"), Value::Null).await;
        let told = body["errors"][0]["message"].as_str().unwrap_or_default().to_owned();
        (status, told, body["shipments"].clone())
    };
    let none = "There are no shipments found for an order.";
    assert_eq!(tracking().await, (404, none.to_owned(), Value::Null));
    let fulfill = async |line: usize, item: Value| {
        let mut item = item;
        item["itemId"] = lines[line].to_string().into();
        let sent = json!({ "orderId": order.to_string(), "items": [item] });
        assert_eq!(asked(&bench, "POST", "/fulfillments", sent).await.0, 201);
    };
    fulfill(0, json!({ "cancelQuantity": 1 })).await;
    assert_eq!(tracking().await.1, none, "nothing left");
    fulfill(0, json!({ "quantity": 1 })).await;
    assert!(tracking().await.1.starts_with("The tracking information was not found"));
    fulfill(1, json!({ "quantity": 1, "trackingNumber": 123_456, "trackingUrl": null })).await;
    assert_eq!(tracking().await, (200, String::new(), json!([{ "trackingNumber": "123456" }])));
}

#[tokio::test]
async fn a_line_that_is_named_twice_leaves_as_one_and_no_tracking_is_lost() {
    let bench = furnished().await;
    let (order, lines) = ordered(&bench, "test_ok").await;
    tell(&bench).await;
    let item = |number| json!({ "itemId": lines[0].to_string(), "quantity": 1, "trackingNumber": number });
    let sent = json!({ "orderId": order.to_string(), "items": [item("A"), item("B")] });
    let made = asked(&bench, "POST", "/fulfillments", sent).await.1;
    let items = json!([{ "quantity": 2, "cancelQuantity": 0, "skuId": made["items"][0]["skuId"],
        "itemId": lines[0].to_string(), "trackingNumber": "B" }]);
    assert_eq!((&made["items"], &made["trackingNumber"]), (&items, &json!("A")));
}

#[tokio::test]
async fn what_a_database_cant_keep_is_refused_before() {
    let bench = furnished().await;
    for (method, path, body) in [
        ("GET", "/orders/%00", Value::Null),
        ("GET", "/fulfillments?skuId=%00", Value::Null),
        (
            "POST",
            "/fulfillments",
            json!({ "orderId": "1", "items": [{ "itemId": "1", "trackingNumber": "a\u{0}" }] }),
        ),
    ] {
        let (status, told) = asked(&bench, method, path, body).await;
        assert_eq!((status, &told["errors"][0]["code"]), (400, &json!("invalid_format")), "{method} {path}");
    }
}
