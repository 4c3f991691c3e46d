//! Workflows and their runs: how they are found, written, and taken up when something of them is due.

use domain::id::{ContactId, OrderId, RunId, ShopId};
use domain::time::Time;
use domain::workflow::{Run, Workflow};

use crate::Store;
use crate::body;
use crate::db::{Error, Query, Statement, Value};
use crate::load::{bodies, by_ids};

const SAVE: &str = "INSERT INTO workflows (shop_id, workflow_id, active, body) VALUES ($1, $2, $3, $4) \
     ON CONFLICT (shop_id, workflow_id) DO UPDATE SET active = excluded.active, body = excluded.body";
const BEGIN: &str = "INSERT INTO workflow_runs (shop_id, run_id, version, state, due_at, order_id, contact_id, \
     updated_at, body, workflow_id, event_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
     ON CONFLICT (shop_id, workflow_id, event_id) DO NOTHING";
const GO_ON: &str = "UPDATE workflow_runs SET version = $3, state = $4, due_at = $5, order_id = $6, contact_id = $7, \
     updated_at = $8, body = $9 WHERE shop_id = $1 AND run_id = $2 AND version = $3 - 1";
const ANEW: &str = "UPDATE workflow_runs SET state = $4, due_at = $5, order_id = $6, contact_id = $7, updated_at = $8 \
     WHERE shop_id = $1 AND run_id = $2 AND version = $3";

pub(crate) fn saved(shop: ShopId, workflow: &Workflow) -> Result<Statement, Error> {
    let active = !workflow.paused;
    let text = body::write(workflow)?;
    Ok(Statement::new(SAVE, vec![shop.0.into(), workflow.id.0.into(), active.into(), text.into()]))
}

/// A run that begins; nothing happens if one of that workflow began because of that event already.
pub(crate) fn begun(shop: ShopId, run: &Run) -> Result<Statement, Error> {
    let mut params = values(shop, run);
    params.extend([body::write(run)?.into(), run.workflow.0.into(), run.event.0.into()]);
    Ok(Statement::new(BEGIN, params).any())
}

pub(crate) fn gone_on(shop: ShopId, run: &Run) -> Result<Statement, Error> {
    let mut params = values(shop, run);
    params.push(body::write(run)?.into());
    Ok(Statement::new(GO_ON, params))
}

/// The statement that writes the columns of a run anew, if it is as it was read.
pub(crate) fn anew(shop: ShopId, run: &Run, out: &mut Vec<Statement>) {
    out.push(Statement::new(ANEW, values(shop, run)));
}

fn values(shop: ShopId, run: &Run) -> Vec<Value> {
    vec![
        shop.0.into(),
        run.id.0.into(),
        run.version.into(),
        run.state.as_str().into(),
        run.due_at.map(|at| at.0).into(),
        run.order.map(|order| order.0).into(),
        run.contact.map(|contact| contact.0).into(),
        run.updated_at.0.into(),
    ]
}

/// Statements that forget the runs that are about somebody, those under way included.
pub(crate) fn forgotten(shop: ShopId, contact: ContactId, orders: &[OrderId]) -> Vec<Statement> {
    let of = |column: &str, id: i64| {
        let sql = format!("DELETE FROM workflow_runs WHERE shop_id = $1 AND {column} = $2");
        Statement::new(sql, vec![shop.0.into(), id.into()]).any()
    };
    let of_orders = orders.iter().map(|order| of("order_id", order.0));
    std::iter::once(of("contact_id", contact.0)).chain(of_orders).collect()
}

pub(crate) fn runs(shop: ShopId, ids: &[RunId]) -> Query {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    by_ids(shop, "SELECT body FROM workflow_runs", "run_id", &ids)
}

pub(crate) fn due_query(shop: ShopId, now: Time, limit: u32) -> Query {
    let sql = format!(
        "SELECT r.body FROM workflow_runs r JOIN workflows w ON w.shop_id = r.shop_id AND w.workflow_id = r.workflow_id \
         WHERE r.shop_id = $1 AND w.shop_id = $1 AND r.due_at <= $2 AND w.active = 1 \
         ORDER BY r.due_at, r.run_id LIMIT {limit}"
    );
    Query::new(sql, vec![shop.0.into(), now.0.into()])
}

impl Store {
    /// Every workflow of a shop, oldest first.
    ///
    /// # Errors
    /// As [`crate::db::Db::read`]; so for every function here.
    pub async fn workflows(&self, shop: ShopId) -> Result<Vec<Workflow>, Error> {
        let sql = "SELECT body FROM workflows WHERE shop_id = $1 ORDER BY workflow_id";
        bodies(&self.db.read(vec![Query::new(sql, vec![shop.0.into()])]).await?.pop().unwrap_or_default())
    }

    /// Runs whose next step is due, unless their workflow rests.
    pub async fn due_runs(&self, shop: ShopId, now: Time, limit: u32) -> Result<Vec<Run>, Error> {
        bodies(&self.db.read(vec![due_query(shop, now, limit)]).await?.pop().unwrap_or_default())
    }

    /// The latest runs, newest first.
    pub async fn workflow_runs(&self, shop: ShopId, limit: u32) -> Result<Vec<Run>, Error> {
        let sql =
            format!("SELECT body FROM workflow_runs WHERE shop_id = $1 ORDER BY run_id DESC LIMIT {limit}");
        bodies(&self.db.read(vec![Query::new(sql, vec![shop.0.into()])]).await?.pop().unwrap_or_default())
    }

    /// A run.
    pub async fn workflow_run(&self, shop: ShopId, id: RunId) -> Result<Option<Run>, Error> {
        Ok(bodies(&self.db.read(vec![runs(shop, &[id])]).await?.pop().unwrap_or_default())?.pop())
    }

    /// How many runs failed and wait for somebody to let them go on.
    pub async fn failed_runs(&self, shop: ShopId) -> Result<i64, Error> {
        let rows = self.db.read(vec![failed_query(shop)]).await?;
        rows.iter().flatten().next().map_or(Ok(0), |row| row.int(0))
    }

    /// Forgets runs that are over, done or failed, and of which nothing happened since `before`; tells how many, at most
    /// 1,000 a call.
    ///
    /// # Errors
    /// As [`crate::db::Db::write`].
    pub async fn forget_runs(&self, shop: ShopId, before: Time) -> Result<u64, Error> {
        let sql =
            format!("DELETE FROM workflow_runs WHERE shop_id = $1 AND run_id IN ({OVER}) AND due_at IS NULL");
        let done =
            self.db.write(vec![Statement::new(sql, vec![shop.0.into(), before.0.into()]).any()]).await?;
        Ok(done.iter().map(|written| written.affected).sum())
    }
}

const OVER: &str = "SELECT run_id FROM workflow_runs WHERE shop_id = $1 AND due_at IS NULL AND updated_at < $2 \
     ORDER BY updated_at, run_id LIMIT 1000";

pub(crate) fn failed_query(shop: ShopId) -> Query {
    let sql = "SELECT CAST(count(*) AS BIGINT) FROM workflow_runs WHERE shop_id = $1 AND due_at IS NULL \
               AND state = 'failed'";
    Query::new(sql, vec![shop.0.into()])
}
