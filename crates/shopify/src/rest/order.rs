//! The REST-shaped order that `orders/*` tell.

use domain::fulfillment::Fulfillment;
use domain::order::{Discount, Order, ShippingLine};
use domain::status::{self, FulfillmentStatus, Totals};
use serde_json::{Value, json};

use super::form::{self, price, price_set};
use super::{Around, fulfillment, line, refund};
use crate::id::gid;
use crate::words;

/// Members that receivers may look for, of things that this server doesn't have.
const NEVER: [&str; 21] = [
    "app_id",
    "browser_ip",
    "cart_token",
    "checkout_id",
    "checkout_token",
    "client_details",
    "current_total_additional_fees_set",
    "current_total_duties_set",
    "customer",
    "device_id",
    "landing_site",
    "landing_site_ref",
    "location_id",
    "merchant_business_entity_id",
    "merchant_of_record_app_id",
    "order_status_url",
    "original_total_additional_fees_set",
    "original_total_duties_set",
    "payment_terms",
    "reference",
    "token",
];

/// An order with its fulfillments, which are found among these.
pub(crate) fn order<'f>(
    around: &Around<'_>,
    order: &Order,
    fulfillments: impl IntoIterator<Item = &'f Fulfillment>,
) -> Value {
    let never = NEVER.iter().map(|name| ((*name).to_owned(), Value::Null)).collect();
    let own = |left: &&Fulfillment| left.shares.iter().any(|share| share.order == order.id);
    let own = fulfillments.into_iter().filter(own);
    let left = own.map(|left| fulfillment::fulfillment(around, order, left)).collect();
    form::joined([
        identity(around, order),
        standing(around, order),
        amounts(order),
        contents(around, order, left),
        never,
    ])
}

fn identity(around: &Around<'_>, order: &Order) -> Value {
    let placed = &order.placed;
    let origin = placed.origin.as_deref();
    let company = origin.and_then(|origin| origin.company_location.as_deref());
    json!({
        "id": order.id.0,
        "admin_graphql_api_id": gid("Order", order.id.0),
        "name": order.name,
        // The count starts a thousand below the number that people see.
        "number": order.number - 1_000,
        "order_number": order.number,
        "confirmation_number": crate::order::confirmation(order.id.0),
        "email": placed.email,
        "contact_email": placed.email,
        "phone": placed.phone,
        "customer_locale": placed.locale,
        "note": placed.note,
        "note_attributes": form::attributes(&placed.attributes),
        "tags": placed.tags.join(", "),
        "po_number": placed.po_number,
        "source_name": placed.channel,
        "source_identifier": placed.source_identifier,
        "source_url": origin.map(|origin| &origin.url),
        "referring_site": origin.map(|origin| &origin.referrer),
        "user_id": origin.and_then(|origin| origin.staff.as_deref()).map(crate::id::number),
        // Only the branch is told by whoever sends an order.
        "company": company.map(|branch| json!({ "id": null, "location_id": crate::id::number(branch) })),
        "test": placed.test,
        "created_at": form::time(around.shop, order.created_at),
        "processed_at": form::time(around.shop, placed.processed_at),
        "updated_at": form::time(around.shop, order.updated_at),
    })
}

/// Where the order stands.
fn standing(around: &Around<'_>, order: &Order) -> Value {
    let cancelled = order.cancelled.as_ref();
    let fulfilled = match status::fulfillment(order) {
        FulfillmentStatus::Fulfilled => Some("fulfilled"),
        FulfillmentStatus::PartiallyFulfilled => Some("partial"),
        _ => None,
    };
    json!({
        "buyer_accepts_marketing": false,
        "cancel_reason": cancelled.map(|why| words::cancel_reason(why.reason).to_lowercase()),
        "cancelled_at": form::maybe_time(around.shop, cancelled.map(|why| why.at)),
        "closed_at": form::maybe_time(around.shop, order.closed_at),
        "confirmed": order.routing.waiting.is_empty(),
        "duties_included": false,
        "estimated_taxes": false,
        "financial_status": status::told_payment(order).map(|claim| words::payment(claim).to_lowercase()),
        "fulfillment_status": fulfilled,
        "tax_exempt": false,
        "taxes_included": order.placed.taxes_included,
    })
}

fn amounts(order: &Order) -> Value {
    let Totals { subtotal, discounts, shipping, tax, total } = status::totals(order);
    let currency = order.placed.currency;
    let gross = subtotal.saturating_add(discounts);
    let now = status::current_totals(order);
    let mut all = serde_json::Map::new();
    for (name, amount) in [
        ("current_subtotal_price", now.subtotal),
        ("current_total_discounts", now.discounts),
        ("current_total_price", now.total),
        ("current_total_tax", now.tax),
        ("subtotal_price", subtotal),
        ("total_discounts", discounts),
        ("total_line_items_price", gross),
        ("total_price", total),
        ("total_tax", tax),
    ] {
        all.insert(name.to_owned(), price(amount, currency));
        all.insert(format!("{name}_set"), price_set(amount, currency));
    }
    let rest = json!({
        "currency": currency.code(),
        "presentment_currency": currency.code(),
        "current_shipping_price_set": price_set(now.shipping, currency),
        "total_shipping_price_set": price_set(shipping, currency),
        "total_cash_rounding_payment_adjustment_set": price_set(0, currency),
        "total_cash_rounding_refund_adjustment_set": price_set(0, currency),
        "total_outstanding": price(status::outstanding(order), currency),
        "total_tip_received": price(0, currency),
    });
    form::joined([Value::Object(all), rest])
}

fn contents(around: &Around<'_>, order: &Order, fulfillments: Value) -> Value {
    let placed = &order.placed;
    let grams = order.lines.iter().map(|line| line.article.grams.saturating_mul(line.quantity));
    let gateways: std::collections::BTreeSet<&str> =
        placed.transactions.iter().filter_map(|transaction| transaction.gateway.as_deref()).collect();
    let lines = order.lines.iter().map(|item| line::line(order, item, item.quantity, around.services));
    let shipping = placed.shipping_lines.iter().enumerate();
    json!({
        "billing_address": form::maybe_address(&placed.billing_address),
        "shipping_address": form::maybe_address(&placed.shipping_address),
        "discount_codes": placed.discounts.iter().map(|code| discount_code(code, order)).collect::<Value>(),
        "discount_applications": placed.discounts.iter().map(|code| discount(code, order)).collect::<Value>(),
        "fulfillments": fulfillments,
        "line_item_groups": [],
        "line_items": lines.collect::<Value>(),
        "payment_gateway_names": gateways,
        "refunds": order.refunds.iter().map(|one| refund::refund(around, order, one)).collect::<Value>(),
        "returns": [],
        "shipping_lines": shipping.map(|(place, line)| shipping_line(order, place, line)).collect::<Value>(),
        "tax_lines": form::taxes(&placed.tax_lines, placed.currency),
        "total_weight": grams.fold(0i64, i64::saturating_add),
    })
}

fn discount_code(discount: &Discount, order: &Order) -> Value {
    let amount = price(discount.amount, order.placed.currency);
    json!({ "code": discount.code, "amount": amount, "type": "fixed_amount" })
}

fn discount(discount: &Discount, order: &Order) -> Value {
    json!({
        "target_type": "line_item",
        "type": "discount_code",
        "value": price(discount.amount, order.placed.currency),
        "value_type": "fixed_amount",
        "allocation_method": "across",
        "target_selection": "all",
        "code": discount.code,
    })
}

fn shipping_line(order: &Order, place: usize, line: &ShippingLine) -> Value {
    let currency = order.placed.currency;
    json!({
        "id": crate::order::shipping_line_id(order, place),
        "carrier_identifier": null,
        "code": line.code,
        "current_discounted_price_set": price_set(line.price, currency),
        "discounted_price": price(line.price, currency),
        "discounted_price_set": price_set(line.price, currency),
        "is_removed": false,
        "phone": null,
        "price": price(line.price, currency),
        "price_set": price_set(line.price, currency),
        "requested_fulfillment_service_id": null,
        "source": line.source,
        "title": line.title,
        "tax_lines": form::taxes(&line.tax_lines, currency),
        "discount_allocations": [],
    })
}
