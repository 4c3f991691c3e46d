//! Stock, the row that orders share: how it is read, and the statements that move it.
//!
//! Orders only touch what is in the shelves and what is promised of it, thousands of times an hour; their statements
//! are constant and short. What people do by hand concerns any column, and is rarer; so are reservations.

use std::fmt::Write as _;

use domain::id::{LocationId, ShopId, VariantId};
use domain::stock::{Apart, Stock, StockDelta, StockGuard, Stocking};
use domain::time::Time;

use crate::Store;
use crate::db::{Error, Query, Row, Statement, Value};
use crate::lists::{Descending, Page};
use crate::load::by_ids;

/// The stock of so many variants is read by one query; a product may have thousands of them.
const AT_ONCE: usize = 500;

/// The columns that [`stock_of`] reads.
const COLUMNS: &str = "variant_id, location_id, on_hand, committed, reserved, damaged, safety_stock, \
     quality_control, incoming, stocked, created_at, updated_at, kept";

/// The stock of variants, everywhere.
pub(crate) fn of_variants(shop: ShopId, variants: &[i64]) -> Query {
    by_ids(shop, &format!("SELECT {COLUMNS} FROM stock"), "variant_id", variants)
}

/// The stock of a location.
pub(crate) fn at_location(shop: ShopId, location: LocationId) -> Query {
    let sql = format!("SELECT {COLUMNS} FROM stock WHERE shop_id = $1 AND location_id = $2");
    Query::new(sql, vec![shop.0.into(), location.0.into()])
}

pub(crate) fn stock_of(row: &Row) -> Result<Stock, Error> {
    Ok(Stock {
        variant: VariantId(row.int(0)?),
        location: LocationId(row.int(1)?),
        on_hand: row.int(2)?,
        committed: row.int(3)?,
        kept: row.int(12)?,
        apart: Apart {
            reserved: row.int(4)?,
            damaged: row.int(5)?,
            safety_stock: row.int(6)?,
            quality_control: row.int(7)?,
        },
        incoming: row.int(8)?,
        stocked: row.int(9)? != 0,
        created_at: row.opt_int(10)?.map(Time),
        updated_at: row.opt_int(11)?.map(Time),
    })
}

/// Stock is moved, never overwritten. A promise is only made of what is there, and not for sale elsewhere.
pub(crate) fn moved(shop: ShopId, delta: &StockDelta, at: Time) -> Statement {
    let mut params: Vec<Value> = vec![
        shop.0.into(),
        delta.variant.0.into(),
        delta.location.0.into(),
        delta.on_hand.into(),
        delta.committed.into(),
        at.0.into(),
    ];
    match (delta.guard, delta.is_plain()) {
        (StockGuard::Available, true) => Statement::new(PROMISE, params),
        // Units that were promised are there; a CHECK would refuse the row of a negative delta before it is added.
        (StockGuard::Free, true) if delta.committed < 0 => Statement::new(LEAVE, params),
        (StockGuard::Free, true) => Statement::new(ADD, params),
        (guard, _) => {
            params.extend(rest(delta));
            any(guard, delta, params)
        }
    }
}

/// The values of `$7` to `$13`.
fn rest(delta: &StockDelta) -> [Value; 7] {
    [
        delta.apart.reserved.into(),
        delta.apart.damaged.into(),
        delta.apart.safety_stock.into(),
        delta.apart.quality_control.into(),
        delta.incoming.into(),
        match delta.stocking {
            Stocking::AsItWas => Value::Null,
            Stocking::Begins => true.into(),
            Stocking::Ends => false.into(),
        },
        delta.kept.into(),
    ]
}

fn any(guard: StockGuard, delta: &StockDelta, mut params: Vec<Value>) -> Statement {
    let update =
        || format!("UPDATE stock SET {MOVE} WHERE shop_id = $1 AND variant_id = $2 AND location_id = $3");
    let mut sql = match guard {
        StockGuard::Available | StockGuard::Unchanged(_) => update(),
        // Units that were promised or kept are there, as above.
        StockGuard::Free if delta.committed < 0 || delta.kept < 0 => update(),
        StockGuard::New => format!("{INSERT} DO NOTHING"),
        StockGuard::Free => format!("{INSERT} DO UPDATE SET {MOVE}"),
    };
    match guard {
        StockGuard::Available => sql.push_str(
            " AND on_hand + $4 - committed - $5 - reserved - $7 - damaged - $8 - safety_stock - $9 \
             - quality_control - $10 - kept - $13 >= 0 AND stocked = 1",
        ),
        StockGuard::Unchanged(read) => {
            sql.push_str(
                " AND on_hand = $14 AND committed = $15 AND reserved = $16 AND damaged = $17 AND safety_stock = $18 \
                 AND quality_control = $19 AND incoming = $20 AND stocked = $21 AND kept = $22",
            );
            let Stock { on_hand, committed, kept, apart, incoming, stocked, .. } = read;
            params.extend([on_hand, committed].map(Value::from));
            params.extend(
                [apart.reserved, apart.damaged, apart.safety_stock, apart.quality_control].map(Value::from),
            );
            params.extend([incoming.into(), stocked.into(), kept.into()]);
        }
        StockGuard::New | StockGuard::Free => {}
    }
    Statement::new(sql, params)
}

const PROMISE: &str = "UPDATE stock SET on_hand = on_hand + $4, committed = committed + $5, updated_at = $6 \
     WHERE shop_id = $1 AND variant_id = $2 AND location_id = $3 AND stocked = 1 \
     AND on_hand + $4 - committed - $5 - reserved - damaged - safety_stock - quality_control - kept >= 0";
const LEAVE: &str = "UPDATE stock SET on_hand = on_hand + $4, committed = committed + $5, updated_at = $6 \
     WHERE shop_id = $1 AND variant_id = $2 AND location_id = $3";
const ADD: &str = "INSERT INTO stock (shop_id, variant_id, location_id, on_hand, committed, created_at, updated_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $6) ON CONFLICT (shop_id, variant_id, location_id) DO UPDATE SET \
     on_hand = stock.on_hand + excluded.on_hand, committed = stock.committed + excluded.committed, \
     updated_at = excluded.updated_at";
const INSERT: &str = "INSERT INTO stock (shop_id, variant_id, location_id, on_hand, committed, created_at, \
     updated_at, reserved, damaged, safety_stock, quality_control, incoming, stocked, kept) \
     VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8, $9, $10, $11, coalesce($12, 1), $13) \
     ON CONFLICT (shop_id, variant_id, location_id)";
const MOVE: &str = "on_hand = stock.on_hand + $4, committed = stock.committed + $5, updated_at = $6, \
     reserved = stock.reserved + $7, damaged = stock.damaged + $8, safety_stock = stock.safety_stock + $9, \
     quality_control = stock.quality_control + $10, incoming = stock.incoming + $11, \
     stocked = coalesce($12, stock.stocked), kept = stock.kept + $13";

/// A query for a page of what a location holds.
pub(crate) fn page_query(shop: ShopId, location: LocationId, which: Shelves, page: &Page) -> Query {
    let mut values: Vec<Value> = vec![shop.0.into(), location.0.into()];
    let mut sql = format!("SELECT {COLUMNS} FROM stock WHERE shop_id = $1 AND location_id = $2");
    if which == Shelves::Stocked {
        sql.push_str(" AND stocked = 1");
    }
    let (than, direction) = match page.descending {
        Descending::No => (">", "ASC"),
        Descending::Yes => ("<", "DESC"),
    };
    if let Some((_, last)) = &page.after {
        values.push((*last).into());
        let _ = write!(sql, " AND variant_id {than} $3");
    }
    let _ = write!(sql, " ORDER BY variant_id {direction} LIMIT {}", page.limit);
    Query::new(sql, values)
}

impl Store {
    /// What every location has of those variants.
    ///
    /// # Errors
    /// As [`crate::db::Db::read`].
    pub async fn stock_of_variants(&self, shop: ShopId, variants: &[VariantId]) -> Result<Vec<Stock>, Error> {
        let mut stock = Vec::new();
        for some in variants.chunks(AT_ONCE) {
            let ids: Vec<i64> = some.iter().map(|variant| variant.0).collect();
            for row in self.db.read(vec![of_variants(shop, &ids)]).await?.iter().flatten() {
                stock.push(stock_of(row)?);
            }
        }
        Ok(stock)
    }

    /// A page of what a location holds, by variant.
    ///
    /// # Errors
    /// As [`crate::db::Db::read`].
    pub async fn stock_at(
        &self,
        shop: ShopId,
        location: LocationId,
        which: Shelves,
        page: &Page,
    ) -> Result<Vec<Stock>, Error> {
        let query = page_query(shop, location, which, page);
        let rows = self.db.read(vec![query]).await?.pop().unwrap_or_default();
        rows.iter().map(stock_of).collect()
    }
}

/// Which of a location's shelves are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shelves {
    /// Those of variants that it stocks.
    Stocked,
    /// Also those of variants that it no longer stocks.
    All,
}
