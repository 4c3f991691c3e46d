//! Orders in somebody else's books, as clients make them and keep them up to date; and those of other APIs.

use domain::command::{Command, Restock};
use domain::decide::Outcome;
use serde_json::{Value, json};
use testkit::world::{self, SHIRT, STICKER};

use crate::bench::{Bench, bench};
use crate::goods::{self, ONCE, ONCE_STICKER};

const LIST: &str = "/workspaces/1/orders";

#[tokio::test]
async fn an_external_order_is_made_shown_and_kept_up_to_date() {
    let bench = bench().await;
    let contact = goods::contact(&bench, "jane.doe@example.com").await;
    goods::prices(&bench).await;
    let sent = json!({ "order": {
        "order_type": "one-time-order", "live_mode": true, "contact_id": contact,
        "line_items_attributes": [
            { "variant_id": SHIRT.0, "products_price_id": ONCE, "quantity": 1 },
            { "variant_id": STICKER.0, "products_price_id": ONCE_STICKER, "quantity": 2 },
        ],
        "shipping_address_first_name": "Elmira", "shipping_address_last_name": "O'Keefe",
        "shipping_address_organization_name": "Testing, Inc.", "shipping_address_phone_number": "+19053871234",
        "shipping_address_street_one": "687 Volkman Trail", "shipping_address_street_two": "Suite 665",
        "shipping_address_city": "New Ezequiel", "shipping_address_region": "WA", "shipping_address_country": "US",
        "shipping_address_postal_code": "93706", "billing_address_street_one": "3537 Meridith Overpass",
        "billing_address_country": "US", "notes": "Leave package at the front desk", "billing_status": "pending",
        "service_status": "pending", "external_id": "ext-order-12345", "return_url": "https://shop.example/thanks",
    } });
    let made = bench.create(LIST, sent.clone()).await;
    for (name, value) in sent["order"].as_object().unwrap() {
        if name != "line_items_attributes" {
            assert_eq!(&made[name], value, "{name}");
        }
    }
    assert_eq!((&made["order_number"], &made["payment_processor"]), (&json!("#1001"), &json!("external")));
    assert_eq!((&made["total_amount"], &made["currency"]), (&json!("29.00"), &json!("USD")));
    assert_eq!(made["contact"]["email_address"], "jane.doe@example.com");
    assert_eq!(made["line_items"][1]["quantity"], 2);
    assert_eq!(made["line_items"][1]["products_price"]["amount"], "2.00");
    let member = format!("/orders/{}", made["id"]);
    assert_eq!(bench.get(&member).await, made);
    assert_eq!(bench.get(&format!("/orders/{}", made["public_id"].as_str().unwrap())).await, made);
    let sent = json!({ "order": { "notes": null, "shipping_address_city": "Eagle", "billing_status": "paid",
        "external_id": "other", "unknown": 1, "live_mode": false } });
    let changed = bench.send("PATCH", &member, sent).await;
    assert_eq!(changed.status, 200);
    let changed = changed.body;
    assert_eq!((&changed["notes"], &changed["shipping_address_city"]), (&Value::Null, &json!("Eagle")));
    assert_eq!(
        (&changed["shipping_address_postal_code"], &changed["billing_status"]),
        (&json!("93706"), &json!("paid"))
    );
    assert_eq!((&changed["external_id"], &changed["live_mode"]), (&json!("other"), &json!(true)));
    assert_eq!(changed["service_status"], "pending", "that is the client's to say");
}

#[tokio::test]
async fn what_an_order_lacks_is_told() {
    let bench = bench().await;
    let contact = goods::contact(&bench, "a@example.com").await;
    goods::prices(&bench).await;
    let line = json!({ "variant_id": SHIRT.0, "products_price_id": ONCE, "quantity": 1 });
    let order = json!({ "order_type": "one-time-order", "live_mode": true, "contact_id": contact,
        "line_items_attributes": [line] });
    let with = |name: &str, value: Value| {
        let mut order = order.clone();
        order[name] = value;
        json!({ "order": order })
    };
    let lines = "line_items_attributes";
    for (sent, why) in [
        (with("order_type", Value::Null), "Order type can't be blank"),
        (with("order_type", json!("order")), "Order type is not included in the list"),
        (with("live_mode", Value::Null), "Live mode must be true or false"),
        (with("contact_id", json!(4711)), "Contact must exist"),
        (with("contact_id", Value::Null), "Contact must exist"),
        (with(lines, json!([])), "Line items can't be blank"),
        (with(lines, json!([{ "variant_id": SHIRT.0, "quantity": 1 }])), "Products price can't be blank"),
        (
            with(lines, json!([{ "variant_id": 4711, "products_price_id": ONCE, "quantity": 1 }])),
            "Variant must exist",
        ),
        (
            with(lines, json!([{ "variant_id": SHIRT.0, "products_price_id": 4711, "quantity": 1 }])),
            "Products price must exist",
        ),
        (
            with(lines, json!([{ "variant_id": SHIRT.0, "products_price_id": ONCE, "quantity": 0 }])),
            "Quantity is out of bounds",
        ),
        (
            with(
                lines,
                json!([{ "variant_id": STICKER.0, "products_price_id": goods::MONTHLY, "quantity": 1 }]),
            ),
            "Price 503 recurs, and the order is a one-time order",
        ),
        (with("service_status", json!("active")), "Service status is not included in the list"),
        (with("return_url", json!("javascript:go()")), "Return url is not a valid URL"),
        (with("billing_status", json!("due")), "Billing status is not included in the list"),
        (
            with("payment_processor", json!("payments_ai")),
            "Payment processor is not set up for this workspace",
        ),
    ] {
        let told = bench.refused("POST", LIST, sent).await;
        assert_eq!(told, (422, format!("Request unprocessable: {why}")));
    }
    let missing = "Bad request: param is missing or the value is empty: order".to_owned();
    assert_eq!(bench.refused("POST", LIST, json!({ "orders": {} })).await, (400, missing));
    let by_email = with("contact_id", Value::Null)["order"].clone();
    let mut by_email = by_email;
    by_email["contact_attributes"] = json!({ "email_address": "A@example.com" });
    assert_eq!(bench.create(LIST, json!({ "order": by_email })).await["contact_id"], contact);
}

#[tokio::test]
async fn lists_of_orders_are_filtered() {
    let bench = bench().await;
    let (ada, bob) =
        (goods::contact(&bench, "ada@example.com").await, goods::contact(&bench, "bob@example.com").await);
    goods::prices(&bench).await;
    let once = goods::order(&bench, ada, SHIRT, ONCE, 1).await["id"].clone();
    let again = goods::order(&bench, bob, STICKER, goods::MONTHLY, 1).await["id"].clone();
    for (filter, found) in [
        ("", vec![&once, &again]),
        ("?sort_order=desc", vec![&again, &once]),
        ("?sort_property=updated_at", vec![&once, &again]),
        (&*format!("?filter[contact_id]={ada}"), vec![&once]),
        (&*format!("?filter[id]={once},{again}&filter[contact_id]={bob}"), vec![&again]),
        (&*format!("?filter[id][0]={once}&filter[id][1]={again}"), vec![&once, &again]),
        ("?filter[order_type]=subscription-order", vec![&again]),
        ("?filter[order_type]=one-time-order", vec![&once]),
        ("?filter[live_mode]=false", vec![]),
        ("?per_page=1", vec![&once, &again]),
    ] {
        let list = bench.get(&format!("{LIST}{filter}")).await;
        let ids: Vec<&Value> = list.as_array().unwrap().iter().map(|order| &order["id"]).collect();
        assert_eq!(ids, found, "{filter}");
    }
    let after = bench.get(&format!("{LIST}?sort_property=updated_at&after={once}")).await;
    assert_eq!(after[0]["id"], again);
    let told = bench.refused("GET", &format!("{LIST}?filter[number]=1"), Value::Null).await;
    assert_eq!(told, (400, "Bad request: found unpermitted parameter: :number".to_owned()));
    let told = bench.refused("GET", &format!("{LIST}?stable_id=x"), Value::Null).await;
    assert_eq!(told, (422, "stable_id is not a valid serialized filter".to_owned()));
}

#[tokio::test]
async fn the_address_of_a_contact_fills_what_an_order_doesnt_say() {
    let bench = bench().await;
    let contact = goods::contact(&bench, "jane@example.com").await;
    goods::at_home(&bench, contact).await;
    goods::prices(&bench).await;
    let order = goods::order(&bench, contact, SHIRT, ONCE, 1).await;
    assert_eq!(order["shipping_address_first_name"], "Jane");
    assert_eq!(
        (&order["shipping_address_city"], &order["shipping_address_country"]),
        (&json!("Eagle"), &json!("US"))
    );
    let member = format!("/orders/{}", order["id"]);
    let sent =
        json!({ "order": { "shipping_address_first_name": null, "shipping_address_last_name": "Roe" } });
    let changed = bench.change(&member, sent).await;
    assert_eq!(changed["shipping_address_last_name"], "Doe", "one is missing, so all three are taken");
}

#[tokio::test]
async fn an_external_subscription_is_what_its_books_say() {
    let bench = bench().await;
    let contact = goods::contact(&bench, "a@example.com").await;
    goods::prices(&bench).await;
    let order = goods::order(&bench, contact, STICKER, goods::MONTHLY, 1).await;
    assert_eq!(
        (&order["order_type"], &order["service_status"]),
        (&json!("subscription-order"), &json!("pending"))
    );
    assert_eq!(order["line_items"][0]["products_price"]["interval"], "months");
    let member = format!("/orders/{}", order["id"]);
    let sent = json!({ "order": { "service_status": "active", "next_charge_at": "2025-08-10T00:00:00Z" } });
    let active = bench.change(&member, sent).await;
    assert!(active["activated_at"].is_string());
    assert_eq!(active["next_charge_at"], "2025-08-10T00:00:00.000Z");
    let cancelled = bench.change(&member, json!({ "order": { "service_status": "canceled" } })).await;
    assert!(cancelled["canceled_at"].is_string() && cancelled["churned_at"].is_string());
    assert_eq!(cancelled["cancel_reason"], "other");
    let told = bench.refused("POST", &format!("{member}/cancel"), Value::Null).await;
    let why = "External subscription orders cannot be canceled through this endpoint";
    assert_eq!(told, (422, format!("Request unprocessable: {why}")));
    let told =
        bench.refused("PUT", &member, json!({ "order": { "renewal_at": "2026-01-01T00:00:00Z" } })).await;
    let why = "External orders have no processor-managed schedule";
    assert_eq!(told, (422, format!("Request unprocessable: {why}")));
    let once = goods::order(&bench, contact, SHIRT, ONCE, 1).await;
    let told = bench.refused("POST", &format!("/orders/{}/cancel", once["id"]), json!([])).await;
    assert_eq!(told, (422, "Request unprocessable: Only subscription orders can be canceled".to_owned()));
}

/// An order that came in by another API.
pub async fn from_elsewhere(bench: &Bench) -> (domain::id::OrderId, Value) {
    let mut place = world::order(&[(SHIRT, 2)]);
    place.placed.email = Some("buyer@example.com".into());
    place.placed.payment_claim = Some(domain::order::PaymentClaim::Paid);
    let Outcome::Order(id) = bench.execute(&world::placing(place)).await else { panic!("no order") };
    (id, bench.get(&format!("/orders/{id}")).await)
}

#[tokio::test]
async fn orders_of_other_apis_are_shown_with_an_invoice_and_can_be_fulfilled() {
    let bench = bench().await;
    let (id, order) = from_elsewhere(&bench).await;
    assert_eq!(
        (&order["payment_processor"], &order["order_type"]),
        (&json!("external"), &json!("one-time-order"))
    );
    assert_eq!((&order["billing_status"], &order["service_status"]), (&json!("paid"), &json!("completed")));
    assert_eq!(
        (&order["contact_id"], &order["contact"]["email_address"]),
        (&json!(0), &json!("buyer@example.com"))
    );
    assert_eq!((&order["total_amount"], &order["line_items"][0]["quantity"]), (&json!("20.00"), &json!(2)));
    let invoices = bench.get(&format!("/orders/{id}/invoices")).await;
    let invoice = &invoices[0];
    assert_eq!(bench.get("/workspaces/1/orders/invoices").await, invoices);
    assert_eq!(&bench.get(&format!("/orders/invoices/{}", invoice["id"])).await, invoice);
    assert_eq!((&invoice["status"], &invoice["total_amount"]), (&json!("paid"), &json!("20.00")));
    assert_eq!(
        (&invoice["invoice_number"], &invoice["invoice_type"]),
        (&json!("1001-1"), &json!("one_time_sale"))
    );
    assert_eq!(
        (&invoice["fulfillment_status"], &invoice["eligible_for_fulfillment"]),
        (&json!("unfulfilled"), &json!(true))
    );
    let line = &invoice["line_items"][0];
    assert_eq!((&line["amount"], &line["fulfillment_status"]), (&json!("20.00"), &json!("unfulfilled")));
    let parcel = goods::fulfill(&bench, 0, &[(&line["id"], 2)]).await;
    assert_eq!(parcel["contact_id"], 0);
    let invoice = bench.get(&format!("/orders/invoices/{}", invoice["id"])).await;
    assert_eq!(
        (&invoice["fulfillment_status"], &invoice["line_items"][0]["fulfillment_status"]),
        (&json!("complete"), &json!("complete"))
    );
    let noted = bench
        .change(&format!("/orders/{id}"), json!({ "order": { "notes": "seen", "billing_status": "unpaid" } }))
        .await;
    assert_eq!((&noted["notes"], &noted["billing_status"]), (&json!("seen"), &json!("paid")));
    let told = bench
        .refused(
            "PUT",
            &format!("/orders/invoices/{}", invoice["id"]),
            json!({ "orders_invoice": { "status": "refunded" } }),
        )
        .await;
    assert_eq!(told, (404, "No such external order".to_owned()));
}

#[tokio::test]
async fn what_came_back_into_stock_is_listed() {
    let bench = bench().await;
    let (id, _) = from_elsewhere(&bench).await;
    assert_eq!(bench.get("/workspaces/1/orders/invoices/restocks").await, json!([]));
    bench
        .execute(&Command::CancelOrder(domain::command::CancelOrder {
            order: id,
            reason: domain::order::CancelReason::Customer,
            note: Some("changed their mind".into()),
            restock: Restock::Yes,
            pay_back: domain::command::PayBack::Nothing,
            notify_buyer: false,
        }))
        .await;
    let restocks = bench.get("/workspaces/1/orders/invoices/restocks").await;
    let restock = &restocks[0];
    assert_eq!(
        (&restock["status"], &restock["included_invoices_line_items"][0]["quantity"]),
        (&json!("restocked"), &json!(2))
    );
    assert_eq!(&bench.get(&format!("/orders/invoices/restocks/{}", restock["id"])).await, restock);
    let order = bench.get(&format!("/orders/{id}")).await;
    assert_eq!(
        (&order["service_status"], &order["cancel_description"]),
        (&json!("canceled"), &json!("changed their mind"))
    );
    assert_eq!(bench.refused("GET", &format!("/orders/invoices/restocks/{id}"), Value::Null).await.0, 404);
}
