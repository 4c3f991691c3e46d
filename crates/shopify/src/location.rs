//! `Location`. What mutations say of one is read in `input`.

use domain::custom_field::find;
use domain::id::{LocationId, VariantId};
use domain::location::{Location, first_own};
use engine::query::Value;
use graphql::{Field, FieldError, Input, Object, Out};

use crate::address::{as_it_stands, formatted};
use crate::data::Data;
use crate::id::{gid, of_kind};
use crate::inventory::{Level, LevelId, Shelf, sees_inactive};
use crate::metafield;
use crate::search::Fact;
use crate::service::ServiceNode;
use crate::words::{self, missing};

mod input;

pub(crate) use input::{activate, add, deactivate, delete, edit};

/// What a search may name; bare words look at the name.
pub(crate) const SEARCHED: [&str; 14] = [
    "active",
    "address1",
    "address2",
    "city",
    "country",
    "created_at",
    "geolocated",
    "id",
    "legacy",
    "location_id",
    "name",
    "pickup_in_store",
    "province",
    "zip",
];

/// What a location is sorted by in a list: its name, in whatever case, or its id.
pub(crate) fn sort_key(location: &Location, field: &Field<'_>) -> Value {
    match field.str_arg("sortKey") {
        Some("NAME") => location.name.to_lowercase().into(),
        _ => location.id.0.into(),
    }
}

/// What a search finds under a name.
pub(crate) fn fact<'a>(location: &'a Location, name: &str) -> Fact<'a> {
    let text = |value: &'a Option<String>| Fact::Text(value.as_deref());
    match name {
        "active" => Fact::Flag(location.active),
        "address1" => text(&location.address.address1),
        "address2" => text(&location.address.address2),
        "city" => text(&location.address.city),
        "country" => text(&location.address.country),
        "created_at" => Fact::At(location.created_at),
        // Nobody looks a location up on a map, and none has shelves for buyers.
        "geolocated" | "pickup_in_store" => Fact::Flag(false),
        "id" | "location_id" => Fact::Number(location.id.0),
        "legacy" => Fact::Flag(location.service.is_some()),
        "province" => text(&location.address.province),
        "zip" => text(&location.address.zip),
        _ => Fact::Words(vec![&location.name]),
    }
}

/// The oldest location with that value in a field of a program.
pub(crate) fn by_custom_field(data: &Data, custom: &Input) -> Option<LocationId> {
    let (namespace, key) = metafield::identifier(data, custom);
    let value = custom.get("value").and_then(Input::as_str).unwrap_or_default();
    let fits = |location: &&Location| {
        find(&location.custom_fields, &namespace, &key).is_some_and(|field| field.value == value)
    };
    data.locations.iter().filter(fits).map(|location| location.id).min()
}

/// A location.
#[derive(Clone, Copy)]
pub(crate) struct LocationNode<'d> {
    pub(crate) data: &'d Data,
    pub(crate) location: &'d Location,
}

impl Object for LocationNode<'_> {
    fn type_name(&self) -> &'static str {
        "Location"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        let Self { data, location } = *self;
        let burden = || data.burdens.get(&location.id).copied().unwrap_or_default();
        let own = location.service.is_none();
        Ok(match field.name() {
            "activatable" => Out::Bool(true),
            "address" => Out::object(LocationAddress(location)),
            // Nobody here compares it with what the post office knows.
            "addressVerified" => Out::Bool(false),
            "createdAt" => Out::from(words::time(location.created_at)),
            "deactivatable" => Out::Bool(location.may_close(&data.locations, burden()).is_ok()),
            "deactivatedAt" => words::maybe_time(location.deactivated_at),
            "deletable" => Out::Bool(location.may_go(burden()).is_ok()),
            "fulfillmentService" => {
                let service = location.service.and_then(|id| data.service(id));
                Out::maybe(service.map(|service| ServiceNode::of(data, service)))
            }
            "fulfillsOnlineOrders" => Out::Bool(location.ships_orders),
            "hasActiveInventory" => Out::Bool(burden().goods),
            "hasUnfulfilledOrders" => Out::Bool(burden().work),
            "id" => Out::from(gid("Location", location.id.0)),
            "inventoryLevel" => {
                let item = field.str_arg("inventoryItemId").and_then(|id| of_kind("InventoryItem", id));
                let id = item.map(|item| LevelId { location: location.id, variant: VariantId(item) });
                let level = id.and_then(|id| Level::find(data, id));
                Out::maybe(level.filter(|level| level.stock.stocked || sees_inactive(field)))
            }
            "inventoryLevels" => Shelf::out(data, location.id, field)?,
            "isActive" => Out::Bool(location.active),
            "isFulfillmentService" => Out::Bool(!own),
            "isPrimary" => Out::Bool(first_own(&data.locations).is_some_and(|first| first.id == location.id)),
            "legacyResourceId" => Out::from(location.id.0.to_string()),
            // Buyers come for what an order says is picked up; no location has settings of its own for that.
            "localPickupSettingsV2" => Out::Null,
            "name" => Out::from(&location.name),
            "metafield" => metafield::one(self.data, &location.custom_fields, "LOCATION", field),
            "metafields" => metafield::all(self.data, &location.custom_fields, "LOCATION", field)?,
            "shipsInventory" => Out::Bool(own && location.ships_orders),
            // As above: nobody knows better.
            "suggestedAddresses" => Out::List(Vec::new()),
            "updatedAt" => Out::from(words::time(location.updated_at)),
            other => return Err(missing("Location", other)),
        })
    }
}

struct LocationAddress<'d>(&'d Location);

impl Object for LocationAddress<'_> {
    fn type_name(&self) -> &'static str {
        "LocationAddress"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        let address = &self.0.address;
        Ok(match field.name() {
            "formatted" => Out::list(formatted(address, false, false)),
            // Where on earth it stands is never looked up.
            "latitude" | "longitude" => Out::Null,
            other => as_it_stands(Some(address), "LocationAddress", other)?,
        })
    }
}
