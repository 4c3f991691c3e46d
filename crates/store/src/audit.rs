//! Audit: what the workers look for, and proofs over a whole database: that the index rows are what the bodies say,
//! and that quantities and stock are conserved.

use std::collections::{BTreeMap, BTreeSet};

use domain::fulfillment::Fulfillment;
use domain::id::{FulfillmentOrderId, OrderId, ShopId};
use domain::invariants;
use domain::order::Order;
use domain::time::Time;

use crate::Store;
use crate::body;
use crate::charges::charge_rows;
use crate::db::{Error, Query, Row, Value};
use crate::index::{self, IndexRow};
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
    ///
    /// Others may write meanwhile: what seems wrong may only have changed between two reads. So whatever is found is
    /// looked at again, as of one moment, and told if it still is so.
    pub async fn audit(&self, shop: ShopId, mut progress: impl FnMut(u64)) -> Result<Vec<Finding>, Error> {
        let mut suspects = Vec::new();
        let mut promised = Promised::new();
        let mut last = 0;
        let mut seen = 0;
        loop {
            let rows = self.db.read(vec![orders_after(shop, last)]).await?.pop().unwrap_or_default();
            let Some(end) = rows.last() else { break };
            last = end.int(0)?;
            let ids = rows.iter().map(|row| row.int(0)).collect::<Result<Vec<i64>, Error>>()?;
            let orders = rows.iter().map(looked).collect::<Result<Vec<_>, Error>>()?;
            // There is no index of invoices by orders.
            let invoices: Vec<i64> =
                orders.iter().flat_map(|one| &one.order.invoices).map(|invoice| invoice.id.0).collect();
            let mut queries = beside(shop, &ids);
            let some = invoices.chunks(AT_ONCE as usize);
            queries.extend(some.map(|some| by_ids(shop, INVOICES, "invoice_id", some)));
            let beside = Beside::of(self.db.read(queries).await?)?;
            for one in &orders {
                if !wrong(one, &beside).is_empty() {
                    suspects.push(one.order.id.0);
                }
                promise(&one.order, &mut promised);
            }
            seen += orders.len() as u64;
            progress(seen);
        }
        let mut findings = Vec::new();
        for some in suspects.chunks(AT_ONCE as usize) {
            self.audit_again(shop, some, &mut findings).await?;
        }
        self.audit_orphans(shop, &mut findings).await?;
        self.audit_fulfillments(shop, &mut findings).await?;
        self.audit_stock(shop, promised, &mut findings).await?;
        self.audit_reservations(shop, &mut findings).await?;
        for (contact, what) in self.audit_contacts(shop).await? {
            findings.push(Finding { order: None, what: format!("contact {contact}: {what}") });
        }
        Ok(findings)
    }

    /// Orders and all that is beside them, as of one moment.
    async fn audit_again(&self, shop: ShopId, ids: &[i64], findings: &mut Vec<Finding>) -> Result<(), Error> {
        let mut queries = vec![by_ids(shop, ORDERS, "order_id", ids)];
        queries.extend(beside(shop, ids));
        queries.push(by_ids(shop, INVOICES, "order_id", ids));
        let mut rows = self.db.read(queries).await?;
        let orders = rows.remove(0);
        let beside = Beside::of(rows)?;
        for row in &orders {
            let one = looked(row)?;
            let order = Some(one.order.id);
            findings.extend(wrong(&one, &beside).into_iter().map(|what| Finding { order, what }));
        }
        Ok(())
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
            let after = Query::new(
                format!(
                    "{PARCELS} WHERE shop_id = $1 AND fulfillment_id > $2 ORDER BY fulfillment_id LIMIT {AT_ONCE}"
                ),
                vec![shop.0.into(), last.into()],
            );
            let rows = self.db.read(vec![after]).await?.pop().unwrap_or_default();
            let Some(end) = rows.last() else { return Ok(()) };
            last = end.int(0)?;
            let ids = rows.iter().map(|row| row.int(0)).collect::<Result<Vec<i64>, Error>>()?;
            let links = by_ids(shop, ORDERS_OF, "fulfillment_id", &ids);
            let links = self.db.read(vec![links]).await?.pop().unwrap_or_default();
            let mut found = Vec::new();
            wrong_parcels(&rows, &links, &mut found)?;
            if !found.is_empty() {
                let queries = vec![
                    by_ids(shop, PARCELS, "fulfillment_id", &ids),
                    by_ids(shop, ORDERS_OF, "fulfillment_id", &ids),
                ];
                if let [rows, links] = self.db.read(queries).await?.as_slice() {
                    wrong_parcels(rows, links, findings)?;
                }
            }
        }
    }

    /// What is promised is what open work waits for (Q16).
    async fn audit_stock(
        &self,
        shop: ShopId,
        promised: Promised,
        findings: &mut Vec<Finding>,
    ) -> Result<(), Error> {
        let sql = "SELECT variant_id, location_id, committed FROM stock WHERE shop_id = $1";
        let stock = Query::new(sql, vec![shop.0.into()]);
        let rows = self.db.read(vec![stock]).await?.pop().unwrap_or_default();
        let suspects = wrong_stock(&rows, promised)?;
        let places: BTreeSet<i64> = suspects.keys().map(|(_, location)| *location).collect();
        for place in places {
            let here = || vec![shop.0.into(), place.into()];
            let queries =
                vec![Query::new(format!("{sql} AND location_id = $2"), here()), Query::new(OPEN_AT, here())];
            let [stock, orders] = &*self.db.read(queries).await? else { continue };
            let mut promised = Promised::new();
            for row in orders {
                promise(&body::read(row.text(0)?)?, &mut promised);
            }
            promised.retain(|(_, location), _| *location == place);
            for (of, what) in wrong_stock(stock, promised)? {
                if suspects.contains_key(&of) {
                    findings.push(Finding { order: None, what });
                }
            }
        }
        Ok(())
    }
}

/// How many units are waited for, by variant and location.
type Promised = BTreeMap<(i64, i64), i64>;

const PARCELS: &str =
    "SELECT fulfillment_id, body, version, live, updated_at, untracked_by, parcel FROM fulfillments";
const ORDERS_OF: &str = "SELECT fulfillment_id, order_id FROM fulfillments_of_orders";
const INVOICES: &str =
    "SELECT invoice_id, order_id, number, kind, status, external_id, updated_at FROM invoices";
const ORDERS: &str = "SELECT order_id, version, body, number, name, source_key, email, processed_at, created_at, \
     updated_at, state, payment, fulfillment, test, contact_id, due_at, ask_at, subscription, \
     source_identifier FROM orders";
const OPEN_AT: &str = "SELECT body FROM orders WHERE shop_id = $1 AND order_id IN (SELECT order_id \
     FROM fulfillment_orders WHERE shop_id = $1 AND location_id = $2 AND is_open = 1)";

/// An order as it is stored.
struct Looked {
    order: Order,
    version: i64,
    columns: Vec<Value>,
}

fn looked(row: &Row) -> Result<Looked, Error> {
    let columns = row.0.get(3..).unwrap_or_default().to_vec();
    Ok(Looked { order: body::read(row.text(2)?)?, version: row.int(1)?, columns })
}

/// What is stored beside orders: rows of an order by its id, each with its own key in front.
#[derive(Default)]
struct Beside {
    fulfillments: Vec<Fulfillment>,
    work: BTreeMap<i64, Vec<IndexRow>>,
    takings: BTreeMap<i64, Vec<IndexRow>>,
    charges: BTreeMap<i64, Vec<IndexRow>>,
    sorts: BTreeMap<i64, Vec<IndexRow>>,
    invoices: BTreeMap<i64, Vec<IndexRow>>,
}

/// The queries for what is beside orders, but for their invoices.
fn beside(shop: ShopId, ids: &[i64]) -> Vec<Query> {
    let orders: Vec<OrderId> = ids.iter().copied().map(OrderId).collect();
    let of = |select: &str| by_ids(shop, select, "order_id", ids);
    vec![
        fulfillments_of_orders(shop, &orders),
        work_of(shop, ids),
        of("SELECT taking_id, order_id, at, currency, amount FROM takings"),
        of("SELECT order_id, order_id, total, captured, released, taken, refunded FROM charges"),
        of("SELECT order_id, order_id, buyer, destination, payment, fulfillment, po_number, units, total, \
            current_total FROM order_sorts"),
    ]
}

impl Beside {
    /// The answers to [`beside`], and rows of invoices.
    fn of(answers: Vec<Vec<Row>>) -> Result<Beside, Error> {
        let mut found = Beside::default();
        for (which, rows) in answers.into_iter().enumerate() {
            let table = match which {
                0 => {
                    for row in &rows {
                        found.fulfillments.push(body::read(row.text(2)?)?);
                    }
                    // One that holds something of several of these orders came once for each.
                    found.fulfillments.dedup_by_key(|fulfillment| fulfillment.id);
                    continue;
                }
                1 => &mut found.work,
                2 => &mut found.takings,
                3 => &mut found.charges,
                4 => &mut found.sorts,
                _ => &mut found.invoices,
            };
            for row in rows {
                let (id, order) = (row.int(0)?, row.int(1)?);
                let values = row.0.get(1..).unwrap_or_default().to_vec();
                table.entry(order).or_default().push(IndexRow { id, values });
            }
        }
        Ok(found)
    }
}

/// What is wrong with an order.
fn wrong(Looked { order, version, columns: stored }: &Looked, beside: &Beside) -> Vec<String> {
    let own: Vec<Fulfillment> =
        beside.fulfillments.iter().filter(|f| f.orders().contains(&order.id)).cloned().collect();
    let mut wrong = invariants::of_order(order);
    wrong.extend(invariants::of_fulfillments(order, &own));
    if order.version != *version {
        wrong.push("X2: its body has another version".to_owned());
    }
    if *stored != columns(order) {
        wrong.push("its columns are not what its body says".to_owned());
    }
    // Of the tables that have one row for an order, the row that was read has the order's id twice.
    let twice = |mut rows: Vec<IndexRow>| {
        rows.iter_mut().for_each(|row| row.values.insert(0, order.id.0.into()));
        rows
    };
    for (stored, mut said, what) in [
        (
            &beside.work,
            index::fulfillment_order_rows(order),
            "its rows of fulfillment orders are not what its body says",
        ),
        (&beside.invoices, index::invoice_rows(order), "its rows of invoices are not what its body says"),
        (&beside.takings, index::taking_rows(order), "its rows of takings are not what its body says"),
        (&beside.sorts, twice(sort_rows(order)), "what it is sorted by is not what its body says"),
        (&beside.charges, twice(charge_rows(order)), "its row of charges is not what its body says"),
    ] {
        let mut stored = stored.get(&order.id.0).cloned().unwrap_or_default();
        stored.sort_by_key(|row| row.id);
        said.sort_by_key(|row| row.id);
        if stored != said {
            wrong.push(what.to_owned());
        }
    }
    wrong
}

fn wrong_parcels(rows: &[Row], links: &[Row], findings: &mut Vec<Finding>) -> Result<(), Error> {
    for row in rows {
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
        orders.sort_unstable();
        must(orders == fulfillment.orders(), "its orders are not those that its body says");
    }
    Ok(())
}

/// Where `(variant_id, location_id, committed)` is not what is waited for, and what is to be said of it.
fn wrong_stock(rows: &[Row], mut promised: Promised) -> Result<BTreeMap<(i64, i64), String>, Error> {
    let mut wrong = BTreeMap::new();
    for row in rows {
        let (variant, location, committed) = (row.int(0)?, row.int(1)?, row.int(2)?);
        let waits = promised.remove(&(variant, location)).unwrap_or(0);
        if committed != waits {
            let what = format!(
                "Q16: {committed} of variant {variant} are promised at location {location}, {waits} are waited for"
            );
            wrong.insert((variant, location), what);
        }
    }
    for ((variant, location), waits) in promised.into_iter().filter(|(_, waits)| *waits != 0) {
        let what = format!(
            "Q16: {waits} of variant {variant} are waited for at location {location}, where it has no stock"
        );
        wrong.insert((variant, location), what);
    }
    Ok(wrong)
}

/// The columns of an order but the last: when it is routed again is moved without the order being read.
fn columns(order: &Order) -> Vec<Value> {
    let [columns @ .., _] = index::order_columns(order);
    columns.to_vec()
}

fn promise(order: &Order, promised: &mut Promised) {
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
    let sql = format!("{ORDERS} WHERE shop_id = $1 AND order_id > $2 ORDER BY order_id LIMIT {AT_ONCE}");
    Query::new(sql, vec![shop.0.into(), last.into()])
}

fn work_of(shop: ShopId, orders: &[i64]) -> Query {
    by_ids(
        shop,
        "SELECT fulfillment_order_id, order_id, location_id, service_id, stage, request, is_open, total, remaining, \
         opens_at, fulfill_by, updated_at FROM fulfillment_orders",
        "order_id",
        orders,
    )
}
