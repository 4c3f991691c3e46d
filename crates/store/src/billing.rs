//! What billing keeps beside the orders: which order a part belongs to, prices, and grants of access; and what its
//! timers look for.

use std::sync::Arc;

use domain::access::{AccessGrant, Origin, Suspension, Target, TargetKind};
use domain::id::{AccessGrantId, ContactId, InvoiceId, OrderId, PriceId, ShopId, VariantId};
use domain::order::Order;
use domain::price::Price;
use domain::time::Time;

use crate::Store;
use crate::body;
use crate::db::{Error, Query, Row, Statement};
use crate::index::{Change, IndexRow, Table};
use crate::lists::{Condition, Page, tail};
use crate::load::{bodies, by_ids, in_list};

/// How many parts are forgotten by one statement.
const AT_ONCE: usize = 16;

/// The rows of `parts_of_orders` for an order. An invoice and its lines get their ids one after the other, so ids that
/// follow each other share a row: from the one that it is found by up to the last. Parts that are listed have one each.
pub(crate) fn part_rows(order: &Order) -> Vec<IndexRow> {
    let mut parts = ids(order);
    parts.sort_unstable_by_key(|(id, _)| *id);
    parts.dedup();
    let follows = |a: &(i64, Option<Piece>), b: &(i64, Option<Piece>)| {
        a.1.is_none() && b.1.is_none() && b.0.checked_sub(1) == Some(a.0)
    };
    let row = |run: &[(i64, Option<Piece>)]| {
        let ((first, piece), (last, _)) = (run.first()?, run.last()?);
        let values = vec![order.id.0.into(), piece.map(Piece::as_str).into(), (*last).into()];
        Some(IndexRow { id: *first, values })
    };
    parts.chunk_by(follows).filter_map(row).collect()
}

pub(crate) const PARTS: Table = Table {
    name: "parts_of_orders",
    columns: &["part_id", "order_id", "kind", "last_id"],
    change: Change::Upsert,
};

/// Parts of orders of which there are lists, over all orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece {
    /// Refunds.
    Refund,
    /// Returns.
    Return,
}

impl Piece {
    fn as_str(self) -> &'static str {
        match self {
            Piece::Refund => "refund",
            Piece::Return => "return",
        }
    }
}

/// Lines count only where they are billed: nobody looks for the others.
fn ids(order: &Order) -> Vec<(i64, Option<Piece>)> {
    let billed = order.billing.is_some();
    let lines = order.lines.iter().filter(|_| billed).map(|line| line.id.0);
    let invoices = order.invoices.iter().map(|invoice| invoice.id.0);
    let sold = order.invoice_lines().map(|line| line.id.0);
    let transactions = order.placed.transactions.iter().map(|transaction| transaction.id.0);
    let refunds = order.refunds.iter().map(|refund| (refund.id.0, Some(Piece::Refund)));
    let returns = order.returns.iter().map(|own| (own.id.0, Some(Piece::Return)));
    let plain = lines.chain(invoices).chain(sold).chain(transactions).map(|id| (id, None));
    plain.chain(refunds).chain(returns).filter(|(id, _)| *id != 0).collect()
}

/// A page of pieces of all orders, by id.
pub(crate) fn pieces_query(shop: ShopId, piece: Piece, page: &Page) -> Query {
    let mut tail = tail(shop, "p", &[], "part_id", "part_id", page);
    tail.values.push(piece.as_str().into());
    let n = tail.values.len();
    let sql = format!(
        "SELECT o.order_id, o.version, o.body, p.part_id, p.part_id FROM parts_of_orders p \
         JOIN orders o ON o.shop_id = p.shop_id AND o.order_id = p.order_id \
         WHERE p.kind = ${n} AND p.shop_id = $1 AND o.shop_id = $1"
    );
    Query::new(sql + &tail.sql, tail.values)
}

/// Statements that forget every row of the parts of an order, also where each has one, as older releases wrote them.
pub(crate) fn no_parts(shop: ShopId, order: &Order, out: &mut Vec<Statement>) {
    let ids: Vec<i64> = ids(order).into_iter().map(|(id, _)| id).collect();
    for some in ids.chunks(AT_ONCE) {
        let (places, mut values) = in_list(3, some);
        values.splice(0..0, [shop.0.into(), order.id.0.into()]);
        let sql = format!(
            "DELETE FROM parts_of_orders WHERE shop_id = $1 AND order_id = $2 AND part_id IN ({places})"
        );
        out.push(Statement::new(sql, values).any());
    }
}

/// The order of the part whose id is `$n`: the nearest row below tells whether it reaches so far.
fn order_of(n: usize) -> String {
    format!(
        "SELECT order_id FROM parts_of_orders WHERE shop_id = $1 AND (part_id = ${n} OR last_id >= ${n}) \
         AND part_id = (SELECT max(part_id) FROM parts_of_orders WHERE shop_id = $1 AND part_id <= ${n})"
    )
}

/// A query for the orders of parts.
pub(crate) fn orders_of_parts(shop: ShopId, parts: &[i64]) -> Query {
    let (_, mut values) = in_list(2, parts);
    let orders: Vec<String> = (2..values.len() + 2).map(|n| format!("({})", order_of(n))).collect();
    values.insert(0, shop.0.into());
    let sql = format!(
        "SELECT order_id, version, body FROM orders WHERE shop_id = $1 AND order_id IN ({})",
        orders.join(", ")
    );
    Query::new(sql, values)
}

pub(crate) fn price(shop: ShopId, price: &Price) -> Result<Statement, Error> {
    let text = body::write(price)?;
    let params = vec![shop.0.into(), price.id.0.into(), price.variant.0.into(), text.as_str().into()];
    Ok(Statement::new(
        "INSERT INTO prices (shop_id, price_id, variant_id, body) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (shop_id, price_id) DO UPDATE SET variant_id = excluded.variant_id, body = excluded.body",
        params,
    ))
}

pub(crate) fn prices(shop: ShopId, ids: &[i64]) -> Query {
    by_ids(shop, "SELECT body FROM prices", "price_id", ids)
}

/// Only whether it is suspended may change of a grant that is there.
pub(crate) fn access(shop: ShopId, grant: &AccessGrant) -> Statement {
    let (order, invoice) = match grant.origin {
        Origin::ByHand => (None, None),
        Origin::Sale { order, invoice } => (Some(order.0), Some(invoice.0)),
    };
    let reason = grant.suspended.as_ref().and_then(|suspension| suspension.reason.clone());
    Statement::new(
        "INSERT INTO access_grants (shop_id, grant_id, contact_id, kind, target_id, order_id, invoice_id, suspended, \
         reason, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
         ON CONFLICT (shop_id, grant_id) DO UPDATE SET suspended = excluded.suspended, reason = excluded.reason, \
         updated_at = excluded.updated_at",
        vec![
            shop.0.into(),
            grant.id.0.into(),
            grant.contact.0.into(),
            grant.target.kind.as_str().into(),
            grant.target.id.into(),
            order.into(),
            invoice.into(),
            grant.suspended.is_some().into(),
            reason.into(),
            grant.created_at.0.into(),
            grant.updated_at.0.into(),
        ],
    )
}

/// Somebody else may have taken it back before.
pub(crate) fn no_access(shop: ShopId, grant: AccessGrantId, at: Time) -> Statement {
    let sql = "UPDATE access_grants SET revoked_at = $3, updated_at = $3 \
               WHERE shop_id = $1 AND grant_id = $2 AND revoked_at IS NULL";
    Statement::new(sql, vec![shop.0.into(), grant.0.into(), at.0.into()]).any()
}

const GRANTS: &str = "SELECT grant_id, contact_id, kind, target_id, order_id, invoice_id, suspended, reason, created_at, \
     updated_at, revoked_at FROM access_grants WHERE shop_id = $1";

pub(crate) fn grant(shop: ShopId, id: AccessGrantId) -> Query {
    Query::new(format!("{GRANTS} AND grant_id = $2"), vec![shop.0.into(), id.0.into()])
}

pub(crate) fn grant_of(row: &Row) -> Result<AccessGrant, Error> {
    let kind = row.text(2)?;
    let kinds = [TargetKind::Course, TargetKind::Community, TargetKind::Asset];
    let kind = kinds.into_iter().find(|known| known.as_str() == kind);
    let kind = kind.ok_or_else(|| Error::Bug("access is given to something unknown".to_owned()))?;
    let origin = match (row.opt_int(4)?, row.opt_int(5)?) {
        (Some(order), Some(invoice)) => Origin::Sale { order: OrderId(order), invoice: InvoiceId(invoice) },
        _ => Origin::ByHand,
    };
    let suspended = match row.int(6)? {
        0 => None,
        _ => Some(Suspension { reason: row.opt_text(7)?.map(str::to_owned) }),
    };
    Ok(AccessGrant {
        id: AccessGrantId(row.int(0)?),
        contact: ContactId(row.int(1)?),
        target: Target { kind, id: row.int(3)? },
        origin,
        suspended,
        created_at: Time(row.int(8)?),
        updated_at: Time(row.int(9)?),
        revoked_at: row.opt_int(10)?.map(Time),
    })
}

pub(crate) fn due_to_advance_query(shop: ShopId, now: Time, limit: u32) -> Query {
    let sql = format!(
        "SELECT order_id FROM orders WHERE shop_id = $1 AND due_at IS NOT NULL AND due_at <= $2 \
         ORDER BY due_at, order_id LIMIT {limit}"
    );
    Query::new(sql, vec![shop.0.into(), now.0.into()])
}

pub(crate) fn due_to_ask_query(shop: ShopId, now: Time, limit: u32) -> Query {
    let sql = format!(
        "SELECT order_id FROM orders WHERE shop_id = $1 AND ask_at IS NOT NULL AND ask_at <= $2 \
         ORDER BY ask_at, order_id LIMIT {limit}"
    );
    Query::new(sql, vec![shop.0.into(), now.0.into()])
}

pub(crate) fn order_of_part_query(shop: ShopId, part: i64) -> Query {
    Query::new(order_of(2), vec![shop.0.into(), part.into()])
}

/// What a list of grants of access is sorted by; the id decides between equals.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum AccessSort {
    /// The id alone.
    #[default]
    Id,
    /// When it last changed.
    UpdatedAt,
}

pub(crate) fn access_to_query(
    shop: ShopId,
    target: Target,
    conditions: &[Condition],
    sort: AccessSort,
    page: &Page,
) -> Query {
    let key = match sort {
        AccessSort::Id => "grant_id",
        AccessSort::UpdatedAt => "updated_at",
    };
    let mut tail = tail(shop, "access_grants", conditions, key, "grant_id", page);
    tail.values.extend([target.kind.as_str().into(), target.id.into()]);
    let (kind, id) = (tail.values.len() - 1, tail.values.len());
    let sql = format!("{GRANTS} AND kind = ${kind} AND target_id = ${id} AND revoked_at IS NULL{}", tail.sql);
    Query::new(sql, tail.values)
}

pub(crate) fn access_of_query(shop: ShopId, contact: ContactId) -> Query {
    let sql = format!("{GRANTS} AND contact_id = $2 AND revoked_at IS NULL ORDER BY grant_id");
    Query::new(sql, vec![shop.0.into(), contact.0.into()])
}

impl Store {
    /// Orders of whose billing something is due.
    ///
    /// # Errors
    /// As [`crate::db::Db::read`]; so for every function here.
    pub async fn due_to_advance(&self, shop: ShopId, now: Time, limit: u32) -> Result<Vec<OrderId>, Error> {
        self.order_ids(due_to_advance_query(shop, now, limit)).await
    }

    /// Orders of which a gateway is to be asked about a payment.
    pub async fn due_to_ask(&self, shop: ShopId, now: Time, limit: u32) -> Result<Vec<OrderId>, Error> {
        self.order_ids(due_to_ask_query(shop, now, limit)).await
    }

    /// The order that an invoice, a line of one, a payment or a refund with that id is part of, or a line if the order is
    /// billed.
    pub async fn order_of_part(&self, shop: ShopId, part: i64) -> Result<Option<OrderId>, Error> {
        let found = self.order_ids(order_of_part_query(shop, part)).await?;
        Ok(found.first().copied())
    }

    /// A page of the refunds or the returns of all orders, by id, each with its order.
    pub async fn pieces(
        &self,
        shop: ShopId,
        piece: Piece,
        page: &Page,
    ) -> Result<Vec<(i64, Arc<Order>)>, Error> {
        let rows = self.with_orders::<i64>(pieces_query(shop, piece, page)).await?;
        Ok(rows.into_iter().map(|(id, order, _)| (id, order)).collect())
    }

    async fn order_ids(&self, query: Query) -> Result<Vec<OrderId>, Error> {
        let rows = self.db.read(vec![query]).await?;
        rows.iter().flatten().map(|row| row.int(0).map(OrderId)).collect()
    }

    /// Prices by id, in no order; those that aren't there are left out.
    pub async fn prices(&self, shop: ShopId, ids: &[PriceId]) -> Result<Vec<Price>, Error> {
        let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
        bodies(&self.db.read(vec![prices(shop, &ids)]).await?.pop().unwrap_or_default())
    }

    /// Every price of those variants, in no order.
    pub async fn prices_of(&self, shop: ShopId, variants: &[VariantId]) -> Result<Vec<Price>, Error> {
        let ids: Vec<i64> = variants.iter().map(|id| id.0).collect();
        let query = by_ids(shop, "SELECT body FROM prices", "variant_id", &ids);
        bodies(&self.db.read(vec![query]).await?.pop().unwrap_or_default())
    }

    /// The grant of access with that id.
    pub async fn access(&self, shop: ShopId, id: AccessGrantId) -> Result<Option<AccessGrant>, Error> {
        Ok(self.grants(grant(shop, id)).await?.pop())
    }

    /// A page of grants of access to something that weren't taken back. Conditions may name the columns `GrantId`,
    /// `ContactId` and `UpdatedAt`.
    pub async fn access_page(
        &self,
        shop: ShopId,
        target: Target,
        conditions: &[Condition],
        sort: AccessSort,
        page: &Page,
    ) -> Result<Vec<AccessGrant>, Error> {
        self.grants(access_to_query(shop, target, conditions, sort, page)).await
    }

    /// Grants of access that a contact has and that weren't taken back, oldest first.
    pub async fn access_of(&self, shop: ShopId, contact: ContactId) -> Result<Vec<AccessGrant>, Error> {
        self.grants(access_of_query(shop, contact)).await
    }

    async fn grants(&self, query: Query) -> Result<Vec<AccessGrant>, Error> {
        self.db.read(vec![query]).await?.iter().flatten().map(grant_of).collect()
    }
}
