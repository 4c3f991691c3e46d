//! Forgetting somebody beside the things themselves: what waits to be told of it, what was sent, what receivers
//! answered, runs of workflows, and answers kept for requests that are sent again.

use domain::contact::email_key;
use domain::decide::Decision;
use domain::id::{ContactId, OrderId, ShopId};
use domain::record::RecordKind;
use domain::snapshot::Snapshot;

use crate::db::{Statement, Value};
use crate::workflows;

/// Events about one of the orders, or about the contact alone, or steps of workflows that are about either. Statements
/// that have no orders name order 0.
const EVENTS: &str = "SELECT event_id FROM events WHERE shop_id = $1 AND \
     (order_id = $2 OR order_id IS NULL AND (body LIKE $3 OR body LIKE $4 OR body LIKE $5))";

/// Statements that forget; they come after the decision's own events, from which waiting ones take what they tell.
pub(crate) fn forgotten(
    shop: ShopId,
    snapshot: &Snapshot,
    decision: &Decision,
    contact: ContactId,
    orders: &[OrderId],
) -> Vec<Statement> {
    let mut out = Vec::new();
    // An event that waits tells what is true by now: it still says what happened.
    for event in &decision.events {
        let of = |order: Option<OrderId>| -> Vec<Value> {
            let mut values = about(shop, order, contact);
            values.push(event.id.0.into());
            values
        };
        let sql = format!(
            "UPDATE events SET snapshot = (SELECT now.snapshot FROM events now WHERE now.shop_id = $1 \
             AND now.event_id = $6) WHERE shop_id = $1 AND dispatched = 0 AND event_id < $6 AND event_id IN ({EVENTS})"
        );
        out.push(Statement::new(sql, of(event.order)).any());
    }
    for order in orders.iter().copied().map(Some).chain([None]) {
        let announced = format!("DELETE FROM announcements WHERE shop_id = $1 AND event_id IN ({EVENTS})");
        out.push(Statement::new(announced, about(shop, order, contact)).any());
        let attempts = format!(
            "UPDATE attempts SET excerpt = NULL WHERE shop_id = $1 AND delivery_id IN \
             (SELECT delivery_id FROM deliveries WHERE shop_id = $1 AND event_id IN ({EVENTS}))"
        );
        out.push(Statement::new(attempts, about(shop, order, contact)).any());
        let deliveries = format!(
            "UPDATE deliveries SET body = '', headers = '{{}}', \
             url = CASE WHEN url LIKE 'mailto:%' THEN 'mailto:' ELSE url END, \
             state = CASE WHEN state = 'pending' THEN 'cancelled' ELSE state END \
             WHERE shop_id = $1 AND event_id IN ({EVENTS})"
        );
        out.push(Statement::new(deliveries, about(shop, order, contact)).any());
    }
    out.extend(workflows::forgotten(shop, contact, orders));
    out.extend(records(shop, snapshot, contact));
    out.extend(ids(snapshot, contact, orders).into_iter().map(|id| {
        // Ids are long and drawn once, so whatever contains one was about that thing.
        let sql = "DELETE FROM idempotency WHERE shop_id = $1 AND answer LIKE $2";
        Statement::new(sql, vec![shop.0.into(), format!("%{id}%").into()]).any()
    }));
    out
}

/// Statements that forget the records which tell who a contact is.
pub(crate) fn records(
    shop: ShopId,
    snapshot: &Snapshot,
    contact: ContactId,
) -> impl Iterator<Item = Statement> {
    let known = snapshot.contacts.iter().find(|known| known.id == contact);
    let email = known.and_then(|known| known.email.as_deref()).map(email_key);
    let sql = "DELETE FROM records WHERE shop_id = $1 AND kind = $2 AND (parent_id = $3 OR name = $4 AND name <> '')";
    RecordKind::ALL.iter().filter(|kind| kind.is_personal()).map(move |kind| {
        let name = email.clone().unwrap_or_default();
        let values = vec![shop.0.into(), kind.as_str().into(), contact.0.into(), name.into()];
        Statement::new(sql, values).any()
    })
}

/// The values of [`EVENTS`].
fn about(shop: ShopId, order: Option<OrderId>, contact: ContactId) -> Vec<Value> {
    let named = |end: &str| Value::from(format!("%\"contact\":{contact}{end}%"));
    let order = order.map_or(0, |order| order.0);
    vec![shop.0.into(), order.into(), named(","), named("}"), format!("%\"order\":{order},%").into()]
}

/// The contact, its orders, their work, and what left of them.
fn ids(snapshot: &Snapshot, contact: ContactId, orders: &[OrderId]) -> Vec<i64> {
    let work = snapshot.orders.iter().flat_map(|order| &order.fulfillment_orders).map(|fo| fo.id.0);
    let left = snapshot.fulfillments.iter().map(|fulfillment| fulfillment.id.0);
    [contact.0].into_iter().chain(orders.iter().map(|order| order.0)).chain(work).chain(left).collect()
}
