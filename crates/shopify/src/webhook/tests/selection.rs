//! Filters and included members.

use super::super::select::{included, members, wanted};
use super::*;

fn sample() -> Value {
    json!({
        "id": 1000, "name": "#1001", "test": false, "total_price": "99.50", "zip": "01234", "note": null,
        "created_at": "2025-07-10T12:15:47-04:00", "rate": 0.5,
        "shipping_address": {"city": "Ottawa", "geo": {"lat": 1}},
        "line_items": [{"id": 1, "sku": "A-1", "price": "10.00"}, {"id": 2, "sku": "B-2", "price": "89.50"}],
    })
}

#[test]
fn a_filter_looks_at_members() {
    for (filter, meets) in [
        ("", true),
        ("id:1000", true),
        ("id:>1000", false),
        ("total_price:>=100", false),
        ("total_price:>9.75 AND test:false", true),
        ("total_price:99.5", true),
        ("rate:<1", true),
        ("zip:01234", true),
        ("zip:1234", false),
        ("name:'#1001'", true),
        ("created_at:>2025-07-01", true),
        ("created_at:<2025-07-01", false),
        ("shipping_address.city:ottawa", true),
        ("shipping_address.geo.lat:1", true),
        ("shipping_address:*", true),
        ("note:*", false),
        ("nothing:*", false),
        ("line_items.sku:b-2", true),
        ("line_items.sku:A-2,B*", true),
        ("line_items.price:>89", true),
        ("-line_items.sku:A-1", false),
        ("id:1 OR line_items.id:2", true),
    ] {
        assert_eq!(wanted(filter, &sample(), &shop(), AT), meets, "{filter}");
    }
}

#[test]
fn a_filter_names_its_members() {
    assert_eq!(members("customer_id:10586569507122"), Some(vec!["customer_id".to_owned()]));
    let several = members("(a:1 OR -b.c:>2) AND d:x*").unwrap();
    assert_eq!(several, ["a", "b.c", "d"]);
    let long = "a:1 ".repeat(300);
    for bad in ["totally bogus syntax", "a:1 bogus", "()", "a:", &long] {
        assert_eq!(members(bad), None, "{bad}");
    }
}

#[test]
fn only_what_is_asked_for_is_sent() {
    let only = |paths: &[&str]| {
        let paths: Vec<String> = paths.iter().map(|path| (*path).to_owned()).collect();
        included(&paths, &sample())
    };
    assert_eq!(only(&[]), sample());
    assert_eq!(only(&["id", "name"]), json!({"id": 1000, "name": "#1001"}));
    let some =
        json!({"shipping_address": {"city": "Ottawa"}, "line_items": [{"sku": "A-1"}, {"sku": "B-2"}]});
    assert_eq!(only(&["line_items.sku", "shipping_address.city", "i", "nothing.at.all"]), some);
    assert_eq!(only(&["note", "note.text"]), json!({"note": null}));
    assert_eq!(only(&["shipping_address.geo.lat"]), json!({"shipping_address": {"geo": {"lat": 1}}}));
}

#[test]
fn a_listener_is_told_what_it_asked_for() {
    let who = actor(Permissions::all(), Vec::new());
    let asking = |only: &str| Listener {
        only: only.into(),
        settings: json!({"includeFields": ["id", "line_items.sku"]}),
        ..listener("ORDERS_CREATE")
    };
    let messages = announced(vec![Fact::OrderPlaced {}], &asking("total_price:>20"), &who);
    assert_eq!(messages[0].body, "{\"id\":1000,\"line_items\":[{\"sku\":\"S-1\"}]}");
    assert!(announced(vec![Fact::OrderPlaced {}], &asking("total_price:>30"), &who).is_empty());
}
