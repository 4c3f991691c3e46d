//! `orderCancel` and `fulfillmentCancel`.

use domain::command::{CancelOrder, Command, Restock};
use domain::decide::Outcome;
use domain::id::{FulfillmentId, OrderId};
use domain::order::CancelReason;
use domain::refusal::{Field as Part, Refusal, Thing};
use engine::Done;
use graphql::{Field, Input as Value};

use crate::answer::{Answer, UserError};
use crate::mutation::{Input, Kind, Planned, plain, required_id};
use crate::words;

pub(crate) fn order(field: &Field<'_>) -> Input {
    let kind = Kind {
        payload: "OrderCancelPayload",
        errors: "OrderCancelUserError",
        done: order_done,
        refused: order_refused,
    };
    let order = match required_id(field, "orderId", "Order") {
        Ok(id) => OrderId(id),
        Err(error) => return Input::Failed(error),
    };
    let given = |name: &str| field.arg(name).is_some_and(|value| !value.is_null());
    if given("refund") && given("refundMethod") {
        let message = "Only one of the arguments `refund` or `refund_method` is allowed.";
        return Input::Refused(kind, vec![UserError::at("refund", message).code("INVALID")]);
    }
    let reason = field.str_arg("reason").and_then(words::parse_cancel_reason);
    let restock = field.arg("restock").and_then(Value::as_bool).unwrap_or(false);
    let command = Command::CancelOrder(CancelOrder {
        order,
        reason: reason.unwrap_or(CancelReason::Other),
        note: field.str_arg("staffNote").map(str::to_owned),
        restock: if restock { Restock::Yes } else { Restock::No },
    });
    Input::Planned(Box::new(Planned { command, kind }))
}

fn order_done(done: &Done) -> Vec<(&'static str, Answer)> {
    match done.outcome {
        Outcome::Order(id) => vec![("job", Answer::Job(id.0))],
        _ => Vec::new(),
    }
}

fn order_refused(refusal: &Refusal, _: &Command) -> Vec<UserError> {
    let error = match refusal {
        Refusal::Malformed(Part::Note, _) => {
            UserError::at("staffNote", "Staff note is too long. Maximum length is 255 characters.")
        }
        Refusal::Unknown(Thing::Order(_)) => {
            return vec![UserError::at("orderId", "Order does not exist").code("NOT_FOUND")];
        }
        other => UserError { field: Some(vec!["orderId".to_owned()]), ..plain(other) },
    };
    vec![error.code("INVALID")]
}

pub(crate) fn fulfillment(field: &Field<'_>) -> Input {
    let kind = Kind {
        payload: "FulfillmentCancelPayload",
        errors: "UserError",
        done: fulfillment_done,
        refused: fulfillment_refused,
    };
    match required_id(field, "id", "Fulfillment") {
        Ok(id) => {
            let command = Command::CancelFulfillment(FulfillmentId(id));
            Input::Planned(Box::new(Planned { command, kind }))
        }
        Err(error) => Input::Failed(error),
    }
}

fn fulfillment_done(done: &Done) -> Vec<(&'static str, Answer)> {
    match done.outcome {
        Outcome::Fulfillment(id) => vec![("fulfillment", Answer::Fulfillment(id))],
        _ => Vec::new(),
    }
}

fn fulfillment_refused(refusal: &Refusal, _: &Command) -> Vec<UserError> {
    let error = match refusal {
        Refusal::Unknown(Thing::Fulfillment(_)) => UserError::whole("Fulfillment not found."),
        other => plain(other),
    };
    vec![UserError { field: Some(vec!["id".to_owned()]), ..error }]
}
