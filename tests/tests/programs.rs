//! What programs of this kind ask for, distilled from many that are in use: how they put their questions, and the
//! fields that no manual names first. Each is asked of the demo shop and must be answered.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

use scenarios::served::Served;
use serde_json::{Value, json};

const VERSIONS: [&str; 5] = ["2025-10", "2026-01", "2026-04", "2026-07", "2026-10"];

/// Asks, and answers what came under `data`; an error fails the test.
async fn ask(served: &Served, version: &str, document: &str, variables: Value) -> Value {
    let (status, mut answer) = served.ask(version, document, &variables).await;
    assert!(status == 200 && answer.get("errors").is_none(), "{version}: {document}\n{answer}");
    answer["data"].take()
}

/// Questions that every version takes, with where in the answer there must be something.
const QUESTIONS: &[(&str, &str)] = &[
    // A list by edges, newest first, with a search, a variable that isn't given, and a comment for an editor.
    (
        "#graphql
        query Newest($after: String) {
          orders(first: 5, after: $after, sortKey: CREATED_AT, reverse: true,
                 query: \"status:any AND created_at:>='2020-01-01T00:00:00Z' -tag:nothing\") {
            edges { cursor node { id legacyResourceId name displayFinancialStatus displayFulfillmentStatus
              currentTotalPriceSet { shopMoney { amount currencyCode } } customer { id email firstName state } } }
            pageInfo { hasNextPage endCursor }
          } }",
        "/orders/edges/0/node/name",
    ),
    // An order the way picking lists want it: pictures, discounts, taxes, where it goes, old fields among the new.
    (
        "query Picking { orders(first: 3) { nodes {
            totalPrice totalCapturable netPaymentSet { shopMoney { amount } } canNotifyCustomer clientIp
            billingAddressMatchesShippingAddress note tags
            shippingAddress { name address1 city provinceCode countryCodeV2 zip phone }
            shippingLines(first: 2) { nodes { title discountAllocations { allocatedAmountSet { shopMoney { amount } } } } }
            lineItems(first: 10) { edges { node { id sku quantity currentQuantity unfulfilledQuantity
              image(maxWidth: 100) { url altText }
              discountAllocations { allocatedAmount { amount }
                discountApplication { __typename index ... on DiscountCodeApplication { code } } }
              variant { id compareAtPrice inventoryItem { id tracked variants(first: 1) { nodes { id } } } } } } }
        } } }",
        "/orders/nodes/0/lineItems/edges/0/node/variant/inventoryItem/variants/nodes/0/id",
    ),
    // Payments as bookkeeping reads them.
    (
        "{ orders(first: 30) { nodes { id transactions(first: 5) { id kind status gateway processedAt
            amountSet { shopMoney { amount } } totalUnsettledSet { shopMoney { amount } }
            authorizationCode authorizationExpiresAt errorCode parentTransaction { id } } } } }",
        "/orders/nodes/0/id",
    ),
    // Parcels and their tracking without saying how many, and the work that is left, under names of one's own.
    (
        "{ orders(first: 20, query: \"fulfillment_status:shipped\") { nodes {
            parcels: fulfillments { id status displayStatus estimatedDeliveryAt trackingInfo { company number url }
              fulfillmentLineItems(first: 5) { edges { node { quantity lineItem { id sku } } } } }
            work: fulfillmentOrders(first: 5) { edges { node { id status requestStatus supportedActions { action }
              assignedLocation { name location { id } } deliveryMethod { methodType }
              lineItems(first: 5) { edges { node { id remainingQuantity lineItem { id } } } } } } }
        } } }",
        "/orders/nodes/0/parcels/0/id",
    ),
    // The services of a shop by way of the shop, and locations that are left out unless asked for.
    (
        "{ shop { name myshopifyDomain currencyCode fulfillmentServices { id handle serviceName callbackUrl
             inventoryManagement trackingSupport location { id name } } }
           locations(first: 10, includeLegacy: true, includeInactive: true) { edges { node { id name isActive
             isFulfillmentService fulfillsOnlineOrders address { address1 city countryCode } } } } }",
        "/locations/edges/2/node/id",
    ),
    // Stock by article and place.
    (
        "{ inventoryItems(first: 3) { edges { node { id sku tracked inventoryHistoryUrl
            inventoryLevels(first: 3) { edges { node { id location { id }
              quantities(names: [\"available\", \"on_hand\", \"committed\", \"incoming\"]) { name quantity } } } } } } } }",
        "/inventoryItems/edges/0/node/inventoryLevels/edges/0/node/quantities/3/name",
    ),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_version_answers_what_programs_ask() {
    let served = Served::demo().await;
    for version in VERSIONS {
        for (document, there) in QUESTIONS {
            let data = ask(&served, version, document, json!({})).await;
            let found = data.pointer(there).unwrap_or(&Value::Null);
            assert!(!found.is_null(), "{version}: nothing at {there}: {document}\n{data}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn things_are_found_by_their_ids_alone() {
    let served = Served::demo().await;
    let data =
        ask(&served, "2026-07", "{ fulfillmentOrders(first: 2) { nodes { id orderId } } }", json!({})).await;
    let work = data["fulfillmentOrders"]["nodes"].as_array().unwrap();
    let ids: Vec<&Value> = work.iter().flat_map(|one| [&one["id"], &one["orderId"]]).collect();
    let document = "query Things($ids: [ID!]!, $id: ID!) {
        nodes(ids: $ids) { __typename id
          ... on FulfillmentOrder { status order { name } }
          ... on Order { name fulfillmentOrders(first: 1) { nodes { id } } } }
        node(id: $id) { ...Named } }
      fragment Named on Order { name }";
    let data = ask(&served, "2026-07", document, json!({ "ids": ids, "id": work[0]["orderId"] })).await;
    let kinds: Vec<&str> =
        data["nodes"].as_array().unwrap().iter().filter_map(|one| one["__typename"].as_str()).collect();
    assert_eq!(kinds, ["FulfillmentOrder", "Order", "FulfillmentOrder", "Order"]);
    assert_eq!(data["node"]["name"], data["nodes"][0]["order"]["name"]);
}

/// One where a list is wanted stands for a list of one: programs that only ever ship whole orders count on it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_parcel_is_made_from_one_thing_where_a_list_is_wanted() {
    let served = Served::demo().await;
    let open = "{ fulfillmentOrders(first: 2, query: \"status:open\") { nodes { id } } }";
    let data = ask(&served, "2026-07", open, json!({})).await;
    let literal = "mutation Ship($id: ID!) { fulfillmentCreateV2(fulfillment: {
        lineItemsByFulfillmentOrder: { fulfillmentOrderId: $id }
        trackingInfo: { numbers: \"1Z999AA10123456784\", company: \"UPS\" }, notifyCustomer: false }) {
          fulfillment { id trackingInfo(first: 10) { number url } } userErrors { field message } } }";
    let id = &data["fulfillmentOrders"]["nodes"][0]["id"];
    let made = ask(&served, "2026-07", literal, json!({ "id": id })).await;
    assert_eq!(
        made.pointer("/fulfillmentCreateV2/fulfillment/trackingInfo/0/number"),
        Some(&json!("1Z999AA10123456784")),
        "{made}"
    );
    let variable =
        "mutation Ship($fulfillment: FulfillmentInput!) { fulfillmentCreate(fulfillment: $fulfillment) {
        fulfillment { status } userErrors { field message } } }";
    let id = &data["fulfillmentOrders"]["nodes"][1]["id"];
    let one = json!({ "fulfillment": { "lineItemsByFulfillmentOrder": { "fulfillmentOrderId": id } } });
    let made = ask(&served, "2026-07", variable, one).await;
    assert_eq!(made["fulfillmentCreate"]["fulfillment"]["status"], "SUCCESS", "{made}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn discounts_are_shared_out_to_the_cent() {
    let served = Served::demo().await;
    let usd = |amount: &str| json!({ "shopMoney": { "amount": amount, "currencyCode": "USD" } });
    let line = |title: &str, price: &str| json!({ "title": title, "quantity": 1, "priceSet": usd(price) });
    let order = json!({
        "lineItems": [line("Poster", "10.00"), line("Frame", "20.00"), line("Nail", "0.50")],
        "discountCode": { "itemFixedDiscountCode": { "code": "SPRING", "amountSet": usd("10.00") } },
    });
    let document = "mutation($order: OrderCreateOrderInput!) { orderCreate(order: $order) {
        order { lineItems(first: 5) { nodes { discountAllocations {
          allocatedAmountSet { shopMoney { amount } }
          discountApplication { __typename targetType allocationMethod value { ... on MoneyV2 { amount } }
            ... on DiscountCodeApplication { code } } } } } }
        userErrors { message } } }";
    let made = ask(&served, "2026-07", document, json!({ "order": order })).await;
    let lines = made["orderCreate"]["order"]["lineItems"]["nodes"].as_array().expect("an order");
    let of = |line: &Value| line["discountAllocations"][0].clone();
    let amounts: Vec<f64> = lines
        .iter()
        .map(|line| of(line)["allocatedAmountSet"]["shopMoney"]["amount"].as_str().unwrap().parse().unwrap())
        .collect();
    assert_eq!((amounts.iter().sum::<f64>() * 100.0).round(), 1_000.0, "{amounts:?}");
    assert!(amounts[1] > amounts[0] && amounts[0] > amounts[2], "by their prices: {amounts:?}");
    let application = &of(&lines[0])["discountApplication"];
    assert_eq!(
        *application,
        json!({ "__typename": "DiscountCodeApplication", "targetType": "LINE_ITEM", "allocationMethod": "ACROSS",
                "value": { "amount": "10.0" }, "code": "SPRING" })
    );
}
