//! Rows of an order that the engine made, to be copied under other ids: what is loaded in bulk, and what the bare
//! driver writes, is then of the same size and shape as the real thing, and can be read by it.

use std::fmt::Write as _;

use store::db::{Db, Query, Row, Value};

use crate::{Outcome, goods};

/// Copies get ids from here on; the engine of a run draws far lower ones.
const FIRST: i64 = 2_000_000_000;
/// The number of the order that is copied, which has the articles number 0: no other number in its rows is equal.
pub const NUMBER: i64 = 700_000_001;

/// The tables of an order, and their columns, key first.
pub const TABLES: [(&str, &[&str]); 8] = [
    (
        "orders",
        &[
            "shop_id",
            "order_id",
            "version",
            "number",
            "name",
            "source_key",
            "email",
            "processed_at",
            "created_at",
            "updated_at",
            "state",
            "payment",
            "fulfillment",
            "test",
            "contact_id",
            "due_at",
            "ask_at",
            "subscription",
            "source_identifier",
            "route_at",
            "route_seen",
            "body",
        ],
    ),
    (
        "fulfillment_orders",
        &[
            "shop_id",
            "fulfillment_order_id",
            "order_id",
            "location_id",
            "service_id",
            "stage",
            "request",
            "is_open",
            "total",
            "remaining",
            "opens_at",
            "fulfill_by",
            "updated_at",
        ],
    ),
    (
        "invoices",
        &["shop_id", "invoice_id", "order_id", "number", "kind", "status", "external_id", "updated_at"],
    ),
    ("parts_of_orders", &["shop_id", "part_id", "order_id", "kind", "last_id"]),
    (
        "order_sorts",
        &[
            "shop_id",
            "order_id",
            "buyer",
            "destination",
            "payment",
            "fulfillment",
            "po_number",
            "units",
            "total",
            "current_total",
        ],
    ),
    ("events", &["shop_id", "event_id", "at", "order_id", "app_id", "dispatched", "body", "snapshot"]),
    ("fulfillments_of_orders", &["shop_id", "order_id", "fulfillment_id"]),
    (
        "fulfillments",
        &["shop_id", "fulfillment_id", "version", "live", "updated_at", "body", "untracked_by", "parcel"],
    ),
];

/// An `INSERT` of a row with these columns.
pub fn insert((table, columns): (&str, &[&str])) -> String {
    let places: Vec<String> = (1..=columns.len()).map(|n| format!("${n}")).collect();
    format!("INSERT INTO {table} ({}) VALUES ({})", columns.join(", "), places.join(", "))
}

/// An `UPDATE` by its key of a row with these columns.
pub fn update((table, columns): (&str, &[&str])) -> String {
    let set: Vec<String> =
        columns.iter().enumerate().skip(2).map(|(i, column)| format!("{column} = ${}", i + 1)).collect();
    let version = columns.iter().position(|column| table == "orders" && *column == "version");
    let guard = version.map(|i| format!(" AND version = ${} - 1", i + 1)).unwrap_or_default();
    format!("UPDATE {table} SET {} WHERE shop_id = $1 AND {} = $2{guard}", set.join(", "), columns[1])
}

/// The rows of one order, with holes where ids were.
#[derive(Clone)]
pub struct Template {
    rows: Vec<Line>,
    ids: Ids,
}

/// A row, or those of its cells that matter; the key comes first.
#[derive(Clone)]
struct Line {
    table: &'static str,
    columns: Vec<&'static str>,
    cells: Vec<Cell>,
}

/// Which ids belong to the order that is copied.
#[derive(Debug, Clone, Copy)]
pub struct Ids {
    /// The first of them.
    pub first: i64,
    /// How many there are between the first of one copy and of the next.
    pub distance: i64,
}

impl Ids {
    /// The id that copy number `k` has in the place of `original`.
    pub fn of_copy(&self, original: i64, k: i64) -> i64 {
        FIRST + k * self.distance + (original - self.first)
    }
}

#[derive(Clone, PartialEq)]
enum Cell {
    As(Value),
    Id(i64),
    Number,
    Text(Vec<Piece>),
}

#[derive(Clone, PartialEq)]
enum Piece {
    As(String),
    Id(i64),
    Number,
    /// One of the order's articles, by its place among them.
    Article(usize),
}

impl Template {
    /// The rows that the order has now.
    pub async fn of(db: &Db, shop: i64, order: i64, ids: Ids) -> Outcome<Template> {
        let mut rows = Vec::new();
        for (table, columns) in TABLES {
            let condition = match table {
                "fulfillments" => {
                    "fulfillment_id IN (SELECT fulfillment_id FROM fulfillments_of_orders \
                     WHERE shop_id = $1 AND order_id = $2)"
                }
                _ => "order_id = $2",
            };
            let sql = format!(
                "SELECT {} FROM {table} WHERE shop_id = $1 AND {condition} ORDER BY 1, 2",
                columns.join(", ")
            );
            let found = db.read(vec![Query::new(sql, vec![shop.into(), order.into()])]).await?;
            for row in found.into_iter().flatten() {
                let cells = (0..columns.len()).map(|i| cell(&row, i, ids)).collect::<Outcome<_>>()?;
                rows.push(Line { table, columns: columns.to_vec(), cells });
            }
        }
        Ok(Template { rows, ids })
    }

    /// The rows of `self` that are not in `earlier`, and of those that changed since the cells that did: (those new,
    /// those changed).
    pub fn since(&self, earlier: &Template) -> (Template, Template) {
        let (mut new, mut changed) = (Vec::new(), Vec::new());
        for line in &self.rows {
            let same = |old: &&Line| old.table == line.table && old.cells[..2] == line.cells[..2];
            let Some(old) = earlier.rows.iter().find(same) else {
                new.push(line.clone());
                continue;
            };
            let cells = line.columns.iter().zip(&line.cells).zip(&old.cells).enumerate();
            let (columns, cells): (Vec<_>, Vec<_>) = cells
                .filter(|(i, ((_, now), before))| *i < 2 || now != before)
                .map(|(_, ((column, now), _))| (*column, now.clone()))
                .unzip();
            if columns.len() > 2 {
                changed.push(Line { table: line.table, columns, cells });
            }
        }
        (Template { rows: new, ids: self.ids }, Template { rows: changed, ids: self.ids })
    }

    /// The same without its events, for tables that are only read as lists.
    pub fn without_events(mut self) -> Template {
        self.rows.retain(|line| line.table != "events");
        self
    }

    /// The tables and the columns of its rows, in order.
    pub fn tables(&self) -> impl Iterator<Item = (&'static str, &[&'static str])> {
        self.rows.iter().map(|line| (line.table, line.columns.as_slice()))
    }

    /// The rows of copy number `k`.
    pub fn copy(&self, k: i64) -> Vec<Vec<Value>> {
        let articles = goods::articles_of(k);
        let value = |cell: &Cell| match cell {
            Cell::As(value) => value.clone(),
            Cell::Id(id) => self.ids.of_copy(*id, k).into(),
            Cell::Number => (NUMBER + k).into(),
            Cell::Text(pieces) => {
                let mut text = String::with_capacity(4096);
                for piece in pieces {
                    // Writing to a string never fails.
                    let _ = match piece {
                        Piece::As(part) => write!(text, "{part}"),
                        Piece::Id(id) => write!(text, "{}", self.ids.of_copy(*id, k)),
                        Piece::Number => write!(text, "{}", NUMBER + k),
                        Piece::Article(i) => write!(text, "{}", articles[*i]),
                    };
                }
                text.into()
            }
        };
        self.rows.iter().map(|line| line.cells.iter().map(value).collect()).collect()
    }
}

fn cell(row: &Row, i: usize, ids: Ids) -> Outcome<Cell> {
    if let Ok(number) = row.opt_int(i) {
        return Ok(match number {
            None => Cell::As(Value::Null),
            Some(NUMBER) => Cell::Number,
            Some(id) if is_own(id, ids) => Cell::Id(id),
            Some(other) => Cell::As(other.into()),
        });
    }
    Ok(Cell::Text(pieces(row.text(i)?, ids)))
}

fn is_own(id: i64, ids: Ids) -> bool {
    (ids.first..ids.first + ids.distance).contains(&id)
}

fn pieces(text: &str, ids: Ids) -> Vec<Piece> {
    let mut found = Vec::new();
    let mut literal = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let end =
            rest[start..].find(|c: char| !c.is_ascii_digit()).map_or(rest.len(), |length| start + length);
        literal.push_str(&rest[..start]);
        let piece = match rest[start..end].parse() {
            Ok(NUMBER) => Some(Piece::Number),
            Ok(id) if is_own(id, ids) => Some(Piece::Id(id)),
            Ok(id) => goods::articles_of(0).iter().position(|article| *article == id).map(Piece::Article),
            Err(_) => None,
        };
        match piece {
            Some(piece) => found.extend([Piece::As(std::mem::take(&mut literal)), piece]),
            None => literal.push_str(&rest[start..end]),
        }
        rest = &rest[end..];
    }
    literal.push_str(rest);
    found.push(Piece::As(literal));
    found
}
