//! The REST API's forms of times, money and addresses, which the larger payloads are written in.

use domain::address::Address;
use domain::money::{self, Currency, Minor};
use domain::order::TaxLine;
use domain::snapshot::Shop;
use domain::time::Time;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

/// A moment in the shop's own time: `2021-12-31T19:00:00-05:00`.
pub(crate) fn time(shop: &Shop, at: Time) -> Value {
    let zone = TimeZone::get(&shop.time_zone).unwrap_or(TimeZone::UTC);
    match Timestamp::from_microsecond(at.0) {
        Ok(at) => at.to_zoned(zone).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string().into(),
        Err(_) => Value::Null,
    }
}

pub(crate) fn maybe_time(shop: &Shop, at: Option<Time>) -> Value {
    at.map_or(Value::Null, |at| time(shop, at))
}

/// A moment to the microsecond, in UTC: `2025-07-10T16:15:47.000000Z`.
pub(crate) fn micros(at: Time) -> String {
    let at = Timestamp::from_microsecond(at.0).unwrap_or(Timestamp::UNIX_EPOCH);
    at.strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}

/// A moment to the millisecond, in UTC: `2025-07-10T16:15:47.000Z`.
pub(crate) fn millis(at: Time) -> String {
    let at = Timestamp::from_microsecond(at.0).unwrap_or(Timestamp::UNIX_EPOCH);
    at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// An amount: a decimal in a string.
pub(crate) fn price(amount: Minor, currency: Currency) -> Value {
    money::decimal(amount, currency).into()
}

/// An amount in the shop's and the buyer's currency; orders here have one currency.
pub(crate) fn price_set(amount: Minor, currency: Currency) -> Value {
    let money = json!({ "amount": money::decimal(amount, currency), "currency_code": currency.code() });
    json!({ "shop_money": money, "presentment_money": money })
}

pub(crate) fn address(address: &Address) -> Value {
    json!({
        "first_name": address.first_name,
        "address1": address.address1,
        "phone": address.phone,
        "city": address.city,
        "zip": address.zip,
        "province": address.province,
        "country": address.country,
        "last_name": address.last_name,
        "address2": address.address2,
        "company": address.company,
        "latitude": null,
        "longitude": null,
        "name": address.name(),
        "country_code": address.country_code,
        "province_code": address.province_code,
    })
}

pub(crate) fn maybe_address(of: &Option<Address>) -> Value {
    of.as_ref().map_or(Value::Null, address)
}

pub(crate) fn taxes<'t>(lines: impl IntoIterator<Item = &'t TaxLine>, currency: Currency) -> Value {
    let tax = |tax: &TaxLine| {
        json!({
            "title": tax.title,
            "rate": tax.rate.parse::<f64>().unwrap_or(0.0),
            "price": price(tax.amount, currency),
            "price_set": price_set(tax.amount, currency),
            "channel_liable": null,
        })
    };
    lines.into_iter().map(tax).collect()
}

/// Named values.
pub(crate) fn attributes(of: &[(String, String)]) -> Value {
    of.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect()
}

/// One object of the members of several.
pub(crate) fn joined(parts: impl IntoIterator<Item = Value>) -> Value {
    let mut all = Map::new();
    for part in parts {
        if let Value::Object(members) = part {
            all.extend(members);
        }
    }
    Value::Object(all)
}
