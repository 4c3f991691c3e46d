//! `Order`.

use domain::actor::{Permission, visible};
use domain::fulfillment_order::FulfillmentOrder;
use domain::order::{Order, PaymentClaim, ShippingLine, TaxLine};
use domain::payment::{self, Transaction};
use domain::status::{self, Totals};
use graphql::{Field, FieldError, Object, Out};

use crate::access;
use crate::address::MailingAddress;
use crate::data::Data;
use crate::fulfillment::FulfillmentNode;
use crate::fulfillment_order::WorkNode;
use crate::id::gid;
use crate::line_item::{LineItem, restockable};
use crate::page::{Connection, Row, names};
use crate::refund::RefundNode;
use crate::shop::Count;
use crate::transaction::TransactionNode;
use crate::words::{self, Attribute, MoneyBag, MoneyV2, missing, text};

/// An order.
#[derive(Clone, Copy)]
pub(crate) struct OrderNode<'d> {
    pub(crate) data: &'d Data,
    pub(crate) order: &'d Order,
}

impl Object for OrderNode<'_> {
    fn type_name(&self) -> &'static str {
        "Order"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        let Self { data, order } = *self;
        let placed = &order.placed;
        let address = |address: &'a Option<domain::address::Address>| {
            Out::maybe(address.as_ref().map(|address| MailingAddress { address, order: order.id.0 }))
        };
        if let Some(money) = self.money(field.name()) {
            return Ok(Out::object(MoneyBag(money, placed.currency)));
        }
        Ok(match field.name() {
            "app" => Out::Null,
            "billingAddress" => address(&placed.billing_address),
            "cancelReason" => {
                order.cancelled.as_ref().map_or(Out::Null, |c| Out::from(words::cancel_reason(c.reason)))
            }
            "cancellation" => Out::maybe(order.cancelled.as_ref().map(|c| Cancellation(&c.note))),
            "cancelledAt" => words::maybe_time(order.cancelled.as_ref().map(|c| c.at)),
            "canMarkAsPaid" => Out::Bool(status::can_mark_paid(order)),
            "capturable" => Out::Bool(status::capturable(order) > 0),
            "closed" => Out::Bool(order.closed_at.is_some()),
            "closedAt" => words::maybe_time(order.closed_at),
            "confirmationNumber" => Out::from(confirmation(order.id.0)),
            "confirmed" => Out::Bool(order.routing.waiting.is_empty()),
            "createdAt" => Out::from(words::time(order.created_at)),
            "currencyCode" | "presentmentCurrencyCode" => Out::from(placed.currency.code()),
            "currentSubtotalLineItemsQuantity" => Out::Int(self.units(Order::current_quantity)),
            "currentTotalWeight" => Out::from(self.weight(Order::current_quantity).to_string()),
            "customAttributes" => Out::objects(placed.attributes.iter().map(Attribute)),
            "customerLocale" => text(&placed.locale),
            "discountCode" => placed.discounts.first().map_or(Out::Null, |d| Out::from(&d.code)),
            "discountCodes" => Out::list(placed.discounts.iter().map(|discount| &discount.code)),
            "displayAddress" => match &placed.shipping_address {
                Some(_) => address(&placed.shipping_address),
                None => address(&placed.billing_address),
            },
            "displayFinancialStatus" => {
                status::told_payment(order).map_or(Out::Null, |claim| Out::from(words::payment(claim)))
            }
            "displayFulfillmentStatus" => Out::from(words::fulfillment_status(status::fulfillment(order))),
            "edited" => Out::Bool(order.invoices.len() > 1),
            "email" => text(&placed.email),
            "fulfillable" => Out::Bool(order.lines.iter().any(|l| order.fulfillable_quantity(l.id) > 0)),
            "fulfillmentOrders" => self.works(field)?,
            "fulfillments" => self.fulfillments(field),
            "fulfillmentsCount" => Out::object(Count::exact(data.fulfillments_of(order.id).count() as i64)),
            "fullyPaid" => Out::Bool(status::payment(order) == PaymentClaim::Paid),
            "id" => Out::from(gid("Order", order.id.0)),
            "legacyResourceId" => Out::from(order.id.0.to_string()),
            "lineItems" => self.lines(field, |_| true)?,
            "merchantEditable" => Out::Bool(order.cancelled.is_none()),
            "merchantEditableErrors" => Out::list(locked(order)),
            "name" => Out::from(&order.name),
            "nonFulfillableLineItems" => self.lines(field, |line| order.fulfillable_quantity(line) == 0)?,
            "note" => text(&placed.note),
            "number" => Out::Int(order.number),
            "paymentGatewayNames" => Out::list(gateways(&placed.transactions)),
            "phone" => text(&placed.phone),
            "poNumber" => text(&placed.po_number),
            "processedAt" => Out::from(words::time(placed.processed_at)),
            "refunds" => {
                let first = field.arg("first").and_then(|arg| arg.as_int());
                let all = order.refunds.iter().take(first.map_or(usize::MAX, |n| n.max(0) as usize));
                Out::objects(all.map(|refund| RefundNode { data, order, refund }))
            }
            "requiresShipping" => Out::Bool(order.lines.iter().any(|line| line.article.requires_shipping)),
            "restockable" => Out::Bool(order.lines.iter().any(|line| restockable(order, line))),
            "shippingAddress" => address(&placed.shipping_address),
            "shippingLine" => Out::maybe(self.shipping_lines().next()),
            "shippingLines" => {
                let rows = self.shipping_lines().map(|line| Row::new(line.id, line)).collect();
                Out::object(Connection::of_all(names!("ShippingLine"), rows, field)?)
            }
            "sourceIdentifier" => text(&placed.source_identifier),
            "sourceName" => text(&placed.channel),
            "subtotalLineItemsQuantity" => Out::Int(order.lines.iter().map(|line| line.quantity).sum()),
            "tags" => Out::list(words::sorted(&placed.tags)),
            "taxLines" => Out::objects(self.taxes().map(|tax| Tax(tax, placed.currency))),
            "taxesIncluded" => Out::Bool(placed.taxes_included),
            "test" => Out::Bool(placed.test),
            "totalCapturable" => Out::from(words::amount(status::capturable(order), placed.currency)),
            "totalPrice" => Out::from(words::amount(status::totals(order).total, placed.currency)),
            "totalWeight" => {
                let of = |line: &domain::order::OrderLine| line.article.grams.saturating_mul(line.quantity);
                Out::from(order.lines.iter().map(of).fold(0i64, i64::saturating_add).to_string())
            }
            "transactions" => {
                let first = field.arg("first").and_then(|arg| arg.as_int());
                let flag = |name: &str| field.arg(name).and_then(|arg| arg.as_bool());
                let capturable = flag("capturable");
                // Nothing here waits for a person to say how it ended.
                let resolvable = flag("manuallyResolvable") == Some(true);
                let node = |transaction| TransactionNode { data, order, transaction };
                let wanted = |node: &TransactionNode<'_>| {
                    !resolvable && capturable.is_none_or(|wanted| node.capturable() == wanted)
                };
                let all = placed.transactions.iter().map(node).filter(wanted);
                Out::objects(all.take(first.map_or(usize::MAX, |n| n.max(0) as usize)))
            }
            "unpaid" => Out::Bool(
                payment::balance(&placed.transactions).captured == 0
                    && status::payment(order) != PaymentClaim::Paid,
            ),
            "updatedAt" => Out::from(words::time(order.updated_at)),
            _ => return crate::order_beside::field(self, field),
        })
    }
}

impl<'d> OrderNode<'d> {
    /// The amounts of an order.
    fn money(&self, name: &str) -> Option<i64> {
        let order = self.order;
        let Totals { subtotal, discounts, shipping, tax, total } = match name {
            n if n.ends_with("Set") => status::totals(order),
            _ => return None,
        };
        let balance = || payment::balance(&order.placed.transactions);
        let now = || status::current_totals(order);
        Some(match name {
            "subtotalPriceSet" => subtotal,
            "totalDiscountsSet" => discounts,
            "totalPriceSet" => total,
            "totalTaxSet" => tax,
            "totalShippingPriceSet" => shipping,
            "currentSubtotalPriceSet" => now().subtotal,
            "currentTotalDiscountsSet" => now().discounts,
            "currentTotalPriceSet" => now().total,
            "currentTotalTaxSet" => now().tax,
            "currentShippingPriceSet" => now().shipping,
            "netPaymentSet" => balance().captured - balance().refunded,
            "totalCapturableSet" => status::capturable(order),
            "totalOutstandingSet" => status::outstanding(order),
            "totalReceivedSet" => balance().captured,
            "totalRefundedSet" => balance().refunded,
            _ => return None,
        })
    }

    fn units(&self, of: impl Fn(&Order, domain::id::OrderLineId) -> i64) -> i64 {
        self.order.lines.iter().map(|line| of(self.order, line.id)).sum()
    }

    fn weight(&self, of: impl Fn(&Order, domain::id::OrderLineId) -> i64) -> i64 {
        let grams =
            self.order.lines.iter().map(|line| line.article.grams.saturating_mul(of(self.order, line.id)));
        grams.fold(0i64, i64::saturating_add)
    }

    fn lines<'a>(
        &'a self,
        field: &Field<'_>,
        keep: impl Fn(domain::id::OrderLineId) -> bool,
    ) -> Result<Out<'a>, FieldError> {
        let Self { data, order } = *self;
        let rows = order
            .lines
            .iter()
            .filter(|line| keep(line.id))
            .map(|line| Row::new(line.id.0, LineItem { data, order, line }))
            .collect();
        Ok(Out::object(Connection::of_all(names!("LineItem"), rows, field)?))
    }

    /// The work of the order that the caller may see.
    fn works<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        let Self { data, order } = *self;
        let some = [
            Permission::ReadMerchantWork,
            Permission::ReadAssignedWork,
            Permission::ReadThirdPartyWork,
            Permission::ReadMarketplaceWork,
        ];
        if !data.actor.may_any(&some) {
            return Err(access::denied("fulfillmentOrders", None));
        }
        let displayable = field.arg("displayable").and_then(|arg| arg.as_bool()).unwrap_or(false);
        let context = crate::search::Context::new(&data.shop, data.now);
        let search = field.str_arg("query").map(|text| crate::search::parse(text).for_work(&context));
        let shown = |fo: &&FulfillmentOrder| {
            let combined = !fo.is_open() && fo.lines.iter().all(|line| line.total == 0);
            visible(&data.actor, fo.service)
                && !(displayable && combined)
                && search.as_ref().is_none_or(|search| search.matches_work(order, fo))
        };
        let rows = order
            .fulfillment_orders
            .iter()
            .filter(shown)
            .map(|work| Row::new(work.id.0, WorkNode { data, order, work }))
            .collect();
        Ok(Out::object(Connection::of_all(names!("FulfillmentOrder"), rows, field)?))
    }

    fn fulfillments<'a>(&'a self, field: &Field<'_>) -> Out<'a> {
        let data = self.data;
        let first = field.arg("first").and_then(|arg| arg.as_int()).map_or(usize::MAX, |n| n.max(0) as usize);
        let all = data.fulfillments_of(self.order.id).take(first);
        Out::objects(all.map(|fulfillment| FulfillmentNode { data, fulfillment }))
    }

    pub(crate) fn shipping_lines(&self) -> impl Iterator<Item = Shipping<'d>> {
        let order = self.order;
        order.placed.shipping_lines.iter().enumerate().map(move |(place, line)| Shipping {
            id: shipping_line_id(order, place),
            line,
            order,
        })
    }

    fn taxes(&self) -> impl Iterator<Item = &'d TaxLine> {
        let placed = &self.order.placed;
        let of_lines = self.order.lines.iter().flat_map(|line| &line.article.tax_lines);
        placed.tax_lines.iter().chain(of_lines).chain(placed.shipping_lines.iter().flat_map(|l| &l.tax_lines))
    }
}

/// A shipping line has no id of its own in the domain; it is known by its order's and its place.
pub(crate) fn shipping_line_id(order: &Order, place: usize) -> i64 {
    order.id.0 * 16 + place as i64
}

/// Why an order can't be edited.
fn locked(order: &Order) -> Option<&'static str> {
    order.cancelled.as_ref().map(|_| "The order is canceled.")
}

/// A short code that buyers can read out, made from the order's id.
pub(crate) fn confirmation(id: i64) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    // An odd factor makes neighbours look unlike one another and loses nothing.
    let mut n = (id as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mut code = String::with_capacity(9);
    for _ in 0..9 {
        code.push(char::from(LETTERS[(n >> 59) as usize]));
        n = n.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(5);
    }
    code
}

fn gateways(transactions: &[Transaction]) -> Vec<&str> {
    let mut names: Vec<&str> = transactions.iter().filter_map(|t| t.gateway.as_deref()).collect();
    names.dedup();
    names
}

struct Cancellation<'d>(&'d Option<String>);

impl Object for Cancellation<'_> {
    fn type_name(&self) -> &'static str {
        "OrderCancellation"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        Ok(match field.name() {
            "staffNote" => text(self.0),
            other => return Err(missing("OrderCancellation", other)),
        })
    }
}

/// A tax.
pub(crate) struct Tax<'d>(pub(crate) &'d TaxLine, pub(crate) domain::money::Currency);

impl Object for Tax<'_> {
    fn type_name(&self) -> &'static str {
        "TaxLine"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        let rate = || self.0.rate.parse::<f64>().unwrap_or(0.0);
        Ok(match field.name() {
            "price" => Out::from(words::amount(self.0.amount, self.1)),
            "priceSet" => Out::object(MoneyBag(self.0.amount, self.1)),
            "rate" => Out::Float(rate()),
            // Nobody says whether the channel owes a tax, or who set it.
            "channelLiable" | "source" => Out::Null,
            "ratePercentage" => Out::Float(rate() * 100.0),
            "title" => Out::from(&self.0.title),
            other => return Err(missing("TaxLine", other)),
        })
    }
}

#[derive(Clone, Copy)]
pub(crate) struct Shipping<'d> {
    pub(crate) id: i64,
    pub(crate) line: &'d ShippingLine,
    pub(crate) order: &'d Order,
}

impl Object for Shipping<'_> {
    fn type_name(&self) -> &'static str {
        "ShippingLine"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        let currency = self.order.placed.currency;
        let bag = |amount| Out::object(MoneyBag(amount, currency));
        Ok(match field.name() {
            "code" => text(&self.line.code),
            "currentDiscountedPriceSet" if self.order.cancelled.is_some() => bag(0),
            "currentDiscountedPriceSet" | "discountedPriceSet" | "originalPriceSet" => bag(self.line.price),
            "custom" => Out::Bool(self.line.source.is_none()),
            // What a carrier service would have said; none is asked here.
            "carrierIdentifier" | "deliveryCategory" | "shippingRateHandle" => Out::Null,
            // Discounts here are on lines and on the order, never on shipping.
            "discountAllocations" => Out::List(Vec::new()),
            "discountedPrice" => Out::object(MoneyV2(self.line.price, currency)),
            "phone" => {
                let to = self.order.placed.shipping_address.as_ref();
                to.map_or(Out::Null, |address| text(&address.phone))
            }
            "id" => Out::from(gid("ShippingLine", self.id)),
            "isRemoved" => Out::Bool(false),
            "source" => text(&self.line.source),
            "taxLines" => Out::objects(self.line.tax_lines.iter().map(|tax| Tax(tax, currency))),
            "title" => Out::from(&self.line.title),
            other => return Err(missing("ShippingLine", other)),
        })
    }
}
