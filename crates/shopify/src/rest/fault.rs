//! What this API answers when it doesn't do something.
//!
//! The forms are the original's: a bare list for what is wrong with the thing itself, `errors` with a list for what is
//! wrong with the request as a whole, and with an object for what is wrong with some member of it; a message that begins
//! with the member's name leaves it out there.

use axum::http::StatusCode;
use domain::refusal::{Refusal, Thing};
use graphql::{FieldError, GraphqlError};
use serde_json::{Map, Value, json};

use super::member::snake;
use crate::answer::UserError;

/// An answer other than a success.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) status: StatusCode,
    pub(super) body: Value,
}

impl Fault {
    pub(super) fn new(status: StatusCode, errors: impl Into<Value>) -> Self {
        let errors: Value = errors.into();
        Self { status, body: json!({ "errors": errors }) }
    }

    pub(super) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "Not Found")
    }

    /// Of a field that was not answered.
    pub(super) fn of_field(error: &FieldError) -> Self {
        let code = error.extensions.get("code").and_then(Value::as_str).unwrap_or_default();
        match code {
            "ACCESS_DENIED" => {
                let required =
                    error.extensions.get("requiredAccess").and_then(Value::as_str).unwrap_or_default();
                let scope = required.split('`').nth(1).unwrap_or("another");
                let text = format!("[API] This action requires merchant approval for {scope} scope.");
                Self::new(StatusCode::FORBIDDEN, text)
            }
            "RESOURCE_NOT_FOUND" => Self::not_found(),
            "BAD_REQUEST" | "INVALID_FIELD_ARGUMENTS" => {
                Self::new(StatusCode::BAD_REQUEST, error.message.as_str())
            }
            "INTERNAL_SERVER_ERROR" => Self::new(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"),
            // Some messages are lists already, printed as text.
            _ => {
                let list = serde_json::from_str::<Vec<String>>(&error.message);
                Self::new(
                    StatusCode::UNPROCESSABLE_ENTITY,
                    list.unwrap_or_else(|_| vec![error.message.clone()]),
                )
            }
        }
    }

    /// Of variables that don't fit the schema.
    pub(super) fn of_variables(errors: &[GraphqlError]) -> Self {
        let mut all = Map::new();
        for error in errors {
            let variable = error.message.split('$').nth(1).and_then(|rest| rest.split(' ').next());
            let problems = error.extensions.get("problems").and_then(Value::as_array);
            for problem in problems.into_iter().flatten() {
                let path = problem.get("path").and_then(Value::as_array).into_iter().flatten();
                let steps = path.map(|step| step.as_str().map_or_else(|| step.to_string(), snake));
                let place: Vec<String> = variable.map(snake).into_iter().chain(steps).collect();
                let why = problem.get("explanation").and_then(Value::as_str).unwrap_or(&error.message);
                let why = if why == "Expected value to not be null" { MISSING } else { why };
                all.insert(place.join("."), why.into());
            }
            if problems.is_none() {
                all.insert(variable.map_or_else(|| "base".to_owned(), snake), error.message.as_str().into());
            }
        }
        Self::new(StatusCode::BAD_REQUEST, all)
    }

    /// Of a mutation that was refused.
    pub(super) fn of_errors(errors: &[UserError]) -> Self {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        let depth = errors.iter().filter_map(|error| error.field.as_ref().map(Vec::len)).max();
        let messages = || errors.iter().map(|error| error.message.as_str()).collect::<Vec<_>>();
        if depth.is_none() {
            return Self { status, body: json!(messages()) };
        }
        if depth < Some(2) && errors.iter().all(|error| attribute(error).is_none()) {
            return Self::new(status, messages());
        }
        let mut all: Map<String, Value> = Map::new();
        for error in errors {
            let (name, message) =
                attribute(error).unwrap_or_else(|| (snake(last_step(error)), error.message.as_str()));
            let list = all.entry(name).or_insert_with(|| json!([]));
            if let Value::Array(list) = list {
                list.push(message.into());
            }
        }
        Self::new(status, all)
    }
}

/// The member that an error is about.
fn last_step(error: &UserError) -> &str {
    let mut steps = error.field.iter().flatten();
    steps.rfind(|step| step.parse::<usize>().is_err()).map_or("base", String::as_str)
}

/// What a request is about as a whole. Messages about it may begin with the same word ("Fulfillment order 1 …").
const WHOLE: [&str; 2] = ["fulfillment", "order"];

/// The member that an error is about, and the rest of its message, if that begins with the member's name.
fn attribute(error: &UserError) -> Option<(String, &str)> {
    let name = snake(last_step(error));
    if WHOLE.contains(&name.as_str()) {
        return None;
    }
    // The other API calls an address by several names, and this one in its messages.
    [name, "address".to_owned()].into_iter().find_map(|name| {
        let (first, rest) = (error.message.get(..1)?, error.message.get(1..)?);
        let human = name.replace('_', " ");
        let (initial, others) = (human.get(..1)?, human.get(1..)?);
        let message = rest.strip_prefix(others).filter(|_| first.eq_ignore_ascii_case(initial))?;
        Some((name, message.strip_prefix(' ')?))
    })
}

const MISSING: &str = "Required parameter missing or invalid";

/// Whether what the path names is not there.
pub(super) fn is_unknown(refusal: &Refusal) -> bool {
    matches!(
        refusal,
        Refusal::Unknown(
            Thing::Order(_)
                | Thing::FulfillmentOrder(_)
                | Thing::Fulfillment(_)
                | Thing::DeliveryEvent(_)
                | Thing::Listener(_)
                | Thing::Service(_)
        )
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_forms() {
        let body = |errors: &[UserError]| Fault::of_errors(errors).body;
        assert_eq!(body(&[UserError::whole("No.")]), json!(["No."]));
        assert_eq!(body(&[UserError::at("fulfillment", "No.")]), json!({"errors": ["No."]}));
        let text = "Fulfillment order 1 is closed.";
        assert_eq!(body(&[UserError::at("fulfillment", text)]), json!({"errors": [text]}));
        let deep = UserError::at("fulfillment.lines.0.quantity", "Too many");
        assert_eq!(body(&[deep]), json!({"errors": {"quantity": ["Too many"]}}));
        let address = UserError::at("webhookSubscription.callbackUrl", "Address is invalid");
        assert_eq!(body(&[address]), json!({"errors": {"address": ["is invalid"]}}));
        let name = UserError::at("name", "Name can't be blank");
        let url = UserError::at("callbackUrl", "Callback url is not allowed");
        let both = json!({"errors": {"name": ["can't be blank"], "callback_url": ["is not allowed"]}});
        assert_eq!(body(&[name, url]), both);
    }

    #[test]
    fn a_missing_scope_is_named() {
        let error = FieldError::new("Access denied")
            .code("ACCESS_DENIED")
            .extension("requiredAccess", "`read_orders` access scope.");
        let fault = Fault::of_field(&error);
        assert_eq!(fault.status, StatusCode::FORBIDDEN);
        assert_eq!(
            fault.body["errors"],
            "[API] This action requires merchant approval for read_orders scope."
        );
    }
}
