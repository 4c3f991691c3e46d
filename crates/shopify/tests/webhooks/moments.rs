//! What is told when: a program that listens to everything hears every fact once, and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::actor::Actor;
use domain::command::{
    Command, EditOrder, LineChange, MoveWork, Place, RecordDelivery, Remark, Restock, SomeWork,
    StartStocking, StockMeasure, Track, VariantEdit,
};
use domain::contact::{ContactChange, ContactKey, SaveContact, Whom};
use domain::decide::Outcome;
use domain::fulfillment::DeliveryStatus;
use domain::id::{
    FulfillmentId, FulfillmentOrderId, FulfillmentOrderLineId, LocationId, OrderId, ProductId, VariantId,
};
use domain::order::Order;
use domain::rejection::Rejection;
use domain::time::HOUR;
use engine::Done;
use serde_json::json;
use testkit::receiver::Receiver;
use testkit::world::{self, HERE, MUG, SHIRT, THERE, merchant, server};

use crate::bench::{Bench, TOKEN, bench, nearby};

/// Topics that are accepted and never told.
const SILENT: [&str; 4] = ["APP_UNINSTALLED", "INVENTORY_ITEMS_DELETE", "PRODUCTS_DELETE", "SHOP_UPDATE"];
/// Told of work that buyers fetch themselves, which nothing below brings about.
const ELSEWHERE: &str = "fulfillment_orders/line_items_prepared_for_pickup";

/// A shop, and who hears everything that happens there.
struct Stage {
    bench: Bench,
    receiver: Receiver,
    /// How many messages were looked at.
    seen: usize,
    /// The paths of the topics that were heard of.
    heard: BTreeSet<String>,
}

impl Stage {
    /// Subscribes to every topic that isn't refused; tells how many there are.
    async fn set() -> (Self, usize) {
        let bench = bench(nearby()).await;
        let receiver = Receiver::start().await;
        bench.work_off().await;
        let names = "{ __type(name: \"WebhookSubscriptionTopic\") { enumValues { name } } }";
        let names = bench.ask(names, json!({})).await;
        let document = "mutation($topic: WebhookSubscriptionTopic!, $input: WebhookSubscriptionInput!) {
            webhookSubscriptionCreate(topic: $topic, webhookSubscription: $input) { userErrors { message } } }";
        let mut topics = 0;
        for name in names["__type"]["enumValues"].as_array().unwrap() {
            let variables = json!({ "topic": name["name"], "input": { "uri": receiver.url() } });
            let answer = bench.asked_by(TOKEN, "2026-07", document, variables).await;
            let errors = &answer["data"]["webhookSubscriptionCreate"]["userErrors"];
            topics += if errors == &json!([]) { 1 } else { 0 };
        }
        (Self { bench, receiver, seen: 0, heard: BTreeSet::new() }, topics)
    }

    /// What is told since it was last asked: topics in their order, with how often if that isn't once.
    async fn told(&mut self) -> String {
        self.bench.work_off().await;
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        let requests = self.receiver.requests();
        for request in &requests[self.seen..] {
            let topic = request.header("X-Shopify-Topic").unwrap();
            *counts.entry(topic.to_owned()).or_default() += 1;
        }
        self.seen = requests.len();
        self.heard.extend(counts.keys().cloned());
        let said = |(topic, count): (&String, &usize)| match count {
            1 => topic.clone(),
            count => format!("{topic} x{count}"),
        };
        counts.iter().map(said).collect::<Vec<_>>().join(", ")
    }

    /// Somebody does something, and exactly that is told of it.
    async fn does(&mut self, who: &Actor, command: Command, expected: &str) -> Done {
        let done = self.bench.engine.execute(&self.bench.shop, who, &command).await.unwrap();
        let done = done.unwrap_or_else(|refusal| panic!("{command:?}: {refusal:?}"));
        assert_eq!(self.told().await, expected, "{command:?}");
        done
    }

    async fn places(&mut self, place: Place, expected: &str) -> (OrderId, FulfillmentOrderId) {
        let done = self.does(&merchant(), world::placing(place), expected).await;
        let Outcome::Order(id) = done.outcome else { panic!("{:?}", done.outcome) };
        (id, done.order(id).unwrap().fulfillment_orders[0].id)
    }

    async fn order(&self, id: OrderId) -> Arc<Order> {
        self.bench.engine.orders_by_id(&self.bench.shop, &[id]).await.unwrap().remove(0)
    }

    /// The open work of an order, and its first line.
    async fn open(&self, id: OrderId) -> Vec<(FulfillmentOrderId, FulfillmentOrderLineId)> {
        let order = self.order(id).await;
        let open = order.fulfillment_orders.iter().filter(|work| work.is_open());
        open.map(|work| (work.id, work.lines[0].id)).collect()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_is_told_once_and_at_its_moment() {
    let (mut stage, topics) = Stage::set().await;
    let merchant = merchant();
    work(&mut stage, &merchant).await;
    parcels(&mut stage, &merchant).await;
    requests(&mut stage, &merchant).await;
    orders(&mut stage, &merchant).await;
    things(&mut stage, &merchant).await;
    // Every topic was heard of, but for those that nothing above brings about.
    assert!(!stage.heard.contains(ELSEWHERE));
    assert_eq!(stage.heard.len() + 1 + SILENT.len(), topics, "{:?}", stage.heard);
}

/// Work is held, let go, taken apart, put together, moved, begun, called off, put off and ready.
async fn work(stage: &mut Stage, who: &Actor) {
    const PLACED: &str = "fulfillment_orders/order_routing_complete, inventory_levels/update, orders/create";
    let (order, work) = stage.places(world::order(&[(SHIRT, 3)]), PLACED).await;
    let held = "fulfillment_holds/added, fulfillment_orders/placed_on_hold, orders/updated";
    stage.does(who, world::holding(work, "a", &[]), held).await;
    stage.does(who, world::holding(work, "b", &[]), "fulfillment_holds/added, orders/updated").await;
    let released = "fulfillment_holds/released x2, fulfillment_orders/hold_released, orders/updated";
    stage.does(who, Command::Release(work, Vec::new()), released).await;
    let line = stage.open(order).await[0].1;
    let split = Command::Split(vec![SomeWork { id: work, lines: vec![(line, 1)] }]);
    stage.does(who, split, "fulfillment_orders/split, orders/updated").await;
    let parts = stage.open(order).await;
    let parts = parts.into_iter().map(|(id, _)| SomeWork { id, lines: Vec::new() }).collect();
    stage.does(who, Command::Merge(vec![parts]), "fulfillment_orders/merged, orders/updated").await;
    let work = stage.open(order).await[0].0;
    let to = MoveWork { fulfillment_order: work, to: THERE, lines: Vec::new() };
    let moved = "fulfillment_orders/moved, inventory_levels/update x2, orders/updated";
    stage.does(who, Command::Move(to), moved).await;
    let work = stage.open(order).await[0].0;
    let begun = "fulfillment_orders/progress_reported, orders/updated";
    stage.does(who, Command::ReportProgress(work, None), begun).await;
    let stopped = "fulfillment_orders/manually_reported_progress_stopped, orders/updated";
    stage.does(who, Command::Open(work), stopped).await;
    stage.does(who, Command::CancelWork(work), "fulfillment_orders/cancelled, orders/updated").await;

    let mut later = world::order(&[(SHIRT, 1)]);
    let now = stage.bench.engine.now();
    later.placed.fulfill_at = Some(now.plus(HOUR));
    let (_, work) = stage.places(later, PLACED).await;
    let again = Command::Reschedule(work, now.plus(2 * HOUR));
    stage.does(who, again, "fulfillment_orders/rescheduled, orders/updated").await;
    stage.bench.wait(3 * 60 * 60);
    let ready = "fulfillment_orders/scheduled_fulfillment_order_ready, orders/updated";
    assert_eq!(stage.told().await, ready);
}

/// Parcels leave in part and whole, are on their way, and come back.
async fn parcels(stage: &mut Stage, who: &Actor) {
    let placed = "fulfillment_orders/order_routing_complete, inventory_levels/update, orders/create";
    let (order, work) = stage.places(world::order(&[(SHIRT, 2)]), placed).await;
    let line = stage.open(order).await[0].1;
    let some = [(line, 1)];
    let part = world::fulfilling(&[(work, Some(&some))], domain::command::Reach::OneOrder);
    let left = "fulfillments/create, inventory_levels/update, orders/partially_fulfilled, orders/updated";
    let done = stage.does(who, part, left).await;
    let Outcome::Fulfillment(parcel) = done.outcome else { panic!("{:?}", done.outcome) };
    let track = Track { fulfillment: parcel, trackings: Vec::new(), notify_buyer: false };
    stage.does(who, Command::Track(track), "fulfillments/update, orders/updated").await;
    let done = stage
        .does(who, on_its_way(parcel), "fulfillment_events/create, fulfillments/update, orders/updated")
        .await;
    let event = done.fulfillment(parcel).unwrap().events[0].id;
    let forgotten = "fulfillment_events/delete, fulfillments/update, orders/updated";
    stage.does(who, Command::ForgetDelivery(parcel, event), forgotten).await;
    let back = "fulfillments/update, inventory_levels/update, orders/updated";
    stage.does(who, Command::CancelFulfillment(parcel), back).await;
    let all = "fulfillments/create, inventory_levels/update, orders/fulfilled, orders/updated";
    stage.does(who, world::shipping(work), all).await;
}

fn on_its_way(fulfillment: FulfillmentId) -> Command {
    Command::RecordDelivery(RecordDelivery {
        fulfillment,
        status: DeliveryStatus::InTransit,
        happened_at: None,
        message: None,
        place: Default::default(),
        position: None,
        estimated_at: None,
    })
}

/// A service is asked, says no and yes, is asked to stop, says no and yes, and gives up.
async fn requests(stage: &mut Stage, who: &Actor) {
    let placed = "fulfillment_orders/order_routing_complete, inventory_levels/update, orders/create";
    let at = |what: &str| format!("fulfillment_orders/{what}, orders/updated");
    for stops in [true, false] {
        let (order, work) = stage.places(world::order(&[(MUG, 1)]), placed).await;
        let submitted = at("fulfillment_request_submitted");
        stage.does(who, world::requesting(work, &[]), &submitted).await;
        let no = Command::RejectRequest(work, Rejection::default());
        stage.does(&server(), no, &at("fulfillment_request_rejected")).await;
        stage.does(who, world::requesting(work, &[]), &submitted).await;
        let yes = Command::AcceptRequest(work, None);
        stage.does(&server(), yes, &at("fulfillment_request_accepted")).await;
        let stop = Command::RequestCancellation(work, None);
        stage.does(who, stop, &at("cancellation_request_submitted")).await;
        if stops {
            let yes = Command::AcceptCancellation(work, None);
            stage.does(&server(), yes, &at("cancellation_request_accepted")).await;
        } else {
            let no = Command::RejectCancellation(work, None);
            stage.does(&server(), no, &at("cancellation_request_rejected")).await;
            let up = Command::GiveUp(work, None);
            stage.does(&server(), up, &at("fulfillment_service_failed_to_complete")).await;
        }
        assert_eq!(stage.order(order).await.id, order);
    }
}

/// Orders are paid, edited, called off and forgotten.
async fn orders(stage: &mut Stage, who: &Actor) {
    let placed = "fulfillment_orders/order_routing_complete, inventory_levels/update, orders/create";
    let mut place = world::order(&[(SHIRT, 2)]);
    place.lines[0].article.unit_price = 1_000;
    let (order, _) = stage.places(place, placed).await;
    stage.does(who, Command::MarkPaid(order), "orders/paid, orders/updated").await;
    let line = stage.order(order).await.lines[0].id;
    let changes = vec![LineChange::Set { line, quantity: 1, restock: Restock::Yes }];
    let remark = Remark { note: None, notify_buyer: false };
    let edit = Command::EditOrder(EditOrder { order, changes, remark });
    stage.does(who, edit, "inventory_levels/update, orders/edited, orders/updated").await;
    let off = "fulfillment_orders/cancelled, inventory_levels/update, orders/cancelled, orders/updated, refunds/create";
    stage.does(who, world::calling_off(order, Restock::Yes), off).await;
    stage.does(who, Command::DeleteOrder(order), "orders/delete").await;
}

/// Contacts, products, locations and stock come, change and go.
async fn things(stage: &mut Stage, who: &Actor) {
    let saved = |whom: Whom, name: &str| {
        let changes = vec![ContactChange::FirstName(Some(name.to_owned()))];
        Command::SaveContact(Box::new(SaveContact { whom, changes }))
    };
    let done = stage.does(who, saved(Whom::New, "Ada"), "customers/create").await;
    let Outcome::Contact(contact) = done.outcome else { panic!("{:?}", done.outcome) };
    let known = Whom::Known(ContactKey::Id(contact));
    stage.does(who, saved(known, "Eva"), "customers/update").await;
    stage.does(who, Command::DeleteContact(contact), "customers/delete").await;

    let (product, id) = (ProductId(91), VariantId(500));
    let variant = domain::product::Variant { product, ..world::variant(id) };
    let save = Command::SaveProduct(world::product(product), vec![variant.clone()]);
    stage.does(who, save, "inventory_items/create, products/create").await;
    let dearer = domain::product::Variant { price: 2_000, ..variant };
    let save = Command::SaveProduct(world::product(product), vec![dearer]);
    stage.does(who, save, "inventory_items/update, products/update").await;
    let heavier = VariantEdit { grams: Some(7), ..VariantEdit::default() };
    stage.does(who, Command::EditVariant(id, heavier), "inventory_items/update").await;

    let place = LocationId(600);
    let location = || world::location(place, 9);
    stage.does(who, Command::SaveLocation(location()), "locations/create").await;
    stage.does(who, Command::SaveLocation(location()), "locations/update").await;
    let start = StartStocking { variant: SHIRT, location: place, opening: Some((StockMeasure::OnHand, 4)) };
    stage.does(who, Command::StartStocking(start), "inventory_levels/connect").await;
    let counted = Command::correct_stock(vec![(SHIRT, place, 1)]);
    stage.does(who, counted, "inventory_levels/update").await;
    let emptied = "inventory_levels/update x2, locations/deactivate";
    stage.does(who, Command::DeactivateLocation(place, Some(HERE)), emptied).await;
    stage.does(who, Command::ActivateLocation(place), "locations/activate").await;
    stage.does(who, Command::StopStocking(SHIRT, place), "inventory_levels/disconnect").await;
    stage.does(who, Command::DeactivateLocation(place, None), "locations/deactivate").await;
    stage.does(who, Command::DeleteLocation(place), "locations/delete").await;
}
