//! What is known of a variant apart from its price, changed one value at a time.

use super::place::PRICE_MAX;
use super::{Change, Outcome, Write, count};
use crate::command::VariantEdit;
use crate::event::Fact;
use crate::id::VariantId;
use crate::product::Variant;
use crate::refusal::{Field, Refusal, Thing};

/// How many digits a code of the harmonized system has.
const TARIFF_DIGITS: std::ops::RangeInclusive<usize> = 6..=13;

/// A variant gets other values. Counting its stock begins or ends with it, so units that wait are tried again.
pub(super) fn edit(
    change: &mut Change<'_, '_>,
    id: VariantId,
    edit: &VariantEdit,
) -> Result<Outcome, Refusal> {
    count::permitted(change)?;
    let known = change.snapshot.variants.iter().find(|known| known.id == id);
    let before = known.ok_or(Refusal::Unknown(Thing::Variant(id, 0)))?;
    check(edit)?;
    let mut after = before.clone();
    apply(edit, &mut after);
    if after == *before {
        return Ok(Outcome::Variant(id));
    }
    after.updated_at = change.now;
    if after.tracked != before.tracked {
        change.writes.push(Write::RouteWaiting);
    }
    change.facts.push(Fact::VariantUpdated { variant: id });
    change.writes.push(Write::Variant(after));
    Ok(Outcome::Variant(id))
}

fn check(edit: &VariantEdit) -> Result<(), Refusal> {
    if edit.unit_cost.flatten().is_some_and(|cost| !(0..=PRICE_MAX).contains(&cost)) {
        return Err(Refusal::Malformed(Field::UnitCost, "must be greater than or equal to 0"));
    }
    if edit.grams.is_some_and(|grams| grams < 0) {
        return Err(Refusal::Malformed(Field::Weight, "must be greater than or equal to 0"));
    }
    let is_code = |code: &str| code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase());
    if edit.country_of_origin.iter().flatten().any(|country| !is_code(country)) {
        return Err(Refusal::Malformed(Field::CountryOfOrigin, "is invalid"));
    }
    let by_country = edit.tariff_codes_by_country.iter().flatten().map(|(_, code)| code);
    let is_tariff =
        |code: &str| TARIFF_DIGITS.contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_digit());
    if edit.tariff_code.iter().flatten().chain(by_country).any(|code| !is_tariff(code)) {
        return Err(Refusal::Malformed(
            Field::TariffCode,
            "must be a number between six and thirteen digits",
        ));
    }
    Ok(())
}

fn apply(edit: &VariantEdit, variant: &mut Variant) {
    fn set<T: Clone>(value: &Option<T>, place: &mut T) {
        if let Some(value) = value {
            place.clone_from(value);
        }
    }
    set(&edit.sku, &mut variant.sku);
    set(&edit.tracked, &mut variant.tracked);
    set(&edit.requires_shipping, &mut variant.requires_shipping);
    set(&edit.grams, &mut variant.grams);
    set(&edit.unit_cost, &mut variant.unit_cost);
    let origin = &mut variant.origin;
    set(&edit.country_of_origin, &mut origin.country);
    set(&edit.province_of_origin, &mut origin.province);
    set(&edit.tariff_code, &mut origin.tariff_code);
    set(&edit.tariff_codes_by_country, &mut origin.tariff_codes_by_country);
}

#[cfg(test)]
mod tests;
