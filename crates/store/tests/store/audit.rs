//! The audit: silent about a healthy shop, and loud about every kind of fault that somebody plants in it.

use domain::command::{Command, Reach};
use testkit::world::{self, MUG, SHIRT};

use crate::bench::{Bench, furnished};

testkit::on_both! { furnished:
    a_healthy_shop_has_no_findings
    every_planted_fault_is_found
    what_changes_while_it_is_read_is_no_fault
}

/// A bit of everything: parcels of one order and of two, work held, requested and waiting.
async fn busy(bench: &Bench) {
    let (one, two) = (bench.work(&[(SHIRT, 2)]).await, bench.work(&[(SHIRT, 3)]).await);
    let both =
        world::fulfilling(&[(one.id, None), (two.id, Some(&[(two.lines[0].id, 1)]))], Reach::ManyOrders);
    bench.run(&both).await;
    let held = bench.work(&[(SHIRT, 1)]).await;
    bench.run(&world::holding(held.id, "", &[])).await;
    let mug = bench.work(&[(MUG, 2)]).await;
    bench.run(&world::requesting(mug.id, &[(mug.lines[0].id, 1)])).await;
    bench.run(&Command::AcceptRequest(mug.id, None)).await;
    bench.place(world::order(&[(SHIRT, 90)])).await;
}

async fn a_healthy_shop_has_no_findings(bench: Bench) {
    busy(&bench).await;
    let mut seen = 0;
    let findings = bench.store.audit(bench.shop.id, |n| seen = n).await.unwrap();
    assert_eq!(findings, []);
    assert_eq!(seen, 5);
}

async fn every_planted_fault_is_found(bench: Bench) {
    busy(&bench).await;
    // What is planted, what takes it away again, and what must be said of it.
    let faults = [
        ("UPDATE orders SET version = version + 1", "UPDATE orders SET version = version - 1", "X2"),
        ("UPDATE orders SET test = 1", "UPDATE orders SET test = 0", "columns"),
        (
            "UPDATE orders SET name = name || 'x'",
            "UPDATE orders SET name = replace(name, 'x', '')",
            "columns",
        ),
        (
            "UPDATE fulfillment_orders SET updated_at = updated_at + 1",
            "UPDATE fulfillment_orders SET updated_at = updated_at - 1",
            "rows of fulfillment orders",
        ),
        (
            "UPDATE fulfillment_orders SET order_id = order_id + 1",
            "UPDATE fulfillment_orders SET order_id = order_id - 1",
            "rows of fulfillment orders",
        ),
        ("UPDATE order_sorts SET units = units + 1", "UPDATE order_sorts SET units = units - 1", "sorted by"),
        ("UPDATE order_sorts SET shop_id = 7", "UPDATE order_sorts SET shop_id = 1", "sorted by"),
        ("UPDATE stock SET committed = committed + 1", "UPDATE stock SET committed = committed - 1", "Q16"),
        ("UPDATE stock SET shop_id = 7", "UPDATE stock SET shop_id = 1", "Q16"),
        (
            "UPDATE fulfillments_of_orders SET shop_id = 7",
            "UPDATE fulfillments_of_orders SET shop_id = 1",
            "Q3",
        ),
        (
            "INSERT INTO fulfillments_of_orders SELECT shop_id, 5, fulfillment_id FROM fulfillments",
            "DELETE FROM fulfillments_of_orders WHERE order_id = 5",
            "its orders",
        ),
        ("UPDATE fulfillments SET live = 0", "UPDATE fulfillments SET live = 1", "columns"),
        (
            "UPDATE fulfillments SET body = replace(body, '\"quantity\":2', '\"quantity\":3')",
            "UPDATE fulfillments SET body = replace(body, '\"quantity\":3', '\"quantity\":2')",
            "Q3",
        ),
        (
            "UPDATE orders SET body = replace(body, '\"fulfilled\":2', '\"fulfilled\":7')",
            "UPDATE orders SET body = replace(body, '\"fulfilled\":7', '\"fulfilled\":2')",
            "Q2",
        ),
        (
            "UPDATE orders SET body = replace(body, '\"request\":\"accepted\"', '\"request\":\"closed\"')",
            "UPDATE orders SET body = replace(body, '\"request\":\"closed\"', '\"request\":\"accepted\"')",
            "F0",
        ),
        (
            "UPDATE orders SET body = replace(body, '\"total\":1,', '\"total\":8,')",
            "UPDATE orders SET body = replace(body, '\"total\":8,', '\"total\":1,')",
            "Q4",
        ),
    ];
    for (fault, undo, says) in faults {
        bench.spoil(fault).await;
        let findings = bench.findings().await;
        assert!(findings.iter().any(|what| what.contains(says)), "{fault}: {findings:#?}");
        bench.spoil(undo).await;
        assert_eq!(bench.findings().await, Vec::<String>::new(), "{undo}");
    }
    // Work of an order that isn't there, and an order that lost its row of work.
    bench.spoil("INSERT INTO fulfillment_orders (shop_id, fulfillment_order_id, order_id, location_id, stage, request, \
                 is_open, total, remaining, updated_at) VALUES (1, 1, 1, 10, 'open', 'unsubmitted', 1, 1, 1, 0)").await;
    let findings = bench.findings().await;
    assert!(findings.iter().any(|what| what.contains("order 1")), "{findings:#?}");
    bench.spoil("DELETE FROM fulfillment_orders").await;
    let findings = bench.findings().await;
    assert!(findings.iter().any(|what| what.contains("rows of fulfillment orders")), "{findings:#?}");
}

async fn what_changes_while_it_is_read_is_no_fault(bench: Bench) {
    use std::sync::atomic::{AtomicBool, Ordering};
    let done = AtomicBool::new(false);
    let sells = async {
        for _ in 0..8 {
            let work = bench.work(&[(SHIRT, 1)]).await;
            bench.ship(work.id).await;
        }
        done.store(true, Ordering::Relaxed);
    };
    let looks = async {
        let mut found = Vec::new();
        while !done.load(Ordering::Relaxed) {
            found.extend(bench.findings().await);
        }
        found
    };
    let ((), found) = futures::future::join(sells, looks).await;
    assert_eq!(found, Vec::<String>::new());
}
