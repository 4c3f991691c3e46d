//! `Refund`: units of an order that were given up, and the money that went back for them.

use domain::command::Restock;
use domain::order::Order;
use domain::refund::{Refund, RefundLine};
use graphql::{Field, FieldError, Object, Out};

use crate::data::Data;
use crate::id::gid;
use crate::line_item::LineItem;
use crate::location::LocationNode;
use crate::page::{Connection, Row, names};
use crate::words::{self, MoneyBag, missing, text};

/// A refund of an order.
pub(crate) struct RefundNode<'d> {
    pub(crate) data: &'d Data,
    pub(crate) order: &'d Order,
    pub(crate) refund: &'d Refund,
}

impl Object for RefundNode<'_> {
    fn type_name(&self) -> &'static str {
        "Refund"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        let Self { data, order, refund } = *self;
        Ok(match field.name() {
            "createdAt" => Out::from(words::time(refund.at)),
            "id" => Out::from(gid("Refund", refund.id.0)),
            "note" => text(&refund.note),
            "refundLineItems" => {
                let row = |line: &'a RefundLine| Row::new(line.id.0, RefundLineNode { data, order, line });
                let rows = refund.lines.iter().map(row).collect();
                Out::object(Connection::of_all(names!("RefundLineItem"), rows, field)?)
            }
            "totalRefundedSet" => {
                let amount = refund.amount(&order.placed.transactions);
                Out::object(MoneyBag(amount, order.placed.currency))
            }
            other => return Err(missing("Refund", other)),
        })
    }
}

struct RefundLineNode<'d> {
    data: &'d Data,
    order: &'d Order,
    line: &'d RefundLine,
}

/// What became of units that were given up before they shipped.
pub(crate) fn restock_type(restock: Restock) -> &'static str {
    match restock {
        Restock::Yes => "CANCEL",
        Restock::No => "NO_RESTOCK",
    }
}

impl Object for RefundLineNode<'_> {
    fn type_name(&self) -> &'static str {
        "RefundLineItem"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        let Self { data, order, line } = *self;
        Ok(match field.name() {
            "id" => Out::from(gid("RefundLineItem", line.id.0)),
            "lineItem" => Out::maybe(order.line(line.order_line).map(|line| LineItem { data, order, line })),
            "location" => Out::maybe(
                line.location
                    .and_then(|id| data.location(id))
                    .map(|location| LocationNode { data, location }),
            ),
            "quantity" => Out::Int(line.quantity),
            "restockType" => Out::from(restock_type(line.restock)),
            "restocked" => Out::Bool(line.restock == Restock::Yes),
            other => return Err(missing("RefundLineItem", other)),
        })
    }
}
