//! Shipping, taxes, discounts and payment: what the file says about money, and whether it adds up.

use domain::command::Place;
use domain::id::TransactionId;
use domain::money::{Currency, Minor, decimal};
use domain::order::{Discount, PaymentClaim, ShippingLine, TaxLine};
use domain::payment::{Transaction, TransactionKind, TransactionStatus};
use domain::status;
use domain::time::Time;

use super::{priced, totals};
use crate::import::cell::{self, Remarks, amount};
use crate::import::rows::Row;

const TAXES: [(&str, &str); 5] = [
    ("Tax 1 Name", "Tax 1 Value"),
    ("Tax 2 Name", "Tax 2 Value"),
    ("Tax 3 Name", "Tax 3 Value"),
    ("Tax 4 Name", "Tax 4 Value"),
    ("Tax 5 Name", "Tax 5 Value"),
];

pub(super) fn shipping(first: &Row, currency: Currency, remarks: &mut Remarks) -> Vec<ShippingLine> {
    let method = cell::text(first.cell("Shipping Method"));
    let price = amount(first.cell("Shipping"), currency, remarks).unwrap_or(0);
    if method.is_none() && price == 0 {
        return Vec::new();
    }
    let title = method.unwrap_or_else(|| "Shipping".to_owned());
    vec![ShippingLine { title, code: None, source: None, price, tax_lines: Vec::new() }]
}

pub(super) fn taxes(first: &Row, currency: Currency, remarks: &mut Remarks) -> Vec<TaxLine> {
    let mut lines = Vec::new();
    for (name, value) in TAXES {
        let (name, amount) = (first.cell(name).text, amount(first.cell(value), currency, remarks));
        if name.is_empty() && amount.is_none() {
            continue;
        }
        let (title, rate) = titled(name);
        lines.push(TaxLine { title, rate, amount: amount.unwrap_or(0) });
    }
    let cell = first.cell("Taxes");
    let (sum, all) = (lines.iter().map(|line| line.amount).sum::<Minor>(), amount(cell, currency, remarks));
    match all {
        Some(all) if all != 0 && lines.is_empty() => {
            lines.push(TaxLine { title: "Tax".to_owned(), rate: "0".to_owned(), amount: all });
        }
        Some(all) if all != sum => {
            remarks.warn(cell, format!("is not the sum of the single taxes, {}", decimal(sum, currency)));
        }
        _ => {}
    }
    lines
}

/// Title and rate of a tax from its name: `VAT 19%` is `VAT` at `0.19`.
fn titled(name: &str) -> (String, String) {
    let (title, percent) = match name.rsplit_once(' ') {
        Some((title, last)) => (title, last.strip_suffix('%')),
        None => ("Tax", name.strip_suffix('%')),
    };
    match percent.and_then(hundredth) {
        Some(rate) => (title.trim().to_owned(), rate),
        None => (name.to_owned(), "0".to_owned()),
    }
}

/// A hundredth of a decimal: `6.25` is `0.0625`.
fn hundredth(percent: &str) -> Option<String> {
    let (whole, fraction) = percent.split_once('.').unwrap_or((percent, ""));
    let plain = |part: &str| part.bytes().all(|digit| digit.is_ascii_digit());
    if whole.is_empty() || !plain(whole) || !plain(fraction) {
        return None;
    }
    let digits = format!("{whole:0>3}{fraction}");
    let (whole, fraction) = digits.split_at(digits.len() - fraction.len() - 2);
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    let whole = if whole.is_empty() { "0" } else { whole };
    Some(if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") })
}

/// Whether nothing more is to be paid.
pub(super) fn is_settled(claim: PaymentClaim) -> bool {
    matches!(claim, PaymentClaim::Paid | PaymentClaim::Refunded)
}

/// Discount, whether prices contain the taxes, and payment: what takes the whole order to tell.
pub(super) fn settle(first: &Row, place: &mut Place, paid_at: Time, remarks: &mut Remarks) {
    let currency = place.placed.currency;
    let told = amount(first.cell("Total"), currency, remarks);
    discount(first, place, remarks);
    if let Some(told) = told {
        let excluded = totals(place).total;
        place.placed.taxes_included = true;
        let included = totals(place).total;
        place.placed.taxes_included = included != excluded && included == told;
        if told != included && told != excluded {
            let mut reason = format!("is not what the order adds up to, {}", decimal(excluded, currency));
            let duties = amount(first.cell("Duties"), currency, remarks).unwrap_or(0);
            if duties != 0 {
                reason.push_str("; duties are not kept");
            }
            remarks.warn(first.cell("Total"), reason);
        }
    }
    let total = told.unwrap_or_else(|| totals(place).total);
    payment(first, place, total, paid_at, remarks);
}

/// The discount that is not in the lines. The file's amount contains those of the lines or not, depending on its
/// age; the subtotal tells.
fn discount(first: &Row, place: &mut Place, remarks: &mut Remarks) {
    let (currency, cell) = (place.placed.currency, first.cell("Discount Amount"));
    let told = amount(cell, currency, remarks).unwrap_or(0).saturating_abs();
    let code = cell::text(first.cell("Discount Code")).unwrap_or_default();
    if told == 0 && code.is_empty() {
        return;
    }
    let subtotal = amount(first.cell("Subtotal"), currency, remarks);
    let before = totals(place).subtotal;
    let in_lines: Minor = place.lines.iter().map(|line| line.article.discount).sum();
    let rest = (told - in_lines).max(0);
    let off = match subtotal {
        Some(subtotal) if before - told == subtotal => told,
        Some(subtotal) if before == subtotal && rest > 0 => {
            remarks
                .warn(cell, "is not taken off the subtotal, so it was for shipping; only its code is kept");
            0
        }
        _ => rest,
    };
    place.placed.discounts.push(Discount { code, amount: off });
}

fn payment(first: &Row, place: &mut Place, total: Minor, paid_at: Time, remarks: &mut Remarks) {
    let cell = first.cell("Financial Status");
    let claim = match cell.text.to_ascii_lowercase().as_str() {
        "" => return,
        "pending" | "unpaid" => PaymentClaim::Pending,
        "authorized" => PaymentClaim::Authorized,
        "partially_paid" => PaymentClaim::PartiallyPaid,
        "paid" => PaymentClaim::Paid,
        "partially_refunded" => PaymentClaim::PartiallyRefunded,
        "refunded" => PaymentClaim::Refunded,
        "voided" => PaymentClaim::Voided,
        "expired" => PaymentClaim::Expired,
        _ => {
            return remarks.refuse(
                cell,
                "is none of pending, authorized, partially_paid, paid, partially_refunded, refunded, voided and expired",
            );
        }
    };
    let currency = place.placed.currency;
    let refunded = amount(first.cell("Refunded Amount"), currency, remarks).unwrap_or(0);
    let outstanding = amount(first.cell("Outstanding Balance"), currency, remarks).unwrap_or(0);
    let gateway = cell::text(first.cell("Payment Method"));
    let moved = |kind, amount| Transaction {
        gateway: gateway.clone(),
        ..Transaction::new(TransactionId(0), kind, TransactionStatus::Success, amount, paid_at)
    };
    use TransactionKind::{Authorization, Refund, Sale, Void};
    let mut transactions = match claim {
        PaymentClaim::Pending | PaymentClaim::Expired => Vec::new(),
        PaymentClaim::Authorized => vec![moved(Authorization, total)],
        PaymentClaim::Voided => vec![moved(Authorization, total), moved(Void, total)],
        PaymentClaim::PartiallyPaid => vec![moved(Sale, total - outstanding)],
        PaymentClaim::Paid if refunded == 0 => vec![moved(Sale, total)],
        PaymentClaim::Paid | PaymentClaim::PartiallyRefunded => {
            vec![moved(Sale, total), moved(Refund, refunded)]
        }
        PaymentClaim::Refunded => {
            vec![moved(Sale, total), moved(Refund, if refunded > 0 { refunded } else { total })]
        }
    };
    transactions.retain(|transaction| transaction.amount > 0);
    place.placed.payment_claim = Some(claim);
    place.placed.transactions = transactions;
    if status::payment(&priced(place)) != claim {
        // What moved can't be told from the file: then its word holds.
        if total > 0 {
            remarks.warn(cell, "does not follow from the amounts; kept as said, without payments");
        }
        place.placed.transactions.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_stand_in_the_names_of_taxes() {
        let of = |name| titled(name);
        let is = |title: &str, rate: &str| (title.to_owned(), rate.to_owned());
        assert_eq!(of("VAT 19%"), is("VAT", "0.19"));
        assert_eq!(of("CA State Tax 6.25%"), is("CA State Tax", "0.0625"));
        assert_eq!(of("Canton 100%"), is("Canton", "1"));
        assert_eq!(of("7%"), is("Tax", "0.07"));
        assert_eq!(of("Reverse charge"), is("Reverse charge", "0"));
        assert_eq!(of("Odd 1,5%"), is("Odd 1,5%", "0"));
    }
}
