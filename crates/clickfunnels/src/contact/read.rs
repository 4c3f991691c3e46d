//! What clients say of a contact.

use domain::contact::{Contact, ContactChange, Links};
use domain::record::RecordKind;
use serde_json::{Map, Value};

use crate::call::Call;
use crate::failure::Failure;
use crate::input::{Input, invalid};
use crate::{label, zone};

/// What becomes of a field that is sent as null, or as an empty list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Nothing {
    /// It is emptied.
    Empties,
    /// It stays as it was.
    Stays,
}

/// What is said of somebody, `known` if there is somebody already.
pub(super) async fn changes(
    call: &Call,
    input: &Input,
    known: Option<&Contact>,
    nothing: Nothing,
) -> Result<Vec<ContactChange>, Failure> {
    let said = |name: &str| -> Result<Option<Option<String>>, Failure> {
        Ok(input.said(name)?.filter(|said| said.is_some() || nothing == Nothing::Empties))
    };
    let mut changes = Vec::new();
    changes.extend(said("email_address")?.map(ContactChange::Email));
    changes.extend(said("phone_number")?.map(ContactChange::Phone));
    changes.extend(said("first_name")?.map(ContactChange::FirstName));
    changes.extend(said("last_name")?.map(ContactChange::LastName));
    if let Some(name) = said("time_zone")? {
        let zone = match name {
            None => None,
            Some(name) => {
                Some(zone::iana(&name).ok_or_else(|| invalid("time_zone", "is not included in the list"))?)
            }
        };
        changes.push(ContactChange::TimeZone(zone));
    }
    let mut links = known.map(|known| known.links.clone()).unwrap_or_default();
    let Links { facebook, twitter, instagram, linkedin, website } = &mut links;
    for (name, link) in [
        ("fb_url", facebook),
        ("twitter_url", twitter),
        ("instagram_url", instagram),
        ("linkedin_url", linkedin),
        ("website_url", website),
    ] {
        if let Some(said) = said(name)? {
            *link = said;
        }
    }
    if known.map(|known| &known.links) != Some(&links) {
        changes.push(ContactChange::Links(Box::new(links)));
    }
    if let Some(ids) = tag_ids(input, nothing)? {
        let names = label::names(call, RecordKind::ContactTag, "tag_ids", &ids).await?;
        changes.push(ContactChange::Tags(kept(call, known, names).await?));
    }
    if let Some(attributes) = attributes(input, known, nothing)? {
        changes.push(ContactChange::Attributes(attributes));
    }
    Ok(changes)
}

fn tag_ids(input: &Input, nothing: Nothing) -> Result<Option<Vec<i64>>, Failure> {
    let ids = input.ids("tag_ids")?;
    let emptied = input.has("tag_ids").then(Vec::new);
    Ok(ids.or(emptied).filter(|ids| !ids.is_empty() || nothing == Nothing::Empties))
}

/// Labels that no tag stands for can't be told by tags: they stay.
async fn kept(call: &Call, known: Option<&Contact>, mut names: Vec<String>) -> Result<Vec<String>, Failure> {
    let Some(known) = known else { return Ok(names) };
    let tags = label::tags_of(call, RecordKind::ContactTag, known.tags.iter()).await?;
    let told: Vec<String> = label::among(&tags, &known.tags).map(|tag| tag.name.to_lowercase()).collect();
    names.extend(known.tags.iter().filter(|label| !told.contains(&label.to_lowercase())).cloned());
    Ok(names)
}

/// What is sent is put among what is there; null takes a value away.
fn attributes(
    input: &Input,
    known: Option<&Contact>,
    nothing: Nothing,
) -> Result<Option<Map<String, Value>>, Failure> {
    let sent = match input.value("custom_attributes") {
        None => return Ok(None),
        Some(Value::Object(sent)) => sent,
        Some(_) => return Err(invalid("custom_attributes", "must be an object")),
    };
    let mut kept = known.map(|known| known.attributes.clone()).unwrap_or_default();
    for (name, value) in sent {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Number(_) | Value::Bool(_) => value.to_string(),
            Value::Null => {
                if nothing == Nothing::Empties {
                    kept.remove(name);
                }
                continue;
            }
            Value::Array(_) | Value::Object(_) => {
                return Err(invalid("custom_attributes", "must be strings"));
            }
        };
        kept.insert(name.clone(), text.into());
    }
    Ok(Some(kept))
}
