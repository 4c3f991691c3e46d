//! `OrderTransaction`: a movement of money for an order, and `orderMarkAsPaid`, which makes one.

use domain::command::Command;
use domain::decide::Outcome;
use domain::id::{LocationId, OrderId};
use domain::order::Order;
use domain::payment::{self, Transaction, TransactionKind};
use domain::refusal::{Refusal, Thing};
use engine::Done;
use graphql::{Field, FieldError, Input as Value, Object, Out};

use crate::answer::{Answer, UserError};
use crate::data::Data;
use crate::id::{gid, of_kind};
use crate::location::LocationNode;
use crate::mutation::{Input, Kind, Planned, invalid_id, plain};
use crate::words::{self, MoneyBag, missing, text};

/// A movement of money.
pub(crate) struct TransactionNode<'d> {
    pub(crate) data: &'d Data,
    pub(crate) order: &'d Order,
    pub(crate) transaction: &'d Transaction,
}

impl TransactionNode<'_> {
    /// Whether something of it may still be captured.
    pub(crate) fn capturable(&self) -> bool {
        self.transaction.kind == TransactionKind::Authorization
            && self.order.cancelled.is_none()
            && payment::unused(&self.order.placed.transactions, self.transaction) > 0
    }
}

impl Object for TransactionNode<'_> {
    fn type_name(&self) -> &'static str {
        "OrderTransaction"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        let Self { data, order, transaction } = *self;
        Ok(match field.name() {
            "amountSet" => Out::object(MoneyBag(transaction.amount, order.placed.currency)),
            // What providers say beyond yes and no is not kept.
            "authorizationCode" | "authorizationExpiresAt" | "errorCode" => Out::Null,
            "createdAt" | "processedAt" => Out::from(words::time(transaction.at)),
            "gateway" | "formattedGateway" => text(&transaction.gateway),
            "id" => Out::from(gid("OrderTransaction", transaction.id.0)),
            "kind" => Out::from(words::transaction_kind(transaction.kind)),
            "location" => {
                let said = transaction.till.as_deref().and_then(|till| till.location.as_deref());
                let location = said.and_then(|gid| of_kind("Location", gid)).map(LocationId);
                let location = location.and_then(|id| data.location(id));
                Out::maybe(location.map(|location| LocationNode { data, location }))
            }
            "manuallyCapturable" => Out::Bool(self.capturable()),
            "parentTransaction" => {
                Out::maybe(
                    payment::parent(&order.placed.transactions, transaction)
                        .map(|transaction| TransactionNode { data, order, transaction }),
                )
            }
            "status" => Out::from(words::transaction_status(transaction.status)),
            "totalUnsettledSet" if transaction.kind == TransactionKind::Authorization => {
                let left = payment::unused(&order.placed.transactions, transaction);
                Out::object(MoneyBag(left, order.placed.currency))
            }
            "totalUnsettledSet" => Out::Null,
            other => return Err(missing("OrderTransaction", other)),
        })
    }
}

/// `orderMarkAsPaid`.
pub(crate) fn mark_as_paid(field: &Field<'_>) -> Input {
    let id = field.arg("input").and_then(|input| input.get("id")).and_then(Value::as_str);
    let gid = id.unwrap_or_default();
    let Some(id) = of_kind("Order", gid) else { return Input::Failed(invalid_id(gid)) };
    let kind = Kind { payload: "OrderMarkAsPaidPayload", errors: "UserError", done, refused };
    Input::Planned(Box::new(Planned { command: Command::MarkPaid(OrderId(id)), kind }))
}

fn done(done: &Done) -> Vec<(&'static str, Answer)> {
    match done.outcome {
        Outcome::Order(id) => vec![("order", Answer::Order(id))],
        _ => Vec::new(),
    }
}

fn refused(refusal: &Refusal, _: &Command) -> Vec<UserError> {
    vec![match refusal {
        Refusal::Unknown(Thing::Order(_)) => UserError::at("id", "Order does not exist"),
        Refusal::NothingDue(_) => UserError::at("id", plain(refusal).message),
        other => plain(other),
    }]
}
