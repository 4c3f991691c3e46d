//! Things around orders that are saved as a whole: listeners and products; and stock.

use super::{Change, Outcome, Write};
use crate::actor::{Actor, Permission};
use crate::custom_field;
use crate::event::Fact;
use crate::id::ListenerId;
use crate::listener::Listener;
use crate::product::{Product, Variant};
use crate::refusal::{Field, Refusal, Thing};

fn permitted(change: &Change<'_, '_>, needs: &'static [Permission]) -> Result<(), Refusal> {
    if change.actor.may_any(needs) { Ok(()) } else { Err(Refusal::NotPermitted(needs)) }
}

/// A program's listeners are its own affair; no two of them are told the same at the same address, and no two have
/// the same name. What they are told it in does not make them different, but what it is signed with does: whoever
/// checks signatures knows which of the two was meant.
pub(super) fn listener(change: &mut Change<'_, '_>, listener: &Listener) -> Result<Outcome, Refusal> {
    let own = own_listener(change, listener.id);
    if own.is_none() && change.snapshot.listeners.iter().any(|other| other.id == listener.id) {
        return Err(Refusal::Unknown(Thing::Listener(listener.id)));
    }
    let mut listener = listener.clone();
    if let Some(app) = change.actor.app() {
        listener.app = app;
    }
    listener.created_at = own.map_or(change.now, |own| own.created_at);
    listener.updated_at = change.now;
    let others = change.snapshot.listeners.iter().filter(|other| {
        other.id != listener.id && other.app == listener.app && other.dialect == listener.dialect
    });
    for other in others {
        if listener.name.is_some() && other.name == listener.name {
            return Err(Refusal::Taken(Field::Name));
        }
        let same =
            (&other.topic, &other.url, &other.only) == (&listener.topic, &listener.url, &listener.only);
        if same && other.secret == listener.secret {
            return Err(Refusal::Taken(Field::Url));
        }
    }
    change.facts.push(Fact::ListenerSaved { listener: listener.id });
    let id = listener.id;
    change.writes.push(Write::Listener(listener));
    Ok(Outcome::Listener(id))
}

pub(super) fn no_listener(change: &mut Change<'_, '_>, id: ListenerId) -> Result<Outcome, Refusal> {
    own_listener(change, id).ok_or(Refusal::Unknown(Thing::Listener(id)))?;
    change.facts.push(Fact::ListenerRemoved { listener: id });
    change.writes.push(Write::NoListener(id));
    Ok(Outcome::Listener(id))
}

fn own_listener<'a>(change: &Change<'a, '_>, id: ListenerId) -> Option<&'a Listener> {
    let own = |listener: &&Listener| match change.actor {
        Actor::System => true,
        Actor::App(app) => listener.app == app.id,
    };
    change.snapshot.listeners.iter().find(|listener| listener.id == id && own(listener))
}

pub(super) fn product(
    change: &mut Change<'_, '_>,
    product: &Product,
    variants: &[Variant],
) -> Result<Outcome, Refusal> {
    permitted(change, &[Permission::WriteProducts])?;
    if product.title.trim().is_empty() {
        return Err(Refusal::Malformed(Field::Name, "is empty"));
    }
    let known = change.snapshot.products.iter().find(|other| other.id == product.id);
    let created_at = known.map_or(change.now, |known| known.created_at);
    let now = change.now;
    change.facts.push(match known {
        Some(_) => Fact::ProductSaved { product: product.id },
        None => Fact::ProductCreated { product: product.id },
    });
    let custom_fields = known.map(|known| known.custom_fields.as_slice()).unwrap_or_default();
    let custom_fields = custom_field::replaced(custom_fields, &product.custom_fields, now, change.ids);
    change.writes.push(Write::Product(Product {
        custom_fields,
        created_at,
        updated_at: now,
        ..product.clone()
    }));
    for variant in variants {
        let known = change.snapshot.variants.iter().find(|other| other.id == variant.id);
        let custom_fields = known.map(|known| known.custom_fields.as_slice()).unwrap_or_default();
        let custom_fields = custom_field::replaced(custom_fields, &variant.custom_fields, now, change.ids);
        let saved = Variant {
            custom_fields,
            product: product.id,
            product_title: product.title.clone(),
            created_at: known.map_or(now, |known| known.created_at),
            updated_at: now,
            ..variant.clone()
        };
        match known {
            None => change.facts.push(Fact::VariantCreated { variant: saved.id }),
            Some(known) if Variant { updated_at: now, ..known.clone() } != saved => {
                change.facts.push(Fact::VariantUpdated { variant: saved.id });
            }
            Some(_) => {}
        }
        change.writes.push(Write::Variant(saved));
    }
    Ok(Outcome::Product(product.id))
}

#[cfg(test)]
mod tests;
