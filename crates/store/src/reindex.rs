//! Index rows made anew from bodies. A release that keeps another index fills it in here, for every aggregate that was
//! written before, when the schema is brought up to date. What is derived is a pure function of the body, so this may be
//! done at any time, by several nodes at once, and while others write: whatever was changed meanwhile is read again.

use domain::event::Fact;
use domain::fulfillment::Fulfillment;
use domain::id::{EventId, ShopId};
use domain::location::Service;
use domain::order::Order;
use futures::future::join_all;
use serde::de::DeserializeOwned;

use crate::db::{Error, Query, Row, Statement, Value};
use crate::migrate::{self, Migration};
use crate::{Store, billing, body, commit, contacts, index, inquiries, subjects, workflows};

/// What derives index rows by now, as it is noted beside the migrations. Its number goes up with every release that
/// derives something more or something else.
pub(crate) const NAME: &str = "index_rows_4";

/// How many aggregates are read at once. Each is a transaction of its own, so nobody waits long for any of them.
const AT_ONCE: u32 = 64;

const ORDERS: &str =
    "SELECT order_id, body FROM orders WHERE shop_id = $1 AND order_id > $2 ORDER BY order_id";
const FULFILLMENTS: &str = "SELECT fulfillment_id, body FROM fulfillments \
     WHERE shop_id = $1 AND fulfillment_id > $2 ORDER BY fulfillment_id";
const CONTACTS: &str =
    "SELECT contact_id, body FROM contacts WHERE shop_id = $1 AND contact_id > $2 ORDER BY contact_id";
const SERVICES: &str =
    "SELECT service_id, body FROM services WHERE shop_id = $1 AND service_id > $2 ORDER BY service_id";
const RUNS: &str =
    "SELECT run_id, body FROM workflow_runs WHERE shop_id = $1 AND run_id > $2 ORDER BY run_id";

const FULFILLMENT_ANEW: &str = "UPDATE fulfillments SET live = $4, updated_at = $5, untracked_by = $6, parcel = $7 \
     WHERE shop_id = $1 AND fulfillment_id = $2 AND version = $3";

impl Store {
    /// Makes index rows anew if an older release derived them; answers what that is called, if it was done.
    pub(crate) async fn reindex_if_older(&self) -> Result<Option<String>, Error> {
        let noted = Query::new(migrate::FIND, vec![NAME.into()]);
        if self.db.read(vec![noted]).await?.iter().any(|rows| !rows.is_empty()) {
            return Ok(None);
        }
        for shop in self.shops().await? {
            self.reindex(shop.id, |_| {}).await?;
        }
        // A node that did the same beside us may have noted it first.
        let note = format!("{} ON CONFLICT (name) DO NOTHING", migrate::NOTE);
        let values = Migration::list(&[(NAME, "")]).iter().flat_map(Migration::note).collect();
        self.db.write(vec![Statement::new(note, values).any()]).await?;
        Ok(Some(NAME.to_owned()))
    }

    /// Makes all index rows of a shop anew; answers how many aggregates there are. `progress` is told how many were done.
    ///
    /// # Errors
    /// As [`crate::db::Db::read`] and `write`.
    pub async fn reindex(&self, shop: ShopId, mut progress: impl FnMut(u64)) -> Result<u64, Error> {
        let mut done = 0;
        let mut told = |some: u64| {
            done += some;
            progress(done);
        };
        self.each(shop, ORDERS, |_, one, out| order(shop, one, out), &mut told).await?;
        self.each(shop, FULFILLMENTS, |_, one, out| fulfillment(shop, one, out), &mut told).await?;
        self.each(shop, CONTACTS, |_, one, out| contacts::anew(shop, one, out), &mut told).await?;
        self.each(shop, SERVICES, |_, one, out| service(shop, one, out), &mut told).await?;
        self.each(shop, RUNS, |_, one, out| workflows::anew(shop, one, out), &mut told).await?;
        let event = |id, facts: &Vec<Fact>, out: &mut _| subjects::anew(shop, EventId(id), facts, out);
        self.each(shop, subjects::EVENTS, event, &mut told).await?;
        Ok(done)
    }

    async fn each<T: DeserializeOwned>(
        &self,
        shop: ShopId,
        all: &'static str,
        statements: impl Fn(i64, &T, &mut Vec<Statement>),
        told: &mut impl FnMut(u64),
    ) -> Result<(), Error> {
        let mut last = 0;
        loop {
            let rows = self.after(shop, all, last, AT_ONCE).await?;
            let Some(end) = rows.last() else { return Ok(()) };
            let ids = rows.iter().map(|row| row.int(0)).collect::<Result<Vec<i64>, Error>>()?;
            let written = rows.iter().map(|row| self.one(row, &statements));
            for (id, written) in ids.iter().zip(join_all(written).await) {
                let mut written = written;
                // Somebody changed it since it was read.
                while matches!(written, Err(Error::Stale { .. })) {
                    let again = self.after(shop, all, id - 1, 1).await?;
                    let own = again.first().filter(|row| row.int(0) == Ok(*id));
                    written = match own {
                        Some(row) => self.one(row, &statements).await,
                        None => Ok(()),
                    };
                }
                written?;
            }
            last = end.int(0)?;
            told(rows.len() as u64);
        }
    }

    async fn after(&self, shop: ShopId, all: &str, last: i64, limit: u32) -> Result<Vec<Row>, Error> {
        let query = Query::new(format!("{all} LIMIT {limit}"), vec![shop.0.into(), last.into()]);
        Ok(self.db.read(vec![query]).await?.pop().unwrap_or_default())
    }

    async fn one<T: DeserializeOwned>(
        &self,
        row: &Row,
        statements: &impl Fn(i64, &T, &mut Vec<Statement>),
    ) -> Result<(), Error> {
        let mut batch = Vec::new();
        statements(row.int(0)?, &body::read(row.text(1)?)?, &mut batch);
        self.db.write(batch).await.map(drop)
    }
}

fn order(shop: ShopId, order: &Order, out: &mut Vec<Statement>) {
    let mut params: Vec<Value> = vec![shop.0.into(), order.id.0.into(), order.version.into()];
    let [columns @ .., _] = index::order_columns(order);
    params.extend(columns);
    out.push(Statement::new(commit::ORDER_ANEW, params));
    billing::no_parts(shop, order, out);
    index::anew(shop, order, out);
}

fn fulfillment(shop: ShopId, fulfillment: &Fulfillment, out: &mut Vec<Statement>) {
    let params = vec![
        shop.0.into(),
        fulfillment.id.0.into(),
        fulfillment.version.into(),
        fulfillment.is_live().into(),
        fulfillment.updated_at.0.into(),
        inquiries::untracked_by(fulfillment).into(),
        fulfillment.holds_units().into(),
    ];
    out.push(Statement::new(FULFILLMENT_ANEW, params));
}

fn service(shop: ShopId, service: &Service, out: &mut Vec<Statement>) {
    let due = |inquiry| service.answers(inquiry).then_some(service.updated_at);
    inquiries::written(shop, service.id, due, out);
}
