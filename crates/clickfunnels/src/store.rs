//! Storefronts, their collections, and images. Consign shows none of them itself: it keeps what programs that do
//! have to say.

use domain::record::RecordKind;
use engine::query::Column;

use crate::page::Holds;
use crate::record::{Field, Kind, Otherwise, Parent, Resource};

/// Stores.
pub(crate) static STORE: Resource = Resource {
    fields: &[
        Field::needed("name", Kind::Name),
        Field::new("status", Kind::OneOf(&["draft", "published"])).or(Otherwise::Text("draft")),
        Field::text("current_path"),
        Field::text("seo_title"),
        Field::text("seo_description"),
        Field::flag("seo_indexable", true),
        Field::text("social_image_id"),
    ],
    ..Resource::of(RecordKind::Store, "store", Parent::Workspace)
};

/// Collections of products.
pub(crate) static COLLECTION: Resource = Resource {
    fields: &[
        Field::needed("name", Kind::Name),
        Field::new("archived", Kind::Archived).or(Otherwise::Flag(false)),
        Field::text("collection_type").or(Otherwise::Text("manual")),
        Field::text("description"),
        Field::new("product_ids", Kind::Ids).or(Otherwise::Empty),
        Field::new(
            "sort_method",
            Kind::OneOf(&[
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
        ),
        Field::flag("visible_in_store", true),
        Field::text("image_id"),
        Field::text("social_image_id"),
        Field::text("current_path"),
        Field::text("seo_title"),
        Field::text("seo_description"),
        Field::text("seo_indexable"),
    ],
    filters: &[("id", Column::RecordId, Holds::Ids), ("archived", Column::Archived, Holds::Flags)],
    ..Resource::of(RecordKind::Collection, "products_collection", Parent::Workspace)
};

/// Images; they stay where they were uploaded from.
pub(crate) static IMAGE: Resource = Resource {
    fields: &[
        Field::new("name", Kind::Name),
        Field::text("alt_text"),
        Field::needed("url", Kind::Url("upload_source_url")),
    ],
    ..Resource::of(RecordKind::Image, "image", Parent::Workspace)
};
