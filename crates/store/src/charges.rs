//! Money that was set aside for orders, and what became of it: index rows whose checks are the database's own word that
//! no more is taken and let go than was set aside.

use std::collections::BTreeMap;

use domain::charging::status::charged;
use domain::id::{OrderId, ShopId};
use domain::order::Order;

use crate::Store;
use crate::db::{Error, Row, Value};
use crate::index::{Change, IndexRow, Table};
use crate::load::by_ids;

/// The row of `charges` for an order that is charged.
pub(crate) fn charge_rows(order: &Order) -> Vec<IndexRow> {
    let row = |sums: domain::charging::status::Charged| IndexRow {
        id: order.id.0,
        values: vec![
            sums.total.into(),
            sums.captured.into(),
            sums.released.into(),
            sums.taken.into(),
            sums.refunded.into(),
        ],
    };
    charged(order).map(row).into_iter().collect()
}

impl Store {
    /// What was charged for these orders, by order.
    pub(crate) async fn charges_of(
        &self,
        shop: ShopId,
        orders: &[OrderId],
    ) -> Result<BTreeMap<OrderId, Vec<Value>>, Error> {
        let ids: Vec<i64> = orders.iter().map(|id| id.0).collect();
        let select = "SELECT order_id, total, captured, released, taken, refunded FROM charges";
        let rows = self.db.read(vec![by_ids(shop, select, "order_id", &ids)]).await?;
        let key = |mut row: Row| Ok((OrderId(row.int(0)?), row.0.split_off(1)));
        rows.into_iter().flatten().map(key).collect()
    }
}

pub(crate) const CHARGES: Table = Table {
    name: "charges",
    columns: &["order_id", "total", "captured", "released", "taken", "refunded"],
    change: Change::Upsert,
};
