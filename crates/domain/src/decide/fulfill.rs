//! Units leave. Over-fulfillment is impossible here: what leaves is taken from what remains, in one decision, and
//! the order's version guards that nobody else took it meanwhile.

use std::collections::BTreeSet;

use super::{Change, Outcome, Write, charging, stock_delta, work};
use crate::actor::{Actor, writable};
use crate::address::Address;
use crate::allowed::{Action, WhyNot, check};
use crate::command::{Fulfill, FulfillWork, Reach};
use crate::custom_field::CustomField;
use crate::event::Fact;
use crate::fulfillment::{Fulfillment, GivenUp, Share, Tracking};
use crate::fulfillment_order::{FulfillmentOrder, Stage};
use crate::id::{FulfillmentId, FulfillmentOrderLineId, LocationId, OrderId, ServiceId};
use crate::order::Order;
use crate::refusal::{Refusal, Thing};

pub(super) fn fulfill(change: &mut Change<'_, '_>, command: &Fulfill) -> Result<Outcome, Refusal> {
    quantities_are_positive(&command.works)?;
    let works = works(change, command)?;
    one_order(&works, command.reach)?;
    let location = one_location(&works)?;
    for (order, fo, _) in &works {
        allowed(change.actor, order, fo)?;
    }
    let shares = shares(change, &works)?;
    let leaves = Leaving {
        location,
        service: works[0].1.service,
        trackings: command.trackings.clone(),
        notify_buyer: command.notify_buyer,
        message: command.message.clone(),
        origin: command.origin.clone(),
        number: None,
        given_up: Vec::new(),
        custom_fields: Vec::new(),
    };
    leave(change, shares, leaves).map(Outcome::Fulfillment)
}

/// How something leaves.
pub(super) struct Leaving {
    pub(super) location: LocationId,
    pub(super) service: Option<ServiceId>,
    pub(super) trackings: Vec<Tracking>,
    pub(super) notify_buyer: bool,
    pub(super) message: Option<String>,
    pub(super) origin: Option<Address>,
    pub(super) number: Option<i64>,
    /// What is given up with it; whoever calls takes it from the work.
    pub(super) given_up: Vec<GivenUp>,
    pub(super) custom_fields: Vec<CustomField>,
}

/// Those shares leave, as one fulfillment. Whether they may was asked before, apart from whether there is money for them.
pub(super) fn leave(
    change: &mut Change<'_, '_>,
    shares: Vec<Share>,
    leaves: Leaving,
) -> Result<FulfillmentId, Refusal> {
    let given_up = leaves.given_up.iter().map(|units| units.order);
    let orders: BTreeSet<OrderId> = shares.iter().map(|share| share.order).chain(given_up).collect();
    let first = *orders.first().ok_or(Refusal::NothingToDo)?;
    let id = change.ids.fresh();
    let now = change.now;
    orders.iter().try_for_each(|order| charging::may_leave(&change.order(*order)?.order, now))?;
    for share in &shares {
        take(change, share)?;
    }
    for order in &orders {
        let touched = change.order(*order)?;
        for fo in &mut touched.order.fulfillment_orders {
            if shares.iter().any(|share| share.fulfillment_order == fo.id) {
                progress(fo);
                fo.updated_at = now;
            }
        }
        if shares.iter().any(|share| share.order == *order) {
            touched.facts.push(Fact::FulfillmentCreated { fulfillment: id });
        }
        let given_up = leaves.given_up.iter().filter(|units| units.order == *order);
        let lines: Vec<_> = given_up.map(|units| (units.order_line, units.quantity)).collect();
        if !lines.is_empty() {
            touched.facts.push(Fact::UnitsGivenUp { fulfillment: id, lines });
        }
    }
    let order = &mut change.order(first)?.order;
    order.fulfillments_made += 1;
    let name = format!("{}-F{}", order.name, order.fulfillments_made);
    change.writes.push(Write::NewFulfillment(Box::new(Fulfillment {
        id,
        name,
        number: leaves.number,
        location: leaves.location,
        service: leaves.service,
        shares,
        given_up: leaves.given_up,
        trackings: leaves.trackings,
        events: Vec::new(),
        cancelled_at: None,
        origin: leaves.origin,
        notify_buyer: leaves.notify_buyer,
        message: leaves.message,
        custom_fields: leaves.custom_fields,
        created_at: now,
        updated_at: now,
        version: 1,
    })));
    Ok(id)
}

/// What is asked of a fulfillment order, with the order that it belongs to.
type Asked<'a, 'c> = (&'a Order, &'a FulfillmentOrder, &'c FulfillWork);

fn quantities_are_positive(works: &[FulfillWork]) -> Result<(), Refusal> {
    for (w, work) in works.iter().enumerate() {
        for (l, (_, quantity)) in work.lines.iter().flatten().enumerate() {
            if *quantity <= 0 {
                return Err(Refusal::QuantityNotPositive((w, l)));
            }
        }
    }
    Ok(())
}

fn works<'a, 'c>(change: &Change<'a, '_>, command: &'c Fulfill) -> Result<Vec<Asked<'a, 'c>>, Refusal> {
    if command.works.is_empty() {
        return Err(Refusal::NothingToDo);
    }
    let snapshot = change.snapshot;
    let mut works: Vec<Asked<'a, 'c>> = Vec::with_capacity(command.works.len());
    for asked in &command.works {
        let found =
            snapshot.orders.iter().find_map(|order| Some((order, order.fulfillment_order(asked.id)?)));
        let (order, fo) = found.ok_or(Refusal::Unknown(Thing::FulfillmentOrder(asked.id)))?;
        works.push((order, fo, asked));
    }
    // Whether all is there comes before whether all may be touched.
    match works.iter().find(|(_, fo, _)| !writable(change.actor, fo.service)) {
        Some((_, fo, _)) => Err(Refusal::NoAccess(fo.id)),
        None => Ok(works),
    }
}

fn one_order(works: &[Asked<'_, '_>], reach: Reach) -> Result<(), Refusal> {
    let mut orders: Vec<OrderId> = works.iter().map(|(order, ..)| order.id).collect();
    orders.sort();
    orders.dedup();
    match reach {
        Reach::OneOrder if orders.len() > 1 => Err(Refusal::SeveralOrders(orders)),
        _ => Ok(()),
    }
}

fn one_location(works: &[Asked<'_, '_>]) -> Result<LocationId, Refusal> {
    let mut locations: Vec<LocationId> = works.iter().map(|(_, fo, _)| fo.location).collect();
    locations.sort();
    locations.dedup();
    match locations.as_slice() {
        [one] => Ok(*one),
        _ => Err(Refusal::SeveralLocations(locations)),
    }
}

fn allowed(actor: &Actor, order: &Order, fo: &FulfillmentOrder) -> Result<(), Refusal> {
    check(Action::Fulfill, order, fo, actor).map_err(|why| match why {
        WhyNot::Stage(stage) => Refusal::Unfulfillable(fo.id, stage),
        WhyNot::NotPermitted => Refusal::NoAccess(fo.id),
        why => Refusal::NotAllowed(fo.id, Action::Fulfill, why),
    })
}

/// What is asked for, line by line; the same line named twice counts together, and so does the same fulfillment
/// order named twice.
fn shares(change: &mut Change<'_, '_>, works: &[Asked<'_, '_>]) -> Result<Vec<Share>, Refusal> {
    let mut shares: Vec<Share> = Vec::new();
    for (order, fo, asked) in works {
        let all =
            || fo.lines.iter().map(|line| (line.id, line.remaining())).filter(|(_, n)| *n > 0).collect();
        let lines: Vec<(FulfillmentOrderLineId, i64)> = asked.lines.clone().unwrap_or_else(all);
        for (id, quantity) in lines {
            let line = fo.line(id).ok_or(Refusal::Unknown(Thing::FulfillmentOrderLine(id)))?;
            let known = shares.iter_mut().find(|share| share.fulfillment_order_line == id);
            let asked = quantity.saturating_add(known.as_ref().map_or(0, |share| share.quantity));
            if asked > line.remaining() {
                return Err(Refusal::QuantityTooLarge { line: id, asked, remaining: line.remaining() });
            }
            match known {
                Some(share) => share.quantity = asked,
                None => shares.push(Share {
                    id: change.ids.fresh(),
                    order: order.id,
                    fulfillment_order: fo.id,
                    fulfillment_order_line: id,
                    order_line: line.order_line,
                    invoice_line: line.invoice_line,
                    quantity,
                }),
            }
        }
    }
    Ok(shares)
}

/// Takes a share's units from what remains and from the shelves.
fn take(change: &mut Change<'_, '_>, share: &Share) -> Result<(), Refusal> {
    let order = &mut change.order(share.order)?.order;
    let fo = work(order, share.fulfillment_order)?;
    let location = fo.location;
    let wanted = share.fulfillment_order_line;
    let line = fo.lines.iter_mut().find(|line| line.id == wanted);
    let line = line.ok_or(Refusal::Unknown(Thing::FulfillmentOrderLine(wanted)))?;
    line.fulfilled += share.quantity;
    let line = line.clone();
    if let Some(delta) = stock_delta(order, &line, location) {
        let quantity = share.quantity;
        change.move_stock(crate::stock::StockDelta { on_hand: -quantity, committed: -quantity, ..delta });
    }
    Ok(())
}

/// The stage of work after some of it left.
fn progress(fo: &mut FulfillmentOrder) {
    if fo.lines.iter().all(|line| line.remaining() == 0) {
        fo.stage = Stage::Closed;
    } else if !matches!(fo.stage, Stage::InProgress { .. }) {
        fo.stage = Stage::InProgress { report: None };
        fo.forget_ended_request();
    }
}

#[cfg(test)]
mod tests;
