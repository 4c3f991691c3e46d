//! Where an order goes that doesn't say so itself: what is missing is taken from its contact.

use crate::address::Address;

/// The shipping address of an order whose contact has that default address. A missing given name, family name or
/// telephone number takes all three from it; a missing country takes the street, city, region, country and postal
/// code. What is there otherwise stays.
pub fn completed(shipping: Option<&Address>, default: &Address) -> Address {
    let mut address = shipping.cloned().unwrap_or_default();
    let missing = |part: &Option<String>| part.as_deref().is_none_or(|text| text.trim().is_empty());
    if [&address.first_name, &address.last_name, &address.phone].into_iter().any(missing) {
        address.first_name = default.first_name.clone();
        address.last_name = default.last_name.clone();
        address.phone = default.phone.clone();
    }
    if missing(&address.country_code) && missing(&address.country) {
        address = Address {
            first_name: address.first_name,
            last_name: address.last_name,
            company: address.company,
            phone: address.phone,
            ..default.clone()
        };
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    fn home() -> Address {
        Address {
            first_name: some("Jane"),
            last_name: some("Doe"),
            company: some("Home Inc."),
            address1: some("1 Main St"),
            address2: some("Flat 2"),
            city: some("Eagle"),
            province: some("Idaho"),
            province_code: some("ID"),
            country: some("United States"),
            country_code: some("US"),
            zip: some("83616"),
            phone: some("+1208"),
        }
    }

    #[test]
    fn nothing_said_is_the_default_but_for_the_company() {
        assert_eq!(completed(None, &home()), Address { company: None, ..home() });
    }

    #[test]
    fn names_and_places_are_taken_each_as_a_whole() {
        let named = Address {
            first_name: some("Max"),
            last_name: some("M"),
            phone: some("+49"),
            ..Address::default()
        };
        let sent = completed(Some(&named), &home());
        assert_eq!((sent.first_name, sent.phone, sent.city), (some("Max"), some("+49"), some("Eagle")));
        let placed = Address {
            first_name: some("Max"),
            country_code: some("DE"),
            city: some("Bonn"),
            ..Address::default()
        };
        let sent = completed(Some(&placed), &home());
        assert_eq!((sent.first_name, sent.last_name), (some("Jane"), some("Doe")));
        assert_eq!((sent.city, sent.zip, sent.country_code), (some("Bonn"), None, some("DE")));
    }
}
