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
    kind: RecordKind::ShippingProfile,
    wrapper: "shipping_profile",
    parent: Parent::Unsaid,
    fields: &[NAME, Field { name: "variant_ids", holds: Kind::Ids, otherwise: Otherwise::Empty }],
    filters: &[],
    names: Names::Any,
    children: &[&LOCATION_GROUP],
};

/// Location groups; each profile has one from the start.
pub(crate) static LOCATION_GROUP: Resource = Resource {
    kind: RecordKind::ShippingLocationGroup,
    wrapper: "shipping_location_group",
    parent: Parent::Record(RecordKind::ShippingProfile, "profile_id"),
    fields: &[
        NAME,
        Field { name: "fulfillments_location_ids", holds: Kind::Ids, otherwise: Otherwise::Empty },
    ],
    filters: &[],
    names: Names::Any,
    children: &[&ZONE],
};

/// Zones.
pub(crate) static ZONE: Resource = Resource {
    kind: RecordKind::ShippingZone,
    wrapper: "shipping_zone",
    parent: Parent::Record(RecordKind::ShippingLocationGroup, "location_group_id"),
    fields: &[
        NAME,
        Field { name: "country_ids", holds: Kind::List, otherwise: Otherwise::Empty },
        Field { name: "region_ids", holds: Kind::List, otherwise: Otherwise::Empty },
        Field { name: "includes_rest_of_world", holds: Kind::Flag, otherwise: Otherwise::Flag(false) },
        Field { name: "address_filter_id", holds: Kind::Text, otherwise: Otherwise::Null },
    ],
    filters: &[],
    names: Names::Any,
    children: &[&RATE],
};

/// Rates.
pub(crate) static RATE: Resource = Resource {
    kind: RecordKind::ShippingRate,
    wrapper: "shipping_rate",
    parent: Parent::Record(RecordKind::ShippingZone, "zone_id"),
    fields: &[
        Field {
            name: "rates_name_id",
            holds: Kind::Other(RecordKind::ShippingRateName),
            otherwise: Otherwise::Needed,
        },
        Field { name: "price", holds: Kind::Decimal, otherwise: Otherwise::Needed },
        Field { name: "price_currency", holds: Kind::Text, otherwise: Otherwise::Text("USD") },
        Field { name: "description", holds: Kind::Text, otherwise: Otherwise::Null },
        Field { name: "live_rates_provider", holds: Kind::OneOf(&["Shippo"]), otherwise: Otherwise::Null },
        Field { name: "provider_name", holds: Kind::Text, otherwise: Otherwise::Null },
    ],
    filters: &[],
    names: Names::Any,
    children: &[],
};

/// Names of rates, such as "Express".
pub(crate) static RATE_NAME: Resource = Resource {
    kind: RecordKind::ShippingRateName,
    wrapper: "shipping_rates_name",
    parent: Parent::Workspace,
    fields: &[NAME],
    filters: &[],
    names: Names::Unique,
    children: &[],
};

/// Packages.
pub(crate) static PACKAGE: Resource = Resource {
    kind: RecordKind::ShippingPackage,
    wrapper: "shipping_package",
    parent: Parent::Unsaid,
    fields: &[
        NAME,
        Field {
            name: "package_type",
            holds: Kind::OneOf(&["box", "envelope", "soft_package"]),
            otherwise: Otherwise::Needed,
        },
        Field { name: "length", holds: Kind::Number, otherwise: Otherwise::Needed },
        Field { name: "width", holds: Kind::Number, otherwise: Otherwise::Needed },
        Field { name: "height", holds: Kind::Number, otherwise: Otherwise::Needed },
        Field {
            name: "distance_unit",
            holds: Kind::OneOf(&["cm", "ft", "in", "m", "mm"]),
            otherwise: Otherwise::Needed,
        },
        Field { name: "weight", holds: Kind::Number, otherwise: Otherwise::Null },
        Field {
            name: "weight_unit",
            holds: Kind::OneOf(&["g", "kg", "lb", "oz"]),
            otherwise: Otherwise::Null,
        },
        Field { name: "empty_weight", holds: Kind::Text, otherwise: Otherwise::Null },
        Field { name: "carrier", holds: Kind::OneOf(&["fedex", "ups", "usps"]), otherwise: Otherwise::Null },
        Field { name: "default_package", holds: Kind::Flag, otherwise: Otherwise::Flag(false) },
        Field { name: "token", holds: Kind::Text, otherwise: Otherwise::Null },
    ],
    filters: &[],
    names: Names::Any,
    children: &[],
};

const NAME: Field = Field { name: "name", holds: Kind::Name, otherwise: Otherwise::Needed };

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
