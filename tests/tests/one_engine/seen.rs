//! What each API shows of an order, in units: of each of its two lines how many are asked for and how many left; and that
//! the words beside the numbers fit them.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::apis::{SOLD, Shop};

/// Units of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Units {
    /// Asked for now.
    pub asked: i64,
    /// Left, and not called back.
    pub left: i64,
}

/// What somebody says of the two lines of an order.
pub type Account = [Units; 2];

const ORDER: &str = "query($id: ID!) { order(id: $id) { displayFulfillmentStatus
    lineItems(first: 5) { nodes { id currentQuantity unfulfilledQuantity variant { id } } }
    fulfillmentOrders(first: 50) { nodes { id status assignedLocation { location { id } }
        lineItems(first: 5) { nodes { id remainingQuantity lineItem { id } } } } }
    fulfillments { id status fulfillmentLineItems(first: 5) { nodes { quantity lineItem { id } } } } } }";

/// The number in a global id.
pub fn number(gid: &Value) -> i64 {
    gid.as_str().unwrap().rsplit('/').next().unwrap().parse().unwrap()
}

/// The order as work sees it.
pub async fn order(shop: &Shop, order: i64) -> Value {
    let id = json!({ "id": format!("gid://shopify/Order/{order}") });
    shop.by_work(ORDER, id).await.unwrap()
}

/// By work: `lines` are the order's lines.
pub fn by_work(order: &Value, lines: [i64; 2]) -> Account {
    let nodes = |value: &Value| value["nodes"].as_array().unwrap().clone();
    let live = order["fulfillments"].as_array().unwrap().iter().filter(|one| one["status"] == "SUCCESS");
    let parts: Vec<Value> = live.flat_map(|one| nodes(&one["fulfillmentLineItems"])).collect();
    let account = lines.map(|line| {
        let shown = nodes(&order["lineItems"]).into_iter().find(|own| number(&own["id"]) == line).unwrap();
        let asked = shown["currentQuantity"].as_i64().unwrap();
        let left = parts.iter().filter(|part| number(&part["lineItem"]["id"]) == line);
        let left: i64 = left.map(|part| part["quantity"].as_i64().unwrap()).sum();
        assert_eq!(shown["unfulfilledQuantity"], asked - left, "{order:#}");
        let works = nodes(&order["fulfillmentOrders"]).into_iter();
        let open = works.filter(|work| work["status"] != "CLOSED" && work["status"] != "CANCELLED");
        let waits = open.flat_map(|work| nodes(&work["lineItems"]));
        let waits = waits.filter(|own| number(&own["lineItem"]["id"]) == line);
        let waits: i64 = waits.map(|own| own["remainingQuantity"].as_i64().unwrap()).sum();
        assert_eq!(waits, asked - left, "what is asked for and didn't leave is somebody's work: {order:#}");
        Units { asked, left }
    });
    let (asked, left) = totals(&account);
    let word = match (left, asked - left) {
        (0, 0) => return account,
        (0, _) => "UNFULFILLED",
        (_, 0) => "FULFILLED",
        _ => "PARTIALLY_FULFILLED",
    };
    assert_eq!(order["displayFulfillmentStatus"], word, "{account:?}");
    account
}

/// By invoice: what left, as the fulfillments with those ids say; and that the lines' words fit `account`.
pub async fn by_invoice(shop: &Shop, order: i64, account: &Account, fulfillments: &[i64]) -> [i64; 2] {
    let lines = invoice_lines(shop, order).await;
    let at = |line: &Value| lines.iter().find(|(own, _)| own["id"] == *line).unwrap().1;
    let mut left = [0, 0];
    for id in fulfillments {
        let one = shop.by_invoice("GET", &format!("/fulfillments/{id}"), Value::Null).await.unwrap();
        if one["status"] == "cancelled" {
            continue;
        }
        for part in one["included_invoices_line_items"].as_array().unwrap() {
            left[at(&part["invoices_line_item_id"])] += part["quantity"].as_i64().unwrap();
        }
    }
    let mut words = [BTreeSet::new(), BTreeSet::new()];
    for (line, at) in &lines {
        words[*at].insert(line["fulfillment_status"].as_str().unwrap());
    }
    for (units, words) in account.iter().zip(&words) {
        let fits = match (units.left, units.asked - units.left) {
            (0, 0) => continue,
            (0, _) => "unfulfilled",
            (_, 0) => "complete",
            _ => "partially_fulfilled",
        };
        assert!(words.contains(fits), "{units:?} is called {words:?}");
    }
    left
}

/// The lines of an order's invoices, each with the place of what it sells.
pub async fn invoice_lines(shop: &Shop, order: i64) -> Vec<(Value, usize)> {
    let invoices = shop.by_invoice("GET", &format!("/orders/{order}/invoices"), Value::Null).await.unwrap();
    let lines = invoices.as_array().unwrap().iter().flat_map(|one| one["line_items"].as_array().unwrap());
    let place = |line: &Value| {
        let variant = line["products_variant"]["id"].as_i64();
        let at = SOLD.iter().position(|(sold, _)| Some(sold.0) == variant);
        at.unwrap_or_else(|| panic!("{line:#}"))
    };
    lines.map(|line| (line.clone(), place(line))).collect()
}

/// By item: what left, and that the items' words fit `account`.
pub async fn by_item(shop: &Shop, order: i64, lines: [i64; 2], account: &Account) -> [i64; 2] {
    let path = format!("/fulfillments?orderId={order}&limit=100");
    let fulfillments = shop.by_item("GET", &path, Value::Null).await.unwrap();
    let mut left = [0, 0];
    for item in
        fulfillments["data"].as_array().unwrap().iter().flat_map(|one| one["items"].as_array().unwrap())
    {
        let at =
            lines.iter().position(|line| item["itemId"].as_str() == Some(line.to_string().as_str())).unwrap();
        left[at] += item["quantity"].as_i64().unwrap();
    }
    let shown = shop.by_item("GET", &format!("/orders/{order}"), Value::Null).await.unwrap();
    for (at, units) in account.iter().enumerate() {
        let item = &shown["items"][at];
        assert_eq!(item["id"], lines[at].to_string());
        let word = match (units.left, units.asked - units.left) {
            (0, 0) => "cancelled",
            (_, 0) => "fulfilled",
            _ => "created",
        };
        assert_eq!(item["state"], word, "{units:?}: {shown:#}");
    }
    left
}

/// Units asked for and left in all.
pub fn totals(account: &Account) -> (i64, i64) {
    (account.iter().map(|units| units.asked).sum(), account.iter().map(|units| units.left).sum())
}
