//! Lines of an order in the REST API's shape, for orders and for fulfillments.

use domain::location::Service;
use domain::money::Currency;
use domain::order::{Order, OrderLine};
use serde_json::{Value, json};

use super::form::{attributes, price, price_set, taxes};
use crate::id::gid;
use crate::line_item::full_name;

/// A line with so many units of it: all for an order, those that left for a fulfillment.
pub(crate) fn line(order: &Order, line: &OrderLine, quantity: i64, services: &[Service]) -> Value {
    let (article, currency) = (&line.article, order.placed.currency);
    let current = order.current_quantity(line.id);
    let left = order.fulfilled_quantity(line.id);
    let what = json!({
        "id": line.id.0,
        "admin_graphql_api_id": gid("LineItem", line.id.0),
        "attributed_staffs": [],
        "current_quantity": current,
        "fulfillable_quantity": (current - left).max(0),
        "fulfillment_service": handle(article.pinned_to, services),
        "fulfillment_status": status(current, left),
        "gift_card": article.gift_card,
        "grams": article.grams,
        "name": full_name(&article.title, &article.variant_title),
        "product_exists": article.product.is_some(),
        "product_id": article.product.map(|id| id.0),
        "properties": attributes(&article.properties),
        "quantity": quantity,
        "requires_shipping": article.requires_shipping,
        "sales_line_item_group_id": null,
        "sku": article.sku,
        "taxable": article.taxable,
        "title": article.title,
        "variant_id": article.variant.map(|id| id.0),
        "variant_inventory_management": article.tracked.then_some("shopify"),
        "variant_title": article.variant_title,
        "vendor": article.vendor,
    });
    super::form::joined([what, amounts(line, currency)])
}

fn amounts(line: &OrderLine, currency: Currency) -> Value {
    let article = &line.article;
    json!({
        "price": price(article.unit_price, currency),
        "price_set": price_set(article.unit_price, currency),
        "total_discount": price(article.discount, currency),
        "total_discount_set": price_set(article.discount, currency),
        "tax_lines": taxes(&article.tax_lines, currency),
        "duties": [],
        "discount_allocations": [],
    })
}

/// The handle of a service; the merchant's own work is `manual`.
pub(crate) fn handle(service: Option<domain::id::ServiceId>, services: &[Service]) -> &str {
    let known = services.iter().find(|known| Some(known.id) == service);
    known.map_or("manual", |known| &known.handle)
}

/// How much of something left: null is nothing.
fn status(current: i64, left: i64) -> Option<&'static str> {
    match left {
        0 => None,
        left if left < current => Some("partial"),
        _ => Some("fulfilled"),
    }
}
