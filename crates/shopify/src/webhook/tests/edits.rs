//! What edits tell, and what orders tell that were called off.

use domain::command::Restock;
use domain::event::Fact;
use domain::fulfillment::Fulfillment;
use domain::id::{LocationId, OrderId, OrderLineId, RefundId, RefundLineId, TransactionId};
use domain::order::Order;
use domain::payment::{Transaction, TransactionKind, TransactionStatus};
use domain::refund::{Refund, RefundLine};
use serde_json::json;

use super::{AT, fulfillment, order, shop, told};
use crate::rest::{self, Around};

#[test]
fn an_edit_tells_what_it_changed() {
    let edited = |note: Option<&str>| Fact::OrderEdited {
        lines: vec![(OrderLineId(40), 2), (OrderLineId(41), -1)],
        note: note.map(str::to_owned),
        notify_buyer: true,
    };
    let payload = told(edited(Some("as asked")), "ORDERS_EDITED");
    let none = json!({ "additions": [], "removals": [] });
    assert_eq!(
        payload,
        json!({ "order_edit": {
            "id": 400, "app_id": 1, "created_at": "2025-07-10T12:15:47-04:00",
            "committed_at": "2025-07-10T12:15:47-04:00", "notify_customer": true, "order_id": 1000,
            "staff_note": "as asked", "user_id": null,
            "line_items": { "additions": [{ "id": 40, "delta": 2 }], "removals": [{ "id": 41, "delta": 1 }] },
            "discounts": { "line_item": none }, "shipping_lines": none,
        } })
    );
    assert_eq!(told(edited(None), "ORDERS_EDITED")["order_edit"]["staff_note"], "");
}

#[test]
fn an_order_has_all_of_its_fulfillments_and_nobody_elses() {
    let mut other = Fulfillment { id: domain::id::FulfillmentId(21), ..fulfillment() };
    let mut foreign = Fulfillment { id: domain::id::FulfillmentId(22), ..fulfillment() };
    foreign.shares.iter_mut().for_each(|share| share.order = OrderId(7));
    other.cancelled_at = Some(AT);
    let around = Around { shop: &shop(), services: &[] };
    let all = [fulfillment(), other, foreign];
    let told = rest::order::order(&around, &order(), &all);
    let ids: Vec<_> = told["fulfillments"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect();
    assert_eq!(ids, [json!(20), json!(21)]);
}

/// The order with a refund of one of its shirts, for which so much went back.
fn refunded(back: i64) -> Order {
    let mut order = order();
    let moved =
        |id, kind, amount| Transaction::new(TransactionId(id), kind, TransactionStatus::Success, amount, AT);
    let back = Transaction { parent: Some(TransactionId(1)), ..moved(2, TransactionKind::Refund, back) };
    order.placed.transactions = vec![moved(1, TransactionKind::Sale, 2_863), back];
    order.refunds = vec![Refund {
        id: RefundId(5),
        at: AT,
        note: None,
        lines: vec![RefundLine {
            id: RefundLineId(6),
            order_line: OrderLineId(40),
            quantity: 1,
            restock: Restock::Yes,
            location: Some(LocationId(10)),
        }],
        transactions: vec![TransactionId(2)],
        credit_expires_at: None,
        custom_fields: Vec::new(),
    }];
    order
}

#[test]
fn a_refund_tells_units_and_money() {
    let order = refunded(1_250);
    let around = Around { shop: &shop(), services: &[] };
    let told = rest::order::order(&around, &order, &[]);
    let refund = &told["refunds"][0];
    assert_eq!((&refund["id"], &refund["order_id"]), (&json!(5), &json!(1000)));
    let line = &refund["refund_line_items"][0];
    for (member, value) in [
        ("line_item_id", json!(40)),
        ("location_id", json!(10)),
        ("quantity", json!(1)),
        ("restock_type", json!("cancel")),
        ("subtotal", json!(12.5)),
        ("total_tax", json!(0.57)),
    ] {
        assert_eq!(line[member], value, "{member}");
    }
    let [transaction] = &refund["transactions"].as_array().unwrap()[..] else { panic!("{refund}") };
    assert_eq!((&transaction["amount"], &transaction["parent_id"]), (&json!("12.50"), &json!(1)));
    assert_eq!(transaction["kind"], "refund");
    assert_eq!(told["financial_status"], "partially_refunded");
}

#[test]
fn what_sets_the_money_apart_from_the_units_is_told() {
    let around = Around { shop: &shop(), services: &[] };
    // A shirt is 12.50 and 0.57 of tax; shipping was 5.00.
    for (back, adjustments) in [
        (1_307, vec![]),
        (1_250, vec![("refund_discrepancy", "0.57")]),
        (1_807, vec![("shipping_refund", "-5.00")]),
        (1_507, vec![("shipping_refund", "-2.00")]),
        (2_000, vec![("shipping_refund", "-5.00"), ("refund_discrepancy", "-1.93")]),
    ] {
        let order = refunded(back);
        let told = rest::refund::refund(&around, &order, &order.refunds[0]);
        let told = told["order_adjustments"].as_array().unwrap();
        let told: Vec<_> =
            told.iter().map(|one| (one["kind"].as_str().unwrap(), one["amount"].as_str().unwrap())).collect();
        assert_eq!(told, adjustments, "{back}");
    }
    let refund = told(Fact::RefundCreated { refund: RefundId(5) }, "REFUNDS_CREATE");
    let adjustment = &refund["order_adjustments"][0];
    assert_eq!(
        (&refund["id"], &refund["restock"], &adjustment["refund_id"], &adjustment["reason"]),
        (&json!(5), &json!(true), &json!(5), &json!("Refund discrepancy")),
    );
    assert_eq!((&adjustment["amount"], &adjustment["tax_amount"]), (&json!("13.07"), &json!("0.00")));
    assert_eq!(refund["transactions"], json!([]), "nothing went back for it yet");
}
