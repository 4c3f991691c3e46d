//! Orders whose money is set aside first, placed and fulfilled over HTTP as a program would.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{Running, http};

fn ask(server: &Running, what: &str, body: Option<Value>) -> Value {
    let token = server.ready["digitalriver"]["token"].as_str().unwrap();
    let head = format!("authorization: Bearer {token}\r\ncontent-type: application/json\r\n");
    let body = body.map_or_else(String::new, |body| body.to_string());
    let (status, answer) = http(server.address(), what, &head, &body);
    assert!(status < 300, "{what}: {status} {answer}");
    serde_json::from_str(&answer).unwrap()
}

/// An order of two units for 10 dollars each, whose money was set aside with that token of a gateway called `stripe`.
pub fn set_aside(server: &Running, token: &str) -> Value {
    let source = json!({ "type": "creditCard", "token": { "gateway": "stripe", "reference": token } });
    let source = ask(server, "POST /sources", Some(source));
    let item = json!({ "productDetails": { "id": "e", "name": "Engine" }, "price": 10, "quantity": 2 });
    let order =
        json!({ "currency": "USD", "email": "jane@example.com", "items": [item], "sourceId": source["id"] });
    let order = ask(server, "POST /orders", Some(order));
    order_becomes(server, order["id"].as_str().unwrap().parse().unwrap(), "accepted")
}

/// All of it leaves.
pub fn leave(server: &Running, order: &Value) {
    let item = json!({ "itemId": order["items"][0]["id"], "quantity": 2 });
    ask(server, "POST /fulfillments", Some(json!({ "orderId": order["id"], "items": [item] })));
}

/// An order, once it is in that state, or after twenty seconds.
pub fn order_becomes(server: &Running, order: i64, wanted: &str) -> Value {
    let began = Instant::now();
    loop {
        let now = ask(server, &format!("GET /orders/{order}"), None);
        if now["state"] == wanted || began.elapsed() > Duration::from_secs(20) {
            return now;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}
