//! What an order is surrounded by: whose it is, where it came from, how risky it is, and values of programs.

use domain::actor::Permission;
use engine::links::Door;
use graphql::{Field, FieldError, Object, Out};

use crate::customer::CustomerNode;
use crate::id::gid;
use crate::metafield;
use crate::order::OrderNode;
use crate::timeline;
use crate::words::missing;

/// The fields of `Order` that are not about its lines, its work or its money.
pub(crate) fn field<'a>(node: &'a OrderNode<'_>, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
    let OrderNode { data, order } = *node;
    let placed = &order.placed;
    Ok(match field.name() {
        "billingAddressMatchesShippingAddress" => {
            Out::Bool(placed.billing_address.is_some() && placed.billing_address == placed.shipping_address)
        }
        "canNotifyCustomer" => Out::Bool(placed.email.is_some()),
        // Where buyers were when they ordered is not kept.
        "clientIp" => Out::Null,
        "channelInformation" => Out::maybe(
            order.placed.channel.as_ref().map(|_| Channel { id: order.placed.app.map_or(0, |app| app.0) }),
        ),
        "customer" => {
            let contact = order.placed.contact.and_then(|id| data.contacts.get(&id));
            let contact = contact.filter(|_| data.actor.may(Permission::ReadContacts));
            Out::maybe(contact.map(|contact| CustomerNode { data, contact }))
        }
        "events" => timeline::connection(data, order, field)?,
        "metafield" => metafield::one(data, &order.placed.custom_fields, "ORDER", field),
        "metafields" => metafield::all(data, &order.placed.custom_fields, "ORDER", field)?,
        // Nothing comes back here.
        "returnStatus" => Out::from("NO_RETURN"),
        "risk" => Out::object(RiskSummary),
        "risks" => Out::List(Vec::new()),
        "statusPageUrl" => Out::from(data.links.to(Door::Status, &data.shop, order.id)),
        other => return Err(missing("Order", other)),
    })
}

/// The channel that an order came through. Channels are only names here; they are known by the program that sends.
struct Channel {
    id: i64,
}

impl Object for Channel {
    fn type_name(&self) -> &'static str {
        "ChannelInformation"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        Ok(match field.name() {
            "channelId" => Out::from(gid("Channel", self.id)),
            "id" => Out::from(gid("ChannelInformation", self.id)),
            other => return Err(missing("ChannelInformation", other)),
        })
    }
}

/// Nobody assesses risks here, so nothing is recommended.
struct RiskSummary;

impl Object for RiskSummary {
    fn type_name(&self) -> &'static str {
        "OrderRiskSummary"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        Ok(match field.name() {
            "assessments" => Out::List(Vec::new()),
            "recommendation" => Out::from("NONE"),
            other => return Err(missing("OrderRiskSummary", other)),
        })
    }
}
