//! Pages of what belongs to orders or left with them: invoices, refunds that brought articles back into stock, and
//! fulfillments.

use std::sync::Arc;

use domain::fulfillment::Fulfillment;
use domain::id::{InvoiceId, RefundId, ShopId};
use domain::order::Order;

use super::{Condition, Page, tail};
use crate::Store;
use crate::db::{Error, Query};

/// What a list of invoices, restocks or fulfillments is sorted by; the id decides between equals.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum InvoiceSort {
    /// The id alone.
    #[default]
    Id,
    /// When it last changed.
    UpdatedAt,
}

impl InvoiceSort {
    fn key(self, id: &'static str) -> &'static str {
        match self {
            InvoiceSort::Id => id,
            InvoiceSort::UpdatedAt => "updated_at",
        }
    }
}

/// A row of a list of invoices: its id, its order, and the sort key.
pub type InvoiceRow = (InvoiceId, Arc<Order>, i64);
/// A row of a list of restocks: the refund, its order, and the sort key.
pub type RestockRow = (RefundId, Arc<Order>, i64);
/// A row of a list of fulfillments, with the sort key.
pub type FulfillmentRow = (Arc<Fulfillment>, i64);

fn of_orders(
    shop: ShopId,
    (table, id): (&str, &'static str),
    conditions: &[Condition],
    sort: InvoiceSort,
    page: &Page,
) -> Query {
    let key = sort.key(id);
    let tail = tail(shop, "i", conditions, key, id, page);
    let select = format!(
        "SELECT o.order_id, o.version, o.body, i.{key}, i.{id} FROM {table} i \
         JOIN orders o ON o.shop_id = i.shop_id AND o.order_id = i.order_id WHERE i.shop_id = $1 AND o.shop_id = $1"
    );
    Query::new(select + &tail.sql, tail.values)
}

pub(crate) fn invoices_query(
    shop: ShopId,
    conditions: &[Condition],
    sort: InvoiceSort,
    page: &Page,
) -> Query {
    of_orders(shop, ("invoices", "invoice_id"), conditions, sort, page)
}

pub(crate) fn restocks_query(shop: ShopId, sort: InvoiceSort, page: &Page) -> Query {
    of_orders(shop, ("restocks", "refund_id"), &[], sort, page)
}

/// Which fulfillments a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parcels {
    /// Those in which something is.
    Only,
    /// Those too that only remember what was given up.
    AndGivenUp,
}

pub(crate) fn fulfillments_query(shop: ShopId, parcels: Parcels, sort: InvoiceSort, page: &Page) -> Query {
    let key = sort.key("fulfillment_id");
    let only = if parcels == Parcels::Only { " AND f.parcel = 1" } else { "" };
    let tail = tail(shop, "f", &[], key, "fulfillment_id", page);
    let select = format!(
        "SELECT f.fulfillment_id, f.version, f.body, f.{key} FROM fulfillments f WHERE f.shop_id = $1{only}"
    );
    Query::new(select + &tail.sql, tail.values)
}

impl Store {
    /// A page of the invoices of all orders. Conditions may name the columns `InvoiceId`, `InvoiceNumber`,
    /// `InvoiceKind`, `InvoiceStatus`, `ExternalId` and `UpdatedAt`.
    ///
    /// # Errors
    /// As [`crate::db::Db::read`]; so for every function here.
    pub async fn invoices(
        &self,
        shop: ShopId,
        conditions: &[Condition],
        sort: InvoiceSort,
        page: &Page,
    ) -> Result<Vec<InvoiceRow>, Error> {
        self.with_orders(invoices_query(shop, conditions, sort, page)).await
    }

    /// A page of the refunds of all orders by which articles came back into stock.
    pub async fn restocks(
        &self,
        shop: ShopId,
        sort: InvoiceSort,
        page: &Page,
    ) -> Result<Vec<RestockRow>, Error> {
        self.with_orders(restocks_query(shop, sort, page)).await
    }

    /// A page of fulfillments.
    pub async fn fulfillment_page(
        &self,
        shop: ShopId,
        parcels: Parcels,
        sort: InvoiceSort,
        page: &Page,
    ) -> Result<Vec<FulfillmentRow>, Error> {
        let rows = self
            .db
            .read(vec![fulfillments_query(shop, parcels, sort, page)])
            .await?
            .pop()
            .unwrap_or_default();
        let fulfillments = self.fulfillments_of(&rows)?;
        fulfillments.into_iter().zip(&rows).map(|(one, row)| Ok((one, row.int(3)?))).collect()
    }

    /// Rows of orders, each with the key of a list and the id of what of the order it is about.
    pub(crate) async fn with_orders<I: From<i64>>(
        &self,
        query: Query,
    ) -> Result<Vec<(I, Arc<Order>, i64)>, Error> {
        let rows = self.db.read(vec![query]).await?.pop().unwrap_or_default();
        let orders = self.orders_of(&rows)?;
        let row = |(order, row): (Arc<Order>, &crate::db::Row)| Ok((row.int(4)?.into(), order, row.int(3)?));
        orders.into_iter().zip(&rows).map(row).collect()
    }
}
