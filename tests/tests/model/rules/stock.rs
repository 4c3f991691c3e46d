//! What people say of shelves, and of the articles in them.

use std::collections::BTreeSet;

use domain::command::{
    AdjustStock, SetStock, SetStocking, StartStocking, StockMeasure, StockStep, Stocked, Unstocked,
    VariantEdit,
};
use domain::id::{LocationId, VariantId};
use domain::product::{Product, Variant};
use domain::stock::StockState;

use super::Forecast;
use crate::reference::{Level, Reference};
use crate::who::Who;

/// The most that can be counted, and the most that can be there.
const COUNT: i64 = 1_000_000_000;
const MOST: i64 = 2_000_000_000;

/// What is there of a variant, for some purpose.
fn found(shop: &Reference, variant: VariantId, at: LocationId, state: StockState) -> i64 {
    let level = shop.levels.get(&(variant, at)).cloned().unwrap_or_default();
    match state {
        StockState::Available => free(shop, variant, at),
        StockState::Incoming => level.incoming,
        // What is kept by hand, and what is kept for somebody who was told so.
        StockState::Reserved => level.apart[shelf(state)] + level.kept,
        other => level.apart[shelf(other)],
    }
}

/// What is neither promised nor kept nor set apart, whether it is sold there or not.
fn free(shop: &Reference, variant: VariantId, at: LocationId) -> i64 {
    let level = shop.levels.get(&(variant, at)).cloned().unwrap_or_default();
    let promised = shop.promised().get(&(variant, at)).copied().unwrap_or_default();
    level.on_hand - promised - level.kept - level.apart.iter().sum::<i64>()
}

fn shelf(state: StockState) -> usize {
    match state {
        StockState::Reserved => 0,
        StockState::Damaged => 1,
        StockState::SafetyStock => 2,
        _ => 3,
    }
}

/// Whether those are there to be counted.
fn countable(shop: &Reference, variant: VariantId, at: LocationId, unstocked: Unstocked) -> Option<()> {
    let stocked = shop.levels.get(&(variant, at)).is_some_and(|level| level.stocked);
    let known = shop.variants.contains_key(&variant) && shop.places.contains_key(&at);
    (known && (stocked || unstocked == Unstocked::Begin)).then_some(())
}

pub fn set(shop: &mut Reference, who: Who, set: &SetStock) -> Option<Forecast> {
    let mut named = BTreeSet::new();
    for count in &set.counts {
        let (variant, at) = (count.variant, count.location);
        countable(shop, variant, at, set.unstocked)?;
        let least = if count.measure == StockMeasure::OnHand { 0 } else { -COUNT };
        let is_there = measured(shop, variant, at, count.measure);
        let expected = count.expected.is_none_or(|expected| expected == is_there);
        if !(least..=COUNT).contains(&count.quantity) || !named.insert((variant, at)) || !expected {
            return None;
        }
    }
    if !who.may_all() || set.counts.is_empty() {
        return None;
    }
    for count in &set.counts {
        let by = count.quantity - measured(shop, count.variant, count.location, count.measure);
        shop.shelve(count.variant, count.location, by);
        shop.levels.get_mut(&(count.variant, count.location))?.stocked = true;
    }
    Some(Forecast::nothing())
}

fn measured(shop: &Reference, variant: VariantId, at: LocationId, measure: StockMeasure) -> i64 {
    match measure {
        StockMeasure::OnHand => shop.levels.get(&(variant, at)).map_or(0, |level| level.on_hand),
        StockMeasure::Available => free(shop, variant, at),
    }
}

pub fn adjust(shop: &mut Reference, who: Who, adjust: &AdjustStock) -> Option<Forecast> {
    for StockStep { variant, location, state, by, expected, .. } in &adjust.steps {
        countable(shop, *variant, *location, adjust.unstocked)?;
        let found = found(shop, *variant, *location, *state);
        let bounds = -MOST..=MOST;
        if !bounds.contains(by) || !bounds.contains(&(found + by)) || expected.is_some_and(|e| e != found) {
            return None;
        }
    }
    if !who.may_all() || adjust.steps.is_empty() {
        return None;
    }
    for StockStep { variant, location, state, by, .. } in &adjust.steps {
        shop.shelve(*variant, *location, 0);
        let level = shop.levels.get_mut(&(*variant, *location))?;
        level.stocked = true;
        match state {
            StockState::Incoming => level.incoming += by,
            StockState::Available => level.on_hand += by,
            apart => {
                level.apart[shelf(*apart)] += by;
                level.on_hand += by;
            }
        }
    }
    Some(Forecast::nothing())
}

pub fn start(shop: &mut Reference, who: Who, start: &StartStocking) -> Option<Forecast> {
    let (variant, at) = (start.variant, start.location);
    countable(shop, variant, at, Unstocked::Begin).filter(|()| who.may_all())?;
    if shop.levels.get(&(variant, at)).is_some_and(|level| level.stocked) {
        return Some(Forecast::nothing());
    }
    let by = match start.opening {
        Some((_, quantity)) if !(-COUNT..=COUNT).contains(&quantity) => return None,
        Some((measure, quantity)) => quantity - measured(shop, variant, at, measure),
        None => 0,
    };
    shop.shelve(variant, at, by);
    shop.levels.get_mut(&(variant, at))?.stocked = true;
    Some(Forecast::nothing())
}

/// A location ceases to stock something, unless no other one stocks it.
pub fn stop(shop: &mut Reference, who: Who, variant: VariantId, at: LocationId) -> Option<Forecast> {
    countable(shop, variant, at, Unstocked::Begin).filter(|()| who.may_all())?;
    let stocks = |of: LocationId, level: &Level| of != at && level.stocked;
    let elsewhere = shop.levels.iter().any(|((v, of), level)| *v == variant && stocks(*of, level));
    let Some(level) = shop.levels.get_mut(&(variant, at)).filter(|level| level.stocked) else {
        return Some(Forecast::nothing());
    };
    level.stocked = false;
    elsewhere.then(Forecast::nothing)
}

/// Locations begin or cease to stock something; one of them must go on.
pub fn set_stocking(shop: &mut Reference, who: Who, set: &SetStocking) -> Option<Forecast> {
    let mut named = BTreeSet::new();
    let ceases = |shop: &Reference, at: LocationId| {
        shop.levels.get(&(set.variant, at)).is_some_and(|level| level.stocked)
    };
    let mut ceased = false;
    for (at, stocked) in &set.places {
        countable(shop, set.variant, *at, Unstocked::Begin).filter(|()| named.insert(*at))?;
        ceased |= *stocked == Stocked::No && ceases(shop, *at);
    }
    for (at, stocked) in &set.places {
        if *stocked == Stocked::Yes {
            shop.shelve(set.variant, *at, 0);
        }
        if let Some(level) = shop.levels.get_mut(&(set.variant, *at)) {
            level.stocked = *stocked == Stocked::Yes;
        }
    }
    let stays = shop.levels.iter().any(|((variant, _), level)| *variant == set.variant && level.stocked);
    (who.may_all() && (stays || !ceased)).then(Forecast::nothing)
}

pub fn edit_variant(
    shop: &mut Reference,
    who: Who,
    variant: VariantId,
    edit: &VariantEdit,
) -> Option<Forecast> {
    let wrong = edit.grams.is_some_and(|grams| grams < 0);
    let tracked = shop.variants.get_mut(&variant).filter(|_| who.may_all() && !wrong)?;
    *tracked = edit.tracked.unwrap_or(*tracked);
    Some(Forecast::nothing())
}

pub fn save_product(
    shop: &mut Reference,
    who: Who,
    product: &Product,
    variants: &[Variant],
) -> Option<Forecast> {
    if !who.may_all() || product.title.trim().is_empty() {
        return None;
    }
    shop.variants.extend(variants.iter().map(|variant| (variant.id, variant.tracked)));
    Some(Forecast::nothing())
}

/// What is in the shelves of one location goes to those of another one, each unit for its purpose.
pub fn carry(shop: &mut Reference, from: LocationId, to: Option<LocationId>) {
    let levels: Vec<_> =
        shop.levels.iter().filter(|((_, at), level)| *at == from && !level.is_empty()).collect();
    let levels: Vec<(VariantId, Level)> =
        levels.iter().map(|((v, _), level)| (*v, (*level).clone())).collect();
    for (variant, level) in levels {
        let stocked = level.stocked;
        shop.levels.insert((variant, from), Level { stocked, ..Level::default() });
        let Some(to) = to else { continue };
        shop.shelve(variant, to, level.on_hand);
        let there = shop.levels.entry((variant, to)).or_default();
        there.incoming += level.incoming;
        there.apart.iter_mut().zip(level.apart).for_each(|(there, came)| *there += came);
    }
}
