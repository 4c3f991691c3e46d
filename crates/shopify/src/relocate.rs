//! `fulfillmentOrderMove` and `fulfillmentOrdersReroute`: work goes to other locations.

use domain::allowed::{Action, WhyNot};
use domain::command::{Command, MoveWork, Reroute};
use domain::decide::Outcome;
use domain::fulfillment_order::StageName;
use domain::id::{FulfillmentOrderId, LocationId};
use domain::refusal::{Refusal, Thing};
use engine::Done;
use graphql::{Field, FieldError, Input as Value};

use crate::answer::{Answer, UserError};
use crate::id::of_kind;
use crate::mutation::{Input, Kind, Planned, invalid_id, lines, plain, required_id};

pub(crate) fn to(field: &Field<'_>) -> Input {
    let kind = Kind {
        payload: "FulfillmentOrderMovePayload",
        errors: "FulfillmentOrderMoveFulfillmentOrderMoveUserError",
        done: moved,
        refused: move_refused,
    };
    let understood = || -> Result<MoveWork, FieldError> {
        Ok(MoveWork {
            fulfillment_order: FulfillmentOrderId(required_id(field, "id", "FulfillmentOrder")?),
            to: LocationId(required_id(field, "newLocationId", "Location")?),
            lines: lines(field.arg("fulfillmentOrderLineItems"))?,
        })
    };
    match understood() {
        Ok(command) => Input::Planned(Box::new(Planned { command: Command::Move(command), kind })),
        Err(error) => Input::Failed(error),
    }
}

/// A whole move keeps the id, and nothing remains; a part that moves is new, and the rest is the original.
fn moved(done: &Done) -> Vec<(&'static str, Answer)> {
    let Outcome::Work { order, id, rest } = done.outcome else { return Vec::new() };
    let mut fields = vec![
        ("originalFulfillmentOrder", Answer::Work(order, id)),
        ("movedFulfillmentOrder", Answer::Work(order, rest.unwrap_or(id))),
    ];
    fields.extend(rest.map(|_| ("remainingFulfillmentOrder", Answer::Work(order, id))));
    fields
}

fn move_refused(refusal: &Refusal, _: &Command) -> Vec<UserError> {
    vec![match refusal {
        Refusal::NotAllowed(_, Action::Move, WhyNot::ProgressReported) => UserError::at(
            "id",
            "Cannot move a fulfillment order that has had progress reported. To move a fulfillment order that has had progress reported, the fulfillment order must first be marked as open resolving the ongoing progress state.",
        )
        .code("CANNOT_MOVE_FULFILLMENT_ORDER_WITH_REPORTED_PROGRESS"),
        Refusal::NotAllowed(_, Action::Move, WhyNot::Request(_)) => {
            UserError::whole("Cannot move submitted fulfillment order that is at a 3PL fulfillment service.")
        }
        Refusal::NotAllowed(_, Action::Move, WhyNot::Stage(StageName::Closed)) => {
            UserError::whole("Cannot change location.")
        }
        // The field is the recorded one, though it is the other argument that is to blame.
        Refusal::Unknown(Thing::Location(_)) => UserError::at("id", "Location not found."),
        Refusal::Unknown(Thing::FulfillmentOrder(_)) => UserError::at("id", plain(refusal).message),
        other => plain(other),
    }]
}

pub(crate) fn reroute(field: &Field<'_>) -> Input {
    let kind = Kind {
        payload: "FulfillmentOrdersReroutePayload",
        errors: "FulfillmentOrdersRerouteUserError",
        done: rerouted,
        refused: reroute_refused,
    };
    let ids = |argument: &str, of: &str| -> Result<Vec<i64>, FieldError> {
        let gids = field.arg(argument).and_then(Value::as_list).unwrap_or_default();
        let id = |gid: &Value| {
            let gid = gid.as_str().unwrap_or_default();
            of_kind(of, gid).ok_or_else(|| invalid_id(gid))
        };
        gids.iter().map(id).collect()
    };
    let understood = || -> Result<Reroute, FieldError> {
        let locations = |ids: Vec<i64>| ids.into_iter().map(LocationId).collect();
        let works = ids("fulfillmentOrderIds", "FulfillmentOrder")?;
        Ok(Reroute {
            works: works.into_iter().map(FulfillmentOrderId).collect(),
            include: locations(ids("includedLocationIds", "Location")?),
            exclude: locations(ids("excludedLocationIds", "Location")?),
        })
    };
    match understood() {
        Ok(command) => Input::Planned(Box::new(Planned { command: Command::Reroute(command), kind })),
        Err(error) => Input::Failed(error),
    }
}

fn rerouted(done: &Done) -> Vec<(&'static str, Answer)> {
    let Outcome::Works(works) = &done.outcome else { return Vec::new() };
    let moved = works.iter().map(|work| Answer::Work(work.order, work.rest.unwrap_or(work.id)));
    vec![("movedFulfillmentOrders", Answer::List(moved.collect()))]
}

fn reroute_refused(refusal: &Refusal, _: &Command) -> Vec<UserError> {
    let code = match refusal {
        Refusal::NothingToDo => "NO_FULFILLMENT_ORDER_IDS",
        Refusal::Unknown(Thing::FulfillmentOrder(_)) => "FULFILLMENT_ORDER_NOT_FOUND",
        Refusal::SeveralOrders(_) => "FULFILLMENT_ORDERS_NOT_FROM_THE_SAME_ORDER",
        Refusal::SeveralLocations(_) => "FULFILLMENT_ORDERS_MUST_BELONG_TO_SAME_LOCATION",
        Refusal::NotAllowed(_, _, WhyNot::ProgressReported) => {
            "CANNOT_MOVE_FULFILLMENT_ORDER_WITH_REPORTED_PROGRESS"
        }
        Refusal::NotAllowed(..) => "FULFILLMENT_ORDERS_STATE_NOT_SUPPORTED",
        Refusal::NoPlace(_) => "CANNOT_REASSIGN_LOCATION_FOR_FULFILLMENT_ORDERS",
        other => return vec![plain(other)],
    };
    vec![UserError { code: Some(code), ..UserError::at("fulfillmentOrderIds", plain(refusal).message) }]
}
