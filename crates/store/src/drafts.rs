//! Drafts of edits of orders: how they are found, written and forgotten.

use domain::draft::Draft;
use domain::id::{DraftId, ShopId};
use domain::time::Time;

use crate::Store;
use crate::body;
use crate::db::{Error, Query, Statement};
use crate::load::{bodies, by_ids};

const INSERT: &str = "INSERT INTO drafts (shop_id, draft_id, version, order_id, expires_at, body) \
     VALUES ($1, $2, $3, $4, $5, $6)";
const UPDATE: &str = "UPDATE drafts SET version = $3, order_id = $4, expires_at = $5, body = $6 \
     WHERE shop_id = $1 AND draft_id = $2 AND version = $3 - 1";
const DELETE: &str = "DELETE FROM drafts WHERE shop_id = $1 AND draft_id = $2 AND version = $3";
const FORGET: &str = "DELETE FROM drafts WHERE shop_id = $1 AND expires_at <= $2";
/// The order of drafts; ends where the list begins.
pub(crate) const ORDERS: &str = "SELECT order_id, version, body FROM orders WHERE shop_id = $1 AND order_id IN \
     (SELECT order_id FROM drafts WHERE shop_id = $1 AND draft_id IN ";

pub(crate) fn by_id(shop: ShopId, ids: &[i64]) -> Query {
    by_ids(shop, "SELECT body FROM drafts", "draft_id", ids)
}

pub(crate) fn inserted(shop: ShopId, draft: &Draft) -> Result<Statement, Error> {
    written(shop, INSERT, draft)
}

pub(crate) fn updated(shop: ShopId, draft: &Draft) -> Result<Statement, Error> {
    written(shop, UPDATE, draft)
}

fn written(shop: ShopId, sql: &'static str, draft: &Draft) -> Result<Statement, Error> {
    Ok(Statement::new(
        sql,
        vec![
            shop.0.into(),
            draft.id.0.into(),
            draft.version.into(),
            draft.order.0.into(),
            draft.expires_at.0.into(),
            body::write(draft)?.into(),
        ],
    ))
}

pub(crate) fn deleted(shop: ShopId, id: DraftId, version: i64) -> Statement {
    Statement::new(DELETE, vec![shop.0.into(), id.0.into(), version.into()])
}

impl Store {
    /// A draft, be it over or not.
    ///
    /// # Errors
    /// As [`crate::db::Db::read`].
    pub async fn draft(&self, shop: ShopId, id: DraftId) -> Result<Option<Draft>, Error> {
        let rows = self.db.read(vec![by_id(shop, &[id.0])]).await?.pop().unwrap_or_default();
        Ok(bodies(&rows)?.pop())
    }

    /// Forgets the drafts that are over; tells how many.
    ///
    /// # Errors
    /// As [`crate::db::Db::write`].
    pub async fn forget_drafts(&self, shop: ShopId, now: Time) -> Result<u64, Error> {
        let forget = Statement::new(FORGET, vec![shop.0.into(), now.0.into()]).any();
        let done = self.db.write(vec![forget]).await?;
        Ok(done.iter().map(|written| written.affected).sum())
    }
}
