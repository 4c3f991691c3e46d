//! Which locations stock which variants. A location that ceases to stock a variant keeps what it has of it, and the
//! work that it has; it is only given no more of it to ship.

use super::count::{COUNT_MAX, measured, permitted};
use super::{Change, Outcome, Write};
use crate::command::{SetStocking, StartStocking, Stocked};
use crate::event::Fact;
use crate::id::{LocationId, VariantId};
use crate::refusal::{Refusal, Thing};
use crate::stock::{Stock, StockDelta, StockGuard, Stocking};

/// A location begins to stock a variant, with what was counted there, or what was there when it last stocked it.
pub(super) fn start(change: &mut Change<'_, '_>, start: &StartStocking) -> Result<Outcome, Refusal> {
    permitted(change)?;
    let StartStocking { variant, location, opening } = *start;
    let name = known(change, variant, location)?;
    let level = level(change, variant, location);
    if level.is_some_and(|level| level.stocked) {
        let ignored = opening.map(|(measure, _)| measure);
        return Ok(Outcome::Stocked { variant, location, ignored });
    }
    if let Some((measure, _)) = opening.filter(|(_, quantity)| !(-COUNT_MAX..=COUNT_MAX).contains(quantity)) {
        return Err(Refusal::OpeningStock(name, measure));
    }
    let mut after = level.unwrap_or(Stock::none(variant, location));
    let mut delta = StockDelta {
        stocking: Stocking::Begins,
        guard: level.map_or(StockGuard::New, StockGuard::Unchanged),
        ..StockDelta::none(variant, location)
    };
    if let Some((measure, quantity)) = opening {
        delta.on_hand = quantity - measured(&after, measure);
    }
    after.change(&delta);
    change.move_stock(delta);
    change.facts.push(Fact::StockingBegan { location, variant, available: after.available() });
    change.writes.push(Write::RouteWaiting);
    Ok(Outcome::Stocked { variant, location, ignored: None })
}

/// A location ceases to stock a variant, unless no other one does.
pub(super) fn stop(
    change: &mut Change<'_, '_>,
    variant: VariantId,
    location: LocationId,
) -> Result<Outcome, Refusal> {
    permitted(change)?;
    let name = known(change, variant, location)?;
    if level(change, variant, location).is_none_or(|level| !level.stocked) {
        return Ok(Outcome::Done);
    }
    let elsewhere = |other: &Stock| other.variant == variant && other.location != location && other.stocked;
    if !change.snapshot.stock.iter().any(elsewhere) {
        return Err(Refusal::OnlyStockedThere(variant, name));
    }
    end(change, variant, location);
    Ok(Outcome::Done)
}

/// Locations begin or cease to stock a variant. Which of them are last to stock it is looked at when all is said.
pub(super) fn set(change: &mut Change<'_, '_>, set: &SetStocking) -> Result<Outcome, Refusal> {
    permitted(change)?;
    let SetStocking { variant, places } = set;
    for (place, (location, _)) in places.iter().enumerate() {
        known(change, *variant, *location)?;
        if places[..place].iter().any(|(earlier, _)| earlier == location) {
            return Err(Refusal::Twice(place));
        }
    }
    let said = |location| places.iter().find(|(named, _)| *named == location).map(|(_, stocked)| *stocked);
    let stays = |level: &Stock| {
        level.variant == *variant && level.stocked && said(level.location) != Some(Stocked::No)
    };
    let any_left =
        change.snapshot.stock.iter().any(stays) || places.iter().any(|(_, stocked)| *stocked == Stocked::Yes);
    for (location, stocked) in places {
        match stocked {
            Stocked::Yes => {
                let (variant, location) = (*variant, *location);
                start(change, &StartStocking { variant, location, opening: None })?;
            }
            Stocked::No if any_left => end(change, *variant, *location),
            Stocked::No => {
                if level(change, *variant, *location).is_some_and(|level| level.stocked) {
                    let name = known(change, *variant, *location)?;
                    return Err(Refusal::OnlyStockedThere(*variant, name));
                }
            }
        }
    }
    Ok(Outcome::Variant(*variant))
}

/// The location ceases to stock the variant, if it does.
fn end(change: &mut Change<'_, '_>, variant: VariantId, location: LocationId) {
    let Some(level) = level(change, variant, location).filter(|level| level.stocked) else { return };
    change.move_stock(StockDelta {
        stocking: Stocking::Ends,
        guard: StockGuard::Unchanged(level),
        ..StockDelta::none(variant, location)
    });
    change.facts.push(Fact::StockingEnded { location, variant });
}

/// The name of the location, if it and the variant are there.
fn known(change: &Change<'_, '_>, variant: VariantId, location: LocationId) -> Result<String, Refusal> {
    if change.snapshot.variants.iter().all(|known| known.id != variant) {
        return Err(Refusal::Unknown(Thing::Variant(variant, 0)));
    }
    let known = change.snapshot.locations.iter().find(|known| known.id == location);
    Ok(known.ok_or(Refusal::Unknown(Thing::Location(location)))?.name.clone())
}

fn level(change: &Change<'_, '_>, variant: VariantId, location: LocationId) -> Option<Stock> {
    let mut levels = change.snapshot.stock.iter().copied();
    levels.find(|level| (level.variant, level.location) == (variant, location))
}

#[cfg(test)]
mod tests;
