//! Merchant and service talk.

use serde_json::{Value, json};
use testkit::world::{MUG, SHIRT};

use crate::bench::{MERCHANT, SERVER, bench};

#[tokio::test]
async fn a_service_is_asked_and_declines_with_reasons() {
    let bench = bench().await;
    let (order, work) = bench.placed(MUG, 2).await;
    let before = bench.get(&format!("fulfillment_orders/{work}.json")).await;
    let before = &before["fulfillment_order"];
    assert_eq!((&before["status"], &before["request_status"]), (&json!("open"), &json!("unsubmitted")));
    assert_eq!(before["order_id"], order.0);
    let line = before["line_items"][0]["id"].clone();

    let asked = json!({"fulfillment_request": {
        "message": "soon", "fulfillment_order_line_items": [{"id": line, "quantity": 1}],
    }});
    let path = format!("fulfillment_orders/{work}/fulfillment_request");
    let told = bench.done(MERCHANT, "POST", &format!("{path}.json"), asked).await;
    assert_eq!(told["submitted_fulfillment_order"]["request_status"], "submitted");
    assert_eq!(told["original_fulfillment_order"]["id"], work.0);
    assert_eq!(told["unsubmitted_fulfillment_order"]["line_items"][0]["quantity"], 1);
    assert_eq!(told["submitted_fulfillment_order"]["merchant_requests"][0]["message"], "soon");

    let mine = "assigned_fulfillment_orders.json?assignment_status=fulfillment_requested";
    let mine = bench.done(SERVER, "GET", mine, Value::Null).await;
    assert_eq!(mine["fulfillment_orders"].as_array().unwrap().len(), 1);

    let why = json!({"fulfillment_request": {
        "reason": "inventory_out_of_stock", "message": "none left",
        "line_items": [{"fulfillment_order_line_item_id": line, "message": "all sold"}],
    }});
    let told = bench.done(SERVER, "POST", &format!("{path}/reject.json"), why).await;
    assert_eq!(told["fulfillment_order"]["request_status"], "rejected");
    let document = "query($id: ID!) { fulfillmentOrder(id: $id) {
        lineItems(first: 1) { nodes { warnings { title description } } }
        merchantRequests(first: 1) { nodes { kind responseData } } } }";
    let body =
        json!({"query": document, "variables": {"id": format!("gid://shopify/FulfillmentOrder/{work}")}});
    let seen = bench.done(MERCHANT, "POST", "graphql.json", body).await;
    let seen = &seen["data"]["fulfillmentOrder"];
    let warning = json!({"title": "Inventory out of stock", "description": "all sold"});
    assert_eq!(seen["lineItems"]["nodes"][0]["warnings"], json!([warning]));
    let request = &seen["merchantRequests"]["nodes"][0];
    assert_eq!(request["kind"], "FULFILLMENT_REQUEST");
    assert_eq!(request["responseData"]["reason"], "inventory_out_of_stock");
}

#[tokio::test]
async fn a_service_agrees_stops_and_gives_up() {
    let bench = bench().await;
    let (_, work) = bench.placed(MUG, 1).await;
    let path = |rest: &str| format!("fulfillment_orders/{work}/{rest}.json");
    let status = async |token: &str, rest: &str| {
        let told = bench.done(token, "POST", &path(rest), json!({})).await;
        let work = &told.as_object().unwrap().values().next().unwrap();
        (work["status"].clone(), work["request_status"].clone())
    };
    assert_eq!(status(MERCHANT, "fulfillment_request").await, (json!("open"), json!("submitted")));
    assert_eq!(status(SERVER, "fulfillment_request/accept").await, (json!("in_progress"), json!("accepted")));
    let asked = status(MERCHANT, "cancellation_request").await;
    assert_eq!(asked, (json!("in_progress"), json!("cancellation_requested")));
    let declined = status(SERVER, "cancellation_request/reject").await;
    assert_eq!(declined, (json!("in_progress"), json!("cancellation_rejected")));
    let (other, again) = (bench.placed(MUG, 1).await.1, json!({}));
    for (token, rest) in
        [(MERCHANT, "fulfillment_request"), (SERVER, "fulfillment_request/accept"), (SERVER, "close")]
    {
        bench.done(token, "POST", &format!("fulfillment_orders/{other}/{rest}.json"), again.clone()).await;
    }
    let told = bench.get(&format!("fulfillment_orders/{other}.json")).await;
    assert_eq!(told["fulfillment_order"]["status"], "incomplete");
}

#[tokio::test]
async fn nobody_can_be_asked_for_the_merchants_own_work() {
    let bench = bench().await;
    let (_, work) = bench.placed(SHIRT, 1).await;
    let path = format!("fulfillment_orders/{work}/fulfillment_request.json");
    let text = "The fulfillment order's assigned fulfillment service must be of api type";
    assert_eq!(bench.refused(MERCHANT, "POST", &path, json!({})).await, (422, json!([text])));
}
