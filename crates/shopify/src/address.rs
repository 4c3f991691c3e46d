//! Addresses in this API's shapes.

use domain::address::Address;
use domain::id::ContactId;
use graphql::{Field, FieldError, Object, Out};

use crate::id::gid;
use crate::location::LocationNode;
use crate::words::{missing, text};

/// An address of an order. It has no id of its own; it is known by its order's.
pub(crate) struct MailingAddress<'d> {
    pub(crate) address: &'d Address,
    pub(crate) order: i64,
}

impl Object for MailingAddress<'_> {
    fn type_name(&self) -> &'static str {
        "MailingAddress"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        match field.name() {
            "id" => Ok(Out::from(format!("{}?model_name=Address", gid("MailingAddress", self.order)))),
            _ => part(self.address, field),
        }
    }
}

/// An address of a contact, known by the contact's id and its place among the others.
pub(crate) struct ContactAddress<'d> {
    pub(crate) address: &'d Address,
    pub(crate) contact: ContactId,
    pub(crate) place: usize,
}

/// The number of an address of a contact. No contact has more addresses than fit.
pub(crate) fn contact_address(contact: ContactId, place: usize) -> i64 {
    contact.0.saturating_mul(256).saturating_add(place as i64)
}

impl Object for ContactAddress<'_> {
    fn type_name(&self) -> &'static str {
        "MailingAddress"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        match field.name() {
            "id" => {
                let number = contact_address(self.contact, self.place);
                Ok(Out::from(format!("{}?model_name=CustomerAddress", gid("MailingAddress", number))))
            }
            _ => part(self.address, field),
        }
    }
}

/// What an address says, whosever it is.
fn part<'a>(address: &'a Address, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
    let flag = |name: &str, default| field.arg(name).and_then(|arg| arg.as_bool()).unwrap_or(default);
    Ok(match field.name() {
        // Nobody looks addresses up on a map.
        "coordinatesValidated" => Out::Bool(false),
        "latitude" | "longitude" | "timeZone" => Out::Null,
        "formatted" => Out::list(formatted(address, flag("withName", false), flag("withCompany", true))),
        "formattedArea" => area(address).map_or(Out::Null, Out::from),
        "name" => address.name().map_or(Out::Null, Out::from),
        other => as_it_stands(Some(address), "MailingAddress", other)?,
    })
}

/// What an address says word for word, under the names that all types of addresses have for it; `of` is the type.
pub(crate) fn as_it_stands<'a>(
    address: Option<&'a Address>,
    of: &str,
    name: &str,
) -> Result<Out<'a>, FieldError> {
    let part: fn(&Address) -> &Option<String> = match name {
        "address1" => |address| &address.address1,
        "address2" => |address| &address.address2,
        "city" => |address| &address.city,
        "company" => |address| &address.company,
        "country" => |address| &address.country,
        "countryCode" | "countryCodeV2" => |address| &address.country_code,
        "firstName" => |address| &address.first_name,
        "lastName" => |address| &address.last_name,
        "phone" => |address| &address.phone,
        "province" => |address| &address.province,
        "provinceCode" => |address| &address.province_code,
        "zip" => |address| &address.zip,
        other => return Err(missing(of, other)),
    };
    Ok(address.map_or(Out::Null, |address| text(part(address))))
}

/// The lines of a label.
pub(crate) fn formatted(address: &Address, with_name: bool, with_company: bool) -> Vec<String> {
    let mut lines = Vec::new();
    lines.extend(with_name.then(|| address.name()).flatten());
    lines.extend(with_company.then(|| address.company.clone()).flatten());
    lines.extend(address.address1.clone());
    lines.extend(address.address2.clone());
    let city = [&address.city, &address.province_code, &address.zip];
    let city: Vec<&str> = city.into_iter().flatten().map(String::as_str).filter(|p| !p.is_empty()).collect();
    lines.push(city.join(" "));
    lines.extend(address.country.clone().or_else(|| address.country_code.clone()));
    lines.retain(|line| !line.is_empty());
    lines
}

fn area(address: &Address) -> Option<String> {
    let parts = [&address.city, &address.province_code, &address.country];
    let parts: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Where a fulfillment order goes.
pub(crate) struct Destination<'d> {
    pub(crate) address: Option<&'d Address>,
    pub(crate) email: &'d Option<String>,
    pub(crate) work: i64,
    /// Where the buyer comes for it.
    pub(crate) location: Option<LocationNode<'d>>,
}

impl Object for Destination<'_> {
    fn type_name(&self) -> &'static str {
        "FulfillmentOrderDestination"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        Ok(match field.name() {
            "email" => text(self.email),
            "id" => Out::from(gid("FulfillmentOrderDestination", self.work)),
            "location" => Out::maybe(self.location),
            other => as_it_stands(self.address, "FulfillmentOrderDestination", other)?,
        })
    }
}

/// Where a parcel says that it comes from.
pub(crate) struct Origin<'d>(pub(crate) &'d Address);

impl Object for Origin<'_> {
    fn type_name(&self) -> &'static str {
        "FulfillmentOriginAddress"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        Ok(match field.name() {
            "countryCode" => Out::from(self.0.country_code.as_deref().unwrap_or_default()),
            other => as_it_stands(Some(self.0), "FulfillmentOriginAddress", other)?,
        })
    }
}
