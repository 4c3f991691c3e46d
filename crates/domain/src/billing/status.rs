//! Statuses of invoices and of an order's billing, derived from claims, marks and transactions. None is ever stored.

use serde::{Deserialize, Serialize};

use super::bill::{self, Bill, Charge, Claim, DisputeEnd};
use super::rules::GRACE;
use super::{Billing, Processor};
use crate::id::{InvoiceId, InvoiceLineId};
use crate::invoice::{Invoice, InvoiceLine};
use crate::money::Minor;
use crate::order::{Order, PaymentClaim};
use crate::payment::{Transaction, TransactionKind, TransactionStatus};
use crate::time::Time;

/// How an invoice stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InvoiceStatus {
    /// Its money is awaited.
    Unpaid,
    /// Some of its money came.
    PartlyPaid,
    /// All of its money came.
    Paid,
    /// Its money should have come.
    PastDue,
    /// Nobody waits for its money any longer.
    Abandoned,
    /// It was called off.
    Voided,
    /// Some of its money went back.
    PartlyRefunded,
    /// All of its money went back.
    Refunded,
    /// The buyer wants the money back from the bank.
    Disputed,
}

impl InvoiceStatus {
    /// Every status.
    pub const ALL: [InvoiceStatus; 9] = [
        InvoiceStatus::Unpaid,
        InvoiceStatus::PartlyPaid,
        InvoiceStatus::Paid,
        InvoiceStatus::PastDue,
        InvoiceStatus::Abandoned,
        InvoiceStatus::Voided,
        InvoiceStatus::PartlyRefunded,
        InvoiceStatus::Refunded,
        InvoiceStatus::Disputed,
    ];

    /// The name in lower case with underscores, as stored and listed.
    pub fn as_str(self) -> &'static str {
        match self {
            InvoiceStatus::Unpaid => "unpaid",
            InvoiceStatus::PartlyPaid => "partly_paid",
            InvoiceStatus::Paid => "paid",
            InvoiceStatus::PastDue => "past_due",
            InvoiceStatus::Abandoned => "abandoned",
            InvoiceStatus::Voided => "voided",
            InvoiceStatus::PartlyRefunded => "partly_refunded",
            InvoiceStatus::Refunded => "refunded",
            InvoiceStatus::Disputed => "disputed",
        }
    }

    /// Whether its money is still awaited.
    pub fn is_open(self) -> bool {
        matches!(self, InvoiceStatus::Unpaid | InvoiceStatus::PartlyPaid | InvoiceStatus::PastDue)
    }

    /// Whether all of its money came at some time, whatever became of it since.
    pub fn was_paid(self) -> bool {
        use InvoiceStatus::{Disputed, Paid, PartlyRefunded, Refunded};
        matches!(self, Paid | PartlyRefunded | Refunded | Disputed)
    }

    /// Whether some of its money is still there, be it that the buyer disputes it. Who is paid then isn't paid anew: a
    /// dispute was won.
    pub fn keeps_money(self) -> bool {
        self.was_paid() && self != InvoiceStatus::Refunded
    }
}

impl From<Claim> for InvoiceStatus {
    fn from(claim: Claim) -> Self {
        match claim {
            Claim::Unpaid => InvoiceStatus::Unpaid,
            Claim::Paid => InvoiceStatus::Paid,
            Claim::Voided => InvoiceStatus::Voided,
            Claim::Refunded => InvoiceStatus::Refunded,
            Claim::Disputed => InvoiceStatus::Disputed,
            Claim::PastDue => InvoiceStatus::PastDue,
        }
    }
}

/// How the money of an order stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BillingStatus {
    /// Nothing was asked for yet.
    #[default]
    Pending,
    /// As that of an invoice.
    Invoice(InvoiceStatus),
}

impl BillingStatus {
    /// The name in lower case with underscores, as stored and listed.
    pub fn as_str(self) -> &'static str {
        match self {
            BillingStatus::Pending => "pending",
            BillingStatus::Invoice(status) => status.as_str(),
        }
    }
}

/// Money that moved for one invoice.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Moved {
    /// Came.
    pub paid: Minor,
    /// Went back.
    pub refunded: Minor,
    /// Was asked for, and isn't known to have come.
    pub awaited: Minor,
}

/// Money that moved for the invoice of that id.
pub fn moved(invoice: InvoiceId, transactions: &[Transaction]) -> Moved {
    let mut moved = Moved::default();
    for transaction in transactions.iter().filter(|transaction| transaction.invoice == Some(invoice)) {
        let takes = matches!(transaction.kind, TransactionKind::Sale | TransactionKind::Capture);
        let sum = match (transaction.status, transaction.kind) {
            (TransactionStatus::Success, _) if takes => &mut moved.paid,
            (TransactionStatus::Success, TransactionKind::Refund) => &mut moved.refunded,
            (status, _) if takes && status.is_awaited() => &mut moved.awaited,
            _ => continue,
        };
        *sum = sum.saturating_add(transaction.amount);
    }
    moved
}

/// How `invoice` stands at `now`; `None` if it isn't billed.
pub fn invoice_status(invoice: &Invoice, transactions: &[Transaction], now: Time) -> Option<InvoiceStatus> {
    let bill = invoice.bill.as_ref()?;
    Some(match bill.claim {
        Some(claim) => claim.into(),
        None => derived(invoice, bill, transactions, now),
    })
}

fn derived(invoice: &Invoice, bill: &Bill, transactions: &[Transaction], now: Time) -> InvoiceStatus {
    let Moved { paid, refunded, .. } = moved(invoice.id, transactions);
    if bill.voided_at.is_some() {
        InvoiceStatus::Voided
    } else if paid > 0 && refunded >= paid {
        InvoiceStatus::Refunded
    } else if bill.disputes.iter().any(|dispute| dispute.closed.is_none()) {
        InvoiceStatus::Disputed
    } else if refunded > 0 {
        InvoiceStatus::PartlyRefunded
    } else if paid >= bill::amounts(invoice).total {
        InvoiceStatus::Paid
    } else if bill.abandoned_at.is_some() {
        InvoiceStatus::Abandoned
    } else if paid > 0 {
        InvoiceStatus::PartlyPaid
    } else if past_due_at(bill).is_some_and(|at| now >= at) {
        InvoiceStatus::PastDue
    } else {
        InvoiceStatus::Unpaid
    }
}

/// When an invoice is past due if it isn't paid by then.
pub fn past_due_at(bill: &Bill) -> Option<Time> {
    bill.due_at.map(|due| due.plus(GRACE))
}

/// What is still to be paid of `invoice`.
pub fn due(invoice: &Invoice, transactions: &[Transaction], now: Time) -> Minor {
    match invoice_status(invoice, transactions, now) {
        Some(status) if status.is_open() || status == InvoiceStatus::Abandoned => {
            (bill::amounts(invoice).total - moved(invoice.id, transactions).paid).max(0)
        }
        _ => 0,
    }
}

/// Whether and how a dispute of that payment ended last.
pub fn dispute_end(bill: &Bill) -> Option<DisputeEnd> {
    bill.disputes.iter().filter_map(|dispute| dispute.closed).max_by_key(|(at, _)| *at).map(|(_, end)| end)
}

/// How the money of `order` stands: as somebody else's books say, or as its newest invoice does. `None` if it isn't
/// billed.
pub fn billing_status(order: &Order, now: Time) -> Option<BillingStatus> {
    let billing = order.billing.as_ref()?;
    if let Processor::External(books) = &billing.processor {
        return Some(books.claim);
    }
    let statuses =
        order.invoices.iter().rev().filter_map(|i| invoice_status(i, &order.placed.transactions, now));
    Some(statuses.map(BillingStatus::Invoice).next().unwrap_or_default())
}

/// The same as those see it who know nothing of invoices.
pub(crate) fn payment(order: &Order) -> Option<PaymentClaim> {
    // Whether it is past due makes no difference here.
    Some(match billing_status(order, Time(i64::MIN))? {
        BillingStatus::Pending => PaymentClaim::Pending,
        BillingStatus::Invoice(status) => match status {
            InvoiceStatus::Unpaid | InvoiceStatus::PastDue => PaymentClaim::Pending,
            InvoiceStatus::PartlyPaid => PaymentClaim::PartiallyPaid,
            InvoiceStatus::Paid | InvoiceStatus::Disputed => PaymentClaim::Paid,
            InvoiceStatus::PartlyRefunded => PaymentClaim::PartiallyRefunded,
            InvoiceStatus::Refunded => PaymentClaim::Refunded,
            InvoiceStatus::Voided => PaymentClaim::Voided,
            InvoiceStatus::Abandoned => PaymentClaim::Expired,
        },
    })
}

/// Until when the service is paid for: the end of the last period whose invoice was paid. `None` if none was.
pub fn paid_until(order: &Order) -> Option<Time> {
    let paid = order.invoices.iter().filter(|invoice| is_paid(order, invoice));
    let periods = paid.flat_map(|invoice| &invoice.lines).filter_map(|line| line.bill.as_ref()?.period);
    periods.map(|period| period.ends_at).max()
}

/// When money is taken next: as somebody else's books say, or when the next period begins.
pub fn next_charge_at(billing: &Billing) -> Option<Time> {
    match &billing.processor {
        Processor::External(books) => books.next_charge_at,
        Processor::Gateway(_) if matches!(billing.service, super::Service::Active) => {
            billing.plan.iter().filter_map(super::PlanLine::next_at).min()
        }
        Processor::Gateway(_) => None,
    }
}

/// How many invoices were paid that asked for a period of something.
pub fn recurring_paid(order: &Order) -> i64 {
    let recurs = |line: &InvoiceLine| {
        let bill = line.bill.as_ref();
        bill.is_some_and(|bill| {
            bill.charge == Charge::Article
                && bill.terms.as_ref().is_some_and(|terms| terms.cycle().is_some())
                && bill.period.is_none_or(|period| period.number > 0)
        })
    };
    let paid = order.invoices.iter().filter(|invoice| is_paid(order, invoice));
    paid.filter(|invoice| invoice.lines.iter().any(recurs)).count() as i64
}

fn is_paid(order: &Order, invoice: &Invoice) -> bool {
    let status = invoice_status(invoice, &order.placed.transactions, Time(i64::MIN));
    matches!(status, Some(InvoiceStatus::Paid | InvoiceStatus::PartlyRefunded))
}

/// The invoice whose money what a line sold waits for: nothing of it leaves until then. A charged order waits as a
/// whole, while a dispute of it is open as well.
pub fn awaits_payment(order: &Order, line: InvoiceLineId) -> Option<InvoiceId> {
    if order.awaits_authorization() || order.is_disputed() {
        return order.invoices.first().map(|first| first.id);
    }
    order.billing.as_ref()?;
    let invoice = order.invoices.iter().find(|invoice| invoice.lines.iter().any(|own| own.id == line))?;
    (stance(order, invoice) == Stance::Wait).then_some(invoice.id)
}

/// What becomes of what an invoice sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stance {
    /// It goes to the buyer.
    Go,
    /// It waits for the money.
    Wait,
    /// Nobody asks for it any more.
    GiveUp,
}

/// What becomes of what `invoice` sold.
pub(crate) fn stance(order: &Order, invoice: &Invoice) -> Stance {
    let Some(billing) = &order.billing else { return Stance::Go };
    match invoice_status(invoice, &order.placed.transactions, Time(i64::MIN)) {
        None => Stance::Go,
        Some(InvoiceStatus::Paid | InvoiceStatus::PartlyRefunded) => Stance::Go,
        Some(InvoiceStatus::Refunded | InvoiceStatus::Voided | InvoiceStatus::Abandoned) => Stance::GiveUp,
        Some(_) if billing.service.is_called_off() => Stance::GiveUp,
        Some(_) => Stance::Wait,
    }
}

/// How far a line of an invoice is fulfilled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LineFulfillment {
    /// Nothing of it left.
    Unfulfilled,
    /// Some of it left.
    Partial,
    /// All of it left.
    Complete,
    /// It is nothing that could leave.
    Ignored,
}

/// How far an invoice is fulfilled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InvoiceFulfillment {
    /// Nothing of it must be fulfilled.
    NotApplicable,
    /// Nothing of what must be left.
    Unfulfilled,
    /// Some of what must be left.
    Partial,
    /// All of what must be left.
    Complete,
}

/// Units of an invoice line that left and did not come back.
pub fn fulfilled(order: &Order, line: InvoiceLineId) -> i64 {
    let lines = order.fulfillment_orders.iter().flat_map(|fo| &fo.lines);
    lines.filter(|own| own.invoice_line == line).map(|own| own.fulfilled).sum()
}

/// How far `line` of one of `order`'s invoices is fulfilled, by quantities alone.
pub fn line_fulfillment(order: &Order, line: &InvoiceLine) -> LineFulfillment {
    if line.bill.as_ref().is_some_and(|bill| bill.charge != Charge::Article) {
        return LineFulfillment::Ignored;
    }
    // What was given up is nobody's to fulfill.
    let own = order.invoice_lines().filter(|own| own.id == line.id || own.adjusts == Some(line.id));
    let sold = own.map(|own| own.quantity - own.removed).sum::<i64>();
    match fulfilled(order, line.id) {
        _ if line.adjusts.is_some() || sold <= 0 => LineFulfillment::Ignored,
        0 => LineFulfillment::Unfulfilled,
        units if units < sold => LineFulfillment::Partial,
        _ => LineFulfillment::Complete,
    }
}

/// How far `invoice` of `order` is fulfilled; only what must be fulfilled counts.
pub fn invoice_fulfillment(order: &Order, invoice: &Invoice) -> InvoiceFulfillment {
    let needs = |line: &&InvoiceLine| line.bill.as_ref().is_none_or(|bill| bill.requires_fulfillment);
    let mut lines = invoice.lines.iter().filter(needs).map(|line| line_fulfillment(order, line));
    let lines: Vec<LineFulfillment> =
        lines.by_ref().filter(|line| *line != LineFulfillment::Ignored).collect();
    let all = |wanted| lines.iter().all(|line| *line == wanted);
    if lines.is_empty() {
        InvoiceFulfillment::NotApplicable
    } else if all(LineFulfillment::Complete) {
        InvoiceFulfillment::Complete
    } else if all(LineFulfillment::Unfulfilled) {
        InvoiceFulfillment::Unfulfilled
    } else {
        InvoiceFulfillment::Partial
    }
}

#[cfg(test)]
mod tests;
