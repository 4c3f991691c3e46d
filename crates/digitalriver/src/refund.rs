//! Refunds, as this API shows them: money of an order that goes or went back.

use domain::money::Minor;
use domain::order::Order;
use domain::payment::{Transaction, TransactionKind, TransactionStatus};
use domain::refund::Refund;
use serde_json::{Map, Value};

use crate::{id, words};

/// How a refund stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RefundState {
    /// Some of its money is on its way.
    Pending,
    /// All of it went back.
    Succeeded,
    /// Some of it can't.
    Failed,
}

impl RefundState {
    /// The published word.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            RefundState::Pending => "pending",
            RefundState::Succeeded => "succeeded",
            RefundState::Failed => "failed",
        }
    }
}

/// The movements of money of a refund.
fn movements<'a>(order: &'a Order, refund: &'a Refund) -> impl Iterator<Item = &'a Transaction> {
    let own = order.placed.transactions.iter().filter(|one| refund.transactions.contains(&one.id));
    own.filter(|one| one.kind == TransactionKind::Refund)
}

/// How a refund stands.
pub(crate) fn state(order: &Order, refund: &Refund) -> RefundState {
    let mut all = movements(order, refund);
    if movements(order, refund).any(|own| own.status.is_awaited()) {
        RefundState::Pending
    } else if all.all(|own| own.status == TransactionStatus::Success) {
        RefundState::Succeeded
    } else {
        RefundState::Failed
    }
}

/// A refund of an order.
pub(crate) fn shown(order: &Order, refund: &Refund) -> Value {
    let currency = order.placed.currency;
    let done = movements(order, refund).filter(|own| own.status == TransactionStatus::Success);
    let done = done.map(|own| own.amount).fold(0, Minor::saturating_add);
    let state = state(order, refund);
    let mut shown = Map::new();
    let mut put = |name: &str, value: Value| shown.insert(name.to_owned(), value);
    put("id", id::shown(id::REFUND, refund.id.0).into());
    put("createdTime", words::time(refund.at));
    put("orderId", order.id.to_string().into());
    put("currency", currency.code().into());
    put("amount", words::amount(refund.amount(&order.placed.transactions), currency));
    put("refundedAmount", words::amount(done, currency));
    if let Some(reason) = &refund.note {
        put("reason", reason.as_str().into());
    }
    if state == RefundState::Failed {
        let why = movements(order, refund).find_map(|own| own.message.as_deref());
        put("failureReason", why.unwrap_or("The payment provider declined it.").into());
    }
    put("state", state.as_str().into());
    put("liveMode", (!order.placed.test).into());
    shown.into()
}
