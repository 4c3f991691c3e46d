//! What a document costs, and what becomes of a program that spends too fast.

use domain::snapshot::Shop;
use scenarios::served::Served;
use serde_json::{Value, json};
use testkit::world;

const VERSION: &str = "2026-07";

/// A document that costs a quarter of the smallest bucket, asked for or not.
fn dear() -> String {
    let shops: String = (0..250).map(|i| format!("a{i}: shop {{ id }} ")).collect();
    format!("{{ {shops} }}")
}

async fn served(throttle: Option<u32>) -> Served {
    Served::empty(Shop { throttle, ..world::shop() }, &[]).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_waits_unless_the_shop_says_so() {
    let served = served(None).await;
    for _ in 0..20 {
        let (status, body) = served.ask(VERSION, &dear(), &Value::Null).await;
        assert_eq!((status, body.get("errors")), (200, None));
        let cost = json!({
            "requestedQueryCost": 250, "actualQueryCost": 250,
            "throttleStatus": {"maximumAvailable": 2000, "currentlyAvailable": 2000, "restoreRate": 100},
        });
        assert_eq!(body["extensions"]["cost"], cost);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_that_is_too_fast_is_told_to_wait() {
    let served = served(Some(50)).await;
    let mut before = 1_000;
    for _ in 0..4 {
        let (_, body) = served.ask(VERSION, &dear(), &Value::Null).await;
        assert_eq!(body.get("errors"), None, "{body}");
        let status = &body["extensions"]["cost"]["throttleStatus"];
        assert_eq!((&status["maximumAvailable"], &status["restoreRate"]), (&json!(1000), &json!(50)));
        let left = status["currentlyAvailable"].as_i64().unwrap();
        assert!((before - 250..before).contains(&left), "{left} of {before}");
        before = left;
    }
    let (status, body) = served.ask(VERSION, &dear(), &Value::Null).await;
    let error = json!({"message": "Throttled", "extensions": {
        "code": "THROTTLED", "documentation": "https://shopify.dev/api/usage/rate-limits"}});
    assert_eq!((status, &body["errors"], body.get("data")), (200, &json!([error]), None));
    let cost = &body["extensions"]["cost"];
    assert_eq!((&cost["requestedQueryCost"], &cost["actualQueryCost"]), (&json!(250), &Value::Null));
    let left = cost["throttleStatus"]["currentlyAvailable"].as_u64().unwrap();
    assert!(left < 250, "{left}");
    // Waiting as long as the answer says is enough.
    let wait = (250 - left).div_ceil(50);
    tokio::time::sleep(std::time::Duration::from_secs(wait)).await;
    let (_, body) = served.ask(VERSION, &dear(), &Value::Null).await;
    assert_eq!(body.get("errors"), None, "{body}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_refused_or_not_used_is_not_paid_for() {
    let served = served(Some(50)).await;
    let wide = "{ orders(first: 250) { nodes { id lineItems(first: 250) { nodes { id } } } } }";
    for document in [wide, "{ nonsense }", "{", wide] {
        let (_, body) = served.ask(VERSION, document, &Value::Null).await;
        let status = &body["extensions"]["cost"]["throttleStatus"];
        assert!(status.is_null() || status["currentlyAvailable"].as_i64().unwrap() >= 990, "{body}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_query_may_only_cost_so_much() {
    let served = served(None).await;
    let orders = "orders(first: 250) { nodes { lineItems(first: 250) { nodes { id } } } }";
    let document: String = (0..12).map(|i| format!("a{i}: {orders} ")).collect();
    let (status, body) = served.ask(VERSION, &format!("{{ {document} }}"), &Value::Null).await;
    assert_eq!((status, body.get("data"), body.get("extensions")), (200, None, None));
    let error = &body["errors"][0];
    let cost = error["extensions"]["cost"].as_u64().unwrap();
    assert!(cost > 1_000);
    let text = format!("Query cost is {cost}, which exceeds the single query max cost limit (1000).");
    assert!(error["message"].as_str().unwrap().starts_with(&text), "{error}");
    assert_eq!(error["extensions"]["code"], "MAX_COST_EXCEEDED");
    assert_eq!(error["extensions"]["maxCost"], 1000);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_each_field_costs_is_told_to_those_who_ask() {
    let served = served(None).await;
    let document = "{ orders(first: 10) { nodes { id shippingAddress { city } } } s: shop { name } }";
    let body = json!({ "query": document }).to_string();
    let ask = |debug: &'static str| {
        let request = served.client.post(served.endpoint(VERSION)).body(body.clone());
        let request = request.header("X-Shopify-Access-Token", &served.token);
        async move {
            let response = request.header("Shopify-GraphQL-Cost-Debug", debug).send().await.unwrap();
            serde_json::from_str::<Value>(&response.text().await.unwrap()).unwrap()
        }
    };
    let cost = ask("1").await["extensions"]["cost"].take();
    let field = |path: &[&str], defined: u32, total: u32, below: Value| json!({"path": path, "definedCost": defined, "requestedTotalCost": total, "requestedChildrenCost": below});
    let expected = json!([
        field(&["orders", "nodes", "id"], 0, 0, Value::Null),
        field(&["orders", "nodes", "shippingAddress", "city"], 0, 0, Value::Null),
        field(&["orders", "nodes", "shippingAddress"], 1, 1, json!(0)),
        field(&["orders", "nodes"], 1, 8, json!(1)),
        field(&["orders"], 2, 10, json!(8)),
        field(&["s", "name"], 0, 0, Value::Null),
        field(&["s"], 1, 1, json!(0)),
    ]);
    assert_eq!(cost["fields"], expected);
    assert_eq!(cost["requestedQueryCost"], 11);
    assert_eq!(ask("0").await["extensions"]["cost"].get("fields"), None);
}
