//! What was sent, how often, and sending it again: the command line beside a server that delivers.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod running;

use std::path::Path;
use std::time::{Duration, Instant};

use running::{Running, run, said};
use serde_json::Value;
use testkit::receiver::{Answer, Receiver};

fn listed(data: &Path) -> Vec<Value> {
    let list = said(&run(data, &["deliveries", "list", "--json"]));
    list.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_attempt_is_visible_and_a_message_can_be_sent_again() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let server = Running::dev(data, &["--empty"]);
    let token = server.ready["shopify"]["token"].as_str().unwrap().to_owned();
    let receiver = Receiver::start().await;
    receiver.answer_with(vec![Answer::status(500), Answer::status(200)]);
    assert!(said(&run(data, &["deliveries", "list"])).contains("Nothing was sent yet"));
    let subscribe = format!(
        r#"mutation {{ webhookSubscriptionCreate(topic: ORDERS_CREATE, webhookSubscription: {{uri: "{}"}}) {{ userErrors {{ message }} }} }}"#,
        receiver.url()
    );
    assert_eq!(
        server.ask(&token, &subscribe).1["data"]["webhookSubscriptionCreate"]["userErrors"],
        Value::Array(vec![])
    );
    let order = r#"mutation { orderCreate(order: {lineItems: [{title: "A", quantity: 1}]}) { userErrors { message } } }"#;
    assert_eq!(server.ask(&token, order).0, 200);
    receiver.wait_for(2, Duration::from_secs(20)).await;

    let began = Instant::now();
    while listed(data)[0]["state"] != "delivered" {
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", listed(data));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let delivery = &listed(data)[0];
    assert_eq!((&delivery["topic"], &delivery["attempts"]), (&"orders/create".into(), &2.into()));
    let id = delivery["id"].to_string();
    let shown = said(&run(data, &["deliveries", "show", &id]));
    assert!(shown.contains("rejected with 500") && shown.contains("accepted with 200"), "{shown}");

    assert!(said(&run(data, &["deliveries", "resend", &id])).contains("sent again"));
    receiver.wait_for(3, Duration::from_secs(20)).await;
    let requests = receiver.requests();
    assert_eq!(requests[0].body, requests[2].body, "the same bytes");
    assert_eq!(requests[0].header("x-shopify-webhook-id"), requests[2].header("x-shopify-webhook-id"));
    assert_eq!(run(data, &["deliveries", "show", "7"]).status.code(), Some(3));
    server.stop();
}
