//! What is read back, in the reference's words.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::event::{Event, Fact};
use domain::fulfillment::{DeliveryStatus, Fulfillment};
use domain::fulfillment_order::{Delivery, FulfillmentOrder, PartedBy, Stage};
use domain::id::{AppId, EventId, FulfillmentId, LocationId, OrderId, ShopId, VariantId};
use domain::order::{Order, StockMode};
use domain::time::Time;
use engine::Engine;
use store::db::Query;

use crate::reference::{Known, Level, Line, Parcel, Parted, Units, Work};

/// An order as it was read; `events` is how often something was told of it.
pub fn order(order: &Order, events: i64) -> Known {
    let mut waits = BTreeMap::new();
    for waiting in &order.routing.waiting {
        waits.entry(waiting.invoice_line).or_insert((waiting.order_line, 0)).1 += waiting.quantity;
    }
    let line = |line: &domain::order::OrderLine| {
        let article = &line.article;
        let limited = article.tracked && !article.sells_on && order.placed.stock != StockMode::Oversell;
        let known = Line {
            variant: article.variant,
            asked: asked(order, line.id),
            returned: returned(order, line.id),
            tracked: article.tracked,
            limited,
            shipped: article.requires_shipping,
        };
        (line.id, known)
    };
    Known {
        lines: order.lines.iter().map(line).collect(),
        waits,
        works: order.fulfillment_orders.iter().map(|fo| (fo.id, work(fo))).collect(),
        cancelled: order.cancelled.is_some(),
        closed: order.closed_at.is_some(),
        billed: order.billing.is_some() || order.charging.is_some(),
        refuses: order.placed.stock == StockMode::Refuse,
        contact: order.placed.contact,
        source: order.placed.source_key.clone(),
        version: order.version,
        events,
    }
}

/// Units of a line that are asked for: what was sold, less what was given up.
fn asked(order: &Order, line: domain::id::OrderLineId) -> i64 {
    let sold = order.invoices.iter().flat_map(|invoice| &invoice.lines);
    sold.filter(|sold| sold.order_line == line).map(|sold| sold.quantity - sold.removed).sum()
}

fn returned(order: &Order, line: domain::id::OrderLineId) -> i64 {
    let lines = order.returns.iter().flat_map(|own| &own.lines);
    lines.filter(|own| own.order_line == line).map(|own| own.quantity).sum()
}

fn work(fo: &FulfillmentOrder) -> Work {
    let mut units: Vec<Units> = Vec::with_capacity(fo.lines.len());
    for line in &fo.lines {
        units.push(Units {
            line: line.id,
            of: line.order_line,
            sale: line.invoice_line,
            counted: line.committed,
            total: line.total,
            left: line.fulfilled,
        });
    }
    let (mut holds, mut reported, mut opens) = (Vec::new(), false, None);
    match &fo.stage {
        Stage::OnHold { holds: own } => {
            holds = own.iter().map(|hold| (hold.app, hold.handle.clone(), hold.id)).collect();
        }
        Stage::InProgress { report } => reported = report.is_some(),
        Stage::Scheduled { opens_at } => opens = Some(*opens_at),
        Stage::Open | Stage::Incomplete | Stage::Closed | Stage::Cancelled => {}
    }
    Work {
        at: fo.location,
        service: fo.service,
        delivery: match fo.delivery {
            Delivery::Shipping => "shipping",
            Delivery::Digital => "digital",
            Delivery::Pickup => "pickup",
            Delivery::Local => "local",
        },
        stage: fo.stage_name().as_str(),
        request: fo.request.as_str(),
        holds,
        units,
        parted: fo.parted_from.map(|from| match fo.parted_by {
            PartedBy::Hold => Parted::ByHold(from),
            PartedBy::Request => Parted::ByRequest(from),
        }),
        reported,
        opens,
        by: fo.fulfill_by,
    }
}

/// A parcel, likewise.
pub fn parcel(parcel: &Fulfillment) -> Parcel {
    let share = |share: &domain::fulfillment::Share| {
        (share.order, share.fulfillment_order, share.fulfillment_order_line, share.quantity)
    };
    let happened = parcel.events.iter().map(|event| (event.id, event.status == DeliveryStatus::Delivered));
    let known =
        |tracking: &domain::fulfillment::Tracking| tracking.number.is_some() || tracking.url.is_some();
    Parcel {
        at: parcel.location,
        service: parcel.service,
        shares: parcel.shares.iter().map(share).collect(),
        given_up: parcel.given_up.iter().map(|own| (own.order, own.order_line, own.quantity)).collect(),
        live: parcel.cancelled_at.is_none(),
        tracked: parcel.trackings.iter().any(known),
        happened: happened.collect(),
        version: parcel.version,
    }
}

/// What a shop has, at a glance: enough to see what changed, and that nothing else did.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Glance {
    /// Versions and derived columns: state, payment, fulfillment.
    pub orders: BTreeMap<OrderId, (i64, [String; 3])>,
    pub parcels: BTreeMap<FulfillmentId, i64>,
    /// With what is promised.
    pub levels: BTreeMap<(VariantId, LocationId), (Level, i64)>,
}

/// Something that happened, and whether somebody is still to be told of it.
#[derive(Debug, Clone)]
pub struct News {
    pub event: Event,
    pub waits: bool,
}

/// Looks at a shop, and at what happened after the event `since`.
pub async fn glance(engine: &Engine, shop: ShopId, since: EventId) -> (Glance, Vec<News>) {
    let query = |sql: &'static str| Query::new(sql, vec![shop.0.into()]);
    let queries = vec![
        query("SELECT order_id, version, state, payment, fulfillment FROM orders WHERE shop_id = $1"),
        query("SELECT fulfillment_id, version FROM fulfillments WHERE shop_id = $1"),
        query(
            "SELECT variant_id, location_id, on_hand, committed, reserved, damaged, safety_stock, \
             quality_control, incoming, stocked, kept FROM stock WHERE shop_id = $1",
        ),
        Query::new(
            "SELECT event_id, at, order_id, app_id, body, dispatched FROM events WHERE shop_id = $1 AND event_id > $2 \
             ORDER BY event_id",
            vec![shop.0.into(), since.0.into()],
        ),
    ];
    let mut rows = engine.store().db().read(queries).await.unwrap().into_iter();
    let mut glance = Glance::default();
    for row in rows.next().unwrap() {
        let columns = [2, 3, 4].map(|i| row.text(i).unwrap().to_owned());
        glance.orders.insert(OrderId(row.int(0).unwrap()), (row.int(1).unwrap(), columns));
    }
    for row in rows.next().unwrap() {
        glance.parcels.insert(FulfillmentId(row.int(0).unwrap()), row.int(1).unwrap());
    }
    for row in rows.next().unwrap() {
        let int = |i| row.int(i).unwrap();
        let level = Level {
            on_hand: int(2),
            apart: [int(4), int(5), int(6), int(7)],
            incoming: int(8),
            stocked: int(9) != 0,
            kept: int(10),
        };
        glance.levels.insert((VariantId(int(0)), LocationId(int(1))), (level, int(3)));
    }
    let news = |row: store::db::Row| {
        let event = Event {
            id: EventId(row.int(0).unwrap()),
            at: Time(row.int(1).unwrap()),
            order: row.opt_int(2).unwrap().map(OrderId),
            app: row.opt_int(3).unwrap().map(AppId),
            facts: facts(row.text(4).unwrap()),
        };
        News { event, waits: row.int(5).unwrap() == 0 }
    };
    (glance, rows.next().unwrap().into_iter().map(news).collect())
}

/// How often something was told of every order.
pub async fn timelines(engine: &Engine, shop: ShopId) -> BTreeMap<OrderId, i64> {
    let sql = "SELECT order_id, CAST(count(*) AS BIGINT) FROM events \
               WHERE shop_id = $1 AND order_id IS NOT NULL GROUP BY order_id";
    let query = Query::new(sql, vec![shop.0.into()]);
    let rows = engine.store().db().read(vec![query]).await.unwrap().pop().unwrap();
    rows.iter().map(|row| (OrderId(row.int(0).unwrap()), row.int(1).unwrap())).collect()
}

/// Bodies begin with the number of their format.
fn facts(body: &str) -> Vec<Fact> {
    serde_json::from_str(&body[1..]).unwrap()
}

/// Orders and parcels, whole.
pub async fn read(
    engine: &Engine,
    shop: ShopId,
    orders: &[OrderId],
    parcels: &[FulfillmentId],
) -> (Vec<Arc<Order>>, Vec<Arc<Fulfillment>>) {
    let orders = match orders.is_empty() {
        true => Vec::new(),
        false => engine.store().orders_by_id(shop, orders).await.unwrap(),
    };
    let parcels = match parcels.is_empty() {
        true => Vec::new(),
        false => engine.store().fulfillments(shop, parcels).await.unwrap(),
    };
    (orders, parcels)
}
