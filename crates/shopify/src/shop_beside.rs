//! What a shop is surrounded by: where it stands, on which host, in which time zone, and its work.

use domain::location::{Location, first_own};
use domain::time::Time;
use graphql::{Field, FieldError, Object, Out};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::address::as_it_stands;
use crate::data::Data;
use crate::id::gid;
use crate::words::{self, missing};

/// The fields of `Shop` that are not its settings.
pub(crate) fn field<'a>(data: &'a Data, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
    // A shop is made with its first location, and nobody notes when its settings change.
    let times = |of: fn(&Location) -> Time| data.locations.iter().map(of);
    Ok(match field.name() {
        "assignedFulfillmentOrders" | "fulfillmentOrders" => match data.shop_work.get(field.response_key()) {
            Some(answer) => return answer.out(data, field),
            None => return Err(missing("Shop", field.name())),
        },
        "createdAt" => Out::from(words::time(times(|place| place.created_at).min().unwrap_or(data.now))),
        "plan" => Out::object(Plan),
        "primaryDomain" => Out::object(Domain(data)),
        "shopAddress" => Out::object(ShopAddress(data)),
        "timezoneAbbreviation" => Out::from(zoned(data, "%Z")),
        "timezoneOffset" => Out::from(zoned(data, "%z")),
        "updatedAt" => Out::from(words::time(times(|place| place.updated_at).max().unwrap_or(data.now))),
        other => return Err(missing("Shop", other)),
    })
}

/// The shop's own time now, in some form.
fn zoned(data: &Data, form: &str) -> String {
    let zone = TimeZone::get(&data.shop.time_zone).unwrap_or(TimeZone::UTC);
    let now = Timestamp::from_microsecond(data.now.0).unwrap_or(Timestamp::UNIX_EPOCH);
    now.to_zoned(zone).strftime(form).to_string()
}

/// Nobody pays for a server of one's own.
struct Plan;

impl Object for Plan {
    fn type_name(&self) -> &'static str {
        "ShopPlan"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        Ok(match field.name() {
            "displayName" | "publicDisplayName" => Out::from("Self-hosted"),
            "partnerDevelopment" | "shopifyPlus" => Out::Bool(false),
            other => return Err(missing("ShopPlan", other)),
        })
    }
}

struct Domain<'d>(&'d Data);

impl Object for Domain<'_> {
    fn type_name(&self) -> &'static str {
        "Domain"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        let shop = &self.0.shop;
        Ok(match field.name() {
            "host" => Out::from(&shop.domain),
            "id" => Out::from(gid("Domain", shop.id.0)),
            "sslEnabled" => Out::Bool(true),
            "url" => Out::from(format!("https://{}", shop.domain)),
            other => return Err(missing("Domain", other)),
        })
    }
}

/// A shop stands where its first location does.
struct ShopAddress<'d>(&'d Data);

impl Object for ShopAddress<'_> {
    fn type_name(&self) -> &'static str {
        "ShopAddress"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        let address = first_own(&self.0.locations).map(|location| &location.address);
        Ok(match field.name() {
            "id" => Out::from(gid("ShopAddress", self.0.shop.id.0)),
            other => as_it_stands(address, "ShopAddress", other)?,
        })
    }
}
