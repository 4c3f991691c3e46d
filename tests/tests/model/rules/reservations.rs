//! Units are kept for somebody, and set free again. Where they are kept is for routing to say, and then checked.

use std::collections::{BTreeMap, BTreeSet};

use domain::command::Reserve;
use domain::id::{ReservationId, VariantId};
use domain::reservation::{ReservationKey, TooFew};
use domain::time::Time;

use super::Forecast;
use super::lines::is_shipped;
use super::orders::{QUANTITY, sells_on};
use crate::reference::{Kept, Reference};
use crate::seen::Glance;
use crate::who::Who;

/// The name of one that isn't there yet, and gets its own then.
const NAMELESS: &str = "";

pub fn reserve(shop: &mut Reference, who: Who, reserve: &Reserve, now: Time) -> Option<Forecast> {
    if !who.may_all() || reserve.items.is_empty() || reserve.expires_at <= now {
        return None;
    }
    let name = (reserve.name.clone().unwrap_or_else(|| NAMELESS.to_owned()), reserve.test);
    if shop.reservations.get(&name).is_some_and(|known| known.ends > now) {
        return None;
    }
    free(shop, &name);
    let sold_on: BTreeSet<VariantId> =
        reserve.items.iter().filter(|item| item.too_few == TooFew::SellOn).map(|item| item.variant).collect();
    let mut wanted: BTreeMap<VariantId, i64> = BTreeMap::new();
    for item in &reserve.items {
        let tracked = *shop.variants.get(&item.variant)?;
        if !(1..=QUANTITY).contains(&item.quantity) {
            return None;
        }
        if tracked && is_shipped(item.variant) {
            *wanted.entry(item.variant).or_default() += item.quantity;
        }
    }
    for (variant, units) in &wanted {
        let places = shop.places.iter().filter(|(_, place)| place.active && place.ships);
        let there = places.filter_map(|(at, _)| shop.available(*variant, *at)).map(|free| free.max(0));
        if !sold_on.contains(variant) && !sells_on(*variant) && *units > there.sum() {
            return None;
        }
    }
    let kept =
        Kept { id: ReservationId(0), ends: reserve.expires_at, sold_on, wanted, units: BTreeMap::new() };
    shop.reservations.insert(name, kept);
    Some(Forecast::nothing())
}

/// What was reserved is where it was read: all of it, or as much as there is; and nothing was promised to others.
pub fn reserved(
    shop: &mut Reference,
    reserve: &Reserve,
    id: ReservationId,
    glance: &Glance,
) -> Result<(), String> {
    let name = reserve.name.clone().unwrap_or_else(|| NAMELESS.to_owned());
    let mut own = shop.reservations.remove(&(name, reserve.test)).ok_or("nobody reserved anything")?;
    own.id = id;
    let mut missing = own.wanted.clone();
    for (key @ (variant, at), (level, _)) in &glance.levels {
        let was = shop.levels.get(key).map_or(0, |level| level.kept);
        let more = level.kept - was;
        if more == 0 {
            continue;
        }
        let ships = shop.places.get(at).is_some_and(|place| place.active && place.ships);
        let free = shop.available(*variant, *at).unwrap_or(-1);
        if more < 0 || more > free || !ships {
            return Err(format!("Q19: {more} of {variant} are kept at {at}, where {free} are free"));
        }
        *missing.entry(*variant).or_default() -= more;
        shop.levels.entry(*key).or_default().kept += more;
        own.units.insert(*key, more);
    }
    for (variant, units) in missing {
        let may_miss = own.sold_on.contains(&variant) || sells_on(variant);
        if units < 0 || units > 0 && !may_miss {
            return Err(format!("Q19: {units} of {variant} are not kept"));
        }
    }
    let name = reserve.name.clone().unwrap_or_else(|| id.to_string());
    shop.reservations.insert((name, reserve.test), own);
    Ok(())
}

/// The one that a key means, unless it ended.
fn live(shop: &Reference, key: &ReservationKey, now: Time) -> Option<(String, bool)> {
    let means = |(name, test): &(String, bool), own: &Kept| match key {
        ReservationKey::Id(id) => own.id == *id,
        ReservationKey::Name(wanted, of) => name == wanted && test == of,
    };
    let found = shop.reservations.iter().find(|(name, own)| means(name, own) && own.ends > now);
    found.map(|(name, _)| name.clone())
}

pub fn end(shop: &mut Reference, who: Who, key: &ReservationKey, now: Time) -> Option<Forecast> {
    let name = live(shop, key, now).filter(|_| who.may_all())?;
    free(shop, &name);
    Some(Forecast::nothing())
}

pub fn expire(shop: &mut Reference, who: Who, id: ReservationId, now: Time) -> Option<Forecast> {
    let found = shop.reservations.iter().find(|(_, own)| own.id == id && own.ends <= now);
    let name = found.map(|(name, _)| name.clone()).filter(|_| who.may_all())?;
    free(shop, &name);
    Some(Forecast::nothing())
}

/// Every one ends whose time has come.
pub fn expire_all(shop: &mut Reference, now: Time) {
    let over = shop.reservations.iter().filter(|(_, own)| own.ends <= now);
    for name in over.map(|(name, _)| name.clone()).collect::<Vec<_>>() {
        free(shop, &name);
    }
}

/// Somebody orders what was kept; the variants that are sold on because of it.
pub fn used(shop: &mut Reference, name: &str, test: bool, now: Time) -> Option<BTreeSet<VariantId>> {
    let name = live(shop, &ReservationKey::Name(name.to_owned(), test), now)?;
    let sold_on = shop.reservations[&name].sold_on.clone();
    free(shop, &name);
    Some(sold_on)
}

fn free(shop: &mut Reference, name: &(String, bool)) {
    for (key, units) in shop.reservations.remove(name).into_iter().flat_map(|own| own.units) {
        if let Some(level) = shop.levels.get_mut(&key) {
            level.kept -= units;
        }
    }
}
