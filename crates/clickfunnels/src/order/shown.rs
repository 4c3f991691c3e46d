//! An order as answers show it: whole, or the smaller shape that is within invoices.

use domain::billing::{PlanLine, Processor, seen, status};
use domain::order::{Order, OrderLine};
use domain::price::Terms;
use domain::status as totals;
use serde_json::{Map, Value, json};

use crate::around::Around;
use crate::{id, words, workspace};

/// Nobody who comes by is watched, so nothing is known of visits.
pub(crate) fn visits() -> Value {
    json!({ "last_visit": null, "last_visit_with_utm": null })
}

/// Who keeps the books of an order. One that was paid for elsewhere is as good as one in somebody else's.
pub(crate) fn processor(order: &Order) -> &'static str {
    match order.billing.as_ref().map(|billing| &billing.processor) {
        Some(Processor::Gateway(gateway)) if gateway.name == "stripe" => "stripe",
        Some(Processor::Gateway(_)) => "payments_ai",
        Some(Processor::External(_)) | None => "external",
    }
}

/// The order as a whole.
pub(crate) fn whole(order: &Order, around: &Around) -> Value {
    let placed = &order.placed;
    let billing = order.billing.as_deref();
    let instrument = billing.and_then(|billing| billing.gateway()).and_then(|own| own.instrument.as_ref());
    let mut object = base(order, around);
    let more = json!({
        "workspace_id": around.shop.id.0,
        "contact_id": placed.contact.map_or(0, |contact| contact.0),
        "currency": placed.currency.code(),
        "page_id": null,
        "page_name": null,
        "funnel_name": null,
        "tax_amount": words::amount(totals::totals(order).tax, placed.currency),
        "billing_payment_method_id": instrument.map(|instrument| instrument.token.as_str()),
        "discount_ids": [],
        "workspace_sharing_id": null,
        "paid_until": words::time_if(status::paid_until(order)),
        "resource_install_intent": null,
        "created_at": words::time(order.created_at),
        "updated_at": words::time(order.updated_at),
        "external_id": billing.map_or(placed.source_identifier.as_ref(), |billing| billing.external_id.as_ref()),
        "payment_processor": processor(order),
        "phone_number": placed.phone,
        "contact_groups": [],
        "workspace": workspace::shown(&around.shop),
        "segments": [],
        "line_items": lines(order),
        "previous_line_item": null,
        "visits": visits(),
        // Beyond what is published: where the buyer follows the order, pays it, and goes then.
        "status_page_url": around.status_page(order),
        "checkout_url": around.checkout(order),
        "return_url": billing.and_then(|billing| billing.return_url.as_deref()),
    });
    if let Value::Object(more) = more {
        object.extend(more);
    }
    Value::Object(object)
}

/// The smaller shape, which the whole begins with.
pub(crate) fn base(order: &Order, around: &Around) -> Map<String, Value> {
    let now = around.now;
    let placed = &order.placed;
    let billing = order.billing.as_deref();
    let ending = billing.and_then(|billing| billing.ending.as_ref());
    let called_off = order.cancelled.as_ref();
    let app = placed.app;
    let total = billing.map_or_else(|| totals::totals(order).total, |billing| billing.plan_total());
    let reason = ending.and_then(|ending| ending.reason.as_deref());
    let description = ending.and_then(|ending| ending.description.as_deref());
    let fields = json!({
        "id": order.id.0,
        "public_id": id::public(order.id.0),
        "order_number": order.name,
        "live_mode": !placed.test,
        "total_amount": words::amount(total, placed.currency),
        "origination_channel_id": app.map_or(0, |app| app.0),
        "origination_channel_type": "Platform::Application",
        "origination_channel_name": app.and_then(|app| around.app(app)),
        "origination_channel_public_id": app.map(|app| id::public(app.0)),
        "recurring_invoices_paid_count": status::recurring_paid(order),
        "notes": placed.note,
        "in_trial": billing.is_some_and(|billing| billing.in_trial()),
        "billing_status": words::billing(seen::billing_status(order, now)),
        "service_status": service(order),
        "order_type": order_type(order),
        "next_charge_at": words::time_if(billing.and_then(status::next_charge_at)),
        "trial_end_at": words::time_if(billing.and_then(|billing| billing.trial).map(|trial| trial.ends_at)),
        "tag_ids": around.tag_ids(order),
        "activated_at": words::time_if(billing.and_then(|billing| billing.activated_at)),
        "canceled_at": words::time_if(ending.map_or(called_off.map(|off| off.at), |ending| ending.at)),
        "canceled_by": ending.and_then(|ending| ending.by.as_deref()),
        "cancel_reason": reason.or_else(|| called_off.map(|_| "other")),
        "cancel_description": description.or_else(|| called_off.and_then(|off| off.note.as_deref())),
        "churned_at": words::time_if(billing.and_then(|billing| billing.churned_at)),
        "contact": around.contact(order),
        "affiliate": null,
        "referral_code": null,
        "order_page": null,
    });
    let mut object = match fields {
        Value::Object(object) => object,
        _ => Map::new(),
    };
    addresses(order, &mut object);
    object
}

/// How far the service is. What was paid for elsewhere is done when it is paid.
fn service(order: &Order) -> &'static str {
    match &order.billing {
        Some(billing) => words::service(billing.service),
        None if order.cancelled.is_some() => "canceled",
        None => match seen::billing_status(order, order.updated_at) {
            domain::billing::BillingStatus::Invoice(status) if status.was_paid() => "completed",
            _ => "pending",
        },
    }
}

fn order_type(order: &Order) -> &'static str {
    match order.billing.as_ref().map(|billing| billing.kind) {
        Some(domain::billing::Kind::Subscription) => "subscription-order",
        Some(domain::billing::Kind::OneTime) | None => "one-time-order",
    }
}

fn addresses(order: &Order, object: &mut Map<String, Value>) {
    let unknown = domain::address::Address::default();
    let shipping = order.placed.shipping_address.as_ref().unwrap_or(&unknown);
    let billing = order.placed.billing_address.as_ref().unwrap_or(&unknown);
    let shipped = [
        ("first_name", shipping.first_name.as_deref()),
        ("last_name", shipping.last_name.as_deref()),
        ("organization_name", shipping.company.as_deref()),
        ("phone_number", shipping.phone.as_deref()),
    ];
    for (name, value) in shipped {
        object.insert(format!("shipping_address_{name}"), value.into());
    }
    for (prefix, address) in [("shipping", shipping), ("billing", billing)] {
        let parts = [
            ("street_one", address.address1.as_deref()),
            ("street_two", address.address2.as_deref()),
            ("city", address.city.as_deref()),
            ("region", words::region(address)),
            ("country", words::country(address)),
            ("postal_code", address.zip.as_deref()),
        ];
        for (name, value) in parts {
            object.insert(format!("{prefix}_address_{name}"), value.into());
        }
    }
}

/// What is billed from now on; of an order that was paid for elsewhere, what is asked for now.
fn lines(order: &Order) -> Vec<Value> {
    match &order.billing {
        Some(billing) => billing.plan.iter().map(|line| planned(order, line, None)).collect(),
        None => order.lines.iter().map(|line| placed(order, line)).collect(),
    }
}

/// The line whose place another one took, in an event that tells of it.
pub(crate) fn previous(order: &Order) -> Value {
    let line = order.billing.as_deref().and_then(|billing| billing.previous.as_deref());
    line.map_or(Value::Null, |line| planned(order, line, None))
}

/// A line of what is billed; `article` describes a variant that the order doesn't sell yet.
pub(crate) fn planned(order: &Order, line: &PlanLine, article: Option<&domain::order::Article>) -> Value {
    let sold = order.line(line.order_line).map(|line| &line.article);
    let mut shown = described(order, line.id.0, article.or(sold));
    shown.insert("quantity".into(), line.quantity.into());
    shown.insert("created_at".into(), words::time(line.created_at));
    shown.insert("updated_at".into(), words::time(line.updated_at));
    shown.insert("products_price".into(), price(line.price.0, line.price_name.as_deref(), &line.terms));
    Value::Object(shown)
}

fn placed(order: &Order, line: &OrderLine) -> Value {
    let currency = order.placed.currency;
    let mut shown = described(order, line.id.0, Some(&line.article));
    let quantity = if order.cancelled.is_some() { line.quantity } else { order.current_quantity(line.id) };
    shown.insert("quantity".into(), quantity.into());
    shown.insert("created_at".into(), words::time(order.created_at));
    shown.insert("updated_at".into(), words::time(order.created_at));
    // It has a price, and none of the shop's.
    let price = json!({
        "id": 0,
        "public_id": null,
        "name": null,
        "amount": words::amount(line.article.unit_price, currency),
        "currency": currency.code().to_lowercase(),
        "duration": null,
        "interval": null,
        "interval_count": null,
        "key": null,
    });
    shown.insert("products_price".into(), price);
    Value::Object(shown)
}

fn described(order: &Order, id: i64, article: Option<&domain::order::Article>) -> Map<String, Value> {
    let product = article.and_then(|article| article.product).map_or(0, |product| product.0);
    let variant = article.and_then(|article| Some((article, article.variant?)));
    let variant = variant.map(|(article, variant)| {
        json!({
            "id": variant.0,
            "public_id": id::public(variant.0),
            "name": article.variant_title.as_deref().unwrap_or(&article.title),
            "description": null,
            "sku": article.sku,
        })
    });
    let fields = json!({
        "id": id,
        "public_id": id::public(id),
        "order_id": order.id.0,
        "prorated": null,
        "original_product": {
            "id": product,
            "public_id": id::public(product),
            "name": article.map_or("", |article| article.title.as_str()),
        },
        "products_variant": variant,
    });
    match fields {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

fn price(id: i64, name: Option<&str>, terms: &Terms) -> Value {
    let cycle = terms.cycle();
    json!({
        "id": id,
        "public_id": id::public(id),
        "name": name,
        "amount": words::amount(terms.amount, terms.currency),
        "currency": terms.currency.code().to_lowercase(),
        "duration": cycle.and_then(|cycle| cycle.periods),
        "interval": cycle.map(|cycle| words::interval(cycle.every.interval)),
        "interval_count": cycle.map(|cycle| cycle.every.count),
        "key": null,
    })
}
