//! What clients say of subscriptions, and what they are answered: as recorded from the original where it was.

use domain::actor::{Actor, Permissions};
use domain::command::Command;
use domain::id::ListenerId;
use engine::outside::Policy;
use serde_json::{Value, json};

use crate::bench::{Bench, TOKEN, bench, nearby};

const NODE: &str = "id topic format includeFields metafieldNamespaces filter createdAt updatedAt uri callbackUrl name
    legacyResourceId apiVersion { handle supported } endpoint { __typename ... on WebhookHttpEndpoint { callbackUrl } }";
const UNKNOWN: &str = "gid://shopify/WebhookSubscription/999999999999";

async fn create(bench: &Bench, topic: &str, input: Value) -> Value {
    create_as(bench, TOKEN, topic, input).await
}

async fn create_as(bench: &Bench, token: &str, topic: &str, input: Value) -> Value {
    let document = format!(
        "mutation($topic: WebhookSubscriptionTopic!, $input: WebhookSubscriptionInput!) {{
            webhookSubscriptionCreate(topic: $topic, webhookSubscription: $input) {{
                webhookSubscription {{ {NODE} }} userErrors {{ field message }} }} }}"
    );
    let mut answer =
        bench.asked_by(token, "2026-04", &document, json!({"topic": topic, "input": input})).await;
    answer["data"]["webhookSubscriptionCreate"].take()
}

async fn update(bench: &Bench, id: &str, input: Value) -> Value {
    let document = format!(
        "mutation($id: ID!, $input: WebhookSubscriptionInput!) {{
            webhookSubscriptionUpdate(id: $id, webhookSubscription: $input) {{
                webhookSubscription {{ {NODE} }} userErrors {{ field message }} }} }}"
    );
    bench.ask(&document, json!({"id": id, "input": input})).await["webhookSubscriptionUpdate"].take()
}

async fn delete(bench: &Bench, id: &str) -> Value {
    let document = "mutation($id: ID!) { webhookSubscriptionDelete(id: $id) {
        deletedWebhookSubscriptionId userErrors { field message } } }";
    bench.ask(document, json!({ "id": id })).await["webhookSubscriptionDelete"].take()
}

async fn detail(bench: &Bench, id: &str) -> Value {
    let document = format!("query($id: ID!) {{ webhookSubscription(id: $id) {{ {NODE} }} }}");
    bench.ask(&document, json!({ "id": id })).await["webhookSubscription"].take()
}

fn made(payload: &Value) -> (&Value, String) {
    assert_eq!(payload["userErrors"], json!([]));
    let node = &payload["webhookSubscription"];
    (node, node["id"].as_str().unwrap().to_owned())
}

fn refused(payload: &Value, errors: &[(&[&str], &str)]) {
    let errors: Vec<Value> =
        errors.iter().map(|(field, message)| json!({"field": field, "message": message})).collect();
    assert_eq!(payload, &json!({"webhookSubscription": null, "userErrors": errors}));
}

const ADDRESS: &[&str] = &["webhookSubscription", "callbackUrl"];

#[tokio::test]
async fn a_subscription_lives_as_recorded() {
    let bench = bench(Policy::default()).await;
    let uri = "https://example.com/conformance";
    let input = json!({
        "filter": "", "format": "JSON", "includeFields": ["id", "name"], "metafieldNamespaces": ["custom"],
        "uri": uri, "name": "my-hook_1",
    });
    let payload = create(&bench, "SHOP_UPDATE", input).await;
    let (node, id) = made(&payload);
    let number = id.rsplit('/').next().unwrap();
    let whole = json!({
        "id": id, "topic": "SHOP_UPDATE", "format": "JSON", "includeFields": ["id", "name"],
        "metafieldNamespaces": ["custom"], "filter": "", "createdAt": "2025-07-10T16:15:47Z",
        "updatedAt": "2025-07-10T16:15:47Z", "uri": uri, "callbackUrl": uri, "name": "my-hook_1",
        "legacyResourceId": number, "apiVersion": {"handle": "2026-04", "supported": true},
        "endpoint": {"__typename": "WebhookHttpEndpoint", "callbackUrl": uri},
    });
    assert_eq!(node, &whole);
    assert_eq!(detail(&bench, &id).await, whole);
    bench.wait(3);
    let moved = json!({
        "filter": "", "format": "JSON", "includeFields": ["id"], "metafieldNamespaces": [],
        "uri": "https://example.com/updated",
    });
    let payload = update(&bench, &id, moved).await;
    let (node, _) = made(&payload);
    assert_eq!((&node["includeFields"], &node["metafieldNamespaces"]), (&json!(["id"]), &json!([])));
    assert_eq!((&node["name"], &node["uri"]), (&"my-hook_1".into(), &"https://example.com/updated".into()));
    assert_eq!(
        (&node["createdAt"], &node["updatedAt"]),
        (&"2025-07-10T16:15:47Z".into(), &"2025-07-10T16:15:50Z".into())
    );
    assert_eq!(detail(&bench, &id).await, *node);
    let gone = json!({"deletedWebhookSubscriptionId": id, "userErrors": []});
    assert_eq!(delete(&bench, &id).await, gone);
    assert_eq!(detail(&bench, &id).await, Value::Null);
}

#[tokio::test]
async fn what_listens_to_another_api_is_no_subscription() {
    let bench = bench(Policy::default()).await;
    let payload = create(&bench, "SHOP_UPDATE", json!({"uri": "https://example.com/one"})).await;
    let (_, id) = made(&payload);
    let listeners = bench.engine.store().listeners(bench.shop.id).await.unwrap();
    let mut other = listeners[0].clone();
    other.id = ListenerId(other.id.0 + 1_000_000);
    other.dialect = "another".to_owned();
    bench
        .engine
        .execute(&bench.shop, &Actor::System, &Command::SaveListener(other.clone()))
        .await
        .unwrap()
        .unwrap();
    let foreign = format!("gid://shopify/WebhookSubscription/{}", other.id);
    let error = json!([{"field": ["id"], "message": "Webhook subscription does not exist"}]);
    let gone = json!({"deletedWebhookSubscriptionId": null, "userErrors": error});
    assert_eq!(detail(&bench, &foreign).await, Value::Null);
    assert_eq!(delete(&bench, &foreign).await, gone);
    assert_eq!(bench.engine.store().listeners(bench.shop.id).await.unwrap().len(), 2);
    assert_eq!(delete(&bench, &id).await["deletedWebhookSubscriptionId"], json!(id));
}

#[tokio::test]
async fn a_filter_is_what_was_written_or_null() {
    let bench = bench(Policy::default()).await;
    let hook = |path: &str| format!("https://example.com/{path}");
    let none = create(&bench, "SHOP_UPDATE", json!({"uri": hook("none")})).await;
    assert_eq!(made(&none).0["filter"], Value::Null);
    let some = json!({"uri": hook("some"), "filter": "customer_id:10586569507122"});
    let some = create(&bench, "CUSTOMERS_UPDATE", some).await;
    let (node, id) = made(&some);
    assert_eq!(node["filter"], "customer_id:10586569507122");
    let message =
        "The specified filter is invalid, please ensure you specify the field(s) you wish to filter on.";
    let bogus = json!({"uri": hook("bogus"), "filter": "totally bogus syntax"});
    refused(&create(&bench, "CUSTOMERS_UPDATE", bogus.clone()).await, &[(&["webhookSubscription"], message)]);
    refused(&update(&bench, &id, bogus).await, &[(&["webhookSubscription"], message)]);
    assert_eq!(detail(&bench, &id).await, *node, "nothing changed");
    let payload = update(&bench, &id, json!({"filter": null})).await;
    assert_eq!(made(&payload).0["filter"], Value::Null);
}

#[tokio::test]
async fn an_address_is_checked_where_it_is_written() {
    let bench = bench(Policy::default()).await;
    let uri = "https://example.com/validation";
    let payload = create(&bench, "ORDERS_CREATE", json!({ "uri": uri })).await;
    let (node, id) = made(&payload);
    let pubsub = "Address protocol pubsub:// is not supported";
    let format = "Address is not a valid GCP pub/sub format. Format should be pubsub://project:topic";
    let long = format!("https://example.com/{}", "x".repeat(64 * 1024));
    let cases: [(&str, &[&str]); 11] = [
        ("", &["Address can't be blank"]),
        ("http://example.com", &["Address protocol http:// is not supported"]),
        ("http://localhost:3000/hook", &["Address protocol http:// is not supported"]),
        ("pubsub://valid-project:", &[pubsub, format]),
        ("pubsub://project:topic", &[pubsub]),
        ("arn:aws:events:us-east-1::event-source/x", &["Address protocol arn:// is not supported"]),
        ("example.com/hook", &["Address is invalid"]),
        ("https://", &["Address is invalid"]),
        ("https://10.0.0.1/hook", &["Address is invalid: 10.0.0.1 is private, which is not allowed"]),
        ("https://me:pw@example.com", &["Address is invalid: must not contain a user name or password"]),
        (&long, &["Address is too big (maximum is 64 KB)"]),
    ];
    for (bad, messages) in cases {
        let errors: Vec<_> = messages.iter().map(|message| (ADDRESS, *message)).collect();
        refused(&update(&bench, &id, json!({ "uri": bad })).await, &errors);
        refused(&create(&bench, "ORDERS_CREATE", json!({ "uri": bad })).await, &errors);
    }
    refused(&create(&bench, "ORDERS_CREATE", json!({})).await, &[(ADDRESS, "Address can't be blank")]);
    assert_eq!(detail(&bench, &id).await, *node);
    let old = create(&bench, "ORDERS_PAID", json!({"callbackUrl": uri})).await;
    assert_eq!(made(&old).0["uri"], uri, "the deprecated name does the same");
}

#[tokio::test]
async fn this_machine_may_be_allowed() {
    let bench = bench(nearby()).await;
    let payload = create(&bench, "ORDERS_CREATE", json!({"uri": "http://localhost:3000/hook"})).await;
    made(&payload);
}

#[tokio::test]
async fn several_things_may_be_wrong_at_once() {
    let bench = bench(Policy::default()).await;
    let input = json!({"uri": "", "name": "so lala", "filter": "what"});
    let filter =
        "The specified filter is invalid, please ensure you specify the field(s) you wish to filter on.";
    let errors: [(&[&str], &str); 4] = [
        (&["webhookSubscription", "topic"], "Topic COLLECTIONS_CREATE is never sent by this server"),
        (ADDRESS, "Address can't be blank"),
        (&["webhookSubscription", "name"], "Name can only contain letters, digits, underscores and hyphens"),
        (&["webhookSubscription"], filter),
    ];
    refused(&create(&bench, "COLLECTIONS_CREATE", input).await, &errors);
    let long = json!({"uri": "https://example.com", "name": "x".repeat(51)});
    let too_long = "Name is too long (maximum is 50 characters)";
    refused(&create(&bench, "ORDERS_CREATE", long).await, &[(&["webhookSubscription", "name"], too_long)]);
    bench.program("shpat_blind", Permissions::parse("read_locations").unwrap()).await;
    let payload =
        create_as(&bench, "shpat_blind", "ORDERS_CREATE", json!({"uri": "https://example.com"})).await;
    let message = "The access token doesn't allow to hear of orders/create. Required access: read_orders.";
    refused(&payload, &[(&["webhookSubscription", "topic"], message)]);
}

#[tokio::test]
async fn no_two_say_the_same() {
    let bench = bench(Policy::default()).await;
    let uri = "https://example.com/hook";
    let first = create(&bench, "ORDERS_CREATE", json!({"uri": uri, "name": "first"})).await;
    let (_, id) = made(&first);
    let taken = "Address for this topic has already been taken";
    let again = create(&bench, "ORDERS_CREATE", json!({"uri": uri, "includeFields": ["id"]})).await;
    refused(&again, &[(ADDRESS, taken)]);
    let twin = create(&bench, "ORDERS_PAID", json!({"uri": uri, "name": "first"})).await;
    refused(&twin, &[(&["webhookSubscription", "name"], "Name already exists, no duplicate allowed")]);
    made(&create(&bench, "ORDERS_CREATE", json!({"uri": uri, "filter": "test:false"})).await);
    let other = create(&bench, "ORDERS_CREATE", json!({"uri": "https://example.com/other"})).await;
    refused(&update(&bench, &made(&other).1, json!({ "uri": uri })).await, &[(ADDRESS, taken)]);
    made(&update(&bench, &id, json!({"uri": uri, "includeFields": ["id"]})).await);
    bench.program("shpat_other", Permissions::all()).await;
    made(&create_as(&bench, "shpat_other", "ORDERS_CREATE", json!({"uri": uri, "name": "first"})).await);
}

#[tokio::test]
async fn what_is_not_there_is_told_so() {
    let bench = bench(Policy::default()).await;
    let errors = json!([{"field": ["id"], "message": "Webhook subscription does not exist"}]);
    let input = json!({"format": "JSON", "uri": "https://example.com/unknown"});
    assert_eq!(update(&bench, UNKNOWN, input).await["userErrors"], errors);
    let gone = json!({"deletedWebhookSubscriptionId": null, "userErrors": errors});
    assert_eq!(delete(&bench, UNKNOWN).await, gone);
    assert_eq!(detail(&bench, UNKNOWN).await, Value::Null);
    bench.program("shpat_other", Permissions::all()).await;
    let payload =
        create_as(&bench, "shpat_other", "ORDERS_CREATE", json!({"uri": "https://example.com/x"})).await;
    let (_, id) = made(&payload);
    assert_eq!(delete(&bench, &id).await, gone, "another program's is not there either");
    assert_eq!(detail(&bench, &id).await, Value::Null);
}

#[tokio::test]
async fn lists_are_narrowed_by_their_arguments() {
    let bench = bench(Policy::default()).await;
    for (topic, uri, format) in [
        ("ORDERS_CREATE", "https://example.com/a", "JSON"),
        ("ORDERS_PAID", "https://example.com/b", "XML"),
        ("FULFILLMENTS_CREATE", "https://example.com/a", "JSON"),
    ] {
        let payload = create(&bench, topic, json!({ "uri": uri, "format": format })).await;
        let (node, id) = made(&payload);
        assert_eq!(node["format"], format);
        let payload = update(&bench, &id, json!({ "uri": uri })).await;
        assert_eq!(made(&payload).0["format"], format, "it stays as it is unless somebody says so");
        bench.wait(60);
    }
    for (arguments, topics) in [
        ("first: 5", vec!["ORDERS_CREATE", "ORDERS_PAID", "FULFILLMENTS_CREATE"]),
        ("first: 5, reverse: true, sortKey: ID", vec!["FULFILLMENTS_CREATE", "ORDERS_PAID", "ORDERS_CREATE"]),
        ("first: 1", vec!["ORDERS_CREATE"]),
        ("first: 5, topics: [ORDERS_PAID, ORDERS_CREATE]", vec!["ORDERS_CREATE", "ORDERS_PAID"]),
        ("first: 5, uri: \"https://example.com/a\"", vec!["ORDERS_CREATE", "FULFILLMENTS_CREATE"]),
        ("first: 5, callbackUrl: \"https://example.com/b\"", vec!["ORDERS_PAID"]),
        ("first: 5, format: XML", vec!["ORDERS_PAID"]),
        ("first: 5, query: \"format:json\"", vec!["ORDERS_CREATE", "FULFILLMENTS_CREATE"]),
        ("first: 5, query: \"topic:orders_paid\"", vec!["ORDERS_PAID"]),
        ("first: 5, query: \"id:999999999999\"", vec![]),
        (
            "first: 5, query: \"created_at:>'2025-07-10T16:16:00Z'\"",
            vec!["ORDERS_PAID", "FULFILLMENTS_CREATE"],
        ),
    ] {
        let document = format!("{{ webhookSubscriptions({arguments}) {{ nodes {{ topic }} }} }}");
        let data = bench.ask(&document, json!({})).await;
        let nodes = data["webhookSubscriptions"]["nodes"].as_array().unwrap();
        let found: Vec<&str> = nodes.iter().map(|node| node["topic"].as_str().unwrap()).collect();
        assert_eq!(found, topics, "{arguments}");
    }
    let document = "{ all: webhookSubscriptionsCount { count precision }
        some: webhookSubscriptionsCount(query: \"topic:ORDERS_CREATE\") { count } }";
    let counts = json!({"all": {"count": 3, "precision": "EXACT"}, "some": {"count": 1}});
    assert_eq!(bench.ask(document, json!({})).await, counts);
}

#[tokio::test]
async fn a_topic_is_there_from_its_version_on() {
    let bench = bench(Policy::default()).await;
    let document = "mutation($topic: WebhookSubscriptionTopic!) { webhookSubscriptionCreate(topic: $topic,
        webhookSubscription: {uri: \"https://example.com/hook\"}) { webhookSubscription { id } } }";
    for topic in
        ["FULFILLMENT_ORDERS_PROGRESS_REPORTED", "FULFILLMENT_ORDERS_MANUALLY_REPORTED_PROGRESS_STOPPED"]
    {
        for (version, is_there) in [("2026-01", false), ("2026-04", true)] {
            let answer = bench.asked_by(TOKEN, version, document, json!({ "topic": topic })).await;
            let id = &answer["data"]["webhookSubscriptionCreate"]["webhookSubscription"]["id"];
            assert_eq!(id.is_string(), is_there, "{version}: {answer}");
        }
    }
}
