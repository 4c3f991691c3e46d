//! What is kept for somebody is sold to nobody else, and set free once.

use domain::command::{Command, Place, Reserve};
use domain::decide::Outcome;
use domain::id::ReservationId;
use domain::order::StockMode;
use domain::refusal::{Field, Refusal, Thing};
use domain::reservation::{ReservationKey, ReservedItem, TooFew};
use domain::stock::Stock;
use store::CommitError;
use testkit::world::{self, HERE, SHIRT, THERE};

use crate::bench::{Bench, furnished};

testkit::on_both! { furnished:
    the_last_unit_is_reserved_once
    what_is_kept_is_promised_to_whoever_orders_it
    it_ends_once
    two_of_a_name_are_one
    it_is_found_when_its_time_has_come
    the_audit_knows_what_is_kept
}

fn reserving(bench: &Bench, name: &str, quantity: i64) -> Command {
    Command::Reserve(Box::new(Reserve {
        name: Some(name.into()),
        test: false,
        items: vec![ReservedItem { variant: SHIRT, quantity, too_few: TooFew::Refuse }],
        destination: None,
        expires_at: bench.now().plus(1_000_000_000),
    }))
}

async fn reserved(bench: &Bench, name: &str, quantity: i64) -> ReservationId {
    match bench.run(&reserving(bench, name, quantity)).await.outcome {
        Outcome::Reservation(id) => id,
        other => panic!("{other:?}"),
    }
}

async fn shirts(bench: &Bench) -> Vec<Stock> {
    let (_, mut levels) = bench.store.variants(bench.shop.id, &[SHIRT]).await.unwrap();
    levels.sort_by_key(|level| level.location);
    levels
}

/// How many shirts there are, and how many of those are kept and promised.
async fn all(bench: &Bench) -> (i64, i64, i64) {
    let levels = shirts(bench).await;
    let sum = |of: fn(&Stock) -> i64| levels.iter().map(of).sum();
    (sum(|level| level.on_hand), sum(|level| level.kept), sum(|level| level.committed))
}

fn key(name: &str) -> ReservationKey {
    ReservationKey::Name(name.into(), false)
}

fn ordering(quantity: i64, name: &str) -> Command {
    let mut place = Place { reservation: Some(name.into()), number: 7, ..world::order(&[(SHIRT, quantity)]) };
    place.placed.stock = StockMode::Refuse;
    world::placing(place)
}

async fn the_last_unit_is_reserved_once(bench: Bench) {
    let (there, ..) = all(&bench).await;
    reserved(&bench, "most", there - 1).await;
    let late = bench.decide(&reserving(&bench, "late", 1)).await.unwrap();
    let order =
        bench.decide(&world::placing(Place { number: 7, ..world::order(&[(SHIRT, 1)]) })).await.unwrap();
    reserved(&bench, "last", 1).await;
    assert!(matches!(bench.commit(&late).await, Err(CommitError::Stale)));
    assert!(matches!(bench.commit(&order).await, Err(CommitError::Stale)), "orders know it, too");
    assert_eq!(bench.decide(&reserving(&bench, "late", 1)).await, Err(Refusal::OutOfStock(SHIRT)));
    assert_eq!(all(&bench).await, (there, there, 0));
    assert_eq!(bench.findings().await, Vec::<String>::new());
}

async fn what_is_kept_is_promised_to_whoever_orders_it(bench: Bench) {
    let (there, ..) = all(&bench).await;
    reserved(&bench, "all", there).await;
    let late = bench.decide(&ordering(there, "all")).await.unwrap();
    bench.run(&ordering(there - 2, "all")).await;
    assert_eq!(all(&bench).await, (there, 0, there - 2));
    assert!(matches!(bench.commit(&late).await, Err(CommitError::Stale)), "it is used once");
    let gone = Refusal::Unknown(Thing::Reservation);
    assert_eq!(bench.decide(&ordering(1, "all")).await, Err(gone));
    assert_eq!(bench.findings().await, Vec::<String>::new());
}

async fn it_ends_once(bench: Bench) {
    let id = reserved(&bench, "one", 3).await;
    let by_hand = bench.decide(&Command::EndReservation(key("one"))).await.unwrap();
    bench.spoil("UPDATE reservations SET body = replace(body, '\"expires_at\":', '\"expires_at\":-')").await;
    bench.run(&Command::ExpireReservation(id)).await;
    assert!(matches!(bench.commit(&by_hand).await, Err(CommitError::Stale)));
    let (_, kept, promised) = all(&bench).await;
    assert_eq!((kept, promised, bench.findings().await), (0, 0, Vec::new()));
}

async fn two_of_a_name_are_one(bench: Bench) {
    let late = bench.decide(&reserving(&bench, "one", 1)).await.unwrap();
    reserved(&bench, "one", 2).await;
    assert!(matches!(bench.commit(&late).await, Err(CommitError::Stale)), "whoever looks again sees it");
    assert_eq!(bench.decide(&reserving(&bench, "one", 1)).await, Err(Refusal::Taken(Field::Name)));
}

async fn it_is_found_when_its_time_has_come(bench: Bench) {
    let id = reserved(&bench, "one", 3).await;
    let over = |now| bench.store.reservations_over(bench.shop.id, now, 10);
    assert_eq!(over(bench.now()).await.unwrap(), []);
    assert_eq!(over(bench.now().plus(2_000_000_000)).await.unwrap(), [id]);
    let other = domain::id::ShopId(7);
    let late = bench.now().plus(2_000_000_000);
    assert_eq!(bench.store.reservations_over(other, late, 10).await.unwrap(), [], "another shop's");
}

async fn the_audit_knows_what_is_kept(bench: Bench) {
    reserved(&bench, "one", 3).await;
    assert_eq!(bench.findings().await, Vec::<String>::new());
    for (fault, undo) in [
        ("UPDATE stock SET kept = kept + 1", "UPDATE stock SET kept = kept - 1"),
        ("UPDATE reservations SET shop_id = 7", "UPDATE reservations SET shop_id = 1"),
    ] {
        bench.spoil(fault).await;
        let findings = bench.findings().await;
        assert!(findings.iter().any(|what| what.starts_with("Q19")), "{fault}: {findings:?}");
        bench.spoil(undo).await;
        assert_eq!(bench.findings().await, Vec::<String>::new(), "{undo}");
    }
    // What is counted is still counted right while something is kept.
    bench.run(&Command::correct_stock(vec![(SHIRT, HERE, 5), (SHIRT, THERE, -1)])).await;
    let kept: i64 = shirts(&bench).await.iter().map(|level| level.kept).sum();
    assert_eq!((kept, bench.findings().await), (3, Vec::new()));
}
