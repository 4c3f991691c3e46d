//! Contacts: people whom the merchant deals with. An order may belong to one; what the order says about its buyer
//! stays with the order, so that a contact may change or go without rewriting history.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::address::Address;
use crate::custom_field::CustomField;
use crate::id::ContactId;
use crate::tags;
use crate::time::Time;

/// Somebody whom the merchant deals with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Contact {
    /// Its id.
    pub id: ContactId,
    /// How to write to it; no two contacts of a shop have the same, whatever its case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// How to call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Given name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// Family name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    /// Its addresses; the first is the one to use by default.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<Address>,
    /// Its language, as a BCP 47 tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// IANA name of its time zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// Labels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// What the merchant notes about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// Whether it wants to hear of offers.
    #[serde(default)]
    pub marketing: Consent,
    /// Whether it pays taxes.
    #[serde(default)]
    pub tax: Taxation,
    /// Whether it is known who it is.
    #[serde(default)]
    pub identity: Identity,
    /// By what another system that signs people in knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign_in_key: Option<String>,
    /// Where it is on the web.
    #[serde(default, skip_serializing_if = "Links::is_empty")]
    pub links: Links,
    /// Values that the merchant keeps, by name.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub attributes: Map<String, Value>,
    /// Values that programs keep.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub custom_fields: Vec<CustomField>,
    /// When everything that tells who it is was forgotten, for good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redacted_at: Option<Time>,
    /// When it was made.
    pub created_at: Time,
    /// When it last changed.
    pub updated_at: Time,
    /// How often it was stored; guards against lost updates.
    #[serde(default)]
    pub version: i64,
}

/// Whether somebody wants to hear of offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Consent {
    /// It was never asked, or never answered.
    #[default]
    Unknown,
    /// It does.
    Given,
    /// It does no longer.
    Withdrawn,
}

/// Whether somebody pays taxes on what it buys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Taxation {
    /// It does.
    #[default]
    Taxed,
    /// It doesn't.
    Exempt,
}

/// Whether it is known who somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Identity {
    /// It is.
    #[default]
    Known,
    /// It came by, and nobody knows who it was.
    Anonymous,
}

/// Where somebody is on the web, as addresses.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs, reason = "the names say it all")]
pub struct Links {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub facebook: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub twitter: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instagram: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub linkedin: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub website: Option<String>,
}

impl Links {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Which contact is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContactKey {
    /// The one with that id.
    Id(ContactId),
    /// The one with that e-mail address, whatever its case.
    Email(String),
    /// The one with that telephone number; of several the oldest.
    Phone(String),
}

/// Whom a change is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whom {
    /// Somebody new.
    New,
    /// Somebody who must be there.
    Known(ContactKey),
    /// Somebody who is made if there is nobody.
    KnownOrNew(ContactKey),
}

/// A contact is made or changed.
#[derive(Debug, Clone, PartialEq)]
pub struct SaveContact {
    /// Which.
    pub whom: Whom,
    /// What is said of it, one after the other; what isn't said stays as it is.
    pub changes: Vec<ContactChange>,
}

/// One thing that is said of a contact.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "they are the contact's own fields")]
pub enum ContactChange {
    Email(Option<String>),
    Phone(Option<String>),
    FirstName(Option<String>),
    LastName(Option<String>),
    /// All of its addresses.
    Addresses(Vec<Address>),
    /// One more address, unless it is known.
    AddAddress(Box<Address>),
    Locale(Option<String>),
    TimeZone(Option<String>),
    /// All of its labels.
    Tags(Vec<String>),
    /// More labels.
    AddTags(Vec<String>),
    /// Labels that go.
    RemoveTags(Vec<String>),
    Notes(Option<String>),
    Marketing(Consent),
    Tax(Taxation),
    Identity(Identity),
    SignInKey(Option<String>),
    Links(Box<Links>),
    /// All of its values by name.
    Attributes(Map<String, Value>),
    /// Values of programs; the others stay.
    CustomFields(Vec<CustomField>),
}

impl Contact {
    /// Somebody of whom nothing is known.
    pub fn unknown(id: ContactId, now: Time) -> Self {
        Self {
            id,
            email: None,
            phone: None,
            first_name: None,
            last_name: None,
            addresses: Vec::new(),
            locale: None,
            time_zone: None,
            tags: Vec::new(),
            notes: None,
            marketing: Consent::default(),
            tax: Taxation::default(),
            identity: Identity::default(),
            sign_in_key: None,
            links: Links::default(),
            attributes: Map::new(),
            custom_fields: Vec::new(),
            redacted_at: None,
            created_at: now,
            updated_at: now,
            version: 0,
        }
    }

    /// Whether it can be written to: it has an e-mail address, and nobody said that it doesn't want to hear anything.
    pub fn is_active(&self) -> bool {
        self.email.is_some() && self.marketing != Consent::Withdrawn
    }

    /// Whether it is somebody: neither unknown from the start nor forgotten since.
    pub fn is_somebody(&self) -> bool {
        self.identity == Identity::Known && self.redacted_at.is_none()
    }

    /// Whether that key means this contact.
    pub fn is(&self, key: &ContactKey) -> bool {
        match key {
            ContactKey::Id(id) => self.id == *id,
            ContactKey::Email(email) => self.email.as_deref().is_some_and(|own| same_email(own, email)),
            ContactKey::Phone(phone) => self.phone.as_deref() == Some(phone),
        }
    }

    /// First and last name; without them its e-mail address, else its telephone number. Empty if there is none.
    pub fn display_name(&self) -> String {
        let parts = [self.first_name.as_deref(), self.last_name.as_deref()];
        let name = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
        if !name.is_empty() {
            return name;
        }
        self.email.clone().or_else(|| self.phone.clone()).unwrap_or_default()
    }

    /// Takes over one thing that was said. Custom fields are not taken here: they need ids.
    pub fn take(&mut self, change: &ContactChange) {
        match change.clone() {
            ContactChange::Email(email) => self.email = filled(email),
            ContactChange::Phone(phone) => self.phone = filled(phone),
            ContactChange::FirstName(name) => self.first_name = filled(name),
            ContactChange::LastName(name) => self.last_name = filled(name),
            ContactChange::Addresses(addresses) => self.addresses = addresses,
            ContactChange::AddAddress(address) => {
                if !self.addresses.contains(&address) {
                    self.addresses.push(*address);
                }
            }
            ContactChange::Locale(locale) => self.locale = filled(locale),
            ContactChange::TimeZone(zone) => self.time_zone = filled(zone),
            ContactChange::Tags(tags) => self.tags = tags::cleaned(tags.iter().map(String::as_str)),
            ContactChange::AddTags(tags) => self.tags = tags::with(&self.tags, &tags),
            ContactChange::RemoveTags(tags) => self.tags = tags::without(&self.tags, &tags),
            ContactChange::Notes(notes) => self.notes = filled(notes),
            ContactChange::Marketing(consent) => self.marketing = consent,
            ContactChange::Tax(tax) => self.tax = tax,
            ContactChange::Identity(identity) => self.identity = identity,
            ContactChange::SignInKey(key) => self.sign_in_key = filled(key),
            ContactChange::Links(links) => self.links = *links,
            ContactChange::Attributes(attributes) => self.attributes = attributes,
            ContactChange::CustomFields(_) => {}
        }
    }
}

/// Text without blanks around it; none of it is nothing.
fn filled(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// An e-mail address as it is looked up: addresses that differ in case alone belong to the same person.
pub fn email_key(email: &str) -> String {
    email.trim().to_lowercase()
}

fn same_email(one: &str, other: &str) -> bool {
    email_key(one) == email_key(other)
}

/// Whether that could be a telephone number: some digits, and nothing but what people write between them.
pub fn is_phone(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    (5..=15).contains(&digits) && text.chars().all(|c| c.is_ascii_digit() || "+-./() ".contains(c))
}

/// Whether that could be an e-mail address: something, an at sign, something with no blank in between. More can only
/// be known by writing to it.
pub fn is_email(text: &str) -> bool {
    let parts = text.rsplit_once('@');
    parts.is_some_and(|(who, host)| !who.is_empty() && !host.is_empty())
        && text.len() <= 320
        && !text.contains(|c: char| c.is_whitespace() || c.is_control())
}
