//! An order in our own format.

use domain::money::{Currency, Minor, decimal};
use domain::order::{OrderLine, TaxLine};
use domain::time::Time;

use super::{Exported, timestamp};
use crate::import::number_in;
use crate::import::order_record::{
    DiscountRecord, FulfilledRecord, LineRecord, NamedRecord, OrderRecord, ShippingRecord, TaxRecord,
    TransactionRecord,
};
use crate::import::shop::Locations;

/// The record of an order.
pub fn of(exported: &Exported<'_>, locations: &Locations) -> OrderRecord {
    let (order, placed) = (exported.order, &exported.order.placed);
    let currency = placed.currency;
    let lines: Vec<LineRecord> =
        exported.lines().map(|(line, quantity)| line_record(exported, line, quantity, currency)).collect();
    let shipping = placed.shipping_lines.iter().map(|line| ShippingRecord {
        title: line.title.clone(),
        code: line.code.clone(),
        source: line.source.clone(),
        price: Some(decimal(line.price, currency)),
        taxes: taxes(&line.tax_lines, currency),
    });
    let transactions = placed.transactions.iter().map(|transaction| TransactionRecord {
        kind: Some(transaction.kind),
        status: Some(transaction.status),
        amount: decimal(transaction.amount, currency),
        gateway: transaction.gateway.clone(),
        at: Some(told(transaction.at)),
    });
    let discounts = placed.discounts.iter().map(|discount| DiscountRecord {
        code: discount.code.clone(),
        amount: decimal(discount.amount, currency),
    });
    OrderRecord {
        // Orders that came from nowhere else are named after their id here.
        id: Some(placed.source_key.clone().unwrap_or_else(|| format!("order:{}", order.id))),
        name: Some(order.name.clone()),
        number: Some(order.number).filter(|number| number_in(&order.name) != Some(*number)),
        placed_at: Some(told(placed.processed_at)),
        created_at: Some(order.created_at).filter(|at| *at != placed.processed_at).map(told),
        closed_at: order.closed_at.map(told),
        cancelled_at: order.cancelled.as_ref().map(|cancelled| told(cancelled.at)),
        cancel_reason: order.cancelled.as_ref().map(|cancelled| cancelled.reason),
        test: placed.test,
        currency: Some(currency.code().to_owned()),
        taxes_included: placed.taxes_included,
        email: placed.email.clone(),
        phone: placed.phone.clone(),
        channel: placed.channel.clone(),
        shipping_address: placed.shipping_address.clone().map(Into::into),
        billing_address: placed.billing_address.clone().map(Into::into),
        lines,
        shipping: shipping.collect(),
        taxes: taxes(&placed.tax_lines, currency),
        discounts: discounts.collect(),
        paid: None,
        payment_status: placed.payment_claim,
        transactions: transactions.collect(),
        fulfilled: fulfilled(exported, locations),
        fulfill_at: placed.fulfill_at.map(told),
        when_out: placed.stock,
        note: placed.note.clone(),
        tags: placed.tags.clone(),
        attributes: named(&placed.attributes),
        po_number: placed.po_number.clone(),
        locale: placed.locale.clone(),
        source_identifier: placed.source_identifier.clone(),
    }
}

fn line_record(exported: &Exported<'_>, line: &OrderLine, quantity: i64, currency: Currency) -> LineRecord {
    let article = &line.article;
    let left = exported.left(line.id);
    LineRecord {
        sku: article.sku.clone(),
        // Ids of variants mean nothing elsewhere; the SKU does.
        variant_id: None,
        title: Some(article.title.clone()),
        variant_title: article.variant_title.clone(),
        vendor: article.vendor.clone(),
        quantity,
        price: Some(decimal(article.unit_price, currency)),
        discount: Some(article.discount).filter(|off| *off != 0).map(|off| decimal(off, currency)),
        requires_shipping: Some(article.requires_shipping),
        taxable: Some(article.taxable),
        gift_card: article.gift_card,
        grams: Some(article.grams).filter(|grams| *grams != 0),
        // Only told where it isn't what it would be taken for.
        fulfilled: Some(left).filter(|left| exported.left_at().is_some() && *left != quantity),
        taxes: taxes(&article.tax_lines, currency),
        properties: named(&article.properties),
    }
}

fn fulfilled(exported: &Exported<'_>, locations: &Locations) -> Option<FulfilledRecord> {
    let at = exported.left_at()?;
    let all = &exported.fulfillments;
    let trackings = all.iter().flat_map(|fulfillment| &fulfillment.trackings);
    let latest = all.iter().filter_map(|fulfillment| fulfillment.latest_event());
    Some(FulfilledRecord {
        at: Some(told(at)),
        location: all.first().and_then(|first| locations.name(first.location)).map(str::to_owned),
        trackings: trackings.cloned().map(Into::into).collect(),
        status: latest.max_by_key(|event| event.happened_at).map(|event| event.status),
    })
}

fn told(time: Time) -> String {
    timestamp(time).to_string()
}

fn taxes(lines: &[TaxLine], currency: Currency) -> Vec<TaxRecord> {
    let amount = |amount: Minor| decimal(amount, currency);
    let tax = |line: &TaxLine| TaxRecord {
        title: line.title.clone(),
        rate: Some(line.rate.clone()),
        amount: amount(line.amount),
    };
    lines.iter().map(tax).collect()
}

fn named(values: &[(String, String)]) -> Vec<NamedRecord> {
    let named = |(name, value): &(String, String)| NamedRecord { name: name.clone(), value: value.clone() };
    values.iter().map(named).collect()
}
