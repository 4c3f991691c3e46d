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
    let mut out: Vec<Statement> =
        decision.events.iter().map(|event| tells_what_is_so_now(shop, event, contact)).collect();
    let email = email(snapshot, contact);
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

/// Events that wait tell what is true by now, as the event does that forgets: they still say what happened. Those of an
/// order take it from the order's, those of no order that are about the contact from the contact's.
fn tells_what_is_so_now(shop: ShopId, event: &Event, contact: ContactId) -> Statement {
    let (which, about): (_, Value) = match event.order {
        Some(order) => ("order_id = $3", order.0.into()),
        None => (
            "order_id IS NULL AND event_id IN \
             (SELECT event_id FROM subjects_of_events WHERE shop_id = $1 AND subject = $3)",
            contact.to_string().into(),
        ),
    };
    let sql = format!(
        "UPDATE events SET snapshot = (SELECT now.snapshot FROM events now WHERE now.shop_id = $1 \
         AND now.event_id = $2) WHERE shop_id = $1 AND dispatched = 0 AND event_id <> $2 AND {which}"
    );
    Statement::new(sql, vec![shop.0.into(), event.id.0.into(), about]).any()
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
