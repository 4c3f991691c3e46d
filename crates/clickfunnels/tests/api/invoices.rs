//! Invoices in somebody else's books, and what follows from them.

use domain::billing::bill::Claim;
use serde_json::{Value, json};
use testkit::world::SHIRT;

use crate::bench::bench;
use crate::goods::{self, ONCE};

const ALL: &str = "/workspaces/1/orders/invoices";

#[tokio::test]
async fn a_paid_invoice_completes_a_one_time_order() {
    let bench = bench().await;
    let contact = goods::contact(&bench, "a@example.com").await;
    goods::prices(&bench).await;
    let order = goods::order(&bench, contact, SHIRT, ONCE, 1).await;
    let list = format!("/orders/{}/invoices", order["id"]);
    let sent = json!({ "orders_invoice": {
        "external_id": "inv-ext-12345", "status": "paid", "invoice_type": "one_time_sale",
        "invoice_number": "INV-001", "shipping_amount": "9.99", "issued_at": "2025-01-01T00:00:00.000Z",
        "due_at": "2025-01-15T00:00:00.000Z", "paid_at": "2025-01-10T00:00:00.000Z",
        "line_items_attributes": [{ "amount": "99.00", "quantity": 1, "variant_id": SHIRT.0,
            "products_price_id": ONCE, "description": "Premium Widget" }],
    } });
    let invoice = bench.create(&list, sent.clone()).await;
    for (name, value) in sent["orders_invoice"].as_object().unwrap() {
        if name != "line_items_attributes" {
            assert_eq!(&invoice[name], value, "{name}");
        }
    }
    assert_eq!((&invoice["subtotal_amount"], &invoice["total_amount"]), (&json!("99.00"), &json!("108.99")));
    assert_eq!(
        (&invoice["due_amount"], &invoice["eligible_for_fulfillment"]),
        (&json!("108.99"), &json!(true))
    );
    let line = &invoice["line_items"][0];
    assert_eq!((&line["amount"], &line["description"]), (&json!("99.00"), &json!("Premium Widget")));
    for nothing in
        ["discount_amount", "state_tax_amount", "city_tax_amount", "state_tax_rate", "district_tax_rate"]
    {
        assert_eq!(line[nothing], 0.0, "{nothing}");
    }
    assert_eq!(
        (&line["products_price"]["id"], &line["products_variant"]["id"]),
        (&json!(ONCE), &json!(SHIRT.0))
    );
    assert_eq!(
        (&invoice["order"]["billing_status"], &invoice["order"]["service_status"]),
        (&json!("paid"), &json!("completed"))
    );
    let member = format!("/orders/invoices/{}", invoice["id"]);
    assert_eq!(bench.get(&member).await, invoice);
    assert_eq!(bench.get(&list).await, json!([invoice]));
    assert_eq!(bench.get(ALL).await, json!([invoice]));
    let sent = json!({ "orders_invoice": { "status": "refunded", "invoice_type": "charge", "line_items_attributes": [
        { "id": line["id"], "amount": "50", "quantity": 2 }, { "amount": "1.00", "quantity": 9 }, { "id": 4711, "quantity": 1 },
    ] } });
    let changed = bench.change(&member, sent).await;
    assert_eq!((&changed["status"], &changed["invoice_type"]), (&json!("refunded"), &json!("one_time_sale")));
    assert_eq!(changed["line_items"].as_array().unwrap().len(), 1, "none is added");
    assert_eq!(
        (&changed["line_items"][0]["amount"], &changed["line_items"][0]["quantity"]),
        (&json!("50.00"), &json!(2))
    );
    assert_eq!(bench.get(&format!("/orders/{}", order["id"])).await["billing_status"], "refunded");
}

#[tokio::test]
async fn what_an_invoice_lacks_is_told() {
    let bench = bench().await;
    let contact = goods::contact(&bench, "a@example.com").await;
    goods::prices(&bench).await;
    let order = goods::order(&bench, contact, SHIRT, ONCE, 1).await;
    let list = format!("/orders/{}/invoices", order["id"]);
    let line = json!({ "variant_id": SHIRT.0, "products_price_id": ONCE, "quantity": 1, "amount": "1.00" });
    let invoice = json!({ "external_id": "x", "status": "unpaid", "line_items_attributes": [line] });
    let with = |name: &str, value: Value| {
        let mut invoice = invoice.clone();
        invoice[name] = value;
        json!({ "orders_invoice": invoice })
    };
    for (sent, why) in [
        (with("external_id", Value::Null), "External can't be blank"),
        (with("status", Value::Null), "Status can't be blank"),
        (with("status", json!("partially-paid")), "Status is not included in the list"),
        (with("status", json!("paid")), "Paid at can't be blank"),
        (with("invoice_type", json!("renewal")), "Invoice type is not one of this order type"),
        (with("shipping_amount", json!("-1")), "Shipping amount must be greater than or equal to 0"),
        (with("shipping_amount", json!("free")), "Shipping amount is not a number"),
        (with("due_at", json!("tomorrow")), "Due at is not a valid time"),
    ] {
        let told = bench.refused("POST", &list, sent).await;
        assert_eq!(told, (422, format!("Request unprocessable: {why}")));
    }
    let missing = "Bad request: param is missing or the value is empty: orders_invoice".to_owned();
    assert_eq!(bench.refused("POST", &list, json!({})).await, (400, missing));
    let told = bench.refused("POST", "/orders/4711/invoices", json!({ "orders_invoice": invoice })).await;
    assert_eq!(told, (404, "Not found: Record 4711 missing".to_owned()));
    assert_eq!(bench.get(&list).await, json!([]));
}

#[tokio::test]
async fn invoices_of_all_orders_are_found() {
    let bench = bench().await;
    let contact = goods::contact(&bench, "a@example.com").await;
    goods::prices(&bench).await;
    let one = goods::order(&bench, contact, SHIRT, ONCE, 1).await;
    let other = goods::order(&bench, contact, SHIRT, ONCE, 1).await;
    let paid = goods::invoice(&bench, &one, 1, Claim::Paid).await;
    let unpaid = goods::invoice(&bench, &other, 1, Claim::Unpaid).await;
    assert_eq!(unpaid["invoice_number"], "1002-1");
    for (filter, found) in [
        ("", vec![&paid, &unpaid]),
        ("?sort_property=updated_at&sort_order=desc", vec![&unpaid, &paid]),
        ("?filter[status]=paid", vec![&paid]),
        ("?filter[status]=unpaid,past-due", vec![&unpaid]),
        ("?filter[status]=draft", vec![]),
        ("?filter[invoice_number]=1002-1", vec![&unpaid]),
        (&*format!("?filter[external_id]=inv-{}", one["id"]), vec![&paid]),
        (&*format!("?filter[id]={}", unpaid["id"]), vec![&unpaid]),
        ("?filter[invoice_type]=renewal", vec![]),
        (&*format!("?after={}", paid["id"]), vec![&unpaid]),
        (&*format!("?sort_property=updated_at&after={}", paid["id"]), vec![&unpaid]),
    ] {
        let list = bench.get(&format!("{ALL}{filter}")).await;
        let ids: Vec<&Value> = list.as_array().unwrap().iter().map(|invoice| &invoice["id"]).collect();
        assert_eq!(ids, found.iter().map(|invoice| &invoice["id"]).collect::<Vec<_>>(), "{filter}");
    }
    let sent = json!({ "orders_invoice": { "status": "voided" } });
    bench.change(&format!("/orders/invoices/{}", unpaid["id"]), sent).await;
    assert_eq!(bench.get(&format!("{ALL}?filter[status]=unpaid")).await, json!([]));
    assert_eq!(bench.get(&format!("{ALL}?filter[status]=voided")).await[0]["id"], unpaid["id"]);
    assert_eq!(bench.refused("GET", &format!("/orders/invoices/{}", one["id"]), Value::Null).await.0, 404);
    let told =
        bench.refused("POST", &format!("/orders/invoices/{}/abandon", unpaid["id"]), Value::Null).await;
    assert_eq!(told, (404, "Not found".to_owned()), "nobody but its books gives it up");
}
