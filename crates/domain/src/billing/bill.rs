//! What an invoice asks for. Amounts are in minor units of the order's currency and were set when it was issued; only
//! of invoices from somebody else's books may they be corrected. Totals are derived from the lines.

use serde::{Deserialize, Serialize};

use crate::access::Target;
use crate::id::{PriceId, ProductId, TransactionId, VariantId};
use crate::invoice::Invoice;
use crate::money::Minor;
use crate::price::Terms;
use crate::time::Time;

/// What an invoice asks for, and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bill {
    /// Its number, as people read it.
    pub number: String,
    /// What it is for.
    pub kind: BillKind,
    /// Its name in the books of whoever keeps them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// What sending it costs.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub shipping: Minor,
    /// When it must be paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Time>,
    /// When it was paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid_at: Option<Time>,
    /// How it stands, in somebody else's books; only there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim: Option<Claim>,
    /// When nobody waited for its money any longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub abandoned_at: Option<Time>,
    /// When it was called off. Then it asks for nothing, whatever its lines say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voided_at: Option<Time>,
    /// When it was told that it is past due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub past_due_at: Option<Time>,
    /// Payments of it that the buyer disputes or disputed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub disputes: Vec<Dispute>,
    /// How many payments were declined since it was issued.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub declined: i64,
    /// When the first of them was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declined_at: Option<Time>,
    /// When its money is to be taken by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt_at: Option<Time>,
    /// How often it was issued again.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub revision: i64,
    /// When it was made here.
    pub created_at: Time,
    /// When it last changed.
    pub updated_at: Time,
}

fn is_zero(n: &i64) -> bool {
    *n == 0
}

/// What an invoice is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BillKind {
    /// The only one of what is paid once.
    OneTimeSale,
    /// The first of a subscription.
    Initial,
    /// Another period of a subscription.
    Renewal,
    /// A change between two periods.
    Interim,
    /// The end of a subscription.
    Cancellation,
    /// Something once, beside a subscription.
    OneTime,
    /// Money that went back.
    Refund,
    /// Another charge.
    Charge,
}

impl BillKind {
    /// Every kind.
    pub const ALL: [BillKind; 8] = [
        BillKind::OneTimeSale,
        BillKind::Initial,
        BillKind::Renewal,
        BillKind::Interim,
        BillKind::Cancellation,
        BillKind::OneTime,
        BillKind::Refund,
        BillKind::Charge,
    ];

    /// The name in lower case with underscores, as stored and listed.
    pub fn as_str(self) -> &'static str {
        match self {
            BillKind::OneTimeSale => "one_time_sale",
            BillKind::Initial => "initial",
            BillKind::Renewal => "renewal",
            BillKind::Interim => "interim",
            BillKind::Cancellation => "cancellation",
            BillKind::OneTime => "one_time",
            BillKind::Refund => "refund",
            BillKind::Charge => "charge",
        }
    }
}

/// How an invoice stands, as somebody else says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the words are the field's own")]
pub enum Claim {
    Unpaid,
    Paid,
    Voided,
    Refunded,
    Disputed,
    PastDue,
}

/// A payment that the buyer disputes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dispute {
    /// The payment.
    pub transaction: TransactionId,
    /// Since when.
    pub opened_at: Time,
    /// When it was decided, for or against the merchant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<(Time, DisputeEnd)>,
}

/// How a dispute ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisputeEnd {
    /// The merchant keeps the money.
    Won,
    /// The money went back.
    Lost,
}

/// What a line of an invoice asks for, as it was when the invoice was issued.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LineBill {
    /// What it charges.
    pub charge: Charge,
    /// How much for all of it, in minor units; negative only for credit.
    pub amount: Minor,
    /// Tax on it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub tax: Minor,
    /// What was taken off it, never negative.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub discount: Minor,
    /// In words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<ProductId>,
    /// The variant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<VariantId>,
    /// What the variant was called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant_name: Option<String>,
    /// The price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<PriceId>,
    /// What the price said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<Terms>,
    /// The period that it pays for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<Period>,
    /// Its name in the books of whoever keeps them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// Whether the article is one that must be fulfilled.
    #[serde(default)]
    pub requires_fulfillment: bool,
    /// What it gives access to when it is paid.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gives: Vec<Target>,
}

/// What a line of an invoice charges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Charge {
    /// Articles. The only one that sells units; the others are never fulfilled.
    Article,
    /// Trying articles, for nothing; they come when they are paid.
    Trial,
    /// Setting up.
    Setup,
    /// The rest of a period, after a change.
    Change,
    /// What the buyer has in hand.
    Credit,
}

/// The period that a line pays for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    /// Its number; 0 is a trial.
    pub number: i64,
    /// When it begins.
    pub starts_at: Time,
    /// When it ends.
    pub ends_at: Time,
}

/// What an invoice asks for, in minor units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Amounts {
    /// Its lines.
    pub subtotal: Minor,
    /// What was taken off them.
    pub discount: Minor,
    /// Taxes.
    pub tax: Minor,
    /// Sending it.
    pub shipping: Minor,
    /// All of it.
    pub total: Minor,
}

/// What `invoice` asks for. Nothing if it was called off, or isn't billed.
pub fn amounts(invoice: &Invoice) -> Amounts {
    match &invoice.bill {
        Some(bill) if bill.voided_at.is_none() => written(invoice),
        _ => Amounts::default(),
    }
}

/// What is written on `invoice`, whether it was called off or not.
pub fn written(invoice: &Invoice) -> Amounts {
    let Some(bill) = &invoice.bill else { return Amounts::default() };
    let sum = |of: fn(&LineBill) -> Minor| {
        let lines = invoice.lines.iter().filter_map(|line| line.bill.as_deref());
        lines.map(of).fold(0, Minor::saturating_add)
    };
    let (subtotal, tax, discount) =
        (sum(|line| line.amount), sum(|line| line.tax), sum(|line| line.discount));
    let shipping = bill.shipping;
    let total = subtotal.saturating_sub(discount).saturating_add(tax).saturating_add(shipping);
    Amounts { subtotal, discount, tax, shipping, total }
}
