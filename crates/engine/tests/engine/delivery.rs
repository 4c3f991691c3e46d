//! From the order to the receiver: told once in the healthy case, at least once in every other, always in the same
//! words, and never silently given up.

use std::collections::HashMap;
use std::time::Duration;

use domain::actor::{Actor, Permissions};
use domain::command::Command;
use domain::id::{AppId, ListenerId};
use domain::listener::Listener;
use domain::location::Service;
use domain::snapshot::WhenUnheard;
use store::{Delivery, DeliveryState};
use testkit::receiver::{Answer, Receiver};
use testkit::world::{self, MUG, SERVED, SHIRT, STICKER};

use crate::bench::{Bench, NOT_RECEIVED, SECONDS, SECRET, bench, signature, workers};

testkit::on_both! { bench:
    what_happens_is_told
    what_failed_is_sent_again_in_the_same_words
    what_is_given_up_stays_visible_and_can_be_sent_again
    who_never_answers_is_removed_if_the_shop_says_so
    nobody_is_told_of_the_past
    a_removed_listener_hears_nothing_more
    a_killed_deliverer_is_replaced_when_its_lease_ends
    two_nodes_tell_everything_once
    a_service_is_called
    nobody_hears_what_they_may_not_see
    a_listener_may_have_a_secret_of_its_own
    a_dialect_says_what_counts_as_received
}

const SOON: Duration = Duration::from_secs(20);

async fn listen(bench: &Bench, receiver: &Receiver, topic: &str) {
    bench.program(1, Permissions::all()).await;
    let mut listener = world::listener(5, "test", &format!("{}/hook", receiver.url()));
    listener.topic = topic.into();
    bench.run(&Command::SaveListener(listener)).await;
    // Whoever saves a listener hears of that first.
    bench.engine.work_off(&workers()).await.unwrap();
}

async fn deliveries(bench: &Bench) -> Vec<Delivery> {
    bench.engine.store().deliveries(bench.shop.id, None, 1_000).await.unwrap()
}

async fn what_happens_is_told(bench: Bench) {
    let receiver = Receiver::start().await;
    listen(&bench, &receiver, "everything").await;
    let (_, work) = bench.work(&[(SHIRT, 2)]).await;
    bench.run(&world::shipping(work)).await;
    bench.engine.work_off(&workers()).await.unwrap();
    let requests = receiver.requests();
    let mut topics: Vec<String> =
        requests.iter().map(|request| request.json()["topic"].as_str().unwrap().to_owned()).collect();
    topics.sort();
    let told = [
        "fulfillment_created",
        "listener_saved",
        "order_fulfilled",
        "order_placed",
        "order_updated",
        // Promised, and then gone.
        "stock_moved",
        "stock_moved",
        "work_routed",
    ];
    assert_eq!(topics, told);
    for request in &requests {
        let body = std::str::from_utf8(&request.body).unwrap();
        assert_eq!(request.header("X-Signature"), Some(&*signature(SECRET, body)));
        assert_eq!((&*request.method, &*request.path), ("POST", "/hook"));
    }
    let of = |topic: &str| requests.iter().find(|request| request.json()["topic"] == topic).unwrap().json();
    assert_eq!(of("order_placed")["order"][1], 1, "as it was then");
    assert_eq!(
        (&of("order_fulfilled")["order"][1], &of("order_fulfilled")["parcels"]),
        (&2.into(), &1.into())
    );
    let all = deliveries(&bench).await;
    assert!(all.iter().all(|delivery| delivery.state == DeliveryState::Delivered));
    assert_eq!(bench.engine.work_off(&workers()).await.unwrap(), 0, "told once");
}

async fn a_listener_may_have_a_secret_of_its_own(bench: Bench) {
    let receiver = Receiver::start().await;
    listen(&bench, &receiver, "order_placed").await;
    let sealed = bench.engine.sealer().seal("its own").unwrap();
    let listener = world::listener(6, "test", &format!("{}/own", receiver.url()));
    let listener = Listener { topic: "order_placed".into(), secret: Some(sealed), ..listener };
    bench.run(&Command::SaveListener(listener)).await;
    bench.work(&[(STICKER, 1)]).await;
    bench.engine.work_off(&workers()).await.unwrap();
    let requests = receiver.requests();
    assert_eq!(requests.len(), 2);
    for request in &requests {
        let secret = if request.path == "/own" { "its own" } else { SECRET };
        let body = std::str::from_utf8(&request.body).unwrap();
        assert_eq!(request.header("X-Signature"), Some(&*signature(secret, body)), "{}", request.path);
    }
}

async fn a_dialect_says_what_counts_as_received(bench: Bench) {
    let receiver = Receiver::start().await;
    listen(&bench, &receiver, "order_placed").await;
    receiver.answer_with(vec![NOT_RECEIVED.into(), 204.into()]);
    bench.work(&[(STICKER, 1)]).await;
    bench.engine.work_off(&workers()).await.unwrap();
    assert_eq!(deliveries(&bench).await[0].state, DeliveryState::Pending);
    bench.clock().advance(20 * SECONDS);
    bench.engine.work_off(&workers()).await.unwrap();
    assert_eq!(deliveries(&bench).await[0].state, DeliveryState::Delivered);
    assert_eq!(receiver.requests().len(), 2);
}

async fn what_failed_is_sent_again_in_the_same_words(bench: Bench) {
    let receiver = Receiver::start().await;
    listen(&bench, &receiver, "order_placed").await;
    receiver.answer_with(vec![500.into(), Answer::hang_up(), 204.into()]);
    let (_, work) = bench.work(&[(STICKER, 1)]).await;
    for (attempt, wait) in [(1, 9), (2, 19), (3, 0)] {
        assert!(bench.engine.work_off(&workers()).await.unwrap() > 0);
        assert_eq!(receiver.requests().len(), attempt);
        bench.clock().advance(wait * SECONDS);
        assert_eq!(bench.engine.work_off(&workers()).await.unwrap(), 0, "not before its time");
        bench.clock().advance(4 * SECONDS);
        if attempt == 1 {
            bench.run(&world::shipping(work)).await;
        }
    }
    let requests = receiver.requests();
    assert_eq!(requests.len(), 3);
    for request in &requests {
        assert_eq!(request.body, requests[0].body, "to the byte, whatever happened since");
        assert_eq!(request.header("X-Message"), requests[0].header("X-Message"));
        assert_eq!(request.header("X-Signature"), requests[0].header("X-Signature"));
    }
    assert!(requests[0].header("X-Sent") < requests[1].header("X-Sent"), "signed anew for every attempt");
    let told = deliveries(&bench).await.remove(0);
    assert_eq!((told.state, told.attempts), (DeliveryState::Delivered, 3));
    let attempts = bench.engine.store().attempts(bench.shop.id, told.what.id).await.unwrap();
    let answers: Vec<_> =
        attempts.iter().map(|(n, attempt)| (*n, &*attempt.answer, attempt.status)).collect();
    assert_eq!(answers, [(1, "rejected", Some(500)), (2, "unknown", None), (3, "accepted", Some(204))]);
}

async fn what_is_given_up_stays_visible_and_can_be_sent_again(bench: Bench) {
    let receiver = Receiver::start().await;
    listen(&bench, &receiver, "order_placed").await;
    receiver.answer_with(vec![500.into(), 500.into(), 500.into()]);
    bench.work(&[(STICKER, 1)]).await;
    for _ in 0..6 {
        bench.engine.work_off(&workers()).await.unwrap();
        bench.clock().advance(90 * SECONDS);
    }
    assert_eq!(receiver.requests().len(), 3);
    let told = deliveries(&bench).await.remove(0);
    assert_eq!((told.state, told.attempts), (DeliveryState::Exhausted, 3));
    let (store, now) = (bench.engine.store(), bench.engine.now());
    assert!(store.send_again(bench.shop.id, told.what.id, now).await.unwrap());
    bench.engine.work_off(&workers()).await.unwrap();
    let told = deliveries(&bench).await.remove(0);
    assert_eq!((told.state, told.attempts), (DeliveryState::Delivered, 4));
    assert_eq!(receiver.requests()[3].body, receiver.requests()[0].body);
}

async fn who_never_answers_is_removed_if_the_shop_says_so(mut bench: Bench) {
    std::sync::Arc::make_mut(&mut bench.shop).when_unheard = WhenUnheard::Remove;
    bench.engine.store().save_shop(&bench.shop).await.unwrap();
    let receiver = Receiver::start().await;
    listen(&bench, &receiver, "order_placed").await;
    receiver.answer_with(vec![500.into(), 500.into(), 200.into(), 500.into(), 500.into(), 500.into()]);
    let listens = async || !bench.engine.store().listeners(bench.shop.id).await.unwrap().is_empty();
    for (attempts, stays) in [(3, true), (6, false)] {
        bench.work(&[(STICKER, 1)]).await;
        for _ in 0..6 {
            bench.engine.work_off(&workers()).await.unwrap();
            bench.clock().advance(90 * SECONDS);
        }
        assert_eq!(
            (receiver.requests().len(), listens().await),
            (attempts, stays),
            "three in a row are enough"
        );
    }
    bench.work(&[(STICKER, 1)]).await;
    bench.engine.work_off(&workers()).await.unwrap();
    assert_eq!(receiver.requests().len(), 6);
}

async fn nobody_is_told_of_the_past(bench: Bench) {
    let receiver = Receiver::start().await;
    listen(&bench, &receiver, "order_placed").await;
    let command = world::placing(world::order(&[(STICKER, 1)]));
    let verdict = bench.engine.execute_unheard(&bench.shop, &Actor::System, &command).await.unwrap();
    assert!(verdict.is_ok());
    bench.engine.work_off(&workers()).await.unwrap();
    assert_eq!(receiver.requests().len(), 0);
    bench.work(&[(STICKER, 1)]).await;
    bench.engine.work_off(&workers()).await.unwrap();
    assert_eq!(receiver.requests().len(), 1, "but of what comes after");
}

async fn a_removed_listener_hears_nothing_more(bench: Bench) {
    let receiver = Receiver::start().await;
    listen(&bench, &receiver, "order_placed").await;
    receiver.answer_with(vec![500.into()]);
    bench.work(&[(STICKER, 1)]).await;
    bench.engine.work_off(&workers()).await.unwrap();
    bench.run(&Command::RemoveListener(ListenerId(5))).await;
    bench.work(&[(STICKER, 1)]).await;
    bench.clock().advance(900 * SECONDS);
    bench.engine.work_off(&workers()).await.unwrap();
    assert_eq!(receiver.requests().len(), 1);
    assert_eq!(deliveries(&bench).await.remove(0).state, DeliveryState::Cancelled);
}

async fn a_killed_deliverer_is_replaced_when_its_lease_ends(bench: Bench) {
    let receiver = Receiver::start().await;
    listen(&bench, &receiver, "order_placed").await;
    receiver.answer_with(vec![Answer::status(200).after(SOON)]);
    bench.work(&[(STICKER, 1)]).await;
    let dying = bench.another().await.work(workers());
    receiver.wait_for(1, SOON).await;
    drop(dying);
    assert_eq!(bench.engine.work_off(&workers()).await.unwrap(), 0, "the lease of the dead holds");
    bench.clock().advance(31 * SECONDS);
    bench.engine.work_off(&workers()).await.unwrap();
    let requests = receiver.requests();
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[0].body, requests[1].body);
    assert_eq!(requests[0].header("X-Message"), requests[1].header("X-Message"));
    assert_eq!(deliveries(&bench).await.remove(0).state, DeliveryState::Delivered);
}

async fn two_nodes_tell_everything_once(bench: Bench) {
    const ORDERS: usize = 60;
    let receiver = Receiver::start().await;
    listen(&bench, &receiver, "order_placed").await;
    let other = bench.another().await;
    let working = [bench.engine.work(workers()), other.work(workers())];
    let mut placing = Vec::new();
    for i in 0..ORDERS {
        let (engine, shop) = (if i % 2 == 0 { &bench.engine } else { &other }, &bench.shop);
        placing.push(async move {
            let command = world::placing(world::order(&[(STICKER, 1)]));
            engine.execute(shop, &Actor::System, &command).await.unwrap().unwrap();
        });
    }
    futures::future::join_all(placing).await;
    receiver.wait_for(ORDERS, SOON).await;
    for working in working {
        working.stop(SOON).await;
    }
    let mut told: HashMap<String, usize> = HashMap::new();
    for request in receiver.requests() {
        *told.entry(request.header("X-Message").unwrap().to_owned()).or_default() += 1;
    }
    let twice: Vec<_> = told.iter().filter(|(_, times)| **times > 1).collect();
    assert!(twice.is_empty(), "told more than once: {twice:?}");
    assert_eq!(told.len(), ORDERS);
    assert!(deliveries(&bench).await.iter().all(|delivery| delivery.state == DeliveryState::Delivered));
}

async fn a_service_is_called(bench: Bench) {
    let receiver = Receiver::start().await;
    bench.program(2, Permissions::all()).await;
    let url = Some(format!("{}/call", receiver.url()));
    let service = Service { callback_url: url, ..world::service() };
    bench.run(&Command::SaveService(service, world::location(SERVED, 3))).await;
    let (_, work) = bench.work(&[(MUG, 1)]).await;
    bench.engine.work_off(&workers()).await.unwrap();
    assert!(receiver.requests().is_empty(), "nobody asked it yet");
    bench.run(&world::requesting(work, &[])).await;
    bench.engine.work_off(&workers()).await.unwrap();
    let requests = receiver.requests();
    assert_eq!((requests.len(), &*requests[0].path), (1, "/call"));
    assert_eq!(requests[0].header("X-Signature"), Some(&*signature(SECRET, "{\"service\":30}")));
    assert_eq!(deliveries(&bench).await[0].what.app, AppId(2));
}

async fn nobody_hears_what_they_may_not_see(bench: Bench) {
    let receiver = Receiver::start().await;
    let assigned = Permissions::parse("read_assigned_fulfillment_orders").unwrap();
    bench.program(2, assigned).await;
    let mut listener = world::listener(6, "test", &receiver.url());
    (listener.app, listener.topic) = (AppId(2), "work_routed".into());
    bench.run(&Command::SaveListener(listener)).await;
    bench.work(&[(SHIRT, 1)]).await;
    bench.work(&[(MUG, 1)]).await;
    bench.engine.work_off(&workers()).await.unwrap();
    assert_eq!(receiver.requests().len(), 1, "of the mug at its own location only");
}
