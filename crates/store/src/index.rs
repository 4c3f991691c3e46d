//! Index rows: what lists, filters and constraints need to know of an aggregate, derived from its body by one pure
//! function. A commit writes the difference between the rows of before and after; the doctor rebuilds them all and
//! proves them equal.

use domain::billing::{Kind, seen};
use domain::command::Restock;
use domain::fulfillment_order::{FulfillmentOrder, Stage};
use domain::id::ShopId;
use domain::order::Order;
use domain::{status, taking};

use crate::charges::{CHARGES, charge_rows};
use crate::db::{Statement, Value};
use crate::sorting::{ORDER_SORTS, sort_rows};

/// The columns of an order that lists and filters use, after `(shop_id, order_id, version)` and before `body`.
pub(crate) fn order_columns(order: &Order) -> Vec<Value> {
    let placed = &order.placed;
    vec![
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
        route_at(order).into(),
    ]
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

const TABLES: [(&Table, RowsOf); 6] = [
    (&CHARGES, charge_rows),
    (&FULFILLMENT_ORDERS, fulfillment_order_rows),
    (&INVOICES, invoice_rows),
    (&RESTOCKS, restock_rows),
    (&TAKINGS, taking_rows),
    (&ORDER_SORTS, sort_rows),
];

/// The statements of a narrow table.
pub(crate) struct Table {
    pub(crate) insert: &'static str,
    pub(crate) update: &'static str,
    pub(crate) delete: &'static str,
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
            out.push(Statement::new(table.delete, vec![shop.0.into(), row.id.into()]).any());
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
    let with_key = |row: &IndexRow| {
        let mut params = Vec::with_capacity(row.values.len() + 2);
        params.push(shop.0.into());
        params.push(row.id.into());
        params.extend(row.values.iter().cloned());
        params
    };
    for row in after {
        match before.iter().find(|old| old.id == row.id) {
            None => out.push(Statement::new(table.insert, with_key(row))),
            Some(old) if old != row => out.push(Statement::new(table.update, with_key(row))),
            Some(_) => {}
        }
    }
    for row in before.iter().filter(|old| after.iter().all(|row| row.id != old.id)) {
        out.push(Statement::new(table.delete, vec![shop.0.into(), row.id.into()]).any());
    }
}

pub(crate) const FULFILLMENT_ORDERS: Table = Table {
    insert: "INSERT INTO fulfillment_orders (shop_id, fulfillment_order_id, order_id, location_id, service_id, stage, \
             request, is_open, total, remaining, opens_at, fulfill_by, updated_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    update: "UPDATE fulfillment_orders SET order_id = $3, location_id = $4, service_id = $5, stage = $6, request = $7, \
             is_open = $8, total = $9, remaining = $10, opens_at = $11, fulfill_by = $12, updated_at = $13 \
             WHERE shop_id = $1 AND fulfillment_order_id = $2",
    delete: "DELETE FROM fulfillment_orders WHERE shop_id = $1 AND fulfillment_order_id = $2",
};
pub(crate) const INVOICES: Table = Table {
    insert: "INSERT INTO invoices (shop_id, invoice_id, order_id, number, kind, status, external_id, updated_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    // Invoices that were issued before there was this table have no row yet.
    update: "INSERT INTO invoices (shop_id, invoice_id, order_id, number, kind, status, external_id, updated_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (shop_id, invoice_id) DO UPDATE SET \
             number = excluded.number, kind = excluded.kind, status = excluded.status, \
             external_id = excluded.external_id, updated_at = excluded.updated_at",
    delete: "DELETE FROM invoices WHERE shop_id = $1 AND invoice_id = $2",
};
pub(crate) const RESTOCKS: Table = Table {
    insert: "INSERT INTO restocks (shop_id, refund_id, order_id, updated_at) VALUES ($1, $2, $3, $4)",
    update: "INSERT INTO restocks (shop_id, refund_id, order_id, updated_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (shop_id, refund_id) DO UPDATE SET updated_at = excluded.updated_at",
    delete: "DELETE FROM restocks WHERE shop_id = $1 AND refund_id = $2",
};
pub(crate) const TAKINGS: Table = Table {
    insert: "INSERT INTO takings (shop_id, taking_id, order_id, at, currency, amount) VALUES ($1, $2, $3, $4, $5, $6)",
    // Money that moved before there was this table has no row yet.
    update: "INSERT INTO takings (shop_id, taking_id, order_id, at, currency, amount) VALUES ($1, $2, $3, $4, $5, $6) \
             ON CONFLICT (shop_id, taking_id) DO UPDATE SET at = excluded.at, currency = excluded.currency, \
             amount = excluded.amount",
    delete: "DELETE FROM takings WHERE shop_id = $1 AND taking_id = $2",
};
