//! Shopify's orders export: 79 columns today, fewer in older files. A row a line item; what belongs to the order as
//! a whole stands in its first row only.
//!
//! Columns are found by name. What a column means is in `docs/import.md`; where the file leaves something open, the
//! choice is written there too and the report says so for every order that it concerns.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use domain::address::Address;
use domain::command::{Fulfilled, Place};
use domain::invoice::{Invoice, InvoiceLine};
use domain::money::Currency;
use domain::order::{CancelReason, Discount, Order, OrderLine, Placed, Routing, StockMode};
use domain::status;

use super::cell::{self, Remarks};
use super::groups::{Group, Groups};
use super::rows::{Row, Rows};
use super::{Context, Draft, Finds, Found, number_in};
use crate::failure::Failure;
use lines::Left;

mod lines;
mod money;

/// The columns without which a file is no orders export.
const NEEDED: &[&str] = &["Name", "Lineitem name", "Lineitem quantity"];

/// What stands before an order's id in its source key.
pub const KEY: &str = "shopify:";

/// The orders in a file. `read` is raised by every byte read.
///
/// # Errors
/// [`Failure`] if the file can't be read or is no orders export.
pub fn orders(path: &Path, context: Context, read: Arc<AtomicU64>) -> Result<Finds, Failure> {
    let rows = Rows::open(path, NEEDED, read)?;
    let mut told = false;
    let found = Groups::new(rows, "Name", "Id").map(move |group| {
        let group = group?;
        let tell = !told && group.rows.iter().any(|row| row.windows_1252);
        told |= tell;
        Ok(found(&group, &context, tell))
    });
    Ok(Box::new(found))
}

/// What a group of rows says. `tell` asks for a word about the encoding, which is enough once a file.
fn found(group: &Group, context: &Context, tell: bool) -> Found {
    let first = &group.rows[0];
    let mut remarks = Remarks { order: first.cell("Name").text.to_owned(), ..Remarks::default() };
    if tell {
        remarks.warn(first.cell("Name"), "is not in UTF-8; read as Windows-1252, here and wherever it is so");
    }
    let draft = draft(group, context, &mut remarks);
    match draft {
        Some(mut draft) if remarks.refusals.is_empty() => {
            draft.warnings = remarks.warnings;
            Found::Order(Box::new(draft))
        }
        _ => Found::Refused { rows: group.count, problems: remarks.refusals },
    }
}

fn draft(group: &Group, context: &Context, remarks: &mut Remarks) -> Option<Draft> {
    let (first, rows) = (&group.rows[0], &group.rows[..]);
    let name = first.cell("Name");
    if name.text.is_empty() {
        remarks.refuse(name, "is empty; every row names its order");
        return None;
    }
    if let Some(row) = group.before {
        remarks
            .refuse(name, format!("came up before, in row {row}; the rows of an order must stand together"));
        return None;
    }
    if group.count > rows.len() as u64 {
        remarks.refuse(name, format!("has {} rows, more than {} are not taken", group.count, rows.len()));
        return None;
    }
    for row in rows {
        if let Some((has, header)) = row.misshapen() {
            let cell = row.cell("Name");
            remarks.refuse(cell, format!("stands in a row of {has} cells, the header has {header}"));
        }
    }
    if !remarks.refusals.is_empty() {
        // Its cells stand in the wrong columns; nothing sensible can be said about them.
        return None;
    }
    let currency = currency(first, context, remarks);
    let paid_at = cell::time(first.cell("Paid at"), remarks);
    let fulfilled_at = cell::time(first.cell("Fulfilled at"), remarks);
    let mut cancelled_at = cell::time(first.cell("Cancelled at"), remarks);
    let created_at = cell::time(first.cell("Created at"), remarks).or(paid_at).unwrap_or_else(|| {
        remarks.warn(first.cell("Created at"), "is missing; the order counts as placed now");
        context.now
    });
    let left = Left::of(first.cell("Fulfillment Status"), remarks)?;
    let (lines, unsure) = lines::lines(rows, currency, left, remarks);
    if lines.is_empty() {
        if remarks.refusals.is_empty() {
            remarks.refuse(first.cell("Lineitem name"), "is in no row of the order; it asks for nothing");
        }
        return None;
    }
    if left == Left::Restocked && cancelled_at.is_none() {
        remarks.warn(first.cell("Fulfillment Status"), "went back to stock; taken as cancelled");
        cancelled_at = Some(paid_at.unwrap_or(created_at).max(created_at));
    }
    let fulfilled = lines.iter().any(|line| line.fulfilled > 0).then(|| Fulfilled {
        location: None,
        at: fulfilled_at.unwrap_or_else(|| {
            remarks.warn(first.cell("Fulfilled at"), "is missing; taken as shipped when it was placed");
            created_at
        }),
        trackings: Vec::new(),
        status: None,
    });
    let id = first.cell("Id").text;
    let key = if id.is_empty() { name.text } else { id };
    let (attributes, note) = (attributes(first, remarks), cell::text(first.cell("Notes")));
    let mut place = Place {
        name: Some(name.text.to_owned()),
        number: number_in(name.text).unwrap_or(0),
        placed: Placed {
            source_key: Some(format!("{KEY}{key}")),
            channel: Some(cell::text(first.cell("Source")).unwrap_or_else(|| "import".to_owned())),
            app: None,
            test: false,
            currency,
            taxes_included: false,
            email: cell::text(first.cell("Email")),
            phone: cell::unquoted(first.cell("Phone")),
            contact: None,
            custom_fields: Vec::new(),
            local_fields: Vec::new(),
            shipping_address: address(first, &SHIPPING),
            billing_address: address(first, &BILLING),
            shipping_lines: money::shipping(first, currency, remarks),
            tax_lines: money::taxes(first, currency, remarks),
            discounts: Vec::<Discount>::new(),
            transactions: Vec::new(),
            payment_claim: None,
            note,
            tags: tags(first),
            attributes,
            po_number: None,
            locale: None,
            source_identifier: None,
            origin: None,
            processed_at: created_at,
            fulfill_at: None,
            stock: StockMode::Wait,
        },
        buyer: None,
        lines,
        reservation: None,
        created_at: Some(created_at),
        closed_at: None,
        fulfilled,
        cancelled: cancelled_at.map(|at| (at, CancelReason::Other)),
    };
    money::settle(first, &mut place, paid_at.unwrap_or(created_at), remarks);
    if place.lines.iter().all(|line| line.fulfilled == line.quantity)
        && place.cancelled.is_none()
        && place.placed.payment_claim.is_some_and(money::is_settled)
    {
        // The file doesn't tell what was archived; there, what is shipped and paid is, unless somebody says otherwise.
        place.closed_at = place.fulfilled.as_ref().map(|fulfilled| fulfilled.at.max(created_at));
    }
    let rows = group.count;
    Some(Draft { row: first.number, rows, place, left_from: None, unsure, warnings: Vec::new() })
}

fn currency(first: &Row, context: &Context, remarks: &mut Remarks) -> Currency {
    let cell = first.cell("Currency");
    if cell.text.is_empty() {
        return context.currency;
    }
    Currency::parse(cell.text).unwrap_or_else(|| {
        remarks.refuse(cell, "is no ISO 4217 currency");
        context.currency
    })
}

/// `key: value` lines. A line without a colon goes on with the value before it.
fn attributes(first: &Row, remarks: &mut Remarks) -> Vec<(String, String)> {
    let cell = first.cell("Note Attributes");
    let text = cell::text(cell).unwrap_or_default();
    let mut attributes: Vec<(String, String)> = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        match (
            line.split_once(": ").or_else(|| line.trim_end().strip_suffix(':').map(|key| (key, ""))),
            attributes.last_mut(),
        ) {
            (Some((key, value)), _) => attributes.push((key.trim().to_owned(), value.trim_end().to_owned())),
            (None, Some((_, value))) => {
                value.push('\n');
                value.push_str(line.trim_end());
            }
            (None, None) => {
                remarks.warn(cell, "does not begin with `key: value`; kept as a key without a value");
                attributes.push((line.trim().to_owned(), String::new()));
            }
        }
    }
    attributes
}

fn tags(first: &Row) -> Vec<String> {
    let tags = cell::text(first.cell("Tags")).unwrap_or_default();
    let tags = tags.split(',').map(str::trim);
    tags.filter(|tag| !tag.is_empty()).map(str::to_owned).collect()
}

/// The columns of an address.
struct AddressColumns {
    name: &'static str,
    company: &'static str,
    street: &'static str,
    address1: &'static str,
    address2: &'static str,
    city: &'static str,
    zip: &'static str,
    province: &'static str,
    province_name: &'static str,
    country: &'static str,
    phone: &'static str,
}

macro_rules! columns {
    ($which:literal) => {
        AddressColumns {
            name: concat!($which, " Name"),
            company: concat!($which, " Company"),
            street: concat!($which, " Street"),
            address1: concat!($which, " Address1"),
            address2: concat!($which, " Address2"),
            city: concat!($which, " City"),
            zip: concat!($which, " Zip"),
            province: concat!($which, " Province"),
            province_name: concat!($which, " Province Name"),
            country: concat!($which, " Country"),
            phone: concat!($which, " Phone"),
        }
    };
}

const SHIPPING: AddressColumns = columns!("Shipping");
const BILLING: AddressColumns = columns!("Billing");

fn address(first: &Row, columns: &AddressColumns) -> Option<Address> {
    let text = |column| cell::text(first.cell(column));
    let (first_name, last_name) = match text(columns.name) {
        Some(name) => match name.rsplit_once(' ') {
            Some((given, family)) => (Some(given.trim_end().to_owned()), Some(family.to_owned())),
            None => (None, Some(name)),
        },
        None => (None, None),
    };
    let (country_code, country) = match text(columns.country) {
        Some(code) if code.len() == 2 => (Some(code.to_ascii_uppercase()), None),
        name => (None, name),
    };
    let address = Address {
        first_name,
        last_name,
        company: text(columns.company),
        address1: text(columns.address1).or_else(|| text(columns.street)),
        address2: text(columns.address2),
        city: text(columns.city),
        province: text(columns.province_name),
        province_code: text(columns.province),
        country,
        country_code,
        zip: cell::unquoted(first.cell(columns.zip)),
        phone: cell::unquoted(first.cell(columns.phone)),
    };
    (address != Address::default()).then_some(address)
}

/// The order as it would be, as far as money goes: with one invoice, since only what is sold is asked for.
fn priced(place: &Place) -> Order {
    let id = |index: usize| i64::try_from(index).unwrap_or(i64::MAX);
    let line = |(index, line): (usize, &domain::command::NewLine)| OrderLine {
        id: id(index).into(),
        quantity: line.quantity,
        article: line.article.clone(),
    };
    let sold = |(index, line): (usize, &domain::command::NewLine)| InvoiceLine {
        id: id(index).into(),
        order_line: id(index).into(),
        quantity: line.quantity,
        removed: 0,
        unasked: 0,
        adjusts: None,
        bill: None,
    };
    let invoice = Invoice {
        id: 0.into(),
        issued_at: place.placed.processed_at,
        lines: place.lines.iter().enumerate().map(sold).collect(),
        bill: None,
    };
    Order {
        id: 0.into(),
        number: place.number,
        name: String::new(),
        placed: place.placed.clone(),
        lines: place.lines.iter().enumerate().map(line).collect(),
        invoices: vec![invoice],
        billing: None,
        charging: None,
        fulfillment_orders: Vec::new(),
        refunds: Vec::new(),
        returns: Vec::new(),
        fulfillments_made: 0,
        routing: Routing::default(),
        cancelled: None,
        closed_at: None,
        redacted_at: None,
        created_at: place.placed.processed_at,
        updated_at: place.placed.processed_at,
        version: 0,
    }
}

/// What the order costs, by our own sum.
fn totals(place: &Place) -> status::Totals {
    status::totals(&priced(place))
}
