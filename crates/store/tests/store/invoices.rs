//! Lists of what belongs to orders: invoices, restocks, fulfillments; and the order that a part belongs to.

use domain::command::{Command, Restock};
use domain::id::InvoiceId;
use domain::order::PaymentClaim;
use store::{Column, Condition, Descending, InvoiceSort, Page, Parcels};
use testkit::database::Database;
use testkit::world::{self, SHIRT, STICKER};

use crate::bench::{Bench, furnished};

testkit::on_both! { furnished_anew:
    invoices_of_every_order_are_paged_and_filtered
    restocks_and_fulfillments_are_paged
    parts_find_their_order_until_it_goes
}

async fn furnished_anew(database: Database) -> Bench {
    furnished(database).await
}

fn page(after: Option<(i64, i64)>, descending: Descending) -> Page {
    Page { after: after.map(|(key, id)| (key.into(), id)), descending, limit: 2 }
}

async fn paid(bench: &Bench, claim: PaymentClaim) -> (domain::id::OrderId, InvoiceId) {
    let mut place = world::order(&[(SHIRT, 1), (STICKER, 1)]);
    place.placed.payment_claim = Some(claim);
    let order = bench.place(place).await;
    (order.id, order.invoices[0].id)
}

async fn invoices_of_every_order_are_paged_and_filtered(bench: Bench) {
    let mut ids = Vec::new();
    for claim in [PaymentClaim::Paid, PaymentClaim::Pending, PaymentClaim::Paid] {
        ids.push(paid(&bench, claim).await.1);
    }
    for sort in [InvoiceSort::Id, InvoiceSort::UpdatedAt] {
        for descending in [Descending::No, Descending::Yes] {
            let (mut found, mut after) = (Vec::new(), None);
            loop {
                let rows =
                    bench.store.invoices(bench.shop.id, &[], sort, &page(after, descending)).await.unwrap();
                found.extend(rows.iter().map(|(id, ..)| *id));
                after = rows.last().map(|(id, _, key)| (*key, id.0));
                if rows.len() < 2 {
                    break;
                }
            }
            if descending == Descending::Yes {
                found.reverse();
            }
            assert_eq!(found, ids, "{sort:?} {descending:?}");
        }
    }
    let open = [Condition::OneOf(Column::InvoiceStatus, vec!["unpaid".into()])];
    let rows = bench
        .store
        .invoices(bench.shop.id, &open, InvoiceSort::Id, &page(None, Descending::No))
        .await
        .unwrap();
    assert_eq!(rows.iter().map(|(id, ..)| *id).collect::<Vec<_>>(), [ids[1]]);
    let number = [Condition::OneOf(Column::InvoiceNumber, vec![format!("{}-1", rows[0].1.number).into()])];
    let rows =
        bench.store.invoices(bench.shop.id, &number, InvoiceSort::Id, &page(None, Descending::No)).await;
    assert_eq!(rows.unwrap()[0].0, ids[1]);
    bench
        .run(&Command::MarkPaid(bench.store.order_of_part(bench.shop.id, ids[1].0).await.unwrap().unwrap()))
        .await;
    let rows = bench.store.invoices(bench.shop.id, &open, InvoiceSort::Id, &page(None, Descending::No)).await;
    assert!(rows.unwrap().is_empty(), "it follows the order's payment");
}

async fn restocks_and_fulfillments_are_paged(bench: Bench) {
    let (order, _) = paid(&bench, PaymentClaim::Paid).await;
    let shop = bench.shop.id;
    let all = page(None, Descending::No);
    assert!(bench.store.restocks(shop, InvoiceSort::Id, &all).await.unwrap().is_empty());
    bench.run(&world::calling_off(order, Restock::Yes)).await;
    let rows = bench.store.restocks(shop, InvoiceSort::UpdatedAt, &all).await.unwrap();
    assert_eq!((rows[0].0, rows[0].1.id), (rows[0].1.refunds[0].id, order));
    let mut parcels = Vec::new();
    for _ in 0..3 {
        let placed = bench.place(world::order(&[(STICKER, 1)])).await;
        parcels.push(bench.ship(placed.fulfillment_orders[0].id).await);
    }
    let first =
        bench.store.fulfillment_page(shop, Parcels::Only, InvoiceSort::UpdatedAt, &all).await.unwrap();
    let last = first.last().map(|(one, key)| (*key, one.id.0));
    let rest = bench
        .store
        .fulfillment_page(shop, Parcels::Only, InvoiceSort::UpdatedAt, &page(last, Descending::No))
        .await
        .unwrap();
    let found: Vec<_> = first.iter().chain(&rest).map(|(one, _)| one.id).collect();
    assert_eq!(found, parcels);
    bench.run(&Command::DeleteFulfillment(parcels[2])).await;
    assert_eq!(
        bench
            .store
            .fulfillment_page(shop, Parcels::Only, InvoiceSort::Id, &page(last, Descending::No))
            .await
            .unwrap(),
        []
    );
    assert!(bench.store.audit(shop, |_| {}).await.unwrap().is_empty());
}

async fn parts_find_their_order_until_it_goes(bench: Bench) {
    let (id, invoice) = paid(&bench, PaymentClaim::Paid).await;
    let shop = bench.shop.id;
    let order = bench.store.orders_by_id(shop, &[id]).await.unwrap().remove(0);
    for part in order.invoice_lines().map(|line| line.id.0).chain([invoice.0]) {
        assert_eq!(bench.store.order_of_part(shop, part).await.unwrap(), Some(id));
    }
    assert_eq!(bench.store.order_of_part(shop, order.lines[0].id.0).await.unwrap(), None, "it isn't billed");
    assert_eq!(bench.store.order_of_part(shop, order.fulfillment_orders[0].id.0).await.unwrap(), None);
    // The invoice and its lines share a row, and are found as well where each has its own, as it used to be.
    assert_eq!(bench.number("SELECT count(*) FROM parts_of_orders WHERE part_id < last_id").await, 1);
    bench
        .spoil(format!(
            "INSERT INTO parts_of_orders (shop_id, part_id, order_id) VALUES (1, {invoice}, {id})"
        ))
        .await;
    bench.spoil("UPDATE parts_of_orders SET last_id = part_id").await;
    assert_eq!(bench.store.order_of_part(shop, invoice.0).await.unwrap(), Some(id));
    bench.run(&world::calling_off(id, Restock::No)).await;
    bench.run(&Command::DeleteOrder(id)).await;
    assert_eq!(bench.store.order_of_part(shop, invoice.0).await.unwrap(), None);
    let rows = bench.store.invoices(shop, &[], InvoiceSort::Id, &page(None, Descending::No)).await.unwrap();
    assert!(rows.is_empty());
}
