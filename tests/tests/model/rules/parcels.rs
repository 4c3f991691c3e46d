//! Units leave and come back, and what is said of them on their way.

use std::collections::{BTreeMap, BTreeSet};

use domain::command::billing::{FulfillLines, StockCheck};
use domain::command::charging::{AmendFulfillment, FulfillOrder, GiveUpUnits};
use domain::command::{Fulfill, Reach, RecordDelivery, Track};
use domain::event::FactKind;
use domain::fulfillment::{DeliveryStatus, Tracking};
use domain::id::{
    DeliveryEventId, FulfillmentId, FulfillmentOrderId, FulfillmentOrderLineId, InvoiceLineId, OrderId,
    OrderLineId,
};

use super::work::{Act, askable, close, forget_what_ended, may, reopen, take_out};
use super::{Forecast, How};
use crate::reference::{Known, Parcel, Reference, Units, Work};
use crate::who::Who;

/// A parcel that has no id yet.
pub const NEW: FulfillmentId = FulfillmentId(0);

pub fn leave(shop: &mut Reference, who: Who, fulfill: &Fulfill) -> Option<Forecast> {
    let mut shares: Vec<(OrderId, FulfillmentOrderId, FulfillmentOrderLineId, i64)> = Vec::new();
    let (mut orders, mut places) = (BTreeSet::new(), BTreeMap::new());
    for asked in &fulfill.works {
        let order = shop.order_of(asked.id)?;
        let known = shop.orders.get(&order)?;
        let work = known.works.get(&asked.id).filter(|_| may(who, Act::Fulfill, known, asked.id))?;
        orders.insert(order);
        places.insert(work.at, work.service);
        for (line, quantity) in asked.lines.clone().unwrap_or_else(|| work.all()) {
            let rest = work.units.iter().find(|units| units.line == line)?.rest();
            let before: i64 = shares.iter().filter(|share| share.2 == line).map(|share| share.3).sum();
            if quantity <= 0 || before + quantity > rest {
                return None;
            }
            match shares.iter_mut().find(|share| share.2 == line) {
                Some(share) => share.3 += quantity,
                None => shares.push((order, asked.id, line, quantity)),
            }
        }
    }
    if places.len() != 1 || shares.is_empty() || (fulfill.reach == Reach::OneOrder && orders.len() > 1) {
        return None;
    }
    let (at, service) = places.pop_first()?;
    for (order, id, line, quantity) in &shares {
        let known = shop.orders.get_mut(order)?;
        let work = known.works.get_mut(id)?;
        let units = work.units.iter_mut().find(|units| units.line == *line)?;
        units.left += quantity;
        let goods = known.lines.get(&units.of)?.variant.filter(|_| units.counted);
        if let Some(variant) = goods {
            shop.shelve(variant, at, -quantity);
        }
    }
    let touched: BTreeSet<OrderId> = shares.iter().map(|share| share.0).collect();
    for order in &touched {
        let known = shop.orders.get_mut(order)?;
        for (id, work) in &mut known.works {
            if shares.iter().any(|share| share.1 == *id) {
                progress(work);
            }
        }
        known.told();
    }
    let tracked = is_tracked(&fulfill.trackings);
    let (given_up, happened) = (Vec::new(), Vec::new());
    let new = Parcel { at, service, shares, given_up, live: true, tracked, happened, version: 1 };
    shop.parcels.insert(NEW, new);
    Some(Forecast::exact(touched, FactKind::FulfillmentCreated))
}

/// The stage of work of which something left.
fn progress(work: &mut Work) {
    if work.rest() == 0 {
        close(work);
    } else if work.stage != "in_progress" {
        forget_what_ended(work);
        work.stage = "in_progress";
    }
}

fn is_tracked(trackings: &[Tracking]) -> bool {
    trackings.iter().any(|tracking| tracking.number.is_some() || tracking.url.is_some())
}

/// Units leave that are named by what sold them. They are fetched from wherever they wait, so only what can't be is
/// foretold; where they were fetched from is told.
pub fn leave_lines(shop: &mut Reference, who: Who, fulfill: &FulfillLines) -> Option<Forecast> {
    let place = shop.places.get(&fulfill.location)?;
    if !place.active || !who.writes(place.service) {
        return None;
    }
    let mut asked: BTreeMap<InvoiceLineId, i64> = BTreeMap::new();
    for (sale, quantity) in &fulfill.lines {
        if *quantity <= 0 {
            return None;
        }
        *asked.entry(*sale).or_default() += quantity;
    }
    let mut orders = BTreeSet::new();
    let mut sure = fulfill.stock == StockCheck::Ignore;
    for (sale, quantity) in asked {
        let (id, known) = shop.orders.iter().find(|(_, known)| sells(known, sale))?;
        if fulfill.contact.is_some() && known.contact != fulfill.contact {
            return None;
        }
        orders.insert(*id);
        let works = known.works.values().filter(|work| work.is_open());
        let waiting = known.waits.get(&sale).map_or(0, |(_, units)| *units);
        let rest = |work: &Work| -> i64 {
            work.units.iter().filter(|units| units.sale == sale).map(Units::rest).sum()
        };
        let all: i64 = works.clone().map(rest).sum();
        let free = works.filter(|work| who.writes(work.service) && work.stage == "open" && !work.asked());
        let free: i64 = free.map(rest).sum();
        if quantity > all + waiting && !known.billed {
            return None;
        }
        sure &= quantity <= free + waiting && !known.billed;
    }
    if orders.is_empty() {
        return None;
    }
    let forecast = Forecast::lawful(orders, FactKind::FulfillmentCreated);
    Some(if sure { forecast } else { forecast.or_refused() })
}

/// Units of an order leave or are given up, named by its lines.
pub fn leave_order(shop: &mut Reference, who: Who, fulfill: &FulfillOrder) -> Option<Forecast> {
    if let Some(at) = fulfill.location {
        shop.places.get(&at).filter(|place| place.active && who.writes(place.service))?;
    }
    let mut asked: BTreeMap<_, (i64, i64)> = BTreeMap::new();
    for done in &fulfill.lines {
        if done.leave < 0 || done.give_up < 0 || done.leave + done.give_up == 0 {
            return None;
        }
        let (leave, give_up) = asked.entry(done.line).or_default();
        (*leave, *give_up) = (*leave + done.leave, *give_up + done.give_up);
    }
    let given_up = asked.values().any(|(_, give_up)| *give_up > 0);
    let known = shop.orders.get(&fulfill.order).filter(|known| !known.cancelled)?;
    if asked.is_empty() || given_up && !who.may_all() {
        return None;
    }
    let mut known = known.clone();
    for (line, (leave, give_up)) in asked {
        let left = known.left(line);
        let own = known.lines.get_mut(&line)?;
        if leave + give_up > own.asked - left && !known.billed {
            return None;
        }
        own.asked -= give_up;
    }
    shop.orders.insert(fulfill.order, known);
    Some(Forecast::lawful([fulfill.order], None).or_refused())
}

/// Units of some work are given up; a parcel with nothing in it remembers that.
pub fn give_up_units(shop: &mut Reference, who: Who, units: &GiveUpUnits) -> Option<Forecast> {
    let order = shop.order_of(units.work).filter(|_| who.may_all())?;
    let known = shop.orders.get_mut(&order).filter(|known| !known.cancelled)?;
    let work = known.works.get_mut(&units.work).filter(|work| work.is_open() && !work.asked())?;
    askable(work, &units.lines)?;
    let (at, service) = (work.at, work.service);
    let mut given_up = Vec::new();
    if units.lines.is_empty() {
        return None;
    }
    for (line, quantity) in &units.lines {
        let of = work.units.iter().find(|own| own.line == *line)?.of;
        known.lines.get_mut(&of)?.asked -= quantity;
        given_up.push((order, of, *quantity));
    }
    take_out(work, &units.lines);
    known.told();
    let (shares, happened) = (Vec::new(), Vec::new());
    let new = Parcel { at, service, shares, given_up, live: true, tracked: false, happened, version: 1 };
    shop.parcels.insert(NEW, new);
    Some(Forecast::exact([order], FactKind::UnitsGivenUp))
}

/// Whether an order was to be sent units of a sale, as far as they were seen.
fn sells(known: &Known, sale: InvoiceLineId) -> bool {
    let works = known.works.values().flat_map(|work| &work.units).any(|units| units.sale == sale);
    works || known.waits.contains_key(&sale)
}

/// The parcel, if one may change it.
fn changeable(shop: &Reference, who: Who, id: FulfillmentId) -> Option<Parcel> {
    shop.parcels.get(&id).filter(|parcel| who.writes(parcel.service)).cloned()
}

/// A parcel is called off: its units wait again. That of one that arrived, or was called off before, changes nothing; one
/// that holds what is in a return stays (Q18).
pub fn come_back(shop: &mut Reference, who: Who, id: FulfillmentId) -> Option<Forecast> {
    // One that only remembers what was given up is no parcel.
    let parcel = changeable(shop, who, id).filter(|parcel| !parcel.shares.is_empty())?;
    if !parcel.live || parcel.arrived() {
        return Some(Forecast::nothing());
    }
    let mut without: BTreeMap<(OrderId, OrderLineId), i64> = BTreeMap::new();
    for (order, of, line, quantity) in &parcel.shares {
        let known = shop.orders.get(order)?;
        let units = known.works.get(of)?.units.iter().find(|units| units.line == *line)?;
        *without.entry((*order, units.of)).or_insert(known.left(units.of)) -= quantity;
    }
    let returned =
        |order: &OrderId, line: &OrderLineId| Some(shop.orders.get(order)?.lines.get(line)?.returned);
    if without.iter().any(|((order, line), left)| returned(order, line).is_none_or(|back| *left < back)) {
        return None;
    }
    let mut renewed: BTreeMap<FulfillmentOrderId, FulfillmentOrderId> = BTreeMap::new();
    for (order, of, line, quantity) in &parcel.shares {
        let (made, made_line) =
            (FulfillmentOrderId(shop.nameless()), FulfillmentOrderLineId(shop.nameless()));
        let known = shop.orders.get_mut(order)?;
        let work = known.works.get_mut(of)?;
        let units = work.units.iter_mut().find(|units| units.line == *line)?;
        units.left -= quantity;
        let units = Units { line: made_line, total: *quantity, left: 0, ..units.clone() };
        if work.untouched()
            && (work.stage, work.request, work.reported) == ("in_progress", "unsubmitted", false)
        {
            work.stage = "open";
        }
        let asked = known.lines.get_mut(&units.of)?;
        let forgotten = !shop.places.contains_key(&work.at);
        let goods = asked.variant.filter(|_| units.counted && !forgotten);
        if known.cancelled {
            asked.asked -= quantity;
        } else if !work.is_open() && forgotten {
            known.waits.entry(units.sale).or_insert((units.of, 0)).1 += quantity;
        } else if !work.is_open() {
            let mut again = Work { units: Vec::new(), parted: None, ..work.clone() };
            reopen(&mut again);
            let name = *renewed.entry(*of).or_insert(made);
            known.works.entry(name).or_insert(again).units.push(units);
        }
        if let Some(variant) = goods {
            shop.shelve(variant, parcel.at, *quantity);
        }
    }
    for order in parcel.orders() {
        shop.orders.get_mut(&order)?.told();
    }
    let own = shop.parcels.get_mut(&id)?;
    (own.live, own.version) = (false, own.version + 1);
    Some(Forecast::exact(parcel.orders(), FactKind::FulfillmentCancelled))
}

/// It is called off, unless it was before, and forgotten; one that arrived stays.
pub fn forget(shop: &mut Reference, who: Who, id: FulfillmentId) -> Option<Forecast> {
    let parcel = changeable(shop, who, id)?;
    if parcel.live && parcel.arrived() {
        return None;
    }
    let forecast = come_back(shop, who, id)?;
    shop.parcels.remove(&id);
    Some(forecast)
}

/// Something is said of a parcel; it changes neither quantities nor what was said to a service (F13).
fn said(
    shop: &mut Reference,
    id: FulfillmentId,
    fact: FactKind,
    change: impl FnOnce(&mut Parcel),
) -> Option<Forecast> {
    let parcel = shop.parcels.get_mut(&id)?;
    change(parcel);
    parcel.version += 1;
    let orders = parcel.orders();
    for order in &orders {
        shop.orders.get_mut(order)?.told();
    }
    Some(Forecast { how: How::Exact, ..Forecast::exact(orders, fact) })
}

pub fn track(shop: &mut Reference, who: Who, track: &Track) -> Option<Forecast> {
    changeable(shop, who, track.fulfillment)?;
    let tracked = is_tracked(&track.trackings);
    said(shop, track.fulfillment, FactKind::FulfillmentUpdated, |parcel| parcel.tracked = tracked)
}

pub fn amend(shop: &mut Reference, who: Who, amend: &AmendFulfillment) -> Option<Forecast> {
    changeable(shop, who, amend.fulfillment)?;
    let tracked = amend.trackings.as_deref().map(is_tracked);
    said(shop, amend.fulfillment, FactKind::FulfillmentUpdated, |parcel| {
        parcel.tracked = tracked.unwrap_or(parcel.tracked);
    })
}

/// A service tells how to find it, if nobody did before.
pub fn learn(shop: &mut Reference, who: Who, id: FulfillmentId, trackings: &[Tracking]) -> Option<Forecast> {
    let parcel = changeable(shop, who, id)?;
    if !parcel.live || parcel.tracked || parcel.shares.is_empty() || trackings.is_empty() {
        return Some(Forecast::nothing());
    }
    let tracked = is_tracked(trackings);
    said(shop, id, FactKind::FulfillmentUpdated, |parcel| parcel.tracked = tracked)
}

pub fn record(shop: &mut Reference, who: Who, record: &RecordDelivery) -> Option<Forecast> {
    changeable(shop, who, record.fulfillment)?;
    let arrived = record.status == DeliveryStatus::Delivered;
    said(shop, record.fulfillment, FactKind::DeliveryRecorded, |parcel| {
        parcel.happened.push((DeliveryEventId(-1), arrived));
    })
}

pub fn take_back(
    shop: &mut Reference,
    who: Who,
    id: FulfillmentId,
    event: DeliveryEventId,
) -> Option<Forecast> {
    let parcel = changeable(shop, who, id)?;
    parcel.happened.iter().find(|(own, _)| *own == event)?;
    said(shop, id, FactKind::DeliveryForgotten, |parcel| parcel.happened.retain(|(own, _)| *own != event))
}
