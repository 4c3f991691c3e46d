//! `Refund`: units of an order that were given up, and the money that went back for them.

use domain::command::Restock;
use domain::money::Minor;
use domain::order::Order;
use domain::payment::Transaction;
use domain::refund::{Refund, RefundLine};
use graphql::{Field, FieldError, Object, Out};

use crate::data::Data;
use crate::id::gid;
use crate::line_item::{LineItem, discounted};
use crate::location::LocationNode;
use crate::order::OrderNode;
use crate::page::{Connection, Row, names};
use crate::transaction::TransactionNode;
use crate::words::{self, MoneyBag, MoneyV2, missing, text};

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
        let amount = || refund.amount(&order.placed.transactions);
        Ok(match field.name() {
            // Nothing of a refund changes once it was made.
            "createdAt" | "processedAt" | "updatedAt" => Out::from(words::time(refund.at)),
            "id" => Out::from(gid("Refund", refund.id.0)),
            "legacyResourceId" => Out::from(refund.id.0.to_string()),
            "note" => text(&refund.note),
            "order" => Out::object(OrderNode { data, order }),
            "refundLineItems" => {
                let row = |line: &'a RefundLine| Row::new(line.id.0, RefundLineNode { data, order, line });
                let rows = refund.lines.iter().map(row).collect();
                Out::object(Connection::of_all(names!("RefundLineItem"), rows, field)?)
            }
            "totalRefunded" => Out::object(MoneyV2(amount(), order.placed.currency)),
            "totalRefundedSet" => Out::object(MoneyBag(amount(), order.placed.currency)),
            "transactions" => {
                let row = |transaction: &'a Transaction| {
                    Row::new(transaction.id.0, TransactionNode { data, order, transaction })
                };
                let all = order.placed.transactions.iter();
                let rows = all.filter(|one| refund.transactions.contains(&one.id)).map(row).collect();
                Out::object(Connection::of_all(names!("OrderTransaction"), rows, field)?)
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

/// What the units of a line cost after the line's own discounts, and the tax on that.
pub(crate) fn cost(order: &Order, of: &RefundLine) -> (Minor, Minor) {
    let item = order.line(of.order_line);
    item.map_or((0, 0), |item| (discounted(item, of.quantity), item.tax_of(of.quantity)))
}

impl RefundLineNode<'_> {
    fn amount(&self, name: &str) -> Option<Minor> {
        Some(match name {
            "price" => self.order.line(self.line.order_line)?.article.unit_price,
            "subtotal" => cost(self.order, self.line).0,
            "totalTax" => cost(self.order, self.line).1,
            _ => return None,
        })
    }
}

impl Object for RefundLineNode<'_> {
    fn type_name(&self) -> &'static str {
        "RefundLineItem"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        let Self { data, order, line } = *self;
        let currency = order.placed.currency;
        if let Some(amount) = field.name().strip_suffix("Set").and_then(|name| self.amount(name)) {
            return Ok(Out::object(MoneyBag(amount, currency)));
        }
        if let Some(amount) = self.amount(field.name()) {
            return Ok(Out::from(words::amount(amount, currency)));
        }
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
