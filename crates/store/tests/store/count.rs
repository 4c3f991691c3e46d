//! Stock is counted only while it doesn't move; locations go with what they stocked; work and orders change as they
//! are read again.

use domain::command::{Remark, Command, EditOrder, LineChange, MoveWork, Restock, StockCount, StockMeasure};
use domain::id::{LocationId, VariantId};
use store::CommitError;
use testkit::world::{self, HERE, MUG, SHIRT, THERE};

use crate::bench::{Bench, furnished};

testkit::on_both! { furnished:
    a_count_holds_only_while_stock_does_not_move
    a_location_leaves_with_its_stock
    moved_and_edited_work_is_as_it_says
}

fn count(variant: VariantId, location: LocationId, quantity: i64) -> Command {
    let measure = StockMeasure::OnHand;
    Command::count_stock(vec![StockCount { variant, location, measure, quantity, expected: None }])
}

async fn a_count_holds_only_while_stock_does_not_move(bench: Bench) {
    for variant in [SHIRT, MUG] {
        let late = bench.decide(&count(variant, HERE, 5)).await.unwrap();
        bench.run(&Command::correct_stock(vec![(variant, HERE, 1)])).await;
        assert!(matches!(bench.commit(&late).await, Err(CommitError::Stale)));
        bench.run(&count(variant, HERE, 5)).await;
        assert_eq!(bench.stock(variant, HERE).await.0, 5);
    }
    assert_eq!(bench.findings().await, Vec::<String>::new());
}

async fn a_location_leaves_with_its_stock(bench: Bench) {
    let before = bench.stock(SHIRT, HERE).await.0 + bench.stock(SHIRT, THERE).await.0;
    let work = bench.work(&[(SHIRT, 1)]).await;
    let gone = Command::DeactivateLocation(work.location, Some(THERE));
    assert!(bench.decide(&gone).await.is_err(), "somebody waits there");
    bench.ship(work.id).await;
    bench.run(&gone).await;
    assert_eq!(bench.stock(SHIRT, THERE).await.0, before - 1);
    bench.run(&Command::DeleteLocation(work.location)).await;
    let (locations, _) = bench.store.places(bench.shop.id).await.unwrap();
    assert!(locations.iter().all(|location| location.id != work.location));
    assert_eq!(bench.findings().await, Vec::<String>::new());
}

async fn moved_and_edited_work_is_as_it_says(bench: Bench) {
    let order = bench.place(world::order(&[(SHIRT, 3)])).await;
    let (line, work) = (order.lines[0].id, order.fulfillment_orders[0].clone());
    let lines = vec![(work.lines[0].id, 1)];
    bench.run(&Command::Move(MoveWork { fulfillment_order: work.id, to: THERE, lines })).await;
    let set = |quantity| {
        let changes = vec![LineChange::Set { line, quantity, restock: Restock::Yes }];
        Command::EditOrder(EditOrder { order: order.id, changes, remark: Remark::default() })
    };
    bench.run(&set(5)).await;
    bench.run(&set(2)).await;
    let after = bench.order(order.id).await;
    assert_eq!((after.current_quantity(line), after.fulfillment_orders.len()), (2, 2));
    assert_eq!(bench.findings().await, Vec::<String>::new());
}
