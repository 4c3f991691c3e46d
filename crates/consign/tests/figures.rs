//! Figures over HTTP: who may ask, for what, and that test orders are counted in none of them.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod running;

use serde_json::Value;

use running::{Running, http, run, said};

fn place(server: &Running, test: bool, amount: i64) {
    let mutation = format!(
        r#"mutation {{ orderCreate(order: {{ test: {test}, financialStatus: PAID, lineItems: [{{ title: "A",
            quantity: 1, requiresShipping: true, priceSet: {{ shopMoney: {{ amount: {amount}, currencyCode: USD }} }} }}],
            transactions: [{{ kind: SALE, status: SUCCESS, gateway: "card",
                amountSet: {{ shopMoney: {{ amount: {amount}, currencyCode: USD }} }} }}] }}) {{
            order {{ id }} userErrors {{ message }} }} }}"#
    );
    let (_, made) = server.ask(server.ready["shopify"]["token"].as_str().unwrap(), &mutation);
    assert!(made["data"]["orderCreate"]["order"]["id"].is_string(), "{made}");
}

fn figures(server: &Running, query: &str, token: &str) -> (u16, Value) {
    let head = format!("authorization: Bearer {token}\r\n");
    let (status, body) = http(server.address(), &format!("GET /figures{query}"), &head, "");
    (status, serde_json::from_str(&body).unwrap_or(Value::Null))
}

#[test]
fn only_live_orders_count_and_only_for_those_who_may_read_them() {
    let folder = tempfile::tempdir().unwrap();
    let server = Running::dev(folder.path(), &["--empty"]);
    let token = server.ready["clickfunnels"]["token"].as_str().unwrap().to_owned();
    for (test, amount) in [(false, 20), (true, 300), (false, 5)] {
        place(&server, test, amount);
    }
    let (status, counted) = figures(&server, "", &token);
    assert_eq!(status, 200, "{counted}");
    assert_eq!(counted["orders"], 2, "{counted}");
    assert_eq!(counted["revenue"][0]["taken"], "25.00", "{counted}");
    let works: i64 = counted["locations"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|location| location["backlog"].as_array())
        .flatten()
        .filter_map(|age| age["units"].as_i64())
        .sum();
    assert_eq!(works, 2, "a test order is no backlog: {counted}");
    // The other API's key is as good.
    let other = server.ready["shopify"]["token"].as_str().unwrap();
    assert_eq!(figures(&server, "", other).1["orders"], 2);

    assert_eq!(http(server.address(), "GET /figures", "", "").0, 401);
    assert_eq!(figures(&server, "", "cf_wrong").0, 401);
    let (status, said_no) = figures(&server, "?from=2026-12-01&to=2026-11-01", &token);
    assert!(status == 400 && said_no["error"].is_string(), "{said_no}");
    assert_eq!(figures(&server, "?from=soon", &token).0, 400);
    let make =
        ["key", "create", "--dialect", "shopify", "--app", "Stock", "--scopes", "read_inventory", "--json"];
    let key: Value = serde_json::from_str(&said(&run(folder.path(), &make))).unwrap();
    assert_eq!(figures(&server, "", key["token"].as_str().unwrap()).0, 403);
    let (status, before) = figures(&server, "?from=2020-01-01&to=2020-01-31", &token);
    assert_eq!((status, &before["orders"]), (200, &Value::from(0)));
    assert_eq!(server.stop().0, Some(0));
}
