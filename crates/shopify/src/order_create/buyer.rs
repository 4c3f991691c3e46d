//! Whose a new order is: a customer that is named, one that is made or changed on the way, or whoever has the order's
//! e-mail address.

use domain::address::Address;
use domain::contact::{Consent, ContactChange, ContactKey, SaveContact, Taxation, Whom};
use domain::id::ContactId;
use domain::refusal::Field as Part;
use graphql::Input as Value;

use super::{flag, list, part, text};
use crate::answer::UserError;
use crate::id::of_kind;
use crate::tags;

/// What an `OrderCreateOrderInput` says of the buyer.
pub(super) fn read(input: &Value) -> Result<Option<SaveContact>, UserError> {
    let (customer, id) = (part(input, "customer"), text(input, "customerId"));
    if customer.is_some() && id.is_some() {
        let message = "Only one of customer and customerId can be given";
        return Err(UserError::at("order", message).code("REDUNDANT_CUSTOMER_FIELDS"));
    }
    let known = |gid: &str, path: &str| {
        let wrong = || UserError::at(path, "Customer does not exist").code("INVALID");
        of_kind("Customer", gid).map(|id| ContactKey::Id(ContactId(id))).ok_or_else(wrong)
    };
    let said = match (&id, customer) {
        (Some(gid), _) => {
            let whom = Whom::Known(known(gid, "order.customerId")?);
            Some(SaveContact { whom, changes: Vec::new() })
        }
        (None, Some(customer)) => match (part(customer, "toAssociate"), part(customer, "toUpsert")) {
            (Some(named), _) => {
                let path = "order.customer.toAssociate";
                let key = match (text(named, "id"), text(named, "email")) {
                    (Some(gid), _) => known(&gid, &format!("{path}.id"))?,
                    (None, Some(email)) => ContactKey::Email(email),
                    (None, None) => {
                        return Err(UserError::at(path, "Customer id or email must be given").code("INVALID"));
                    }
                };
                Some(SaveContact { whom: Whom::Known(key), changes: Vec::new() })
            }
            (None, Some(upsert)) => {
                let id =
                    text(upsert, "id").map(|gid| known(&gid, "order.customer.toUpsert.id")).transpose()?;
                Some(upserted(id, upsert))
            }
            (None, None) => None,
        },
        (None, None) => text(input, "email").map(|email| SaveContact {
            whom: Whom::KnownOrNew(ContactKey::Email(email)),
            changes: Vec::new(),
        }),
    };
    Ok(said.map(|mut said| {
        if flag(input, "buyerAcceptsMarketing") {
            said.changes.push(ContactChange::Marketing(Consent::Given));
        }
        said
    }))
}

/// The e-mail address of an order that has none itself: that of the customer who is named by it.
pub(super) fn email(input: &Value) -> Option<String> {
    let customer = part(input, "customer")?;
    let named = part(customer, "toAssociate").or_else(|| part(customer, "toUpsert"))?;
    text(named, "email")
}

fn upserted(id: Option<ContactKey>, input: &Value) -> SaveContact {
    let given = |name: &str| input.get(name).map(|value| value.as_str().map(str::to_owned));
    let mut changes = Vec::new();
    let whom = match (id, text(input, "email"), text(input, "phone")) {
        (Some(key), ..) => {
            changes.extend(given("email").map(ContactChange::Email));
            Whom::Known(key)
        }
        (None, Some(email), _) => Whom::KnownOrNew(ContactKey::Email(email)),
        (None, None, Some(phone)) => Whom::KnownOrNew(ContactKey::Phone(phone)),
        (None, None, None) => Whom::New,
    };
    changes.extend(given("phone").map(ContactChange::Phone));
    changes.extend(given("firstName").map(ContactChange::FirstName));
    changes.extend(given("lastName").map(ContactChange::LastName));
    changes.extend(given("note").map(ContactChange::Notes));
    changes.extend(given("multipassIdentifier").map(ContactChange::SignInKey));
    if let Some(said) = part(input, "tags") {
        changes.push(ContactChange::Tags(tags::read(Some(said))));
    }
    if let Some(exempt) = input.get("taxExempt").and_then(Value::as_bool) {
        changes.push(ContactChange::Tax(if exempt { Taxation::Exempt } else { Taxation::Taxed }));
    }
    let addresses = list(input, "addresses").iter().map(address);
    changes.extend(addresses.map(|address| ContactChange::AddAddress(Box::new(address))));
    SaveContact { whom, changes }
}

fn address(input: &Value) -> Address {
    // Countries and provinces come as names or as codes here, in the same member.
    let code = |text: &String| text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase());
    let (country, province) = (text(input, "country"), text(input, "province"));
    Address {
        first_name: text(input, "firstName"),
        last_name: text(input, "lastName"),
        company: text(input, "company"),
        address1: text(input, "address1"),
        address2: text(input, "address2"),
        city: text(input, "city"),
        province_code: province.clone().filter(code),
        province,
        country_code: country.clone().filter(code),
        country,
        zip: text(input, "zip"),
        phone: text(input, "phone"),
    }
}

/// The words for a customer that can't be kept.
pub(super) fn refused(of: Part, what: &str) -> UserError {
    let (path, name) = match of {
        Part::Email => ("order.email", "Email"),
        Part::Phone => ("order.customer.toUpsert.phone", "Phone"),
        Part::Name => ("order.customer.toUpsert.firstName", "Name"),
        Part::Note => ("order.customer.toUpsert.note", "Note"),
        Part::Tags => ("order.customer.toUpsert.tags", "Tag"),
        Part::Addresses => ("order.customer.toUpsert.addresses", "Addresses"),
        _ => ("order", "Order"),
    };
    UserError::at(path, format!("{name} {what}")).code("INVALID")
}
