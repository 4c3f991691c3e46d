//! What clients say of a SKU.

use domain::product::{Image, Product, Variant};
use serde_json::Value;

use super::{TEXTS, keep, kept};
use crate::failure::Failure;
use crate::input::Input;
use crate::metadata;

/// Units of weight, in grams.
const UNITS: [(&str, f64); 4] = [("oz", 28.349_523_125), ("lb", 453.592_37), ("g", 1.0), ("kg", 1_000.0)];
/// What tax codes of things begin with that nobody ships: the segments of the product code in them that mean software,
/// publications without paper, and services.
const IMMATERIAL: [&str; 6] = ["4323", "5511", "81", "82", "83", "86"];

/// Takes over what was sent; what wasn't stays, and an empty text takes a value away.
pub(super) fn take(input: &Input, product: &mut Product, variant: &mut Variant) -> Result<(), Failure> {
    let filled = |text: String| Some(text).filter(|text| !text.is_empty());
    if input.value("name").is_some() {
        product.title = input.needed_text("name")?;
        keep(variant, "name", Some(product.title.as_str().into()));
    }
    for name in TEXTS {
        if let Some(text) = input.text(name)? {
            keep(variant, name, filled(text).map(Value::from));
        }
    }
    if let Some(code) = input.text("taxCode")? {
        variant.requires_shipping = is_physical(&code);
    }
    if let Some(code) = input.text("hsCode")? {
        variant.origin.tariff_code = filled(code);
    }
    if let Some(country) = country(input)? {
        variant.origin.country = filled(country);
    }
    if let Some(url) = input.text("image")? {
        product.image = filled(url).map(|url| Image { url, alt: None, size: None });
    }
    if let Some(managed) = input.word("managedFulfillment", &["DRGlobalFulfillment"])? {
        keep(variant, "managedFulfillment", Some(managed.into()));
    }
    if let Some(metadata) = metadata::taken(input, &kept(variant)[metadata::NAME])? {
        keep(variant, metadata::NAME, Some(metadata));
    }
    weigh(input, variant)
}

/// The country that something was made in, as its two letters.
pub(crate) fn country(input: &Input) -> Result<Option<String>, Failure> {
    const NAME: &str = "countryOfOrigin";
    let Some(country) = input.text(NAME)? else { return Ok(None) };
    let is_code = country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_alphabetic());
    if is_code || country.is_empty() {
        Ok(Some(country.to_ascii_uppercase()))
    } else {
        Err(Failure::invalid(input.at(NAME), &country, "country"))
    }
}

/// What is said of weight is kept as it was said, and in grams for whoever ships.
fn weigh(input: &Input, variant: &mut Variant) -> Result<(), Failure> {
    let units = UNITS.map(|(unit, _)| unit);
    let (weight, unit) = (input.decimal("weight")?, input.word("weightUnit", &units)?);
    if weight.is_none() && unit.is_none() {
        return Ok(());
    }
    if let Some(unit) = unit {
        keep(variant, "weightUnit", Some(unit.into()));
    }
    if let Some(weight) = weight.and_then(|weight| weight.parse::<f64>().ok()) {
        keep(variant, "weight", Some(weight.into()));
    }
    let kept = kept(variant);
    let grams = UNITS.iter().find(|(unit, _)| kept["weightUnit"] == *unit).map(|(_, grams)| grams);
    if let (Some(weight), Some(grams)) = (kept["weight"].as_f64(), grams) {
        // Rounding takes half a gram at most, and no weight is larger than fits.
        variant.grams = (weight * grams).round().clamp(0.0, 1e15) as i64;
    }
    Ok(())
}

/// Whether things of that tax code are shipped.
fn is_physical(code: &str) -> bool {
    let digits: String = code.chars().filter(char::is_ascii_digit).collect();
    !IMMATERIAL.iter().any(|segment| digits.starts_with(segment))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn software_and_services_are_not_shipped() {
        for (code, physical) in [
            ("4323.310_A", false),
            ("55111513.120", false),
            ("8111.1", false),
            ("4321.15_A", true),
            ("", true),
        ] {
            assert_eq!(is_physical(code), physical, "{code}");
        }
    }
}
