//! Orders, what leaves of them, and their money: placed from a checkout and at once, fulfilled in parts, cancelled in
//! parts, refunded and returned.

use std::time::Duration;

use engine::gateway::{Account, SetUp};
use serde_json::{Value, json};
use testkit::world::SHIRT;

use crate::bench::{Bench, bench};
use crate::telling::workers;

/// A shop whose workers are at work, and who else must live as long.
pub async fn at_work() -> (Bench, engine::workers::Working) {
    let bench = bench().await;
    let gateway = SetUp { name: "test".into(), kind: "test".into(), account: Account::default() };
    bench.engine.set_up_gateway(bench.shop.id, &gateway).await.unwrap();
    let working = bench.engine.work(workers());
    (bench, working)
}

/// A source of the published card with that number.
async fn card(bench: &Bench, number: &str) -> String {
    let card = json!({ "number": number, "expirationMonth": 7, "expirationYear": 2027, "cvv": "415" });
    let source = bench.create("/sources", json!({ "type": "creditCard", "creditCard": card })).await;
    source["id"].as_str().unwrap().to_owned()
}

const GOOD: &str = "4444222233331111";

/// An order of so many of two articles, at 12.59 a unit with 0.30 tax on all, and at 5.00.
async fn placed(bench: &Bench, number: &str, units: (i64, i64)) -> Value {
    let source = card(bench, number).await;
    let items = json!([
        { "skuId": format!("SKU-{SHIRT}"), "quantity": units.0, "price": 12.59, "tax": { "amount": 0.04, "rate": 0.01 },
          "metadata": { "line": 1 } },
        { "productDetails": { "id": "x", "name": "Engine" }, "quantity": units.1, "price": "5.00" },
    ]);
    let sent = json!({ "currency": "USD", "email": "ada@example.com", "sourceId": source, "items": items,
        "shipTo": { "address": { "country": "US", "line1": "1 Way", "city": "Minnetonka", "state": "MN",
        "postalCode": "55129" }, "name": "Ada Lovelace", "email": "ada@example.com" },
        "upstreamId": "up-1", "metadata": { "channel": "web" } });
    bench.create("/orders", sent).await
}

pub fn id(thing: &Value) -> &str {
    thing["id"].as_str().unwrap()
}

pub fn item(order: &Value, at: usize) -> &str {
    order["items"][at]["id"].as_str().unwrap()
}

/// The order once `done` says that it is as it should be.
pub async fn until(bench: &Bench, order: &str, done: impl Fn(&Value) -> bool) -> Value {
    let path = format!("/orders/{order}");
    for _ in 0..500 {
        let now = bench.get(&path).await;
        if done(&now) {
            return now;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("never: {}", bench.get(&path).await)
}

pub async fn fulfill(bench: &Bench, order: &Value, items: Value) -> Value {
    bench.create("/fulfillments", json!({ "orderId": id(order), "items": items })).await
}

fn amounts(movements: &Value) -> Vec<f64> {
    movements.as_array().into_iter().flatten().map(|one| one["amount"].as_f64().unwrap()).collect()
}

fn refusal(status: u16, code: &str, parameter: &str) -> (u16, String, String) {
    (status, code.to_owned(), parameter.to_owned())
}

#[tokio::test]
async fn money_is_set_aside_and_follows_what_leaves() {
    let (bench, _working) = at_work().await;
    let order = placed(&bench, GOOD, (3, 2)).await;
    assert_eq!((&order["state"], &order["totalAmount"]), (&json!("accepted"), &json!(47.81)));
    assert_eq!(order["payment"]["charges"][0]["state"], "capturable");
    assert_eq!((&order["upstreamId"], &order["metadata"]), (&json!("up-1"), &json!({ "channel": "web" })));
    assert_eq!(order["items"][0]["metadata"], json!({ "line": 1 }));

    // Numbers as texts, a null, and both quantities at once.
    let some = json!([
        { "itemId": item(&order, 0), "quantity": "2", "cancelQuantity": 0, "trackingNumber": null },
        { "itemId": item(&order, 1), "quantity": 1, "cancelQuantity": 1 },
    ]);
    let first = fulfill(&bench, &order, some).await;
    assert_eq!(first["items"][1]["cancelQuantity"], 1);
    assert_eq!(first.get("chargeOperationIds"), None, "whoever makes it is answered before money moves");
    let seen = bench.get(&format!("/fulfillments/{}", id(&first))).await;
    assert_eq!(seen["chargeOperationIds"].as_array().unwrap().len(), 3);
    let partly = bench.get(&format!("/orders/{}", id(&order))).await;
    assert_eq!((&partly["state"], &partly["items"][0]["state"]), (&json!("accepted"), &json!("created")));
    assert_eq!(partly["items"][1]["state"], "fulfilled");
    let charge = &partly["payment"]["charges"][0];
    // 37.77 × 2/3 and 0.04 × 2/3, each rounded by itself.
    assert_eq!((amounts(&charge["captures"]), amounts(&charge["cancels"])), (vec![25.21, 5.0], vec![5.0]));
    assert_eq!(charge["captures"][0]["fulfillmentId"], first["id"]);

    fulfill(&bench, &order, json!([{ "itemId": item(&order, 0), "quantity": 1 }])).await;
    let done = until(&bench, id(&order), |order| order["state"] == "complete").await;
    assert_eq!((&done["capturedAmount"], &done["cancelledAmount"]), (&json!(42.81), &json!(5.0)));
    assert_eq!(done["availableToRefundAmount"], json!(42.81));
    let states: Vec<&String> = done["stateTransitions"].as_object().unwrap().keys().collect();
    assert_eq!(states, ["accepted", "fulfilled", "complete"], "nobody saw it wait for its money");
    let charge = bench.get(&format!("/charges/{}", id(&done["payment"]["charges"][0]))).await;
    assert_eq!((&charge["state"], &charge["orderId"]), (&json!("complete"), &done["id"]));
}

#[tokio::test]
async fn what_cannot_be_fulfilled_is_told_as_connectors_expect_it() {
    let (bench, _working) = at_work().await;
    let order = placed(&bench, GOOD, (2, 1)).await;
    let (shirt, engine) = (item(&order, 0), item(&order, 1));
    let of = id(&order).to_owned();
    let one = |item: Value| json!({ "orderId": of, "items": [item] });
    for (sent, told) in [
        (json!({ "items": [] }), refusal(400, "missing_parameter", "orderId")),
        (json!({ "orderId": of }), refusal(400, "missing_parameter", "items")),
        (json!({ "orderId": of, "items": [] }), refusal(400, "invalid_empty", "items")),
        (
            json!({ "orderId": "7", "items": [{ "itemId": "1", "quantity": 1 }] }),
            refusal(404, "not_found", "orderId"),
        ),
        (one(json!({ "itemId": shirt })), refusal(400, "missing_parameter", "items[0].quantity")),
        (
            one(json!({ "itemId": shirt, "quantity": 0 })),
            refusal(400, "invalid_quantity_amount", "items[0].quantity"),
        ),
        (
            one(json!({ "itemId": shirt, "quantity": -1 })),
            refusal(400, "invalid_quantity_amount", "items[0].quantity"),
        ),
        (
            one(json!({ "itemId": shirt, "quantity": "x" })),
            refusal(400, "invalid_integer", "items[0].quantity"),
        ),
        (one(json!({ "itemId": "7", "quantity": 1 })), refusal(400, "invalid_parameter", "items[0].itemId")),
        (
            one(json!({ "itemId": shirt, "quantity": 1, "size": "M" })),
            refusal(400, "unknown_parameter", "size"),
        ),
        (
            one(json!({ "itemId": shirt, "quantity": 1, "distributorCost": 1 })),
            refusal(400, "missing_parameter", "currency"),
        ),
        (
            one(json!({ "itemId": shirt, "quantity": 2, "cancelQuantity": 1 })),
            refusal(409, "quantity_too_large", "quantity"),
        ),
    ] {
        assert_eq!(bench.refused("POST", "/fulfillments", sent.clone()).await, told, "{sent}");
    }
    // One bad item, and nothing of the others happens.
    let mixed = json!({ "orderId": of, "items": [{ "itemId": engine, "quantity": 1 }, { "itemId": shirt, "quantity": 9 }] });
    assert_eq!(
        bench.refused("POST", "/fulfillments", mixed).await,
        refusal(409, "quantity_too_large", "quantity")
    );
    fulfill(&bench, &order, json!([{ "itemId": engine.parse::<i64>().unwrap(), "cancelQuantity": 1 }])).await;
    let again = one(json!({ "itemId": engine, "quantity": 1 }));
    assert_eq!(bench.refused("POST", "/fulfillments", again).await, refusal(409, "item_cancelled", "itemId"));
    fulfill(&bench, &order, json!([{ "skuId": format!("SKU-{SHIRT}"), "quantity": 2 }])).await;
    until(&bench, &of, |order| order["state"] == "complete").await;
    let late = one(json!({ "itemId": shirt, "quantity": 1 }));
    assert_eq!(bench.refused("POST", "/fulfillments", late).await, refusal(409, "order_complete", "orderId"));
}

#[tokio::test]
async fn an_order_whose_units_are_all_given_up_is_cancelled() {
    let (bench, _working) = at_work().await;
    let order = placed(&bench, GOOD, (2, 1)).await;
    let all = json!([{ "itemId": item(&order, 0), "cancelQuantity": 2 }, { "itemId": item(&order, 1), "cancelQuantity": 1 }]);
    let made = fulfill(&bench, &order, all).await;
    let done = until(&bench, id(&order), |order| order["state"] == "cancelled").await;
    assert_eq!((&done["cancelledAmount"], &done["capturedAmount"]), (&done["totalAmount"], &json!(0.0)));
    assert_eq!(done["payment"]["charges"][0]["state"], "cancelled");
    let listed = bench.get(&format!("/fulfillments?orderId={}", id(&order))).await;
    assert_eq!(listed["data"], json!([made]));
}

#[tokio::test]
async fn a_checkout_becomes_one_order() {
    let (bench, _working) = at_work().await;
    let source = card(&bench, GOOD).await;
    let item = json!({ "skuId": format!("SKU-{SHIRT}"), "quantity": 1, "price": 10 });
    let sent = json!({ "currency": "USD", "email": "ada@example.com", "items": [item],
        "shippingChoice": { "amount": 5, "description": "Ground" } });
    let checkout = bench.create("/checkouts", sent).await;
    let place = json!({ "checkoutId": id(&checkout), "email": "ignored@example.com" });
    assert_eq!(
        bench.refused("POST", "/orders", place.clone()).await,
        refusal(400, "order_submit_failed", "")
    );
    bench.change(&format!("/checkouts/{}/sources/{source}", id(&checkout)), Value::Null).await;
    let order = bench.create("/orders", place.clone()).await;
    assert_eq!((&order["checkoutId"], &order["email"]), (&checkout["id"], &json!("ada@example.com")));
    assert_eq!((&order["totalAmount"], &order["subtotal"]), (&json!(15.0), &json!(15.0)));
    assert_eq!(order["shippingChoice"]["description"], "Ground");
    assert_eq!(bench.refused("POST", "/orders", place).await, refusal(404, "not_found", "orderId"));
    let declined = card(&bench, "4000000000003600").await;
    let sent = json!({ "currency": "USD", "sourceId": declined, "items": [{ "productDetails": { "name": "E" }, "price": 1, "quantity": 1 }] });
    assert_eq!(bench.refused("POST", "/orders", sent).await, refusal(409, "failed-request", ""));
}

#[tokio::test]
async fn tracking_is_the_shipments_or_the_items_and_can_change() {
    let (bench, _working) = at_work().await;
    let order = placed(&bench, GOOD, (2, 1)).await;
    let items = json!([
        { "itemId": item(&order, 0), "quantity": 1, "trackingNumber": "T1", "trackingCompany": "UPS",
          "distributorCost": "1.5", "subfulfillerId": "d" },
        { "itemId": item(&order, 1), "quantity": 1 },
    ]);
    let sent = json!({ "orderId": id(&order), "items": items, "currency": "EUR", "trackingNumber": "S1",
        "shipmentId": "ship-1", "metadata": { "a": 1 } });
    let made = bench.create("/fulfillments", sent).await;
    assert_eq!((&made["trackingNumber"], &made["items"][0]["trackingNumber"]), (&json!("S1"), &json!("T1")));
    assert_eq!((&made["items"][0]["distributorCost"], &made["currency"]), (&json!(1.5), &json!("EUR")));
    let path = format!("/fulfillments/{}", id(&made));
    let changes = json!({ "trackingUrl": "https://example.com/S1", "metadata": { "b": true },
        "items": [{ "itemId": item(&order, 1), "trackingNumber": "T2" }] });
    let changed = bench.change(&path, changes).await;
    assert_eq!(
        (&changed["trackingNumber"], &changed["trackingUrl"]),
        (&json!("S1"), &json!("https://example.com/S1"))
    );
    assert_eq!(
        (&changed["items"][0]["trackingNumber"], &changed["items"][1]["trackingNumber"]),
        (&json!("T1"), &json!("T2"))
    );
    assert_eq!(changed["metadata"], json!({ "a": 1, "b": true }));
    let shown = bench.get(&path).await;
    assert_eq!(shown["orderDetails"]["id"], order["id"]);
    assert!(shown["orderDetails"].get("payment").is_none());
    for (query, found) in [
        ("trackingNumber=T2", 1),
        ("trackingNumber=T9", 0),
        ("trackingCompany=UPS", 1),
        ("createdTime%5Bgt%5D=2030-01-01", 0),
        (&*format!("0={}", id(&made)), 1),
        ("skuId=nothing", 0),
    ] {
        let list = bench.get(&format!("/fulfillments?{query}")).await;
        assert_eq!(list["data"].as_array().unwrap().len(), found, "{query}");
    }
    let tracking = bench.get(&format!("/orders/{}/tracking", id(&order))).await;
    let numbers: Vec<&Value> =
        tracking["shipments"].as_array().unwrap().iter().map(|own| &own["trackingNumber"]).collect();
    assert_eq!(numbers, ["S1", "T1", "T2"]);
}

#[tokio::test]
async fn money_goes_back_by_amount_part_and_item_and_with_returns() {
    let (bench, _working) = at_work().await;
    let order = placed(&bench, GOOD, (2, 2)).await;
    let refund = |more: Value| {
        let mut sent = json!({ "orderId": id(&order), "currency": "USD" });
        sent.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        sent
    };
    let early = refund(json!({ "amount": 1 }));
    assert_eq!(
        bench.refused("POST", "/refunds", early).await,
        refusal(400, "invalid_parameter", "amountRequested")
    );
    fulfill(
        &bench,
        &order,
        json!([{ "itemId": item(&order, 0), "quantity": 2 }, { "itemId": item(&order, 1), "quantity": 2 }]),
    )
    .await;
    until(&bench, id(&order), |order| order["state"] == "complete").await;
    for (sent, told) in [
        (json!({ "orderId": id(&order), "amount": 1 }), refusal(400, "missing_parameter", "currency")),
        (refund(json!({ "amount": 1, "currency": "EUR" })), refusal(400, "invalid_parameter", "currency")),
        (refund(json!({})), refusal(400, "missing_parameter", "amount")),
        (refund(json!({ "percent": 101 })), refusal(400, "invalid_parameter", "percent")),
    ] {
        assert_eq!(bench.refused("POST", "/refunds", sent.clone()).await, told, "{sent}");
    }
    let tax =
        bench.create("/refunds", refund(json!({ "type": "tax", "percent": 100, "reason": "exempt" }))).await;
    assert_eq!(
        (&tax["state"], &tax["amount"], &tax["type"]),
        (&json!("pending"), &json!(0.04), &json!("tax"))
    );
    let part = refund(json!({ "items": [{ "itemId": item(&order, 1), "quantity": 1, "percent": "50" }] }));
    let part = bench.create("/refunds", part).await;
    assert_eq!(
        (&part["amount"], &part["refundedAmount"]),
        (&Value::Null, &json!(0.0)),
        "the item says how much"
    );
    let amount = bench.create("/refunds", refund(json!({ "amount": "5.00", "metadata": { "x": 1 } }))).await;
    let now = until(&bench, id(&order), |order| order["refundedAmount"] == json!(7.54)).await;
    assert_eq!(now["state"], "complete", "a part of it went back, and it stays what it is");
    let ended = bench.get(&format!("/refunds/{}", id(&part))).await;
    let charge = &ended["charges"][0];
    assert_eq!((&ended["refundedAmount"], &charge["refunds"][0]["amount"]), (&json!(2.5), &json!(2.5)));
    assert_eq!(charge["id"], order["payment"]["charges"][0]["id"]);
    let path = format!("/refunds/{}", id(&amount));
    assert_eq!(bench.get(&path).await["state"], "succeeded");
    assert_eq!(
        bench.change(&path, json!({ "metadata": { "y": 2 } })).await["metadata"],
        json!({ "x": 1, "y": 2 })
    );
    let listed = bench.get("/refunds?limit=2").await;
    assert_eq!((&listed["hasMore"], &listed["data"][0]["id"]), (&json!(true), &amount["id"]));

    let back = json!({ "orderId": id(&order), "items": [{ "itemId": item(&order, 0), "quantity": 2 }], "reason": "too small" });
    let opened = bench.create("/returns", back.clone()).await;
    assert_eq!((&opened["state"], &opened["items"][0]["quantityAccepted"]), (&json!("created"), &json!(0)));
    assert_eq!(
        bench.refused("POST", "/returns", back).await,
        refusal(409, "quantity_too_large", "items[0].qty")
    );
    let path = format!("/returns/{}", id(&opened));
    let one = json!({ "items": [{ "itemId": item(&order, 0), "quantity": 1, "state": "accepted" }], "metadata": { "seen": true } });
    let some = bench.change(&path, one).await;
    assert_eq!((&some["state"], &some["items"][0]["quantityAccepted"]), (&json!("created"), &json!(1)));
    let all = bench.change(&path, json!({ "state": "accepted" })).await;
    assert_eq!((&all["state"], &all["metadata"]), (&json!("accepted"), &json!({ "seen": true })));
    let back = bench.get(&format!("/refunds/{}", all["refundIds"][0].as_str().unwrap())).await;
    assert!(back["amount"].as_f64().unwrap() > 0.0);
    assert_eq!(bench.get("/returns?state=accepted").await["data"][0]["id"], opened["id"]);
    let other = placed(&bench, GOOD, (1, 1)).await;
    for (order, returns, refunds) in [(id(&order), 1, 4), (id(&other), 0, 0), ("nothing", 0, 0)] {
        for (list, there) in [("returns", returns), ("refunds", refunds)] {
            let found = bench.get(&format!("/{list}?orderId={order}")).await;
            assert_eq!(found["data"].as_array().unwrap().len(), there, "{list} of {order}");
        }
    }
}

#[tokio::test]
async fn an_order_tells_the_id_that_was_chosen_for_its_customer() {
    let (bench, _working) = at_work().await;
    let ada = bench.create("/customers", json!({ "id": "ada-1", "email": "ada@example.com" })).await;
    let source = bench.create("/sources", json!({ "type": "creditCard", "creditCard": { "number": GOOD, "expirationMonth": 7, "expirationYear": 2_037, "cvv": "123" } })).await;
    let items = json!([{ "productDetails": { "id": "e", "name": "Engine" }, "quantity": 1, "price": 10 }]);
    let sent = json!({ "currency": "USD", "customerId": "ada-1", "sourceId": source["id"], "items": items });
    let order = bench.create("/orders", sent).await;
    assert_eq!((&order["customerId"], &order["email"]), (&ada["id"], &ada["email"]));
    for name in ["ada-1", "ada-2"] {
        let found = bench.get(&format!("/orders?customerId={name}")).await;
        assert_eq!(found["data"].as_array().unwrap().len(), usize::from(name == "ada-1"), "{name}");
    }
}

#[tokio::test]
async fn orders_are_listed_by_what_they_show() {
    let (bench, _working) = at_work().await;
    let (first, second) = (placed(&bench, GOOD, (1, 1)).await, placed(&bench, GOOD, (2, 1)).await);
    fulfill(&bench, &first, json!([{ "itemId": item(&first, 0), "quantity": 1 }, { "itemId": item(&first, 1), "cancelQuantity": 1 }])).await;
    until(&bench, id(&first), |order| order["state"] == "complete").await;
    let ids = |list: Value| -> Vec<String> {
        list["data"].as_array().unwrap().iter().map(|order| id(order).to_owned()).collect()
    };
    for (query, found) in [
        ("", vec![&second, &first]),
        ("state=complete", vec![&first]),
        ("complete%5Bgte%5D=2025-01-01", vec![&first]),
        ("totalAmount%5Bgt%5D=20", vec![&second]),
        ("upstreamIds=up-1,up-2&limit=1", vec![&second]),
        ("0=up-1&1=up-2&limit=1", vec![&second]),
        ("0=up-2", vec![]),
        (&*format!("upstreamIds=up-1&ids={}", id(&first)), vec![&first]),
        (&*format!("0={}", id(&first)), vec![&first]),
        ("email=nobody@example.com", vec![]),
        (&*format!("email={}", first["email"].as_str().unwrap()), vec![&second, &first]),
        (
            &*format!("createdTime%5Bgte%5D={}", second["createdTime"].as_str().unwrap()),
            vec![&second, &first],
        ),
        ("createdTime%5Blt%5D=2020-01-01", vec![]),
        ("updatedTime%5Bgt%5D=2020-01-01", vec![&second, &first]),
        ("skuId=y", vec![]),
        (&*format!("ids={},{}", id(&first), id(&second)), vec![&second, &first]),
        (&*format!("startingAfter={}", id(&second)), vec![&first]),
        (&*format!("customerId={}", first["customerId"].as_str().unwrap()), vec![&second, &first]),
    ] {
        let wanted: Vec<String> = found.iter().map(|order| id(order).to_owned()).collect();
        assert_eq!(ids(bench.get(&format!("/orders?{query}")).await), wanted, "{query}");
    }
    let path = format!("/orders/{}", id(&second));
    let kept = json!({ "upstreamId": "new", "metadata": { "channel": null, "more": 1 },
        "items": [{ "id": item(&second, 1), "metadata": { "b": "c" } }] });
    let changed = bench.change(&path, kept).await;
    assert_eq!(ids(bench.get("/orders?upstreamIds=new").await), [id(&second)]);
    assert_eq!(ids(bench.get("/orders?upstreamIds=up-2").await), Vec::<String>::new());
    assert_eq!((&changed["upstreamId"], &changed["metadata"]), (&json!("new"), &json!({ "more": 1 })));
    assert_eq!(changed["items"][1]["metadata"], json!({ "b": "c" }));
    assert_eq!(
        bench.refused("POST", &path, json!({ "email": "x" })).await,
        refusal(400, "unknown_parameter", "email")
    );
    let details = &changed["items"][0]["productDetails"];
    assert_eq!((&details["id"], details.get("physical")), (&changed["items"][0]["skuId"], None));
    assert!(details["name"].is_string() && changed["items"][1]["productDetails"]["name"] == "Engine");
    assert_eq!((&changed["customerType"], &changed["locale"]), (&json!("individual"), &json!("en_US")));
    assert!(changed["sellingEntity"]["name"].is_string());
    assert_eq!(changed["payment"]["sources"][0]["amount"], changed["totalAmount"]);
    let expanded = bench.get(&format!("{path}?expand=true")).await;
    assert_eq!(expanded["items"][0]["productDetails"]["physical"], true);
    let also = json!({ "requestToBeForgotten": true, "metadata": { "who": "Ada" } });
    let forgotten = bench.change(&path, also).await;
    assert_eq!((&forgotten["requestToBeForgotten"], forgotten.get("email")), (&json!(true), None));
    assert_eq!((forgotten.get("metadata"), forgotten["payment"].get("sources")), (None, None));
    assert_eq!(bench.get(&path).await["requestToBeForgotten"], true);
    assert_eq!(
        bench.get(&format!("/orders/{}", id(&first))).await["requestToBeForgotten"],
        true,
        "all of them"
    );
}

#[tokio::test]
async fn each_filter_of_orders_finds_what_it_says_and_nothing_else() {
    let (bench, _working) = at_work().await;
    let source = async || card(&bench, GOOD).await;
    let said = json!({ "currency": "KWD", "email": "rich@example.com", "browserIp": "10.0.0.7", "applicationId": "shop-1",
        "locale": "de_DE", "customerType": "business", "chargeType": "moto", "upstreamId": "100200",
        "sourceId": source().await,
        "items": [{ "skuId": format!("SKU-{SHIRT}"), "quantity": 2, "price": "1.232",
            "subscriptionInfo": { "subscriptionId": "sub-1" } }] });
    let checkout = bench.create("/checkouts", said).await;
    let rich = bench.create("/orders", json!({ "checkoutId": id(&checkout) })).await;
    let plain = json!({ "currency": "USD", "email": "ada@example.com", "sourceId": source().await,
        "items": [{ "productDetails": { "id": "x", "name": "Engine" }, "quantity": 1, "price": 2.47 }] });
    let plain = bench.create("/orders", plain).await;
    fulfill(&bench, &rich, json!([{ "itemId": item(&rich, 0), "quantity": 2 }])).await;
    until(&bench, id(&rich), |order| order["state"] == "complete").await;
    let back = json!({ "orderId": id(&rich), "currency": "KWD", "amount": 0.464 });
    bench.create("/refunds", back).await;
    let rich = until(&bench, id(&rich), |order| order["refundedAmount"] == json!(0.464)).await;
    fulfill(&bench, &plain, json!([{ "itemId": item(&plain, 0), "cancelQuantity": 1 }])).await;
    let plain = until(&bench, id(&plain), |order| order["state"] == "cancelled").await;
    let times = ["createdTime", "updatedTime", "accepted", "fulfilled", "complete"].into_iter();
    let bounds = times.map(|name| {
        (format!("{name}[gte]=2025-01-01T00:00:00Z"), format!("{name}[lt]=2025-01-01T00:00:00Z"))
    });
    let mut found: Vec<(String, String)> = bounds.collect();
    let at = |name: &str| rich[name].as_str().unwrap().to_owned();
    for (name, right, wrong) in [
        ("state", "complete".to_owned(), "fulfilled".to_owned()),
        ("customerId", at("customerId"), "7".into()),
        ("checkoutId", id(&checkout).into(), id(&rich).into()),
        ("applicationId", "shop-1".into(), "shop".into()),
        ("email", "rich@example.com".into(), "rich".into()),
        ("currency", "KWD".into(), "EUR".into()),
        ("browserIp", "10.0.0.7".into(), "10.0.0.8".into()),
        ("chargeType", "moto".into(), "merchant_initiated".into()),
        ("locale", "de_DE".into(), "fr_FR".into()),
        ("customerType", "business".into(), "other".into()),
        ("skuId", format!("SKU-{SHIRT}"), "SKU-none".into()),
        ("subscriptionId", "sub-1".into(), "sub-2".into()),
        ("upstreamIds", "100200,x".into(), "x".into()),
        ("0", "100200".into(), "100201".into()),
        ("ids", at("id"), "7".into()),
        ("createdTime", at("createdTime"), "2025-01-01T00:00:00Z".into()),
        (
            "complete[eq]",
            rich["stateTransitions"]["complete"].as_str().unwrap().into(),
            "2025-01-01T00:00:00Z".into(),
        ),
        ("totalAmount", "2.464".into(), "2.465".into()),
        ("totalAmount[lt]", "2.47".into(), "2.464".into()),
        ("refundedAmount", "0.464".into(), "0.46".into()),
        ("refundedAmount[gt]", "0.46".into(), "0.464".into()),
    ] {
        found.push((format!("{name}={right}"), format!("{name}={wrong}")));
    }
    let ask = async |query: &str| {
        let listed = bench.get(&format!("/orders?{query}")).await;
        listed["data"].as_array().unwrap().iter().map(|order| id(order).to_owned()).collect::<Vec<_>>()
    };
    for (right, wrong) in &found {
        let listed = ask(right).await;
        assert!(listed.contains(&at("id")), "{right}: {listed:?}");
        let narrow = !["createdTime", "updatedTime", "accepted"].iter().any(|name| right.starts_with(name));
        assert!(!narrow || listed.len() == 1, "{right} isn't what the other one is: {listed:?}");
        assert_eq!(ask(wrong).await, Vec::<String>::new(), "{wrong}");
    }
    assert_eq!(ask("cancelled[gte]=2025-01-01T00:00:00Z").await, [id(&plain)]);
    for nothing in [
        "in_review[gte]=2025-01-01T00:00:00Z",
        "pending_payment[gte]=2025-01-01T00:00:00Z",
        "blocked[gte]=2025-01-01T00:00:00Z",
        "returned[gte]=2025-01-01T00:00:00Z",
        "fraudState=passed",
        "fraudStateTransitions.passed[gte]=2025-01-01T00:00:00Z",
    ] {
        assert_eq!(ask(nothing).await, Vec::<String>::new(), "{nothing}");
    }
    assert_eq!(bench.refused("GET", "/orders?totalAmount=much", Value::Null).await.0, 400);
    assert_eq!(bench.refused("GET", "/orders?fulfilled[gte]=soon", Value::Null).await.0, 400);
}
