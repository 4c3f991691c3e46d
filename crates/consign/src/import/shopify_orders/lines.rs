//! Line items, and how much of them left.

use domain::command::{Described, Given, NewLine};
use domain::money::Currency;
use domain::order::Article;

use crate::import::cell::{self, Remarks};
use crate::import::rows::{Cell, Row};

/// What left of an order, or of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Left {
    Nothing,
    Some,
    All,
    /// It was taken back before it left.
    Restocked,
}

impl Left {
    /// What a cell says; `None` if it is refused.
    pub(super) fn of(cell: Cell<'_>, remarks: &mut Remarks) -> Option<Self> {
        match cell.text.to_ascii_lowercase().as_str() {
            "" | "pending" | "unfulfilled" | "null" => Some(Left::Nothing),
            "partial" | "partially_fulfilled" => Some(Left::Some),
            "fulfilled" => Some(Left::All),
            "restocked" => Some(Left::Restocked),
            _ => {
                remarks.refuse(cell, "is none of fulfilled, partial, pending, unfulfilled and restocked");
                None
            }
        }
    }
}

/// The lines of an order, and which of them, by index, left in part without anybody knowing how many units.
pub(super) fn lines(
    rows: &[Row],
    currency: Currency,
    order: Left,
    remarks: &mut Remarks,
) -> (Vec<NewLine>, Vec<usize>) {
    let (mut lines, mut unsure) = (Vec::with_capacity(rows.len()), Vec::new());
    for row in rows {
        let Some((line, sure)) = line(row, currency, order, remarks) else { continue };
        if !sure {
            unsure.push(lines.len());
        }
        lines.push(line);
    }
    (lines, unsure)
}

fn line(row: &Row, currency: Currency, order: Left, remarks: &mut Remarks) -> Option<(NewLine, bool)> {
    let (title, sku, quantity) =
        (row.cell("Lineitem name"), row.cell("Lineitem sku"), quantity(row, remarks)?);
    let Some(called) = cell::text(title) else {
        remarks.refuse(title, "is empty");
        return None;
    };
    let price = cell::amount(row.cell("Lineitem price"), currency, remarks);
    let discount =
        cell::amount(row.cell("Lineitem discount"), currency, remarks).unwrap_or(0).saturating_abs();
    let requires_shipping = cell::flag(row.cell("Lineitem requires shipping"), remarks);
    let taxable = cell::flag(row.cell("Lineitem taxable"), remarks);
    let status = row.cell("Lineitem fulfillment status");
    let left = if status.text.is_empty() { order } else { Left::of(status, remarks)? };
    let (fulfilled, sure) = units(left, quantity, status, remarks);
    let given = |given: bool| if given { Given::Yes } else { Given::No };
    let described = Described {
        price: given(price.is_some()),
        requires_shipping: given(requires_shipping.is_some()),
        taxable: given(taxable.is_some()),
        weight: Given::No,
    };
    let article = Article {
        title: called,
        sku: cell::text(sku),
        vendor: cell::text(row.cell("Vendor")),
        unit_price: price.unwrap_or(0),
        discount,
        requires_shipping: requires_shipping.unwrap_or(true),
        taxable: taxable.unwrap_or(true),
        ..Article::default()
    };
    Some((NewLine { quantity, article, described, fulfilled }, sure))
}

/// How many were asked for. `None` if the row is no line, is one that nothing is left of, or is refused.
fn quantity(row: &Row, remarks: &mut Remarks) -> Option<i64> {
    let cell = row.cell("Lineitem quantity");
    if cell.text.is_empty() && row.cell("Lineitem name").text.is_empty() {
        remarks.warn(row.cell("Lineitem name"), "is empty; a row without a line item was passed over");
        return None;
    }
    match cell.text.parse::<i64>() {
        Ok(0) => {
            remarks.warn(cell, "is zero: nothing of the line is asked for any more; it was left out");
            None
        }
        Ok(quantity) if quantity > 0 => Some(quantity),
        _ => {
            remarks.refuse(cell, "is no quantity");
            None
        }
    }
}

/// Units that left, and whether that is sure. Of a line that left in part, one did at least and one didn't at least.
fn units(left: Left, quantity: i64, status: Cell<'_>, remarks: &mut Remarks) -> (i64, bool) {
    match left {
        Left::All => (quantity, true),
        Left::Nothing | Left::Restocked => (0, true),
        Left::Some if status.text.is_empty() => {
            remarks.warn(status, "does not tell how much of the line left; taken as none, and held");
            (0, false)
        }
        Left::Some if quantity == 2 => (1, true),
        Left::Some if quantity == 1 => {
            remarks.warn(status, "can't be, one unit has no part; taken as not shipped, and held");
            (0, false)
        }
        Left::Some => {
            let reason =
                format!("does not tell how many of {quantity} left; taken as 1, and the rest is held");
            remarks.warn(status, reason);
            (1, false)
        }
    }
}
