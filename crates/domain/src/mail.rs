//! Mails to buyers: which event causes which. What they say is the affair of templates; that they arrive is the
//! affair of the outbox, to which a mail is a delivery like any other.
//!
//! Whoever keeps the books of an order elsewhere writes to the buyer himself, so such orders cause one mail only: the
//! confirmation that they are paid. Orders that came in paid cause none of it either; nobody sends a second receipt.

use serde::{Deserialize, Serialize};

use crate::billing::Kind;
use crate::event::{AccessNews, Event, Fact, PaymentNews};
use crate::id::FulfillmentId;
use crate::order::Order;

/// What a mail to a buyer is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailKind {
    /// An order that is paid once is paid.
    OrderPaid,
    /// The buyer may use something.
    AccessGranted,
    /// Something left, or it is known now how to find it.
    Shipped,
    /// Money of a subscription could not be taken.
    PaymentFailed,
}

impl MailKind {
    /// Every kind.
    pub const ALL: [MailKind; 4] =
        [MailKind::OrderPaid, MailKind::AccessGranted, MailKind::Shipped, MailKind::PaymentFailed];

    /// The name in lower case with underscores, as stored; also that of its template.
    pub fn as_str(self) -> &'static str {
        match self {
            MailKind::OrderPaid => "order_paid",
            MailKind::AccessGranted => "access_granted",
            MailKind::Shipped => "shipped",
            MailKind::PaymentFailed => "payment_failed",
        }
    }
}

/// What a shop writes to buyers, and as whom.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MailRules {
    /// The sender's name; the shop's, if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The sender's address; the shop's, if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// What it doesn't write.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub off: Vec<MailKind>,
}

/// The mails that `event` causes, each with the index of the fact that causes it. `order` is the event's, as it was
/// afterwards; `notifies` tells whether the buyer is to be told of a fulfillment that was made.
pub fn caused(
    rules: &MailRules,
    event: &Event,
    order: Option<&Order>,
    notifies: impl Fn(FulfillmentId) -> bool,
) -> Vec<(usize, MailKind)> {
    let billing = order.and_then(|order| order.billing.as_deref());
    let elsewhere = billing.is_some_and(|billing| billing.is_external());
    let kind = billing.map(|billing| billing.kind);
    let mut mails: Vec<(usize, MailKind)> = Vec::new();
    for (part, fact) in event.facts.iter().enumerate() {
        let about = match fact {
            Fact::OrderPaid {} if kind == Some(Kind::OneTime) => MailKind::OrderPaid,
            Fact::FulfillmentCreated { fulfillment } if notifies(*fulfillment) => MailKind::Shipped,
            Fact::FulfillmentUpdated { notify_buyer: true, .. } => MailKind::Shipped,
            Fact::Payment { news: PaymentNews::Declined, .. } if kind == Some(Kind::Subscription) => {
                MailKind::PaymentFailed
            }
            Fact::Access { news: AccessNews::Granted, .. } => MailKind::AccessGranted,
            _ => continue,
        };
        // One mail tells of everything that was given; parcels have a mail each.
        let told = about == MailKind::AccessGranted && mails.iter().any(|(_, known)| *known == about);
        if !told && !rules.off.contains(&about) && (about == MailKind::OrderPaid || !elsewhere) {
            mails.push((part, about));
        }
    }
    mails
}

#[cfg(test)]
mod tests;
