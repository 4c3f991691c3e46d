//! `FulfillmentOrder` and what hangs off it.

use domain::actor::visible;
use domain::allowed::{Action, WhyNot, check, has_destination, peers};
use domain::fulfillment_order::{
    Delivery, FulfillmentOrder, FulfillmentOrderLine, MerchantMessage, MessageKind,
};
use domain::hold::Hold;
use domain::id::{FulfillmentOrderLineId, HoldId};
use domain::moving::Obstacle;
use domain::order::Order;
use domain::rejection::Rejection;
use graphql::{Field, FieldError, Object, Out};

use crate::address::{Destination, as_it_stands};
use crate::data::Data;
use crate::fulfillment::FulfillmentNode;
use crate::id::gid;
use crate::location::LocationNode;
use crate::order::OrderNode;
use crate::page::{Connection, Row, names};
use crate::shop::AppNode;
use crate::words::{self, Weight, missing, text};
use line::WorkLine;

pub(crate) mod line;

/// Work for one location.
#[derive(Clone, Copy)]
pub(crate) struct WorkNode<'d> {
    pub(crate) data: &'d Data,
    pub(crate) order: &'d Order,
    pub(crate) work: &'d FulfillmentOrder,
}

impl Object for WorkNode<'_> {
    fn type_name(&self) -> &'static str {
        "FulfillmentOrder"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        let Self { data, order, work } = *self;
        Ok(match field.name() {
            "assignedLocation" => Out::object(Assigned { data, work }),
            // Orders keep the name of the channel that they came through, but channels are no things here.
            "channelId" => Out::Null,
            "createdAt" => Out::from(words::time(work.created_at)),
            "deliveryMethod" => Out::object(DeliveryMethod { order, work }),
            "destination" => {
                // Who comes for it goes to the location, whatever address was given.
                let pickup =
                    (work.delivery == Delivery::Pickup).then(|| data.location(work.location)).flatten();
                let location = pickup.map(|location| LocationNode { data, location });
                let address = order.placed.shipping_address.as_ref();
                let (email, work) = (&order.placed.email, work.id.0);
                let known = address.is_some() || location.is_some();
                Out::maybe(known.then_some(Destination { address, email, work, location }))
            }
            "fulfillAt" => words::maybe_time(work.fulfill_at),
            "fulfillBy" => words::maybe_time(work.fulfill_by),
            "fulfillmentHolds" => Out::objects(work.holds().iter().map(|hold| HoldNode { data, hold })),
            "fulfillmentOrdersForMerge" => {
                let seen =
                    peers(order, work.id).into_iter().filter(|peer| visible(&data.actor, peer.service));
                let rows = seen.map(|work| Row::new(work.id.0, WorkNode { data, order, work })).collect();
                Out::object(Connection::of_all(names!("FulfillmentOrder"), rows, field)?)
            }
            "fulfillments" => {
                let of_work = |f: &&domain::fulfillment::Fulfillment| {
                    f.shares.iter().any(|share| share.fulfillment_order == work.id)
                };
                let all = data.fulfillments_of(order.id).filter(of_work);
                let row = |fulfillment: &'a domain::fulfillment::Fulfillment| {
                    Row::new(fulfillment.id.0, FulfillmentNode { data, fulfillment })
                };
                Out::object(Connection::of_all(names!("Fulfillment"), all.map(row).collect(), field)?)
            }
            "id" => Out::from(gid("FulfillmentOrder", work.id.0)),
            // Nothing here knows of duties.
            "internationalDuties" => Out::Null,
            "lineItems" => {
                let rows = work
                    .lines
                    .iter()
                    .map(|line| Row::new(line.id.0, WorkLine { data, order, work, line }))
                    .collect();
                Out::object(Connection::of_all(names!("FulfillmentOrderLineItem"), rows, field)?)
            }
            "locationsForMove" => Out::object(crate::destination::all(*self, field)?),
            "merchantRequests" => {
                let kind = field.str_arg("kind");
                let of_kind = |m: &&MerchantMessage| kind.is_none_or(|kind| kind == message_kind(m.kind));
                let rows = work
                    .messages
                    .iter()
                    .filter(of_kind)
                    .map(|message| Row::new(message.id.0, MerchantRequest { of: *self, message }))
                    .collect();
                Out::object(Connection::of_all(names!("FulfillmentOrderMerchantRequest"), rows, field)?)
            }
            "order" => Out::object(OrderNode { data, order }),
            "orderId" => Out::from(gid("Order", order.id.0)),
            "orderName" => Out::from(&order.name),
            "orderProcessedAt" => Out::from(words::time(order.placed.processed_at)),
            "remainingLineItemsWeight" => Out::object(Weight(self.weight())),
            "requestStatus" => Out::from(words::request(work.request)),
            "status" => Out::from(words::stage(work.stage_name())),
            "supportedActions" => Out::objects(self.actions().into_iter().map(SupportedAction)),
            "updatedAt" => Out::from(words::time(work.updated_at)),
            other => return Err(missing("FulfillmentOrder", other)),
        })
    }
}

/// The order in which the original lists actions of open work.
const LISTED: [Action; 11] = [
    Action::RequestFulfillment,
    Action::Fulfill,
    Action::ReportProgress,
    Action::ReleaseHold,
    Action::Cancel,
    Action::RequestCancellation,
    Action::Open,
    Action::Move,
    Action::Hold,
    Action::Split,
    Action::Merge,
];
/// The same for work in other stages.
const LISTED_ELSEWHERE: [Action; 11] = [
    Action::RequestFulfillment,
    Action::Fulfill,
    Action::ReportProgress,
    Action::ReleaseHold,
    Action::Cancel,
    Action::RequestCancellation,
    Action::Hold,
    Action::Open,
    Action::Move,
    Action::Split,
    Action::Merge,
];

impl<'d> WorkNode<'d> {
    /// One of its holds.
    pub(crate) fn hold(&self, id: HoldId) -> Option<HoldNode<'d>> {
        let hold = self.work.holds().iter().find(|hold| hold.id == id)?;
        Some(HoldNode { data: self.data, hold })
    }

    /// What may be done now, by the one rule of the domain. Two things the original lets be done without listing
    /// them: calling off work that nobody was asked for, and moving work when there is nowhere to go.
    pub(crate) fn actions(&self) -> Vec<&'static str> {
        use domain::fulfillment_order::{Request, StageName};
        let Self { data, order, work } = *self;
        let listed = match work.stage_name() {
            StageName::Open => &LISTED,
            _ => &LISTED_ELSEWHERE,
        };
        let shown = |action: &&Action| match action {
            Action::Cancel => {
                matches!(work.request, Request::Submitted | Request::CancellationRequested)
            }
            Action::Move => has_destination(work, &data.locations, &data.actor),
            Action::ReportProgress => data.version >= "2026-04",
            _ => true,
        };
        listed
            .iter()
            .filter(shown)
            .filter(|action| check(**action, order, work, &data.actor) == Ok(()))
            .filter_map(|action| words::action(*action))
            .collect()
    }

    fn weight(&self) -> i64 {
        let grams = |line: &FulfillmentOrderLine| {
            let article = self.order.line(line.order_line).map_or(0, |line| line.article.grams);
            article.saturating_mul(line.remaining())
        };
        self.work.lines.iter().map(grams).fold(0i64, i64::saturating_add)
    }
}

/// Why an action may not be done now, in words for people.
pub(crate) fn reason(why: WhyNot) -> String {
    match why {
        WhyNot::NotPermitted => "the access token doesn't allow it".to_owned(),
        WhyNot::Stage(stage) => format!("its status is {}", words::stage(stage)),
        WhyNot::Request(request) => format!("its request status is {}", words::request(request)),
        WhyNot::NoService => "its location is not run by a fulfillment service".to_owned(),
        WhyNot::ServiceOnly => "only the fulfillment service that runs its location may do it".to_owned(),
        WhyNot::ProgressReported => "it has had progress reported; mark it as open first".to_owned(),
        WhyNot::HoldLimit => "the app has as many holds on it as it may have".to_owned(),
        WhyNot::OneUnit => "it holds only one unit".to_owned(),
        WhyNot::NoPeer => "there is no fulfillment order that it could be merged with".to_owned(),
    }
}

/// Why units can't be moved somewhere, as a sentence.
pub(crate) fn obstacle(why: Obstacle) -> &'static str {
    match why {
        Obstacle::Here => "Current location.",
        Obstacle::Inactive => "Location is not active.",
        Obstacle::PinnedElsewhere => "Items belong to another fulfillment service.",
        Obstacle::NotStocked => "No items are stocked at this location.",
        Obstacle::OutOfStock => "Not enough items are available at this location.",
    }
}

struct SupportedAction(&'static str);

impl Object for SupportedAction {
    fn type_name(&self) -> &'static str {
        "FulfillmentOrderSupportedAction"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        Ok(match field.name() {
            "action" => Out::from(self.0),
            "externalUrl" => Out::Null,
            other => return Err(missing("FulfillmentOrderSupportedAction", other)),
        })
    }
}

/// Where work was assigned to: as the location is now, or as it was once the work is a matter of record.
struct Assigned<'d> {
    data: &'d Data,
    work: &'d FulfillmentOrder,
}

impl Object for Assigned<'_> {
    fn type_name(&self) -> &'static str {
        "FulfillmentOrderAssignedLocation"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        let (settled, location) = (self.work.settled_location(), self.data.location(self.work.location));
        let address = settled.map(|was| &was.address).or(location.map(|location| &location.address));
        let name = settled.map(|was| &was.name).or(location.map(|location| &location.name));
        Ok(match field.name() {
            "countryCode" => Out::from(address.and_then(|a| a.country_code.as_deref()).unwrap_or("ZZ")),
            "location" => Out::maybe(location.map(|location| LocationNode { data: self.data, location })),
            "name" => Out::from(name.map_or("", String::as_str)),
            other => as_it_stands(address, "FulfillmentOrderAssignedLocation", other)?,
        })
    }
}

/// A hold.
pub(crate) struct HoldNode<'d> {
    data: &'d Data,
    hold: &'d Hold,
}

impl Object for HoldNode<'_> {
    fn type_name(&self) -> &'static str {
        "FulfillmentHold"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        let hold = self.hold;
        let own = hold.app.is_some() && hold.app == self.data.app();
        Ok(match field.name() {
            "displayReason" => Out::from(words::hold_reason(hold.reason).1),
            "handle" => Out::from(&hold.handle),
            "heldByApp" => Out::maybe(
                hold.app.map(|id| AppNode { id, title: if own { &self.data.app_name } else { "" } }),
            ),
            "heldByRequestingApp" => Out::Bool(own),
            "id" => Out::from(gid("FulfillmentHold", hold.id.0)),
            "reason" => Out::from(words::hold_reason(hold.reason).0),
            "reasonNotes" => text(&hold.notes),
            other => return Err(missing("FulfillmentHold", other)),
        })
    }
}

pub(crate) fn message_kind(kind: MessageKind) -> &'static str {
    match kind {
        MessageKind::Fulfillment => "FULFILLMENT_REQUEST",
        MessageKind::Cancellation => "CANCELLATION_REQUEST",
    }
}

struct MerchantRequest<'d> {
    of: WorkNode<'d>,
    message: &'d MerchantMessage,
}

impl Object for MerchantRequest<'_> {
    fn type_name(&self) -> &'static str {
        "FulfillmentOrderMerchantRequest"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        let message = self.message;
        Ok(match field.name() {
            "fulfillmentOrder" => Out::object(self.of),
            "id" => Out::from(gid("FulfillmentOrderMerchantRequest", message.id.0)),
            "kind" => Out::from(message_kind(message.kind)),
            "message" => text(&message.text),
            "requestOptions" => Out::Json(match message.kind {
                MessageKind::Fulfillment => serde_json::json!({"notify_customer": message.notify_buyer}),
                MessageKind::Cancellation => serde_json::json!({}),
            }),
            "responseData" => message.declined.as_ref().map_or(Out::Null, |why| Out::Json(declined(why))),
            "sentAt" => Out::from(words::time(message.sent_at)),
            other => return Err(missing("FulfillmentOrderMerchantRequest", other)),
        })
    }
}

/// What a service answered when it declined.
fn declined(why: &Rejection) -> serde_json::Value {
    let line = |(id, message): &(FulfillmentOrderLineId, Option<String>)| serde_json::json!({"id": gid("FulfillmentOrderLineItem", id.0), "message": message});
    serde_json::json!({
        "reason": why.reason.map(|reason| words::rejection_reason(reason).0.to_lowercase()),
        "message": why.message,
        "line_items": why.lines.iter().map(line).collect::<Vec<_>>(),
    })
}

struct DeliveryMethod<'d> {
    order: &'d Order,
    work: &'d FulfillmentOrder,
}

impl Object for DeliveryMethod<'_> {
    fn type_name(&self) -> &'static str {
        "DeliveryMethod"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        let line = self.order.placed.shipping_lines.first();
        Ok(match field.name() {
            "id" => Out::from(gid("DeliveryMethod", self.work.id.0)),
            "methodType" => Out::from(words::delivery(self.work.delivery)),
            "presentedName" => line.map_or(Out::Null, |line| Out::from(&line.title)),
            "serviceCode" => line.map_or(Out::Null, |line| text(&line.code)),
            // No time of arrival is promised, by no brand, and no instructions are kept but the address.
            "additionalInformation" | "brandedPromise" => Out::Null,
            "maxDeliveryDateTime" | "minDeliveryDateTime" => Out::Null,
            "sourceReference" => line.map_or(Out::Null, |line| text(&line.source)),
            other => return Err(missing("DeliveryMethod", other)),
        })
    }
}
