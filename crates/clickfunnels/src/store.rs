//! Storefronts, their collections, and images. Consign shows none of them itself: it keeps what programs that do
//! have to say.

use domain::record::RecordKind;
use engine::query::Column;

use crate::page::Holds;
use crate::record::{Field, Kind, Names, Otherwise, Parent, Resource};

/// Stores.
pub(crate) static STORE: Resource = Resource {
    kind: RecordKind::Store,
    wrapper: "store",
    parent: Parent::Workspace,
    fields: &[
        Field { name: "name", holds: Kind::Name, otherwise: Otherwise::Needed },
        Field {
            name: "status",
            holds: Kind::OneOf(&["draft", "published"]),
            otherwise: Otherwise::Text("draft"),
        },
        Field { name: "current_path", holds: Kind::Text, otherwise: Otherwise::Null },
        Field { name: "seo_title", holds: Kind::Text, otherwise: Otherwise::Null },
        Field { name: "seo_description", holds: Kind::Text, otherwise: Otherwise::Null },
        Field { name: "seo_indexable", holds: Kind::Flag, otherwise: Otherwise::Flag(true) },
        Field { name: "social_image_id", holds: Kind::Text, otherwise: Otherwise::Null },
    ],
    filters: &[],
    names: Names::Any,
    children: &[],
};

/// Collections of products.
pub(crate) static COLLECTION: Resource = Resource {
    kind: RecordKind::Collection,
    wrapper: "products_collection",
    parent: Parent::Workspace,
    fields: &[
        Field { name: "name", holds: Kind::Name, otherwise: Otherwise::Needed },
        Field { name: "archived", holds: Kind::Archived, otherwise: Otherwise::Flag(false) },
        Field { name: "collection_type", holds: Kind::Text, otherwise: Otherwise::Text("manual") },
        Field { name: "description", holds: Kind::Text, otherwise: Otherwise::Null },
        Field { name: "product_ids", holds: Kind::Ids, otherwise: Otherwise::Empty },
        Field {
            name: "sort_method",
            holds: Kind::OneOf(&[
                "added_at_asc",
                "added_at_desc",
                "created_at_asc",
                "created_at_desc",
                "manually",
                "name_asc",
                "name_desc",
                "price_asc",
                "price_desc",
            ]),
            otherwise: Otherwise::Null,
        },
        Field { name: "visible_in_store", holds: Kind::Flag, otherwise: Otherwise::Flag(true) },
        Field { name: "image_id", holds: Kind::Text, otherwise: Otherwise::Null },
        Field { name: "social_image_id", holds: Kind::Text, otherwise: Otherwise::Null },
        Field { name: "current_path", holds: Kind::Text, otherwise: Otherwise::Null },
        Field { name: "seo_title", holds: Kind::Text, otherwise: Otherwise::Null },
        Field { name: "seo_description", holds: Kind::Text, otherwise: Otherwise::Null },
        Field { name: "seo_indexable", holds: Kind::Text, otherwise: Otherwise::Null },
    ],
    filters: &[("id", Column::RecordId, Holds::Ids), ("archived", Column::Archived, Holds::Flags)],
    names: Names::Any,
    children: &[],
};

/// Images; they stay where they were uploaded from.
pub(crate) static IMAGE: Resource = Resource {
    kind: RecordKind::Image,
    wrapper: "image",
    parent: Parent::Workspace,
    fields: &[
        Field { name: "name", holds: Kind::Name, otherwise: Otherwise::Null },
        Field { name: "alt_text", holds: Kind::Text, otherwise: Otherwise::Null },
        Field { name: "url", holds: Kind::Url("upload_source_url"), otherwise: Otherwise::Needed },
    ],
    filters: &[],
    names: Names::Any,
    children: &[],
};
