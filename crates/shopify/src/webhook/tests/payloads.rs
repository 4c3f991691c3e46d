//! Fact, topic, payload.

use domain::id::{ContactId, DeliveryEventId, RequestId};

use super::*;

const FO: &str = "gid://shopify/FulfillmentOrder/7";
const OTHER: &str = "gid://shopify/FulfillmentOrder/8";

#[test]
fn work_is_told_in_a_few_words() {
    use StageName::{Cancelled, Closed, InProgress, OnHold, Open, Scheduled};
    let plain = |stage| work(7, stage, Request::Unsubmitted);
    let rest = || work(8, Open, Request::Unsubmitted);
    let message = || Some("please".to_owned());
    let fo = |status: &str| json!({"id": FO, "status": status});
    let other = json!({"id": OTHER, "status": "open"});
    let line = json!([{"id": "gid://shopify/FulfillmentOrderLineItem/3", "quantity": 4}]);
    let app = json!({"id": "gid://shopify/App/1"});
    let request = json!({"id": "gid://shopify/FulfillmentOrderMerchantRequest/6", "message": "please"});
    let held = json!({
        "id": "gid://shopify/FulfillmentHold/9", "reason": "high_risk_of_fraud", "reason_notes": "call first",
        "held_by_requesting_app": true, "handle": "h", "held_by_app": app,
    });
    let asked = |status: &str, request: &str| json!({"id": FO, "status": status, "request_status": request});
    let there =
        |id: &str, location: &str| json!({"id": id, "status": "open", "assigned_location_id": location});
    let (here, far) = ("gid://shopify/Location/10", "gid://shopify/Location/11");
    for (topic, fact, payload) in [
        (
            "ORDER_ROUTING_COMPLETE",
            Fact::WorkRouted { work: plain(Open) },
            json!({"fulfillment_order": fo("open")}),
        ),
        (
            "SCHEDULED_FULFILLMENT_ORDER_READY",
            Fact::WorkReady { work: plain(Open) },
            json!({"fulfillment_order": fo("open")}),
        ),
        ("HOLD_RELEASED", Fact::WorkReleased { work: plain(Open) }, json!({"fulfillment_order": fo("open")})),
        (
            "MANUALLY_REPORTED_PROGRESS_STOPPED",
            Fact::WorkOpened { work: plain(Open) },
            json!({"fulfillment_order": fo("open"), "progress_stopped_by_app": app, "progress_stopped_by_user": null}),
        ),
        (
            "CANCELLED",
            Fact::WorkCancelled { work: plain(Closed), replacement: Some(rest()) },
            json!({"fulfillment_order": fo("closed"), "replacement_fulfillment_order": other}),
        ),
        (
            "PROGRESS_REPORTED",
            Fact::ProgressReported { work: plain(InProgress), before: Open, note: Some("packing".into()) },
            json!({
                "fulfillment_order": fo("in_progress"),
                "progress_report": {
                    "reason_notes": "packing", "progress_reported_by_app": app, "progress_reported_by_user": null,
                },
                "initial_status": "open",
            }),
        ),
        (
            "RESCHEDULED",
            Fact::WorkRescheduled { work: plain(Scheduled), opens_at: AT },
            json!({"fulfillment_order": {"id": FO, "status": "scheduled", "fulfill_at": "2025-07-10T12:15:47-04:00"}}),
        ),
        (
            "LINE_ITEMS_PREPARED_FOR_PICKUP",
            Fact::WorkPrepared { work: plain(InProgress) },
            json!({"fulfillment_order": {
                "id": FO, "status": "in_progress", "preparable": true, "delivery_method": {"method_type": "pickup"},
            }}),
        ),
        (
            "PLACED_ON_HOLD",
            Fact::WorkHeld { work: plain(OnHold), hold: hold(), held: LINES.to_vec(), rest: Some(rest()) },
            json!({
                "fulfillment_order": {"id": FO, "status": "on_hold", "fulfillment_holds": [held]},
                "remaining_fulfillment_order": other,
                "held_fulfillment_order_line_items": line,
                "created_fulfillment_hold": held,
            }),
        ),
        (
            "MOVED",
            Fact::WorkMoved {
                original: plain(Open),
                moved: Work { location: LocationId(11), ..rest() },
                from: LocationId(10),
                lines: LINES.to_vec(),
            },
            json!({
                "original_fulfillment_order": there(FO, here),
                "moved_fulfillment_order": there(OTHER, far),
                "destination_location_id": far,
                "fulfillment_order_line_items_requested": line,
                "source_location": {"id": here},
            }),
        ),
        (
            "SPLIT",
            Fact::WorkSplit { work: plain(Open), rest: rest(), lines: LINES.to_vec() },
            json!({
                "split_line_items": line, "fulfillment_order": fo("open"), "remaining_fulfillment_order": other,
                "replacement_fulfillment_order": null,
            }),
        ),
        (
            "MERGED",
            Fact::WorkMerged { work: plain(Open), merged: vec![(FulfillmentOrderId(8), LINES.to_vec())] },
            json!({
                "merge_intents": [{
                    "fulfillment_order_id": 8, "fulfillment_order_line_items": [{"id": 3, "quantity": 4}],
                }],
                "fulfillment_order_merges": {"fulfillment_order": fo("open")},
            }),
        ),
        (
            "FULFILLMENT_REQUEST_SUBMITTED",
            Fact::RequestSubmitted {
                original: plain(Open),
                work: work(7, Open, Request::Submitted),
                message: message(),
                request: RequestId(6),
            },
            json!({
                "original_fulfillment_order": asked("open", "unsubmitted"),
                "submitted_fulfillment_order": asked("open", "submitted"),
                "fulfillment_order_merchant_request": request,
            }),
        ),
        (
            "FULFILLMENT_REQUEST_ACCEPTED",
            Fact::RequestAccepted { work: work(7, InProgress, Request::Accepted), message: message() },
            json!({"fulfillment_order": asked("in_progress", "accepted"), "message": "please"}),
        ),
        (
            "FULFILLMENT_REQUEST_REJECTED",
            Fact::RequestRejected { work: work(7, Open, Request::Rejected), message: None },
            json!({"fulfillment_order": asked("open", "rejected"), "message": null}),
        ),
        (
            "CANCELLATION_REQUEST_SUBMITTED",
            Fact::CancellationRequested {
                work: work(7, InProgress, Request::CancellationRequested),
                message: message(),
                request: RequestId(6),
            },
            json!({
                "fulfillment_order": asked("in_progress", "cancellation_request"),
                "fulfillment_order_merchant_request": request,
            }),
        ),
        (
            "CANCELLATION_REQUEST_ACCEPTED",
            Fact::CancellationAccepted { work: plain(Cancelled), message: None },
            json!({"fulfillment_order": fo("cancelled"), "message": null}),
        ),
        (
            "CANCELLATION_REQUEST_REJECTED",
            Fact::CancellationRejected {
                work: work(7, InProgress, Request::CancellationRejected),
                message: message(),
            },
            json!({"fulfillment_order": asked("in_progress", "cancellation_rejected"), "message": "please"}),
        ),
        (
            "FULFILLMENT_SERVICE_FAILED_TO_COMPLETE",
            Fact::GaveUp { work: plain(Closed), message: message() },
            json!({"fulfillment_order": fo("closed"), "message": "please"}),
        ),
    ] {
        assert_eq!(told(fact, &format!("FULFILLMENT_ORDERS_{topic}")), payload, "{topic}");
    }
    let of_hold = json!({"fulfillment_order": {"id": FO}, "fulfillment_hold": held});
    let added = Fact::HoldAdded { work: plain(OnHold), hold: hold() };
    assert_eq!(told(added, "FULFILLMENT_HOLDS_ADDED"), of_hold);
    let released = Fact::HoldReleased { work: plain(Open), hold: hold() };
    assert_eq!(told(released, "FULFILLMENT_HOLDS_RELEASED"), of_hold);
}

/// Whether everything in `some` is in `all`, with lists as long as one another.
fn assert_has(all: &Value, some: &Value, path: &str) {
    match (all, some) {
        (Value::Object(all), Value::Object(some)) => {
            for (name, value) in some {
                let found = all.get(name).unwrap_or_else(|| panic!("no {path}.{name}"));
                assert_has(found, value, &format!("{path}.{name}"));
            }
        }
        (Value::Array(all), Value::Array(some)) => {
            assert_eq!(all.len(), some.len(), "{path}");
            all.iter().zip(some).for_each(|(all, some)| assert_has(all, some, path));
        }
        (all, some) => assert_eq!(all, some, "{path}"),
    }
}

#[test]
fn orders_are_told_in_numbers_and_decimals() {
    let at = "2025-07-10T12:15:47-04:00";
    let money = |amount: &str| {
        let money = json!({"amount": amount, "currency_code": "USD"});
        json!({"shop_money": money, "presentment_money": money})
    };
    let whole = json!({
        "id": 1000, "admin_graphql_api_id": "gid://shopify/Order/1000", "name": "#1001", "number": 1,
        "order_number": 1001, "email": "ada@example.com", "tags": "a, b", "created_at": at, "processed_at": at,
        "note_attributes": [{"name": "gift", "value": "yes"}], "financial_status": "paid",
        "fulfillment_status": "partial", "cancelled_at": null, "cancel_reason": null, "currency": "USD",
        "subtotal_price": "22.50", "total_price": "28.63", "total_price_set": money("28.63"),
        "current_total_price": "28.63", "total_discounts": "2.50", "total_line_items_price": "25.00",
        "total_tax": "1.13", "total_shipping_price_set": money("5.00"), "total_outstanding": "0.00",
        "customer": {"id": 90}, "billing_address": null, "total_weight": 200, "token": null,
    });
    let parts = json!({
        "shipping_address": {"first_name": "Ada", "name": "Ada L", "country_code": "CA", "address1": null},
        "discount_codes": [{"code": "TEN", "amount": "2.50", "type": "fixed_amount"}],
        "shipping_lines": [{"id": 16000, "title": "Post", "price": "5.00", "code": null}],
        "line_items": [{
            "id": 40, "admin_graphql_api_id": "gid://shopify/LineItem/40", "name": "Shirt - Blue", "quantity": 2,
            "current_quantity": 2, "fulfillable_quantity": 1, "fulfillment_status": "partial",
            "fulfillment_service": "manual", "price": "12.50", "sku": "S-1", "variant_id": 100, "product_id": 90,
            "variant_inventory_management": "shopify", "grams": 100, "total_discount": "0.00",
            "tax_lines": [{"title": "GST", "rate": 0.05, "price": "1.13"}],
        }],
        "fulfillments": [{"id": 20, "name": "#1001-F1"}],
    });
    for (topic, fact) in [
        ("ORDERS_CREATE", Fact::OrderPlaced {}),
        ("ORDERS_UPDATED", Fact::OrderUpdated {}),
        ("ORDERS_PAID", Fact::OrderPaid {}),
        ("ORDERS_CANCELLED", Fact::OrderCancelled {}),
        ("ORDERS_FULFILLED", Fact::OrderFulfilled {}),
        ("ORDERS_PARTIALLY_FULFILLED", Fact::OrderPartlyFulfilled {}),
    ] {
        let payload = told(fact, topic);
        assert_has(&payload, &whole, topic);
        assert_has(&payload, &parts, topic);
    }
}

#[test]
fn fulfillments_are_told_with_what_is_in_them() {
    let parcel = json!({
        "id": 20, "admin_graphql_api_id": "gid://shopify/Fulfillment/20", "order_id": 1000, "name": "#1001-F1",
        "status": "success", "service": "manual", "location_id": 10, "shipment_status": "in_transit",
        "tracking_company": "UPS", "tracking_number": "1Z2", "tracking_numbers": ["1Z2"],
        "tracking_url": "https://ups.example/1Z2", "tracking_urls": ["https://ups.example/1Z2"],
        "email": "ada@example.com", "destination": {"city": "Ottawa"}, "origin_address": null, "receipt": {},
        "created_at": "2025-07-10T12:15:47-04:00", "line_items": [{"id": 40, "quantity": 1, "price": "12.50"}],
    });
    let id = fulfillment().id;
    let recorded = || Fact::DeliveryRecorded { fulfillment: id, event: DeliveryEventId(70) };
    for (topic, fact) in [
        ("FULFILLMENTS_CREATE", Fact::FulfillmentCreated { fulfillment: id }),
        ("FULFILLMENTS_UPDATE", Fact::FulfillmentUpdated { fulfillment: id, notify_buyer: false }),
        ("FULFILLMENTS_UPDATE", Fact::FulfillmentCancelled { fulfillment: id }),
        ("FULFILLMENTS_UPDATE", recorded()),
    ] {
        assert_has(&told(fact, topic), &parcel, topic);
    }
    let happened = json!({
        "id": 70, "admin_graphql_api_id": "gid://shopify/FulfillmentEvent/70", "fulfillment_id": 20,
        "order_id": 1000, "shop_id": 1, "status": "in_transit", "message": "Left", "city": "Ottawa",
        "latitude": 45.42, "longitude": -75.69, "happened_at": "2025-07-10T12:15:47-04:00", "zip": null,
        "estimated_delivery_at": null,
    });
    assert_has(&told(recorded(), "FULFILLMENT_EVENTS_CREATE"), &happened, "event");
    let mut event = fulfillment().events[0].clone();
    (event.id, event.message) = (DeliveryEventId(71), Some("By mistake".into()));
    let forgotten = Fact::DeliveryForgotten { fulfillment: id, event: Box::new(event) };
    let mistake = json!({ "id": 71, "fulfillment_id": 20, "status": "in_transit", "message": "By mistake" });
    assert_has(&told(forgotten, "FULFILLMENT_EVENTS_DELETE"), &mistake, "what is gone is told whole");
}

#[test]
fn places_and_stock_are_told() {
    let place = json!({
        "id": 10, "admin_graphql_api_id": "gid://shopify/Location/10", "name": "Location 10", "active": true,
        "country_code": "CA", "legacy": false,
    });
    let location = LocationId(10);
    assert_has(&told(Fact::LocationCreated { location }, "LOCATIONS_CREATE"), &place, "location");
    assert_has(&told(Fact::LocationUpdated { location }, "LOCATIONS_UPDATE"), &place, "location");
    assert_has(&told(Fact::LocationActivated { location }, "LOCATIONS_ACTIVATE"), &place, "location");
    assert_has(&told(Fact::LocationDeactivated { location }, "LOCATIONS_DEACTIVATE"), &place, "location");
    assert_eq!(told(Fact::LocationDeleted { location }, "LOCATIONS_DELETE"), json!({ "id": 10 }));
    let variant = VariantId(100);
    let (changes, cause, available) = (Vec::new(), None, Some(7));
    let counted = Fact::StockChanged { location, variant, by: 3, changes, cause, available };
    let level = |available: Option<i64>, at: &str| {
        json!({
            "inventory_item_id": 100, "location_id": 10, "available": available,
            "updated_at": format!("2025-07-10T12:{at}-04:00"),
            "admin_graphql_api_id": "gid://shopify/InventoryLevel/10?inventory_item_id=100",
        })
    };
    let begun = Fact::StockingBegan { location, variant, available: 7 };
    assert_eq!(told(begun, "INVENTORY_LEVELS_CONNECT"), level(Some(7), "15:47"));
    // What changed is told as it is now: six of nine are available since a minute later.
    assert_eq!(told(counted, "INVENTORY_LEVELS_UPDATE"), level(Some(6), "16:47"));
    let moved = |location| Fact::StockMoved { location, variant };
    assert_eq!(told(moved(location), "INVENTORY_LEVELS_UPDATE"), level(Some(6), "16:47"));
    let gone = told(moved(LocationId(11)), "INVENTORY_LEVELS_UPDATE");
    assert_eq!((&gone["location_id"], &gone["available"]), (&json!(11), &Value::Null));
    let ended = Fact::StockingEnded { location, variant };
    let gone = json!({ "inventory_item_id": 100, "location_id": 10 });
    assert_eq!(told(ended, "INVENTORY_LEVELS_DISCONNECT"), gone);
}

#[test]
fn articles_are_told() {
    let product = ProductId(9);
    let whole = json!({
        "id": 9, "admin_graphql_api_id": "gid://shopify/Product/9", "status": "active", "handle": world::product(product).handle,
        "variants": [{ "id": 100, "product_id": 9, "inventory_item_id": 100, "position": 1 }],
    });
    assert_has(&told(Fact::ProductCreated { product }, "PRODUCTS_CREATE"), &whole, "product");
    assert_has(&told(Fact::ProductSaved { product }, "PRODUCTS_UPDATE"), &whole, "product");
    let variant = VariantId(100);
    let item = json!({
        "id": 100, "admin_graphql_api_id": "gid://shopify/InventoryItem/100", "tracked": true, "cost": null,
        "country_harmonized_system_codes": [],
    });
    assert_has(&told(Fact::VariantCreated { variant }, "INVENTORY_ITEMS_CREATE"), &item, "item");
    assert_has(&told(Fact::VariantUpdated { variant }, "INVENTORY_ITEMS_UPDATE"), &item, "item");
}

#[test]
fn customers_are_told_to_those_who_may_know_them() {
    let contact = ContactId(90);
    let whole = json!({
        "id": 90, "admin_graphql_api_id": "gid://shopify/Customer/90", "email": "ada@example.com",
        "first_name": "Ada", "currency": "USD", "created_at": "2025-07-10T12:15:47-04:00",
    });
    assert_has(&told(Fact::ContactCreated { contact }, "CUSTOMERS_CREATE"), &whole, "made");
    assert_has(&told(Fact::ContactUpdated { contact }, "CUSTOMERS_UPDATE"), &whole, "changed");
    let address = json!({ "id": 90 * 256, "customer_id": 90, "city": "London", "default": true });
    let made = told(Fact::ContactCreated { contact }, "CUSTOMERS_CREATE");
    assert_has(&made["default_address"], &address, "address");
    assert_has(&made["addresses"], &json!([address]), "addresses");
    assert_eq!(made.get("tags"), None, "labels are no part of it since 2025-01");
    let gone = json!({ "id": 90, "tax_exemptions": [], "admin_graphql_api_id": "gid://shopify/Customer/90" });
    assert_eq!(told(Fact::ContactDeleted { contact }, "CUSTOMERS_DELETE"), gone);
    assert_eq!(told(Fact::OrderDeleted {}, "ORDERS_DELETE"), json!({ "id": 1000 }));
    assert_eq!(told(Fact::OrderPlaced {}, "ORDERS_CREATE")["customer"]["first_name"], "Ada");
    let who = actor(Permissions::parse("read_orders").unwrap(), Vec::new());
    let messages = announced(vec![Fact::OrderPlaced {}], &listener("ORDERS_CREATE"), &who);
    let payload: Value = serde_json::from_str(&messages[0].body).unwrap();
    assert_eq!(payload["customer"], Value::Null);
    let unheard = announced(vec![Fact::ContactCreated { contact }], &listener("CUSTOMERS_CREATE"), &who);
    assert!(unheard.is_empty());
}
