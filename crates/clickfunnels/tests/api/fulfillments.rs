//! Fulfillments of lines of invoices, and the locations that they leave.

use domain::billing::bill::Claim;
use serde_json::{Value, json};
use testkit::world::{HERE, SHIRT, THERE};

use crate::bench::{Bench, bench};
use crate::goods::{self, ONCE};

const LIST: &str = "/workspaces/1/fulfillments";
const LOCATIONS: &str = "/workspaces/1/fulfillments/locations";

/// A paid order of so many shirts: whose it is, its invoice, and the line of that.
async fn paid(bench: &Bench, contact: i64, shirts: i64) -> (Value, Value) {
    let order = goods::order(bench, contact, SHIRT, ONCE, shirts).await;
    let invoice = goods::invoice(bench, &order, shirts, Claim::Paid).await;
    let line = invoice["line_items"][0]["id"].clone();
    (invoice["id"].clone(), line)
}

async fn statuses(bench: &Bench, invoice: &Value) -> (String, String) {
    let invoice = bench.get(&format!("/orders/invoices/{invoice}")).await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&invoice["fulfillment_status"]), text(&invoice["line_items"][0]["fulfillment_status"]))
}

fn both(invoice: &str, line: &str) -> (String, String) {
    (invoice.to_owned(), line.to_owned())
}

#[tokio::test]
async fn units_leave_are_called_back_and_leave_again() {
    let bench = bench().await;
    goods::prices(&bench).await;
    let contact = goods::contact(&bench, "a@example.com").await;
    let (invoice, line) = paid(&bench, contact, 3).await;
    assert_eq!(statuses(&bench, &invoice).await, both("unfulfilled", "unfulfilled"));
    let sent = json!({ "fulfillment": {
        "contact_id": contact, "tracking_url": "https://usps.com/track/1234567890", "shipping_provider": "USPS",
        "tracking_code": "1234567890", "location_id": HERE.0, "ignore_out_of_stock": true, "notify_customer": true,
        "included_orders_invoices_line_items_attributes": [{ "invoices_line_item_id": line, "quantity": 1 }],
    } });
    let first = bench.create(LIST, sent).await;
    assert_eq!((&first["status"], &first["fulfillment_number"]), (&json!("fulfilled"), &json!(1)));
    assert_eq!((&first["tracking_code"], &first["location_id"]), (&json!("1234567890"), &json!(HERE.0)));
    assert_eq!(first["included_invoices_line_items"][0]["invoices_line_item_id"], line);
    assert_eq!(statuses(&bench, &invoice).await, both("partial", "partially_fulfilled"));
    let rest = goods::fulfill(&bench, contact, &[(&line, 2)]).await;
    assert_eq!((&rest["fulfillment_number"], &rest["tracking_code"]), (&json!(2), &Value::Null));
    assert_eq!(statuses(&bench, &invoice).await, both("complete", "complete"));
    let told = bench.refused("POST", LIST, goods::leaving(contact, &[(&line, 1)])).await;
    assert_eq!(
        told,
        (422, "Request unprocessable: Quantity is 1, and only 0 are left to fulfill".to_owned())
    );
    let member = format!("/fulfillments/{}", first["id"]);
    // Clients send anything where nothing is asked for.
    assert_eq!(bench.act(&format!("{member}/cancel"), json!([])).await["status"], "cancelled");
    assert_eq!(bench.refused("POST", &format!("{member}/cancel"), Value::Null).await.0, 409);
    assert_eq!(statuses(&bench, &invoice).await, both("partial", "partially_fulfilled"));
    let again = goods::fulfill(&bench, contact, &[(&line, 1)]).await;
    assert_eq!(statuses(&bench, &invoice).await, both("complete", "complete"));
    bench.remove(&format!("/fulfillments/{}", again["id"])).await;
    assert_eq!(bench.refused("GET", &format!("/fulfillments/{}", again["id"]), Value::Null).await.0, 404);
    assert_eq!(statuses(&bench, &invoice).await, both("partial", "partially_fulfilled"));
    let last = goods::fulfill(&bench, contact, &[(&line, 1)]).await;
    assert!(last["fulfillment_number"].as_i64() > again["fulfillment_number"].as_i64());
    bench.remove(&member).await;
    assert_eq!(bench.get(LIST).await, json!([rest, last]));
    let after = format!("{LIST}?sort_property=updated_at&after={}", rest["id"]);
    assert_eq!(bench.get(&after).await, json!([last]));
    assert!(bench.engine.store().audit(bench.shop.id, |_| {}).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_line_is_told_once_wherever_its_units_waited() {
    let bench = bench().await;
    goods::prices(&bench).await;
    let contact = goods::contact(&bench, "a@example.com").await;
    let (_, line) = paid(&bench, contact, 3).await;
    let first = goods::fulfill(&bench, contact, &[(&line, 1)]).await;
    // What is called off is asked for anew, beside what was never sent.
    bench.act(&format!("/fulfillments/{}/cancel", first["id"]), Value::Null).await;
    let all = goods::fulfill(&bench, contact, &[(&line, 3)]).await;
    let told = all["included_invoices_line_items"].as_array().unwrap();
    assert_eq!((told.len(), &told[0]["invoices_line_item_id"], &told[0]["quantity"]), (1, &line, &json!(3)));
}

#[tokio::test]
async fn of_several_who_call_it_off_at_once_one_does() {
    let bench = bench().await;
    goods::prices(&bench).await;
    let contact = goods::contact(&bench, "a@example.com").await;
    let (_, line) = paid(&bench, contact, 2).await;
    let sent = goods::fulfill(&bench, contact, &[(&line, 2)]).await;
    let cancel = format!("/fulfillments/{}/cancel", sent["id"]);
    let ask = || bench.send("POST", &cancel, Value::Null);
    let told = tokio::join!(ask(), ask(), ask(), ask());
    let mut statuses = [told.0.status, told.1.status, told.2.status, told.3.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409, 409, 409]);
}

#[tokio::test]
async fn one_fulfillment_holds_items_of_several_orders_of_a_contact() {
    let bench = bench().await;
    goods::prices(&bench).await;
    let (ada, bob) =
        (goods::contact(&bench, "ada@example.com").await, goods::contact(&bench, "bob@example.com").await);
    let ((one, first), (other, second)) = (paid(&bench, ada, 1).await, paid(&bench, ada, 2).await);
    let (_, foreign) = paid(&bench, bob, 1).await;
    let told = bench.refused("POST", LIST, goods::leaving(ada, &[(&first, 1), (&foreign, 1)])).await;
    assert_eq!(told.0, 422);
    assert_eq!(statuses(&bench, &one).await, both("unfulfilled", "unfulfilled"), "all or nothing");
    let parcel = goods::fulfill(&bench, ada, &[(&first, 1), (&second, 1)]).await;
    assert_eq!(parcel["contact_id"], ada);
    assert_eq!(statuses(&bench, &one).await, both("complete", "complete"));
    assert_eq!(statuses(&bench, &other).await, both("partial", "partially_fulfilled"));
}

#[tokio::test]
async fn what_cant_leave_is_told() {
    let bench = bench().await;
    goods::prices(&bench).await;
    let contact = goods::contact(&bench, "a@example.com").await;
    let (_, line) = paid(&bench, contact, 12).await;
    let with = |name: &str, value: Value| {
        let mut sent = goods::leaving(contact, &[(&line, 1)]);
        sent["fulfillment"][name] = value;
        sent
    };
    let lines = "included_orders_invoices_line_items_attributes";
    for (sent, why) in [
        (with("contact_id", Value::Null), "Contact can't be blank"),
        (with("location_id", Value::Null), "Location can't be blank"),
        (with("location_id", json!(4711)), "Location must exist"),
        (with(lines, json!([])), "Included orders invoices line items can't be blank"),
        (
            with(lines, json!([{ "invoices_line_item_id": 4711, "quantity": 1 }])),
            "Invoices line item must exist",
        ),
        (
            with(lines, json!([{ "invoices_line_item_id": line, "quantity": 0 }])),
            "Quantity must be greater than 0",
        ),
        (with(lines, json!([{ "invoices_line_item_id": line }])), "Quantity can't be blank"),
        (
            with(lines, json!([{ "invoices_line_item_id": line, "quantity": 11 }])),
            "Variant 100 is out of stock at that location",
        ),
    ] {
        let told = bench.refused("POST", LIST, sent).await;
        assert_eq!(told, (422, format!("Request unprocessable: {why}")));
    }
    bench
        .change(
            &format!("/fulfillments/locations/{THERE}"),
            json!({ "fulfillments_location": { "name": "There" } }),
        )
        .await;
    let mut anyway = with(lines, json!([{ "invoices_line_item_id": line, "quantity": 11 }]));
    anyway["fulfillment"]["ignore_out_of_stock"] = json!(true);
    bench.create(LIST, anyway).await;
}

#[tokio::test]
async fn tracking_changes_and_nothing_else() {
    let bench = bench().await;
    goods::prices(&bench).await;
    let contact = goods::contact(&bench, "a@example.com").await;
    let (_, line) = paid(&bench, contact, 1).await;
    let parcel = goods::fulfill(&bench, contact, &[(&line, 1)]).await;
    let member = format!("/fulfillments/{}", parcel["id"]);
    let sent = json!({ "fulfillment": { "tracking_url": "https://usps.com/track/1234567890",
        "shipping_provider": "USPS", "tracking_code": "1234567890", "notify_customer": true } });
    bench.change(&member, sent).await;
    let changed = bench
        .change(
            &member,
            json!({ "fulfillment": { "tracking_code": "2", "location_id": THERE.0, "status": "cancelled" } }),
        )
        .await;
    assert_eq!((&changed["tracking_code"], &changed["shipping_provider"]), (&json!("2"), &json!("USPS")));
    assert_eq!((&changed["location_id"], &changed["status"]), (&json!(HERE.0), &json!("fulfilled")));
    let emptied =
        json!({ "fulfillment": { "tracking_code": null, "shipping_provider": "", "tracking_url": null } });
    assert_eq!(bench.change(&member, emptied).await["shipping_provider"], Value::Null);
}

#[tokio::test]
async fn locations_are_made_changed_archived_and_go() {
    let bench = bench().await;
    let sent = json!({ "fulfillments_location": { "name": "Example Location", "address_name": "Example Address",
        "email_address": "myemail@example.com", "phone_number": "(123)-555-4567", "archived": false,
        "address": { "address_one": "3443 W. Bavaria St.", "city": "Eagle", "region": "Idaho", "country": "US" } } });
    let made = bench.create(LOCATIONS, sent.clone()).await;
    for name in ["name", "address_name", "email_address", "phone_number", "archived"] {
        assert_eq!(made[name], sent["fulfillments_location"][name], "{name}");
    }
    assert_eq!((&made["address"]["region"], &made["address"]["country"]), (&json!("Idaho"), &json!("US")));
    let member = format!("/fulfillments/locations/{}", made["id"]);
    assert_eq!(bench.get(&member).await, made);
    let changed = bench
        .change(
            &member,
            json!({ "fulfillments_location": { "address": { "city": "Boise" }, "archived": true } }),
        )
        .await;
    assert_eq!((&changed["address"]["city"], &changed["archived"]), (&json!("Boise"), &json!(true)));
    assert_eq!(changed["email_address"], "myemail@example.com");
    let back = bench.change(&member, json!({ "fulfillments_location": { "archived": false } })).await;
    assert_eq!(back["archived"], false);
    bench.remove(&member).await;
    assert_eq!(bench.refused("GET", &member, Value::Null).await.0, 404);
    assert_eq!(bench.get(LOCATIONS).await.as_array().unwrap().len(), 3);
    let here = format!("/fulfillments/locations/{HERE}");
    let told = bench.refused("DELETE", &here, Value::Null).await;
    assert_eq!(told, (422, "Request unprocessable: There is stock at the location".to_owned()));
    for (name, why) in [
        ("name", "Name can't be blank"),
        ("address_name", "Address name can't be blank"),
        ("email_address", "Email address can't be blank"),
    ] {
        let mut lacking = sent.clone();
        lacking["fulfillments_location"][name] = Value::Null;
        let told = bench.refused("POST", LOCATIONS, lacking).await;
        assert_eq!(told, (422, format!("Request unprocessable: {why}")));
    }
    let mut taken = sent.clone();
    taken["fulfillments_location"]["name"] = json!("location 10");
    let told = bench.refused("POST", LOCATIONS, taken).await;
    assert_eq!(told, (422, "Request unprocessable: Name has already been taken".to_owned()));
}

#[tokio::test]
async fn an_archived_location_sends_nothing() {
    let bench = bench().await;
    goods::prices(&bench).await;
    let contact = goods::contact(&bench, "a@example.com").await;
    let (_, line) = paid(&bench, contact, 1).await;
    let sent = json!({ "fulfillments_location": { "name": "Closed", "address_name": "Nowhere", "email_address": "a@b.c", "archived": true } });
    let closed = bench.create(LOCATIONS, sent).await;
    let mut sent = goods::leaving(contact, &[(&line, 1)]);
    sent["fulfillment"]["location_id"] = closed["id"].clone();
    let told = bench.refused("POST", LIST, sent).await;
    assert_eq!(told, (422, "Request unprocessable: The location is archived".to_owned()));
}
