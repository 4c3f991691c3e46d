//! `import orders`: an [`OrderRecord`] a line, each a command of its own.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use domain::command::{Described, Fulfilled, Given, NewLine, Place};
use domain::id::{TransactionId, VariantId};
use domain::money::{Currency, Minor};
use domain::order::{Article, CancelReason, Discount, PaymentClaim, Placed, ShippingLine, TaxLine};
use domain::payment::{Transaction, TransactionKind, TransactionStatus};
use domain::time::Time;

use super::order_record::{LineRecord, NamedRecord, OrderRecord, TaxRecord};
use super::report::{Problem, Severity};
use super::{Context, Draft, Finds, Found, cell, number_in, unreadable};
use crate::failure::Failure;

/// The longest line. One that never ends must not fill the memory.
const LINE_BYTES: u64 = 4 << 20;

/// The orders in a file. `read` is raised by every byte read.
///
/// # Errors
/// [`Failure`] if the file can't be read.
pub fn orders(path: &Path, context: Context, read: Arc<AtomicU64>) -> Result<Finds, Failure> {
    let file = BufReader::new(File::open(path).map_err(|error| unreadable(path, error))?);
    Ok(Box::new(Lines { path: path.to_owned(), file, context, read, number: 0 }))
}

struct Lines {
    path: PathBuf,
    file: BufReader<File>,
    context: Context,
    read: Arc<AtomicU64>,
    number: u64,
}

impl Iterator for Lines {
    type Item = Result<Found, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let mut line = Vec::new();
            self.number += 1;
            match self.file.by_ref().take(LINE_BYTES).read_until(b'\n', &mut line) {
                Ok(0) => return None,
                Ok(got) => self.read.fetch_add(got as u64, Ordering::Relaxed),
                Err(error) => return Some(Err(unreadable(&self.path, error))),
            };
            if line.len() as u64 == LINE_BYTES && !line.ends_with(b"\n") {
                let what = format!("line {} has more than 4 MB", self.number);
                return Some(Err(unreadable(&self.path, what)));
            }
            let text = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&line).trim_ascii();
            if !text.is_empty() {
                return Some(Ok(found(self.number, text, &self.context)));
            }
        }
    }
}

fn found(row: u64, text: &[u8], context: &Context) -> Found {
    let problem = |order: Option<String>, wrong: Wrong| Problem {
        row,
        order: order.unwrap_or_default(),
        column: wrong.key,
        value: wrong.value,
        reason: wrong.reason,
        severity: Severity::Refused,
    };
    let record: OrderRecord = match serde_json::from_slice(text) {
        Ok(record) => record,
        Err(error) => return Found::Refused { rows: 1, problems: vec![problem(None, unread(&error))] },
    };
    let name = record.name.clone().or_else(|| record.id.clone());
    let left_from = record.fulfilled.as_ref().and_then(|fulfilled| fulfilled.location.clone());
    match place(record, context) {
        Ok(place) => {
            let (unsure, warnings) = (Vec::new(), Vec::new());
            Found::Order(Box::new(Draft { row, rows: 1, place, left_from, unsure, warnings }))
        }
        Err(wrong) => Found::Refused { rows: 1, problems: vec![problem(name, wrong)] },
    }
}

/// What is wrong with a record.
struct Wrong {
    key: String,
    value: String,
    reason: String,
}

fn wrong(key: &str, value: &str, reason: impl Into<String>) -> Wrong {
    Wrong { key: key.to_owned(), value: value.to_owned(), reason: reason.into() }
}

/// What the parser says, with the key that was probably meant.
fn unread(error: &serde_json::Error) -> Wrong {
    let text = error.to_string();
    let said = text.split(" at line ").next().unwrap_or(&text);
    let mut names = said.split('`').skip(1).step_by(2);
    if !said.starts_with("unknown field") {
        return wrong("", "", format!("is no order: {said}, in column {}", error.column()));
    }
    let unknown = names.next().unwrap_or_default();
    let near = names
        .map(|known| (strsim::jaro_winkler(unknown, known), known))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    let hint = near.map(|(_, known)| format!("; did you mean `{known}`?")).unwrap_or_default();
    wrong(unknown, "", format!("is a key that nobody knows{hint}"))
}

fn place(record: OrderRecord, context: &Context) -> Result<Place, Wrong> {
    let currency = match &record.currency {
        Some(code) => {
            Currency::parse(code).ok_or_else(|| wrong("currency", code, "is no ISO 4217 currency"))?
        }
        None => context.currency,
    };
    let placed_at = time("placed_at", &record.placed_at)?;
    let processed_at = placed_at.unwrap_or(context.now);
    let fulfilled = match record.fulfilled {
        Some(fulfilled) => Some(Fulfilled {
            location: None,
            at: time("fulfilled.at", &fulfilled.at)?.unwrap_or(processed_at),
            trackings: fulfilled.trackings.into_iter().map(Into::into).collect(),
            status: fulfilled.status,
        }),
        None => None,
    };
    let mut lines = Vec::with_capacity(record.lines.len());
    for (index, told) in record.lines.into_iter().enumerate() {
        let all_left = fulfilled.is_some();
        lines.push(line(told, currency, all_left).map_err(|mut wrong| {
            wrong.key = format!("lines[{index}].{}", wrong.key);
            wrong
        })?);
    }
    let mut shipping_lines = Vec::with_capacity(record.shipping.len());
    for told in record.shipping {
        shipping_lines.push(ShippingLine {
            title: told.title,
            code: told.code,
            source: told.source,
            price: amount("shipping.price", &told.price.unwrap_or_else(zero), currency)?,
            tax_lines: taxes(told.taxes, currency)?,
        });
    }
    let mut discounts = Vec::with_capacity(record.discounts.len());
    for told in record.discounts {
        let amount = amount("discounts.amount", &told.amount, currency)?;
        discounts.push(Discount { code: told.code, amount });
    }
    let mut transactions = Vec::with_capacity(record.transactions.len());
    for told in record.transactions {
        let kind = told.kind.unwrap_or(TransactionKind::Sale);
        let status = told.status.unwrap_or(TransactionStatus::Success);
        let amount = amount("transactions.amount", &told.amount, currency)?;
        let at = time("transactions.at", &told.at)?.unwrap_or(processed_at);
        let moved = Transaction::new(TransactionId(0), kind, status, amount, at);
        transactions.push(Transaction { gateway: told.gateway, ..moved });
    }
    let paid = record.paid.map(|paid| if paid { PaymentClaim::Paid } else { PaymentClaim::Pending });
    let cancelled = time("cancelled_at", &record.cancelled_at)?;
    Ok(Place {
        number: match record.number {
            Some(number) if number > 0 => number,
            Some(number) => return Err(wrong("number", &number.to_string(), "is no running number")),
            None => record.name.as_deref().and_then(number_in).unwrap_or(0),
        },
        name: record.name,
        placed: Placed {
            source_key: record.id,
            channel: Some(record.channel.unwrap_or_else(|| "import".to_owned())),
            app: None,
            test: record.test,
            currency,
            taxes_included: record.taxes_included,
            email: record.email,
            phone: record.phone,
            contact: None,
            custom_fields: Vec::new(),
            local_fields: Vec::new(),
            shipping_address: record.shipping_address.map(Into::into),
            billing_address: record.billing_address.map(Into::into),
            shipping_lines,
            tax_lines: taxes(record.taxes, currency)?,
            discounts,
            transactions,
            payment_claim: record.payment_status.or(paid),
            note: record.note,
            tags: record.tags,
            attributes: named(record.attributes),
            po_number: record.po_number,
            locale: record.locale,
            source_identifier: record.source_identifier,
            origin: None,
            processed_at,
            fulfill_at: time("fulfill_at", &record.fulfill_at)?,
            stock: record.when_out,
        },
        buyer: None,
        lines,
        reservation: None,
        created_at: time("created_at", &record.created_at)?.or(placed_at),
        closed_at: time("closed_at", &record.closed_at)?,
        fulfilled,
        cancelled: cancelled.map(|at| (at, record.cancel_reason.unwrap_or(CancelReason::Other))),
    })
}

fn line(told: LineRecord, currency: Currency, all_left: bool) -> Result<NewLine, Wrong> {
    let given = |given: bool| if given { Given::Yes } else { Given::No };
    let quantity = told.quantity;
    let fulfilled = told.fulfilled.unwrap_or(if all_left { quantity } else { 0 });
    if !(0..=quantity).contains(&fulfilled) {
        return Err(wrong("fulfilled", &fulfilled.to_string(), format!("is not between 0 and {quantity}")));
    }
    if fulfilled > 0 && !all_left {
        return Err(wrong("fulfilled", &fulfilled.to_string(), "left, but the order has no `fulfilled`"));
    }
    let described = Described {
        price: given(told.price.is_some()),
        requires_shipping: given(told.requires_shipping.is_some()),
        taxable: given(told.taxable.is_some()),
        weight: given(told.grams.is_some()),
    };
    let article = Article {
        variant: told.variant_id.map(VariantId),
        // An article that is nobody's is called by its SKU if it has no title; a variant's title comes later.
        title: told.title.unwrap_or_default(),
        variant_title: told.variant_title,
        sku: told.sku,
        vendor: told.vendor,
        unit_price: amount("price", &told.price.unwrap_or_else(zero), currency)?,
        discount: amount("discount", &told.discount.unwrap_or_else(zero), currency)?,
        tax_lines: taxes(told.taxes, currency)?,
        requires_shipping: told.requires_shipping.unwrap_or(true),
        gift_card: told.gift_card,
        taxable: told.taxable.unwrap_or(true),
        grams: told.grams.unwrap_or(0),
        properties: named(told.properties),
        ..Article::default()
    };
    Ok(NewLine { quantity, article, described, fulfilled })
}

fn zero() -> String {
    "0".to_owned()
}

fn amount(key: &str, text: &str, currency: Currency) -> Result<Minor, Wrong> {
    match cell::exact(text, currency) {
        Ok(amount) if amount < 0 => Err(wrong(key, text, "is below zero")),
        Ok(amount) => Ok(amount),
        Err(why) => Err(wrong(key, text, why)),
    }
}

fn time(key: &str, text: &Option<String>) -> Result<Option<Time>, Wrong> {
    let Some(text) = text else { return Ok(None) };
    let time = cell::moment(text).ok_or_else(|| wrong(key, text, "is no time like 2024-05-01T16:34:56Z"));
    time.map(Some)
}

fn taxes(told: Vec<TaxRecord>, currency: Currency) -> Result<Vec<TaxLine>, Wrong> {
    let tax = |told: TaxRecord| {
        let amount = amount("taxes.amount", &told.amount, currency)?;
        Ok(TaxLine { title: told.title, rate: told.rate.unwrap_or_else(zero), amount })
    };
    told.into_iter().map(tax).collect()
}

fn named(told: Vec<NamedRecord>) -> Vec<(String, String)> {
    told.into_iter().map(|named| (named.name, named.value)).collect()
}
