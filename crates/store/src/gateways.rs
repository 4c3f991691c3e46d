//! Gateways: how they are set up, whom of them somebody is about to ask, and what they are known to tell later.
//!
//! A claim is a lease beside the order and no part of it: whoever is killed with one loses it, and the gateway is asked
//! again with the same key. It only saves work; that money moves once is the key's doing.

use domain::id::{OrderId, ShopId, TransactionId};
use domain::time::Time;

use crate::Store;
use crate::db::{Error, Query, Row, Statement};
use crate::flavor::Flavor;

/// A gateway that is set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewayRow {
    /// What orders call it.
    pub name: String,
    /// Which of the gateways that the program knows it is.
    pub kind: String,
    /// What it is to know besides, in JSON; the gateway's own form.
    pub settings: String,
    /// What is secret of it, sealed.
    pub sealed_secret: Option<String>,
    /// When it was set up.
    pub created_at: Time,
}

/// An order about whose payments somebody has claimed to ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ToAsk {
    /// The order.
    pub order: OrderId,
    /// Whether somebody may have asked before and was killed: there was a claim already that nobody gave back.
    pub abandoned: bool,
}

/// What a gateway is known to tell of a movement of money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewsRow {
    /// The order.
    pub order: OrderId,
    /// The movement.
    pub transaction: TransactionId,
    /// What it tells, in a word.
    pub news: String,
    /// From when on.
    pub due_at: Time,
}

/// The oldest that are due and that nobody is about to ask about, locked against other claimers.
pub(crate) fn free_query(shop: ShopId, now: Time, limit: u32, flavor: Flavor) -> Query {
    let locked = flavor.skip_locked();
    let sql = format!(
        "SELECT order_id, asking_until FROM orders WHERE shop_id = $1 AND ask_at IS NOT NULL AND ask_at <= $2 \
         AND (asking_until IS NULL OR asking_until <= $2) ORDER BY ask_at, order_id LIMIT {limit}{locked}"
    );
    Query::new(sql, vec![shop.0.into(), now.0.into()])
}

pub(crate) fn news_query(shop: ShopId, now: Time, limit: u32) -> Query {
    let sql = format!(
        "SELECT order_id, transaction_id, news, due_at FROM gateway_news WHERE shop_id = $1 AND due_at <= $2 \
         ORDER BY due_at, transaction_id LIMIT {limit}"
    );
    Query::new(sql, vec![shop.0.into(), now.0.into()])
}

impl Store {
    /// Sets a gateway up, or sets it up anew.
    ///
    /// # Errors
    /// As [`crate::db::Db::write`]; so for every function here that writes, and as `read` for those that read.
    pub async fn save_gateway(&self, shop: ShopId, gateway: &GatewayRow) -> Result<(), Error> {
        let sql = "INSERT INTO gateways (shop_id, name, kind, settings, secret, created_at) \
                   VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (shop_id, name) DO UPDATE SET kind = excluded.kind, \
                   settings = excluded.settings, secret = excluded.secret";
        let params = vec![
            shop.0.into(),
            gateway.name.as_str().into(),
            gateway.kind.as_str().into(),
            gateway.settings.as_str().into(),
            gateway.sealed_secret.clone().into(),
            gateway.created_at.0.into(),
        ];
        self.db.write(vec![Statement::new(sql, params)]).await.map(|_| ())
    }

    /// Forgets a gateway; tells whether there was one.
    pub async fn remove_gateway(&self, shop: ShopId, name: &str) -> Result<bool, Error> {
        let sql = "DELETE FROM gateways WHERE shop_id = $1 AND name = $2";
        let done = self.db.write(vec![Statement::new(sql, vec![shop.0.into(), name.into()]).any()]).await?;
        Ok(done.iter().any(|written| written.affected > 0))
    }

    /// Every gateway of a shop, by name.
    pub async fn gateways(&self, shop: ShopId) -> Result<Vec<GatewayRow>, Error> {
        let query = Query::new(
            "SELECT name, kind, settings, secret, created_at FROM gateways WHERE shop_id = $1 ORDER BY name",
            vec![shop.0.into()],
        );
        let rows = self.db.read(vec![query]).await?.pop().unwrap_or_default();
        let row = |row: &Row| {
            Ok(GatewayRow {
                name: row.text(0)?.to_owned(),
                kind: row.text(1)?.to_owned(),
                settings: row.text(2)?.to_owned(),
                sealed_secret: row.opt_text(3)?.map(str::to_owned),
                created_at: Time(row.int(4)?),
            })
        };
        rows.iter().map(row).collect()
    }

    /// Claims orders about whose payments a gateway is to be asked, for `lease` microseconds.
    pub async fn claim_to_ask(
        &self,
        shop: ShopId,
        now: Time,
        lease: i64,
        limit: u32,
    ) -> Result<Vec<ToAsk>, Error> {
        // Asked first, since a claim is a write, and doesn't tell what was there before.
        let mut fresh = Vec::new();
        let mut any = false;
        for row in self.db.read(vec![free_query(shop, now, limit, Flavor::Sqlite)]).await?.iter().flatten() {
            any = true;
            if row.opt_int(1)?.is_none() {
                fresh.push(OrderId(row.int(0)?));
            }
        }
        if !any {
            return Ok(Vec::new());
        }
        // Materialized, lest PostgreSQL looks for due ones again for every row that it updates, and claims too many.
        let free = free_query(shop, now, limit, self.db.flavor()).sql;
        let sql = format!(
            "WITH free AS MATERIALIZED ({free}) UPDATE orders SET asking_until = $3 WHERE shop_id = $1 \
             AND order_id IN (SELECT order_id FROM free) RETURNING order_id"
        );
        let params = vec![shop.0.into(), now.0.into(), now.plus(lease).0.into()];
        let written = self.db.write(vec![Statement::new(sql, params).any()]).await?;
        let to_ask = |row: &Row| {
            let order = OrderId(row.int(0)?);
            Ok(ToAsk { order, abandoned: !fresh.contains(&order) })
        };
        written.iter().flat_map(|written| &written.rows).map(to_ask).collect()
    }

    /// Gives claims back: nobody is about to ask about those orders any more.
    pub async fn asked(&self, shop: ShopId, orders: &[OrderId]) -> Result<(), Error> {
        let sql = "UPDATE orders SET asking_until = NULL WHERE shop_id = $1 AND order_id = $2";
        let batch = orders.iter().map(|order| Statement::new(sql, vec![shop.0.into(), order.0.into()]).any());
        self.db.write(batch.collect()).await.map(|_| ())
    }

    /// Notes what a gateway will tell. What is noted already stays as it is.
    pub async fn note_news(&self, shop: ShopId, news: &[NewsRow]) -> Result<(), Error> {
        let sql = "INSERT INTO gateway_news (shop_id, transaction_id, news, order_id, due_at) \
                   VALUES ($1, $2, $3, $4, $5) ON CONFLICT (shop_id, transaction_id, news) DO NOTHING";
        let one = |news: &NewsRow| {
            let params = vec![
                shop.0.into(),
                news.transaction.0.into(),
                news.news.as_str().into(),
                news.order.0.into(),
                news.due_at.0.into(),
            ];
            Statement::new(sql, params).any()
        };
        self.db.write(news.iter().map(one).collect()).await.map(|_| ())
    }

    /// What gateways tell by now, the oldest first.
    pub async fn due_news(&self, shop: ShopId, now: Time, limit: u32) -> Result<Vec<NewsRow>, Error> {
        let rows = self.db.read(vec![news_query(shop, now, limit)]).await?.pop().unwrap_or_default();
        let row = |row: &Row| {
            let (order, transaction) = (OrderId(row.int(0)?), TransactionId(row.int(1)?));
            Ok(NewsRow { order, transaction, news: row.text(2)?.to_owned(), due_at: Time(row.int(3)?) })
        };
        rows.iter().map(row).collect()
    }

    /// What a gateway told was heard; `again` if it is to be heard once more, then.
    pub async fn news_heard(&self, shop: ShopId, news: &NewsRow, again: Option<Time>) -> Result<(), Error> {
        let mut params = vec![shop.0.into(), news.transaction.0.into(), news.news.as_str().into()];
        let sql = match again {
            Some(at) => {
                params.push(at.0.into());
                "UPDATE gateway_news SET due_at = $4 WHERE shop_id = $1 AND transaction_id = $2 AND news = $3"
            }
            None => "DELETE FROM gateway_news WHERE shop_id = $1 AND transaction_id = $2 AND news = $3",
        };
        self.db.write(vec![Statement::new(sql, params).any()]).await.map(|_| ())
    }
}
