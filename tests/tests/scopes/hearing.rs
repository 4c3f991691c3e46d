//! Webhooks: a program hears of what it may see, and of nothing else.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::actor::{Permission, Permissions};
use domain::command::{Command, MoveWork};
use domain::id::{AppId, FulfillmentOrderId, ListenerId, LocationId, ServiceId};
use domain::listener::Listener;
use domain::location::Service;
use engine::outside::address::AllowPrivate;
use engine::outside::url::AllowHttp;
use engine::outside::{Outside, Policy};
use engine::workers::Workers;
use testkit::receiver::Receiver;
use testkit::world::{self, HERE, SERVED};

use crate::stage::Stage;

/// A topic that is told about work or parcels, and who hears it whatever the work: those with that permission.
const OF_WORK: [(&str, Option<Permission>); 4] = [
    ("FULFILLMENT_ORDERS_PLACED_ON_HOLD", None),
    ("FULFILLMENT_HOLDS_ADDED", None),
    ("FULFILLMENT_ORDERS_HOLD_RELEASED", None),
    ("FULFILLMENTS_CREATE", Some(Permission::ReadFulfillments)),
];
/// A topic about something else, and who hears it.
const OF_ELSE: [(&str, Permission); 3] = [
    ("ORDERS_UPDATED", Permission::ReadOrders),
    ("LOCATIONS_UPDATE", Permission::ReadLocations),
    ("INVENTORY_LEVELS_UPDATE", Permission::ReadInventory),
];
/// The service that each program in turn runs, and its location.
const OWN: (i64, i64) = (500, 700);

/// Where work is that is held, let go and shipped.
#[derive(Debug, Clone, Copy, PartialEq)]
enum At {
    Merchant,
    Own,
    Other,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn programs_hear_of_what_they_may_see() {
    let stage = Stage::set().await;
    let receiver = Receiver::start().await;
    let shop = stage.cast.served.shop.clone();
    let kinds: Vec<Permissions> = [Permissions::default(), Permissions::all()]
        .into_iter()
        .chain(Permission::ALL.iter().map(|one| Permissions::of(&[*one])))
        .collect();
    let mut programs = Vec::new();
    for (number, permissions) in kinds.into_iter().enumerate() {
        let number = number as i64;
        let client = stage.cast.key(None, permissions).await;
        let service = Service {
            id: ServiceId(OWN.0 + number),
            app: client.app,
            name: format!("Own {number}"),
            handle: format!("own-{number}"),
            location: LocationId(OWN.1 + number),
            ..world::service()
        };
        let place = world::location(service.location, 10 + number);
        stage.run(&shop, &Command::SaveService(service, place)).await;
        let topics = OF_WORK.iter().map(|(topic, _)| *topic).chain(OF_ELSE.iter().map(|(topic, _)| *topic));
        for (at, topic) in topics.enumerate() {
            let url = format!("{}/{number}/{topic}", receiver.url());
            let id = ListenerId(1_000 + 10 * number + at as i64);
            let listener = Listener {
                id,
                app: client.app,
                topic: topic.to_owned(),
                ..world::listener(1, shopify::NAME, &url)
            };
            // Subscribing is refused to most of them; they may have been allowed more once.
            stage.run(&shop, &Command::SaveListener(listener)).await;
        }
        programs.push((number, client.app, permissions));
    }
    let mut works = Vec::new();
    works.push((At::Merchant, None, held_and_shipped(&stage, HERE).await));
    works.push((At::Other, None, held_and_shipped(&stage, SERVED).await));
    for (number, app, _) in &programs {
        works.push((At::Own, Some(*app), held_and_shipped(&stage, LocationId(OWN.1 + number)).await));
    }
    let place = domain::location::Location { name: "Renamed".into(), ..world::location(HERE, 1) };
    stage.run(&shop, &Command::SaveLocation(place)).await;
    stage.run(&shop, &Command::correct_stock(vec![(world::SHIRT, HERE, 1)])).await;
    work_off(&stage).await;

    let requests = receiver.requests();
    let mut told = 0;
    for (number, app, permissions) in &programs {
        let of_topic = |topic: &str| {
            let path = format!("/{number}/{topic}");
            requests
                .iter()
                .filter(move |request| request.path == path)
                .map(|request| request.json().to_string())
        };
        let scopes: Vec<&str> = permissions.iter().map(Permission::as_str).collect();
        for (topic, always) in OF_WORK {
            let sees = |at: At, whose: Option<AppId>| {
                let needed = match at {
                    At::Merchant => Permission::ReadMerchantWork,
                    At::Own if whose == Some(*app) => Permission::ReadAssignedWork,
                    At::Own | At::Other => Permission::ReadThirdPartyWork,
                };
                permissions.has(needed) || always.is_some_and(|permission| permissions.has(permission))
            };
            let heard: Vec<String> = of_topic(topic).collect();
            let expected = works.iter().filter(|(at, whose, _)| sees(*at, *whose)).count();
            assert_eq!(heard.len(), expected, "{topic} for {scopes:?}");
            // And it is about those works, not about as many others.
            let hidden: Vec<&FulfillmentOrderId> =
                works.iter().filter(|(at, whose, _)| !sees(*at, *whose)).map(|(_, _, work)| work).collect();
            let named: BTreeSet<&&FulfillmentOrderId> = hidden
                .iter()
                .filter(|work| heard.iter().any(|body| body.contains(&format!("/{}\"", work.0))))
                .collect();
            assert!(named.is_empty(), "{topic} for {scopes:?} names {named:?}");
            told += heard.len();
        }
        for (topic, needed) in OF_ELSE {
            assert_eq!(of_topic(topic).count() > 0, permissions.has(needed), "{topic} for {scopes:?}");
        }
    }
    println!("{told} messages about work, {} in all", requests.len());
    assert!(told > 100, "{told}");
}

/// Work there that is held, let go, and then left.
async fn held_and_shipped(stage: &Stage, at: LocationId) -> FulfillmentOrderId {
    let shop = stage.cast.served.shop.clone();
    let (_, work) = stage.open(&shop, HERE).await;
    if at != HERE {
        let to = MoveWork { fulfillment_order: work, to: at, lines: Vec::new() };
        stage.run(&shop, &Command::Move(to)).await;
    }
    stage.run(&shop, &world::holding(work, "", &[])).await;
    stage.run(&shop, &Command::Release(work, Vec::new())).await;
    stage.run(&shop, &world::shipping(work)).await;
    work
}

/// Tells everybody what there is to tell.
async fn work_off(stage: &Stage) {
    let policy = Policy {
        allow_private: AllowPrivate::Loopback,
        allow_http: AllowHttp::Loopback,
        total_timeout: Duration::from_secs(20),
        ..Policy::default()
    };
    let workers = Workers {
        dialects: vec![shopify::dialect()],
        gateways: Vec::new(),
        outside: Outside::new(policy).unwrap(),
        post: engine::mail::Post::Nowhere,
        calls_at_once: 8,
        inquire_every: Duration::from_secs(3600),
        events_days: 30,
        keys_days: 7,
    };
    while stage.cast.served.engine.work_off(&workers).await.unwrap() > 0 {}
}
