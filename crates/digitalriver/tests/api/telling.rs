//! Shops that tell what happens: to real receivers, and to whoever asks later.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::decide::Outcome;
use domain::id::{OrderId, OrderLineId};
use domain::snapshot::Shop;
use engine::gateway::{Account, Sandbox, SetUp};
use engine::outside::address::AllowPrivate;
use engine::outside::url::AllowHttp;
use engine::outside::{Outside, Policy};
use engine::workers::Workers;
use ring::hmac;
use serde_json::{Value, json};
use testkit::billing::GATEWAY;
use testkit::charging::ordering;
use testkit::receiver::{Receiver, Request};
use testkit::world::{self, MUG, SHIRT};

use crate::bench::{Bench, LIVE, URL, bench_of};
use crate::published::published;

fn nearby() -> Policy {
    Policy { allow_private: AllowPrivate::Loopback, allow_http: AllowHttp::Loopback, ..Policy::default() }
}

pub fn workers() -> Workers {
    Workers {
        dialects: vec![digitalriver::dialect(URL)],
        gateways: vec![Arc::new(Sandbox)],
        outside: Outside::new(nearby()).unwrap(),
        post: engine::mail::Post::Nowhere,
        calls_at_once: 8,
        inquire_every: Duration::from_secs(3600),
        events_days: 30,
        keys_days: 7,
    }
}

/// A shop that may call receivers on this machine, and can take money.
pub async fn furnished() -> Bench {
    furnished_of(world::shop()).await
}

/// The same with other settings.
pub async fn furnished_of(shop: Shop) -> Bench {
    let bench = bench_of(shop).await;
    bench.engine.calls_by(nearby());
    let gateway = SetUp { name: GATEWAY.into(), kind: "test".into(), account: Account::default() };
    bench.engine.set_up_gateway(bench.shop.id, &gateway).await.unwrap();
    tell(&bench).await;
    bench
}

/// Lets everything be done and told that is due.
pub async fn tell(bench: &Bench) {
    while bench.engine.work_off(&workers()).await.unwrap() > 0 {}
}

pub async fn created(bench: &Bench, token: &str, webhook: Value) -> Value {
    let made = bench.send_as(token, "POST", "/webhooks", webhook).await;
    assert_eq!(made.status, 201, "{}", made.body);
    made.body
}

pub async fn listening(bench: &Bench, receiver: &Receiver, types: &[&str]) -> Value {
    created(bench, LIVE, json!({ "address": receiver.url(), "types": types })).await
}

/// The secret of the webhook that was made last.
pub async fn secret(bench: &Bench) -> String {
    let listener = bench.engine.store().listeners(bench.shop.id).await.unwrap().pop().unwrap();
    bench.engine.secret_of_listener(&bench.shop, &listener).await.unwrap()
}

/// Whether a receiver that has that secret takes one of the signatures of a message for the server's.
pub fn signatures(request: &Request, secret: &str) -> Vec<bool> {
    let header = request.header("DigitalRiver-Signature").unwrap();
    let mut parts = header.split(", ");
    let signed = [parts.next().unwrap().as_bytes(), b".", &request.body].concat();
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    parts.map(|part| hmac::verify(&key, &signed, &STANDARD.decode(part).unwrap()).is_ok()).collect()
}

pub fn types_of(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["type"].as_str().unwrap()).collect()
}

/// What is listed, oldest first.
pub async fn listed(bench: &Bench, token: &str, query: &str) -> Vec<Value> {
    let told = bench.send_as(token, "GET", &format!("/events{query}"), Value::Null).await;
    assert_eq!(told.status, 200, "{}", told.body);
    told.body["data"].as_array().unwrap().iter().rev().cloned().collect()
}

/// Every event is what the document says of it, and so is what it is about.
pub fn judge(event: &Value) {
    published().judge_thing("Event", event);
    let object = &event["data"]["object"];
    let kind = event["type"].as_str().unwrap();
    if ["order.invoice.created", "order.credit_memo.created"].contains(&kind) {
        // The document knows them from samples only.
        assert!(object["fileId"].is_string() && object["orderId"].is_string(), "{object}");
        return;
    }
    let thing = match kind.split('.').next().unwrap() {
        "order" if kind.starts_with("order.charge.") && kind != "order.charge.reauth.failed" => "Charge",
        "order" => "Order",
        "fulfillment" => "FulfillmentOrder",
        "refund" => "OrderRefund",
        "return" => "ReturnsResponse",
        "fulfillment_order" if kind.ends_with(".shipped") => "Shipment",
        "fulfillment_order" => "GlobalFulfillmentOrder",
        "fulfillment_cancellation" => "GlobalFulfillmentCancellationResponse",
        "fulfillment_return" => "GlobalFulfillmentReturnResponse",
        "sku" => "Sku",
        "checkout" => "Checkout",
        "source" => "Source",
        "customer" if kind.starts_with("customer.source.") => "Source",
        "tax_identifier" => "CustomerTaxIdentifier",
        "customer" if kind.starts_with("customer.tax_identifier.") => "CustomerTaxIdentifier",
        _ => "Customer",
    };
    published().judge_thing(thing, object);
}

pub async fn ordered(bench: &Bench, token: &str) -> (OrderId, Vec<OrderLineId>) {
    let Outcome::Order(id) = bench.execute(&ordering(&[(SHIRT, 2), (MUG, 1)], token)).await else {
        panic!("no order")
    };
    let order = bench.engine.orders_by_id(&bench.shop, &[id]).await.unwrap().pop().unwrap();
    (id, order.lines.iter().map(|line| line.id).collect())
}
