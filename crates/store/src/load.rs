//! Load: a scope becomes a handful of queries that are asked together, and their answers become a snapshot.

use std::sync::Arc;

use domain::contact::Contact;
use domain::draft::Draft;
use domain::fulfillment::Fulfillment;
use domain::id::{OrderId, ShopId};
use domain::order::Order;
use domain::record::{Record, RecordKind};
use domain::rule::Rule;
use domain::snapshot::{Places, Scope, Shop, Snapshot};

use crate::Store;
use crate::billing;
use crate::body;
use crate::contacts::{self, meant_by};
use crate::db::{Error, Query, Row, Value};
use crate::drafts;
use crate::reservations;
use crate::stock;
use crate::workflows;

/// `$2, $3, …` for a list of ids, padded with doubles to a power of two so that few SQL texts are prepared.
pub(crate) fn in_list(from: usize, ids: &[i64]) -> (String, Vec<Value>) {
    let padded = ids.len().next_power_of_two().max(1);
    let last = ids.last().copied().unwrap_or(0);
    let places: Vec<String> = (0..padded).map(|i| format!("${}", from + i)).collect();
    let values = (0..padded).map(|i| Value::Int(ids.get(i).copied().unwrap_or(last))).collect();
    (places.join(", "), values)
}

/// A query for rows of a shop whose id is in a list.
pub(crate) fn by_ids(shop: ShopId, select: &str, column: &str, ids: &[i64]) -> Query {
    let (places, mut values) = in_list(2, ids);
    values.insert(0, shop.0.into());
    Query::new(format!("{select} WHERE shop_id = $1 AND {column} IN ({places})"), values)
}

const ORDERS: &str = "SELECT order_id, version, body FROM orders";
const ORDERS_OF_WORK: &str = "SELECT order_id, version, body FROM orders WHERE shop_id = $1 AND order_id IN \
     (SELECT order_id FROM fulfillment_orders WHERE shop_id = $1 AND fulfillment_order_id IN ";
const ORDERS_OF_FULFILLMENTS: &str = "SELECT order_id, version, body FROM orders WHERE shop_id = $1 AND order_id IN \
     (SELECT order_id FROM fulfillments_of_orders WHERE shop_id = $1 AND fulfillment_id IN ";
pub(crate) const FULFILLMENTS: &str = "SELECT fulfillment_id, version, body FROM fulfillments";

const CHANGES: &str = "SELECT next FROM counters WHERE shop_id = $1 AND name = 'routing'";

const OPEN_WORK_AT: &str = "SELECT fulfillment_order_id FROM fulfillment_orders \
     WHERE shop_id = $1 AND location_id = $2 AND is_open = 1 LIMIT 1";

/// What each query of a load is for; answers come in the order of the questions.
pub(crate) enum Part {
    Orders,
    Fulfillments,
    SeenBefore,
    Locations,
    Services,
    Variants,
    Products,
    Prices,
    Access,
    Stock,
    OpenWork,
    Contacts,
    Drafts,
    Reservations,
    Runs,
    Listeners,
    Records,
    Rules,
    Changes,
}

impl Store {
    /// Reads what a command needs to have read.
    ///
    /// # Errors
    /// As [`crate::db::Db::read`].
    pub async fn load(&self, shop: &Arc<Shop>, scope: &Scope) -> Result<Snapshot, Error> {
        let (parts, queries): (Vec<Part>, Vec<Query>) = questions(shop.id, scope).into_iter().unzip();
        let mut snapshot = Snapshot::of(Shop::clone(shop));
        if queries.is_empty() {
            return Ok(snapshot);
        }
        for (part, rows) in parts.into_iter().zip(self.db.read(queries).await?) {
            self.take(&mut snapshot, part, rows)?;
        }
        let mut more = Vec::new();
        // Whoever is told of an order is told of every fulfillment of it.
        let shipped = snapshot.orders.iter().filter(|order| order.fulfillments_made > 0);
        let shipped: Vec<OrderId> = shipped.map(|order| order.id).collect();
        if !shipped.is_empty() && scope.fulfillments_of.is_empty() {
            more.push((Part::Fulfillments, fulfillments_of_orders(shop.id, &shipped)));
        }
        if scope.places == Places::WithStock && !snapshot.orders.is_empty() {
            let mut variants: Vec<i64> = snapshot
                .orders
                .iter()
                .flat_map(|order| &order.lines)
                .filter_map(|line| line.article.variant.map(|variant| variant.0))
                .chain(snapshot.drafts.iter().flat_map(Draft::variants).map(|variant| variant.0))
                .collect();
            variants.sort_unstable();
            variants.dedup();
            if !variants.is_empty() {
                more.push((Part::Stock, stock::of_variants(shop.id, &variants)));
            }
        }
        if !more.is_empty() {
            let (parts, queries): (Vec<Part>, Vec<Query>) = more.into_iter().unzip();
            for (part, rows) in parts.into_iter().zip(self.db.read(queries).await?) {
                self.take(&mut snapshot, part, rows)?;
            }
        }
        Ok(snapshot)
    }

    fn take(&self, snapshot: &mut Snapshot, part: Part, rows: Vec<Row>) -> Result<(), Error> {
        match part {
            Part::Orders => {
                for row in &rows {
                    let (id, version) = (row.int(0)?, row.int(1)?);
                    if snapshot.orders.iter().all(|known| known.id.0 != id) {
                        snapshot.orders.push(self.parsed.own_order(id, version, row.text(2)?)?);
                    }
                }
            }
            Part::Fulfillments => {
                for read in self.fulfillments_of(&rows)? {
                    if snapshot.fulfillments.iter().all(|known| known.id != read.id) {
                        snapshot.fulfillments.push(Fulfillment::clone(&read));
                    }
                }
            }
            Part::SeenBefore => {
                snapshot.seen_before = rows.first().map(|row| row.int(0)).transpose()?.map(OrderId);
            }
            Part::Locations => snapshot.locations = bodies(&rows)?,
            Part::Services => snapshot.services = bodies(&rows)?,
            Part::Variants => snapshot.variants = bodies(&rows)?,
            Part::Prices => snapshot.prices = bodies(&rows)?,
            Part::Access => {
                snapshot.access = rows.iter().map(billing::grant_of).collect::<Result<_, _>>()?;
            }
            Part::Products => snapshot.products = bodies(&rows)?,
            Part::Contacts => {
                for contact in bodies::<Contact>(&rows)? {
                    if snapshot.contacts.iter().all(|known| known.id != contact.id) {
                        snapshot.contacts.push(contact);
                    }
                }
            }
            Part::Runs => snapshot.runs = bodies(&rows)?,
            Part::Drafts => snapshot.drafts = bodies(&rows)?,
            Part::Reservations => snapshot.reservations.extend(bodies(&rows)?),
            Part::Listeners => snapshot.listeners = bodies(&rows)?,
            Part::Records => {
                for record in bodies::<Record>(&rows)? {
                    if snapshot.records.iter().all(|known| known.id != record.id) {
                        snapshot.records.push(record);
                    }
                }
            }
            Part::Rules => snapshot.rules = bodies::<Record>(&rows)?.iter().filter_map(Rule::of).collect(),
            Part::Changes => snapshot.changes = Some(rows.first().map_or(Ok(0), |row| row.int(0))?),
            Part::OpenWork => snapshot.has_open_work = !rows.is_empty(),
            Part::Stock => {
                let read = rows.iter().map(stock::stock_of).collect::<Result<Vec<_>, _>>()?;
                // Variants that are asked for by name and are in an order too come twice.
                snapshot.stock.retain(|known| read.iter().all(|new| new.variant != known.variant));
                snapshot.stock.extend(read);
            }
        }
        Ok(())
    }

    /// Orders of rows `(order_id, version, body)`.
    pub(crate) fn orders_of(&self, rows: &[Row]) -> Result<Vec<Arc<Order>>, Error> {
        rows.iter().map(|row| self.parsed.order(row.int(0)?, row.int(1)?, row.text(2)?)).collect()
    }

    /// Fulfillments of rows `(fulfillment_id, version, body)`.
    pub(crate) fn fulfillments_of(&self, rows: &[Row]) -> Result<Vec<Arc<Fulfillment>>, Error> {
        rows.iter().map(|row| self.parsed.fulfillment(row.int(0)?, row.int(1)?, row.text(2)?)).collect()
    }
}

pub(crate) fn questions(shop: ShopId, scope: &Scope) -> Vec<(Part, Query)> {
    let mut ask = Vec::new();
    let all =
        |table: &str| Query::new(format!("SELECT body FROM {table} WHERE shop_id = $1"), vec![shop.0.into()]);
    if !scope.orders.is_empty() {
        let ids: Vec<i64> = scope.orders.iter().map(|id| id.0).collect();
        ask.push((Part::Orders, by_ids(shop, ORDERS, "order_id", &ids)));
    }
    if !scope.by_work.is_empty() {
        let ids: Vec<i64> = scope.by_work.iter().map(|id| id.0).collect();
        ask.push((Part::Orders, nested(shop, ORDERS_OF_WORK, &ids)));
    }
    if !scope.by_line.is_empty() {
        let ids: Vec<i64> = scope.by_line.iter().map(|id| id.0).collect();
        ask.push((Part::Orders, billing::orders_of_parts(shop, &ids)));
    }
    if !scope.prices.is_empty() {
        let ids: Vec<i64> = scope.prices.iter().map(|id| id.0).collect();
        ask.push((Part::Prices, billing::prices(shop, &ids)));
    }
    if let Some(id) = scope.access {
        ask.push((Part::Access, billing::grant(shop, id)));
    }
    if !scope.fulfillments.is_empty() {
        let ids: Vec<i64> = scope.fulfillments.iter().map(|id| id.0).collect();
        ask.push((Part::Orders, nested(shop, ORDERS_OF_FULFILLMENTS, &ids)));
        ask.push((Part::Fulfillments, by_ids(shop, FULFILLMENTS, "fulfillment_id", &ids)));
    }
    if !scope.fulfillments_of.is_empty() {
        ask.push((Part::Fulfillments, fulfillments_of_orders(shop, &scope.fulfillments_of)));
    }
    if let Some(key) = &scope.source_key {
        let sql = "SELECT order_id FROM orders WHERE shop_id = $1 AND source_key = $2";
        ask.push((Part::SeenBefore, Query::new(sql, vec![shop.0.into(), key.as_str().into()])));
    }
    if !scope.variants.is_empty() {
        let mut ids: Vec<i64> = scope.variants.iter().map(|id| id.0).collect();
        ids.sort_unstable();
        ids.dedup();
        ask.push((Part::Variants, by_ids(shop, "SELECT body FROM variants", "variant_id", &ids)));
        ask.push((Part::Stock, stock::of_variants(shop, &ids)));
    }
    if scope.places != Places::None {
        ask.push((Part::Locations, all("locations")));
        ask.push((Part::Services, all("services")));
        if scope.routes() {
            let sql = "SELECT body FROM records WHERE shop_id = $1 AND kind = $2";
            let kind = RecordKind::RoutingRule.as_str();
            ask.push((Part::Rules, Query::new(sql, vec![shop.0.into(), kind.into()])));
        }
        // Whoever comes by some work doesn't try what waits in its order.
        if scope.by_work.is_empty() {
            ask.push((Part::Changes, Query::new(CHANGES, vec![shop.0.into()])));
        }
    }
    if let Some(location) = scope.location {
        let key = || vec![shop.0.into(), location.0.into()];
        ask.push((Part::Stock, stock::at_location(shop, location)));
        ask.push((Part::OpenWork, Query::new(OPEN_WORK_AT, key())));
    }
    if let Some(contact) = scope.bought_by {
        ask.push((Part::Orders, contacts::bought_by(shop, contact)));
    }
    ask.extend(scope.contacts.iter().map(|key| (Part::Contacts, meant_by(shop, key))));
    if !scope.drafts.is_empty() {
        let ids: Vec<i64> = scope.drafts.iter().map(|id| id.0).collect();
        ask.push((Part::Orders, nested(shop, drafts::ORDERS, &ids)));
        ask.push((Part::Drafts, drafts::by_id(shop, &ids)));
    }
    let reserved = scope.reservations.iter();
    ask.extend(reserved.map(|key| (Part::Reservations, reservations::meant_by(shop, key))));
    if !scope.runs.is_empty() {
        ask.push((Part::Runs, workflows::runs(shop, &scope.runs)));
    }
    if scope.listeners.is_some() {
        ask.push((Part::Listeners, all("listeners")));
    }
    if !scope.records.is_empty() {
        let ids: Vec<i64> = scope.records.iter().map(|id| id.0).collect();
        ask.push((Part::Records, by_ids(shop, "SELECT body FROM records", "record_id", &ids)));
    }
    for (kind, key) in &scope.record_keys {
        let sql = "SELECT body FROM records WHERE shop_id = $1 AND kind = $2 AND record_key = $3";
        let values = vec![shop.0.into(), kind.as_str().into(), key.as_str().into()];
        ask.push((Part::Records, Query::new(sql, values)));
    }
    if let Some(product) = scope.product {
        ask.push((Part::Products, by_ids(shop, "SELECT body FROM products", "product_id", &[product.0])));
    }
    ask
}

/// A query for orders through another table; `select` ends where the list begins.
fn nested(shop: ShopId, select: &str, ids: &[i64]) -> Query {
    let (places, mut values) = in_list(2, ids);
    values.insert(0, shop.0.into());
    Query::new(format!("{select}({places}))"), values)
}

pub(crate) fn bodies<T: serde::de::DeserializeOwned>(rows: &[Row]) -> Result<Vec<T>, Error> {
    rows.iter().map(|row| body::read(row.text(0)?)).collect()
}

/// Fulfillments of several orders, for reading an order with all that hangs off it.
pub(crate) fn fulfillments_of_orders(shop: ShopId, orders: &[OrderId]) -> Query {
    let ids: Vec<i64> = orders.iter().map(|id| id.0).collect();
    let (places, mut values) = in_list(2, &ids);
    values.insert(0, shop.0.into());
    Query::new(
        format!(
            "SELECT f.fulfillment_id, f.version, f.body FROM fulfillments_of_orders o \
             JOIN fulfillments f ON f.shop_id = o.shop_id AND f.fulfillment_id = o.fulfillment_id \
             WHERE o.shop_id = $1 AND f.shop_id = $1 AND o.order_id IN ({places}) ORDER BY f.fulfillment_id"
        ),
        values,
    )
}
