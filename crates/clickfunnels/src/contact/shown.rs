//! Contacts as answers show them.

use domain::contact::{Consent, Contact, Identity};
use domain::id::ContactId;
use domain::record::{Record, RecordKind};
use domain::snapshot::Shop;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::call::Call;
use crate::failure::Failure;
use crate::label::{self, among};
use crate::{id, words, zone};

/// The contacts with their tags, and with what was asked for besides.
pub(super) async fn all(call: &Call, contacts: &[Contact]) -> Result<Vec<Value>, Failure> {
    let labels = contacts.iter().flat_map(|contact| &contact.tags);
    let tags = label::tags_of(call, RecordKind::ContactTag, labels).await?;
    let ids: Vec<i64> = contacts.iter().map(|contact| contact.id.0).collect();
    let taggings = label::taggings(call, &label::CONTACT, &ids).await?;
    let expanded = call.query().iter().any(|(name, value)| name == "expand[]" && value == "email_engagement");
    let shown = contacts.iter().map(|contact| {
        let mut shown = base(call.shop(), contact, &tags, &taggings);
        if expanded {
            // Nobody here knows what becomes of a mail after it was sent.
            shown["email_engagement"] =
                json!({ "last_sent_at": null, "last_opened_at": null, "last_clicked_at": null });
        }
        shown
    });
    Ok(shown.collect())
}

/// A contact; `tags` and `taggings` are those of several contacts.
pub(crate) fn base(shop: &Shop, contact: &Contact, tags: &[Record], taggings: &[Record]) -> Value {
    let applied_at = |tag: &Record| {
        let of = |known: &&Record| known.parent == Some(contact.id.0) && known.other == Some(tag.id.0);
        words::time_if(taggings.iter().find(of).map(|tagging| tagging.created_at))
    };
    let tag = |tag: &Record| {
        json!({
            "id": tag.id.0,
            "public_id": id::public(tag.id.0),
            "name": tag.name,
            "color": label::color(tag),
            "applied_at": applied_at(tag),
        })
    };
    let anonymous = contact.identity == Identity::Anonymous;
    json!({
        "id": contact.id.0,
        "public_id": id::public(contact.id.0),
        "workspace_id": shop.id.0,
        "anonymous": anonymous.then_some(1),
        "email_address": contact.email,
        "first_name": contact.first_name,
        "last_name": contact.last_name,
        "phone_number": contact.phone,
        "time_zone": contact.time_zone.as_deref().map(zone::shown),
        "uuid": uuid(shop, contact.id),
        // It isn't kept when somebody said so, and changes afterwards are rare.
        "unsubscribed_at": (contact.marketing == Consent::Withdrawn).then(|| words::time(contact.updated_at)),
        "last_notification_email_sent_at": null,
        "email_suppression_reason": null,
        "is_active": contact.is_active(),
        "fb_url": contact.links.facebook,
        "twitter_url": contact.links.twitter,
        "instagram_url": contact.links.instagram,
        "linkedin_url": contact.links.linkedin,
        "website_url": contact.links.website,
        "created_at": words::time(contact.created_at),
        "updated_at": words::time(contact.updated_at),
        "tags": among(tags, &contact.tags).map(tag).collect::<Vec<Value>>(),
        "custom_attributes": attributes(&contact.attributes),
        // Nobody counts who comes by.
        "visits": { "first_visit": null, "last_visit": null, "last_visit_with_utm": null },
    })
}

/// A contact, in a few fields; what isn't known is left out.
pub(crate) fn short(contact: &Contact) -> Value {
    let mut shown = json!({ "id": contact.id.0, "public_id": id::public(contact.id.0) });
    let known = [
        ("email_address", &contact.email),
        ("first_name", &contact.first_name),
        ("last_name", &contact.last_name),
        ("phone_number", &contact.phone),
    ];
    for (name, value) in known {
        if let Some(value) = value {
            shown[name] = value.as_str().into();
        }
    }
    shown
}

/// Values that others keep need not be texts; here they are.
fn attributes(kept: &Map<String, Value>) -> Map<String, Value> {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    kept.iter().map(|(name, value)| (name.clone(), text(value).into())).collect()
}

/// A name that is unique in the world and always the same; made of the ids, so that it need not be kept.
fn uuid(shop: &Shop, contact: ContactId) -> String {
    let digest = Sha256::digest(format!("contact {} {contact}", shop.domain));
    let mut bytes: [u8; 16] = std::array::from_fn(|at| digest[at]);
    // Version 8 (of our own making), variant 1.
    bytes[6] = (bytes[6] & 0x0F) | 0x80;
    bytes[8] = (bytes[8] & 0x3F) | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}
