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

/// Two units for 10 dollars each.
pub const ENGINES: (i64, f64) = (2, 10.0);

/// An order of so many units of articles at their prices in dollars, whose money was set aside with that token of a
/// gateway of that name.
pub fn set_aside(server: &Running, (gateway, token): (&str, &str), articles: &[(i64, f64)]) -> Value {
    let source = json!({ "type": "creditCard", "token": { "gateway": gateway, "reference": token } });
    let source = ask(server, "POST /sources", Some(source));
    let item = |(i, (quantity, price)): (usize, &(i64, f64))| {
        let details = json!({ "id": format!("e{i}"), "name": "Engine" });
        json!({ "productDetails": details, "price": price, "quantity": quantity })
    };
    let items: Vec<Value> = articles.iter().enumerate().map(item).collect();
    let order =
        json!({ "currency": "USD", "email": "jane@example.com", "items": items, "sourceId": source["id"] });
    let order = ask(server, "POST /orders", Some(order));
    order_becomes(server, order["id"].as_str().unwrap().parse().unwrap(), "accepted")
}

/// So many units of each item leave, and so many are given up.
pub fn leave(server: &Running, order: &Value, units: &[(i64, i64)]) {
    let items = order["items"].as_array().unwrap().iter().zip(units);
    let items: Vec<Value> = items
        .filter(|(_, (leave, given_up))| leave + given_up > 0)
        .map(|(item, (leave, given_up))| {
            json!({ "itemId": item["id"], "quantity": leave, "cancelQuantity": given_up })
        })
        .collect();
    ask(server, "POST /fulfillments", Some(json!({ "orderId": order["id"], "items": items })));
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
