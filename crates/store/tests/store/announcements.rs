//! What is written down of events for programs that ask later.

use domain::id::{EventId, ListenerId, ShopId};
use domain::time::{SECOND, Time};
use store::{Announcement, Attempt, DeliveryState, NewDelivery, Place, Wanted, Way};
use testkit::world::SHIRT;

use crate::bench::{Bench, furnished};

testkit::on_both! { furnished:
    whoever_may_ask_later_has_events_wait
    what_was_announced_is_listed_from_a_place_on
    old_announcements_are_forgotten
    whoever_took_nothing_since_is_found
}

const DIALECT: &str = "one";

async fn whoever_may_ask_later_has_events_wait(bench: Bench) {
    let (store, shop) = (&bench.store, bench.shop.id);
    bench.work(&[(SHIRT, 1)]).await;
    assert_eq!(store.undispatched(shop, 10).await.unwrap().len(), 0);
    store.chronicle(shop, DIALECT).await.unwrap();
    store.chronicle(shop, DIALECT).await.unwrap();
    assert_eq!(store.chronicles(shop).await.unwrap(), [DIALECT]);
    assert_eq!(store.chronicles(ShopId(2)).await.unwrap(), Vec::<String>::new());
    bench.work(&[(SHIRT, 1)]).await;
    let pending = store.undispatched(shop, 10).await.unwrap();
    assert_eq!(pending.len(), 1);
    let event = pending[0].event.id;
    let told = [announcement(event.0, 0, 5, "a", None), announcement(event.0, 1, 5, "b", Some(true))];
    assert!(store.dispatched(shop, event, &[], &told, &[], Time(5)).await.unwrap());
    assert!(!store.dispatched(shop, event, &[], &told, &[], Time(5)).await.unwrap(), "another was faster");
    assert_eq!(store.announcement(shop, DIALECT, event, 1).await.unwrap().as_ref(), Some(&told[1]));
    assert_eq!(store.announcement(shop, "other", event, 1).await.unwrap(), None);
    assert_eq!(store.announcement(ShopId(2), DIALECT, event, 1).await.unwrap(), None);
}

fn announcement(event: i64, part: i64, at: i64, topic: &str, test: Option<bool>) -> Announcement {
    Announcement {
        dialect: DIALECT.into(),
        event: EventId(event),
        part,
        at: Time(at * SECOND),
        topic: topic.into(),
        test,
        body: format!("{event}/{part}"),
    }
}

/// Some that were told: of two events at one time, whose ids are in another order than others', and of both modes.
async fn written(bench: &Bench) {
    let (store, shop) = (&bench.store, bench.shop.id);
    store.chronicle(shop, DIALECT).await.unwrap();
    for _ in 0..4 {
        bench.work(&[(SHIRT, 1)]).await;
    }
    let all = [
        vec![announcement(9, 0, 10, "a", None), announcement(9, 1, 10, "b", None)],
        vec![announcement(3, 0, 20, "a", Some(false)), announcement(3, 1, 20, "a", Some(true))],
        vec![announcement(4, 0, 20, "b", Some(false))],
        vec![announcement(1, 0, 30, "c", Some(false))],
    ];
    let pending = store.undispatched(shop, 10).await.unwrap();
    for (pending, told) in pending.iter().zip(&all) {
        assert!(store.dispatched(shop, pending.event.id, &[], told, &[], Time(0)).await.unwrap());
    }
}

async fn what_was_announced_is_listed_from_a_place_on(bench: Bench) {
    written(&bench).await;
    let all = Wanted {
        dialect: DIALECT.into(),
        topics: ["a", "b", "c"].map(str::to_owned).to_vec(),
        ..Wanted::default()
    };
    let listed = async |wanted: &Wanted, way: Way, limit: u32| -> Vec<String> {
        let found = bench.store.announced(bench.shop.id, wanted, way, limit).await.unwrap();
        found.into_iter().map(|one| one.body).collect()
    };
    let newest = Way::Back(None);
    assert_eq!(listed(&all, newest, 9).await, ["1/0", "4/0", "3/0", "9/1", "9/0"]);
    assert_eq!(listed(&all, newest, 2).await, ["1/0", "4/0"]);
    let place: Place = (Time(20 * SECOND), EventId(4), 0);
    assert_eq!(listed(&all, Way::Back(Some(place)), 2).await, ["3/0", "9/1"]);
    assert_eq!(listed(&all, Way::On(place), 9).await, ["1/0"]);
    assert_eq!(listed(&all, Way::On((Time(10 * SECOND), EventId(9), 0)), 2).await, ["9/1", "3/0"]);
    let tests = Wanted { test: true, ..all.clone() };
    assert_eq!(listed(&tests, newest, 9).await, ["3/1", "9/1", "9/0"]);
    let some = Wanted { topics: vec!["a".into()], ..all.clone() };
    assert_eq!(listed(&some, newest, 9).await, ["3/0", "9/0"]);
    let then = Wanted { from: Some(Time(20 * SECOND)), until: Some(Time(29 * SECOND)), ..all.clone() };
    assert_eq!(listed(&then, newest, 9).await, ["4/0", "3/0"]);
    let nothing = Wanted { topics: Vec::new(), ..all.clone() };
    assert_eq!(listed(&nothing, newest, 9).await, Vec::<String>::new());
    let other = Wanted { dialect: "other".into(), ..all };
    assert_eq!(listed(&other, newest, 9).await, Vec::<String>::new());
}

async fn old_announcements_are_forgotten(bench: Bench) {
    written(&bench).await;
    let (store, shop) = (&bench.store, bench.shop.id);
    assert_eq!(store.forget_announcements(ShopId(2), Time(i64::MAX)).await.unwrap(), 0);
    assert_eq!(store.forget_announcements(shop, Time(20 * SECOND)).await.unwrap(), 2);
    assert_eq!(store.forget_announcements(shop, Time(20 * SECOND)).await.unwrap(), 0);
    assert_eq!(store.announcement(shop, DIALECT, EventId(9), 0).await.unwrap(), None);
    assert!(store.announcement(shop, DIALECT, EventId(3), 0).await.unwrap().is_some());
}

async fn whoever_took_nothing_since_is_found(bench: Bench) {
    written(&bench).await;
    bench.work(&[(SHIRT, 1)]).await;
    let (store, shop, listener) = (&bench.store, bench.shop.id, ListenerId(5));
    let delivery = |id: i64, event: EventId| NewDelivery {
        id,
        event,
        part: id,
        listener,
        app: domain::id::AppId(1),
        dialect: DIALECT.into(),
        topic: "a".into(),
        url: "https://listener.example".into(),
        headers: "{}".into(),
        body: "{}".into(),
    };
    let event = store.undispatched(shop, 1).await.unwrap()[0].event.id;
    let both = [delivery(1, event), delivery(2, event)];
    assert!(store.dispatched(shop, event, &both, &[], &[], Time(100)).await.unwrap());
    let deaf = async |since: i64| store.unheard_since(shop, listener, Time(since)).await.unwrap();
    assert_eq!(deaf(0).await, None, "nothing was tried");
    let came = async |id: i64, at: i64, state: DeliveryState| {
        let attempt =
            Attempt { at: Time(at), latency_ms: 1, answer: "x".into(), status: None, excerpt: String::new() };
        store.attempted(shop, id, 1, &attempt, state, Time(at)).await.unwrap();
    };
    came(1, 110, DeliveryState::Exhausted).await;
    assert_eq!((deaf(0).await, deaf(101).await), (Some(Time(100)), None));
    came(2, 120, DeliveryState::Delivered).await;
    assert_eq!(deaf(0).await, None, "it took another one later");
    assert_eq!(store.unheard_since(shop, ListenerId(6), Time(0)).await.unwrap(), None);
}
