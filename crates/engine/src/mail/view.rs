//! What a template may use, put into words: amounts with their currency, days in the shop's time zone. Whatever may be
//! missing is null and never left out, so that templates can ask for it.

use domain::address::Address;
use domain::billing::{bill, status as billing};
use domain::carrier;
use domain::contact::Contact;
use domain::fulfillment::Fulfillment;
use domain::id::{InvoiceId, OrderLineId};
use domain::money::{self, Minor};
use domain::order::Order;
use domain::snapshot::Shop;
use domain::status;
use domain::time::Time;
use serde_json::{Value, json};

use crate::downloads::Opened;

/// What a mail is about.
pub struct Seen<'a> {
    /// The shop.
    pub shop: &'a Shop,
    /// The order.
    pub order: Option<&'a Order>,
    /// The buyer.
    pub contact: Option<&'a Contact>,
    /// What left.
    pub parcel: Option<&'a Fulfillment>,
    /// The invoice.
    pub invoice: Option<InvoiceId>,
    /// What the buyer may use now.
    pub access: &'a [Opened],
}

impl Seen<'_> {
    /// Where the mail goes: what the order says comes first.
    pub fn address(&self) -> Option<&str> {
        let said = self.order.and_then(|order| order.placed.email.as_deref());
        let known = self.contact.and_then(|contact| contact.email.as_deref());
        [said, known].into_iter().flatten().find(|address| !address.trim().is_empty())
    }
}

/// The values of a template.
pub fn of(seen: &Seen<'_>) -> Value {
    let Seen { shop, order, .. } = seen;
    let email = shop.mail.address.as_deref().unwrap_or(&shop.email);
    let invoice = order.zip(seen.invoice).map(|(order, id)| invoice(shop, order, id));
    json!({
        "shop": { "name": shop.name, "email": filled(email), "domain": shop.domain },
        "buyer": buyer(seen),
        "order": order.map(|order| self::order(shop, order)),
        "parcel": order.zip(seen.parcel).map(|(order, parcel)| self::parcel(order, parcel)),
        "invoice": invoice.flatten(),
        "access": seen.access.iter().map(access).collect::<Vec<_>>(),
    })
}

fn filled(text: &str) -> Option<&str> {
    Some(text.trim()).filter(|text| !text.is_empty())
}

fn buyer(seen: &Seen<'_>) -> Value {
    let placed = seen.order.map(|order| &order.placed);
    let addresses = placed.into_iter().flat_map(|placed| [&placed.billing_address, &placed.shipping_address]);
    let address = addresses.flatten().next();
    let own = |of: fn(&Contact) -> &Option<String>| seen.contact.and_then(|contact| of(contact).as_deref());
    let first_name = own(|contact| &contact.first_name).or(address.and_then(|own| own.first_name.as_deref()));
    let last_name = own(|contact| &contact.last_name).or(address.and_then(|own| own.last_name.as_deref()));
    let name: Vec<&str> = [first_name, last_name].into_iter().flatten().filter_map(filled).collect();
    let name = name.join(" ");
    json!({ "name": filled(&name), "first_name": first_name.and_then(filled), "email": seen.address() })
}

fn order(shop: &Shop, order: &Order) -> Value {
    let totals = status::current_totals(order);
    let price = |amount: Minor| price(order, amount);
    let unless_zero = |amount: Minor| (amount != 0).then(|| price(amount));
    let placed = &order.placed;
    let ships_to =
        placed.shipping_address.as_ref().filter(|_| ships(order)).map(lines_of).unwrap_or_default();
    json!({
        "name": order.name,
        "number": order.number,
        "test": placed.test,
        "placed_on": day(shop, placed.processed_at),
        "note": placed.note,
        "lines": lines(order),
        "subtotal": price(totals.subtotal),
        "discount": unless_zero(totals.discounts),
        "shipping": unless_zero(totals.shipping),
        "tax": unless_zero(totals.tax),
        "total": price(totals.total),
        "ships_to": ships_to,
    })
}

fn ships(order: &Order) -> bool {
    order.lines.iter().any(|line| line.article.requires_shipping)
}

/// What was sold: of an order that is billed what its invoices say, else what is asked for now.
fn lines(order: &Order) -> Vec<Value> {
    if order.billing.is_none() {
        let lines = order.lines.iter().map(|line| (line, order.current_quantity(line.id)));
        let asked = lines.filter(|(_, quantity)| *quantity > 0);
        let row = |(line, quantity): (&domain::order::OrderLine, i64)| {
            let gross = line.article.unit_price.saturating_mul(quantity);
            article(order, line.id, quantity, Some(gross.saturating_sub(line.article.discount)))
        };
        return asked.map(row).collect();
    }
    let standing = order.invoices.iter().filter(|invoice| {
        invoice.bill.as_ref().is_some_and(|bill| bill.voided_at.is_none() && bill.abandoned_at.is_none())
    });
    let row = |line: &domain::invoice::InvoiceLine| {
        let amount = line.bill.as_ref().map(|bill| bill.amount.saturating_sub(bill.discount));
        article(order, line.order_line, line.quantity, amount)
    };
    standing.flat_map(|invoice| &invoice.lines).map(row).collect()
}

fn article(order: &Order, line: OrderLineId, quantity: i64, total: Option<Minor>) -> Value {
    let article = order.line(line).map(|line| &line.article);
    json!({
        "title": article.map_or("", |article| &article.title),
        "variant": article.and_then(|article| article.distinguishing_title()),
        "sku": article.and_then(|article| article.sku.as_deref()),
        "quantity": quantity,
        "total": total.map(|total| price(order, total)),
    })
}

fn parcel(order: &Order, parcel: &Fulfillment) -> Value {
    let to = order.placed.shipping_address.as_ref();
    let tracking = |known: &domain::fulfillment::Tracking| {
        let (country, zip) =
            (to.and_then(|to| to.country_code.as_deref()), to.and_then(|to| to.zip.as_deref()));
        let (company, number) = (known.company.as_deref(), known.number.as_deref());
        let found = carrier::resolve(company, number, known.url.as_deref(), country, zip);
        json!({ "company": found.company, "number": number, "url": found.url })
    };
    let own = parcel.shares.iter().filter(|share| share.order == order.id);
    let lines: Vec<Value> = own.map(|share| article(order, share.order_line, share.quantity, None)).collect();
    json!({
        "name": parcel.name,
        "message": parcel.message.as_deref().and_then(filled),
        "trackings": parcel.trackings.iter().map(tracking).collect::<Vec<_>>(),
        "lines": lines,
    })
}

fn invoice(shop: &Shop, order: &Order, id: InvoiceId) -> Option<Value> {
    let invoice = order.invoice(id)?;
    let own = invoice.bill.as_ref()?;
    let due = billing::due(invoice, &order.placed.transactions, order.updated_at);
    Some(json!({
        "number": own.number,
        "total": price(order, bill::amounts(invoice).total),
        "due": price(order, due),
        "retry_on": own.attempt_at.and_then(|at| day(shop, at)),
    }))
}

fn access(opened: &Opened) -> Value {
    json!({ "kind": opened.kind.as_str(), "name": opened.name, "url": opened.url })
}

fn lines_of(address: &Address) -> Vec<String> {
    let town: Vec<&str> = [&address.zip, &address.city].into_iter().flatten().map(String::as_str).collect();
    let (town, name) = (town.join(" "), address.name());
    let country = address.country.as_deref().or(address.country_code.as_deref());
    let street = [address.address1.as_deref(), address.address2.as_deref(), Some(town.as_str())];
    let lines = [name.as_deref(), address.company.as_deref()].into_iter().chain(street);
    let lines = lines.chain([address.province.as_deref(), country]);
    lines.flatten().filter_map(filled).map(str::to_owned).collect()
}

fn price(order: &Order, amount: Minor) -> String {
    let currency = order.placed.currency;
    format!("{} {currency}", money::decimal(amount, currency))
}

fn day(shop: &Shop, at: Time) -> Option<String> {
    let at = jiff::Timestamp::from_microsecond(at.0).ok()?;
    let zone = jiff::tz::TimeZone::get(&shop.time_zone).unwrap_or(jiff::tz::TimeZone::UTC);
    Some(at.to_zoned(zone).strftime("%-d %B %Y").to_string())
}
