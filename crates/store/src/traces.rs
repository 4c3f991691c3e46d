//! Forgetting somebody beside the things themselves: what waits to be told of it, what was sent, what receivers
//! answered, runs of workflows, and answers kept for requests that are sent again.

use domain::contact::email_key;
use domain::decide::Decision;
use domain::event::Event;
use domain::id::{ContactId, OrderId, ShopId};
use domain::record::RecordKind;
use domain::snapshot::Snapshot;

use crate::db::{Statement, Value};
use crate::{subjects, workflows};

/// How many orders a statement names at the most.
const AT_ONCE: usize = 500;

/// Statements that forget; they come after the decision's own events, from which waiting ones take what they tell.
pub(crate) fn forgotten(
    shop: ShopId,
    snapshot: &Snapshot,
    decision: &Decision,
    contact: ContactId,
    orders: &[OrderId],
) -> Vec<Statement> {
    let email = email(snapshot, contact);
    let mut out: Vec<Statement> =
        decision.events.iter().filter_map(|event| waiting_of_order(shop, event)).collect();
    let own = decision.events.iter().find(|event| event.order.is_none());
    out.push(waiting_of_contact(shop, own, contact, email.as_deref()));
    out.extend(blank(shop, &[], subjects::of_contact(contact, email.as_deref())));
    for some in orders.chunks(AT_ONCE) {
        out.extend(blank(shop, some, some.iter().map(|order| order.to_string()).collect()));
    }
    out.extend(email.map(|email| subjects::forgotten(shop, &email)));
    out.extend(workflows::forgotten(shop, contact, orders));
    out.extend(records(shop, snapshot, contact));
    out.extend(ids(snapshot, contact, orders).into_iter().map(|id| {
        // Ids are long and drawn once, so whatever contains one was about that thing.
        let sql = "DELETE FROM idempotency WHERE shop_id = $1 AND answer LIKE $2";
        Statement::new(sql, vec![shop.0.into(), format!("%{id}%").into()]).any()
    }));
    out
}

/// What waiting events tell that match: what is true by now, as the event does that forgets. They still say what
/// happened.
const TELL_WHAT_IS_SO_NOW: &str = "UPDATE events SET snapshot = (SELECT now.snapshot FROM events now WHERE now.shop_id = $1 \
     AND now.event_id = $2) WHERE shop_id = $1 AND dispatched = 0 AND event_id <> $2 AND";

/// Those of an order take it from the order's.
fn waiting_of_order(shop: ShopId, event: &Event) -> Option<Statement> {
    let values = vec![shop.0.into(), event.id.0.into(), event.order?.0.into()];
    Some(Statement::new(format!("{TELL_WHAT_IS_SO_NOW} order_id = $3"), values).any())
}

/// Those of no order that are about the contact, or whoever had its address, take it from the contact's. If there is none,
/// since the contact was forgotten before, those that tell of records tell nothing.
fn waiting_of_contact(
    shop: ShopId,
    event: Option<&Event>,
    contact: ContactId,
    email: Option<&str>,
) -> Statement {
    let which = match event {
        Some(_) => "order_id IS NULL",
        None => "order_id IS NULL AND snapshot LIKE '%\"records\":[%'",
    };
    let sql = format!(
        "{TELL_WHAT_IS_SO_NOW} {which} AND event_id IN \
         (SELECT event_id FROM subjects_of_events WHERE shop_id = $1 AND subject IN ($3, $4))"
    );
    // A contact without an address goes by one thing, named twice.
    let contact = contact.to_string();
    let email = email.map_or_else(|| contact.clone(), str::to_owned);
    let event = event.map_or(0, |event| event.id.0);
    Statement::new(sql, vec![shop.0.into(), event.into(), contact.into(), email.into()]).any()
}

/// Statements that empty what was told of orders and subjects, and leave that it was told.
fn blank(shop: ShopId, orders: &[OrderId], subjects: Vec<String>) -> Vec<Statement> {
    let mut values: Vec<Value> = vec![shop.0.into()];
    let mut places = |some: Vec<Value>| {
        let first = values.len() + 1;
        values.extend(some);
        (first..=values.len()).map(|place| format!("${place}")).collect::<Vec<_>>().join(", ")
    };
    let of_subjects = places(subjects.into_iter().map(Value::from).collect());
    let mut events =
        format!("SELECT event_id FROM subjects_of_events WHERE shop_id = $1 AND subject IN ({of_subjects})");
    if !orders.is_empty() {
        let of_orders = places(orders.iter().map(|order| order.0.into()).collect());
        let named = format!("SELECT event_id FROM events WHERE shop_id = $1 AND order_id IN ({of_orders})");
        events = format!("{named} UNION ALL {events}");
    }
    [
        format!("DELETE FROM announcements WHERE shop_id = $1 AND event_id IN ({events})"),
        format!(
            "UPDATE attempts SET excerpt = NULL WHERE shop_id = $1 AND delivery_id IN \
             (SELECT delivery_id FROM deliveries WHERE shop_id = $1 AND event_id IN ({events}))"
        ),
        format!(
            "UPDATE deliveries SET body = '', headers = '{{}}', \
             url = CASE WHEN url LIKE 'mailto:%' THEN 'mailto:' ELSE url END, \
             state = CASE WHEN state = 'pending' THEN 'cancelled' ELSE state END \
             WHERE shop_id = $1 AND event_id IN ({events})"
        ),
    ]
    .into_iter()
    .map(|sql| Statement::new(sql, values.clone()).any())
    .collect()
}

/// The address by which a contact is known, as records name it.
fn email(snapshot: &Snapshot, contact: ContactId) -> Option<String> {
    let known = snapshot.contacts.iter().find(|known| known.id == contact);
    known.and_then(|known| known.email.as_deref()).map(email_key)
}

/// Statements that forget the records which tell who a contact is.
pub(crate) fn records(
    shop: ShopId,
    snapshot: &Snapshot,
    contact: ContactId,
) -> impl Iterator<Item = Statement> {
    let email = email(snapshot, contact);
    let sql = "DELETE FROM records WHERE shop_id = $1 AND kind = $2 AND (parent_id = $3 OR name = $4 AND name <> '')";
    RecordKind::ALL.iter().filter(|kind| kind.is_personal()).map(move |kind| {
        let name = email.clone().unwrap_or_default();
        let values = vec![shop.0.into(), kind.as_str().into(), contact.0.into(), name.into()];
        Statement::new(sql, values).any()
    })
}

/// The contact, its orders, their work, and what left of them.
fn ids(snapshot: &Snapshot, contact: ContactId, orders: &[OrderId]) -> Vec<i64> {
    let work = snapshot.orders.iter().flat_map(|order| &order.fulfillment_orders).map(|fo| fo.id.0);
    let left = snapshot.fulfillments.iter().map(|fulfillment| fulfillment.id.0);
    [contact.0].into_iter().chain(orders.iter().map(|order| order.0)).chain(work).chain(left).collect()
}
