//! What of a checkout nothing here understands: kept and shown as it was given, in the shape that is published.

use serde_json::{Map, Value};

use crate::failure::Failure;
use crate::input::Input;

pub(super) const SHIP_FROM: &str = "shipFrom";
const DISCLOSURES: &str = "disclosures";

/// Objects of texts, by their names.
const OBJECTS: [(&str, &[&str]); 3] = [
    ("organization", &["id"]),
    ("purchaseLocation", &["country", "state", "postalCode"]),
    ("billingOptimization", &["subscriptionId", "segmentId", "trackingId"]),
];
/// A number in one of them.
const ATTEMPT: &str = "renewalAttemptNumber";

/// What a buyer may have been told of.
const KINDS: [&str; 11] = [
    "termsOfSale",
    "privacyPolicy",
    "cookiePolicy",
    "legalNotice",
    "autoRenewalPlanTerms",
    "saveCardMandate",
    "idealRecurringAgreement",
    "businessEntity",
    "resellerDisclosure",
    "confirmDisclosure",
    "californiaPrivacyRights",
];
const OF_DISCLOSURE: [&str; 4] = ["entityName", "entityId", "localizedText", "url"];

/// Adds what was sent to what is kept; what wasn't sent stays.
pub(super) fn take(input: &Input, kept: &mut Map<String, Value>) -> Result<(), Failure> {
    let mut keep = |name: &str, value: Option<Value>| {
        kept.extend(value.map(|value| (name.to_owned(), value)));
    };
    for (name, texts) in OBJECTS {
        keep(name, object(input, name, texts)?);
    }
    keep(SHIP_FROM, ship_from(input)?);
    let disclosures = input.objects(DISCLOSURES)?;
    let disclosures = disclosures.map(|all| all.iter().map(disclosure).collect::<Result<Value, _>>());
    keep(DISCLOSURES, disclosures.transpose()?);
    Ok(())
}

fn object(input: &Input, name: &str, texts: &[&str]) -> Result<Option<Value>, Failure> {
    let Some(given) = input.object(name)? else { return Ok(None) };
    let numbers: &[&str] = if name == "billingOptimization" { &[ATTEMPT] } else { &[] };
    given.only(&[texts, numbers].concat())?;
    let mut said = given.texts(texts)?;
    for number in numbers {
        said.extend(given.integer(number)?.map(|value| ((*number).to_owned(), value.into())));
    }
    Ok(Some(said.into()))
}

/// Where something is sent from.
pub(super) fn ship_from(input: &Input) -> Result<Option<Value>, Failure> {
    const MORE: &str = "additionalAddressInfo";
    let Some(given) = input.object(SHIP_FROM)? else { return Ok(None) };
    given.only(&["address", MORE])?;
    let mut said = Map::new();
    said.extend(given.address("address")?.map(|address| ("address".to_owned(), address)));
    said.extend(given.more_of_address()?.map(|more| (MORE.to_owned(), more)));
    Ok(Some(said.into()))
}

fn disclosure(given: &Input) -> Result<Value, Failure> {
    given.only(&["type", OF_DISCLOSURE[0], OF_DISCLOSURE[1], OF_DISCLOSURE[2], OF_DISCLOSURE[3]])?;
    let kind = given.word("type", &KINDS)?.ok_or_else(|| Failure::missing(given.at("type")))?;
    let mut said = given.texts(&OF_DISCLOSURE)?;
    said.insert("type".to_owned(), kind.into());
    Ok(said.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn taken(sent: Value) -> Option<Value> {
        let input = Input::of(sent.to_string().as_bytes()).ok()?;
        let mut kept = Map::new();
        take(&input, &mut kept).ok().map(|()| kept.into())
    }

    #[test]
    fn what_is_given_has_the_published_shape() {
        let sent = json!({
            "organization": { "id": 7 },
            "billingOptimization": { "renewalAttemptNumber": "2", "trackingId": null },
            "shipFrom": { "address": { "city": "Linz", "country": "AT" } },
            "disclosures": [{ "type": "legalNotice", "url": "https://example.com" }],
        });
        let kept = json!({
            "organization": { "id": "7" },
            "billingOptimization": { "renewalAttemptNumber": 2 },
            "shipFrom": { "address": { "city": "Linz", "country": "AT" } },
            "disclosures": [{ "type": "legalNotice", "url": "https://example.com" }],
        });
        assert_eq!(taken(sent), Some(kept));
        for bad in [
            json!({ "organization": [] }),
            json!({ "organization": { "id": {} } }),
            json!({ "purchaseLocation": { "town": "Linz" } }),
            json!({ "shipFrom": { "address": { "city": "Linz" } } }),
            json!({ "disclosures": [[]] }),
            json!({ "disclosures": [{ "type": "x" }] }),
        ] {
            assert_eq!(taken(bad.clone()), None, "{bad}");
        }
    }
}
