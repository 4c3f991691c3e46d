//! Postal addresses, as a merchant writes them on a parcel.

use serde::{Deserialize, Serialize};

/// Where somebody lives or something stands. Every part may be missing; none is ever invented.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Address {
    /// Given name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// Family name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    /// Company.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company: Option<String>,
    /// Street and number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address1: Option<String>,
    /// Apartment, floor, care of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address2: Option<String>,
    /// City, town or village.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// Name of the state, province or region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub province: Option<String>,
    /// Code of the state, province or region within its country (`ON`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub province_code: Option<String>,
    /// Name of the country.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// ISO 3166-1 alpha-2 code of the country (`CA`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country_code: Option<String>,
    /// Postal code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zip: Option<String>,
    /// Telephone number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

/// How near two addresses are, as far as their postal data tells. Smaller is nearer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Nearness {
    /// The same country and the same postal region (the postal code's first three characters).
    PostalRegion,
    /// The same country and province.
    Province,
    /// The same country.
    Country,
    /// Another country, or nothing is known.
    Elsewhere,
}

impl Address {
    /// First and last name with one space between, `None` if both are missing.
    pub fn name(&self) -> Option<String> {
        let parts = [self.first_name.as_deref(), self.last_name.as_deref()];
        let name = parts.into_iter().flatten().filter(|p| !p.is_empty()).collect::<Vec<_>>().join(" ");
        (!name.is_empty()).then_some(name)
    }

    /// How near `other` is.
    pub fn nearness(&self, other: &Address) -> Nearness {
        let same = |a: &Option<String>, b: &Option<String>| match (a, b) {
            (Some(a), Some(b)) => !a.is_empty() && a.eq_ignore_ascii_case(b),
            _ => false,
        };
        let region = |zip: &Option<String>| {
            let zip: String = zip.as_deref()?.chars().filter(|c| c.is_alphanumeric()).take(3).collect();
            (zip.chars().count() == 3).then(|| zip.to_ascii_uppercase())
        };
        if !same(&self.country_code, &other.country_code) {
            Nearness::Elsewhere
        } else if region(&self.zip).is_some() && region(&self.zip) == region(&other.zip) {
            Nearness::PostalRegion
        } else if same(&self.province_code, &other.province_code) {
            Nearness::Province
        } else {
            Nearness::Country
        }
    }
}
