//! Commands that take work apart, put it together, or carry it elsewhere.

use std::collections::BTreeMap;

use domain::command::{MoveWork, PlaceHold, RequestFulfillment, Reroute, SomeWork};
use domain::event::FactKind;
use domain::id::{FulfillmentOrderId, FulfillmentOrderLineId, HoldId, LocationId, OrderId};

use super::Forecast;
use super::work::{
    Act, alike, allowed, askable, close, forget_what_ended, is_whole, may, part, part_off, put_in, take_out,
};
use crate::reference::{Parted, Reference, Work};
use crate::who::Who;

pub fn hold(shop: &mut Reference, who: Who, hold: &PlaceHold) -> Option<Forecast> {
    let id = hold.fulfillment_order;
    let order = allowed(shop, who, Act::Hold, id)?;
    let work = shop.work(id)?;
    let taken = work.holds.iter().any(|(app, handle, _)| (*app, handle) == (who.app(), &hold.handle));
    let parts = !hold.lines.is_empty();
    if taken || hold.handle.chars().count() > 64 || (parts && work.stage != "open") {
        return None;
    }
    let rest = part(shop, order, id, &hold.lines)?;
    let known = shop.orders.get_mut(&order)?;
    if let Some(rest) = rest {
        known.works.get_mut(&rest)?.parted = Some(Parted::ByHold(id));
    }
    let work = known.works.get_mut(&id)?;
    forget_what_ended(work);
    (work.stage, work.reported) = ("on_hold", false);
    work.holds.push((who.app(), hold.handle.clone(), HoldId(-1)));
    known.told();
    Some(Forecast::exact([order], FactKind::HoldAdded))
}

/// Holds go; with the last of them what had been parted comes back.
pub fn release(shop: &mut Reference, who: Who, id: FulfillmentOrderId, holds: &[HoldId]) -> Option<Forecast> {
    let order = allowed(shop, who, Act::Release, id)?;
    let known = shop.orders.get_mut(&order)?;
    let work = known.works.get_mut(&id)?;
    let is_there = |wanted: &HoldId| work.holds.iter().any(|(_, _, hold)| hold == wanted);
    if !holds.iter().all(is_there) {
        return None;
    }
    work.holds.retain(|(_, _, hold)| !holds.is_empty() && !holds.contains(hold));
    if work.holds.is_empty() {
        work.stage = "open";
        let mut coming = Vec::new();
        for (_, other) in known.works.iter_mut().filter(|(_, other)| {
            other.parted == Some(Parted::ByHold(id))
                && (other.stage, other.request) == ("open", "unsubmitted")
        }) {
            let all = other.all();
            coming.extend(take_out(other, &all));
        }
        put_in(shop, order, id, coming)?;
    }
    shop.orders.get_mut(&order)?.told();
    Some(Forecast::exact([order], FactKind::HoldReleased))
}

/// The merchant asks a service, for all or for some of it.
pub fn request(shop: &mut Reference, who: Who, request: &RequestFulfillment) -> Option<Forecast> {
    let id = request.fulfillment_order;
    let order = allowed(shop, who, Act::Ask, id)?;
    let rest = part(shop, order, id, &request.lines)?;
    let known = shop.orders.get_mut(&order)?;
    if let Some(rest) = rest {
        known.works.get_mut(&rest)?.parted = Some(Parted::ByRequest(id));
    }
    let work = known.works.get_mut(&id)?;
    (work.stage, work.request) = ("open", "submitted");
    known.told();
    Some(Forecast::exact([order], FactKind::RequestSubmitted))
}

pub fn split(shop: &mut Reference, who: Who, splits: &[SomeWork]) -> Option<Forecast> {
    let mut forecast = Forecast::exact([], FactKind::WorkSplit);
    for SomeWork { id, lines } in splits {
        let order = allowed(shop, who, Act::Split, *id)?;
        let work = shop.work(*id)?;
        askable(work, lines)?;
        if lines.is_empty() || is_whole(work, lines) {
            return None;
        }
        part_off(shop, order, *id, lines)?;
        if forecast.orders.insert(order) {
            shop.orders.get_mut(&order)?.told();
        }
    }
    (!splits.is_empty()).then_some(forecast)
}

pub fn merge(shop: &mut Reference, who: Who, merges: &[Vec<SomeWork>]) -> Option<Forecast> {
    let mut forecast = Forecast::exact([], FactKind::WorkMerged);
    for merge in merges {
        let order = joined(shop, who, merge)?;
        if forecast.orders.insert(order) {
            shop.orders.get_mut(&order)?.told();
        }
    }
    (!merges.is_empty()).then_some(forecast)
}

/// All come together in the first of them.
fn joined(shop: &mut Reference, who: Who, merge: &[SomeWork]) -> Option<OrderId> {
    let [first, others @ ..] = merge else { return None };
    let order = shop.order_of(first.id).filter(|_| !others.is_empty())?;
    let known = shop.orders.get(&order)?;
    let mut goes = Vec::new();
    for (at, SomeWork { id, lines }) in merge.iter().enumerate() {
        let work = known.works.get(id)?;
        let twice = merge[..at].iter().any(|other| other.id == *id);
        if twice || !may(who, Act::Merge, known, *id) || !alike(known.works.get(&first.id)?, work) {
            return None;
        }
        askable(work, lines)?;
        goes.push((*id, if lines.is_empty() { work.all() } else { lines.clone() }));
    }
    for (id, lines) in &goes[1..] {
        let coming = take_out(shop.orders.get_mut(&order)?.works.get_mut(id)?, lines);
        put_in(shop, order, first.id, coming)?;
    }
    shop.orders.get_mut(&order)?.works.get_mut(&first.id)?.parted = None;
    Some(order)
}

/// Work goes to another location, or some of it. What is open there already and asked of nobody is joined with it.
pub fn go(shop: &mut Reference, who: Who, to: &MoveWork) -> Option<Forecast> {
    let id = to.fulfillment_order;
    let order = allowed(shop, who, Act::Move, id)?;
    let place = shop.places.get(&to.to).filter(|place| who.writes(place.service))?.clone();
    let work = shop.work(id)?.clone();
    askable(&work, &to.lines)?;
    let lines = if to.lines.is_empty() { work.all() } else { to.lines.clone() };
    let (whole, held) = (is_whole(&work, &lines), work.stage == "on_hold");
    if work.at == to.to || !place.active || (held && !whole) {
        return None;
    }
    has_room(shop, order, &work, &lines, to.to)?;
    let known = shop.orders.get_mut(&order)?;
    let is_peer = |other: &&Work| {
        (other.at, other.service, other.delivery) == (to.to, place.service, work.delivery)
            && (other.stage, other.request) == ("open", "unsubmitted")
    };
    let peers = known.works.iter().filter(|(other, work)| **other != id && is_peer(work) && !held);
    let peers: Vec<FulfillmentOrderId> = peers.map(|(other, _)| *other).collect();
    if whole {
        let of = [Some(Parted::ByHold(id)), Some(Parted::ByRequest(id))];
        let parted = known.works.values_mut().filter(|other| other.is_open() && of.contains(&other.parted));
        parted.for_each(|other| other.parted = None);
    }
    let stays = whole && work.untouched() && peers.is_empty();
    let moved = if stays { id } else { part_off(shop, order, id, &lines)? };
    let known = shop.orders.get_mut(&order)?;
    let new = known.works.get_mut(&moved)?;
    (new.at, new.service, new.request, new.parted) = (to.to, place.service, "unsubmitted", None);
    (new.stage, new.holds) = if held { ("on_hold", work.holds) } else { ("open", Vec::new()) };
    for peer in peers {
        let other = shop.orders.get_mut(&order)?.works.get_mut(&peer)?;
        let all = other.all();
        let coming = take_out(other, &all);
        put_in(shop, order, moved, coming)?;
    }
    shop.orders.get_mut(&order)?.told();
    Some(Forecast::exact([order], FactKind::WorkMoved))
}

/// Whether a location stocks what is to go there, and has enough of it.
fn has_room(
    shop: &Reference,
    order: OrderId,
    work: &Work,
    lines: &[(FulfillmentOrderLineId, i64)],
    to: LocationId,
) -> Option<()> {
    let mut taken: BTreeMap<_, i64> = BTreeMap::new();
    for (line, quantity) in lines {
        let units = work.units.iter().find(|units| units.line == *line)?;
        let of = shop.orders.get(&order)?.lines.get(&units.of)?;
        let Some(variant) = of.variant.filter(|_| units.counted) else { continue };
        let free = shop.available(variant, to)?;
        let taken = taken.entry(variant).or_default();
        if of.limited && *taken + quantity > free {
            return None;
        }
        *taken += quantity;
    }
    Some(())
}

/// Whole works of one order go where routing says, if it finds a place.
pub fn reroute(shop: &mut Reference, who: Who, reroute: &Reroute) -> Option<Forecast> {
    let first = *reroute.works.first()?;
    let order = shop.order_of(first)?;
    let known = shop.orders.get(&order)?;
    let at = known.works.get(&first)?.at;
    for id in &reroute.works {
        if known.works.get(id)?.at != at || !may(who, Act::Reroute, known, *id) {
            return None;
        }
    }
    Some(Forecast::lawful([order], FactKind::WorkMoved).or_refused())
}

/// What an order that is called off had, is nobody's any more.
pub fn called_off(work: &mut Work) {
    close(work);
    work.units.iter_mut().for_each(|units| units.total = units.left);
}
