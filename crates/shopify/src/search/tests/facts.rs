//! What terms say of orders, of fulfillment orders and of things in memory.

use domain::time::Time;
use serde_json::json;

use super::super::{Context, Fact, parse};
use super::{NOON, context, order, orders, work};

#[test]
fn orders_are_found_by_every_field() {
    let order = order(json!({
        "placed": {
            "email": "Bob@Example.com", "po_number": "PO-7", "tags": ["Rush", "two words"], "channel": "web",
            "source_identifier": "S-1", "contact": 55, "discounts": [{ "code": "SALE", "amount": 1 }],
            "shipping_address": { "first_name": "Bob", "last_name": "Norman", "city": "Zürich" },
            "transactions":
                [{ "id": 1, "kind": "sale", "status": "failure", "amount": 500, "gateway": "cash", "at": NOON }],
        },
        "lines": [{ "id": 1, "quantity": 3, "article": {
            "title": "Green Hoodie", "sku": "GH-1", "unit_price": 1250, "grams": 400,
        } }],
        "fulfillment_orders": [work(3, 12, json!("open"))],
    }));
    let table = [
        ("id:7", "id:8"),
        ("id:gid://shopify/Order/7", "id:gid://shopify/Order/8"),
        ("id:>6 id:<8", "id:>7"),
        ("id:6,7", "id:x"),
        ("name:1001", "name:1002"),
        ("name:#1001", "name:001"),
        ("name:'#100*'", "name:101*"),
        ("name:>=1001", "name:<#1001"),
        ("#1001", "#1002"),
        ("1001", "100"),
        ("100*", "101*"),
        ("status:open", "status:closed"),
        ("status:NOT_CLOSED", "status:cancelled"),
        ("status:any", "status:opened"),
        ("financial_status:pending", "financial_status:paid"),
        ("financial_status:paid,pending", "financial_status:unpaid"),
        ("fulfillment_status:unshipped", "fulfillment_status:shipped"),
        ("fulfillment_status:unfulfilled", "fulfillment_status:partial"),
        ("created_at:2024-05-01", "created_at:>2024-05-01"),
        ("created_at:<=2024", "created_at:<2024-05"),
        ("processed_at:>'2024-05-01T11:59:59Z'", "processed_at:>2024-05-01T12:00:00Z"),
        ("updated_at:<=now", "updated_at:<now"),
        ("updated_at:'2024-05-01 14:00:00+02:00'", "updated_at:soon"),
        ("email:bob@example.com", "email:bob"),
        ("email:BOB*", "email:example*"),
        ("test:false", "test:true"),
        ("-test:TRUE", "test:maybe"),
        ("tag:rush", "tag:two"),
        ("tag:'two words'", "tag:words"),
        ("tag_not:slow", "tag_not:rush"),
        ("tag:slow,rush", "tag_not:slow,rush"),
        ("sku:gh-1", "sku:gh"),
        ("sku:G*", "-sku:*"),
        ("po_number:PO-7", "po_number:7"),
        ("source_identifier:s-1", "source_identifier:s-2"),
        ("source_name:web", "channel:pos"),
        ("customer_id:55", "customer_id:5"),
        ("discount_code:sale", "discount_code:none"),
        ("location_id:12", "location_id:13"),
        ("fulfillment_location_id:gid://shopify/Location/12", "fulfillment_location_id:3"),
        ("reference_location_id:12", "reference_location_id:13"),
        ("delivery_method:shipping", "delivery_method:pick-up,local,none,retail"),
        ("subtotal_line_items_quantity:3", "subtotal_line_items_quantity:>3"),
        ("total_weight:1200", "total_weight:<1200"),
        ("gateway:Cash", "gateway:card"),
        ("return_status:no_return", "return_status:returned"),
        ("confirmation_number:*", "confirmation_number:X"),
        ("current_total_price:<100", "current_total_price:>=100"),
        ("-risk_level:high", "risk_level:*"),
        ("-cart_token:a", "payment_id:*"),
        ("bob norman", "bob smith"),
        ("\"Bob@Example\"", "\"norman hoodie\""),
        ("zürich", "zurich"),
        ("\"green hoodie\"", "\"hoodie green\""),
        ("hood*", "hood"),
        ("bob OR smith", "bob -norman"),
        ("Bob & Norman", "bob NOT (norman OR smith)"),
        ("foo:1", "foo:1 id:8"),
    ];
    for (yes, no) in table {
        assert!(orders(yes).matches_order(&order), "{yes}");
        assert!(!orders(no).matches_order(&order), "{no}");
    }
}

#[test]
fn fulfillment_orders_are_found_by_every_field() {
    let order = order(json!({ "fulfillment_orders": [work(3, 12, json!({ "on_hold": { "holds": [] } }))] }));
    let table = [
        ("id:3", "id:4"),
        ("assigned_location_id:12", "assigned_location_id:11,13"),
        ("status:ON_HOLD", "status:open"),
        ("status:open,on_hold", "status:on hold"),
        ("-status:closed", "-status:on_hold"),
        ("updated_at:>2024-04-30", "updated_at:<2024-05-01"),
        ("1001", "1002"),
    ];
    for (yes, no) in table {
        assert!(parse(yes).for_work(&context()).matches_work(&order, &order.fulfillment_orders[0]), "{yes}");
        assert!(!parse(no).for_work(&context()).matches_work(&order, &order.fulfillment_orders[0]), "{no}");
    }
}

#[test]
fn held_work_is_found_by_what_its_order_says() {
    let order = order(json!({ "fulfillment_orders": [work(3, 12, json!({ "on_hold": { "holds": [] } }))] }));
    let table = [
        ("order_financial_status:pending", "order_financial_status:paid"),
        ("-order_risk_level:high", "order_risk_level:low"),
        ("1001", "1002"),
        ("id:5", "-1001"),
    ];
    let matches = |text| {
        let search = parse(text).for_held_work(&context());
        search.matches_work(&order, &order.fulfillment_orders[0])
    };
    for (yes, no) in table {
        assert!(matches(yes), "{yes}");
        assert!(!matches(no), "{no}");
    }
    assert_eq!(parse("id:5 order_financial_status:odd").for_held_work(&context()).warnings.len(), 2);
}

#[test]
fn what_is_in_memory_is_found_by_what_it_says() {
    let fact = |field: &str| match field {
        "id" => Fact::Number(5),
        "sku" => Fact::Text(Some("AB-1")),
        "barcode" => Fact::Text(None),
        "created_at" => Fact::At(NOON),
        _ => Fact::Words(vec!["Blue / L", "AB-1"]),
    };
    let matches =
        |text| parse(text).for_fields(&["id", "sku", "barcode", "created_at"], &context()).matches(&fact);
    for text in ["", "id:5", "sku:ab*", "sku:>AA", "-barcode:*", "blue", "ab-1 created_at:<=2024", "foo:1"] {
        assert!(matches(text), "{text}");
    }
    for text in ["id:6", "sku:b*", "sku:<AA", "barcode:*", "red", "foo:1 id:6"] {
        assert!(!matches(text), "{text}");
    }
}

#[test]
fn days_are_those_of_the_shop() {
    let mut shop = testkit::world::shop();
    shop.time_zone = "America/New_York".to_owned();
    let context = Context::new(&shop, NOON);
    let matches = |text: &str, at: Time| parse(text).for_fields(&["at"], &context).matches(&|_| Fact::At(at));
    let midnight: jiff::Timestamp = "2024-05-01T04:00:00Z".parse().unwrap();
    let begin = midnight.as_microsecond();
    let day = 24 * domain::time::HOUR;
    let table = [
        ("at:2024-05-01", begin, begin + day - 1),
        ("at:>=2024-05-01 at:<=2024-05-02", begin, begin + 2 * day - 1),
        ("at:>2024-04-30 at:<2024-05-02", begin, begin + day - 1),
        ("at:'2024-05-01T00:00:00'", begin, begin + 999_999),
        ("at:2024-05-01T04:00:00.000Z", begin, begin + 999),
        ("at:2024-05-01T00:00:00.000000-04:00", begin, begin),
        ("at:2024-05", begin, begin + 31 * day - 1),
    ];
    for (text, first, last) in table {
        for (at, expected) in [(first - 1, false), (first, true), (last, true), (last + 1, false)] {
            assert_eq!(matches(text, Time(at)), expected, "{text} {at}");
        }
    }
    for text in ["at:2024-13-01", "at:99999", "at:-", "at:9999-12-31T23:59:59.9Z", "at:20É0"] {
        assert!(!matches(text, NOON), "{text}");
    }
}
