//! Announcements: what was told of events, in the words of a published API whose programs may read it later. They are
//! written in the transaction that dispatches the event, so that there is one for whatever was sent, and the same.

use domain::id::{EventId, ShopId};
use domain::time::Time;

use crate::Store;
use crate::db::{Error, Query, Row, Statement, Value};

/// Something that is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcement {
    /// The API in whose words.
    pub dialect: String,
    /// The event that it tells of.
    pub event: EventId,
    /// Which part of the event, from 0.
    pub part: i64,
    /// When it happened.
    pub at: Time,
    /// What it is about, in the API's word.
    pub topic: String,
    /// Whether it is about something that is only a test; `None` if nobody says of such things whether they are.
    pub test: Option<bool>,
    /// The words, to the byte.
    pub body: String,
}

/// Which announcements are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Those in the words of that API.
    pub dialect: String,
    /// Those about one of these.
    pub topics: Vec<String>,
    /// Those about tests, or those about what isn't; what is neither comes with both.
    pub test: bool,
    /// Those of what happened then or later.
    pub from: Option<Time>,
    /// Those of what happened then or earlier.
    pub until: Option<Time>,
}

/// The place of an announcement in their list: when it happened, the event and the part.
pub type Place = (Time, EventId, i64);

/// Which way a list of announcements runs, and from where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// From that place, or from the end, towards older ones.
    Back(Option<Place>),
    /// From that place towards newer ones.
    On(Place),
}

const COLUMNS: &str = "dialect, event_id, part, at, topic, test, body";

pub(crate) fn inserted(shop: ShopId, told: &Announcement) -> Statement {
    Statement::new(
        "INSERT INTO announcements (shop_id, dialect, event_id, part, at, topic, test, body) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        vec![
            shop.0.into(),
            told.dialect.as_str().into(),
            told.event.0.into(),
            told.part.into(),
            told.at.0.into(),
            told.topic.as_str().into(),
            told.test.map(i64::from).into(),
            told.body.as_str().into(),
        ],
    )
}

fn announcement(row: &Row) -> Result<Announcement, Error> {
    Ok(Announcement {
        dialect: row.text(0)?.to_owned(),
        event: EventId(row.int(1)?),
        part: row.int(2)?,
        at: Time(row.int(3)?),
        topic: row.text(4)?.to_owned(),
        test: row.opt_int(5)?.map(|test| test != 0),
        body: row.text(6)?.to_owned(),
    })
}

pub(crate) fn announced_query(shop: ShopId, wanted: &Wanted, way: Way, limit: u32) -> Query {
    let from = wanted.from.map_or(i64::MIN, |from| from.0);
    let until = wanted.until.map_or(i64::MAX, |until| until.0);
    let mut params: Vec<Value> = vec![
        shop.0.into(),
        wanted.dialect.as_str().into(),
        i64::from(wanted.test).into(),
        from.into(),
        until.into(),
    ];
    let (place, sign, order) = match way {
        Way::Back(place) => (place, "<", "DESC"),
        Way::On(place) => (Some(place), ">", "ASC"),
    };
    let mut past = String::new();
    if let Some((at, event, part)) = place {
        past = format!(" AND (at, event_id, part) {sign} ($6, $7, $8)");
        params.extend([at.0.into(), event.0.into(), part.into()]);
    }
    let first = params.len() + 1;
    let places: Vec<String> = (first..first + wanted.topics.len()).map(|at| format!("${at}")).collect();
    params.extend(wanted.topics.iter().map(|topic| Value::from(topic.as_str())));
    let sql = format!(
        "SELECT {COLUMNS} FROM announcements WHERE shop_id = $1 AND dialect = $2 \
         AND (test IS NULL OR test = $3) AND at >= $4 AND at <= $5{past} AND topic IN ({}) \
         ORDER BY at {order}, event_id {order}, part {order} LIMIT {limit}",
        places.join(", ")
    );
    Query::new(sql, params)
}

impl Store {
    /// From now on what happens in a shop is written down in the words of that API.
    ///
    /// # Errors
    /// As [`crate::db::Db::write`].
    pub async fn chronicle(&self, shop: ShopId, dialect: &str) -> Result<(), Error> {
        let sql = "INSERT INTO chronicles (shop_id, dialect) VALUES ($1, $2) \
                   ON CONFLICT (shop_id, dialect) DO NOTHING";
        let statement = Statement::new(sql, vec![shop.0.into(), dialect.into()]).any();
        self.db.write(vec![statement]).await.map(|_| ())
    }

    /// The APIs in whose words what happens in a shop is written down.
    ///
    /// # Errors
    /// As [`crate::db::Db::read`].
    pub async fn chronicles(&self, shop: ShopId) -> Result<Vec<String>, Error> {
        let sql = "SELECT dialect FROM chronicles WHERE shop_id = $1 ORDER BY dialect";
        let rows = self.db.read(vec![Query::new(sql, vec![shop.0.into()])]).await?.pop().unwrap_or_default();
        rows.iter().map(|row| row.text(0).map(str::to_owned)).collect()
    }

    /// What was announced, from a place on.
    ///
    /// # Errors
    /// As [`crate::db::Db::read`].
    pub async fn announced(
        &self,
        shop: ShopId,
        wanted: &Wanted,
        way: Way,
        limit: u32,
    ) -> Result<Vec<Announcement>, Error> {
        if wanted.topics.is_empty() {
            return Ok(Vec::new());
        }
        let query = announced_query(shop, wanted, way, limit);
        let rows = self.db.read(vec![query]).await?.pop().unwrap_or_default();
        rows.iter().map(announcement).collect()
    }

    /// What was announced of a part of an event.
    ///
    /// # Errors
    /// As [`crate::db::Db::read`].
    pub async fn announcement(
        &self,
        shop: ShopId,
        dialect: &str,
        event: EventId,
        part: i64,
    ) -> Result<Option<Announcement>, Error> {
        let sql = format!(
            "SELECT {COLUMNS} FROM announcements WHERE shop_id = $1 AND dialect = $2 AND event_id = $3 AND part = $4"
        );
        let params = vec![shop.0.into(), dialect.into(), event.0.into(), part.into()];
        let rows = self.db.read(vec![Query::new(sql, params)]).await?.pop().unwrap_or_default();
        rows.first().map(announcement).transpose()
    }

    /// Forgets what was announced of what happened before a time, of at most 10,000 events a call; tells how much.
    ///
    /// # Errors
    /// As [`crate::db::Db::write`].
    pub async fn forget_announcements(&self, shop: ShopId, before: Time) -> Result<u64, Error> {
        let sql = "DELETE FROM announcements WHERE shop_id = $1 AND event_id IN (SELECT DISTINCT event_id FROM announcements \
                   WHERE shop_id = $1 AND at < $2 LIMIT 10000)";
        let done =
            self.db.write(vec![Statement::new(sql, vec![shop.0.into(), before.0.into()]).any()]).await?;
        Ok(done.iter().map(|written| written.affected).sum())
    }
}
