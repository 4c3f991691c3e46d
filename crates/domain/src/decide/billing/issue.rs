//! Invoices of our own books are issued: the first with the order, one for every period, and one for a change in
//! between. What is on them is copied from the plan and never rewritten.

use super::{Change, bill_of, billing_of, collect, units};
use crate::billing::change::succeed;
use crate::billing::{Bill, BillKind, Charge, LineBill, Period, PlanLine, bill};
use crate::event::Fact;
use crate::id::{InvoiceId, OrderId};
use crate::invoice::{Invoice, InvoiceLine};
use crate::money::Minor;
use crate::order::Order;
use crate::refusal::Refusal;
use crate::time::Time;

/// What a line charges, before it is on an invoice.
pub(super) struct Draft {
    pub(super) line: PlanLine,
    pub(super) charge: Charge,
    pub(super) amount: Minor,
    pub(super) period: Option<Period>,
    pub(super) description: Option<String>,
}

impl Draft {
    pub(super) fn of(line: &PlanLine, charge: Charge, each: Minor) -> Self {
        let amount = each.saturating_mul(line.quantity);
        Self { line: line.clone(), charge, amount, period: None, description: None }
    }
}

/// What the first invoice asks for: everything once, the first period or the trial before it, and setting up.
pub(super) fn first(change: &mut Change<'_, '_>, id: OrderId) -> Result<Vec<Draft>, Refusal> {
    let now = change.now;
    let plan = &mut billing_of(&mut change.order(id)?.order)?.plan;
    let mut drafts = Vec::with_capacity(plan.len());
    for line in plan {
        if let Some(trial) = line.terms.trial() {
            // What costs nothing sells nothing yet; it may only be used.
            let charge = if trial.amount > 0 { Charge::Article } else { Charge::Trial };
            let period = Some(Period { number: 0, starts_at: now, ends_at: line.anchor });
            drafts.push(Draft { period, ..Draft::of(line, charge, trial.amount) });
        } else {
            drafts.push(period(line));
        }
        if line.terms.setup > 0 {
            drafts.push(Draft::of(line, Charge::Setup, line.terms.setup));
        }
    }
    Ok(drafts)
}

/// The next period of a line, which counts as billed from now on; or all of what is paid once.
pub(super) fn period(line: &mut PlanLine) -> Draft {
    let mut draft = Draft::of(line, Charge::Article, line.terms.amount);
    let starts_at = line.starts_at(line.billed);
    line.billed += 1;
    if line.terms.cycle().is_some() {
        draft.period = Some(Period { number: line.billed, starts_at, ends_at: line.starts_at(line.billed) });
    }
    draft
}

/// Issues an invoice of our own books and takes its money, if that is due at once.
pub(super) fn issue(
    change: &mut Change<'_, '_>,
    id: OrderId,
    kind: BillKind,
    drafts: Vec<Draft>,
) -> Result<InvoiceId, Refusal> {
    let now = change.now;
    let due_at = now.plus(change.snapshot.shop.billing.due_after);
    let order = &change.order(id)?.order;
    let lines: Vec<(&Draft, LineBill)> = drafts.iter().map(|draft| (draft, billed(order, draft))).collect();
    let lines: Vec<InvoiceLine> =
        lines.into_iter().map(|(draft, bill)| line(change.ids.fresh(), draft, bill)).collect();
    let mut invoice = Invoice { id: change.ids.fresh(), issued_at: now, lines, bill: None };
    let order = &mut change.order(id)?.order;
    let billing = billing_of(order)?;
    billing.invoices_made += 1;
    let (number, by_itself) =
        (billing.invoices_made, billing.gateway().is_some_and(|g| g.instrument.is_some()));
    // The buyer is there and waits, except when a period goes by.
    let at_once = kind != BillKind::Renewal;
    let bill = Bill {
        due_at: Some(due_at),
        attempt_at: by_itself.then_some(if at_once { now } else { due_at }),
        ..empty(format!("{}-{number}", order.number), kind, now)
    };
    invoice.bill = Some(Box::new(bill));
    let credit = change.order(id)?.order.billing.as_ref().map_or(0, |billing| billing.credit);
    let credit = credit.min(bill::amounts(&invoice).total).max(0);
    if credit > 0
        && let Some(draft) = drafts.first()
    {
        let credited = Draft { amount: -credit, ..Draft::of(&draft.line, Charge::Credit, 0) };
        let bill = billed(&change.order(id)?.order, &credited);
        invoice.lines.push(line(change.ids.fresh(), &credited, bill));
        billing_of(&mut change.order(id)?.order)?.credit -= credit;
    }
    let (made, total) = (invoice.id, bill::amounts(&invoice).total);
    change.order(id)?.order.invoices.push(invoice);
    units::sell(change, id, made)?;
    if total == 0 {
        bill_of(&mut change.order(id)?.order, made)?.attempt_at = None;
    } else if at_once && by_itself {
        collect::take(change, id, made)?;
    }
    Ok(made)
}

/// A bill that nothing happened to.
pub(super) fn empty(number: String, kind: BillKind, now: Time) -> Bill {
    Bill {
        number,
        kind,
        external_id: None,
        shipping: 0,
        due_at: None,
        paid_at: None,
        claim: None,
        abandoned_at: None,
        voided_at: None,
        past_due_at: None,
        disputes: Vec::new(),
        declined: 0,
        declined_at: None,
        attempt_at: None,
        revision: 0,
        created_at: now,
        updated_at: now,
    }
}

pub(super) fn line(id: crate::id::InvoiceLineId, draft: &Draft, bill: LineBill) -> InvoiceLine {
    InvoiceLine {
        id,
        order_line: draft.line.order_line,
        quantity: if draft.charge == Charge::Credit { 1 } else { draft.line.quantity },
        removed: 0,
        unasked: 0,
        adjusts: None,
        bill: Some(Box::new(bill)),
    }
}

/// What a line asks for, copied from plan and article as they are now.
pub(super) fn billed(order: &Order, draft: &Draft) -> LineBill {
    let article = order.line(draft.line.order_line).map(|line| &line.article);
    let gives = matches!(draft.charge, Charge::Article | Charge::Trial | Charge::Change);
    LineBill {
        charge: draft.charge,
        amount: draft.amount,
        tax: 0,
        discount: 0,
        description: draft.description.clone().or_else(|| article.map(|article| article.title.clone())),
        product: article.and_then(|article| article.product),
        variant: Some(draft.line.variant),
        variant_name: article
            .map(|article| article.variant_title.clone().unwrap_or_else(|| article.title.clone())),
        price: Some(draft.line.price),
        terms: Some(draft.line.terms.clone()),
        period: draft.period,
        external_id: None,
        requires_fulfillment: draft.line.requires_fulfillment,
        gives: if gives { draft.line.gives.clone() } else { Vec::new() },
    }
}

/// The next invoice of a subscription: the next period of every line for which one begins by `at`. A line whose
/// change waits for that changes first.
pub(super) fn renew(change: &mut Change<'_, '_>, id: OrderId, at: Time) -> Result<(), Refusal> {
    let touched = change.order(id)?;
    let billing = billing_of(&mut touched.order)?;
    let (mut drafts, mut changed, mut previous) = (Vec::new(), Vec::new(), None);
    for line in &mut billing.plan {
        if line.next_at().is_none_or(|begins| begins > at) {
            continue;
        }
        if let Some(mut next) = line.next.take() {
            succeed(line, &mut next);
            changed.push((line.id, super::plan::direction(line, &next)));
            previous = Some(Box::new(std::mem::replace(line, *next)));
        }
        drafts.push(period(line));
    }
    billing.previous = previous.or(billing.previous.take());
    touched.facts.extend(changed.into_iter().map(|(line, direction)| Fact::PlanChanged { line, direction }));
    if !drafts.is_empty() {
        issue(change, id, BillKind::Renewal, drafts)?;
    }
    Ok(())
}
