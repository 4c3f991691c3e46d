//! Prices are made and changed. Orders keep the terms that they were made with.

use super::{Change, Outcome};
use crate::decide::Write;
use crate::event::Fact;
use crate::price::Price;
use crate::refusal::{Field, Refusal, Thing};

pub(super) fn save(change: &mut Change<'_, '_>, price: &Price) -> Result<Outcome, Refusal> {
    let known = change.snapshot.prices.iter().find(|known| known.id == price.id);
    let variant = known.map_or(price.variant, |known| known.variant);
    if variant != price.variant || change.snapshot.variants.iter().all(|known| known.id != variant) {
        return Err(Refusal::Unknown(Thing::Variant(price.variant, 0)));
    }
    if let Some(fault) = price.terms.fault() {
        return Err(Refusal::Malformed(Field::Terms, fault));
    }
    let created_at = known.map_or(change.now, |known| known.created_at);
    change.facts.push(Fact::PriceSaved { price: price.id, variant });
    change.writes.push(Write::Price(Box::new(Price { created_at, updated_at: change.now, ..price.clone() })));
    Ok(Outcome::Price(price.id))
}
