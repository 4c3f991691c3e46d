//! Deliveries: one thing to send to one receiver, claimed by a short lease and never by holding a transaction open
//! during a call. An attempt is recorded before anything else happens; a delivery that ran out of attempts stays,
//! visible, as exhausted.

use domain::id::{AppId, EventId, ListenerId, ShopId};
use domain::time::Time;

use crate::db::{Error, Query, Row, Statement, Value};
use crate::lists::{Descending, Page};
use crate::load::in_list;
use crate::{Flavor, Store};

/// Something to send, to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDelivery {
    /// Its id.
    pub id: i64,
    /// The event that it tells of.
    pub event: EventId,
    /// Which fact of the event, from 0.
    pub part: i64,
    /// The listener; 0 for a call that no listener asked for, such as that of a fulfillment service.
    pub listener: ListenerId,
    /// Whose secret signs it.
    pub app: AppId,
    /// The dialect that signs and judges it.
    pub dialect: String,
    /// What it is about, in the dialect's word.
    pub topic: String,
    /// Where it goes.
    pub url: String,
    /// Headers without the signature, as a JSON object.
    pub headers: String,
    /// The body, to the byte.
    pub body: String,
}

/// Something to send, claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// What to send.
    pub what: NewDelivery,
    /// How often it was tried.
    pub attempts: i64,
    /// Where it stands.
    pub state: DeliveryState,
    /// When it is tried next.
    pub due_at: Time,
    /// When it was written.
    pub created_at: Time,
}

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryState {
    /// It will be tried (again).
    Pending,
    /// It arrived.
    Delivered,
    /// It was tried as often as it may be; it stays to be seen and sent again by hand.
    Exhausted,
    /// Nobody wants it any more.
    Cancelled,
}

impl DeliveryState {
    /// The name, as stored.
    pub fn as_str(self) -> &'static str {
        match self {
            DeliveryState::Pending => "pending",
            DeliveryState::Delivered => "delivered",
            DeliveryState::Exhausted => "exhausted",
            DeliveryState::Cancelled => "cancelled",
        }
    }

    fn parse(name: &str) -> Result<Self, Error> {
        [DeliveryState::Pending, DeliveryState::Delivered, DeliveryState::Exhausted, DeliveryState::Cancelled]
            .into_iter()
            .find(|state| state.as_str() == name)
            .ok_or_else(|| Error::Bug(format!("a delivery is {name}")))
    }
}

/// What came of one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// When it began.
    pub at: Time,
    /// How long it took, in milliseconds.
    pub latency_ms: i64,
    /// What came of it, in a word.
    pub answer: String,
    /// The HTTP status, if there was one.
    pub status: Option<i64>,
    /// The begin of what was answered, or what went wrong.
    pub excerpt: String,
}

/// An attempt as listed: its number from 1, and what came of it.
pub type AttemptRow = (i64, Attempt);

const COLUMNS: &str = "delivery_id, event_id, part, listener_id, app_id, dialect, topic, url, headers, body, \
     attempts, state, due_at, created_at";

pub(crate) fn inserted(shop: ShopId, new: &NewDelivery, now: Time) -> Statement {
    Statement::new(
        "INSERT INTO deliveries (shop_id, delivery_id, event_id, part, listener_id, app_id, dialect, topic, url, \
         headers, body, state, attempts, due_at, leased_until, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'pending', 0, $12, 0, $12)",
        vec![
            shop.0.into(),
            new.id.into(),
            new.event.0.into(),
            new.part.into(),
            new.listener.0.into(),
            new.app.0.into(),
            new.dialect.as_str().into(),
            new.topic.as_str().into(),
            new.url.as_str().into(),
            new.headers.as_str().into(),
            new.body.as_str().into(),
            now.0.into(),
        ],
    )
}

fn delivery(row: &Row) -> Result<Delivery, Error> {
    Ok(Delivery {
        what: NewDelivery {
            id: row.int(0)?,
            event: EventId(row.int(1)?),
            part: row.int(2)?,
            listener: ListenerId(row.int(3)?),
            app: AppId(row.int(4)?),
            dialect: row.text(5)?.to_owned(),
            topic: row.text(6)?.to_owned(),
            url: row.text(7)?.to_owned(),
            headers: row.text(8)?.to_owned(),
            body: row.text(9)?.to_owned(),
        },
        attempts: row.int(10)?,
        state: DeliveryState::parse(row.text(11)?)?,
        due_at: Time(row.int(12)?),
        created_at: Time(row.int(13)?),
    })
}

pub(crate) fn next_due_query(shop: ShopId) -> Query {
    let sql =
        "SELECT due_at FROM deliveries WHERE shop_id = $1 AND state = 'pending' ORDER BY due_at LIMIT 1";
    Query::new(sql, vec![shop.0.into()])
}

/// The oldest that are due and not under way, locked against other claimers.
pub(crate) fn due_query(shop: ShopId, now: Time, limit: u32, flavor: Flavor) -> Query {
    let locked = flavor.skip_locked();
    let sql = format!(
        "SELECT delivery_id FROM deliveries WHERE shop_id = $1 AND state = 'pending' AND due_at <= $2 \
         AND leased_until <= $2 ORDER BY due_at LIMIT {limit}{locked}"
    );
    Query::new(sql, vec![shop.0.into(), now.0.into()])
}

pub(crate) fn told_query(shop: ShopId, listeners: &[ListenerId], page: &Page) -> Query {
    let (past, order) = match page.descending {
        Descending::No => (">", "ASC"),
        Descending::Yes => ("<", "DESC"),
    };
    let start = match page.descending {
        Descending::No => 0,
        Descending::Yes => i64::MAX,
    };
    let after = page.after.as_ref().map_or(start, |(_, id)| *id);
    let ids: Vec<i64> = listeners.iter().map(|id| id.0).collect();
    let (places, heard_by) = in_list(3, &ids);
    let mut params: Vec<Value> = vec![shop.0.into(), after.into()];
    params.extend(heard_by);
    let sql = format!(
        "SELECT {COLUMNS} FROM deliveries d WHERE shop_id = $1 AND delivery_id {past} $2 \
         AND listener_id IN ({places}) AND NOT EXISTS (SELECT 1 FROM deliveries e WHERE e.shop_id = $1 \
         AND e.event_id = d.event_id AND e.part = d.part AND e.listener_id IN ({places}) \
         AND e.delivery_id < d.delivery_id) ORDER BY delivery_id {order} LIMIT {}",
        page.limit
    );
    Query::new(sql, params)
}

impl Store {
    /// Claims deliveries that are due, for `lease` microseconds. Whoever is killed meanwhile loses the lease, and
    /// another one takes over.
    ///
    /// # Errors
    /// As [`crate::db::Db::write`].
    pub async fn claim(
        &self,
        shop: ShopId,
        now: Time,
        lease: i64,
        limit: u32,
    ) -> Result<Vec<Delivery>, Error> {
        // Materialized, lest PostgreSQL looks for due ones again for every row that it updates, and claims too many.
        let due = due_query(shop, now, limit, self.db.flavor()).sql;
        let sql = format!(
            "WITH due AS MATERIALIZED ({due}) UPDATE deliveries SET leased_until = $3 WHERE shop_id = $1 \
             AND state = 'pending' AND delivery_id IN (SELECT delivery_id FROM due) RETURNING {COLUMNS}"
        );
        let params = vec![shop.0.into(), now.0.into(), now.plus(lease).0.into()];
        let written = self.db.write(vec![Statement::new(sql, params).any()]).await?;
        let mut claimed: Vec<Delivery> =
            written.iter().flat_map(|w| &w.rows).map(delivery).collect::<Result<_, _>>()?;
        claimed.sort_by_key(|delivery| delivery.what.id);
        Ok(claimed)
    }

    /// Every listener of a shop.
    ///
    /// # Errors
    /// As [`crate::db::Db::read`].
    pub async fn listeners(&self, shop: ShopId) -> Result<Vec<domain::listener::Listener>, Error> {
        let query = Query::new(
            "SELECT body FROM listeners WHERE shop_id = $1 ORDER BY listener_id",
            vec![shop.0.into()],
        );
        crate::load::bodies(&self.db.read(vec![query]).await?.pop().unwrap_or_default())
    }

    /// Whether something is due; asked before claiming, since a claim is a write.
    ///
    /// # Errors
    /// As [`crate::db::Db::read`].
    pub async fn next_due(&self, shop: ShopId) -> Result<Option<Time>, Error> {
        let query = next_due_query(shop);
        let rows = self.db.read(vec![query]).await?.pop().unwrap_or_default();
        rows.first().map(|row| row.int(0).map(Time)).transpose()
    }

    /// Records what came of an attempt, and where the delivery stands now.
    ///
    /// # Errors
    /// As [`crate::db::Db::write`].
    pub async fn attempted(
        &self,
        shop: ShopId,
        id: i64,
        number: i64,
        attempt: &Attempt,
        state: DeliveryState,
        due_at: Time,
    ) -> Result<(), Error> {
        let key: [Value; 2] = [shop.0.into(), id.into()];
        let [shop, id] = key;
        let row = Statement::new(
            "INSERT INTO attempts (shop_id, delivery_id, attempt, at, latency_ms, answer, status, excerpt) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (shop_id, delivery_id, attempt) DO NOTHING",
            vec![
                shop.clone(),
                id.clone(),
                number.into(),
                attempt.at.0.into(),
                attempt.latency_ms.into(),
                attempt.answer.as_str().into(),
                attempt.status.into(),
                attempt.excerpt.as_str().into(),
            ],
        );
        let moved = Statement::new(
            "UPDATE deliveries SET state = $3, attempts = $4, due_at = $5, leased_until = 0 \
             WHERE shop_id = $1 AND delivery_id = $2 AND state = 'pending'",
            vec![shop, id, state.as_str().into(), number.into(), due_at.0.into()],
        );
        self.db.write(vec![row.any(), moved.any()]).await.map(|_| ())
    }

    /// The latest deliveries, newest first; of one listener, or of all.
    ///
    /// # Errors
    /// As [`crate::db::Db::read`].
    pub async fn deliveries(
        &self,
        shop: ShopId,
        listener: Option<ListenerId>,
        limit: u32,
    ) -> Result<Vec<Delivery>, Error> {
        let mut params: Vec<Value> = vec![shop.0.into()];
        let mut narrow = "";
        if let Some(listener) = listener {
            params.push(listener.0.into());
            narrow = " AND listener_id = $2";
        }
        let sql = format!(
            "SELECT {COLUMNS} FROM deliveries WHERE shop_id = $1{narrow} ORDER BY delivery_id DESC LIMIT {limit}"
        );
        let rows = self.db.read(vec![Query::new(sql, params)]).await?.pop().unwrap_or_default();
        rows.iter().map(delivery).collect()
    }

    /// The latest deliveries of a dialect, or of what else they go by; newest first.
    ///
    /// # Errors
    /// As [`crate::db::Db::read`].
    pub async fn deliveries_by(
        &self,
        shop: ShopId,
        dialect: &str,
        limit: u32,
    ) -> Result<Vec<Delivery>, Error> {
        let sql = format!(
            "SELECT {COLUMNS} FROM deliveries WHERE shop_id = $1 AND dialect = $2 \
             ORDER BY delivery_id DESC LIMIT {limit}"
        );
        let query = Query::new(sql, vec![shop.0.into(), dialect.into()]);
        let rows = self.db.read(vec![query]).await?.pop().unwrap_or_default();
        rows.iter().map(delivery).collect()
    }

    /// A delivery.
    ///
    /// # Errors
    /// As [`crate::db::Db::read`].
    pub async fn delivery(&self, shop: ShopId, id: i64) -> Result<Option<Delivery>, Error> {
        let sql = format!("SELECT {COLUMNS} FROM deliveries WHERE shop_id = $1 AND delivery_id = $2");
        let rows = self.db.read(vec![Query::new(sql, vec![shop.0.into(), id.into()])]).await?;
        rows.iter().flatten().next().map(delivery).transpose()
    }

    /// A page of what these listeners were told: the first delivery of every message, however many of them got it.
    /// Paged by id.
    ///
    /// # Errors
    /// As [`crate::db::Db::read`].
    pub async fn told(
        &self,
        shop: ShopId,
        listeners: &[ListenerId],
        page: &Page,
    ) -> Result<Vec<Delivery>, Error> {
        if listeners.is_empty() {
            return Ok(Vec::new());
        }
        let rows = self.db.read(vec![told_query(shop, listeners, page)]).await?.pop().unwrap_or_default();
        rows.iter().map(delivery).collect()
    }

    /// The attempts of a delivery, oldest first.
    ///
    /// # Errors
    /// As [`crate::db::Db::read`].
    pub async fn attempts(&self, shop: ShopId, id: i64) -> Result<Vec<AttemptRow>, Error> {
        let query = Query::new(
            "SELECT attempt, at, latency_ms, answer, status, excerpt FROM attempts \
             WHERE shop_id = $1 AND delivery_id = $2 ORDER BY attempt",
            vec![shop.0.into(), id.into()],
        );
        let rows = self.db.read(vec![query]).await?.pop().unwrap_or_default();
        rows.iter()
            .map(|row| {
                let attempt = Attempt {
                    at: Time(row.int(1)?),
                    latency_ms: row.int(2)?,
                    answer: row.text(3)?.to_owned(),
                    status: row.opt_int(4)?,
                    excerpt: row.opt_text(5)?.unwrap_or_default().to_owned(),
                };
                Ok((row.int(0)?, attempt))
            })
            .collect()
    }

    /// Since when a listener takes nothing of what it is told: when the oldest message was written that it didn't take
    /// and none after which it took one. `None` if there is none, or only of before `since`.
    ///
    /// # Errors
    /// As [`crate::db::Db::read`].
    pub async fn unheard_since(
        &self,
        shop: ShopId,
        listener: ListenerId,
        since: Time,
    ) -> Result<Option<Time>, Error> {
        let sql = "SELECT min(created_at) FROM deliveries WHERE shop_id = $1 AND listener_id = $2 \
                   AND state IN ('pending', 'exhausted') AND attempts > 0 AND created_at >= $3 \
                   AND created_at >= coalesce((SELECT max(due_at) FROM deliveries WHERE shop_id = $1 \
                   AND listener_id = $2 AND state = 'delivered'), 0)";
        let params = vec![shop.0.into(), listener.0.into(), since.0.into()];
        let rows = self.db.read(vec![Query::new(sql, params)]).await?.pop().unwrap_or_default();
        rows.first().map_or(Ok(None), |row| Ok(row.opt_int(0)?.map(Time)))
    }

    /// Lets a delivery that was exhausted or delivered be sent again; tells whether it was there.
    ///
    /// # Errors
    /// As [`crate::db::Db::write`].
    pub async fn send_again(&self, shop: ShopId, id: i64, now: Time) -> Result<bool, Error> {
        let sql = "UPDATE deliveries SET state = 'pending', due_at = $3, leased_until = 0 \
                   WHERE shop_id = $1 AND delivery_id = $2 AND state IN ('exhausted', 'delivered')";
        let params = vec![shop.0.into(), id.into(), now.0.into()];
        let done = self.db.write(vec![Statement::new(sql, params).any()]).await?;
        Ok(done.iter().any(|written| written.affected > 0))
    }

    /// Forgets deliveries older than `before` that nothing will be done about any more, with their attempts; tells
    /// how many, at most 1,000 a call.
    ///
    /// # Errors
    /// As [`crate::db::Db::write`].
    pub async fn forget_deliveries(&self, shop: ShopId, before: Time) -> Result<u64, Error> {
        let old = Query::new(
            "SELECT delivery_id FROM deliveries WHERE shop_id = $1 AND created_at < $2 AND state <> 'pending' \
             ORDER BY delivery_id LIMIT 1000",
            vec![shop.0.into(), before.0.into()],
        );
        let rows = self.db.read(vec![old]).await?.pop().unwrap_or_default();
        let mut batch = Vec::with_capacity(rows.len() * 2);
        for row in &rows {
            let key: Vec<Value> = vec![shop.0.into(), row.int(0)?.into()];
            batch.push(
                Statement::new("DELETE FROM attempts WHERE shop_id = $1 AND delivery_id = $2", key.clone())
                    .any(),
            );
            let sql = "DELETE FROM deliveries WHERE shop_id = $1 AND delivery_id = $2 AND state <> 'pending'";
            batch.push(Statement::new(sql, key).any());
        }
        if !batch.is_empty() {
            self.db.write(batch).await?;
        }
        Ok(rows.len() as u64)
    }
}
