//! The mutation roots: input becomes a command, the verdict becomes a payload. One table, [`planned`], says what is
//! there; everything else about a mutation is in its own file.

use domain::command::Command;
use domain::id::FulfillmentOrderLineId;
use domain::refusal::Refusal;
use engine::{Done, Engine, Error, Verdict};
use graphql::{Field, FieldError};

use crate::answer::{Answer, Payload, UserError};
use crate::data::Data;
use crate::{arrange, cancel, event, fulfill, hold, order_create, relocate, request, subscription, track};

/// A mutation that was understood: what to change, and how to tell what came of it.
pub(crate) struct Planned {
    pub(crate) command: Command,
    pub(crate) kind: Kind,
}

/// What a mutation makes of a verdict.
#[derive(Clone, Copy)]
pub(crate) struct Kind {
    /// The type of its payload.
    pub(crate) payload: &'static str,
    /// The type of its errors.
    pub(crate) errors: &'static str,
    /// What it answers when it was done.
    pub(crate) done: fn(&Done) -> Vec<(&'static str, Answer)>,
    /// What it answers when it was refused.
    pub(crate) refused: fn(&Refusal, &Command) -> Vec<UserError>,
}

/// What became of understanding a mutation's input.
pub(crate) enum Input {
    /// A command.
    Planned(Box<Planned>),
    /// The input is to blame, in the payload's own form.
    Refused(Kind, Vec<UserError>),
    /// The input is to blame, at the top of the answer.
    Failed(FieldError),
}

impl Kind {
    /// A payload with only errors.
    pub(crate) fn with_errors(self, errors: Vec<UserError>) -> Answer {
        Answer::Payload(Box::new(Payload {
            kind: self.payload,
            fields: Vec::new(),
            errors,
            error_kind: self.errors,
        }))
    }

    /// The payload of a verdict.
    pub(crate) fn answer(self, verdict: &Verdict, command: &Command) -> Answer {
        match verdict {
            Ok(done) => Answer::Payload(Box::new(Payload {
                kind: self.payload,
                fields: (self.done)(done),
                errors: Vec::new(),
                error_kind: self.errors,
            })),
            Err(refusal) => self.with_errors((self.refused)(refusal, command)),
        }
    }
}

/// Understands a mutation.
pub(crate) async fn planned(engine: &Engine, data: &Data, field: &Field<'_>) -> Result<Input, Error> {
    if let Err(error) = data.may(field) {
        return Ok(Input::Failed(error));
    }
    Ok(match field.name() {
        "orderCreate" => order_create::plan(engine, data, field).await?,
        "orderCancel" => cancel::order(field),
        "fulfillmentCreate" => fulfill::plan(field, "FulfillmentCreatePayload"),
        "fulfillmentCreateV2" => fulfill::plan(field, "FulfillmentCreateV2Payload"),
        "fulfillmentCancel" => cancel::fulfillment(field),
        "fulfillmentTrackingInfoUpdate" => track::plan(field, "FulfillmentTrackingInfoUpdatePayload"),
        "fulfillmentTrackingInfoUpdateV2" => track::plan(field, "FulfillmentTrackingInfoUpdateV2Payload"),
        "fulfillmentEventCreate" => event::plan(field),
        "fulfillmentOrderSubmitCancellationRequest" => request::submit_cancellation(field),
        "fulfillmentOrderAcceptCancellationRequest" => request::accept_cancellation(field),
        "fulfillmentOrderRejectCancellationRequest" => request::reject_cancellation(field),
        "fulfillmentOrderClose" => request::close(field),
        "fulfillmentOrderCancel" => arrange::cancel(field),
        "fulfillmentOrderMove" => relocate::to(field),
        "fulfillmentOrdersReroute" => relocate::reroute(field),
        "fulfillmentOrderSplit" => arrange::split(field),
        "fulfillmentOrderMerge" => arrange::merge(field),
        "fulfillmentOrderReportProgress" => arrange::report_progress(field),
        "fulfillmentOrderReschedule" => arrange::reschedule(field),
        "fulfillmentOrdersSetFulfillmentDeadline" => arrange::set_deadline(field),
        "fulfillmentOrderLineItemsPreparedForPickup" => arrange::prepared_for_pickup(field),
        "fulfillmentOrderHold" => hold::hold(field),
        "fulfillmentOrderReleaseHold" => hold::release(field),
        "fulfillmentOrderOpen" => request::open(field),
        "fulfillmentOrderSubmitFulfillmentRequest" => request::submit(field),
        "fulfillmentOrderAcceptFulfillmentRequest" => request::accept(field),
        "fulfillmentOrderRejectFulfillmentRequest" => request::reject(field),
        "webhookSubscriptionCreate" => subscription::create(engine, data, field).await?,
        "webhookSubscriptionUpdate" => subscription::update(engine, data, field).await?,
        "webhookSubscriptionDelete" => subscription::delete(engine, data, field).await?,
        other => Input::Failed(crate::words::missing("Mutation", other)),
    })
}

/// Puts what a command changed where the answer looks for it.
pub(crate) fn take(data: &mut Data, done: &Done) {
    use domain::decide::Write;
    for order in &done.snapshot.orders {
        data.orders.insert(order.id, std::sync::Arc::new(order.clone()));
    }
    for fulfillment in &done.snapshot.fulfillments {
        data.fulfillments.insert(fulfillment.id, std::sync::Arc::new(fulfillment.clone()));
    }
    for write in &done.decision.writes {
        match write {
            Write::NewOrder(order) | Write::Order(order) => {
                data.orders.insert(order.id, std::sync::Arc::new(domain::order::Order::clone(order)));
            }
            Write::NewFulfillment(fulfillment) | Write::Fulfillment(fulfillment) => {
                let fulfillment = domain::fulfillment::Fulfillment::clone(fulfillment);
                data.fulfillments.insert(fulfillment.id, std::sync::Arc::new(fulfillment));
            }
            Write::Listener(listener) => {
                data.listeners.retain(|known| known.id != listener.id);
                data.listeners.push(listener.clone());
            }
            _ => {}
        }
    }
}

/// A refusal that this API has no form of its own for, in plain words. Every mutation's own words come first.
pub(crate) fn plain(refusal: &Refusal) -> UserError {
    use domain::refusal::{LocationTrouble, Thing};
    let message = match refusal {
        Refusal::NotPermitted(permissions) => {
            let names: Vec<&str> = permissions.iter().map(|permission| permission.as_str()).collect();
            format!("The access token doesn't allow it. Required access: {}.", names.join(" or "))
        }
        Refusal::NoAccess(_) => "The api_client does not have access to the fulfillment order.".to_owned(),
        Refusal::Unknown(thing) => match thing {
            Thing::Order(_) => "Order does not exist.",
            Thing::OrderLine(_) => "The line item does not exist on the order.",
            Thing::FulfillmentOrder(_) => "Fulfillment order does not exist.",
            Thing::FulfillmentOrderLine(_) => "Fulfillment order line item does not exist.",
            Thing::Fulfillment(_) => "Fulfillment does not exist.",
            Thing::Location(_) => "Location does not exist.",
            Thing::Variant(..) => "Product variant does not exist.",
            Thing::Product(_) => "Product does not exist.",
            Thing::Hold(_) => "Fulfillment hold does not exist.",
            Thing::Listener(_) => "Webhook subscription does not exist",
            Thing::Service(_) => "Fulfillment service could not be found.",
            Thing::Contact => "Customer does not exist",
        }
        .to_owned(),
        Refusal::QuantityNotPositive(_) => "Quantity must be greater than 0".to_owned(),
        Refusal::QuantityTooLarge { .. } => {
            "Invalid fulfillment order line item quantity requested.".to_owned()
        }
        Refusal::SeveralOrders(ids) => format!(
            "All fulfillment orders must belong to the same order. Multiple orders with ids [{}] were found.",
            joined(ids)
        ),
        Refusal::SeveralLocations(ids) => format!(
            "All fulfillment orders must be assigned to a single location. Multiple locations with ids [{}] were found.",
            joined(ids)
        ),
        Refusal::NothingToDo => "There is nothing left to do.".to_owned(),
        Refusal::Unfulfillable(id, stage) => {
            format!("Fulfillment order {id} has an unfulfillable status= {}.", stage.as_str())
        }
        Refusal::NotAllowed(id, _, why) => {
            format!("Fulfillment order {id} can't be changed so now: {}.", crate::fulfillment_order::reason(*why))
        }
        Refusal::OrderCancelled(_) => "Cannot cancel an order that has already been canceled".to_owned(),
        Refusal::OrderHasFulfillments(_) => "Cannot cancel an order that has outstanding fulfillments".to_owned(),
        Refusal::ServiceAtWork(id) => format!(
            "Cannot cancel an order whose fulfillment order {id} was accepted by its fulfillment service. Request its cancellation first."
        ),
        Refusal::NoLines => "Line items must have at least one line item".to_owned(),
        Refusal::LineWithoutTitle(_) => "Title can't be blank unless a variant is given".to_owned(),
        Refusal::LineQuantity(_) => {
            format!("Quantity must be between 1 and {}", domain::decide::QUANTITY_MAX)
        }
        Refusal::LinePrice(_) => "Price must not be negative, and not that large".to_owned(),
        Refusal::OutOfStock(id) => format!("Unable to reserve inventory for variant {id}"),
        Refusal::SeenBefore(id) => format!("The order came in before, as {}", crate::id::gid("Order", id.0)),
        Refusal::HoldHandleTaken => {
            "The handle provided for the fulfillment hold is already in use by this app for another hold on this fulfillment order.".to_owned()
        }
        Refusal::HoldHandleTooLong => "The handle must not be longer than 64 characters.".to_owned(),
        Refusal::NotMovable(_, _, why) => crate::fulfillment_order::obstacle(*why).to_owned(),
        Refusal::NoPlace(_) => "Cannot reassign location for fulfillment orders.".to_owned(),
        Refusal::AlreadyFulfilled(_, left) => format!("{left} of them are fulfilled already."),
        Refusal::Twice(_) => "The same thing is named twice.".to_owned(),
        Refusal::StockDiffers { found, .. } => format!("The compared quantity is not the one found, which is {found}."),
        Refusal::Location(_, trouble) => match trouble {
            LocationTrouble::OfService => "The location is run by a fulfillment service.",
            LocationTrouble::OnlyOneThatShips => "At least one location must fulfill online orders.",
            LocationTrouble::Same => "Destination location is the same as the location to be deactivated.",
            LocationTrouble::HasWork => "The location has pending orders.",
            LocationTrouble::HasStock => "The location has inventory.",
            LocationTrouble::Active => "The location cannot be deleted while it is active.",
        }
        .to_owned(),
        Refusal::NothingWouldStay(_) => "At least one item must remain in the fulfillment order.".to_owned(),
        Refusal::NotForPickup(ids) => format!("Invalid fulfillment_order_id provided {}", joined(ids)),
        Refusal::HoldNotYours(_) => "The app doesn't have access to release the fulfillment hold.".to_owned(),
        Refusal::DoubleLine(_) => "must contain unique line item ids".to_owned(),
        Refusal::TimePassed => "The time has passed already.".to_owned(),
        Refusal::Taken(_) => "has already been taken".to_owned(),
        Refusal::Malformed(_, what) => (*what).to_owned(),
    };
    UserError::whole(message)
}

fn joined<T: std::fmt::Display>(ids: &[T]) -> String {
    ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// The number behind a global id of that type, or the error that the original answers at the top.
pub(crate) fn required_id(field: &Field<'_>, argument: &str, kind: &str) -> Result<i64, FieldError> {
    let text = field.str_arg(argument).unwrap_or_default();
    crate::id::of_kind(kind, text).ok_or_else(|| invalid_id(text))
}

/// The error of an id that can't be one.
pub(crate) fn invalid_id(text: &str) -> FieldError {
    FieldError::new(format!("Invalid id: {text}")).code("RESOURCE_NOT_FOUND")
}

/// Lines of a fulfillment order and quantities of them; nothing given is no lines.
pub(crate) fn lines(
    input: Option<&graphql::Input>,
) -> Result<Vec<(FulfillmentOrderLineId, i64)>, FieldError> {
    let line = |line: &graphql::Input| {
        let gid = line.get("id").and_then(|id| id.as_str()).unwrap_or_default();
        let id = crate::id::of_kind("FulfillmentOrderLineItem", gid).ok_or_else(|| invalid_id(gid))?;
        Ok((FulfillmentOrderLineId(id), line.get("quantity").and_then(|n| n.as_int()).unwrap_or(0)))
    };
    input.and_then(|lines| lines.as_list()).unwrap_or_default().iter().map(line).collect()
}
