//! Audit: what the workers look for, and proofs over a whole database: that the index rows are what the bodies say,
//! and that quantities and stock are conserved.

use std::collections::BTreeMap;

use domain::fulfillment::Fulfillment;
use domain::id::{FulfillmentOrderId, OrderId, ShopId};
use domain::invariants;
use domain::order::Order;
use domain::time::Time;

use crate::Store;
use crate::body;
use crate::charges::charge_rows;
use crate::db::{Error, Query, Row, Value};
use crate::index;
use crate::inquiries;
use crate::load::{by_ids, fulfillments_of_orders};
use crate::sorting::sort_rows;

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The order that it was found at; `None` for stock.
    pub order: Option<OrderId>,
    /// What is wrong.
    pub what: String,
}

/// How many orders are read at once.
const AT_ONCE: u32 = 500;

pub(crate) fn due_for_routing_query(shop: ShopId, now: Time, limit: u32) -> Query {
    let sql = format!(
        "SELECT order_id FROM orders WHERE shop_id = $1 AND route_at IS NOT NULL AND route_at <= $2 \
         ORDER BY route_at, order_id LIMIT {limit}"
    );
    Query::new(sql, vec![shop.0.into(), now.0.into()])
}

/// Orders that wait and have not seen the latest change of stock or places.
pub(crate) fn changed_for_routing_query(shop: ShopId, limit: u32) -> Query {
    let sql = format!(
        "SELECT order_id FROM orders WHERE shop_id = $1 AND route_at IS NOT NULL AND route_seen < \
         (SELECT next FROM counters WHERE shop_id = $1 AND name = 'routing') \
         ORDER BY route_seen, order_id LIMIT {limit}"
    );
    Query::new(sql, vec![shop.0.into()])
}

pub(crate) fn due_to_open_query(shop: ShopId, now: Time, limit: u32) -> Query {
    let sql = format!(
        "SELECT fulfillment_order_id FROM fulfillment_orders WHERE shop_id = $1 AND opens_at IS NOT NULL \
         AND opens_at <= $2 ORDER BY opens_at LIMIT {limit}"
    );
    Query::new(sql, vec![shop.0.into(), now.0.into()])
}

impl Store {
    /// Orders with units that wait for a location and may be tried now.
    ///
    /// # Errors
    /// As [`crate::db::Db::read`]; so for every function here.
    pub async fn due_for_routing(&self, shop: ShopId, now: Time, limit: u32) -> Result<Vec<OrderId>, Error> {
        let queries = vec![changed_for_routing_query(shop, limit), due_for_routing_query(shop, now, limit)];
        let mut due: Vec<OrderId> = Vec::new();
        for row in self.db.read(queries).await?.iter().flatten() {
            let id = OrderId(row.int(0)?);
            if !due.contains(&id) && due.len() < limit as usize {
                due.push(id);
            }
        }
        Ok(due)
    }

    /// Scheduled work whose time has come.
    pub async fn due_to_open(
        &self,
        shop: ShopId,
        now: Time,
        limit: u32,
    ) -> Result<Vec<FulfillmentOrderId>, Error> {
        let rows = self.db.read(vec![due_to_open_query(shop, now, limit)]).await?;
        rows.iter().flatten().map(|row| row.int(0).map(FulfillmentOrderId)).collect()
    }

    /// How much of everything a shop has: (what, how many).
    pub async fn counts(&self, shop: ShopId) -> Result<Vec<(&'static str, i64)>, Error> {
        const COUNTED: [(&str, &str); 6] = [
            ("orders", "SELECT CAST(count(*) AS BIGINT) FROM orders WHERE shop_id = $1"),
            (
                "fulfillment orders",
                "SELECT CAST(count(*) AS BIGINT) FROM fulfillment_orders WHERE shop_id = $1",
            ),
            ("fulfillments", "SELECT CAST(count(*) AS BIGINT) FROM fulfillments WHERE shop_id = $1"),
            ("events", "SELECT CAST(count(*) AS BIGINT) FROM events WHERE shop_id = $1"),
            (
                "events to dispatch",
                "SELECT CAST(count(*) AS BIGINT) FROM events WHERE shop_id = $1 AND dispatched = 0",
            ),
            (
                "deliveries to make",
                "SELECT CAST(count(*) AS BIGINT) FROM deliveries WHERE shop_id = $1 AND state = 'pending'",
            ),
        ];
        let queries = COUNTED.iter().map(|(_, sql)| Query::new(*sql, vec![shop.0.into()])).collect();
        let rows = self.db.read(queries).await?;
        COUNTED
            .iter()
            .zip(&rows)
            .map(|((what, _), rows)| Ok((*what, rows.first().map_or(Ok(0), |row| row.int(0))?)))
            .collect()
    }

    /// Everything that is not as it should be in a shop. `progress` is told how many orders were looked at.
    pub async fn audit(&self, shop: ShopId, mut progress: impl FnMut(u64)) -> Result<Vec<Finding>, Error> {
        let mut findings = Vec::new();
        let mut promised: BTreeMap<(i64, i64), i64> = BTreeMap::new();
        let mut last = 0;
        let mut seen = 0;
        loop {
            let rows = self.db.read(vec![orders_after(shop, last)]).await?.pop().unwrap_or_default();
            if rows.is_empty() {
                break;
            }
            let mut orders: Vec<(Order, Vec<Value>)> = Vec::with_capacity(rows.len());
            for row in &rows {
                last = row.int(0)?;
                let order: Order = body::read(row.text(2)?)?;
                let stored = row.0.get(3..).unwrap_or_default().to_vec();
                if order.version != row.int(1)? {
                    findings.push(finding(&order, "X2: its body has another version".to_owned()));
                }
                orders.push((order, stored));
            }
            let ids: Vec<OrderId> = orders.iter().map(|(order, _)| order.id).collect();
            let mut rows =
                self.db.read(vec![fulfillments_of_orders(shop, &ids), work_of(shop, &ids)]).await?;
            let work = rows.pop().unwrap_or_default();
            let invoices = self.invoices_of(shop, &orders).await?;
            let takings = self.takings_of(shop, &orders).await?;
            let mut charged = self.charges_of(shop, &ids).await?;
            let mut sorted_by = self.sorts_of(shop, &orders).await?;
            let mut fulfillments: Vec<Fulfillment> = Vec::new();
            for row in rows.pop().unwrap_or_default() {
                fulfillments.push(body::read(row.text(2)?)?);
            }
            // One that holds something of several of these orders came once for each.
            fulfillments.dedup_by_key(|fulfillment| fulfillment.id);
            for (order, stored) in &orders {
                let own: Vec<Fulfillment> =
                    fulfillments.iter().filter(|f| f.orders().contains(&order.id)).cloned().collect();
                let mut broken = invariants::of_order(order);
                broken.extend(invariants::of_fulfillments(order, &own));
                if *stored != columns(order) {
                    broken.push("its columns are not what its body says".to_owned());
                }
                let mut rows: Vec<(i64, Vec<Value>)> = Vec::new();
                for row in work.iter().filter(|row| row.int(1) == Ok(order.id.0)) {
                    rows.push((row.int(0)?, row.0.get(1..).unwrap_or_default().to_vec()));
                }
                rows.sort_by_key(|(id, _)| *id);
                let mut expected: Vec<(i64, Vec<Value>)> = index::fulfillment_order_rows(order)
                    .into_iter()
                    .map(|row| (row.id, row.values))
                    .collect();
                expected.sort_by_key(|(id, _)| *id);
                if rows != expected {
                    broken.push("its rows of fulfillment orders are not what its body says".to_owned());
                }
                let mut rows: Vec<(i64, Vec<Value>)> = Vec::new();
                for row in invoices.iter().filter(|row| row.int(1) == Ok(order.id.0)) {
                    rows.push((row.int(0)?, row.0.get(1..).unwrap_or_default().to_vec()));
                }
                let mut expected = index::invoice_rows(order);
                expected.sort_by_key(|row| row.id);
                if rows != expected.into_iter().map(|row| (row.id, row.values)).collect::<Vec<_>>() {
                    broken.push("its rows of invoices are not what its body says".to_owned());
                }
                let mut rows: Vec<(i64, Vec<Value>)> = Vec::new();
                for row in takings.iter().filter(|row| row.int(1) == Ok(order.id.0)) {
                    rows.push((row.int(0)?, row.0.get(1..).unwrap_or_default().to_vec()));
                }
                let mut expected = index::taking_rows(order);
                expected.sort_by_key(|row| row.id);
                if rows != expected.into_iter().map(|row| (row.id, row.values)).collect::<Vec<_>>() {
                    broken.push("its rows of takings are not what its body says".to_owned());
                }
                if sorted_by.remove(&order.id) != sort_rows(order).pop().map(|row| row.values) {
                    broken.push("what it is sorted by is not what its body says".to_owned());
                }
                if charged.remove(&order.id) != charge_rows(order).pop().map(|row| row.values) {
                    broken.push("its row of charges is not what its body says".to_owned());
                }
                findings.extend(broken.into_iter().map(|what| finding(order, what)));
                promise(order, &mut promised);
            }
            seen += orders.len() as u64;
            progress(seen);
        }
        self.audit_orphans(shop, &mut findings).await?;
        self.audit_fulfillments(shop, &mut findings).await?;
        self.audit_stock(shop, promised, &mut findings).await?;
        for (contact, what) in self.audit_contacts(shop).await? {
            findings.push(Finding { order: None, what: format!("contact {contact}: {what}") });
        }
        Ok(findings)
    }

    /// Rows of the invoices that these orders have, by id.
    async fn invoices_of(&self, shop: ShopId, orders: &[(Order, Vec<Value>)]) -> Result<Vec<Row>, Error> {
        let ids: Vec<i64> =
            orders.iter().flat_map(|(order, _)| &order.invoices).map(|invoice| invoice.id.0).collect();
        let mut all = Vec::with_capacity(ids.len());
        for some in ids.chunks(AT_ONCE as usize) {
            let select =
                "SELECT invoice_id, order_id, number, kind, status, external_id, updated_at FROM invoices";
            let rows = self.db.read(vec![by_ids(shop, select, "invoice_id", some)]).await?.pop();
            all.extend(rows.unwrap_or_default());
        }
        all.sort_by_key(|row| row.int(0).unwrap_or_default());
        Ok(all)
    }

    /// Rows of the money that moved for these orders, by id.
    async fn takings_of(&self, shop: ShopId, orders: &[(Order, Vec<Value>)]) -> Result<Vec<Row>, Error> {
        let ids: Vec<i64> = orders.iter().map(|(order, _)| order.id.0).collect();
        let select = "SELECT taking_id, order_id, at, currency, amount FROM takings";
        let query = by_ids(shop, select, "order_id", &ids);
        let mut all = self.db.read(vec![query]).await?.pop().unwrap_or_default();
        all.sort_by_key(|row| row.int(0).unwrap_or_default());
        Ok(all)
    }

    /// What each of these orders is sorted by.
    async fn sorts_of(
        &self,
        shop: ShopId,
        orders: &[(Order, Vec<Value>)],
    ) -> Result<BTreeMap<OrderId, Vec<Value>>, Error> {
        let ids: Vec<i64> = orders.iter().map(|(order, _)| order.id.0).collect();
        let select = "SELECT order_id, buyer, destination, payment, fulfillment, po_number, units, total, \
                      current_total FROM order_sorts";
        let rows = self.db.read(vec![by_ids(shop, select, "order_id", &ids)]).await?;
        let key = |mut row: Row| Ok((OrderId(row.int(0)?), row.0.split_off(1)));
        rows.into_iter().flatten().map(key).collect()
    }

    /// Work belongs to an order.
    async fn audit_orphans(&self, shop: ShopId, findings: &mut Vec<Finding>) -> Result<(), Error> {
        let sql = "SELECT w.fulfillment_order_id, w.order_id FROM fulfillment_orders w WHERE w.shop_id = $1 AND NOT \
                   EXISTS (SELECT 1 FROM orders o WHERE o.shop_id = $1 AND o.order_id = w.order_id) LIMIT 1000";
        for row in self.db.read(vec![Query::new(sql, vec![shop.0.into()])]).await?.iter().flatten() {
            let (work, order) = (row.int(0)?, row.int(1)?);
            let what = format!("fulfillment order {work} belongs to order {order}, which is not there");
            findings.push(Finding { order: Some(OrderId(order)), what });
        }
        Ok(())
    }

    /// The columns of fulfillments, and which orders they hold something of, are what their bodies say.
    async fn audit_fulfillments(&self, shop: ShopId, findings: &mut Vec<Finding>) -> Result<(), Error> {
        let mut last = 0;
        loop {
            let after = vec![shop.0.into(), last.into()];
            let rows =
                self.db.read(vec![Query::new(FULFILLMENTS_AFTER, after)]).await?.pop().unwrap_or_default();
            let (Some(first), Some(end)) = (rows.first(), rows.last()) else { return Ok(()) };
            last = end.int(0)?;
            let bounds = vec![shop.0.into(), first.int(0)?.into(), last.into()];
            let links = self.db.read(vec![Query::new(ORDERS_OF, bounds)]).await?.pop().unwrap_or_default();
            for row in &rows {
                let fulfillment: Fulfillment = body::read(row.text(1)?)?;
                let id = fulfillment.id;
                let first = fulfillment.orders().first().copied();
                let mut must = |holds: bool, what: &str| {
                    if !holds {
                        findings.push(Finding { order: first, what: format!("fulfillment {id}: {what}") });
                    }
                };
                let stored = (row.int(2)?, row.int(3)? != 0, row.int(4)?, row.opt_int(5)?, row.int(6)? != 0);
                let untracked_by = inquiries::untracked_by(&fulfillment);
                let said = (
                    fulfillment.version,
                    fulfillment.is_live(),
                    fulfillment.updated_at.0,
                    untracked_by,
                    fulfillment.holds_units(),
                );
                must(stored == said, "its columns are not what its body says");
                let mut orders = Vec::new();
                for link in links.iter().filter(|link| link.int(0) == Ok(id.0)) {
                    orders.push(OrderId(link.int(1)?));
                }
                must(orders == fulfillment.orders(), "its orders are not those that its body says");
            }
        }
    }

    /// What is promised is what open work waits for (Q16).
    async fn audit_stock(
        &self,
        shop: ShopId,
        mut promised: BTreeMap<(i64, i64), i64>,
        findings: &mut Vec<Finding>,
    ) -> Result<(), Error> {
        let sql = "SELECT variant_id, location_id, on_hand, committed FROM stock WHERE shop_id = $1";
        let rows = self.db.read(vec![Query::new(sql, vec![shop.0.into()])]).await?.pop().unwrap_or_default();
        for row in &rows {
            let (variant, location) = (row.int(0)?, row.int(1)?);
            let waits = promised.remove(&(variant, location)).unwrap_or(0);
            let committed = row.int(3)?;
            if committed != waits {
                let what = format!(
                    "Q16: {committed} of variant {variant} are promised at location {location}, {waits} are waited for"
                );
                findings.push(Finding { order: None, what });
            }
        }
        for ((variant, location), waits) in promised.into_iter().filter(|(_, waits)| *waits != 0) {
            let what = format!(
                "Q16: {waits} of variant {variant} are waited for at location {location}, where it has no stock"
            );
            findings.push(Finding { order: None, what });
        }
        Ok(())
    }
}

const FULFILLMENTS_AFTER: &str = "SELECT fulfillment_id, body, version, live, updated_at, untracked_by, parcel FROM fulfillments \
     WHERE shop_id = $1 AND fulfillment_id > $2 ORDER BY fulfillment_id LIMIT 500";
const ORDERS_OF: &str = "SELECT fulfillment_id, order_id FROM fulfillments_of_orders \
     WHERE shop_id = $1 AND fulfillment_id >= $2 AND fulfillment_id <= $3 ORDER BY fulfillment_id, order_id";

/// The columns of an order but the last: when it is routed again is moved without the order being read.
fn columns(order: &Order) -> Vec<Value> {
    let [columns @ .., _] = index::order_columns(order);
    columns.to_vec()
}

fn finding(order: &Order, what: String) -> Finding {
    Finding { order: Some(order.id), what }
}

fn promise(order: &Order, promised: &mut BTreeMap<(i64, i64), i64>) {
    for fo in order.fulfillment_orders.iter().filter(|fo| fo.is_open()) {
        for line in fo.lines.iter().filter(|line| line.committed) {
            let variant = order.line(line.order_line).and_then(|line| line.article.variant);
            if let Some(variant) = variant {
                *promised.entry((variant.0, fo.location.0)).or_default() += line.remaining();
            }
        }
    }
}

fn orders_after(shop: ShopId, last: i64) -> Query {
    Query::new(
        format!(
            "SELECT order_id, version, body, number, name, source_key, email, processed_at, created_at, updated_at, \
             state, payment, fulfillment, test, contact_id, due_at, ask_at, subscription FROM orders WHERE shop_id = $1 AND order_id > $2 \
             ORDER BY order_id LIMIT {AT_ONCE}"
        ),
        vec![shop.0.into(), last.into()],
    )
}

fn work_of(shop: ShopId, orders: &[OrderId]) -> Query {
    let bounds = (orders.first().map_or(0, |id| id.0), orders.last().map_or(0, |id| id.0));
    Query::new(
        "SELECT fulfillment_order_id, order_id, location_id, service_id, stage, request, is_open, total, remaining, \
         opens_at, fulfill_by, updated_at FROM fulfillment_orders \
         WHERE shop_id = $1 AND order_id >= $2 AND order_id <= $3",
        vec![shop.0.into(), bounds.0.into(), bounds.1.into()],
    )
}
