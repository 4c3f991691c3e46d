//! `fulfillmentTrackingInfoUpdate`: a fulfillment gets other tracking.

use domain::command::{Command, Track};
use domain::decide::Outcome;
use domain::id::FulfillmentId;
use domain::refusal::Refusal;
use engine::Done;
use graphql::{Field, Input as Value};

use crate::answer::{Answer, UserError};
use crate::fulfill::trackings;
use crate::mutation::{Input, Kind, Planned, plain, required_id};

pub(crate) fn plan(field: &Field<'_>, payload: &'static str) -> Input {
    let kind = Kind { payload, errors: "UserError", done, refused };
    let fulfillment = match required_id(field, "fulfillmentId", "Fulfillment") {
        Ok(id) => FulfillmentId(id),
        Err(error) => return Input::Failed(error),
    };
    let command = Command::Track(Track {
        fulfillment,
        trackings: field.arg("trackingInfoInput").map_or_else(Vec::new, trackings),
        notify_buyer: field.arg("notifyCustomer").and_then(Value::as_bool).unwrap_or(false),
    });
    Input::Planned(Box::new(Planned { command, kind }))
}

fn done(done: &Done) -> Vec<(&'static str, Answer)> {
    match done.outcome {
        Outcome::Fulfillment(id) => vec![("fulfillment", Answer::Fulfillment(id))],
        _ => Vec::new(),
    }
}

fn refused(refusal: &Refusal, _: &Command) -> Vec<UserError> {
    vec![UserError { field: Some(vec!["fulfillmentId".to_owned()]), ..plain(refusal) }]
}
