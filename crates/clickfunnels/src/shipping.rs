//! What shipping costs: profiles say which articles ship alike, location groups from where, zones whereto, rates for
//! how much. Packages are boxes to ship in.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, post};
use domain::command::Command;
use domain::record::RecordKind;
use serde_json::{Value, json};

use crate::call::{Call, Server};
use crate::failure::Failure;
use crate::record::{Field, Kind, Names, Otherwise, Parent, Resource};

/// Profiles.
pub(crate) static PROFILE: Resource = Resource {
    fields: &[NAME, Field::new("variant_ids", Kind::Ids).or(Otherwise::Empty)],
    children: &[&LOCATION_GROUP],
    ..Resource::of(RecordKind::ShippingProfile, "shipping_profile", Parent::Unsaid)
};

/// Location groups; each profile has one from the start.
pub(crate) static LOCATION_GROUP: Resource = Resource {
    fields: &[NAME, Field::new("fulfillments_location_ids", Kind::Ids).or(Otherwise::Empty)],
    children: &[&ZONE],
    ..Resource::of(
        RecordKind::ShippingLocationGroup,
        "shipping_location_group",
        Parent::Record(RecordKind::ShippingProfile, "profile_id"),
    )
};

/// Zones.
pub(crate) static ZONE: Resource = Resource {
    fields: &[
        NAME,
        Field::new("country_ids", Kind::List).or(Otherwise::Empty),
        Field::new("region_ids", Kind::List).or(Otherwise::Empty),
        Field::flag("includes_rest_of_world", false),
        Field::text("address_filter_id"),
    ],
    children: &[&RATE],
    ..Resource::of(
        RecordKind::ShippingZone,
        "shipping_zone",
        Parent::Record(RecordKind::ShippingLocationGroup, "location_group_id"),
    )
};

/// Rates.
pub(crate) static RATE: Resource = Resource {
    fields: &[
        Field::needed("rates_name_id", Kind::Other(RecordKind::ShippingRateName)),
        Field::needed("price", Kind::Decimal),
        Field::text("price_currency").or(Otherwise::Text("USD")),
        Field::text("description"),
        Field::new("live_rates_provider", Kind::OneOf(&["Shippo"])),
        Field::text("provider_name"),
    ],
    ..Resource::of(
        RecordKind::ShippingRate,
        "shipping_rate",
        Parent::Record(RecordKind::ShippingZone, "zone_id"),
    )
};

/// Names of rates, such as "Express".
pub(crate) static RATE_NAME: Resource = Resource {
    fields: &[NAME],
    names: Names::Unique,
    ..Resource::of(RecordKind::ShippingRateName, "shipping_rates_name", Parent::Workspace)
};

/// Packages.
pub(crate) static PACKAGE: Resource = Resource {
    fields: &[
        NAME,
        Field::needed("package_type", Kind::OneOf(&["box", "envelope", "soft_package"])),
        Field::needed("length", Kind::Number),
        Field::needed("width", Kind::Number),
        Field::needed("height", Kind::Number),
        Field::needed("distance_unit", Kind::OneOf(&["cm", "ft", "in", "m", "mm"])),
        Field::new("weight", Kind::Number),
        Field::new("weight_unit", Kind::OneOf(&["g", "kg", "lb", "oz"])),
        Field::text("empty_weight"),
        Field::new("carrier", Kind::OneOf(&["fedex", "ups", "usps"])),
        Field::flag("default_package", false),
        Field::text("token"),
    ],
    ..Resource::of(RecordKind::ShippingPackage, "shipping_package", Parent::Unsaid)
};

const NAME: Field = Field::needed("name", Kind::Name);

/// `POST` of a profile: it comes with a group that every location can be put into, since groups are not made by
/// clients.
pub(crate) fn create_profile() -> MethodRouter<Server> {
    post(created_with_group)
}

async fn created_with_group(call: Call) -> Result<Response, Failure> {
    let profile = PROFILE.made(&call, None, &call.input(PROFILE.wrapper)?).await?;
    let mut group = LOCATION_GROUP.blank(&call, Some(profile.id.0)).await?;
    group.name = profile.name.clone();
    group.body = json!({ "fulfillments_location_ids": Value::Array(Vec::new()) });
    let id = profile.id;
    call.execute(&Command::SaveRecords(vec![profile, group])).await?;
    Ok((StatusCode::CREATED, Json(PROFILE.shown(&call, id.0).await?)).into_response())
}
