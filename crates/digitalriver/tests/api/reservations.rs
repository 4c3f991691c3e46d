//! Units that are kept for somebody, and goods that are sent for somebody who sold them elsewhere.

use domain::command::Command;
use domain::id::VariantId;
use domain::time::SECOND;
use serde_json::{Map, Value, json};
use testkit::served::Told;
use testkit::world::{HERE, MUG, SHIRT, THERE};

use crate::bench::{Bench, LIVE, TOKEN, bench};

/// A body with one field changed by its path, or taken away by null.
fn with(mut body: Value, path: &str, value: Value) -> Value {
    let (parent, name) = path.rsplit_once('/').unwrap();
    let fields: &mut Map<String, Value> = body.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    match value {
        Value::Null => fields.remove(name),
        value => fields.insert(name.to_owned(), value),
    };
    body
}

fn shirts(quantity: i64) -> Value {
    json!({
        "id": "cart-7",
        "items": [{ "inventoryItemId": "SKU-100", "quantity": quantity }],
        "shipTo": { "address": { "city": "Minnetonka", "postalCode": "55129", "state": "MN", "country": "US" } },
        "shippingChoice": { "amount": 5.95, "currency": "USD", "serviceLevel": "SG" },
        "expiresInSeconds": 300,
    })
}

pub fn sending(quantity: i64) -> Value {
    json!({
        "currency": "USD",
        "upstreamOrderTime": "2025-07-01T12:00:00Z",
        "upstreamId": "up-1",
        "shipTo": { "name": "Ada Lovelace", "email": "ada@example.com",
            "address": { "line1": "1 Main St", "city": "Minnetonka", "postalCode": "55129", "country": "US" } },
        "shippingChoice": { "id": "SG" },
        "items": [{ "inventoryItemId": "SKU-100", "quantity": quantity }],
    })
}

/// What is for sale of an article, and what is kept of it.
async fn level(bench: &Bench, variant: VariantId) -> (i64, i64) {
    let (_, levels) = bench.engine.variants(&bench.shop, &[variant]).await.unwrap();
    levels.iter().fold((0, 0), |(free, kept), level| (free + level.available(), kept + level.kept))
}

#[tokio::test]
async fn what_is_reserved_is_kept_until_it_is_deleted() {
    let bench = bench().await;
    let sent = with(shirts(8), "/items/0/allowOversell", json!(false));
    let made = bench.create("/reservations", sent.clone()).await;
    let mut told = sent.clone();
    told["createdTime"] = made["createdTime"].clone();
    told["liveMode"] = false.into();
    assert_eq!(made, told);
    assert_eq!(level(&bench, SHIRT).await, (12, 8));
    let again = bench.refused("POST", "/reservations", sent).await;
    assert_eq!(again, (409, "already_exists".to_owned(), "id".to_owned()));
    let other_mode = bench.send_as(LIVE, "DELETE", "/reservations/cart-7", Value::Null).await;
    assert_eq!(other_mode.status, 404);
    bench.remove("/reservations/cart-7").await;
    assert_eq!(level(&bench, SHIRT).await, (20, 0));
    let gone = bench.refused("DELETE", "/reservations/cart-7", Value::Null).await;
    assert_eq!(gone, (404, "not_found".to_owned(), "id".to_owned()));
}

#[tokio::test]
async fn a_reservation_without_a_name_gets_one_and_ends_in_time() {
    let bench = bench().await;
    let made = bench.create("/reservations", with(shirts(8), "/id", Value::Null)).await;
    let member = format!("/reservations/{}", made["id"].as_str().unwrap());
    bench.engine.clock().advance(299 * SECOND);
    let short = bench.refused("POST", "/reservations", shirts(13)).await;
    assert_eq!(short, (409, "out_of_inventory".to_owned(), "items[0].quantity".to_owned()));
    bench.engine.clock().advance(SECOND);
    assert_eq!(bench.refused("DELETE", &member, Value::Null).await.0, 404, "it is over");
    while bench.engine.work_off(&crate::telling::workers()).await.unwrap() > 0 {}
    bench.create("/reservations", shirts(20)).await;
    assert_eq!(level(&bench, SHIRT).await, (0, 20));
}

#[tokio::test]
async fn all_is_reserved_or_nothing_unless_it_may_be_oversold() {
    let bench = bench().await;
    let both = json!([{ "inventoryItemId": "SKU-100", "quantity": 1 },
        { "inventoryItemId": "SKU-101", "quantity": 11 }]);
    let few = bench.refused("POST", "/reservations", with(shirts(1), "/items", both.clone())).await;
    assert_eq!(few, (409, "out_of_inventory".to_owned(), "items[1].quantity".to_owned()));
    assert_eq!((level(&bench, SHIRT).await, level(&bench, MUG).await), ((20, 0), (10, 0)));
    let oversold = with(with(shirts(1), "/items", both), "/items/1/allowOversell", json!(true));
    bench.create("/reservations", oversold).await;
    assert_eq!(level(&bench, SHIRT).await, (19, 1));
}

#[tokio::test]
async fn of_those_who_want_the_last_one_gets_it() {
    let bench = bench().await;
    bench.create("/reservations", shirts(19)).await;
    let ask = |name: usize| {
        let sent = with(shirts(1), "/id", json!(format!("last-{name}")));
        bench.send_as(TOKEN, "POST", "/reservations", sent)
    };
    let mut told: Vec<u16> =
        futures::future::join_all((0..8).map(ask)).await.into_iter().map(|told| told.status).collect();
    told.sort_unstable();
    assert_eq!(told, [201, 409, 409, 409, 409, 409, 409, 409]);
    assert_eq!(level(&bench, SHIRT).await, (0, 20));
}

#[tokio::test]
async fn a_reservation_that_makes_no_sense_is_refused() {
    let bench = bench().await;
    let missing = "missing_parameter";
    for (path, value, code, parameter) in [
        ("/items", Value::Null, missing, "items"),
        ("/items", json!([]), missing, "items"),
        ("/items/0/inventoryItemId", Value::Null, missing, "items[0].inventoryItemId"),
        ("/items/0/quantity", Value::Null, missing, "items[0].quantity"),
        ("/items/0/quantity", json!(0), "invalid_quantity_amount", "items[0].quantity"),
        ("/items/0/quantity", json!("x"), "invalid_integer", "items[0].quantity"),
        ("/items/0/inventoryItemId", json!("SKU-102"), "invalid_parameter", "items[0].inventoryItemId"),
        ("/items/0/color", json!("red"), "unknown_parameter", "color"),
        ("/shipTo", Value::Null, missing, "shipTo"),
        ("/shipTo/address", Value::Null, missing, "shipTo.address"),
        ("/shipTo/address/country", Value::Null, missing, "shipTo.address.country"),
        ("/shipTo/address/line1", json!("1 Main St"), "unknown_parameter", "line1"),
        ("/shippingChoice", Value::Null, missing, "shippingChoice"),
        ("/shippingChoice/amount", Value::Null, missing, "shippingChoice.amount"),
        ("/shippingChoice/amount", json!(-1), "invalid_amount", "shippingChoice.amount"),
        ("/shippingChoice/currency", json!("XXQ"), "invalid_parameter", "shippingChoice.currency"),
        ("/shippingChoice/serviceLevel", Value::Null, missing, "shippingChoice.serviceLevel"),
        ("/expiresInSeconds", Value::Null, missing, "expiresInSeconds"),
        ("/expiresInSeconds", json!(0), "invalid_parameter", "expiresInSeconds"),
        ("/expiresInSeconds", json!(31_536_001), "invalid_parameter", "expiresInSeconds"),
        ("/id", json!("a b"), "invalid_parameter", "id"),
        ("/customerId", json!("7"), "unknown_parameter", "customerId"),
    ] {
        let refused = bench.refused("POST", "/reservations", with(shirts(1), path, value)).await;
        assert_eq!(refused, (400, code.to_owned(), parameter.to_owned()), "{path}");
    }
    assert_eq!(level(&bench, SHIRT).await, (20, 0));
}

#[tokio::test]
async fn goods_are_sent_that_were_sold_elsewhere() {
    let bench = bench().await;
    let mut sent = sending(2);
    sent["name"] = "Ada King".into();
    sent["email"] = "ada@example.com".into();
    sent["phone"] = "612-258-1966".into();
    sent["locale"] = "en_US".into();
    sent["metadata"] = json!({ "coupon": "iOS" });
    sent["shippingChoice"] = json!({ "id": "SG", "shippingInstructions": "ring twice", "dutiesPaid": true,
        "signatureRequiredType": "adult" });
    sent["items"] = json!([{ "inventoryItemId": "SKU-100", "quantity": 2, "upstreamId": "123", "name": "A shirt",
        "shipping": 5.0, "subtotal": 10.0, "total": 15.8, "giftMessage": "Happy birthday", "giftWrap": true,
        "tax": { "amount": 0.8, "items": [{ "authorityType": "City", "amount": 0.8 }] },
        "metadata": { "size": "M" } }]);
    let made = bench.create("/fulfillment-orders", sent.clone()).await;
    for name in [
        "currency",
        "upstreamOrderTime",
        "name",
        "email",
        "phone",
        "locale",
        "upstreamId",
        "metadata",
        "shippingChoice",
        "shipTo",
    ] {
        assert_eq!(made[name], sent[name], "{name}");
    }
    let mut item = sent["items"][0].clone();
    item["id"] = made["items"][0]["id"].clone();
    for (name, value) in [("pending", json!(2)), ("shipped", json!(0)), ("cancelled", json!(0))] {
        item[name] = value;
    }
    item["state"] = "pending".into();
    assert_eq!(made["items"], json!([item]));
    assert_eq!((&made["state"], &made["liveMode"]), (&json!("pending"), &json!(false)));
    assert_eq!(bench.get(&format!("/fulfillment-orders/{}", made["id"])).await, made);
    assert_eq!(bench.get("/fulfillment-orders?upstreamIds=up-1").await["data"], json!([made]));
    assert_eq!(level(&bench, SHIRT).await, (18, 0));
    // It is an order like any other, for which nothing is to be paid.
    let orders = bench.get("/orders?upstreamIds=up-1").await;
    assert_eq!(orders["data"][0]["totalAmount"], json!(0.0), "{orders}");
}

#[tokio::test]
async fn what_was_sent_in_earnest_is_seen_with_live_keys_alone() {
    let bench = bench().await;
    let made = bench.send_as(LIVE, "POST", "/fulfillment-orders", sending(1)).await;
    assert_eq!((made.status, &made.body["liveMode"]), (201, &json!(true)));
    let member = format!("/fulfillment-orders/{}", made.body["id"]);
    assert_eq!(bench.send_as(TOKEN, "GET", &member, Value::Null).await.status, 404);
    assert_eq!(bench.send_as(LIVE, "GET", &member, Value::Null).await.body, made.body);
}

#[tokio::test]
async fn it_may_be_sent_from_several_places_or_not_at_all() {
    let bench = bench().await;
    bench.create("/fulfillment-orders", sending(15)).await;
    let listed = bench.get("/fulfillment-orders?upstreamIds=up-1").await;
    let units: Vec<i64> = listed["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|work| work["items"][0]["quantity"].as_i64().unwrap())
        .collect();
    assert_eq!(units.iter().sum::<i64>(), 15);
    assert_eq!(units.len(), 2, "ten lie at each of two places");
    let out = bench.refused("POST", "/fulfillment-orders", sending(6)).await;
    assert_eq!(out, (409, "out_of_inventory".to_owned(), "items[0].quantity".to_owned()));
    assert_eq!(level(&bench, SHIRT).await, (5, 0), "nothing was placed");
    bench.create("/inventory-items/SKU-100", json!({ "allowOversell": true })).await;
    bench.create("/fulfillment-orders", sending(6)).await;
    assert_eq!(level(&bench, SHIRT).await, (-1, 0));
}

#[tokio::test]
async fn what_was_reserved_is_used_once() {
    let bench = bench().await;
    bench.create("/reservations", shirts(20)).await;
    assert_eq!(bench.refused("POST", "/fulfillment-orders", sending(1)).await.0, 409);
    let mut sent = sending(3);
    sent["reservationId"] = "cart-7".into();
    let unknown = (404, "not_found".to_owned(), "reservationId".to_owned());
    let live = bench.send_as(LIVE, "POST", "/fulfillment-orders", sent.clone()).await;
    assert_eq!((live.status, &live.body["errors"][0]["parameter"]), (404, &json!("reservationId")));
    let made = bench.create("/fulfillment-orders", sent.clone()).await;
    assert_eq!(made["reservationId"], "cart-7");
    assert_eq!(level(&bench, SHIRT).await, (17, 0), "the rest is free");
    assert_eq!(bench.refused("POST", "/fulfillment-orders", sent).await, unknown);
    assert_eq!(bench.refused("DELETE", "/reservations/cart-7", Value::Null).await.0, 404);
}

#[tokio::test]
async fn of_those_who_use_a_reservation_one_does() {
    let bench = bench().await;
    bench.create("/reservations", shirts(20)).await;
    let mut sent = sending(20);
    sent["reservationId"] = "cart-7".into();
    let ask = |n: usize| match n % 2 {
        0 => bench.send_as(TOKEN, "POST", "/fulfillment-orders", sent.clone()),
        _ => bench.send_as(TOKEN, "DELETE", "/reservations/cart-7", Value::Null),
    };
    let told: Vec<Told> = futures::future::join_all((0..8).map(ask)).await;
    let mut told: Vec<u16> = told.iter().map(|told| told.status).collect();
    told.sort_unstable();
    assert!(told[0] == 201 || told[0] == 204, "{told:?}");
    assert_eq!(told[1..], [404; 7]);
    let (free, kept) = level(&bench, SHIRT).await;
    assert_eq!((free, kept), (if told[0] == 201 { 0 } else { 20 }, 0));
}

#[tokio::test]
async fn a_key_has_its_effect_once_here_too() {
    let bench = bench().await;
    let keyed = || async {
        let bearer = format!("Bearer {TOKEN}");
        let headers = [("Authorization", bearer.as_str()), ("Idempotency-Key", "k1")];
        bench.ask("POST", "/fulfillment-orders", &headers, sending(15).to_string()).await
    };
    let first = keyed().await;
    let again = keyed().await;
    assert_eq!((first.status, again.status, &first.body), (201, 201, &again.body));
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(level(&bench, SHIRT).await, (5, 0));
}

#[tokio::test]
async fn goods_that_can_not_be_understood_are_not_sent() {
    let bench = bench().await;
    let missing = "missing_parameter";
    let tax = json!({ "items": [] });
    for (path, value, code, parameter) in [
        ("/currency", Value::Null, missing, "currency"),
        ("/currency", json!("XXQ"), "invalid_parameter", "currency"),
        ("/upstreamOrderTime", Value::Null, missing, "upstreamOrderTime"),
        ("/upstreamOrderTime", json!("yesterday"), "invalid_parameter", "upstreamOrderTime"),
        ("/shipTo", Value::Null, missing, "shipTo"),
        ("/shipTo/address", Value::Null, missing, "shipTo.address"),
        ("/shipTo/address/country", Value::Null, missing, "shipTo.address.country"),
        ("/shipTo/email", json!("nobody"), "email_invalid", "shipTo.email"),
        ("/shippingChoice", Value::Null, missing, "shippingChoice"),
        ("/shippingChoice/id", Value::Null, missing, "shippingChoice.id"),
        (
            "/shippingChoice/signatureRequiredType",
            json!("x"),
            "invalid_parameter",
            "shippingChoice.signatureRequiredType",
        ),
        ("/email", json!("nobody"), "email_invalid", "email"),
        ("/items", Value::Null, missing, "items"),
        ("/items/0/inventoryItemId", Value::Null, missing, "items[0].inventoryItemId"),
        ("/items/0/inventoryItemId", json!("none"), "invalid_parameter", "items[0].inventoryItemId"),
        ("/items/0/quantity", Value::Null, missing, "items[0].quantity"),
        ("/items/0/quantity", json!(0), "invalid_quantity_amount", "items[0].quantity"),
        ("/items/0/subtotal", json!("much"), "invalid_amount", "items[0].subtotal"),
        ("/items/0/tax", tax, missing, "items[0].tax.amount"),
        ("/items/0/giftWrap", json!("maybe"), "invalid_boolean", "items[0].giftWrap"),
        ("/items/0/color", json!("red"), "unknown_parameter", "color"),
        ("/metadata", json!({ "a": [] }), "invalid_metadata_value", "metadata"),
        ("/state", json!("shipped"), "unknown_parameter", "state"),
    ] {
        let refused = bench.refused("POST", "/fulfillment-orders", with(sending(1), path, value)).await;
        assert_eq!(refused, (400, code.to_owned(), parameter.to_owned()), "{path}");
    }
    // Neither may what nobody can send there be sent.
    for at in [HERE, THERE] {
        bench.execute(&Command::correct_stock(vec![(SHIRT, at, -10)])).await;
    }
    assert_eq!(bench.refused("POST", "/fulfillment-orders", sending(1)).await.0, 409);
    assert_eq!(bench.get("/fulfillment-orders").await["data"], json!([]));
}
