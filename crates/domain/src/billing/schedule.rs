//! When something of an order's billing is due. A pure function of the order: nothing else is remembered of timers.

use super::rules::GRACE;
use super::{Processor, Service, TrialStage, status};
use crate::id::InvoiceId;
use crate::order::Order;
use crate::time::Time;

/// Something that is due at a time. Of what is due at the same time, the first of these comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Due {
    /// Nothing was paid in time: the order is given up.
    GiveUp,
    /// The time to try it is over.
    TrialEnds,
    /// A pause is over.
    PauseEnds,
    /// What was cancelled ends.
    Churns,
    /// What was to be paid is paid, and the last period is over.
    Completes,
    /// The next period begins.
    Renews,
    /// Money is to be taken.
    Attempt(InvoiceId),
    /// An invoice is past due.
    Overdue(InvoiceId),
}

/// Everything that will be due if nothing happens before, in no order.
pub(crate) fn dues(order: &Order) -> Vec<(Time, Due)> {
    let mut dues = Vec::new();
    let Some(billing) = &order.billing else { return dues };
    if order.cancelled.is_some() || matches!(billing.processor, Processor::External(_)) {
        return dues;
    }
    let mut push = |at: Option<Time>, due: Due| dues.extend(at.map(|at| (at, due)));
    let awaited = order.placed.transactions.iter().any(|transaction| {
        transaction.status.is_awaited() && transaction.kind != crate::payment::TransactionKind::Refund
    });
    match billing.service {
        // Money that is under way may still come.
        Service::Pending if !awaited => push(billing.abandon_at, Due::GiveUp),
        Service::Active => {
            push(status::next_charge_at(billing), Due::Renews);
            push(completes_at(order), Due::Completes);
        }
        Service::Paused { until } => push(until, Due::PauseEnds),
        Service::Cancelled => push(billing.churned_at, Due::Churns),
        _ => {}
    }
    if billing.in_trial() {
        push(
            billing.trial.filter(|trial| trial.stage == TrialStage::Running).map(|t| t.ends_at),
            Due::TrialEnds,
        );
    }
    for invoice in &order.invoices {
        let Some(bill) = &invoice.bill else { continue };
        let open = status::invoice_status(invoice, &order.placed.transactions, Time(i64::MIN))
            .is_some_and(status::InvoiceStatus::is_open);
        if !open {
            continue;
        }
        let asked = status::moved(invoice.id, &order.placed.transactions).awaited > 0;
        push(bill.attempt_at.filter(|_| !asked), Due::Attempt(invoice.id));
        let told = bill.past_due_at.is_some();
        push(bill.due_at.filter(|_| !told).map(|due| due.plus(GRACE)), Due::Overdue(invoice.id));
    }
    dues
}

/// When a service is complete whose last period was billed: when that ends, and nothing is owed any more.
fn completes_at(order: &Order) -> Option<Time> {
    let billing = order.billing.as_ref()?;
    let bounded = billing.plan.iter().filter(|line| line.terms.cycle().is_some());
    let ends: Option<Vec<Time>> =
        bounded.map(|line| line.next_at().is_none().then(|| line.starts_at(line.billed))).collect();
    let transactions = &order.placed.transactions;
    let owed = order.invoices.iter().any(|invoice| {
        status::invoice_status(invoice, transactions, Time(i64::MIN)).is_some_and(|s| s.is_open())
    });
    if owed { None } else { ends?.into_iter().max() }
}
