//! `Customer`: contacts in this API's shape.

use domain::contact::{Contact, Taxation};
use domain::time::Time;
use graphql::{Field, FieldError, Object, Out};

use crate::address::ContactAddress;
use crate::data::Data;
use crate::id::gid;
use crate::words::{self, MoneyV2, missing, text};

mod orders;

pub(crate) use orders::{OrderPage, load_orders};

/// A contact.
#[derive(Clone, Copy)]
pub(crate) struct CustomerNode<'d> {
    pub(crate) data: &'d Data,
    pub(crate) contact: &'d Contact,
}

/// What a contact has ordered.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Ordered {
    /// How many orders.
    pub(crate) orders: i64,
    /// What was taken for them less what went back, in minor units of the shop's currency.
    pub(crate) spent: i64,
}

impl Object for CustomerNode<'_> {
    fn type_name(&self) -> &'static str {
        "Customer"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        self.data.may(field)?;
        let Self { data, contact } = *self;
        let ordered = || data.ordered.get(&contact.id).copied().unwrap_or_default();
        let addresses = || {
            let numbered = contact.addresses.iter().enumerate();
            numbered.map(|(place, address)| ContactAddress { address, contact: contact.id, place })
        };
        Ok(match field.name() {
            "addresses" => {
                let first = field.arg("first").and_then(|arg| arg.as_int());
                let most = first.map_or(usize::MAX, |n| usize::try_from(n).unwrap_or(0));
                Out::objects(addresses().take(most))
            }
            "amountSpent" => Out::object(MoneyV2(ordered().spent, data.shop.currency)),
            "createdAt" => Out::from(words::time(contact.created_at)),
            "defaultAddress" => Out::maybe(addresses().next()),
            "defaultEmailAddress" => Out::maybe(contact.email.as_ref().map(EmailAddress)),
            "displayName" => Out::from(contact.display_name()),
            "email" => text(&contact.email),
            "firstName" => text(&contact.first_name),
            // Nobody comments on contacts here.
            "hasTimelineComment" => Out::Bool(false),
            "id" => Out::from(gid("Customer", contact.id.0)),
            "lastName" => text(&contact.last_name),
            "legacyResourceId" => Out::from(contact.id.0.to_string()),
            "lifetimeDuration" => Out::from(since(contact.created_at, data.now)),
            "locale" => Out::from(contact.locale.as_deref().unwrap_or("en")),
            "multipassIdentifier" => text(&contact.sign_in_key),
            "note" => text(&contact.notes),
            "numberOfOrders" => Out::from(ordered().orders.to_string()),
            "orders" => orders::out(data, contact, field)?,
            "phone" => text(&contact.phone),
            // There are no subscription contracts here.
            "productSubscriberStatus" => Out::from("NEVER_SUBSCRIBED"),
            // Contacts have no accounts here.
            "state" => Out::from("DISABLED"),
            "tags" => Out::list(words::sorted(&contact.tags)),
            "taxExempt" => Out::Bool(contact.tax == Taxation::Exempt),
            // Whoever is exempt is so from all taxes; single ones are not told apart.
            "taxExemptions" => Out::List(Vec::new()),
            "unsubscribeUrl" => {
                let url = format!("https://{}/account/unsubscribe", data.shop.domain);
                Out::from(format!("{url}?customer={}", crate::order::confirmation(contact.id.0)))
            }
            "updatedAt" => Out::from(words::time(contact.updated_at)),
            // No other is ever kept.
            "validEmailAddress" => Out::Bool(true),
            // Nothing here writes to contacts and waits for an answer.
            "verifiedEmail" => Out::Bool(false),
            other => return Err(missing("Customer", other)),
        })
    }
}

struct EmailAddress<'d>(&'d String);

impl Object for EmailAddress<'_> {
    fn type_name(&self) -> &'static str {
        "CustomerEmailAddress"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        Ok(match field.name() {
            "emailAddress" => Out::from(self.0),
            other => return Err(missing("CustomerEmailAddress", other)),
        })
    }
}

/// A stretch of time as people tell it: `3 days`, `about 2 months`.
fn since(from: Time, to: Time) -> String {
    const MINUTE: i64 = 60_000_000;
    let minutes = (to.0 - from.0).max(0) / MINUTE;
    let (hours, days) = (minutes / 60, minutes / 1_440);
    let told = |n: i64, unit: &str| if n == 1 { format!("{n} {unit}") } else { format!("{n} {unit}s") };
    match (minutes, hours, days) {
        (0, ..) => "less than a minute".to_owned(),
        (_, 0, _) => told(minutes, "minute"),
        (_, _, 0) => format!("about {}", told(hours, "hour")),
        (_, _, 1..30) => told(days, "day"),
        (_, _, 30..365) => format!("about {}", told(days / 30, "month")),
        _ => format!("about {}", told(days / 365, "year")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_told_as_people_tell_it() {
        const MINUTE: i64 = 60_000_000;
        for (minutes, told) in [
            (0, "less than a minute"),
            (1, "1 minute"),
            (90, "about 1 hour"),
            (2 * 1_440, "2 days"),
            (61 * 1_440, "about 2 months"),
            (800 * 1_440, "about 2 years"),
        ] {
            assert_eq!(since(Time(5), Time(5 + minutes * MINUTE)), told);
        }
    }
}
