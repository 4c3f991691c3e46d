//! Locations go out of service, come back, and are forgotten.

use super::{Change, Outcome, Write};
use crate::actor::Permission;
use crate::event::Fact;
use crate::id::LocationId;
use crate::location::Location;
use crate::product::{Stock, StockDelta, StockGuard};
use crate::refusal::{LocationTrouble, Refusal, Thing};

/// A location goes out of service. Nobody may wait for anything there any more, and what is in its shelves goes to
/// another location, which must be named unless they are empty.
pub(super) fn deactivate(
    change: &mut Change<'_, '_>,
    id: LocationId,
    to: Option<LocationId>,
) -> Result<Outcome, Refusal> {
    let location = known(change, id)?;
    let trouble = |what| Err(Refusal::Location(id, what));
    if location.service.is_some() {
        return trouble(LocationTrouble::OfService);
    }
    if !location.active {
        return Ok(Outcome::Location(id));
    }
    let ships = |other: &Location| other.id != id && other.active && other.ships_orders;
    if location.ships_orders && !change.snapshot.locations.iter().any(ships) {
        return trouble(LocationTrouble::OnlyOneThatShips);
    }
    if let Some(to) = to {
        destination(change, id, to)?;
    }
    if change.snapshot.has_open_work {
        return trouble(LocationTrouble::HasWork);
    }
    let levels: Vec<Stock> = left_at(change, id);
    match to {
        None if !levels.is_empty() => return trouble(LocationTrouble::HasStock),
        None => {}
        Some(to) => levels.iter().for_each(|level| carry(change, level, to)),
    }
    let now = change.now;
    let gone = Location { active: false, deactivated_at: Some(now), updated_at: now, ..location.clone() };
    change.writes.push(Write::Location(gone));
    change.writes.push(Write::RouteWaiting);
    change.facts.push(Fact::LocationDeactivated { location: id });
    Ok(Outcome::Location(id))
}

/// A location comes back into service.
pub(super) fn activate(change: &mut Change<'_, '_>, id: LocationId) -> Result<Outcome, Refusal> {
    let location = known(change, id)?;
    if location.active {
        return Ok(Outcome::Location(id));
    }
    let back = Location { active: true, deactivated_at: None, updated_at: change.now, ..location.clone() };
    change.writes.push(Write::Location(back));
    change.writes.push(Write::RouteWaiting);
    change.facts.push(Fact::LocationActivated { location: id });
    Ok(Outcome::Location(id))
}

/// A location is forgotten; it must be out of service and empty.
pub(super) fn delete(change: &mut Change<'_, '_>, id: LocationId) -> Result<Outcome, Refusal> {
    let location = known(change, id)?;
    let trouble = match location {
        Location { service: Some(_), .. } => Some(LocationTrouble::OfService),
        Location { active: true, .. } => Some(LocationTrouble::Active),
        _ if change.snapshot.has_open_work => Some(LocationTrouble::HasWork),
        _ if !left_at(change, id).is_empty() => Some(LocationTrouble::HasStock),
        _ => None,
    };
    if let Some(trouble) = trouble {
        return Err(Refusal::Location(id, trouble));
    }
    change.writes.push(Write::NoLocation(id));
    change.facts.push(Fact::LocationDeleted { location: id });
    Ok(Outcome::Location(id))
}

fn known<'a>(change: &Change<'a, '_>, id: LocationId) -> Result<&'a Location, Refusal> {
    if !change.actor.may(Permission::WriteLocations) {
        return Err(Refusal::NotPermitted(&[Permission::WriteLocations]));
    }
    let known = change.snapshot.locations.iter().find(|location| location.id == id);
    known.ok_or(Refusal::Unknown(Thing::Location(id)))
}

/// Whether goods from `from` may be carried to `to`.
fn destination(change: &Change<'_, '_>, from: LocationId, to: LocationId) -> Result<(), Refusal> {
    if from == to {
        return Err(Refusal::Location(to, LocationTrouble::Same));
    }
    let known = change.snapshot.locations.iter().find(|location| location.id == to && location.active);
    match known.ok_or(Refusal::Unknown(Thing::Location(to)))?.service {
        Some(_) => Err(Refusal::Location(to, LocationTrouble::OfService)),
        None => Ok(()),
    }
}

/// What is in the shelves of a location, or is missing there.
fn left_at(change: &Change<'_, '_>, id: LocationId) -> Vec<Stock> {
    let levels = change.snapshot.stock.iter();
    levels.filter(|level| level.location == id && level.on_hand != 0).copied().collect()
}

/// Carries what is in one shelf to another location.
fn carry(change: &mut Change<'_, '_>, level: &Stock, to: LocationId) {
    let Stock { variant, location, on_hand, committed } = *level;
    let guard = StockGuard::Unchanged { on_hand, committed };
    change.move_stock(StockDelta { variant, location, on_hand: -on_hand, committed: 0, guard });
    change.move_stock(StockDelta { variant, location: to, on_hand, committed: 0, guard: StockGuard::Free });
    change.facts.push(Fact::StockChanged { location, variant, by: -on_hand });
    change.facts.push(Fact::StockChanged { location: to, variant, by: on_hand });
}

#[cfg(test)]
mod tests;
