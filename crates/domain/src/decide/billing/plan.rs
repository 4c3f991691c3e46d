//! A line of a plan gets another price, now or at the next renewal. Invoices that were issued stay as they are; what
//! the rest of the period costs more or less is reckoned up on one of its own.

use super::{Change, Outcome, billing_of, issue, place, runs};
use crate::billing::change::{self as reckon, PlanChange};
use crate::billing::{BillKind, Charge, Period, PlanLine};
use crate::command::billing::{ChangePlan, NewPlanLine, When};
use crate::event::{Fact, ServiceNews};
use crate::id::OrderId;
use crate::refusal::{Refusal, Thing};

pub(super) use crate::billing::change::direction;

pub(super) fn change(change: &mut Change<'_, '_>, command: &ChangePlan) -> Result<Outcome, Refusal> {
    let (now, id) = (change.now, command.order);
    let order = &change.order(id)?.order;
    runs(order)?;
    if order.cancelled.is_some() {
        return Err(Refusal::OrderCancelled(id));
    }
    let currency = order.placed.currency;
    let (variant, price) = place::of_variant(change, 0, (command.variant, command.price), currency)?;
    let order = &change.order(id)?.order;
    let how = (command.when, command.proration);
    let planned = reckon::preview(order, command.line, (variant, price), how, now).map_err(|trouble| {
        trouble.map_or(Refusal::Unknown(Thing::OrderLine(command.line)), Refusal::Billing)
    })?;
    let PlanChange { before, mut after, direction, charge, credit, begins_anew, .. } = planned;
    if before.variant != after.variant {
        let asked = NewPlanLine { variant: after.variant, price: after.price, quantity: after.quantity };
        let line = place::order_line(change, 0, &asked, price)?;
        after.order_line = line.id;
        change.order(id)?.order.lines.push(line);
    }
    let touched = change.order(id)?;
    let billing = billing_of(&mut touched.order)?;
    let Some(line) = billing.plan.iter_mut().find(|line| line.id == command.line) else {
        return Err(Refusal::Unknown(Thing::OrderLine(command.line)));
    };
    if command.when == When::NextRenewal {
        line.next = Some(Box::new(after));
        touched.facts.push(Fact::Service { news: ServiceNews::Rescheduled });
        return Ok(Outcome::Order(id));
    }
    *line = after;
    billing.previous = Some(Box::new(before.clone()));
    billing.credit = billing.credit.saturating_add(credit);
    touched.facts.push(Fact::PlanChanged { line: command.line, direction });
    if charge > 0 {
        bill(change, id, &before, command, (charge, begins_anew))?;
    }
    Ok(Outcome::Order(id))
}

/// Bills what a change costs at once: the first of the new periods, or the rest of the one that runs.
fn bill(
    change: &mut Change<'_, '_>,
    id: OrderId,
    before: &PlanLine,
    command: &ChangePlan,
    (charge, begins_anew): (i64, bool),
) -> Result<(), Refusal> {
    let now = change.now;
    let billing = billing_of(&mut change.order(id)?.order)?;
    let mut drafts = Vec::with_capacity(1);
    for line in billing.plan.iter_mut().filter(|line| line.id == command.line) {
        drafts.push(if begins_anew {
            issue::period(line)
        } else {
            let period =
                Period { number: before.billed, starts_at: now, ends_at: before.starts_at(before.billed) };
            issue::Draft { amount: charge, period: Some(period), ..issue::Draft::of(line, Charge::Change, 0) }
        });
    }
    issue::issue(change, id, BillKind::Interim, drafts)?;
    Ok(())
}
