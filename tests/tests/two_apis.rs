//! One order, two APIs: what comes in by the one is seen, and done, by the other, unit for unit.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

use axum::body::{Body, to_bytes};
use axum::http::Request;
use consign::dialects;
use domain::actor::{Actor, Permissions};
use domain::command::Command;
use domain::command::billing::BillingCommand;
use domain::id::{PriceId, ProductId};
use domain::money::Currency;
use domain::price::{Price, Recurrence, Terms};
use domain::time::Time;
use engine::keys::KeyWanted;
use scenarios::served::Served;
use serde_json::{Value, json};
use testkit::world::{self, HERE, SHIRT};
use tower::ServiceExt;

const VERSION: &str = "2026-07";
const BILLING: &str = "cf_desk";
const SEEN: &str = "query($id: ID!) { order(id: $id) { name displayFinancialStatus displayFulfillmentStatus
    lineItems(first: 5) { nodes { quantity unfulfilledQuantity } }
    fulfillmentOrders(first: 5) { nodes { id status lineItems(first: 5) { nodes { totalQuantity remainingQuantity } } } }
    fulfillments { status totalQuantity trackingInfo { number } } } }";

/// A server that speaks both, with ten shirts.
struct Shop {
    served: Served,
    router: axum::Router,
}

impl Shop {
    async fn open() -> Shop {
        let served = Served::empty(world::shop(), &[]).await;
        let terms =
            Terms { amount: 2_500, currency: Currency::USD, setup: 0, recurrence: Recurrence::OneTime };
        let price = Price {
            id: PriceId(501),
            variant: SHIRT,
            name: None,
            terms,
            archived: false,
            details: Value::Null,
            created_at: Time(0),
            updated_at: Time(0),
        };
        for command in [
            Command::SaveLocation(world::location(HERE, 1)),
            Command::SaveProduct(world::product(ProductId(90)), vec![world::variant(SHIRT)]),
            Command::correct_stock(vec![(SHIRT, HERE, 10)]),
            Command::Billing(BillingCommand::SavePrice(Box::new(price))),
        ] {
            served.engine.execute(&served.shop, &Actor::System, &command).await.unwrap().unwrap();
        }
        let wanted = KeyWanted {
            app: None,
            app_name: "Desk",
            dialect: "clickfunnels",
            label: "",
            permissions: Permissions::all(),
            token_prefix: "",
            secret_prefix: "",
            token: Some(BILLING),
            secret: None,
        };
        served.engine.make_key(&served.shop, wanted).await.unwrap();
        let router = dialects::routes(&served.engine, &served.url, None);
        Shop { served, router }
    }

    /// By the API that bills.
    async fn rest(&self, method: &str, path: &str, body: Value) -> Value {
        let request = Request::builder()
            .method(method)
            .uri(format!("/api/v2{path}"))
            .header("Authorization", format!("Bearer {BILLING}"))
            .header("Content-Type", "application/json")
            .body(Body::from(body.to_string()))
            .unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        assert!(status.is_success(), "{method} {path}: {status} {}", String::from_utf8_lossy(&bytes));
        serde_json::from_slice(&bytes).unwrap()
    }

    /// By the other one.
    async fn ask(&self, document: &str, variables: Value) -> Value {
        let (status, answer) = self.served.ask(VERSION, document, &variables).await;
        assert!(status == 200 && answer.get("errors").is_none(), "{answer}");
        answer["data"].clone()
    }

    async fn seen(&self, order: &Value) -> Value {
        self.ask(SEEN, json!({ "id": format!("gid://shopify/Order/{order}") })).await["order"].clone()
    }
}

#[tokio::test]
async fn units_sold_by_one_api_leave_by_the_other() {
    let shop = Shop::open().await;
    let contact = json!({ "contact": { "email_address": "ada@example.com" } });
    let contact = shop.rest("POST", "/workspaces/1/contacts", contact).await["id"].clone();
    let line = json!({ "variant_id": SHIRT.0, "products_price_id": 501, "quantity": 3 });
    let sent = json!({ "order": { "order_type": "one-time-order", "live_mode": true, "contact_id": contact,
        "shipping_address_country": "CA", "line_items_attributes": [line] } });
    let order = shop.rest("POST", "/workspaces/1/orders", sent).await;
    let (id, invoices) = (&order["id"], format!("/orders/{}/invoices", order["id"]));
    let mut billed = line.clone();
    billed["amount"] = json!("75.00");
    let sent = json!({ "orders_invoice": { "external_id": "x", "status": "unpaid", "line_items_attributes": [billed] } });
    let invoice = shop.rest("POST", &invoices, sent).await;
    let seen = shop.seen(id).await;
    assert_eq!((&seen["name"], &seen["displayFinancialStatus"]), (&order["order_number"], &json!("PENDING")));
    assert_eq!(seen["lineItems"]["nodes"][0], json!({ "quantity": 3, "unfulfilledQuantity": 3 }));
    let work = &seen["fulfillmentOrders"]["nodes"][0];
    assert_eq!(work["status"], "ON_HOLD", "it waits for its money");
    let sent = json!({ "orders_invoice": { "status": "paid", "paid_at": "2026-01-10T00:00:00Z" } });
    shop.rest("PATCH", &format!("/orders/invoices/{}", invoice["id"]), sent).await;
    let seen = shop.seen(id).await;
    assert_eq!(seen["displayFinancialStatus"], "PAID");
    let work = &seen["fulfillmentOrders"]["nodes"][0];
    assert_eq!(work["status"], "OPEN");
    assert_eq!(work["lineItems"]["nodes"][0], json!({ "totalQuantity": 3, "remainingQuantity": 3 }));

    // Two leave by the API that billed them, the last one by the other.
    let sent = json!({ "fulfillment": { "contact_id": contact, "location_id": HERE.0, "tracking_code": "Z1",
        "included_orders_invoices_line_items_attributes":
            [{ "invoices_line_item_id": invoice["line_items"][0]["id"], "quantity": 2 }] } });
    let parcel = shop.rest("POST", "/workspaces/1/fulfillments", sent).await;
    let seen = shop.seen(id).await;
    assert_eq!(seen["displayFulfillmentStatus"], "PARTIALLY_FULFILLED");
    assert_eq!(
        seen["fulfillments"][0],
        json!({ "status": "SUCCESS", "totalQuantity": 2, "trackingInfo": [{ "number": "Z1" }] })
    );
    let document = "mutation($id: ID!) { fulfillmentCreate(fulfillment: {
        lineItemsByFulfillmentOrder: [{ fulfillmentOrderId: $id }] }) { fulfillment { id } userErrors { message } } }";
    let work = &seen["fulfillmentOrders"]["nodes"][0]["id"];
    let made = shop.ask(document, json!({ "id": work })).await;
    assert_eq!(made["fulfillmentCreate"]["userErrors"], json!([]));
    let invoice = shop.rest("GET", &format!("/orders/invoices/{}", invoice["id"]), Value::Null).await;
    assert_eq!(invoice["line_items"][0]["fulfillment_status"], "complete");
    let parcels = shop.rest("GET", "/workspaces/1/fulfillments", Value::Null).await;
    let units: Vec<&Value> = parcels
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["included_invoices_line_items"][0]["quantity"])
        .collect();
    assert_eq!(units, [&json!(2), &json!(1)]);

    // What the one calls back waits for the other again.
    shop.rest("POST", &format!("/fulfillments/{}/cancel", parcel["id"]), json!([])).await;
    let seen = shop.seen(id).await;
    assert_eq!(seen["lineItems"]["nodes"][0]["unfulfilledQuantity"], 2);
    assert_eq!(seen["fulfillments"][0]["status"], "CANCELLED");
    let works = seen["fulfillmentOrders"]["nodes"].as_array().unwrap();
    let open: i64 = works
        .iter()
        .filter(|work| work["status"] != "CLOSED")
        .map(|work| work["lineItems"]["nodes"][0]["remainingQuantity"].as_i64().unwrap())
        .sum();
    assert_eq!(open, 2);
    assert!(shop.served.engine.store().audit(shop.served.shop.id, |_| {}).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_order_of_the_other_api_has_an_invoice_that_follows_its_payment() {
    let shop = Shop::open().await;
    let document = "mutation($order: OrderCreateOrderInput!) { orderCreate(order: $order) {
        order { id } userErrors { message } } }";
    let order = json!({ "email": "bob@example.com", "lineItems": [
        { "variantId": format!("gid://shopify/ProductVariant/{SHIRT}"), "quantity": 2 } ] });
    let made = shop.ask(document, json!({ "order": order })).await;
    let gid = made["orderCreate"]["order"]["id"].as_str().unwrap().to_owned();
    let id = gid.rsplit('/').next().unwrap();
    let unpaid = shop.rest("GET", &format!("/orders/{id}/invoices"), Value::Null).await;
    assert_eq!((&unpaid[0]["status"], &unpaid[0]["total_amount"]), (&json!("unpaid"), &json!("20.00")));
    let document = "mutation($id: ID!) { orderMarkAsPaid(input: { id: $id }) { userErrors { message } } }";
    shop.ask(document, json!({ "id": gid })).await;
    let paid = shop.rest("GET", "/workspaces/1/orders/invoices?filter[status]=paid", Value::Null).await;
    assert_eq!(
        (&paid[0]["id"], &paid[0]["order"]["service_status"]),
        (&unpaid[0]["id"], &json!("completed"))
    );
    let money = shop.rest("GET", &format!("/orders/{id}/transactions"), Value::Null).await;
    assert_eq!((&money[0]["amount"], &money[0]["result"]), (&json!("20.00"), &json!("approved")));
}
