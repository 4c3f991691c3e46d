//! Moving work to another location: by name, or to where routing would send it.

use super::part::{all_of, askable, found, may, named, part_off, put_in, reachable, take_out};
use super::{Change, Outcome, WorkChange, Write, route, work};
use crate::actor::{to_write, writable};
use crate::allowed::{Action, WhyNot};
use crate::command::{MoveWork, Reroute};
use crate::event::{Fact, LineQuantity};
use crate::fulfillment_order::{Delivery, FulfillmentOrder, Request, Stage, StageName};
use crate::id::{FulfillmentOrderId, LocationId, OrderId};
use crate::location::Location;
use crate::moving::{is_limited, movable};
use crate::order::{Order, Waiting};
use crate::refusal::{Refusal, Thing};
use crate::routing::{self, Demand, Parcel, Plan, Situation};
use crate::stock::{Stock, StockDelta, StockGuard};

/// Some or all of what remains goes to a location. Whoever moves work must be allowed to change it in both places.
pub(super) fn to(change: &mut Change<'_, '_>, command: &MoveWork) -> Result<Outcome, Refusal> {
    let id = command.fulfillment_order;
    let order_id = may(change, id, Action::Move)?;
    let location = change.snapshot.locations.iter().find(|location| location.id == command.to);
    let location = location.ok_or(Refusal::Unknown(Thing::Location(command.to)))?;
    if !writable(change.actor, location.service) {
        return Err(Refusal::NotPermitted(to_write(change.actor, location.service)));
    }
    let fo = found(&change.order(order_id)?.order, id)?;
    askable(fo, 0, &command.lines)?;
    let asked = if command.lines.is_empty() { all_of(fo) } else { command.lines.clone() };
    if fo.stage_name() == StageName::OnHold && !is_whole(fo, &asked) {
        return Err(Refusal::NotAllowed(id, Action::Split, WhyNot::Stage(StageName::OnHold)));
    }
    let moved = go(change, order_id, id, location, &asked, Peers::Join)?;
    Ok(Outcome::Work { order: order_id, id, rest: (moved != id).then_some(moved) })
}

/// Whole works of one order, all at one location, go to other ones as routing says.
pub(super) fn reroute(change: &mut Change<'_, '_>, command: &Reroute) -> Result<Outcome, Refusal> {
    let mut works = command.works.clone();
    works.sort();
    works.dedup();
    if works.is_empty() {
        return Err(Refusal::NothingToDo);
    }
    let (mut orders, mut locations): (Vec<OrderId>, Vec<LocationId>) = (Vec::new(), Vec::new());
    for id in &works {
        let order = reachable(change, *id)?;
        orders.push(order);
        locations.push(found(&change.order(order)?.order, *id)?.location);
    }
    orders.dedup();
    locations.sort();
    locations.dedup();
    let [order_id] = orders[..] else { return Err(Refusal::SeveralOrders(orders)) };
    if locations.len() > 1 {
        return Err(Refusal::SeveralLocations(locations));
    }
    let mut done = Vec::with_capacity(works.len());
    for (i, id) in works.iter().copied().enumerate() {
        may(change, id, Action::Reroute)?;
        // Works that are to go later don't tie those that go first to where they are.
        let rest = route::still_to_leave(&change.order(order_id)?.order, &works[i..]);
        let (location, plan) = planned(change, order_id, id, command, &rest)?;
        let asked = all_of(found(&change.order(order_id)?.order, id)?);
        let moved = go(change, order_id, id, location, &asked, Peers::Leave)?;
        change.order(order_id)?.order.routing.explanation = Some(plan.explanation);
        done.push(WorkChange { order: order_id, id, rest: (moved != id).then_some(moved) });
    }
    Ok(Outcome::Works(done))
}

/// Where routing sends that work, if one location can take all of it.
fn planned<'a>(
    change: &mut Change<'a, '_>,
    order_id: OrderId,
    id: FulfillmentOrderId,
    command: &Reroute,
    rest: &[(LocationId, Delivery)],
) -> Result<(&'a Location, Plan), Refusal> {
    let (snapshot, actor, stock) = (change.snapshot, change.actor, change.stock_now());
    let order = &change.order(order_id)?.order;
    let fo = found(order, id)?;
    let possible = movable(order, fo, &all_of(fo), &snapshot.locations, &stock);
    let locations: Vec<Location> = snapshot
        .locations
        .iter()
        .zip(&possible)
        .filter(|(location, possible)| {
            possible.takes_all().is_ok()
                && writable(actor, location.service)
                && (command.include.is_empty() || command.include.contains(&location.id))
                && !command.exclude.contains(&location.id)
        })
        .map(|(location, _)| location.clone())
        .collect();
    for demand in [demand(order, fo), beyond_stock(order, fo)] {
        let plan = plan(snapshot, order, &demand, &locations, &stock, rest);
        if let ([Parcel { location, .. }], true) = (&plan.parcels[..], plan.waiting.is_empty()) {
            let location = snapshot.locations.iter().find(|known| known.id == *location);
            return Ok((location.ok_or(Refusal::NoPlace(id))?, plan));
        }
    }
    Err(Refusal::NoPlace(id))
}

fn plan(
    snapshot: &crate::snapshot::Snapshot,
    order: &Order,
    demand: &[Demand],
    locations: &[Location],
    stock: &[Stock],
    rest: &[(LocationId, Delivery)],
) -> Plan {
    let destination = order.placed.shipping_address.as_ref();
    let (tie_breakers, rules) = (&snapshot.shop.tie_breakers, &snapshot.rules);
    routing::plan(demand, &Situation { locations, stock, destination, tie_breakers, avoid: &[], rules, rest })
}

/// What remains of `fo`, as routing wants to know it.
fn demand(order: &Order, fo: &FulfillmentOrder) -> Vec<Demand> {
    let waiting = fo.lines.iter().filter(|line| line.remaining() > 0).map(|line| Waiting {
        invoice_line: line.invoice_line,
        order_line: line.order_line,
        quantity: line.remaining(),
    });
    waiting.map(|waiting| route::wanted(order, &waiting)).collect()
}

/// The same, but what is sold beyond stock isn't limited by it.
fn beyond_stock(order: &Order, fo: &FulfillmentOrder) -> Vec<Demand> {
    let mut demand = demand(order, fo);
    for (wanted, line) in demand.iter_mut().zip(fo.lines.iter().filter(|line| line.remaining() > 0)) {
        wanted.limited &= order.line(line.order_line).is_some_and(|line| is_limited(order, &line.article));
    }
    demand
}

/// What becomes of work of the same order that is at the destination already.
#[derive(Clone, Copy, PartialEq)]
enum Peers {
    /// What is open there and asked of nobody is joined with what comes.
    Join,
    /// Nothing.
    Leave,
}

/// The units go; tells which work holds them then. Work of which everything goes, and nothing left before, keeps its
/// id. Otherwise the units become new work: what had left stays where it left. Nobody at the new location has been
/// asked for anything, so whatever was said about the work before is over; only its holds go with it.
fn go(
    change: &mut Change<'_, '_>,
    order_id: OrderId,
    id: FulfillmentOrderId,
    to: &Location,
    asked: &[LineQuantity],
    peers: Peers,
) -> Result<FulfillmentOrderId, Refusal> {
    let (snapshot, stock) = (change.snapshot, change.stock_now());
    let order = &change.order(order_id)?.order;
    let fo = found(order, id)?.clone();
    let destinations = movable(order, &fo, asked, &snapshot.locations, &stock);
    for destination in destinations.iter().filter(|destination| destination.location == to.id) {
        destination.takes_all().map_err(|obstacle| Refusal::NotMovable(id, to.id, obstacle))?;
    }
    let peers = match (&fo.stage, peers) {
        (Stage::OnHold { .. }, _) | (_, Peers::Leave) => Vec::new(),
        (_, Peers::Join) => peers_at(order, &fo, to),
    };
    let promises = promises(order, &fo, to, asked);
    if !promises.is_empty() {
        // What was promised where it leaves may now be had by others.
        change.writes.push(Write::RouteWaiting);
    }
    promises.into_iter().for_each(|delta| change.move_stock(delta));
    let (whole, untouched) = (is_whole(&fo, asked), fo.lines.iter().all(|line| line.fulfilled == 0));
    let moved =
        if whole && untouched && peers.is_empty() { id } else { part_off(change, order_id, id, asked)? };
    let now = change.now;
    let order = &mut change.order(order_id)?.order;
    if whole {
        let of = |other: &&mut FulfillmentOrder| other.is_open() && other.parted_from == Some(id);
        order.fulfillment_orders.iter_mut().filter(of).for_each(|other| other.parted_from = None);
    }
    let new = work(order, moved)?;
    new.location = to.id;
    new.service = to.service;
    new.request = Request::Unsubmitted;
    new.stage = if whole && matches!(fo.stage, Stage::OnHold { .. }) { fo.stage } else { Stage::Open };
    new.parted_from = None;
    new.updated_at = now;
    let mut merged = Vec::with_capacity(peers.len());
    for peer in peers {
        let fo = work(&mut change.order(order_id)?.order, peer)?;
        let all = all_of(fo);
        let coming = take_out(fo, &all);
        fo.updated_at = now;
        merged.push((peer, all));
        put_in(change, order_id, moved, coming)?;
    }
    let touched = change.order(order_id)?;
    let (original, work) = (found(&touched.order, id)?.as_work(), found(&touched.order, moved)?.as_work());
    touched.facts.push(Fact::WorkMoved { original, moved: work, from: fo.location, lines: asked.to_vec() });
    if !merged.is_empty() {
        touched.facts.push(Fact::WorkMerged { work, merged });
    }
    Ok(moved)
}

fn is_whole(fo: &FulfillmentOrder, asked: &[LineQuantity]) -> bool {
    fo.lines.iter().all(|line| line.remaining() == named(asked, line.id))
}

/// Work of the order at `to` that what comes from `fo` is joined with.
fn peers_at(order: &Order, fo: &FulfillmentOrder, to: &Location) -> Vec<FulfillmentOrderId> {
    let is_peer = |peer: &&FulfillmentOrder| {
        peer.id != fo.id
            && peer.location == to.id
            && peer.service == to.service
            && peer.delivery == fo.delivery
            && peer.stage == Stage::Open
            && peer.request == Request::Unsubmitted
    };
    order.fulfillment_orders.iter().filter(is_peer).map(|peer| peer.id).collect()
}

/// Units that are promised where they leave are promised where they go instead.
fn promises(order: &Order, fo: &FulfillmentOrder, to: &Location, asked: &[LineQuantity]) -> Vec<StockDelta> {
    let mut deltas = Vec::new();
    for (line, quantity) in asked.iter().filter_map(|(id, quantity)| Some((fo.line(*id)?, *quantity))) {
        let article = order.line(line.order_line).map(|line| &line.article);
        let Some(leaves) = super::stock_delta(order, line, fo.location) else { continue };
        let limited = article.is_some_and(|article| is_limited(order, article));
        let guard = if limited { StockGuard::Available } else { StockGuard::Free };
        deltas.push(StockDelta { committed: -quantity, ..leaves });
        deltas.push(StockDelta { committed: quantity, location: to.id, guard, ..leaves });
    }
    deltas
}

#[cfg(test)]
mod tests;
