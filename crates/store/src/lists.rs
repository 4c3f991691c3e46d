//! Lists: pages of orders and fulfillment orders by a cursor over a sort key and the id, so that every page costs
//! the same however deep it lies.

use std::fmt::Write as _;
use std::sync::Arc;

use domain::fulfillment::Fulfillment;
use domain::id::{
    FulfillmentId, FulfillmentOrderId, LocationId, OrderId, ProductId, ServiceId, ShopId, VariantId,
};
use domain::location::{Burden, Location, Service};
use domain::order::Order;
use domain::product::{Product, Variant};
use domain::stock::Stock;

use crate::Store;
use crate::db::{Error, Query, Row, Value};
use crate::load::{FULFILLMENTS, bodies, by_ids, fulfillments_of_orders};
use crate::stock;

mod condition;
pub(crate) mod invoice;
pub(crate) mod record;
pub use condition::{Column, Condition};
pub use invoice::{FulfillmentRow, InvoiceRow, InvoiceSort, Parcels, RestockRow};
pub use record::RecordSort;

/// Where a page begins and how it runs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// The last row that was seen: its sort key, of the kind that the list is sorted by, and its id.
    pub after: Option<(Value, i64)>,
    /// From the largest down.
    pub descending: Descending,
    /// How many rows at the most.
    pub limit: u32,
}

/// Which way a list runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Descending {
    /// From the smallest up.
    #[default]
    No,
    /// From the largest down.
    Yes,
}

/// What a list is sorted by; the id decides between equals.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OrderSort {
    /// The id alone.
    #[default]
    Id,
    /// When it was placed.
    ProcessedAt,
    /// When it last changed.
    UpdatedAt,
    /// When it came in.
    CreatedAt,
    /// Its running number.
    Number,
    /// The name of whoever ordered, as the order has it.
    Buyer,
    /// Where it goes: country, region, city, postal code.
    Destination,
    /// Whether it is paid, by the status's name.
    Payment,
    /// How far it is fulfilled, by the status's name.
    Fulfillment,
    /// The buyer's purchase order number.
    PoNumber,
    /// How many units were sold.
    Units,
    /// What it cost when it was placed.
    Total,
    /// What of it is asked for now.
    CurrentTotal,
}

impl OrderSort {
    /// The table and the column that it is sorted by; `o` is the table of orders, `s` the one beside it.
    fn column(self) -> (&'static str, &'static str) {
        match self {
            OrderSort::Id => ("o", "order_id"),
            OrderSort::ProcessedAt => ("o", "processed_at"),
            OrderSort::UpdatedAt => ("o", "updated_at"),
            OrderSort::CreatedAt => ("o", "created_at"),
            OrderSort::Number => ("o", "number"),
            OrderSort::Buyer => ("s", "buyer"),
            OrderSort::Destination => ("s", "destination"),
            OrderSort::Payment => ("s", "payment"),
            OrderSort::Fulfillment => ("s", "fulfillment"),
            OrderSort::PoNumber => ("s", "po_number"),
            OrderSort::Units => ("s", "units"),
            OrderSort::Total => ("s", "total"),
            OrderSort::CurrentTotal => ("s", "current_total"),
        }
    }

    /// Whether its keys are texts; all others are numbers.
    pub fn is_text(self) -> bool {
        use OrderSort::{Buyer, Destination, Fulfillment, Payment, PoNumber};
        matches!(self, Buyer | Destination | Payment | Fulfillment | PoNumber)
    }
}

/// What a list of fulfillment orders is sorted by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum WorkSort {
    /// The id alone.
    #[default]
    Id,
    /// When it last changed.
    UpdatedAt,
}

/// A row of a list of orders: the order, and the sort key that a cursor needs.
pub type OrderRow = (Arc<Order>, Value);
/// A row of a list of fulfillment orders: its id, its order, and the sort key.
pub type WorkRow = (FulfillmentOrderId, Arc<Order>, i64);

/// The text after `FROM … WHERE shop_id = $1` and its values.
pub(crate) struct Tail {
    pub(crate) sql: String,
    pub(crate) values: Vec<Value>,
}

pub(crate) fn tail(
    shop: ShopId,
    alias: &str,
    conditions: &[Condition],
    sort: &str,
    id: &str,
    page: &Page,
) -> Tail {
    let mut tail = conditioned(shop, alias, conditions);
    turn(&mut tail, alias, sort, id, page);
    tail
}

/// What the rows must meet.
fn conditioned(shop: ShopId, alias: &str, conditions: &[Condition]) -> Tail {
    let mut tail = Tail { sql: String::new(), values: vec![shop.0.into()] };
    if !conditions.is_empty() {
        let all = condition::all(conditions, alias, &mut tail.values);
        let _ = write!(tail.sql, " AND {all}");
    }
    tail
}

/// Where the page begins, and which way it runs.
fn turn(tail: &mut Tail, alias: &str, sort: &str, id: &str, page: &Page) {
    let push = |tail: &mut Tail, value: Value| {
        tail.values.push(value);
        tail.values.len()
    };
    let (than, direction) = match page.descending {
        Descending::No => (">", "ASC"),
        Descending::Yes => ("<", "DESC"),
    };
    if let Some((key, last)) = &page.after {
        if sort == id {
            let n = push(tail, (*last).into());
            let _ = write!(tail.sql, " AND {alias}.{id} {than} ${n}");
        } else {
            let (k, n) = (push(tail, key.clone()), push(tail, (*last).into()));
            let _ = write!(tail.sql, " AND ({alias}.{sort}, {alias}.{id}) {than} (${k}, ${n})");
        }
    }
    let limit = page.limit;
    if sort == id {
        let _ = write!(tail.sql, " ORDER BY {alias}.{id} {direction} LIMIT {limit}");
    } else {
        let _ =
            write!(tail.sql, " ORDER BY {alias}.{sort} {direction}, {alias}.{id} {direction} LIMIT {limit}");
    }
}

pub(crate) fn orders_query(shop: ShopId, conditions: &[Condition], sort: OrderSort, page: &Page) -> Query {
    let (alias, key) = sort.column();
    let from = match alias {
        "s" => {
            "order_sorts s JOIN orders o ON o.shop_id = s.shop_id AND o.order_id = s.order_id \
             WHERE s.shop_id = $1 AND o.shop_id = $1"
        }
        _ => "orders o WHERE o.shop_id = $1",
    };
    let mut tail = conditioned(shop, "o", conditions);
    turn(&mut tail, alias, key, "order_id", page);
    let select = format!("SELECT o.order_id, o.version, o.body, {alias}.{key} FROM {from}");
    Query::new(select + &tail.sql, tail.values)
}

pub(crate) fn work_query(shop: ShopId, conditions: &[Condition], sort: WorkSort, page: &Page) -> Query {
    let key = match sort {
        WorkSort::Id => "fulfillment_order_id",
        WorkSort::UpdatedAt => "updated_at",
    };
    let tail = tail(shop, "w", conditions, key, "fulfillment_order_id", page);
    let select = format!(
        "SELECT o.order_id, o.version, o.body, w.{key}, w.fulfillment_order_id FROM fulfillment_orders w \
         JOIN orders o ON o.shop_id = w.shop_id AND o.order_id = w.order_id \
         WHERE w.shop_id = $1 AND o.shop_id = $1"
    );
    Query::new(select + &tail.sql, tail.values)
}

pub(crate) fn goods_query(shop: ShopId, location: LocationId) -> Query {
    Query::new(
        "SELECT variant_id FROM stock WHERE shop_id = $1 AND location_id = $2 AND (on_hand <> 0 OR incoming <> 0 \
         OR reserved <> 0 OR damaged <> 0 OR safety_stock <> 0 OR quality_control <> 0 OR kept <> 0) LIMIT 1",
        vec![shop.0.into(), location.0.into()],
    )
}

pub(crate) fn open_work_query(shop: ShopId, location: LocationId) -> Query {
    Query::new(
        "SELECT fulfillment_order_id FROM fulfillment_orders \
         WHERE shop_id = $1 AND location_id = $2 AND is_open = 1 LIMIT 1",
        vec![shop.0.into(), location.0.into()],
    )
}

impl Store {
    /// A page of orders.
    ///
    /// # Errors
    /// As [`crate::db::Db::read`]; so for every function here.
    pub async fn orders(
        &self,
        shop: ShopId,
        conditions: &[Condition],
        sort: OrderSort,
        page: &Page,
    ) -> Result<Vec<OrderRow>, Error> {
        let query = orders_query(shop, conditions, sort, page);
        let rows = self.db.read(vec![query]).await?.pop().unwrap_or_default();
        let orders = self.orders_of(&rows)?;
        let key = |row: &Row| match sort.is_text() {
            true => row.text(3).map(Value::from),
            false => row.int(3).map(Value::from),
        };
        orders.into_iter().zip(&rows).map(|(order, row)| Ok((order, key(row)?))).collect()
    }

    /// How many orders meet the conditions, counting no further than `at_most`.
    pub async fn count_orders(
        &self,
        shop: ShopId,
        conditions: &[Condition],
        at_most: u32,
    ) -> Result<i64, Error> {
        let page = Page { limit: at_most, ..Page::default() };
        let tail = tail(shop, "o", conditions, "order_id", "order_id", &page);
        let sql = format!(
            "SELECT CAST(count(*) AS BIGINT) FROM (SELECT o.order_id FROM orders o WHERE o.shop_id = $1{}) AS found",
            tail.sql
        );
        let rows = self.db.read(vec![Query::new(sql, tail.values)]).await?.pop().unwrap_or_default();
        rows.first().map_or(Ok(0), |row| row.int(0))
    }

    /// A page of fulfillment orders, each with its order.
    pub async fn work(
        &self,
        shop: ShopId,
        conditions: &[Condition],
        sort: WorkSort,
        page: &Page,
    ) -> Result<Vec<WorkRow>, Error> {
        let query = work_query(shop, conditions, sort, page);
        let rows = self.db.read(vec![query]).await?.pop().unwrap_or_default();
        let orders = self.orders_of(&rows)?;
        let row = |(order, row): (Arc<Order>, &crate::db::Row)| {
            Ok((FulfillmentOrderId(row.int(4)?), order, row.int(3)?))
        };
        orders.into_iter().zip(&rows).map(row).collect()
    }

    /// Orders by id, in the order asked for; those that aren't there are left out.
    pub async fn orders_by_id(&self, shop: ShopId, ids: &[OrderId]) -> Result<Vec<Arc<Order>>, Error> {
        let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
        let query = by_ids(shop, "SELECT order_id, version, body FROM orders", "order_id", &ids);
        let rows = self.db.read(vec![query]).await?.pop().unwrap_or_default();
        let mut orders = self.orders_of(&rows)?;
        orders.sort_by_key(|order| ids.iter().position(|id| *id == order.id.0));
        Ok(orders)
    }

    /// An order with every fulfillment that holds something of it, as of one moment.
    pub async fn order_with_fulfillments(
        &self,
        shop: ShopId,
        id: OrderId,
    ) -> Result<Option<(Arc<Order>, Vec<Arc<Fulfillment>>)>, Error> {
        let order = by_ids(shop, "SELECT order_id, version, body FROM orders", "order_id", &[id.0]);
        let mut rows = self.db.read(vec![order, fulfillments_of_orders(shop, &[id])]).await?;
        let fulfillments = self.fulfillments_of(&rows.pop().unwrap_or_default())?;
        let order = self.orders_of(&rows.pop().unwrap_or_default())?.pop();
        Ok(order.map(|order| (order, fulfillments)))
    }

    /// The order that a fulfillment order belongs to.
    pub async fn order_of_work(
        &self,
        shop: ShopId,
        id: FulfillmentOrderId,
    ) -> Result<Option<Arc<Order>>, Error> {
        let query = Query::new(
            "SELECT o.order_id, o.version, o.body FROM fulfillment_orders w \
             JOIN orders o ON o.shop_id = w.shop_id AND o.order_id = w.order_id \
             WHERE w.shop_id = $1 AND o.shop_id = $1 AND w.fulfillment_order_id = $2",
            vec![shop.0.into(), id.0.into()],
        );
        let rows = self.db.read(vec![query]).await?.pop().unwrap_or_default();
        Ok(self.orders_of(&rows)?.pop())
    }

    /// Fulfillments by id.
    pub async fn fulfillments(
        &self,
        shop: ShopId,
        ids: &[FulfillmentId],
    ) -> Result<Vec<Arc<Fulfillment>>, Error> {
        let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
        let query = by_ids(shop, FULFILLMENTS, "fulfillment_id", &ids);
        let rows = self.db.read(vec![query]).await?.pop().unwrap_or_default();
        self.fulfillments_of(&rows)
    }

    /// Every fulfillment that holds something of one of the orders, oldest first.
    pub async fn fulfillments_of_orders(
        &self,
        shop: ShopId,
        orders: &[OrderId],
    ) -> Result<Vec<Arc<Fulfillment>>, Error> {
        if orders.is_empty() {
            return Ok(Vec::new());
        }
        let rows = self.db.read(vec![fulfillments_of_orders(shop, orders)]).await?.pop().unwrap_or_default();
        let mut all = self.fulfillments_of(&rows)?;
        all.dedup_by_key(|fulfillment| fulfillment.id);
        Ok(all)
    }

    /// Every location and service of the shop.
    pub async fn places(&self, shop: ShopId) -> Result<(Vec<Location>, Vec<Service>), Error> {
        let all = |table: &str| {
            Query::new(format!("SELECT body FROM {table} WHERE shop_id = $1"), vec![shop.0.into()])
        };
        let mut rows = self.db.read(vec![all("locations"), all("services")]).await?;
        let mut services: Vec<Service> = bodies(&rows.pop().unwrap_or_default())?;
        services.sort_by_key(|service| service.id);
        let mut locations: Vec<Location> = bodies(&rows.pop().unwrap_or_default())?;
        locations.sort_by_key(|location| location.id);
        Ok((locations, services))
    }

    /// Variants by id, with their stock.
    pub async fn variants(
        &self,
        shop: ShopId,
        ids: &[VariantId],
    ) -> Result<(Vec<Variant>, Vec<Stock>), Error> {
        if ids.is_empty() {
            return Ok((Vec::new(), Vec::new()));
        }
        let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
        let variants = by_ids(shop, "SELECT body FROM variants", "variant_id", &ids);
        let mut rows = self.db.read(vec![variants, stock::of_variants(shop, &ids)]).await?;
        let levels = rows.pop().unwrap_or_default().iter().map(stock::stock_of).collect::<Result<_, _>>()?;
        Ok((bodies(&rows.pop().unwrap_or_default())?, levels))
    }

    /// A page of variants by id; `sku` narrows it to one article.
    pub async fn variant_page(
        &self,
        shop: ShopId,
        sku: Option<&str>,
        product: Option<ProductId>,
        page: &Page,
    ) -> Result<Vec<Variant>, Error> {
        let mut values: Vec<Value> = vec![shop.0.into()];
        let mut sql = "SELECT body FROM variants WHERE shop_id = $1".to_owned();
        let mut and = |column: &str, sign: &str, value: Value| {
            values.push(value);
            let _ = write!(sql, " AND {column} {sign} ${}", values.len());
        };
        if let Some(sku) = sku {
            and("sku", "=", sku.into());
        }
        if let Some(product) = product {
            and("product_id", "=", product.0.into());
        }
        let (than, direction) = match page.descending {
            Descending::No => (">", "ASC"),
            Descending::Yes => ("<", "DESC"),
        };
        if let Some((_, last)) = &page.after {
            and("variant_id", than, (*last).into());
        }
        let _ = write!(sql, " ORDER BY variant_id {direction} LIMIT {}", page.limit);
        bodies(&self.db.read(vec![Query::new(sql, values)]).await?.pop().unwrap_or_default())
    }

    /// Every variant of those products, with its stock.
    pub async fn variants_of(
        &self,
        shop: ShopId,
        products: &[ProductId],
    ) -> Result<(Vec<Variant>, Vec<Stock>), Error> {
        if products.is_empty() {
            return Ok((Vec::new(), Vec::new()));
        }
        let ids: Vec<i64> = products.iter().map(|id| id.0).collect();
        let query = by_ids(shop, "SELECT body FROM variants", "product_id", &ids);
        let variants: Vec<Variant> = bodies(&self.db.read(vec![query]).await?.pop().unwrap_or_default())?;
        let ids: Vec<VariantId> = variants.iter().map(|variant| variant.id).collect();
        let stock = self.stock_of_variants(shop, &ids).await?;
        Ok((variants, stock))
    }

    /// How many variants have each of those SKUs.
    pub async fn count_skus(&self, shop: ShopId, skus: &[&str]) -> Result<Vec<(String, i64)>, Error> {
        let sql = "SELECT CAST(count(*) AS BIGINT) FROM variants WHERE shop_id = $1 AND sku = $2";
        let query = |sku: &&str| Query::new(sql, vec![shop.0.into(), (*sku).into()]);
        let answers = self.db.read(skus.iter().map(query).collect()).await?;
        let count = |(sku, rows): (&&str, Vec<crate::db::Row>)| {
            Ok(((*sku).to_owned(), rows.first().map_or(Ok(0), |row| row.int(0))?))
        };
        skus.iter().zip(answers).map(count).collect()
    }

    /// Products by id.
    pub async fn products(&self, shop: ShopId, ids: &[ProductId]) -> Result<Vec<Product>, Error> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
        let query = by_ids(shop, "SELECT body FROM products", "product_id", &ids);
        bodies(&self.db.read(vec![query]).await?.pop().unwrap_or_default())
    }

    /// A page of products, by id.
    pub async fn product_page(&self, shop: ShopId, page: &Page) -> Result<Vec<Product>, Error> {
        let tail = tail(shop, "p", &[], "product_id", "product_id", page);
        let query = Query::new(
            format!("SELECT p.body FROM products p WHERE p.shop_id = $1{}", tail.sql),
            tail.values,
        );
        bodies(&self.db.read(vec![query]).await?.pop().unwrap_or_default())
    }

    /// The services that a program runs.
    pub async fn services_of(&self, shop: ShopId, app: domain::id::AppId) -> Result<Vec<ServiceId>, Error> {
        let query = Query::new(
            "SELECT service_id FROM services WHERE shop_id = $1 AND app_id = $2",
            vec![shop.0.into(), app.0.into()],
        );
        let rows = self.db.read(vec![query]).await?.pop().unwrap_or_default();
        rows.iter().map(|row| row.int(0).map(ServiceId)).collect()
    }

    /// What keeps each of these locations from going, in the same order.
    pub async fn burdens(&self, shop: ShopId, locations: &[LocationId]) -> Result<Vec<Burden>, Error> {
        let asked = locations.iter().flat_map(|id| [open_work_query(shop, *id), goods_query(shop, *id)]);
        let found = self.db.read(asked.collect()).await?;
        let burden = |rows: &[Vec<Row>]| Burden {
            work: rows.first().is_some_and(|rows| !rows.is_empty()),
            goods: rows.get(1).is_some_and(|rows| !rows.is_empty()),
        };
        Ok(found.chunks(2).map(burden).collect())
    }
}
