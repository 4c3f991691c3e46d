//! Commit: a decision becomes one batch of statements, each with the number of rows that it must touch, and the
//! batch becomes one transaction. If a row changed since it was read the numbers don't match and nothing happens.

use std::fmt::Write as _;

use domain::decide::{Decision, Write};
use domain::event::Event;
use domain::fulfillment::Fulfillment;
use domain::id::ShopId;
use domain::order::Order;
use domain::product::{StockDelta, StockGuard};
use domain::snapshot::Snapshot;
use serde::Serialize;

use crate::body;
use crate::contacts;
use crate::db::{Error, Statement, Value};
use crate::index;

/// What to remember of a request that may be sent again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remembered {
    /// Whose key it is, and for what: two clients may use the same key.
    pub scope: String,
    /// The key.
    pub key: String,
    /// A hash of what was asked.
    pub fingerprint: String,
    /// What was answered, to the byte.
    pub answer: String,
}

/// The statements of a decision. A key to remember comes first: whoever writes it second does nothing else.
pub(crate) fn batch(
    shop: ShopId,
    snapshot: &Snapshot,
    decision: &Decision,
    remember: Option<(&Remembered, i64)>,
) -> Result<Vec<Statement>, Error> {
    let mut out = Vec::with_capacity(decision.writes.len() * 2 + decision.events.len() + 1);
    if let Some((remembered, now)) = remember {
        out.push(remembering(shop, remembered, now));
    }
    let mut bodies = Bodies::default();
    // Stock comes last, after the events, and the count of its changes after that: those are the rows that orders share.
    let shared = |write: &Write| match write {
        Write::Stock(_) => 1,
        Write::RouteWaiting => 2,
        _ => 0,
    };
    let (others, mut shared_rows): (Vec<&Write>, Vec<&Write>) =
        decision.writes.iter().partition(|write| shared(write) == 0);
    shared_rows.sort_by_key(|write| shared(write));
    shared_rows.dedup_by(|a, b| matches!((a, b), (Write::RouteWaiting, Write::RouteWaiting)));
    for write in others {
        one(shop, snapshot, write, &mut bodies, &mut out)?;
    }
    for event in &decision.events {
        out.push(appended(shop, event, &bodies)?);
    }
    for write in shared_rows {
        one(shop, snapshot, write, &mut bodies, &mut out)?;
    }
    Ok(out)
}

pub(crate) fn remembering(shop: ShopId, remembered: &Remembered, now: i64) -> Statement {
    Statement::new(
        "INSERT INTO idempotency (shop_id, scope, request_key, fingerprint, answer, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (shop_id, scope, request_key) DO NOTHING",
        vec![
            shop.0.into(),
            remembered.scope.as_str().into(),
            remembered.key.as_str().into(),
            remembered.fingerprint.as_str().into(),
            remembered.answer.as_str().into(),
            now.into(),
        ],
    )
}

/// Bodies as they are written, to be kept beside the events for those who listen.
#[derive(Default)]
struct Bodies {
    orders: Vec<(i64, String)>,
    fulfillments: Vec<String>,
    contacts: Vec<String>,
}

fn one(
    shop: ShopId,
    snapshot: &Snapshot,
    write: &Write,
    bodies: &mut Bodies,
    out: &mut Vec<Statement>,
) -> Result<(), Error> {
    let key = |id: i64| -> Vec<Value> { vec![shop.0.into(), id.into()] };
    match write {
        Write::NewOrder(order) => {
            let text = order_row(shop, INSERT_ORDER, order, snapshot.changes, out)?;
            index::difference(shop, &[], &index::fulfillment_order_rows(order), out);
            bodies.orders.push((order.id.0, text));
        }
        Write::Order(order) => {
            let text = order_row(shop, UPDATE_ORDER, order, snapshot.changes, out)?;
            let before = snapshot.orders.iter().find(|before| before.id == order.id);
            let before = before.map(index::fulfillment_order_rows).unwrap_or_default();
            index::difference(shop, &before, &index::fulfillment_order_rows(order), out);
            bodies.orders.push((order.id.0, text));
        }
        Write::NewFulfillment(fulfillment) => {
            let text = fulfillment_row(shop, INSERT_FULFILLMENT, fulfillment, out)?;
            bodies.fulfillments.push(text);
            for order in fulfillment.orders() {
                let params = vec![shop.0.into(), order.0.into(), fulfillment.id.0.into()];
                out.push(Statement::new(INSERT_FULFILLMENT_OF_ORDER, params));
            }
        }
        Write::Fulfillment(fulfillment) => {
            let text = fulfillment_row(shop, UPDATE_FULFILLMENT, fulfillment, out)?;
            bodies.fulfillments.push(text);
        }
        Write::NoOrder(id, version) => {
            let mut known = key(id.0);
            known.push((*version).into());
            out.push(Statement::new(DELETE_ORDER, known));
            let before = snapshot.orders.iter().find(|before| before.id == *id);
            let before = before.map(index::fulfillment_order_rows).unwrap_or_default();
            index::difference(shop, &before, &[], out);
            out.push(Statement::new(DELETE_FULFILLMENTS_OF_ORDER, key(id.0)).any());
        }
        Write::NoFulfillment(id, version) => {
            let mut known = key(id.0);
            known.push((*version).into());
            out.push(Statement::new(DELETE_FULFILLMENT, known));
        }
        Write::Stock(delta) => out.push(stock(shop, delta)),
        Write::NewContact(contact) => {
            let (statement, text) = contacts::written(shop, contacts::INSERT, contact)?;
            out.push(statement);
            bodies.contacts.push(text);
        }
        Write::Contact(contact) => {
            let (statement, text) = contacts::written(shop, contacts::UPDATE, contact)?;
            out.push(statement);
            bodies.contacts.push(text);
        }
        Write::NoContact(id) => out.push(contacts::deleted(shop, *id)),
        Write::Listener(listener) => out.push(saved(UPSERT_LISTENER, key(listener.id.0), listener)?),
        Write::NoListener(id) => {
            out.push(Statement::new(
                "DELETE FROM listeners WHERE shop_id = $1 AND listener_id = $2",
                key(id.0),
            ));
            out.push(
                Statement::new(
                    "UPDATE deliveries SET state = 'cancelled' \
                     WHERE shop_id = $1 AND listener_id = $2 AND state = 'pending'",
                    key(id.0),
                )
                .any(),
            );
        }
        Write::Location(location) => out.push(saved(UPSERT_LOCATION, key(location.id.0), location)?),
        Write::NoLocation(id) => {
            let gone = "DELETE FROM locations WHERE shop_id = $1 AND location_id = $2";
            out.push(Statement::new(gone, key(id.0)));
            let counted = "DELETE FROM stock WHERE shop_id = $1 AND location_id = $2";
            out.push(Statement::new(counted, key(id.0)).any());
        }
        Write::Service(service) => {
            let mut params = key(service.id.0);
            params.push(service.app.0.into());
            out.push(saved(UPSERT_SERVICE, params, service)?);
        }
        Write::Product(product) => out.push(saved(UPSERT_PRODUCT, key(product.id.0), product)?),
        Write::Variant(variant) => {
            let mut params = key(variant.id.0);
            params.push(variant.product.0.into());
            params.push(variant.sku.clone().into());
            out.push(saved(UPSERT_VARIANT, params, variant)?);
        }
        // Orders that wait aren't touched: some come in at this very moment, and all could be locked by others. They
        // know how many changes they have seen.
        Write::RouteWaiting => out.push(Statement::new(
            "INSERT INTO counters (shop_id, name, next) VALUES ($1, 'routing', 1) \
             ON CONFLICT (shop_id, name) DO UPDATE SET next = counters.next + 1",
            vec![shop.0.into()],
        )),
        // The call itself is a delivery, written when the event is dispatched.
        Write::CallService(..) => {}
    }
    Ok(())
}

fn order_row(
    shop: ShopId,
    sql: &'static str,
    order: &Order,
    changes: Option<i64>,
    out: &mut Vec<Statement>,
) -> Result<String, Error> {
    let text = body::write(order)?;
    let mut params: Vec<Value> = vec![shop.0.into(), order.id.0.into(), order.version.into()];
    params.extend(index::order_columns(order));
    params.push(text.as_str().into());
    params.push(changes.into());
    out.push(Statement::new(sql, params));
    Ok(text)
}

fn fulfillment_row(
    shop: ShopId,
    sql: &'static str,
    fulfillment: &Fulfillment,
    out: &mut Vec<Statement>,
) -> Result<String, Error> {
    let text = body::write(fulfillment)?;
    out.push(Statement::new(
        sql,
        vec![
            shop.0.into(),
            fulfillment.id.0.into(),
            fulfillment.version.into(),
            fulfillment.is_live().into(),
            fulfillment.updated_at.0.into(),
            text.as_str().into(),
        ],
    ));
    Ok(text)
}

fn saved<T: Serialize>(sql: &'static str, mut key: Vec<Value>, thing: &T) -> Result<Statement, Error> {
    key.push(body::write(thing)?.into());
    Ok(Statement::new(sql, key))
}

/// Stock is moved, never overwritten. A promise is only made of what is there.
fn stock(shop: ShopId, delta: &StockDelta) -> Statement {
    let mut params = vec![
        shop.0.into(),
        delta.variant.0.into(),
        delta.location.0.into(),
        delta.on_hand.into(),
        delta.committed.into(),
    ];
    match delta.guard {
        StockGuard::Available => Statement::new(
            "UPDATE stock SET on_hand = on_hand + $4, committed = committed + $5 \
             WHERE shop_id = $1 AND variant_id = $2 AND location_id = $3 \
             AND on_hand + $4 - committed - $5 >= 0",
            params,
        ),
        StockGuard::Unchanged { on_hand, committed } => {
            params.extend([on_hand.into(), committed.into()]);
            Statement::new(
                "UPDATE stock SET on_hand = on_hand + $4, committed = committed + $5 \
                 WHERE shop_id = $1 AND variant_id = $2 AND location_id = $3 AND on_hand = $6 AND committed = $7",
                params,
            )
        }
        StockGuard::New => Statement::new(
            "INSERT INTO stock (shop_id, variant_id, location_id, on_hand, committed) \
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (shop_id, variant_id, location_id) DO NOTHING",
            params,
        ),
        // Units that were promised are there; a CHECK would refuse the row of a negative delta before it is added.
        StockGuard::Free if delta.committed < 0 => Statement::new(
            "UPDATE stock SET on_hand = on_hand + $4, committed = committed + $5 \
             WHERE shop_id = $1 AND variant_id = $2 AND location_id = $3",
            params,
        ),
        StockGuard::Free => Statement::new(
            "INSERT INTO stock (shop_id, variant_id, location_id, on_hand, committed) \
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (shop_id, variant_id, location_id) DO UPDATE SET \
             on_hand = stock.on_hand + excluded.on_hand, committed = stock.committed + excluded.committed",
            params,
        ),
    }
}

/// An event. Somebody may be listening: then what it is about is kept beside it as it is now, and it waits to be
/// dispatched; otherwise it is only history. The question is asked inside the transaction, so no listener that was
/// there before is ever missed.
fn appended(shop: ShopId, event: &Event, bodies: &Bodies) -> Result<Statement, Error> {
    let mut snapshot = String::from("{");
    if let Some((_, order)) = bodies.orders.iter().find(|(id, _)| event.order.is_some_and(|o| o.0 == *id)) {
        snapshot.push_str("\"order\":");
        snapshot.push_str(body::json(order)?);
        snapshot.push(',');
    }
    for (name, kept) in [("fulfillments", &bodies.fulfillments), ("contacts", &bodies.contacts)] {
        let kept = kept.iter().map(|body| body::json(body)).collect::<Result<Vec<_>, _>>()?;
        if !kept.is_empty() {
            let _ = write!(snapshot, "\"{name}\":[{}],", kept.join(","));
        }
    }
    if snapshot.ends_with(',') {
        snapshot.pop();
    }
    snapshot.push('}');
    Ok(Statement::new(
        APPEND_EVENT,
        vec![
            shop.0.into(),
            event.id.0.into(),
            event.at.0.into(),
            event.order.map(|order| order.0).into(),
            event.app.map(|app| app.0).into(),
            body::write(&event.facts)?.into(),
            snapshot.into(),
            calls_service(event).into(),
        ],
    ))
}

/// Whether a fulfillment service is to be called because of that event, whoever listens.
fn calls_service(event: &Event) -> bool {
    use domain::event::Fact;
    let calls =
        |fact: &Fact| matches!(fact, Fact::RequestSubmitted { .. } | Fact::CancellationRequested { .. });
    event.facts.iter().any(calls)
}

const INSERT_ORDER: &str = "INSERT INTO orders (shop_id, order_id, version, number, name, source_key, email, \
     processed_at, created_at, updated_at, state, payment, fulfillment, test, contact_id, route_at, body, route_seen) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)";
const UPDATE_ORDER: &str = "UPDATE orders SET version = $3, number = $4, name = $5, source_key = $6, email = $7, \
     processed_at = $8, created_at = $9, updated_at = $10, state = $11, payment = $12, fulfillment = $13, test = $14, \
     contact_id = $15, route_at = $16, body = $17, route_seen = coalesce($18, route_seen) WHERE shop_id = $1 AND order_id = $2 AND version = $3 - 1";
const INSERT_FULFILLMENT: &str = "INSERT INTO fulfillments (shop_id, fulfillment_id, version, live, updated_at, body) \
     VALUES ($1, $2, $3, $4, $5, $6)";
const UPDATE_FULFILLMENT: &str = "UPDATE fulfillments SET version = $3, live = $4, updated_at = $5, body = $6 \
     WHERE shop_id = $1 AND fulfillment_id = $2 AND version = $3 - 1";
const INSERT_FULFILLMENT_OF_ORDER: &str =
    "INSERT INTO fulfillments_of_orders (shop_id, order_id, fulfillment_id) VALUES ($1, $2, $3)";
const DELETE_ORDER: &str = "DELETE FROM orders WHERE shop_id = $1 AND order_id = $2 AND version = $3";
const DELETE_FULFILLMENTS_OF_ORDER: &str =
    "DELETE FROM fulfillments_of_orders WHERE shop_id = $1 AND order_id = $2";
const DELETE_FULFILLMENT: &str =
    "DELETE FROM fulfillments WHERE shop_id = $1 AND fulfillment_id = $2 AND version = $3";
const UPSERT_LISTENER: &str = "INSERT INTO listeners (shop_id, listener_id, body) VALUES ($1, $2, $3) \
     ON CONFLICT (shop_id, listener_id) DO UPDATE SET body = excluded.body";
const UPSERT_LOCATION: &str = "INSERT INTO locations (shop_id, location_id, body) VALUES ($1, $2, $3) \
     ON CONFLICT (shop_id, location_id) DO UPDATE SET body = excluded.body";
const UPSERT_SERVICE: &str = "INSERT INTO services (shop_id, service_id, app_id, body) VALUES ($1, $2, $3, $4) \
     ON CONFLICT (shop_id, service_id) DO UPDATE SET app_id = excluded.app_id, body = excluded.body";
const UPSERT_PRODUCT: &str = "INSERT INTO products (shop_id, product_id, body) VALUES ($1, $2, $3) \
     ON CONFLICT (shop_id, product_id) DO UPDATE SET body = excluded.body";
const UPSERT_VARIANT: &str = "INSERT INTO variants (shop_id, variant_id, product_id, sku, body) \
     VALUES ($1, $2, $3, $4, $5) ON CONFLICT (shop_id, variant_id) DO UPDATE SET product_id = excluded.product_id, \
     sku = excluded.sku, body = excluded.body";
const APPEND_EVENT: &str = "INSERT INTO events (shop_id, event_id, at, order_id, app_id, dispatched, body, snapshot) \
     VALUES ($1, $2, $3, $4, $5, \
     CASE WHEN $8 = CAST(1 AS BIGINT) OR EXISTS (SELECT 1 FROM listeners WHERE shop_id = $1) THEN 0 ELSE 1 END, $6, \
     CASE WHEN $8 = CAST(1 AS BIGINT) OR EXISTS (SELECT 1 FROM listeners WHERE shop_id = $1) THEN $7 ELSE NULL END)";
