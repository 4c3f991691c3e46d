//! Units of fulfillment orders that are given up, and those that come back.

use domain::actor::{Permission, Permissions};
use domain::command::{Command, Place};
use domain::decide::Outcome;
use domain::fulfillment_order::FulfillmentOrder;
use domain::id::OrderId;
use serde_json::{Value, json};
use testkit::world::{self, MUG, SERVED, SHIRT, STICKER};

use crate::bench::{Bench, LIVE, TOKEN, bench};
use crate::telling::{furnished, judge, listed, ordered, tell, types_of};

const CANCELLATIONS: &str = "/fulfillment-cancellations";
const RETURNS: &str = "/fulfillment-returns";

async fn asked(bench: &Bench, method: &str, path: &str, body: Value) -> (u16, Value) {
    let told = bench.send_as(LIVE, method, path, body).await;
    (told.status, told.body)
}

/// Status, code and parameter of what is refused.
async fn refused(bench: &Bench, path: &str, body: Value) -> (u16, String, String) {
    let (status, told) = asked(bench, "POST", path, body).await;
    let error = &told["errors"][0];
    let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
    (status, text("code"), text("parameter"))
}

fn why(status: u16, code: &str, parameter: &str) -> (u16, String, String) {
    (status, code.to_owned(), parameter.to_owned())
}

async fn works(bench: &Bench, order: OrderId) -> Vec<FulfillmentOrder> {
    let order = bench.engine.orders_by_id(&bench.shop, &[order]).await.unwrap().pop().unwrap();
    order.fulfillment_orders.clone()
}

async fn placed(bench: &Bench, place: Place) -> OrderId {
    match bench.execute(&Command::Place(Box::new(place))).await {
        Outcome::Order(id) => id,
        other => panic!("{other:?}"),
    }
}

fn of(work: &FulfillmentOrder, items: Value) -> Value {
    json!({ "fulfillmentOrderId": work.id.to_string(), "items": items })
}

#[tokio::test]
async fn units_of_a_fulfillment_order_are_given_up_and_their_money_let_go() {
    let bench = furnished().await;
    let (order, lines) = ordered(&bench, "test_ok").await;
    tell(&bench).await;
    let shirts = works(&bench, order).await.into_iter().find(|work| work.lines[0].total == 2).unwrap();
    let item = shirts.lines[0].id.to_string();
    let mut sent = of(
        &shirts,
        json!([
        { "fulfillmentOrderItemId": shirts.lines[0].id.0, "fulfillmentOrderItemUpstreamId": "row-1", "quantity": "1" }]),
    );
    sent["reason"] = "requested_by_customer".into();
    sent["upstreamId"] = "up-1".into();
    let (status, made) = asked(&bench, "POST", CANCELLATIONS, sent).await;
    let shown = json!([{ "fulfillmentOrderItemId": item, "quantity": 1, "quantityAccepted": 1, "state": "accepted",
        "fulfillmentOrderItemUpstreamId": "row-1", "inventoryItemId": format!("SKU-{SHIRT}") }]);
    assert_eq!((status, &made["items"]), (201, &shown), "{made}");
    assert_eq!(
        (&made["state"], &made["reason"], &made["upstreamId"], &made["liveMode"], &made["livemode"]),
        (&json!("accepted"), &json!("requested_by_customer"), &json!("up-1"), &json!(true), &json!(true))
    );
    let now = asked(&bench, "GET", &format!("/fulfillment-orders/{}", shirts.id), Value::Null).await.1;
    let counts = ["quantity", "pending", "shipped", "cancelled"].map(|name| now["items"][0][name].clone());
    assert_eq!(counts, [json!(2), json!(1), json!(0), json!(1)]);
    let of_order = asked(&bench, "GET", &format!("/orders/{order}"), Value::Null).await.1;
    assert_eq!((&of_order["state"], &of_order["cancelledAmount"]), (&json!("accepted"), &json!(10.0)));
    tell(&bench).await;
    let told = listed(&bench, LIVE, "?limit=100").await;
    assert!(types_of(&told).contains(&"order.charge.cancel.complete"), "{:?}", types_of(&told));
    let fulfillment = told.iter().find(|event| event["type"] == "fulfillment.created").unwrap();
    assert_eq!(fulfillment["data"]["object"]["items"][0]["cancelQuantity"], 1, "it is told as one");
    let listed = asked(&bench, "GET", &format!("/fulfillments?orderId={order}"), Value::Null).await.1;
    assert_eq!(listed["data"][0]["items"][0]["itemId"], lines[0].to_string());

    // The other one, and the work is over.
    let rest = of(&shirts, json!([{ "fulfillmentOrderItemId": item, "quantity": 1 }]));
    assert_eq!(asked(&bench, "POST", CANCELLATIONS, rest.clone()).await.0, 201);
    assert_eq!(refused(&bench, CANCELLATIONS, rest).await, why(409, "order_cancelled", "fulfillmentOrderId"));
    let now = asked(&bench, "GET", &format!("/fulfillment-orders/{}", shirts.id), Value::Null).await.1;
    assert_eq!((&now["state"], &now["items"][0]["cancelled"]), (&json!("cancelled"), &json!(2)));
    let member = format!("{CANCELLATIONS}/{}", made["id"].as_str().unwrap());
    assert_eq!(asked(&bench, "GET", &member, Value::Null).await, (200, made), "it is what it was");
    assert_eq!(bench.send_as(TOKEN, "GET", &member, Value::Null).await.status, 404, "another mode");
}

#[tokio::test]
async fn an_item_of_which_all_was_given_up_is_told_of_all_the_same() {
    let bench = bench().await;
    let order = placed(&bench, world::order(&[(SHIRT, 2), (STICKER, 1)])).await;
    let work = works(&bench, order).await.remove(0);
    let sticker = work.lines.iter().find(|line| line.total == 1).unwrap().id.0;
    let sent = of(&work, json!([{ "fulfillmentOrderItemId": sticker, "quantity": 1 }]));
    assert_eq!(asked(&bench, "POST", CANCELLATIONS, sent).await.0, 201, "no money was set aside for it");
    let now = asked(&bench, "GET", &format!("/fulfillment-orders/{}", work.id), Value::Null).await.1;
    let item = now["items"].as_array().unwrap().iter().find(|item| item["id"] == sticker).unwrap();
    assert_eq!(
        (&item["state"], &item["quantity"], &item["cancelled"]),
        (&json!("cancelled"), &json!(1), &json!(1))
    );
    assert_eq!(now["state"], "pending");
}

#[tokio::test]
async fn what_cant_be_given_up_is_refused_and_nothing_is() {
    let bench = bench().await;
    let order = placed(&bench, world::order(&[(SHIRT, 2), (STICKER, 1)])).await;
    let work = works(&bench, order).await.remove(0);
    let [shirt, sticker] = [0, 1].map(|at| work.lines[at].id.to_string());
    let item = |id: &str, quantity: Value| json!({ "fulfillmentOrderItemId": id, "quantity": quantity });
    let nowhere = json!({ "fulfillmentOrderId": "7", "items": [item(&shirt, json!(1))] });
    for (body, refusal) in [
        (nowhere, why(404, "not_found", "fulfillmentOrderId")),
        (json!({ "items": [item(&shirt, json!(1))] }), why(400, "missing_parameter", "fulfillmentOrderId")),
        (json!({ "fulfillmentOrderId": work.id.0 }), why(400, "missing_parameter", "items")),
        (of(&work, json!([])), why(400, "invalid_empty", "items")),
        (
            of(&work, json!([item("7", json!(1))])),
            why(400, "invalid_parameter", "items[0].fulfillmentOrderItemId"),
        ),
        (
            of(&work, json!([{ "quantity": 1 }])),
            why(400, "missing_parameter", "items[0].fulfillmentOrderItemId"),
        ),
        (
            of(&work, json!([{ "fulfillmentOrderItemId": shirt }])),
            why(400, "missing_parameter", "items[0].quantity"),
        ),
        (
            of(&work, json!([item(&shirt, json!(0))])),
            why(400, "invalid_quantity_amount", "items[0].quantity"),
        ),
        (
            of(&work, json!([item(&shirt, json!(-1))])),
            why(400, "invalid_quantity_amount", "items[0].quantity"),
        ),
        (of(&work, json!([item(&shirt, json!("x"))])), why(400, "invalid_integer", "items[0].quantity")),
        (of(&work, json!([{ "id": shirt }])), why(400, "unknown_parameter", "id")),
        (json!({ "orderId": "7" }), why(400, "unknown_parameter", "orderId")),
        (
            of(&work, json!([item(&sticker, json!(1)), item(&shirt, json!(3))])),
            why(409, "quantity_too_large", "quantity"),
        ),
        (
            of(&work, json!([item(&shirt, json!(1)), item(&sticker, json!(1)), item(&shirt, json!(2))])),
            why(409, "quantity_too_large", "quantity"),
        ),
    ] {
        assert_eq!(refused(&bench, CANCELLATIONS, body.clone()).await, refusal, "{body}");
    }
    assert_eq!(works(&bench, order).await.remove(0), work);
    bench
        .program("sk_reader", Permissions::of(&[Permission::ReadOrders, Permission::ReadMerchantWork]))
        .await;
    let sent = of(&work, json!([item(&shirt, json!(1))]));
    let told = bench.send_as("sk_reader", "POST", CANCELLATIONS, sent.clone()).await;
    assert_eq!(told.status, 403, "{}", told.body);
    assert_eq!(bench.send_as("sk_reader", "GET", CANCELLATIONS, Value::Null).await.body["data"], json!([]));
    let twice = of(&work, json!([item(&shirt, json!(1)), item(&shirt, json!(1))]));
    let made = asked(&bench, "POST", CANCELLATIONS, twice).await.1;
    assert_eq!((&made["items"][0]["quantity"], &made["items"][1]), (&json!(2), &Value::Null));
}

#[tokio::test]
async fn a_service_must_be_asked_to_stop_first() {
    let bench = bench().await;
    let order = placed(&bench, world::order(&[(MUG, 2)])).await;
    let work = works(&bench, order).await.remove(0);
    assert_eq!(work.location, SERVED);
    let sent = of(&work, json!([{ "fulfillmentOrderItemId": work.lines[0].id.0, "quantity": 1 }]));
    bench.execute(&world::requesting(work.id, &[])).await;
    assert_eq!(
        refused(&bench, CANCELLATIONS, sent.clone()).await,
        why(409, "restricted_update", "fulfillmentOrderId")
    );
    bench.execute(&Command::CancelWork(work.id)).await;
    let work = works(&bench, order).await.into_iter().find(FulfillmentOrder::is_open).unwrap();
    let sent = of(&work, json!([{ "fulfillmentOrderItemId": work.lines[0].id.0, "quantity": 1 }]));
    assert_eq!(asked(&bench, "POST", CANCELLATIONS, sent).await.0, 201);
}

#[tokio::test]
async fn a_cancellation_that_is_sent_again_has_its_effect_once() {
    let bench = bench().await;
    let order = placed(&bench, world::order(&[(SHIRT, 2)])).await;
    let work = works(&bench, order).await.remove(0);
    let sent =
        of(&work, json!([{ "fulfillmentOrderItemId": work.lines[0].id.0, "quantity": 2 }])).to_string();
    let headers = [("Authorization", "Bearer sk_everything"), ("Idempotency-Key", "k")];
    let ask = || bench.ask("POST", CANCELLATIONS, &headers, sent.clone());
    let (first, again) = (ask().await, ask().await);
    assert_eq!((first.status, again.status, again.header("idempotency-replayed")), (201, 201, Some("true")));
    assert_eq!(first.body, again.body);
}

#[tokio::test]
async fn cancellations_are_listed_by_what_they_are() {
    let bench = bench().await;
    let mut made = Vec::new();
    for (article, name) in [(SHIRT, "up-1"), (STICKER, "up-2"), (SHIRT, "up-3")] {
        let mut place = world::order(&[(article, 2)]);
        place.placed.source_identifier = Some(name.into());
        let order = placed(&bench, place).await;
        let work = works(&bench, order).await.remove(0);
        let sent = of(&work, json!([{ "fulfillmentOrderItemId": work.lines[0].id.0, "quantity": 1 }]));
        made.push(asked(&bench, "POST", CANCELLATIONS, sent).await.1);
        // What is given up without naming the work is no cancellation of it.
        bench.execute(&world::finishing(order, &[(work.lines[0].order_line, 0, 1)])).await;
    }
    let id = |at: usize| made[at]["id"].as_str().unwrap();
    let work = |at: usize| made[at]["fulfillmentOrderId"].as_str().unwrap();
    for (query, found) in [
        (String::new(), vec![2, 1, 0]),
        ("?limit=1".into(), vec![2]),
        (format!("?startingAfter={}", id(1)), vec![0]),
        (format!("?endingBefore={}", id(1)), vec![2]),
        (format!("?ids={},{}", id(0), id(2)), vec![2, 0]),
        (format!("?0={}", id(1)), vec![1]),
        ("?0=up-3&1=up-1".into(), vec![2, 0]),
        ("?ids=x".into(), vec![]),
        ("?upstreamIds=up-2".into(), vec![1]),
        (format!("?fulfillmentOrderId={}", work(0)), vec![0]),
        ("?fulfillmentOrderId=7".into(), vec![]),
        (format!("?inventoryItemId=SKU-{SHIRT}"), vec![2, 0]),
        ("?state=accepted".into(), vec![2, 1, 0]),
        ("?state=pending".into(), vec![]),
        ("?createdTime[gt]=2030-01-01T00:00:00Z".into(), vec![]),
        ("?createdTime[lt]=2030-01-01T00:00:00Z".into(), vec![2, 1, 0]),
    ] {
        let told = asked(&bench, "GET", &format!("{CANCELLATIONS}{query}"), Value::Null).await.1;
        let expected: Vec<&Value> = found.iter().map(|at| &made[*at]).collect();
        assert_eq!(told["data"].as_array().unwrap().iter().collect::<Vec<_>>(), expected, "{query}");
    }
}

#[tokio::test]
async fn what_left_with_a_fulfillment_order_comes_back() {
    let bench = furnished().await;
    let (order, _) = ordered(&bench, "test_ok").await;
    tell(&bench).await;
    let shirts = works(&bench, order).await.into_iter().find(|work| work.lines[0].total == 2).unwrap();
    let item = shirts.lines[0].id.to_string();
    let back = |quantity: i64| {
        let unit = json!({ "serialNumber": "S1" });
        let mut sent = of(
            &shirts,
            json!([
            { "fulfillmentOrderItemId": item, "quantity": quantity, "unitAttributes": [unit] }]),
        );
        sent["reason"] = "requested_by_customer".into();
        sent["upstreamId"] = "up-1".into();
        sent
    };
    let too_many = why(409, "quantity_too_large", "quantity");
    assert_eq!(refused(&bench, RETURNS, back(1)).await, too_many, "nothing left yet");
    bench.execute(&world::shipping(shirts.id)).await;
    tell(&bench).await;
    assert_eq!(refused(&bench, RETURNS, back(3)).await, too_many);
    assert_eq!(
        refused(&bench, RETURNS, back(0)).await,
        why(400, "invalid_quantity_amount", "items[0].quantity")
    );
    let mut attributes = back(1);
    attributes["items"][0]["unitAttributes"] = json!([{}, {}]);
    assert_eq!(
        refused(&bench, RETURNS, attributes).await,
        why(400, "invalid_parameter", "items[0].unitAttributes")
    );
    // Named twice counts together.
    let mut twice = back(1);
    twice["items"] = json!([twice["items"][0], { "fulfillmentOrderItemId": item, "quantity": 1 }]);
    let (status, made) = asked(&bench, "POST", RETURNS, twice).await;
    assert_eq!((status, &made["state"], &made["type"]), (201, &json!("created"), &json!("client")), "{made}");
    let told = |accepted: i64, state: &str| {
        json!([{ "fulfillmentOrderItemId": item, "quantity": 2, "quantityAccepted": accepted, "state": state,
            "inventoryItemId": format!("SKU-{SHIRT}"), "unitAttributes": [{ "serialNumber": "S1" }] }])
    };
    assert_eq!((&made["items"], &made["upstreamId"]), (&told(0, "pending"), &json!("up-1")));
    assert_eq!(refused(&bench, RETURNS, back(1)).await, too_many, "all of it is in a return");
    let id = made["id"].as_str().unwrap();
    let (status, same) = asked(&bench, "GET", &format!("/returns/{id}"), Value::Null).await;
    assert_eq!((status, &same["items"][0]["quantity"], &same["reason"]), (200, &json!(2), &made["reason"]));
    let to = json!({ "name": "Returns",
        "address": { "line1": "1 Way", "city": "Minnetonka", "state": "MN", "postalCode": "55129", "country": "US" } });
    let said = json!({ "location": to });
    assert_eq!(asked(&bench, "POST", &format!("/returns/{id}"), said).await.0, 200);
    let accept = json!({ "items": [
        { "itemId": shirts.lines[0].order_line.to_string(), "quantity": 1, "state": "accepted" }] });
    assert_eq!(asked(&bench, "POST", &format!("/returns/{id}"), accept).await.0, 200);
    let member = format!("{RETURNS}/{id}");
    assert_eq!(asked(&bench, "GET", &member, Value::Null).await.1["items"], told(1, "pending"));
    let accept = json!({ "state": "accepted" });
    assert_eq!(asked(&bench, "POST", &format!("/returns/{id}"), accept).await.0, 200);
    let now = asked(&bench, "GET", &member, Value::Null).await.1;
    assert_eq!((&now["items"], &now["state"]), (&told(2, "accepted"), &json!("accepted")));
    assert_eq!((&now["location"]["name"], &now["location"]["address"]), (&to["name"], &to["address"]));
    for (query, there) in [
        ("", true),
        ("?state=accepted", true),
        ("?state=created", false),
        ("?upstreamIds=up-1", true),
        ("?upstreamIds=up-2", false),
        ("?fulfillmentOrderId=7", false),
        (&format!("?fulfillmentOrderId={}&ids={id}", shirts.id), true),
        (&format!("?inventoryItemId=SKU-{MUG}"), false),
        ("?createdTime[gt]=2030-01-01T00:00:00Z", false),
    ] {
        let listed = asked(&bench, "GET", &format!("{RETURNS}{query}"), Value::Null).await.1;
        assert_eq!(listed["data"], if there { json!([now]) } else { json!([]) }, "{query}");
    }
    assert_eq!(bench.send_as(TOKEN, "GET", &member, Value::Null).await.status, 404, "another mode");
    tell(&bench).await;
    let events = listed(&bench, LIVE, "?type=fulfillment_return.*").await;
    events.iter().for_each(judge);
    assert_eq!(types_of(&events), ["fulfillment_return.created", "fulfillment_return.accepted"]);
    assert_eq!(events[1]["data"]["object"], now);
}

#[tokio::test]
async fn a_return_of_nobodys_work_is_no_return_of_a_fulfillment_order() {
    let bench = furnished().await;
    let (order, lines) = ordered(&bench, "test_ok").await;
    tell(&bench).await;
    bench.execute(&world::finishing(order, &[(lines[0], 2, 0)])).await;
    let sent =
        json!({ "orderId": order.to_string(), "items": [{ "itemId": lines[0].to_string(), "quantity": 1 }] });
    let made = asked(&bench, "POST", "/returns", sent).await.1;
    let member = format!("{RETURNS}/{}", made["id"].as_str().unwrap());
    assert_eq!(asked(&bench, "GET", &member, Value::Null).await.0, 404);
    assert_eq!(asked(&bench, "GET", RETURNS, Value::Null).await.1["data"], json!([]));
    let plain = placed(&bench, world::order(&[(SHIRT, 1)])).await;
    let work = works(&bench, plain).await.remove(0);
    bench.execute(&world::shipping(work.id)).await;
    let sent = of(&work, json!([{ "fulfillmentOrderItemId": work.lines[0].id.0, "quantity": 1 }]));
    let other = why(409, "restricted_update", "fulfillmentOrderId");
    assert_eq!(refused(&bench, RETURNS, sent).await, other, "its money is another API's");
}
