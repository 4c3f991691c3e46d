//! Lists and what is nested: they hold what the client may see and nothing else, and what another shop does makes no
//! difference to any of them.

use std::collections::BTreeSet;

use domain::actor::{Permission, Permissions};
use domain::command::Command;
use domain::id::{FulfillmentOrderId, LocationId};
use scenarios::cast::{Cast, Client, OTHER_SERVED};
use serde_json::Value;
use testkit::world::{self, HERE, SERVED, THERE};

use crate::kinds_of_clients;
use crate::stage::Stage;

/// Ids of the nodes below that path.
fn ids(answer: &Value, path: &str) -> BTreeSet<String> {
    let nodes = answer.pointer(&format!("/data/{path}/nodes")).and_then(Value::as_array);
    let nodes = nodes.unwrap_or_else(|| panic!("no {path} in {answer}"));
    nodes.iter().map(|node| node["id"].as_str().unwrap().to_owned()).collect()
}

fn gid(work: FulfillmentOrderId) -> String {
    format!("gid://shopify/FulfillmentOrder/{}", work.0)
}

/// Where open work is, and what must be allowed to see it.
const PLACES: [(LocationId, Permission); 4] = [
    (HERE, Permission::ReadMerchantWork),
    (THERE, Permission::ReadMerchantWork),
    (SERVED, Permission::ReadAssignedWork),
    (OTHER_SERVED, Permission::ReadThirdPartyWork),
];
const READS: [Permission; 4] = [
    Permission::ReadMerchantWork,
    Permission::ReadAssignedWork,
    Permission::ReadThirdPartyWork,
    Permission::ReadMarketplaceWork,
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_hold_what_may_be_seen() {
    let stage = Stage::set().await;
    let shop = stage.cast.served.shop.clone();
    let mut open = Vec::new();
    for (at, needed) in PLACES {
        let (order, work) = stage.open(&shop, at).await;
        stage.run(&shop, &world::holding(work, "", &[])).await;
        open.push((order, work, needed));
    }
    stage.open(&stage.other_shop, HERE).await;
    for permissions in kinds_of_clients() {
        let client = stage.cast.key(Some(stage.cast.server.app), permissions).await;
        let seen: BTreeSet<String> = open
            .iter()
            .filter(|(_, _, needed)| permissions.has(*needed))
            .map(|(_, work, _)| gid(*work))
            .collect();
        let told = permissions.iter().map(Permission::as_str).collect::<Vec<_>>().join(" ");
        if permissions.any(&READS) {
            let answer = stage.cast.ask(&client, "{ fulfillmentOrders(first: 50) { nodes { id } } }").await;
            assert_eq!(ids(&answer, "fulfillmentOrders"), seen, "{told}");
        }
        if permissions.has(Permission::ReadOrders) {
            let may_see = permissions.any(&READS);
            held_ones(&stage.cast, &client, &seen, may_see, &told).await;
            for (order, work, needed) in &open {
                let document = format!(
                    "{{ order(id: \"gid://shopify/Order/{}\") {{ id fulfillmentOrders(first: 5) {{ nodes {{ id }} }} }} }}",
                    order.0
                );
                let answer = stage.cast.ask(&client, &document).await;
                if !permissions.any(&READS) {
                    // The connection can't be null, so the order is; and the message names no scope, as recorded.
                    assert!(answer["data"]["order"].is_null(), "{told}: {answer}");
                    assert_eq!(answer["errors"][0]["message"], "Access denied for fulfillmentOrders field.");
                    continue;
                }
                let expected = BTreeSet::from_iter(permissions.has(*needed).then(|| gid(*work)));
                assert_eq!(ids(&answer, "order/fulfillmentOrders"), expected, "{told}");
            }
        }
    }
}

/// The list of held work asks for orders, and holds the work that may be seen.
async fn held_ones(cast: &Cast, client: &Client, seen: &BTreeSet<String>, may_see: bool, told: &str) {
    let answer = cast.ask(client, "{ manualHoldsFulfillmentOrders(first: 50) { nodes { id } } }").await;
    if may_see {
        assert_eq!(&ids(&answer, "manualHoldsFulfillmentOrders"), seen, "{told}");
    } else {
        let nodes = answer.pointer("/data/manualHoldsFulfillmentOrders/nodes").and_then(Value::as_array);
        assert!(nodes.is_none_or(Vec::is_empty), "{told}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn assigned_work_is_listed_by_what_was_said_about_it() {
    let stage = Stage::set().await;
    let shop = stage.cast.served.shop.clone();
    let mut works = Vec::new();
    let steps: [fn(FulfillmentOrderId) -> Command; 4] = [
        |work| world::requesting(work, &[]),
        |work| Command::AcceptRequest(work, None),
        |work| Command::RequestCancellation(work, None),
        |work| Command::RejectCancellation(work, None),
    ];
    for count in 0..=steps.len() {
        let (_, work) = stage.open(&shop, SERVED).await;
        for step in &steps[..count] {
            stage.run(&shop, &step(work)).await;
        }
        works.push(gid(work));
    }
    stage.open(&shop, OTHER_SERVED).await;
    stage.open(&shop, HERE).await;
    let own = Permissions::of(&[Permission::ReadAssignedWork]);
    let client = stage.cast.key(Some(stage.cast.server.app), own).await;
    let [unsubmitted, requested, accepted, stopping, going_on] =
        [0, 1, 2, 3, 4].map(|at: usize| works[at].clone());
    for (status, expected) in [
        ("", works.clone()),
        ("assignmentStatus: FULFILLMENT_UNSUBMITTED", vec![unsubmitted]),
        ("assignmentStatus: FULFILLMENT_REQUESTED", vec![requested]),
        ("assignmentStatus: FULFILLMENT_ACCEPTED", vec![accepted, going_on]),
        ("assignmentStatus: CANCELLATION_REQUESTED", vec![stopping]),
    ] {
        let document = format!("{{ assignedFulfillmentOrders(first: 50, {status}) {{ nodes {{ id }} }} }}");
        let answer = stage.cast.ask(&client, &document).await;
        assert_eq!(ids(&answer, "assignedFulfillmentOrders"), BTreeSet::from_iter(expected), "{status}");
    }
    // Whoever runs no service is told so, whatever else it may do.
    let answer = stage
        .cast
        .ask(&stage.cast.merchant(), "{ assignedFulfillmentOrders(first: 1) { nodes { id } } }")
        .await;
    let error = &answer["errors"][0];
    assert_eq!(error["message"], "[\"The api_client is not associated with any fulfillment service.\"]");
    assert!(error.get("extensions").is_none() && answer["data"].is_null(), "{answer}");
}

/// The same questions, before and after another shop has taken orders, shipped and subscribed: not a byte differs
/// that isn't about the time of asking.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_shop_makes_no_difference() {
    let stage = Stage::set().await;
    let client = stage.cast.merchant();
    let questions = [
        "{ orders(first: 50) { nodes { id name displayFulfillmentStatus fulfillments { id } } pageInfo { endCursor } } }",
        "{ ordersCount { count } locationsCount { count } webhookSubscriptionsCount { count } }",
        "{ fulfillmentOrders(first: 50, includeClosed: true) { edges { cursor node { id status orderName } } } }",
        "{ locations(first: 50, includeLegacy: true) { nodes { id name hasUnfulfilledOrders } } }",
        "{ productVariants(first: 50) { nodes { id sku inventoryItem { id } } } }",
        "{ orders(first: 50, query: \"fulfillment_status:shipped\") { nodes { id } } }",
        "{ webhookSubscriptions(first: 50) { nodes { id } } shop { id name myshopifyDomain } }",
    ];
    let mut before = Vec::new();
    for question in questions {
        before.push(stage.cast.ask(&client, question).await);
    }
    for _ in 0..3 {
        stage.ship(&stage.other_shop, HERE).await;
        stage.open(&stage.other_shop, THERE).await;
    }
    let listener = world::listener(99, shopify::NAME, "https://other.example/hook");
    stage.run(&stage.other_shop, &Command::SaveListener(listener)).await;
    for (question, before) in questions.iter().zip(before) {
        let after = stage.cast.ask(&client, question).await;
        assert!(before["data"].is_object(), "{question}: {before}");
        assert_eq!(after.to_string(), before.to_string(), "{question}");
    }
}
