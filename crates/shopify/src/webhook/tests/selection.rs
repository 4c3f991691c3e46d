//! Filters and included members.

use super::super::select::{included, members, wanted};
use super::*;

use domain::custom_field::CustomField;
use domain::id::CustomFieldId;

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

/// A field of a program, kept for the sample of a payload.
fn field(id: i64, namespace: &str, key: &str, kind: &str, value: &str) -> CustomField {
    let said = CustomField::said(namespace.into(), key.into(), kind.into(), value.into());
    CustomField { id: CustomFieldId(id), created_at: AT, updated_at: LATER, ..said }
}

#[test]
fn fields_of_programs_are_told_to_those_who_ask() {
    let fields = || {
        vec![
            field(1, "custom", "grade", "number_integer", "7"),
            field(2, "custom", "words", "single_line_text_field", "7"),
            field(3, "other", "fragile", "boolean", "true"),
            field(4, "other", "hidden", "json", "{}"),
            field(5, "app--1", "mine", "json", "{\"a\":1}"),
        ]
    };
    let mut kept = Kept::sample();
    kept.order.placed.custom_fields = fields();
    kept.contact.custom_fields = fields();
    kept.location.custom_fields = fields();
    kept.product.custom_fields = fields();
    kept.variant.custom_fields = vec![field(6, "custom", "of", "id", "variant")];
    let all = actor(Permissions::all(), Vec::new());
    let keeping = |settings: Value, topic: &str, fact: Fact| {
        let messages = kept.announced(vec![fact], &Listener { settings, ..listener(topic) }, &all);
        messages.first().map(|message| serde_json::from_str::<Value>(&message.body).unwrap())
    };
    let placed = |settings| keeping(settings, "ORDERS_CREATE", Fact::OrderPlaced {}).unwrap();
    let keys = |payload: &Value| -> Vec<String> {
        let fields = payload["metafields"].as_array().unwrap();
        fields.iter().map(|field| field["key"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(placed(json!({})).get("metafields"), None);
    assert_eq!(placed(json!({ "metafieldNamespaces": ["none"] }))["metafields"], json!([]));
    // By namespace, the program's own by its short name; or each by its name.
    assert_eq!(
        keys(&placed(json!({ "metafieldNamespaces": ["custom", "$app"] }))),
        ["grade", "words", "mine"]
    );
    let named = json!({ "metafieldNamespaces": ["custom"], "metafields": [["other", "fragile"]] });
    let order = placed(named);
    assert_eq!(keys(&order), ["grade", "words", "fragile"]);
    assert_eq!(
        order["metafields"][0],
        json!({
            "id": 1, "namespace": "custom", "key": "grade", "value": 7, "description": null, "owner_id": 1000,
            "created_at": "2025-07-10T12:15:47-04:00", "updated_at": "2025-07-10T12:16:47-04:00",
            "owner_resource": "order", "type": "number_integer", "admin_graphql_api_id": "gid://shopify/Metafield/1",
        })
    );
    assert_eq!(
        [&order["metafields"][1]["value"], &order["metafields"][2]["value"]],
        [&json!("7"), &json!(true)]
    );

    let all = || json!({ "metafieldNamespaces": ["custom"] });
    let (location, product, contact) = (LocationId(10), ProductId(9), domain::id::ContactId(90));
    for (topic, fact, owner) in [
        ("CUSTOMERS_UPDATE", Fact::ContactUpdated { contact }, "customer"),
        ("LOCATIONS_UPDATE", Fact::LocationUpdated { location }, "location"),
        ("PRODUCTS_UPDATE", Fact::ProductSaved { product }, "product"),
    ] {
        let payload = keeping(all(), topic, fact).unwrap();
        assert_eq!(keys(&payload), ["grade", "words"], "{topic}");
        assert_eq!(payload["metafields"][0]["owner_resource"], owner);
        if topic == "PRODUCTS_UPDATE" {
            assert_eq!(payload["variants"][0]["metafields"][0]["value"], "variant");
        }
    }
    let edited = Fact::OrderEdited { lines: Vec::new(), note: None, notify_buyer: false };
    for (topic, fact) in [
        ("ORDERS_EDITED", edited),
        ("ORDERS_DELETE", Fact::OrderDeleted {}),
        ("LOCATIONS_DELETE", Fact::LocationDeleted { location }),
        ("FULFILLMENTS_CREATE", created()),
    ] {
        let payload = keeping(all(), topic, fact).unwrap();
        assert_eq!(payload.get("metafields"), None, "{topic}");
    }
    // They are members like any other: looked at by filters, and left out unless they are included.
    let only = json!({ "metafieldNamespaces": ["custom"], "includeFields": ["id", "metafields.value"] });
    assert_eq!(placed(only), json!({ "id": 1000, "metafields": [{ "value": 7 }, { "value": "7" }] }));
    let without = json!({ "metafieldNamespaces": ["custom"], "includeFields": ["id"] });
    assert_eq!(placed(without), json!({ "id": 1000 }));
}

#[test]
fn what_is_left_out_is_left_out_of_documents_too() {
    let reading = |filter: &str| Listener {
        only: filter.into(),
        settings: json!({ "format": "XML", "includeFields": ["line_items.sku"], "apiVersion": "2026-07" }),
        ..listener("ORDERS_CREATE")
    };
    let all = actor(Permissions::all(), Vec::new());
    let told = announced(vec![Fact::OrderPlaced {}], &reading("id:1000"), &all);
    let lines = "<line-items type=\"array\">\n    <line-item>\n      <sku>S-1</sku>\n    </line-item>\n  </line-items>";
    let declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
    assert_eq!(told[0].body, format!("{declaration}\n<order>\n  {lines}\n</order>"));
    assert!(announced(vec![Fact::OrderPlaced {}], &reading("id:1"), &all).is_empty());
    // What the version doesn't have can't be included.
    let asking = |version: &str| Listener {
        settings: json!({ "apiVersion": version, "includeFields": ["checkout_id"] }),
        ..listener("ORDERS_CREATE")
    };
    for (version, body) in [("2026-01", "{\"checkout_id\":null}"), ("2026-04", "{}")] {
        assert_eq!(announced(vec![Fact::OrderPlaced {}], &asking(version), &all)[0].body, body);
    }
}
