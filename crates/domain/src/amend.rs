//! What may be said of an order after it came in, apart from what it asks for: whom to write to, where it goes, notes,
//! labels and values. None of it changes what was sold or who ships it.

use crate::address::Address;
use crate::custom_field::CustomField;
use crate::id::OrderId;

/// Something else is said of an order.
#[derive(Debug, Clone, PartialEq)]
pub struct AmendOrder {
    /// The order.
    pub order: OrderId,
    /// What, one after the other; what isn't said stays as it is.
    pub changes: Vec<OrderChange>,
}

/// One thing that is said of an order.
#[derive(Debug, Clone, PartialEq)]
pub enum OrderChange {
    /// How to write to the buyer.
    Email(Option<String>),
    /// How to call the buyer.
    Phone(Option<String>),
    /// A note.
    Note(Option<String>),
    /// The buyer's purchase order number.
    PoNumber(Option<String>),
    /// What the program that sent it calls it.
    SourceIdentifier(Option<String>),
    /// Where it goes. What left already has gone elsewhere, and says so.
    ShippingAddress(Box<Address>),
    /// All of its labels.
    Tags(Vec<String>),
    /// More labels.
    AddTags(Vec<String>),
    /// Labels that go.
    RemoveTags(Vec<String>),
    /// All of its named values.
    Attributes(Vec<(String, String)>),
    /// What a country wants to know of it, by name; the others stay.
    LocalFields(Vec<(String, String)>),
    /// Values of programs; the others stay.
    CustomFields(Vec<CustomField>),
}
