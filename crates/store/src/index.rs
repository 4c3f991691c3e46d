//! Index rows: what lists, filters and constraints need to know of an aggregate, derived from its body by one pure
//! function. A commit writes the difference between the rows of before and after; the doctor rebuilds them all and
//! proves them equal.

use domain::billing::{Kind, seen};
use domain::command::Restock;
use domain::fulfillment_order::{FulfillmentOrder, Stage};
use domain::id::ShopId;
use domain::order::Order;
use domain::{status, taking};

use crate::billing::{PARTS, part_rows};
use crate::charges::{CHARGES, charge_rows};
use crate::db::{Statement, Value};
use crate::sorting::{ORDER_SORTS, sort_rows};

/// The names of [`order_columns`].
pub(crate) const ORDER_COLUMNS: [&str; 17] = [
    "number",
    "name",
    "source_key",
    "email",
    "processed_at",
    "created_at",
    "updated_at",
    "state",
    "payment",
    "fulfillment",
    "test",
    "contact_id",
    "due_at",
    "ask_at",
    "subscription",
    "source_identifier",
    "route_at",
];

/// The columns of an order that lists and filters use, after `(shop_id, order_id, version)` and before `body`.
pub(crate) fn order_columns(order: &Order) -> [Value; 17] {
    let placed = &order.placed;
    [
        order.number.into(),
        order.name.as_str().into(),
        placed.source_key.clone().into(),
        placed.email.clone().into(),
        placed.processed_at.0.into(),
        order.created_at.0.into(),
        order.updated_at.0.into(),
        state(order).into(),
        status::payment(order).as_str().into(),
        status::fulfillment(order).as_str().into(),
        placed.test.into(),
        placed.contact.map(|contact| contact.0).into(),
        order.next_due().map(|at| at.0).into(),
        order.next_ask().map(|at| at.0).into(),
        order.billing.as_ref().is_some_and(|billing| billing.kind == Kind::Subscription).into(),
        placed.source_identifier.as_deref().map(source_identifier).into(),
        route_at(order).into(),
    ]
}

/// As much as an index keeps of what the program that sent an order calls it: programs may say anything, and databases
/// have bounds.
pub(crate) fn source_identifier(name: &str) -> String {
    name.chars().take(255).collect()
}

/// Whether an order is open, put away or called off.
pub(crate) fn state(order: &Order) -> &'static str {
    match (&order.cancelled, order.closed_at) {
        (Some(_), _) => "cancelled",
        (None, Some(_)) => "closed",
        (None, None) => "open",
    }
}

fn route_at(order: &Order) -> Option<i64> {
    let waits = order.cancelled.is_none() && !order.routing.waiting.is_empty();
    waits.then(|| order.routing.retry_at.map_or(0, |at| at.0))
}

/// One row of a narrow table.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct IndexRow {
    pub(crate) id: i64,
    pub(crate) values: Vec<Value>,
}

/// The rows of `fulfillment_orders` for an order.
pub(crate) fn fulfillment_order_rows(order: &Order) -> Vec<IndexRow> {
    order.fulfillment_orders.iter().map(|fo| fulfillment_order_row(order, fo)).collect()
}

fn fulfillment_order_row(order: &Order, fo: &FulfillmentOrder) -> IndexRow {
    let opens_at = match fo.stage {
        Stage::Scheduled { opens_at } => Some(opens_at.0),
        _ => None,
    };
    IndexRow {
        id: fo.id.0,
        values: vec![
            order.id.0.into(),
            fo.location.0.into(),
            fo.service.map(|service| service.0).into(),
            fo.stage_name().as_str().into(),
            fo.request.as_str().into(),
            fo.is_open().into(),
            fo.lines.iter().map(|line| line.total).sum::<i64>().into(),
            fo.lines.iter().map(|line| line.remaining()).sum::<i64>().into(),
            opens_at.into(),
            fo.fulfill_by.map(|at| at.0).into(),
            fo.updated_at.0.into(),
        ],
    }
}

/// The rows of `invoices` for an order. Whether an invoice is past due is as it was when the order last changed: it is
/// changed when that comes about.
pub(crate) fn invoice_rows(order: &Order) -> Vec<IndexRow> {
    let row = |invoice: &domain::invoice::Invoice| IndexRow {
        id: invoice.id.0,
        values: vec![
            order.id.0.into(),
            seen::number(order, invoice).into(),
            seen::kind(invoice).as_str().into(),
            seen::status(order, invoice, order.updated_at).as_str().into(),
            invoice.bill.as_ref().and_then(|bill| bill.external_id.clone()).into(),
            seen::updated_at(invoice).0.into(),
        ],
    };
    order.invoices.iter().map(row).collect()
}

/// The rows of `restocks` for an order.
pub(crate) fn restock_rows(order: &Order) -> Vec<IndexRow> {
    let refunds =
        order.refunds.iter().filter(|refund| refund.lines.iter().any(|line| line.restock == Restock::Yes));
    refunds
        .map(|refund| IndexRow { id: refund.id.0, values: vec![order.id.0.into(), refund.at.0.into()] })
        .collect()
}

/// The rows of `takings` for an order; none for a test order.
pub(crate) fn taking_rows(order: &Order) -> Vec<IndexRow> {
    let row = |taking: taking::Taking| IndexRow {
        id: taking.id,
        values: vec![
            order.id.0.into(),
            taking.at.0.into(),
            order.placed.currency.code().into(),
            taking.amount.into(),
        ],
    };
    taking::of(order).into_iter().map(row).collect()
}

/// Which rows of a narrow table an order has.
type RowsOf = fn(&Order) -> Vec<IndexRow>;

const TABLES: [(&Table, RowsOf); 7] = [
    (&CHARGES, charge_rows),
    (&FULFILLMENT_ORDERS, fulfillment_order_rows),
    (&INVOICES, invoice_rows),
    (&RESTOCKS, restock_rows),
    (&PARTS, part_rows),
    (&TAKINGS, taking_rows),
    (&ORDER_SORTS, sort_rows),
];

/// A narrow table: its name, its columns after the shop, of which the first is the key, and how its rows change.
pub(crate) struct Table {
    pub(crate) name: &'static str,
    pub(crate) columns: &'static [&'static str],
    pub(crate) change: Change,
}

/// How a row is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    /// It is there.
    Update,
    /// It is made if it is missing: what was written before there was this table, or by an older node while the servers
    /// are being replaced, has none.
    Upsert,
}

impl Table {
    fn insert(&self, shop: ShopId, row: &IndexRow) -> Statement {
        Statement::new(self.inserting(), self.values(shop, row))
    }

    /// Only what differs is named: a database writes the entries of every index one of whose columns is, whether its
    /// value is another or not.
    fn update(&self, shop: ShopId, before: &IndexRow, after: &IndexRow) -> Statement {
        let changed = || {
            let names = self.columns.iter().skip(1).enumerate();
            names.filter(|(i, _)| before.values.get(*i) != after.values.get(*i))
        };
        match self.change {
            Change::Update => {
                let set: Vec<String> =
                    (3..).zip(changed()).map(|(n, (_, name))| format!("{name} = ${n}")).collect();
                let (table, key) = (self.name, self.key());
                let mut params: Vec<Value> = vec![shop.0.into(), after.id.into()];
                params.extend(changed().filter_map(|(i, _)| after.values.get(i).cloned()));
                let sql = format!("UPDATE {table} SET {} WHERE shop_id = $1 AND {key} = $2", set.join(", "));
                Statement::new(sql, params)
            }
            Change::Upsert => {
                let set: Vec<String> =
                    changed().map(|(_, name)| format!("{name} = excluded.{name}")).collect();
                let (insert, key) = (self.inserting(), self.key());
                let sql = format!("{insert} ON CONFLICT (shop_id, {key}) DO UPDATE SET {}", set.join(", "));
                Statement::new(sql, self.values(shop, after))
            }
        }
    }

    fn delete(&self, shop: ShopId, id: i64) -> Statement {
        let sql = format!("DELETE FROM {} WHERE shop_id = $1 AND {} = $2", self.name, self.key());
        Statement::new(sql, vec![shop.0.into(), id.into()]).any()
    }

    fn inserting(&self) -> String {
        let places: Vec<String> = (2..self.columns.len() + 2).map(|n| format!("${n}")).collect();
        let (table, columns) = (self.name, self.columns.join(", "));
        format!("INSERT INTO {table} (shop_id, {columns}) VALUES ($1, {})", places.join(", "))
    }

    fn values(&self, shop: ShopId, row: &IndexRow) -> Vec<Value> {
        let mut values = Vec::with_capacity(row.values.len() + 2);
        values.extend([shop.0.into(), row.id.into()]);
        values.extend(row.values.iter().cloned());
        values
    }

    fn key(&self) -> &'static str {
        self.columns.first().copied().unwrap_or_default()
    }
}

/// Statements that turn the rows that an order has in every narrow table into those that it has afterwards; none before
/// if it wasn't there, none afterwards if it goes.
pub(crate) fn differences(
    shop: ShopId,
    before: Option<&Order>,
    after: Option<&Order>,
    out: &mut Vec<Statement>,
) {
    for (table, rows) in TABLES {
        let of = |order: Option<&Order>| order.map(rows).unwrap_or_default();
        difference(shop, table, &of(before), &of(after), out);
    }
}

/// Statements that write every row that an order has in the narrow tables, whatever is there now.
pub(crate) fn anew(shop: ShopId, order: &Order, out: &mut Vec<Statement>) {
    let mut rows = Vec::new();
    differences(shop, None, Some(order), &mut rows);
    // Money that doesn't count any more, as of an order that turned out to be a test, has no row to be written over.
    let of_order = "DELETE FROM takings WHERE shop_id = $1 AND order_id = $2";
    out.push(Statement::new(of_order, vec![shop.0.into(), order.id.0.into()]).any());
    for (table, rows_of) in TABLES {
        for row in rows_of(order) {
            out.push(table.delete(shop, row.id));
        }
    }
    out.extend(rows);
}

/// Statements that turn the rows of `before` into those of `after`.
fn difference(
    shop: ShopId,
    table: &Table,
    before: &[IndexRow],
    after: &[IndexRow],
    out: &mut Vec<Statement>,
) {
    for row in after {
        match before.iter().find(|old| old.id == row.id) {
            None => out.push(table.insert(shop, row)),
            Some(old) if old != row => out.push(table.update(shop, old, row)),
            Some(_) => {}
        }
    }
    let gone = before.iter().filter(|old| after.iter().all(|row| row.id != old.id));
    out.extend(gone.map(|row| table.delete(shop, row.id)));
}

const FULFILLMENT_ORDERS: Table = Table {
    name: "fulfillment_orders",
    columns: &[
        "fulfillment_order_id",
        "order_id",
        "location_id",
        "service_id",
        "stage",
        "request",
        "is_open",
        "total",
        "remaining",
        "opens_at",
        "fulfill_by",
        "updated_at",
    ],
    change: Change::Update,
};
const INVOICES: Table = Table {
    name: "invoices",
    columns: &["invoice_id", "order_id", "number", "kind", "status", "external_id", "updated_at"],
    change: Change::Upsert,
};
const RESTOCKS: Table =
    Table { name: "restocks", columns: &["refund_id", "order_id", "updated_at"], change: Change::Upsert };
const TAKINGS: Table = Table {
    name: "takings",
    columns: &["taking_id", "order_id", "at", "currency", "amount"],
    change: Change::Upsert,
};
