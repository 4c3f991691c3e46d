//! A database with the shop in it, and any number of orders loaded in bulk, which are copies of one that the engine
//! made. Loading goes round the engine: a million orders one by one would take minutes.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::{BufMut, BytesMut};
use consign::config::Purpose;
use consign::demo::{self, Content};
use consign::installation::{InUse, Installation, Missing, Where};
use domain::decide::Outcome as Decided;
use domain::id::OrderId;
use domain::snapshot::Shop;
use engine::Engine;
use futures::SinkExt as _;
use store::db::Value;
use testkit::world;

use crate::options::Database;
use crate::template::{self, Ids, NUMBER, Template};
use crate::{Outcome, goods};

/// More ids than any order needs.
const DISTANCE: i64 = 64;
/// Rows a transaction when loading.
const AT_ONCE: i64 = 5_000;

/// A database to measure on.
pub struct Ground {
    pub database: Database,
    /// As the setting `database.url` has it.
    pub url: String,
    folder: tempfile::TempDir,
    /// An order of three lines, whose work is open.
    pub open: Template,
    /// The same after all of it left.
    pub fulfilled: Template,
    order: i64,
    work: i64,
    ids: Ids,
}

/// An engine on a ground.
pub struct Running {
    pub engine: Engine,
    pub shop: Arc<Shop>,
    _in_use: InUse,
}

impl Ground {
    /// A furnished shop, and the order that is to be copied.
    pub async fn make(database: Database) -> Outcome<Ground> {
        let folder = tempfile::tempdir()?;
        let url = match database {
            Database::Sqlite => format!("sqlite:{}", folder.path().join("consign.db").display()),
            Database::Postgresql => tokio::task::spawn_blocking(testkit::postgres::url).await?,
        };
        let installation = installation(folder.path(), &url)?;
        demo::fill(&installation, Content::Empty).await.map_err(|failure| failure.message)?;
        let running = start(&installation).await?;
        let (engine, shop) = (&running.engine, &running.shop);
        for command in goods::furniture() {
            let made = engine.execute(shop, &world::merchant(), &command).await?;
            made.map_err(|refusal| format!("the furniture was refused: {refusal:?}"))?;
        }
        let ids = Ids { first: engine.ids().draw().ok_or("no ids")?, distance: DISTANCE };
        let mut place = goods::order_of(goods::articles_of(0));
        place.number = NUMBER;
        let placed = engine.execute(shop, &world::merchant(), &world::placing(place)).await?;
        let placed = placed.map_err(|refusal| format!("the order was refused: {refusal:?}"))?;
        let Decided::Order(OrderId(order)) = placed.outcome else { return Err("no order was made".into()) };
        let works = placed.order(OrderId(order)).map(|order| order.fulfillment_orders.as_slice());
        let Some([work]) = works else { return Err("one location should ship all of it".into()) };
        let work = work.id.0;
        let db = engine.store().db();
        let open = Template::of(db, shop.id.0, order, ids).await?;
        let shipped = engine.execute(shop, &world::merchant(), &goods::fulfilling(work)).await?;
        shipped.map_err(|refusal| format!("the fulfillment was refused: {refusal:?}"))?;
        let fulfilled = Template::of(db, shop.id.0, order, ids).await?;
        if engine.ids().draw().is_none_or(|last| last - ids.first >= DISTANCE) {
            return Err("an order takes more ids than were left between copies".into());
        }
        engine.close().await;
        let ground = Ground { database, url, folder, open, fulfilled, order, work, ids };
        ground.sql("UPDATE stock SET committed = ", goods::PROMISED).await?;
        Ok(ground)
    }

    /// The engine, with the options that the server has.
    pub async fn engine(&self) -> Outcome<Running> {
        start(&installation(self.folder.path(), &self.url)?).await
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The file, if it is SQLite's.
    pub fn file(&self) -> Option<PathBuf> {
        self.url.strip_prefix("sqlite:").map(PathBuf::from)
    }

    /// The ids of orders by the number of the copy.
    pub fn order_ids(&self) -> impl Fn(i64) -> i64 + Send + Sync + 'static {
        let (ids, order) = (self.ids, self.order);
        move |k| ids.of_copy(order, k)
    }

    /// The ids of fulfillment orders by the number of the copy.
    pub fn work_ids(&self) -> impl Fn(i64) -> i64 + Send + Sync + 'static {
        let (ids, work) = (self.ids, self.work);
        move |k| ids.of_copy(work, k)
    }

    /// How far the ids of two copies are apart.
    pub fn distance(&self) -> i64 {
        self.ids.distance
    }

    /// Loads copies of `template` and lets the database look at what it holds now.
    pub async fn load(&self, copies: Range<i64>, template: impl Fn(i64) -> Template + Send) -> Outcome<()> {
        // All copies of a chunk are made from the template of its place, which may alternate.
        let kinds = [template(0), template(1)];
        let began = std::time::Instant::now();
        let count = copies.end - copies.start;
        match self.file() {
            Some(file) => load_sqlite(&file, copies, &kinds)?,
            None => load_postgres(&self.url, copies, &kinds).await?,
        }
        eprintln!("  {count} orders loaded in {:.1} s", began.elapsed().as_secs_f64());
        Ok(())
    }

    async fn sql(&self, sql: &str, number: i64) -> Outcome<()> {
        let text = format!("{sql}{number}");
        match self.file() {
            Some(file) => rusqlite::Connection::open(file)?.execute_batch(&text)?,
            None => connect(&self.url).await?.batch_execute(&text).await?,
        }
        Ok(())
    }
}

fn installation(folder: &Path, url: &str) -> Outcome<Installation> {
    let at = Where { data: Some(folder.to_owned()), db: Some(url.to_owned()) };
    Ok(Installation::read(Purpose::Dev, None, &at, Vec::new()).map_err(|failure| failure.message)?)
}

async fn start(installation: &Installation) -> Outcome<Running> {
    let in_use = installation.open(Missing::Make).await.map_err(|failure| failure.message)?;
    let engine = installation.engine(&in_use.store).await.map_err(|failure| failure.message)?;
    let shop = in_use.store.shops().await?.into_iter().next().ok_or("there is no shop")?;
    Ok(Running { engine, shop: Arc::new(shop), _in_use: in_use })
}

/// A connection whose other half runs beside.
pub async fn connect(url: &str) -> Outcome<tokio_postgres::Client> {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

fn kind_of(k: i64, kinds: &[Template; 2]) -> &Template {
    &kinds[usize::from(k % 2 != 0)]
}

fn load_sqlite(file: &Path, copies: Range<i64>, kinds: &[Template; 2]) -> Outcome<()> {
    let connection = rusqlite::Connection::open(file)?;
    // Nothing is lost with a file that is made anew for every run.
    connection.execute_batch("PRAGMA synchronous = OFF; PRAGMA cache_size = -200000")?;
    let mut k = copies.start;
    while k < copies.end {
        connection.execute_batch("BEGIN IMMEDIATE")?;
        for k in k..copies.end.min(k + AT_ONCE) {
            let kind = kind_of(k, kinds);
            for (table, row) in kind.tables().zip(kind.copy(k)) {
                connection
                    .prepare_cached(&template::insert(table))?
                    .execute(rusqlite::params_from_iter(row))?;
            }
        }
        connection.execute_batch("COMMIT")?;
        k += AT_ONCE;
    }
    connection.execute_batch("ANALYZE; PRAGMA wal_checkpoint(TRUNCATE)")?;
    Ok(())
}

async fn load_postgres(url: &str, copies: Range<i64>, kinds: &[Template; 2]) -> Outcome<()> {
    let client = connect(url).await?;
    let mut k = copies.start;
    while k < copies.end {
        let end = copies.end.min(k + AT_ONCE);
        for (table, columns) in template::TABLES {
            let mut text = BytesMut::new();
            for k in k..end {
                let kind = kind_of(k, kinds);
                for (_, row) in kind.tables().zip(kind.copy(k)).filter(|((of, _), _)| *of == table) {
                    copy_line(&row, &mut text);
                }
            }
            let sink = client.copy_in(&format!("COPY {table} ({}) FROM STDIN", columns.join(", "))).await?;
            let mut sink = std::pin::pin!(sink);
            sink.send(text.freeze()).await?;
            sink.close().await?;
        }
        k = end;
    }
    // As after some time in business: rows are marked as visible, and the planner knows the tables.
    client.batch_execute("VACUUM ANALYZE").await?;
    client.batch_execute("CHECKPOINT").await?;
    Ok(())
}

fn copy_line(row: &[Value], text: &mut BytesMut) {
    for (i, value) in row.iter().enumerate() {
        if i > 0 {
            text.put_u8(b'\t');
        }
        match value {
            Value::Int(number) => text.put_slice(number.to_string().as_bytes()),
            Value::Null => text.put_slice(b"\\N"),
            Value::Text(plain) => {
                for byte in plain.bytes() {
                    match byte {
                        b'\\' => text.put_slice(b"\\\\"),
                        b'\t' => text.put_slice(b"\\t"),
                        b'\n' => text.put_slice(b"\\n"),
                        b'\r' => text.put_slice(b"\\r"),
                        other => text.put_u8(other),
                    }
                }
            }
        }
    }
    text.put_u8(b'\n');
}
