//! What published clients send and how they read what comes back, as seen on the wire: bodies where none is asked for,
//! filters with brackets written either way, PATCH for PUT, and types from which they won't depart.

use serde_json::{Value, json};
use testkit::world::SHIRT;

use crate::bench::{Bench, TOKEN, bench};
use crate::goods::{self, ONCE};
use crate::orders::from_elsewhere;

/// A contact, a fulfillment of theirs, and its order.
async fn left(bench: &Bench) -> (i64, Value, Value) {
    goods::prices(bench).await;
    let contact = goods::contact(bench, "ada@example.com").await;
    let order = goods::order(bench, contact, SHIRT, ONCE, 1).await;
    let invoice = goods::invoice(bench, &order, 1, domain::billing::bill::Claim::Paid).await;
    let line = &invoice["line_items"][0]["id"];
    (contact, goods::fulfill(bench, contact, &[(line, 1)]).await, order)
}

#[tokio::test]
async fn an_action_takes_whatever_is_sent_without_being_asked_for() {
    for body in [
        ("application/json", b"[]".to_vec()),
        ("application/json", Vec::new()),
        ("application/x-www-form-urlencoded", Vec::new()),
        ("application/x-www-form-urlencoded", b"id=1".to_vec()),
        ("", b"null".to_vec()),
    ] {
        let bench = bench().await;
        let (_, fulfillment, _) = left(&bench).await;
        let path = format!("/fulfillments/{}/cancel", fulfillment["id"]);
        let told = bench.send_bytes(TOKEN, "POST", &path, body.clone()).await;
        assert_eq!((told.status, &told.body["status"]), (200, &json!("cancelled")), "{body:?}");
        assert_eq!(bench.send_bytes(TOKEN, "POST", &path, body).await.status, 409);
    }
}

#[tokio::test]
async fn brackets_of_filters_are_written_either_way_and_patch_is_put() {
    let bench = bench().await;
    let (contact, _, order) = left(&bench).await;
    goods::contact(&bench, "bob@example.com").await;
    for query in ["filter[email_address]=ada%40example.com", "filter%5Bemail_address%5D=ADA@example.com"] {
        let found = bench.get(&format!("/workspaces/1/contacts?{query}")).await;
        assert_eq!((found.as_array().unwrap().len(), &found[0]["id"]), (1, &json!(contact)), "{query}");
    }
    let path = format!("/orders/{}", order["id"]);
    let told = bench.send("PATCH", &path, json!({ "order": { "notes": "mind the dog" } })).await;
    assert_eq!((told.status, &told.body["notes"]), (200, &json!("mind the dog")));
    let by_letters = bench.get(&format!("/orders/{}", order["public_id"].as_str().unwrap())).await;
    assert_eq!(by_letters["id"], order["id"]);
}

/// Clients with types of their own refuse a whole list for the sake of one value.
#[tokio::test]
async fn values_have_the_types_that_strict_clients_read() {
    let bench = bench().await;
    left(&bench).await;
    from_elsewhere(&bench).await;
    for order in bench.get("/workspaces/1/orders").await.as_array().unwrap() {
        for name in ["id", "workspace_id", "contact_id", "origination_channel_id"] {
            assert!(order[name].is_i64(), "{name}: {order}");
        }
        for line in order["line_items"].as_array().unwrap() {
            let (price, product) = (&line["products_price"], &line["original_product"]);
            assert!(price["id"].is_i64() && price["amount"].is_string(), "{line}");
            assert!(product["id"].is_i64() && product["name"].is_string(), "{line}");
        }
    }
    for invoice in bench.get("/workspaces/1/orders/invoices").await.as_array().unwrap() {
        for line in invoice["line_items"].as_array().unwrap() {
            let known = ["unfulfilled", "partially_fulfilled", "complete", "ignored"];
            let said = line["fulfillment_status"].as_str();
            assert!(said.is_none_or(|said| known.contains(&said)), "{line}");
            assert!(line["products_price"]["id"].is_i64() || line["products_price"].is_null(), "{line}");
        }
    }
}
