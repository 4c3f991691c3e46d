//! A shop that bills, furnished and asked over HTTP as a program would.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{Running, http};

/// An article that nobody must send, what it costs once, and somebody who buys it.
pub struct Shop {
    pub variant: i64,
    price: i64,
    contact: i64,
}

/// Asks the API that bills; `None` sends no body.
pub fn ask(server: &Running, what: &str, body: Option<Value>) -> Value {
    let token = server.ready["clickfunnels"]["token"].as_str().unwrap();
    let (method, path) = what.split_once(' ').unwrap();
    let head = format!("authorization: Bearer {token}\r\ncontent-type: application/json\r\n");
    let body = body.map_or_else(String::new, |body| body.to_string());
    let (status, answer) = http(server.address(), &format!("{method} /api/v2{path}"), &head, &body);
    assert!(status < 300, "{what}: {status} {answer}");
    serde_json::from_str(&answer).unwrap()
}

fn id(of: &Value) -> i64 {
    of["id"].as_i64().unwrap_or_else(|| panic!("no id: {of}"))
}

impl Shop {
    /// Makes them; the article costs 20 dollars.
    pub fn furnish(server: &Running) -> Shop {
        let buyer = json!({ "contact": { "email_address": "jane@example.com", "first_name": "Jane" } });
        let contact = id(&ask(server, "POST /workspaces/1/contacts", Some(buyer)));
        let lessons = json!({ "product": { "name": "Lessons" } });
        let product = ask(server, "POST /workspaces/1/products", Some(lessons));
        let variant = product["default_variant_id"].as_i64().unwrap();
        let digital =
            json!({ "products_variant": { "product_type": "digital", "fulfillment_required": false } });
        ask(server, &format!("PUT /products/variants/{variant}"), Some(digital));
        let once = json!({ "products_price": { "amount": "20.00", "currency": "USD", "payment_type": "one_time",
                                               "name": "Once" } });
        let price = id(&ask(server, &format!("POST /products/variants/{variant}/prices"), Some(once)));
        Shop { variant, price, contact }
    }

    /// The buyer orders one and pays by that token of that processor; gives the order's id.
    pub fn order(&self, server: &Running, processor: &str, token: &str) -> i64 {
        let order = json!({ "order": {
            "order_type": "one-time-order", "live_mode": true, "contact_id": self.contact,
            "payment_processor": processor, "billing_payment_method": { "token": token, "type": "card" },
            "line_items_attributes": [
                { "variant_id": self.variant, "products_price_id": self.price, "quantity": 1 }
            ],
        } });
        id(&ask(server, "POST /workspaces/1/orders", Some(order)))
    }
}

/// The status of an order's only invoice, once it is that, or after twenty seconds.
pub fn invoice_becomes(server: &Running, order: i64, wanted: &str) -> String {
    let began = Instant::now();
    loop {
        let invoices = ask(server, &format!("GET /orders/{order}/invoices"), None);
        let status = invoices[0]["status"].as_str().unwrap_or_default().to_owned();
        if status == wanted || began.elapsed() > Duration::from_secs(20) {
            return status;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}
