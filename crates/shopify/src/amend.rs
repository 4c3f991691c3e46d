//! `orderUpdate`, `orderClose`, `orderOpen` and `orderDelete`.

use domain::amend::{AmendOrder, OrderChange};
use domain::command::Command;
use domain::decide::Outcome;
use domain::id::OrderId;
use domain::refusal::{Field as Part, Refusal, Thing};
use engine::{Done, Engine, Error};
use graphql::{Field, Input as Value};

use crate::answer::{Answer, UserError};
use crate::data::Data;
use crate::id::gid;
use crate::mutation::{Input, Kind, Planned, invalid_id, plain, required_id};
use crate::order_create::{address, pairs};
use crate::{metafield, tags};

const UPDATE: Kind = Kind { payload: "OrderUpdatePayload", errors: "UserError", done: changed, refused };
const CLOSE: Kind = Kind { payload: "OrderClosePayload", ..UPDATE };
const OPEN: Kind = Kind { payload: "OrderOpenPayload", ..UPDATE };
const DELETE: Kind = Kind {
    payload: "OrderDeletePayload",
    errors: "OrderDeleteUserError",
    done: deleted,
    refused: not_deleted,
};

/// Reads what is said of an order. A field of a program may be named by its id alone, so the order is looked up.
pub(crate) async fn update(engine: &Engine, data: &Data, field: &Field<'_>) -> Result<Input, Error> {
    let input = field.arg("input").unwrap_or(&Value::Null);
    let order = match input_id(input) {
        Ok(id) => id,
        Err(failed) => return Ok(failed),
    };
    if let Some(errors) = shipping_errors(input) {
        return Ok(Input::RefusedOf(order, UPDATE, errors));
    }
    let given = |name: &str| input.get(name);
    let text = |name: &str| given(name).map(|value| value.as_str().map(str::to_owned));
    let mut changes = Vec::new();
    changes.extend(text("email").map(OrderChange::Email));
    changes.extend(text("phone").map(OrderChange::Phone));
    changes.extend(text("note").map(OrderChange::Note));
    changes.extend(text("poNumber").map(OrderChange::PoNumber));
    let filled = |name: &str| given(name).filter(|value| !value.is_null());
    if let Some(to) = filled("shippingAddress") {
        changes.push(OrderChange::ShippingAddress(Box::new(address(to))));
    }
    if let Some(said) = given("tags") {
        changes.push(OrderChange::Tags(tags::read(Some(said))));
    }
    if filled("customAttributes").is_some() {
        changes.push(OrderChange::Attributes(pairs(input, "customAttributes", "key")));
    }
    for name in ["localizedFields", "localizationExtensions"] {
        if filled(name).is_some() {
            changes.push(OrderChange::LocalFields(pairs(input, name, "key")));
        }
    }
    if let Some(said) = filled("metafields") {
        let known = engine.orders_by_id(&data.shop, &[order]).await?.pop();
        let kept = known.as_ref().map(|order| order.placed.custom_fields.as_slice()).unwrap_or_default();
        changes.push(OrderChange::CustomFields(metafield::said(data, Some(said), kept)));
    }
    let command = Command::AmendOrder(AmendOrder { order, changes });
    Ok(Input::Planned(Box::new(Planned { command, kind: UPDATE })))
}

pub(crate) fn close(field: &Field<'_>) -> Input {
    by_input(field, CLOSE, Command::CloseOrder)
}

pub(crate) fn open(field: &Field<'_>) -> Input {
    by_input(field, OPEN, Command::ReopenOrder)
}

pub(crate) fn delete(field: &Field<'_>) -> Input {
    match required_id(field, "orderId", "Order") {
        Ok(id) => {
            let command = Command::DeleteOrder(OrderId(id));
            Input::Planned(Box::new(Planned { command, kind: DELETE }))
        }
        Err(error) => Input::Failed(error),
    }
}

fn by_input(field: &Field<'_>, kind: Kind, command: fn(OrderId) -> Command) -> Input {
    match input_id(field.arg("input").unwrap_or(&Value::Null)) {
        Ok(id) => Input::Planned(Box::new(Planned { command: command(id), kind })),
        Err(failed) => failed,
    }
}

fn input_id(input: &Value) -> Result<OrderId, Input> {
    let text = input.get("id").and_then(Value::as_str).unwrap_or_default();
    crate::id::of_kind("Order", text).map(OrderId).ok_or_else(|| Input::Failed(invalid_id(text)))
}

/// What an address lacks that a parcel can't be sent to.
fn shipping_errors(input: &Value) -> Option<Vec<UserError>> {
    let to = input.get("shippingAddress").filter(|value| !value.is_null()).map(address)?;
    let mut errors = Vec::new();
    let at = |part: &str, message: &str| UserError::at(&format!("shippingAddress.{part}"), message);
    if to.last_name.is_none() {
        errors.push(at("lastName", "Enter a last name"));
    }
    if to.zip.is_none() && to.country_code.as_deref() == Some("US") {
        errors.push(at("zip", "Enter a ZIP code"));
    }
    (!errors.is_empty()).then_some(errors)
}

fn changed(done: &Done) -> Vec<(&'static str, Answer)> {
    match done.outcome {
        Outcome::Order(id) => vec![("order", Answer::Order(id))],
        _ => Vec::new(),
    }
}

fn deleted(done: &Done) -> Vec<(&'static str, Answer)> {
    match done.outcome {
        Outcome::Order(id) => vec![("deletedId", Answer::Id(gid("Order", id.0)))],
        _ => Vec::new(),
    }
}

fn refused(refusal: &Refusal, _: &Command) -> Vec<UserError> {
    vec![match refusal {
        Refusal::Unknown(Thing::Order(_)) => UserError::at("id", "Order does not exist"),
        Refusal::NothingToDo => UserError::whole("No valid update parameters have been provided"),
        Refusal::Malformed(part, what) => {
            let (path, name) = match part {
                Part::Email => ("email", "Email"),
                Part::Phone => ("phone", "Phone"),
                Part::Note => ("note", "Note"),
                Part::PoNumber => ("poNumber", "Po number"),
                _ => ("tags", "Tag"),
            };
            UserError::at(path, format!("{name} {what}"))
        }
        other => plain(other),
    }]
}

fn not_deleted(refusal: &Refusal, _: &Command) -> Vec<UserError> {
    let at = |message: String| UserError::at("orderId", message);
    vec![match refusal {
        Refusal::Unknown(Thing::Order(_)) => at("Order does not exist".to_owned()).code("NOT_FOUND"),
        Refusal::ServiceAtWork(id) => at(format!(
            "Fulfillment order {id} was accepted by its fulfillment service. Request its cancellation first."
        ))
        .code("INVALID"),
        other => at(plain(other).message).code("INVALID"),
    }]
}
