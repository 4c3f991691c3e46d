//! Changing a plan: what a line becomes, which way it goes, and what it costs. Pure, so that it can be shown before it
//! is done; doing it reckons with the same function.

use super::bill::{Charge, LineBill};
use super::status::{self, InvoiceStatus};
use super::{PlanLine, Service, Trouble, runs_or};
use crate::command::billing::{Proration, When};
use crate::event::PlanDirection;
use crate::id::{OrderLineId, PriceId};
use crate::invoice::Invoice;
use crate::money::{Minor, allocate};
use crate::order::Order;
use crate::price::Price;
use crate::product::Variant;
use crate::time::Time;

/// What a change of a plan's line would bring.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanChange {
    /// The line as it is.
    pub before: PlanLine,
    /// The line as it would be. If it sells another variant, its order line is still to come.
    pub after: PlanLine,
    /// Which way it goes, if it goes any.
    pub direction: Option<PlanDirection>,
    /// What the line would charge at once, for the rest of the period or for a new one.
    pub charge: Minor,
    /// What would be credited at once, for the rest of the period as it was paid.
    pub credit: Minor,
    /// Whether a new period begins at once.
    pub begins_anew: bool,
    /// The invoice that comes next because of it.
    pub upcoming: Upcoming,
}

/// The invoice that comes next. Amounts in minor units of the order's currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Upcoming {
    /// When, if any comes.
    pub at: Option<Time>,
    /// Its lines but for credit.
    pub subtotal: Minor,
    /// Credit.
    pub credit: Minor,
    /// What is to be paid.
    pub total: Minor,
}

/// What it would bring if the line of that id got that price of that variant.
///
/// # Errors
/// [`Trouble`] if it can't be done; [`None`] inside if there is no such line.
pub fn preview(
    order: &Order,
    line: OrderLineId,
    (variant, price): (&Variant, &Price),
    (when, proration): (When, Proration),
    now: Time,
) -> Result<PlanChange, Option<Trouble>> {
    let billing = runs_or(order).map_err(Some)?;
    if billing.service != Service::Active {
        return Err(Some(Trouble::Service(order.id, billing.service)));
    }
    let before = billing.line(line).ok_or(None)?;
    sellable(before, variant, price)?;
    let mut after = PlanLine {
        variant: variant.id,
        price: price.id,
        price_name: price.name.clone(),
        terms: price.terms.clone(),
        requires_fulfillment: variant.requires_fulfillment,
        gives: variant.gives.clone(),
        next: None,
        updated_at: now,
        ..before.clone()
    };
    let tried = billing.in_trial() && before.billed == 0;
    let (mut charge, mut credit, mut begins_anew) = (0, 0, false);
    succeed(before, &mut after);
    if when == When::Now && proration == Proration::Exact && !tried {
        credit = current(order, before, now).unwrap_or(0);
        begins_anew = !same_rhythm(before, &after);
        let full = after.terms.amount.saturating_mul(after.quantity);
        if begins_anew {
            charge = full;
            after.rebase(now);
        } else {
            charge = rest(full, before.starts_at(before.billed - 1), before.starts_at(before.billed), now);
        }
    }
    let others = billing.plan.iter().filter(|other| other.id != line && other.next_at().is_some());
    let upcoming = if charge > 0 {
        let credit = billing.credit.saturating_add(credit).min(charge);
        Upcoming { at: Some(now), subtotal: charge, credit, total: charge - credit }
    } else {
        let at = others.clone().filter_map(PlanLine::next_at).chain(after.next_at()).min();
        let due = others
            .filter(|other| other.next_at() == at)
            .chain([&after].into_iter().filter(|own| own.next_at() == at));
        let subtotal: Minor = due.map(|own| own.terms.amount.saturating_mul(own.quantity)).sum();
        let credit = billing.credit.saturating_add(credit).min(subtotal);
        Upcoming { at, subtotal, credit, total: subtotal - credit }
    };
    let direction = direction(before, &after);
    Ok(PlanChange { before: before.clone(), after, direction, charge, credit, begins_anew, upcoming })
}

/// That the line could be sold at that price.
fn sellable(line: &PlanLine, variant: &Variant, price: &Price) -> Result<(), Option<Trouble>> {
    let trouble: fn(PriceId) -> Trouble = if price.variant != variant.id {
        Trouble::PriceOfOther
    } else if price.id == line.price {
        Trouble::SamePrice
    } else if price.archived {
        Trouble::PriceArchived
    } else if price.terms.currency != line.terms.currency {
        Trouble::OtherCurrency
    } else if price.terms.cycle().is_none() || line.terms.cycle().is_none() {
        Trouble::NotRecurring
    } else {
        return Ok(());
    };
    Err(Some(trouble(price.id)))
}

fn same_rhythm(before: &PlanLine, after: &PlanLine) -> bool {
    before.terms.cycle().map(|cycle| cycle.every) == after.terms.cycle().map(|cycle| cycle.every)
}

/// Lets `after` go on where `before` stops: its first period begins when the next one would have begun. As long as
/// the periods are as long as before, they are counted from the same anchor.
pub(crate) fn succeed(before: &PlanLine, after: &mut PlanLine) {
    if same_rhythm(before, after) {
        after.anchor = before.anchor;
        after.before_anchor = before.before_anchor - before.billed;
    } else {
        after.anchor = before.starts_at(before.billed);
        after.before_anchor = 0;
    }
    after.billed = 0;
}

/// Which way a line goes, by what it costs in a day.
pub(crate) fn direction(before: &PlanLine, after: &PlanLine) -> Option<PlanDirection> {
    match after.terms.compare(after.quantity, &before.terms, before.quantity) {
        std::cmp::Ordering::Greater => Some(PlanDirection::Up),
        std::cmp::Ordering::Less => Some(PlanDirection::Down),
        std::cmp::Ordering::Equal => None,
    }
}

/// What a line was paid for time that is still to come, in the period that runs now. The last invoice that asked for it counts, and only once it is
/// paid: whatever was paid for the same time before was credited by it.
fn current(order: &Order, line: &PlanLine, now: Time) -> Option<Minor> {
    let status = |invoice: &Invoice| status::invoice_status(invoice, &order.placed.transactions, now);
    let given_up = |invoice: &&Invoice| {
        matches!(status(invoice), None | Some(InvoiceStatus::Voided | InvoiceStatus::Abandoned))
    };
    let asked = order.invoices.iter().filter(|invoice| !given_up(invoice));
    let bills = asked.flat_map(|invoice| {
        let lines = invoice.lines.iter().filter(|own| own.order_line == line.order_line);
        lines.filter_map(move |own| Some((invoice, own.bill.as_deref()?)))
    });
    let runs = bills.filter_map(|(invoice, bill)| {
        let period = bill.period.filter(|period| period.starts_at <= now && now < period.ends_at)?;
        Some((period.starts_at, invoice, bill))
    });
    let (_, invoice, bill) = runs.max_by_key(|(starts_at, ..)| *starts_at)?;
    let back = match status(invoice)? {
        InvoiceStatus::Paid => 0,
        InvoiceStatus::PartlyRefunded => status::moved(invoice.id, &order.placed.transactions).refunded,
        _ => return None,
    };
    Some(unused(bill, now)?.saturating_sub(back).max(0))
}

/// The part of what a line asked for that pays for time still to come; `None` if it pays for none.
pub(crate) fn unused(bill: &LineBill, now: Time) -> Option<Minor> {
    let period = bill.period.filter(|_| matches!(bill.charge, Charge::Article | Charge::Change))?;
    let paid = bill.amount.saturating_sub(bill.discount).saturating_add(bill.tax);
    Some(rest(paid, period.starts_at, period.ends_at, now))
}

/// The part of an amount for a period that falls on what is left of it at `now`. What is used and what is left add
/// up to the whole.
pub fn rest(amount: Minor, starts_at: Time, ends_at: Time, now: Time) -> Minor {
    let whole = ends_at.0.saturating_sub(starts_at.0).max(0);
    let left = ends_at.0.saturating_sub(now.0).clamp(0, whole);
    allocate(amount, &[(whole - left).unsigned_abs(), left.unsigned_abs()]).pop().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_and_what_is_left_make_the_whole() {
        let (start, end) = (Time(0), Time(31));
        for amount in [0, 1, 999, 1_000] {
            for now in 0..=31 {
                let left = rest(amount, start, end, Time(now));
                let used = allocate(amount, &[now.unsigned_abs(), (31 - now).unsigned_abs()])[0];
                assert_eq!(used + left, amount);
                assert!(left <= amount && (now > 0 || left == amount) && (now < 31 || left == 0));
            }
        }
        assert_eq!(rest(3_100, start, end, Time(-5)), 3_100);
        assert_eq!(rest(3_100, start, end, Time(21)), 1_000);
        assert_eq!(rest(3_100, start, end, Time(99)), 0);
    }
}
