//! Every list of the query root, as the schema names them: sizes, cursors, orders and searches.

use scenarios::served::Served;
use serde_json::{Value, json};
use testkit::world;

const VERSION: &str = "2026-07";
/// What those are answered who ship for nobody.
const NO_SERVICE: &str = "The api_client is not associated with any fulfillment service.";

/// A list: its name, and its arguments with their types.
struct List {
    name: String,
    args: Vec<(String, Value)>,
}

impl List {
    fn takes(&self, arg: &str) -> bool {
        self.args.iter().any(|(name, _)| name == arg)
    }
}

async fn lists(served: &Served) -> Vec<List> {
    let ask = "{ __type(name: \"QueryRoot\") { fields(includeDeprecated: true) { name
        type { kind ofType { name } } args { name defaultValue type { kind name enumValues { name } } } } } }";
    let (_, body) = served.ask(VERSION, ask, &Value::Null).await;
    let fields = body["data"]["__type"]["fields"].as_array().unwrap().iter();
    let paged = fields
        .filter(|field| field["type"]["ofType"]["name"].as_str().is_some_and(|n| n.ends_with("Connection")));
    let list = |field: &Value| {
        let args = field["args"].as_array().unwrap().iter();
        let args: Vec<_> =
            args.map(|arg| (arg["name"].as_str().unwrap().to_owned(), arg["type"].clone())).collect();
        let must = args.iter().any(|(_, ty)| ty["kind"] == "NON_NULL");
        (!must).then(|| List { name: field["name"].as_str().unwrap().to_owned(), args })
    };
    let lists: Vec<List> = paged.filter_map(list).collect();
    assert!(lists.len() >= 6, "the schema has more lists than that");
    lists
}

/// What a list answers to arguments.
async fn page(served: &Served, list: &List, args: &str) -> Value {
    let document = format!(
        "{{ {}{args} {{ edges {{ cursor node {{ id }} }} pageInfo {{ hasNextPage endCursor }} }} }}",
        list.name
    );
    let (status, body) = served.ask(VERSION, &document, &Value::Null).await;
    assert_eq!(status, 200, "{document}: {body}");
    body
}

/// The error of an answer, unless it is that the caller has no part in this list.
fn error(body: &Value) -> Option<&str> {
    let message = body["errors"][0]["message"].as_str();
    message.filter(|message| !message.contains(NO_SERVICE))
}

fn ids(body: &Value, list: &List) -> Vec<String> {
    assert_eq!(error(body), None, "{}: {body}", list.name);
    let edges = body["data"][&list.name]["edges"].as_array();
    edges.into_iter().flatten().map(|edge| edge["node"]["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_has_a_size() {
    let served = Served::empty(world::shop(), &[]).await;
    for list in lists(&served).await {
        let cases = [
            ("", "you must provide one of first or last"),
            ("(reverse: true)", "you must provide one of first or last"),
            ("(first: 1, last: 1)", "providing both first and last is not supported"),
            ("(first: -1)", "first cannot be negative"),
            ("(last: -1)", "last cannot be negative"),
            ("(first: 251)", "the page size can't be larger than 250"),
            ("(last: 1000000)", "the page size can't be larger than 250"),
        ];
        for (args, expected) in cases {
            let body = page(&served, &list, args).await;
            let message = error(&body).unwrap_or_default();
            assert!(message.starts_with(expected), "{}{args}: {body}", list.name);
        }
        page(&served, &list, "(first: 250)").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cursor_that_was_tampered_with_is_refused() {
    let served = Served::demo().await;
    // Not Base64; no JSON; JSON without an id; an id that is none; a number beyond all numbers.
    let forged = [
        "x",
        "!!!!",
        "eA==",
        "e30=",
        "eyJsYXN0X2lkIjoiYSIsImxhc3RfdmFsdWUiOiJhIn0=",
        "eyJsYXN0X2lkIjoxZTMwLCJsYXN0X3ZhbHVlIjoiMSJ9",
        "",
    ];
    for list in lists(&served).await {
        for cursor in forged {
            for side in ["first: 1, after", "last: 1, before"] {
                let body = page(&served, &list, &format!("({side}: {})", json!(cursor))).await;
                if body["errors"][0]["message"].as_str().is_some_and(|m| m.contains(NO_SERVICE)) {
                    continue;
                }
                let expected = "Invalid cursor for current pagination sort.";
                assert_eq!(error(&body), Some(expected), "{}: {cursor:?}: {body}", list.name);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_together_are_the_list_in_every_order() {
    let served = Served::demo().await;
    for list in lists(&served).await {
        let keys =
            list.args.iter().find(|(name, _)| name == "sortKey").map(|(_, ty)| ty["enumValues"].clone());
        let keys = keys.iter().flat_map(|keys| keys.as_array().unwrap());
        let mut orders: Vec<String> =
            keys.map(|key| format!(", sortKey: {}", key["name"].as_str().unwrap())).collect();
        orders.push(String::new());
        for order in orders {
            let whole = ids(&page(&served, &list, &format!("(first: 250{order})")).await, &list);
            let mut back =
                ids(&page(&served, &list, &format!("(first: 250, reverse: true{order})")).await, &list);
            back.reverse();
            assert_eq!(back, whole, "{}{order}, the other way round", list.name);
            let mut pages = Vec::new();
            let mut after = String::new();
            loop {
                let body = page(&served, &list, &format!("(first: 40{order}{after})")).await;
                pages.extend(ids(&body, &list));
                let info = &body["data"][&list.name]["pageInfo"];
                if info["hasNextPage"] != json!(true) {
                    break;
                }
                after = format!(", after: {}", info["endCursor"]);
            }
            assert_eq!(pages, whole, "{}{order}", list.name);
        }
    }
}

/// What an order is sorted by, as its own fields tell.
fn sorted_by(key: &str, order: &Value) -> (f64, String) {
    let number = |value: &Value| (value.as_f64().unwrap(), String::new());
    let money =
        |name: &str| (order[name]["shopMoney"]["amount"].as_str().unwrap().parse().unwrap(), String::new());
    let text = |value: &Value| (0.0, value.as_str().unwrap_or_default().to_lowercase());
    let to = &order["shippingAddress"];
    match key {
        "CREATED_AT" => text(&order["createdAt"]),
        "CURRENT_TOTAL_PRICE" => money("currentTotalPriceSet"),
        "CUSTOMER_NAME" => {
            let names = [&order["billingAddress"]["name"], &to["name"], &order["email"]];
            text(names.into_iter().find(|name| name.is_string()).unwrap_or(&Value::Null))
        }
        "DESTINATION" => text(&to["countryCodeV2"]),
        "FINANCIAL_STATUS" => text(&order["displayFinancialStatus"]),
        "FULFILLMENT_STATUS" => text(&order["displayFulfillmentStatus"]),
        "ID" | "RELEVANCE" => {
            (order["id"].as_str().unwrap().rsplit('/').next().unwrap().parse().unwrap(), String::new())
        }
        "ORDER_NUMBER" => number(&order["number"]),
        "PO_NUMBER" => text(&order["poNumber"]),
        "PROCESSED_AT" => text(&order["processedAt"]),
        "TOTAL_ITEMS_QUANTITY" => number(&order["subtotalLineItemsQuantity"]),
        "TOTAL_PRICE" => money("totalPriceSet"),
        "UPDATED_AT" => text(&order["updatedAt"]),
        other => panic!("nobody knows what {other} sorts by"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_run_by_what_their_sort_key_says() {
    let served = Served::demo().await;
    let lists = lists(&served).await;
    let orders = lists.iter().find(|list| list.name == "orders").unwrap();
    let (_, keys) = orders.args.iter().find(|(name, _)| name == "sortKey").unwrap();
    for key in keys["enumValues"].as_array().unwrap().iter().map(|key| key["name"].as_str().unwrap()) {
        let document = format!(
            "{{ orders(first: 50, sortKey: {key}) {{ nodes {{ id number createdAt updatedAt processedAt email poNumber
               displayFinancialStatus displayFulfillmentStatus subtotalLineItemsQuantity
               totalPriceSet {{ shopMoney {{ amount }} }} currentTotalPriceSet {{ shopMoney {{ amount }} }}
               billingAddress {{ name }} shippingAddress {{ name countryCodeV2 }} }} }} }}"
        );
        let (_, body) = served.ask(VERSION, &document, &Value::Null).await;
        let nodes = body["data"]["orders"]["nodes"].as_array().unwrap_or_else(|| panic!("{key}: {body}"));
        let found: Vec<_> = nodes.iter().map(|order| sorted_by(key, order)).collect();
        assert!(found.len() > 10 && found.is_sorted(), "{key}: {found:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_search_tells_what_it_did_not_understand() {
    let served = Served::demo().await;
    for list in lists(&served).await.iter().filter(|list| list.takes("query")) {
        let body = page(&served, list, "(first: 5, query: \"nonsense:1\")").await;
        let note = &body["extensions"]["search"][0];
        assert_eq!(note["path"], json!([list.name]), "{body}");
        assert_eq!(note["query"], "nonsense:1");
        let warning = &note["warnings"][0];
        assert_eq!(
            (&warning["field"], &warning["code"]),
            (&json!("nonsense"), &json!("invalid_field")),
            "{body}"
        );
        let body = page(&served, list, "(first: 5, query: \"word\")").await;
        assert_eq!(body["extensions"].get("search"), None, "{}: {body}", list.name);
    }
}

/// The fields that the original's documentation names, list by list.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn searches_know_the_published_fields() {
    let served = Served::demo().await;
    let known = [
        ("fulfillmentOrders", "assigned_location_id id status updated_at"),
        (
            "manualHoldsFulfillmentOrders",
            "order_financial_status order_risk_level shipping_address_coordinates_validated",
        ),
        (
            "orders",
            "id name status financial_status fulfillment_status fulfillment_location_id location_id \
             reference_location_id delivery_method created_at processed_at updated_at email customer_id sku tag \
             tag_not test channel channel_id source_name source_identifier sales_channel po_number \
             confirmation_number current_total_price total_weight subtotal_line_items_quantity risk_level \
             return_status fraud_protection_level chargeback_status gateway payment_id payment_provider_id \
             credit_card_last4 discount_code cart_token checkout_token",
        ),
        (
            "locations",
            "active address1 address2 city country created_at geolocated id legacy location_id name pickup_in_store \
             province zip",
        ),
        ("webhookSubscriptions", "id topic format uri created_at updated_at"),
    ];
    let lists = lists(&served).await;
    for (name, fields) in known {
        let list = lists.iter().find(|list| list.name == name).unwrap();
        for field in fields.split_whitespace() {
            let body = page(&served, list, &format!("(first: 1, query: \"{field}:*\")")).await;
            let warnings =
                body["extensions"]["search"][0]["warnings"].as_array().cloned().unwrap_or_default();
            let unknown = warnings.iter().any(|warning| warning["code"] == "invalid_field");
            assert!(!unknown, "{name} doesn't know {field}: {body}");
        }
    }
}
