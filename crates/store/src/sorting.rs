//! What orders can be sorted by besides their times and numbers: a row beside the order, derived from its body like
//! every index row.
//!
//! The row stands in a table of its own, since an order is written at every step of its work, and what is sorted by
//! changes a few times in its life: its indexes are touched then, and only then.

use std::fmt::Write as _;

use domain::address::Address;
use domain::money::Minor;
use domain::order::Order;
use domain::status;
use icu_normalizer::DecomposingNormalizer;

use crate::db::Value;
use crate::index::{Change, IndexRow, Table};

/// How many bytes of a text are compared at the most; what is alike so far is sorted by id.
const COMPARED: usize = 60;
/// How many decimals amounts are compared with; no currency has more.
const DECIMALS: u32 = 4;

/// The row of `order_sorts` for an order.
pub(crate) fn sort_rows(order: &Order) -> Vec<IndexRow> {
    let units = order.lines.iter().fold(0, |sum: i64, line| sum.saturating_add(line.quantity));
    let text = |text: Option<&str>| Value::from(letters(text.unwrap_or_default()));
    let amount = |amount: Minor| {
        let missing = DECIMALS.saturating_sub(order.placed.currency.exponent());
        Value::from(amount.saturating_mul(10_i64.pow(missing)))
    };
    vec![IndexRow {
        id: order.id.0,
        values: vec![
            text(buyer(order).as_deref()),
            text(order.placed.shipping_address.as_ref().map(destination).as_deref()),
            text(status::told_payment(order).map(|payment| payment.as_str())),
            text(Some(status::fulfillment(order).as_str())),
            text(order.placed.po_number.as_deref()),
            units.into(),
            amount(status::totals(order).total),
            amount(status::current_totals(order).total),
        ],
    }]
}

/// What an order says of whose it is. Contacts may be renamed, and go; an order keeps what it was told.
fn buyer(order: &Order) -> Option<String> {
    let placed = &order.placed;
    let named = |address: &Option<Address>| address.as_ref().and_then(Address::name);
    named(&placed.billing_address)
        .or_else(|| named(&placed.shipping_address))
        .or_else(|| placed.email.clone())
}

/// From the large to the small: country, region, city, postal code.
fn destination(address: &Address) -> String {
    let parts = [
        address.country_code.as_deref().or(address.country.as_deref()),
        address.province_code.as_deref().or(address.province.as_deref()),
        address.city.as_deref(),
        address.zip.as_deref(),
    ];
    // Below every letter, so that a short name stands before a longer one that begins with it.
    parts.map(Option::unwrap_or_default).join("\u{1}")
}

/// A text as it is sorted: neither case nor accents count. In hexadecimal, which has the same order in every database.
fn letters(text: &str) -> String {
    let plain = DecomposingNormalizer::new_nfd().normalize(text.trim()).to_lowercase();
    let plain: String = plain.chars().filter(|letter| !('\u{300}'..='\u{36f}').contains(letter)).collect();
    plain.bytes().take(COMPARED).fold(String::with_capacity(2 * COMPARED), |mut hex, byte| {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

pub(crate) const ORDER_SORTS: Table = Table {
    name: "order_sorts",
    columns: &[
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
    change: Change::Upsert,
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_case_nor_accents_nor_the_database_decide_what_comes_first() {
        let mut names = ["Zoë", "ébène", "Ebel", "Ärger", "arg", "Łódź", "zoe 2", " Eb", "10", "9", ""];
        names.sort_by_key(|name| letters(name));
        assert_eq!(names, ["", "10", "9", "arg", "Ärger", " Eb", "Ebel", "ébène", "Zoë", "zoe 2", "Łódź"]);
        assert_eq!(letters("Zoë"), letters(" ZOE "));
    }

    #[test]
    fn a_long_text_is_cut() {
        assert_eq!(letters(&"ß".repeat(100)).len(), 2 * COMPARED);
    }
}
