//! Checkouts: what they cost, and how their payment goes on.

use serde_json::{Value, json};
use testkit::world::SHIRT;

use crate::bench::{Bench, LIVE, bench};
use crate::buyers::source;
use crate::orders::at_work;

fn sent(more: Value) -> Value {
    let item = json!({ "skuId": format!("SKU-{SHIRT}"), "quantity": "2", "price": "10.00" });
    let mut sent = json!({ "currency": "USD", "email": "ada@example.com", "items": [item],
        "shipTo": { "address": { "country": "US", "line1": null }, "name": "Ada Lovelace" } });
    sent.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    sent
}

async fn made(bench: &Bench, more: Value) -> Value {
    bench.create("/checkouts", sent(more)).await
}

fn path(checkout: &Value) -> String {
    format!("/checkouts/{}", checkout["id"].as_str().unwrap())
}

fn refusal(status: u16, code: &str, parameter: &str) -> (u16, String, String) {
    (status, code.to_owned(), parameter.to_owned())
}

#[tokio::test]
async fn a_checkout_is_made_shown_changed_and_deleted() {
    let bench = bench().await;
    let more = json!({ "shippingChoice": { "id": "s", "amount": 5, "serviceLevel": "SG" }, "locale": "en_US",
        "upstreamId": "up-1", "browserIp": "1.2.3.4", "metadata": { "channel": "web" },
        "purchaseLocation": { "country": "US" }, "chargeType": "moto" });
    let checkout = made(&bench, more).await;
    let told = |name: &str| checkout[name].clone();
    assert_eq!(
        (told("subtotal"), told("totalShipping"), told("totalTax")),
        (json!(25.0), json!(5.0), json!(0.0))
    );
    assert_eq!((told("totalAmount"), told("totalDiscount")), (json!(25.0), json!(0.0)));
    assert_eq!(told("shipTo"), json!({ "address": { "country": "US" }, "name": "Ada Lovelace" }));
    assert_eq!(
        told("shippingChoice"),
        json!({ "id": "s", "serviceLevel": "SG", "amount": 5.0, "taxAmount": 0.0 })
    );
    let item = &checkout["items"][0];
    assert_eq!((&item["amount"], &item["quantity"]), (&json!(20.0), &json!(2)));
    assert_eq!(item["shipping"], json!({ "amount": 5.0, "taxAmount": 0.0 }));
    let path = path(&checkout);
    assert_eq!(bench.get(&path).await, checkout);
    let items = json!([{ "id": item["id"], "skuId": item["skuId"], "quantity": 3 }]);
    let changed = bench.change(&path, json!({ "items": items, "discount": { "percentOff": 10 } })).await;
    assert_eq!((&changed["subtotal"], &changed["totalDiscount"]), (&json!(32.0), &json!(3.0)));
    assert_eq!((&changed["items"][0]["id"], &changed["locale"]), (&item["id"], &json!("en_US")));
    bench.remove(&path).await;
    assert_eq!(bench.refused("GET", &path, Value::Null).await, refusal(404, "not_found", "id"));
}

#[tokio::test]
async fn a_tax_is_what_was_said_and_nothing_else() {
    let bench = bench().await;
    let item = json!({ "productDetails": { "id": "x", "name": "Engine", "weight": "2" }, "aggregatePrice": 99.99,
        "tax": { "amount": "7.50", "rate": 0.075 } });
    let checkout = made(&bench, json!({ "items": [item] })).await;
    assert_eq!((&checkout["totalTax"], &checkout["totalAmount"]), (&json!(7.5), &json!(107.49)));
    assert_eq!(checkout["items"][0]["tax"], json!({ "rate": 0.075, "amount": 7.5 }));
    assert_eq!(checkout["items"][0]["productDetails"], json!({ "id": "x", "name": "Engine", "weight": 2.0 }));
    let inclusive = made(&bench, json!({ "items": [item], "taxInclusive": true })).await;
    assert_eq!((&inclusive["subtotal"], &inclusive["totalAmount"]), (&json!(92.49), &json!(99.99)));
}

#[tokio::test]
async fn the_session_waits_for_a_source() {
    let bench = bench().await;
    let checkout = made(&bench, json!({})).await;
    let session = |checkout: &Value| {
        let session = &checkout["payment"]["session"];
        (session["state"].clone(), session["amountRemainingToBeContributed"].clone())
    };
    assert_eq!(session(&checkout), (json!("requires_source"), json!(20.0)));
    let tested = source(&bench).await;
    let (member, id) = (path(&checkout), tested["id"].as_str().unwrap());
    let of_source = format!("{member}/sources/{id}");
    assert_eq!(bench.change(&of_source, Value::Null).await, tested);
    let paid = bench.get(&member).await;
    assert_eq!(session(&paid), (json!("requires_confirmation"), json!(0.0)));
    let given = &paid["payment"]["sources"][0];
    assert_eq!((&given["id"], &given["amount"]), (&tested["id"], &json!(20.0)));
    for name in ["id", "clientSecret"] {
        assert_eq!(paid["payment"]["session"][name], checkout["payment"]["session"][name], "it stays");
    }
    let of_client = paid["payment"]["session"]["clientSecret"].as_str().unwrap();
    assert!(
        of_client.starts_with(paid["payment"]["session"]["id"].as_str().unwrap()) && of_client.len() == 73
    );
    bench.remove(&of_source).await;
    assert_eq!(session(&bench.get(&member).await).0, "requires_source");
    let small = json!({ "type": "creditCard", "currency": "USD", "amount": 15,
        "token": { "gateway": "test", "reference": "test_ok" } });
    let small = bench.create("/sources", small).await;
    let partly = bench.change(&member, json!({ "sourceId": small["id"] })).await;
    assert_eq!(session(&partly), (json!("requires_source"), json!(5.0)));
}

#[tokio::test]
async fn what_makes_no_sense_is_refused() {
    let bench = bench().await;
    for (more, status, code, parameter) in [
        (json!({ "currency": null }), 400, "missing_parameter", "currency"),
        (json!({ "currency": "YEM" }), 400, "invalid_parameter", "currency"),
        (json!({ "items": null }), 400, "missing_parameter", "items"),
        (json!({ "items": [] }), 400, "invalid_empty", "items"),
        (json!({ "items": [{ "price": 1 }] }), 400, "missing_parameter", "items[0].skuId"),
        (json!({ "items": [{ "skuId": "zzz", "price": 1 }] }), 400, "invalid_parameter", "items[0].skuId"),
        (json!({ "items": [{ "skuId": "SKU-100" }] }), 400, "missing_parameter", "items[0].price"),
        (
            json!({ "items": [{ "skuId": "SKU-100", "price": 1, "quantity": 0 }] }),
            400,
            "invalid_quantity_amount",
            "items[0].quantity",
        ),
        (json!({ "items": [{ "skuId": "SKU-100", "price": 1, "qty": 2 }] }), 400, "unknown_parameter", "qty"),
        (json!({ "discount": { "percentOff": 101 } }), 400, "invalid_parameter", "discount.percentOff"),
        (json!({ "customerId": 4711 }), 404, "not_found", "customerId"),
        (json!({ "sourceId": "x" }), 404, "not_found", "sourceId"),
        (json!({ "price": 3 }), 400, "unknown_parameter", "price"),
    ] {
        let told = bench.refused("POST", "/checkouts", sent(more.clone())).await;
        assert_eq!(told, refusal(status, code, parameter), "{more}");
    }
    let checkout = made(&bench, json!({})).await;
    let told = bench.refused("POST", &path(&checkout), json!({ "currency": "EUR" })).await;
    assert_eq!(told, refusal(400, "invalid_parameter", "currency"));
    let told = bench.refused("POST", &path(&checkout), json!({ "taxInclusive": true })).await;
    assert_eq!(told, refusal(400, "unknown_parameter", "taxInclusive"));
}

#[tokio::test]
async fn checkouts_are_listed_mode_by_mode() {
    let bench = bench().await;
    let ada = bench.create("/customers", json!({ "id": "ada", "email": "ada@example.com" })).await;
    let owned = made(&bench, json!({ "customerId": ada["id"], "upstreamId": "u1", "email": null })).await;
    assert_eq!((&owned["customerId"], &owned["email"]), (&json!("ada"), &json!("ada@example.com")));
    let dear = made(
        &bench,
        json!({ "upstreamId": "u2", "email": "bob@example.com",
        "items": [{ "skuId": "SKU-100", "price": 99 }] }),
    )
    .await;
    let live = bench.send_as(LIVE, "POST", "/checkouts", sent(json!({}))).await.body;
    for (query, found) in [
        ("", vec![&dear, &owned]),
        ("customerId=ada", vec![&owned]),
        ("customerId=nobody", vec![]),
        ("upstreamIds=u1,u3", vec![&owned]),
        ("totalAmount[gt]=20", vec![&dear]),
        ("totalAmount=20.00", vec![&owned]),
        ("email=bob@example.com", vec![&dear]),
        ("currency=EUR", vec![]),
    ] {
        let list = bench.get(&format!("/checkouts?{query}")).await;
        assert_eq!(list["data"], json!(found), "{query}");
    }
    assert_eq!(bench.refused("GET", &path(&live), Value::Null).await.0, 404, "another mode is another world");
}

#[tokio::test]
async fn a_source_that_is_nobodys_is_used_once() {
    let (bench, _working) = at_work().await;
    let (once, kept) = (source(&bench).await, source(&bench).await);
    let ada = bench.create("/customers", json!({ "email": "ada@example.com" })).await;
    let own = format!("/customers/{}/sources/{}", ada["id"].as_str().unwrap(), kept["id"].as_str().unwrap());
    bench.change(&own, Value::Null).await;
    let with = |source: &Value| sent(json!({ "sourceId": source["id"], "customerId": ada["id"] }));
    bench.create("/orders", with(&once)).await;
    let used = bench.get(&format!("/sources/{}", once["id"].as_str().unwrap())).await;
    assert_eq!(used["state"], "consumed");
    let told = bench.refused("POST", "/orders", with(&once)).await;
    assert_eq!(told, refusal(409, "nonreusable_source", "sourceId"));
    for _ in 0..2 {
        bench.create("/orders", with(&kept)).await;
    }
    let nobodys = sent(json!({ "sourceId": kept["id"] }));
    let told = bench.refused("POST", "/checkouts", nobodys).await;
    assert_eq!(told, refusal(409, "source_in_use", "sourceId"), "it is Ada's");
}
