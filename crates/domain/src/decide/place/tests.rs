//! Given, when, then: an order comes in.

use super::{PRICE_MAX, QUANTITY_MAX};
use crate::actor::{Actor, Permission};
use crate::command::{Command, Fulfilled, Given, NewLine, Place};
use crate::event::FactKind;
use crate::fulfillment::{DeliveryStatus, Tracking};
use crate::fulfillment_order::{Delivery, Stage, StageName};
use crate::id::{LocationId, OrderId, ServiceId, VariantId};
use crate::order::{Article, CancelReason, PaymentClaim, StockMode};
use crate::product::WhenOut;
use crate::refusal::{Refusal, Thing};
use crate::status::{FulfillmentStatus, fulfillment};
use crate::time::Time;
use crate::world::*;

fn placing(place: Place) -> Command {
    Command::Place(Box::new(place))
}

/// A line that describes itself.
fn described(title: &str, quantity: i64) -> NewLine {
    let article = Article { title: title.into(), requires_shipping: true, ..Article::default() };
    NewLine { quantity, article, described: Default::default(), fulfilled: 0 }
}

#[test]
fn an_order_gets_its_name_its_invoice_and_its_work() {
    let mut world = World::new();
    let decision = world.run(&merchant(), placing(new_order(vec![line(SHIRT, 2)]))).unwrap();
    assert_eq!(kinds(&decision), [FactKind::OrderPlaced, FactKind::WorkRouted]);
    let order = &world.orders[0];
    assert_eq!((order.name.as_str(), order.number, order.version), ("#1001", 1001, 1));
    assert_eq!(order.invoices.len(), 1);
    let [sold] = &order.invoices[0].lines[..] else { panic!() };
    assert_eq!((sold.order_line, sold.quantity, sold.removed), (order.lines[0].id, 2, 0));
    assert_eq!(order.fulfillment_orders[0].fulfill_at, Some(world.now.start_of_hour()));
    assert_eq!(world.stock(SHIRT, HERE), (10, 2));
    let named = Place { name: Some("EXT-7".into()), ..new_order(vec![described("Thing", 1)]) };
    let id = world.place(named);
    assert_eq!(world.order(id).name, "EXT-7");
}

#[test]
fn an_order_is_refused_for_the_first_reason() {
    let mut world = World::new();
    let mut known = new_order(vec![line(SHIRT, 1)]);
    known.placed.source_key = Some("key".into());
    let seen = world.place(known.clone());
    let nothing = || Place { lines: vec![], ..known.clone() };
    let reader = limited("read_orders");
    assert_eq!(world.refused(&reader, placing(nothing())), Refusal::NotPermitted(&[Permission::WriteOrders]));
    assert_eq!(world.refused(&merchant(), placing(nothing())), Refusal::SeenBefore(seen));
    assert_eq!(world.refused(&merchant(), placing(new_order(vec![]))), Refusal::NoLines);
    let nobody = VariantId(4);
    let priced = |price| NewLine {
        article: Article { unit_price: price, ..described("x", 1).article },
        ..described("x", 1)
    };
    for (wrong, refusal) in [
        (line(nobody, 0), Refusal::LineQuantity(1)),
        (line(SHIRT, QUANTITY_MAX + 1), Refusal::LineQuantity(1)),
        (line(nobody, 1), Refusal::Unknown(Thing::Variant(nobody, 1))),
        (described("  ", 1), Refusal::LineWithoutTitle(1)),
        (priced(-1), Refusal::LinePrice(1)),
        (priced(PRICE_MAX + 1), Refusal::LinePrice(1)),
    ] {
        assert_eq!(world.refused(&merchant(), placing(new_order(vec![line(SHIRT, 1), wrong]))), refusal);
    }
    assert_eq!(world.orders.len(), 1);
}

#[test]
fn a_line_takes_from_its_variant_what_it_does_not_say() {
    let mut world = World::new();
    let variant = world.variants.iter_mut().find(|variant| variant.id == SHIRT).unwrap();
    variant.title = "Blue / L".into();
    variant.when_out = WhenOut::SellOn;
    variant.vendor = Some("Maker".into());
    let mut own = line(SHIRT, 1);
    own.article = Article {
        variant: Some(SHIRT),
        title: "Own title".into(),
        variant_title: Some("Own".into()),
        sku: Some("OWN".into()),
        vendor: Some("Own".into()),
        unit_price: 0,
        pinned_to: Some(ServiceId(9)),
        tracked: false,
        ..Article::default()
    };
    let given = Given::Yes;
    own.described.price = given;
    own.described.requires_shipping = given;
    own.described.taxable = given;
    own.described.weight = given;
    let id = world.place(new_order(vec![line(SHIRT, 1), own]));
    let articles: Vec<&Article> = world.order(id).lines.iter().map(|line| &line.article).collect();
    let taken = Article {
        variant: Some(SHIRT),
        product: Some(world.variants[0].product),
        title: "Article 100".into(),
        variant_title: Some("Blue / L".into()),
        sku: Some("SKU-100".into()),
        vendor: Some("Maker".into()),
        unit_price: 1_000,
        requires_shipping: true,
        taxable: true,
        grams: 100,
        tracked: true,
        sells_on: true,
        ..Article::default()
    };
    assert_eq!(articles[0], &taken);
    let own = Article {
        title: "Own title".into(),
        variant_title: Some("Own".into()),
        sku: Some("OWN".into()),
        vendor: Some("Own".into()),
        unit_price: 0,
        requires_shipping: false,
        taxable: false,
        grams: 0,
        pinned_to: Some(ServiceId(9)),
        ..taken
    };
    assert_eq!(articles[1], &own, "whether stock is counted is the variant's to say");
}

#[test]
fn an_order_without_stock_waits_or_is_refused_or_sold_on() {
    let mut world = World::new();
    let order = |stock, lines| {
        let mut place = new_order(lines);
        place.placed.stock = stock;
        place
    };
    let id = world.place(order(StockMode::Wait, vec![line(SHIRT, 21)]));
    assert_eq!(world.order(id).routing.waiting[0].quantity, 1);
    let refuse = |lines| placing(order(StockMode::Refuse, lines));
    assert_eq!(world.refused(&merchant(), refuse(vec![line(SHIRT, 1)])), Refusal::OutOfStock(SHIRT));
    assert_eq!(world.stock(SHIRT, HERE), (10, 10), "nothing was promised");
    world.run(&merchant(), refuse(vec![line(MUG, 10), line(PRINT, 3)])).unwrap();
    let id = world.place(order(StockMode::Oversell, vec![line(SHIRT, 5)]));
    assert!(world.order(id).routing.waiting.is_empty());
    assert_eq!(world.stock(SHIRT, HERE), (10, 15));
}

#[test]
fn what_no_stock_is_counted_of_cant_be_out_of_stock() {
    let mut world = World::new();
    world.locations.iter_mut().for_each(|location| location.active = false);
    let mut place = new_order(vec![line(STICKER, 1), described("Thing", 1)]);
    place.placed.stock = StockMode::Refuse;
    let id = world.place(place);
    assert_eq!(world.order(id).routing.waiting.len(), 2, "it waits for a location");
}

#[test]
fn digital_articles_take_nothing_from_the_shelves() {
    let mut world = World::new();
    let mut file = line(SHIRT, 1);
    file.described.requires_shipping = Given::Yes;
    let id = world.place(new_order(vec![file, line(SHIRT, 1)]));
    let works = &world.order(id).fulfillment_orders;
    let by: Vec<_> = works.iter().map(|fo| (fo.delivery, fo.lines[0].committed)).collect();
    assert_eq!(by, [(Delivery::Shipping, true), (Delivery::Digital, false)]);
    assert_eq!(world.stock(SHIRT, HERE), (10, 1));
}

fn left(location: Option<LocationId>) -> Option<Fulfilled> {
    let trackings = vec![Tracking { number: Some("1Z".into()), ..Tracking::default() }];
    Some(Fulfilled { location, at: Time(5), trackings, status: Some(DeliveryStatus::Delivered) })
}

#[test]
fn an_order_may_arrive_fulfilled() {
    let mut world = World::new();
    let mut place = new_order(vec![line(SHIRT, 2), line(MUG, 1)]);
    place.lines[0].fulfilled = 9;
    place.lines[1].fulfilled = 1;
    place.fulfilled = left(Some(THERE));
    place.placed.payment_claim = Some(PaymentClaim::Paid);
    let decision = world.run(&Actor::System, placing(place)).unwrap();
    assert_eq!(
        kinds(&decision),
        [FactKind::OrderPlaced, FactKind::FulfillmentCreated, FactKind::OrderFulfilled, FactKind::OrderPaid]
    );
    let (order, parcel) = (&world.orders[0], &world.fulfillments[0]);
    assert_eq!(order.fulfillment_orders.len(), 1);
    assert_eq!(order.fulfillment_orders[0].stage, Stage::Closed);
    assert_eq!((parcel.location, parcel.name.as_str(), parcel.created_at), (THERE, "#1001-F1", Time(5)));
    assert_eq!(parcel.events[0].status, DeliveryStatus::Delivered);
    assert_eq!(parcel.shares[0].quantity, 2, "no more than was asked for");
    assert_eq!(world.stock(SHIRT, THERE), (10, 0), "it left another stock, long ago");
}

#[test]
fn an_order_may_arrive_fulfilled_in_part() {
    let mut world = World::new();
    let mut place = new_order(vec![line(SHIRT, 3), line(SHIRT, 1)]);
    place.lines[0].fulfilled = 1;
    place.lines[1].fulfilled = -1;
    place.fulfilled = left(None);
    let id = world.place(place);
    let order = world.order(id);
    assert_eq!(world.fulfillments[0].location, HERE, "the first that routing would have picked");
    let works: Vec<_> =
        order.fulfillment_orders.iter().map(|fo| (fo.stage_name(), fo.open_quantity())).collect();
    assert_eq!(works, [(StageName::Closed, 0), (StageName::Open, 3)]);
    assert_eq!(fulfillment(order), FulfillmentStatus::PartiallyFulfilled);
    let work = order.fulfillment_orders[1].id;
    let parcel = world.ship(work, None);
    let name = world.fulfillments.iter().find(|f| f.id == parcel).map(|f| f.name.clone());
    assert_eq!(name.as_deref(), Some("#1001-F2"));
}

#[test]
fn without_a_word_on_how_it_left_nothing_left() {
    let mut world = World::new();
    let mut place = new_order(vec![line(SHIRT, 3)]);
    place.lines[0].fulfilled = 2;
    let id = world.place(place);
    assert_eq!(world.order(id).fulfillment_orders[0].open_quantity(), 3);
    let mut nowhere = new_order(vec![line(SHIRT, 1)]);
    nowhere.lines[0].fulfilled = 1;
    nowhere.fulfilled = left(Some(LocationId(4)));
    let unknown = Refusal::Unknown(Thing::Location(LocationId(4)));
    assert_eq!(world.refused(&Actor::System, placing(nowhere)), unknown);
}

#[test]
fn an_order_may_arrive_called_off() {
    let mut world = World::new();
    let mut place = new_order(vec![line(SHIRT, 3), line(MUG, 1)]);
    place.cancelled = Some((Time(7), CancelReason::Fraud));
    place.closed_at = Some(Time(7));
    place.created_at = Some(Time(3));
    let decision = world.run(&Actor::System, placing(place.clone())).unwrap();
    assert_eq!(kinds(&decision), [FactKind::OrderPlaced]);
    let order = &world.orders[0];
    assert!(order.fulfillment_orders.is_empty() && order.routing.waiting.is_empty());
    assert_eq!(order.current_quantity(order.lines[0].id), 0);
    assert_eq!((order.created_at, order.closed_at), (Time(3), Some(Time(7))));
    assert_eq!(order.cancelled.as_ref().map(|c| (c.at, c.reason)), Some((Time(7), CancelReason::Fraud)));
    assert_eq!(world.stock(SHIRT, HERE), (10, 0));

    place.lines[0].fulfilled = 1;
    place.fulfilled = left(None);
    let id: OrderId = world.place(place);
    let order = world.order(id);
    let quantities: Vec<_> = order
        .lines
        .iter()
        .map(|line| (order.current_quantity(line.id), order.fulfilled_quantity(line.id)))
        .collect();
    assert_eq!(quantities, [(1, 1), (0, 0)], "what had left before is still asked for");
}
