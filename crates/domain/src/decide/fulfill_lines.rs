//! Units leave that are named by the invoice lines that sold them. Whoever says so knows what left and where: units
//! that wait elsewhere, for a location, or for their money, are fetched first; only what somebody holds back for
//! another reason, or what a service is at work on, stays.

use super::fulfill::{Leaving, leave};
use super::part::{found, take_out};
use super::{Change, Outcome, Write, stock_delta, work};
use crate::actor::{to_write, writable};
use crate::allowed::{Action, WhyNot};
use crate::billing::status::fulfilled;
use crate::billing::{Charge, Trouble};
use crate::command::billing::{FulfillLines, StockCheck};
use crate::fulfillment::Share;
use crate::fulfillment_order::{Delivery, FulfillmentOrder, FulfillmentOrderLine, Request, Stage};
use crate::hold::HoldReason;
use crate::id::{FulfillmentOrderId, InvoiceLineId, LocationId, OrderId, OrderLineId};
use crate::location::Location;
use crate::moving::is_limited;
use crate::order::Order;
use crate::refusal::{LocationTrouble, Refusal, Thing};
use crate::stock::{StockDelta, StockGuard};

/// All of it leaves, in one fulfillment, or nothing.
pub(super) fn fulfill(change: &mut Change<'_, '_>, command: &FulfillLines) -> Result<Outcome, Refusal> {
    let location = location(change, command.location)?;
    let mut shares = Vec::new();
    for (line, quantity) in asked(&command.lines)? {
        let order = order_of(change, line)?;
        let of = &change.order(order)?.order;
        if command.contact.is_some() && of.placed.contact != command.contact {
            return Err(Refusal::Billing(Trouble::OtherContact(order)));
        }
        let left = remaining(of, line);
        if quantity > left {
            return Err(Refusal::Billing(Trouble::TooManyUnits { line, asked: quantity, left }));
        }
        shares.extend(gather(change, order, line, quantity, location, command.stock)?);
    }
    let leaves = Leaving {
        location: location.id,
        service: location.service,
        trackings: command.trackings.clone(),
        notify_buyer: command.notify_buyer,
        message: None,
        origin: None,
        number: Some(command.number),
        given_up: Vec::new(),
        custom_fields: Vec::new(),
    };
    leave(change, shares, leaves).map(Outcome::Fulfillment)
}

pub(super) fn location<'a>(change: &Change<'a, '_>, id: LocationId) -> Result<&'a Location, Refusal> {
    let location = change.snapshot.locations.iter().find(|location| location.id == id);
    let location = location.ok_or(Refusal::Unknown(Thing::Location(id)))?;
    if !writable(change.actor, location.service) {
        return Err(Refusal::NotPermitted(to_write(change.actor, location.service)));
    }
    match location.active {
        true => Ok(location),
        false => Err(Refusal::Location(id, LocationTrouble::Inactive)),
    }
}

/// What is asked for; a line that is named twice counts together.
fn asked(lines: &[(InvoiceLineId, i64)]) -> Result<Vec<(InvoiceLineId, i64)>, Refusal> {
    let mut asked: Vec<(InvoiceLineId, i64)> = Vec::with_capacity(lines.len());
    for (at, (line, quantity)) in lines.iter().enumerate() {
        if *quantity <= 0 {
            return Err(Refusal::QuantityNotPositive((0, at)));
        }
        match asked.iter_mut().find(|(known, _)| known == line) {
            Some((_, sum)) => *sum = sum.saturating_add(*quantity),
            None => asked.push((*line, *quantity)),
        }
    }
    if asked.is_empty() { Err(Refusal::NothingToDo) } else { Ok(asked) }
}

fn order_of(change: &Change<'_, '_>, line: InvoiceLineId) -> Result<OrderId, Refusal> {
    let has = |order: &&Order| order.invoice_lines().any(|own| own.id == line);
    let order = change.snapshot.orders.iter().find(has);
    order.map(|order| order.id).ok_or(Refusal::Unknown(Thing::InvoiceLine(line)))
}

/// Units of a line that were sold and neither left nor were given up.
pub(super) fn remaining(order: &Order, line: InvoiceLineId) -> i64 {
    let of = order.invoice_lines().find(|own| own.id == line);
    let sells = of.filter(|own| own.bill.as_ref().is_none_or(|bill| bill.charge == Charge::Article));
    sells.map_or(0, |own| order.demand(line) + own.unasked - fulfilled(order, line))
}

/// Sees to it that so many units of a line can leave: first what waits at the location, then what waits elsewhere, then
/// what waits for a location, then what nobody was asked for; of each the oldest first.
pub(super) fn gather(
    change: &mut Change<'_, '_>,
    order: OrderId,
    line: InvoiceLineId,
    quantity: i64,
    location: &Location,
    check: StockCheck,
) -> Result<Vec<Share>, Refusal> {
    let of = &change.order(order)?.order;
    let waits = |fo: &&FulfillmentOrder| {
        fo.is_open() && fo.lines.iter().any(|own| own.invoice_line == line && own.remaining() > 0)
    };
    let mut works: Vec<(bool, FulfillmentOrderId)> =
        of.fulfillment_orders.iter().filter(waits).map(|fo| (fo.location != location.id, fo.id)).collect();
    works.sort();
    let mut left = quantity;
    let mut shares = Vec::new();
    let mut fetched = Fetched { units: 0, promised: 0 };
    let mut held_back = None;
    for (elsewhere, id) in works {
        if left == 0 {
            break;
        }
        let actor = change.actor;
        let fo = found(&change.order(order)?.order, id)?;
        if !writable(actor, fo.service) {
            held_back.get_or_insert(Refusal::NoAccess(id));
            continue;
        }
        if let Err(why) = free(fo, elsewhere) {
            held_back.get_or_insert(Refusal::NotAllowed(id, Action::Fulfill, why));
            continue;
        }
        let lines = fo.lines.iter().filter(|own| own.invoice_line == line && own.remaining() > 0);
        let lines: Vec<FulfillmentOrderLine> = lines.cloned().collect();
        for own in lines {
            let units = own.remaining().min(left);
            left -= units;
            if elsewhere {
                fetch(change, order, id, &own, units)?;
                fetched.units += units;
                continue;
            }
            if own.committed {
                fetched.promised += units;
            }
            open(change, order, id)?;
            shares.extend((units > 0).then(|| share(change, order, id, &own, units)));
        }
    }
    if left > 0 {
        let units = from_waiting(change, order, line, left)?;
        fetched.units += units;
        left -= units;
    }
    if left > 0 {
        // What remains is with a service, or held back.
        return Err(held_back.unwrap_or(Refusal::Billing(Trouble::TooManyUnits {
            line,
            asked: quantity,
            left,
        })));
    }
    in_stock(change, order, line, location.id, &fetched, check)?;
    if fetched.units > 0 {
        let (id, own) = put(change, order, line, fetched.units, location, check)?;
        shares.push(share(change, order, id, &own, fetched.units));
    }
    Ok(shares)
}

/// Units that leave: those fetched to the location, and those that were promised there before.
struct Fetched {
    units: i64,
    promised: i64,
}

/// Whether units of that work may leave because somebody says that they did.
fn free(fo: &FulfillmentOrder, elsewhere: bool) -> Result<(), WhyNot> {
    let asked = matches!(
        fo.request,
        Request::Submitted
            | Request::Accepted
            | Request::CancellationRequested
            | Request::CancellationRejected
    );
    match &fo.stage {
        _ if asked && (elsewhere || fo.request == Request::Submitted) => Err(WhyNot::Request(fo.request)),
        Stage::Scheduled { .. } => Err(WhyNot::Stage(fo.stage_name())),
        Stage::OnHold { holds }
            if holds.iter().any(|hold| hold.app.is_some() || hold.reason != HoldReason::AwaitingPayment) =>
        {
            Err(WhyNot::Stage(fo.stage_name()))
        }
        _ => Ok(()),
    }
}

/// Work that waited for its money is open: what is in it left.
fn open(change: &mut Change<'_, '_>, order: OrderId, id: FulfillmentOrderId) -> Result<(), Refusal> {
    let fo = work(&mut change.order(order)?.order, id)?;
    if matches!(fo.stage, Stage::OnHold { .. }) {
        fo.stage = Stage::Open;
    }
    Ok(())
}

/// Takes units out of work at another location, and from what is promised there.
fn fetch(
    change: &mut Change<'_, '_>,
    order: OrderId,
    id: FulfillmentOrderId,
    line: &FulfillmentOrderLine,
    units: i64,
) -> Result<(), Refusal> {
    let now = change.now;
    let of = &mut change.order(order)?.order;
    let fo = work(of, id)?;
    take_out(fo, &[(line.id, units)]);
    fo.updated_at = now;
    let location = fo.location;
    if let Some(delta) = stock_delta(of, line, location) {
        change.move_stock(StockDelta { committed: -units, ..delta });
        change.writes.push(Write::RouteWaiting);
    }
    Ok(())
}

/// Takes up to so many units of a line from those that no location has, and those that nobody was asked for.
fn from_waiting(
    change: &mut Change<'_, '_>,
    order: OrderId,
    line: InvoiceLineId,
    most: i64,
) -> Result<i64, Refusal> {
    let of = &mut change.order(order)?.order;
    let mut left = most;
    for waiting in of.routing.waiting.iter_mut().filter(|waiting| waiting.invoice_line == line) {
        let units = waiting.quantity.min(left);
        waiting.quantity -= units;
        left -= units;
    }
    of.routing.waiting.retain(|waiting| waiting.quantity > 0);
    if of.routing.waiting.is_empty() {
        of.routing.retry_at = None;
    }
    for own in of.invoices.iter_mut().flat_map(|invoice| &mut invoice.lines).filter(|own| own.id == line) {
        let units = own.unasked.min(left);
        own.unasked -= units;
        left -= units;
    }
    Ok(most - left)
}

/// Whether the location has what leaves, as far as anybody counts.
fn in_stock(
    change: &mut Change<'_, '_>,
    order: OrderId,
    line: InvoiceLineId,
    location: LocationId,
    leaving: &Fetched,
    check: StockCheck,
) -> Result<(), Refusal> {
    let stock = change.stock_now();
    let of = &change.order(order)?.order;
    let sold = of.invoice_lines().find(|own| own.id == line).map(|own| own.order_line);
    let article = sold.and_then(|sold| of.line(sold)).map(|line| &line.article);
    let counted = article.filter(|article| article.requires_shipping && is_limited(of, article));
    let Some(variant) = counted.and_then(|article| article.variant).filter(|_| check == StockCheck::Refuse)
    else {
        return Ok(());
    };
    let level = stock.iter().find(|level| level.variant == variant && level.location == location);
    // What lies where it is no longer stocked is promised to nobody any more.
    let sold = |level: &crate::stock::Stock| if level.stocked { level.available() } else { 0 };
    let (on_hand, available) = level.map_or((0, 0), |level| (level.on_hand, sold(level)));
    if leaving.units > available.max(0) || leaving.promised + leaving.units > on_hand {
        return Err(Refusal::OutOfStock(variant));
    }
    Ok(())
}

/// New work at the location for units that were fetched.
fn put(
    change: &mut Change<'_, '_>,
    order: OrderId,
    line: InvoiceLineId,
    units: i64,
    location: &Location,
    check: StockCheck,
) -> Result<(FulfillmentOrderId, FulfillmentOrderLine), Refusal> {
    let now = change.now;
    let of = &change.order(order)?.order;
    let sold = of.invoice_lines().find(|own| own.id == line).map(|own| own.order_line);
    let order_line: OrderLineId = sold.ok_or(Refusal::Unknown(Thing::InvoiceLine(line)))?;
    let article = of.line(order_line).map(|line| &line.article);
    let shipped = article.is_some_and(|article| article.requires_shipping);
    let counted = article.filter(|article| article.tracked && shipped).and_then(|article| article.variant);
    let limited = article.is_some_and(|article| is_limited(of, article)) && check == StockCheck::Refuse;
    let committed = counted.is_some();
    if let Some(variant) = counted {
        let guard = if limited { StockGuard::Available } else { StockGuard::Free };
        change.move_stock(StockDelta { committed: units, guard, ..StockDelta::none(variant, location.id) });
    }
    let own = FulfillmentOrderLine {
        id: change.ids.fresh(),
        order_line,
        invoice_line: line,
        total: units,
        fulfilled: 0,
        committed,
    };
    let fo = FulfillmentOrder {
        id: change.ids.fresh(),
        location: location.id,
        service: location.service,
        stage: Stage::Open,
        request: Request::Unsubmitted,
        delivery: if shipped { Delivery::Shipping } else { Delivery::Digital },
        lines: vec![own.clone()],
        fulfill_at: Some(now.start_of_hour()),
        fulfill_by: None,
        parted_from: None,
        parted_by: Default::default(),
        assigned: None,
        messages: Vec::new(),
        created_at: now,
        updated_at: now,
    };
    let id = fo.id;
    change.order(order)?.order.fulfillment_orders.push(fo);
    Ok((id, own))
}

fn share(
    change: &mut Change<'_, '_>,
    order: OrderId,
    work: FulfillmentOrderId,
    line: &FulfillmentOrderLine,
    quantity: i64,
) -> Share {
    Share {
        id: change.ids.fresh(),
        order,
        fulfillment_order: work,
        fulfillment_order_line: line.id,
        order_line: line.order_line,
        invoice_line: line.invoice_line,
        quantity,
    }
}

#[cfg(test)]
mod tests;
