//! `fulfillmentEventCreate`: something happened to a parcel.

use domain::address::Address;
use domain::command::{Command, RecordDelivery};
use domain::decide::Outcome;
use domain::id::{DeliveryEventId, FulfillmentId};
use domain::refusal::Refusal;
use engine::Done;
use graphql::{Field, Input as Value};

use crate::answer::{Answer, UserError};
use crate::id::of_kind;
use crate::mutation::{Input, Kind, Planned, invalid_id, plain};
use crate::words;

pub(crate) fn plan(field: &Field<'_>) -> Input {
    let kind = Kind { payload: "FulfillmentEventCreatePayload", errors: "UserError", done, refused };
    let input = field.arg("fulfillmentEvent").unwrap_or(&Value::Null);
    let text = |name: &str| input.get(name).and_then(Value::as_str);
    let owned = |name: &str| text(name).map(str::to_owned);
    let gid = text("fulfillmentId").unwrap_or_default();
    let Some(id) = of_kind("Fulfillment", gid) else { return Input::Failed(invalid_id(gid)) };
    let Some(status) = text("status").and_then(words::parse_delivery_status) else {
        return Input::Refused(kind, vec![UserError::at("fulfillmentEvent.status", "Status is invalid")]);
    };
    let degrees =
        |name: &str| input.get(name).and_then(Value::as_float).map(|degrees| (degrees * 1e6).round() as i64);
    let place = Address {
        address1: owned("address1"),
        city: owned("city"),
        province: owned("province"),
        country: owned("country"),
        zip: owned("zip"),
        ..Address::default()
    };
    let command = Command::RecordDelivery(RecordDelivery {
        fulfillment: FulfillmentId(id),
        status,
        happened_at: text("happenedAt").and_then(words::parse_time),
        message: owned("message"),
        place,
        position: degrees("latitude").zip(degrees("longitude")),
        estimated_at: text("estimatedDeliveryAt").and_then(words::parse_time),
    });
    Input::Planned(Box::new(Planned { command, kind }))
}

/// What was recorded was a mistake. The GraphQL API has no root for that, only the older one has a route.
pub(crate) fn forget(fulfillment: FulfillmentId, event: DeliveryEventId) -> Planned {
    let kind = Kind {
        payload: "FulfillmentEventCreatePayload",
        errors: "UserError",
        done: |_| Vec::new(),
        refused: |refusal, _| vec![plain(refusal)],
    };
    Planned { command: Command::ForgetDelivery(fulfillment, event), kind }
}

fn done(done: &Done) -> Vec<(&'static str, Answer)> {
    match done.outcome {
        Outcome::Fulfillment(id) => vec![("fulfillmentEvent", Answer::LatestEvent(id))],
        _ => Vec::new(),
    }
}

fn refused(refusal: &Refusal, _: &Command) -> Vec<UserError> {
    let field = Some(vec!["fulfillmentEvent".to_owned(), "fulfillmentId".to_owned()]);
    vec![UserError { field, ..plain(refusal) }]
}
