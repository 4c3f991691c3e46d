//! Names of countries and of their provinces, as people write them on parcels. Programs say the codes only.

/// Countries that people don't call what the standard calls them.
const EVERYDAY: [(&str, &str); 12] = [
    ("CD", "Congo - Kinshasa"),
    ("CG", "Congo - Brazzaville"),
    ("GB", "United Kingdom"),
    ("KP", "North Korea"),
    ("KR", "South Korea"),
    ("LA", "Laos"),
    ("RU", "Russia"),
    ("SY", "Syria"),
    ("US", "United States"),
    ("VG", "British Virgin Islands"),
    ("VI", "U.S. Virgin Islands"),
    ("VN", "Vietnam"),
];

/// The name of the country of an ISO 3166-1 alpha-2 code. What the standard adds in parentheses (`Moldova (Republic of)`)
/// is left out.
pub(crate) fn country(code: &str) -> Option<&'static str> {
    if let Some((_, name)) = EVERYDAY.iter().find(|(known, _)| *known == code) {
        return Some(name);
    }
    let country = rust_iso3166::from_alpha2(code)?;
    Some(country.name.split(" (").next().unwrap_or(country.name))
}

/// The name of the province of an ISO 3166-2 code, which is given in two parts (`US`, `MA`).
pub(crate) fn province(country: &str, code: &str) -> Option<&'static str> {
    rust_iso3166::iso3166_2::from_code(&format!("{country}-{code}")).map(|province| province.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_everyday() {
        for (code, name) in [
            ("US", "United States"),
            ("CA", "Canada"),
            ("MD", "Moldova"),
            ("GB", "United Kingdom"),
            ("DE", "Germany"),
        ] {
            assert_eq!(country(code), Some(name));
        }
        assert_eq!((country("ZZ"), country("")), (None, None));
        for (code, _) in EVERYDAY {
            assert!(rust_iso3166::from_alpha2(code).is_some(), "{code} is no country");
        }
        assert_eq!(province("US", "MA"), Some("Massachusetts"));
        assert_eq!(province("CA", "ON"), Some("Ontario"));
        assert_eq!(province("DE", "MA"), None);
    }
}
