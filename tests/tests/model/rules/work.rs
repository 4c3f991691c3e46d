//! What may be done with work in which state, as a table of its own; and taking work apart and putting it together.

use std::collections::BTreeSet;

use domain::event::FactKind;
use domain::id::{FulfillmentOrderId, FulfillmentOrderLineId, OrderId};

use super::Forecast;
use crate::reference::{Known, Reference, Units, Work};
use crate::who::Who;

/// Something that can be done with work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Act {
    Ask,
    Fulfill,
    Cancel,
    AskToStop,
    Accept,
    Reject,
    Stop,
    GoOn,
    GiveUp,
    Open,
    Reschedule,
    Report,
    Release,
    Hold,
    Move,
    Reroute,
    Split,
    Merge,
}

/// How many holds a program may have on one work.
const HOLDS: usize = 10;

/// Whether somebody may do that with some work of an order now.
pub fn may(who: Who, act: Act, order: &Known, id: FulfillmentOrderId) -> bool {
    let Some(work) = order.works.get(&id) else { return false };
    let answers = matches!(act, Act::Accept | Act::Reject | Act::Stop | Act::GoOn | Act::GiveUp);
    let does = matches!(act, Act::Fulfill | Act::Report | Act::Reroute);
    let others = work.service.is_some() && who.service() != work.service && who != Who::System;
    who.writes(work.service)
        && !(answers && others)
        && (answers || does || who.may_all())
        && possible(who, act, order, id, work)
}

fn possible(who: Who, act: Act, order: &Known, id: FulfillmentOrderId, work: &Work) -> bool {
    let (stage, request, served) = (work.stage, work.request, work.service.is_some());
    let done = stage == "closed";
    match act {
        Act::Ask => served && ["open", "incomplete", "cancelled"].contains(&stage) && work.free(),
        Act::Fulfill => !done && !["on_hold", "scheduled"].contains(&stage) && request != "submitted",
        Act::Cancel => match stage {
            "open" => ["unsubmitted", "submitted", "rejected"].contains(&request),
            "in_progress" => !work.reported && request == "cancellation_requested",
            _ => false,
        },
        Act::AskToStop => served && stage == "in_progress" && request == "accepted",
        Act::Accept | Act::Reject => served && stage == "open" && request == "submitted",
        Act::Stop | Act::GoOn => served && stage == "in_progress" && request == "cancellation_requested",
        Act::GiveUp => served && stage == "in_progress" && work.with_service(),
        Act::Open => stage == "scheduled" || work.reported,
        Act::Reschedule => stage == "scheduled",
        Act::Report => !served && ["open", "in_progress"].contains(&stage),
        Act::Release => stage == "on_hold",
        Act::Hold => match stage {
            "on_hold" => {
                let own = work.holds.iter().filter(|(app, ..)| *app == who.app()).count();
                own < HOLDS && request != "submitted"
            }
            "open" => request != "submitted",
            "incomplete" | "cancelled" => true,
            _ => work.reported,
        },
        Act::Move | Act::Reroute => !work.reported && !done && stage != "scheduled" && work.free(),
        Act::Split => stage == "open" && work.free() && work.rest() >= 2,
        Act::Merge => {
            let others = order.works.iter().filter(|(other, _)| **other != id);
            stage == "open" && work.free() && others.into_iter().any(|(_, other)| alike(work, other))
        }
    }
}

/// Whether two works may be joined.
pub fn alike(one: &Work, other: &Work) -> bool {
    let key = |work: &Work| (work.at, work.service, work.delivery, work.request);
    [one, other].iter().all(|work| work.stage == "open" && work.free()) && key(one) == key(other)
}

/// Somebody does something with a work that he may do; `change` tells what comes of it.
pub fn done(
    shop: &mut Reference,
    who: Who,
    act: Act,
    id: FulfillmentOrderId,
    fact: FactKind,
    change: impl FnOnce(&mut Work) -> Option<()>,
) -> Option<Forecast> {
    let order = allowed(shop, who, act, id)?;
    let known = shop.orders.get_mut(&order)?;
    change(known.works.get_mut(&id)?)?;
    known.told();
    Some(Forecast::exact([order], fact))
}

/// The order of a work that somebody may do something with.
pub fn allowed(shop: &Reference, who: Who, act: Act, id: FulfillmentOrderId) -> Option<OrderId> {
    let order = shop.order_of(id)?;
    may(who, act, shop.orders.get(&order)?, id).then_some(order)
}

pub type Lines = [(FulfillmentOrderLineId, i64)];

/// Whether so many units of those lines can be asked of a work.
pub fn askable(work: &Work, lines: &Lines) -> Option<()> {
    let mut named = BTreeSet::new();
    for (line, quantity) in lines {
        let units = work.units.iter().find(|units| units.line == *line)?;
        if *quantity <= 0 || *quantity > units.rest() || !named.insert(*line) {
            return None;
        }
    }
    Some(())
}

pub fn named(lines: &Lines, line: FulfillmentOrderLineId) -> i64 {
    lines.iter().find(|(id, _)| *id == line).map_or(0, |(_, quantity)| *quantity)
}

/// Whether that is all that remains of it.
pub fn is_whole(work: &Work, lines: &Lines) -> bool {
    work.units.iter().all(|units| units.rest() == named(lines, units.line))
}

/// Takes units out of a work; when nothing remains it is closed.
pub fn take_out(work: &mut Work, lines: &Lines) -> Vec<Units> {
    let mut out = Vec::new();
    for units in &mut work.units {
        let quantity = named(lines, units.line);
        if quantity > 0 {
            units.total -= quantity;
            out.push(Units { total: quantity, left: 0, ..units.clone() });
        }
    }
    if work.rest() == 0 {
        close(work);
    } else {
        work.units.retain(|units| units.total > 0);
    }
    out
}

/// Units come to a work: to the line of the same sale, or as a line of their own.
pub fn put_in(
    shop: &mut Reference,
    order: OrderId,
    id: FulfillmentOrderId,
    coming: Vec<Units>,
) -> Option<()> {
    for units in coming {
        let line = FulfillmentOrderLineId(shop.nameless());
        let work = shop.orders.get_mut(&order)?.works.get_mut(&id)?;
        let same = |own: &&mut Units| (own.sale, own.counted) == (units.sale, units.counted);
        match work.units.iter_mut().find(same) {
            Some(own) => own.total += units.total,
            None => work.units.push(Units { line, ..units }),
        }
    }
    Some(())
}

/// Those units become a work of their own, open and asked of nobody.
pub fn part_off(
    shop: &mut Reference,
    order: OrderId,
    id: FulfillmentOrderId,
    lines: &Lines,
) -> Option<FulfillmentOrderId> {
    let work = shop.orders.get_mut(&order)?.works.get_mut(&id)?;
    let out = take_out(work, lines);
    let mut new = Work { units: Vec::new(), parted: None, ..work.clone() };
    reopen(&mut new);
    for units in out {
        new.units.push(Units { line: FulfillmentOrderLineId(shop.nameless()), ..units });
    }
    let made = FulfillmentOrderId(shop.nameless());
    shop.orders.get_mut(&order)?.works.insert(made, new);
    Some(made)
}

/// What isn't named becomes a work of its own, if anything is named.
pub fn part(
    shop: &mut Reference,
    order: OrderId,
    id: FulfillmentOrderId,
    lines: &Lines,
) -> Option<Option<FulfillmentOrderId>> {
    let work = shop.orders.get(&order)?.works.get(&id)?;
    askable(work, lines)?;
    let rests = work.all().into_iter().map(|(line, rest)| (line, rest - named(lines, line)));
    let goes: Vec<_> = rests.filter(|(_, rest)| *rest > 0).collect();
    if lines.is_empty() || goes.is_empty() {
        return Some(None);
    }
    part_off(shop, order, id, &goes).map(Some)
}

/// It asks for nothing any more.
pub fn close(work: &mut Work) {
    (work.stage, work.reported, work.opens) = ("closed", false, None);
    work.holds.clear();
}

/// It can be done, and nobody was asked to.
pub fn reopen(work: &mut Work) {
    (work.stage, work.request, work.reported, work.opens) = ("open", "unsubmitted", false, None);
    work.holds.clear();
}

/// What was said before is over, when work goes on after a service gave up or stopped.
pub fn forget_what_ended(work: &mut Work) {
    if ["closed", "cancellation_accepted"].contains(&work.request) {
        work.request = "unsubmitted";
    }
}
