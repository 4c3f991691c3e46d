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
        "address1" => text(&address.address1),
        "address2" => text(&address.address2),
        "city" => text(&address.city),
        "company" => text(&address.company),
        // Nobody looks addresses up on a map.
        "coordinatesValidated" => Out::Bool(false),
        "latitude" | "longitude" | "timeZone" => Out::Null,
        "country" => text(&address.country),
        "countryCode" | "countryCodeV2" => text(&address.country_code),
        "firstName" => text(&address.first_name),
        "formatted" => Out::list(formatted(address, flag("withName", false), flag("withCompany", true))),
        "formattedArea" => area(address).map_or(Out::Null, Out::from),
        "lastName" => text(&address.last_name),
        "name" => address.name().map_or(Out::Null, Out::from),
        "phone" => text(&address.phone),
        "province" => text(&address.province),
        "provinceCode" => text(&address.province_code),
        "zip" => text(&address.zip),
        other => return Err(missing("MailingAddress", other)),
    })
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
        let part = |of: fn(&Address) -> &Option<String>| self.address.map_or(Out::Null, |a| text(of(a)));
        Ok(match field.name() {
            "address1" => part(|a| &a.address1),
            "address2" => part(|a| &a.address2),
            "city" => part(|a| &a.city),
            "company" => part(|a| &a.company),
            "countryCode" => part(|a| &a.country_code),
            "email" => text(self.email),
            "firstName" => part(|a| &a.first_name),
            "id" => Out::from(gid("FulfillmentOrderDestination", self.work)),
            "lastName" => part(|a| &a.last_name),
            "location" => Out::maybe(self.location),
            "phone" => part(|a| &a.phone),
            "province" => part(|a| &a.province),
            "zip" => part(|a| &a.zip),
            other => return Err(missing("FulfillmentOrderDestination", other)),
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
            "address1" => text(&self.0.address1),
            "address2" => text(&self.0.address2),
            "city" => text(&self.0.city),
            "countryCode" => Out::from(self.0.country_code.as_deref().unwrap_or_default()),
            "provinceCode" => text(&self.0.province_code),
            "zip" => text(&self.0.zip),
            other => return Err(missing("FulfillmentOriginAddress", other)),
        })
    }
}
