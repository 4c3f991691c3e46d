//! An order as rows of Shopify's orders export: a row a line item, what belongs to the whole order in the first.

use domain::address::Address;
use domain::money::{Minor, decimal};
use domain::order::{Order, OrderLine, PaymentClaim, TaxLine};
use domain::payment::{self, TransactionKind, TransactionStatus};
use domain::snapshot::Shop;
use domain::status;
use domain::time::Time;
use jiff::tz::TimeZone;

use super::{Exported, timestamp};
use crate::import::shopify_orders::KEY;

/// The columns, in their order.
pub const COLUMNS: [&str; 79] = [
    "Name",
    "Email",
    "Financial Status",
    "Paid at",
    "Fulfillment Status",
    "Fulfilled at",
    "Accepts Marketing",
    "Currency",
    "Subtotal",
    "Shipping",
    "Taxes",
    "Total",
    "Discount Code",
    "Discount Amount",
    "Shipping Method",
    "Created at",
    "Lineitem quantity",
    "Lineitem name",
    "Lineitem price",
    "Lineitem compare at price",
    "Lineitem sku",
    "Lineitem requires shipping",
    "Lineitem taxable",
    "Lineitem fulfillment status",
    "Billing Name",
    "Billing Street",
    "Billing Address1",
    "Billing Address2",
    "Billing Company",
    "Billing City",
    "Billing Zip",
    "Billing Province",
    "Billing Country",
    "Billing Phone",
    "Shipping Name",
    "Shipping Street",
    "Shipping Address1",
    "Shipping Address2",
    "Shipping Company",
    "Shipping City",
    "Shipping Zip",
    "Shipping Province",
    "Shipping Country",
    "Shipping Phone",
    "Notes",
    "Note Attributes",
    "Cancelled at",
    "Payment Method",
    "Payment Reference",
    "Refunded Amount",
    "Vendor",
    "Outstanding Balance",
    "Employee",
    "Location",
    "Device ID",
    "Id",
    "Tags",
    "Risk Level",
    "Source",
    "Lineitem discount",
    "Tax 1 Name",
    "Tax 1 Value",
    "Tax 2 Name",
    "Tax 2 Value",
    "Tax 3 Name",
    "Tax 3 Value",
    "Tax 4 Name",
    "Tax 4 Value",
    "Tax 5 Name",
    "Tax 5 Value",
    "Phone",
    "Receipt Number",
    "Duties",
    "Billing Province Name",
    "Shipping Province Name",
    "Payment ID",
    "Payment Terms Name",
    "Next Payment Due At",
    "Payment References",
];

/// How many taxes have columns of their own.
const TAXES: usize = 5;

/// A row in the making. Cells are set by the names of their columns.
struct Cells(Vec<String>);

impl Cells {
    fn new() -> Self {
        Self(vec![String::new(); COLUMNS.len()])
    }

    fn set(&mut self, column: &str, value: impl Into<String>) {
        let place = COLUMNS.iter().position(|name| *name == column);
        if let Some(cell) = place.and_then(|place| self.0.get_mut(place)) {
            *cell = harmless(value.into());
        }
    }

    fn set_some(&mut self, column: &str, value: &Option<String>) {
        if let Some(value) = value {
            self.set(column, value.as_str());
        }
    }
}

/// Spreadsheets run what begins like a formula, and buyers may write notes. A quote before it makes it text;
/// `import shopify-orders` takes it away again.
fn harmless(text: String) -> String {
    let amount = text.bytes().all(|byte| matches!(byte, b'-' | b'.' | b'0'..=b'9'));
    if text.starts_with(['=', '+', '-', '@']) && !amount { format!("'{text}") } else { text }
}

/// The rows of an order.
pub fn rows(exported: &Exported<'_>, shop: &Shop) -> Vec<Vec<String>> {
    let zone = TimeZone::get(&shop.time_zone).unwrap_or(TimeZone::UTC);
    let at = |time: Time| {
        let local = timestamp(time).to_zoned(zone.clone());
        local.strftime("%Y-%m-%d %H:%M:%S %z").to_string()
    };
    let lines = exported.lines().enumerate().map(|(index, (line, quantity))| {
        let mut cells = Cells::new();
        cells.set("Name", exported.order.name.as_str());
        if index == 0 {
            whole(exported, &mut cells, &at);
        }
        line_item(exported, line, quantity, &mut cells);
        cells.0
    });
    lines.collect()
}

fn whole(exported: &Exported<'_>, cells: &mut Cells, at: &dyn Fn(Time) -> String) {
    let (order, placed) = (exported.order, &exported.order.placed);
    let currency = placed.currency;
    let money = |amount: Minor| decimal(amount, currency);
    let totals = status::totals(order);
    cells.set_some("Email", &placed.email);
    cells.set("Currency", currency.code());
    cells.set("Subtotal", money(totals.subtotal));
    cells.set("Shipping", money(totals.shipping));
    cells.set("Taxes", money(totals.tax));
    cells.set("Total", money(totals.total));
    let codes: Vec<&str> = placed.discounts.iter().map(|discount| discount.code.as_str()).collect();
    cells.set("Discount Code", codes.join(", "));
    if !placed.discounts.is_empty() {
        cells.set("Discount Amount", money(placed.discounts.iter().map(|discount| discount.amount).sum()));
    }
    let methods: Vec<&str> = placed.shipping_lines.iter().map(|line| line.title.as_str()).collect();
    cells.set("Shipping Method", methods.join(", "));
    cells.set("Created at", at(placed.processed_at));
    cells.set("Fulfillment Status", how_far(exported));
    if let Some(left) = exported.left_at() {
        cells.set("Fulfilled at", at(left));
    }
    if let Some(cancelled) = &order.cancelled {
        cells.set("Cancelled at", at(cancelled.at));
    }
    paid(order, cells, at);
    address(&placed.billing_address, "Billing", cells);
    address(&placed.shipping_address, "Shipping", cells);
    cells.set_some("Notes", &placed.note);
    let attributes: Vec<String> =
        placed.attributes.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    cells.set("Note Attributes", attributes.join("\n"));
    cells.set("Tags", placed.tags.join(", "));
    cells.set_some("Source", &placed.channel);
    cells.set("Phone", placed.phone.as_deref().map(protected).unwrap_or_default());
    let told = placed.source_key.as_deref().and_then(|key| key.strip_prefix(KEY));
    let id = told.filter(|id| id.bytes().all(|digit| digit.is_ascii_digit()));
    cells.set("Id", id.map_or_else(|| order.id.to_string(), str::to_owned));
    for (index, tax) in taxes(order).iter().enumerate() {
        cells.set(&format!("Tax {} Name", index + 1), titled(tax));
        cells.set(&format!("Tax {} Value", index + 1), money(tax.amount));
    }
}

fn how_far(exported: &Exported<'_>) -> &'static str {
    let (mut all, mut any) = (true, false);
    for (line, quantity) in exported.lines() {
        let left = exported.left(line.id);
        all &= left >= quantity;
        any |= left > 0;
    }
    match (all, any) {
        (true, _) => "fulfilled",
        (false, true) => "partial",
        (false, false) => "unfulfilled",
    }
}

fn paid(order: &Order, cells: &mut Cells, at: &dyn Fn(Time) -> String) {
    let transactions = &order.placed.transactions;
    let balance = payment::balance(transactions);
    let money = |amount: Minor| decimal(amount, order.placed.currency);
    let claim = status::payment(order);
    cells.set("Financial Status", claim.as_str());
    let taken = |kind| matches!(kind, TransactionKind::Sale | TransactionKind::Capture);
    let first = transactions.iter().find(|t| t.status == TransactionStatus::Success && taken(t.kind));
    // Where nobody knows when, but that, it was paid: at once.
    let unknown = transactions.is_empty() && matches!(claim, PaymentClaim::Paid | PaymentClaim::Refunded);
    if let Some(time) = first.map(|first| first.at).or(unknown.then_some(order.placed.processed_at)) {
        cells.set("Paid at", at(time));
    }
    cells.set_some("Payment Method", &transactions.iter().find_map(|t| t.gateway.clone()));
    cells.set("Refunded Amount", money(balance.refunded));
    let open = match claim {
        PaymentClaim::Pending | PaymentClaim::Authorized | PaymentClaim::PartiallyPaid => {
            (status::totals(order).total - balance.captured).max(0)
        }
        _ => 0,
    };
    cells.set("Outstanding Balance", money(open));
}

fn address(address: &Option<Address>, which: &str, cells: &mut Cells) {
    let Some(address) = address else { return };
    let mut set = |column: &str, value: &Option<String>| cells.set_some(&format!("{which} {column}"), value);
    let street: Vec<&str> =
        [&address.address1, &address.address2].into_iter().flatten().map(String::as_str).collect();
    set("Name", &address.name());
    set("Street", &Some(street.join(", ")));
    set("Address1", &address.address1);
    set("Address2", &address.address2);
    set("Company", &address.company);
    set("City", &address.city);
    set("Zip", &address.zip.as_deref().map(protected));
    set("Province", &address.province_code);
    set("Province Name", &address.province);
    set("Country", &address.country_code.clone().or_else(|| address.country.clone()));
    set("Phone", &address.phone.as_deref().map(protected));
}

/// Spreadsheets take `01234` for the number 1234; a quote before it keeps them from it.
fn protected(text: &str) -> String {
    let number = text.bytes().all(|byte| byte.is_ascii_digit());
    if number && !text.is_empty() { format!("'{text}") } else { text.to_owned() }
}

fn line_item(exported: &Exported<'_>, line: &OrderLine, quantity: i64, cells: &mut Cells) {
    let (article, currency) = (&line.article, exported.order.placed.currency);
    cells.set("Lineitem quantity", quantity.to_string());
    let title = match &article.variant_title {
        Some(variant) => format!("{} - {variant}", article.title),
        None => article.title.clone(),
    };
    cells.set("Lineitem name", title);
    cells.set("Lineitem price", decimal(article.unit_price, currency));
    cells.set_some("Lineitem sku", &article.sku);
    cells.set("Lineitem requires shipping", article.requires_shipping.to_string());
    cells.set("Lineitem taxable", article.taxable.to_string());
    let left = exported.left(line.id);
    let status = if left >= quantity {
        "fulfilled"
    } else if left > 0 {
        "partial"
    } else {
        "pending"
    };
    cells.set("Lineitem fulfillment status", status);
    cells.set_some("Vendor", &article.vendor);
    cells.set("Lineitem discount", decimal(article.discount, currency));
}

/// Every tax of the order, those of one name and rate together; those that have no column of their own in the last.
fn taxes(order: &Order) -> Vec<TaxLine> {
    let placed = &order.placed;
    let on_lines = order.lines.iter().flat_map(|line| &line.article.tax_lines);
    let on_shipping = placed.shipping_lines.iter().flat_map(|line| &line.tax_lines);
    let mut sums: Vec<TaxLine> = Vec::new();
    for tax in placed.tax_lines.iter().chain(on_lines).chain(on_shipping) {
        match sums.iter_mut().find(|sum| sum.title == tax.title && sum.rate == tax.rate) {
            Some(sum) => sum.amount += tax.amount,
            None => sums.push(tax.clone()),
        }
    }
    if sums.len() > TAXES {
        let amount = sums.drain(TAXES - 1..).map(|tax| tax.amount).sum();
        sums.push(TaxLine { title: "Other taxes".to_owned(), rate: "0".to_owned(), amount });
    }
    sums
}

/// The name of a tax with its rate: `VAT 19%`.
fn titled(tax: &TaxLine) -> String {
    let (whole, fraction) = tax.rate.split_once('.').unwrap_or((&tax.rate, ""));
    let digits = format!("{whole}{fraction:0<2}");
    let (whole, fraction) = digits.split_at_checked(whole.len() + 2).unwrap_or((&digits, ""));
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    match (whole, fraction) {
        ("", "") => tax.title.clone(),
        (whole, "") => format!("{} {whole}%", tax.title),
        (whole, fraction) => {
            format!("{} {}.{fraction}%", tax.title, if whole.is_empty() { "0" } else { whole })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn taxes_are_named_with_their_rates() {
        let named = |rate: &str| titled(&TaxLine { title: "VAT".into(), rate: rate.into(), amount: 1 });
        assert_eq!(named("0.19"), "VAT 19%");
        assert_eq!(named("0.0625"), "VAT 6.25%");
        assert_eq!(named("0.005"), "VAT 0.5%");
        assert_eq!(named("0.1"), "VAT 10%");
        assert_eq!(named("1"), "VAT 100%");
        assert_eq!(named("0"), "VAT");
    }
}
