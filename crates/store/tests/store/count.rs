//! Stock is counted only while it doesn't move; locations go with what they stocked; work and orders change as they
//! are read again.

use domain::command::{
    AdjustStock, Command, EditOrder, LineChange, MoveWork, Remark, Restock, StartStocking, StockCount,
    StockMeasure, StockStep, Unstocked,
};
use domain::id::{LocationId, VariantId};
use domain::stock::{Stock, StockCause, StockState};
use store::{CommitError, Page, Shelves};
use testkit::world::{self, HERE, MUG, SHIRT, THERE};

use crate::bench::{Bench, furnished};

testkit::on_both! { furnished:
    a_count_holds_only_while_stock_does_not_move
    a_location_leaves_with_its_stock
    every_state_is_kept_and_guarded
    what_is_no_longer_stocked_is_not_promised
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

fn adjust(state: StockState, by: i64) -> Command {
    let step = StockStep { variant: SHIRT, location: HERE, state, by, expected: None, ledger: None };
    let cause = StockCause::default();
    Command::AdjustStock(AdjustStock { cause, unstocked: Unstocked::Refuse, steps: vec![step] })
}

async fn level(bench: &Bench, location: LocationId) -> Stock {
    let (_, levels) = bench.store.variants(bench.shop.id, &[SHIRT]).await.unwrap();
    *levels.iter().find(|level| level.location == location).unwrap()
}

async fn every_state_is_kept_and_guarded(bench: Bench) {
    let states = [
        (StockState::Reserved, 1),
        (StockState::Damaged, 2),
        (StockState::SafetyStock, 3),
        (StockState::QualityControl, 4),
        (StockState::Incoming, 5),
    ];
    let before = level(&bench, HERE).await;
    for (state, by) in states {
        let late = bench.decide(&adjust(state, by)).await.unwrap();
        bench.run(&adjust(state, by)).await;
        assert!(matches!(bench.commit(&late).await, Err(CommitError::Stale)), "{state:?} moved");
    }
    let after = level(&bench, HERE).await;
    assert_eq!(states.map(|(state, _)| after.of(state)), [1, 2, 3, 4, 5]);
    assert_eq!((after.on_hand, after.available()), (before.on_hand + 10, before.available()));
    assert!(after.updated_at.is_some() && after.created_at.is_some());
    // What is set apart is promised to nobody, though it is in the shelves.
    bench.run(&Command::StopStocking(SHIRT, THERE)).await;
    let order = bench.place(world::order(&[(SHIRT, before.available() + 1)])).await;
    assert_eq!(order.routing.waiting.iter().map(|waiting| waiting.quantity).sum::<i64>(), 1);
    assert_eq!(level(&bench, HERE).await.available(), 0);
    assert_eq!(bench.findings().await, Vec::<String>::new());
}

async fn what_is_no_longer_stocked_is_not_promised(bench: Bench) {
    let late = bench.decide(&world::placing(world::order(&[(SHIRT, 1)]))).await.unwrap();
    bench.run(&Command::StopStocking(SHIRT, HERE)).await;
    assert!(matches!(bench.commit(&late).await, Err(CommitError::Stale)));
    let page = Page { limit: 9, ..Page::default() };
    let shelves = |which| bench.store.stock_at(bench.shop.id, HERE, which, &page);
    assert!(shelves(Shelves::Stocked).await.unwrap().iter().all(|level| level.variant != SHIRT));
    assert!(shelves(Shelves::All).await.unwrap().iter().any(|level| level.variant == SHIRT));
    let opening = Some((StockMeasure::OnHand, 7));
    bench.run(&Command::StartStocking(StartStocking { variant: SHIRT, location: HERE, opening })).await;
    assert_eq!((level(&bench, HERE).await.on_hand, level(&bench, HERE).await.stocked), (7, true));
    let opening = Some((StockMeasure::OnHand, 3));
    bench.run(&Command::StartStocking(StartStocking { variant: MUG, location: HERE, opening })).await;
    assert_eq!(bench.stock(MUG, HERE).await, (3, 0));
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
