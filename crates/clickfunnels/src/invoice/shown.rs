//! An invoice as answers show it.

use domain::billing::{InvoiceStatus, seen, status};
use domain::invoice::{Invoice, InvoiceLine};
use domain::order::Order;
use domain::price::Terms;
use serde_json::{Value, json};

use crate::around::Around;
use crate::order::shown as orders;
use crate::{id, words};

/// An invoice with its lines and its order.
pub(crate) fn shown(order: &Order, invoice: &Invoice, around: &Around) -> Value {
    let now = around.now;
    let currency = order.placed.currency;
    let amounts = seen::amounts(order, invoice);
    let status = seen::status(order, invoice, now);
    let bill = invoice.bill.as_deref();
    // Somebody else's books don't tell what is left of it: all of it, as the original has it.
    let due = match order.billing.as_ref().is_none_or(|billing| billing.is_external()) {
        true => amounts.total,
        false => seen::due(order, invoice, now),
    };
    let fulfillment = words::invoice_fulfillment(status::invoice_fulfillment(order, invoice));
    let amount = |amount| words::amount(amount, currency);
    let lines: Vec<Value> = invoice.lines.iter().map(|of| line(around, order, invoice, of)).collect();
    json!({
        "id": invoice.id.0,
        "public_id": id::public(invoice.id.0),
        "order_id": order.id.0,
        "status": words::invoice(status),
        "due_amount": amount(due),
        "total_amount": amount(amounts.total),
        "subtotal_amount": amount(amounts.subtotal),
        "tax_amount": amount(amounts.tax),
        "shipping_amount": amount(amounts.shipping),
        "discount_amount": amount(amounts.discount),
        "currency": currency.code(),
        "issued_at": words::time(invoice.issued_at),
        "due_at": words::time_if(bill.and_then(|bill| bill.due_at)),
        "paid_at": words::time_if(seen::paid_at(order, invoice)),
        "invoice_type": seen::kind(invoice).as_str(),
        "invoice_number": seen::number(order, invoice),
        "fulfillment_status": fulfillment,
        "created_at": words::time(bill.map_or(invoice.issued_at, |bill| bill.created_at)),
        "updated_at": words::time(seen::updated_at(invoice)),
        "external_id": bill.and_then(|bill| bill.external_id.as_deref()),
        "payment_processor": orders::processor(order),
        "eligible_for_fulfillment": matches!(status, InvoiceStatus::Paid | InvoiceStatus::PartlyRefunded),
        "line_items": lines,
        "order": orders::base(order, around),
        "visits": orders::visits(),
    })
}

/// A line. All of its tax is in one place: who levies it isn't known.
fn line(around: &Around, order: &Order, invoice: &Invoice, line: &InvoiceLine) -> Value {
    let currency = order.placed.currency;
    let amounts = seen::line_amounts(order, line);
    let bill = line.bill.as_deref();
    let terms = bill.and_then(|bill| bill.terms.as_ref());
    let period = bill.and_then(|bill| bill.period);
    let fulfillment = status::line_fulfillment(order, line);
    let part = |amount| words::number(amount, currency);
    // Nothing is a rate of nothing; of any other amount the rate isn't known.
    let rate = if amounts.tax == 0 { Value::from(0.0) } else { Value::Null };
    let made = words::time(invoice.bill.as_ref().map_or(invoice.issued_at, |bill| bill.created_at));
    let price = bill.and_then(|bill| bill.price).zip(terms).map(|(id, terms)| price(id.0, terms));
    json!({
        "id": line.id.0,
        "public_id": id::public(line.id.0),
        "invoice_id": invoice.id.0,
        "external_id": bill.and_then(|bill| bill.external_id.as_deref()),
        "payment_type": terms.map(|terms| words::payment_type(&terms.recurrence)),
        "description": bill.and_then(|bill| bill.description.as_deref()),
        "quantity": line.quantity,
        "fulfillment_status": words::line_fulfillment(fulfillment, around.shop.line_word),
        "external_product_id": null,
        "discount_amount": part(amounts.discount),
        "state_tax_amount": part(amounts.tax),
        "county_tax_amount": part(0),
        "city_tax_amount": part(0),
        "district_tax_amount": part(0),
        "state_tax_rate": rate,
        "county_tax_rate": 0.0,
        "city_tax_rate": 0.0,
        "district_tax_rate": 0.0,
        "country_tax_jurisdiction": null,
        "state_tax_jurisdiction": null,
        "county_tax_jurisdiction": null,
        "city_tax_jurisdiction": null,
        "period_start_at": words::time_if(period.map(|period| period.starts_at)),
        "period_end_at": words::time_if(period.map(|period| period.ends_at)),
        "period_number": period.map(|period| period.number.to_string()),
        "created_at": made,
        "updated_at": made,
        "amount": words::amount(amounts.amount, currency),
        "products_price": price,
        "products_variant": variant(order, line),
    })
}

fn price(id: i64, terms: &Terms) -> Value {
    let cycle = terms.cycle();
    json!({
        "id": id,
        "public_id": id::public(id),
        "amount": words::amount(terms.amount, terms.currency),
        "currency": terms.currency.code().to_lowercase(),
        "duration": cycle.and_then(|cycle| cycle.periods).map(|periods| periods.to_string()),
        "interval": cycle.map(|cycle| words::interval(cycle.every.interval)),
        "interval_count": cycle.map(|cycle| cycle.every.count.to_string()),
    })
}

fn variant(order: &Order, line: &InvoiceLine) -> Option<Value> {
    let article = order.line(line.order_line).map(|line| &line.article);
    let bill = line.bill.as_deref();
    let id = bill.and_then(|bill| bill.variant).or(article.and_then(|article| article.variant))?;
    let product = bill.and_then(|bill| bill.product).or(article.and_then(|article| article.product));
    let name = bill.and_then(|bill| bill.variant_name.as_deref());
    let title = article.map(|article| article.variant_title.as_deref().unwrap_or(&article.title));
    let required = bill.is_none_or(|bill| bill.requires_fulfillment);
    Some(json!({
        "id": id.0,
        "public_id": id::public(id.0),
        "product_id": product.map_or(0, |product| product.0),
        "name": name.or(title).unwrap_or_default(),
        "description": null,
        "sku": article.and_then(|article| article.sku.as_deref()),
        "fulfillment_required": required,
    }))
}
