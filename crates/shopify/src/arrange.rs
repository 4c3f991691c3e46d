//! Arranging work: split, merge, call off and make anew, set times, report progress, prepare for pickup.

use domain::allowed::{Action, WhyNot};
use domain::command::{Command, SomeWork};
use domain::decide::Outcome;
use domain::id::FulfillmentOrderId;
use domain::refusal::{Refusal, Thing};
use engine::Done;
use graphql::{Field, FieldError, Input as Value};

use crate::answer::{Answer, Payload, UserError};
use crate::id::of_kind;
use crate::mutation::{Input, Kind, Planned, invalid_id, lines, plain, required_id};
use crate::words;

fn planned(command: Command, kind: Kind) -> Input {
    Input::Planned(Box::new(Planned { command, kind }))
}

/// Fulfillment orders and lines of them, as splits and merges name them.
fn some_work(input: &Value) -> Result<SomeWork, FieldError> {
    let gid = input.get("fulfillmentOrderId").and_then(Value::as_str).unwrap_or_default();
    let id = of_kind("FulfillmentOrder", gid).ok_or_else(|| invalid_id(gid))?;
    Ok(SomeWork { id: FulfillmentOrderId(id), lines: lines(input.get("fulfillmentOrderLineItems"))? })
}

/// A nested object of a payload.
fn nested(kind: &'static str, fields: Vec<(&'static str, Answer)>) -> Answer {
    Answer::Payload(Box::new(Payload { kind, fields, errors: Vec::new(), error_kind: "UserError" }))
}

fn one(done: &Done) -> Vec<(&'static str, Answer)> {
    match done.outcome {
        Outcome::Work { order, id, .. } => vec![("fulfillmentOrder", Answer::Work(order, id))],
        _ => Vec::new(),
    }
}

pub(crate) fn split(field: &Field<'_>) -> Input {
    let kind = Kind {
        payload: "FulfillmentOrderSplitPayload",
        errors: "FulfillmentOrderSplitUserError",
        done: was_split,
        refused: split_refused,
    };
    let splits = field.arg("fulfillmentOrderSplits").and_then(Value::as_list).unwrap_or_default();
    let splits: Vec<SomeWork> = match splits.iter().map(some_work).collect() {
        Ok(splits) => splits,
        Err(error) => return Input::Failed(error),
    };
    if let Some(empty) = splits.iter().position(|split| split.lines.is_empty()) {
        let path = format!("fulfillmentOrderSplits.{empty}.fulfillmentOrderLineItems");
        let message = "There must be at least one item selected in this fulfillment to split it.";
        let error = UserError::at(&path, message).code("NO_LINE_ITEMS_PROVIDED_TO_SPLIT");
        return Input::Refused(kind, vec![error]);
    }
    planned(Command::Split(splits), kind)
}

/// The names are the original's: what was split off is the "remaining" one.
fn was_split(done: &Done) -> Vec<(&'static str, Answer)> {
    let Outcome::Works(works) = &done.outcome else { return Vec::new() };
    let result = |work: &domain::decide::WorkChange| {
        let mut fields = vec![("fulfillmentOrder", Answer::Work(work.order, work.id))];
        fields.extend(work.rest.map(|rest| ("remainingFulfillmentOrder", Answer::Work(work.order, rest))));
        nested("FulfillmentOrderSplitResult", fields)
    };
    vec![("fulfillmentOrderSplits", Answer::List(works.iter().map(result).collect()))]
}

fn split_refused(refusal: &Refusal, _: &Command) -> Vec<UserError> {
    vec![match refusal {
        Refusal::QuantityNotPositive((split, line)) => {
            let path = format!("fulfillmentOrderSplits.{split}.fulfillmentOrderLineItems.{line}.quantity");
            UserError::at(&path, "You must select at least one item to split into a new fulfillment order.")
                .code("GREATER_THAN")
        }
        Refusal::Unknown(Thing::FulfillmentOrder(_)) => plain(refusal).code("FULFILLMENT_ORDER_NOT_FOUND"),
        Refusal::NothingWouldStay(_) => {
            UserError::whole("Invalid fulfillment order line item quantity requested.")
        }
        other => plain(other),
    }]
}

pub(crate) fn merge(field: &Field<'_>) -> Input {
    let kind = Kind {
        payload: "FulfillmentOrderMergePayload",
        errors: "FulfillmentOrderMergeUserError",
        done: merged,
        refused: merge_refused,
    };
    let inputs = field.arg("fulfillmentOrderMergeInputs").and_then(Value::as_list).unwrap_or_default();
    let mut merges: Vec<Vec<SomeWork>> = Vec::with_capacity(inputs.len());
    for input in inputs {
        let intents = input.get("mergeIntents").and_then(Value::as_list).unwrap_or_default();
        match intents.iter().map(some_work).collect() {
            Ok(intents) => merges.push(intents),
            Err(error) => return Input::Failed(error),
        }
    }
    planned(Command::Merge(merges), kind)
}

fn merged(done: &Done) -> Vec<(&'static str, Answer)> {
    let Outcome::Works(works) = &done.outcome else { return Vec::new() };
    let result = |work: &domain::decide::WorkChange| {
        nested("FulfillmentOrderMergeResult", vec![("fulfillmentOrder", Answer::Work(work.order, work.id))])
    };
    vec![("fulfillmentOrderMerges", Answer::List(works.iter().map(result).collect()))]
}

fn merge_refused(refusal: &Refusal, command: &Command) -> Vec<UserError> {
    vec![match refusal {
        Refusal::QuantityNotPositive((intent, line)) => {
            // The domain counts within a list of intents; the list is the first one with such a quantity.
            let empty = |intents: &Vec<SomeWork>| {
                intents.get(*intent).and_then(|some| some.lines.get(*line)).is_some_and(|(_, n)| *n <= 0)
            };
            let list = match command {
                Command::Merge(merges) => merges.iter().position(empty).unwrap_or(0),
                _ => 0,
            };
            let path = format!(
                "fulfillmentOrderMergeInputs.{list}.mergeIntents.{intent}.fulfillmentOrderLineItems.{line}.quantity"
            );
            UserError::at(&path, "You must select at least one item to merge into a new fulfillment order.")
                .code("GREATER_THAN")
        }
        Refusal::Unknown(Thing::FulfillmentOrder(_)) => plain(refusal).code("FULFILLMENT_ORDER_NOT_FOUND"),
        Refusal::NotAllowed(id, Action::Merge, _) => {
            UserError::whole(format!("Fulfillment order: {id} is currently not in a mergeable state."))
        }
        other => plain(other),
    }]
}

pub(crate) fn cancel(field: &Field<'_>) -> Input {
    let kind = Kind {
        payload: "FulfillmentOrderCancelPayload",
        errors: "FulfillmentOrderCancelError",
        done: cancelled,
        refused: cancel_refused,
    };
    match required_id(field, "id", "FulfillmentOrder") {
        Ok(id) => planned(Command::CancelWork(FulfillmentOrderId(id)), kind),
        Err(error) => Input::Failed(error),
    }
}

fn cancelled(done: &Done) -> Vec<(&'static str, Answer)> {
    let Outcome::Work { order, id, rest } = done.outcome else { return Vec::new() };
    let mut fields = vec![("fulfillmentOrder", Answer::Work(order, id))];
    fields.extend(rest.map(|rest| ("replacementFulfillmentOrder", Answer::Work(order, rest))));
    fields
}

fn cancel_refused(refusal: &Refusal, _: &Command) -> Vec<UserError> {
    vec![match refusal {
        Refusal::NotAllowed(_, _, WhyNot::ProgressReported) => UserError::at(
            "id",
            "Cannot cancel fulfillment order that has had progress reported. Mark as unfulfilled first.",
        )
        .code("FULFILLMENT_ORDER_HAS_MANUALLY_REPORTED_PROGRESS"),
        Refusal::NotAllowed(..) => {
            UserError::whole("Fulfillment order is not in cancelable request state and can't be canceled.")
        }
        other => plain(other),
    }]
}

pub(crate) fn report_progress(field: &Field<'_>) -> Input {
    let kind = Kind {
        payload: "FulfillmentOrderReportProgressPayload",
        errors: "FulfillmentOrderReportProgressUserError",
        done: one,
        refused: progress_refused,
    };
    let note = field.arg("progressReport").and_then(|report| report.get("reasonNotes"));
    let note = note.and_then(Value::as_str).map(str::to_owned);
    match required_id(field, "id", "FulfillmentOrder") {
        Ok(id) => planned(Command::ReportProgress(FulfillmentOrderId(id), note), kind),
        Err(error) => Input::Failed(error),
    }
}

fn progress_refused(refusal: &Refusal, _: &Command) -> Vec<UserError> {
    let message = "Cannot report progress on a fulfillment order in this state.";
    vec![match refusal {
        Refusal::NotAllowed(_, _, WhyNot::ServiceOnly) => {
            UserError::whole(message).code("FULFILLMENT_ORDER_INVALID_FULFILLMENT_SERVICE_OWNERSHIP")
        }
        Refusal::NotAllowed(..) => UserError::whole(message).code("FULFILLMENT_ORDER_STATUS_INVALID"),
        Refusal::Unknown(_) => plain(refusal).code("FULFILLMENT_ORDER_NOT_FOUND"),
        other => plain(other),
    }]
}

pub(crate) fn reschedule(field: &Field<'_>) -> Input {
    let kind = Kind {
        payload: "FulfillmentOrderReschedulePayload",
        errors: "FulfillmentOrderRescheduleUserError",
        done: one,
        refused: reschedule_refused,
    };
    let at = field.str_arg("fulfillAt").and_then(words::parse_time).unwrap_or_default();
    match required_id(field, "id", "FulfillmentOrder") {
        Ok(id) => planned(Command::Reschedule(FulfillmentOrderId(id), at), kind),
        Err(error) => Input::Failed(error),
    }
}

fn reschedule_refused(refusal: &Refusal, _: &Command) -> Vec<UserError> {
    vec![match refusal {
        Refusal::NotAllowed(..) => UserError::whole("Fulfillment order must be scheduled."),
        Refusal::Unknown(_) => plain(refusal).code("FULFILLMENT_ORDER_NOT_FOUND"),
        Refusal::TimePassed => UserError::at("fulfillAt", plain(refusal).message),
        other => plain(other),
    }]
}

pub(crate) fn set_deadline(field: &Field<'_>) -> Input {
    let kind = Kind {
        payload: "FulfillmentOrdersSetFulfillmentDeadlinePayload",
        errors: "FulfillmentOrdersSetFulfillmentDeadlineUserError",
        done: |_| vec![("success", Answer::Flag(true))],
        refused: deadline_refused,
    };
    let at = field.str_arg("fulfillmentDeadline").and_then(words::parse_time).unwrap_or_default();
    let gids = field.arg("fulfillmentOrderIds").and_then(Value::as_list).unwrap_or_default();
    let id = |gid: &Value| of_kind("FulfillmentOrder", gid.as_str().unwrap_or_default());
    let ids = gids.iter().filter_map(id).map(FulfillmentOrderId).collect();
    planned(Command::SetDeadline(ids, at), kind)
}

fn deadline_refused(refusal: &Refusal, _: &Command) -> Vec<UserError> {
    vec![match refusal {
        Refusal::Unknown(_) | Refusal::NothingToDo => {
            UserError::whole("Fulfillment orders could not be found.")
        }
        other => plain(other),
    }]
}

pub(crate) fn prepared_for_pickup(field: &Field<'_>) -> Input {
    let kind = Kind {
        payload: "FulfillmentOrderLineItemsPreparedForPickupPayload",
        errors: "FulfillmentOrderLineItemsPreparedForPickupUserError",
        done: |_| Vec::new(),
        refused: pickup_refused,
    };
    let inputs = field.arg("input").and_then(|input| input.get("lineItemsByFulfillmentOrder"));
    let id = |input: &Value| {
        let gid = input.get("fulfillmentOrderId").and_then(Value::as_str).unwrap_or_default();
        of_kind("FulfillmentOrder", gid).map(FulfillmentOrderId).ok_or_else(|| invalid_id(gid))
    };
    match inputs.and_then(Value::as_list).unwrap_or_default().iter().map(id).collect() {
        Ok(ids) => planned(Command::PrepareForPickup(ids), kind),
        Err(error) => Input::Failed(error),
    }
}

fn pickup_refused(refusal: &Refusal, command: &Command) -> Vec<UserError> {
    let Command::PrepareForPickup(asked) = command else { return vec![plain(refusal)] };
    let bad: Vec<FulfillmentOrderId> = match refusal {
        Refusal::NotForPickup(ids) => ids.clone(),
        Refusal::Unknown(Thing::FulfillmentOrder(id)) => vec![*id],
        other => return vec![plain(other)],
    };
    let places = asked.iter().enumerate().filter(|(_, id)| bad.contains(id));
    places
        .map(|(index, id)| {
            let path = format!("input.lineItemsByFulfillmentOrder.{index}.fulfillmentOrderId");
            UserError::at(&path, format!("Invalid fulfillment_order_id provided {id}"))
                .code("FULFILLMENT_ORDER_INVALID")
        })
        .collect()
}
