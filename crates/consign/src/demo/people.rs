//! Who buys in the demo shop. All of them are made up: their mail goes to example.com, their telephones are of the
//! range 555-01xx, which is kept free for that.

use domain::address::Address;

use super::dice::Dice;

const FIRST: [&str; 24] = [
    "Ada", "Bruno", "Carla", "Dmitri", "Elif", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Katja", "Liam",
    "Mina", "Noah", "Olga", "Pavel", "Quinn", "Rosa", "Samir", "Tove", "Uma", "Viktor", "Wanda", "Yusuf",
];
const LAST: [&str; 20] = [
    "Ashdown",
    "Bergfeld",
    "Castellan",
    "Dunmore",
    "Eklind",
    "Fairweather",
    "Grünwald",
    "Holloway",
    "Ivarsson",
    "Jarvela",
    "Kestrel",
    "Lindqvist",
    "Moreau",
    "Norrby",
    "Okafor",
    "Pellegrin",
    "Quill",
    "Rosenthal",
    "Silverton",
    "Thackeray",
];

/// Country code, country, province code, province, city, postal code, street.
type Town =
    (&'static str, &'static str, &'static str, &'static str, &'static str, &'static str, &'static str);

/// Everywhere that the demo shop ships to; from [`AMERICA`] on in North America.
const TOWNS: [Town; 16] = [
    ("DE", "Germany", "", "", "Berlin", "10437", "Musterstraße"),
    ("DE", "Germany", "", "", "Hamburg", "20359", "Beispielweg"),
    ("DE", "Germany", "", "", "Leipzig", "04109", "Probegasse"),
    ("DE", "Germany", "", "", "Köln", "50667", "Am Musterplatz"),
    ("FR", "France", "", "", "Lyon", "69002", "Rue de l'Exemple"),
    ("NL", "Netherlands", "", "", "Utrecht", "3511 AB", "Voorbeeldstraat"),
    ("AT", "Austria", "", "", "Graz", "8010", "Beispielgasse"),
    ("SE", "Sweden", "", "", "Göteborg", "411 05", "Exempelgatan"),
    ("GB", "United Kingdom", "ENG", "England", "Bristol", "BS1 4DJ", "Example Row"),
    ("US", "United States", "IL", "Illinois", "Chicago", "60607", "Sample Street"),
    ("US", "United States", "IL", "Illinois", "Springfield", "62701", "Specimen Avenue"),
    ("US", "United States", "NY", "New York", "Brooklyn", "11201", "Placeholder Place"),
    ("US", "United States", "CA", "California", "Oakland", "94607", "Demo Drive"),
    ("US", "United States", "TX", "Texas", "Austin", "78701", "Trial Trail"),
    ("US", "United States", "WA", "Washington", "Seattle", "98101", "Mockup Lane"),
    ("CA", "Canada", "ON", "Ontario", "Toronto", "M5V 2T6", "Fiction Road"),
];

const AMERICA: usize = 9;

/// A buyer: mail, telephone, address.
pub(super) struct Buyer {
    pub(super) email: String,
    pub(super) phone: String,
    pub(super) address: Address,
}

/// Where somebody lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lives {
    Anywhere,
    InNorthAmerica,
}

/// Somebody who lives there.
pub(super) fn somebody(lives: Lives, dice: &mut Dice) -> Buyer {
    let towns = if lives == Lives::Anywhere { &TOWNS[..] } else { &TOWNS[AMERICA..] };
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let first = dice.pick(&FIRST).copied().unwrap_or_default();
    let last = dice.pick(&LAST).copied().unwrap_or_default();
    let area = dice.pick(&[206, 212, 312, 415, 512]).copied().unwrap_or(212);
    let phone = format!("+1{area}55501{:02}", dice.between(0, 99));
    let mut address = Address {
        first_name: some(first),
        last_name: some(last),
        phone: Some(phone.clone()),
        ..Address::default()
    };
    if let Some((code, country, province_code, province, city, zip, street)) = dice.pick(towns) {
        address.country_code = some(code);
        address.country = some(country);
        address.province_code = some(province_code);
        address.province = some(province);
        address.city = some(city);
        address.zip = some(zip);
        address.address1 = Some(format!("{street} {}", dice.between(1, 98)));
    }
    let email = format!("{first}.{last}@example.com").to_lowercase().replace('ü', "ue");
    Buyer { email, phone, address }
}
