//! Locations: made and changed, out of service and back, and forgotten.

use super::{Change, Outcome, Write};
use crate::actor::{Permission, Relation, relation};
use crate::command::EditLocation;
use crate::custom_field;
use crate::event::Fact;
use crate::id::{LocationId, VariantId};
use crate::location::{Burden, Location};
use crate::refusal::{Field, LocationTrouble, Refusal, Thing};
use crate::stock::{Apart, Stock, StockDelta, StockGuard};

/// The longest name of a location or service, in characters.
const NAME_LENGTH: usize = 100;

/// A location is made or changed as a whole.
pub(super) fn save(change: &mut Change<'_, '_>, location: &Location) -> Result<Outcome, Refusal> {
    permitted(change)?;
    put(change, location.clone())
}

/// Some of a location changes. That of a service is changed by nobody but the program that runs it, and goes on
/// shipping orders.
pub(super) fn edit(change: &mut Change<'_, '_>, edit: &EditLocation) -> Result<Outcome, Refusal> {
    let id = edit.location;
    let unknown = Refusal::Unknown(Thing::Location(id));
    let location = change.snapshot.locations.iter().find(|location| location.id == id);
    let location = location.ok_or(unknown.clone())?;
    match (location.service, relation(change.actor, location.service)) {
        (None, _) => permitted(change)?,
        (Some(_), Relation::ThirdParty) if change.actor.app().is_some() => return Err(unknown),
        (Some(_), _) if !change.actor.may(Permission::WriteFulfillments) => {
            return Err(Refusal::NotPermitted(&[Permission::WriteFulfillments]));
        }
        (Some(_), _) => {}
    }
    let ships_orders = edit.ships_orders.unwrap_or(location.ships_orders);
    if ships_orders != location.ships_orders {
        let trouble = |why| Refusal::Location(id, why);
        if location.service.is_some() {
            return Err(trouble(LocationTrouble::OfService));
        }
        if location.active && !ships_orders {
            location.may_close(&change.snapshot.locations, Burden::default()).map_err(trouble)?;
        }
    }
    let active = edit.active.unwrap_or(location.active);
    if location.active && !active {
        closes(change, location)?;
        change.facts.push(Fact::LocationDeactivated { location: id });
    } else if active && !location.active {
        change.facts.push(Fact::LocationActivated { location: id });
    }
    let changed = Location {
        active,
        deactivated_at: if active { None } else { location.deactivated_at.or(Some(change.now)) },
        name: edit.name.clone().unwrap_or_else(|| location.name.clone()),
        address: edit.address.clone().unwrap_or_else(|| location.address.clone()),
        ships_orders,
        custom_fields: custom_field::merged(
            &location.custom_fields,
            &edit.custom_fields,
            change.now,
            change.ids,
        ),
        ..location.clone()
    };
    put(change, changed)
}

fn put(change: &mut Change<'_, '_>, location: Location) -> Result<Outcome, Refusal> {
    let id = location.id;
    let name = named(change, id, &location.name)?;
    let known = change.snapshot.locations.iter().find(|known| known.id == id);
    let created_at = known.map_or(change.now, |known| known.created_at);
    change.facts.push(match known {
        Some(_) => Fact::LocationUpdated { location: id },
        None => Fact::LocationCreated { location: id },
    });
    let kept = known.map(|known| known.custom_fields.as_slice()).unwrap_or_default();
    let custom_fields = custom_field::replaced(kept, &location.custom_fields, change.now, change.ids);
    let updated_at = change.now;
    change.writes.push(Write::Location(Location { name, custom_fields, created_at, updated_at, ..location }));
    change.writes.push(Write::RouteWaiting);
    Ok(Outcome::Location(id))
}

/// A name as it is kept, if it can be one.
pub(super) fn name_of(name: &str) -> Result<String, Refusal> {
    match name.trim() {
        "" => Err(Refusal::Malformed(Field::Name, "is empty")),
        name if name.chars().count() > NAME_LENGTH => Err(Refusal::Malformed(Field::Name, "is too long")),
        name => Ok(name.to_owned()),
    }
}

/// The name of a location as it is kept. No two of them are alike.
pub(super) fn named(change: &Change<'_, '_>, id: LocationId, name: &str) -> Result<String, Refusal> {
    let name = name_of(name)?;
    let taken = |other: &Location| other.id != id && other.name.eq_ignore_ascii_case(&name);
    if change.snapshot.locations.iter().any(taken) {
        return Err(Refusal::Taken(Field::Name));
    }
    Ok(name)
}

/// A location goes out of service. Nobody may wait for anything there any more, and what is in its shelves goes to
/// another location, which must be named unless they are empty.
pub(super) fn deactivate(
    change: &mut Change<'_, '_>,
    id: LocationId,
    to: Option<LocationId>,
) -> Result<Outcome, Refusal> {
    let location = known(change, id)?;
    let trouble = |why| Refusal::Location(id, why);
    if location.service.is_none() && !location.active {
        return Ok(Outcome::Location(id));
    }
    // What is in the way of the location comes before what is in the way of its goods.
    location.may_close(&change.snapshot.locations, Burden::default()).map_err(trouble)?;
    if let Some(to) = to {
        destination(change, id, to)?;
    }
    let burden = burden(change, id);
    location.may_close(&change.snapshot.locations, burden).map_err(trouble)?;
    match to {
        None if burden.goods => return Err(trouble(LocationTrouble::HasStock)),
        None => {}
        Some(to) => left_at(change, id).iter().for_each(|level| carry(change, level, to)),
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

/// That a location may go out of service with nothing carried elsewhere. What is in the way of the location comes
/// before what is in the way of its goods.
fn closes(change: &Change<'_, '_>, location: &Location) -> Result<(), Refusal> {
    let trouble = |why| Refusal::Location(location.id, why);
    let burden = burden(change, location.id);
    location.may_close(&change.snapshot.locations, burden).map_err(trouble)?;
    if burden.goods { Err(trouble(LocationTrouble::HasStock)) } else { Ok(()) }
}

/// A location is forgotten; it must be out of service and empty.
pub(super) fn delete(change: &mut Change<'_, '_>, id: LocationId) -> Result<Outcome, Refusal> {
    let burden = burden(change, id);
    known(change, id)?.may_go(burden).map_err(|why| Refusal::Location(id, why))?;
    change.writes.push(Write::NoLocation(id));
    change.facts.push(Fact::LocationDeleted { location: id });
    Ok(Outcome::Location(id))
}

fn permitted(change: &Change<'_, '_>) -> Result<(), Refusal> {
    match change.actor.may(Permission::WriteLocations) {
        true => Ok(()),
        false => Err(Refusal::NotPermitted(&[Permission::WriteLocations])),
    }
}

fn burden(change: &Change<'_, '_>, id: LocationId) -> Burden {
    Burden { work: is_busy(change, id), goods: !left_at(change, id).is_empty() }
}

fn known<'a>(change: &Change<'a, '_>, id: LocationId) -> Result<&'a Location, Refusal> {
    permitted(change)?;
    let known = change.snapshot.locations.iter().find(|location| location.id == id);
    known.ok_or(Refusal::Unknown(Thing::Location(id)))
}

/// Whether goods from `from` may be carried to `to`.
pub(super) fn destination(change: &Change<'_, '_>, from: LocationId, to: LocationId) -> Result<(), Refusal> {
    if from == to {
        return Err(Refusal::Location(to, LocationTrouble::Same));
    }
    let known = change.snapshot.locations.iter().find(|location| location.id == to && location.active);
    match known.ok_or(Refusal::Unknown(Thing::Location(to)))?.service {
        Some(_) => Err(Refusal::Location(to, LocationTrouble::OfService)),
        None => Ok(()),
    }
}

/// Whether somebody waits for something at a location: for work, or to order what is kept there.
pub(super) fn is_busy(change: &Change<'_, '_>, id: LocationId) -> bool {
    let keeps = |level: &Stock| level.location == id && level.kept > 0;
    change.snapshot.has_open_work || change.snapshot.stock.iter().any(keeps)
}

/// What is in the shelves of a location, or is missing there.
pub(super) fn left_at(change: &Change<'_, '_>, id: LocationId) -> Vec<Stock> {
    let levels = change.snapshot.stock.iter();
    let is_left =
        |level: &&Stock| level.on_hand != 0 || level.incoming != 0 || level.apart != Apart::default();
    levels.filter(|level| level.location == id).filter(is_left).copied().collect()
}

/// Carries what is in one shelf to another location, each unit for the purpose that it was there for.
pub(super) fn carry(change: &mut Change<'_, '_>, level: &Stock, to: LocationId) {
    empty(change, level);
    let Stock { variant, on_hand, apart, incoming, .. } = *level;
    change.move_stock(StockDelta { on_hand, apart, incoming, ..StockDelta::none(variant, to) });
    change.facts.push(carried(to, variant, on_hand));
}

/// Takes everything out of one shelf.
pub(super) fn empty(change: &mut Change<'_, '_>, level: &Stock) {
    let Stock { variant, location, on_hand, apart, incoming, .. } = *level;
    change.move_stock(StockDelta {
        on_hand: -on_hand,
        apart: Apart {
            reserved: -apart.reserved,
            damaged: -apart.damaged,
            safety_stock: -apart.safety_stock,
            quality_control: -apart.quality_control,
        },
        incoming: -incoming,
        guard: StockGuard::Unchanged(*level),
        ..StockDelta::none(variant, location)
    });
    change.facts.push(carried(location, variant, -on_hand));
}

/// Why is told by what happened to the location.
fn carried(location: LocationId, variant: VariantId, by: i64) -> Fact {
    Fact::StockChanged { location, variant, by, changes: Vec::new(), cause: None, available: None }
}

#[cfg(test)]
mod tests;
