//! What the server does without being asked, on one node and on two; and who sees what of it.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::actor::{Actor, visible};
use domain::billing::Service;
use domain::command::billing::{BillingCommand, NewBooks, NewPlanLine, PlaceBilled};
use domain::command::{Command, Reserve};
use domain::decide::Outcome;
use domain::event::{Fact, FactKind, InvoiceNews};
use domain::fulfillment_order::{FulfillmentOrder, Request, StageName};
use domain::id::OrderId;
use domain::price::{Price, Recurrence, Terms};
use domain::reservation::{ReservedItem, TooFew};
use domain::snapshot::WhenDeclined;
use domain::time::{HOUR, Time};
use engine::query::{Page, WorkSort};
use testkit::world::{self, HERE, MUG, SERVED, SHIRT, THERE};

use crate::bench::{Bench, SECONDS, bench, workers};

testkit::on_both! { bench:
    waiting_orders_are_routed_when_stock_arrives
    declined_work_goes_elsewhere
    scheduled_work_opens_once
    what_was_reserved_is_free_once_in_time
    an_order_that_nobody_pays_is_past_due_once_and_given_up
    workers_stop_when_told
    everybody_sees_their_own_work_only
    running_numbers_are_unique_and_given_back
}

async fn waiting_orders_are_routed_when_stock_arrives(bench: Bench) {
    let big = bench.place(world::order(&[(SHIRT, 30)])).await;
    let small = bench.place(world::order(&[(MUG, 12)])).await;
    assert_eq!((big.routing.waiting[0].quantity, small.routing.waiting[0].quantity), (10, 2));
    bench.engine.work_off(&workers()).await.unwrap();
    assert_eq!(bench.order(big.id).await.version, 1, "nothing changed, so nobody tried");
    bench.run(&Command::correct_stock(vec![(SHIRT, THERE, 4)])).await;
    bench.engine.work_off(&workers()).await.unwrap();
    assert_eq!(bench.order(big.id).await.routing.waiting[0].quantity, 6);
    bench.run(&Command::correct_stock(vec![(SHIRT, HERE, 50), (MUG, SERVED, 50)])).await;
    bench.engine.work_off(&workers()).await.unwrap();
    for id in [big.id, small.id] {
        assert!(bench.order(id).await.routing.waiting.is_empty());
    }
    let timeline = bench.timeline(big.id).await;
    let kinds = timeline.iter().flat_map(|event| &event.facts).map(domain::event::Fact::kind);
    assert_eq!(
        kinds.filter(|kind| *kind == FactKind::WorkRouted).count(),
        4,
        "each unit found its place once"
    );
    assert_eq!(bench.findings().await, []);
}

async fn declined_work_goes_elsewhere(mut bench: Bench) {
    std::sync::Arc::make_mut(&mut bench.shop).when_declined = WhenDeclined::Reroute;
    let (order, work) = bench.work(&[(MUG, 2)]).await;
    bench.run(&world::requesting(work, &[])).await;
    bench.send(&world::server(), &Command::RejectRequest(work, Default::default())).await.unwrap();
    let stays = bench.order(order).await;
    assert_eq!(stays.fulfillment_orders.len(), 1, "nobody else has mugs");
    assert_eq!(stays.fulfillment_orders[0].request, Request::Rejected);

    bench.run(&Command::correct_stock(vec![(MUG, HERE, 5)])).await;
    bench.run(&world::requesting(work, &[])).await;
    bench.send(&world::server(), &Command::RejectRequest(work, Default::default())).await.unwrap();
    let moved = bench.order(order).await;
    let [left, taken] = &moved.fulfillment_orders[..] else { panic!("{moved:?}") };
    assert_eq!((left.stage_name(), taken.location, taken.open_quantity()), (StageName::Closed, HERE, 2));
    assert_eq!(bench.findings().await, []);
}

async fn scheduled_work_opens_once(bench: Bench) {
    let other = bench.another().await;
    let mut orders: Vec<OrderId> = Vec::new();
    for _ in 0..8 {
        let mut place = world::order(&[(SHIRT, 1)]);
        place.placed.fulfill_at = Some(bench.engine.now().plus(HOUR));
        orders.push(bench.place(place).await.id);
    }
    bench.engine.work_off(&workers()).await.unwrap();
    bench.clock().advance(HOUR - SECONDS);
    bench.engine.work_off(&workers()).await.unwrap();
    assert_eq!(bench.order(orders[0]).await.fulfillment_orders[0].stage_name(), StageName::Scheduled);
    bench.clock().advance(SECONDS);
    let workers = workers();
    let sweeps =
        (0..6).map(|i| if i % 2 == 0 { bench.engine.work_off(&workers) } else { other.work_off(&workers) });
    for swept in futures::future::join_all(sweeps).await {
        swept.unwrap();
    }
    for order in orders {
        assert_eq!(bench.order(order).await.fulfillment_orders[0].stage_name(), StageName::Open);
        let timeline = bench.timeline(order).await;
        let facts = timeline.iter().flat_map(|event| &event.facts);
        assert_eq!(facts.filter(|fact| fact.kind() == FactKind::WorkReady).count(), 1);
    }
    assert_eq!(bench.findings().await, []);
}

async fn what_was_reserved_is_free_once_in_time(bench: Bench) {
    let other = bench.another().await;
    let reserve = |name: usize| {
        let item = ReservedItem { variant: SHIRT, quantity: 4, too_few: TooFew::Refuse };
        Command::Reserve(Box::new(Reserve {
            name: Some(name.to_string()),
            test: false,
            items: vec![item],
            destination: None,
            expires_at: bench.engine.now().plus(HOUR),
        }))
    };
    for name in 0..4 {
        bench.run(&reserve(name)).await;
    }
    let waits = bench.place(world::order(&[(SHIRT, 20)])).await;
    let waiting = async || -> i64 {
        bench.order(waits.id).await.routing.waiting.iter().map(|waiting| waiting.quantity).sum()
    };
    assert_eq!(waiting().await, 16, "four of twenty are there for it");
    bench.clock().advance(HOUR - SECONDS);
    bench.engine.work_off(&workers()).await.unwrap();
    assert_eq!(waiting().await, 16);
    bench.clock().advance(SECONDS);
    let workers = workers();
    let sweeps =
        (0..6).map(|i| if i % 2 == 0 { bench.engine.work_off(&workers) } else { other.work_off(&workers) });
    for swept in futures::future::join_all(sweeps).await {
        swept.unwrap();
    }
    while bench.engine.work_off(&workers).await.unwrap() > 0 {}
    assert_eq!(waiting().await, 0, "whoever waited for it got it");
    assert_eq!(bench.findings().await, []);
}

async fn an_order_that_nobody_pays_is_past_due_once_and_given_up(mut bench: Bench) {
    std::sync::Arc::make_mut(&mut bench.shop).billing.order_waits = Some(72 * HOUR);
    let currency = world::shop().currency;
    let price = Price {
        id: 700.into(),
        variant: SHIRT,
        name: None,
        terms: Terms { amount: 500, currency, setup: 0, recurrence: Recurrence::OneTime },
        archived: false,
        details: serde_json::Value::Null,
        created_at: Time(0),
        updated_at: Time(0),
    };
    bench.run(&Command::Billing(BillingCommand::SavePrice(Box::new(price)))).await;
    let place = PlaceBilled {
        name: None,
        number: 0,
        placed: world::order(&[(SHIRT, 1)]).placed,
        lines: vec![NewPlanLine { variant: SHIRT, price: 700.into(), quantity: 1 }],
        kind: None,
        books: NewBooks::Gateway { name: "test".into(), instrument: None },
        return_url: None,
    };
    let placed = bench.run(&Command::Billing(BillingCommand::Place(Box::new(place)))).await;
    let Outcome::Order(id) = placed.outcome else { panic!("{:?}", placed.outcome) };
    assert!(bench.order(id).await.number > 0, "it got the next number");
    let other = bench.another().await;
    for hours in [25, 47] {
        bench.clock().advance(hours * HOUR);
        let (one, two) = (workers(), workers());
        let (here, there) = tokio::join!(bench.engine.work_off(&one), other.work_off(&two));
        assert!(here.unwrap() + there.unwrap() >= 1);
    }
    let order = bench.order(id).await;
    assert_eq!(order.billing.as_ref().unwrap().service, Service::Abandoned);
    assert_eq!((order.next_due(), order.fulfillment_orders[0].stage_name()), (None, StageName::Closed));
    let timeline = bench.timeline(id).await;
    let told = timeline.iter().flat_map(|event| &event.facts);
    let late = told.filter(|fact| matches!(fact, Fact::Invoice { news: InvoiceNews::PastDue, .. }));
    assert_eq!(late.count(), 1, "two nodes looked");
    assert_eq!(bench.findings().await, []);
}

async fn workers_stop_when_told(bench: Bench) {
    let working = bench.engine.work(workers());
    let order = bench.place(world::order(&[(MUG, 11)])).await;
    bench.run(&Command::correct_stock(vec![(MUG, SERVED, 5)])).await;
    let routed = async {
        while !bench.order(order.id).await.routing.waiting.is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), routed).await.expect("a commit wakes the router");
    let begin = std::time::Instant::now();
    working.stop(Duration::from_secs(10)).await;
    assert!(begin.elapsed() < Duration::from_secs(5));
    bench.engine.close().await;
    let closed = bench.engine.execute(&bench.shop, &Actor::System, &Command::Route(order.id)).await;
    assert!(matches!(closed, Err(engine::Error::Unavailable(_))), "{closed:?}");
}

async fn everybody_sees_their_own_work_only(bench: Bench) {
    for articles in [[(SHIRT, 1)], [(MUG, 1)], [(SHIRT, 2)], [(MUG, 2)]] {
        bench.work(&articles).await;
    }
    let server = |permissions: &str| {
        let Actor::App(limited) = world::limited(permissions) else { panic!() };
        Actor::App(domain::actor::App { services: vec![world::SERVICE], ..limited })
    };
    let actors = [
        (Actor::System, 4),
        (world::merchant(), 4),
        (world::limited("read_merchant_managed_fulfillment_orders"), 2),
        (world::limited("read_third_party_fulfillment_orders"), 2),
        (world::limited("read_assigned_fulfillment_orders"), 0),
        (server("write_assigned_fulfillment_orders"), 2),
        (server("read_third_party_fulfillment_orders"), 0),
        (server("read_assigned_fulfillment_orders,read_merchant_managed_fulfillment_orders"), 4),
        (world::limited("read_orders,write_products"), 0),
    ];
    let page = Page { limit: 50, ..Page::default() };
    let list = async |actor: &Actor| {
        bench.engine.work_list(&bench.shop, actor, &[], WorkSort::Id, &page).await.unwrap()
    };
    let all = list(&Actor::System).await;
    let works: Vec<&FulfillmentOrder> =
        all.iter().map(|(id, order, _)| order.fulfillment_order(*id).unwrap()).collect();
    for (actor, sees) in &actors {
        let listed: BTreeSet<_> = list(actor).await.into_iter().map(|(id, ..)| id).collect();
        let rule: BTreeSet<_> =
            works.iter().filter(|fo| visible(actor, fo.service)).map(|fo| fo.id).collect();
        assert_eq!((listed.len(), &listed), (*sees, &rule), "V1: {actor:?}");
        for fo in &works {
            let found = bench.engine.order_of_work(&bench.shop, actor, fo.id).await.unwrap();
            assert_eq!(found.is_some(), rule.contains(&fo.id), "V1: {actor:?}");
        }
    }
}

async fn running_numbers_are_unique_and_given_back(bench: Bench) {
    let other = bench.another().await;
    let mut placing = Vec::new();
    for i in 0..40 {
        let engine = if i % 2 == 0 { &bench.engine } else { &other };
        let shop = &bench.shop;
        placing.push(async move {
            let command = world::placing(world::order(&[(world::STICKER, 1)]));
            let done = engine.execute(shop, &Actor::System, &command).await.unwrap().unwrap();
            let domain::decide::Outcome::Order(id) = done.outcome else { panic!() };
            let order = done.order(id).unwrap();
            assert_eq!(order.name, format!("#{}", order.number));
            order.number
        });
    }
    let numbers: BTreeSet<i64> = futures::future::join_all(placing).await.into_iter().collect();
    assert_eq!((numbers.len(), numbers.first()), (40, Some(&1001)));
    let highest = *numbers.last().unwrap();
    other.close().await;
    let third = bench.another().await;
    bench.engine.close().await;
    let next = third.numbers().next_order(bench.shop.id).await.unwrap();
    assert!(next > 1001 && next <= highest + 64, "{next} after {highest}");
}
