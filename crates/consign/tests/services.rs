//! Fulfillment services from the command line, beside a server that asks them.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod running;

use std::path::Path;
use std::time::{Duration, Instant};

use running::{Running, run, said};
use serde_json::Value;
use testkit::receiver::{Answer, Receiver};

fn listed(data: &Path) -> Value {
    let list = said(&run(data, &["services", "list", "--json"]));
    serde_json::from_str(list.lines().next().unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_is_listed_with_what_it_said_and_asked_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let server = Running::dev(data, &[]);
    let token = server.ready["shopify"]["service_token"].as_str().unwrap().to_owned();
    let receiver = Receiver::start().await;
    assert_eq!(run(data, &["services", "ask", "nordic-3pl"]).status.code(), Some(4), "it has no address");
    assert_eq!(run(data, &["services", "ask", "nobody"]).status.code(), Some(3));
    let told = said(&run(data, &["services", "list"]));
    assert!(told.contains("nordic-3pl") && told.contains("never called"), "{told}");

    let known = listed(data);
    let update = format!(
        r#"mutation {{ fulfillmentServiceUpdate(id: "gid://shopify/FulfillmentService/{}", callbackUrl: "{}", inventoryManagement: true) {{
             fulfillmentService {{ inventoryManagement }} userErrors {{ message }} }} }}"#,
        known["id"],
        receiver.url()
    );
    receiver.answer_with(vec![Answer::status(200).body("{}"), Answer::status(503)]);
    let (_, answer) = server.ask(&token, &update);
    let updated = &answer["data"]["fulfillmentServiceUpdate"];
    assert_eq!(updated["fulfillmentService"]["inventoryManagement"], true, "{answer}");
    receiver.wait_for(1, Duration::from_secs(20)).await;
    said(&run(data, &["services", "ask", "nordic-3pl"]));
    receiver.wait_for(2, Duration::from_secs(20)).await;
    let began = Instant::now();
    while listed(data)["inquiries"][0]["answer"] != "rejected" {
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", listed(data));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let told = said(&run(data, &["services", "list"]));
    assert!(told.contains("is asked for stock") && told.contains("it answered 503"), "{told}");
    server.stop();
}
