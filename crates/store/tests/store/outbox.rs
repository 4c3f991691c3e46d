//! Events until they are dispatched, and deliveries until they arrive.

use std::collections::HashSet;

use domain::command::Command;
use domain::contact::{ContactChange, SaveContact, Whom};
use domain::event::{Fact, FactKind};
use domain::fulfillment::Tracking;
use domain::id::{AppId, EventId, ListenerId, ShopId};
use domain::time::{SECOND, Time};
use store::{Attempt, DeliveryState, NewDelivery};
use testkit::world::{self, SHIRT};

use crate::bench::{Bench, furnished};

testkit::on_both! { furnished:
    without_listeners_events_are_history
    a_call_of_a_service_waits_whoever_listens
    events_wait_with_what_they_are_about
    an_event_is_dispatched_once
    old_events_are_forgotten_when_dispatched
    old_deliveries_are_forgotten_when_nothing_is_to_be_done
    a_lease_keeps_others_away_until_it_ends
    claimers_never_get_the_same
    attempts_are_recorded_and_the_last_one_is_visible
    what_is_final_is_not_touched_by_latecomers
    a_removed_listener_cancels_what_waits
}

async fn listen(bench: &Bench) {
    let listener = world::listener(5, "test", "https://listener.example");
    bench.run(&Command::SaveListener(listener)).await;
}

async fn without_listeners_events_are_history(bench: Bench) {
    let order = bench.work(&[(SHIRT, 1)]).await;
    let order = bench.store.order_of_work(bench.shop.id, order.id).await.unwrap().unwrap();
    assert!(bench.store.undispatched(bench.shop.id, 10).await.unwrap().is_empty());
    assert_eq!(
        bench.number("SELECT CAST(count(*) AS BIGINT) FROM events WHERE snapshot IS NOT NULL").await,
        0
    );
    let timeline = bench.store.timeline(bench.shop.id, order.id).await.unwrap();
    assert_eq!(timeline.len(), 1);
    assert_eq!(timeline[0].facts[0], Fact::OrderPlaced {});
    assert!(bench.store.timeline(ShopId(2), order.id).await.unwrap().is_empty());
}

async fn a_call_of_a_service_waits_whoever_listens(bench: Bench) {
    let work = bench.work(&[(world::MUG, 1)]).await;
    assert!(bench.store.undispatched(bench.shop.id, 10).await.unwrap().is_empty());
    bench.run(&world::requesting(work.id, &[])).await;
    let pending = bench.store.undispatched(bench.shop.id, 10).await.unwrap();
    assert_eq!(pending.len(), 1);
    assert!(pending[0].event.facts.iter().any(|fact| fact.kind() == FactKind::RequestSubmitted));
    assert!(pending[0].order.is_some());
}

async fn events_wait_with_what_they_are_about(bench: Bench) {
    listen(&bench).await;
    let work = bench.work(&[(SHIRT, 2)]).await;
    let parcel = bench.ship(work.id).await;
    let tracking = Tracking { number: Some("later".into()), ..Tracking::default() };
    let track =
        domain::command::Track { fulfillment: parcel, trackings: vec![tracking], notify_buyer: false };
    bench.run(&Command::Track(track)).await;
    let pending = bench.store.undispatched(bench.shop.id, 10).await.unwrap();
    let [_, placed, shipped, tracked] = &pending[..] else { panic!("{pending:#?}") };
    let as_placed = placed.order.as_ref().unwrap();
    assert_eq!((as_placed.version, as_placed.fulfillments_made), (1, 0), "as it was then, not as it is");
    assert!(placed.fulfillments.is_empty());
    assert_eq!(shipped.order.as_ref().unwrap().version, 2);
    assert_eq!((shipped.fulfillments[0].id, shipped.fulfillments[0].trackings.len()), (parcel, 0));
    assert_eq!(tracked.fulfillments[0].trackings.len(), 1);
    assert!(placed.event.id < shipped.event.id && shipped.event.id < tracked.event.id, "oldest first");
    assert_eq!(bench.store.undispatched(bench.shop.id, 2).await.unwrap().len(), 2);
}

fn delivery(id: i64, event: EventId) -> NewDelivery {
    NewDelivery {
        id,
        event,
        part: 0,
        listener: ListenerId(id % 1_000),
        app: AppId(1),
        dialect: "test".into(),
        topic: "everything".into(),
        url: "https://listener.example".into(),
        headers: "[[\"X-Id\",\"1\"]]".into(),
        body: "{\"body\": 'to the byte \u{2603}'}".into(),
    }
}

async fn an_event_is_dispatched_once(bench: Bench) {
    listen(&bench).await;
    let shop = bench.shop.id;
    let event = bench.store.undispatched(shop, 1).await.unwrap()[0].event.id;
    let both = [delivery(1, event), delivery(2, event)];
    assert!(bench.store.dispatched(shop, event, &both, &[], &[], Time(50)).await.unwrap());
    let again = [delivery(3, event)];
    assert!(
        !bench.store.dispatched(shop, event, &again, &[], &[], Time(50)).await.unwrap(),
        "another was faster"
    );
    assert!(bench.store.undispatched(shop, 1).await.unwrap().is_empty());
    let found = bench.store.deliveries(shop, None, 10).await.unwrap();
    assert_eq!(found.iter().map(|d| d.what.id).collect::<Vec<_>>(), [2, 1], "newest first");
    assert_eq!((&found[1].what, found[1].state), (&both[0], DeliveryState::Pending));
    assert_eq!((found[1].attempts, found[1].due_at, found[1].created_at), (0, Time(50), Time(50)));
    let of_one = bench.store.deliveries(shop, Some(ListenerId(1)), 10).await.unwrap();
    assert_eq!(of_one, found[1..]);
}

async fn old_events_are_forgotten_when_dispatched(bench: Bench) {
    let shop = bench.shop.id;
    let changes = vec![ContactChange::FirstName(Some("Ada".into()))];
    bench.run(&Command::SaveContact(Box::new(SaveContact { whom: Whom::New, changes }))).await;
    let old = bench.number("SELECT CAST(count(*) AS BIGINT) FROM events").await;
    const ABOUT: &str = "SELECT CAST(count(*) AS BIGINT) FROM subjects_of_events";
    assert_eq!(bench.number(ABOUT).await, 1);
    listen(&bench).await;
    assert_eq!(bench.store.forget_events(shop, Time(0)).await.unwrap(), 0);
    assert_eq!(bench.store.forget_events(shop, Time(i64::MAX)).await.unwrap(), old as u64);
    assert_eq!(bench.number(ABOUT).await, 0, "nor whom they were about");
    assert_eq!(bench.store.undispatched(shop, 10).await.unwrap().len(), 1, "what waits stays");
}

/// Twelve deliveries, due at 100 … 111 s.
async fn waiting(bench: &Bench) {
    for i in 0..12 {
        let order = bench.work(&[(world::STICKER, 1)]).await;
        let at = Time((100 + i) * SECOND);
        let event = EventId(order.id.0 * 10);
        bench.spoil(format!("INSERT INTO events (shop_id, event_id, at, dispatched, body) VALUES (1, {event}, 0, 0, '1[]')")).await;
        assert!(
            bench
                .store
                .dispatched(bench.shop.id, event, &[delivery(500 + i, event)], &[], &[], at)
                .await
                .unwrap()
        );
    }
}

async fn old_deliveries_are_forgotten_when_nothing_is_to_be_done(bench: Bench) {
    waiting(&bench).await;
    let (shop, store) = (bench.shop.id, &bench.store);
    assert_eq!(claimed(&bench, 101, 2).await, [500, 501]);
    let now = Time(101 * SECOND);
    store.attempted(shop, 500, 1, &attempt(1, Some(200)), DeliveryState::Delivered, now).await.unwrap();
    store.attempted(shop, 501, 1, &attempt(1, Some(500)), DeliveryState::Pending, now).await.unwrap();
    assert_eq!(store.forget_deliveries(shop, Time(100 * SECOND)).await.unwrap(), 0, "it is not old enough");
    assert_eq!(store.forget_deliveries(ShopId(2), Time(i64::MAX)).await.unwrap(), 0);
    assert_eq!(store.forget_deliveries(shop, Time(i64::MAX)).await.unwrap(), 1);
    assert!(store.attempts(shop, 500).await.unwrap().is_empty());
    assert_eq!(store.attempts(shop, 501).await.unwrap().len(), 1, "what is still tried stays");
    assert_eq!(store.deliveries(shop, None, 100).await.unwrap().len(), 11);
}

async fn claimed(bench: &Bench, now: i64, limit: u32) -> Vec<i64> {
    let claimed = bench.store.claim(bench.shop.id, Time(now * SECOND), 30 * SECOND, limit).await.unwrap();
    claimed.iter().map(|delivery| delivery.what.id).collect()
}

async fn a_lease_keeps_others_away_until_it_ends(bench: Bench) {
    waiting(&bench).await;
    assert_eq!(bench.store.next_due(bench.shop.id).await.unwrap(), Some(Time(100 * SECOND)));
    assert_eq!(bench.store.next_due(ShopId(2)).await.unwrap(), None);
    assert!(claimed(&bench, 99, 5).await.is_empty(), "nothing is due yet");
    assert_eq!(claimed(&bench, 103, 3).await, [500, 501, 502]);
    assert_eq!(claimed(&bench, 103, 3).await, [503], "the others are taken");
    assert_eq!(claimed(&bench, 132, 2).await, [504, 505]);
    assert_eq!(claimed(&bench, 133, 20).await.len(), 10, "two are still being sent");
}

async fn claimers_never_get_the_same(bench: Bench) {
    waiting(&bench).await;
    let claims = (0..6).map(|_| claimed(&bench, 200, 3));
    let all: Vec<i64> = futures::future::join_all(claims).await.concat();
    let different: HashSet<i64> = all.iter().copied().collect();
    assert_eq!(all.len(), different.len(), "{all:?}");
    // On PostgreSQL a claimer passes over what others are claiming at this moment; the rest is there at its next look.
    let rest = claimed(&bench, 200, 12).await;
    assert_eq!(all.len() + rest.len(), 12);
    assert!(rest.iter().all(|id| !different.contains(id)));
}

fn attempt(at: i64, status: Option<i64>) -> Attempt {
    Attempt { at: Time(at), latency_ms: 12, answer: "rejected".into(), status, excerpt: "no".into() }
}

async fn attempts_are_recorded_and_the_last_one_is_visible(bench: Bench) {
    waiting(&bench).await;
    let (shop, store) = (bench.shop.id, &bench.store);
    assert_eq!(claimed(&bench, 100, 1).await, [500]);
    let later = Time(900 * SECOND);
    store.attempted(shop, 500, 1, &attempt(1, Some(500)), DeliveryState::Pending, later).await.unwrap();
    assert_eq!(store.next_due(shop).await.unwrap(), Some(Time(101 * SECOND)));
    let again = store.claim(shop, later, SECOND, 20).await.unwrap();
    let first = again.iter().find(|delivery| delivery.what.id == 500).unwrap();
    assert_eq!((first.attempts, &*first.what.body), (1, "{\"body\": 'to the byte \u{2603}'}"));
    store.attempted(shop, 500, 2, &attempt(2, None), DeliveryState::Exhausted, later).await.unwrap();
    let found = store.attempts(shop, 500).await.unwrap();
    assert_eq!(found, [(1, attempt(1, Some(500))), (2, attempt(2, None))]);
    assert!(store.attempts(ShopId(2), 500).await.unwrap().is_empty());
    let shown = store.deliveries(shop, None, 100).await.unwrap();
    let exhausted = shown.iter().find(|delivery| delivery.what.id == 500).unwrap();
    assert_eq!((exhausted.state, exhausted.attempts), (DeliveryState::Exhausted, 2));
    assert!(!claimed(&bench, 9_999, 20).await.contains(&500), "it is not tried again by itself");

    assert_eq!(store.delivery(shop, 500).await.unwrap().as_ref(), Some(exhausted));
    assert_eq!(store.delivery(ShopId(2), 500).await.unwrap(), None);

    assert!(store.send_again(shop, 500, Time(20_000 * SECOND)).await.unwrap());
    assert!(!store.send_again(shop, 500, Time(0)).await.unwrap(), "it waits already");
    assert!(!store.send_again(ShopId(2), 501, Time(0)).await.unwrap());
    assert!(claimed(&bench, 20_000, 20).await.contains(&500));
}

async fn what_is_final_is_not_touched_by_latecomers(bench: Bench) {
    waiting(&bench).await;
    let (shop, store) = (bench.shop.id, &bench.store);
    assert_eq!(claimed(&bench, 100, 1).await, [500]);
    let now = Time(100 * SECOND);
    store.attempted(shop, 500, 1, &attempt(1, Some(200)), DeliveryState::Delivered, now).await.unwrap();
    store.attempted(shop, 500, 1, &attempt(2, None), DeliveryState::Pending, now).await.unwrap();
    let shown = store.deliveries(shop, None, 100).await.unwrap();
    assert_eq!(shown.iter().find(|d| d.what.id == 500).unwrap().state, DeliveryState::Delivered);
    assert_eq!(store.attempts(shop, 500).await.unwrap(), [(1, attempt(1, Some(200)))]);
}

async fn a_removed_listener_cancels_what_waits(bench: Bench) {
    listen(&bench).await;
    let (shop, store) = (bench.shop.id, &bench.store);
    let event = store.undispatched(shop, 1).await.unwrap()[0].event.id;
    let to = |id, listener| NewDelivery { listener: ListenerId(listener), ..delivery(id, event) };
    assert!(store.dispatched(shop, event, &[to(1, 5), to(2, 6)], &[], &[], Time(0)).await.unwrap());
    bench.run(&Command::RemoveListener(ListenerId(5))).await;
    assert_eq!(claimed(&bench, 100, 10).await, [2]);
    let shown = store.deliveries(shop, Some(ListenerId(5)), 10).await.unwrap();
    assert_eq!(shown[0].state, DeliveryState::Cancelled);
}
