//! Who may do what: as in the other API.

use domain::actor::Permissions;
use serde_json::{Value, json};
use testkit::world::{MUG, SHIRT};

use crate::bench::{MERCHANT, SERVER, bench};

#[tokio::test]
async fn work_of_an_order_is_seen_without_seeing_the_order() {
    let bench = bench().await;
    let (order, work) = bench.placed(MUG, 1).await;
    let path = format!("orders/{order}/fulfillment_orders.json");
    let told = bench.done(SERVER, "GET", &path, Value::Null).await;
    assert_eq!(told["fulfillment_orders"][0]["id"], work.0);
    let denied = "[API] This action requires merchant approval for read_orders scope.";
    let path = format!("orders/{order}.json");
    assert_eq!(bench.refused(SERVER, "GET", &path, Value::Null).await, (403, json!({"errors": denied})));

    let (other, theirs) = bench.placed(SHIRT, 1).await;
    let path = format!("orders/{other}/fulfillment_orders.json");
    let told = bench.done(SERVER, "GET", &path, Value::Null).await;
    assert_eq!(told["fulfillment_orders"], json!([]), "the merchant's own work is not the service's to see");
    let path = format!("fulfillment_orders/{theirs}.json");
    assert_eq!(bench.refused(SERVER, "GET", &path, Value::Null).await, (404, json!({"errors": "Not Found"})));
}

#[tokio::test]
async fn fulfillments_of_an_order_are_seen_by_who_may_see_where_they_left() {
    let bench = bench().await;
    let (order, work) = bench.placed(SHIRT, 1).await;
    let body =
        json!({"fulfillment": {"line_items_by_fulfillment_order": [{"fulfillment_order_id": work.0}]}});
    let made = bench.done(MERCHANT, "POST", "fulfillments.json", body).await;
    let path = format!("orders/{order}/fulfillments.json");
    assert_eq!(bench.get(&path).await["fulfillments"][0]["id"], made["fulfillment"]["id"]);
    let told = bench.done(SERVER, "GET", &path, Value::Null).await;
    assert_eq!(told["fulfillments"], json!([]));
    let of_work = bench.get(&format!("fulfillment_orders/{work}/fulfillments.json")).await;
    assert_eq!(of_work["fulfillments"][0]["id"], made["fulfillment"]["id"]);
    bench.program("shpat_products", Permissions::parse("read_products").unwrap()).await;
    let told = bench.refused("shpat_products", "GET", &path, Value::Null).await;
    assert_eq!(told.0, 403, "{}", told.1);
}

#[tokio::test]
async fn what_has_no_service_is_assigned_nothing() {
    let bench = bench().await;
    let text = "The api_client is not associated with any fulfillment service.";
    let told = bench.refused(MERCHANT, "GET", "assigned_fulfillment_orders.json", Value::Null).await;
    assert_eq!(told, (422, json!({"errors": [text]})));
    let all = bench.done(MERCHANT, "GET", "fulfillment_services.json?scope=all", Value::Null).await;
    assert_eq!(all["fulfillment_services"][0]["handle"], "served");
    assert_eq!(bench.get("fulfillment_services.json").await["fulfillment_services"], json!([]));
}

#[tokio::test]
async fn a_token_and_a_route_are_needed() {
    let bench = bench().await;
    let (status, body) = bench.refused("shpat_nobody", "GET", "shop.json", Value::Null).await;
    assert_eq!(status, 401);
    assert!(body["errors"].as_str().unwrap().starts_with("[API] Invalid API key"), "{body}");
    for (method, path) in [("GET", "nothing.json"), ("PATCH", "shop.json"), ("GET", "orders/0.json")] {
        let told = bench.refused(MERCHANT, method, path, Value::Null).await;
        assert_eq!(told, (404, json!({"errors": "Not Found"})), "{method} {path}");
    }
    let told = bench.send(MERCHANT, "GET", "shop.json", Value::Null, None).await;
    assert_eq!(told.body["shop"]["myshopify_domain"], "shop.example");
    assert_eq!(told.header("x-shopify-api-version"), "2026-07");
    assert_eq!(told.header("x-shopify-shop-api-call-limit"), "1/40");
    assert_eq!(told.header("content-type"), "application/json; charset=utf-8");
}

#[tokio::test]
async fn a_program_runs_a_service() {
    let bench = bench().await;
    let made = json!({"fulfillment_service": {
        "name": "Mars", "callback_url": "https://mars.example/hooks", "inventory_management": true,
        "tracking_support": true, "requires_shipping_method": true, "format": "json",
    }});
    let told = bench.send(MERCHANT, "POST", "fulfillment_services.json", made.clone(), None).await;
    let service = &told.body["fulfillment_service"];
    assert_eq!((told.status.as_u16(), &service["handle"]), (201, &json!("mars")), "{}", told.body);
    let path = format!("fulfillment_services/{}.json", service["id"]);
    let taken = bench.refused(MERCHANT, "POST", "fulfillment_services.json", made).await;
    assert_eq!(taken, (422, json!({"errors": {"name": ["has already been taken"]}})));
    let renamed = json!({"fulfillment_service": {"name": "Venus"}});
    let told = bench.done(MERCHANT, "PUT", &path, renamed).await;
    assert_eq!(told["fulfillment_service"]["name"], "Venus");
    let own = bench.get("fulfillment_services.json").await;
    assert_eq!(own["fulfillment_services"][0]["callback_url"], "https://mars.example/hooks");
    assert_eq!(bench.done(MERCHANT, "DELETE", &path, Value::Null).await, json!({}));
    assert_eq!(bench.refused(MERCHANT, "GET", &path, Value::Null).await.0, 404);
    let location = format!("locations/{}.json", own["fulfillment_services"][0]["location_id"]);
    assert_eq!(bench.get(&location).await["location"]["legacy"], false, "its location is the merchant's now");
}
