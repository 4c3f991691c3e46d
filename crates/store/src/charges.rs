//! Money that was set aside for orders, and what became of it: index rows whose checks are the database's own word that
//! no more is taken and let go than was set aside.

use domain::charging::status::charged;
use domain::order::Order;

use crate::index::{Change, IndexRow, Table};

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

pub(crate) const CHARGES: Table = Table {
    name: "charges",
    columns: &["order_id", "total", "captured", "released", "taken", "refunded"],
    change: Change::Upsert,
};
