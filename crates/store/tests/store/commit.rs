//! What is committed is what is loaded again; and a commit happens whole, once, and only if nothing changed meanwhile.

use domain::command::{Command, Reach, Restock, Track};
use domain::decide::Outcome;
use domain::fulfillment::Tracking;
use domain::id::{ListenerId, ProductId, ShopId};
use domain::order::StockMode;
use domain::snapshot::{Places, Scope};
use domain::time::Time;
use store::{CommitError, Remembered};
use testkit::world::{self, HERE, MUG, PRINT, SERVED, SHIRT, STICKER, THERE};

use crate::bench::{Bench, furnished, written};

testkit::on_both! { furnished:
    an_order_comes_back_by_every_way_to_it
    a_fulfillment_comes_back_with_its_orders
    places_products_and_listeners_come_back
    the_second_of_two_decisions_is_stale
    stock_is_promised_once
    stock_that_was_promised_leaves_and_comes_back
    a_key_is_taken_once
    keys_of_others_are_their_own
    an_order_from_elsewhere_comes_in_once
    index_rows_follow_the_body
    waiting_orders_are_routed_when_something_changed
    scheduled_work_is_found_when_its_time_has_come
}

async fn an_order_comes_back_by_every_way_to_it(bench: Bench) {
    let mut place = world::order(&[(SHIRT, 2), (MUG, 1), (STICKER, 3)]);
    place.placed.source_key = Some("else:1".into());
    place.placed.note = Some("Grüße, 你好 'quoted' \"twice\" \\ {1}".into());
    let order = bench.place(place).await;
    assert!(order.fulfillment_orders.len() > 1, "{order:?}");

    assert_eq!(bench.order(order.id).await, order);
    let work: Vec<_> = order.fulfillment_orders.iter().map(|fo| fo.id).collect();
    for scope in [
        Scope { orders: vec![order.id, order.id], ..Scope::default() },
        Scope { by_work: work.clone(), ..Scope::default() },
        Scope { orders: vec![order.id], by_work: work.clone(), ..Scope::default() },
    ] {
        let loaded = bench.store.load(&bench.shop, &scope).await.unwrap();
        assert_eq!(loaded.orders, std::slice::from_ref(&order), "{scope:?}");
        assert!(loaded.locations.is_empty() && loaded.stock.is_empty());
    }
    let scope = Scope { orders: vec![order.id], places: Places::WithStock, ..Scope::default() };
    let loaded = bench.store.load(&bench.shop, &scope).await.unwrap();
    assert_eq!((loaded.locations.len(), loaded.services.len()), (3, 1));
    assert_eq!(loaded.stock.iter().map(|stock| stock.committed).sum::<i64>(), 3, "{:?}", loaded.stock);
    let scope = Scope { source_key: Some("else:1".into()), ..Scope::default() };
    assert_eq!(bench.store.load(&bench.shop, &scope).await.unwrap().seen_before, Some(order.id));
    let scope = Scope { source_key: Some("else:2".into()), ..Scope::default() };
    assert_eq!(bench.store.load(&bench.shop, &scope).await.unwrap().seen_before, None);
    let other = std::sync::Arc::new(domain::snapshot::Shop { id: ShopId(2), ..world::shop() });
    let scope =
        Scope { orders: vec![order.id], by_work: work, places: Places::Locations, ..Scope::default() };
    let loaded = bench.store.load(&other, &scope).await.unwrap();
    assert!(loaded.orders.is_empty() && loaded.locations.is_empty(), "another shop sees nothing");
}

async fn a_fulfillment_comes_back_with_its_orders(bench: Bench) {
    let (one, two) = (bench.work(&[(SHIRT, 2)]).await, bench.work(&[(SHIRT, 1), (STICKER, 1)]).await);
    let both = world::fulfilling(&[(one.id, None), (two.id, None)], Reach::ManyOrders);
    let Outcome::Fulfillment(id) = bench.run(&both).await.outcome else { panic!() };
    let scope = Scope { fulfillments: vec![id], ..Scope::default() };
    let loaded = bench.store.load(&bench.shop, &scope).await.unwrap();
    assert_eq!((loaded.orders.len(), loaded.fulfillments.len()), (2, 1));
    let orders = loaded.fulfillments[0].orders();
    assert_eq!(orders.len(), 2);

    let tracking = Tracking { number: Some("1Z".into()), ..Tracking::default() };
    let track =
        Command::Track(Track { fulfillment: id, trackings: vec![tracking.clone()], notify_buyer: false });
    bench.run(&track).await;
    let found = bench.store.fulfillments(bench.shop.id, &[id]).await.unwrap();
    assert_eq!((&found[0].trackings, found[0].version), (&vec![tracking], 2));
    assert_eq!(bench.store.fulfillments_of_orders(bench.shop.id, &orders).await.unwrap(), found);
    let with = bench.store.order_with_fulfillments(bench.shop.id, orders[0]).await.unwrap().unwrap();
    assert_eq!(with.1, found);
    assert_eq!(bench.findings().await, Vec::<String>::new());
    bench.run(&Command::CancelFulfillment(id)).await;
    assert_eq!(bench.findings().await, Vec::<String>::new());
    assert_eq!(bench.number("SELECT live FROM fulfillments").await, 0);
}

async fn places_products_and_listeners_come_back(bench: Bench) {
    let (locations, services) = bench.store.places(bench.shop.id).await.unwrap();
    assert_eq!(locations.iter().map(|l| l.id).collect::<Vec<_>>(), [HERE, THERE, SERVED]);
    assert_eq!(services[0].handle, "served");
    assert_eq!(locations[2].service, Some(world::SERVICE));

    let changed = domain::location::Location { name: "Renamed".into(), ..world::location(HERE, 9) };
    bench.run(&Command::SaveLocation(changed)).await;
    let (locations, _) = bench.store.places(bench.shop.id).await.unwrap();
    assert_eq!((locations.len(), &*locations[0].name, locations[0].rank), (3, "Renamed", 9));

    let product = bench.store.products(bench.shop.id, &[ProductId(90)]).await.unwrap().remove(0);
    assert_eq!(product.title, "Product 90");
    let mut mug = world::variant(MUG);
    mug.sku = None;
    bench.run(&Command::SaveProduct(product, vec![mug])).await;
    let (variants, levels) = bench.store.variants(bench.shop.id, &[MUG, SHIRT, SHIRT]).await.unwrap();
    assert_eq!((variants.len(), levels.len()), (2, 3));
    assert_eq!(variants.iter().find(|v| v.id == MUG).unwrap().sku, None);

    for id in [5, 6] {
        let url = format!("https://listener.example/{id}");
        bench.run(&Command::SaveListener(world::listener(id, "test", &url))).await;
    }
    bench.run(&Command::SaveListener(world::listener(6, "test", "https://other.example"))).await;
    let urls = async || -> Vec<String> {
        let listeners = bench.store.listeners(bench.shop.id).await.unwrap();
        listeners.into_iter().map(|listener| listener.url).collect()
    };
    assert_eq!(urls().await, ["https://listener.example/5", "https://other.example"]);
    bench.run(&Command::RemoveListener(ListenerId(5))).await;
    assert_eq!(urls().await, ["https://other.example"]);
}

async fn the_second_of_two_decisions_is_stale(bench: Bench) {
    let work = bench.work(&[(SHIRT, 5)]).await;
    let line = work.lines[0].id;
    let some = |n: i64| world::fulfilling(&[(work.id, Some(&[(line, n)]))], Reach::OneOrder);
    let (one, two) = (bench.decide(&some(2)).await.unwrap(), bench.decide(&some(2)).await.unwrap());
    let events = "SELECT CAST(count(*) AS BIGINT) FROM events";
    let before = bench.number(events).await;
    assert_eq!(bench.commit(&one).await, Ok(()));
    assert_eq!(bench.commit(&two).await, Err(CommitError::Stale));
    assert_eq!(bench.number(events).await, before + 1, "nothing of the second remains");
    assert_eq!(bench.stock(SHIRT, HERE).await, (8, 3));

    let Outcome::Fulfillment(parcel) = one.1.outcome else { panic!() };
    let cancel = Command::CancelFulfillment(parcel);
    let (one, two) = (bench.decide(&cancel).await.unwrap(), bench.decide(&cancel).await.unwrap());
    assert_eq!(bench.commit(&one).await, Ok(()));
    assert_eq!(bench.commit(&two).await, Err(CommitError::Stale));
    assert_eq!(bench.stock(SHIRT, HERE).await, (10, 5), "it came back once");
    assert_eq!(bench.findings().await, Vec::<String>::new());
}

async fn stock_is_promised_once(bench: Bench) {
    let mut decided = Vec::new();
    for _ in 0..3 {
        decided.push(bench.decide(&world::placing(world::order(&[(SHIRT, 7)]))).await.unwrap());
    }
    assert_eq!(bench.commit(&decided[0]).await, Ok(()));
    assert_eq!(bench.commit(&decided[1]).await, Err(CommitError::Stale));
    assert_eq!(bench.stock(SHIRT, HERE).await, (10, 7));
    assert_eq!(bench.number("SELECT CAST(count(*) AS BIGINT) FROM orders").await, 1);

    // What is sold on goes below what is there, also where there never was any.
    bench.work(&[(PRINT, 4)]).await;
    assert_eq!(bench.stock(PRINT, HERE).await, (0, 4));
    let mut place = world::order(&[(SHIRT, 40)]);
    place.placed.stock = StockMode::Oversell;
    bench.place(place).await;
    assert_eq!(bench.findings().await, Vec::<String>::new());
}

async fn stock_that_was_promised_leaves_and_comes_back(bench: Bench) {
    let work = bench.work(&[(SHIRT, 4)]).await;
    assert_eq!(bench.stock(SHIRT, HERE).await, (10, 4));
    let parcel = bench.ship(work.id).await;
    assert_eq!(bench.stock(SHIRT, HERE).await, (6, 0));
    bench.run(&Command::CancelFulfillment(parcel)).await;
    assert_eq!(bench.stock(SHIRT, HERE).await, (10, 4));
    let order = bench.store.order_of_work(bench.shop.id, work.id).await.unwrap().unwrap();
    bench.run(&world::calling_off(order.id, Restock::No)).await;
    assert_eq!(bench.stock(SHIRT, HERE).await, (6, 0));
    bench.run(&Command::correct_stock(vec![(SHIRT, HERE, -9), (SHIRT, SERVED, 2)])).await;
    assert_eq!(bench.stock(SHIRT, HERE).await, (-3, 0), "goods get lost");
    assert_eq!(bench.findings().await, Vec::<String>::new());
}

fn remembered(key: &str, answer: &str) -> Remembered {
    Remembered { scope: "app 1".into(), key: key.into(), fingerprint: "f".into(), answer: answer.into() }
}

async fn a_key_is_taken_once(bench: Bench) {
    let shop = bench.shop.id;
    let decided = bench.decide(&world::placing(world::order(&[(SHIRT, 1)]))).await.unwrap();
    let twice = bench.decide(&world::placing(world::order(&[(SHIRT, 1)]))).await.unwrap();
    let first = remembered("k", "the answer, with {\"json\": 'quotes'}");
    let commit = |(snapshot, decision), answer| {
        let store = &bench.store;
        async move { store.commit(shop, &snapshot, &decision, Some((&answer, Time(5)))).await }
    };
    assert_eq!(commit(decided, first.clone()).await, Ok(()));
    assert_eq!(commit(twice, remembered("k", "another")).await, Err(CommitError::KeyTaken));
    assert_eq!(bench.store.remember(shop, &remembered("k", "b"), Time(6)).await, Err(CommitError::KeyTaken));
    assert_eq!(bench.store.remembered(shop, "app 1", "k").await.unwrap(), Some(first));
    assert_eq!(bench.stock(SHIRT, HERE).await, (10, 1), "one effect");

    // A key of a decision that came to nothing blocks nobody.
    let (one, two) = (
        bench.decide(&world::placing(world::order(&[(SHIRT, 9)]))).await.unwrap(),
        bench.decide(&world::placing(world::order(&[(SHIRT, 9)]))).await.unwrap(),
    );
    assert_eq!(commit(one, remembered("l", "one")).await, Ok(()));
    assert_eq!(commit(two, remembered("m", "two")).await, Err(CommitError::Stale));
    assert_eq!(bench.store.remembered(shop, "app 1", "m").await.unwrap(), None);

    assert_eq!(bench.store.forget_answers(shop, Time(5)).await.unwrap(), 0);
    assert_eq!(bench.store.forget_answers(shop, Time(6)).await.unwrap(), 2);
    assert_eq!(bench.store.remembered(shop, "app 1", "k").await.unwrap(), None);
}

async fn keys_of_others_are_their_own(bench: Bench) {
    let of_another = Remembered { scope: "app 2".into(), ..remembered("k", "b") };
    bench.store.remember(bench.shop.id, &remembered("k", "a"), Time(1)).await.unwrap();
    bench.store.remember(bench.shop.id, &of_another, Time(1)).await.unwrap();
    bench.store.remember(ShopId(2), &remembered("k", "c"), Time(1)).await.unwrap();
    for (shop, scope, answer) in [(1, "app 1", "a"), (1, "app 2", "b"), (2, "app 1", "c")] {
        let found = bench.store.remembered(ShopId(shop), scope, "k").await.unwrap().unwrap();
        assert_eq!(found.answer, answer);
    }
    assert_eq!(bench.store.remembered(ShopId(2), "app 2", "k").await.unwrap(), None);
}

async fn an_order_from_elsewhere_comes_in_once(bench: Bench) {
    let mut place = world::order(&[(STICKER, 1)]);
    place.placed.source_key = Some("else:1".into());
    let one = bench.decide(&world::placing(place.clone())).await.unwrap();
    let two = bench.decide(&world::placing(place.clone())).await.unwrap();
    assert_eq!(bench.commit(&one).await, Ok(()));
    assert_eq!(bench.commit(&two).await, Err(CommitError::Stale));
    let id = written(&one.1).unwrap().id;
    let again = bench.decide(&world::placing(place)).await.map(|_| ());
    assert_eq!(again, Err(domain::refusal::Refusal::SeenBefore(id)));
}

async fn index_rows_follow_the_body(bench: Bench) {
    let work = bench.work(&[(SHIRT, 5), (STICKER, 2)]).await;
    let rows = async || -> Vec<(String, i64, i64)> {
        let sql = "SELECT stage, total, remaining FROM fulfillment_orders ORDER BY fulfillment_order_id";
        let rows = bench.read(sql, vec![]).await;
        rows.iter()
            .map(|row| (row.text(0).unwrap().to_owned(), row.int(1).unwrap(), row.int(2).unwrap()))
            .collect()
    };
    let row = |stage: &str, total, remaining| (stage.to_owned(), total, remaining);
    assert_eq!(rows().await, [row("open", 7, 7)]);
    bench.run(&world::holding(work.id, "", &[(work.lines[0].id, 2)])).await;
    assert_eq!(rows().await, [row("on_hold", 2, 2), row("open", 5, 5)], "a row more");
    bench.run(&Command::Release(work.id, vec![])).await;
    assert_eq!(rows().await, [row("open", 7, 7), row("closed", 0, 0)]);
    assert!(bench.store.burdens(bench.shop.id, &[HERE]).await.unwrap()[0].work);
    bench.ship(work.id).await;
    assert_eq!(rows().await, [row("closed", 7, 0), row("closed", 0, 0)]);
    assert!(!bench.store.burdens(bench.shop.id, &[HERE]).await.unwrap()[0].work);
    let columns = bench.read("SELECT state, payment, fulfillment, version FROM orders", vec![]).await;
    let text = |i| columns[0].text(i).unwrap();
    assert_eq!((text(0), text(1), text(2)), ("open", "pending", "fulfilled"));
    assert_eq!(bench.findings().await, Vec::<String>::new());
}

async fn waiting_orders_are_routed_when_something_changed(bench: Bench) {
    let shop = bench.shop.id;
    let order = bench.place(world::order(&[(SHIRT, 25)])).await;
    assert_eq!(order.routing.waiting.len(), 1);
    let due = async |now| bench.store.due_for_routing(shop, now, 10).await.unwrap();
    assert_eq!(due(bench.now()).await, [], "it was just tried");
    assert_eq!(due(order.routing.retry_at.unwrap()).await, [order.id]);
    bench.run(&Command::correct_stock(vec![(SHIRT, THERE, -1)])).await;
    assert_eq!(due(bench.now()).await, [], "less stock is no reason");
    bench.run(&Command::correct_stock(vec![(SHIRT, THERE, 9)])).await;
    assert_eq!(due(bench.now()).await, [order.id]);
    assert_eq!(bench.findings().await, Vec::<String>::new());
    bench.run(&Command::Route(order.id)).await;
    assert_eq!(due(Time(i64::MAX)).await, [], "nothing waits any more");
    assert_eq!(bench.stock(SHIRT, THERE).await, (18, 15));
    assert_eq!(bench.findings().await, Vec::<String>::new());
}

async fn scheduled_work_is_found_when_its_time_has_come(bench: Bench) {
    let shop = bench.shop.id;
    let mut place = world::order(&[(SHIRT, 1)]);
    let opens_at = bench.now().plus(domain::time::HOUR);
    place.placed.fulfill_at = Some(opens_at);
    let work = bench.place(place).await.fulfillment_orders[0].id;
    assert_eq!(bench.store.due_to_open(shop, opens_at.plus(-1), 10).await.unwrap(), []);
    assert_eq!(bench.store.due_to_open(shop, opens_at, 10).await.unwrap(), [work]);
    bench.run(&Command::Open(work)).await;
    assert_eq!(bench.store.due_to_open(shop, opens_at, 10).await.unwrap(), []);
    let counts = bench.store.counts(shop).await.unwrap();
    assert_eq!(counts.iter().find(|(what, _)| *what == "fulfillment orders").unwrap().1, 1);
}
