//! Fulfillment orders.

use domain::fulfillment_order::FulfillmentOrderLine;
use domain::hold::Hold;
use domain::order::Order;
use serde_json::{Value, json};

use super::form;
use super::show::Scene;
use crate::destination;
use crate::fulfillment_order::line::Summary;
use crate::fulfillment_order::{WorkNode, message_kind};
use crate::words;

/// A fulfillment order, with what a request asks for besides.
pub(super) fn work(scene: &Scene<'_>, node: WorkNode<'_>) -> Value {
    let WorkNode { data, order, work } = node;
    let shop = &data.shop;
    let asked = |name: &str| {
        let flag = scene.given.get(name);
        flag.is_some_and(|flag| flag.as_bool() == Some(true) || flag.as_str() == Some("true"))
    };
    let actions = node.actions().into_iter().map(str::to_lowercase);
    let mut all = json!({
        "id": work.id.0,
        "created_at": form::time(shop, work.created_at),
        "updated_at": form::time(shop, work.updated_at),
        "shop_id": shop.id.0,
        "order_id": order.id.0,
        "assigned_location_id": work.location.0,
        "request_status": words::request(work.request).to_lowercase(),
        "status": words::stage(work.stage_name()).to_lowercase(),
        "fulfill_at": form::maybe_time(shop, work.fulfill_at),
        "fulfill_by": form::maybe_time(shop, work.fulfill_by),
        "supported_actions": actions.collect::<Value>(),
        "destination": destination(node),
        "line_items": work.lines.iter().map(|one| line(node, one)).collect::<Value>(),
        "international_duties": null,
        "fulfillment_holds": work.holds().iter().map(hold).collect::<Value>(),
        "delivery_method": delivery(node),
        "assigned_location": location(node),
        "merchant_requests": work.messages.iter().map(|message| json!({
            "message": message.text,
            "request_options": match message.kind {
                domain::fulfillment_order::MessageKind::Fulfillment => {
                    json!({ "notify_customer": message.notify_buyer })
                }
                domain::fulfillment_order::MessageKind::Cancellation => json!({}),
            },
            "kind": message_kind(message.kind).to_lowercase(),
        })).collect::<Value>(),
    });
    if asked("include_order_reference_fields") {
        all["order_name"] = order.name.as_str().into();
        all["order_processed_at"] = form::time(shop, order.placed.processed_at);
    }
    if asked("include_financial_summaries") {
        for (shown, line) in all["line_items"].as_array_mut().into_iter().flatten().zip(&work.lines) {
            shown["financial_summaries"] = money(order, line);
        }
    }
    all
}

/// A hold.
pub(super) fn hold(hold: &Hold) -> Value {
    json!({
        "id": hold.id.0,
        "reason": words::hold_reason(hold.reason).0.to_lowercase(),
        "reason_notes": hold.notes,
    })
}

fn line(node: WorkNode<'_>, line: &FulfillmentOrderLine) -> Value {
    let variant = node.order.line(line.order_line).and_then(|line| line.article.variant);
    json!({
        "id": line.id.0,
        "shop_id": node.data.shop.id.0,
        "fulfillment_order_id": node.work.id.0,
        "quantity": line.total,
        "line_item_id": line.order_line.0,
        "inventory_item_id": variant.map(|id| id.0),
        "fulfillable_quantity": line.remaining(),
        "variant_id": variant.map(|id| id.0),
    })
}

fn money(order: &Order, line: &FulfillmentOrderLine) -> Value {
    let Some(of) = order.line(line.order_line) else { return json!([]) };
    let (summary, currency) = (Summary { order, line, of }, order.placed.currency);
    let allocation = |amount| {
        json!({
            "approximate_allocated_amount_per_item": form::price_set(amount, currency),
            "discount_application": {
                "allocation_method": "across", "target_selection": "explicit", "target_type": "line_item",
            },
        })
    };
    json!([{
        "quantity": line.total,
        "original_unit_price_set": form::price_set(of.article.unit_price, currency),
        "approximate_discounted_unit_price_set": form::price_set(summary.discounted(), currency),
        "discount_allocations": summary.discount().map(allocation).into_iter().collect::<Value>(),
    }])
}

fn destination(node: WorkNode<'_>) -> Value {
    let Some(address) = &node.order.placed.shipping_address else { return Value::Null };
    json!({
        "id": node.work.id.0,
        "address1": address.address1,
        "address2": address.address2,
        "city": address.city,
        "company": address.company,
        "country": address.country,
        "email": node.order.placed.email,
        "first_name": address.first_name,
        "last_name": address.last_name,
        "phone": address.phone,
        "province": address.province,
        "zip": address.zip,
    })
}

fn delivery(node: WorkNode<'_>) -> Value {
    let line = node.order.placed.shipping_lines.first();
    json!({
        "id": node.work.id.0,
        "method_type": words::delivery(node.work.delivery).to_lowercase(),
        "min_delivery_date_time": null,
        "max_delivery_date_time": null,
        "additional_information": null,
        "service_code": line.and_then(|line| line.code.as_deref()),
        "source_reference": line.and_then(|line| line.source.as_deref()),
        "presented_name": line.map(|line| &line.title),
        "branded_promise": null,
    })
}

/// Where the work was assigned to: as the location is now, or as it was once the work is a matter of record.
fn location(node: WorkNode<'_>) -> Value {
    let (settled, now) = (node.work.settled_location(), node.data.location(node.work.location));
    let address = settled.map(|was| &was.address).or(now.map(|location| &location.address));
    let name = settled.map(|was| &was.name).or(now.map(|location| &location.name));
    json!({
        "address1": address.and_then(|a| a.address1.as_deref()),
        "address2": address.and_then(|a| a.address2.as_deref()),
        "city": address.and_then(|a| a.city.as_deref()),
        "country_code": address.and_then(|a| a.country_code.as_deref()),
        "location_id": node.work.location.0,
        "name": name,
        "phone": address.and_then(|a| a.phone.as_deref()),
        "province": address.and_then(|a| a.province.as_deref()),
        "zip": address.and_then(|a| a.zip.as_deref()),
    })
}

/// The locations that work could go to, and those that it can't with the reason.
pub(super) fn destinations(node: WorkNode<'_>) -> Value {
    let rest: Vec<_> = node.work.lines.iter().map(|line| (line.id, line.remaining())).collect();
    let shown = destination::possible(node, &rest, |location| location.active).map(|found| {
        json!({
            "location": {"id": found.location.id.0, "name": found.location.name},
            "message": found.message.unwrap_or_default(),
            "movable": found.movable,
        })
    });
    shown.collect()
}
