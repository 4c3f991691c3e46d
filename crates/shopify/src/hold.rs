//! `fulfillmentOrderHold` and `fulfillmentOrderReleaseHold`.

use domain::allowed::{Action, WhyNot};
use domain::command::{Command, PlaceHold};
use domain::decide::Outcome;
use domain::event::Fact;
use domain::hold::HoldReason;
use domain::id::{FulfillmentOrderId, HoldId};
use domain::refusal::{Refusal, Thing};
use engine::Done;
use graphql::{Field, Input as Value};

use crate::answer::{Answer, UserError};
use crate::id::of_kind;
use crate::mutation::{Input, Kind, Planned, invalid_id, lines, plain, required_id};
use crate::words;

pub(crate) fn hold(field: &Field<'_>) -> Input {
    let kind = Kind {
        payload: "FulfillmentOrderHoldPayload",
        errors: "FulfillmentOrderHoldUserError",
        done: held,
        refused: hold_refused,
    };
    let fulfillment_order = match required_id(field, "id", "FulfillmentOrder") {
        Ok(id) => FulfillmentOrderId(id),
        Err(error) => return Input::Failed(error),
    };
    let input = field.arg("fulfillmentHold").unwrap_or(&Value::Null);
    let lines = match lines(input.get("fulfillmentOrderLineItems")) {
        Ok(lines) => lines,
        Err(error) => return Input::Failed(error),
    };
    let text = |name: &str| input.get(name).and_then(Value::as_str).map(str::to_owned);
    let reason = text("reason").and_then(|word| words::parse_hold_reason(&word));
    let command = Command::Hold(PlaceHold {
        fulfillment_order,
        reason: reason.unwrap_or(HoldReason::Other),
        notes: text("reasonNotes"),
        handle: text("handle").unwrap_or_default(),
        lines,
    });
    Input::Planned(Box::new(Planned { command, kind }))
}

fn held(done: &Done) -> Vec<(&'static str, Answer)> {
    let Outcome::Work { order, id, rest } = done.outcome else { return Vec::new() };
    let added = done.decision.events.iter().flat_map(|event| &event.facts).find_map(|fact| match fact {
        Fact::HoldAdded { hold, .. } => Some(hold.id),
        _ => None,
    });
    let mut fields = vec![("fulfillmentOrder", Answer::Work(order, id))];
    fields.extend(rest.map(|rest| ("remainingFulfillmentOrder", Answer::Work(order, rest))));
    fields.extend(added.map(|hold| ("fulfillmentHold", Answer::Hold(order, id, hold))));
    fields
}

fn hold_refused(refusal: &Refusal, _: &Command) -> Vec<UserError> {
    let lines = "fulfillmentHold.fulfillmentOrderLineItems";
    vec![match refusal {
        Refusal::HoldHandleTaken => {
            UserError::at("fulfillmentHold.handle", plain(refusal).message).code("DUPLICATE_FULFILLMENT_HOLD_HANDLE")
        }
        Refusal::HoldHandleTooLong => UserError::at("fulfillmentHold.handle", plain(refusal).message),
        Refusal::NotAllowed(_, Action::Split, _) => {
            UserError::at(lines, "The fulfillment order is not in a splittable state.")
                .code("FULFILLMENT_ORDER_NOT_SPLITTABLE")
        }
        Refusal::NotAllowed(_, _, WhyNot::HoldLimit) => UserError::at(
            "id",
            "The maximum number of fulfillment holds for this fulfillment order has been reached for this app. An app can only have up to 10 holds on a single fulfillment order at any one time.",
        )
        .code("FULFILLMENT_ORDER_HOLD_LIMIT_REACHED"),
        Refusal::QuantityNotPositive((_, line)) => {
            let message = "You must select at least one item to place on partial hold.";
            UserError::at(&format!("{lines}.{line}.quantity"), message).code("GREATER_THAN_ZERO")
        }
        Refusal::QuantityTooLarge { .. } => {
            UserError::at(lines, plain(refusal).message).code("INVALID_LINE_ITEM_QUANTITY")
        }
        Refusal::DoubleLine(_) => {
            UserError::at(lines, plain(refusal).message).code("DUPLICATED_FULFILLMENT_ORDER_LINE_ITEMS")
        }
        Refusal::Unknown(Thing::FulfillmentOrder(_)) => {
            UserError::at("id", plain(refusal).message).code("FULFILLMENT_ORDER_NOT_FOUND")
        }
        other => plain(other),
    }]
}

pub(crate) fn release(field: &Field<'_>) -> Input {
    let kind = Kind {
        payload: "FulfillmentOrderReleaseHoldPayload",
        errors: "FulfillmentOrderReleaseHoldUserError",
        done: released,
        refused: release_refused,
    };
    let id = match required_id(field, "id", "FulfillmentOrder") {
        Ok(id) => FulfillmentOrderId(id),
        Err(error) => return Input::Failed(error),
    };
    let mut holds = Vec::new();
    for gid in field.arg("holdIds").and_then(Value::as_list).unwrap_or_default() {
        let gid = gid.as_str().unwrap_or_default();
        match of_kind("FulfillmentHold", gid) {
            Some(hold) => holds.push(HoldId(hold)),
            None => return Input::Failed(invalid_id(gid)),
        }
    }
    Input::Planned(Box::new(Planned { command: Command::Release(id, holds), kind }))
}

fn released(done: &Done) -> Vec<(&'static str, Answer)> {
    match done.outcome {
        Outcome::Work { order, id, .. } => vec![("fulfillmentOrder", Answer::Work(order, id))],
        _ => Vec::new(),
    }
}

fn release_refused(refusal: &Refusal, _: &Command) -> Vec<UserError> {
    vec![match refusal {
        Refusal::Unknown(Thing::FulfillmentOrder(_)) => {
            UserError::at("id", plain(refusal).message).code("FULFILLMENT_ORDER_NOT_FOUND")
        }
        Refusal::HoldNotYours(_) => UserError::at("holdIds", plain(refusal).message).code("INVALID_ACCESS"),
        Refusal::Unknown(Thing::Hold(_)) => UserError::at("holdIds", plain(refusal).message),
        other => plain(other),
    }]
}
