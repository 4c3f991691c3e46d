//! Figures: what a shop did and has to do, counted on index rows. One function per figure, and each counts live orders
//! only: test orders are left out by the statement itself, or have no rows in what it reads.
//!
//! Days begin at other moments in other time zones, which SQL can't know. So what is counted by time is counted by
//! [`SLOT`]s, and whoever asks puts slots together: every zone is a whole number of them off UTC.

use domain::id::{LocationId, ShopId};
use domain::money::Minor;
use domain::time::Time;

use crate::Store;
use crate::db::{Error, Query, Row};

/// A quarter of an hour in µs.
pub const SLOT: i64 = 900 * 1_000_000;

/// What happened in one slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InSlot<T> {
    /// When the slot began.
    pub at: Time,
    /// What happened.
    pub what: T,
}

/// Money of one currency, in its minor units.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Moved {
    /// ISO 4217.
    pub currency: String,
    /// What was taken, not below zero.
    pub taken: Minor,
    /// What went back, not below zero.
    pub returned: Minor,
}

/// Deadlines that passed at one location, and how many of them were met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadlines {
    /// The location.
    pub location: LocationId,
    /// How many passed.
    pub due: i64,
    /// How many of those were met.
    pub met: i64,
}

/// Work that waits at one location.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// The location; `None` for orders of which units have no location yet.
    pub location: Option<LocationId>,
    /// How many of the bounds asked for the order is older than: 0 for the youngest.
    pub age: usize,
    /// How many fulfillment orders; orders where there is no location.
    pub works: i64,
    /// Their remaining units; 0 where there is no location.
    pub units: i64,
}

fn slot(row: &Row) -> Result<Time, Error> {
    Ok(Time(row.int(0)?.saturating_mul(SLOT)))
}

impl Store {
    /// How many orders were placed from `from` on and before `until`, slot by slot; cancelled ones count.
    ///
    /// # Errors
    /// As [`crate::db::Db::read`]; so for every function here.
    pub async fn orders_placed(
        &self,
        shop: ShopId,
        from: Time,
        until: Time,
    ) -> Result<Vec<InSlot<i64>>, Error> {
        let sql = format!(
            "SELECT processed_at / {SLOT}, CAST(count(*) AS BIGINT) FROM orders \
             WHERE shop_id = $1 AND test = 0 AND processed_at >= $2 AND processed_at < $3 GROUP BY 1 ORDER BY 1"
        );
        let rows = self.rows(sql, vec![shop.0.into(), from.0.into(), until.0.into()]).await?;
        rows.iter().map(|row| Ok(InSlot { at: slot(row)?, what: row.int(1)? })).collect()
    }

    /// What was taken and went back from `from` on and before `until`, slot by slot and currency by currency.
    pub async fn money_moved(
        &self,
        shop: ShopId,
        from: Time,
        until: Time,
    ) -> Result<Vec<InSlot<Moved>>, Error> {
        let sql = format!(
            "SELECT at / {SLOT}, currency, CAST(sum(CASE WHEN amount > 0 THEN amount ELSE 0 END) AS BIGINT), \
             CAST(sum(CASE WHEN amount < 0 THEN -amount ELSE 0 END) AS BIGINT) FROM takings \
             WHERE shop_id = $1 AND at >= $2 AND at < $3 GROUP BY 1, 2 ORDER BY 1, 2"
        );
        let rows = self.rows(sql, vec![shop.0.into(), from.0.into(), until.0.into()]).await?;
        let moved = |row: &Row| {
            let what = Moved { currency: row.text(1)?.to_owned(), taken: row.int(2)?, returned: row.int(3)? };
            Ok(InSlot { at: slot(row)?, what })
        };
        rows.iter().map(moved).collect()
    }

    /// Deadlines that passed from `from` on and before `until`, slot by slot and location by location. One is met if
    /// all its units left by then; work that was given up has none.
    pub async fn deadlines(
        &self,
        shop: ShopId,
        from: Time,
        until: Time,
    ) -> Result<Vec<InSlot<Deadlines>>, Error> {
        let sql = format!(
            "SELECT w.fulfill_by / {SLOT}, w.location_id, CAST(count(*) AS BIGINT), \
             CAST(sum(CASE WHEN w.is_open = 0 AND w.updated_at <= w.fulfill_by THEN 1 ELSE 0 END) AS BIGINT) \
             FROM fulfillment_orders w JOIN orders o ON o.shop_id = w.shop_id AND o.order_id = w.order_id \
             WHERE w.shop_id = $1 AND o.shop_id = $1 AND o.test = 0 AND w.fulfill_by >= $2 AND w.fulfill_by < $3 \
             AND ((w.is_open = 1 AND w.remaining > 0) OR (w.is_open = 0 AND w.remaining = 0 AND w.total > 0)) \
             GROUP BY 1, 2 ORDER BY 1, 2"
        );
        let rows = self.rows(sql, vec![shop.0.into(), from.0.into(), until.0.into()]).await?;
        let passed = |row: &Row| {
            let what = Deadlines { location: LocationId(row.int(1)?), due: row.int(2)?, met: row.int(3)? };
            Ok(InSlot { at: slot(row)?, what })
        };
        rows.iter().map(passed).collect()
    }

    /// Work that waits, location by location and by the age of its order: `bounds` are moments, youngest first. Work
    /// that is scheduled for later doesn't wait.
    pub async fn backlog(&self, shop: ShopId, bounds: &[Time; 3]) -> Result<Vec<Waiting>, Error> {
        const AGE: &str = "CASE WHEN o.processed_at > $2 THEN 0 WHEN o.processed_at > $3 THEN 1 \
                           WHEN o.processed_at > $4 THEN 2 ELSE 3 END";
        let [first, second, third] = bounds.map(|at| at.0.into());
        let sql = format!(
            "SELECT w.location_id, CAST({AGE} AS BIGINT), CAST(count(*) AS BIGINT), \
             CAST(sum(w.remaining) AS BIGINT) FROM fulfillment_orders w \
             JOIN orders o ON o.shop_id = w.shop_id AND o.order_id = w.order_id \
             WHERE w.shop_id = $1 AND o.shop_id = $1 AND o.test = 0 AND w.is_open = 1 AND w.remaining > 0 \
             AND w.stage <> 'scheduled' GROUP BY 1, 2 ORDER BY 1, 2"
        );
        let nowhere = format!(
            "SELECT CAST(0 AS BIGINT), CAST({AGE} AS BIGINT), CAST(count(*) AS BIGINT), CAST(0 AS BIGINT) FROM orders o \
             WHERE o.shop_id = $1 AND o.test = 0 AND o.route_at IS NOT NULL GROUP BY 2 ORDER BY 2"
        );
        let params = vec![shop.0.into(), first, second, third];
        let queries = vec![Query::new(sql, params.clone()), Query::new(nowhere, params)];
        let mut waiting = Vec::new();
        for (row, known) in self
            .db
            .read(queries)
            .await?
            .iter()
            .zip([true, false])
            .flat_map(|(rows, known)| rows.iter().map(move |row| (row, known)))
        {
            waiting.push(Waiting {
                location: if known { Some(LocationId(row.int(0)?)) } else { None },
                age: usize::try_from(row.int(1)?).unwrap_or_default(),
                works: row.int(2)?,
                units: row.int(3)?,
            });
        }
        Ok(waiting)
    }

    async fn rows(&self, sql: String, params: Vec<crate::db::Value>) -> Result<Vec<Row>, Error> {
        Ok(self.db.read(vec![Query::new(sql, params)]).await?.pop().unwrap_or_default())
    }
}
