//! An order comes in: it is completed from the shop's variants, gets its invoice, and is routed at once if it can be.

use super::{Change, Outcome, Write, charging, contact, reserve, route};
use crate::actor::Permission;
use crate::command::charging::PlaceCharged;
use crate::command::{Fulfilled, Given, NewLine, Place};
use crate::custom_field;
use crate::event::Fact;
use crate::fulfillment::{DeliveryEvent, Fulfillment, Share};
use crate::fulfillment_order::{Delivery, FulfillmentOrder, FulfillmentOrderLine, Request, Stage};
use crate::id::{InvoiceLineId, LocationId, OrderId, OrderLineId};
use crate::invoice::{Invoice, InvoiceLine};
use crate::money::Minor;
use crate::order::{Article, Cancellation, Order, OrderLine, Routing, StockMode, Waiting};
use crate::product::{Variant, WhenOut};
use crate::refusal::{Refusal, Thing};

/// The largest quantity of a line.
pub const QUANTITY_MAX: i64 = 1_000_000;
/// The largest price, in minor units.
pub const PRICE_MAX: Minor = 1_000_000_000_000;

/// An order comes in; `charged` says more of one whose money is to be set aside.
pub(super) fn place(
    change: &mut Change<'_, '_>,
    place: &Place,
    charged: Option<&PlaceCharged>,
) -> Result<Outcome, Refusal> {
    if !change.actor.may(Permission::WriteOrders) {
        return Err(Refusal::NotPermitted(&[Permission::WriteOrders]));
    }
    if let Some(seen) = change.snapshot.seen_before {
        return Err(Refusal::SeenBefore(seen));
    }
    if place.lines.is_empty() {
        return Err(Refusal::NoLines);
    }
    let kept = place.reservation_key().map(|key| reserve::live(change, &key)).transpose()?;
    let mut lines = Vec::with_capacity(place.lines.len());
    for (index, new) in place.lines.iter().enumerate() {
        let mut article = complete(change, index, new)?;
        let sold_on = |variant| kept.is_some_and(|kept| kept.sells_on(variant));
        article.sells_on |= article.variant.is_some_and(sold_on);
        lines.push(OrderLine { id: change.ids.fresh(), quantity: new.quantity, article });
    }
    if let Some(kept) = kept {
        // What it kept is free in the same moment in which routing promises it.
        reserve::free(change, kept);
    }
    let mut placed = place.placed.clone();
    if let Some(buyer) = &place.buyer {
        placed.contact = Some(contact::put(change, buyer)?);
    }
    placed.custom_fields = custom_field::merged(&[], &place.placed.custom_fields, change.now, change.ids);
    let id: OrderId = change.ids.fresh();
    let invoice_lines: Vec<InvoiceLine> = lines.iter().map(|line| sold(change.ids.fresh(), line)).collect();
    let invoice = Invoice { id: change.ids.fresh(), issued_at: change.now, lines: invoice_lines, bill: None };
    let prefix = &change.snapshot.shop.order_prefix;
    let mut order = Order {
        id,
        number: place.number,
        name: place.name.clone().unwrap_or_else(|| format!("{prefix}{}", place.number)),
        placed,
        lines,
        invoices: vec![invoice],
        billing: None,
        charging: None,
        fulfillment_orders: Vec::new(),
        refunds: Vec::new(),
        returns: Vec::new(),
        fulfillments_made: 0,
        routing: Routing::default(),
        cancelled: None,
        closed_at: place.closed_at,
        redacted_at: None,
        created_at: place.created_at.unwrap_or(change.now),
        updated_at: change.now,
        version: 0,
    };
    if let Some((at, reason)) = place.cancelled {
        order.cancelled = Some(Cancellation { at, reason, note: None, notify_buyer: false });
    }
    if let Some(charged) = charged {
        charging::begin(change, &mut order, charged)?;
    }
    order.routing.waiting = waiting(&order, place);
    change.touch(None, order).facts.push(Fact::OrderPlaced {});
    if let Some(fulfilled) = &place.fulfilled {
        arrive_fulfilled(change, id, place, fulfilled)?;
    }
    let touched = change.order(id)?;
    if touched.order.cancelled.is_some() {
        touched.order.routing.waiting.clear();
        give_up_all(&mut touched.order);
        return Ok(Outcome::Order(id));
    }
    if !touched.order.routing.waiting.is_empty() {
        route::route(change, id, &[])?;
        refuse_if_out(change, id)?;
    }
    Ok(Outcome::Order(id))
}

fn sold(id: InvoiceLineId, line: &OrderLine) -> InvoiceLine {
    InvoiceLine {
        id,
        order_line: line.id,
        quantity: line.quantity,
        removed: 0,
        unasked: 0,
        adjusts: None,
        bill: None,
    }
}

/// All units that have not left yet wait for a place.
fn waiting(order: &Order, place: &Place) -> Vec<Waiting> {
    let sold = order.invoices.iter().flat_map(|invoice| &invoice.lines);
    sold.zip(&place.lines)
        .map(|(line, new)| Waiting {
            invoice_line: line.id,
            order_line: line.order_line,
            quantity: line.quantity - gone(place, new),
        })
        .filter(|waiting| waiting.quantity > 0)
        .collect()
}

/// Units of a line that left before the order came in.
fn gone(place: &Place, line: &NewLine) -> i64 {
    if place.fulfilled.is_some() { line.fulfilled.clamp(0, line.quantity) } else { 0 }
}

/// An order that came in called off asks for nothing but what had left before.
fn give_up_all(order: &mut Order) {
    let left: Vec<(OrderLineId, i64)> =
        order.lines.iter().map(|line| (line.id, order.fulfilled_quantity(line.id))).collect();
    for line in order.invoices.iter_mut().flat_map(|invoice| &mut invoice.lines) {
        let fulfilled = left.iter().find(|(id, _)| *id == line.order_line).map_or(0, |(_, n)| *n);
        line.removed = line.quantity - fulfilled;
    }
}

/// The article of a new line: what it says, and for the rest what its variant says.
pub(super) fn complete(change: &Change<'_, '_>, index: usize, new: &NewLine) -> Result<Article, Refusal> {
    if !(1..=QUANTITY_MAX).contains(&new.quantity) {
        return Err(Refusal::LineQuantity(index));
    }
    let mut article = new.article.clone();
    if let Some(id) = article.variant {
        let variant = change.snapshot.variants.iter().find(|variant| variant.id == id);
        take_from(&mut article, new, variant.ok_or(Refusal::Unknown(Thing::Variant(id, index)))?);
    }
    if article.title.trim().is_empty() {
        return Err(Refusal::LineWithoutTitle(index));
    }
    if !(0..=PRICE_MAX).contains(&article.unit_price) {
        return Err(Refusal::LinePrice(index));
    }
    Ok(article)
}

fn take_from(article: &mut Article, new: &NewLine, variant: &Variant) {
    article.product = Some(variant.product);
    if article.title.trim().is_empty() {
        article.title = variant.product_title.clone();
    }
    if article.variant_title.is_none() && variant.title != "Default Title" {
        article.variant_title = Some(variant.title.clone());
    }
    article.sku = article.sku.take().or_else(|| variant.sku.clone());
    article.vendor = article.vendor.take().or_else(|| variant.vendor.clone());
    if new.described.price == Given::No {
        article.unit_price = variant.price;
    }
    if new.described.requires_shipping == Given::No {
        article.requires_shipping = variant.requires_shipping;
    }
    if new.described.taxable == Given::No {
        article.taxable = variant.taxable;
    }
    if new.described.weight == Given::No {
        article.grams = variant.grams;
    }
    article.tracked = variant.tracked;
    article.sells_on = variant.when_out == WhenOut::SellOn;
    article.pinned_to = article.pinned_to.or(variant.pinned_to);
}

/// An order that doesn't want to wait is refused if something of it would have to.
pub(super) fn refuse_if_out(change: &mut Change<'_, '_>, id: OrderId) -> Result<(), Refusal> {
    let order = &change.order(id)?.order;
    if order.placed.stock != StockMode::Refuse {
        return Ok(());
    }
    let counted = order.routing.waiting.iter().filter_map(|waiting| order.line(waiting.order_line));
    let out = counted.filter(|line| line.article.tracked).find_map(|line| line.article.variant);
    out.map_or(Ok(()), |variant| Err(Refusal::OutOfStock(variant)))
}

/// Work and fulfillment for units that left before the order came in. They take nothing from stock.
fn arrive_fulfilled(
    change: &mut Change<'_, '_>,
    id: OrderId,
    place: &Place,
    fulfilled: &Fulfilled,
) -> Result<(), Refusal> {
    let location = place_of(change, fulfilled)?;
    let service = change.snapshot.locations.iter().find(|l| l.id == location).and_then(|l| l.service);
    let now = change.now;
    let order = &change.order(id)?.order;
    let sold: Vec<(InvoiceLineId, OrderLineId, i64, bool)> = order
        .invoice_lines()
        .zip(&place.lines)
        .zip(&order.lines)
        .map(|((line, new), of)| (line.id, line.order_line, gone(place, new), of.article.requires_shipping))
        .filter(|(_, _, quantity, _)| *quantity > 0)
        .collect();
    if sold.is_empty() {
        return Ok(());
    }
    let physical = sold.iter().any(|(.., shipped)| *shipped);
    let work = change.ids.fresh();
    let mut lines = Vec::with_capacity(sold.len());
    let mut shares = Vec::with_capacity(sold.len());
    for (invoice_line, order_line, quantity, _) in sold {
        let line = change.ids.fresh();
        lines.push(FulfillmentOrderLine {
            id: line,
            order_line,
            invoice_line,
            total: quantity,
            fulfilled: quantity,
            committed: false,
        });
        shares.push(Share {
            id: change.ids.fresh(),
            order: id,
            fulfillment_order: work,
            fulfillment_order_line: line,
            order_line,
            invoice_line,
            quantity,
        });
    }
    let fulfillment_id = change.ids.fresh();
    let event = fulfilled.status.map(|status| DeliveryEvent {
        id: change.ids.fresh(),
        status,
        happened_at: fulfilled.at,
        created_at: now,
        message: None,
        place: Default::default(),
        position: None,
        estimated_at: None,
    });
    let touched = change.order(id)?;
    let order = &mut touched.order;
    order.fulfillments_made = 1;
    let name = format!("{}-F1", order.name);
    order.fulfillment_orders.push(FulfillmentOrder {
        id: work,
        location,
        service,
        stage: Stage::Closed,
        request: Request::Unsubmitted,
        delivery: if physical { Delivery::Shipping } else { Delivery::Digital },
        lines,
        fulfill_at: Some(order.placed.processed_at.start_of_hour()),
        fulfill_by: None,
        parted_from: None,
        parted_by: Default::default(),
        assigned: None,
        messages: Vec::new(),
        created_at: now,
        updated_at: now,
    });
    touched.facts.push(Fact::FulfillmentCreated { fulfillment: fulfillment_id });
    change.writes.push(Write::NewFulfillment(Box::new(Fulfillment {
        id: fulfillment_id,
        name,
        number: None,
        location,
        service,
        shares,
        given_up: Vec::new(),
        trackings: fulfilled.trackings.clone(),
        events: event.into_iter().collect(),
        cancelled_at: None,
        origin: None,
        notify_buyer: false,
        message: None,
        custom_fields: Vec::new(),
        created_at: fulfilled.at,
        updated_at: now,
        version: 1,
    })));
    Ok(())
}

fn place_of(change: &Change<'_, '_>, fulfilled: &Fulfilled) -> Result<LocationId, Refusal> {
    let locations = &change.snapshot.locations;
    match fulfilled.location {
        Some(id) => locations.iter().find(|l| l.id == id).ok_or(Refusal::Unknown(Thing::Location(id))),
        None => locations
            .iter()
            .filter(|location| location.active)
            .min_by_key(|location| (location.service.is_some(), location.rank, location.id))
            .ok_or(Refusal::Unknown(Thing::Location(LocationId(0)))),
    }
    .map(|location| location.id)
}

#[cfg(test)]
mod tests;
