//! The bare driver: the rows that a work reads and writes, at the same durability, with no program around.
//!
//! Writes are only written; what the engine reads to decide is not read here, but for the order itself, without which
//! nobody can fulfil it. So this is a bound that no program reaches, not a program to be compared with.

mod postgres;
mod sqlite;

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use rand::RngExt as _;
use store::db::Value;

use crate::Outcome;
use crate::goods::{self, LINES, LOCATION};
use crate::ground::Ground;
use crate::measure::Measured;
use crate::options::{Span, Work};
use crate::template::{self, Template};

const SHOP: i64 = 1;

const READ_ORDER: [&str; 2] = [
    "SELECT order_id, version, body FROM orders WHERE shop_id = $1 AND order_id IN ($2)",
    "SELECT f.fulfillment_id, f.version, f.body FROM fulfillments_of_orders o \
     JOIN fulfillments f ON f.shop_id = o.shop_id AND f.fulfillment_id = o.fulfillment_id \
     WHERE o.shop_id = $1 AND f.shop_id = $1 AND o.order_id IN ($2) ORDER BY f.fulfillment_id",
];
const LIST_OPEN: &str = "SELECT o.order_id, o.version, o.body, w.fulfillment_order_id, w.fulfillment_order_id \
     FROM fulfillment_orders w JOIN orders o ON o.shop_id = w.shop_id AND o.order_id = w.order_id \
     WHERE w.shop_id = $1 AND o.shop_id = $1 AND w.location_id = $2 AND w.is_open = 1 \
     ORDER BY w.fulfillment_order_id LIMIT 51";
const READ_WORK: &str = "SELECT order_id, version, body FROM orders WHERE shop_id = $1 AND order_id IN \
     (SELECT order_id FROM fulfillment_orders WHERE shop_id = $1 AND fulfillment_order_id IN ($2))";
const STOCK: &str = "UPDATE stock SET on_hand = on_hand + $4, committed = committed + $5 \
     WHERE shop_id = $1 AND variant_id = $2 AND location_id = $3 AND on_hand + $4 - committed - $5 >= 0";

/// What is asked and written, the same for both drivers.
struct Plan {
    /// Queries, each with all of its values but the last.
    reads: Vec<&'static str>,
    /// Writes of a transaction, in order.
    writes: Vec<String>,
    rows: Vec<Template>,
    /// Change of the units in the shelves, and of those that are promised.
    stock: [i64; 2],
    /// What the last value of a query is, given the number of a copy.
    asked: Box<dyn Fn(i64) -> i64 + Send + Sync>,
    copies: Copies,
}

/// Which copies a work is done to.
enum Copies {
    /// One after the other, each once.
    Each(AtomicI64, i64),
    /// Any of those that were fulfilled, again and again.
    Fulfilled(Range<i64>),
}

impl Plan {
    fn of(ground: &Ground, work: Work, copies: Range<i64>) -> Plan {
        let each = Copies::Each(AtomicI64::new(copies.start), copies.end);
        let (new, changed) = ground.fulfilled.since(&ground.open);
        let order = ground.order_ids();
        let works = ground.work_ids();
        let nothing = Plan {
            reads: Vec::new(),
            writes: Vec::new(),
            rows: Vec::new(),
            stock: [0, 0],
            asked: Box::new(|_| LOCATION.0),
            copies: Copies::Fulfilled(copies),
        };
        match work {
            Work::CreateOrder => {
                let writes = ground.open.tables().map(template::insert);
                let writes = writes.chain([STOCK; LINES].map(str::to_owned)).collect();
                Plan { writes, rows: vec![ground.open.clone()], stock: [0, 2], copies: each, ..nothing }
            }
            Work::Fulfil => {
                let writes = changed.tables().map(template::update).chain(new.tables().map(template::insert));
                let writes = writes.chain([STOCK; LINES].map(str::to_owned)).collect();
                let (rows, stock) = (vec![changed, new], [-2, -2]);
                Plan { reads: vec![READ_WORK], writes, rows, stock, asked: Box::new(works), copies: each }
            }
            Work::ReadOrder => Plan { reads: READ_ORDER.to_vec(), asked: Box::new(order), ..nothing },
            Work::ListOpen => Plan { reads: vec![LIST_OPEN], ..nothing },
        }
    }

    /// The next copy, if there is one left.
    fn draw(&self) -> Option<i64> {
        match &self.copies {
            Copies::Each(next, end) => Some(next.fetch_add(1, Ordering::Relaxed)).filter(|k| k < end),
            Copies::Fulfilled(all) => Some(rand::rng().random_range(all.clone()) | 1),
        }
    }

    fn question(&self, k: i64) -> [Value; 2] {
        [SHOP.into(), (self.asked)(k).into()]
    }

    /// The values of `writes`.
    fn values(&self, k: i64) -> Vec<Vec<Value>> {
        let mut all: Vec<Vec<Value>> = self.rows.iter().flat_map(|rows| rows.copy(k)).collect();
        if !all.is_empty() {
            let [on_hand, promised] = self.stock;
            all.extend(goods::articles_of(k).map(|article| {
                vec![SHOP.into(), article.into(), LOCATION.0.into(), on_hand.into(), promised.into()]
            }));
        }
        all
    }
}

/// Measures a work on the bare driver, done to these copies.
pub async fn measure(ground: &Ground, work: Work, copies: Range<i64>, span: Span) -> Outcome<Measured> {
    let plan = Arc::new(Plan::of(ground, work, copies));
    match ground.file() {
        Some(file) => {
            let writes = matches!(work, Work::CreateOrder | Work::Fulfil);
            tokio::task::spawn_blocking(move || match writes {
                true => sqlite::write(&file, &plan, span),
                false => sqlite::read(&file, &plan, span),
            })
            .await?
        }
        None => postgres::measure(&ground.url, plan, span).await,
    }
}
