//! Fulfillment services: made with a location of their own, changed, and forgotten.

use super::places::{carry, destination, empty, is_busy, left_at, name_of, named};
use super::{Change, Outcome, Write};
use crate::actor::{Actor, Permission};
use crate::command::{DeleteService, EditService, Leftover};
use crate::event::Fact;
use crate::id::ServiceId;
use crate::location::{Location, Service};
use crate::refusal::{Field, LocationTrouble, Refusal, Thing};

/// A service and its location are made or changed as a whole. A program makes services of its own only.
pub(super) fn save(
    change: &mut Change<'_, '_>,
    service: &Service,
    at: &Location,
) -> Result<Outcome, Refusal> {
    permitted(change)?;
    let known = change.snapshot.services.iter().find(|known| known.id == service.id);
    if known.is_some() {
        own(change, service.id)?;
    }
    let app = change.actor.app().unwrap_or(service.app);
    put(change, Service { app, ..service.clone() }, at.clone())
}

/// Some of a service changes. Its location follows its name, its handle doesn't.
pub(super) fn edit(change: &mut Change<'_, '_>, edit: &EditService) -> Result<Outcome, Refusal> {
    permitted(change)?;
    let known = own(change, edit.service)?;
    let location = change.snapshot.locations.iter().find(|location| location.id == known.location);
    let location = location.ok_or(Refusal::Unknown(Thing::Location(known.location)))?.clone();
    let (name, at) = match &edit.name {
        Some(name) => (name.clone(), Location { name: name.clone(), ..location }),
        None => (known.name.clone(), location),
    };
    let service = Service {
        name,
        callback_url: edit.callback_url.clone().unwrap_or_else(|| known.callback_url.clone()),
        gives_tracking: edit.gives_tracking.unwrap_or(known.gives_tracking),
        gives_stock: edit.gives_stock.unwrap_or(known.gives_stock),
        requires_shipping: edit.requires_shipping.unwrap_or(known.requires_shipping),
        ..known.clone()
    };
    put(change, service, at)
}

/// A service is forgotten; it must have nothing left to do. What is in its shelves goes where the command says.
pub(super) fn delete(change: &mut Change<'_, '_>, command: &DeleteService) -> Result<Outcome, Refusal> {
    permitted(change)?;
    let service = own(change, command.service)?;
    let (id, at) = (service.id, service.location);
    if at != command.location {
        return Err(Refusal::Unknown(Thing::Service(id)));
    }
    if let Leftover::Transfer(Some(to)) = command.leftover {
        destination(change, at, to)?;
    }
    if is_busy(change, at) {
        return Err(Refusal::Location(at, LocationTrouble::HasWork));
    }
    let levels = left_at(change, at);
    match command.leftover {
        Leftover::Keep => {
            let location = change.snapshot.locations.iter().find(|location| location.id == at);
            let location = location.ok_or(Refusal::Unknown(Thing::Location(at)))?.clone();
            let location = Location { service: None, updated_at: change.now, ..location };
            change.writes.push(Write::Location(location));
            change.facts.push(Fact::LocationUpdated { location: at });
        }
        Leftover::Discard => levels.iter().for_each(|level| empty(change, level)),
        Leftover::Transfer(Some(to)) => levels.iter().for_each(|level| carry(change, level, to)),
        Leftover::Transfer(None) if !levels.is_empty() => {
            return Err(Refusal::Location(at, LocationTrouble::HasStock));
        }
        Leftover::Transfer(None) => {}
    }
    if command.leftover != Leftover::Keep {
        change.writes.push(Write::NoLocation(at));
        change.facts.push(Fact::LocationDeleted { location: at });
    }
    change.writes.push(Write::NoService(id));
    change.writes.push(Write::RouteWaiting);
    change.facts.push(Fact::ServiceDeleted { service: id });
    Ok(Outcome::Service(id))
}

fn permitted(change: &Change<'_, '_>) -> Result<(), Refusal> {
    let needs = &[Permission::WriteFulfillments];
    if change.actor.may_any(needs) { Ok(()) } else { Err(Refusal::NotPermitted(needs)) }
}

/// The service, if it is the actor's own. Nobody learns of somebody else's by trying to change it.
fn own<'a>(change: &Change<'a, '_>, id: ServiceId) -> Result<&'a Service, Refusal> {
    let own = |service: &&Service| match change.actor {
        Actor::System => true,
        Actor::App(app) => service.app == app.id,
    };
    let known = change.snapshot.services.iter().find(|service| service.id == id).filter(own);
    known.ok_or(Refusal::Unknown(Thing::Service(id)))
}

fn put(change: &mut Change<'_, '_>, service: Service, at: Location) -> Result<Outcome, Refusal> {
    let id = service.id;
    let name = name_of(&service.name)?;
    let taken = |other: &Service| other.name.eq_ignore_ascii_case(&name) || other.handle == service.handle;
    if change.snapshot.services.iter().any(|other| other.id != id && taken(other)) {
        return Err(Refusal::Taken(Field::Name));
    }
    let at = Location { name: named(change, at.id, &at.name)?, ..at };
    let now = change.now;
    let known = change.snapshot.services.iter().find(|known| known.id == id);
    let place = change.snapshot.locations.iter().find(|known| known.id == at.id);
    change.facts.push(Fact::ServiceSaved { service: id });
    change.facts.push(match place {
        Some(_) => Fact::LocationUpdated { location: at.id },
        None => Fact::LocationCreated { location: at.id },
    });
    let location = at.id;
    change.writes.push(Write::Location(Location {
        service: Some(id),
        created_at: place.map_or(now, |place| place.created_at),
        updated_at: now,
        ..at
    }));
    change.writes.push(Write::Service(Service {
        name,
        location,
        created_at: known.map_or(now, |known| known.created_at),
        updated_at: now,
        ..service
    }));
    change.writes.push(Write::RouteWaiting);
    Ok(Outcome::Service(id))
}

#[cfg(test)]
mod tests;
