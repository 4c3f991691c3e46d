//! Orders that bill themselves through a gateway.

use domain::command::Command;
use domain::command::billing::{BillingCommand, PaymentOutcome, RecordPayment};
use domain::id::{OrderId, TransactionId};
use engine::gateway::{Account, SetUp};
use serde_json::{Value, json};
use testkit::world::{SHIRT, STICKER};

use crate::bench::{Bench, bench};
use crate::goods::{self, DEARER, MONTHLY, ONCE};

/// A shop that takes money through the test gateway.
pub async fn billing() -> (Bench, i64) {
    let bench = bench().await;
    goods::prices(&bench).await;
    let gateway = SetUp { name: "test".into(), kind: "test".into(), account: Account::default() };
    bench.engine.set_up_gateway(bench.shop.id, &gateway).await.unwrap();
    let contact = goods::contact(&bench, "a@example.com").await;
    (bench, contact)
}

/// An order that bills itself, with something to charge.
pub async fn ordered(bench: &Bench, contact: i64, what: (domain::id::VariantId, i64, i64)) -> Value {
    let more = json!({ "payment_processor": "payments_ai", "billing_payment_method": { "token": "ok", "type": "card" } });
    goods::ordered(bench, contact, what, more).await
}

/// What a gateway says to the last thing that it was asked for.
pub async fn answered(bench: &Bench, order: &Value, outcome: PaymentOutcome) -> Value {
    let list = bench.get(&format!("/orders/{}/transactions?sort_order=desc", order["id"])).await;
    let last = list[0]["id"].as_i64().unwrap();
    let told = RecordPayment {
        order: OrderId(order["id"].as_i64().unwrap()),
        transaction: TransactionId(last),
        outcome,
        external_id: Some(format!("ch_{last}")),
        message: None,
    };
    bench.execute(&Command::Billing(BillingCommand::Record(told))).await;
    bench.get(&format!("/orders/transactions/{last}")).await
}

#[tokio::test]
async fn money_comes_and_goes_back() {
    let (bench, contact) = billing().await;
    let order = ordered(&bench, contact, (SHIRT, ONCE, 2)).await;
    assert_eq!(
        (&order["payment_processor"], &order["billing_status"]),
        (&json!("payments_ai"), &json!("unpaid"))
    );
    let invoices = bench.get(&format!("/orders/{}/invoices", order["id"])).await;
    assert_eq!(
        (&invoices[0]["due_amount"], &invoices[0]["eligible_for_fulfillment"]),
        (&json!("50.00"), &json!(false))
    );
    let charge = answered(&bench, &order, PaymentOutcome::Succeeded).await;
    assert_eq!((&charge["status"], &charge["result"]), (&json!("completed"), &json!("approved")));
    assert_eq!((&charge["amount"], &charge["external_type"]), (&json!("50.00"), &json!("sale")));
    let paid = bench.get(&format!("/orders/{}", order["id"])).await;
    assert_eq!((&paid["billing_status"], &paid["service_status"]), (&json!("paid"), &json!("completed")));
    assert_eq!(bench.get(&format!("/orders/invoices/{}", invoices[0]["id"])).await["due_amount"], "0.00");
    let refund = format!("/orders/transactions/{}/refund", charge["id"]);
    for sent in [json!({ "partial": true }), json!({ "amount": "1.00" })] {
        let told = bench.refused("POST", &refund, json!({ "orders_transaction": sent })).await;
        let why = "Partial refunds are not supported via this endpoint (full refund of this charge only)";
        assert_eq!(told, (422, format!("Request unprocessable: {why}")));
    }
    let asked =
        bench.send("POST", &refund, json!({ "orders_transaction": { "reason": "did not fit" } })).await;
    assert_eq!((asked.status, &asked.body["status"]), (202, &json!("completed")), "it settles later");
    assert_eq!(bench.refused("POST", &refund, Value::Null).await, (404, "Not found".to_owned()));
    let back = answered(&bench, &order, PaymentOutcome::Succeeded).await;
    assert_eq!(
        (&back["external_type"], &back["adjusted_transaction_id"]),
        (&json!("refund"), &json!(charge["id"].to_string()))
    );
    let charge = bench.get(&format!("/orders/transactions/{}", charge["id"])).await;
    assert_eq!((&charge["status"], &charge["reason"]), (&json!("refunded"), &json!("did not fit")));
    assert_eq!(bench.get(&format!("/orders/{}", order["id"])).await["billing_status"], "refunded");
    let told = bench.refused("POST", "/orders/transactions/4711/refund", Value::Null).await;
    assert_eq!(told, (404, "Not found: Record 4711 missing".to_owned()));
}

#[tokio::test]
async fn a_subscription_is_run_here_and_changed_by_its_own_ways() {
    let (bench, contact) = billing().await;
    let order = ordered(&bench, contact, (STICKER, MONTHLY, 1)).await;
    let member = format!("/orders/{}", order["id"]);
    answered(&bench, &order, PaymentOutcome::Succeeded).await;
    let active = bench.get(&member).await;
    assert_eq!(
        (&active["service_status"], &active["recurring_invoices_paid_count"]),
        (&json!("active"), &json!(1))
    );
    assert_eq!(active["paid_until"], active["next_charge_at"]);
    let sent =
        json!({ "order": { "service_status": "churned", "billing_status": "refunded", "notes": "mine" } });
    let told = bench.change(&member, sent).await;
    assert_eq!(
        (&told["service_status"], &told["billing_status"]),
        (&json!("active"), &json!("paid")),
        "let pass"
    );
    assert_eq!(told["notes"], "mine");
    for (sent, why) in [
        (json!({ "renewal_at": "2025-08-01" }), "Renewal at must be an RFC 3339 timestamp with an offset"),
        (json!({ "renewal_at": "2024-08-01T00:00:00Z" }), "Renewal at must be in the future"),
        (json!({ "renewal_at": "2028-08-01T00:00:00Z" }), "Renewal at must be within two years"),
        (
            json!({ "renewal_at": "2025-08-01T00:00:00Z", "trial_end_at": "2025-08-02T00:00:00Z" }),
            "trial_end_at and renewal_at must be equal when both are given",
        ),
        (json!({ "trial_end_at": "2025-08-02T00:00:00Z" }), "The order is not in trial"),
    ] {
        let told = bench.refused("PATCH", &member, json!({ "order": sent })).await;
        assert_eq!(told, (422, format!("Request unprocessable: {why}")));
    }
    let sent = json!({ "order": { "renewal_at": "2025-09-01T02:00:00+02:00" } });
    assert_eq!(
        bench.change(&member, sent).await["next_charge_at"],
        active["next_charge_at"],
        "as it was before"
    );
    assert_eq!(bench.get(&member).await["next_charge_at"], "2025-09-01T00:00:00.000Z");
    let invoices = bench.get(&format!("{member}/invoices")).await;
    let told = bench
        .refused(
            "PUT",
            &format!("/orders/invoices/{}", invoices[0]["id"]),
            json!({ "orders_invoice": { "status": "voided" } }),
        )
        .await;
    assert_eq!(told, (404, "No such external order".to_owned()));
    let told = bench
        .refused("POST", &format!("{member}/cancel"), json!({ "order": { "cancel_reason": "unused" } }))
        .await;
    let why = "Invalid reason 'unused'. Valid values: did-not-use, did-not-want, missing-features, too-expensive, bugs-or-problems, other";
    assert_eq!(told, (422, format!("Request unprocessable: {why}")));
    let sent = json!({ "order": { "cancel_reason": "too-expensive", "cancel_description": "Switching", "effective_date": "next_renewal",
        "cancelation_proration": false, "canceled_by": "API", "voidable_invoices": [] } });
    let cancelled = bench.act(&format!("{member}/cancel"), sent).await;
    assert_eq!(
        (&cancelled["service_status"], &cancelled["cancel_reason"]),
        (&json!("canceled"), &json!("too-expensive"))
    );
    assert_eq!(
        (&cancelled["churned_at"], &cancelled["canceled_by"]),
        (&cancelled["paid_until"], &json!("API"))
    );
    let told = bench.refused("POST", &format!("{member}/cancel"), Value::Null).await;
    assert_eq!(told, (422, "Request unprocessable: The order is canceled".to_owned()));
}

#[tokio::test]
async fn a_line_is_changed_as_it_was_shown() {
    let (bench, contact) = billing().await;
    let order = ordered(&bench, contact, (STICKER, MONTHLY, 1)).await;
    answered(&bench, &order, PaymentOutcome::Succeeded).await;
    let line = format!("/orders/line_items/{}/changes", order["line_items"][0]["id"]);
    let change = |price: Value| json!({ "orders_line_items_change": { "products_price_id": price } });
    for (sent, why) in [
        (change(json!(4711)), "Invalid products_price_id"),
        (change(json!("???")), "Invalid products_price_id"),
        (change(json!(MONTHLY)), "same_target"),
        (change(json!(goods::ONCE_STICKER)), "target_not_allowed"),
        (
            json!({ "orders_line_items_change": { "products_price_id": DEARER, "effective_time": "someday" } }),
            "invalid_effective_time",
        ),
    ] {
        let told = bench.refused("POST", &line, sent).await;
        assert_eq!(told, (422, format!("Request unprocessable: {why}")));
    }
    let shown = bench.act(&line, change(json!(DEARER))).await["orders_line_items_change"].clone();
    assert_eq!(
        (&shown["preview"], &shown["new_line_item"]["products_price"]["id"]),
        (&json!(true), &json!(DEARER))
    );
    assert_eq!(shown["new_line_item"]["id"], shown["previous_line_item"]["id"]);
    assert_eq!(
        bench.get(&format!("/orders/{}", order["id"])).await["line_items"][0]["products_price"]["id"],
        MONTHLY
    );
    let done = bench.act(&format!("{line}/perform"), change(json!(DEARER))).await["orders_line_items_change"]
        .clone();
    assert_eq!(done["preview"], false);
    for name in ["upcoming_invoice", "previous_line_item", "new_line_item"] {
        assert_eq!(done[name], shown[name], "{name}");
    }
    assert_eq!(
        done["upcoming_invoice"]["total_amount"], "30.00",
        "of what is shipped no part is reckoned up"
    );
    let invoices = bench.get(&format!("/orders/{}/invoices", order["id"])).await;
    assert_eq!(invoices.as_array().unwrap().len(), 1);
    assert_eq!(
        bench.get(&format!("/orders/{}", order["id"])).await["line_items"][0]["products_price"]["id"],
        DEARER
    );
    let down =
        bench.act(&format!("{line}/perform"), change(json!(MONTHLY))).await["orders_line_items_change"]
            .clone();
    assert_eq!(down["upcoming_invoice"]["subtotal_amount"], "10.00", "from the next period on");
    assert_eq!(
        bench.get(&format!("/orders/{}", order["id"])).await["line_items"][0]["products_price"]["id"],
        DEARER
    );
    let external = goods::order(&bench, contact, STICKER, MONTHLY, 1).await;
    let line = format!("/orders/line_items/{}/changes", external["line_items"][0]["id"]);
    assert_eq!(
        bench.refused("POST", &line, change(json!(DEARER))).await.1,
        "Request unprocessable: not_eligible"
    );
    assert_eq!(bench.refused("POST", "/orders/line_items/4711/changes", change(json!(DEARER))).await.0, 404);
}

#[tokio::test]
async fn an_invoice_is_given_up_once() {
    let (bench, contact) = billing().await;
    let order = ordered(&bench, contact, (STICKER, MONTHLY, 1)).await;
    let invoices = bench.get(&format!("/orders/{}/invoices", order["id"])).await;
    let abandon = format!("/orders/invoices/{}/abandon", invoices[0]["id"]);
    let told = bench.refused("POST", &abandon, Value::Null).await;
    assert_eq!(
        told,
        (422, "Request unprocessable: Invoice abandon status: a payment is under way".to_owned())
    );
    let declined = answered(&bench, &order, PaymentOutcome::Declined).await;
    assert_eq!(declined["result"], "declined");
    assert_eq!(bench.act(&abandon, Value::Null).await["status"], "abandoned");
    assert_eq!(bench.refused("POST", &abandon, Value::Null).await, (404, "Not found".to_owned()));
    assert_eq!(
        bench.refused("POST", "/orders/invoices/4711/abandon", Value::Null).await.1,
        "Not found: Record 4711 missing"
    );
}
