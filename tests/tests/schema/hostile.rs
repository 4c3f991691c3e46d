//! Bad input over HTTP: whatever comes, the answer is a clear error, never a 5xx, and the server goes on.

use reqwest::Method;
use scenarios::served::Served;
use serde_json::{Value, json};
use testkit::world;

const VERSION: &str = "2026-07";

const CREATE: &str = "mutation($order: OrderCreateOrderInput!) {
  orderCreate(order: $order) {
    order { id note name lineItems(first: 250) { nodes { id title quantity } }
      fulfillmentOrders(first: 5) { nodes { id lineItems(first: 250) { nodes { id } } } } }
    userErrors { field message code }
  }
}";

const FULFILL: &str = "mutation($fulfillment: FulfillmentInput!) {
  fulfillmentCreate(fulfillment: $fulfillment) { fulfillment { id } userErrors { field message } }
}";

/// What came of a request.
struct Came {
    what: String,
    status: u16,
    body: Value,
}

impl Came {
    /// The first error: of the document, of the input, or of the server around.
    fn error(&self) -> Option<String> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let of_document = text(&self.body["errors"][0]["message"]);
        let payloads = self.body["data"].as_object().into_iter().flat_map(|data| data.values());
        let mut of_input = payloads.filter_map(|payload| {
            let lists = ["userErrors", "orderCancelUserErrors"];
            lists.iter().find_map(|list| text(&payload[*list][0]["message"]))
        });
        let around = || self.body.get("errors").or_else(|| self.body.get("error")).map(Value::to_string);
        of_document.or_else(|| of_input.next()).or_else(around)
    }

    fn refused(self) -> Self {
        let error = self.error().unwrap_or_else(|| panic!("{} was taken: {}", self.what, self.body));
        assert!(!error.is_empty() && error.len() < 2_000, "{}: not a clear error: {error}", self.what);
        self
    }
}

async fn ask(served: &Served, what: &str, document: &str, variables: Value) -> Came {
    let (status, body) = served.ask(VERSION, document, &variables).await;
    assert!(status < 500, "{what}: {status} {body}");
    Came { what: what.to_owned(), status, body }
}

async fn raw(served: &Served, what: &str, body: impl Into<reqwest::Body>) -> Came {
    let response = served.send(VERSION, body).await;
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    assert!(status < 500, "{what}: {status} {text}");
    Came {
        what: what.to_owned(),
        status,
        body: serde_json::from_str(&text).unwrap_or(json!({ "error": text })),
    }
}

async fn goes_on(served: &Served) {
    let (status, body) = served.ask(VERSION, "{ shop { name } }", &Value::Null).await;
    assert_eq!((status, body["data"]["shop"]["name"].is_string()), (200, true), "{body}");
}

async fn served() -> Served {
    let served = Served::empty(world::shop(), &[]).await;
    for command in world::furniture() {
        let actor = domain::actor::Actor::System;
        served.engine.execute(&served.shop, &actor, &command).await.unwrap().unwrap();
    }
    served
}

fn line(quantity: Value) -> Value {
    json!({ "title": "Poster", "quantity": quantity, "priceSet": { "shopMoney": { "amount": "9.00", "currencyCode": "USD" } } })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_that_are_none() {
    let served = served().await;
    let deep = |open: &str, close: &str, times: usize| open.repeat(times) + &close.repeat(times);
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("nothing", Vec::new()),
        ("no JSON", b"hello".to_vec()),
        ("half of a JSON", b"{\"query\": \"{ shop".to_vec()),
        ("a list", b"[{\"query\":\"{ shop { name } }\"}]".to_vec()),
        ("a number", b"7".to_vec()),
        ("no query", b"{}".to_vec()),
        ("a query that is null", b"{\"query\": null}".to_vec()),
        ("a query that is a number", b"{\"query\": 7}".to_vec()),
        ("an empty query", b"{\"query\": \"\"}".to_vec()),
        ("variables that are a list", b"{\"query\": \"{ shop { name } }\", \"variables\": [1]}".to_vec()),
        ("variables that are text", b"{\"query\": \"{ shop { name } }\", \"variables\": \"{}\"}".to_vec()),
        (
            "an operation that isn't there",
            b"{\"query\": \"query A { shop { name } }\", \"operationName\": \"B\"}".to_vec(),
        ),
        ("bytes that are no text", vec![b'{', b'"', 0xff, 0xfe, b'"', b':', b'1', b'}']),
        ("half of a surrogate pair", br#"{"query": "{ order(id: \"\ud800\") { id } }"}"#.to_vec()),
        ("JSON a million deep", deep("[", "]", 1_000_000).into_bytes()),
        (
            "JSON a million deep in variables",
            format!(
                "{{\"query\": \"{{ shop {{ name }} }}\", \"variables\": {}}}",
                deep("{\"a\":", "}", 300_000)
            )
            .into_bytes(),
        ),
        ("a query deep in braces", json!({ "query": deep("{ a ", "}", 100_000) }).to_string().into_bytes()),
        (
            "a query deep in brackets",
            json!({ "query": format!("{{ order(id: {}) {{ id }} }}", deep("[", "]", 100_000)) })
                .to_string()
                .into_bytes(),
        ),
        ("a control character in a query", br#"{"query": "{ sh\u0000op { name } }"}"#.to_vec()),
    ];
    for (what, body) in cases {
        let came = raw(&served, what, body).await.refused();
        assert!([200, 400].contains(&came.status), "{what}: {}", came.status);
        goes_on(&served).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_that_are_too_large() {
    let served = served().await;
    let note = "x".repeat(3 << 20);
    let body =
        json!({ "query": CREATE, "variables": { "order": { "note": note, "lineItems": [line(json!(1))] } } });
    let came = raw(&served, "three megabytes", body.to_string()).await.refused();
    assert_eq!(came.status, 413);
    goes_on(&served).await;
    let fields = "a: name ".repeat(150_000);
    raw(&served, "a very long query", json!({ "query": format!("{{ shop {{ {fields} }} }}") }).to_string())
        .await
        .refused();
    goes_on(&served).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_ways_and_wrong_doors() {
    let served = served().await;
    let send = async |method: Method, path: &str, token: Option<&str>| {
        let mut request = served.client.request(method, format!("{}{path}", served.url));
        if let Some(token) = token {
            request = request.header("X-Shopify-Access-Token", token);
        }
        let request = request.header("Content-Type", "application/json");
        request.body("{\"query\":\"{ shop { name } }\"}").send().await.unwrap().status().as_u16()
    };
    let token = Some(served.token.as_str());
    let path = "/admin/api/2026-07/graphql.json";
    for method in [Method::GET, Method::PUT, Method::DELETE, Method::PATCH] {
        assert_eq!(send(method.clone(), path, token).await, 405, "{method}");
    }
    let doors = [
        "/",
        "/admin",
        "/admin/api/2026-07/",
        "/admin/api/2026-07/graphql.json/more",
        "/admin/api/2026-07/%00",
    ];
    for path in doors {
        assert_eq!(send(Method::POST, path, token).await, 404, "{path}");
    }
    // A version that nobody served is answered by the oldest.
    for path in ["/admin/api/1999-01/graphql.json", "/admin/api/%F0%9F%8E%81/graphql.json"] {
        assert_eq!(send(Method::POST, path, token).await, 200, "{path}");
    }
    for token in [None, Some(""), Some("shpat_wrong"), Some("' or 1=1 --")] {
        assert_eq!(send(Method::POST, path, token).await, 401, "{token:?}");
    }
    goes_on(&served).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn documents_that_ask_too_much_or_nonsense() {
    let served = served().await;
    let nested = |times: usize| {
        let open = "fulfillmentOrders(first: 1) { nodes { order { ".repeat(times);
        format!("{{ order(id: \"gid://shopify/Order/1\") {{ {open} id {} }} }}", "} } }".repeat(times))
    };
    let dear: String = (0..12)
        .map(|i| {
            format!("a{i}: orders(first: 250) {{ nodes {{ lineItems(first: 250) {{ nodes {{ id }} }} }} }} ")
        })
        .collect();
    let cases = [
        ("an unknown field", "{ shop { nonsense } }".to_owned()),
        ("an unknown root", "{ nonsense }".to_owned()),
        ("an unknown argument", "{ shop(id: 1) { name } }".to_owned()),
        ("a wrong type", "{ orders(first: \"many\") { nodes { id } } }".to_owned()),
        ("a number that is too large", "{ orders(first: 2147483648) { nodes { id } } }".to_owned()),
        ("a page of minus one", "{ orders(first: -1) { nodes { id } } }".to_owned()),
        ("a page of 251", "{ orders(first: 251) { nodes { id } } }".to_owned()),
        ("no page", "{ orders { nodes { id } } }".to_owned()),
        ("a page from both ends", "{ orders(first: 1, last: 1) { nodes { id } } }".to_owned()),
        ("a cursor that is none", "{ orders(first: 1, after: \"💥\") { nodes { id } } }".to_owned()),
        ("an enum that is none", "{ orders(first: 1, sortKey: NONSENSE) { nodes { id } } }".to_owned()),
        ("a subscription", "subscription { shop { name } }".to_owned()),
        ("a fragment of itself", "{ shop { ...A } } fragment A on Shop { ...A }".to_owned()),
        ("too deep", nested(400)),
        ("too dear", format!("{{ {dear} }}")),
    ];
    for (what, document) in cases {
        ask(&served, what, &document, Value::Null).await.refused();
    }
    // Searches never fail; what they don't understand they leave out.
    for query in
        ["\u{0}", "((((((", "id:", "name:'", "created_at:>never", &"a OR ".repeat(5_000), "-", "tag:💥"]
    {
        let document = "query($q: String) { orders(first: 1, query: $q) { nodes { id } } }";
        ask(&served, &format!("the search {query:.20}"), document, json!({ "q": query })).await;
    }
    goes_on(&served).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn quantities_that_nobody_has() {
    let served = served().await;
    let quantities = [
        json!(0),
        json!(-1),
        json!(-2_147_483_648_i64),
        json!(2_147_483_647),
        json!(2_147_483_648_i64),
        json!(i64::MAX),
        json!(1e300),
        json!(1.5),
        json!("2"),
        json!(true),
        json!(null),
        json!([1, 2]),
        json!({}),
    ];
    for quantity in &quantities {
        let order = json!({ "lineItems": [line(quantity.clone())] });
        ask(&served, &format!("an order of {quantity}"), CREATE, json!({ "order": order })).await.refused();
    }
    let order = json!({ "lineItems": [line(json!(2))] });
    let made = ask(&served, "an order", CREATE, json!({ "order": order })).await;
    let work = &made.body["data"]["orderCreate"]["order"]["fulfillmentOrders"]["nodes"][0];
    for quantity in &quantities {
        let some = json!([{ "id": work["lineItems"]["nodes"][0]["id"], "quantity": quantity }]);
        let works = json!([{ "fulfillmentOrderId": work["id"], "fulfillmentOrderLineItems": some }]);
        let variables = json!({ "fulfillment": { "lineItemsByFulfillmentOrder": works } });
        ask(&served, &format!("a parcel of {quantity}"), FULFILL, variables).await.refused();
    }
    for amount in ["-1", "1e400", "NaN", "", "9999999999999999999999999999", "1.234567", "1,00", "٣"] {
        let price = json!({ "shopMoney": { "amount": amount, "currencyCode": "USD" } });
        let order = json!({ "lineItems": [{ "title": "Poster", "quantity": 1, "priceSet": price }] });
        let came = ask(&served, &format!("a price of {amount}"), CREATE, json!({ "order": order })).await;
        // Small fractions may be rounded; all else is no price.
        if amount != "1.234567" {
            came.refused();
        }
    }
    goes_on(&served).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ids_of_nothing_and_of_other_things() {
    let served = served().await;
    let ids = [
        "",
        "1",
        "gid://shopify/Order/0",
        "gid://shopify/Order/-1",
        "gid://shopify/Order/1e3",
        "gid://shopify/Order/99999999999999999999999",
        "gid://shopify/Order/9223372036854775807",
        "gid://shopify/Product/1",
        "gid://shopify/Nonsense/1",
        "gid://elsewhere/Order/1",
        "gid://shopify/Order/",
        "gid://shopify/Order/1'; drop table orders; --",
        "gid://shopify/Order/\u{0}",
        "💥",
        "../../etc/passwd",
    ];
    let roots = [
        "orderCancel(orderId: $id, reason: OTHER, restock: true) { job { id } orderCancelUserErrors { message } userErrors { message } }",
        "fulfillmentCancel(id: $id) { userErrors { message } }",
        "fulfillmentTrackingInfoUpdate(fulfillmentId: $id, trackingInfoInput: {}) { userErrors { message } }",
        "fulfillmentEventCreate(fulfillmentEvent: { fulfillmentId: $id, status: DELIVERED }) { userErrors { message } }",
        "fulfillmentCreate(fulfillment: { lineItemsByFulfillmentOrder: [{ fulfillmentOrderId: $id }] }) { userErrors { message } }",
        "webhookSubscriptionDelete(id: $id) { userErrors { message } }",
    ];
    for id in ids {
        for root in roots {
            let document = format!("mutation($id: ID!) {{ {root} }}");
            ask(&served, &format!("{id:?} for {root:.24}"), &document, json!({ "id": id })).await.refused();
        }
        for root in ["order", "fulfillmentOrder", "fulfillment", "location", "productVariant", "node"] {
            let document = format!("query($id: ID!) {{ {root}(id: $id) {{ id }} }}");
            let came = ask(&served, &format!("{id:?} for {root}"), &document, json!({ "id": id })).await;
            assert!(came.body["data"][root].is_null(), "{}: {}", came.what, came.body);
        }
    }
    // Another order's line, in work that is there.
    let mut works = Vec::new();
    for _ in 0..2 {
        let order = json!({ "lineItems": [line(json!(1))] });
        let mut made = ask(&served, "an order", CREATE, json!({ "order": order })).await.body;
        works.push(made["data"]["orderCreate"]["order"]["fulfillmentOrders"]["nodes"][0].take());
    }
    let some = json!([{ "id": works[1]["lineItems"]["nodes"][0]["id"], "quantity": 1 }]);
    let mixed = json!([{ "fulfillmentOrderId": works[0]["id"], "fulfillmentOrderLineItems": some }]);
    let variables = json!({ "fulfillment": { "lineItemsByFulfillmentOrder": mixed } });
    ask(&served, "a line of other work", FULFILL, variables).await.refused();
    let twice = json!([{ "fulfillmentOrderId": works[0]["id"] }, { "fulfillmentOrderId": works[0]["id"] }]);
    let variables = json!({ "fulfillment": { "lineItemsByFulfillmentOrder": twice } });
    ask(&served, "the same work twice", FULFILL, variables).await;
    goes_on(&served).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn long_lists_and_odd_texts() {
    let served = served().await;
    let many = |count: usize| json!({ "order": { "lineItems": vec![line(json!(1)); count] } });
    ask(&served, "an order of 300 lines", CREATE, many(300)).await.refused();
    let taken = ask(&served, "an order of 250 lines", CREATE, many(250)).await;
    assert!(taken.body["data"]["orderCreate"]["order"]["id"].is_string(), "{}", taken.body);
    let ids = vec!["gid://shopify/Order/1"; 300];
    let document = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }";
    ask(&served, "300 nodes", document, json!({ "ids": ids })).await.refused();
    let long = "é".repeat(50_000);
    let texts = [
        "\u{0}",
        "a\u{0}b",
        "🎁👩‍👩‍👧‍👦",
        "\u{202e}desrever",
        "'; drop table orders; --",
        "<script>",
        "\u{feff}",
        &long,
    ];
    for text in texts {
        let mut of_text = line(json!(1));
        of_text["title"] = json!(text);
        let order = json!({ "note": text, "email": text, "tags": [text], "lineItems": [of_text], "poNumber": text,
            "customAttributes": [{ "key": text, "value": text }],
            "shippingAddress": { "firstName": text, "city": text, "zip": text } });
        let what = format!("an order that says {text:.10}");
        let came = ask(&served, &what, CREATE, json!({ "order": order })).await;
        // Taken as it is, or refused with a reason.
        match came.body["data"]["orderCreate"]["order"]["note"].as_str() {
            Some(note) => assert_eq!(note, text, "{what}"),
            None => drop(came.refused()),
        }
        goes_on(&served).await;
    }
    // A pair of surrogates that isn't one, escaped in the JSON.
    let body = r#"{"query":"mutation($n: String!) { orderCreate(order: {note: $n, lineItems: [{title: \"P\", quantity: 1}]}) { userErrors { message } } }","variables":{"n":"\udc00\ud800"}}"#;
    raw(&served, "lone surrogates", body).await.refused();
    goes_on(&served).await;
}
