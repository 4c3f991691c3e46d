//! `FulfillmentOrderLineItem`: what is to be done, what it costs, and what a service found wrong with it.

use domain::fulfillment_order::{FulfillmentOrder, FulfillmentOrderLine};
use domain::money::Minor;
use domain::order::{Order, OrderLine};
use domain::rejection::RejectionReason;
use graphql::{Field, FieldError, Object, Out};

use crate::data::Data;
use crate::id::gid;
use crate::line_item::{self, LineItem};
use crate::order::OrderNode;
use crate::product::{ImageNode, VariantNode};
use crate::words::{self, MoneyBag, Weight, missing, text};

/// A line of a fulfillment order.
#[derive(Clone, Copy)]
pub(crate) struct WorkLine<'d> {
    pub(crate) data: &'d Data,
    pub(crate) order: &'d Order,
    pub(crate) work: &'d FulfillmentOrder,
    pub(crate) line: &'d FulfillmentOrderLine,
}

impl Object for WorkLine<'_> {
    fn type_name(&self) -> &'static str {
        "FulfillmentOrderLineItem"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        let Self { data, order, work, line } = *self;
        let gone = || FieldError::new("The line item is gone").code("INTERNAL_SERVER_ERROR");
        let of = order.line(line.order_line).ok_or_else(gone)?;
        let article = &of.article;
        let variant = || article.variant.and_then(|id| data.variants.get(&id));
        Ok(match field.name() {
            "financialSummaries" => Out::objects([Summary { order, line, of }]),
            "id" => Out::from(gid("FulfillmentOrderLineItem", line.id.0)),
            "image" => {
                let product = article.product.and_then(|id| data.products.get(&id));
                Out::maybe(product.and_then(ImageNode::of))
            }
            "inventoryItemId" => {
                article.variant.map_or(Out::Null, |id| Out::from(gid("InventoryItem", id.0)))
            }
            "lineItem" => Out::object(LineItem { data, order, line: of }),
            "originalUnitPriceSet" => Out::object(MoneyBag(article.unit_price, order.placed.currency)),
            "productTitle" => Out::from(&article.title),
            "remainingQuantity" => Out::Int(line.remaining()),
            "requiresShipping" => Out::Bool(article.requires_shipping),
            // What isn't shipped has no part in how the rest is.
            "shippingLine" if article.requires_shipping => {
                Out::maybe(OrderNode { data, order }.shipping_lines().next())
            }
            "shippingLine" => Out::Null,
            "sku" => text(&article.sku),
            "totalQuantity" => Out::Int(line.total),
            "variant" => Out::maybe(variant().map(|variant| VariantNode { data, variant })),
            "variantTitle" => text(&article.variant_title),
            "vendor" => text(&article.vendor),
            "warnings" => Out::objects(self.warnings(work)),
            "weight" => Out::object(Weight(article.grams)),
            other => return Err(missing("FulfillmentOrderLineItem", other)),
        })
    }
}

impl<'d> WorkLine<'d> {
    /// What the service said of this line when it declined the work.
    fn warnings(&self, work: &'d FulfillmentOrder) -> impl Iterator<Item = Warning<'d>> {
        let id = self.line.id;
        work.rejection().into_iter().flat_map(move |why| {
            let title = words::rejection_reason(why.reason.unwrap_or(RejectionReason::Other)).1;
            let own = why.lines.iter().filter(move |(line, _)| *line == id);
            own.map(move |(_, description)| Warning { title, description })
        })
    }
}

/// What the units of a line cost. Units of one line all cost the same here, so there is one of it.
#[derive(Clone, Copy)]
pub(crate) struct Summary<'d> {
    pub(crate) order: &'d Order,
    pub(crate) line: &'d FulfillmentOrderLine,
    pub(crate) of: &'d OrderLine,
}

impl Summary<'_> {
    /// The price of a unit after discounts.
    pub(crate) fn discounted(&self) -> Minor {
        line_item::discounted(self.of, 1)
    }

    /// What discounts take off a unit, if anything.
    pub(crate) fn discount(&self) -> Option<Minor> {
        (self.of.article.discount > 0).then(|| self.of.article.unit_price - self.discounted())
    }
}

impl Object for Summary<'_> {
    fn type_name(&self) -> &'static str {
        "FulfillmentOrderLineItemFinancialSummary"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        let currency = self.order.placed.currency;
        Ok(match field.name() {
            "approximateDiscountedUnitPriceSet" => Out::object(MoneyBag(self.discounted(), currency)),
            "discountAllocations" => {
                Out::objects(self.discount().map(|amount| Allocation(MoneyBag(amount, currency))))
            }
            "originalUnitPriceSet" => Out::object(MoneyBag(self.of.article.unit_price, currency)),
            "quantity" => Out::Int(self.line.total),
            other => return Err(missing("FulfillmentOrderLineItemFinancialSummary", other)),
        })
    }
}

/// What a discount takes off a unit.
struct Allocation(MoneyBag);

impl Object for Allocation {
    fn type_name(&self) -> &'static str {
        "FinancialSummaryDiscountAllocation"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        Ok(match field.name() {
            "approximateAllocatedAmountPerItem" => Out::Ref(&self.0),
            "discountApplication" => Out::object(Application),
            other => return Err(missing("FinancialSummaryDiscountAllocation", other)),
        })
    }
}

/// How discounts of lines apply here: to the lines, spread over their units.
struct Application;

impl Object for Application {
    fn type_name(&self) -> &'static str {
        "FinancialSummaryDiscountApplication"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        Ok(match field.name() {
            "allocationMethod" => Out::from("ACROSS"),
            "targetSelection" => Out::from("EXPLICIT"),
            "targetType" => Out::from("LINE_ITEM"),
            other => return Err(missing("FinancialSummaryDiscountApplication", other)),
        })
    }
}

struct Warning<'d> {
    title: &'static str,
    description: &'d Option<String>,
}

impl Object for Warning<'_> {
    fn type_name(&self) -> &'static str {
        "FulfillmentOrderLineItemWarning"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        Ok(match field.name() {
            "description" => text(self.description),
            "title" => Out::from(self.title),
            other => return Err(missing("FulfillmentOrderLineItemWarning", other)),
        })
    }
}
