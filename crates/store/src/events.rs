//! Events as stored: the outbox that the dispatcher empties, and the timeline of an order.

use domain::access::AccessGrant;
use domain::contact::Contact;
use domain::event::Event;
use domain::fulfillment::Fulfillment;
use domain::id::{AppId, EventId, OrderId, ShopId};
use domain::order::Order;
use domain::product::{Product, Variant};
use domain::record::Record;
use domain::time::Time;
use domain::workflow::Run;

use crate::Store;
use crate::announcements::{self, Announcement};
use crate::body;
use crate::db::{Error, Query, Row, Statement};
use crate::deliveries::{NewDelivery, inserted};
use crate::kept::{Before, Kept};
use crate::subjects;
use crate::workflows;

/// An event that waits to be dispatched, with what it is about as it was then.
#[derive(Debug, Clone)]
pub struct Pending {
    /// The event.
    pub event: Event,
    /// The order as it was afterwards, if the event is about one.
    pub order: Option<Order>,
    /// Every fulfillment of the order, and those that changed with the event beside, as they were afterwards.
    pub fulfillments: Vec<Fulfillment>,
    /// The contacts that changed with it, likewise.
    pub contacts: Vec<Contact>,
    /// The products that changed with it, likewise.
    pub products: Vec<Product>,
    /// The variants that changed with it, likewise.
    pub variants: Vec<Variant>,
    /// The grants of access that were given or changed with it, likewise.
    pub access: Vec<AccessGrant>,
    /// The records that changed or went with it and tell who somebody is, which its facts don't repeat, likewise.
    pub records: Vec<Record>,
    /// What somebody changed, as it was before.
    pub before: Before,
}

/// An event of a timeline.
pub type StoredEvent = Event;

const COLUMNS: &str = "event_id, at, order_id, app_id, body, snapshot";

fn event(row: &Row) -> Result<Event, Error> {
    Ok(Event {
        id: EventId(row.int(0)?),
        at: Time(row.int(1)?),
        order: row.opt_int(2)?.map(OrderId),
        app: row.opt_int(3)?.map(AppId),
        facts: body::read(row.text(4)?)?,
    })
}

pub(crate) fn undispatched_query(shop: ShopId, limit: u32) -> Query {
    let sql = format!(
        "SELECT {COLUMNS} FROM events WHERE shop_id = $1 AND dispatched = 0 ORDER BY event_id LIMIT {limit}"
    );
    Query::new(sql, vec![shop.0.into()])
}

impl Store {
    /// The oldest events that wait to be dispatched. Found by their mark, never by an id larger than the last one
    /// seen: ids may become visible out of order.
    ///
    /// # Errors
    /// As [`crate::db::Db::read`].
    pub async fn undispatched(&self, shop: ShopId, limit: u32) -> Result<Vec<Pending>, Error> {
        let rows = self.db.read(vec![undispatched_query(shop, limit)]).await?.pop().unwrap_or_default();
        rows.iter()
            .map(|row| {
                let kept = row.opt_text(5)?.map(serde_json::from_str::<Kept>).transpose();
                let kept = kept.map_err(|e| Error::Bug(format!("an event's snapshot can't be read: {e}")))?;
                let kept: Kept = kept.unwrap_or_default();
                Ok(Pending {
                    event: event(row)?,
                    order: kept.order,
                    fulfillments: kept.fulfillments,
                    contacts: kept.contacts,
                    products: kept.products,
                    variants: kept.variants,
                    access: kept.access,
                    records: kept.records,
                    before: kept.before,
                })
            })
            .collect()
    }

    /// An event by its id, while it is kept.
    ///
    /// # Errors
    /// As [`crate::db::Db::read`].
    pub async fn event(&self, shop: ShopId, id: EventId) -> Result<Option<StoredEvent>, Error> {
        let sql = format!("SELECT {COLUMNS} FROM events WHERE shop_id = $1 AND event_id = $2");
        let params = vec![shop.0.into(), id.0.into()];
        let rows = self.db.read(vec![Query::new(sql, params)]).await?.pop().unwrap_or_default();
        rows.first().map(event).transpose()
    }

    /// Writes down that an event will be told with what these records say of somebody, too, so that it is found when they
    /// are forgotten.
    ///
    /// # Errors
    /// As [`crate::db::Db::write`].
    pub async fn told_with(&self, shop: ShopId, id: EventId, records: &[Record]) -> Result<(), Error> {
        let written = subjects::beside(shop, id, records);
        if !written.is_empty() {
            self.db.write(written).await?;
        }
        Ok(())
    }

    /// Marks an event as dispatched, writes what is sent to whom, what is written down of it, and the runs that begin
    /// because of it, in one transaction. Tells whether this call did it; another node may have been faster.
    ///
    /// # Errors
    /// As [`crate::db::Db::write`].
    pub async fn dispatched(
        &self,
        shop: ShopId,
        id: EventId,
        deliveries: &[NewDelivery],
        told: &[Announcement],
        runs: &[Run],
        now: Time,
    ) -> Result<bool, Error> {
        let mark = "UPDATE events SET dispatched = 1, snapshot = NULL \
                    WHERE shop_id = $1 AND event_id = $2 AND dispatched = 0";
        let mut batch = vec![Statement::new(mark, vec![shop.0.into(), id.0.into()])];
        batch.extend(deliveries.iter().map(|delivery| inserted(shop, delivery, now)));
        batch.extend(told.iter().map(|told| announcements::inserted(shop, told)));
        for run in runs {
            batch.push(workflows::begun(shop, run)?);
        }
        match self.db.write(batch).await {
            Ok(_) => Ok(true),
            Err(Error::Stale { statement: 0 }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// What happened to an order, oldest first.
    ///
    /// # Errors
    /// As [`crate::db::Db::read`].
    pub async fn timeline(&self, shop: ShopId, order: OrderId) -> Result<Vec<StoredEvent>, Error> {
        let sql = format!(
            "SELECT {COLUMNS} FROM events WHERE shop_id = $1 AND order_id = $2 ORDER BY event_id LIMIT 1000"
        );
        let params = vec![shop.0.into(), order.0.into()];
        let rows = self.db.read(vec![Query::new(sql, params)]).await?.pop().unwrap_or_default();
        rows.iter().map(event).collect()
    }

    /// Forgets events older than `before` that were dispatched; tells how many, at most 10,000 a call.
    ///
    /// # Errors
    /// As [`crate::db::Db::write`].
    pub async fn forget_events(&self, shop: ShopId, before: Time) -> Result<u64, Error> {
        let old = "SELECT event_id FROM events WHERE shop_id = $1 AND at < $2 AND dispatched = 1 \
                   ORDER BY event_id LIMIT 10000";
        let forget = |table: &str| {
            let sql = format!("DELETE FROM {table} WHERE shop_id = $1 AND event_id IN ({old})");
            Statement::new(sql, vec![shop.0.into(), before.0.into()]).any()
        };
        let done = self.db.write(vec![forget("subjects_of_events"), forget("events")]).await?;
        Ok(done.last().map_or(0, |written| written.affected))
    }
}
