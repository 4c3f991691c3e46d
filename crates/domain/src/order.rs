//! Orders: what somebody asked for, and everything that follows from it but the parcels.

use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::billing::Billing;
use crate::charging::Charging;
use crate::custom_field::CustomField;
use crate::fulfillment_order::FulfillmentOrder;
use crate::id::{
    ContactId, FulfillmentOrderId, InvoiceId, InvoiceLineId, OrderId, OrderLineId, ProductId, ServiceId,
    TransactionId, VariantId,
};
use crate::invoice::{Invoice, InvoiceLine};
use crate::money::{self, Currency, Minor};
use crate::payment::Transaction;
use crate::refund::Refund;
use crate::returning::Return;
use crate::routing::Explanation;
use crate::time::Time;

/// An order. One aggregate, one row: whatever changes together is in here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Order {
    /// Its id.
    pub id: OrderId,
    /// Its running number in the shop.
    pub number: i64,
    /// What people call it (`#1001`).
    pub name: String,
    /// What was asked for and by whom.
    pub placed: Placed,
    /// What was asked for, line by line.
    pub lines: Vec<OrderLine>,
    /// What was sold, oldest first.
    pub invoices: Vec<Invoice>,
    /// How it is billed, if its money is still to come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billing: Option<Box<Billing>>,
    /// How it is charged, if its money is set aside first and taken as its units leave. Not beside billing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charging: Option<Box<Charging>>,
    /// The work, oldest first; closed ones stay.
    #[serde(default)]
    pub fulfillment_orders: Vec<FulfillmentOrder>,
    /// What was given up and paid back, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refunds: Vec<Refund>,
    /// What left and comes back, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub returns: Vec<Return>,
    /// How many fulfillments were made, cancelled ones included; numbers their names.
    #[serde(default)]
    pub fulfillments_made: i64,
    /// Where routing stands.
    pub routing: Routing,
    /// Why and when it was called off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancelled: Option<Cancellation>,
    /// When it was put away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Time>,
    /// When it was forgotten who bought it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redacted_at: Option<Time>,
    /// When it came in.
    pub created_at: Time,
    /// When it last changed.
    pub updated_at: Time,
    /// How often it was stored; guards against lost updates.
    #[serde(default)]
    pub version: i64,
}

/// What the buyer (or whoever sent the order) said, apart from the lines.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Placed {
    /// Its name where it came from; the same key never makes a second order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_key: Option<String>,
    /// The channel that it came through (`web`, `import`, …).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// The program that sent it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app: Option<crate::id::AppId>,
    /// Whether it is only a test.
    #[serde(default)]
    pub test: bool,
    /// Currency of every amount in it.
    pub currency: Currency,
    /// Whether prices contain the taxes.
    #[serde(default)]
    pub taxes_included: bool,
    /// E-mail address of the buyer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Telephone number of the buyer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// The buyer, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<ContactId>,
    /// Where it goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipping_address: Option<Address>,
    /// Who pays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billing_address: Option<Address>,
    /// How it is sent, and what that costs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shipping_lines: Vec<ShippingLine>,
    /// Taxes of the order as a whole.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tax_lines: Vec<TaxLine>,
    /// Discount code and what it takes off the order as a whole.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub discounts: Vec<Discount>,
    /// Money that moved.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transactions: Vec<Transaction>,
    /// What whoever sent it says about the money, where no transaction tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_claim: Option<PaymentClaim>,
    /// A note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Labels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Named values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<(String, String)>,
    /// Values that programs keep with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub custom_fields: Vec<CustomField>,
    /// What a country wants to know of it, such as a tax number, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub local_fields: Vec<(String, String)>,
    /// The buyer's purchase order number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub po_number: Option<String>,
    /// The buyer's language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// Identifier at the place it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_identifier: Option<String>,
    /// What else whoever sent it says of where it comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Box<Origin>>,
    /// When it was placed, as whoever sent it says.
    pub processed_at: Time,
    /// From when on it may be fulfilled, if not at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fulfill_at: Option<Time>,
    /// What to do when an article is not in stock.
    #[serde(default)]
    pub stock: StockMode,
}

/// Where an order comes from, as whoever sent it says. Nobody here knows the people and companies that are named.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Origin {
    /// Where it can be seen at the place that it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The page that led the buyer there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referrer: Option<String>,
    /// The sender's id of who entered it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staff: Option<String>,
    /// The sender's id of the branch of the company that bought.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company_location: Option<String>,
}

/// What whoever sent an order says about the money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the words are the field's own")]
pub enum PaymentClaim {
    Pending,
    Authorized,
    PartiallyPaid,
    Paid,
    PartiallyRefunded,
    Refunded,
    Voided,
    Expired,
}

impl PaymentClaim {
    /// The name in lower case with underscores, as stored and listed.
    pub fn as_str(self) -> &'static str {
        match self {
            PaymentClaim::Pending => "pending",
            PaymentClaim::Authorized => "authorized",
            PaymentClaim::PartiallyPaid => "partially_paid",
            PaymentClaim::Paid => "paid",
            PaymentClaim::PartiallyRefunded => "partially_refunded",
            PaymentClaim::Refunded => "refunded",
            PaymentClaim::Voided => "voided",
            PaymentClaim::Expired => "expired",
        }
    }
}

/// What an order does when an article is not in stock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StockMode {
    /// The order is taken and waits for stock.
    #[default]
    Wait,
    /// The order is refused.
    Refuse,
    /// The order is taken and routed as if there were stock.
    Oversell,
}

/// One line of an order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderLine {
    /// Its id.
    pub id: OrderLineId,
    /// How many were asked for at most: edits that ask for more count, those that ask for less don't.
    pub quantity: i64,
    /// What was asked for.
    pub article: Article,
}

/// What was asked for, as it was described then.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Article {
    /// The variant, if it is one of the shop's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variant: Option<VariantId>,
    /// The product, if it is one of the shop's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product: Option<ProductId>,
    /// Its title.
    pub title: String,
    /// The variant's title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variant_title: Option<String>,
    /// Stock keeping unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sku: Option<String>,
    /// Who makes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vendor: Option<String>,
    /// Price of one, in minor units.
    pub unit_price: Minor,
    /// Discounts on the line as a whole.
    #[serde(skip_serializing_if = "is_zero")]
    pub discount: Minor,
    /// Taxes on the line as a whole.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tax_lines: Vec<TaxLine>,
    /// Whether it must be shipped.
    pub requires_shipping: bool,
    /// Whether it is a gift card.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub gift_card: bool,
    /// Whether tax is due.
    pub taxable: bool,
    /// Weight of a unit in grams.
    pub grams: i64,
    /// Whether stock is counted for it.
    pub tracked: bool,
    /// Whether it is sold although there is none.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub sells_on: bool,
    /// The only service that may ship it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pinned_to: Option<ServiceId>,
    /// Named values.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub properties: Vec<(String, String)>,
}

fn is_zero(n: &i64) -> bool {
    *n == 0
}

/// How an order is sent, and what that costs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShippingLine {
    /// What the buyer reads.
    pub title: String,
    /// The carrier's code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Where it comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Its price.
    pub price: Minor,
    /// Taxes on it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tax_lines: Vec<TaxLine>,
}

/// A tax.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaxLine {
    /// Its name.
    pub title: String,
    /// Its rate as a decimal (`0.05`), as it was told.
    pub rate: String,
    /// Its amount.
    pub amount: Minor,
}

/// A discount on an order as a whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Discount {
    /// The code that the buyer entered.
    pub code: String,
    /// What it takes off, not below zero.
    pub amount: Minor,
}

/// Why and when an order was called off.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cancellation {
    /// When.
    pub at: Time,
    /// Why.
    pub reason: CancelReason,
    /// For the staff.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Whether the buyer is to be told.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub notify_buyer: bool,
}

/// Why an order was called off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the words are the field's own")]
pub enum CancelReason {
    Customer,
    Declined,
    Fraud,
    Inventory,
    Staff,
    Other,
}

/// Where the routing of an order stands.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Routing {
    /// Units that no location has yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waiting: Vec<Waiting>,
    /// Why things went where they went, at the last time it was routed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Explanation>,
    /// Not before this time is it tried again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_at: Option<Time>,
}

/// Units that no location has yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// The unit of demand.
    pub invoice_line: InvoiceLineId,
    /// The order line.
    pub order_line: OrderLineId,
    /// How many, at least one.
    pub quantity: i64,
}

impl Article {
    /// Whether its units are taken from stock that is counted.
    pub fn is_counted(&self) -> bool {
        self.tracked && self.requires_shipping && self.variant.is_some()
    }

    /// The variant's title, if it tells people more than the article's own.
    pub fn distinguishing_title(&self) -> Option<&str> {
        let title = self.variant_title.as_deref().map(str::trim);
        title.filter(|title| !title.is_empty() && *title != self.title.trim())
    }
}

impl OrderLine {
    /// The taxes of so many of its units; the parts of all its units sum to the whole.
    pub fn tax_of(&self, units: i64) -> Minor {
        let weights = [units.max(0) as u64, (self.quantity - units).max(0) as u64];
        let part = |tax: &TaxLine| money::allocate(tax.amount, &weights).first().copied().unwrap_or(0);
        self.article.tax_lines.iter().map(part).fold(0, Minor::saturating_add)
    }

    /// So many of it are asked for. Taxes grow with the units; a discount on the line stays what it is.
    pub(crate) fn grow(&mut self, asked: i64) {
        if asked <= self.quantity {
            return;
        }
        for tax in &mut self.article.tax_lines {
            let share = |units: i64| i128::from(tax.amount) * i128::from(units);
            let rounded =
                (share(asked) * 2 + i128::from(self.quantity)) / (i128::from(self.quantity.max(1)) * 2);
            tax.amount = Minor::try_from(rounded).unwrap_or(Minor::MAX);
        }
        self.quantity = asked;
    }
}

impl Order {
    /// The line with that id.
    pub fn line(&self, id: OrderLineId) -> Option<&OrderLine> {
        self.lines.iter().find(|line| line.id == id)
    }

    /// The invoice with that id.
    pub fn invoice(&self, id: InvoiceId) -> Option<&Invoice> {
        self.invoices.iter().find(|invoice| invoice.id == id)
    }

    /// The transaction with that id.
    pub fn transaction(&self, id: TransactionId) -> Option<&Transaction> {
        self.placed.transactions.iter().find(|transaction| transaction.id == id)
    }

    /// The fulfillment order with that id.
    pub fn fulfillment_order(&self, id: FulfillmentOrderId) -> Option<&FulfillmentOrder> {
        self.fulfillment_orders.iter().find(|fo| fo.id == id)
    }

    /// Every invoice line, oldest invoice first.
    pub fn invoice_lines(&self) -> impl Iterator<Item = &InvoiceLine> {
        self.invoices.iter().flat_map(|invoice| &invoice.lines)
    }

    /// Units that a line of demand asks for now: its quantity, with adjustments, less what was given up and what
    /// nobody has to fulfill.
    pub fn demand(&self, id: InvoiceLineId) -> i64 {
        self.invoice_lines()
            .filter(|line| line.id == id || line.adjusts == Some(id))
            .map(|line| line.quantity - line.removed - line.unasked)
            .sum()
    }

    /// Units of an order line that are asked for now.
    pub fn current_quantity(&self, id: OrderLineId) -> i64 {
        self.invoice_lines()
            .filter(|line| line.order_line == id)
            .map(|line| line.quantity - line.removed)
            .sum()
    }

    /// Units of an order line that left and did not come back.
    pub fn fulfilled_quantity(&self, id: OrderLineId) -> i64 {
        self.fulfillment_orders
            .iter()
            .flat_map(|fo| &fo.lines)
            .filter(|line| line.order_line == id)
            .map(|line| line.fulfilled)
            .sum()
    }

    /// Units of an order line that are in returns.
    pub fn returned_quantity(&self, id: OrderLineId) -> i64 {
        let lines = self.returns.iter().flat_map(|own| &own.lines);
        lines.filter(|line| line.order_line == id).map(|line| line.quantity).sum()
    }

    /// Units of an order line that an edit could take away: they neither left nor was a service asked for them.
    pub fn editable_quantity(&self, id: OrderLineId) -> i64 {
        let waiting = self.routing.waiting.iter().filter(|waiting| waiting.order_line == id);
        let works = self.fulfillment_orders.iter().filter(|fo| fo.is_open() && !fo.request.is_asked());
        let lines = works.flat_map(|fo| &fo.lines).filter(|line| line.order_line == id);
        waiting.map(|waiting| waiting.quantity).chain(lines.map(|line| line.remaining())).sum()
    }

    /// Units of an order line that somebody could ship now: they wait in work that is neither held nor scheduled.
    pub fn fulfillable_quantity(&self, id: OrderLineId) -> i64 {
        use crate::fulfillment_order::Stage;
        self.fulfillment_orders
            .iter()
            .filter(|fo| !matches!(fo.stage, Stage::Closed | Stage::OnHold { .. } | Stage::Scheduled { .. }))
            .flat_map(|fo| &fo.lines)
            .filter(|line| line.order_line == id)
            .map(|line| line.remaining())
            .sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variant_is_told_where_its_title_says_more() {
        let article = |variant: Option<&str>| Article {
            title: "Mug".into(),
            variant_title: variant.map(str::to_owned),
            ..Article::default()
        };
        assert_eq!(article(Some("Blue")).distinguishing_title(), Some("Blue"));
        for same in [None, Some(" "), Some("Mug ")] {
            assert_eq!(article(same).distinguishing_title(), None, "{same:?}");
        }
    }
}
