//! Commit: a decision becomes one batch of statements, each with the number of rows that it must touch, and the
//! batch becomes one transaction. If a row changed since it was read the numbers don't match and nothing happens.

use std::fmt::Write as _;

use domain::decide::{Decision, Heard, Write};
use domain::event::Event;
use domain::fulfillment::Fulfillment;
use domain::id::{FulfillmentId, ShopId};
use domain::order::Order;
use domain::snapshot::Snapshot;
use domain::time::Time;
use serde::Serialize;

use crate::billing;
use crate::body;
use crate::contacts;
use crate::db::{Error, Statement, Value};
use crate::drafts;
use crate::index;
use crate::inquiries;
use crate::kept::Bodies;
use crate::reservations;
use crate::stock;
use crate::subjects;
use crate::traces;
use crate::workflows;

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
        // A location's rows of stock go with it, after they were moved.
        Write::NoLocation(_) => 2,
        Write::RouteWaiting => 3,
        _ => 0,
    };
    let (others, mut shared_rows): (Vec<&Write>, Vec<&Write>) =
        decision.writes.iter().partition(|write| shared(write) == 0);
    shared_rows.sort_by_key(|write| shared(write));
    shared_rows.dedup_by(|a, b| matches!((a, b), (Write::RouteWaiting, Write::RouteWaiting)));
    for write in others {
        one(shop, snapshot, decision.at, write, &mut bodies, &mut out)?;
    }
    if !decision.events.is_empty() {
        bodies.keep(&snapshot.fulfillments)?;
    }
    // Events that wait take over what those tell which forget somebody, even if nobody listens now.
    let forgets = decision.writes.iter().any(|write| matches!(write, Write::NoTraces(..)));
    for event in &decision.events {
        let waits = forgets
            || calls_service(event)
            || (decision.heard == Heard::ByListeners && mails(snapshot, decision, event));
        let beside = bodies.beside(snapshot, event, forgets)?;
        out.push(appended(shop, event, waits, decision.heard, &bodies, beside)?);
        out.extend(subjects::written(shop, snapshot, decision, event));
    }
    for write in &decision.writes {
        if let Write::NoTraces(contact, orders) = write {
            out.extend(traces::forgotten(shop, snapshot, decision, *contact, orders));
        }
    }
    for write in shared_rows {
        one(shop, snapshot, decision.at, write, &mut bodies, &mut out)?;
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

fn one(
    shop: ShopId,
    snapshot: &Snapshot,
    at: Time,
    write: &Write,
    bodies: &mut Bodies,
    out: &mut Vec<Statement>,
) -> Result<(), Error> {
    let key = |id: i64| -> Vec<Value> { vec![shop.0.into(), id.into()] };
    match write {
        Write::NewOrder(order) => {
            let text = body::write(order)?;
            out.push(new_order(shop, order, &text, snapshot.changes));
            index::differences(shop, None, Some(order), out);
            bodies.orders.push(order.id.0);
        }
        Write::Order(order) => {
            let text = body::write(order)?;
            let before = snapshot.orders.iter().find(|before| before.id == order.id);
            out.push(changed_order(shop, before, order, &text, snapshot.changes));
            index::differences(shop, before, Some(order), out);
            bodies.orders.push(order.id.0);
        }
        Write::NewFulfillment(fulfillment) => {
            let text = fulfillment_row(shop, INSERT_FULFILLMENT, fulfillment, out)?;
            bodies.fulfillments.push((fulfillment.id, text));
            for order in fulfillment.orders() {
                let params = vec![shop.0.into(), order.0.into(), fulfillment.id.0.into()];
                out.push(Statement::new(INSERT_FULFILLMENT_OF_ORDER, params));
            }
        }
        Write::Fulfillment(fulfillment) => {
            let text = fulfillment_row(shop, UPDATE_FULFILLMENT, fulfillment, out)?;
            bodies.fulfillments.push((fulfillment.id, text));
        }
        Write::NoOrder(id, version) => {
            let mut known = key(id.0);
            known.push((*version).into());
            out.push(Statement::new(DELETE_ORDER, known));
            let before = snapshot.orders.iter().find(|before| before.id == *id);
            index::differences(shop, before, None, out);
            out.push(Statement::new(DELETE_FULFILLMENTS_OF_ORDER, key(id.0)).any());
            if let Some(before) = before {
                billing::no_parts(shop, before, out);
            }
        }
        Write::NoFulfillment(id, version) => {
            let mut known = key(id.0);
            known.push((*version).into());
            out.push(Statement::new(DELETE_FULFILLMENT, known));
            out.push(Statement::new(DELETE_ORDERS_OF_FULFILLMENT, key(id.0)).any());
        }
        Write::Stock(delta) => out.push(stock::moved(shop, delta, at)),
        Write::NewContact(contact) => {
            let (statement, text) = contacts::written(shop, contacts::INSERT, contact)?;
            out.push(statement);
            contacts::tagged(shop, None, contact, out);
            bodies.contacts.push(text);
        }
        Write::Contact(contact) => {
            let (statement, text) = contacts::written(shop, contacts::UPDATE, contact)?;
            out.push(statement);
            let before = snapshot.contacts.iter().find(|before| before.id == contact.id);
            contacts::tagged(shop, before, contact, out);
            bodies.contacts.push(text);
        }
        Write::NoContact(id) => {
            out.extend(contacts::deleted(shop, *id));
            out.extend(traces::records(shop, snapshot, *id));
        }
        Write::NewDraft(draft) => out.push(drafts::inserted(shop, draft)?),
        Write::Draft(draft) => out.push(drafts::updated(shop, draft)?),
        Write::NoDraft(id, version) => out.push(drafts::deleted(shop, *id, *version)),
        Write::NewReservation(one) => out.push(reservations::inserted(shop, one)?),
        Write::NoReservation(id) => out.push(reservations::deleted(shop, *id)),
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
        Write::NoService(id) => {
            let gone = "DELETE FROM services WHERE shop_id = $1 AND service_id = $2";
            out.push(Statement::new(gone, key(id.0)));
            inquiries::written(shop, *id, |_| None, out);
        }
        Write::Service(service) => {
            let mut params = key(service.id.0);
            params.push(service.app.0.into());
            out.push(saved(UPSERT_SERVICE, params, service)?);
            let due = |inquiry| service.answers(inquiry).then_some(service.updated_at);
            inquiries::written(shop, service.id, due, out);
        }
        Write::Product(product) => {
            let mut params = key(product.id.0);
            let text = body::write(product)?;
            params.push(text.as_str().into());
            out.push(Statement::new(UPSERT_PRODUCT, params));
            bodies.products.push(text);
        }
        Write::Variant(variant) => {
            let mut params = key(variant.id.0);
            params.push(variant.product.0.into());
            let text = body::write(variant)?;
            params.extend([variant.sku.clone().into(), text.as_str().into()]);
            out.push(Statement::new(UPSERT_VARIANT, params));
            bodies.variants.push(text);
        }
        Write::Workflow(workflow) => out.push(workflows::saved(shop, workflow)?),
        Write::Run(run) => out.push(workflows::gone_on(shop, run)?),
        Write::Price(price) => out.push(billing::price(shop, price)?),
        Write::Access(grant) => {
            out.push(billing::access(shop, grant));
            bodies.access.push(body::write(grant)?);
        }
        Write::NoAccess(grant, at) => out.push(billing::no_access(shop, *grant, *at)),
        // Orders that wait aren't touched: some come in at this very moment, and all could be locked by others. They
        // know how many changes they have seen.
        Write::RouteWaiting => out.push(Statement::new(
            "INSERT INTO counters (shop_id, name, next) VALUES ($1, 'routing', 1) \
             ON CONFLICT (shop_id, name) DO UPDATE SET next = counters.next + 1",
            vec![shop.0.into()],
        )),
        Write::Record(record) => {
            let mut params = key(record.id.0);
            params.extend([
                record.kind.as_str().into(),
                record.parent.into(),
                record.other.into(),
                record.name.as_str().into(),
                record.key.clone().into(),
                record.archived.into(),
                record.updated_at.0.into(),
            ]);
            out.push(saved(UPSERT_RECORD, params, record)?);
            bodies.record(record)?;
        }
        Write::NoRecord(id) => {
            if let Some(known) = snapshot.records.iter().find(|known| known.id == *id) {
                bodies.record(known)?;
            }
            let gone = "DELETE FROM records WHERE shop_id = $1 AND record_id = $2";
            out.push(Statement::new(gone, key(id.0)));
        }
        // The call itself is a delivery, written when the event is dispatched; traces go after the events.
        Write::CallService(..) | Write::NoTraces(..) => {}
    }
    Ok(())
}

fn new_order(shop: ShopId, order: &Order, text: &str, changes: Option<i64>) -> Statement {
    let mut params: Vec<Value> = vec![shop.0.into(), order.id.0.into(), order.version.into()];
    params.extend(index::order_columns(order));
    params.extend([text.into(), changes.into()]);
    Statement::new(INSERT_ORDER, params)
}

/// The order as it is now. Of its columns only those that changed are named: a database writes the entries of every
/// index one of whose columns is, whether its value is another or not.
fn changed_order(
    shop: ShopId,
    before: Option<&Order>,
    order: &Order,
    text: &str,
    changes: Option<i64>,
) -> Statement {
    let mut params: Vec<Value> = vec![shop.0.into(), order.id.0.into(), order.version.into(), text.into()];
    let mut sql = "UPDATE orders SET version = $3, body = $4".to_owned();
    let known = before.map(index::order_columns);
    for (i, (name, value)) in index::ORDER_COLUMNS.iter().zip(index::order_columns(order)).enumerate() {
        // When an order is routed again is also moved without the order being read.
        if *name == "route_at" || known.as_ref().and_then(|known| known.get(i)) != Some(&value) {
            params.push(value);
            // Writing to a String cannot fail.
            let _ = write!(sql, ", {name} = ${}", params.len());
        }
    }
    if let Some(changes) = changes {
        params.push(changes.into());
        let _ = write!(sql, ", route_seen = ${}", params.len());
    }
    sql.push_str(" WHERE shop_id = $1 AND order_id = $2 AND version = $3 - 1");
    Statement::new(sql, params)
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
            inquiries::untracked_by(fulfillment).into(),
            fulfillment.holds_units().into(),
        ],
    ));
    Ok(text)
}

fn saved<T: Serialize>(sql: &'static str, mut key: Vec<Value>, thing: &T) -> Result<Statement, Error> {
    key.push(body::write(thing)?.into());
    Ok(Statement::new(sql, key))
}

/// An event. Somebody may be listening: then what it is about is kept beside it as it is now, and it waits to be
/// dispatched; otherwise it is only history. The question is asked inside the transaction, so no listener that was
/// there before is ever missed. The order, by far the longest of it, is taken from its row, which was written just before:
/// it crosses over to the database once, and is copied only if somebody listens.
fn appended(
    shop: ShopId,
    event: &Event,
    waits: bool,
    heard: Heard,
    bodies: &Bodies,
    beside: String,
) -> Result<Statement, Error> {
    // A body begins with one digit, the number of its format.
    let order = match bodies.has_order_of(event) {
        true => "(SELECT '\"order\":' || substr(body, 2) FROM orders WHERE shop_id = $1 AND order_id = $4)",
        false => "''",
    };
    let waits = match (waits, heard) {
        (true, _) => "1 = 1",
        (false, Heard::ByListeners) => LISTENED,
        (false, Heard::ByNobody) => "1 = 0",
    };
    let sql = format!(
        "INSERT INTO events (shop_id, event_id, at, order_id, app_id, dispatched, body, snapshot) \
         SELECT $1, $2, $3, $4, $5, 1 - waits.so, $6, \
         CASE WHEN waits.so = 1 THEN '{{' || {order} || $7 || '}}' ELSE NULL END \
         FROM (SELECT CASE WHEN {waits} THEN 1 ELSE 0 END AS so) waits"
    );
    Ok(Statement::new(
        sql,
        vec![
            shop.0.into(),
            event.id.0.into(),
            event.at.0.into(),
            event.order.map(|order| order.0).into(),
            event.app.map(|app| app.0).into(),
            body::write(&event.facts)?.into(),
            beside.into(),
        ],
    ))
}

/// Whether a mail is to be written because of that event, whoever listens.
fn mails(snapshot: &Snapshot, decision: &Decision, event: &Event) -> bool {
    let writes = || decision.writes.iter();
    let order = event.order.and_then(|id| {
        writes().find_map(|write| match write {
            Write::NewOrder(order) | Write::Order(order) if order.id == id => Some(&**order),
            _ => None,
        })
    });
    let notifies = |id: FulfillmentId| {
        writes()
            .any(|write| matches!(write, Write::NewFulfillment(made) if made.id == id && made.notify_buyer))
    };
    !domain::mail::caused(&snapshot.shop.mail, event, order, notifies).is_empty()
}

/// Whether a fulfillment service is to be called because of that event, or a workflow sends something, whoever listens.
fn calls_service(event: &Event) -> bool {
    use domain::event::Fact;
    let calls = |fact: &Fact| {
        matches!(
            fact,
            Fact::RequestSubmitted { .. } | Fact::CancellationRequested { .. } | Fact::RunStep { .. }
        )
    };
    event.facts.iter().any(calls)
}

const INSERT_ORDER: &str = "INSERT INTO orders (shop_id, order_id, version, number, name, source_key, email, \
     processed_at, created_at, updated_at, state, payment, fulfillment, test, contact_id, due_at, ask_at, \
     subscription, source_identifier, route_at, body, route_seen) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)";
/// The columns of an order anew, if it is as it was read: all but the last, when it is routed again, which is moved
/// without the order being read.
pub(crate) const ORDER_ANEW: &str = "UPDATE orders SET number = $4, name = $5, source_key = $6, email = $7, \
     processed_at = $8, created_at = $9, updated_at = $10, state = $11, payment = $12, fulfillment = $13, test = $14, \
     contact_id = $15, due_at = $16, ask_at = $17, subscription = $18, source_identifier = $19 \
     WHERE shop_id = $1 AND order_id = $2 AND version = $3";
const INSERT_FULFILLMENT: &str = "INSERT INTO fulfillments (shop_id, fulfillment_id, version, live, updated_at, body, \
     untracked_by, parcel) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const UPDATE_FULFILLMENT: &str = "UPDATE fulfillments SET version = $3, live = $4, updated_at = $5, body = $6, \
     untracked_by = $7, parcel = $8 WHERE shop_id = $1 AND fulfillment_id = $2 AND version = $3 - 1";
const INSERT_FULFILLMENT_OF_ORDER: &str =
    "INSERT INTO fulfillments_of_orders (shop_id, order_id, fulfillment_id) VALUES ($1, $2, $3)";
const DELETE_ORDER: &str = "DELETE FROM orders WHERE shop_id = $1 AND order_id = $2 AND version = $3";
const DELETE_FULFILLMENTS_OF_ORDER: &str =
    "DELETE FROM fulfillments_of_orders WHERE shop_id = $1 AND order_id = $2";
const DELETE_ORDERS_OF_FULFILLMENT: &str =
    "DELETE FROM fulfillments_of_orders WHERE shop_id = $1 AND fulfillment_id = $2";
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
const UPSERT_RECORD: &str = "INSERT INTO records (shop_id, record_id, kind, parent_id, other_id, name, record_key, \
     archived, updated_at, body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
     ON CONFLICT (shop_id, record_id) DO UPDATE SET parent_id = excluded.parent_id, other_id = excluded.other_id, \
     name = excluded.name, record_key = excluded.record_key, archived = excluded.archived, \
     updated_at = excluded.updated_at, body = excluded.body";
const LISTENED: &str = "EXISTS (SELECT 1 FROM listeners WHERE shop_id = $1) \
     OR EXISTS (SELECT 1 FROM chronicles WHERE shop_id = $1) \
     OR EXISTS (SELECT 1 FROM workflows WHERE shop_id = $1 AND active = 1)";
