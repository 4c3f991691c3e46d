//! Orders on their way out, page by page: never more than a page is in memory.
//!
//! Two forms: [`record`] is our own, which loses nothing that `import orders` can take; [`shopify_csv`] is the sheet
//! that Shopify writes and many programs read. Units that were given up are left out of both; several fulfillments
//! of an order become one.

use std::io::Write;
use std::sync::Arc;

use domain::fulfillment::Fulfillment;
use domain::id::OrderLineId;
use domain::order::{Order, OrderLine};
use domain::snapshot::Shop;
use domain::time::Time;
use jiff::Timestamp;
use store::{OrderSort, Page, Store};

use crate::failure::{Exit, Failure};
use crate::import::shop::Locations;

pub mod record;
pub mod shopify_csv;

/// How many orders are read at once.
const PAGE: u32 = 200;

/// An order with what left of it.
pub struct Exported<'a> {
    /// The order.
    pub order: &'a Order,
    /// Its fulfillments that were not called off, oldest first.
    pub fulfillments: Vec<&'a Fulfillment>,
}

/// A form that orders can be written in.
pub enum Form<W: Write> {
    /// A JSON object a line.
    Jsonl(W),
    /// The sheet of 79 columns.
    Csv(Box<csv::Writer<W>>),
}

/// Writes every order of a shop, oldest id first; answers how many.
///
/// # Errors
/// [`Failure`] if the database is away or the output can't be written.
pub async fn orders<W: Write>(store: &Store, shop: &Arc<Shop>, mut form: Form<W>) -> Result<u64, Failure> {
    let locations = Locations::of(store, shop.id).await?;
    if let Form::Csv(sheet) = &mut form {
        sheet.write_record(shopify_csv::COLUMNS).map_err(unwritable)?;
    }
    let (mut page, mut written) = (Page { limit: PAGE, ..Page::default() }, 0);
    loop {
        let rows = store.orders(shop.id, &[], OrderSort::Id, &page).await?;
        let Some((last, key)) = rows.last() else { break };
        page.after = Some((key.clone(), last.id.0));
        let ids: Vec<_> = rows.iter().map(|(order, _)| order.id).collect();
        let fulfillments = store.fulfillments_of_orders(shop.id, &ids).await?;
        for (order, _) in &rows {
            let of_it = |f: &&Arc<Fulfillment>| f.is_live() && f.shares.iter().any(|s| s.order == order.id);
            let fulfillments = fulfillments.iter().filter(of_it).map(|f| &**f).collect();
            let exported = Exported { order, fulfillments };
            if exported.lines().next().is_none() {
                continue;
            }
            match &mut form {
                Form::Jsonl(out) => {
                    let record = record::of(&exported, &locations);
                    serde_json::to_writer(&mut *out, &record).map_err(unwritable)?;
                    out.write_all(b"\n")?;
                }
                Form::Csv(sheet) => {
                    for row in shopify_csv::rows(&exported, shop) {
                        sheet.write_record(&row).map_err(unwritable)?;
                    }
                }
            }
            written += 1;
        }
    }
    match form {
        Form::Jsonl(mut out) => out.flush()?,
        Form::Csv(mut sheet) => sheet.flush()?,
    }
    Ok(written)
}

fn unwritable(error: impl std::fmt::Display) -> Failure {
    Failure::new(Exit::Error, format!("cannot write orders: {error}"))
}

impl Exported<'_> {
    /// Lines with their quantities: what is asked for now, or what was, of an order that was called off.
    fn lines(&self) -> impl Iterator<Item = (&OrderLine, i64)> {
        let quantity = |line: &OrderLine| match self.order.cancelled {
            Some(_) => line.quantity,
            None => self.order.current_quantity(line.id),
        };
        self.order.lines.iter().map(move |line| (line, quantity(line))).filter(|(_, quantity)| *quantity > 0)
    }

    /// Units of a line that left.
    fn left(&self, line: OrderLineId) -> i64 {
        self.order.fulfilled_quantity(line)
    }

    /// When the first of it left; `None` if nothing did.
    fn left_at(&self) -> Option<Time> {
        let any = self.order.lines.iter().any(|line| self.left(line.id) > 0);
        let first = self.fulfillments.iter().map(|fulfillment| fulfillment.created_at).min();
        any.then(|| first.unwrap_or(self.order.placed.processed_at))
    }
}

/// A time that jiff knows; the domain's reach a little further than its.
fn timestamp(time: Time) -> Timestamp {
    Timestamp::from_microsecond(time.0).unwrap_or(if time.0 < 0 { Timestamp::MIN } else { Timestamp::MAX })
}
