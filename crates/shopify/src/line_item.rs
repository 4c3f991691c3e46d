//! `LineItem`: a line of an order.

use domain::order::{Order, OrderLine};
use graphql::{Field, FieldError, Object, Out};

use crate::data::Data;
use crate::discount;
use crate::id::gid;
use crate::order::Tax;
use crate::product::{ImageNode, ProductNode, VariantNode};
use crate::service::ServiceNode;
use crate::words::{self, Attribute, MoneyBag, Weight, missing, text};

/// A line of an order.
#[derive(Clone, Copy)]
pub(crate) struct LineItem<'d> {
    pub(crate) data: &'d Data,
    pub(crate) order: &'d Order,
    pub(crate) line: &'d OrderLine,
}

impl LineItem<'_> {
    /// The line's discounted price for so many of its units; the parts of all its units sum to the whole.
    pub(crate) fn discounted(&self, units: i64) -> i64 {
        discounted(self.line, units)
    }

    /// The line's price without discounts for so many of its units.
    pub(crate) fn original(&self, units: i64) -> i64 {
        self.line.article.unit_price.saturating_mul(units)
    }

    /// The price of one unit with its share of the discounts on the order as a whole, which lines bear by their prices.
    fn discounted_by_all(&self) -> i64 {
        let all = self.order.placed.discounts.iter().map(|discount| discount.amount);
        let all = all.fold(0, i64::saturating_add);
        let place = self.order.lines.iter().position(|line| line.id == self.line.id);
        let shares = domain::money::allocate(all, &discount::prices(self.order));
        let share = place.and_then(|place| shares.get(place)).copied().unwrap_or(0);
        let rest = (self.line.quantity - 1).max(0) as u64;
        domain::money::allocate(discount::price(self.line).saturating_sub(share), &[1, rest])[0]
    }

    fn amount(&self, name: &str) -> Option<i64> {
        let (line, order) = (self.line, self.order);
        let left = || order.current_quantity(line.id) - order.fulfilled_quantity(line.id);
        Some(match name {
            "discountedTotal" => self.discounted(line.quantity),
            "discountedUnitPrice" => self.discounted(1),
            "discountedUnitPriceAfterAllDiscounts" => self.discounted_by_all(),
            "originalTotal" => self.original(line.quantity),
            "originalUnitPrice" => line.article.unit_price,
            "totalDiscount" => line.article.discount,
            "unfulfilledDiscountedTotal" => self.discounted(left()),
            "unfulfilledOriginalTotal" => self.original(left()),
            _ => return None,
        })
    }
}

impl Object for LineItem<'_> {
    fn type_name(&self) -> &'static str {
        "LineItem"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        let Self { data, order, line } = *self;
        let (article, currency, id) = (&line.article, order.placed.currency, line.id);
        let name = field.name();
        if let Some(amount) = name.strip_suffix("Set").and_then(|name| self.amount(name)) {
            return Ok(Out::object(MoneyBag(amount, currency)));
        }
        Ok(match name {
            "currentQuantity" => Out::Int(order.current_quantity(id)),
            "customAttributes" => Out::objects(article.properties.iter().map(Attribute)),
            "discountedTotal" | "discountedUnitPrice" | "originalTotal" | "originalUnitPrice" => {
                Out::from(words::amount(self.amount(name).unwrap_or_default(), currency))
            }
            "discountAllocations" => Out::objects(discount::of_line(order, line)),
            // Nothing here knows of duties, bundles or subscriptions.
            "duties" => Out::List(Vec::new()),
            "lineItemGroup" | "sellingPlan" => Out::Null,
            "fulfillmentService" => match article.pinned_to {
                None => Out::object(ServiceNode::manual(data)),
                Some(id) => Out::maybe(data.service(id).map(|service| ServiceNode::of(data, service))),
            },
            "fulfillableQuantity" => Out::Int(order.fulfillable_quantity(id)),
            "fulfillmentStatus" => Out::from(status(order, line)),
            "id" => Out::from(gid("LineItem", id.0)),
            "image" => {
                let product = article.product.and_then(|id| data.products.get(&id));
                Out::maybe(product.and_then(ImageNode::of))
            }
            "isGiftCard" => Out::Bool(article.gift_card),
            "merchantEditable" => Out::Bool(order.cancelled.is_none() && order.editable_quantity(id) > 0),
            "name" => Out::from(full_name(&article.title, &article.variant_title)),
            "nonFulfillableQuantity" => Out::Int(line.quantity - order.fulfillable_quantity(id)),
            "product" => Out::maybe(
                article
                    .product
                    .and_then(|id| data.products.get(&id))
                    .map(|product| ProductNode { data, product }),
            ),
            "quantity" => Out::Int(line.quantity),
            // Units that were given up need no refund, whether they were paid or not.
            "refundableQuantity" => Out::Int(order.current_quantity(id)),
            "requiresShipping" => Out::Bool(article.requires_shipping),
            "restockable" => Out::Bool(restockable(order, line)),
            "sku" => text(&article.sku),
            "taxLines" => Out::objects(article.tax_lines.iter().map(|tax| Tax(tax, currency))),
            "taxable" => Out::Bool(article.taxable),
            "title" => Out::from(&article.title),
            "unfulfilledQuantity" => Out::Int(order.current_quantity(id) - order.fulfilled_quantity(id)),
            "variant" => Out::maybe(
                article
                    .variant
                    .and_then(|id| data.variants.get(&id))
                    .map(|variant| VariantNode { data, variant }),
            ),
            "variantTitle" => text(&article.variant_title),
            "vendor" => text(&article.vendor),
            "weight" => Out::object(Weight(article.grams)),
            other => return Err(missing("LineItem", other)),
        })
    }
}

fn status(order: &Order, line: &OrderLine) -> &'static str {
    let (current, fulfilled) = (order.current_quantity(line.id), order.fulfilled_quantity(line.id));
    if fulfilled == 0 {
        "unfulfilled"
    } else if fulfilled < current {
        "partial"
    } else {
        "fulfilled"
    }
}

/// Whether units of a line could go back to stock.
pub(crate) fn restockable(order: &Order, line: &OrderLine) -> bool {
    line.article.is_counted() && order.current_quantity(line.id) > 0
}

/// A line's discounted price for so many of its units; the parts of all its units sum to the whole.
pub(crate) fn discounted(line: &OrderLine, units: i64) -> i64 {
    let article = &line.article;
    let whole = article.unit_price.saturating_mul(line.quantity) - article.discount;
    let rest = (line.quantity - units).max(0) as u64;
    domain::money::allocate(whole, &[units.max(0) as u64, rest])[0]
}

/// The title with the variant's behind it.
pub(crate) fn full_name(title: &str, variant_title: &Option<String>) -> String {
    match variant_title {
        Some(variant) if !variant.is_empty() => format!("{title} - {variant}"),
        _ => title.to_owned(),
    }
}
