//! The conversation between merchant and fulfillment service, and the opening of scheduled work.

use domain::allowed::{Action, WhyNot};
use domain::command::{Command, RequestFulfillment};
use domain::decide::Outcome;
use domain::id::{FulfillmentOrderId, FulfillmentOrderLineId};
use domain::refusal::{Refusal, Thing};
use domain::rejection::Rejection;
use engine::Done;
use graphql::{Field, Input as Value};

use crate::answer::{Answer, UserError};
use crate::id::of_kind;
use crate::mutation::{Input, Kind, Planned, invalid_id, lines, plain, required_id};
use crate::words;

/// A mutation of one fulfillment order that answers it.
fn of_one(
    field: &Field<'_>,
    payload: &'static str,
    command: impl FnOnce(FulfillmentOrderId, Option<String>) -> Command,
) -> Input {
    let kind = Kind { payload, errors: "UserError", done: changed, refused };
    match required_id(field, "id", "FulfillmentOrder") {
        Ok(id) => {
            let message = field.str_arg("message").map(str::to_owned);
            let command = command(FulfillmentOrderId(id), message);
            Input::Planned(Box::new(Planned { command, kind }))
        }
        Err(error) => Input::Failed(error),
    }
}

pub(crate) fn accept(field: &Field<'_>) -> Input {
    of_one(field, "FulfillmentOrderAcceptFulfillmentRequestPayload", Command::AcceptRequest)
}

pub(crate) fn reject(field: &Field<'_>) -> Input {
    let mut lines = Vec::new();
    for line in field.arg("lineItems").and_then(Value::as_list).unwrap_or_default() {
        let gid = line.get("fulfillmentOrderLineItemId").and_then(Value::as_str).unwrap_or_default();
        let Some(id) = of_kind("FulfillmentOrderLineItem", gid) else {
            return Input::Failed(invalid_id(gid));
        };
        let message = line.get("message").and_then(Value::as_str).map(str::to_owned);
        lines.push((FulfillmentOrderLineId(id), message));
    }
    let reason = field.str_arg("reason").and_then(words::parse_rejection_reason);
    of_one(field, "FulfillmentOrderRejectFulfillmentRequestPayload", |id, message| {
        Command::RejectRequest(id, Rejection { reason, message, lines })
    })
}

pub(crate) fn submit_cancellation(field: &Field<'_>) -> Input {
    of_one(field, "FulfillmentOrderSubmitCancellationRequestPayload", Command::RequestCancellation)
}

pub(crate) fn accept_cancellation(field: &Field<'_>) -> Input {
    of_one(field, "FulfillmentOrderAcceptCancellationRequestPayload", Command::AcceptCancellation)
}

pub(crate) fn reject_cancellation(field: &Field<'_>) -> Input {
    of_one(field, "FulfillmentOrderRejectCancellationRequestPayload", Command::RejectCancellation)
}

pub(crate) fn close(field: &Field<'_>) -> Input {
    of_one(field, "FulfillmentOrderClosePayload", Command::GiveUp)
}

pub(crate) fn open(field: &Field<'_>) -> Input {
    of_one(field, "FulfillmentOrderOpenPayload", |id, _| Command::Open(id))
}

pub(crate) fn submit(field: &Field<'_>) -> Input {
    let kind = Kind {
        payload: "FulfillmentOrderSubmitFulfillmentRequestPayload",
        errors: "UserError",
        done: submitted,
        refused,
    };
    let fulfillment_order = match required_id(field, "id", "FulfillmentOrder") {
        Ok(id) => FulfillmentOrderId(id),
        Err(error) => return Input::Failed(error),
    };
    let lines = match lines(field.arg("fulfillmentOrderLineItems")) {
        Ok(lines) => lines,
        Err(error) => return Input::Failed(error),
    };
    let command = Command::RequestFulfillment(RequestFulfillment {
        fulfillment_order,
        message: field.str_arg("message").map(str::to_owned),
        notify_buyer: field.arg("notifyCustomer").and_then(Value::as_bool).unwrap_or(false),
        lines,
    });
    Input::Planned(Box::new(Planned { command, kind }))
}

fn changed(done: &Done) -> Vec<(&'static str, Answer)> {
    match done.outcome {
        Outcome::Work { order, id, .. } => vec![("fulfillmentOrder", Answer::Work(order, id))],
        _ => Vec::new(),
    }
}

fn submitted(done: &Done) -> Vec<(&'static str, Answer)> {
    let Outcome::Work { order, id, rest } = done.outcome else { return Vec::new() };
    let mut fields = vec![
        ("originalFulfillmentOrder", Answer::Work(order, id)),
        ("submittedFulfillmentOrder", Answer::Work(order, id)),
    ];
    fields.extend(rest.map(|rest| ("unsubmittedFulfillmentOrder", Answer::Work(order, rest))));
    fields
}

fn refused(refusal: &Refusal, _: &Command) -> Vec<UserError> {
    vec![match refusal {
        Refusal::NotAllowed(_, Action::Open, WhyNot::Stage(stage)) => UserError::whole(format!(
            "Expected fulfillment order status to be valid but it was {}.",
            stage.as_str()
        )),
        // The original's own words, opaque as they are; clients look for them.
        Refusal::NotAllowed(_, _, WhyNot::NoService) => {
            UserError::whole("The fulfillment order's assigned fulfillment service must be of api type")
        }
        Refusal::Unknown(Thing::FulfillmentOrder(_)) => UserError::at("id", plain(refusal).message),
        other => plain(other),
    }]
}

#[cfg(test)]
mod tests {
    use domain::rejection::RejectionReason;

    use super::*;

    #[test]
    fn every_reason_to_decline_has_its_word() {
        let schema = crate::version::schema(crate::version::LATEST).unwrap();
        let known = schema.enum_values("FulfillmentOrderRejectionReason");
        assert_eq!(known.len(), RejectionReason::ALL.len());
        for word in known {
            let reason = words::parse_rejection_reason(word);
            assert_eq!(reason.map(|reason| words::rejection_reason(reason).0), Some(word));
        }
    }
}
