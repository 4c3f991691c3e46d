//! Why something can't be done to an order's billing.

use crate::billing::{InvoiceStatus, Service};
use crate::id::{InvoiceId, InvoiceLineId, OrderId, OrderLineId, PriceId, TransactionId};
use crate::money::Minor;

/// Why something can't be done to an order's billing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The order isn't billed: it was paid for elsewhere when it came in.
    NotBilled(OrderId),
    /// Somebody else keeps its books; it must be done there.
    External(OrderId),
    /// Nobody else keeps its books; nothing can be claimed of it.
    NotExternal(OrderId),
    /// It is paid once.
    NotASubscription(OrderId),
    /// It is paid once, but one of the prices recurs.
    Recurs(PriceId),
    /// The price doesn't recur, but should.
    NotRecurring(PriceId),
    /// The service is not in a state for that.
    Service(OrderId, Service),
    /// That is no state for the service of what is paid once.
    NoSuchState(Service),
    /// The invoice is not in a status for that.
    Invoice(InvoiceId, InvoiceStatus),
    /// Money is under way; what comes of it must be known first.
    PaymentUnderWay(TransactionId),
    /// There is nothing to charge.
    NoInstrument(OrderId),
    /// No money came by it that could go back.
    NotRefundable(TransactionId),
    /// More than what is left of a payment.
    RefundTooLarge {
        /// The payment.
        transaction: TransactionId,
        /// What was asked.
        asked: Minor,
        /// What is left.
        left: Minor,
    },
    /// It is known already what became of it, and it was something else.
    Settled(TransactionId),
    /// The payment isn't disputed, or is already, or took no money.
    Dispute(TransactionId),
    /// It has that price already.
    SamePrice(PriceId),
    /// The price was put away.
    PriceArchived(PriceId),
    /// The price is one of another variant.
    PriceOfOther(PriceId),
    /// The price is in another currency.
    OtherCurrency(PriceId),
    /// There is no time to try it that could end at another time.
    NoTrial(OrderId),
    /// The first period can't begin before the time to try it ends.
    BeforeTrialEnds(OrderId),
    /// More units than are left to leave.
    TooManyUnits {
        /// The line.
        line: InvoiceLineId,
        /// What was asked.
        asked: i64,
        /// What is left.
        left: i64,
    },
    /// The order is another contact's.
    OtherContact(OrderId),
    /// Nothing is due.
    NotDue(OrderId),
    /// The order isn't charged: no money was set aside for it.
    NotCharged(OrderId),
    /// The order's money isn't set aside, or not yet; nothing may leave.
    NotAuthorized(OrderId),
    /// The order's money was set aside for too short a time; nothing may leave until it was again.
    AuthorizationExpired(OrderId),
    /// All of the order left or was given up.
    NothingLeft(OrderId),
    /// More units of an order line than are left to leave or to be given up.
    TooManyOfLine {
        /// The line.
        line: OrderLineId,
        /// What was asked.
        asked: i64,
        /// What is left.
        left: i64,
    },
    /// More units than could come back: those that left, and are not in another return.
    TooManyReturned {
        /// The line.
        line: OrderLineId,
        /// What was asked.
        asked: i64,
        /// What is left.
        left: i64,
    },
    /// More than what has come and could go back, of an order or of one of its lines.
    RefundExceeds {
        /// The order.
        order: OrderId,
        /// The line, if it is about one.
        line: Option<OrderLineId>,
        /// What was asked.
        asked: Minor,
        /// What is left.
        left: Minor,
    },
}
