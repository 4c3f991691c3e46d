//! `orderCancel` and `fulfillmentCancel`.

use domain::command::{CancelOrder, Command, PayBack, Restock};
use domain::decide::Outcome;
use domain::id::{FulfillmentId, OrderId};
use domain::order::{CancelReason, Order};
use domain::refusal::{Field as Part, Refusal, Thing};
use engine::Done;
use graphql::{Field, FieldError, Input as Value, Object, Out};

use crate::answer::{Answer, UserError};
use crate::data::Data;
use crate::id::gid;
use crate::mutation::{Input, Kind, Planned, plain, required_id};
use crate::order::OrderNode;
use crate::words::{self, missing};

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
    let pay_back = match pay_back(field) {
        Ok(pay_back) => pay_back,
        Err(error) => return Input::Refused(kind, vec![error]),
    };
    let restock = field.arg("restock").and_then(Value::as_bool).unwrap_or(false);
    let command = Command::CancelOrder(CancelOrder {
        order,
        reason: reason.unwrap_or(CancelReason::Other),
        note: field.str_arg("staffNote").map(str::to_owned),
        restock: if restock { Restock::Yes } else { Restock::No },
        pay_back,
        notify_buyer: field.arg("notifyCustomer").and_then(Value::as_bool).unwrap_or(false),
    });
    Input::Planned(Box::new(Planned { command, kind }))
}

/// What becomes of the money: by the older flag, or by one of the two ways.
fn pay_back(field: &Field<'_>) -> Result<PayBack, UserError> {
    if field.arg("refund").and_then(Value::as_bool).unwrap_or(false) {
        return Ok(PayBack::AsPaid);
    }
    let Some(method) = field.arg("refundMethod").filter(|method| !method.is_null()) else {
        return Ok(PayBack::Nothing);
    };
    if let Some(credit) = method.get("storeCreditRefund").filter(|credit| !credit.is_null()) {
        let text = credit.get("expiresAt").and_then(Value::as_str);
        let until = text.map(|text| words::parse_time(text).ok_or(text)).transpose();
        let until = until.map_err(|text| {
            let path = "refundMethod.storeCreditRefund.expiresAt";
            UserError::at(path, format!("{text} is not a time")).code("INVALID")
        })?;
        return Ok(PayBack::StoreCredit(until));
    }
    let back = method.get("originalPaymentMethodsRefund").and_then(Value::as_bool).unwrap_or(false);
    Ok(if back { PayBack::AsPaid } else { PayBack::Nothing })
}

fn order_done(done: &Done) -> Vec<(&'static str, Answer)> {
    match done.outcome {
        Outcome::Order(id) => vec![("job", Answer::Job(id.0)), ("jobResult", Answer::Cancelled(id))],
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
        Refusal::NoBuyer(_) => {
            let error = UserError::at("refundMethod.storeCreditRefund", plain(refusal).message);
            return vec![error.code("STORE_CREDIT_REFUND_MISSING_CUSTOMER")];
        }
        Refusal::TimePassed => {
            let path = "refundMethod.storeCreditRefund.expiresAt";
            let error = UserError::at(path, "The expiration date must be in the future.");
            return vec![error.code("STORE_CREDIT_REFUND_EXPIRATION_IN_PAST")];
        }
        other => UserError { field: Some(vec!["orderId".to_owned()]), ..plain(other) },
    };
    vec![error.code("INVALID")]
}

/// What became of calling an order off. It is done at once, so there is no other than a good end.
pub(crate) struct CancelJobResult<'d> {
    pub(crate) data: &'d Data,
    pub(crate) order: &'d Order,
}

impl Object for CancelJobResult<'_> {
    fn type_name(&self) -> &'static str {
        "OrderCancelJobResult"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        let Self { data, order } = *self;
        Ok(match field.name() {
            "done" => Out::Bool(true),
            "errors" => Out::List(Vec::new()),
            "id" => Out::from(gid("OrderCancelJobResult", order.id.0)),
            "order" => Out::object(OrderNode { data, order }),
            "status" => Out::from("SUCCEEDED"),
            other => return Err(missing("OrderCancelJobResult", other)),
        })
    }
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
