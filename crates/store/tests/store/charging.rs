//! Money that is set aside first: its sums are kept beside the order, and no more can be written than was set aside.

use domain::command::Command;
use domain::command::billing::{BillingCommand, PaymentOutcome, RecordPayment};
use domain::decide::Outcome;
use domain::id::OrderId;
use domain::payment::TransactionStatus;
use store::db::Statement;
use store::{Descending, InvoiceSort, Page, Parcels};
use testkit::charging::{finishing, ordering};
use testkit::world::SHIRT;

use crate::bench::{Bench, furnished};

testkit::on_both! { furnished:
    sums_are_kept_and_guarded
    what_only_remembers_what_was_given_up_is_no_parcel
}

/// Three shirts at 10.00, whose money is set aside.
async fn authorized(bench: &Bench) -> OrderId {
    let Outcome::Order(id) = bench.run(&ordering(&[(SHIRT, 3)], "any")).await.outcome else { panic!() };
    answered(bench, id).await;
    id
}

/// The gateway makes every movement that it was asked for.
async fn answered(bench: &Bench, order: OrderId) {
    let asked = bench.order(order).await.placed.transactions;
    for transaction in asked.iter().filter(|own| own.status == TransactionStatus::Asked) {
        let (transaction, outcome) = (transaction.id, PaymentOutcome::Succeeded);
        let record = RecordPayment { order, transaction, outcome, external_id: None, message: None };
        bench.run(&Command::Billing(BillingCommand::Record(record))).await;
    }
}

async fn sums_are_kept_and_guarded(bench: Bench) {
    let id = authorized(&bench).await;
    let line = bench.order(id).await.lines[0].id;
    bench.run(&finishing(id, &[(line, 1, 1)])).await;
    let sums = "SELECT total, captured, released, taken, refunded FROM charges";
    let row = bench.read(sums, vec![]).await.remove(0);
    let now: Vec<i64> = (0..5).map(|at| row.int(at).unwrap()).collect();
    assert_eq!(now, [3_000, 1_000, 1_000, 0, 0]);
    answered(&bench, id).await;
    assert_eq!(bench.number("SELECT taken FROM charges").await, 1_000);
    assert_eq!(bench.findings().await, Vec::<String>::new());
    for too_much in ["captured = 2001", "released = 2001", "refunded = 1001", "taken = 1001"] {
        let statement = Statement::new(format!("UPDATE charges SET {too_much}"), vec![]).any();
        assert!(bench.store.db().write(vec![statement]).await.is_err(), "{too_much}");
    }
    bench.spoil("UPDATE charges SET released = 999").await;
    let found = bench.findings().await;
    assert!(found.iter().any(|what| what.contains("charges")), "{found:?}");
    bench.store.reindex(bench.shop.id, |_| {}).await.unwrap();
    assert_eq!(bench.findings().await, Vec::<String>::new());
}

async fn what_only_remembers_what_was_given_up_is_no_parcel(bench: Bench) {
    let id = authorized(&bench).await;
    let line = bench.order(id).await.lines[0].id;
    bench.run(&finishing(id, &[(line, 1, 0)])).await;
    bench.run(&finishing(id, &[(line, 0, 2)])).await;
    let page = Page { after: None, descending: Descending::No, limit: 10 };
    let listed = |parcels| bench.store.fulfillment_page(bench.shop.id, parcels, InvoiceSort::Id, &page);
    assert_eq!(listed(Parcels::Only).await.unwrap().len(), 1);
    let all = listed(Parcels::AndGivenUp).await.unwrap();
    let holds: Vec<bool> = all.iter().map(|(one, _)| one.holds_units()).collect();
    assert_eq!(holds, [true, false]);
    let (_, of_order) = bench.store.order_with_fulfillments(bench.shop.id, id).await.unwrap().unwrap();
    assert_eq!(of_order.len(), 2, "it belongs to its order");
    answered(&bench, id).await;
    bench.run(&Command::DeleteOrder(id)).await;
    assert_eq!(bench.number("SELECT CAST(count(*) AS BIGINT) FROM fulfillments").await, 0);
    assert_eq!(bench.number("SELECT CAST(count(*) AS BIGINT) FROM charges").await, 0);
    assert_eq!(bench.findings().await, Vec::<String>::new());
}
