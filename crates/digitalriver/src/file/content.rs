//! What stands in invoices and credit memos.

use domain::charging::Share;
use domain::id::{FulfillmentId, OrderLineId};
use domain::money::{Minor, allocate};
use domain::order::Order;
use domain::payment::{Transaction, TransactionKind, TransactionStatus};
use domain::snapshot::Shop;
use domain::time::Time;
use serde_json::Value;

use super::{File, Over};
use crate::document::{Document, Row};
use crate::{kept, words};

/// The captures of units that left with a fulfillment, without those that failed and were tried again.
fn captures(order: &Order, fulfillment: FulfillmentId) -> impl Iterator<Item = &Transaction> {
    let all = &order.placed.transactions;
    let again = |capture: &Transaction| {
        all.iter().any(|own| own.covers.as_ref().is_some_and(|covers| covers.instead_of == Some(capture.id)))
    };
    all.iter().filter(move |own| {
        let left_with = own.covers.as_ref().and_then(|covers| covers.fulfillment);
        own.kind == TransactionKind::Capture && left_with == Some(fulfillment) && !again(own)
    })
}

fn ended(own: &Transaction) -> Time {
    own.ended_at.unwrap_or(own.at)
}

/// The fulfillments whose money has come, and since when; oldest first.
pub(super) fn invoiced(order: &Order) -> Vec<(Over, Time)> {
    let mut seen: Vec<FulfillmentId> = Vec::new();
    for own in &order.placed.transactions {
        let left_with = own.covers.as_ref().and_then(|covers| covers.fulfillment);
        seen.extend(left_with.filter(|id| !seen.contains(id)));
    }
    let come = |id: &FulfillmentId| {
        let mut captures = captures(order, *id).peekable();
        captures.peek()?;
        let mut last = Time(0);
        for capture in captures {
            if capture.status != TransactionStatus::Success {
                return None;
            }
            last = last.max(ended(capture));
        }
        Some((Over::Invoice(*id), last))
    };
    let mut done: Vec<(Over, Time)> = seen.iter().filter_map(come).collect();
    done.sort_by_key(|(_, at)| *at);
    done
}

/// The refunds that went back, and since when; oldest first.
pub(super) fn credited(order: &Order) -> Vec<(Over, Time)> {
    let done = order.refunds.iter().filter_map(|refund| {
        let own = order.placed.transactions.iter().filter(|own| refund.transactions.contains(&own.id));
        let mut back = own.filter(|own| own.kind == TransactionKind::Refund).peekable();
        back.peek()?;
        let mut last = Time(0);
        for own in back {
            if own.status != TransactionStatus::Success {
                return None;
            }
            last = last.max(ended(own));
        }
        Some((Over::CreditMemo(refund.id), last))
    });
    let mut done: Vec<(Over, Time)> = done.collect();
    done.sort_by_key(|(_, at)| *at);
    done
}

/// What a file is called.
pub(super) fn title(file: &File<'_>) -> String {
    let kind = if matches!(file.over, Over::Invoice(_)) { "Invoice" } else { "Credit memo" };
    format!("{kind} {}-{}", file.order.name, file.number)
}

/// What stands in a file.
pub(super) fn document(shop: &Shop, file: &File<'_>) -> Document {
    let (order, placed) = (file.order, &file.order.placed);
    let rows = match file.over {
        Over::Invoice(fulfillment) => captures(order, fulfillment).map(|own| row(order, own)).collect(),
        Over::CreditMemo(refund) => {
            let refund = order.refunds.iter().find(|known| known.id == refund);
            let ids = refund.map(|refund| refund.transactions.as_slice()).unwrap_or_default();
            let own = placed.transactions.iter().filter(|own| ids.contains(&own.id));
            own.filter(|own| own.kind == TransactionKind::Refund).map(|own| row(order, own)).collect()
        }
    };
    let text = |value: Value| value.as_str().unwrap_or_default().to_owned();
    let mut head = vec![
        ("Date", text(words::time(file.at)).chars().take(10).collect()),
        ("Order", order.id.to_string()),
    ];
    head.extend(placed.po_number.clone().map(|number| ("Your order", number)));
    let numbers = kept::of(&placed.custom_fields);
    for number in numbers["taxIdentifiers"].as_array().into_iter().flatten() {
        head.extend(number["value"].as_str().map(|value| ("Your tax no.", value.to_owned())));
    }
    let mut notes = Vec::new();
    if placed.test {
        notes.push("This is a test: nothing was sold, and no money was moved.".to_owned());
    }
    Document {
        title: title(file),
        sender: [&shop.name, &shop.email].into_iter().filter(|line| !line.is_empty()).cloned().collect(),
        recipient: recipient(order),
        head,
        currency: placed.currency,
        rows,
        notes,
    }
}

/// A movement of money for units of a line: what of it is tax is worked out in proportion, so that it sums to what was
/// moved.
fn row(order: &Order, own: &Transaction) -> Row {
    let covers = own.covers.as_deref();
    let line = covers.map(|covers| covers.line);
    let share = line.and_then(|line| order.charging.as_ref()?.share(line));
    let (net, tax) = parts(own.amount, share);
    let quantity = covers.map(|covers| covers.quantity).filter(|quantity| *quantity > 0);
    Row { text: line.map_or_else(|| "Refund".to_owned(), |line| described(order, line)), quantity, net, tax }
}

/// An amount that was moved for a line, without its tax, and its tax.
fn parts(amount: Minor, share: Option<&Share>) -> (Minor, Minor) {
    let whole = share.map(|share| share.whole).unwrap_or_default();
    let tax = whole.tax.saturating_add(whole.shipping_tax).max(0);
    let net = whole.total().saturating_sub(tax).max(0);
    let parts = allocate(amount, &[net.unsigned_abs(), tax.unsigned_abs()]);
    (parts[0], parts[1])
}

fn described(order: &Order, line: OrderLineId) -> String {
    let Some(line) = order.lines.iter().find(|known| known.id == line) else { return line.to_string() };
    let article = &line.article;
    match article.sku.as_deref().filter(|sku| !sku.is_empty()) {
        Some(sku) => format!("{} ({sku})", article.title),
        None => article.title.clone(),
    }
}

fn recipient(order: &Order) -> Vec<String> {
    let placed = &order.placed;
    let mut lines = Vec::new();
    if let Some(address) = placed.billing_address.as_ref().or(placed.shipping_address.as_ref()) {
        let region = address.province_code.as_ref().or(address.province.as_ref());
        let joined = |parts: [Option<&String>; 3]| {
            let line = parts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" ");
            Some(line).filter(|line| !line.is_empty())
        };
        lines.extend(address.company.clone());
        lines.extend(address.name());
        lines.extend(address.address1.clone());
        lines.extend(address.address2.clone());
        lines.extend(joined([address.city.as_ref(), region, address.zip.as_ref()]));
        lines.extend(address.country_code.clone().or_else(|| address.country.clone()));
    }
    lines.extend(placed.email.clone());
    lines
}
