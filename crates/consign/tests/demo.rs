//! The demo shop: everything that can become of an order is in it, nothing in it breaks a rule, and it is the same
//! every time.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

use std::collections::BTreeMap;
use std::sync::Arc;

use consign::config::{Flag, Purpose, Sources, load};
use consign::demo::{Content, ORDERS, fill};
use consign::installation::{Installation, Missing};
use domain::fulfillment::DeliveryStatus;
use domain::order::Order;
use domain::status;
use store::{OrderSort, Page, Store};

async fn demo(folder: &std::path::Path) -> (Store, Vec<Arc<Order>>) {
    let flag = Flag { key: "data.dir", name: "--data", value: folder.display().to_string() };
    let (purpose, search, env) = (Purpose::Dev, Vec::new(), Vec::new());
    let sources = Sources { purpose, file: None, search, env, flags: vec![flag] };
    let installation = Installation { config: load(&sources).unwrap().config };
    assert!(fill(&installation, Content::Demo).await.unwrap().is_some());
    assert!(
        fill(&installation, Content::Demo).await.unwrap().is_none(),
        "a shop that is there is left alone"
    );
    let store = installation.open(Missing::Refuse).await.unwrap().store;
    let shop = store.shops().await.unwrap().pop().unwrap();
    let page = Page { limit: 1_000, ..Page::default() };
    let orders = store.orders(shop.id, &[], OrderSort::Number, &page).await.unwrap();
    (store, orders.into_iter().map(|(order, _)| order).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_can_become_of_an_order_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let (store, orders) = demo(folder.path()).await;
    assert_eq!(orders.len(), ORDERS);
    let shop = store.shops().await.unwrap().pop().unwrap();
    assert_eq!(store.audit(shop.id, |_| {}).await.unwrap(), []);

    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    let mut count = |what: &str| *found.entry(what.to_owned()).or_default() += 1;
    for order in &orders {
        count(status::fulfillment(order).as_str());
        order.cancelled.is_some().then(|| count("cancelled"));
        (!order.routing.waiting.is_empty()).then(|| count("unrouted"));
        order.placed.shipping_address.is_none().then(|| count("digital"));
        let mut places: Vec<_> = order.fulfillment_orders.iter().map(|work| work.location).collect();
        places.dedup();
        (places.len() > 1).then(|| count("split"));
        for work in &order.fulfillment_orders {
            count(&format!("{} {}", work.stage_name().as_str(), work.request.as_str()));
            work.holds().iter().for_each(|hold| count(&format!("held: {}", hold.reason.as_str())));
            work.parted_from.is_some().then(|| count("held in part"));
        }
    }
    let ids: Vec<_> = orders.iter().map(|order| order.id).collect();
    for fulfillment in store.fulfillments_of_orders(shop.id, &ids).await.unwrap() {
        count(match fulfillment.latest_event().map(|event| event.status) {
            None => "no news",
            Some(DeliveryStatus::InTransit) => "in transit",
            Some(DeliveryStatus::Delivered) => "delivered",
            Some(_) => "seen elsewhere",
        });
    }
    for (what, many) in [
        ("fulfilled", 50),
        ("partially_fulfilled", 10),
        ("scheduled", 5),
        ("cancelled", 4),
        ("unrouted", 3),
        ("split", 3),
        ("digital", 4),
        ("held in part", 1),
        ("held: fraud_risk", 2),
        ("held: incorrect_address", 2),
        ("open submitted", 4),
        ("in_progress accepted", 4),
        ("open rejected", 3),
        ("in transit", 14),
        ("delivered", 22),
    ] {
        assert_eq!(found.get(what), Some(&many), "{what}: {found:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_seed_makes_the_same_shop() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let what = |order: &Arc<Order>| {
        let lines: Vec<_> = order.lines.iter().map(|line| (line.quantity, line.article.clone())).collect();
        let work: Vec<_> = order.fulfillment_orders.iter().map(|work| (work.id, work.location)).collect();
        (order.id, order.name.clone(), order.placed.shipping_address.clone(), lines, work)
    };
    let (one, two) = (demo(one.path()).await.1, demo(two.path()).await.1);
    assert_eq!(one.iter().map(what).collect::<Vec<_>>(), two.iter().map(what).collect::<Vec<_>>());
}
