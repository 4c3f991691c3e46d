//! Records: things that a shop keeps and that no decision depends on but its rules of routing, such as tags,
//! collections, shipping rates or the sections of a course. They have a kind, a place in a tree and a name, by which they are found and listed; what
//! else is in them is the affair of whoever keeps them, and is stored as it was given.

use serde::{Deserialize, Serialize};

use crate::actor::Permission;
use crate::id::RecordId;
use crate::time::Time;

/// Something that a shop keeps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Its id.
    pub id: RecordId,
    /// What it is.
    pub kind: RecordKind,
    /// The id of what it belongs to: a record's, or another thing's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<i64>,
    /// The id of what it joins its parent with, such as the tag of a tagging.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other: Option<i64>,
    /// What people call it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// No two records of a kind have the same key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Whether it was put away.
    #[serde(default)]
    pub archived: bool,
    /// What else is in it.
    #[serde(default)]
    pub body: serde_json::Value,
    /// When it was made.
    pub created_at: Time,
    /// When it last changed.
    pub updated_at: Time,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $needs:ident;)*) => {
        /// What a record is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum RecordKind { $($(#[$doc])* $name),* }
        impl RecordKind {
            /// Every kind.
            pub const ALL: &'static [RecordKind] = &[$(RecordKind::$name),*];
            /// The name, as stored.
            pub fn as_str(self) -> &'static str {
                match self { $(RecordKind::$name => $text),* }
            }
            /// What an actor needs to save or remove one.
            pub fn to_write(self) -> &'static [Permission] {
                match self { $(RecordKind::$name => &[Permission::$needs]),* }
            }
        }
    };
}

kinds! {
    /// A tag for contacts.
    ContactTag = "contact_tag", WriteOrders;
    /// A tag (other) on a contact (parent).
    ContactTagging = "contact_tagging", WriteOrders;
    /// A tag for orders.
    OrderTag = "order_tag", WriteOrders;
    /// A tag (other) on an order (parent).
    OrderTagging = "order_tagging", WriteOrders;
    /// A tag for products.
    ProductTag = "product_tag", WriteProducts;
    /// A collection of products.
    Collection = "collection", WriteProducts;
    /// A storefront.
    Store = "store", WriteProducts;
    /// A picture.
    Image = "image", WriteProducts;
    /// Something to download.
    Asset = "asset", WriteProducts;
    /// A course.
    Course = "course", WriteProducts;
    /// A section of a course (parent).
    CourseSection = "course_section", WriteProducts;
    /// A lesson of a section (parent) of a course (other).
    CourseLesson = "course_lesson", WriteProducts;
    /// A lesson (other) that a contact completed; belongs to an enrollment (parent).
    LessonCompletion = "lesson_completion", WriteProducts;
    /// A course (other) of which a contact completed every lesson; belongs to an enrollment (parent).
    CourseCompletion = "course_completion", WriteProducts;
    /// A community.
    Community = "community", WriteProducts;
    /// What else is said of a membership: belongs to a grant of access (parent).
    Membership = "membership", WriteProducts;
    /// How articles are shipped.
    ShippingProfile = "shipping_profile", WriteLocations;
    /// Locations that ship alike, in a profile (parent).
    ShippingLocationGroup = "shipping_location_group", WriteLocations;
    /// Where a location group (parent) ships to.
    ShippingZone = "shipping_zone", WriteLocations;
    /// What shipping to a zone (parent) costs, under a name (other).
    ShippingRate = "shipping_rate", WriteLocations;
    /// What a shipping rate is called.
    ShippingRateName = "shipping_rate_name", WriteLocations;
    /// A box to ship in.
    ShippingPackage = "shipping_package", WriteLocations;
    /// The text of a message to buyers.
    MessageTemplate = "message_template", WriteOrders;
    /// A name that a program chose for a contact (parent).
    ContactAlias = "contact_alias", WriteContacts;
    /// A number under which a contact (parent) pays taxes.
    TaxIdentifier = "tax_identifier", WriteContacts;
    /// What somebody, perhaps a contact (parent), pays with: the token of a gateway.
    PaymentSource = "payment_source", WriteOrders;
    /// What is about to be ordered, perhaps by a contact (parent).
    Checkout = "checkout", WriteOrders;
    /// A link to a document of an order (parent), good for a while.
    FileLink = "file_link", WriteOrders;
    /// A [rule](crate::rule) of routing that is on.
    RoutingRule = "routing_rule", WriteConstraintRules;
}

impl RecordKind {
    /// Whether such a record tells who somebody is. One that does belongs to a contact (its parent), or is named by an
    /// e-mail address in lower case; it is forgotten with them, and facts don't repeat what is in it.
    pub fn is_personal(self) -> bool {
        use RecordKind::{Checkout, ContactAlias, PaymentSource, TaxIdentifier};
        matches!(self, ContactAlias | TaxIdentifier | PaymentSource | Checkout)
    }
}

impl Record {
    /// The record as facts tell it.
    pub fn told(&self) -> Record {
        match self.kind.is_personal() {
            true => Record { name: String::new(), key: None, body: serde_json::Value::Null, ..self.clone() },
            false => self.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_names_are_those_of_the_bodies_and_differ() {
        for kind in RecordKind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
            assert_eq!(RecordKind::ALL.iter().filter(|other| other.as_str() == kind.as_str()).count(), 1);
        }
    }
}
