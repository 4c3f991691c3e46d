//! `Fulfillment` and what hangs off it.

use domain::actor::visible;
use domain::fulfillment::{DeliveryEvent, DeliveryStatus, Fulfillment, Tracking};
use domain::id::OrderLineId;
use domain::order::{Order, OrderLine};
use graphql::{Field, FieldError, Object, Out};

use crate::address::Origin;
use crate::data::Data;
use crate::fulfillment_order::WorkNode;
use crate::id::gid;
use crate::line_item::LineItem;
use crate::location::LocationNode;
use crate::order::OrderNode;
use crate::page::{Connection, Row, names};
use crate::service::ServiceNode;
use crate::words::{self, MoneyBag, missing, text};

/// What left a location.
#[derive(Clone, Copy)]
pub(crate) struct FulfillmentNode<'d> {
    pub(crate) data: &'d Data,
    pub(crate) fulfillment: &'d Fulfillment,
}

impl Object for FulfillmentNode<'_> {
    fn type_name(&self) -> &'static str {
        "Fulfillment"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        let Self { data, fulfillment } = *self;
        let first_at = |status: DeliveryStatus| {
            let event = fulfillment.events.iter().find(|event| event.status == status);
            words::maybe_time(event.map(|event| event.happened_at))
        };
        Ok(match field.name() {
            "createdAt" => Out::from(words::time(fulfillment.created_at)),
            "deliveredAt" => first_at(DeliveryStatus::Delivered),
            "displayStatus" => Out::from(display_status(fulfillment)),
            "estimatedDeliveryAt" => {
                words::maybe_time(fulfillment.events.iter().rev().find_map(|event| event.estimated_at))
            }
            "events" => {
                let mut events: Vec<&DeliveryEvent> = fulfillment.events.iter().collect();
                let key = |event: &DeliveryEvent| match field.str_arg("sortKey") {
                    Some("ID") => event.id.0,
                    _ => event.happened_at.0,
                };
                events.sort_by_key(|event| (key(event), event.id));
                let row = |event: &'a DeliveryEvent| Row::by(key(event), event.id.0, EventNode(event));
                let rows = events.into_iter().map(row).collect();
                Out::object(Connection::of_all(names!("FulfillmentEvent"), rows, field)?)
            }
            "fulfillmentLineItems" => {
                let rows = self.lines().into_iter().map(|line| Row::new(line.id, line)).collect();
                Out::object(Connection::of_all(names!("FulfillmentLineItem"), rows, field)?)
            }
            "fulfillmentOrders" => {
                let rows = self.works().into_iter().map(|work| Row::new(work.work.id.0, work)).collect();
                Out::object(Connection::of_all(names!("FulfillmentOrder"), rows, field)?)
            }
            "id" => Out::from(gid("Fulfillment", fulfillment.id.0)),
            "inTransitAt" => first_at(DeliveryStatus::InTransit),
            "legacyResourceId" => Out::from(fulfillment.id.0.to_string()),
            "location" => {
                let location = data.location(fulfillment.location);
                Out::maybe(location.map(|location| LocationNode { data, location }))
            }
            "name" => Out::from(&fulfillment.name),
            "order" => {
                let order = self.orders().next().ok_or_else(|| FieldError::new("The order is gone"))?;
                Out::object(OrderNode { data, order })
            }
            "originAddress" => Out::maybe(fulfillment.origin.as_ref().map(Origin)),
            "requiresShipping" => {
                let shipped = |line: &OrderLine| line.article.requires_shipping;
                Out::Bool(self.order_lines().any(|(_, line)| shipped(line)))
            }
            "service" => match fulfillment.service {
                None => Out::object(ServiceNode::manual(data)),
                Some(id) => Out::maybe(data.service(id).map(|service| ServiceNode::of(data, service))),
            },
            "status" => Out::from(if fulfillment.is_live() { "SUCCESS" } else { "CANCELLED" }),
            "totalQuantity" => Out::Int(fulfillment.shares.iter().map(|share| share.quantity).sum()),
            "trackingInfo" => {
                let first = field.arg("first").and_then(|arg| arg.as_int());
                let first = first.map_or(usize::MAX, |n| n.max(0) as usize);
                Out::objects(fulfillment.trackings.iter().take(first).map(TrackingNode))
            }
            "updatedAt" => Out::from(words::time(fulfillment.updated_at)),
            other => return Err(missing("Fulfillment", other)),
        })
    }
}

impl<'d> FulfillmentNode<'d> {
    fn orders(&self) -> impl Iterator<Item = &'d Order> {
        let data = self.data;
        self.fulfillment.orders().into_iter().filter_map(move |id| data.orders.get(&id).map(|order| &**order))
    }

    fn order_lines(&self) -> impl Iterator<Item = (&'d Order, &'d OrderLine)> {
        let shares = &self.fulfillment.shares;
        self.orders().flat_map(move |order| {
            let shipped = |line: &&OrderLine| shares.iter().any(|share| share.order_line == line.id);
            order.lines.iter().filter(shipped).map(move |line| (order, line))
        })
    }

    /// One line for every order line: shares of the same one that came from several fulfillment orders count
    /// together.
    fn lines(&self) -> Vec<FulfillmentLine<'d>> {
        let mut lines: Vec<FulfillmentLine<'d>> = Vec::new();
        for share in &self.fulfillment.shares {
            let same = |line: &OrderLineId| *line == share.order_line;
            if let Some(line) = lines.iter_mut().find(|known| same(&known.item.line.id)) {
                line.quantity += share.quantity;
                continue;
            }
            let Some(order) = self.data.orders.get(&share.order) else { continue };
            let Some(line) = order.line(share.order_line) else { continue };
            let item = LineItem { data: self.data, order, line };
            lines.push(FulfillmentLine { id: share.id.0, item, quantity: share.quantity });
        }
        lines
    }

    /// The work that this fulfilled, as far as the caller may see it.
    fn works(&self) -> Vec<WorkNode<'d>> {
        let data = self.data;
        let mut works: Vec<WorkNode<'d>> = Vec::new();
        for share in &self.fulfillment.shares {
            let Some(order) = data.orders.get(&share.order) else { continue };
            let Some(work) = order.fulfillment_order(share.fulfillment_order) else { continue };
            if visible(&data.actor, work.service) && works.iter().all(|known| known.work.id != work.id) {
                works.push(WorkNode { data, order, work });
            }
        }
        works
    }
}

/// What a person reads about a parcel: what is known of its way, or else that it left.
pub(crate) fn display_status(fulfillment: &Fulfillment) -> &'static str {
    if !fulfillment.is_live() {
        return "CANCELED";
    }
    fulfillment.latest_event().map_or("FULFILLED", |event| words::delivery_status(event.status))
}

struct FulfillmentLine<'d> {
    id: i64,
    item: LineItem<'d>,
    quantity: i64,
}

impl Object for FulfillmentLine<'_> {
    fn type_name(&self) -> &'static str {
        "FulfillmentLineItem"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        let currency = self.item.order.placed.currency;
        let (discounted, original) =
            (|| self.item.discounted(self.quantity), || self.item.original(self.quantity));
        Ok(match field.name() {
            "discountedTotal" => Out::from(words::amount(discounted(), currency)),
            "discountedTotalSet" => Out::object(MoneyBag(discounted(), currency)),
            "id" => Out::from(gid("FulfillmentLineItem", self.id)),
            "lineItem" => Out::object(self.item),
            "originalTotal" => Out::from(words::amount(original(), currency)),
            "originalTotalSet" => Out::object(MoneyBag(original(), currency)),
            "quantity" => Out::Int(self.quantity),
            other => return Err(missing("FulfillmentLineItem", other)),
        })
    }
}

struct TrackingNode<'d>(&'d Tracking);

impl Object for TrackingNode<'_> {
    fn type_name(&self) -> &'static str {
        "FulfillmentTrackingInfo"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        Ok(match field.name() {
            "company" => text(&self.0.company),
            "number" => text(&self.0.number),
            "url" => text(&self.0.url),
            other => return Err(missing("FulfillmentTrackingInfo", other)),
        })
    }
}

/// Something that happened to a parcel.
pub(crate) struct EventNode<'d>(pub(crate) &'d DeliveryEvent);

impl Object for EventNode<'_> {
    fn type_name(&self) -> &'static str {
        "FulfillmentEvent"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        let event = self.0;
        let degrees = |of: fn((i64, i64)) -> i64| {
            event.position.map_or(Out::Null, |position| Out::Float(of(position) as f64 / 1e6))
        };
        Ok(match field.name() {
            "address1" => text(&event.place.address1),
            "city" => text(&event.place.city),
            "country" => text(&event.place.country),
            "createdAt" => Out::from(words::time(event.created_at)),
            "estimatedDeliveryAt" => words::maybe_time(event.estimated_at),
            "happenedAt" => Out::from(words::time(event.happened_at)),
            "id" => Out::from(gid("FulfillmentEvent", event.id.0)),
            "latitude" => degrees(|(latitude, _)| latitude),
            "longitude" => degrees(|(_, longitude)| longitude),
            "message" => text(&event.message),
            "province" => text(&event.place.province),
            "status" => Out::from(words::delivery_status(event.status)),
            "zip" => text(&event.place.zip),
            other => return Err(missing("FulfillmentEvent", other)),
        })
    }
}
