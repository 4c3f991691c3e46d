//! From an order's life to the receiver.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::actor::Permissions;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use testkit::receiver::{Receiver, Request};

use crate::bench::{Bench, SECRET, TOKEN, bench, nearby};

const SUBSCRIBE: &str = "mutation($topic: WebhookSubscriptionTopic!, $input: WebhookSubscriptionInput!) {
    webhookSubscriptionCreate(topic: $topic, webhookSubscription: $input) {
        webhookSubscription { id } userErrors { field message } } }";
const PLACE: &str = "mutation($order: OrderCreateOrderInput!) { orderCreate(order: $order) {
    order { id legacyResourceId fulfillmentOrders(first: 5) { nodes { id } } } userErrors { message } } }";
const FULFILL: &str =
    "mutation($fulfillment: FulfillmentInput!) { fulfillmentCreate(fulfillment: $fulfillment) {
    fulfillment { id } userErrors { message } } }";

async fn subscribe(bench: &Bench, token: &str, topic: &str, input: Value) {
    let answer = bench.asked_by(token, "2026-04", SUBSCRIBE, json!({"topic": topic, "input": input})).await;
    let payload = &answer["data"]["webhookSubscriptionCreate"];
    assert_eq!(payload["userErrors"], json!([]), "{answer}");
}

/// Places an order of two shirts: its number, and the global id of its work.
async fn place(bench: &Bench) -> (i64, String) {
    let order = json!({
        "email": "ada@example.com", "currency": "USD",
        "lineItems": [{"variantId": "gid://shopify/ProductVariant/100", "quantity": 2}],
    });
    let data = bench.ask(PLACE, json!({ "order": order })).await;
    let order = &data["orderCreate"]["order"];
    let id = order["legacyResourceId"].as_str().unwrap().parse().unwrap();
    (id, order["fulfillmentOrders"]["nodes"][0]["id"].as_str().unwrap().to_owned())
}

async fn fulfill(bench: &Bench, work: &str) {
    let fulfillment = json!({
        "lineItemsByFulfillmentOrder": [{"fulfillmentOrderId": work}],
        "trackingInfo": {"company": "UPS", "number": "1Z2345"},
    });
    let data = bench.ask(FULFILL, json!({ "fulfillment": fulfillment })).await;
    assert_eq!(data["fulfillmentCreate"]["userErrors"], json!([]));
}

fn of<'r>(requests: &'r [Request], topic: &str) -> &'r Request {
    let mut found = requests.iter().filter(|request| request.header("X-Shopify-Topic") == Some(topic));
    let request = found.next().unwrap_or_else(|| panic!("nothing of {topic}: {requests:#?}"));
    assert!(found.next().is_none(), "{topic} was told twice");
    request
}

fn signature(body: &[u8]) -> String {
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(body);
    STANDARD.encode(mac.finalize().into_bytes())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_orders_life_is_told_as_it_happens() {
    let bench = bench(nearby()).await;
    let receiver = Receiver::start().await;
    let uri = format!("{}/hooks?from=consign", receiver.url());
    for topic in [
        "ORDERS_CREATE",
        "FULFILLMENT_ORDERS_ORDER_ROUTING_COMPLETE",
        "FULFILLMENTS_CREATE",
        "ORDERS_FULFILLED",
    ] {
        subscribe(&bench, TOKEN, topic, json!({"uri": uri, "name": topic})).await;
    }
    let (order, work) = place(&bench).await;
    bench.work_off().await;
    let placed = receiver.requests();
    assert_eq!(placed.len(), 2, "{placed:#?}");
    let created = of(&placed, "orders/create").json();
    assert_eq!(
        (&created["id"], &created["fulfillment_status"]),
        (&order.into(), &Value::Null),
        "as it was then"
    );
    assert_eq!(created["line_items"][0]["fulfillable_quantity"], 2);
    let routed = of(&placed, "fulfillment_orders/order_routing_complete").json();
    assert_eq!(routed, json!({"fulfillment_order": {"id": work, "status": "open"}}));
    fulfill(&bench, &work).await;
    bench.work_off().await;
    let all = receiver.requests();
    assert_eq!(all.len(), 4);
    let parcel = of(&all, "fulfillments/create").json();
    assert_eq!((&parcel["order_id"], &parcel["tracking_number"]), (&order.into(), &"1Z2345".into()));
    assert_eq!(parcel["line_items"][0]["quantity"], 2);
    let fulfilled = of(&all, "orders/fulfilled");
    let body = fulfilled.json();
    assert_eq!((&body["id"], &body["fulfillment_status"]), (&order.into(), &"fulfilled".into()));
    assert_eq!(body["fulfillments"][0]["id"], parcel["id"]);
    let event = |request: &Request| request.header("X-Shopify-Event-Id").unwrap().to_owned();
    assert_eq!(event(fulfilled), event(of(&all, "fulfillments/create")), "one action, one event");
    assert_ne!(event(fulfilled), event(of(&all, "orders/create")));
    let mut ids: Vec<&str> = all.iter().map(|r| r.header("X-Shopify-Webhook-Id").unwrap()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 4);
    for request in &all {
        assert_eq!((&*request.method, &*request.path), ("POST", "/hooks?from=consign"));
        assert_eq!(request.header("X-Shopify-Hmac-Sha256"), Some(&*signature(&request.body)));
        assert_eq!(request.header("X-Shopify-Shop-Domain"), Some("shop.example"));
        assert_eq!(request.header("X-Shopify-API-Version"), Some("2026-04"));
        assert_eq!(request.header("X-Shopify-Triggered-At"), Some("2025-07-10T16:15:47.000000Z"));
        assert_eq!(request.header("Content-Type"), Some("application/json"));
        assert!(request.header("X-Shopify-Name").is_some());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_not_taken_comes_again_unchanged() {
    let bench = bench(nearby()).await;
    let receiver = Receiver::start().await;
    subscribe(&bench, TOKEN, "ORDERS_CREATE", json!({"uri": receiver.url()})).await;
    receiver.answer_with(vec![500.into(), 503.into()]);
    let (_, work) = place(&bench).await;
    bench.work_off().await;
    fulfill(&bench, &work).await;
    for _ in 0..3 {
        bench.wait(60);
        bench.work_off().await;
    }
    let requests = receiver.requests();
    assert_eq!(requests.len(), 3);
    let names = ["Webhook-Id", "Event-Id", "Triggered-At", "Hmac-Sha256", "Topic"]
        .map(|name| format!("X-Shopify-{name}"));
    for request in &requests {
        assert_eq!(request.body, requests[0].body, "to the byte, whatever happened since");
        for name in &names {
            assert_eq!(request.header(name), requests[0].header(name), "{name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_hears_what_they_asked_for_and_may_see() {
    let bench = bench(nearby()).await;
    let receiver = Receiver::start().await;
    let blind = Permissions::parse("read_assigned_fulfillment_orders").unwrap();
    bench.program("shpat_service", blind).await;
    let uri = |path: &str| format!("{}/{path}", receiver.url());
    let routed = "FULFILLMENT_ORDERS_ORDER_ROUTING_COMPLETE";
    subscribe(&bench, "shpat_service", routed, json!({"uri": uri("blind")})).await;
    let dear = json!({"uri": uri("dear"), "filter": "total_price:>=1000"});
    subscribe(&bench, TOKEN, "ORDERS_CREATE", dear).await;
    let narrow = json!({"uri": uri("narrow"), "filter": "total_price:<1000", "includeFields": ["name", "line_items.sku"]});
    subscribe(&bench, TOKEN, "ORDERS_CREATE", narrow).await;
    place(&bench).await;
    bench.work_off().await;
    let requests = receiver.requests();
    assert_eq!(requests.len(), 1, "{requests:#?}");
    assert_eq!(requests[0].path, "/narrow");
    assert_eq!(requests[0].json(), json!({"name": "#1001", "line_items": [{"sku": "SKU-100"}]}));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stock_that_orders_share_is_told_as_it_is_now() {
    let bench = bench(nearby()).await;
    let receiver = Receiver::start().await;
    subscribe(&bench, TOKEN, "INVENTORY_LEVELS_UPDATE", json!({"uri": receiver.url()})).await;
    let heard = |since: usize| -> Vec<i64> {
        let requests = receiver.requests();
        requests[since..].iter().map(|request| request.json()["available"].as_i64().unwrap()).collect()
    };
    let (_, work) = place(&bench).await;
    bench.work_off().await;
    let [first] = heard(0)[..] else { panic!("once: {:?}", heard(0)) };
    // Two orders before anybody is told of either: both messages are true when they are made.
    let (other, _) = place(&bench).await;
    place(&bench).await;
    bench.work_off().await;
    assert_eq!(heard(1), [first - 4; 2]);
    fulfill(&bench, &work).await;
    bench.work_off().await;
    assert_eq!(heard(3), [first - 4], "what left had been promised: none of it was available");
    let cancel = "mutation($id: ID!) { orderCancel(orderId: $id, reason: OTHER, restock: true) {
        orderCancelUserErrors { message } } }";
    bench.ask(cancel, json!({ "id": format!("gid://shopify/Order/{other}") })).await;
    bench.work_off().await;
    assert_eq!(heard(4), [first - 2]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refund_is_told_as_a_document_with_what_programs_keep() {
    let bench = bench(nearby()).await;
    let receiver = Receiver::start().await;
    let uri = |path: &str| format!("{}/{path}", receiver.url());
    subscribe(&bench, TOKEN, "REFUNDS_CREATE", json!({"uri": uri("refund"), "format": "XML"})).await;
    let cancelled = json!({"uri": uri("order"), "metafieldNamespaces": ["custom"], "includeFields": ["metafields.value"]});
    subscribe(&bench, TOKEN, "ORDERS_CANCELLED", cancelled).await;
    let price = json!({"shopMoney": {"amount": "8.00", "currencyCode": "USD"}});
    let order = json!({
        "currency": "USD", "lineItems": [{"title": "Tea & cups", "quantity": 1, "priceSet": price}],
        "metafields": [{"namespace": "custom", "key": "grade", "type": "number_integer", "value": "7"}],
    });
    let data = bench.ask(PLACE, json!({ "order": order })).await;
    let id = &data["orderCreate"]["order"]["id"];
    let cancel = "mutation($id: ID!) { orderCancel(orderId: $id, reason: OTHER, restock: true) {
        orderCancelUserErrors { message } } }";
    bench.ask(cancel, json!({ "id": id })).await;
    bench.work_off().await;
    let requests = receiver.requests();
    assert_eq!(requests.len(), 2, "{requests:#?}");
    let refund = of(&requests, "refunds/create");
    assert_eq!(refund.header("Content-Type"), Some("application/xml"));
    assert_eq!(refund.header("X-Shopify-Hmac-Sha256"), Some(&*signature(&refund.body)));
    let document = String::from_utf8(refund.body.to_vec()).unwrap();
    for part in [
        "\n<refund>\n",
        "<title>Tea &amp; cups</title>",
        "<subtotal type=\"float\">8.0</subtotal>",
        "\n</refund>",
    ] {
        assert!(document.contains(part), "{part} is not in {document}");
    }
    assert_eq!(of(&requests, "orders/cancelled").json(), json!({"metafields": [{"value": 7}]}));
}
