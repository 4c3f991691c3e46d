//! Tags of contacts, orders and products.

use domain::record::RecordKind;
use engine::query::Column;

use crate::page::Holds;
use crate::record::{Field, Kind, Names, Otherwise, Parent, Resource};

/// The colour of a tag of which nobody said which.
pub(crate) const COLOR: &str = "#132d7b";

const FIELDS: &[Field] = &[
    Field { name: "name", holds: Kind::Name, otherwise: Otherwise::Needed },
    Field { name: "color", holds: Kind::Text, otherwise: Otherwise::Text(COLOR) },
];

const FILTERS: &[(&str, Column, Holds)] =
    &[("id", Column::RecordId, Holds::Ids), ("name", Column::Name, Holds::Texts)];

const fn tag(kind: RecordKind, wrapper: &'static str) -> Resource {
    Resource {
        kind,
        wrapper,
        parent: Parent::Workspace,
        fields: FIELDS,
        filters: FILTERS,
        names: Names::Unique,
        children: &[],
    }
}

/// Tags of contacts.
pub(crate) static CONTACT: Resource = tag(RecordKind::ContactTag, "contacts_tag");
/// Tags of orders.
pub(crate) static ORDER: Resource = tag(RecordKind::OrderTag, "orders_tag");
/// Tags of products.
pub(crate) static PRODUCT: Resource = tag(RecordKind::ProductTag, "products_tag");
