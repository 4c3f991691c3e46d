//! `FulfillmentService`. What mutations say of one is read in `input`; how one is asked for what it knows, in `asked`.

use domain::location::{Service, first_own};
use graphql::{Field, FieldError, Object, Out};

use crate::data::Data;
use crate::id::gid;
use crate::location::LocationNode;
use crate::words::{missing, text};

mod asked;
mod input;

pub(crate) use asked::{question, understood};
pub(crate) use input::{create, delete, update};

/// The id of the merchant's own hands.
const MANUAL: &str = "gid://shopify/FulfillmentService/manual";

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
            // There is no other way to work with a service.
            "fulfillmentOrdersOptIn" => Out::Bool(service.is_some()),
            "handle" => Out::from(service.map_or("manual", |service| &service.handle)),
            "id" => Out::from(match service {
                Some(service) => format!("{}?id=true", gid("FulfillmentService", service.id.0)),
                None => MANUAL.to_owned(),
            }),
            "inventoryManagement" => Out::Bool(service.is_some_and(|service| service.gives_stock)),
            "location" => {
                let location = match service {
                    Some(service) => data.location(service.location),
                    None => first_own(&data.locations),
                };
                Out::maybe(location.map(|location| LocationNode { data, location }))
            }
            // Any location may stock any article.
            "permitsSkuSharing" => Out::Bool(true),
            "requiresShippingMethod" => Out::Bool(service.is_none_or(|service| service.requires_shipping)),
            "serviceName" => Out::from(service.map_or("Manual", |service| &service.name)),
            "trackingSupport" => Out::Bool(service.is_some_and(|service| service.gives_tracking)),
            "type" => Out::from(if service.is_some() { "THIRD_PARTY" } else { "MANUAL" }),
            other => return Err(missing("FulfillmentService", other)),
        })
    }
}
