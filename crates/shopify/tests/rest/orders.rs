//! Orders, their work and what left, by number.

use domain::actor::Permissions;
use serde_json::{Value, json};
use testkit::world::{HERE, SHIRT, THERE};

use crate::bench::{MERCHANT, bench};

#[tokio::test]
async fn an_order_is_placed_fulfilled_and_called_off() {
    let bench = bench().await;
    let order = json!({"order": {
        "email": "ada@example.com", "tags": "a, b", "financial_status": "paid",
        "line_items": [{"variant_id": SHIRT.0, "quantity": 2, "price": "12.50"}],
        "shipping_address": {"first_name": "Ada", "country_code": "CA"},
        "shipping_lines": [{"title": "Post", "price": "5.00"}],
    }});
    let told = bench.send(MERCHANT, "POST", "orders.json", order, None).await;
    assert_eq!(told.status, 201, "{}", told.body);
    let order = &told.body["order"];
    assert_eq!((&order["total_price"], &order["tags"]), (&json!("30.00"), &json!("a, b")));
    let id = order["id"].as_i64().unwrap();
    let works =
        bench.get(&format!("orders/{id}/fulfillment_orders.json?include_financial_summaries=true")).await;
    let work = &works["fulfillment_orders"][0];
    let price = &work["line_items"][0]["financial_summaries"][0]["original_unit_price_set"];
    assert_eq!(price["shop_money"]["amount"], "12.50");

    let entry = json!({"fulfillment_order_id": work["id"], "fulfillment_order_line_items": [
        {"id": work["line_items"][0]["id"], "quantity": 1},
    ]});
    let body = json!({"fulfillment": {
        "line_items_by_fulfillment_order": [entry], "tracking_info": {"number": "N1", "company": "Post"},
    }});
    let told = bench.send(MERCHANT, "POST", "fulfillments.json", body, None).await;
    assert_eq!((told.status.as_u16(), &told.body["fulfillment"]["tracking_number"]), (201, &json!("N1")));
    let fulfillment = told.body["fulfillment"]["id"].as_i64().unwrap();
    let body = json!({"fulfillment": {"tracking_info": {"number": "N2"}}});
    let path = format!("fulfillments/{fulfillment}/update_tracking.json");
    let told = bench.done(MERCHANT, "POST", &path, body).await;
    assert_eq!(told["fulfillment"]["tracking_number"], "N2");
    let shown = bench.get(&format!("orders/{id}.json?fields=id,fulfillment_status,fulfillments")).await;
    assert_eq!(shown["order"]["fulfillment_status"], "partial");
    assert_eq!(shown["order"]["fulfillments"][0]["id"], fulfillment);
    assert_eq!(shown["order"].get("name"), None, "only what was asked for");

    let path = format!("orders/{id}/cancel.json");
    let text = "Cannot cancel an order that has outstanding fulfillments";
    assert_eq!(bench.refused(MERCHANT, "POST", &path, json!({})).await, (422, json!({"errors": [text]})));
    bench.done(MERCHANT, "POST", &format!("fulfillments/{fulfillment}/cancel.json"), Value::Null).await;
    let told = bench.done(MERCHANT, "POST", &path, json!({"reason": "customer", "restock": true})).await;
    assert_eq!(told["order"]["cancel_reason"], "customer");
    let refunds = bench.get(&format!("orders/{id}/refunds.json")).await;
    assert_eq!(refunds["refunds"][0]["refund_line_items"][0]["quantity"], 2, "{refunds}");
    assert_eq!(refunds["refunds"], bench.get(&format!("orders/{id}.json")).await["order"]["refunds"]);
    let one = refunds["refunds"][0].clone();
    let shown = bench.get(&format!("orders/{id}/refunds/{}.json", one["id"])).await;
    assert_eq!(shown, json!({ "refund": one }));
    let path = format!("orders/{id}/refunds/4711.json");
    assert_eq!(bench.refused(MERCHANT, "GET", &path, Value::Null).await.0, 404);
}

#[tokio::test]
async fn an_order_is_changed_put_away_and_forgotten() {
    let bench = bench().await;
    let (id, _) = bench.placed(SHIRT, 1).await;
    let path = format!("orders/{id}.json");
    let body = json!({"order": {"id": id.0, "note": "ring twice", "tags": "vip, late", "name": "not this"}});
    let told = bench.done(MERCHANT, "PUT", &path, body).await;
    assert_eq!((&told["order"]["note"], &told["order"]["tags"]), (&json!("ring twice"), &json!("vip, late")));
    let told = bench.done(MERCHANT, "POST", &format!("orders/{id}/close.json"), json!({})).await;
    assert_ne!(told["order"]["closed_at"], Value::Null);
    assert_eq!(bench.get("orders.json").await["orders"], json!([]), "only open ones, unless told otherwise");
    let told = bench.done(MERCHANT, "POST", &format!("orders/{id}/open.json"), json!({})).await;
    assert_eq!(told["order"]["closed_at"], Value::Null);
    assert_eq!(bench.done(MERCHANT, "DELETE", &path, Value::Null).await, json!({}));
    assert_eq!(bench.refused(MERCHANT, "GET", &path, Value::Null).await.0, 404);
}

#[tokio::test]
async fn work_is_held_moved_and_waits_until_then() {
    let bench = bench().await;
    let (_, work) = bench.placed(SHIRT, 2).await;
    let path = |rest: &str| format!("fulfillment_orders/{work}/{rest}");
    // Clients send it in the query too.
    let held =
        path("hold.json?fulfillment_hold[reason]=incorrect_address&fulfillment_hold[reason_notes]=ask");
    let told = bench.done(MERCHANT, "POST", &held, Value::Null).await;
    assert_eq!(told["fulfillment_hold"]["reason"], "incorrect_address");
    assert_eq!(told["fulfillment_order"]["status"], "on_hold");
    assert_eq!(told["remaining_fulfillment_order"], Value::Null);
    let more = json!({"fulfillment_hold": {"reason": "other", "handle": "more"}});
    let second = bench.done(MERCHANT, "POST", &path("hold.json"), more).await;
    let by_id = json!({"hold_ids": [told["fulfillment_hold"]["id"]]});
    let told = bench.done(MERCHANT, "POST", &path("release_hold.json"), by_id).await;
    assert_eq!(told["fulfillment_order"]["fulfillment_holds"], json!([second["fulfillment_hold"]]));
    let told = bench.done(MERCHANT, "POST", &path("release_hold.json"), Value::Null).await;
    assert_eq!(told["fulfillment_order"]["status"], "open");

    let places = bench.get(&path("locations_for_move.json")).await;
    let movable = |id: i64| {
        let list = places["locations_for_move"].as_array().unwrap();
        list.iter().find(|place| place["location"]["id"] == id).unwrap()["movable"].clone()
    };
    assert_eq!((movable(HERE.0), movable(THERE.0)), (json!(false), json!(true)));
    let body = json!({"fulfillment_order": {"new_location_id": THERE.0}});
    let told = bench.done(MERCHANT, "POST", &path("move.json"), body).await;
    assert_eq!(told["moved_fulfillment_order"]["assigned_location_id"], THERE.0);
    assert_eq!(told["original_fulfillment_order"]["id"], work.0);

    let body = json!({"fulfillment_order_ids": [work.0], "fulfillment_deadline": "2026-01-02T03:04:05Z"});
    let told =
        bench.done(MERCHANT, "POST", "fulfillment_orders/set_fulfillment_orders_deadline.json", body).await;
    assert_eq!(told, json!({}));
    let told = bench.get(&format!("fulfillment_orders/{work}.json")).await;
    assert_eq!(told["fulfillment_order"]["fulfill_by"], "2026-01-02T03:04:05+00:00");
    let told = bench.refused(MERCHANT, "POST", &path("reschedule.json"), json!({})).await;
    let missing = json!({"errors": {"fulfill_at": "Required parameter missing or invalid"}});
    assert_eq!(told, (400, missing));
    let told = bench.refused(MERCHANT, "POST", "fulfillment_orders/4711/open.json", Value::Null).await;
    assert_eq!(told, (404, json!({"errors": "Not Found"})));
}

#[tokio::test]
async fn lists_come_in_pages() {
    let bench = bench().await;
    let mut all = Vec::new();
    for _ in 0..5 {
        all.push(bench.placed(SHIRT, 1).await.0.0);
    }
    let mut path = format!("orders.json?limit=2&fields=id&since_id={}", all[0]);
    let mut seen: Vec<i64> = Vec::new();
    let mut back = String::new();
    loop {
        let told = bench.send(MERCHANT, "GET", &path, Value::Null, None).await;
        assert_eq!(told.status, 200, "{}", told.body);
        seen.extend(
            told.body["orders"].as_array().unwrap().iter().map(|order| order["id"].as_i64().unwrap()),
        );
        let link = told.header("link").to_owned();
        let to = |rel: &str| {
            let link = link.split(", ").find(|link| link.ends_with(&format!("rel=\"{rel}\"")))?;
            let address = link.split('>').next()?.strip_prefix("<http://shop.example/admin/api/2026-07/")?;
            Some(address.to_owned())
        };
        back = to("previous").unwrap_or(back);
        match to("next") {
            Some(next) => path = next,
            None => break,
        }
    }
    assert_eq!(seen, all[1..], "those behind the first, in the order of their ids");
    let before = bench.get(&back).await;
    let before: Vec<_> =
        before["orders"].as_array().unwrap().iter().map(|one| one["id"].as_i64().unwrap()).collect();
    assert_eq!(before, all[1..3]);
    assert_eq!(bench.get("orders/count.json?status=any").await, json!({"count": 5}));
    let (status, _) = bench.refused(MERCHANT, "GET", &format!("{back}&status=any"), Value::Null).await;
    assert_eq!(status, 400, "a page is what it is");
}

#[tokio::test]
async fn the_same_key_takes_effect_once() {
    let bench = bench().await;
    let body = json!({"order": {"line_items": [{"title": "Tea", "quantity": 1, "price": "3.00"}]}});
    let send =
        async |body: &Value| bench.send(MERCHANT, "POST", "orders.json", body.clone(), Some("k1")).await;
    let first = send(&body).await;
    assert_eq!((first.status.as_u16(), first.header("idempotency-replayed")), (201, ""), "{}", first.body);
    let again = send(&body).await;
    assert_eq!((again.status.as_u16(), again.header("idempotency-replayed")), (201, "true"));
    assert_eq!(again.body, first.body);
    let other = send(&json!({"order": {"line_items": []}})).await;
    assert_eq!(other.status, 422);
    assert_eq!(bench.get("orders/count.json?status=any").await, json!({"count": 1}));
}

#[tokio::test]
async fn events_tell_the_way_of_a_parcel() {
    let bench = bench().await;
    let (order, work) = bench.placed(SHIRT, 1).await;
    let body =
        json!({"fulfillment": {"line_items_by_fulfillment_order": [{"fulfillment_order_id": work.0}]}});
    let made = bench.done(MERCHANT, "POST", "fulfillments.json", body).await;
    let path = format!("orders/{order}/fulfillments/{}/events", made["fulfillment"]["id"]);
    let event =
        json!({"event": {"status": "in_transit", "city": "Ottawa", "latitude": 45.4, "longitude": -75.7}});
    let told = bench.send(MERCHANT, "POST", &format!("{path}.json"), event, None).await;
    assert_eq!(
        (told.status.as_u16(), &told.body["fulfillment_event"]["status"]),
        (201, &json!("in_transit"))
    );
    let listed = bench.get(&format!("{path}.json")).await;
    assert_eq!(listed["fulfillment_events"][0], told.body["fulfillment_event"]);
    let one = format!("{path}/{}.json", told.body["fulfillment_event"]["id"]);
    assert_eq!(bench.get(&one).await["fulfillment_event"]["city"], "Ottawa");
    bench.program("clerk", Permissions::parse("write_orders").unwrap()).await;
    let (status, _) = bench.refused("clerk", "DELETE", &one, Value::Null).await;
    assert_eq!(status, 403, "whoever may record may take back");
    assert_eq!(bench.done(MERCHANT, "DELETE", &one, Value::Null).await, json!({}));
    assert_eq!(bench.get(&format!("{path}.json")).await["fulfillment_events"], json!([]));
    assert_eq!(bench.refused(MERCHANT, "DELETE", &one, Value::Null).await.0, 404);
    let (status, body) =
        bench.refused(MERCHANT, "POST", &format!("{path}.json"), json!({"event": {"status": "lost"}})).await;
    assert_eq!(status, 400);
    assert!(body["errors"]["fulfillment_event.status"].as_str().unwrap().contains("LOST"), "{body}");
}

#[tokio::test]
async fn what_is_wrong_with_a_body_is_said() {
    let bench = bench().await;
    let (_, work) = bench.placed(SHIRT, 1).await;
    let told = bench.refused(MERCHANT, "POST", "fulfillments.json", json!([1])).await;
    assert_eq!(told, (400, json!({"errors": {"base": "The body isn't a JSON object."}})));
    let entry =
        json!({"fulfillment_order_id": work.0, "fulfillment_order_line_items": [{"id": 1, "quantity": 0}]});
    let body = json!({"fulfillment": {"line_items_by_fulfillment_order": [entry]}});
    let told = bench.refused(MERCHANT, "POST", "fulfillments.json", body).await;
    assert_eq!(told, (422, json!({"errors": {"quantity": ["must be greater than 0"]}})));
    let entry = json!({"fulfillment_order_id": "x"});
    let body = json!({"fulfillment": {"line_items_by_fulfillment_order": [entry]}});
    let told = bench.refused(MERCHANT, "POST", "fulfillments.json", body).await;
    assert_eq!(told.0, 404);
}
