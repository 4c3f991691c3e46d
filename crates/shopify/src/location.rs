//! `Location` and `FulfillmentService`.

use domain::location::{Location, Service};
use graphql::{Field, FieldError, Object, Out};

use crate::address::formatted;
use crate::data::Data;
use crate::id::gid;
use crate::words::{self, missing, text};

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
        let busy = || data.busy.contains(&location.id);
        let others = || data.locations.iter().any(|l| l.id != location.id && l.active && l.ships_orders);
        let own = location.service.is_none();
        Ok(match field.name() {
            "activatable" => Out::Bool(true),
            "address" => Out::object(LocationAddress(location)),
            "createdAt" => Out::from(words::time(location.created_at)),
            "deactivatable" => Out::Bool(own && !busy() && others()),
            "deactivatedAt" => words::maybe_time(location.deactivated_at),
            "fulfillmentService" => {
                let service = location.service.and_then(|id| data.service(id));
                Out::maybe(service.map(|service| ServiceNode::of(data, service)))
            }
            "fulfillsOnlineOrders" => Out::Bool(location.ships_orders),
            "hasUnfulfilledOrders" => Out::Bool(busy()),
            "id" => Out::from(gid("Location", location.id.0)),
            "isActive" => Out::Bool(location.active),
            "isFulfillmentService" => Out::Bool(!own),
            "isPrimary" => {
                let first =
                    data.locations.iter().filter(|l| l.service.is_none()).min_by_key(|l| (l.rank, l.id));
                Out::Bool(first.is_some_and(|first| first.id == location.id))
            }
            "legacyResourceId" => Out::from(location.id.0.to_string()),
            "name" => Out::from(&location.name),
            "shipsInventory" => Out::Bool(own && location.ships_orders),
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
            "address1" => text(&address.address1),
            "address2" => text(&address.address2),
            "city" => text(&address.city),
            "country" => text(&address.country),
            "countryCode" => text(&address.country_code),
            "formatted" => Out::list(formatted(address, false, false)),
            "phone" => text(&address.phone),
            "province" => text(&address.province),
            "provinceCode" => text(&address.province_code),
            "zip" => text(&address.zip),
            other => return Err(missing("LocationAddress", other)),
        })
    }
}

/// A fulfillment service, or the merchant's own hands, which this API calls a service too.
pub(crate) struct ServiceNode<'d> {
    data: &'d Data,
    service: Option<&'d Service>,
}

impl<'d> ServiceNode<'d> {
    /// The merchant's own hands.
    pub(crate) fn manual(data: &'d Data) -> Self {
        Self { data, service: None }
    }

    /// A service.
    pub(crate) fn of(data: &'d Data, service: &'d Service) -> Self {
        Self { data, service: Some(service) }
    }
}

impl Object for ServiceNode<'_> {
    fn type_name(&self) -> &'static str {
        "FulfillmentService"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        let (data, service) = (self.data, self.service);
        Ok(match field.name() {
            "callbackUrl" => service.map_or(Out::Null, |service| text(&service.callback_url)),
            "fulfillmentOrdersOptIn" => Out::Bool(service.is_some()),
            "handle" => Out::from(service.map_or("manual", |service| &service.handle)),
            "id" => Out::from(match service {
                Some(service) => format!("{}?id=true", gid("FulfillmentService", service.id.0)),
                None => "gid://shopify/FulfillmentService/manual".to_owned(),
            }),
            "inventoryManagement" => Out::Bool(service.is_some_and(|service| service.gives_stock)),
            "location" => {
                let location = service.and_then(|service| data.location(service.location));
                Out::maybe(location.map(|location| LocationNode { data, location }))
            }
            "requiresShippingMethod" => Out::Bool(service.is_none_or(|service| service.requires_shipping)),
            "serviceName" => Out::from(service.map_or("Manual", |service| &service.name)),
            "trackingSupport" => Out::Bool(service.is_some_and(|service| service.gives_tracking)),
            "type" => Out::from(if service.is_some() { "THIRD_PARTY" } else { "MANUAL" }),
            other => return Err(missing("FulfillmentService", other)),
        })
    }
}
