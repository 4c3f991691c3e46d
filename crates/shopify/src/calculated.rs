//! `CalculatedOrder` and its lines: an order as it would be if what was drafted were done.

use domain::draft::{Draft, DraftChange};
use domain::money::{self, Minor};
use domain::order::{Order, OrderLine, TaxLine};
use domain::{payment, status};
use graphql::{Field, FieldError, Object, Out};

use crate::data::Data;
use crate::discount;
use crate::id::{self, gid};
use crate::line_item::discounted;
use crate::order::{OrderNode, Shipping, Tax};
use crate::page::{Connection, Row, names};
use crate::product::{ImageNode, VariantNode};
use crate::search::{self, Context, Fact};
use crate::words::{Attribute, MoneyBag, missing, text};

mod staged;

/// A draft of an edit, with the order as it is and as it would be.
#[derive(Debug)]
pub(crate) struct Drafted {
    pub(crate) draft: Draft,
    order: Order,
    after: Order,
    /// The taxes of the order as it would be, for the units that would be asked for.
    taxes: Vec<TaxLine>,
}

impl Drafted {
    pub(crate) fn new(draft: Draft, order: &Order) -> Self {
        let after = draft.applied(order);
        let taxes = taxes(&after);
        Self { draft, order: order.clone(), after, taxes }
    }

    /// What the discounts on the order as a whole would take off.
    fn off_the_whole(&self) -> Minor {
        let after = &self.after;
        let on_line = |line: &OrderLine| part_of(after, line, line.article.discount);
        let on_lines = after.lines.iter().map(on_line).fold(0, Minor::saturating_add);
        status::current_totals(after).discounts.saturating_sub(on_lines)
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

/// The part of a line's amount that belongs to the units that are asked for.
fn part_of(order: &Order, line: &OrderLine, amount: Minor) -> Minor {
    let now = order.current_quantity(line.id).clamp(0, line.quantity);
    money::allocate(amount, &[now as u64, (line.quantity - now) as u64])[0]
}

fn taxes(order: &Order) -> Vec<TaxLine> {
    let placed = &order.placed;
    let of_lines = order.lines.iter().flat_map(|line| {
        line.article
            .tax_lines
            .iter()
            .map(|tax| TaxLine { amount: part_of(order, line, tax.amount), ..tax.clone() })
    });
    let of_shipping = placed.shipping_lines.iter().flat_map(|line| &line.tax_lines);
    placed.tax_lines.iter().chain(of_shipping).cloned().chain(of_lines).collect()
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
        let Drafted { draft, order, after, taxes } = drafted;
        let currency = after.placed.currency;
        let context = Context::new(&data.shop, data.now);
        let search = search::parse(field.str_arg("query").unwrap_or_default());
        let search = search.for_fields(&["editable", "id"], &context);
        let lines = |added: bool| {
            let found = |line: &CalculatedLine<'_>| search.matches(&|name| line.fact(name));
            let rows = after.lines.iter().filter(|line| draft.adds(line.id) == added);
            let rows = rows.filter(|line| found(&CalculatedLine { data, drafted, line }));
            let row = |line: &'a OrderLine| Row::new(line.id.0, CalculatedLine { data, drafted, line });
            Connection::of_all(names!("CalculatedLineItem"), rows.map(row).collect(), field)
        };
        Ok(match field.name() {
            "addedLineItems" => Out::object(lines(true)?),
            "cartDiscountAmountSet" => Out::object(MoneyBag(drafted.off_the_whole(), currency)),
            // What was done is forgotten.
            "committed" => Out::Bool(false),
            "id" => Out::from(gid("CalculatedOrder", draft.id.0)),
            "lineItems" => Out::object(lines(false)?),
            "notificationPreviewTitle" => Out::from(format!("Order {} has been updated", order.name)),
            "originalOrder" => Out::object(OrderNode { data, order }),
            "shippingLines" => {
                Out::objects(OrderNode { data, order: after }.shipping_lines().map(CalculatedShipping))
            }
            "stagedChanges" => {
                let rows = staged::rows(data, drafted);
                Out::object(Connection::of_all(names!("OrderStagedChange"), rows, field)?)
            }
            "subtotalLineItemsQuantity" => {
                Out::Int(after.lines.iter().map(|line| after.current_quantity(line.id)).sum())
            }
            "subtotalPriceSet" => Out::object(MoneyBag(status::current_totals(after).subtotal, currency)),
            "taxLines" => Out::objects(taxes.iter().map(|tax| Tax(tax, currency))),
            "totalOutstandingSet" => {
                let balance = payment::balance(&after.placed.transactions);
                let received = balance.captured.saturating_sub(balance.refunded);
                let left = status::current_totals(after).total.saturating_sub(received);
                Out::object(MoneyBag(left, currency))
            }
            "totalPriceSet" => Out::object(MoneyBag(status::current_totals(after).total, currency)),
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

impl CalculatedLine<'_> {
    /// How many of its units the edit may still change.
    fn editable(&self) -> i64 {
        let Drafted { draft, order, after, .. } = self.drafted;
        let asked = after.current_quantity(self.line.id);
        match draft.adds(self.line.id) {
            true => asked,
            false => order.editable_quantity(self.line.id) + asked - order.current_quantity(self.line.id),
        }
    }

    fn fact(&self, name: &str) -> Fact<'_> {
        match name {
            "editable" => Fact::Flag(self.editable() > 0),
            "id" => Fact::Number(self.line.id.0),
            _ => Fact::Words(vec![&self.line.article.title]),
        }
    }
}

impl Object for CalculatedLine<'_> {
    fn type_name(&self) -> &'static str {
        "CalculatedLineItem"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        let Self { data, drafted, line } = *self;
        let Drafted { draft, order, after, .. } = drafted;
        let (article, currency) = (&line.article, after.placed.currency);
        let added = draft.adds(line.id);
        let asked = after.current_quantity(line.id);
        let by = asked - order.current_quantity(line.id);
        let uneditable = || discounted(line, asked - self.editable());
        Ok(match field.name() {
            "customAttributes" => Out::objects(article.properties.iter().map(Attribute)),
            "discountAllocations" => Out::objects(discount::of_line(after, line)),
            "discountedUnitPriceSet" => Out::object(MoneyBag(discounted(line, 1), currency)),
            "editableQuantity" => Out::Int(self.editable()),
            "editableSubtotalSet" => Out::object(MoneyBag(discounted(line, asked) - uneditable(), currency)),
            "editableQuantityBeforeChanges" => Out::Int(order.editable_quantity(line.id)),
            "hasStagedLineItemDiscount" => Out::Bool(false),
            "id" if added => Out::from(format!("gid://shopify/CalculatedLineItem/{}", id::uuid(line.id.0))),
            "id" => Out::from(gid("CalculatedLineItem", line.id.0)),
            "image" => {
                let product = article.product.and_then(|id| data.products.get(&id));
                Out::maybe(product.and_then(ImageNode::of))
            }
            "originalUnitPriceSet" => Out::object(MoneyBag(article.unit_price, currency)),
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
            "stagedChanges" => Out::objects(staged::of_line(data, drafted, line)),
            "title" => Out::from(&article.title),
            "uneditableSubtotalSet" => Out::object(MoneyBag(uneditable(), currency)),
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

/// A shipping line of an order as it would be: as it is, since no step of an edit changes one.
struct CalculatedShipping<'d>(Shipping<'d>);

impl Object for CalculatedShipping<'_> {
    fn type_name(&self) -> &'static str {
        "CalculatedShippingLine"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        let Shipping { id, line, order } = self.0;
        Ok(match field.name() {
            "id" => Out::from(gid("CalculatedShippingLine", id)),
            "price" => Out::object(MoneyBag(line.price, order.placed.currency)),
            "stagedStatus" => Out::from("NONE"),
            "title" => Out::from(&line.title),
            other => return Err(missing("CalculatedShippingLine", other)),
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
