//! Events of what programs keep here: checkouts, sources, tax identifiers, links; and what things were before somebody
//! changed them.

use serde_json::{Value, json};
use testkit::charging::finishing;
use testkit::receiver::{Receiver, Request};
use testkit::world::SHIRT;

use crate::bench::{Bench, LIVE, TOKEN};
use crate::buyers::source;
use crate::orders::at_work;
use crate::telling::{created, furnished, judge, listed, listening, ordered, tell, types_of};

fn id(thing: &Value) -> &str {
    thing["id"].as_str().unwrap()
}

fn object(event: &Value) -> &Value {
    &event["data"]["object"]
}

/// The last event of that type, and what of its thing is told to have changed.
async fn last(bench: &Bench, token: &str, kind: &str) -> (Value, Value) {
    tell(bench).await;
    let mut events = listed(bench, token, &format!("?type={kind}&limit=100")).await;
    let event = events.pop().unwrap_or_else(|| panic!("no {kind}"));
    judge(&event);
    (object(&event).clone(), event["data"]["previousAttributes"].clone())
}

fn basket(more: Value) -> Value {
    let item = json!({ "skuId": format!("SKU-{SHIRT}"), "quantity": 2, "price": 10 });
    let mut sent =
        json!({ "currency": "USD", "email": "ada@example.com", "items": [item], "upstreamId": "one" });
    sent.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    sent
}

#[tokio::test]
async fn checkouts_are_told_as_they_were() {
    let bench = furnished().await;
    let receiver = Receiver::start().await;
    created(&bench, TOKEN, json!({ "address": receiver.url(), "types": ["checkout.*"] })).await;
    let live = Receiver::start().await;
    listening(&bench, &live, &["checkout.*"]).await;
    let customer = bench.create("/customers", json!({ "id": "ada", "email": "ada@example.com" })).await;
    let paid_with = source(&bench).await;
    let made = bench.create("/checkouts", basket(json!({ "customerId": customer["id"] }))).await;
    let path = format!("/checkouts/{}", id(&made));
    let more = json!({ "upstreamId": "two", "browserIp": "10.0.0.1" });
    let changed = bench.change(&path, more).await;
    bench.change(&format!("{path}/sources/{}", id(&paid_with)), Value::Null).await;
    let paid = bench.get(&path).await;
    bench.remove(&path).await;
    tell(&bench).await;
    let events = listed(&bench, TOKEN, "?type=checkout.*").await;
    let kinds = ["checkout.created", "checkout.updated", "checkout.updated", "checkout.deleted"];
    assert_eq!(types_of(&events), kinds);
    assert_eq!(object(&events[0]), &made);
    assert_eq!(
        (object(&events[0])["customerId"].as_str(), &events[0]["liveMode"]),
        (Some("ada"), &json!(false))
    );
    assert_eq!(object(&events[1]), &changed);
    assert_eq!(object(&events[2]), &paid, "with its source");
    assert_eq!(object(&events[3]), &json!({ "id": made["id"], "customerId": "ada" }));
    events[..3].iter().for_each(judge);
    let before = |event: &Value| {
        let mut before = event["data"]["previousAttributes"].clone();
        before.as_object_mut().map(|before| before.shift_remove("updatedTime"));
        before
    };
    assert_eq!(before(&events[0]), Value::Null);
    assert_eq!(before(&events[1]), json!({ "upstreamId": "one", "browserIp": null }));
    let session = json!({ "amountContributed": 0.0, "amountRemainingToBeContributed": 20.0, "state": "requires_source" });
    assert_eq!(before(&events[2]), json!({ "payment": { "sources": null, "session": session } }));
    let mut told: Vec<Value> = receiver.requests().iter().map(Request::json).collect();
    told.sort_by_key(|event| events.iter().position(|listed| listed == event));
    assert_eq!(told, events);
    assert_eq!(live.requests().len(), 0, "it is of the test mode");
    assert_eq!(listed(&bench, LIVE, "?type=checkout.*").await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_checkout_that_becomes_an_order_is_told_as_the_order() {
    let (bench, _working) = at_work().await;
    let paid_with = source(&bench).await;
    let made = bench.create("/checkouts", basket(json!({ "sourceId": paid_with["id"] }))).await;
    tell(&bench).await;
    let order = bench.create("/orders", json!({ "checkoutId": made["id"] })).await;
    tell(&bench).await;
    let events = listed(&bench, TOKEN, "?limit=100").await;
    let kinds = types_of(&events);
    assert_eq!(kinds[..3], ["source.created", "source.chargeable", "checkout.created"]);
    assert!(!kinds.contains(&"checkout.updated") && !kinds.contains(&"checkout.deleted"), "{kinds:?}");
    let of_order = events.iter().find(|event| event["type"] == "order.created").unwrap();
    assert_eq!((&object(of_order)["id"], &object(of_order)["checkoutId"]), (&order["id"], &made["id"]));
}

#[tokio::test]
async fn what_customers_pay_with_and_go_by_is_told() {
    let bench = furnished().await;
    let customer = bench.create("/customers", json!({ "id": "ada", "email": "ada@example.com" })).await;
    let alone = source(&bench).await;
    let at_theirs = format!("/customers/{}/sources/{}", id(&customer), id(&alone));
    let theirs = bench.change(&at_theirs, Value::Null).await;
    bench.remove(&at_theirs).await;
    let number = bench.create("/tax-identifiers", json!({ "type": "uk", "value": "GB1" })).await;
    let attached = bench
        .change(&format!("/customers/{}/tax-identifiers/{}", id(&customer), id(&number)), Value::Null)
        .await;
    bench.remove(&format!("/tax-identifiers/{}", id(&number))).await;
    tell(&bench).await;
    let events = listed(&bench, TOKEN, "?limit=100").await;
    let told: Vec<(&str, &Value)> =
        events.iter().map(|event| (event["type"].as_str().unwrap(), object(event))).collect();
    let gone = |thing: &Value| json!({ "id": thing["id"], "customerId": "ada" });
    assert_eq!(
        told[1..],
        [
            ("source.created", &alone),
            ("source.chargeable", &alone),
            ("customer.source.created", &theirs),
            ("customer.source.deleted", &gone(&alone)),
            ("tax_identifier.pending", &number),
            ("customer.tax_identifier.created", &attached),
            ("tax_identifier.deleted", &gone(&number)),
        ]
    );
    assert_eq!((told[0].0, &attached["customerId"]), ("customer.created", &json!("ada")));
    events.iter().filter(|event| !event["type"].as_str().unwrap().ends_with("deleted")).for_each(judge);
    let live: Vec<Value> = listed(&bench, LIVE, "").await;
    let of_both = [
        "customer.created",
        "tax_identifier.pending",
        "customer.tax_identifier.created",
        "tax_identifier.deleted",
    ];
    assert_eq!(types_of(&live), of_both, "sources are of their mode");
}

#[tokio::test]
async fn what_an_order_and_its_parts_were_is_told() {
    let bench = furnished().await;
    let (order, lines) = ordered(&bench, "test_ok").await;
    tell(&bench).await;
    bench.execute(&finishing(order, &[(lines[0], 2, 0), (lines[1], 1, 0)])).await;
    tell(&bench).await;
    let send = async |path: &str, body: Value| {
        let told = bench.send_as(LIVE, "POST", path, body).await;
        assert!(told.status < 300, "{path}: {}", told.body);
        told.body
    };
    let path = format!("/orders/{order}");
    for (sent, before) in [("one", Value::Null), ("two", json!({ "note": "one" }))] {
        send(&path, json!({ "metadata": { "note": sent } })).await;
        let (shown, mut previous) = last(&bench, LIVE, "order.updated").await;
        assert_eq!(shown["metadata"], json!({ "note": sent }));
        previous.as_object_mut().unwrap().shift_remove("updatedTime");
        assert_eq!(previous, json!({ "metadata": before }));
    }
    let updates = listed(&bench, LIVE, "?type=order.updated").await.len();
    let line = lines[1].to_string();
    let sent = json!({ "orderId": order.to_string(), "items": [{ "itemId": line, "quantity": 1 }] });
    let back = send("/returns", sent).await;
    send(&format!("/returns/{}", id(&back)), json!({ "metadata": { "box": 1 } })).await;
    let (shown, previous) = last(&bench, LIVE, "return.updated").await;
    assert_eq!((&shown["metadata"], &previous["metadata"]), (&json!({ "box": 1 }), &Value::Null));
    assert!(previous.as_object().unwrap().contains_key("metadata"), "{previous}");
    let sent = json!({ "orderId": order.to_string(), "currency": "USD", "amount": 1, "reason": "LATE" });
    let refund = send("/refunds", sent).await;
    tell(&bench).await;
    send(&format!("/refunds/{}", id(&refund)), json!({ "metadata": { "by": "bob" } })).await;
    let (shown, previous) = last(&bench, LIVE, "refund.updated").await;
    assert_eq!((&shown["metadata"], previous), (&json!({ "by": "bob" }), json!({ "metadata": null })));
    assert_eq!(listed(&bench, LIVE, "?type=order.updated").await.len(), updates, "parts tell of themselves");
    let told = listed(&bench, LIVE, "?limit=100").await;
    let previous = |event: &&Value| event["data"]["previousAttributes"].is_object();
    let kinds: Vec<&str> =
        told.iter().filter(previous).map(|event| event["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["order.updated", "order.updated", "return.updated", "refund.updated"]);
}

#[tokio::test]
async fn what_skus_and_customers_were_is_told() {
    let bench = furnished().await;
    let sku =
        json!({ "id": "cap", "name": "Cap", "taxCode": "4323.310_A", "image": "https://img.example/1.png" });
    bench.create("/skus", sku).await;
    bench.change("/skus/cap", json!({ "name": "Hat", "image": "https://img.example/2.png" })).await;
    let (shown, mut previous) = last(&bench, TOKEN, "sku.updated").await;
    assert_eq!((&shown["name"], &shown["id"]), (&json!("Hat"), &json!("cap")));
    previous.as_object_mut().unwrap().shift_remove("updatedTime");
    assert_eq!(previous, json!({ "name": "Cap", "image": "https://img.example/1.png" }));
    let updates = listed(&bench, TOKEN, "?type=sku.updated").await.len();
    bench.remove("/skus/cap").await;
    tell(&bench).await;
    let (_, previous) = last(&bench, TOKEN, "sku.created").await;
    assert_eq!(previous, Value::Null);
    let gone = listed(&bench, TOKEN, "?type=sku.deleted").await;
    assert_eq!((gone.len(), object(&gone[0])), (1, &json!({ "id": "cap" })));
    assert_eq!(listed(&bench, TOKEN, "?type=sku.updated").await.len(), updates);

    bench.create("/customers", json!({ "id": "ada", "email": "ada@example.com", "locale": "en_US" })).await;
    bench.change("/customers/ada", json!({ "locale": "fr_FR" })).await;
    let (shown, previous) = last(&bench, TOKEN, "customer.updated").await;
    assert_eq!((&shown["locale"], &previous["locale"]), (&json!("fr_FR"), &json!("en_US")));
    bench.change("/customers/ada", json!({ "requestToBeForgotten": true })).await;
    let (shown, previous) = last(&bench, TOKEN, "customer.updated").await;
    assert_eq!((&shown["requestToBeForgotten"], previous), (&json!(true), Value::Null));
    let told = json!(listed(&bench, TOKEN, "?limit=100").await).to_string();
    assert!(!told.contains("ada@example.com"), "{told}");
    bench.create("/customers", json!({ "id": "bob", "email": "bob@example.com" })).await;
    bench.remove("/customers/bob").await;
    tell(&bench).await;
    let gone = listed(&bench, TOKEN, "?type=customer.deleted").await;
    assert_eq!((object(&gone[0]), gone[0]["data"].as_object().unwrap().len()), (&json!({ "id": "bob" }), 1));
}

/// Whoever is forgotten goes from what was told of checkouts, by whatever they were named there, and from what waits.
#[tokio::test]
async fn somebody_who_is_forgotten_goes_from_checkouts_and_sources() {
    const WHO: &str = "ada@example.com";
    let bench = furnished().await;
    let receiver = Receiver::start().await;
    receiver.answer_with(vec![testkit::receiver::Answer::status(500); 20]);
    created(&bench, TOKEN, json!({ "address": receiver.url(), "types": ["*"] })).await;
    let owner =
        json!({ "firstName": "Ada", "email": WHO, "address": { "line1": "Main St", "country": "US" } });
    let token = json!({ "gateway": "test", "reference": "test_ok" });
    let card = json!({ "type": "creditCard", "token": token, "owner": owner });
    for told in [true, false] {
        bench.create("/checkouts", basket(json!({}))).await;
        let card = bench.create("/sources", card.clone()).await;
        // Somebody else's, paid with the card.
        let more = json!({ "email": "bob@example.com", "sourceId": card["id"] });
        let made = bench.create("/checkouts", basket(more)).await;
        bench.change(&format!("/checkouts/{}", id(&made)), json!({ "upstreamId": "two" })).await;
        if told {
            tell(&bench).await;
        }
    }
    let told = async || json!(listed(&bench, TOKEN, "?limit=100").await).to_string();
    assert!(told().await.contains(WHO));
    bench.create("/customers", json!({ "id": "ada", "email": WHO })).await;
    bench.change("/customers/ada", json!({ "requestToBeForgotten": true })).await;
    assert!(!told().await.contains(WHO));
    tell(&bench).await;
    assert!(!told().await.contains(WHO));
    assert!(told().await.contains("bob@example.com"), "others stay");
    let kept = bench.engine.store().deliveries(bench.shop.id, None, 100).await.unwrap();
    assert!(kept.iter().all(|kept| !kept.what.body.contains(WHO) && !kept.what.body.contains("Main St")));
}

#[tokio::test]
async fn links_to_files_are_told_without_their_address() {
    let bench = furnished().await;
    let (order, lines) = ordered(&bench, "test_ok").await;
    tell(&bench).await;
    bench.execute(&finishing(order, &[(lines[0], 2, 0), (lines[1], 1, 0)])).await;
    tell(&bench).await;
    let send =
        async |method: &str, path: &str, body: Value| bench.send_as(LIVE, method, path, body).await.body;
    let file = send("GET", "/files", Value::Null).await["data"][0]["id"].clone();
    let sent = json!({ "fileId": file, "expiresTime": "2030-01-01T00:00:00Z" });
    let mut made = send("POST", "/file-links", sent).await;
    let path = format!("/file-links/{}", id(&made));
    send("POST", &path, json!({ "expiresTime": "2031-01-01T00:00:00Z" })).await;
    send("DELETE", &path, Value::Null).await;
    tell(&bench).await;
    let events = listed(&bench, LIVE, "?type=fileLink.*").await;
    assert_eq!(types_of(&events), ["fileLink.created", "fileLink.updated", "fileLink.deleted"]);
    made.as_object_mut().unwrap().shift_remove("url").unwrap();
    assert_eq!(object(&events[0]), &made);
    let before = json!({ "expiresTime": "2030-01-01T00:00:00Z" });
    assert_eq!(events[1]["data"]["previousAttributes"], before);
    assert_eq!(object(&events[2]), &json!({ "id": made["id"] }));
    assert_eq!(listed(&bench, TOKEN, "?type=fileLink.*").await, Vec::<Value>::new());
}
