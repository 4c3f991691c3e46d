//! Routing as a change: units that wait become work at the locations that the plan names, and stock is promised.

use super::{Change, Outcome, billing};
use crate::billing::status;
use crate::event::Fact;
use crate::fulfillment_order::{Delivery, FulfillmentOrder, FulfillmentOrderLine, Request, Stage};
use crate::hold::Hold;
use crate::id::{FulfillmentOrderId, InvoiceId, LocationId, OrderId};
use crate::order::{Order, StockMode, Waiting};
use crate::refusal::Refusal;
use crate::routing::{self, Demand, Parcel, Situation};
use crate::stock::{StockDelta, StockGuard};
use crate::time::{SECOND, Time};

/// How long units wait before they are tried again without anything having changed.
const RETRY: i64 = 600 * SECOND;

/// Units that wait are routed again, if there are any.
pub(super) fn again(change: &mut Change<'_, '_>, id: OrderId) -> Result<Outcome, Refusal> {
    let order = change.snapshot.orders.iter().find(|order| order.id == id);
    if order.is_none_or(|order| order.routing.waiting.is_empty() || order.cancelled.is_some()) {
        return Ok(Outcome::Done);
    }
    let before = order.map(|order| order.routing.waiting.clone());
    route(change, id, &[])?;
    let touched = change.order(id)?;
    if before.as_ref() == Some(&touched.order.routing.waiting) {
        // Nothing happened; nobody wants to hear of every try.
        touched.facts.clear();
    }
    Ok(Outcome::Order(id))
}

/// Finds a place for every unit that waits, but at none of the locations to `avoid`.
pub(super) fn route(change: &mut Change<'_, '_>, id: OrderId, avoid: &[LocationId]) -> Result<(), Refusal> {
    let (snapshot, now) = (change.snapshot, change.now);
    let stock = change.stock_now();
    let order = &change.order(id)?.order;
    let mut demand: Vec<Demand> =
        order.routing.waiting.iter().map(|waiting| wanted(order, waiting)).collect();
    let situation = Situation {
        locations: &snapshot.locations,
        stock: &stock,
        destination: order.placed.shipping_address.as_ref(),
        tie_breakers: &snapshot.shop.tie_breakers,
        avoid,
        rules: &snapshot.rules,
        rest: &still_to_leave(order, &[]),
    };
    let mut plan = routing::plan(&demand, &situation);
    if sell_on(order, &plan.waiting, &mut demand) {
        plan = routing::plan(&demand, &situation);
    }
    let waited = order.routing.waiting.clone();
    let opens = opening(order.placed.fulfill_at, now);
    let mut facts = Vec::new();
    let mut works = Vec::with_capacity(plan.parcels.len());
    for (parcel, unpaid, items) in parts(change, id, &plan.parcels, &waited)? {
        let mut lines = Vec::with_capacity(items.len());
        for (index, quantity) in &items {
            let (wanted, waiting) = (&demand[*index], &waited[*index]);
            let committed = promise(change, id, wanted, parcel.location, *quantity)?;
            lines.push(FulfillmentOrderLine {
                id: change.ids.fresh(),
                order_line: waiting.order_line,
                invoice_line: waiting.invoice_line,
                total: *quantity,
                fulfilled: 0,
                committed,
            });
        }
        let location = snapshot.locations.iter().find(|location| location.id == parcel.location);
        let work = FulfillmentOrder {
            id: change.ids.fresh(),
            location: parcel.location,
            service: location.and_then(|location| location.service),
            stage: unpaid
                .as_ref()
                .map_or(opens.1.clone(), |hold| Stage::OnHold { holds: vec![hold.clone()] }),
            request: Request::Unsubmitted,
            delivery: parcel.delivery,
            lines,
            fulfill_at: Some(opens.0),
            fulfill_by: None,
            parted_from: None,
            parted_by: Default::default(),
            assigned: None,
            messages: Vec::new(),
            created_at: now,
            updated_at: now,
        };
        let at = work.as_work();
        facts.push(Fact::WorkRouted { work: at });
        if let Some(hold) = unpaid {
            let held = work.lines.iter().map(|line| (line.id, line.total)).collect();
            facts.push(Fact::HoldAdded { work: at, hold: hold.clone() });
            facts.push(Fact::WorkHeld { work: at, hold, held, rest: None });
        }
        works.push(work);
    }
    let touched = change.order(id)?;
    let routing = &mut touched.order.routing;
    routing.waiting =
        plan.waiting.iter().map(|(i, n)| Waiting { quantity: *n, ..waited[*i].clone() }).collect();
    routing.retry_at = (!routing.waiting.is_empty()).then(|| now.plus(RETRY));
    routing.explanation = Some(plan.explanation);
    if !routing.waiting.is_empty() {
        let units = routing.waiting.iter().map(|waiting| waiting.quantity).sum();
        facts.push(Fact::OrderUnrouted { units });
    }
    touched.order.fulfillment_orders.extend(works);
    touched.facts.extend(facts);
    Ok(())
}

/// Items of a parcel: (index of what waits, how many).
type Items = Vec<(usize, i64)>;
/// What becomes one work: a parcel, the hold that it begins with, and its items.
type Part<'a> = (&'a Parcel, Option<Hold>, Items);

/// Every parcel in as many works as it needs: what waits for the money of an invoice is work of its own, and held.
fn parts<'a>(
    change: &mut Change<'_, '_>,
    id: OrderId,
    parcels: &'a [Parcel],
    waited: &[Waiting],
) -> Result<Vec<Part<'a>>, Refusal> {
    let now = change.now;
    let mut parts: Vec<Part<'a>> = Vec::with_capacity(parcels.len());
    for parcel in parcels {
        let order = &change.order(id)?.order;
        let mut groups: Vec<(Option<InvoiceId>, Items)> = Vec::with_capacity(1);
        for item in &parcel.items {
            let unpaid = status::awaits_payment(order, waited[item.0].invoice_line);
            match groups.iter_mut().find(|(of, _)| *of == unpaid) {
                Some((_, items)) => items.push(*item),
                None => groups.push((unpaid, vec![*item])),
            }
        }
        for (unpaid, items) in groups {
            let hold = unpaid.map(|invoice| billing::hold_for(change.ids.fresh(), invoice, now));
            parts.push((parcel, hold, items));
        }
    }
    Ok(parts)
}

/// Where work of an order that is still to be done is, and how it is delivered, apart from some works.
pub(super) fn still_to_leave(order: &Order, but: &[FulfillmentOrderId]) -> Vec<(LocationId, Delivery)> {
    let works = order.fulfillment_orders.iter().filter(|work| work.is_open() && !but.contains(&work.id));
    works.map(|work| (work.location, work.delivery)).collect()
}

/// What a waiting quantity asks of a location.
pub(super) fn wanted(order: &Order, waiting: &Waiting) -> Demand {
    let article = order.line(waiting.order_line).map(|line| &line.article);
    Demand {
        variant: article.and_then(|article| article.variant),
        quantity: waiting.quantity,
        requires_shipping: article.is_some_and(|article| article.requires_shipping),
        limited: article.is_some_and(|article| article.variant.is_some() && article.tracked),
        pinned_to: article.and_then(|article| article.pinned_to),
    }
}

/// What is in stock nowhere but is sold all the same is no longer limited by stock; tells whether there is any. All
/// lines of a variant go together, so that stock is either counted for it or not.
fn sell_on(order: &Order, out: &[(usize, i64)], demand: &mut [Demand]) -> bool {
    let oversell = order.placed.stock == StockMode::Oversell;
    let sells_on = |i: usize| {
        let line = order.routing.waiting.get(i).and_then(|waiting| order.line(waiting.order_line));
        oversell || line.is_some_and(|line| line.article.sells_on)
    };
    let limited = |i: &usize| demand[*i].limited && sells_on(*i);
    let variants: Vec<_> = out.iter().map(|(i, _)| *i).filter(limited).map(|i| demand[i].variant).collect();
    for wanted in demand.iter_mut().filter(|wanted| variants.contains(&wanted.variant)) {
        wanted.limited = false;
    }
    !variants.is_empty()
}

/// Promises units from the location's stock if they are counted; tells whether they are.
fn promise(
    change: &mut Change<'_, '_>,
    id: OrderId,
    wanted: &Demand,
    location: LocationId,
    quantity: i64,
) -> Result<bool, Refusal> {
    let order = &change.order(id)?.order;
    let counted = |variant| {
        order.lines.iter().any(|line| line.article.variant == Some(variant) && line.article.tracked)
    };
    let Some(variant) = wanted.variant.filter(|variant| wanted.requires_shipping && counted(*variant)) else {
        return Ok(false);
    };
    let guard = if wanted.limited { StockGuard::Available } else { StockGuard::Free };
    change.move_stock(StockDelta { committed: quantity, guard, ..StockDelta::none(variant, location) });
    Ok(true)
}

/// When work opens that may be fulfilled from then on, and the stage that it begins in.
pub(super) fn opening(fulfill_at: Option<Time>, now: Time) -> (Time, Stage) {
    match fulfill_at {
        Some(at) if at > now => (at, Stage::Scheduled { opens_at: at }),
        _ => (now.start_of_hour(), Stage::Open),
    }
}

#[cfg(test)]
mod tests;
