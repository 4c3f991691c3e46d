//! Which facts are told under which names.

use domain::access::Target;
use domain::id::{EventId, OrderLineId};
use serde_json::json;

use super::*;

const INVOICE: InvoiceId = InvoiceId(50);

fn order(billing: serde_json::Value) -> Order {
    let bill = json!({
        "number": "1001-2", "kind": "renewal", "created_at": 0, "updated_at": 0,
    });
    serde_json::from_value(json!({
        "id": 1000, "number": 1001, "name": "#1001", "placed": { "currency": "USD", "processed_at": 0 },
        "lines": [], "fulfillment_orders": [], "routing": {}, "billing": billing,
        "invoices": [{ "id": INVOICE, "issued_at": 0, "lines": [], "bill": if billing.is_null() { billing } else { bill } }],
        "created_at": 0, "updated_at": 0,
    }))
    .unwrap()
}

fn billed(kind: &str) -> Order {
    let gateway = json!({ "gateway": { "name": "test" } });
    order(json!({ "processor": gateway, "kind": kind, "plan": [], "service": "active" }))
}

fn told_of(facts: Vec<Fact>, order: &Order) -> Vec<&'static str> {
    let event = Event { id: EventId(1), at: Time(0), order: Some(order.id), app: None, facts };
    told(&event, Some(order)).into_iter().map(|(event_type, _)| event_type).collect()
}

fn invoice(news: InvoiceNews) -> Fact {
    Fact::Invoice { invoice: INVOICE, news }
}

fn service(news: ServiceNews) -> Fact {
    Fact::Service { news }
}

#[test]
fn there_are_84_event_types_and_nothing_else_is_told() {
    assert_eq!(ALL.len(), 84);
    assert!(ALL.windows(2).all(|pair| pair[0] != pair[1]));
    assert_eq!(topic("orders/invoice.paid"), "orders/invoice");
    assert_eq!(topic("renewal-invoice-payment-declined"), "renewal-invoice-payment-declined");
    use InvoiceNews as I;
    use ServiceNews as S;
    let mut facts =
        vec![Fact::OrderPlaced {}, Fact::OrderUpdated {}, Fact::OrderPaid {}, Fact::OrderFulfilled {}];
    facts.push(Fact::OrderDeleted {});
    facts.extend([I::Issued, I::Updated, I::PartlyPaid, I::Paid, I::PastDue, I::Abandoned].map(invoice));
    facts.extend(
        [I::Voided, I::PartlyRefunded, I::Refunded, I::Disputed, I::Reissued, I::Fulfilled].map(invoice),
    );
    facts.extend([S::Activated, S::Paused, S::Resumed, S::Cancelled, S::Churned, S::Completed].map(service));
    facts.extend([S::Reactivated, S::Abandoned, S::Voided, S::TrialStarted, S::TrialEnded].map(service));
    facts.extend([S::TrialConverted, S::FirstPayment, S::Rescheduled].map(service));
    for news in [PaymentNews::Asked, PaymentNews::Made, PaymentNews::Declined, PaymentNews::Changed] {
        facts.push(Fact::Payment { transaction: TransactionId(1), invoice: Some(INVOICE), news });
    }
    for direction in [None, Some(PlanDirection::Up), Some(PlanDirection::Down)] {
        facts.push(Fact::PlanChanged { line: OrderLineId(1), direction });
    }
    for news in [AccessNews::Granted, AccessNews::Updated, AccessNews::Suspended, AccessNews::Revoked] {
        let target = Target { kind: TargetKind::Course, id: 1 };
        facts.push(Fact::Access { grant: AccessGrantId(1), contact: ContactId(90), target, news });
    }
    facts.push(Fact::ProductCreated { product: ProductId(1) });
    facts.push(Fact::ProductSaved { product: ProductId(1) });
    facts.push(Fact::VariantCreated { variant: VariantId(1) });
    facts.push(Fact::VariantUpdated { variant: VariantId(1) });
    for kind in RecordKind::ALL {
        let record = json!({ "id": 1, "kind": kind, "created_at": 0, "updated_at": 0 });
        let record: Box<Record> = Box::new(serde_json::from_value(record).unwrap());
        facts.push(Fact::RecordCreated { record: record.clone() });
        facts.push(Fact::RecordUpdated { record: record.clone(), before: None });
        facts.push(Fact::RecordRemoved { record });
    }
    facts.push(Fact::ContactCreated { contact: ContactId(90) });
    facts.push(Fact::ContactIdentified { contact: ContactId(90) });
    for order in [billed("one_time"), billed("subscription"), order(json!(null))] {
        for told in told_of(facts.clone(), &order) {
            assert!(ALL.contains(&told), "{told}");
        }
    }
}

#[test]
fn a_paid_purchase_is_told_in_the_order_of_the_original() {
    let paid = vec![
        invoice(InvoiceNews::Issued),
        invoice(InvoiceNews::Paid),
        service(ServiceNews::Completed),
        Fact::OrderPaid {},
        Fact::OrderUpdated {},
    ];
    let once = [
        "orders/invoice.created",
        "orders/invoice.paid",
        "one-time-order.invoice.paid",
        "order.updated",
        "order.completed",
        "one-time-order.completed",
    ];
    assert_eq!(told_of(paid, &billed("one_time")), once);
    let renewed = vec![invoice(InvoiceNews::Paid), Fact::OrderUpdated {}];
    let again = ["orders/invoice.paid", "subscription.invoice.paid", "order.updated"];
    assert_eq!(told_of(renewed, &billed("subscription")), again);
    let elsewhere = vec![Fact::OrderPlaced {}, Fact::OrderPaid {}];
    let there = [
        "order.created",
        "orders/invoice.created",
        "orders/invoice.paid",
        "one-time-order.invoice.paid",
        "order.completed",
        "one-time-order.completed",
    ];
    assert_eq!(told_of(elsewhere, &order(json!(null))), there);
}

#[test]
fn what_happens_to_a_subscription_has_its_words() {
    let (once, again) = (billed("one_time"), billed("subscription"));
    for (news, told) in [
        (ServiceNews::Cancelled, vec!["subscription.canceled"]),
        (ServiceNews::Completed, vec!["order.completed", "subscription.completed"]),
        (ServiceNews::Paused, vec!["subscription.modified"]),
        (ServiceNews::Voided, vec![]),
    ] {
        assert_eq!(told_of(vec![service(news)], &again), told);
        assert_eq!(told_of(vec![service(news)], &once).is_empty(), news != ServiceNews::Completed);
    }
    let changed = Fact::PlanChanged { line: OrderLineId(1), direction: Some(PlanDirection::Down) };
    assert_eq!(
        told_of(vec![changed], &again),
        ["subscription.line_items.changed", "subscription.downgraded"]
    );
    let declined =
        Fact::Payment { transaction: TransactionId(1), invoice: Some(INVOICE), news: PaymentNews::Declined };
    let told = ["orders/transaction.updated", "renewal-invoice-payment-declined"];
    assert_eq!(told_of(vec![declined], &again), told);
    assert_eq!(
        told_of(vec![invoice(InvoiceNews::Refunded)], &once),
        ["orders/invoice.refunded", "one_time_order.refunded"]
    );
    assert_eq!(told_of(vec![invoice(InvoiceNews::Refunded)], &again), ["orders/invoice.refunded"]);
}

#[test]
fn what_is_published_is_told_when_it_is() {
    let lesson = |published: Option<&str>| -> Box<Record> {
        let body = json!({ "published_at": published });
        let record =
            json!({ "id": 1, "kind": "course_lesson", "body": body, "created_at": 0, "updated_at": 0 });
        Box::new(serde_json::from_value(record).unwrap())
    };
    let (hidden, shown) = (lesson(None), lesson(Some("2026-01-01T00:00:00.000Z")));
    let changed = |before: &Record, record: &Record| Fact::RecordUpdated {
        record: Box::new(record.clone()),
        before: Some(Box::new(before.clone())),
    };
    let none = order(json!(null));
    for (fact, told) in [
        (Fact::RecordCreated { record: hidden.clone() }, vec!["courses/lesson.created"]),
        (
            Fact::RecordCreated { record: shown.clone() },
            vec!["courses/lesson.created", "courses/lesson.published"],
        ),
        (changed(&hidden, &shown), vec!["courses/lesson.updated", "courses/lesson.published"]),
        (changed(&shown, &shown), vec!["courses/lesson.updated"]),
        (changed(&shown, &hidden), vec!["courses/lesson.updated"]),
        (Fact::RecordRemoved { record: shown.clone() }, vec!["courses/lesson.deleted"]),
    ] {
        assert_eq!(told_of(vec![fact], &none), told);
    }
}

#[test]
fn what_an_edit_adds_to_an_order_of_another_api_is_a_further_invoice() {
    let edited = Fact::OrderEdited { lines: Vec::new(), note: None, notify_buyer: false };
    let mut order = order(json!(null));
    assert_eq!(told_of(vec![edited.clone()], &order), ["orders/invoice.created"]);
    order.invoices[0].issued_at = Time(-1);
    assert_eq!(told_of(vec![edited], &order), [""; 0]);
}
