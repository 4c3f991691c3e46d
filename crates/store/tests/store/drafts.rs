//! Drafts of edits are kept until they are done or over, and nobody's step is lost; whoever is told of an order is told
//! of every fulfillment of it.

use domain::command::{Command, DraftStep, Remark, Restock, SomeWork};
use domain::decide::Outcome;
use domain::id::{DraftId, OrderLineId, ShopId};
use store::CommitError;
use testkit::world::{self, SHIRT};

use crate::bench::{Bench, furnished};

testkit::on_both! { furnished:
    a_draft_is_kept_until_it_is_done
    two_steps_at_once_are_one_after_the_other
    a_draft_that_is_over_is_forgotten
    an_event_keeps_every_fulfillment_of_its_order
}

fn set(id: DraftId, line: OrderLineId, quantity: i64) -> Command {
    Command::ChangeDraft(id, DraftStep::Set { line, quantity, restock: Restock::Yes })
}

async fn begun(bench: &Bench) -> (DraftId, OrderLineId) {
    let order = bench.place(world::order(&[(SHIRT, 3)])).await;
    let Outcome::Draft { id, .. } = bench.run(&Command::BeginDraft(order.id)).await.outcome else {
        panic!("no draft")
    };
    (id, order.lines[0].id)
}

async fn a_draft_is_kept_until_it_is_done(bench: Bench) {
    let (id, line) = begun(&bench).await;
    bench.run(&set(id, line, 1)).await;
    let draft = bench.store.draft(bench.shop.id, id).await.unwrap().unwrap();
    assert_eq!((draft.version, draft.changes.len()), (2, 1));
    assert!(bench.store.draft(ShopId(2), id).await.unwrap().is_none(), "another shop's is nobody's");
    let commit = Command::CommitDraft(id, Remark::default());
    let late = bench.decide(&commit).await.unwrap();
    bench.run(&commit).await;
    assert_eq!(bench.order(draft.order).await.current_quantity(line), 1);
    assert!(bench.store.draft(bench.shop.id, id).await.unwrap().is_none());
    assert!(matches!(bench.commit(&late).await, Err(CommitError::Stale)), "it is done once");
    assert_eq!(bench.findings().await, Vec::<String>::new());
}

async fn two_steps_at_once_are_one_after_the_other(bench: Bench) {
    let (id, line) = begun(&bench).await;
    let late = bench.decide(&set(id, line, 1)).await.unwrap();
    let done = bench.decide(&Command::CommitDraft(id, Remark::default())).await;
    assert!(done.is_err(), "nothing is drafted yet");
    bench.run(&set(id, line, 5)).await;
    assert!(matches!(bench.commit(&late).await, Err(CommitError::Stale)));
    bench.run(&set(id, line, 1)).await;
    assert_eq!(bench.store.draft(bench.shop.id, id).await.unwrap().unwrap().changes.len(), 1);
}

async fn a_draft_that_is_over_is_forgotten(bench: Bench) {
    let (id, _) = begun(&bench).await;
    let over = bench.store.draft(bench.shop.id, id).await.unwrap().unwrap().expires_at;
    let forget = |shop, at| bench.store.forget_drafts(shop, at);
    assert_eq!(forget(bench.shop.id, over.plus(-1)).await.unwrap(), 0);
    assert_eq!(forget(ShopId(2), over).await.unwrap(), 0);
    assert_eq!(forget(bench.shop.id, over).await.unwrap(), 1);
    assert!(bench.store.draft(bench.shop.id, id).await.unwrap().is_none());
}

async fn an_event_keeps_every_fulfillment_of_its_order(bench: Bench) {
    let listener = world::listener(5, "test", "https://listener.example");
    bench.run(&Command::SaveListener(listener)).await;
    let order = bench.place(world::order(&[(SHIRT, 2)])).await;
    let work = &order.fulfillment_orders[0];
    let one = vec![SomeWork { id: work.id, lines: vec![(work.lines[0].id, 1)] }];
    bench.run(&Command::Split(one)).await;
    let works: Vec<_> = bench.order(order.id).await.fulfillment_orders.iter().map(|fo| fo.id).collect();
    let first = bench.ship(works[0]).await;
    let second = bench.ship(works[1]).await;
    let pending = bench.store.undispatched(bench.shop.id, 100).await.unwrap();
    let last = pending.last().unwrap();
    let told: Vec<_> = last.fulfillments.iter().map(|fulfillment| fulfillment.id).collect();
    assert_eq!((last.event.order, told), (Some(order.id), vec![first, second]));
}
