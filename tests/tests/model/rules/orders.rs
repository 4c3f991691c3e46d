//! Orders come in, are routed, said more of, paid, called off, put away and forgotten.

use std::collections::{BTreeMap, BTreeSet};

use domain::amend::{AmendOrder, OrderChange};
use domain::command::{CancelOrder, Command, PayBack, Place, Restock};
use domain::event::FactKind;
use domain::id::OrderId;
use domain::order::StockMode;
use domain::time::Time;

use super::parts::called_off;
use super::{Forecast, How, around, reservations};
use crate::reference::Reference;
use crate::who::Who;

/// The most that may be asked for of one line.
pub const QUANTITY: i64 = 1_000_000;

pub fn place(shop: &mut Reference, who: Who, place: &Place, now: Time) -> Option<Forecast> {
    let placed = &place.placed;
    let seen = shop.knows_source(placed.source_key.as_ref());
    if !who.may_all() || seen || place.lines.is_empty() {
        return None;
    }
    let used = |name: &String| reservations::used(shop, name, placed.test, now);
    let sold_on = match place.reservation.as_ref().map(used) {
        Some(used) => used?,
        None => BTreeSet::new(),
    };
    let mut wanted: BTreeMap<_, i64> = BTreeMap::new();
    for line in &place.lines {
        let variant = line.article.variant?;
        let tracked = *shop.variants.get(&variant)?;
        if !(1..=QUANTITY).contains(&line.quantity) {
            return None;
        }
        if tracked && !sells_on(variant) && !sold_on.contains(&variant) {
            // What left before it came in isn't looked for.
            let gone = if place.fulfilled.is_some() { line.fulfilled.clamp(0, line.quantity) } else { 0 };
            *wanted.entry(variant).or_default() += line.quantity - gone;
        }
    }
    if placed.stock == StockMode::Refuse && place.cancelled.is_none() {
        for (variant, units) in wanted {
            let places = shop.places.iter().filter(|(_, place)| place.active && place.ships);
            let free = places.filter_map(|(at, _)| shop.available(variant, *at)).map(|free| free.max(0));
            if units > free.sum() {
                return None;
            }
        }
    }
    shop.sold_on = sold_on;
    if let Some(buyer) = &place.buyer {
        around::contact_of(shop, buyer)?;
    }
    Some(Forecast { how: How::Routed, ..Forecast::exact([], FactKind::OrderPlaced) })
}

/// What is sold although there is none.
pub fn sells_on(variant: domain::id::VariantId) -> bool {
    variant == testkit::world::PRINT
}

/// What waits is sent somewhere, if there is a place for it.
pub fn route(shop: &Reference, id: OrderId) -> Forecast {
    match shop.orders.get(&id) {
        Some(known) if !known.waits.is_empty() && !known.cancelled => {
            Forecast { how: How::Routed, ..Forecast::exact([id], None) }
        }
        _ => Forecast::nothing(),
    }
}

/// Refused while anything of it is out, or a service is at work; then it asks for nothing.
pub fn cancel(shop: &mut Reference, who: Who, cancel: &CancelOrder, now: Time) -> Option<Forecast> {
    let known = shop.orders.get(&cancel.order).filter(|_| who.may_all())?;
    let out = known.works.values().flat_map(|work| &work.units).any(|units| units.left > 0);
    let busy = known.works.values().any(|work| work.with_service());
    let long = cancel.note.as_ref().is_some_and(|note| note.chars().count() > 255);
    // What was set aside goes back the way that it came, whatever is said.
    let no_credit = !known.billed
        && match cancel.pay_back {
            PayBack::StoreCredit(until) => known.contact.is_none() || until.is_some_and(|until| until <= now),
            PayBack::Nothing | PayBack::AsPaid => false,
        };
    if known.cancelled || out || busy || long || no_credit {
        return None;
    }
    let mut known = known.clone();
    for work in known.works.values_mut().filter(|work| work.is_open()) {
        for units in work.units.iter().filter(|units| units.counted && cancel.restock == Restock::No) {
            let variant = known.lines.get(&units.of)?.variant?;
            shop.shelve(variant, work.at, -units.rest());
        }
        called_off(work);
    }
    known.lines.values_mut().for_each(|line| line.asked = 0);
    known.waits.clear();
    (known.cancelled, known.closed) = (true, true);
    known.told();
    shop.orders.insert(cancel.order, known);
    Some(Forecast::exact([cancel.order], FactKind::OrderCancelled))
}

/// What is still owed was paid; whether anything is, is a question of money.
pub fn mark_paid(shop: &mut Reference, who: Who, id: OrderId) -> Option<Forecast> {
    let known =
        shop.orders.get_mut(&id).filter(|known| who.may_all() && !known.billed && !known.cancelled)?;
    known.told();
    Some(Forecast::exact([id], FactKind::OrderPaid).or_refused())
}

pub fn amend(shop: &mut Reference, who: Who, amend: &AmendOrder) -> Option<Forecast> {
    let known = shop.orders.get_mut(&amend.order).filter(|_| who.may_all() && !amend.changes.is_empty())?;
    let wrong = |change: &OrderChange| match change {
        OrderChange::Note(Some(note)) => note.chars().count() > 5_000,
        OrderChange::Email(Some(email)) => !email.contains('@'),
        _ => false,
    };
    if amend.changes.iter().any(wrong) {
        return None;
    }
    // Every note that is sent is another one.
    known.told();
    Some(Forecast::exact([amend.order], FactKind::OrderAmended))
}

pub fn close(shop: &mut Reference, who: Who, id: OrderId) -> Option<Forecast> {
    put_away(shop, who, id, &Command::CloseOrder(id))
}

pub fn reopen(shop: &mut Reference, who: Who, id: OrderId) -> Option<Forecast> {
    put_away(shop, who, id, &Command::ReopenOrder(id))
}

/// An order is put away or taken out again; doing so twice is told once.
fn put_away(shop: &mut Reference, who: Who, id: OrderId, command: &Command) -> Option<Forecast> {
    let known = shop.orders.get_mut(&id).filter(|_| who.may_all())?;
    let closes = matches!(command, Command::CloseOrder(_));
    let news = known.closed != closes;
    known.closed = closes;
    known.version += 1;
    known.events += i64::from(news);
    let fact = if closes { FactKind::OrderClosed } else { FactKind::OrderReopened };
    Some(Forecast::exact([id], news.then_some(fact)))
}

/// Forgotten with its work and its parcels, unless a service is at work for it.
pub fn delete(shop: &mut Reference, who: Who, id: OrderId) -> Option<Forecast> {
    let known = shop.orders.get(&id).filter(|_| who.may_all())?;
    if known.works.values().any(|work| work.with_service()) {
        return None;
    }
    // Money that is under way must come or go first.
    let forecast = if known.billed { Forecast::nothing().or_refused() } else { Forecast::nothing() };
    shop.orders.remove(&id);
    for parcel in shop.parcels.values_mut().filter(|parcel| parcel.orders().contains(&id)) {
        parcel.shares.retain(|share| share.0 != id);
        parcel.given_up.retain(|units| units.0 != id);
        parcel.version += 1;
    }
    shop.parcels.retain(|_, parcel| !parcel.orders().is_empty());
    Some(forecast)
}
