//! Locations and the services that run some of them.

use domain::command::{DeleteService, EditLocation, EditService, Leftover};
use domain::id::{LocationId, ServiceId};
use domain::location::{Location, Service};

use super::Forecast;
use super::stock::carry;
use crate::reference::{Place, Reference, Runs};
use crate::who::Who;

/// Whether something can be called that: not nothing, not too long, and nothing else is called so.
fn free_name<'s>(name: &str, mut others: impl Iterator<Item = &'s String>) -> Option<String> {
    let name = name.trim();
    let taken = others.any(|other| other.to_lowercase() == name.to_lowercase());
    (!name.is_empty() && name.chars().count() <= 100 && !taken).then(|| name.to_owned())
}

fn place_name(shop: &Reference, id: LocationId, name: &str) -> Option<String> {
    free_name(name, shop.places.iter().filter(|(other, _)| **other != id).map(|(_, place)| &place.name))
}

pub fn save(shop: &mut Reference, who: Who, location: &Location) -> Option<Forecast> {
    let name = place_name(shop, location.id, &location.name).filter(|_| who.may_all())?;
    let Location { active, ships_orders: ships, service, .. } = *location;
    shop.places.insert(location.id, Place { name, active, ships, service });
    Some(Forecast::nothing())
}

/// Whether another location in service ships what is sold from afar.
fn others_ship(shop: &Reference, but: LocationId) -> bool {
    shop.places.iter().any(|(id, place)| *id != but && place.active && place.ships)
}

pub fn edit(shop: &mut Reference, who: Who, edit: &EditLocation) -> Option<Forecast> {
    let id = edit.location;
    let mut place = shop.places.get(&id).filter(|_| who.may_all())?.clone();
    // That of a service is changed by nobody but the program that runs it.
    if place.service.is_some() && who.service() != place.service && who != Who::System {
        return None;
    }
    let ships = edit.ships_orders.unwrap_or(place.ships);
    if ships != place.ships {
        let only = place.ships && place.active && !ships && !others_ship(shop, id);
        if place.service.is_some() || only {
            return None;
        }
    }
    place.ships = ships;
    place.name = place_name(shop, id, edit.name.as_ref().unwrap_or(&place.name))?;
    shop.places.insert(id, place);
    Some(Forecast::nothing())
}

/// Whether goods may be carried from one location to another one.
fn takes_goods(shop: &Reference, from: LocationId, to: LocationId) -> Option<()> {
    shop.places.get(&to).filter(|place| place.active && place.service.is_none() && from != to).map(|_| ())
}

pub fn deactivate(
    shop: &mut Reference,
    who: Who,
    id: LocationId,
    to: Option<LocationId>,
) -> Option<Forecast> {
    let place = shop.places.get(&id).filter(|_| who.may_all())?;
    if place.service.is_some() {
        return None;
    }
    if !place.active {
        return Some(Forecast::nothing());
    }
    if place.ships && !others_ship(shop, id) || shop.has_work(id) || (to.is_none() && shop.has_goods(id)) {
        return None;
    }
    if let Some(to) = to {
        takes_goods(shop, id, to)?;
        carry(shop, id, Some(to));
    }
    shop.places.get_mut(&id)?.active = false;
    Some(Forecast::nothing())
}

pub fn activate(shop: &mut Reference, who: Who, id: LocationId) -> Option<Forecast> {
    shop.places.get_mut(&id).filter(|_| who.may_all())?.active = true;
    Some(Forecast::nothing())
}

pub fn delete(shop: &mut Reference, who: Who, id: LocationId) -> Option<Forecast> {
    let place = shop.places.get(&id).filter(|_| who.may_all())?;
    if place.service.is_some() || place.active || shop.has_work(id) || shop.has_goods(id) {
        return None;
    }
    forgotten(shop, id);
    Some(Forecast::nothing())
}

fn forgotten(shop: &mut Reference, id: LocationId) {
    shop.places.remove(&id);
    shop.levels.retain(|(_, at), _| *at != id);
}

fn service_name(shop: &Reference, id: ServiceId, name: &str) -> Option<String> {
    free_name(name, shop.services.iter().filter(|(other, _)| **other != id).map(|(_, runs)| &runs.name))
}

/// A program makes services of its own only.
pub fn save_service(shop: &mut Reference, who: Who, service: &Service, at: &Location) -> Option<Forecast> {
    let known = shop.services.get(&service.id);
    if !who.may_all() || known.is_some_and(|known| !who.owns(known.app)) {
        return None;
    }
    let name = service_name(shop, service.id, &service.name)?;
    let place = place_name(shop, at.id, &at.name)?;
    let app = who.app().unwrap_or(service.app);
    shop.services.insert(service.id, Runs { app, at: at.id, name });
    let Location { active, ships_orders: ships, .. } = *at;
    shop.places.insert(at.id, Place { name: place, active, ships, service: Some(service.id) });
    Some(Forecast::nothing())
}

pub fn edit_service(shop: &mut Reference, who: Who, edit: &EditService) -> Option<Forecast> {
    let runs = shop.services.get(&edit.service).filter(|runs| who.may_all() && who.owns(runs.app))?;
    let (at, known) = (runs.at, runs.name.clone());
    if let Some(name) = &edit.name {
        shop.places.get_mut(&at)?.name = place_name(shop, at, name)?;
    }
    let name = service_name(shop, edit.service, edit.name.as_ref().unwrap_or(&known))?;
    shop.services.get_mut(&edit.service)?.name = name;
    Some(Forecast::nothing())
}

pub fn delete_service(shop: &mut Reference, who: Who, delete: &DeleteService) -> Option<Forecast> {
    let runs = shop.services.get(&delete.service).filter(|runs| who.may_all() && who.owns(runs.app))?;
    let at = runs.at;
    if at != delete.location || shop.has_work(at) {
        return None;
    }
    match delete.leftover {
        Leftover::Keep => shop.places.get_mut(&at)?.service = None,
        Leftover::Discard => carry(shop, at, None),
        Leftover::Transfer(Some(to)) => {
            takes_goods(shop, at, to)?;
            carry(shop, at, Some(to));
        }
        Leftover::Transfer(None) if shop.has_goods(at) => return None,
        Leftover::Transfer(None) => {}
    }
    if delete.leftover != Leftover::Keep {
        forgotten(shop, at);
    }
    shop.services.remove(&delete.service);
    Some(Forecast::nothing())
}
