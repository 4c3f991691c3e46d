//! Units of one order leave or are given up, named by its lines. Like [`super::fulfill_lines`] this believes whoever
//! says so: what waits elsewhere, or for a location, is fetched first. One fulfillment remembers both what left and
//! what was given up, even if nothing left.

use super::fulfill::{Leaving, leave};
use super::fulfill_lines::{gather, location, remaining};
use super::{Change, Outcome, charging, give_up};
use crate::actor::Permission;
use crate::billing::Trouble;
use crate::command::charging::{FulfillOrder, LineDone};
use crate::custom_field;
use crate::fulfillment::{GivenUp, Share};
use crate::id::{InvoiceLineId, LocationId, OrderLineId};
use crate::location::Location;
use crate::order::Order;
use crate::refusal::{Refusal, Thing};

pub(super) fn fulfill(change: &mut Change<'_, '_>, command: &FulfillOrder) -> Result<Outcome, Refusal> {
    let id = command.order;
    let lines = asked(&command.lines)?;
    if lines.iter().any(|line| line.give_up > 0) && !change.actor.may(Permission::WriteOrders) {
        return Err(Refusal::NotPermitted(&[Permission::WriteOrders]));
    }
    let now = change.now;
    let order = &change.order(id)?.order;
    may(order, &lines)?;
    charging::may_leave(order, now)?;
    let location = at(change, command, &lines)?;
    let mut shares: Vec<Share> = Vec::new();
    for done in lines.iter().filter(|done| done.leave > 0) {
        for (line, units) in sold(&change.order(id)?.order, done.line, done.leave) {
            shares.extend(gather(change, id, line, units, location, command.stock)?);
        }
    }
    let given_up = lines.iter().filter(|done| done.give_up > 0);
    let given_up =
        given_up.map(|done| GivenUp { order: id, order_line: done.line, quantity: done.give_up, from: None });
    let given_up: Vec<GivenUp> = given_up.collect();
    let leaves = Leaving {
        location: location.id,
        service: location.service,
        trackings: command.trackings.clone(),
        notify_buyer: command.notify_buyer,
        message: None,
        origin: None,
        number: None,
        given_up: given_up.clone(),
        custom_fields: custom_field::merged(&[], &command.custom_fields, now, change.ids),
    };
    let made = leave(change, shares, leaves)?;
    give_up::of_order(change, id, &given_up)?;
    Ok(Outcome::Fulfillment(made))
}

/// What is asked for; a line that is named twice counts together.
fn asked(lines: &[LineDone]) -> Result<Vec<LineDone>, Refusal> {
    let mut asked: Vec<LineDone> = Vec::with_capacity(lines.len());
    for (at, done) in lines.iter().enumerate() {
        if done.leave < 0 || done.give_up < 0 || (done.leave, done.give_up) == (0, 0) {
            return Err(Refusal::QuantityNotPositive((0, at)));
        }
        match asked.iter_mut().find(|known| known.line == done.line) {
            Some(known) => {
                known.leave = known.leave.saturating_add(done.leave);
                known.give_up = known.give_up.saturating_add(done.give_up);
            }
            None => asked.push(*done),
        }
    }
    if asked.is_empty() { Err(Refusal::NothingToDo) } else { Ok(asked) }
}

/// Whether so much is left of the order and of each of the lines.
fn may(order: &Order, lines: &[LineDone]) -> Result<(), Refusal> {
    if order.cancelled.is_some() {
        return Err(Refusal::OrderCancelled(order.id));
    }
    if order.lines.iter().all(|line| left(order, line.id) == 0) {
        return Err(Refusal::Billing(Trouble::NothingLeft(order.id)));
    }
    for LineDone { line, leave, give_up } in lines {
        order.line(*line).ok_or(Refusal::Unknown(Thing::OrderLine(*line)))?;
        let (asked, left) = (leave.saturating_add(*give_up), left(order, *line));
        if asked > left {
            return Err(Refusal::Billing(Trouble::TooManyOfLine { line: *line, asked, left }));
        }
    }
    Ok(())
}

/// Units of a line that neither left nor were given up.
fn left(order: &Order, line: OrderLineId) -> i64 {
    sold(order, line, i64::MAX).into_iter().map(|(_, units)| units).sum()
}

/// Up to so many units of a line by the invoice lines that sold them, oldest first.
pub(super) fn sold(order: &Order, line: OrderLineId, most: i64) -> Vec<(InvoiceLineId, i64)> {
    let mut left = most;
    let of = order.invoice_lines().filter(|own| own.order_line == line && own.adjusts.is_none());
    let mut sold = Vec::new();
    for own in of {
        let units = remaining(order, own.id).min(left);
        if units > 0 {
            left -= units;
            sold.push((own.id, units));
        }
    }
    sold
}

/// Where it leaves: as the command says, or where most of the units wait, or where anything could be.
fn at<'a>(
    change: &mut Change<'a, '_>,
    command: &FulfillOrder,
    lines: &[LineDone],
) -> Result<&'a Location, Refusal> {
    if let Some(id) = command.location {
        return location(change, id);
    }
    let order = &change.order(command.order)?.order;
    let mut waits: Vec<(LocationId, i64)> = Vec::new();
    for fo in order.fulfillment_orders.iter().filter(|fo| fo.is_open()) {
        let named = fo.lines.iter().filter(|own| lines.iter().any(|done| done.line == own.order_line));
        let units: i64 = named.map(|own| own.remaining()).sum();
        match waits.iter_mut().find(|(at, _)| *at == fo.location) {
            Some((_, sum)) => *sum += units,
            None => waits.push((fo.location, units)),
        }
    }
    // Of equals, where the oldest work is.
    let most = waits.iter().rev().max_by_key(|(_, units)| *units).map(|(at, _)| *at);
    let active = change.snapshot.locations.iter().filter(|location| location.active);
    let any = active.min_by_key(|location| (location.service.is_some(), location.rank, location.id));
    let id = most.or(any.map(|location| location.id));
    location(change, id.ok_or(Refusal::Unknown(Thing::Location(LocationId(0))))?)
}
