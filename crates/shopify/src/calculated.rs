//! `CalculatedOrder` and its lines: an order as it would be if what was drafted were done.

use domain::draft::{Draft, DraftChange};
use domain::order::{Order, OrderLine};
use domain::status;
use graphql::{Field, FieldError, Object, Out};

use crate::data::Data;
use crate::id::{self, gid};
use crate::order::OrderNode;
use crate::page::{Connection, Row, names};
use crate::product::VariantNode;
use crate::words::{MoneyBag, missing, text};

/// A draft of an edit, with the order as it is and as it would be.
#[derive(Debug)]
pub(crate) struct Drafted {
    pub(crate) draft: Draft,
    order: Order,
    after: Order,
}

impl Drafted {
    pub(crate) fn new(draft: Draft, order: &Order) -> Self {
        let after = draft.applied(order);
        Self { draft, order: order.clone(), after }
    }

    /// The lines as they would be.
    pub(crate) fn lines(&self) -> impl Iterator<Item = &OrderLine> {
        self.after.lines.iter()
    }

    /// The line of that id, as it would be.
    pub(crate) fn line(&self, id: domain::id::OrderLineId) -> Option<&OrderLine> {
        self.after.line(id)
    }
}

/// An order as it would be.
pub(crate) struct CalculatedOrder<'d> {
    pub(crate) data: &'d Data,
    pub(crate) drafted: &'d Drafted,
}

impl Object for CalculatedOrder<'_> {
    fn type_name(&self) -> &'static str {
        "CalculatedOrder"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        let Self { data, drafted } = *self;
        let Drafted { draft, order, after } = drafted;
        let lines = |added: bool| {
            let rows = after.lines.iter().filter(|line| draft.adds(line.id) == added);
            let row = |line: &'a OrderLine| Row::new(line.id.0, CalculatedLine { data, drafted, line });
            Connection::of_all(names!("CalculatedLineItem"), rows.map(row).collect(), field)
        };
        Ok(match field.name() {
            "addedLineItems" => Out::object(lines(true)?),
            // What was done is forgotten.
            "committed" => Out::Bool(false),
            "id" => Out::from(gid("CalculatedOrder", draft.id.0)),
            "lineItems" => Out::object(lines(false)?),
            "notificationPreviewTitle" => Out::from(format!("Order {} has been updated", order.name)),
            "originalOrder" => Out::object(OrderNode { data, order }),
            "subtotalLineItemsQuantity" => {
                Out::Int(after.lines.iter().map(|line| after.current_quantity(line.id)).sum())
            }
            "totalPriceSet" => {
                Out::object(MoneyBag(status::current_totals(after).total, after.placed.currency))
            }
            other => return Err(missing("CalculatedOrder", other)),
        })
    }
}

/// A line of an order as it would be.
pub(crate) struct CalculatedLine<'d> {
    pub(crate) data: &'d Data,
    pub(crate) drafted: &'d Drafted,
    pub(crate) line: &'d OrderLine,
}

impl Object for CalculatedLine<'_> {
    fn type_name(&self) -> &'static str {
        "CalculatedLineItem"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        let Self { data, drafted: Drafted { draft, order, after }, line } = *self;
        let article = &line.article;
        let added = draft.adds(line.id);
        let asked = after.current_quantity(line.id);
        let by = asked - order.current_quantity(line.id);
        Ok(match field.name() {
            "editableQuantity" if added => Out::Int(asked),
            "editableQuantity" => Out::Int(order.editable_quantity(line.id) + by),
            "editableQuantityBeforeChanges" => Out::Int(order.editable_quantity(line.id)),
            "hasStagedLineItemDiscount" => Out::Bool(false),
            "id" if added => Out::from(format!("gid://shopify/CalculatedLineItem/{}", id::uuid(line.id.0))),
            "id" => Out::from(gid("CalculatedLineItem", line.id.0)),
            "originalUnitPriceSet" => Out::object(MoneyBag(article.unit_price, after.placed.currency)),
            "quantity" => Out::Int(asked),
            "restockable" => Out::Bool(!added && article.is_counted()),
            "restocking" => Out::Bool(
                by < 0
                    && matches!(
                        draft.change_of(line.id),
                        Some(DraftChange::Set { restock: domain::command::Restock::Yes, .. })
                    ),
            ),
            "sku" => text(&article.sku),
            "title" => Out::from(&article.title),
            "variant" => Out::maybe(
                article
                    .variant
                    .and_then(|id| data.variants.get(&id))
                    .map(|variant| VariantNode { data, variant }),
            ),
            "variantTitle" => text(&article.variant_title),
            other => return Err(missing("CalculatedLineItem", other)),
        })
    }
}

/// What keeps the steps of an edit together; it has the number of its calculated order.
pub(crate) struct EditSession(pub(crate) i64);

impl Object for EditSession {
    fn type_name(&self) -> &'static str {
        "OrderEditSession"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        Ok(match field.name() {
            "id" => Out::from(gid("OrderEditSession", self.0)),
            other => return Err(missing("OrderEditSession", other)),
        })
    }
}
